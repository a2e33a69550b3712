"""Compares accuracy.py's reference with mpmath and with spectra that are known exactly.

usage: accuracy_check.py        needs mpmath (pip install mpmath); status 1 when an error is larger than claimed
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import mpmath
import numpy as np
from scipy.linalg import hadamard

from accuracy_reference import EPSILON, reference

mpmath.mp.dps = 80


class Known(NamedTuple):
    """A matrix with its true variances to 80 bits and components to 53 bits, both by decreasing variance."""

    title: str
    rows: np.ndarray
    variances: np.ndarray
    components: np.ndarray


def main() -> int:
    """Prints the largest errors for each matrix; returns 1 if one is larger than the reference claims."""
    has_failed = False
    for known in chain(by_mpmath(np.random.default_rng(0)), exact()):
        true, count = known.variances, len(known.variances)
        found = reference(known.rows)
        error = np.abs(found.variances[:count] / true - 1).astype(float)
        values, components = np.linalg.svd(known.rows - known.rows.mean(axis=0), full_matrices=False)[1:]
        theirs = np.abs(values[:count] ** 2 / (len(known.rows) - 1) / true - 1).astype(float).max()
        distance = farthest(found.components[:count], known)
        is_wrong = bool((error > 4 * found.relative_error[:count] + 1e-17).any() or distance > 8 * EPSILON)
        has_failed |= is_wrong
        print(
            f"{known.title}, sigma to {float(np.sqrt(true.min() / true.max())):.0e}: variances {error.max():.1e} "
            f"(LAPACK {theirs:.1e}), components {distance:.1e} (LAPACK {farthest(components[:count], known):.1e})"
            f"{' WRONG' * is_wrong}"
        )
    return int(has_failed)


def farthest(components: np.ndarray, known: Known) -> float:
    """The largest distance from a true component or its negative, among components whose variance is well
    separated."""
    gaps = np.abs(known.variances[:, None] / known.variances - 1) + np.eye(len(known.variances))
    along = (components * known.components).sum(axis=1, keepdims=True)
    rest = components - np.copysign(1, along) * known.components
    return float(np.linalg.norm(rest[gaps.min(axis=1) > 0.01], axis=1).max(initial=0))


def by_mpmath(random: np.random.Generator) -> Iterator[Known]:
    """Small matrices of many shapes, solved with 80 digits."""
    for rows, columns, least, mean in (
        (12, 8, 1e-12, 0), (30, 6, 1e-12, 1e3), (7, 20, 1e-12, 0), (9, 9, 1e-10, 1e8), (25, 12, 1e-13, 0),
        (40, 3, 0.1, 1e8),
    ):  # fmt: skip
        rank = min(rows - 1, columns)
        left = np.linalg.qr(random.standard_normal((rows, rank)))[0]
        right = np.linalg.qr(random.standard_normal((columns, rank)))[0]
        X = (left * least ** np.linspace(0, 1, rank)) @ right.T + mean * random.standard_normal(columns)
        yield _solved(f"mpmath: {rows} x {columns}, means {mean:.0e}", X, rank)
    hilbert = 1 / (np.arange(10)[:, None] + np.arange(10) + 1)
    yield _solved("mpmath: Hilbert's matrix of 10", hilbert, 8)


def _solved(title: str, X: np.ndarray, rank: int) -> Known:
    rows = mpmath.matrix(X.tolist())
    count, columns = X.shape
    for j in range(columns):
        mean = mpmath.fsum(rows[i, j] for i in range(count)) / count
        for i in range(count):
            rows[i, j] -= mean
    values, vectors = mpmath.eigsy(rows.T * rows / (count - 1))
    order = sorted(range(columns), key=lambda i: -values[i])[:rank]
    components = np.array([[float(vectors[i, j]) for i in range(columns)] for j in order])
    return Known(title, X, np.array([np.longdouble(mpmath.nstr(values[i], 25)) for i in order]), components)


def exact() -> Iterator[Known]:
    """Rows [[m + 1, m], [m, m + 1]]; long rows a and -a; and Hadamard's orthogonal matrices with powers of two
    between."""
    for m in (1.0, 1e6, 1e15):
        X, component = np.array([[m + 1, m], [m, m + 1]]), np.array([[1, -1]]) / np.sqrt(2)
        yield Known(f"exact: [[m + 1, m], [m, m + 1]], m = {m:.0e}", X, np.ones(1, np.longdouble), component)
    random = np.random.default_rng(0)
    a = random.standard_normal(60_000) * 10.0 ** random.uniform(-3, 3, 60_000)
    square = np.square(a.astype(np.longdouble)).sum(keepdims=True)
    yield Known("exact: a and -a, 60,000 numbers", np.stack([a, -a]), 2 * square, (a / np.sqrt(square))[None].astype(float))
    for rows, columns, bits in ((16, 8, 48), (64, 32, 44), (8, 32, 40), (512, 128, 40)):
        rank = min(rows - 1, columns)
        powers = np.rint(np.linspace(0, bits, rank))
        # Every Hadamard column but the first has mean zero, and all sums are exact.
        X = (hadamard(rows)[:, 1 : rank + 1] * 2.0**-powers) @ hadamard(columns)[:rank]
        variances = np.longdouble(2) ** (-2 * powers) * rows * columns / (rows - 1)
        yield Known(f"exact: Hadamard {rows} x {columns}", X, variances, hadamard(columns)[:rank] / np.sqrt(columns))


if __name__ == "__main__":
    sys.exit(main())
