"""Computes principal components to more digits than Double has, as the reference of accuracy.py.

LAPACK's singular vectors, made orthonormal to 106 bits, transform the matrix into one with nearly orthogonal
columns. The remaining eigenproblem is nearly diagonal, and is solved by rotations in 80-bit numbers. Each
variance is accurate to about 17 digits relative to itself, however small it is; accuracy_check.py shows that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import linalg
from scipy.sparse.csgraph import connected_components

from accuracy_pairs import SLICES, Pair, centred, extended, gram, multiply, paired, two_sum

EPSILON = np.finfo(np.float64).eps
# The most multiplications in one of the two large products; with all slices, about 8 s on one Zen 4 core.
MOST_WORK = 4e9
# For the nearly diagonal problem: the most rounds, and the relative effect on an eigenvalue that is negligible.
ROUNDS, NEGLIGIBLE = 12, 1e-18
# The least singular value, relative to the largest, whose vector is accurate enough for a projection.
LEAST_PROJECTED = 1e-4
# Larger angles mean that eigenvalues are nearly equal.
SMALL_ANGLE = 0.05


class Reference(NamedTuple):
    """The components of a matrix, by decreasing variance.

    relative_error: a bound on the error of each variance, relative to itself. is_refined: False for a matrix
    that is too large for pairs, for which the reference is LAPACK's in Double.
    """

    variances: np.ndarray
    components: np.ndarray
    relative_error: np.ndarray
    is_refined: bool


def reference(rows: np.ndarray) -> Reference:
    """All min(rows, columns) principal components of the numbers given, divisor rows - 1."""
    middle = centred(rows)
    is_wide = rows.shape[0] < rows.shape[1]
    # long x short: the right singular vectors then form a square matrix, so that no direction is left out.
    long = (middle[0].T, middle[1].T) if is_wide else middle
    if long[0].shape[0] * long[0].shape[1] ** 2 > MOST_WORK:
        return _unrefined(middle[0])
    right = _svd(np.linalg.qr(long[0], mode="r"))[1].T
    basis = _orthonormal(right)
    product = multiply(long, basis)
    values, rotation, scale, error = _diagonalized(gram(product))
    order = np.argsort(-values, kind="stable")
    if is_wide:
        components = np.ascontiguousarray(((product[0] / scale) @ rotation[:, order].astype(np.float64)).T)
        # Summed along contiguous axes, which numpy does in pairs: the length of 60,000 numbers is then exact.
        lengths = np.linalg.norm(components, axis=1, keepdims=True)
        components /= np.maximum(lengths, np.finfo(np.float64).tiny)
    else:
        vectors = basis[0] @ (rotation * scale / scale[:, None])[:, order].astype(np.float64)
        components = np.ascontiguousarray(vectors.T)
    variances = np.maximum(values[order], 0) / (len(rows) - 1)
    return Reference(variances, components, error[order], True)


def _svd(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Singular values and right vectors, by LAPACK's slower routine where the divide-and-conquer one does not
    converge."""
    try:
        return np.linalg.svd(matrix, full_matrices=False)[1:]
    except np.linalg.LinAlgError:
        return linalg.svd(matrix, full_matrices=False, lapack_driver="gesvd")[1:]


def _unrefined(rows: np.ndarray) -> Reference:
    """Uses LAPACK in Double. Its singular values are off by up to 8 units in the last place of the largest one;
    the lengths of the rows' projections on its vectors, which replace the larger ones, by less than one."""
    values, components = _svd(rows)
    # Summed along contiguous axes, which numpy does in pairs.
    squares = ((components @ rows.T) ** 2).sum(axis=1) / (components**2).sum(axis=1)
    squares = np.where(values > LEAST_PROJECTED * values[0], squares, values**2)
    error = 2 * EPSILON * values[0] / np.maximum(values, EPSILON * values[0])
    return Reference(squares.astype(np.longdouble) / (len(rows) - 1), components, error, False)


def _orthonormal(basis: np.ndarray) -> Pair:
    """A Newton step from columns that are orthonormal in Double to columns that are orthonormal as pairs."""
    excess = gram((basis, np.zeros_like(basis)), SLICES) - np.eye(len(basis))
    return two_sum(basis, basis @ (-0.5 * excess).astype(np.float64))


