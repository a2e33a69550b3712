"""Pages that show what a model learned, written by the tool gen."""

from __future__ import annotations

import html
import json
import math
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

import numpy as np

from . import _constants as c
from ._errors import InvalidArgumentError
from ._library import lib
from ._model import Model
from ._rows import Floats, rows_first
from .dataset import Dataset
from .image import PathLike


class Report:
    """A page that shows what a model learned; a notebook shows the page itself."""

    def __init__(self, page: str, title: str) -> None:
        self.html = page
        self.title = title

    def save(self, path: PathLike) -> None:
        """Write the page to a file, which needs nothing else.

        Parameters
        ----------
        path : path-like
            HTML file to write.
        """
        Path(path).write_text(self.html, encoding="utf-8")

    def _repr_html_(self) -> str:
        return (
            f'<iframe title="{html.escape(self.title)}" srcdoc="{html.escape(self.html)}" '
            'style="width: 100%; height: 45rem; border: 0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<Report {self.title!r}, {len(self.html) / 1e6:.1f} MB>"


def report(
    model: Model,
    rows: Any = None,
    *,
    labels: Any = None,
    training: Any = None,
    title: str = "model",
    seed: int = 0,
    tool: Optional[PathLike] = None,
) -> Report:
    """Make a page that shows what a model learned: samples, reconstructions, a map of latents, live sliders.

    The page is that of `gen report`, so the tool gen must be installed. It is looked for beside the library, in
    the bin beside the library's folder, and on the PATH.

    Parameters
    ----------
    model : PCA, Autoencoder, VAE or GAN
        Fitted model.
    rows : array-like, Dataset or path, optional
        Rows that the model was not trained on. With a path, the page also has the names of files, classes and
        factors (default: no section that needs rows).
    labels : array-like, optional
        Class number of each row; needed for conditional models, unless `rows` is a labelled dataset or a path.
    training : array-like, Dataset or path, optional
        Rows that the model was trained on: the page then tells whether samples are copies of them.
    title : str, default="model"
        Title of the page.
    seed : int, default=0
        Seed of the samples.
    tool : path-like, optional
        The tool gen (default: looked for).

    Returns
    -------
    Report
        The page, which a notebook shows.

    Raises
    ------
    FileNotFoundError
        The tool gen was not found.
    InvalidArgumentError
        The tool refused the model or the rows; its message.
    """
    program = os.fspath(tool) if tool is not None else _tool()
    name = title.replace("/", "-") or "model"
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder, f"{name}.safetensors")
        model.save(saved)
        _write_history(model, Path(folder, f"{name}.history.jsonl"))
        page = Path(folder, "page.html")
        command = [program, "report", str(saved), "--out", str(page), "--seed", str(seed)]
        if rows is not None:
            command += _data(rows, labels, Path(folder, "rows"))
        if training is not None:
            command += ["--training", *_data(training, None, Path(folder, "training"), takes_labels=False)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise InvalidArgumentError(c.E_ARGUMENT, done.stderr.strip().removeprefix("gen: "))
        return Report(page.read_text(encoding="utf-8"), title)


def _tool() -> str:
    for candidate in _candidates():
        # Other programs have that name, too.
        try:
            told = subprocess.run([candidate, "--version"], capture_output=True, text=True).stdout
        except OSError:
            continue
        if told.startswith("libgenerative"):
            return str(candidate)
    raise FileNotFoundError(
        "the tool gen, which makes reports, was not found beside the library or on the PATH; "
        "`make install` installs it, and `tool=` names it"
    )


def _candidates() -> Iterator[Path]:
    library = Path(lib._name)
    if library.is_absolute() or len(library.parts) > 1:
        folder = library.resolve().parent
        yield folder / "gen"
        yield folder.parent / "bin" / "gen"
    found = shutil.which("gen")
    if found:
        yield Path(found)


def _data(rows: Any, labels: Any, path: Path, *, takes_labels: bool = True) -> list[str]:
    """The arguments that name rows; those in memory are written to a file."""
    if isinstance(rows, (str, os.PathLike)):
        return [os.fspath(rows)]
    if isinstance(rows, Dataset):
        if labels is None and takes_labels and rows.info.n_classes > 0:
            labels = rows.labels()
        rows = rows.read()
    array: Floats = rows_first(rows, "rows")
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    np.save(path.with_suffix(".npy"), array)
    if labels is None or not takes_labels:
        return [str(path.with_suffix(".npy"))]
    np.save(path.with_suffix(".labels.npy"), np.asarray(labels, np.int32))
    return [str(path.with_suffix(".npy")), "--labels", str(path.with_suffix(".labels.npy"))]


def _write_history(model: Model, path: Path) -> None:
    """The history of a fit, as gen train keeps it."""
    lines = []
    for event in getattr(model, "history_", []):
        values = {
            key: value
            for key, value in event._asdict().items()
            if isinstance(value, float) and math.isfinite(value)
        }
        epochs = {"event": "epoch", "epoch": event.epoch, "epochs": event.n_epochs}
        lines.append(json.dumps({**epochs, **values}, separators=(",", ":")))
    if lines:
        path.write_text("\n".join(lines) + "\n")
