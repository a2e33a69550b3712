"""The generative adversarial network."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._constructors import GANParameters
from ._errors import check
from ._generator import GeneratorModel
from ._library import lib
from ._options import choose
from ._progress import Callback
from ._rows import Floats, address
from .context import Token


class GAN(GANParameters, GeneratorModel):
    """A generator that learns to fool a discriminator (Goodfellow et al. 2014).

    generator_hidden: None: 256, 512; discriminator_hidden: None: 512, 256; (): none. latent_size: None:
    64. average_decay: of the generator's moving average, from which `sample` draws; 0: none.

    architecture="convolutional" is DCGAN (Radford et al. 2016): `depth` levels of half the size (None:
    until the smaller side is 4 ... 7) from base_channels channels, doubled level by level; latent_size is
    100, hidden layers are none unless given, and rows are images. Images may have any sides of at least
    2^depth pixels.

    n_classes: the model is conditional; fit takes labels 0 ... n_classes - 1 as `y` or from the Dataset, and
    the methods take them as `labels`: one for each row, or one for all.

    All parameters: see `GANParameters`.
    """

    _noun = "gan"
    _least_rows = 2  # of which batch norm takes its statistics

    def latents(self, n: int = 1, *, seed: int = 0) -> Floats:
        """The latents that `sample` uses, (n, latent_size)."""
        latents = self._empty_latents(n)
        check(lib.gen_gan_latents(self._handle, n, seed, address(latents)))
        return latents

    def generate(self, Z: npt.ArrayLike, *, labels: Any = None, generator: str = "average") -> Floats:
        """The rows of latents, by the averaged generator or the "last" one."""
        which = choose(c.GENERATOR, generator, "generator")
        latents = self._latents(Z)
        rows, known = self._empty_rows(len(latents)), self._labels(labels, len(latents))
        self._given(lib.gen_gan_generate, latents, known, which, address(rows))
        return rows

    def invert(
        self,
        X: Any,
        *,
        labels: Any = None,
        generator: str = "average",
        n_steps: int = 200,
        n_starts: int = 1,
        learning_rate: Optional[float] = None,
        prior_weight: Optional[float] = None,
        start: Optional[npt.ArrayLike] = None,
        seed: int = 0,
        mask: Any = None,
        callback: Optional[Callback] = None,
        token: Optional[Token] = None,
    ) -> tuple[Floats, Floats]:
        """The latents whose rows come nearest to X, by gradient descent: (latents, errors).

        errors: of each row, squared and summed. n_starts: descents, of which the best counts.
        prior_weight: of |latent|^2 / 2 beside the error; None: 0, for masked rows 0.05.
        start: the first start; None: zeros. mask: 1 or True where a value is known, of X's shape or of one row's
        for all; only known values count. labels: the class of each row, or one of all, for a
        conditional model.
        callback(event) may return STOP_AFTER_EPOCH (end with the starts so far) or STOP_NOW.
        """
        search = {"n_steps": n_steps, "n_starts": n_starts, "learning_rate": learning_rate, "prior_weight": prior_weight}
        return self._invert(X, mask, labels, start, callback, token, generator=generator, seed=seed, **search)

    def discriminate(self, X: Any, *, labels: Any = None) -> Floats:
        """How likely each row is real, (n,) in [0, 1]."""
        rows, known = self._rows_and_labels(X, labels)
        return self._map(lib.gen_gan_discriminate, rows, np.empty(len(rows), np.float32), known)

    def features(self, X: Any, *, labels: Any = None) -> Floats:
        """What a convolutional discriminator sees in each row: every convolution's output, pooled to
        4 x 4, as numbers for a classifier (Radford et al. 2016, section 5.1)."""
        rows, known = self._rows_and_labels(X, labels)
        out = np.empty((len(rows), self.info.n_features), np.float32)
        return self._map(lib.gen_model_features, rows, out, known)

    def _from_latents(self, Z: npt.ArrayLike, labels: Any) -> Floats:
        return self.generate(Z, labels=labels)