def _diagonalized(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Eigenvalues of the Gram matrix of columns that are nearly orthogonal, but of any lengths.

    Returns (values, K, scale, relative errors). The eigenvectors are the columns of S^-1 K S, S = diag(scale).
    In each round, all pairs (i, j) are rotated at once by exp(E), E_ij = g_ij / (g_jj - g_ii). Where that angle
    is not small, eigenvalues are nearly equal, and LAPACK diagonalizes the difference between their block and a
    multiple of the identity. Everything is kept in units of scale, so that small eigenvalues keep their digits.
    """
    scale = np.sqrt(np.maximum(np.diag(matrix), np.finfo(np.float64).tiny))
    A, K = matrix / scale / scale[:, None], np.eye(len(matrix), dtype=np.longdouble)
    for _ in range(ROUNDS):
        E, effect = _angles(A, scale)
        is_small = np.abs(E) <= SMALL_ANGLE
        if (effect * is_small).max() > NEGLIGIBLE:
            step = _exponential(np.where(is_small, E, 0), scale)
            A, K = _turned(A, step), _product(K, step, SLICES)
            E, effect = _angles(A, scale)
        meets = (np.abs(E) > SMALL_ANGLE) & ((effect > NEGLIGIBLE) | (effect.T > NEGLIGIBLE))
        if meets.any():
            step = _block_rotation(A, scale, meets)
            A, K = _turned(A, step), _product(K, step, SLICES)
            effect = _angles(A, scale)[1]
        if effect.max() <= NEGLIGIBLE:
            break
    # The errors of eigenvalues are the squares of the remaining angles, but those of vectors are the angles
    # themselves, so these are applied to the vectors.
    E = _angles(A, scale)[0]
    F = np.where(np.abs(E) <= SMALL_ANGLE, E, 0) * scale[:, None] / scale
    K = K + _product(K, F, SLICES)
    return np.diag(A) * scale**2, K, scale.astype(np.float64), effect.sum(1).astype(np.float64) + 1e-18


def _angles(A: np.ndarray, scale: np.ndarray) -> Pair:
    """The angle E_ij that makes each pair of columns orthogonal, and the relative effect on eigenvalue i if
    column j is not made orthogonal."""
    diagonal = np.maximum(np.diag(A), 1e-17)
    lengths = np.sqrt(diagonal) * scale
    # These do not count: a column that cancelled by 14 digits consists only of LAPACK's rounding errors.
    is_dead = (np.diag(A) < 1e-14) | (lengths < EPSILON * lengths.max())
    coupling = A / np.sqrt(diagonal) / np.sqrt(diagonal)[:, None]
    gap = (lengths - lengths[:, None]) * (lengths + lengths[:, None])
    product = lengths * lengths[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        E = np.where(gap != 0, coupling * product / gap, np.sign(coupling))
    E = np.triu(E, 1)
    E -= E.T
    E[is_dead[:, None] & is_dead] = 0
    effect = np.abs(coupling) * np.minimum(np.abs(E) * lengths / lengths[:, None], 1)
    effect[is_dead] = 0
    np.fill_diagonal(effect, 0)
    return E, effect


def _turned(A: np.ndarray, step: np.ndarray) -> np.ndarray:
    turned = _product(_product(step.T, A), step)
    return (turned + turned.T) / 2


def _block_rotation(A: np.ndarray, scale: np.ndarray, meets: np.ndarray) -> np.ndarray:
    """The rotation that diagonalizes the blocks of nearly equal eigenvalues, in units of scale."""
    step = np.eye(len(A), dtype=np.longdouble)
    count, labels = connected_components(meets, directed=False)
    for label in np.flatnonzero(np.bincount(labels, minlength=count) > 1):
        block = np.flatnonzero(labels == label)
        at, unit = np.ix_(block, block), scale[block]
        matrix = A[at] * unit * unit[:, None]
        apart = matrix - np.eye(len(block)) * np.diag(matrix).mean()
        vectors = np.linalg.eigh((apart / (np.abs(apart).max() or 1)).astype(np.float64))[1]
        vectors = vectors[:, np.argsort(-np.abs(vectors[np.arange(len(block))]).argmax(0))]
        step[at] = extended(_orthonormal(vectors)) * unit[:, None] / unit
    return step


def _exponential(E: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """exp(E) in units of scale. It is orthogonal for any antisymmetric E, so also for E rounded to Double."""
    F = term = E.astype(np.float64) * scale[:, None] / scale
    total = np.eye(len(F), dtype=np.longdouble) + F
    for order in range(2, 40):
        term = _product(term, F) / order
        total += term
        if np.abs(term).max() < 1e-22:
            break
    return total


def _product(a: np.ndarray, b: np.ndarray, slices: int = 4) -> np.ndarray:
    return a @ b if len(a) <= 128 else extended(multiply(paired(a), paired(b), slices))
