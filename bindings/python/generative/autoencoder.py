"""Autoencoders, denoising ones among them."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._calibrated import CalibratedModel
from ._constructors import AutoencoderParameters
from ._errors import NotReadyError, check
from ._library import lib
from ._network import NetworkModel
from ._options import choose
from ._rows import Doubles, Floats, address, as_rows


class Autoencoder(AutoencoderParameters, NetworkModel, CalibratedModel):
    """An encoder down to a small latent and a decoder back (Hinton & Salakhutdinov 2006).

    With a corruption it learns to restore clean rows from corrupted ones (Vincent et al. 2008). hidden:
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
        """Clean rows from corrupted ones; the model must have been made with noise."""
        if self._described()["corruption"] == "none":
            raise NotReadyError(c.E_STATE, "this autoencoder was made without a corruption: it does not denoise")
        return self.reconstruct(X)

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
        """The mean of score_samples: the greater the better."""
        return float(np.mean(self.score_samples(X)))

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
