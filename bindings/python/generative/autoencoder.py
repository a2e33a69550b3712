"""Autoencoders, denoising ones among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._calibrated import CalibratedModel
from ._checkpoint import Checkpoint
from ._errors import check
from ._handle import handle_of
from ._library import lib
from ._network import NetworkModel, set_widths
from ._options import choose, count_option, number_option
from ._rows import Doubles, Floats, address, as_rows
from ._structs import AutoencoderOptions
from .context import Context


class Autoencoder(NetworkModel, CalibratedModel):
    """An encoder down to a small latent and a decoder back (Hinton & Salakhutdinov 2006).

    With noise ("gaussian", "masking", "salt_and_pepper") it learns to restore clean rows from corrupted
    ones (Vincent et al. 2008). noise_level: the gaussian's deviation, None: 0.5; else the share of
    pixels, None: 0.3. hidden: widths of the encoder's hidden layers; None: 512, 256; (): none.
    decoder_hidden: None: the encoder's in reverse. loss: "squared_error", "cross_entropy" or
    "log_squared_error".

    Penalties beside the loss, for codes that may be larger than the row. sparsity: "l1",
    sparsity_weight * sum |h| of the latents h (zeros need latent_activation="relu"), or "kl",
    sparsity_weight * sum KL(sparsity_target || mean of h over the batch), which needs
    latent_activation="sigmoid" (Ng 2011); None: 0.1 and 0.05. contraction: the weight of the squared
    Frobenius norm of dh/dx (Rifai et al. 2011), for dense encoders; exact when hidden=(), else an
    estimate without bias. tied: the decoder's weights are the encoder's, transposed.

    architecture="convolutional": `depth` levels of half the size (None: until the smaller side is 4
    ... 7) from base_channels channels (None: 32), doubled level by level, then `hidden` (None: 256).
    skips: a U-Net with a bottleneck of latent_size, which only reconstructs; it takes neither hidden
    layers, latent_activation, bias=False, dropout, batch_norm, pixel_bias, penalties nor ties.

    What all networks share, epochs, learning_rate and the like, is told at `NetworkModel`.
    """

    _noun = "autoencoder"
    _spelt = {"noise": "corruption", "noise_level": "corruption_amount"}

    def __init__(
        self,
        latent_size: int = 32,
        *,
        hidden: Optional[Sequence[int]] = None,
        decoder_hidden: Optional[Sequence[int]] = None,
        activation: Optional[str] = None,
        latent_activation: Optional[str] = None,
        output_activation: Optional[str] = None,
        bias: bool = True,
        loss: str = "squared_error",
        noise: Optional[str] = None,
        noise_level: Optional[float] = None,
        sparsity: Optional[str] = None,
        sparsity_weight: Optional[float] = None,
        sparsity_target: Optional[float] = None,
        contraction: float = 0.0,
        tied: bool = False,
        initializer: Optional[str] = None,
        dropout: float = 0.0,
        architecture: str = "dense",
        base_channels: Optional[int] = None,
        depth: Optional[int] = None,
        batch_norm: bool = False,
        pixel_bias: bool = False,
        skips: bool = False,
        epochs: int = 10,
        batch_size: int = 128,
        learning_rate: Optional[float] = None,
        optimizer: Optional[str] = None,
        beta1: Optional[float] = None,
        beta2: Optional[float] = None,
        epsilon: Optional[float] = None,
        weight_decay: float = 0.0,
        schedule: str = "constant",
        schedule_factor: Optional[float] = None,
        schedule_period: Optional[int] = None,
        schedule_epochs: Optional[int] = None,
        warm_up: float = 0.0,
        clip_norm: float = 0.0,
        patience: int = 0,
        keep_best: bool = False,
        warm_start: bool = False,
        shape: Optional[Sequence[int]] = None,
        seed: int = 0,
        context: Optional[Context] = None,
    ) -> None:
        self._keep(locals())

    hidden: Optional[Sequence[int]]
    decoder_hidden: Optional[Sequence[int]]
    activation: Optional[str]
    latent_activation: Optional[str]
    output_activation: Optional[str]
    bias: bool
    loss: str
    noise: Optional[str]
    noise_level: Optional[float]
    sparsity: Optional[str]
    sparsity_weight: Optional[float]
    sparsity_target: Optional[float]
    contraction: float
    tied: bool
    initializer: Optional[str]
    dropout: float
    batch_norm: bool
    pixel_bias: bool
    skips: bool

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
        rows = self._rows(X)
        return self._plain(lib.gen_autoencoder_denoise, rows, self._empty_rows(len(rows)))

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

    def score_samples(self, X: Any) -> Floats:
        """Minus the squared error of each row's reconstruction, summed over the row."""
        rows = self._rows(X)
        back = self._map(lib.gen_model_reconstruct, rows, np.empty_like(rows))
        scores: Floats = -np.square(back - rows, out=back).sum(1)
        return scores

    def score(self, X: Any, y: Any = None) -> float:
        """The mean of score_samples: the greater the better."""
        return float(np.mean(self.score_samples(X)))

    def _plain(self, function: Any, rows: Floats, out: Floats) -> Floats:
        """The output of a function that takes no labels, given room for it."""
        check(function(self._handle, address(rows), len(rows), address(out)))
        return out

    def _tidy_options(self, checkpoint: Checkpoint) -> None:
        super()._tidy_options(checkpoint)
        self.noise_level = self.noise_level or None
        if self.skips:  # which has no place for these
            self.hidden = self.decoder_hidden = self.latent_activation = None

    @property
    def _n_features_out(self) -> int:
        return self.latent_size_

    def _options(self, height: int, width: int, channels: int) -> AutoencoderOptions:
        options = AutoencoderOptions(
            activation=choose(c.ACTIVATION, self.activation, "activation"),
            height=height,
            width=width,
            channels=channels,
            latent_size=count_option(self.latent_size),
            latent_activation=choose(c.ACTIVATION, self.latent_activation, "latent_activation"),
            output_activation=choose(c.ACTIVATION, self.output_activation, "output_activation"),
            no_bias=int(not self.bias),
            loss=choose(c.LOSS, self.loss, "loss"),
            corruption=choose(c.CORRUPTION, self.noise, "noise"),
            initializer=choose(c.INITIALIZER, self.initializer, "initializer"),
            corruption_amount=number_option(self.noise_level),
            dropout=self.dropout,
            seed=self.seed,
            context=handle_of(self.context),
            architecture=choose(c.ARCHITECTURE, self.architecture, "architecture"),
            depth=count_option(self.depth),
            base_channels=count_option(self.base_channels),
            batch_norm=int(self.batch_norm),
            pixel_bias=int(self.pixel_bias),
            skips=int(self.skips),
            sparsity=choose(c.SPARSITY, self.sparsity, "sparsity"),
            tied=int(self.tied),
            sparsity_weight=number_option(self.sparsity_weight),
            sparsity_target=number_option(self.sparsity_target),
            contraction=self.contraction,
        )
        set_widths(options, "hidden", "n_hidden", self.hidden)
        set_widths(options, "decoder_hidden", "n_decoder_hidden", self.decoder_hidden)
        return options


def corrupt(X: npt.ArrayLike, noise: str, level: Optional[float] = None, *, seed: int = 0) -> Floats:
    """Rows corrupted as a denoising autoencoder's training does it, in the shape of X.

    level: "gaussian": deviation, None: 0.5; "masking", "salt_and_pepper": share, None: 0.3.
    """
    kind = choose(c.CORRUPTION, noise, "noise")
    rows = as_rows(X)
    out = np.empty_like(rows)
    check(lib.gen_rows_corrupt(address(rows), *rows.shape, kind, number_option(level), seed, address(out)))
    return out.reshape(np.shape(X))
