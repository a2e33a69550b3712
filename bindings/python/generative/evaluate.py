"""Metrics of reconstructions, of latents, and of generated rows against real ones.

Rows may be any features: pixels, latents of a PCA or an encoder, features of a discriminator, a classifier
or an external network. Metrics of two sets depend on the numbers of rows, which the results contain:
compare results of equal numbers, and compute the metric of real rows as a reference.
"""

from __future__ import annotations

import ctypes
import warnings
from typing import Any, Callable, NamedTuple, Optional

import numpy as np
import numpy.typing as npt

from . import _constants as c
from . import _structs
from ._errors import GenerativeError, check
from ._follow import interruptible
from ._handle import handle_of
from ._library import lib
from ._model import Model
from ._linear import Linear as Linear
from ._linear import linear as linear
from ._linear import neighbours as neighbours
from ._rows import Doubles, Floats, Shape, address, as_rows, shape_of_rows, size_of
from .context import Context
from .dataset import Dataset, dataset_of
from .pca import PCA
from .vae import binarize

__all__ = [
    "ActiveUnits",
    "Estimate",
    "Frechet",
    "KernelDistance",
    "Linear",
    "Memorization",
    "Parzen",
    "PrecisionRecall",
    "Reconstruction",
    "TwoSample",
    "active_units",
    "estimate",
    "frechet",
    "kernel_distance",
    "linear",
    "memorization",
    "model",
    "neighbours",
    "parzen",
    "precision_recall",
    "psnr",
    "reconstruction",
    "squared_error",
    "two_sample",
]


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)


class Parzen(NamedTuple):
    """Mean log-likelihood in nats, its standard error, and the width of the window."""

    mean: float
    standard_error: float
    width: float


def parzen(
    samples: npt.ArrayLike,
    validation: npt.ArrayLike,
    test: npt.ArrayLike,
    *,
    context: Optional[Context] = None,
) -> Parzen:
    """Compute the log-likelihood of test rows under a Gaussian Parzen window around samples.

    The window's width is chosen on the validation rows, as in Goodfellow et al. (2014). The metric rewards
    smooth samples: compute it for real rows too (Theis et al. 2016).

    Parameters
    ----------
    samples : array-like
        Generated rows, (n_samples, n_features).
    validation : array-like
        Rows that choose the width.
    test : array-like
        Rows to measure.
    context : Context, optional
        Memory, threads and limits to use (default: the default context).

    Returns
    -------
    Parzen
        Named tuple (mean, standard_error, width).
    """
    centres = as_rows(samples, name="samples")
    size = centres.shape[1]
    rows = (centres, as_rows(validation, size, "validation"), as_rows(test, size, "test"))
    width, mean, error = (ctypes.c_double() for _ in range(3))
    arrays = [argument for each in rows for argument in (address(each), len(each))]
    outputs = map(ctypes.byref, (width, mean, error))
    check(interruptible(lib.gen_evaluate_parzen)(*arrays, size, handle_of(context), *outputs))
    return Parzen(mean.value, error.value, width.value)


def psnr(rows: npt.ArrayLike, clean: npt.ArrayLike) -> float:
    """Compute the mean peak signal-to-noise ratio of rows in [0, 1].

    Parameters
    ----------
    rows : array-like
        Rows in [0, 1].
    clean : array-like
        Clean rows of the same shape.

    Returns
    -------
    float
        Mean over rows, in decibels.
    """
    return _quality(*_pair(rows, clean)).psnr


def squared_error(rows: npt.ArrayLike, clean: npt.ArrayLike) -> float:
    """Compute the squared error, summed over each row and averaged over rows.

    Parameters
    ----------
    rows : array-like
        Rows in [0, 1].
    clean : array-like
        Clean rows of the same shape.

    Returns
    -------
    float
        Mean over rows.
    """
    return _quality(*_pair(rows, clean)).squared_error


