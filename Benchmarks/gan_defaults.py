"""Measures the effect of a GAN's options on small data: short fits that change one or a few options.

usage: gan_defaults.py [--data NAME,NAME] [--only TEXT] [--seeds S,S] [--write] [--pictures FOLDER]

Results are kept in .build/gan-defaults.jsonl as they are measured, and are not measured again. --only: only
recipes whose names contain TEXT. --write: puts the table into docs/gans.md, between its two marks. --pictures:
saves samples of each fit. Seeds 1 and 2 chose the defaults; no reported result uses them.
"""

from __future__ import annotations

import argparse
import functools
import json
import time
import warnings
from pathlib import Path
from typing import Any, Callable, NamedTuple

import numpy as np
import numpy.typing as npt
from data import FASHION
from generative import GAN, PCA, Classifier, Dataset, InvalidArgumentError, evaluate, image_grid, write_image
from sklearn import datasets

ROOT = Path(__file__).resolve().parents[1]
FOUND = ROOT / ".build" / "gan-defaults.jsonl"
JUDGE = ROOT / ".build" / "gan-defaults-judge.safetensors"
PAGE = ROOT / "docs" / "gans.md"
MARKS = ("<!-- measured -->", "<!-- end of measured -->")

Rows = npt.NDArray[Any]
#: Computes features of rows, by which samples are compared with real rows.
Features = Callable[[Rows], Rows]


class Data(NamedTuple):
    rows: Rows
    features: Features
    #: The options of each fit in addition to the recipe's.
    fit: dict[str, Any]


RING = 2 * np.stack([(np.cos(a), np.sin(a)) for a in 2 * np.pi * np.arange(8) / 8])
GRID = np.stack(np.meshgrid(np.arange(-4, 5, 2), np.arange(-4, 5, 2)), -1).reshape(25, 2).astype(float)
#: The centres of each set of points and their standard deviation.
POINTS = {"ring": (RING, 0.02), "grid": (GRID, 0.05)}


def points(name: str) -> Data:
    centres, deviation = POINTS[name]
    random = np.random.default_rng(5)
    rows = centres[random.integers(len(centres), size=10_000)] + random.normal(0, deviation, (10_000, 2))
    return Data(rows, lambda found: found, {"epochs": 80})


def components(rows: Rows) -> Features:
    """The first 32 principal components of real rows."""
    pca = PCA(32).fit(rows.reshape(len(rows), -1))
    return lambda found: pca.transform(found.reshape(len(found), -1))


def fashion(part: str, count: int) -> tuple[Rows, Rows]:
    images = FASHION.format(part)
    found = Dataset.from_idx(images, images.replace("images-idx3", "labels-idx1"))
    return found.read(0, count), found.labels(0, count)


@functools.lru_cache
def judge() -> Classifier:
    """A small convolutional classifier of Fashion-MNIST, whose last hidden layer has 84 features."""
    if JUDGE.exists():
        return Classifier.load(JUDGE)
    model = Classifier(
        10, architecture="convolutional", base_channels=16, hidden=(84,), epochs=4, batch_size=64,
        learning_rate=2e-3, schedule="cosine", seed=1,
    )  # fmt: skip
    model.fit(*fashion("train", 60_000)).save(JUDGE)
    return model


@functools.lru_cache
def data(name: str, architecture: str) -> Data:
    if name in POINTS:
        return points(name)
    if name == "digits":
        rows = datasets.load_digits().images.astype(np.float32) / 16
        return Data(rows, components(rows), {"epochs": 60} | PLAIN)
    if name == "faces":
        rows = Dataset.faces(1000, height=32, width=32, seed=5).read()
        return Data(rows, components(rows), {"epochs": 40} | SLOW)
    rows = fashion("train", 10_000)[0]
    fit = {"epochs": 15} | PLAIN if architecture == "dense" else {"epochs": 6} | SLOW
    return Data(rows, lambda found: judge().features(found.reshape(len(found), 28, 28)), fit)


