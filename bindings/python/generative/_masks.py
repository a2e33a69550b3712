"""Rows of which some values are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from ._model import Model

Bytes = npt.NDArray[np.uint8]


class MaskedRows(NamedTuple):
    """Rows and which of their values are known.

    rows: numeric, of any shape beside the first axis, 0 where they are not known. known: (1 or n, row_size), 1 where
    they are.
    """

    rows: npt.NDArray[Any]
    known: Bytes

    @classmethod
    def of(cls, model: Model, X: Any, mask: Any) -> MaskedRows:
        """X as a model's methods take it and its mask; mask None: what is NaN is not known."""
        model._check_is_at_once(X)
        model._check_columns(X)
        array = model._numbers(X, "X")
        model._check_shape(array.shape[1:], model._row_shape())
        is_known = ~np.isnan(array) if mask is None else _known(mask, array.shape)
        rows = np.where(is_known, array, np.zeros((), array.dtype))
        model._check_scale(rows)
        count = len(array) if is_known.ndim == array.ndim else 1
        return cls(rows, np.ascontiguousarray(is_known, dtype=np.uint8).reshape(count, -1))


def _known(mask: Any, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Where a mask of rows of that shape, or of one row, is 1."""
    array = np.asarray(mask)
    if array.shape not in (shape, shape[1:]):
        sizes = (" x ".join(map(str, sizes)) for sizes in (shape, shape[1:], array.shape))
        raise ValueError("mask must be {} like X, or {} for all rows, not {}".format(*sizes))
    if array.dtype != np.bool_:
        is_known: Optional[npt.NDArray[np.bool_]] = array == 1
        wrong = array[(array != 0) & (array != 1)]
        if wrong.size > 0:
            raise ValueError(f"mask must be 1 or True where a value is known, else 0 or False, not {wrong.flat[0]!r}")
        array = np.asarray(is_known)
    return array
