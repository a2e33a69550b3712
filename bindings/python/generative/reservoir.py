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
    """Uniform sample of at most `capacity` rows, for metrics that need rows and not sums.

    Examples are evaluate.kernel_distance and evaluate.precision_recall. Only the seed and a row's number in
    the whole data decide whether it is kept. So several processes can sample parts of the data, which merge
    in any order. Reservoirs can be pickled and copied.
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
        """Sample rows.

        Parameters
        ----------
        X : array-like, stream or Dataset
            Rows, (n, n_features).
        capacity : int, default=10000
            Maximum number of rows to keep.
        first_row : int, default=0
            Number of the first row in the whole data.
        seed : int, default=0
            Seed of the sample; parts to be merged need the same.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).

        Returns
        -------
        Reservoir
            The sample.
        """
        with dataset_of(X, context) as data:
            reservoir = cls(size_of(data.shape), capacity, seed=seed, context=context)
            return reservoir.update(data, first_row)

    def update(self, X: Any, first_row: Optional[int] = None) -> Reservoir:
        """Add rows.

        Parameters
        ----------
        X : array-like, stream or Dataset
            Rows, (n, n_features).
        first_row : int, optional
            Number of the first row in the whole data (default: the number after the last row seen).

        Returns
        -------
        self
            The reservoir.
        """
        first = self.n_rows if first_row is None else first_row
        with dataset_of(X, None) as data:
            status = interruptible(lib.gen_reservoir_update)(self._handle, data._handle, first)
            data._reraise()
            check(status)
        return self

    @property
    def capacity(self) -> int:
        """Maximum number of rows to keep."""
        count: int = self._info().capacity
        return count

    @property
    def rows(self) -> Floats:
        """Kept rows, (n, n_features), in order of their numbers."""
        info = self._info()
        rows = np.empty((info.n_kept, info.n_features), np.float32)
        check(lib.gen_reservoir_rows(self._handle, rows.ctypes.data, None))
        return rows

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> npt.NDArray[Any]:
        """The rows, so that measures take a reservoir as they take rows."""
        return self.rows if dtype is None else self.rows.astype(dtype, copy=False)

    @property
    def numbers(self) -> npt.NDArray[np.int64]:
        """Numbers of the kept rows, (n,)."""
        numbers = np.empty(self._info().n_kept, np.int64)
        check(lib.gen_reservoir_rows(self._handle, None, numbers.ctypes.data))
        return numbers
