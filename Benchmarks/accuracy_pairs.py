"""Matrices of pairs (high, low) of Doubles, whose sums have about 106 bits.

They are multiplied in slices of 20 bits, whose products are exact in Double: Ozaki, Ogita, Oishi & Rump,
"Error-free transformations of matrix multiplication", 2012.
"""

from __future__ import annotations

import numpy as np

Pair = tuple[np.ndarray, np.ndarray]

# 2 * 20 bits, plus 12 for the sum of 6 * 512 products: fewer than the 53 of a Double.
SLICE_BITS, SLICES, INNER = 20, 6, 512
# The numbers in a block of rows: a few such arrays fit into the second-level cache.
BLOCK = 1 << 16


def centred(rows: np.ndarray) -> Pair:
    """The rows minus their mean."""
    count, columns = rows.shape
    height = min(count, max(1, BLOCK // columns))
    blocks = [slice(first, min(first + height, count)) for first in range(0, count, height)]
    total = (np.zeros((height, columns)), np.zeros((height, columns)))
    for block in blocks:
        part = rows[block].astype(np.float64)
        seen = slice(0, len(part))
        total[0][seen], total[1][seen] = _add((total[0][seen], total[1][seen]), part)
    while (left := len(total[0])) > 1:
        half = left // 2
        top, bottom = ((total[0][part], total[1][part]) for part in (slice(half), slice(half, 2 * half)))
        summed = _add(_add(top, bottom[0]), bottom[1])
        total = (np.concatenate([summed[0], total[0][2 * half :]]), np.concatenate([summed[1], total[1][2 * half :]]))
    high, low = total[0][0], total[1][0]
    mean = high / count
    # The products of the mean's two halves with the count are exact (Veltkamp), and so is what they leave of
    # the sum.
    top = mean * 134217729.0
    top -= top - mean
    rest = (((high - top * count) - (mean - top) * count) + low) / count
    result = np.empty(rows.shape), np.empty(rows.shape)
    for block in blocks:
        part = rows[block].astype(np.float64)
        result[0][block], result[1][block] = _add((part, -rest), -mean)
    return result


def multiply(a: Pair, b: Pair, slices: int = SLICES) -> Pair:
    """The product of two matrices. With n slices, an element's error is about 2^(3 - 20 n) times the largest
    entries of its row and its column, and at least 2^-104 times them."""
    rows, columns = len(a[0]), b[0].shape[1]
    result = np.zeros((rows, columns)), np.zeros((rows, columns))
    height = max(INNER, BLOCK // max(columns, 1))
    for first in range(0, len(b[0]), INNER):
        inner = slice(first, first + INNER)
        right = _slices((b[0][inner], b[1][inner]), 0, slices)
        for top in range(0, rows, height):
            outer = slice(top, top + height)
            left = _slices((a[0][outer, inner], a[1][outer, inner]), 1, slices)
            found = result[0][outer], result[1][outer]
            for order in range(slices - 1, -1, -1):
                terms = [(i, order - i) for i in range(order + 1) if i < len(left) and order - i < len(right)]
                if terms:
                    found = _add(found, sum(left[i] @ right[j] for i, j in terms))
            result[0][outer], result[1][outer] = found
    return result


def gram(a: Pair, slices: int = 4) -> np.ndarray:
    """a's transpose times a, each element to 80 bits relative to the lengths of its two columns."""
    columns = a[0].shape[1]
    result = np.zeros((columns, columns)), np.zeros((columns, columns))
    for first in range(0, len(a[0]), INNER):
        rows = slice(first, first + INNER)
        parts = _slices((a[0][rows], a[1][rows]), 0, slices)
        for order in range(slices - 1, -1, -1):
            for i in range(order // 2 + 1):
                if (j := order - i) < len(parts):
                    product = parts[i].T @ parts[j]
                    result = _add(result, product if i == j else product + product.T)
    return extended(result)


def _slices(pair: Pair, axis: int, most: int) -> list[np.ndarray]:
    """Slices whose sum is the matrix: each has SLICE_BITS bits, below one power of two for each row or
    column."""
    high, low = np.ascontiguousarray(pair[0]), pair[1]
    largest = np.abs(high).max(axis=axis, keepdims=True)
    unit = np.ldexp(1.0, np.frexp(largest)[1] - SLICE_BITS + 1)
    found: list[np.ndarray] = []
    while len(found) < most and high.any():
        found.append(np.rint(high / unit) * unit)
        high, low = two_sum(high - found[-1], low)
        unit = unit / 2**SLICE_BITS
    return found


def two_sum(a: np.ndarray, b: np.ndarray) -> Pair:
    """The rounded sum, and its exact error (Knuth)."""
    total = a + b
    virtual = total - a
    return total, (a - (total - virtual)) + (b - virtual)


def _add(pair: Pair, number: np.ndarray) -> Pair:
    high, error = two_sum(pair[0], number)
    return two_sum(high, error + pair[1])


def extended(pair: Pair) -> np.ndarray:
    return pair[0].astype(np.longdouble) + pair[1]


def paired(extended: np.ndarray) -> Pair:
    high = extended.astype(np.float64)
    return high, (extended - high).astype(np.float64)
