"""Autoencoders, denoising ones among them."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._calibrated import CalibratedModel
from ._constructors import AutoencoderParameters
from ._errors import NotReadyError, check
from ._fit_rows import are_rows, check_targets
from ._follow import interruptible
from ._inversion import InvertibleModel
from ._library import lib
from ._options import choose, described
from ._progress import Callback
from ._rows import Doubles, Floats, address, as_rows, numeric, packed, size_of
from .context import Token
from .dataset import is_array


class Autoencoder(AutoencoderParameters, InvertibleModel, CalibratedModel):
    """Autoencoder: an encoder to a small latent and a decoder back (Hinton & Salakhutdinov 2006).

    With a `corruption` the model learns to restore clean rows from corrupted ones (Vincent et al. 2008).
    With `fit(noisy, clean)` it learns from pairs of rows with any kind of noise. The default `hidden` is
    (512, 256), or (256,) for convolutional networks; () means no hidden layers.

    Penalties allow more latents h than a row has values. sparsity="l1" adds sparsity_weight * sum |h|;
    exact zeros need latent_activation="relu". sparsity="kl" adds sparsity_weight * sum KL(sparsity_target
    || mean of h over the batch), and needs latent_activation="sigmoid" (Ng 2011). `contraction` is the
    weight of the squared Frobenius norm of dh/dx (Rifai et al. 2011), for dense encoders; it is exact for
    hidden=(), else an unbiased estimate.

    The default architecture is "convolutional" for images with sides of at least 16 pixels, unless `hidden`
    is given. It puts `depth` levels, each half the size of the one before (by default until the smaller
    side has 4 to 7 pixels), before `hidden`. The sides of images must have at least 2^depth pixels. `skips`
    makes the model a U-Net with a bottleneck of latent_size, which can only reconstruct. It excludes hidden
    layers, latent_activation, bias=False, dropout, batch_norm, pixel_bias, penalties and `tied`.

    `AutoencoderParameters` describes all parameters.
    """

    _noun = "autoencoder"
    _takes_targets = True

    def encode(self, X: Any) -> Floats:
        """Compute the latents of rows.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).

        Returns
        -------
        ndarray
            Latents, (n, latent_size), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        NotReadyError
            The model was made with skips, and has no latents.
        ValueError
            The rows have another size than the model's.
        """
        rows = self._rows(X)
        return self._plain(lib.gen_autoencoder_encode, rows, self._empty_latents(len(rows)))

    def decode(self, Z: npt.ArrayLike) -> Floats:
        """Decode latents to rows.

        Parameters
        ----------
        Z : array-like
            Latents, (n, latent_size).

        Returns
        -------
        ndarray
            Rows, (n, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        NotReadyError
            The model was made with skips, and has no latents.
        """
        latents = self._latents(Z)
        return self._plain(lib.gen_autoencoder_decode, latents, self._empty_rows(len(latents)))

    def reconstruct(self, X: Any) -> Floats:
        """Encode and decode rows.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).

        Returns
        -------
        ndarray
            Rows, (n, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        rows = self._rows(X)
        return self._map(lib.gen_model_reconstruct, rows, self._empty_rows(len(rows)))

    def denoise(self, X: Any) -> Floats:
        """Restore clean rows from noisy ones.

        The model must have been made with a corruption or fitted to (noisy, clean) pairs. Images larger
        than the model's rows are denoised in overlapping tiles, which are blended without seams.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, or images larger than the model's, (n, height, width[, channels]), or one such image
            without the first axis. A two-dimensional array whose second axis has the size of a row is read
            as rows: pass a gray image of that width as X[None].

        Returns
        -------
        ndarray
            Clean rows or images, in the shape of `X`, float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        description = described(lib.gen_model_describe, self._fitted_handle())
        if description["options"]["corruption"] == "none" and not description["paired"]:
            what = "this autoencoder was made without a corruption and not fitted to (noisy, clean)"
            raise NotReadyError(c.E_STATE, f"{what}: it does not denoise")
        images = self._larger_images(X)
        return self.reconstruct(X) if images is None else self._denoised(images)

    def _larger_images(self, X: Any) -> Any:
        """Images of other sides than the model's rows as an array (n, height, width[, channels]), or a single one
        without the first axis; None: X is rows."""
        shape = self.shape_
        if len(shape) == 1 or not is_array(X):
            return None
        array = numeric(X, "X")
        sides, axes, channels = array.shape, len(shape), shape[2:]
        is_one = len(sides) == axes and sides[2:] == channels and (axes == 3 or sides[1] != size_of(shape))
        are_many = len(sides) == axes + 1 and sides[3:] == channels and sides[1:] != shape
        return array if is_one or are_many else None

    def _denoised(self, array: Any) -> Floats:
        """Images that are denoised tile by tile."""
        images = array if array.ndim > len(self.shape_) else array[None]
        count, height, width = images.shape[:3]
        self._check_scale(array)
        if array.dtype == np.uint8:
            images = images.astype(np.float32) / np.float32(255)
        rows = packed(images, np.float32, None, "X")
        out = np.empty(images.shape, np.float32)
        denoise = interruptible(lib.gen_autoencoder_denoise_images)
        check(denoise(self._fitted_handle(), address(rows), count, height, width, address(out)))
        return out.reshape(array.shape)

    def invert(
        self,
        X: Any,
        *,
        n_steps: int = 200,
        learning_rate: Optional[float] = None,
        prior_weight: Optional[float] = None,
        start: Optional[npt.ArrayLike] = None,
        mask: Any = None,
        callback: Optional[Callback] = None,
        token: Optional[Token] = None,
    ) -> tuple[Floats, Floats]:
        """Find the latents whose rows are nearest to `X`, by gradient descent.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        n_steps : int, default=200
            Adam steps per start.
        learning_rate : float, optional
            Initial learning rate, which falls to zero along half a cosine (default: 0.05).
        prior_weight : float, optional
            Weight of |latent|^2 / 2, added to the squared error (default: 0).
        start : array-like, optional
            Latents of the first start, (n, latent_size) (default: the latents of `encode`).
        mask : array-like, optional
            1 or True where a value is known, in the shape of `X` or of one row for all rows. Only known
            values count (default: all are known).
        callback : callable, optional
            Called with a `FitEvent`. It may return STOP_NOW, which raises CancelledError.
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
        NotReadyError
            The model was made with skips, and has no latents.
        CancelledError
            The callback or the token stopped the call.
        """
        search = {"n_steps": n_steps, "learning_rate": learning_rate, "prior_weight": prior_weight}
        return self._invert(X, mask, None, start, callback, token, **search)

    def jacobian_norm(self, X: Any) -> Doubles:
        """Compute the squared Frobenius norm of dh/dx at each row, which `contraction` weighs.

        The cost is one backward pass per latent, or a single one for hidden=().

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).

        Returns
        -------
        ndarray
            Norms, (n,), float64.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        rows = self._rows(X)
        norms = np.empty(len(rows))
        check(lib.gen_autoencoder_jacobian_norm(self._fitted_handle(), address(rows), len(rows), address(norms)))
        return norms

    def transform(self, X: Any) -> Any:
        """Compute the latents of rows, as `encode` does.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).

        Returns
        -------
        ndarray or DataFrame
            Latents, (n, latent_size), in the container chosen by `set_output`.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        return self._labelled(self.encode(X), X)

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """Fit the model and return the latents of the same rows.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        y : array-like, optional
            Clean rows, see `fit`.
        **fit_params
            Passed to `fit`.

        Returns
        -------
        ndarray or DataFrame
            Latents, (n, latent_size), in the container chosen by `set_output`.
        """
        return self.fit(X, y, **fit_params).transform(X)

    def inverse_transform(self, Z: npt.ArrayLike) -> Floats:
        """Decode latents to rows, as `decode` does.

        Parameters
        ----------
        Z : array-like
            Latents, (n, latent_size).

        Returns
        -------
        ndarray
            Rows, (n, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        return self.decode(Z)

    def score_samples(self, X: Any) -> Doubles:
        """Compute the negative squared error of each row's reconstruction, summed over the row.

        If the model standardizes rows, the error is that of standardized rows.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).

        Returns
        -------
        ndarray
            Scores, (n,), float64; greater is better.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        return -self.anomaly_scores(X)

    def score(self, X: Any, y: Any = None) -> float:
        """Compute the mean of `score_samples`; greater is better.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        y : array-like, optional
            Clean rows of noisy `X`. The score is then the negative squared error between the reconstruction
            of `X` and `y`, summed over the row, in the rows' own units. A `y` that is not rows is ignored.

        Returns
        -------
        float
            Mean over the rows.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        if not are_rows(y):
            return float(np.mean(self.score_samples(X)))
        check_targets(X, y, "y")
        made = self.reconstruct(X)
        clean = self._rows(y)
        if len(made) != len(clean):
            raise ValueError(f"y must have {len(made)} rows like X, not {len(clean)}")
        return -float(((made.reshape(clean.shape).astype(np.float64) - clean) ** 2).sum(1).mean())

    def _plain(self, function: Any, rows: Floats, out: Floats) -> Floats:
        """The output of a function that takes no labels, given room for it."""
        check(function(self._handle, address(rows), len(rows), address(out)))
        return out

    @property
    def _n_features_out(self) -> int:
        return self.latent_size_


def corrupt(
    X: npt.ArrayLike, corruption: str, amount: Optional[float] = None, *, seed: int = 0
) -> Floats:
    """Corrupt rows as the training of a denoising autoencoder does.

    Parameters
    ----------
    X : array-like
        Rows.
    corruption : {"gaussian", "masking", "salt_and_pepper"}
        Kind of noise.
    amount : float, optional
        Standard deviation of gaussian noise (default: 0.5), or share of values to corrupt (default: 0.3).
    seed : int, default=0
        Seed of the random numbers. Row i is the same for any number of rows.

    Returns
    -------
    ndarray
        Rows in the shape of `X`, float32.
    """
    kind = choose(c.CORRUPTION, corruption, "corruption")
    rows = as_rows(X)
    out = np.empty_like(rows)
    strength = c.AUTO if amount is None else amount
    check(lib.gen_rows_corrupt(address(rows), *rows.shape, kind, strength, seed, address(out)))
    return out.reshape(np.shape(X))
