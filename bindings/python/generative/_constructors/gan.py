# Generated from the library's option tables by 'make generate'. Do not edit.
from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Union

from .._estimator import Estimator
from ..context import Context


class GANParameters(Estimator):
    """The constructor of `GAN`."""

    _own_options: tuple[str, ...] = (
        "latent_size", "generator_hidden", "discriminator_hidden", "generator_activation",
        "discriminator_activation", "output_activation", "latent", "objective",
        "discriminator_steps", "batch_norm", "discriminator_batch_norm", "spectral_norm",
        "mean_start", "label_smoothing", "input_noise", "average_decay", "average_ramp",
        "n_classes", "discriminator_rate", "r1_penalty", "gradient_penalty", "augmentation",
        "projection", "fresh_rows", "architecture", "initializer", "depth", "base_channels",
        "dropout", "preparation",
    )
    _fit_options: tuple[str, ...] = (
        "epochs", "batch_size", "optimizer", "schedule", "learning_rate", "beta1", "beta2",
        "epsilon", "weight_decay", "schedule_factor", "schedule_period", "schedule_epochs",
        "warm_up", "clip_norm", "patience", "min_delta", "keep_best", "accumulate", "flip", "shift",
        "rotation", "color_jitter",
    )

    def __init__(
        self,
        latent_size: Optional[int] = None,
        *,
        generator_hidden: Optional[Union[int, Sequence[int]]] = None,
        discriminator_hidden: Optional[Union[int, Sequence[int]]] = None,
        generator_activation: str = "relu",
        discriminator_activation: str = "leaky_relu",
        output_activation: str = "auto",
        latent: str = "normal",
        objective: str = "non_saturating",
        discriminator_steps: int = 1,
        batch_norm: Optional[bool] = None,
        discriminator_batch_norm: Optional[bool] = None,
        spectral_norm: Optional[bool] = None,
        mean_start: Optional[bool] = None,
        label_smoothing: float = 0.0,
        input_noise: Optional[float] = None,
        average_decay: float = 0.999,
        average_ramp: bool = True,
        n_classes: int = 0,
        discriminator_rate: float = 1.0,
        r1_penalty: float = 0.0,
        gradient_penalty: float = 0.0,
        augmentation: str = "none",
        projection: bool = False,
        fresh_rows: bool = True,
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

        latent_size: size of a latent vector; auto: 64, convolutional 100, a table of fewer columns
            as many as these (1 ... 65,536).
        generator_hidden: widths of the dense layers of the generator, from the latent; auto:
            256,512, convolutional none, a table of at most 32 columns 128,128 (1 ... 65,536).
        discriminator_hidden: widths of the dense layers of the discriminator, from the row; auto:
            512,256, convolutional none, a table of at most 32 columns 128,128 (1 ... 65,536).
        generator_activation: activation of the hidden layers of the generator (identity, relu,
            leaky_relu, silu, elu, tanh, sigmoid, softplus).
        discriminator_activation: activation of the hidden layers of the discriminator (identity,
            relu, leaky_relu, silu, elu, tanh, sigmoid, softplus).
        output_activation: activation of the output: sigmoid and tanh for rows in [0, 1], identity
            for any rows; auto: identity for standardized rows, else sigmoid, convolutional tanh
            (identity, tanh, sigmoid).
        latent: distribution of the latents (normal, uniform).
        objective: losses of the two players (non_saturating, minimax, least_squares, hinge,
            wasserstein).
        discriminator_steps: k, the steps of the discriminator for each step of the generator (1 ...
            100).
        batch_norm: batch norm in the hidden layers of the generator; auto: true but for a table of
            at most 32 columns.
        discriminator_batch_norm: batch norm in the hidden layers of the discriminator but the
            first; auto: true if convolutional and spectral_norm is false.
        spectral_norm: spectral norm in all layers of the discriminator, instead of batch norm;
            auto: true if convolutional and discriminator_batch_norm is not true.
        mean_start: start the generator at the mean row of the data; auto: true if dense (needs
            architecture='dense').
        label_smoothing: real rows get the target 1 minus this value (0 ... 0.5).
        input_noise: standard deviation of the noise added to the input of the discriminator; auto:
            0, convolutional 0.2, a table of at most 32 columns 0.1 (0 ... 1e+06).
        average_decay: decay of the moving average of the generator over the steps; 0: no average (0
            ... 1, below 1).
        average_ramp: let the window of the average grow with the steps: the decay after step t is
            at most (1 + t) / (10 + t).
        n_classes: number of classes of a conditional model; 0: not conditional (0 ... 4,096).
        discriminator_rate: learning rate of the discriminator, as a multiple of the generator's (0
            ... 1000, not 0).
        r1_penalty: weight of half the squared gradient of the discriminator by a real row; 0: no
            penalty (0 ... 1e+06).
        gradient_penalty: weight of (norm of the gradient of the discriminator - 1)^2 between real
            and generated rows; 0: no penalty (0 ... 1e+06).
        augmentation: mirror, shift, recolor and cut out the images that the discriminator sees,
            real and generated ones; adaptive: more often the more it over-fits (none, fixed,
            adaptive).
        projection: let a conditional discriminator use the labels only in its last layer, by
            projection.
        fresh_rows: give each of the discriminator_steps a batch of its own; false: those of a step
            share one.
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

    latent_size: Optional[int]
    generator_hidden: Optional[Union[int, Sequence[int]]]
    discriminator_hidden: Optional[Union[int, Sequence[int]]]
    generator_activation: str
    discriminator_activation: str
    output_activation: str
    latent: str
    objective: str
    discriminator_steps: int
    batch_norm: Optional[bool]
    discriminator_batch_norm: Optional[bool]
    spectral_norm: Optional[bool]
    mean_start: Optional[bool]
    label_smoothing: float
    input_noise: Optional[float]
    average_decay: float
    average_ramp: bool
    n_classes: int
    discriminator_rate: float
    r1_penalty: float
    gradient_penalty: float
    augmentation: str
    projection: bool
    fresh_rows: bool
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
