"""Between numpy arrays and rows of floats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int32]
Shape = tuple[int, ...]

RESHAPE = "Reshape your data: X.reshape(1, -1) if X is one row, X.reshape(-1, 1) if a row is one number"


def as_rows(values: Any, row_size: Optional[int] = None, name: str = "X") -> Floats:
    """An array as packed float32 rows, (n, row_size). uint8 counts 0 ... 255 as 0 ... 1.

    The first axis counts rows, the others are one row. ValueError when a row is not row_size long.
    """
    array = rows_first(values, name)
    count = array.shape[0]
    size = size_of(array.shape[1:])
    if row_size is not None and size != row_size:
        raise ValueError(f"{name} must have rows of {row_size} floats, not {size}")
    if array.dtype == np.uint8:
        array = array.astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(array.reshape(count, size), dtype=np.float32)


def as_labels(labels: Any, count: int) -> Integers:
    """Classes of `count` rows as packed int32."""
    labels = np.atleast_1d(np.asarray(labels))
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be {count} integers, not {labels.dtype} of shape {labels.shape}")
    return np.ascontiguousarray(labels, dtype=np.int32)


def rows_first(values: Any, name: str) -> npt.NDArray[Any]:
    """What was given as a numeric array of 2 to 4 axes, rows first."""
    array = numeric(values, name)
    if not 2 <= array.ndim <= 4:
        raise ValueError(f"{name} must have 2 to 4 axes (rows first), not {array.ndim}. {RESHAPE}")
    return array


def numeric(values: Any, name: str) -> npt.NDArray[Any]:
    """What was given as an array of uint8, float32 or float64; other real numbers become float64."""
    if hasattr(values, "toarray"):
        raise TypeError(f"{name} is sparse; rows are dense here: pass {name}.toarray()")
    array = np.asarray(values)
    if array.dtype in (np.uint8, np.float32, np.float64) and array.dtype.isnative:
        return array
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} must hold real numbers")
    if array.dtype.kind == "O":
        return array.astype(np.float64)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, not {array.dtype}")
    return array.astype(np.float32 if array.dtype == np.float16 else np.float64)


def address(array: Optional[npt.NDArray[Any]]) -> Optional[int]:
    """Where an array's first element is; None for None."""
    return None if array is None else array.ctypes.data


def size_of(shape: Sequence[int]) -> int:
    """How many floats a row of a shape has."""
    return math.prod(shape)


def row_shape(height: int, width: int, channels: int) -> Shape:
    """The shape arrays of rows have beside their first axis: (features,) for plain vectors,
    (height, width) for gray images, (height, width, channels) else."""
    if height == 1 and width == 1:
        return (channels,)
    return (height, width) if channels == 1 else (height, width, channels)


def shape_of_rows(shape: Sequence[int]) -> tuple[int, int, int]:
    """(height, width, channels) of rows whose arrays have this shape beside the first axis."""
    sizes = [int(size) for size in shape]
    if len(sizes) == 1:
        return (1, 1, sizes[0])
    if len(sizes) == 2:
        return (sizes[0], sizes[1], 1)
    if len(sizes) == 3:
        return (sizes[0], sizes[1], sizes[2])
    raise ValueError(f"a row must have 1 to 3 axes, not {len(sizes)}")
