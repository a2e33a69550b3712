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
    """An encoder down to a small latent and a decoder back (Hinton & Salakhutdinov 2006).

    With a corruption it learns to restore clean rows from corrupted ones (Vincent et al. 2008), and by
    fit(noisy, clean) from pairs of rows, whatever makes them differ. hidden:
    None: 512, 256, convolutional 256; (): none.

    Penalties beside the loss are for codes that may be larger than the row. sparsity="l1": sparsity_weight
    * sum |h| of the latents h (zeros need latent_activation="relu"); "kl": sparsity_weight * sum
    KL(sparsity_target || mean of h over the batch), which needs latent_activation="sigmoid" (Ng 2011).
    contraction: the weight of the squared Frobenius norm of dh/dx (Rifai et al. 2011), for dense
    encoders; exact when hidden=(), else an estimate without bias.

    architecture="convolutional": `depth` levels of half the size (None: until the smaller side is 4
    ... 7), then `hidden`. Images may have any sides of at least 2^depth pixels. skips: a U-Net with a
    bottleneck of latent_size, which only reconstructs; it takes neither hidden layers, latent_activation,
    bias=False, dropout, batch_norm, pixel_bias, penalties nor ties.

    All parameters: see `AutoencoderParameters`.
    """

    _noun = "autoencoder"
    _takes_targets = True

    def encode(self, X: Any) -> Floats:
        """The latents of rows, (n, latent_size)."""
        rows = self._rows(X)
        return self._plain(lib.gen_autoencoder_encode, rows, self._empty_latents(len(rows)))

    def decode(self, Z: npt.ArrayLike) -> Floats:
        """The rows of latents."""
        latents = self._latents(Z)
        return self._plain(lib.gen_autoencoder_decode, latents, self._empty_rows(len(latents)))

    def reconstruct(self, X: Any) -> Floats:
        """Rows through the latent and back."""
        rows = self._rows(X)
        return self._map(lib.gen_model_reconstruct, rows, self._empty_rows(len(rows)))

    def denoise(self, X: Any) -> Floats:
        """Clean rows from noisy ones; the model must have been made with a corruption or fitted to (noisy, clean).

        X: rows, or images larger than the model's, (n, height, width[, channels]), or a single one without the first
        axis. Larger images are denoised tile by tile; tiles overlap, and are blended without seams. An array of two
        axes whose second has as many numbers as a row is rows: give a gray image of that width as X[None].
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
        """The latents whose rows come nearest to X, by gradient descent: (latents, errors).

        errors: of each row, squared and summed. prior_weight: of |latent|^2 / 2 beside the error; None: 0.
        start: None: encode's latents. mask: 1 or True where a value is known, of X's shape or of one row's for
        all; only known values count. callback(event) may return STOP_NOW.
        """
        search = {"n_steps": n_steps, "learning_rate": learning_rate, "prior_weight": prior_weight}
        return self._invert(X, mask, None, start, callback, token, **search)

    def jacobian_norm(self, X: Any) -> Doubles:
        """The squared Frobenius norm of the latents' derivatives by the row, at each row: (n,).

        What `contraction` weighs. Costs a pass back for each latent; with hidden=() one in all.
        """
        rows = self._rows(X)
        norms = np.empty(len(rows))
        check(lib.gen_autoencoder_jacobian_norm(self._fitted_handle(), address(rows), len(rows), address(norms)))
        return norms

    def transform(self, X: Any) -> Any:
        """The latents of encode, in the container that set_output asks for."""
        return self._labelled(self.encode(X), X)

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """fit, then the latents of the same rows."""
        return self.fit(X, y, **fit_params).transform(X)

    def inverse_transform(self, Z: npt.ArrayLike) -> Floats:
        """decode."""
        return self.decode(Z)

    def score_samples(self, X: Any) -> Doubles:
        """Minus the squared error of each row's reconstruction, summed over the row; of standardized rows where the
        model standardizes them."""
        return -self.anomaly_scores(X)

    def score(self, X: Any, y: Any = None) -> float:
        """The mean of score_samples: the greater the better. y: the clean rows of X, if X are noisy: minus the squared
        error of what the model makes of X, summed over the row, in the rows' own units; other y are ignored."""
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
    """Rows corrupted as a denoising autoencoder's training does it, in the shape of X.

    amount: "gaussian": deviation, None: 0.5; "masking", "salt_and_pepper": share, None: 0.3.
    """
    kind = choose(c.CORRUPTION, corruption, "corruption")
    rows = as_rows(X)
    out = np.empty_like(rows)
    strength = c.AUTO if amount is None else amount
    check(lib.gen_rows_corrupt(address(rows), *rows.shape, kind, strength, seed, address(out)))
    return out.reshape(np.shape(X))
