"""Rows that come in parts: batches of a stream, and dense blocks of a sparse matrix."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from ._numbers import is_sparse
from ._rows import real_rows_first, real_type
from ._signals import Signals
from ._stream import is_stream, passes_over, rows_of
from .dataset import is_array

_ROWS = 1024  # of a dense block
_NUMBERS = 1 << 23  # of a dense block of wide rows, 64 MB of doubles


def blocks_of(X: Any) -> Iterator[Any]:
    """What X is in parts: the batches of a stream of doubles, for the library's streams are of float32; dense
    blocks of a sparse matrix; else X alone."""
    if is_stream(X):
        X, is_double = peeked(X)
        return _batches(X) if is_double else iter((X,))
    return dense_blocks(X) if is_sparse(X) else iter((X,))


def peeked(X: Any) -> tuple[Any, bool]:
    """A stream that begins as X, whose first batch was read, and whether that is to be taken in float64."""
    if isinstance(X, Iterator):
        first = next(X, None)
        X = iter(()) if first is None else chain([first], X)
    else:
        first = next(iter(passes_over(X)()), None)
    return X, first is not None and real_type(real_rows_first(rows_of(first), "a batch")) == np.float64


def dense_blocks(X: Any) -> Iterator[Any]:
    """Rows of one of scipy's sparse matrices as arrays; it is never dense as a whole."""
    rows = X.tocsr()
    if rows.dtype.kind == "f" and not np.isfinite(rows.data).all():
        raise ValueError(f"X has {rows.data[~np.isfinite(rows.data)][0]} among its numbers")
    if min(rows.shape) == 0:
        what = "sample" if rows.shape[0] == 0 else "feature"
        raise ValueError(f"X has 0 {what}(s) (shape={rows.shape}) while a minimum of 1 is required.")
    count = max(1, min(_ROWS, _NUMBERS // rows.shape[1]))
    for first in range(0, rows.shape[0], count):
        yield rows[first : first + count].toarray()


def _batches(X: Any) -> Iterator[Any]:
    """The batches of one pass that have rows."""
    iterator = iter(passes_over(X)())
    while True:
        # An interrupt that Python loses in the user's code is raised here.
        with Signals() as signals, signals.at_once():
            batch = next(iterator, None)
        if signals.interrupt is not None:
            raise signals.interrupt
        if batch is None:
            return
        if len(batch) > 0:
            yield batch


def precise(X: Any) -> Any:
    """An array-like in the precision that the fit is to have; a path, a stream and a Dataset as they are."""
    return real_rows_first(X, "X") if is_array(X) else X
