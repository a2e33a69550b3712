"""Claims, the data that they are measured on, and the results that are kept.

A claim is a function of data and a seed that yields figures, each with its goal and with numbers to compare it
with. The decorator names it. It runs once for each seed, and writes a JSON file for each.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import time
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator, Optional

import numpy as np

from generative import Dataset, image_grid, load, write_image


@dataclass
class Figure:
    """A number, its name in words, its goal (">= 20", "" for none) and numbers to compare it with."""

    name: str
    value: float
    goal: str = ""
    unit: str = ""
    beside: dict[str, float] = field(default_factory=dict)
    digits: int = 2

    @property
    def reached(self) -> Optional[bool]:
        if not self.goal:
            return None
        sign, bound = self.goal.split()
        return self.value <= float(bound) if sign == "<=" else self.value >= float(bound)


@dataclass
class Claim:
    name: str
    title: str
    figures: Callable[[Data, int], Iterator[Figure]]
    #: Whether it is measured on the pictures of the data, rather than on rows of its own.
    on_pictures: bool
    #: The pictures that it saves, by the names given to `Data.picture`, and what they show.
    pictures: dict[str, str]
    #: A package that it needs beside numpy and SciPy; "" for none.
    needs: str = ""

    @property
    def protocol(self) -> str:
        """What is measured, and how: the function's docstring."""
        return inspect.getdoc(self.figures) or ""


CLAIMS: dict[str, Claim] = {}


def claim(
    name: str, title: str, *, on_pictures: bool = True, pictures: Optional[dict[str, str]] = None, needs: str = ""
) -> Callable[..., Callable[..., Iterator[Figure]]]:
    """Registers a function of (data, seed) that yields figures."""

    def register(function: Callable[..., Iterator[Figure]]) -> Callable[..., Iterator[Figure]]:
        CLAIMS[name] = Claim(name, title, function, on_pictures, pictures or {}, needs)
        return function

    return register


class Data:
    """Pictures with classes, in MNIST's four files: Fashion-MNIST, or MNIST if its files are given.

    short: a few rows and a tenth of the epochs, to check only that a claim runs.
    """

    def __init__(self, folder: Path, pictures: Path, short: bool = False, again: bool = False) -> None:
        self.folder, self.short, self.pictures, self.again = folder, short, pictures, again
        self.train, self.test = self._part("train"), self._part("t10k")
        if short:
            self.train, self.test = self.train.slice(0, 3000), self.test.slice(0, 600)
        #: Seconds and processor seconds of earlier fits whose models the current claim used again.
        self.spent = np.zeros(2)
        self.made: set[Path] = set()
        self.name = "Fashion-MNIST" if "fashion" in str(folder).lower() else "MNIST"

    def _part(self, part: str) -> Dataset:
        return Dataset.from_idx(*(self._file(f"{part}-{what}-ubyte") for what in ("images-idx3", "labels-idx1")))

    def _file(self, name: str) -> Path:
        found = [path for path in (self.folder / f"{name}.gz", self.folder / name) if path.exists()]
        if not found:
            raise FileNotFoundError(f"{self.folder} has no {name}, plain or with .gz")
        return found[0]

    @functools.cached_property
    def rows(self) -> np.ndarray:
        """Training rows, in [0, 1]."""
        return self.train.read()

    @functools.cached_property
    def test_rows(self) -> np.ndarray:
        return self.test.read()

    def goal(self, fashion: str, mnist: str = "") -> str:
        """The goal for this data."""
        return {"Fashion-MNIST": fashion, "MNIST": mnist}[self.name] if not self.short else ""

    def epochs(self, count: float) -> int:
        return max(1, round(count / 10)) if self.short else round(count)

    def fitted(self, name: str, model: Any, train: Any = None, **targets: Any) -> Any:
        """The model fitted to the training pictures, or to other rows. If an earlier claim has fitted it, in
        this run or (unless everything is to be measured again) in an earlier one, it is loaded, and its time is
        counted."""
        options = zlib.crc32(repr((model, self.folder, self.short)).encode())
        path = self.pictures / "models" / f"{name}-{model.seed}-{options:08x}.safetensors"
        cost = path.with_suffix(".json")
        if cost.exists() and (path in self.made or not self.again):
            self.spent += json.loads(cost.read_text())
            return load(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.made.add(path)
        clock = Clock()
        model.fit(self.train if train is None else train, **targets)
        model.save(path)
        cost.write_text(json.dumps(clock.spent()))
        return model

    def picture(self, name: str, seed: int, rows: np.ndarray, columns: int, enlarge: int = 1) -> None:
        """Saves rows as a grid of pictures."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        write_image(self.pictures / f"{name}-{seed}.png", image_grid(rows, columns=columns, enlarge=enlarge))


class Clock:
    """Measures seconds, and processor seconds of all cores, since it was made."""

    def __init__(self) -> None:
        self.start = time.monotonic(), time.process_time()

    def spent(self) -> list[float]:
        return [time.monotonic() - self.start[0], time.process_time() - self.start[1]]


@dataclass
class Result:
    """The results of one claim for one seed, and what they cost."""

    claim: str
    seed: int
    data: str
    figures: list[Figure]
    seconds: float
    #: The seconds of all cores, and the number of cores: a run that had the machine to itself used most of
    #: them.
    cpu_seconds: float
    cores: int
    alone: bool
    date: str

    @classmethod
    def of(cls, claim: Claim, data: Data, seed: int, alone: bool) -> Result:
        data.spent[:] = 0
        clock = Clock()
        figures = list(claim.figures(data, seed))
        wall, cpu = np.add(clock.spent(), data.spent).tolist()
        cores, date = int(os.environ.get("GEN_THREADS", len(os.sched_getaffinity(0)))), time.strftime("%Y-%m-%d")
        on = data.name if claim.on_pictures else ""
        return cls(claim.name, seed, on, figures, round(wall, 1), round(cpu, 1), cores, alone, date)

    @staticmethod
    def path(folder: Path, claim: Claim, data: Data, seed: int) -> Path:
        on = f"{data.name.lower()}-" if claim.on_pictures else ""
        return folder / f"{on}{claim.name}-{seed}.json"

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, path: Path) -> Result:
        members = json.loads(path.read_text())
        members["figures"] = [Figure(**figure) for figure in members["figures"]]
        return cls(**members)
