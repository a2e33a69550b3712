"""Linear and nearest-neighbour classifiers of features."""

from __future__ import annotations

import ctypes
from typing import NamedTuple, Optional

import numpy as np
import numpy.typing as npt

from ._errors import check
from ._follow import interruptible
from ._library import lib
from ._options import OptionStruct
from ._rows import Floats, Integers, address, as_rows, size_of
from ._structs import LinearInfo, LinearOptions
from .context import Context
from .dataset import Dataset


class Linear(NamedTuple):
    """Predicted classes, and the classifier that predicted them."""

    labels: Integers
    weights: Floats
    biases: Floats
    objective: float
    converged: bool
    n_iterations: int
    n_training: int


def linear(
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    rows: npt.ArrayLike,
    *,
    loss: str = "logistic",
    C: float = 1.0,
    tolerance: float = 1e-6,
    max_iterations: int = 1000,
    context: Optional[Context] = None,
) -> Linear:
    """Fit a linear classifier to features and predict the classes of rows.

    It minimises |W|^2 / 2 + C * sum of losses. Biases are not penalised, as in scikit-learn's
    LogisticRegression.

    Parameters
    ----------
    X : array-like
        Training features, (n, n_features).
    y : array-like of int
        Class of each training row.
    rows : array-like
        Features to classify.
    loss : {"logistic", "squared_hinge"}, default="logistic"
        Multinomial logistic regression, or a support vector machine, one-vs-rest.
    C : float, default=1.0
        Weight of the losses.
    tolerance : float, default=1e-06
        Stop when the gradient norm has fallen to this share of the first.
    max_iterations : int, default=1000
        Maximum number of iterations.
    context : Context, optional
        Memory, threads and limits to use (default: the default context).

    Returns
    -------
    Linear
        Named tuple (labels, weights, biases, objective, converged, n_iterations, n_training).
    """
    settings = {"loss": loss, "c": C, "tolerance": tolerance, "max_iterations": max_iterations}
    options = OptionStruct("linear", LinearOptions, **settings)
    with Dataset.from_array(as_rows(X), y, copy=False, context=context) as training:
        info, size = LinearInfo(), size_of(training.shape)
        wanted = as_rows(rows, size, "rows")
        n_classes = training.info.n_classes
        labels = np.empty(len(wanted), np.int32)
        weights, biases = np.empty((n_classes, size), np.float32), np.empty(n_classes, np.float32)
        outputs = (address(labels), address(weights), address(biases), ctypes.byref(info))
        arguments = (address(wanted), len(wanted), options.pointer)
        check(interruptible(lib.gen_evaluate_linear)(training._handle, *arguments, *outputs))
    return Linear(labels, weights, biases, info.objective, bool(info.converged), info.n_iterations, info.n_rows)


def neighbours(
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    rows: npt.ArrayLike,
    n_neighbours: int = 1,
    *,
    context: Optional[Context] = None,
) -> Integers:
    """Classify rows by the majority of their nearest rows in `X`; the lowest class wins a tie.

    Parameters
    ----------
    X : array-like
        Training features, (n, n_features).
    y : array-like of int
        Class of each training row.
    rows : array-like
        Features to classify.
    n_neighbours : int, default=1
        Number of nearest rows.
    context : Context, optional
        Memory, threads and limits to use (default: the default context).

    Returns
    -------
    ndarray
        Classes, (n_rows,), int32.
    """
    with Dataset.from_array(as_rows(X), y, copy=False, context=context) as training:
        return training.classify(rows, n_neighbours)
