"""Model files of any kind."""

from __future__ import annotations

from typing import Optional, Union

from . import _constants as c
from ._errors import InvalidArgumentError
from .autoencoder import Autoencoder
from .context import Context
from .gan import GAN
from .image import PathLike
from .pca import PCA
from .vae import VAE


def load(path: PathLike, context: Optional[Context] = None) -> Union[PCA, Autoencoder, VAE, GAN]:
    """The model of a file that `save` or the tool wrote, of whichever kind it is."""
    for kind in (Autoencoder, VAE, GAN, PCA):
        try:
            return kind.load(path, context)
        except InvalidArgumentError as error:
            if error.status != c.E_MISMATCH or kind is PCA:
                raise
    raise AssertionError("the last kind returns or raises")
