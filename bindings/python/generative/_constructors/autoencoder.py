# Generated from the library's option tables by 'make generate'. Do not edit.
from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Union

from .._estimator import Estimator
from ..context import Context


class AutoencoderParameters(Estimator):
    """The constructor of `Autoencoder`."""

    _own_options: tuple[str, ...] = (
        "latent_size", "hidden", "decoder_hidden", "activation", "latent_activation",
        "output_activation", "bias", "loss", "corruption", "corruption_amount", "batch_norm",
        "pixel_bias", "skips", "tied", "sparsity", "sparsity_weight", "sparsity_target",
        "contraction", "architecture", "initializer", "depth", "base_channels", "dropout",
        "preparation",
    )
    _fit_options: tuple[str, ...] = (
        "epochs", "batch_size", "optimizer", "schedule", "learning_rate", "beta1", "beta2",
        "epsilon", "weight_decay", "schedule_factor", "schedule_period", "schedule_epochs",
        "warm_up", "clip_norm", "patience", "min_delta", "keep_best", "accumulate", "flip", "shift",
        "rotation", "color_jitter",
    )

    def __init__(
        self,
        latent_size: int = 32,
        *,
        hidden: Optional[Union[int, Sequence[int]]] = None,
        decoder_hidden: Optional[Union[int, Sequence[int]]] = None,
        activation: str = "silu",
        latent_activation: str = "identity",
        output_activation: str = "auto",
        bias: bool = True,
        loss: str = "squared_error",
        corruption: str = "none",
        corruption_amount: Optional[float] = None,
        batch_norm: bool = False,
        pixel_bias: bool = False,
        skips: bool = False,
        tied: bool = False,
        sparsity: str = "none",
        sparsity_weight: Optional[float] = None,
        sparsity_target: Optional[float] = None,
        contraction: float = 0.0,
        architecture: str = "dense",
        initializer: str = "auto",
        depth: Optional[int] = None,
        base_channels: Optional[int] = None,
        dropout: float = 0.0,
        preparation: str = "auto",
        epochs: Optional[int] = None,
        batch_size: Optional[int] = None,
        optimizer: str = "adam",
        schedule: str = "auto",
        learning_rate: Optional[float] = None,
        beta1: Optional[float] = None,
        beta2: Optional[float] = None,
        epsilon: float = 1e-08,
        weight_decay: Optional[float] = None,
        schedule_factor: Optional[float] = None,
        schedule_period: Optional[int] = None,
        schedule_epochs: Optional[int] = None,
        warm_up: float = 0.0,
        clip_norm: Optional[float] = None,
        patience: Optional[int] = None,
        min_delta: float = 0.0,
        keep_best: bool = False,
        accumulate: int = 1,
        flip: bool = False,
        shift: int = 0,
        rotation: float = 0.0,
        color_jitter: float = 0.0,
        warm_start: bool = False,
        shape: Optional[Sequence[int]] = None,
        seed: int = 0,
        context: Optional[Context] = None,
    ) -> None:
        """Parameters, of which None and "auto" leave the choice to the library. Integers must be int or
        numpy integers: 3.0, "3" and True are refused. A list of widths may be one integer.

        latent_size: size of a latent vector (1 ... 65,536).
        hidden: widths of the hidden layers of the encoder, outermost first; auto: 512,256,
            convolutional 256, a table of at most 32 columns 128,64 (1 ... 65,536).
        decoder_hidden: widths of the hidden layers of the decoder, innermost first; auto: those of
            the encoder in reverse (1 ... 65,536).
        activation: activation of the hidden layers (identity, relu, leaky_relu, silu, elu, tanh,
            sigmoid, softplus).
        latent_activation: activation of the latents (identity, relu, leaky_relu, silu, elu, tanh,
            sigmoid, softplus).
        output_activation: activation of the output: sigmoid for rows in [0, 1], identity for any
            rows; auto: identity for standardized rows, else sigmoid (identity, sigmoid).
        bias: give the layers biases; without biases, hidden layers and an output activation it
            learns PCA.
        loss: reconstruction loss; cross_entropy needs output_activation sigmoid (squared_error,
            cross_entropy, log_squared_error).
        corruption: noise added to the input of a denoising autoencoder (none, gaussian, masking,
            salt_and_pepper).
        corruption_amount: gaussian: standard deviation (auto: 0.5); masking, salt_and_pepper: share
            of pixels (auto: 0.3) (0 ... 10, not 0; needs corruption='gaussian' or 'masking' or
            'salt_and_pepper').
        batch_norm: batch norm after all convolutions but the first and the last (needs
            architecture='convolutional').
        pixel_bias: a bias for every pixel of the output instead of one for every channel.
        skips: connect each level of the encoder to the decoder (U-Net); the model then has no
            latents (needs architecture='convolutional').
        tied: use the transposed weights of the encoder in the decoder (needs architecture='dense').
        sparsity: penalty that keeps most latents small (none, l1, kl).
        sparsity_weight: weight of the sparsity penalty; auto: 0.1 (above 0; needs sparsity='l1' or
            'kl').
        sparsity_target: kl: desired mean of each latent; auto: 0.05 (0 ... 1, ends excluded; needs
            sparsity='kl').
        contraction: weight of the contractive penalty ||dh/dx||^2, where h is the latent vector (at
            least 0).
        architecture: dense layers, or the convolutions of DCGAN (dense, convolutional).
        initializer: distribution of the initial weights; by_activation: he for relu and its kin,
            glorot for the others; auto: fan_in_uniform for a dense VAE, normal_002 for a
            convolutional GAN, else by_activation (he, glorot, fan_in_uniform, normal_002,
            by_activation).
        depth: number of levels, each half the size of the one before, for sides of at least 2^depth
            pixels; auto: until the smaller side has 4 to 7 pixels (1 ... 16; needs
            architecture='convolutional').
        base_channels: channels of the first level; each level doubles them; auto: 32, for a GAN 16
            (1 ... 4,096; needs architecture='convolutional').
        dropout: share of hidden units dropped during training (0 ... 1, below 1).
        preparation: what is done to rows first; standardize: every column gets mean 0 and standard
            deviation 1; auto: standardize tables of numbers outside [0, 1] (none, standardize).
        epochs: number of passes over the data; auto: by the number of rows (1 ... 1,000,000).
        batch_size: number of rows in a step; auto: by the number of rows, at most 128 (1 ...
            65,536).
        optimizer: optimizer (sgd, rmsprop, adam, adamw).
        schedule: how the learning rate falls; auto: cosine, for a GAN constant, of a table of at
            most 32 columns linear (constant, step, cosine, linear, plateau).
        learning_rate: learning rate; auto: 0.002, with dense layers and rows of n > 4,096 values
            8.192 / n, for a classifier 0.001, for a GAN 0.0002, of a table of at most 32 columns
            0.001 (above 0).
        beta1: decay of the mean of the gradients, or momentum of SGD; auto: 0.9, for a GAN 0.5 (0
            ... 1, below 1).
        beta2: decay of the mean of the squared gradients; auto: 0.999, for RMSProp 0.99 (0 ... 1,
            below 1).
        epsilon: Adam's epsilon: added to the denominator for stability (above 0).
        weight_decay: decoupled weight decay; auto: 0 (0 ... 1000; needs optimizer='adamw').
        schedule_factor: step, plateau: factor of each fall (auto: 0.1); cosine, linear: last rate
            over the first (auto: 0) (0 ... 1; needs schedule='step' or 'cosine' or 'linear' or
            'plateau').
        schedule_period: step: number of epochs between two falls; plateau: epochs without a lower
            loss before a fall; auto: 10 (1 ... 1,000,000; needs schedule='step' or 'plateau').
        schedule_epochs: number of epochs that the schedule spans; auto: those of this fit (1 ...
            1,000,000; needs schedule='cosine' or 'linear').
        warm_up: number of epochs during which the learning rate rises from 0 (0 ... 1e+06).
        clip_norm: maximum gradient norm; larger gradients are scaled down; auto: no clipping (above
            0).
        patience: epochs without a better validation loss after which to stop; auto: never (1 ...
            1,000,000).
        min_delta: least fall of a loss that counts as better (at least 0).
        keep_best: end with the weights of the best validation epoch.
        accumulate: number of batches whose gradients are summed for one step (1 ... 65,536).
        flip: mirror images left to right, half of the time.
        shift: shift images at random, by up to so many pixels each way; edges repeat (0 ... 4,096).
        rotation: rotate images at random, by up to so many degrees; edges repeat (0 ... 180).
        color_jitter: multiply brightness, contrast and saturation of images at random, by 1 - this
            ... 1 + this (0 ... 1).
        warm_start: a new fit continues where the last one ended; this also holds for a loaded
            model.
        shape: height, width and channels of a row; None: taken from the data.
        seed: seed of the initial weights, of shuffling and of noise.
        context: context with the memory, threads and limits to use; None: the default context.
        """
        self._keep(locals())

    latent_size: int
    hidden: Optional[Union[int, Sequence[int]]]
    decoder_hidden: Optional[Union[int, Sequence[int]]]
    activation: str
    latent_activation: str
    output_activation: str
    bias: bool
    loss: str
    corruption: str
    corruption_amount: Optional[float]
    batch_norm: bool
    pixel_bias: bool
    skips: bool
    tied: bool
    sparsity: str
    sparsity_weight: Optional[float]
    sparsity_target: Optional[float]
    contraction: float
    architecture: str
    initializer: str
    depth: Optional[int]
    base_channels: Optional[int]
    dropout: float
    preparation: str
    epochs: Optional[int]
    batch_size: Optional[int]
    optimizer: str
    schedule: str
    learning_rate: Optional[float]
    beta1: Optional[float]
    beta2: Optional[float]
    epsilon: float
    weight_decay: Optional[float]
    schedule_factor: Optional[float]
    schedule_period: Optional[int]
    schedule_epochs: Optional[int]
    warm_up: float
    clip_norm: Optional[float]
    patience: Optional[int]
    min_delta: float
    keep_best: bool
    accumulate: int
    flip: bool
    shift: int
    rotation: float
    color_jitter: float
    warm_start: bool
    shape: Optional[Sequence[int]]
    seed: int
    context: Optional[Context]
