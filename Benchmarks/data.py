"""The data that both sides get: fresh random numbers, never zeros, or Fashion-MNIST."""

import gzip
import os
from pathlib import Path

import numpy as np

FASHION = "/usr/share/datasets/fashion-mnist/{}-images-idx3-ubyte.gz"


def uniform(*shape, seed=1):
    """Floats in [0, 1)."""
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def normal(*shape, seed=2):
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def fashion(part):
    """n x 784 bytes of "train" or "t10k"."""
    with gzip.open(FASHION.format(part)) as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)


def pictures(rows=60_000):
    """rows x 784 bytes: Fashion-MNIST, repeated if it is too short. If it is missing, bytes whose spectrum
    falls as quickly."""
    if os.path.exists(FASHION.format("train")):
        found = fashion("train")
    else:
        few = normal(60_000, 64) * (np.arange(1, 65, dtype=np.float32) ** -0.7)
        found = np.clip(90 + 40 * few @ normal(64, 784, seed=3), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(found[np.arange(rows) % len(found)] if rows != len(found) else found)


def floats(bytes_):
    return bytes_.astype(np.float32) / np.float32(255)


def reals(bytes_):
    """The same pictures with values between the bytes, so that they are not multiples of 1/255."""
    noise = np.random.default_rng(4).random(bytes_.shape, dtype=np.float32)
    return (bytes_ + noise) / np.float32(256)


def rows_of(kind, count):
    """`count` pictures as kind: "u8", "f32" (bytes over 255) or "real"."""
    return {"u8": np.asarray, "f32": floats, "real": reals}[kind](pictures(count))


FOLDER = Path(__file__).resolve().parents[1] / ".build" / "benchmark-pictures"
# Name: number of pictures, height, width, file extension.
FOLDERS = {
    "jpeg-512": (100, 512, 512, "jpg"),
    "jpeg-12m": (4, 3000, 4000, "jpg"),
    "png-512": (40, 512, 512, "png"),
    "png-32": (4000, 32, 32, "png"),
}


def photograph(height, width, random):
    """height x width x 3 bytes: smooth colours, with some noise in large pictures."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    planes = []
    for _ in range(3):
        a, b, c, d = random.random(4)
        planes.append(128 + 60 * np.sin(x * (0.01 + 0.05 * a) + 9 * b) + 50 * np.cos(y * (0.01 + 0.05 * c) + 9 * d))
    noise = random.integers(-6, 7, (height, width, 3)) if height > 64 else 0
    return (np.stack(planes, -1) + noise).clip(0, 255).astype(np.uint8)


def folder(name, write=None):
    """The files of a folder in FOLDERS. write(path, pixels) makes them if they do not exist yet."""
    count, height, width, ending = FOLDERS[name]
    paths = [FOLDER / name / f"{number:05}.{ending}" for number in range(count)]
    if write is not None and not paths[-1].exists():
        paths[0].parent.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(5)
        for path in paths:
            write(path, photograph(height, width, random))
    return paths
