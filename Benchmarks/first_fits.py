"""Repeats first fits that used to fail, with today's defaults, and prints a table for docs/defaults.md.

usage: first_fits.py [part of a row's name]
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any, Callable

import numpy as np
from data import FASHION
from generative import GAN, PCA, VAE, Autoencoder, Dataset, evaluate, write_image
from sklearn import datasets

GEN = Path(__file__).resolve().parents[1] / ".build" / "release" / "gen"
RING = 2 * np.exp(2j * np.pi * np.arange(8) / 8)


def digits() -> Any:
    return datasets.load_digits().data / 16


def wine() -> Any:
    return datasets.load_wine().data


def standardized(rows: Any) -> Any:
    return (rows - rows.mean(0)) / rows.std(0)


def likelihood(rows: Any, latents: int, epochs: int) -> str:
    """A Gaussian VAE's bound and probabilistic PCA's likelihood, both of standardized rows if they are a table's."""
    score = VAE(latents, likelihood="gaussian", epochs=epochs).fit(rows).score(rows)
    return f"{score:.1f}; PCA({latents}): {PCA(latents).fit(rows).score(rows):.1f}"


def fashion() -> str:
    train, test = (Dataset.from_idx(FASHION.format(part)).read().reshape(-1, 784) for part in ("train", "t10k"))
    losses = [-VAE(20, hidden=(400,), epochs=10, seed=seed).fit(train).score(test) for seed in range(1, 5)]
    return f"{min(losses):.1f} to {max(losses):.1f}"


def standardized_likelihood() -> str:
    return f"digits {likelihood(digits(), 8, 100)}; wine {likelihood(standardized(wine()), 8, 100)}"


def raw_wine() -> str:
    rows = wine()
    model = Autoencoder(2).fit(rows)
    error = ((model.reconstruct(rows) - rows) ** 2).sum(1).mean()
    return f"{-error:,.0f}; the mean alone: {-rows.var(0).sum():,.0f}; PCA(2): {-pca_error(rows, 2):,.0f}"


def pca_error(rows: Any, latents: int) -> float:
    pca = PCA(latents).fit(rows)
    return float(((rows - pca.inverse_transform(pca.transform(rows))) ** 2).sum(1).mean())


def absurd_rows() -> str:
    rows = digits()
    vae = VAE(epochs=20).fit(rows[:1200]).fit_threshold(rows[1200:])
    pixel = rows[1200:].copy()
    pixel[:, 27] = 50
    changed = {"x 16": rows[1200:] * 16, "-5": rows[1200:] * 0 - 5, "a pixel at 50": pixel}
    return ", ".join(f"{name}: {(vae.predict(each) == -1).mean():.0%}" for name, each in changed.items())


def distances(rows: Any, components: int, **options: Any) -> str:
    """Fréchet distances of the averaged and the last generator, on principal components if there are many columns."""
    flat = rows.reshape(len(rows), -1)
    pca = PCA(components).fit(flat) if components else None
    model = GAN(**options).fit(rows)
    latents = model.latents(min(len(rows), 1797))
    found = []
    for generator in ("average", "last"):
        made = model.generate(latents, generator=generator).reshape(len(latents), -1)
        pair = (pca.transform(flat), pca.transform(made)) if pca else (flat, made)
        found.append(evaluate.frechet(*pair).distance)
    return f"{found[0]:.2f} / {found[1]:.2f}"


def ring() -> str:
    random = np.random.default_rng(1)
    points = RING[random.integers(8, size=10_000)]
    rows = np.c_[points.real, points.imag] + random.normal(0, 0.02, (10_000, 2))
    samples = GAN(epochs=100).fit(rows).sample(10_000).reshape(-1, 2) @ [1, 1j]
    near = np.abs(samples[:, None] - RING) < 0.06
    return f"{int((near.mean(0) >= 0.01).sum())} of 8 modes"


def wine_autoencoder() -> str:
    rows = standardized(wine())
    return f"{-Autoencoder(2).fit(rows).score(rows):.2f}; PCA(2): {pca_error(rows, 2):.2f}"


