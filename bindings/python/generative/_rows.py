"""Between numpy arrays and rows of floats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._c_types import InvalidParameterError, whole
from ._numbers import as_numbers

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Reals = npt.NDArray[Any]  # of float32 or float64
Integers = npt.NDArray[np.int32]
Shape = tuple[int, ...]

RESHAPE = "Reshape your data: X.reshape(1, -1) if X is one row, X.reshape(-1, 1) if a row is one number"


def as_rows(values: Any, row_size: Optional[int] = None, name: str = "X") -> Floats:
    """An array as packed float32 rows, (n, row_size). 8-bit images count 0 ... 255 as 0 ... 1.

    The first axis counts rows, the others are one row. ValueError when a row is not row_size long.
    """
    return packed(rows_first(values, name), np.float32, row_size, name)


def as_real_rows(values: Any, row_size: Optional[int] = None, name: str = "X") -> Reals:
    """The same in the precision of `real_rows_first`."""
    array = real_rows_first(values, name)
    return packed(array, real_type(array), row_size, name)


def packed(array: npt.NDArray[Any], dtype: Any, row_size: Optional[int], name: str) -> npt.NDArray[Any]:
    """The rows of a numeric array, (n, row_size), C-contiguous; 8-bit images as 0 ... 1."""
    count = array.shape[0]
    size = size_of(array.shape[1:])
    if row_size is not None and size != row_size:
        raise ValueError(f"{name} must have rows of {row_size} floats, not {size}")
    if is_images(array):
        array = array.astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(array.reshape(count, size), dtype=dtype)


def is_images(array: npt.NDArray[Any]) -> bool:
    """Whether an array holds 8-bit images, (n, height, width[, channels]); uint8 of two axes is a table."""
    return array.dtype == np.uint8 and array.ndim > 2


def real_type(array: npt.NDArray[Any]) -> Any:
    """float32 for rows of float32 and for 8-bit images, else float64."""
    return np.float32 if array.dtype == np.float32 or is_images(array) else np.float64


def rows_first(values: Any, name: str, half: Any = np.float32) -> npt.NDArray[Any]:
    """What was given as a numeric array of 2 to 4 axes, rows first; see `numeric`."""
    array = numeric(values, name, half)
    if not 2 <= array.ndim <= 4:
        raise ValueError(f"{name} must have 2 to 4 axes (rows first), not {array.ndim}. {RESHAPE}")
    return array


def real_rows_first(values: Any, name: str) -> npt.NDArray[Any]:
    """rows_first in the precision that scikit-learn keeps: float32 and 8-bit images stay what they are, all
    other numbers become float64."""
    array = rows_first(values, name, np.float64)
    return array.astype(np.float64) if array.dtype == np.uint8 and array.ndim == 2 else array


def numeric(values: Any, name: str, half: Any = np.float32) -> npt.NDArray[Any]:
    """What was given as an array of uint8, float32 or float64.

    half: what float16 and integers of 1 or 2 bytes become, which float32 holds exactly; all other real numbers
    become float64.
    """
    array = as_numbers(values, name)
    if array.dtype in (np.uint8, np.float32, np.float64) and array.dtype.isnative:
        return array
    return array.astype(half if array.dtype.itemsize <= 2 else np.float64)


def address(array: Optional[npt.NDArray[Any]]) -> Optional[int]:
    """Where an array's first element is; None for None."""
    return None if array is None else array.ctypes.data


def number_type(array: Reals) -> int:
    """The header's number for the type of an array's numbers."""
    return c.F64 if array.dtype == np.float64 else c.F32


def size_of(shape: Sequence[int]) -> int:
    """How many floats a row of a shape has."""
    return math.prod(shape)


def row_shape(height: int, width: int, channels: int) -> Shape:
    """The shape arrays of rows have beside their first axis: (features,) for plain vectors,
    (height, width) for gray images, (height, width, channels) else."""
    if height == 1 and width == 1:
        return (channels,)
    return (height, width) if channels == 1 else (height, width, channels)


def check_channels_last(shape: Sequence[int], expected: Optional[Sequence[int]] = None, name: str = "X") -> None:
    """Raises ValueError for rows of channels x height x width, as other frameworks have images.

    shape: of a row. expected: the shape that rows must have; None: any, and rows are taken for such images where the
    first of three axes is 1, 3 or 4 and the others are larger than 4.
    """
    if len(shape) != 3:
        return
    channels, height, width = shape
    if expected is None:
        is_first = channels in (1, 3, 4) and min(height, width) > 4
        otherwise = f". shape={tuple(shape)} takes them as {channels} x {height} pixels of {width} channels"
    else:
        wanted, otherwise = shape_of_rows(expected), ""
        is_first = channels > 1 and (channels, height, width) != wanted == (height, width, channels)
    if is_first:
        axes = f"{name} is n x {channels} x {height} x {width}, as images with channels first are"
        raise ValueError(f"{axes}. Give them channels last: {name}.transpose(0, 2, 3, 1){otherwise}")


def shape_of_rows(shape: Sequence[int]) -> tuple[int, int, int]:
    """(height, width, channels) of rows whose arrays have this shape beside the first axis."""
    if np.ndim(shape) != 1:
        raise InvalidParameterError(f"shape must be the sizes of a row, such as (28, 28) or (784,), not {shape!r}")
    sizes = [whole(size, f"shape[{axis}]") for axis, size in enumerate(shape)]
    if len(sizes) == 1:
        return (1, 1, sizes[0])
    if len(sizes) == 2:
        return (sizes[0], sizes[1], 1)
    if len(sizes) == 3:
        return (sizes[0], sizes[1], sizes[2])
    raise ValueError(f"a row must have 1 to 3 axes, not {len(sizes)}")
