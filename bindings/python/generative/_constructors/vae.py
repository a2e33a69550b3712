# Generated from the library's option tables by 'make generate'. Do not edit.
from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Union

from .._estimator import Estimator
from ..context import Context


class VAEParameters(Estimator):
    """Constructor of `VAE`."""

    _own_options: tuple[str, ...] = (
        "latent_size", "hidden", "decoder_hidden", "activation", "likelihood", "variance",
        "learned_variance", "output_activation", "batch_norm", "pixel_bias", "binarize",
        "reconstruction_weight", "beta", "kl_schedule", "kl_epochs", "n_classes",
        "importance_samples", "architecture", "initializer", "depth", "base_channels", "dropout",
        "preparation", "precision",
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
        architecture: str = "auto",
        initializer: str = "auto",
        depth: Optional[int] = None,
        base_channels: Optional[int] = None,
        dropout: float = 0.0,
        preparation: str = "auto",
        precision: str = "float32",
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
        """Create an unfitted `VAE`.

        None and "auto" let the library choose; the default in parentheses is its choice. Integers must be int
        or numpy integers: 3.0, "3" and True are rejected. A single int is a list of one width.

        Parameters
        ----------
        latent_size : int, default=20
            Size of a latent vector (1 ... 65,536).
        hidden : int or sequence of int, optional
            Widths of the hidden layers of the encoder, outermost first (1 ... 65,536; default: 400;
            convolutional: 256; a table of at most 32 columns: 128).
        decoder_hidden : int or sequence of int, optional
            Widths of the hidden layers of the decoder, innermost first (1 ... 65,536; default: those of the
            encoder in reverse).
        activation : str, default="auto"
            Activation of the hidden layers (identity, relu, leaky_relu, silu, elu, tanh, sigmoid, softplus;
            default: relu; convolutional: silu).
        likelihood : str, default="auto"
            Likelihood p(x|z); bernoulli is for pixels in [0, 1] (bernoulli, gaussian; default: bernoulli;
            standardized rows: gaussian).
        variance : float, optional
            Variance of the gaussian likelihood (above 0; needs likelihood='auto' or 'gaussian'; default:
            learned).
        learned_variance : str, default="shared"
            How the variance is learned; shared: one variance, the mean squared error of recent steps;
            pixel: the same, separately for each pixel or column; gradient: one variance, trained by the
            optimizer (gradient, shared, pixel).
        output_activation : str, default="auto"
            Activation of the output; bernoulli needs sigmoid (identity, sigmoid; default: sigmoid;
            standardized rows: identity).
        batch_norm : bool, default=False
            Use batch norm after all convolutions except the first and the last (needs architecture='auto'
            or 'convolutional').
        pixel_bias : bool, default=False
            Use one output bias per pixel instead of one per channel.
        binarize : bool, default=False
            Binarize the pixels at random in each step (needs likelihood='auto' or 'bernoulli').
        reconstruction_weight : float, default=1.0
            Weight C of the reconstruction term (above 0).
        beta : float, default=1.0
            Weight of the KL term (at least 0).
        kl_schedule : str, default="constant"
            How beta rises during training (KL annealing) (constant, linear, cyclic).
        kl_epochs : float, optional
            Number of epochs over which beta rises to its full value, or of one cycle (1e-06 ... 1e+06;
            needs kl_schedule='linear' or 'cyclic'; default: 10).
        n_classes : int, default=0
            Number of classes of a conditional model; 0: not conditional (0 ... 4,096).
        importance_samples : int, default=1
            Number of latents drawn per row; more than 1 gives the importance-weighted bound (1 ... 10,000).
        architecture : str, default="auto"
            Kind of the networks: dense layers, or the convolutions of DCGAN (dense, convolutional; default:
            convolutional for images with sides of at least 16 pixels if no widths of hidden layers are
            given, else dense).
        initializer : str, default="auto"
            Distribution of the initial weights; by_activation: glorot for identity, tanh and sigmoid, he
            for the others (he, glorot, fan_in_uniform, normal_002, by_activation; default: by_activation;
            dense VAE: fan_in_uniform; convolutional GAN: normal_002).
        depth : int, optional
            Number of levels, each half the size of the one before; sides must have at least 2^depth pixels
            (1 ... 16; needs architecture='auto' or 'convolutional'; default: until the smaller side has 4
            to 7 pixels).
        base_channels : int, optional
            Channels of the first level; each level doubles them (1 ... 4,096; needs architecture='auto' or
            'convolutional'; default: 32; GAN: 16).
        dropout : float, default=0.0
            Share of hidden units dropped during training (at least 0, below 1).
        preparation : str, default="auto"
            Transformation of the rows; standardize: every column gets mean 0 and standard deviation 1
            (none, standardize; default: standardize for tables with values outside [0, 1], else none).
        precision : str, default="float32"
            Numbers that matrix products and convolutions multiply; bfloat16: operands are rounded to 8
            significant bits, which is faster on processors with an instruction for them; weights, sums and
            losses stay float32 (float32, bfloat16).
        epochs : int, optional
            Number of passes over the data (1 ... 1,000,000; default: 10 to 1,000, by the number of rows).
        batch_size : int, optional
            Number of rows per step (1 ... 65,536; default: 16 to 128, by the number of rows).
        optimizer : str, default="adam"
            Optimization algorithm (sgd, rmsprop, adam, adamw).
        schedule : str, default="auto"
            How the learning rate decreases during training (constant, step, cosine, linear, plateau;
            default: cosine; GAN: constant; GAN of a table of at most 32 columns: linear).
        learning_rate : float, optional
            Learning rate (above 0; default: 0.002; dense layers and rows of n > 4,096 values: 8.192 / n;
            classifier: 0.001; convolutional GAN: 0.032 / base_channels, at most 0.002; GAN of dense layers
            and images: 0.0005; GAN of a table: 0.0002, with at most 32 columns 0.001).
        beta1 : float, optional
            Decay of the mean gradient, or momentum of SGD (at least 0, below 1; default: 0.9; GAN: 0.5).
        beta2 : float, optional
            Decay of the mean squared gradient (at least 0, below 1; default: 0.999; rmsprop: 0.99).
        epsilon : float, default=1e-08
            Adam's epsilon, added to the denominator for stability (above 0).
        weight_decay : float, optional
            Decoupled weight decay (0 ... 1000; needs optimizer='adamw'; default: 0).
        schedule_factor : float, optional
            Factor of each reduction of the learning rate; for cosine and linear, the final rate as a share
            of the initial rate (0 ... 1; needs schedule='step' or 'cosine' or 'linear' or 'plateau';
            default: step, plateau: 0.1; cosine, linear: 0).
        schedule_period : int, optional
            Number of epochs between reductions of the learning rate; for plateau, epochs without a lower
            loss (1 ... 1,000,000; needs schedule='step' or 'plateau'; default: 10).
        schedule_epochs : int, optional
            Number of epochs over which the learning rate decreases (1 ... 1,000,000; needs
            schedule='cosine' or 'linear'; default: the epochs of this fit).
        warm_up : float, default=0.0
            Number of epochs during which the learning rate rises from 0 (0 ... 1e+06).
        clip_norm : float, optional
            Maximum gradient norm; larger gradients are scaled down (above 0; default: no clipping).
        patience : int, optional
            Number of epochs without a lower validation loss before the fit stops (1 ... 1,000,000; default:
            never).
        min_delta : float, default=0.0
            Smallest decrease that counts as a lower loss (at least 0).
        keep_best : bool, default=False
            End with the weights of the epoch with the lowest validation loss.
        accumulate : int, default=1
            Number of batches whose gradients each step sums (1 ... 65,536).
        flip : bool, default=False
            Mirror images left to right with probability 0.5.
        shift : int, default=0
            Largest random shift of images, in pixels along each axis; edges are repeated (0 ... 4,096).
        rotation : float, default=0.0
            Largest random rotation of images, in degrees; edges are repeated (0 ... 180).
        color_jitter : float, default=0.0
            Multiply brightness, contrast and saturation of images by random factors between 1 - c and 1 +
            c, where c is this value (0 ... 1).
        warm_start : bool, default=False
            Continue where the last fit ended, also that of a loaded model.
        shape : sequence of int, optional
            Height, width and channels of a row (default: those of the data).
        seed : int, default=0
            Seed of the initial weights, of shuffling and of noise.
        context : Context, optional
            Context with the memory, threads and limits to use (default: the default context).
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
    precision: str
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