def keep_best() -> str:
    try:
        GAN(epochs=1, keep_best=True).fit(digits(), validation=0.1)
    except ValueError as error:
        return f"refused: {error}"
    return "accepted"


def large_images() -> str:
    rows = np.random.default_rng(1).random((12, 224, 224, 3), np.float32)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    options = {"base_channels": 4, "epochs": 1, "skips": True, "batch_size": 128}
    Autoencoder(8, architecture="convolutional", **options).fit(rows)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{(after - before) / 2**20:.2f} GiB, {time.process_time() - start:.1f} s of processor time"


def evaluate_few() -> str:
    with tempfile.TemporaryDirectory() as folder:
        for i, row in enumerate(Dataset.faces(100, height=64, width=64).read()):
            write_image(Path(folder) / f"{i}.png", row)
        file = f"{folder}.safetensors"
        subprocess.run([GEN, "train", "vae", folder, "--epochs", "2", "-q", "-o", file], check=True)
        start = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run([GEN, "evaluate", file, folder, "--rows", "100", "-q"], check=True, capture_output=True)
        Path(file).unlink()
        return f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - start:.1f} s of processor time"


def odd_sizes() -> str:
    for height, width, channels in ((17, 33, 1), (30, 30, 1), (100, 100, 4)):
        rows = np.random.default_rng(1).random((4, height, width, channels), np.float32)
        for kind in (Autoencoder, VAE, GAN):
            assert kind(epochs=1).fit(rows).architecture_ == "convolutional"
    return "fitted"


#: What was tried, what came of it, what should, and the function that tries it now.
ROWS: list[tuple[str, str, str, Callable[[], str]]] = [
    ('`VAE(likelihood="gaussian", epochs=100)` on digits: score', "−21.1", "+27.3 (PCA)", lambda: likelihood(digits(), 20, 100)),
    ("VAE 784-400-20, Fashion-MNIST, 10 epochs, 4 seeds: test loss", "245.5 to 245.6", "244.0 to 244.6 (PyTorch)", fashion),
    ("Gaussian VAE, 8 latents, 100 epochs: digits; wine", "−20.6; −18.1", "14.2; −14.8 (PCA)", standardized_likelihood),
    ("`Autoencoder(2)` on raw wine: score", "−665,482", "above −98,833 (the mean)", raw_wine),
    ("absurd digits that a VAE's detector flags", "0 %", "100 %", absurd_rows),
    ("DCGAN of digits, averaged / last generator: Fréchet distance", "6.3 / 3.2", "the average no worse",
     lambda: distances(digits().reshape(-1, 8, 8), 0, architecture="convolutional")),
    ("GAN of 10,000 faces, 10 epochs: Fréchet distance", "59 / 30", "16",
     lambda: distances(Dataset.faces(10_000, height=32, width=32, seed=1).read(), 64, epochs=10)),
    ("GAN of a ring, 100 epochs", "0 of 8 modes", "8 of 8 modes", ring),
    ("`Autoencoder(2)` on standardized wine: squared error", "7.06", "5.80 (PCA)", wine_autoencoder),
    ("GAN with `keep_best`", "chose a bad epoch", "refused, or by samples", keep_best),
    ("U-Net, 12 rows of 224 × 224 × 3, batch of 128", "5.8 GB, 17 s", ".62 GB, 2.8 s", large_images),
    ("`gen evaluate`, 64 × 64 × 3, 100 rows", "over 560 s", "seconds", evaluate_few),
    ("images of 17 × 33, 30 × 30, 100 × 100 pixels", "refused", "fitted", odd_sizes),
]  # fmt: skip


def main() -> None:
    warnings.simplefilter("ignore", UserWarning)
    print("| fit | before | expected | now |\n|---|---|---|---|")
    for name, before, expected, now in ROWS:
        if not sys.argv[1:] or sys.argv[1] in name:
            print(f"| {name} | {before} | {expected} | {now()} |", flush=True)


if __name__ == "__main__":
    main()