class Reconstruction(NamedTuple):
    """Means over rows, and their standard errors (_se); ssim is 1 for equal images."""

    n_rows: int
    squared_error: float
    squared_error_se: float
    mean_squared_error: float
    psnr: float
    psnr_se: float
    ssim: float
    ssim_se: float


def reconstruction(
    rows: npt.ArrayLike, clean: npt.ArrayLike, *, context: Optional[Context] = None
) -> Reconstruction:
    """Compare images in [0, 1] with clean ones.

    ssim is the structural similarity (Wang et al. 2004), with an 11 x 11 Gaussian window of standard
    deviation 1.5. Shorter sides use the largest odd window.

    Parameters
    ----------
    rows : array-like
        Rows in [0, 1].
    clean : array-like
        Clean rows of the same shape.
    context : Context, optional
        Memory, threads and limits to use (default: the default context).

    Returns
    -------
    Reconstruction
        Named tuple of squared_error (summed over a row), mean_squared_error, psnr in decibels and ssim,
        with standard errors.
    """
    return _quality(*_pair(rows, clean), np.shape(rows)[1:], context)


class ActiveUnits(NamedTuple):
    """Number of latents that a VAE uses, variances of all latents' means, and number of rows."""

    n_active: int
    variances: Doubles
    n_rows: int


def active_units(means: npt.ArrayLike, threshold: float = 0.01) -> ActiveUnits:
    """Count the latents that a VAE uses (Burda et al. 2016).

    A latent is used if its mean varies over rows by more than the threshold.

    Parameters
    ----------
    means : array-like
        Means from `VAE.encode`, (n, latent_size).
    threshold : float, default=0.01
        Smallest variance of a used latent.

    Returns
    -------
    ActiveUnits
        Named tuple (n_active, variances, n_rows).
    """
    rows = as_rows(means, name="means")
    count, variances = ctypes.c_int64(), np.empty(rows.shape[1])
    arguments = (address(rows), *rows.shape, threshold, ctypes.byref(count), address(variances))
    check(lib.gen_evaluate_active_units(*arguments))
    return ActiveUnits(count.value, variances, len(rows))


class Frechet(NamedTuple):
    """Squared Frechet distance and the numbers of rows.

    few_rows is True if a set has no more rows than features: its covariance is then singular, and the
    distance far too large.
    """

    distance: float
    n_real: int
    n_generated: int
    few_rows: bool


def frechet(
    real: npt.ArrayLike, generated: npt.ArrayLike, *, context: Optional[Context] = None
) -> Frechet:
    """Compute the squared Frechet distance between the Gaussians of two sets (Heusel et al. 2017).

    It is biased upwards unless there are many more rows than features. `Moments` compute it from statistics
    that merge.

    Parameters
    ----------
    real : array-like
        Real rows or features, (n_real, n_features).
    generated : array-like
        Generated rows or features, (n_generated, n_features).
    context : Context, optional
        Memory, threads and limits to use (default: the default context).

    Returns
    -------
    Frechet
        Named tuple (distance, n_real, n_generated, few_rows).
    """
    sets = _Sets(real, generated, context)
    (distance,) = sets.measured(lib.gen_evaluate_frechet, outputs=1)
    return Frechet(distance, *sets.counts, min(sets.counts) <= sets.real.shape[1])


class KernelDistance(NamedTuple):
    """Mean over subsets, its standard deviation, and the numbers of subsets and rows."""

    mean: float
    deviation: float
    n_subsets: int
    subset_size: int
    n_real: int
    n_generated: int


