"""Figures of merit.

Measures of generated rows beside real ones take rows of any features: pixels, latents of a PCA or an
encoder, features of a discriminator or a classifier, or an outside network's. All depend on the
numbers of rows, which the results hold: compare figures of equal ones, beside those of real rows.
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


class Parzen(NamedTuple):
    """A log-likelihood in nats, its standard error, and the width of the window."""

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
    """The log-likelihood of test rows under a Gaussian Parzen window around samples, in nats.

    Measured as Goodfellow et al. (2014) did, the width chosen on the validation rows. Rewards
    smooth samples: look at the figure of real rows beside it (Theis et al. 2016).
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
    """The peak signal-to-noise ratio of rows in [0, 1] against clean ones, in decibels."""
    return _quality(*_pair(rows, clean)).psnr


def squared_error(rows: npt.ArrayLike, clean: npt.ArrayLike) -> float:
    """The squared error of a row summed over its floats, averaged over rows."""
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
    """How near images in [0, 1] come to clean ones.

    squared_error: summed over a row. ssim: structural similarity (Wang et al. 2004), 11 x 11 Gaussian
    window of deviation 1.5; shorter sides take the largest odd window.
    """
    return _quality(*_pair(rows, clean), np.shape(rows)[1:], context)


class ActiveUnits(NamedTuple):
    """Latents that a VAE uses, the variances of all latents' means, and the rows they are over."""

    n_active: int
    variances: Doubles
    n_rows: int


def active_units(means: npt.ArrayLike, threshold: float = 0.01) -> ActiveUnits:
    """How many latents a VAE uses: those whose mean, of `encode`, varies over rows by more than
    threshold (Burda et al. 2016)."""
    rows = as_rows(means, name="means")
    count, variances = ctypes.c_int64(), np.empty(rows.shape[1])
    arguments = (address(rows), *rows.shape, threshold, ctypes.byref(count), address(variances))
    check(lib.gen_evaluate_active_units(*arguments))
    return ActiveUnits(count.value, variances, len(rows))


class Frechet(NamedTuple):
    """A squared distance, the rows it is of, and whether those are too few: no more than features, so that
    covariances are singular and the distance is far too large."""

    distance: float
    n_real: int
    n_generated: int
    few_rows: bool


def frechet(
    real: npt.ArrayLike, generated: npt.ArrayLike, *, context: Optional[Context] = None
) -> Frechet:
    """The squared Frechet distance between the Gaussians of two sets (Heusel et al. 2017).

    Biased upwards unless rows are many more than features. Moments keep what it needs of a set.
    """
    sets = _Sets(real, generated, context)
    (distance,) = sets.measured(lib.gen_evaluate_frechet, outputs=1)
    return Frechet(distance, *sets.counts, min(sets.counts) <= sets.real.shape[1])


class KernelDistance(NamedTuple):
    """The mean over subsets and their deviation, and the rows it is of."""

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
    """The kernel distance (Binkowski et al. 2018): the unbiased squared maximum mean discrepancy under
    (x . y / n_features + 1)^3, over random subsets of both sets.

    About 0 for one distribution, of either sign. subset_size: None: 1000, or all when there are fewer.
    """
    sets = _Sets(real, generated, context)
    size = min(1000, *sets.counts) if subset_size is None else subset_size
    options = (n_subsets, size, seed)
    mean, deviation = sets.measured(lib.gen_evaluate_kernel_distance, *options, outputs=2)
    return KernelDistance(mean, deviation, n_subsets, size, *sets.counts)


class PrecisionRecall(NamedTuple):
    """Shares of rows inside the other set's balls, and the rows they are of."""

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
    """Shares of rows inside the other set's balls, which reach to each row's n_neighbours-th neighbour.

    precision, recall: Kynkaanniemi et al. 2019, who take 3 neighbours; density, coverage: Naeem et al.
    2020, who take 5.
    """
    sets = _Sets(real, generated, context)
    precision, recall, density, coverage = sets.measured(
        lib.gen_evaluate_precision_recall, n_neighbours, outputs=4
    )
    return PrecisionRecall(precision, recall, density, coverage, *sets.counts)


class TwoSample(NamedTuple):
    """Shares of right guesses of all rows, the real and the generated ones, and how many these are."""

    accuracy: float
    real_accuracy: float
    generated_accuracy: float
    n_real: int
    n_generated: int


def two_sample(
    real: npt.ArrayLike, generated: npt.ArrayLike, *, context: Optional[Context] = None
) -> TwoSample:
    """The 1-nearest-neighbour two-sample test, leave-one-out: the share of rows whose nearest other row
    is of their own set. 0.5 of equally many rows cannot be told apart, 1 always can."""
    sets = _Sets(real, generated, context)
    accuracy, real_accuracy, generated_accuracy = sets.measured(lib.gen_evaluate_two_sample, outputs=3)
    return TwoSample(accuracy, real_accuracy, generated_accuracy, *sets.counts)


class Memorization(NamedTuple):
    """The ratio of median distances to training rows, those medians, and the rows they are of."""

    ratio: float
    generated: float
    held_out: float
    n_training: int
    n_generated: int
    n_held_out: int


def memorization(
    training: Any, generated: npt.ArrayLike, held_out: npt.ArrayLike, *, context: Optional[Context] = None
) -> Memorization:
    """Does a model copy its training data (rows or a Dataset)? The median distance of generated rows
    to the nearest training row over that of rows held out: about 1 for no, near 0 for copies."""
    with dataset_of(training, context) as known:
        size = size_of(known.shape)
        new, old = as_rows(generated, size, "generated"), as_rows(held_out, size, "held_out")
        arrays = (address(new), len(new), address(old), len(old))
        ratio, near, far = ctypes.c_double(), ctypes.c_double(), ctypes.c_double()
        outputs = map(ctypes.byref, (ratio, near, far))
        check(interruptible(lib.gen_evaluate_memorization)(known._handle, *arrays, *outputs))
        return Memorization(ratio.value, near.value, far.value, len(known), len(new), len(old))


class Estimate(NamedTuple):
    """The mean of a figure of each row, and its standard error."""

    mean: float
    standard_error: float
    n_rows: int


def estimate(values: npt.ArrayLike) -> Estimate:
    """The mean of a figure of each row, and its standard error."""
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
    """A model by every measure that it has, on rows it was not fitted to: a dict, as `gen evaluate`.

    labels: the rows' classes, for a conditional model; None: those of a labelled Dataset. features: a
    function of rows to compare samples by, such as a Classifier's `features`; None: pixels. n_rows: of
    samples, and of real rows beside them. n_latents: of each row for a VAE's likelihood, of coins drawn
    from the pixels where it takes them so. training: rows it was fitted to, whose figures ("real_rows")
    no samples can be expected to pass, and the rows that samples may be copies of ("memorization"). A
    model with a mixture of its latents has also samples of that ("mixture_samples").
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
