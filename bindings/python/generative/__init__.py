"""generative: PCA, autoencoders, VAEs and GANs on a CPU, over libgenerative.

    import generative
    faces = generative.faces(5000)
    vae = generative.VAE(latent_size=16, epochs=5).fit(faces, verbose=True)
    generative.write_image("samples.png", generative.image_grid(vae.sample(64)))

Arrays are numpy's, rows first; images are in [0, 1] (or uint8), channels last. Models have
scikit-learn's manners. Options that are None mean the library's defaults, which generative.h tells.

Ctrl-C ends any long call of the main thread and raises KeyboardInterrupt. So does what the handler of another
signal raises. Python runs these handlers in the main thread alone: calls of other threads go on.
"""

from __future__ import annotations

from . import evaluate, latents
from ._constants import GO_ON, STOP_AFTER_EPOCH, STOP_NOW
from ._comm import Comm
from ._errors import (
    CancelledError,
    CommunicationError,
    FileError,
    GenerativeError,
    InternalError,
    InvalidArgumentError,
    NotFittedError,
    NotReadyError,
    OutOfMemoryError,
)
from ._library import lib as _lib
from ._load import load
from ._progress import FitEvent
from .autoencoder import Autoencoder, corrupt
from .classifier import Classifier
from .context import Context, Token
from .dataset import Dataset, faces, open_dataset
from .gan import GAN
from .image import Image, image_grid, read_image, write_image
from .mixture import Mixture
from .moments import Moments
from .pca import PCA
from .reservoir import Reservoir
from .trainer import Trainer
from .vae import ELBO, VAE, binarize

__all__ = [
    "ELBO",
    "GAN",
    "GO_ON",
    "PCA",
    "STOP_AFTER_EPOCH",
    "STOP_NOW",
    "VAE",
    "Autoencoder",
    "Classifier",
    "CancelledError",
    "Comm",
    "CommunicationError",
    "Context",
    "Dataset",
    "FileError",
    "FitEvent",
    "GenerativeError",
    "Image",
    "InternalError",
    "InvalidArgumentError",
    "Mixture",
    "Moments",
    "NotFittedError",
    "NotReadyError",
    "OutOfMemoryError",
    "Reservoir",
    "Token",
    "Trainer",
    "binarize",
    "corrupt",
    "evaluate",
    "faces",
    "image_grid",
    "kernels",
    "latents",
    "load",
    "open_dataset",
    "read_image",
    "version",
    "write_image",
]


def version() -> str:
    """The library's version, "0.1.0"."""
    text: bytes = _lib.gen_version()
    return text.decode()


def kernels() -> str:
    """The kernels in use: "baseline", "avx2", "avx512" or "neon"."""
    text: bytes = _lib.gen_kernels_name()
    return text.decode()


__version__ = version()
