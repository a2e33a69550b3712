"""Errors of principal components, compared with the reference, and the limits that accuracy.py sets for
them."""

from __future__ import annotations

from typing import NamedTuple, Optional

import numpy as np

from accuracy_matrices import Plan
from accuracy_reference import EPSILON, Reference
from accuracy_solvers import Fit, Solver, n_directions

# A solver's error may be TIMES that of scikit-learn's full solver, plus UNITS units in the last place.
TIMES, UNITS = 4, 10
# The rounding error allowed to a sketch, in float64 units of the largest variance, for three products and two
# eigenproblems.
SKETCH_UNITS = 40
# Relative to the largest variance: a sketch does not find directions of smaller variance, as the header says.
SKETCH_FLOOR = 1e-12
# The least difference that separates singular values, relative to the larger one.
LEAST_GAP = 1e-3
MOST_GAPS = 8


class Score(NamedTuple):
    """The largest error, the full solver's largest error, and the largest ratio of an error to its limit, with
    its component."""

    error: float
    full: float
    ratio: float
    place: int = 0


class Scores(NamedTuple):
    variances: Score
    angles: Score
    reconstruction: Score

    @property
    def ratio(self) -> float:
        return max(score.ratio for score in self)


class Judge:
    """Compares fits of one matrix with its reference."""

    def __init__(self, plan: Plan, X: np.ndarray, reference: Reference, full: Fit) -> None:
        self.plan, self.reference, self.full = plan, reference, full
        self.ulp = float(np.finfo(plan.dtype).eps)
        self.true = reference.variances.astype(np.float64)
        self.deviations = np.sqrt(self.true)
        #: Smaller variances count as zero: they are below the rounding error of any sum of the numbers.
        scale = self.true[0] or float(np.abs(X).max()) ** 2
        self.floor = EPSILON**2 * plan.rows * plan.columns * scale
        self.counted = self.true > self.floor
        #: Norms of the centred matrix, and of the least residual that the components can leave: square roots of
        #: sums of squares.
        whole = float(np.sqrt(np.einsum("ij,ij->", X, X, dtype=np.float64))) or 1.0
        self.length = float(np.sqrt(self.true.sum() * (plan.rows - 1))) or whole
        self.least_missed = float(np.sqrt(self.true[plan.n_components :].sum() * (plan.rows - 1)))
        #: The most that rounding numbers of the matrix's size to its type may add to a residual.
        self.rounding = self.ulp * whole / self.length
        self.centring = self._centring(X)
        self.gaps = self._gaps()
        self.full_sines = self._sines(full)

    def scores(self, solver: Solver, fit: Fit) -> Scores:
        k = self.plan.n_components
        if fit.variances.shape != (k,) or fit.components.shape != (k, self.plan.columns):
            raise ValueError(f"{fit.components.shape} components, {fit.variances.shape} variances, not {k}")
        measures = {"one-pass": self._absolute_variances, "sketch": self._sketched_variances}
        variances = measures.get(solver.rule if self.true[0] else "", self._variances)(fit)
        return Scores(variances, self._angles(solver.rule, fit), self._reconstruction(solver.rule, fit))

    def _variances(self, fit: Fit) -> Score:
        """Errors relative to each variance. The full solver's error of a single variance may be small by
        chance. It counts as at least the change that its largest error of a singular value would make to this
        variance."""
        k, true, counted = self.plan.n_components, self.true, self.counted
        with np.errstate(divide="ignore", invalid="ignore"):
            error, full = (np.abs(each.variances - true[:k]) / true[:k] for each in (fit, self.full))
            off = np.abs(np.sqrt(np.maximum(self.full.variances, 0)) - self.deviations[:k]).max()
            full_limit = np.maximum(full, 2 * off / self.deviations[:k] + (off / self.deviations[:k]) ** 2)
            full_limit = np.maximum(full_limit, self.centring)
            limit = TIMES * full_limit + UNITS * self.ulp + self.reference.relative_error[:k]
            ratio = error / limit
        zero = np.abs(np.concatenate([self.full.variances[~counted[:k]] - true[:k][~counted[:k]], [0]])).max()
        at_zero = np.abs(fit.variances - true[:k]) / max(self.floor, TIMES * zero, np.finfo(float).tiny)
        ratio = np.where(counted[:k], ratio, at_zero)
        seen = counted[:k]
        return _score(error[seen], full[seen], ratio)

    def _centring(self, X: np.ndarray) -> np.ndarray:
        """The change in each variance from rounding the centred numbers to Double, relative to the variance.

        With sigma = u^T C v, a change E of the centred matrix C changes the variance by the fraction 2 u^T E v
        / sigma. If E consists of independent errors of at most half a unit in the last place, with a standard
        deviation of eps |c| / sqrt(12), that fraction has the standard deviation eps / sqrt(3) (sum of (u c
        v)^2)^1/2 / sigma. Every solver that works in Double makes these rounding errors.
        """
        k = self.plan.n_components
        squares, variance = np.zeros(k), np.maximum(self.true[:k], np.finfo(float).tiny) * (self.plan.rows - 1)
        mean = X.mean(axis=0, dtype=np.float64)
        height = max(1, (1 << 22) // self.plan.columns)
        basis = self.reference.components[:k].T
        for first in range(0, self.plan.rows, height):
            C = X[first : first + height].astype(np.float64) - mean
            squares += ((C @ basis) ** 2 * (C**2 @ basis**2)).sum(axis=0)
        return EPSILON / np.sqrt(3) * np.sqrt(squares) / variance

    def _absolute_variances(self, fit: Fit) -> Score:
        """Errors relative to the largest variance."""
        k, largest = self.plan.n_components, self.true[0]
        error, full = (np.abs(each.variances - self.true[:k]) / largest for each in (fit, self.full))
        limit = UNITS * EPSILON + self.reference.relative_error[:k] * self.true[:k] / largest
        return _score(error, full, error / limit)

    def _sketched_variances(self, fit: Fit) -> Score:
        """No variance may exceed the true one, and together they may miss no more than the documented bound."""
        k, largest = self.plan.n_components, self.true[0]
        above, full = (np.maximum(each.variances - self.true[:k], 0) / largest for each in (fit, self.full))
        limit = SKETCH_UNITS * EPSILON + self.reference.relative_error[:k] * self.true[:k] / largest
        missed = self.true.sum() - fit.variances.sum()
        allowed = self._factor * self.true[k:].sum() + SKETCH_FLOOR * k * largest
        return _score(above, full, np.append(above / limit, missed / allowed))

    @property
    def _factor(self) -> float:
        """The factor by which the variance that a sketch misses may exceed the least possible: see
        docs/scale.md."""
        k, directions = self.plan.n_components, n_directions(self.plan)
        return 1 + k / (directions - k - 1) if directions > k + 1 else 1

    def _gaps(self) -> np.ndarray:
        """Counts of leading components whose subspace is separated by a gap, for the widest gaps and the last
        one."""
        k, following = self.plan.n_components, np.append(self.deviations[1:], 0)
        relative = (self.deviations - following) / np.maximum(self.deviations, np.finfo(float).tiny)
        is_whole = np.arange(1, len(relative) + 1) == self.plan.columns
        counts = 1 + np.flatnonzero((relative > LEAST_GAP) & self.counted & ~is_whole)
        counts = counts[counts <= k]
        widest = np.argsort(-relative[counts - 1], kind="stable")[: MOST_GAPS - 1]
        return np.unique(np.append(counts[widest], counts[-1:]))

    def _sines(self, fit: Fit) -> np.ndarray:
        """The sine of the largest principal angle at each gap."""
        if not len(self.gaps):
            return np.zeros(0)
        found, basis = fit.components[: self.gaps[-1]], self.reference.components[self.counted]
        along = found @ basis.T
        outside = found - along @ basis
        outside = outside @ outside.T
        return np.array([_root_of_norm(along[:i, i:] @ along[:i, i:].T + outside[:i, :i]) for i in self.gaps])

    def _angles(self, rule: str, fit: Fit) -> Score:
        """A perturbation of u sigma_1 turns a subspace by up to u sigma_1 / gap. A perturbation of the
        covariance turns it by u sigma_1^2 over the gap between the variances."""
        sines, following = self._sines(fit), np.append(self.deviations[1:], 0)
        if not len(sines):
            return Score(0, 0, 0)
        above, below, largest = self.deviations[self.gaps - 1], following[self.gaps - 1], self.deviations[0]
        gap = above - below
        limit = TIMES * np.maximum(self.full_sines, (self.full_sines * gap).max() / gap)
        limit = limit + UNITS * self.ulp * largest / gap
        if rule == "one-pass":
            limit = limit + UNITS * EPSILON * largest**2 / (gap * (above + below))
        if rule == "sketch":
            limit = np.full(len(gap), np.inf)
        return _score(sines, self.full_sines, np.where(limit < 1, sines / limit, 0), self.gaps)

    def _reconstruction(self, rule: str, fit: Fit) -> Score:
        """How much larger the residual's norm is than the least possible, relative to the centred matrix's
        norm."""
        excess, full = ((each.missed - self.least_missed) / self.length for each in (fit, self.full))
        limit = TIMES * max(full, 0) + UNITS * self.ulp + self.rounding
        if rule in ("one-pass", "sketch"):
            share = SKETCH_FLOOR if rule == "sketch" else UNITS * EPSILON
            rounding = share * self.plan.n_components * self.true[0] * (self.plan.rows - 1)
            factor = self._factor if rule == "sketch" else 1
            limit += (np.sqrt(factor * self.least_missed**2 + rounding) - self.least_missed) / self.length
        return _score(np.array([excess]), np.array([full]), np.array([excess / limit]))


def _root_of_norm(matrix: np.ndarray) -> float:
    return float(np.sqrt(np.linalg.norm(matrix, 2))) if np.isfinite(matrix).all() else np.nan


def _score(error: np.ndarray, full: np.ndarray, ratio: np.ndarray, places: Optional[np.ndarray] = None) -> Score:
    """The worst of each; NaN counts as infinitely bad."""
    error, full, ratio = (np.nan_to_num(each, nan=np.inf, posinf=np.inf) for each in (error, full, ratio))
    worst = int(ratio.argmax())
    place = worst + 1 if places is None else int(places[worst])
    return Score(float(error.max(initial=0)), float(full.max(initial=0)), float(ratio[worst]), place)
