"""Compares decoded images with Pillow's: PNGs of every kind, written like PngSuite's, and JPEGs that Pillow makes.

usage: beside_pillow.py FOLDER quick|hard     Ends with one line; exit code 3: Pillow is not installed.
"""

import itertools
import random
import sys
from pathlib import Path

import numpy as np
from pictures import pngs

try:
    import PIL.Image
    import PIL.ImageOps
except ImportError:
    sys.exit(3)

from generative import GenerativeError, Image


def ours(path):
    """The image's levels as integers, or None for a file that is refused."""
    try:
        with Image.load(path) as image:
            return np.round(image.pixels * 255).astype(int)
    except GenerativeError:
        return None


def pillow(path):
    """The same from Pillow, and how far our levels may differ from them."""
    try:
        with PIL.Image.open(path) as image:
            image.load()
            image = PIL.ImageOps.exif_transpose(image)
            mode = {"1": "L", "LA": "RGBA", "P": "RGB", "CMYK": "RGB"}.get(image.mode, image.mode)
            if mode.startswith("I"):
                return np.round(np.asarray(image).astype(float) / 257).astype(int), 0
            # For 16 bits per channel, Pillow keeps only the high byte; we round.
            loss = int(path.suffix == ".png" and path.read_bytes()[24] == 16)
            return np.asarray(image.convert(mode)).astype(int), loss
    except (OSError, SyntaxError, ValueError):
        return None, 0


def jpegs(folder, is_hard):
    """JPEGs of many sides, qualities and kinds."""
    draw = random.Random(7)
    kinds = [
        {}, {"progressive": True}, {"subsampling": 0}, {"subsampling": 1}, {"quality": 100}, {"quality": 5},
        {"restart_marker_blocks": 2}, {"optimize": True}, {"mode": "L"}, {"mode": "CMYK"},
        {"mode": "L", "progressive": True},
    ]  # fmt: skip
    kinds += [{"orientation": n} for n in range(1, 9)]
    sides = [1, 2, 7, 8, 9, 16, 17, 33, 64, 100] if is_hard else [1, 8, 17, 33]
    for (number, kind), width, height in itertools.product(enumerate(kinds), sides, sides):
        options = dict(kind)
        y, x = np.mgrid[0:height, 0:width]
        noise = np.random.default_rng(draw.randrange(1 << 30)).integers(0, 60, (height, width, 3))
        pixels = (np.stack([3 * x + y, 2 * y + 40, 5 * x + 90], -1) + noise) % 256
        image = PIL.Image.fromarray(pixels.astype(np.uint8)).convert(options.pop("mode", "RGB"))
        if "orientation" in options:
            exif = PIL.Image.Exif()
            exif[0x0112] = options.pop("orientation")
            options["exif"] = exif
        path = folder / f"{number}-{width}x{height}.jpg"
        image.save(path, "JPEG", **options)
        yield path


def main():
    folder, is_hard = Path(sys.argv[1]), sys.argv[2] == "hard"
    counts = {"png": [0, 0, 0], "jpg": [0, 0, 0]}
    wrong = []
    for path in [*pngs(folder), *jpegs(folder, is_hard)]:
        mine, (theirs, loss) = ours(path), pillow(path)
        if theirs is not None and theirs.ndim == 2:
            theirs = theirs[..., None]
        count = counts[path.suffix[1:]]
        if mine is None:
            # Pillow may read some of the broken files.
            count[2] += 1
            if not path.name.startswith("x"):
                wrong.append(f"{path.name} was refused")
        elif theirs is None or theirs.shape != mine.shape:
            wrong.append(f"{path.name}: {mine.shape}, Pillow {None if theirs is None else theirs.shape}")
        elif abs(mine - theirs).max() > loss:
            wrong.append(f"{path.name}: off by {abs(mine - theirs).max()}")
        else:
            count[int(loss > 0)] += 1
    print("\n".join(wrong[:10]), end="\n" if wrong else "")
    png, jpeg = counts["png"], counts["jpg"]
    print(
        f"{png[0]} PNGs equal, {png[1]} of 16 bits within 1 level, {png[2]} broken ones refused; {jpeg[0]} JPEGs equal, "
        f"{len(wrong)} wrong"
    )
    return 1 if wrong or jpeg[0] < 200 or png[0] < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