WASSERSTEIN = {"objective": "wasserstein", "gradient_penalty": 10, "discriminator_steps": 5, "epochs": 0.4}
#: The defaults of dense GANs of images before these measurements led to "R1 1, rate 5e-4".
PLAIN = {"r1_penalty": 0, "learning_rate": 2e-4}
#: The defaults of convolutional GANs before these measurements led to "rate 2e-3, batch norm in D".
SLOW = {"learning_rate": 2e-4, "spectral_norm": True}
#: The values that are tried for each option, in addition to the recipe's own.
COMMON: dict[str, dict[str, Any]] = {
    "unchanged": {},
    "least squares": {"objective": "least_squares"},
    "hinge": {"objective": "hinge"},
    "Wasserstein, gradient penalty 10, 5 steps": WASSERSTEIN,
    "rate 5e-4": {"learning_rate": 5e-4},
    "rate 1e-3": {"learning_rate": 1e-3},
    "D's rate x 2": {"discriminator_rate": 2},
    "linear schedule": {"schedule": "linear"},
}
THREE = {"generator_hidden": (128, 128, 128), "discriminator_hidden": (128, 128, 128)}
POINT: dict[str, dict[str, Any]] = COMMON | {
    "three layers": THREE,
    "three layers, rate 2e-3": THREE | {"learning_rate": 2e-3},
    "three layers, rate 2e-3, input noise 0.03": THREE | {"learning_rate": 2e-3, "input_noise": 0.03},
    "three layers, rate 2e-3, no input noise": THREE | {"learning_rate": 2e-3, "input_noise": 0},
    "three layers, rate 2e-3, input noise 0.03, 3 x the epochs": (
        THREE | {"learning_rate": 2e-3, "input_noise": 0.03, "epochs": 3.0}
    ),
    "three layers, rate 2e-3, least squares, input noise 0.03": (
        THREE | {"learning_rate": 2e-3, "input_noise": 0.03, "objective": "least_squares"}
    ),
    "no input noise": {"input_noise": 0},
    "input noise 0.03": {"input_noise": 0.03},
    "spectral norm": {"spectral_norm": True},
    "R1 0.1": {"r1_penalty": 0.1},
    "R1 0.1, no input noise": {"r1_penalty": 0.1, "input_noise": 0},
    "R1 0.01, no input noise": {"r1_penalty": 0.01, "input_noise": 0},
    "R1 0.01, no input noise, least squares": {"r1_penalty": 0.01, "input_noise": 0, "objective": "least_squares"},
    "gradient penalty 0.1, no input noise": {"gradient_penalty": 0.1, "input_noise": 0},
}
PENALIZED = {"r1_penalty": 1, "learning_rate": 5e-4}
DENSE: dict[str, dict[str, Any]] = COMMON | {
    "input noise 0.1": {"input_noise": 0.1},
    "input noise 0.3": {"input_noise": 0.3},
    "spectral norm": {"spectral_norm": True},
    "spectral norm, hinge": {"spectral_norm": True, "objective": "hinge"},
    "no batch norm": {"batch_norm": False},
    "R1 0.1": {"r1_penalty": 0.1},
    "R1 1": {"r1_penalty": 1},
    "R1 10": {"r1_penalty": 10},
    "R1 1, rate 5e-4": PENALIZED,
    "R1 1, rate 5e-4, hinge": PENALIZED | {"objective": "hinge"},
    "R1 1, rate 5e-4, least squares": PENALIZED | {"objective": "least_squares"},
    "R1 1, rate 5e-4, input noise 0.1": PENALIZED | {"input_noise": 0.1},
    "R1 1, rate 5e-4, augmentation adaptive": PENALIZED | {"augmentation": "adaptive"},
    "R1 1, rate 1e-3": {"r1_penalty": 1, "learning_rate": 1e-3},
    "R1 1, no batch norm": {"r1_penalty": 1, "batch_norm": False},
    "R1 1, no batch norm, rate 5e-4": {"r1_penalty": 1, "batch_norm": False, "learning_rate": 5e-4},
    "gradient penalty 1": {"gradient_penalty": 1},
    "augmentation adaptive": {"augmentation": "adaptive"},
    "augmentation fixed": {"augmentation": "fixed"},
}
FAST = {"learning_rate": 2e-3}
BATCH_NORM = {"spectral_norm": False, "discriminator_batch_norm": True}
DEEP: dict[str, dict[str, Any]] = COMMON | {
    "rate 2e-3": FAST,
    "rate 4e-3": {"learning_rate": 4e-3},
    "rate 2e-3, linear schedule": FAST | {"schedule": "linear"},
    "rate 2e-3, D's rate x 2": FAST | {"discriminator_rate": 2},
    "rate 2e-3, hinge": FAST | {"objective": "hinge"},
    "rate 2e-3, least squares": FAST | {"objective": "least_squares"},
    "rate 2e-3, no input noise": FAST | {"input_noise": 0},
    "rate 2e-3, batch norm in D": FAST | BATCH_NORM,
    "rate 2e-3, least squares, batch norm in D": FAST | BATCH_NORM | {"objective": "least_squares"},
    "rate 2e-3, batch norm in D, no input noise": FAST | BATCH_NORM | {"input_noise": 0},
    "rate 2e-3, R1 0.1": FAST | {"r1_penalty": 0.1},
    "rate 2e-3, augmentation adaptive": FAST | {"augmentation": "adaptive"},
    "32 channels, rate 2e-4": {"base_channels": 32},
    "32 channels, rate 1e-3": {"base_channels": 32, "learning_rate": 1e-3},
    "32 channels, rate 2e-3": FAST | {"base_channels": 32},
    "batch norm in D": BATCH_NORM,
    "no norm in D, R1 1": {"spectral_norm": False, "discriminator_batch_norm": False, "r1_penalty": 1},
    "no norm in D, R1 0.1": {"spectral_norm": False, "discriminator_batch_norm": False, "r1_penalty": 0.1},
    "spectral norm, R1 0.1": {"r1_penalty": 0.1},
    "spectral norm, hinge, rate 5e-4": {"objective": "hinge", "learning_rate": 5e-4},
    "no input noise": {"input_noise": 0},
    "input noise 0.1": {"input_noise": 0.1},
    "augmentation adaptive": {"augmentation": "adaptive"},
    "augmentation fixed": {"augmentation": "fixed"},
    "no norm in D, R1 1, augmentation adaptive": {
        "spectral_norm": False, "discriminator_batch_norm": False, "r1_penalty": 1, "augmentation": "adaptive",
    },
}  # fmt: skip
#: Recipes by data set and architecture.
PLANS = {
    ("ring", "dense"): POINT, ("grid", "dense"): POINT, ("digits", "dense"): DENSE, ("fashion", "dense"): DENSE,
    ("faces", "convolutional"): DEEP, ("fashion", "convolutional"): DEEP,
}  # fmt: skip
TITLES = {
    "ring": "ring of 8, 10,000 rows", "grid": "grid of 25, 10,000 rows", "digits": "digits, 1,797 images 8×8",
    "faces": "drawn faces, 1,000 images 32×32×3", "fashion": "Fashion-MNIST, 10,000 images",
}  # fmt: skip


