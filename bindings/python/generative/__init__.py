"""generative: PCA, autoencoders, VAEs and GANs on a CPU, over libgenerative.

    import generative
    data = generative.Dataset.faces(5000)
    vae = generative.VAE(latent_size=16).fit(data, epochs=5, progress=True)
    generative.Image.grid(vae.sample(64)).save("samples.png")

Arrays are numpy's, rows first; images are in [0, 1] (or uint8), channels last. Options that are 0
or None mean the library's defaults, which generative.h tells.
"""

from . import evaluate, latents
from ._constants import GO_ON, STOP_AFTER_EPOCH, STOP_NOW
from ._errors import (
    FileError,
    GenerativeError,
    InvalidArgumentError,
    NotReadyError,
    OutOfMemoryError,
)
from ._library import lib as _lib
from ._progress import FitEvent
from .autoencoder import Autoencoder, corrupt
from .context import Context, Token
from .dataset import Dataset
from .gan import GAN
from .image import Image
from .pca import PCA
from .vae import VAE

__version__ = _lib.gen_version().decode()

__all__ = [
    "GAN",
    "GO_ON",
    "PCA",
    "STOP_AFTER_EPOCH",
    "STOP_NOW",
    "VAE",
    "Autoencoder",
    "Context",
    "Dataset",
    "FileError",
    "FitEvent",
    "GenerativeError",
    "Image",
    "InvalidArgumentError",
    "NotReadyError",
    "OutOfMemoryError",
    "Token",
    "corrupt",
    "evaluate",
    "kernels",
    "latents",
    "version",
]


def version():
    """The library's version, "0.1.0"."""
    return _lib.gen_version().decode()


def kernels():
    """The kernels in use: "baseline", "avx2", "avx512" or "neon"."""
    return _lib.gen_kernels_name().decode()
