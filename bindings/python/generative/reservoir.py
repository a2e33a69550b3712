"""A uniform sample of rows, gathered anywhere and merged."""

from __future__ import annotations

import ctypes
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from ._errors import check
from ._follow import interruptible
from ._handle import handle_of, made
from ._library import lib
from ._options import OptionStruct
from ._rows import Floats, size_of
from ._statistics import Statistics
from ._structs import ReservoirInfo, ReservoirOptions
from .context import Context
from .dataset import dataset_of


class Reservoir(Statistics):
    """A uniform sample of at most `capacity` of the rows seen, for measures that need rows, not sums:
    evaluate.kernel_distance, precision_recall and others.

    Which rows are kept depends on the seed and their numbers in the whole data alone: parts may be seen
    by different processes and merged in any order. Pickles and copies.
    """

    _noun = "reservoir"
    _info_struct = ReservoirInfo

    def __init__(
        self, n_features: int, capacity: int = 10_000, *, seed: int = 0, context: Optional[Context] = None
    ) -> None:
        options = OptionStruct(
            "reservoir", ReservoirOptions, n_features=n_features, capacity=capacity, seed=seed
        )
        options.struct.context = handle_of(context)
        self._own(made(lib.gen_reservoir_create, options.pointer))

    @classmethod
    def of(
        cls,
        X: Any,
        capacity: int = 10_000,
        *,
        first_row: int = 0,
        seed: int = 0,
        context: Optional[Context] = None,
    ) -> Reservoir:
        """A sample of an array of rows, a stream or a Dataset, whose first row has number first_row."""
        with dataset_of(X, context) as data:
            reservoir = cls(size_of(data.shape), capacity, seed=seed, context=context)
            return reservoir.update(data, first_row)

    def update(self, X: Any, first_row: Optional[int] = None) -> Reservoir:
        """Shows it an array of rows, a stream or a Dataset, whose first row has number first_row in the
        whole data; None: they come after those seen so far."""
        first = self.n_rows if first_row is None else first_row
        with dataset_of(X, None) as data:
            status = interruptible(lib.gen_reservoir_update)(self._handle, data._handle, first)
            data._reraise()
            check(status)
        return self

    @property
    def capacity(self) -> int:
        """Rows kept at most."""
        count: int = self._info().capacity
        return count

    @property
    def rows(self) -> Floats:
        """The rows kept, (n, n_features), in the order of their numbers."""
        info = self._info()
        rows = np.empty((info.n_kept, info.n_features), np.float32)
        check(lib.gen_reservoir_rows(self._handle, rows.ctypes.data, None))
        return rows

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> npt.NDArray[Any]:
        """The rows, so that measures take a reservoir as they take rows."""
        return self.rows if dtype is None else self.rows.astype(dtype, copy=False)

    @property
    def numbers(self) -> npt.NDArray[np.int64]:
        """The numbers of the rows kept, (n,)."""
        numbers = np.empty(self._info().n_kept, np.int64)
        check(lib.gen_reservoir_rows(self._handle, None, numbers.ctypes.data))
        return numbers
