"""Model files of any kind."""

from __future__ import annotations

from typing import Optional, Union

from . import _constants as c
from ._checkpoint import Checkpoint
from ._errors import InvalidArgumentError
from .autoencoder import Autoencoder
from .classifier import Classifier
from .context import Context
from .gan import GAN
from .image import PathLike
from .pca import PCA
from .vae import VAE


def load(path: PathLike, context: Optional[Context] = None) -> Union[PCA, Autoencoder, VAE, GAN, Classifier]:
    """Load a model of any kind from a file that `save` or the tool `gen` wrote.

    Parameters
    ----------
    path : path
        File to read.
    context : Context, optional
        Memory, threads and limits to use (default: the default context).

    Returns
    -------
    PCA, Autoencoder, VAE, GAN or Classifier
        The model.

    Raises
    ------
    FileError
        The file cannot be read, or is damaged.
    InvalidArgumentError
        The file contains no model.
    """
    with Checkpoint(path, context) as checkpoint:
        for kind in (PCA, Autoencoder, VAE, GAN, Classifier):
            if kind._noun == checkpoint.kind:
                return kind._read(checkpoint, path, context)
        raise InvalidArgumentError(c.E_MISMATCH, f"{path} does not contain a model, but {checkpoint.kind or 'tensors'}")
