"""What a fit learns from and what it measures after each epoch: rows, with labels or targets where the model takes
them."""

from __future__ import annotations

import numbers
import os
from typing import Any, NamedTuple, Optional

import numpy as np

from ._classes import as_labels
from ._stream import is_stream
from .dataset import STREAM_LABELS, Dataset, is_array


class Rows(NamedTuple):
    """Rows, and their labels: int32, a path of a file, or None; or their targets: as rows, or None."""

    X: Any
    labels: Any = None
    targets: Any = None


class LabelRule(NamedTuple):
    """Which labels a fit takes.

    kind: the model's, for messages. n_classes: labels are 0 ... n_classes - 1; 0: the fit takes none; None: any
    number. is_checked: whether labels of n_classes or more are refused here; else the library does it, on all ranks.
    takes_targets: whether the fit takes rows as y, of which each is what the model is to make of a row of X.
    """

    kind: str
    n_classes: Optional[int]
    is_checked: bool = True
    takes_targets: bool = False

    def rows(self, X: Any, y: Any, name: str) -> Rows:
        """Rows with the labels y as `dataset_of` takes them; ValueError for labels of another kind or place.

        name: that of y, for messages.
        """
        if self.takes_targets and are_rows(y):
            check_targets(X, y, name)
            return Rows(X, targets=y)
        is_path = isinstance(y, (str, os.PathLike))
        if y is None or self.n_classes == 0 and not is_path:
            return Rows(X)
        check_source(X, y, name)
        if is_path:
            return Rows(X, y)
        return Rows(X, as_labels(y, None, self.n_classes if self.is_checked else None, name))

    def check(self, data: Dataset, name: str) -> None:
        """Raises ValueError for a dataset without the labels that the fit needs; name: "X" or "validation"."""
        if self.n_classes == 0 or data.info.n_classes != 0:
            return
        if data.info.n_rows < 0:
            instead = "give batches of (rows, labels), or Dataset.from_stream(batches, labelled=True)"
            raise ValueError(f"a {self._noun} needs labels, and {name} is a stream without: {instead}")
        if name == "X":
            raise ValueError(f"{self._noun} requires y to be passed, but the target y is None: X has no labels")
        raise ValueError(f"{name} has no labels, which a {self._noun} needs: give (rows, labels) or a labelled Dataset")

    @property
    def _noun(self) -> str:
        return f"{self.kind} with n_classes={self.n_classes}" if self.n_classes else self.kind


def are_rows(y: Any) -> bool:
    """Whether y are rows and not a label for each row: a Dataset, a path, an array of two axes or more."""
    if y is None or isinstance(y, (Dataset, str, os.PathLike)) or is_stream(y):
        return y is not None
    return len(_shape(y)) > 1


def check_targets(X: Any, y: Any, name: str) -> None:
    """Raises ValueError where rows y cannot be the targets of rows X: streams, arrays of other shapes."""
    if is_stream(X) or is_stream(y):
        raise ValueError(f"{name} must be rows in memory, as X must: a stream's rows cannot be paired with others")
    if is_array(X) and is_array(y):
        shapes = _shape(X), _shape(y)
        if shapes[0] != shapes[1]:
            axes = " x ".join(map(str, shapes[0]))
            raise ValueError(
                f"{name} must be a row for each row of X, {axes} like X, not {' x '.join(map(str, shapes[1]))}"
            )


def _shape(array: Any) -> tuple[int, ...]:
    """The shape of an array, or of what can become one."""
    shape: tuple[int, ...] = tuple(getattr(array, "shape", ())) or np.asarray(array).shape
    return shape


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


def fit_rows(X: Any, y: Any, validation: Any, rule: LabelRule) -> tuple[Rows, Optional[Rows]]:
    """The rows of a fit, and the rows to measure or None, also where a share of the former is held out."""
    learned = rule.rows(X, y, "y")
    if validation is None or is_share(validation):
        return learned, None
    measured = pair(validation)
    what = "targets" if rule.takes_targets else "labels"
    held = rule.rows(measured.X, measured.labels, f"validation's {what}")
    if (held.targets is None) != (learned.targets is None):
        wanted = "(rows, targets), as y are targets" if held.targets is None else "rows alone, as y has no targets"
        raise ValueError(f"validation must be {wanted}")
    return learned, held


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


def check_share(X: Any, share: Any) -> None:
    """Raises ValueError for a share that is none, and for rows of which none can be held out."""
    if isinstance(share, (bool, np.bool_)) or not isinstance(share, numbers.Real) or not 0 < float(share) < 1:
        raise ValueError(f"validation must be rows, (rows, labels) or a share between 0 and 1, not {share!r}")
    if is_stream(X) or isinstance(X, Dataset) and X.info.n_rows < 0:
        instead = "give rows of their own, such as validation=(rows, labels)"
        raise ValueError(f"validation={share!r} cannot hold out rows of a stream: {instead}")


def held_out(data: Dataset, share: Any, seed: Any, least_rows: int) -> tuple[Dataset, Dataset]:
    """The rows to learn from, least_rows at least, and the rows held out: those of `Dataset.split`."""
    count = len(data)
    if count <= least_rows:
        fewest = f"validation={share!r} needs at least {least_rows + 1} rows"
        raise ValueError(f"{fewest}, not n_samples = {count}")
    return data.split(min(float(share), (count - least_rows) / count), seed=seed)


def check_pairs(data: Dataset, targets: Dataset, share: Any) -> None:
    """Raises ValueError where a share of rows and of their targets would not be the same rows."""
    if len(data) != len(targets):
        raise ValueError(f"y must have {len(data)} rows like X, not {len(targets)}")
    classes = [each.labels() if each.info.n_classes > 0 else np.zeros(len(each), np.int32) for each in (data, targets)]
    if not np.array_equal(classes[0], classes[1]):
        instead = "give rows of their own, as validation=(rows, targets)"
        raise ValueError(f"validation={share!r} holds out rows by their labels, and those of X and y differ: {instead}")
