"""Pillow's and torchvision's side of reading pictures, one file per thread."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import data
from bursts import repeat
from workload import Workload


def _pillow(draft):
    from PIL import Image

    def read(path, side):
        with Image.open(path) as picture:
            if draft:
                # At least twice the size, like ours: with less, the result is coarser.
                picture.draft("RGB", (2 * side, 2 * side))
            return np.asarray(picture.convert("RGB").resize((side, side), Image.Resampling.BILINEAR))

    return read


def _torchvision():
    import torch
    from torchvision import io
    from torchvision.transforms.v2 import functional

    torch.set_num_threads(1)

    def read(path, side):
        pixels = io.decode_image(io.read_file(str(path)), io.ImageReadMode.RGB)
        return functional.resize(pixels, [side, side], antialias=True).permute(1, 2, 0).numpy()

    return read


def pictures(name, side, mode):
    paths = data.folder(name)
    read = _torchvision() if mode == "torchvision" else _pillow(mode == "draft")
    pool = ThreadPoolExecutor(int(os.environ["BENCH_THREADS"]))
    return Workload(repeat(lambda: np.stack(list(pool.map(lambda path: read(path, side), paths)))))
