"""Array-likes as numpy arrays of real numbers."""

from __future__ import annotations

import numbers
from decimal import Decimal
from typing import Any, Optional

import numpy as np
import numpy.typing as npt


def as_numbers(values: Any, name: str) -> npt.NDArray[Any]:
    """An array-like as an array of a real type: bools, integers or floats of any size. Such arrays are not copied.

    Objects that are all real numbers become float64. ValueError for anything else: complex numbers, strings,
    missing values, rows of unequal lengths. TypeError for sparse matrices.
    """
    if is_sparse(values):
        raise TypeError(f"{name} is sparse; rows are dense here: pass {name}.toarray()")
    if is_pair(values):
        raise ValueError(f"{name} must be rows alone, not (rows, labels): labels have a parameter of their own")
    try:
        array = np.asarray(values)
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        raise ValueError(f"{name} must be rows of one shape, not sequences of different lengths") from error
    if array.dtype.kind == "O":
        _check_objects(array, name)
        return array.astype(np.float64)
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} must hold real numbers")
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, not {array.dtype}")
    return array


def is_sparse(values: Any) -> bool:
    """Whether values are one of scipy's sparse matrices or arrays."""
    return hasattr(values, "toarray")


def is_pair(values: Any) -> bool:
    """Whether values are (rows, labels), as data loaders give them, and not two rows.

    A tuple or list of two, where the first has two axes or more and the second has fewer axes, or is one column; in
    a tuple the second may have any other shape.
    """
    if not isinstance(values, (tuple, list)) or len(values) != 2:
        return False
    rows, labels = map(_shape, values)
    if rows is None or labels is None or len(rows) < 2 or rows == labels:
        return False
    return len(labels) < len(rows) or labels == (rows[0], 1) or isinstance(values, tuple)


def _shape(values: Any) -> Optional[tuple[int, ...]]:
    """The shape of an array-like; None where its parts have different lengths."""
    try:
        return tuple(np.shape(values))
    except ValueError:
        return None


def _check_objects(array: npt.NDArray[Any], name: str) -> None:
    """Raises a ValueError for objects that numpy would convert, or would refuse with another error."""
    for kind in set(map(type, array.flat)):
        if issubclass(kind, (numbers.Real, Decimal, np.bool_)):
            continue
        if kind.__name__ in ("NoneType", "NAType", "NaTType"):  # the latter two are those of pandas
            raise ValueError(f"Input {name} contains NaN: a value is missing ({kind.__name__})")
        if issubclass(kind, numbers.Complex):
            raise ValueError(f"Complex data not supported: {name} must hold real numbers")
        if issubclass(kind, (str, bytes)):
            raise ValueError(f"{name} must hold real numbers, not {kind.__name__}")
