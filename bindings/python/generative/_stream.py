"""Rows that come in batches while a fit runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Callable, Optional, Union

import numpy as np
import numpy.typing as npt

from ._classes import as_labels
from ._numbers import as_numbers, is_pair
from ._rows import Integers, Shape, packed, rows_first, shape_of_rows, size_of
from ._scale import Scale
from ._signals import users_code
from ._structs import StreamRead, StreamReadLabelled, StreamRewind

Batches = Union[Iterable[Any], Callable[[], Iterable[Any]]]


class Stream:
    """The read and rewind callbacks over a function that begins a pass, or over an iterable.

    labelled: whether batches are (rows, labels), whose labels are read, too; else those of such batches are ignored.
    """

    def __init__(self, batches: Batches, shape: Optional[Sequence[int]], labelled: bool = False) -> None:
        self._labelled = labelled
        self._passes = passes_over(batches, labelled)
        self.scale: Optional[Scale] = None  # of the first batch
        shape = self._first_shape() if shape is None else shape
        self._row_size = size_of(shape_of_rows(shape))
        self.shape: Shape = tuple(shape)
        self._shape_of_batches: Optional[Shape] = None
        self._iterator: Iterator[Any] = iter(())
        self._rest = np.empty((0, self._row_size), np.float32)
        self._rest_labels: Integers = np.empty(0, np.int32)
        self._error: Optional[BaseException] = None
        self.read = StreamRead(self._read)
        self.read_labelled = StreamReadLabelled(self._read_labelled)
        self.rewind = StreamRewind(self._rewind)

    def reraise(self) -> None:
        """Raises what the batches raised, if they did."""
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _first_shape(self) -> Shape:
        for batch in self._passes():
            return rows_first(batch[0] if self._labelled else batch, "a batch").shape[1:]
        raise ValueError("the stream has no batch")

    def _rewind(self, _: Any) -> int:
        try:
            self._error = None
            self._rest = self._rest[:0]
            with users_code():
                self._iterator = iter(self._passes())
            return 0
        except BaseException as error:
            self._error = error
            return 1

    def _read(self, rows_out: Any, max_rows: int, user_data: Any) -> int:
        return self._read_labelled(rows_out, None, max_rows, user_data)

    def _read_labelled(self, rows_out: Any, labels_out: Any, max_rows: int, _: Any) -> int:
        try:
            while len(self._rest) == 0:
                with users_code():
                    batch = next(self._iterator, None)
                if batch is None:
                    return 0
                if self._labelled:
                    batch, labels = batch
                    self._rest_labels = as_labels(labels, len(batch), name="a batch's labels")
                array = self._of_one_shape(rows_first(batch, "a batch"))
                self.scale = self.scale or Scale.of(array)
                self._rest = packed(array, np.float32, self._row_size, "a batch")
            count = min(max_rows, len(self._rest))
            out = np.ctypeslib.as_array(rows_out, shape=(count, self._row_size))
            out[:] = self._rest[:count]
            self._rest = self._rest[count:]
            if self._labelled:
                np.ctypeslib.as_array(labels_out, shape=(count,))[:] = self._rest_labels[:count]
                self._rest_labels = self._rest_labels[count:]
            return count
        except BaseException as error:
            self._error = error
            return -1

    def _of_one_shape(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """A batch, whose rows must have the shape of those of the first batch."""
        shape = array.shape[1:]
        self._shape_of_batches = self._shape_of_batches or shape
        if shape != self._shape_of_batches:
            raise ValueError(f"a batch has rows of shape {shape}, but the first has rows of {self._shape_of_batches}")
        return array


def is_stream(X: Any) -> bool:
    """Whether X gives batches of rows, unlike arrays, data frames, lists and sparse matrices."""
    if callable(X):
        return True
    array_like = any(hasattr(X, name) for name in ("__array__", "__getitem__", "__array_namespace__", "toarray"))
    return hasattr(X, "__iter__") and not array_like


def passes_over(batches: Batches, labelled: bool = False) -> Callable[[], Iterable[Any]]:
    """A function that begins a pass over the rows of the batches, or over (rows, labels) of labelled ones."""
    parts = _pairs_of_each if labelled else _rows_of_each
    if isinstance(batches, Iterator):
        return _Kept(parts(batches), labelled)
    begin = batches if callable(batches) else batches.__iter__
    return lambda: parts(begin())


def rows_of(batch: Any) -> Any:
    """The rows of a batch, which may be (rows, labels): models that take streams ignore labels."""
    if not is_pair(batch):
        return batch
    rows, labels = batch
    if np.ndim(labels) > 0 and len(rows) != len(labels):
        raise ValueError(f"a batch has {len(rows)} rows, but {len(labels)} labels")
    return rows


def _rows_of_each(batches: Iterable[Any]) -> Iterator[Any]:
    """The rows of batches, which are all rows alone or all (rows, labels)."""
    first: Optional[bool] = None
    for batch in batches:
        with_labels = is_pair(batch)
        first = with_labels if first is None else first
        if with_labels != first:
            words = {True: "(rows, labels)", False: "rows alone"}
            raise ValueError(f"a batch is {words[with_labels]}, but the first is {words[first]}")
        yield rows_of(batch)


def _pairs_of_each(batches: Iterable[Any]) -> Iterator[Any]:
    """Batches, all of which must be (rows, labels)."""
    for batch in batches:
        # Here two of anything are rows and labels, whose mistakes as_labels names.
        if not isinstance(batch, (tuple, list)) or len(batch) != 2 or np.ndim(batch[0]) < 2:
            raise ValueError("a batch must be (rows, labels), as labels are needed: this one is rows alone")
        rows_of(batch)
        yield batch


class _Kept:
    """Passes over what can be gone over once: batches are kept as they come."""

    def __init__(self, batches: Iterator[Any], labelled: bool) -> None:
        self._batches = batches
        self._labelled = labelled
        self._kept: list[Any] = []

    def __call__(self) -> Iterator[Any]:
        yield from self._kept
        for batch in self._batches:
            self._kept.append((_copied(batch[0]), _listed(batch[1])) if self._labelled else _copied(batch))
            yield self._kept[-1]


def _copied(rows: Any) -> Any:
    return np.array(as_numbers(rows, "a batch"))


def _listed(labels: Any) -> Any:
    """A copy of labels that keeps the types of their values."""
    if hasattr(labels, "__array__"):
        return np.array(labels)
    return list(labels) if isinstance(labels, Iterable) else labels
