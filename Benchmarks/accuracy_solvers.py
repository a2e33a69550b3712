"""The solvers that accuracy.py compares, each as a function of a matrix."""

from __future__ import annotations

import functools
import warnings
from typing import Any, Callable, NamedTuple
from unittest import mock

import numpy as np
from scipy import linalg
from sklearn import decomposition

from accuracy_matrices import Plan
from generative import PCA, Moments

BLOCK = 1 << 22


class Fit(NamedTuple):
    """A solver's result in Double, and the norm of the difference between the matrix and its reconstruction."""

    variances: np.ndarray
    components: np.ndarray
    missed: float


class Solver(NamedTuple):
    """rule: the limits that apply: "memory", "one-pass" or "sketch"; "" for a peer, which has no limits."""

    name: str
    rule: str
    is_applicable: Callable[[Plan], bool]
    fitted: Callable[[Plan, np.ndarray], Any]

    def fit(self, plan: Plan, X: np.ndarray) -> Fit:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = self.fitted(plan, X)
            variances = np.asarray(model.explained_variance_, np.float64)
            components = np.asarray(model.components_, np.float64)
            return Fit(variances, components, _missed(model, X))


def _missed(model: Any, X: np.ndarray) -> float:
    height, squares = max(1, BLOCK // X.shape[1]), []
    for first in range(0, len(X), height):
        rows = X[first : first + height]
        back = np.asarray(model.inverse_transform(model.transform(rows)), np.float64)
        squares.append(np.square(rows - back).sum())
    return float(np.sqrt(np.sum(squares)))


def n_directions(plan: Plan) -> int:
    """The default number of directions of a sketch."""
    return min(2 * plan.n_components + 16, plan.columns)


def _parts(plan: Plan, X: np.ndarray, most: int) -> list[np.ndarray]:
    """Splits the rows into 1 to `most` parts of any sizes, in order."""
    random = np.random.default_rng([plan.seed, plan.index, 2])
    cuts = random.integers(1, len(X), random.integers(most))
    return np.split(X, np.unique(cuts))


def _ours(solver: str) -> Callable[[Plan, np.ndarray], Any]:
    return lambda plan, X: PCA(plan.n_components, solver=solver, seed=plan.index).fit(X)


def _partial(plan: Plan, X: np.ndarray) -> PCA:
    pca = PCA(plan.n_components)
    for part in _parts(plan, X, 20):
        pca.partial_fit(part)
    return pca


def _merged(plan: Plan, X: np.ndarray) -> PCA:
    first, *others = map(Moments.of, _parts(plan, X, 5)[::-1])
    for other in others:
        first.merge(other)
    return PCA(plan.n_components).merge(first)


def _theirs(solver: str) -> Callable[[Plan, np.ndarray], Any]:
    return lambda plan, X: decomposition.PCA(plan.n_components, svd_solver=solver, random_state=0).fit(X)


def _full(plan: Plan, X: np.ndarray) -> Any:
    """scikit-learn's "full"; by LAPACK's slower routine where the divide-and-conquer one does not converge."""
    try:
        return _theirs("full")(plan, X)
    except linalg.LinAlgError as error:
        print(f"{plan}: {error}; gesvd instead of gesdd", flush=True)
        svd = functools.partial(linalg.svd, lapack_driver="gesvd")
        with mock.patch("sklearn.decomposition._pca.linalg.svd", svd):
            return _theirs("full")(plan, X)


def _always(plan: Plan) -> bool:
    return True


def _has_covariance(plan: Plan) -> bool:
    return plan.columns <= 1500 and float(plan.rows) * plan.columns**2 <= 1e11


def _has_gram(plan: Plan) -> bool:
    return plan.rows <= 1500 and float(plan.columns) * plan.rows**2 <= 1e11


def _has_sketch(plan: Plan) -> bool:
    return float(plan.rows) * plan.columns * n_directions(plan) <= 4e10


FULL = Solver("sklearn full", "", _always, _full)
SOLVERS = [
    Solver("auto", "memory", _always, _ours("auto")),
    Solver("covariance", "memory", _has_covariance, _ours("covariance")),
    Solver("gram", "memory", _has_gram, _ours("gram")),
    Solver("partial_fit", "one-pass", _has_covariance, _partial),
    Solver("merge", "one-pass", _has_covariance, _merged),
    Solver("sketch", "sketch", _has_sketch, _ours("sketch")),
    Solver("sklearn auto", "", _always, _theirs("auto")),
]