def kernel_distance(
    real: npt.ArrayLike,
    generated: npt.ArrayLike,
    *,
    n_subsets: int = 100,
    subset_size: Optional[int] = None,
    seed: int = 0,
    context: Optional[Context] = None,
) -> KernelDistance:
    """Compute the kernel distance (Binkowski et al. 2018).

    This is the unbiased squared maximum mean discrepancy under (x . y / n_features + 1)^3, averaged over
    random subsets of both sets. For equal distributions it is about 0, of either sign.

    Parameters
    ----------
    real : array-like
        Real rows or features, (n_real, n_features).
    generated : array-like
        Generated rows or features, (n_generated, n_features).
    n_subsets : int, default=100
        Number of subsets.
    subset_size : int, optional
        Rows per subset (default: 1000, or all if there are fewer).
    seed : int, default=0
        Seed of the subsets.
    context : Context, optional
        Memory, threads and limits to use (default: the default context).

    Returns
    -------
    KernelDistance
        Named tuple (mean, deviation, n_subsets, subset_size, n_real, n_generated).
    """
    sets = _Sets(real, generated, context)
    size = min(1000, *sets.counts) if subset_size is None else subset_size
    options = (n_subsets, size, seed)
    mean, deviation = sets.measured(lib.gen_evaluate_kernel_distance, *options, outputs=2)
    return KernelDistance(mean, deviation, n_subsets, size, *sets.counts)


class PrecisionRecall(NamedTuple):
    """Shares of rows inside the other set's balls, and the numbers of rows."""

    precision: float
    recall: float
    density: float
    coverage: float
    n_real: int
    n_generated: int


def precision_recall(
    real: npt.ArrayLike,
    generated: npt.ArrayLike,
    n_neighbours: int = 3,
    *,
    context: Optional[Context] = None,
) -> PrecisionRecall:
    """Compute precision, recall, density and coverage of generated rows.

    They count rows inside balls around the rows of the other set; a ball reaches its row's n_neighbours-th
    nearest row. Precision and recall are usually computed with 3 neighbours (Kynkaanniemi et al. 2019),
    density and coverage with 5 (Naeem et al. 2020).

    Parameters
    ----------
    real : array-like
        Real rows or features, (n_real, n_features).
    generated : array-like
        Generated rows or features, (n_generated, n_features).
    n_neighbours : int, default=3
        Neighbours that set the radius of a ball.
    context : Context, optional
        Memory, threads and limits to use (default: the default context).

    Returns
    -------
    PrecisionRecall
        Named tuple (precision, recall, density, coverage, n_real, n_generated).
    """
    sets = _Sets(real, generated, context)
    precision, recall, density, coverage = sets.measured(
        lib.gen_evaluate_precision_recall, n_neighbours, outputs=4
    )
    return PrecisionRecall(precision, recall, density, coverage, *sets.counts)


class TwoSample(NamedTuple):
    """Accuracies over all rows, the real ones and the generated ones, and the numbers of rows."""

    accuracy: float
    real_accuracy: float
    generated_accuracy: float
    n_real: int
    n_generated: int


def two_sample(
    real: npt.ArrayLike, generated: npt.ArrayLike, *, context: Optional[Context] = None
) -> TwoSample:
    """Run the 1-nearest-neighbour two-sample test, leave-one-out.

    The accuracy is the share of rows whose nearest other row belongs to their own set. For sets of equal
    size, 0.5 means that the sets cannot be distinguished, and 1 that they always can.

    Parameters
    ----------
    real : array-like
        Real rows or features, (n_real, n_features).
    generated : array-like
        Generated rows or features, (n_generated, n_features).
    context : Context, optional
        Memory, threads and limits to use (default: the default context).

    Returns
    -------
    TwoSample
        Named tuple (accuracy, real_accuracy, generated_accuracy, n_real, n_generated).
    """
    sets = _Sets(real, generated, context)
    accuracy, real_accuracy, generated_accuracy = sets.measured(lib.gen_evaluate_two_sample, outputs=3)
    return TwoSample(accuracy, real_accuracy, generated_accuracy, *sets.counts)


class Memorization(NamedTuple):
    """Ratio of median distances to training rows, the two medians, and the numbers of rows."""

    ratio: float
    generated: float
    held_out: float
    n_training: int
    n_generated: int
    n_held_out: int