def measured(name: str, architecture: str, model: GAN, seed: int) -> dict[str, float]:
    """For points, the number of modes found and the share of samples near one. For images, Fréchet distance and
    recall."""
    rows, features, _ = data(name, architecture)
    if name in POINTS:
        centres, deviation = POINTS[name]
        samples = model.sample(10_000, seed=seed).reshape(-1, 2)
        distances = np.linalg.norm(samples[:, None] - centres, axis=2)
        near = distances.min(1) < 3 * deviation
        counts = np.bincount(distances.argmin(1)[near], minlength=len(centres))
        return {"modes": float((counts >= len(samples) / len(centres) / 10).sum()), "near": 100 * float(near.mean())}
    real = features(rows)
    seen = features(model.sample(len(rows), seed=seed))
    few = slice(0, 2000)
    return {
        "Fréchet": evaluate.frechet(real, seen).distance,
        "recall": evaluate.precision_recall(real[few], seen[few], 3).recall,
    }


def run(name: str, architecture: str, change: dict[str, Any], seed: int, pictures: str, recipe: str) -> dict[str, float]:
    rows, _, fit = data(name, architecture)
    options = {"architecture": architecture, "seed": seed, **fit, **change}
    if isinstance(options["epochs"], float):
        # A fraction of the usual epochs: a step with several steps of D costs more in proportion.
        options["epochs"] = max(1, round(options["epochs"] * fit["epochs"]))
    start = time.perf_counter()
    try:
        model = GAN(**options).fit(rows)
    except InvalidArgumentError as error:
        if error.name != "GEN_E_NONFINITE":
            raise
        return {"diverged": 1}
    seconds = time.perf_counter() - start
    if pictures and name not in POINTS:
        path = Path(pictures) / f"{name}-{architecture}-{recipe.replace(' ', '_')}-{seed}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_image(path, image_grid(model.sample(48, seed=seed), columns=12))
    return measured(name, architecture, model, seed) | {"seconds": seconds}


