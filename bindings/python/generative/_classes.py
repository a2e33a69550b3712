"""From classes, numbers or strings of any kind, to the library's labels 0 ... n_classes - 1."""

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


def targets(y: Any) -> Classes:
    """The class of each row as an array of one axis; ValueError in scikit-learn's words for anything else."""
    array = np.asarray(y)
    if array.ndim == 2 and array.shape[1] == 1:
        known = sys.modules.get("sklearn.exceptions")
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected: pass y.ravel()",
            UserWarning if known is None else known.DataConversionWarning,
            stacklevel=4,
        )
        array = array[:, 0]
    if array.ndim != 1:
        raise ValueError(f"y should be a 1d array, got an array of shape {array.shape} instead")
    if array.dtype.kind == "O":
        array = _of_one_kind(array)
    if array.dtype.kind == "c":
        raise ValueError("Complex data not supported: y must hold classes")
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            raise ValueError("Input y contains NaN or infinity")
        fractions = array[array != np.trunc(array)]
        if len(fractions) > 0:
            found = f"not numbers such as {fractions[0]}"
            raise ValueError(f"Unknown label type: continuous. y must hold classes, {found}")
    return array


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


def labels_of(y: Classes, classes: Classes) -> Integers:
    """The place of each row's class in `classes`."""
    found, inverse = np.unique(y, return_inverse=True)
    places = {each: place for place, each in enumerate(classes.tolist())}
    unknown = [each for each in found.tolist() if each not in places]
    if unknown:
        raise ValueError(f"y must hold classes that the model has, not {', '.join(map(repr, unknown[:5]))}")
    labels: Integers = np.array([places[each] for each in found.tolist()], np.int32)[inverse]
    return labels


def are_labels(classes: Optional[Classes]) -> bool:
    """Whether classes are the numbers 0 ... n_classes - 1 themselves."""
    return classes is None or bool(classes.tolist() == list(range(len(classes))))


def _of_one_kind(array: Classes) -> Classes:
    """An array of objects that are all strings, or all real numbers."""
    kinds = set(map(type, array))
    if all(issubclass(kind, str) for kind in kinds):
        return array
    if all(issubclass(kind, (numbers.Real, np.bool_)) for kind in kinds):
        return np.array(array.tolist())
    names = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise ValueError(f"Unknown label type: y must hold numbers or strings, not {names}")