def memorization(
    training: Any, generated: npt.ArrayLike, held_out: npt.ArrayLike, *, context: Optional[Context] = None
) -> Memorization:
    """Measure whether a model copies its training data.

    The ratio is the median distance of generated rows to their nearest training row, divided by that of
    held-out rows. It is about 1 for a model that does not copy, and near 0 for copies.

    Parameters
    ----------
    training : array-like or Dataset
        Training rows.
    generated : array-like
        Generated rows.
    held_out : array-like
        Rows that the model was not fitted to.
    context : Context, optional
        Memory, threads and limits to use (default: the default context).

    Returns
    -------
    Memorization
        Named tuple (ratio, generated, held_out, n_training, n_generated, n_held_out).
    """
    with dataset_of(training, context) as known:
        size = size_of(known.shape)
        new, old = as_rows(generated, size, "generated"), as_rows(held_out, size, "held_out")
        arrays = (address(new), len(new), address(old), len(old))
        ratio, near, far = ctypes.c_double(), ctypes.c_double(), ctypes.c_double()
        outputs = map(ctypes.byref, (ratio, near, far))
        check(interruptible(lib.gen_evaluate_memorization)(known._handle, *arrays, *outputs))
        return Memorization(ratio.value, near.value, far.value, len(known), len(new), len(old))


class Estimate(NamedTuple):
    """Mean of a metric over rows, and its standard error."""

    mean: float
    standard_error: float
    n_rows: int


def estimate(values: npt.ArrayLike) -> Estimate:
    """Compute the mean of a metric over rows, and its standard error.

    Parameters
    ----------
    values : array-like
        Value of each row, (n,).

    Returns
    -------
    Estimate
        Named tuple (mean, standard_error, n_rows).
    """
    figures = np.asarray(values, np.float64)
    error = figures.std(ddof=1) / np.sqrt(len(figures)) if len(figures) > 1 else 0.0
    return Estimate(float(figures.mean()), float(error), len(figures))


def model(
    model: Any,
    X: Any,
    *,
    labels: Any = None,
    training: Any = None,
    features: Optional[Callable[[Any], Any]] = None,
    n_rows: int = 2000,
    n_latents: int = 100,
    seed: int = 0,
) -> dict[str, Any]:
    """Compute every metric that a model supports, as `gen evaluate` does.

    Parameters
    ----------
    model : model
        A fitted model.
    X : array-like or Dataset
        Rows that the model was not fitted to.
    labels : array-like of int, optional
        Class of each row, for a conditional model (default: those of a labelled Dataset).
    training : array-like or Dataset, optional
        Rows that the model was fitted to. Adds their metrics ("real_rows"), which samples can hardly
        exceed, and "memorization".
    features : callable, optional
        Function that maps rows to the features by which samples are compared, such as a Classifier's
        `features` (default: pixels).
    n_rows : int, default=2000
        Number of samples, and of real rows to compare them with.
    n_latents : int, default=100
        Latents per row for the likelihood of a VAE. A Bernoulli VAE is evaluated on binarized rows.
    seed : int, default=0
        Seed of samples and latents.

    Returns
    -------
    dict
        Results by name. A model with a mixture also has "mixture_samples".
    """
    rows = X.read() if isinstance(X, Dataset) else as_rows(X).reshape(np.shape(X))
    found: dict[str, Any] = {"n_rows": len(rows)}
    if isinstance(model, Model):
        labels = model._own_labels(X, labels)
    given = {} if labels is None else {"labels": labels}
    if hasattr(model, "reconstruct"):
        back = model.reconstruct(rows, **given)
        found["reconstruction"] = reconstruction(back, rows.reshape(back.shape))
    elif hasattr(model, "inverse_transform"):
        back = model.inverse_transform(model.transform(rows))
        found["reconstruction"] = reconstruction(back.reshape(rows.shape), rows)
    if isinstance(model, PCA):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            likelihood = model.score_samples(rows)
        if np.isfinite(likelihood).any():  # else the covariance is singular
            found["log_likelihood"] = estimate(likelihood)
    if hasattr(model, "log_likelihood"):
        x = binarize(rows, seed=seed) if model._described()["likelihood"] == "bernoulli" else rows
        errors, kl = model.elbo(x, seed=seed, **given)
        found["bound"] = estimate(-errors - kl)
        found["kl"] = estimate(kl)
        found["log_likelihood"] = estimate(model.log_likelihood(x, n_samples=n_latents, seed=seed, **given))
        found["active_units"] = active_units(model.encode(rows, **given)[0])
    see = features or as_rows
    real = see(rows[:n_rows])
    drawn = {}
    if hasattr(model, "sample"):
        drawn["samples"] = model.sample(len(real), seed=seed)
    if _has_mixture(model):
        drawn["mixture_samples"] = model.sample_mixture(len(real), seed=seed)
    for name, samples in drawn.items():
        found[name] = _samples(real, see(samples), seed)
    if drawn and training is not None:
        known = training.read() if isinstance(training, Dataset) else training
        found["real_rows"] = _samples(real, see(known[: len(real)]), seed)
        samples = next(iter(drawn.values()))
        found["memorization"] = memorization(as_rows(known), as_rows(samples), as_rows(rows[: len(real)]))
    return found


