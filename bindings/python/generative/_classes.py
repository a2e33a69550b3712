"""From classes, numbers or strings of any kind, to the library's labels 0 ... n_classes - 1.

A class is an integer, a bool, a float without a fraction or a string. Rows have one class each, in a sequence of
one axis: an array, a list, a pandas Series; a column of n x 1 is taken with scikit-learn's warning.
"""

from __future__ import annotations

import ctypes
import numbers
import sys
import warnings
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from ._c_types import Integer
from ._rows import Integers

Classes = npt.NDArray[Any]


def as_labels(
    labels: Any, count: Optional[int] = None, n_classes: Optional[int] = None, name: str = "labels"
) -> Integers:
    """Labels 0 ... n_classes - 1 as packed int32; ValueError names the first value that is none, and its place.

    count: the number of rows; a single label stands for all of them. None: any number of labels. n_classes: None:
    labels may be up to 2^31 - 1.
    """
    array = _array(labels, name)
    is_one = array.ndim == 0 and count is not None
    array = _one_axis(np.broadcast_to(array, (count or 0,)) if is_one else array, name)
    if count is not None and len(array) != count:
        raise ValueError(f"{name} must have {count} entries, one for each row, not {len(array)}")
    limit = 2**31 if n_classes is None else min(n_classes, 2**31)
    array, place = _classes_in(array)
    if place is None and array.dtype.kind not in "biufO" or _is_text(array):
        place = 0
    elif place is None:
        array = array.astype(np.float64) if array.dtype.kind == "f" else array
        outside = (array < 0) | (array >= limit)
        place = int(outside.argmax()) if outside.any() else None
    if place is not None and len(array) > 0:
        where = name if is_one else f"{name}[{place}]"
        message = f"{where} must be an integer from 0 to {limit - 1}, not {_shown(array[place])}"
        hint = ". np.unique(y, return_inverse=True)[1] numbers classes that are strings"
        raise ValueError(message + hint * isinstance(array[place], (str, bytes)))
    return np.ascontiguousarray(array, dtype=np.int32)


def is_one(labels: Any) -> bool:
    """Whether labels are a single one, which stands for all rows."""
    return np.isscalar(labels) or getattr(labels, "ndim", 1) == 0


def targets(y: Any, name: str = "y") -> Classes:
    """The class of each row as an array of one axis; ValueError in scikit-learn's words for anything else."""
    array = _one_axis(_array(y, name), name)
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} must hold classes")
    array, place = _classes_in(array)
    if place is None:
        return array
    value = array[place]
    if not isinstance(value, numbers.Real) or _is_class(value):
        found = f"{name}[{place}] is {_shown(value)} ({type(value).__name__})"
        raise ValueError(f"Unknown label type: {name} must hold only numbers or only strings, but {found}")
    if not np.isfinite(float(value)):
        raise ValueError(f"Input {name} contains NaN or infinity: {name}[{place}] is {_shown(value)}")
    found = f"{name}[{place}] must be an integer or a string, not {_shown(value)}"
    raise ValueError(f"Unknown label type: continuous. {name} must hold classes: {found}")


def classes_of(y: Classes, n_classes: Optional[int]) -> Optional[Classes]:
    """The distinct classes of rows, sorted; None: the integers 0 ... n_classes - 1, some of which y may lack.

    n_classes: the most that y may have; None: any number.
    """
    count = None if n_classes is None else Integer(ctypes.c_int64, "n_classes").checked(n_classes)
    if count is not None and y.dtype.kind in "iu" and len(y) > 0 and 0 <= y.min() and y.max() < count:
        return None
    classes: Classes = np.unique(y)
    if count is not None and len(classes) > count:
        raise ValueError(f"y has {len(classes)} classes, but n_classes is {count}")
    if len(classes) < 2:
        found = "1 class" if len(classes) == 1 else "no classes"
        raise ValueError(f"y has {found}, but a classifier needs at least 2")
    return classes


def labels_of(y: Classes, classes: Classes, name: str = "y") -> Integers:
    """The place of each row's class in `classes`."""
    found, inverse = np.unique(y, return_inverse=True)
    places = {each: place for place, each in enumerate(classes.tolist())}
    unknown = [each for each in found.tolist() if each not in places]
    if unknown:
        raise ValueError(f"{name} must hold classes that the model has, not {', '.join(map(repr, unknown[:5]))}")
    labels: Integers = np.array([places[each] for each in found.tolist()], np.int32)[inverse]
    return labels


def are_labels(classes: Optional[Classes]) -> bool:
    """Whether classes are the numbers 0 ... n_classes - 1 themselves."""
    return classes is None or bool(classes.tolist() == list(range(len(classes))))


def _array(y: Any, name: str) -> Classes:
    try:
        array = np.asarray(y)
    except ValueError:
        raise ValueError(f"{name} should be a 1d array of one class for each row, not sequences in it") from None
    if array.dtype.kind in "SUc" and isinstance(y, (list, tuple)):
        # numpy makes strings of strings and numbers: messages show what was given.
        objects = np.asarray(y, object)
        alike = any(all(isinstance(each, kind) for each in objects.flat) for kind in (str, bytes))
        return array if alike else objects
    return array


def _one_axis(array: Classes, name: str) -> Classes:
    if array.ndim == 2 and array.shape[1] == 1:
        known = sys.modules.get("sklearn.exceptions")
        warnings.warn(
            f"A column-vector {name} was passed when a 1d array was expected: pass {name}.ravel()",
            UserWarning if known is None else known.DataConversionWarning,
            stacklevel=_level_of_user(),
        )
        array = array[:, 0]
    if array.ndim != 1:
        raise ValueError(f"{name} should be a 1d array, got an array of shape {array.shape} instead")
    return array


def _level_of_user() -> int:
    """The stacklevel of a warning of this function's caller that shows the line outside of the package."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(__package__ or "."):
        level, frame = level + 1, frame.f_back
    return level


def _classes_in(array: Classes) -> tuple[Classes, Optional[int]]:
    """The array, with a type of its own where it holds objects, and the place of the first that is no class."""
    if array.dtype.kind == "O":
        places = (i for i, each in enumerate(array) if not _is_class(each) or _is_odd(each, array[0]))
        place = next(places, None)
        return array if place is not None or _is_text(array) else np.array(array.tolist()), place
    if array.dtype.kind != "f":
        return array, None
    no_classes = ~np.isfinite(array) | (array != np.trunc(array))
    return array, int(no_classes.argmax()) if no_classes.any() else None


def _is_class(value: Any) -> bool:
    if isinstance(value, (str, numbers.Integral, np.bool_)):
        return True
    return isinstance(value, numbers.Real) and float(value).is_integer()


def _is_odd(value: Any, first: Any) -> bool:
    """Whether one of two is a string and the other is not."""
    return isinstance(value, str) != isinstance(first, str)


def _is_text(array: Classes) -> bool:
    return len(array) > 0 and isinstance(array[0], (str, bytes))


def _shown(value: Any) -> str:
    return repr(value.item() if isinstance(value, np.generic) else value)
