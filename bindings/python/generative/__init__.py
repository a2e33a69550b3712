"""generative: PCA, autoencoders, VAEs and GANs on a CPU, over libgenerative.

>>> import generative
>>> faces = generative.faces(5000)
>>> vae = generative.VAE(latent_size=16, epochs=5).fit(faces, verbose=True)
>>> generative.write_image("samples.png", generative.image_grid(vae.sample(64)))

Arrays are numpy arrays, with rows first. Images are in [0, 1] (or uint8), with channels last. Models follow
scikit-learn's conventions. An option that is None has the library's default, which its description states.

Ctrl-C ends any long call on the main thread and raises KeyboardInterrupt. An exception in another signal's
handler ends it in the same way. Python runs these handlers only on the main thread: calls on other threads
continue.
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
from ._report import Report, report
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
    "Report",
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
    "report",
    "version",
    "write_image",
]


def version() -> str:
    """Return the library's version, such as "1.0.0"."""
    text: bytes = _lib.gen_version()
    return text.decode()


def kernels() -> str:
    """Return the kernels in use: "baseline", "avx2", "avx512", "avx512bf16" or "neon"."""
    text: bytes = _lib.gen_kernels_name()
    return text.decode()


__version__ = version()


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])