def _has_mixture(model: Any) -> bool:
    """Whether a mixture of the model's latents was fitted."""
    try:
        return model.mixture_ is not None
    except (AttributeError, GenerativeError):
        return False


def _samples(real: npt.ArrayLike, generated: npt.ArrayLike, seed: int) -> dict[str, Any]:
    """All measures of two sets of features."""
    return {
        "frechet": frechet(real, generated),
        "kernel_distance": kernel_distance(real, generated, seed=seed),
        "precision_recall": precision_recall(real, generated, 3),
        "density_coverage": precision_recall(real, generated, 5),
        "two_sample": two_sample(real, generated),
    }


class _Sets:
    """Real and generated rows, and where they are measured."""

    def __init__(self, real: npt.ArrayLike, generated: npt.ArrayLike, context: Optional[Context]) -> None:
        self.real = as_rows(real, name="real")
        self.generated = as_rows(generated, self.real.shape[1], "generated")
        self.context = handle_of(context)

    @property
    def counts(self) -> tuple[int, int]:
        return len(self.real), len(self.generated)

    def measured(self, function: Any, *options: Any, outputs: int) -> list[float]:
        """The figures of a measure."""
        values = [ctypes.c_double() for _ in range(outputs)]
        arrays = (address(self.real), len(self.real), address(self.generated), len(self.generated))
        pointers = map(ctypes.byref, values)
        measure = interruptible(function)
        check(measure(*arrays, self.real.shape[1], *options, self.context, *pointers))
        return [value.value for value in values]


def _pair(rows: npt.ArrayLike, clean: npt.ArrayLike) -> tuple[Floats, Floats]:
    given = as_rows(rows, name="rows")
    wanted = as_rows(clean, given.shape[1], "clean")
    if len(wanted) != len(given):
        raise ValueError(f"clean must have {len(given)} rows like rows, not {len(wanted)}")
    return given, wanted


def _quality(
    rows: Floats, clean: Floats, shape: Optional[Shape] = None, context: Optional[Context] = None
) -> Reconstruction:
    """gen_evaluate_reconstruction of rows of a shape, by default of plain numbers."""
    quality = _structs.Reconstruction()
    sizes = shape_of_rows(rows.shape[1:] if shape is None else shape)
    arguments = (address(rows), address(clean), len(rows), *sizes, handle_of(context))
    check(interruptible(lib.gen_evaluate_reconstruction)(*arguments, ctypes.byref(quality)))
    return Reconstruction(*(getattr(quality, name) for name in Reconstruction._fields))
