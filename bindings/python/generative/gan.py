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
    """Generative adversarial network (Goodfellow et al. 2014).

    A generator turns latents into rows, and learns to fool a discriminator, which distinguishes them from
    real rows.

    With dense layers the default latent_size is 64, generator_hidden is (256, 512) and discriminator_hidden
    is (512, 256); () means no hidden layers. `sample` draws from a moving average of the generator, whose
    decay is average_decay; 0 means no average.

    architecture="convolutional" is DCGAN (Radford et al. 2016), the default for images with sides of at
    least 16 pixels unless widths of hidden layers are given. The sides of images must have at least 2^depth
    pixels. `depth` levels, each half the size of the one before (by default until the smaller side
    has 4 to 7 pixels), begin with base_channels channels, which each level doubles. latent_size is 100 and
    there are no hidden layers by default.

    With n_classes > 0 the model is conditional: `fit` takes labels 0 ... n_classes - 1 as `y` or from the
    Dataset, and the methods take them as `labels`.

    `GANParameters` describes all parameters.
    """

    _noun = "gan"
    _least_rows = 2  # of which batch norm takes its statistics

    def latents(self, n: int = 1, *, seed: int = 0) -> Floats:
        """Draw the latents that `sample` uses.

        Parameters
        ----------
        n : int, default=1
            Number of latents.
        seed : int, default=0
            Seed of the random numbers. Row i is the same for any number of rows.

        Returns
        -------
        ndarray
            Latents, (n, latent_size), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        latents = self._empty_latents(n)
        check(lib.gen_gan_latents(self._handle, n, seed, address(latents)))
        return latents

    def generate(self, Z: npt.ArrayLike, *, labels: Any = None, generator: str = "average") -> Floats:
        """Generate rows from latents.

        Parameters
        ----------
        Z : array-like
            Latents, (n, latent_size).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, not allowed for
            others.
        generator : {"average", "last"}, default="average"
            Weights to use: the moving average, or those of the last step.

        Returns
        -------
        ndarray
            Rows, (n, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
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
        """Find the latents whose rows are nearest to `X`, by gradient descent.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.
        generator : {"average", "last"}, default="average"
            Weights to use.
        n_steps : int, default=200
            Adam steps per start.
        n_starts : int, default=1
            Starts per row; the best result is kept.
        learning_rate : float, optional
            Initial learning rate, which falls to zero along half a cosine (default: 0.05).
        prior_weight : float, optional
            Weight of |latent|^2 / 2, added to the squared error (default: 0; masked rows: 0.05).
        start : array-like, optional
            Latents of the first start, (n, latent_size) (default: zeros).
        seed : int, default=0
            Seed of the later starts.
        mask : array-like, optional
            1 or True where a value is known, in the shape of `X` or of one row for all rows. Only known
            values count (default: all are known).
        callback : callable, optional
            Called with a `FitEvent`. It may return STOP_AFTER_EPOCH, which ends with the starts so far, or
            STOP_NOW, which raises CancelledError.
        token : Token, optional
            Stops the call from another thread.

        Returns
        -------
        latents : ndarray
            Latents, (n, latent_size), float32.
        errors : ndarray
            Squared error of each row, summed over its known values, (n,), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        CancelledError
            The callback or the token stopped the call.
        """
        search = {"n_steps": n_steps, "n_starts": n_starts, "learning_rate": learning_rate, "prior_weight": prior_weight}
        return self._invert(X, mask, labels, start, callback, token, generator=generator, seed=seed, **search)

    def discriminate(self, X: Any, *, labels: Any = None) -> Floats:
        """Compute the discriminator's probability that each row is real.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.

        Returns
        -------
        ndarray
            Probabilities, (n,), float32 in [0, 1].

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        rows, known = self._rows_and_labels(X, labels)
        return self._map(lib.gen_gan_discriminate, rows, np.empty(len(rows), np.float32), known)

    def features(self, X: Any, *, labels: Any = None) -> Floats:
        """Compute features of rows from a convolutional discriminator.

        The features are the outputs of every convolution, each reduced by maximum to a 4 x 4 grid. They
        serve a classifier (Radford et al. 2016, section 5.1).

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.

        Returns
        -------
        ndarray
            Features, (n, info.n_features), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        NotReadyError
            The networks are dense.
        """
        rows, known = self._rows_and_labels(X, labels)
        out = np.empty((len(rows), self.info.n_features), np.float32)
        return self._map(lib.gen_model_features, rows, out, known)

    def _from_latents(self, Z: npt.ArrayLike, labels: Any) -> Floats:
        return self.generate(Z, labels=labels)
