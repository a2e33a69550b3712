"""Our side: the workloads, run through the header as the Python package calls it."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bindings" / "python"))

import numpy as np

import data
import reference
from bursts import repeat, steps
from generative import GAN, PCA, VAE, Autoencoder, Context, Dataset, faces, write_image
from generative._constants import STOP_NOW
from generative._errors import check
from generative._library import lib
from memory import resident_mib
from workload import Workload

MIB = 1 << 20
BY_GOLDEN = "a step equals PyTorch's in Tests/ModelsTests/TorchParityTests"
BY_GOLDEN_DCGAN = "a step equals PyTorch's in Tests/ModelsTests/DCGANStepTests"

BY_LAYERS = "gradients equal finite differences in Tests/ModelsTests"


def context(direct=0):
    return Context(n_threads=int(os.environ["BENCH_THREADS"]), direct_convolutions=bool(direct))


def _fit(model, rows, batch, rate, reason):
    """One long fit, which also reports the memory that the plan predicted and that was really used.

    context_mib: the growth of the library's own account of its memory. grown_mib: the growth of the process.
    Both include making the model. They exclude the rows, and memory that any fit uses once: the context's
    working memory and the code's pages, which the fits before this one have touched.
    """
    VAE(2, hidden=(8,), epochs=1, batch_size=2, context=model.context).fit(data.uniform(4, 784))
    PCA(2, context=model.context).fit(data.uniform(600, 784))
    model.set_params(shape=rows.shape[1:], epochs=1_000_000, batch_size=batch, learning_rate=rate)
    planned = model.plan()[1] / MIB
    used, start = model.context.memory[0], resident_mib()
    final = {}

    def fit(go_on):
        def callback(event):
            if go_on((event.epoch - 1) * event.n_steps + event.step):
                return None
            taken = (model.context.memory[1] - used) / MIB
            final.update(grown_mib=resident_mib() - start, context_mib=taken)
            return STOP_NOW

        model.fit(rows, callback=callback)

    return Workload(steps(fit), reason, lambda: dict(final, planned_mib=planned))


def vae_train(batch=128, width=400, rows=20_000, precision="float32"):
    model = VAE(20, hidden=(width,), precision=precision, context=context())
    return _fit(model, data.uniform(rows, 784), batch, 1e-3, BY_GOLDEN)


def gan_train(batch=128, precision="float32"):
    model = GAN(
        100,
        precision=precision,
        generator_hidden=(256, 512),
        discriminator_hidden=(512, 256),
        generator_activation="leaky_relu",
        output_activation="tanh",
        batch_norm=False,
        average_decay=0,
        mean_start=False,
        r1_penalty=0,
        context=context(),
    )
    return _fit(model, data.uniform(20_000, 784), batch, 2e-4, BY_GOLDEN)


def _dcgan(direct, precision):
    # As in PyTorch's example.
    return GAN(
        architecture="convolutional", base_channels=64, spectral_norm=False, input_noise=0, average_decay=0,
        precision=precision, context=context(direct),
    )  # fmt: skip


def dcgan_train(batch=64, size=64, direct=0, precision="float32"):
    return _fit(_dcgan(direct, precision), data.uniform(20 * batch, size, size, 3), batch, 2e-4, BY_GOLDEN_DCGAN)


def convolutional_vae_train(size, batch=64):
    model = VAE(64, architecture="convolutional", likelihood="bernoulli", context=context())
    return _fit(model, data.uniform(20 * batch, size, size, 3), batch, 1e-3, BY_LAYERS)


def unet_train(size, batch=16):
    model = Autoencoder(64, architecture="convolutional", skips=True, context=context())
    return _fit(model, data.uniform(20 * batch, size, size, 3), batch, 1e-3, BY_LAYERS)


def dcgan_sample(batch=64, direct=0, precision="float32"):
    """Generates rows from given latents, like the peers, after a fit that makes the rows vary."""
    model = _dcgan(direct, precision).set_params(epochs=8, batch_size=16, learning_rate=2e-3)
    model.fit(data.uniform(32, 64, 64, 3))
    model = GAN.from_bytes(model.to_bytes("weights"), context(direct))
    latents = data.normal(batch, 100)
    rows = np.empty((batch, 64, 64, 3), np.float32)
    arguments = (model._handle, latents.ctypes.data, None, batch, 1, rows.ctypes.data)

    def error():
        exact = reference.dcgan_generate(latents, reference.tensors(model.to_bytes("weights")))
        return reference.relative(2 * rows - 1, exact)

    return Workload(repeat(lambda: check(lib.gen_gan_generate(*arguments)), warm_up=3), error)


def vae_encode(batch=1, precision="float32"):
    model = VAE(20, hidden=(400,), precision=precision, epochs=1).fit(data.uniform(256, 784))
    model = VAE.from_bytes(model.to_bytes("weights"), context())
    rows = data.uniform(batch, 784, seed=5)
    mean, log_variance = np.empty((batch, 20), np.float32), np.empty((batch, 20), np.float32)
    arguments = (model._handle, rows.ctypes.data, None, batch, mean.ctypes.data, log_variance.ctypes.data)

    def error():
        exact = reference.vae_encode(rows, reference.tensors(model.to_bytes("weights")))
        return reference.relative(np.hstack([mean, log_variance]), exact)

    return Workload(repeat(lambda: check(lib.gen_vae_encode(*arguments)), warm_up=100), error)


def pca_fit(rows=60_000, k=50, kind="f32"):
    """k = 0: all components."""
    x = data.rows_of(kind, rows)
    fitted = {}

    def call():
        fitted["pca"] = PCA(k or None, context=context_of_fits).fit(x)
        fitted["components"] = fitted["pca"].components_

    def error():
        exact = reference.covariance(x) / (255**2 if kind == "u8" else 1)
        return reference.pca_error(fitted["components"], fitted["pca"].explained_variance_, exact)

    context_of_fits = context()
    return Workload(repeat(call, warm_up=1), error)


def pca_wide(rows=1000, columns=12_288, k=50):
    x = data.normal(rows, columns)
    fitted = {}

    def call():
        fitted["pca"] = PCA(k, context=context_of_fits).fit(x)
        fitted["components"] = fitted["pca"].components_

    def error():
        return reference.wide_pca_error(fitted["components"], fitted["pca"].explained_variance_, x)

    context_of_fits = context()
    return Workload(repeat(call, warm_up=1), error)


def pca_incremental(rows=60_000, k=50, batch=2000, kind="f32"):
    x = data.rows_of(kind, rows)
    fitted = {}

    def call():
        pca = fitted["pca"] = PCA(k, context=context_of_fits)
        for first in range(0, rows, batch):
            pca.partial_fit(x[first : first + batch])
        fitted["components"] = pca.components_

    def error():
        exact = reference.covariance(x)
        return reference.pca_error(fitted["components"], fitted["pca"].explained_variance_, exact)

    context_of_fits = context()
    return Workload(repeat(call, warm_up=1), error)


def pca_transform(rows=60_000, k=50):
    x = data.rows_of("f32", rows)
    pca = PCA(k, context=context()).fit(x)
    latents = np.empty((rows, k), np.float32)
    arguments = (pca._handle, x.ctypes.data, rows, latents.ctypes.data)

    def error():
        exact = (x.astype(float) - pca.mean_.astype(float)) @ pca.components_.T.astype(float)
        return reference.relative(latents, exact)

    return Workload(repeat(lambda: check(lib.gen_pca_transform(*arguments))), error)


def pictures(name, side):
    """Reads a folder of pictures as rows of side x side x 3."""
    folder = data.folder(name, lambda path, pixels: write_image(path, pixels, 90))[0].parent
    ours = context()
    return Workload(
        repeat(lambda: Dataset.from_folder(folder, side, side, context=ours)),
        "bindings/python/tests/test_pictures.py compares pixels with Pillow's",
    )


def faces_folder(count=10_000, side=128):
    """A folder of JPEGs of drawn faces, which is made if it does not exist yet."""
    folder = data.FOLDER / f"jpeg-faces-{side}"
    if not (folder / f"{count - 1:05}.jpg").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for number, pixels in enumerate(faces(count, side)):
            write_image(folder / f"{number:05}.jpg", pixels, 90)
    return folder
