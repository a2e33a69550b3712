"""What a fit learns from and what it measures after each epoch: rows, with labels where the model takes them."""

from __future__ import annotations

import ctypes
import numbers
import os
from typing import Any, NamedTuple, Optional

import numpy as np
import numpy.typing as npt

from ._c_types import Integer
from ._classes import as_labels
from ._rows import rows_first
from ._stream import is_stream
from .dataset import STREAM_LABELS, Dataset, is_array


class Rows(NamedTuple):
    """Rows, and their labels: int32, a path of a file, or None."""

    X: Any
    labels: Any = None


class LabelRule(NamedTuple):
    """Which labels a fit takes.

    kind: the model's, for messages. n_classes: labels are 0 ... n_classes - 1; 0: the fit takes none; None: any
    number. is_checked: whether labels of n_classes or more are refused here; else the library does it, on all ranks.
    """

    kind: str
    n_classes: Optional[int]
    is_checked: bool = True

    def rows(self, X: Any, y: Any, name: str) -> Rows:
        """Rows with the labels y as `dataset_of` takes them; ValueError for labels of another kind or place.

        name: that of y, for messages.
        """
        if self.n_classes != 0 and is_stream(X):
            raise ValueError(f"a {self._noun} needs labels, and {STREAM_LABELS}")
        is_path = isinstance(y, (str, os.PathLike))
        if y is None or self.n_classes == 0 and not is_path:
            return Rows(X)
        check_source(X, y, name)
        if is_path:
            return Rows(X, y)
        return Rows(X, as_labels(y, None, self.n_classes if self.is_checked else None, name))

    def check(self, data: Dataset, name: str) -> None:
        """Raises ValueError for a dataset without the labels that the fit needs; name: "X" or "validation"."""
        if self.n_classes == 0 or data.info.n_classes > 0:
            return
        if data.info.n_rows < 0:
            raise ValueError(f"a {self._noun} needs labels, and {STREAM_LABELS}")
        if name == "X":
            raise ValueError(f"{self._noun} requires y to be passed, but the target y is None: X has no labels")
        raise ValueError(f"{name} has no labels, which a {self._noun} needs: give (rows, labels) or a labelled Dataset")

    @property
    def _noun(self) -> str:
        return f"{self.kind} with n_classes={self.n_classes}" if self.n_classes else self.kind


def check_source(X: Any, y: Any, name: str) -> None:
    """Raises ValueError where labels y cannot go with rows X: a Dataset, a stream, or a path and no path."""
    if isinstance(X, Dataset):
        instead = "Dataset.from_array(data.read(), y) is one with labels y"
        raise ValueError(f"{name} must be None for a Dataset, which has its own labels; {instead}")
    if is_stream(X):
        raise ValueError(f"{name} must be None for a stream: {STREAM_LABELS}")
    is_path, are_paths = (isinstance(each, (str, os.PathLike)) for each in (X, y))
    if is_path and not are_paths:
        raise ValueError(f"{name} must be the path of a file of labels, as X is a path, not {type(y).__name__}")
    if are_paths and not is_path:
        raise ValueError(f"{name} should be a 1d array of labels, as X is no path, not {os.fspath(y)!r}")


def fit_rows(
    X: Any, y: Any, validation: Any, rule: LabelRule, seed: Any, least_rows: int
) -> tuple[Rows, Optional[Rows]]:
    """The rows to learn from, and the rows to measure or None; least_rows: the fewest to learn from."""
    learned = rule.rows(X, y, "y")
    if validation is None:
        return learned, None
    if is_share(validation):
        return held_out(learned, validation, seed, least_rows)
    measured = pair(validation)
    return learned, rule.rows(*measured, "validation's labels")


def is_share(validation: Any) -> bool:
    """Whether validation is a number: the share of the rows to hold out."""
    is_number = isinstance(validation, (numbers.Number, np.bool_))
    return is_number or isinstance(validation, np.ndarray) and validation.ndim == 0


def pair(validation: Any) -> Rows:
    """The rows and labels of a validation that is no share: a tuple of both, or rows alone."""
    if not isinstance(validation, tuple):
        return Rows(validation)
    if len(validation) != 2:
        raise ValueError(f"validation must be rows, (rows, labels) or a share, not a tuple of {len(validation)}")
    return Rows(*validation)


def held_out(rows: Rows, share: Any, seed: Any, least_rows: int) -> tuple[Rows, Rows]:
    """The rows to learn from and the rows held out, each in their order.

    Held out are the first round(share * n) places of numpy.random.default_rng(seed).permutation(n), at least 1 and
    at most n - least_rows.
    """
    if isinstance(share, (bool, np.bool_)) or not isinstance(share, numbers.Real) or not 0 < float(share) < 1:
        raise ValueError(f"validation must be rows, (rows, labels) or a share between 0 and 1, not {share!r}")
    if not is_array(rows.X):
        instead = "give rows of their own, such as validation=(rows, labels), a path, or data.slice(...) of a Dataset"
        raise ValueError(f"validation={share!r} holds out rows of an array, not of a {_noun(rows.X)}: {instead}")
    array, labels = rows_first(rows.X, "X"), rows.labels
    count = len(array)
    if count <= least_rows:
        fewest = f"validation={share!r} needs {least_rows + 1} rows at least"
        raise ValueError(f"{fewest}, not n_samples = {count}")
    if labels is not None and len(labels) != count:
        raise ValueError(f"y must have {count} entries, one for each row, not {len(labels)}")
    size = min(max(1, round(float(share) * count)), count - least_rows)
    order = np.random.default_rng(Integer(ctypes.c_uint64, "seed").checked(seed)).permutation(count)
    is_held = np.zeros(count, bool)
    is_held[order[:size]] = True
    return _chosen(array, labels, ~is_held), _chosen(array, labels, is_held)


def _chosen(array: npt.NDArray[Any], labels: Any, which: npt.NDArray[np.bool_]) -> Rows:
    return Rows(array[which], None if labels is None else labels[which])


def _noun(X: Any) -> str:
    return "Dataset" if isinstance(X, Dataset) else "path" if isinstance(X, (str, os.PathLike)) else "stream"
