# Generated from the library's option tables by 'make generate'. Do not edit.
"""The constructors of the models: a parameter for each option."""

from .autoencoder import AutoencoderParameters
from .classifier import ClassifierParameters
from .gan import GANParameters
from .pca import PCAParameters
from .vae import VAEParameters

__all__ = [
    "PCAParameters",
    "AutoencoderParameters",
    "VAEParameters",
    "GANParameters",
    "ClassifierParameters",
]
