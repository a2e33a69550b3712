"""Makes data like users' own: a folder of class folders from Fashion-MNIST, and tables from scikit-learn.

    python3 Benchmarks/own_data.py FOLDER [images of a class]

FOLDER/clothes has PNG and JPEG files of mixed sizes, gray and in colour, in one folder per class, with some
broken files and some of other formats. FOLDER/clothes.json has what a reader must find. FOLDER/wine.csv,
FOLDER/breast_cancer.csv and FOLDER/digits.csv have a header line and a column label. Needs Pillow and
scikit-learn.
"""

import gzip
import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

import data

CLASSES = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]
PAGE = b"<!DOCTYPE html><html><body>404</body></html>"


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def picture(pixels, random):
    """An image file's extension and bytes."""
    image = Image.fromarray(pixels)
    side = int(random.choice([28, 28, 32, 40, 56]))
    if side != 28:
        image = image.resize((side, side), Image.Resampling.BICUBIC)
    if random.random() < 0.2:
        image = image.convert("RGB")
    if random.random() < 0.5:
        return str(random.choice([".jpg", ".JPG", ".jpeg", ".jfif"])), encoded(image, "JPEG", quality=92)
    return ".png", encoded(image, "PNG")


def class_folders(folder, count):
    """Writes the folder; returns what a reader must find."""
    with gzip.open(data.FASHION.format("train").replace("images-idx3", "labels-idx1")) as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    images = data.fashion("train").reshape(-1, 28, 28)
    random = np.random.default_rng(6)
    skipped = passed = 0
    for number, name in enumerate(CLASSES):
        place = folder / name
        place.mkdir(parents=True)
        for row in np.flatnonzero(labels == number)[:count]:
            ending, content = picture(images[row], random)
            (place / f"{row:05}{ending}").write_bytes(content)
        whole = encoded(Image.fromarray(images[number]), "PNG")
        broken = {"cut.png": whole[: len(whole) // 2], "page.jpg": PAGE, "empty.png": b""}
        image = Image.fromarray(images[number])
        foreign = {kind.lower(): encoded(image, kind) for kind in ("WEBP", "GIF", "BMP", "TIFF")}
        foreign["txt"], foreign["hidden"] = b"bought in May\n", b"\0"
        for file, content in broken.items():
            (place / file).write_bytes(content)
        for ending, content in foreign.items():
            (place / (f"other.{ending}" if ending != "hidden" else ".DS_Store")).write_bytes(content)
        skipped, passed = skipped + len(broken), passed + len(foreign)
    rows = count * len(CLASSES)
    return {"rows": rows, "skipped": skipped, "passed_over": passed, "files": rows + skipped + passed}


def tables(folder):
    from sklearn import datasets

    for name in "wine", "breast_cancer", "digits":
        found = getattr(datasets, f"load_{name}")(as_frame=True)
        table = found.data.copy()
        names = getattr(found, "target_names", None)
        table["label"] = [str(names[label]) if name != "digits" else label for label in found.target]
        table.to_csv(folder / f"{name}.csv", index=False)


def main():
    folder, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 240
    expected = class_folders(folder / "clothes", count)
    (folder / "clothes.json").write_text(json.dumps(expected) + "\n")
    print(json.dumps(expected))
    tables(folder)


if __name__ == "__main__":
    main()