def kept() -> dict[tuple[str, str, str, int], dict[str, float]]:
    if not FOUND.exists():
        return {}
    lines = (json.loads(line) for line in FOUND.read_text().splitlines())
    return {(line["data"], line["architecture"], line["recipe"], line["seed"]): line["figures"] for line in lines}


def tables(old: str) -> str:
    """A table for each data set: each metric's mean over the seeds, best recipes first. A data set without results
    keeps its old table."""
    found, parts = kept(), []
    earlier = {part.partition("\n")[0]: f"**{part}" for part in old.strip().removeprefix("**").split("\n\n**")}
    for (name, architecture), recipes in PLANS.items():
        lines: list[tuple[tuple[float, ...], str]] = []
        for recipe in recipes:
            runs = [figures for key, figures in found.items() if key[:3] == (name, architecture, recipe)]
            if not runs:
                continue
            if any("diverged" in figures for figures in runs):
                lines.append(((np.inf,), f"| {recipe} | diverged | | |"))
                continue
            mean = {key: float(np.mean([figures[key] for figures in runs])) for key in runs[0]}
            first, second = list(mean)[:2]
            order = (-mean["modes"], -mean["near"]) if "modes" in mean else (mean["Fréchet"],)
            digits = 1 if "modes" in mean else 2
            cells = f"{mean[first]:.{digits}f} | {mean[second]:.{digits}f} | {len(runs)}"
            lines.append((order, f"| {recipe} | {cells} |"))
        title = f"{TITLES[name]}, {architecture}**"
        if lines:
            what = "modes | samples near a mode, %" if name in POINTS else "Fréchet distance | recall"
            head = f"**{title}\n\n| recipe | {what} | seeds |\n|---|---|---|---|\n"
            parts.append(head + "\n".join(line for _, line in sorted(lines)))
        elif title in earlier:
            parts.append(earlier[title])
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--seeds", default="1,2")
    parser.add_argument("--pictures", default="")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)
    for (name, architecture), recipes in PLANS.items():
        if chosen.data and f"{name}-{architecture}" not in chosen.data.split(","):
            continue
        for recipe, change in recipes.items():
            for seed in map(int, chosen.seeds.split(",")):
                if chosen.only not in recipe or (name, architecture, recipe, seed) in kept():
                    continue
                figures = run(name, architecture, change, seed, chosen.pictures, recipe)
                line = {"data": name, "architecture": architecture, "recipe": recipe, "seed": seed, "figures": figures}
                FOUND.parent.mkdir(exist_ok=True)
                with FOUND.open("a") as file:
                    file.write(json.dumps(line) + "\n")
                shown = ", ".join(f"{key} {value:.3g}" for key, value in figures.items())
                print(f"{name} {architecture}: {recipe}, seed {seed}: {shown}", flush=True)
    if chosen.write:
        page = PAGE.read_text()
        before, rest = page.split(MARKS[0])
        PAGE.write_text(f"{before}{MARKS[0]}\n\n{tables(rest.split(MARKS[1])[0])}\n\n{MARKS[1]}{rest.split(MARKS[1])[1]}")


if __name__ == "__main__":
    main()
