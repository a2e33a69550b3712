"""The generative adversarial network."""

import ctypes

import numpy as np

from . import _constants as c
from ._errors import check
from ._library import lib
from ._network import NetworkModel, context_of, set_widths
from ._rows import address, as_labels
from ._structs import GANOptions


class GAN(NetworkModel):
    """A generator that learns to fool a discriminator (Goodfellow et al. 2014).

    generator_hidden: widths from the latent on; None: 256, 512. discriminator_hidden: from the row
    on; None: 512, 256. (): none. latent_size: None: 64.

    architecture="convolutional" is DCGAN (Radford et al. 2016): `depth` levels of half the size (0:
    until the smaller side is 4 ... 7) from base_channels channels (0: 64), doubled level by level;
    latent_size is 100, hidden layers are none unless given, and rows are images. spectral_norm: in
    the discriminator, in place of its batch norm.

    n_classes: the model is conditional; fit wants labels as `y` or in the Dataset, and the methods
    take them as `labels`. objective: "non_saturating" or "minimax". average_decay: of the
    generator's moving average, from which `sample` draws; None: off.
    """

    _noun = "gan"

    def __init__(
        self,
        latent_size=None,
        *,
        generator_hidden=None,
        discriminator_hidden=None,
        generator_activation=None,
        discriminator_activation=None,
        output_activation=None,
        latent="normal",
        objective="non_saturating",
        discriminator_steps=1,
        batch_norm=True,
        discriminator_batch_norm=None,
        label_smoothing=0.0,
        dropout=0.0,
        input_noise=0.0,
        average_decay=0.999,
        mean_start=True,
        initializer=None,
        architecture="dense",
        base_channels=0,
        depth=0,
        spectral_norm=False,
        n_classes=0,
        shape=None,
        seed=0,
        context=None,
    ):
        self.latent_size = latent_size
        self.generator_hidden = generator_hidden
        self.discriminator_hidden = discriminator_hidden
        self.generator_activation = generator_activation
        self.discriminator_activation = discriminator_activation
        self.output_activation = output_activation
        self.latent = latent
        self.objective = objective
        self.discriminator_steps = discriminator_steps
        self.batch_norm = batch_norm
        self.discriminator_batch_norm = discriminator_batch_norm
        self.label_smoothing = label_smoothing
        self.dropout = dropout
        self.input_noise = input_noise
        self.average_decay = average_decay
        self.mean_start = mean_start
        self.initializer = initializer
        self.architecture = architecture
        self.base_channels = base_channels
        self.depth = depth
        self.spectral_norm = spectral_norm
        self.n_classes = n_classes
        self.shape = shape
        self.seed = seed
        self.context = context

    def sample(self, n_rows=1, *, labels=None, seed=0):
        """New rows from the averaged generator. Row i of a seed is the same for any n_rows.

        labels: the class of each row of a conditional model; None: drawn evenly.
        """
        if labels is not None:
            given = as_labels(labels, len(np.atleast_1d(labels)))
            rows = self._empty_rows(len(given))
            check(lib.gen_gan_sample_given(self._require_handle(), address(given), len(given), seed, address(rows)))
            return rows
        rows = self._empty_rows(n_rows)
        check(lib.gen_gan_sample(self._require_handle(), n_rows, seed, address(rows)))
        return rows

    def latents(self, n_rows=1, *, seed=0):
        """The latents that `sample` uses, (n, latent_size)."""
        latents = np.empty((max(n_rows, 0), self.info.latent_size), np.float32)
        check(lib.gen_gan_latents(self._handle, n_rows, seed, address(latents)))
        return latents

    def generate(self, Z, *, labels=None, generator="average"):
        """The rows of latents, by the averaged generator or the "last" one."""
        which = c.choose(c.GENERATOR, generator, "generator")
        latents = self._latents(Z)
        rows = self._empty_rows(len(latents))
        if labels is None:
            check(lib.gen_gan_generate(self._handle, address(latents), len(latents), which, address(rows)))
        else:
            given = as_labels(labels, len(latents))
            arguments = (address(latents), address(given), len(latents), which, address(rows))
            check(lib.gen_gan_generate_given(self._handle, *arguments))
        return rows

    def invert(
        self,
        X,
        *,
        generator="average",
        n_steps=200,
        n_starts=1,
        learning_rate=None,
        prior_weight=0.0,
        start=None,
        seed=0,
        callback=None,
        token=None,
    ):
        """The latents whose rows come nearest to X, by gradient descent: (latents, errors).

        errors: of each row, squared and summed. n_starts: descents, of which the best counts.
        prior_weight: of |latent|^2 / 2 beside the error. start: the first start; None: zeros.
        callback(event) may return STOP_AFTER_EPOCH (end with the starts so far) or STOP_NOW.
        """
        which = c.choose(c.GENERATOR, generator, "generator")
        settings = (n_steps, n_starts, learning_rate, prior_weight, start, seed, callback, token)
        return self._invert(X, which, *settings)

    def discriminate(self, X, *, labels=None):
        """How likely each row is real, (n,) in [0, 1]."""
        rows = self._rows(X)
        return self._map("discriminate", rows, np.empty(len(rows), np.float32), labels)

    def features(self, X, *, labels=None):
        """What a convolutional discriminator sees in each row: every convolution's output, pooled to
        4 x 4, as numbers for a classifier (Radford et al. 2016, section 5.1)."""
        rows = self._rows(X)
        given = None if labels is None else as_labels(labels, len(rows))
        count = ctypes.c_int64()
        check(lib.gen_gan_feature_count(self._handle, ctypes.byref(count)))
        out = np.empty((len(rows), count.value), np.float32)
        check(lib.gen_gan_features(self._handle, address(rows), address(given), len(rows), address(out)))
        return out

    def _options(self, height, width, channels):
        options = GANOptions(
            generator_activation=c.choose(c.ACTIVATION, self.generator_activation, "generator_activation"),
            height=height,
            width=width,
            channels=channels,
            latent_size=0 if self.latent_size is None else self.latent_size or -1,
            discriminator_activation=c.choose(
                c.ACTIVATION, self.discriminator_activation, "discriminator_activation"
            ),
            output_activation=c.choose(c.ACTIVATION, self.output_activation, "output_activation"),
            latent=c.choose(c.LATENT, self.latent, "latent"),
            objective=c.choose(c.OBJECTIVE, self.objective, "objective"),
            discriminator_steps=self.discriminator_steps or -1,
            no_batch_norm=int(not self.batch_norm),
            discriminator_batch_norm={None: 0, True: 1, False: -1}[self.discriminator_batch_norm],
            initializer=c.choose(c.INITIALIZER, self.initializer, "initializer"),
            no_mean_start=int(not self.mean_start),
            label_smoothing=self.label_smoothing,
            dropout=self.dropout,
            input_noise=self.input_noise,
            average_decay=-1.0 if self.average_decay is None else self.average_decay,
            seed=self.seed,
            context=context_of(self),
            architecture=c.choose(c.ARCHITECTURE, self.architecture, "architecture"),
            depth=self.depth,
            base_channels=self.base_channels,
            spectral_norm=int(self.spectral_norm),
            n_classes=self.n_classes,
        )
        set_widths(options, "generator_hidden", "n_generator_hidden", self.generator_hidden)
        set_widths(options, "discriminator_hidden", "n_discriminator_hidden", self.discriminator_hidden)
        return options
