"""The generative adversarial network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._checkpoint import Checkpoint
from ._errors import check
from ._generator import GeneratorModel
from ._handle import handle_of
from ._library import lib
from ._network import set_widths
from ._options import choose, count_option
from ._progress import Callback
from ._rows import Floats, address
from ._structs import GANOptions
from .context import Context, Token


class GAN(GeneratorModel):
    """A generator that learns to fool a discriminator (Goodfellow et al. 2014).

    generator_hidden: widths from the latent on; None: 256, 512. discriminator_hidden: from the row
    on; None: 512, 256. (): none. latent_size: None: 64. loss: "non_saturating" or "minimax".
    average_decay: of the generator's moving average, from which `sample` draws; None: off.

    architecture="convolutional" is DCGAN (Radford et al. 2016): `depth` levels of half the size (None:
    until the smaller side is 4 ... 7) from base_channels channels (None: 64), doubled level by level;
    latent_size is 100, hidden layers are none unless given, and rows are images. spectral_norm: in
    the discriminator, in place of its batch norm.

    n_classes: the model is conditional; fit wants labels as `y` or in the Dataset, and the methods
    take them as `labels`.

    What all networks share, epochs, learning_rate and the like, is told at `NetworkModel`.
    """

    _noun = "gan"
    _spelt = {"n_classes": "classes", "loss": "objective"}
    _least_rows = 2  # of which batch norm takes its statistics

    def __init__(
        self,
        latent_size: Optional[int] = None,
        *,
        generator_hidden: Optional[Sequence[int]] = None,
        discriminator_hidden: Optional[Sequence[int]] = None,
        generator_activation: Optional[str] = None,
        discriminator_activation: Optional[str] = None,
        output_activation: Optional[str] = None,
        latent: str = "normal",
        loss: str = "non_saturating",
        discriminator_steps: int = 1,
        batch_norm: bool = True,
        discriminator_batch_norm: Optional[bool] = None,
        label_smoothing: float = 0.0,
        dropout: float = 0.0,
        input_noise: float = 0.0,
        average_decay: Optional[float] = 0.999,
        mean_start: bool = True,
        initializer: Optional[str] = None,
        architecture: str = "dense",
        base_channels: Optional[int] = None,
        depth: Optional[int] = None,
        spectral_norm: bool = False,
        n_classes: int = 0,
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

    generator_hidden: Optional[Sequence[int]]
    discriminator_hidden: Optional[Sequence[int]]
    generator_activation: Optional[str]
    discriminator_activation: Optional[str]
    output_activation: Optional[str]
    latent: str
    loss: str
    discriminator_steps: int
    batch_norm: bool
    discriminator_batch_norm: Optional[bool]
    label_smoothing: float
    dropout: float
    input_noise: float
    average_decay: Optional[float]
    mean_start: bool
    initializer: Optional[str]
    spectral_norm: bool

    def latents(self, n: int = 1, *, seed: int = 0) -> Floats:
        """The latents that `sample` uses, (n, latent_size)."""
        latents = self._empty_latents(n)
        check(lib.gen_gan_latents(self._handle, n, seed, address(latents)))
        return latents

    def generate(self, Z: npt.ArrayLike, *, labels: Any = None, generator: str = "average") -> Floats:
        """The rows of latents, by the averaged generator or the "last" one."""
        which = choose(c.GENERATOR, generator, "generator")
        latents = self._latents(Z)
        rows = self._empty_rows(len(latents))
        self._given(lib.gen_gan_generate, latents, labels, which, address(rows))
        return rows

    def invert(
        self,
        X: Any,
        *,
        generator: str = "average",
        n_steps: int = 200,
        n_starts: int = 1,
        learning_rate: Optional[float] = None,
        prior_weight: float = 0.0,
        start: Optional[npt.ArrayLike] = None,
        seed: int = 0,
        callback: Optional[Callback] = None,
        token: Optional[Token] = None,
    ) -> tuple[Floats, Floats]:
        """The latents whose rows come nearest to X, by gradient descent: (latents, errors).

        errors: of each row, squared and summed. n_starts: descents, of which the best counts.
        prior_weight: of |latent|^2 / 2 beside the error. start: the first start; None: zeros.
        callback(event) may return STOP_AFTER_EPOCH (end with the starts so far) or STOP_NOW.
        """
        which = choose(c.GENERATOR, generator, "generator")
        settings = (n_steps, n_starts, learning_rate, prior_weight, start, seed, callback, token)
        return self._invert(X, which, *settings)

    def discriminate(self, X: Any, *, labels: Any = None) -> Floats:
        """How likely each row is real, (n,) in [0, 1]."""
        rows = self._rows(X)
        return self._map(lib.gen_gan_discriminate, rows, np.empty(len(rows), np.float32), labels)

    def features(self, X: Any, *, labels: Any = None) -> Floats:
        """What a convolutional discriminator sees in each row: every convolution's output, pooled to
        4 x 4, as numbers for a classifier (Radford et al. 2016, section 5.1)."""
        rows = self._rows(X)
        out = np.empty((len(rows), self.info.n_features), np.float32)
        return self._map(lib.gen_model_features, rows, out, labels)

    def _tidy_options(self, checkpoint: Checkpoint) -> None:
        super()._tidy_options(checkpoint)
        self.average_decay = self.average_decay or None

    def _from_latents(self, Z: npt.ArrayLike, labels: Any) -> Floats:
        return self.generate(Z, labels=labels)

    def _options(self, height: int, width: int, channels: int) -> GANOptions:
        options = GANOptions(
            generator_activation=choose(c.ACTIVATION, self.generator_activation, "generator_activation"),
            height=height,
            width=width,
            channels=channels,
            latent_size=count_option(self.latent_size),
            discriminator_activation=choose(
                c.ACTIVATION, self.discriminator_activation, "discriminator_activation"
            ),
            output_activation=choose(c.ACTIVATION, self.output_activation, "output_activation"),
            latent=choose(c.LATENT, self.latent, "latent"),
            objective=choose(c.OBJECTIVE, self.loss, "loss"),
            discriminator_steps=count_option(self.discriminator_steps),
            no_batch_norm=int(not self.batch_norm),
            discriminator_batch_norm={None: 0, True: 1, False: -1}[self.discriminator_batch_norm],
            initializer=choose(c.INITIALIZER, self.initializer, "initializer"),
            no_mean_start=int(not self.mean_start),
            label_smoothing=self.label_smoothing,
            dropout=self.dropout,
            input_noise=self.input_noise,
            average_decay=-1.0 if self.average_decay is None else self.average_decay,
            seed=self.seed,
            context=handle_of(self.context),
            architecture=choose(c.ARCHITECTURE, self.architecture, "architecture"),
            depth=count_option(self.depth),
            base_channels=count_option(self.base_channels),
            spectral_norm=int(self.spectral_norm),
            n_classes=self.n_classes,
        )
        set_widths(options, "generator_hidden", "n_generator_hidden", self.generator_hidden)
        set_widths(options, "discriminator_hidden", "n_discriminator_hidden", self.discriminator_hidden)
        return options
