"""The variational autoencoder."""

import numpy as np

from . import _constants as c
from ._errors import check
from ._library import lib
from ._network import NetworkModel, context_of, set_widths
from ._rows import address, as_labels
from ._structs import VAEOptions


class VAE(NetworkModel):
    """A variational autoencoder (Kingma & Welling 2014).

    Minimises reconstruction_weight * reconstruction + beta * KL, in nats per row. hidden: widths of
    the encoder's hidden layers; None: 400; (): none. decoder_hidden: None: the encoder's in reverse.
    architecture="convolutional": `depth` levels of half the size (0: until the smaller side is 4
    ... 7) from base_channels channels (0: 32), doubled level by level, then `hidden` (None: 256).
    n_classes: the model is conditional; fit wants labels as `y` or in the Dataset, and the methods
    take them as `labels`.
    likelihood: "bernoulli" (rows in [0, 1]) or "gaussian" with `variance` (0: learned).
    """

    _noun = "vae"

    def __init__(
        self,
        latent_size=20,
        *,
        hidden=None,
        decoder_hidden=None,
        activation=None,
        likelihood="bernoulli",
        variance=0.0,
        output_activation=None,
        binarize=False,
        reconstruction_weight=1.0,
        beta=1.0,
        kl_schedule="constant",
        kl_epochs=0.0,
        initializer=None,
        dropout=0.0,
        architecture="dense",
        base_channels=0,
        depth=0,
        batch_norm=False,
        pixel_bias=False,
        n_classes=0,
        shape=None,
        seed=0,
        context=None,
    ):
        self.latent_size = latent_size
        self.hidden = hidden
        self.decoder_hidden = decoder_hidden
        self.activation = activation
        self.likelihood = likelihood
        self.variance = variance
        self.output_activation = output_activation
        self.binarize = binarize
        self.reconstruction_weight = reconstruction_weight
        self.beta = beta
        self.kl_schedule = kl_schedule
        self.kl_epochs = kl_epochs
        self.initializer = initializer
        self.dropout = dropout
        self.architecture = architecture
        self.base_channels = base_channels
        self.depth = depth
        self.batch_norm = batch_norm
        self.pixel_bias = pixel_bias
        self.n_classes = n_classes
        self.shape = shape
        self.seed = seed
        self.context = context

    def encode(self, X, *, labels=None):
        """The Gaussian of each row: (mean, log_variance), each (n, latent_size)."""
        rows = self._rows(X)
        size = (len(rows), self.info.latent_size)
        mean, log_variance = np.empty(size, np.float32), np.empty(size, np.float32)
        if labels is None:
            arguments = (address(rows), len(rows), address(mean), address(log_variance))
            check(lib.gen_vae_encode(self._handle, *arguments))
        else:
            given = as_labels(labels, len(rows))
            arguments = (address(rows), address(given), len(rows), address(mean), address(log_variance))
            check(lib.gen_vae_encode_given(self._handle, *arguments))
        return mean, log_variance

    def transform(self, X):
        """The means of encode, as scikit-learn would have it."""
        return self.encode(X)[0]

    def encode_sample(self, X, *, seed=0):
        """One latent drawn from each row's Gaussian."""
        rows = self._rows(X)
        latents = np.empty((len(rows), self.info.latent_size), np.float32)
        check(lib.gen_vae_encode_sample(self._handle, address(rows), len(rows), seed, address(latents)))
        return latents

    def decode(self, Z, *, labels=None):
        """The means of p(x|z) for latents."""
        latents = self._latents(Z)
        return self._map("decode", latents, self._empty_rows(len(latents)), labels)

    def reconstruct(self, X, *, labels=None):
        """Rows through the means of their Gaussians and back."""
        rows = self._rows(X)
        return self._map("reconstruct", rows, self._empty_rows(len(rows)), labels)

    def sample(self, n_rows=1, *, labels=None, seed=0):
        """New rows. Row i of a seed is the same for any n_rows.

        labels: the class of each row of a conditional model; None: drawn evenly.
        """
        if labels is not None:
            given = as_labels(labels, len(np.atleast_1d(labels)))
            rows = self._empty_rows(len(given))
            check(lib.gen_vae_sample_given(self._require_handle(), address(given), len(given), seed, address(rows)))
            return rows
        rows = self._empty_rows(n_rows)
        check(lib.gen_vae_sample(self._require_handle(), n_rows, seed, address(rows)))
        return rows

    def invert(
        self,
        X,
        *,
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
        prior_weight: of |latent|^2 / 2 beside the error. start: the first start; None: encode's means.
        callback(event) may return STOP_AFTER_EPOCH (end with the starts so far) or STOP_NOW.
        """
        settings = (n_steps, n_starts, learning_rate, prior_weight, start, seed, callback, token)
        return self._invert(X, 0, *settings)

    def elbo(self, X, *, labels=None, n_samples=1, seed=0):
        """The two terms of the bound, in nats per row: (reconstruction, kl);
        log p(x) >= -(reconstruction + kl)."""
        rows = self._rows(X)
        reconstruction, kl = np.empty(len(rows)), np.empty(len(rows))
        rest = (len(rows), n_samples, seed, address(reconstruction), address(kl))
        if labels is None:
            check(lib.gen_vae_elbo(self._handle, address(rows), *rest))
        else:
            given = as_labels(labels, len(rows))
            check(lib.gen_vae_elbo_given(self._handle, address(rows), address(given), *rest))
        return reconstruction, kl

    def score(self, X, y=None):
        """The mean of the bound on log p(x), in nats."""
        reconstruction, kl = self.elbo(X)
        return -float(np.mean(reconstruction + kl))

    def manifold(self, n_rows=20, n_columns=20, *, latent_x=0, latent_y=1):
        """Decoded latents on a grid of quantiles, (n_rows * n_columns, *shape)."""
        images = self._empty_rows(max(n_rows, 0) * max(n_columns, 0))
        arguments = (latent_x, latent_y, n_rows, n_columns, address(images))
        check(lib.gen_vae_manifold(self._require_handle(), *arguments))
        return images

    def _options(self, height, width, channels):
        options = VAEOptions(
            activation=c.choose(c.ACTIVATION, self.activation, "activation"),
            height=height,
            width=width,
            channels=channels,
            latent_size=self.latent_size or -1,
            likelihood=c.choose(c.LIKELIHOOD, self.likelihood, "likelihood"),
            initializer=c.choose(c.INITIALIZER, self.initializer, "initializer"),
            variance=self.variance,
            output_activation=c.choose(c.ACTIVATION, self.output_activation, "output_activation"),
            binarize=int(self.binarize),
            reconstruction_weight=self.reconstruction_weight,
            beta=self.beta or -1.0,  # the library's word for no KL term
            kl_schedule=c.choose(c.KL_SCHEDULE, self.kl_schedule, "kl_schedule"),
            kl_epochs=self.kl_epochs,
            dropout=self.dropout,
            seed=self.seed,
            context=context_of(self),
            architecture=c.choose(c.ARCHITECTURE, self.architecture, "architecture"),
            depth=self.depth,
            base_channels=self.base_channels,
            batch_norm=int(self.batch_norm),
            pixel_bias=int(self.pixel_bias),
            n_classes=self.n_classes,
        )
        set_widths(options, "hidden", "n_hidden", self.hidden)
        set_widths(options, "decoder_hidden", "n_decoder_hidden", self.decoder_hidden)
        return options
