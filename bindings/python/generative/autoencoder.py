"""Autoencoders, denoising ones among them."""

import numpy as np

from . import _constants as c
from ._errors import check
from ._network import NetworkModel, context_of, set_widths
from ._library import lib
from ._rows import address, as_rows
from ._structs import AutoencoderOptions


class Autoencoder(NetworkModel):
    """An encoder down to a small latent and a decoder back (Hinton & Salakhutdinov 2006).

    With a corruption ("gaussian", "masking", "salt_and_pepper") it learns to restore clean rows from
    corrupted ones (Vincent et al. 2008). hidden: widths of the encoder's hidden layers; None: 512,
    256; (): none. decoder_hidden: None: the encoder's in reverse.

    architecture="convolutional": `depth` levels of half the size (0: until the smaller side is 4
    ... 7) from base_channels channels (0: 32), doubled level by level, then `hidden` (None: 256).
    skips: a U-Net with a bottleneck of latent_size, which only reconstructs; it takes neither hidden
    layers, latent_activation, bias=False, dropout, batch_norm nor pixel_bias.
    """

    _noun = "autoencoder"

    def __init__(
        self,
        latent_size=32,
        *,
        hidden=None,
        decoder_hidden=None,
        activation=None,
        latent_activation=None,
        output_activation=None,
        bias=True,
        loss="squared_error",
        corruption=None,
        corruption_amount=0.0,
        initializer=None,
        dropout=0.0,
        architecture="dense",
        base_channels=0,
        depth=0,
        batch_norm=False,
        pixel_bias=False,
        skips=False,
        shape=None,
        seed=0,
        context=None,
    ):
        self.latent_size = latent_size
        self.hidden = hidden
        self.decoder_hidden = decoder_hidden
        self.activation = activation
        self.latent_activation = latent_activation
        self.output_activation = output_activation
        self.bias = bias
        self.loss = loss
        self.corruption = corruption
        self.corruption_amount = corruption_amount
        self.initializer = initializer
        self.dropout = dropout
        self.architecture = architecture
        self.base_channels = base_channels
        self.depth = depth
        self.batch_norm = batch_norm
        self.pixel_bias = pixel_bias
        self.skips = skips
        self.shape = shape
        self.seed = seed
        self.context = context

    def encode(self, X):
        """The latents of rows, (n, latent_size)."""
        rows = self._rows(X)
        return self._map("encode", rows, np.empty((len(rows), self.info.latent_size), np.float32))

    def decode(self, Z):
        """The rows of latents."""
        latents = self._latents(Z)
        return self._map("decode", latents, self._empty_rows(len(latents)))

    def reconstruct(self, X):
        """Rows through the latent and back."""
        rows = self._rows(X)
        return self._map("reconstruct", rows, self._empty_rows(len(rows)))

    def denoise(self, X):
        """Clean rows from corrupted ones; the model must have been made with a corruption."""
        rows = self._rows(X)
        return self._map("denoise", rows, self._empty_rows(len(rows)))

    transform = encode
    inverse_transform = decode

    def _options(self, height, width, channels):
        options = AutoencoderOptions(
            activation=c.choose(c.ACTIVATION, self.activation, "activation"),
            height=height,
            width=width,
            channels=channels,
            latent_size=self.latent_size or -1,
            latent_activation=c.choose(c.ACTIVATION, self.latent_activation, "latent_activation"),
            output_activation=c.choose(c.ACTIVATION, self.output_activation, "output_activation"),
            no_bias=int(not self.bias),
            loss=c.choose(c.LOSS, self.loss, "loss"),
            corruption=c.choose(c.CORRUPTION, self.corruption, "corruption"),
            initializer=c.choose(c.INITIALIZER, self.initializer, "initializer"),
            corruption_amount=self.corruption_amount,
            dropout=self.dropout,
            seed=self.seed,
            context=context_of(self),
            architecture=c.choose(c.ARCHITECTURE, self.architecture, "architecture"),
            depth=self.depth,
            base_channels=self.base_channels,
            batch_norm=int(self.batch_norm),
            pixel_bias=int(self.pixel_bias),
            skips=int(self.skips),
        )
        set_widths(options, "hidden", "n_hidden", self.hidden)
        set_widths(options, "decoder_hidden", "n_decoder_hidden", self.decoder_hidden)
        return options


def corrupt(X, corruption, amount=0.0, *, seed=0):
    """Rows corrupted as a denoising autoencoder's training does it, in the shape of X.

    amount: "gaussian": deviation, 0: 0.5; "masking", "salt_and_pepper": share, 0: 0.3.
    """
    kind = c.choose(c.CORRUPTION, corruption, "corruption")
    rows = as_rows(X)
    out = np.empty_like(rows)
    check(lib.gen_corrupt(address(rows), *rows.shape, kind, amount, seed, address(out)))
    return out.reshape(np.shape(X))
