"""Writes small model files of the library at hand into Tests/Golden/compatibility, and what each model
makes of fixed rows; run once for every format, with that library and its Python package:

    PYTHONPATH=bindings/python GENERATIVE_LIBRARY=... python make_compatibility.py 1.1 dense

and `convolutional`, `unfinished` and `variants` where the library had those (older packages took epochs and batch_size in
fit).

bindings/python/tests/test_compatibility.py loads them. Files are never regenerated.
"""

import json
import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "compatibility"


def rows(shape, n=20):
    """Numbers in [0, 1) that follow no library's generator."""
    size = int(np.prod(shape))
    values = (np.arange(n * size, dtype=np.int64) * 7919 + 13) % 997 / 1000
    return values.astype(np.float32).reshape(n, *shape)


def outputs(model, shape):
    """Something that all weights of inference take part in, of five rows."""
    kind = type(model).__name__
    if kind == "PCA":
        return model.transform(rows(shape, 5))
    if kind == "GAN":
        return model.generate(rows((model.info.latent_size,), 5))
    if kind == "VAE" and getattr(model.info, "n_classes", 0):
        return model.reconstruct(rows(shape, 5), labels=np.arange(5) % model.info.n_classes)
    return model.reconstruct(rows(shape, 5))


def dense():
    from generative import GAN, PCA, VAE, Autoencoder

    shape, fit = (6,), {"epochs": 2, "batch_size": 8}
    yield "pca", PCA(2).fit(rows(shape)), shape
    model = Autoencoder(2, hidden=(4,), corruption="gaussian", corruption_amount=0.25, **fit)
    yield "autoencoder", model.fit(rows(shape)), shape
    yield "vae", VAE(2, hidden=(4,), optimizer="rmsprop", **fit).fit(rows(shape)), shape
    model = GAN(2, generator_hidden=(4,), discriminator_hidden=(4,), **fit)
    yield "gan", model.fit(rows(shape)), shape


def convolutional():
    from generative import GAN, VAE, Autoencoder

    shape, fit = (4, 4, 1), {"epochs": 2, "batch_size": 8}
    built = {"architecture": "convolutional", "base_channels": 2, "depth": 1, **fit}
    model = Autoencoder(2, hidden=(), skips=True, **{**built, "base_channels": 1})
    yield "u-net", model.fit(rows(shape)), shape
    labels = np.arange(20) % 3
    model = VAE(2, hidden=(), batch_norm=True, n_classes=3, **built)
    yield "conditional-vae", model.fit(rows(shape), labels), shape
    yield "dcgan", GAN(2, **built).fit(rows(shape)), shape


def variants():
    from generative import VAE, Autoencoder

    shape, fit = (6,), {"epochs": 2, "batch_size": 8}
    model = Autoencoder(
        2, hidden=(4,), latent_activation="sigmoid", sparsity="kl", sparsity_weight=0.25, contraction=0.125,
        tied=True, **fit,
    )  # fmt: skip
    yield "tied-autoencoder", model.fit(rows(shape)), shape
    yield "importance-vae", VAE(2, hidden=(4,), importance_samples=3, **fit).fit(rows(shape)), shape


def unfinished():
    from generative import STOP_NOW, VAE

    shape = (6,)
    model = VAE(2, hidden=(4,), **UNFINISHED).fit(rows(shape), callback=lambda event: STOP_NOW)
    yield "vae-unfinished", model, shape


UNFINISHED = {"epochs": 2, "batch_size": 8, "schedule": "cosine"}


def main(version, what):
    expected_path = FOLDER / "expected.json"
    expected = json.loads(expected_path.read_text()) if expected_path.exists() else {}
    makers = {"dense": dense, "convolutional": convolutional, "unfinished": unfinished, "variants": variants}
    for name, model, shape in makers[what]():
        file = f"{name}-{version}.safetensors"
        model.save(FOLDER / file)
        expected[file] = {
            "kind": type(model).__name__,
            "shape": shape,
            "outputs": [round(float(x), 7) for x in outputs(model, shape).ravel()],
        }
    expected_path.write_text(json.dumps(expected, indent=0, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
