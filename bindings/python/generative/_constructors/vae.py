# Generated from the library's option tables by 'make generate'. Do not edit.
from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Union

from .._estimator import Estimator
from ..context import Context


class VAEParameters(Estimator):
    """The constructor of `VAE`."""

    _own_options: tuple[str, ...] = (
        "latent_size", "hidden", "decoder_hidden", "activation", "likelihood", "variance",
        "learned_variance", "output_activation", "batch_norm", "pixel_bias", "binarize",
        "reconstruction_weight", "beta", "kl_schedule", "kl_epochs", "n_classes",
        "importance_samples", "architecture", "initializer", "depth", "base_channels", "dropout",
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
        latent_size: int = 20,
        *,
        hidden: Optional[Union[int, Sequence[int]]] = None,
        decoder_hidden: Optional[Union[int, Sequence[int]]] = None,
        activation: str = "auto",
        likelihood: str = "auto",
        variance: Optional[float] = None,
        learned_variance: str = "shared",
        output_activation: str = "auto",
        batch_norm: bool = False,
        pixel_bias: bool = False,
        binarize: bool = False,
        reconstruction_weight: float = 1.0,
        beta: float = 1.0,
        kl_schedule: str = "constant",
        kl_epochs: Optional[float] = None,
        n_classes: int = 0,
        importance_samples: int = 1,
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
        hidden: widths of the hidden layers of the encoder, outermost first; auto: 400,
            convolutional 256, a table of at most 32 columns 128 (1 ... 65,536).
        decoder_hidden: widths of the hidden layers of the decoder, innermost first; auto: those of
            the encoder in reverse (1 ... 65,536).
        activation: activation of the hidden layers; auto: relu, convolutional silu (identity, relu,
            leaky_relu, silu, elu, tanh, sigmoid, softplus).
        likelihood: likelihood p(x|z): bernoulli for pixels in [0, 1], or gaussian; auto: gaussian
            for standardized rows, else bernoulli (bernoulli, gaussian).
        variance: variance of the gaussian likelihood; auto: learned (above 0; needs
            likelihood='auto' or 'gaussian').
        learned_variance: shared: one variance, the mean squared error of the last steps; pixel: one
            for every pixel or column; gradient: one, by the optimizer (gradient, shared, pixel).
        output_activation: activation of the output; bernoulli needs sigmoid; auto: identity for
            standardized rows, else sigmoid (identity, sigmoid).
        batch_norm: batch norm after all convolutions but the first and the last (needs
            architecture='convolutional').
        pixel_bias: a bias for every pixel of the output instead of one for every channel.
        binarize: binarize the pixels at random, anew at each step (needs likelihood='auto' or
            'bernoulli').
        reconstruction_weight: C, the weight of the reconstruction term (above 0).
        beta: weight of the KL term (at least 0).
        kl_schedule: how beta rises during training (KL annealing) (constant, linear, cyclic).
        kl_epochs: number of epochs over which beta rises to its full value, or of one cycle; auto:
            10 (1e-06 ... 1e+06; needs kl_schedule='linear' or 'cyclic').
        n_classes: number of classes of a conditional model; 0: not conditional (0 ... 4,096).
        importance_samples: latents drawn for each row; more than 1 gives the importance-weighted
            bound (1 ... 10,000).
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
    likelihood: str
    variance: Optional[float]
    learned_variance: str
    output_activation: str
    batch_norm: bool
    pixel_bias: bool
    binarize: bool
    reconstruction_weight: float
    beta: float
    kl_schedule: str
    kl_epochs: Optional[float]
    n_classes: int
    importance_samples: int
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
