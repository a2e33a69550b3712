"""How much features tell: classifiers that are fitted to features of rows and predict others."""

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
    """The classes predicted, and the classifier that did."""

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
    """How much features tell: fits a linear classifier to X and classes y, and predicts those of rows.

    Minimises |W|^2 / 2 + C * sum of losses, the biases not penalised, as scikit-learn's
    LogisticRegression does. loss: "logistic" (multinomial), or "squared_hinge": one class against the
    others each.
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
    """The class that most of the nearest rows of X have, for each of rows; equals: the lower class."""
    with Dataset.from_array(as_rows(X), y, copy=False, context=context) as training:
        return training.classify(rows, n_neighbours)
