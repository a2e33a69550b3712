"""Ranks that fit a model together: the header's gen_comm, over any transport."""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Optional

import numpy as np
import numpy.typing as npt

from . import _constants as c
from . import _structs
from ._errors import CommunicationError, check

_TYPES = {c.F32: np.float32, c.F64: np.float64, c.I64: np.int64}


class Comm:
    """Communication between ranks: a base class whose methods a subclass implements.

    Each method runs on the thread of the fit that was given the comm, in the same order on every rank. It
    must not wait forever for a rank that has ended. An exception ends the fit on this rank with a
    CommunicationError, whose cause it is. `generative.mpi.Comm` is an implementation over mpi4py.

    Parameters
    ----------
    rank : int
        Number of this rank, 0 ... size - 1.
    size : int
        Number of ranks.
    """

    rank: int
    size: int

    def __init__(self, rank: int, size: int) -> None:
        self.rank = rank
        self.size = size
        self._error: Optional[BaseException] = None
        # Kept here, or ctypes would free them while the library has them.
        self._table = _structs.Comm(
            rank=rank,
            size=size,
            all_reduce=_structs.CommAllReduce(
                self._guarded(
                    lambda values, count, dtype: self.all_reduce(_array(values, count, _TYPES[dtype]))
                )
            ),
            broadcast=_structs.CommBroadcast(
                self._guarded(lambda data, count, root: self.broadcast(_array(data, count, np.uint8), root))
            ),
            all_gather=_structs.CommAllGather(
                self._guarded(
                    lambda data, count, out: self.all_gather(
                        _array(data, count, np.uint8),
                        _array(out, count * self.size, np.uint8).reshape(self.size, count),
                    )
                )
            ),
            barrier=_structs.CommBarrier(self._guarded(self.barrier)),
        )

    def all_reduce(self, values: npt.NDArray[Any]) -> None:
        """Replace values (float32, float64 or int64) by their sum over the ranks, bit-identical on each.

        Parameters
        ----------
        values : ndarray
            Values, changed in place.
        """
        raise NotImplementedError

    def broadcast(self, data: npt.NDArray[np.uint8], root: int) -> None:
        """Replace data by that of rank root.

        Parameters
        ----------
        data : ndarray of uint8
            Bytes, changed in place.
        root : int
            Rank that sends.
        """
        raise NotImplementedError

    def all_gather(self, data: npt.NDArray[np.uint8], out: npt.NDArray[np.uint8]) -> None:
        """Copy the data of every rank to out[rank].

        Parameters
        ----------
        data : ndarray of uint8
            Bytes of this rank.
        out : ndarray of uint8
            Bytes of all ranks, (size, len(data)).
        """
        raise NotImplementedError

    def barrier(self) -> None:
        """Return when every rank has called it."""
        raise NotImplementedError

    def _guarded(self, function: Callable[..., None]) -> Callable[..., int]:
        """A callback of C: 0, or 1 after an exception, which is kept. The last argument is user data."""

        def call(*arguments: Any) -> int:
            try:
                function(*arguments[:-1])
            except BaseException as error:  # must not get lost on its way through C
                self._error = error
                return 1
            return 0

        return call

    def _pointer(self) -> Any:
        self._error = None
        return ctypes.pointer(self._table)

    def _check(self, status: int) -> None:
        """Raises what a fit's status stands for: GEN_E_COMM from what the comm's own function raised."""
        try:
            check(status)
        except CommunicationError as error:
            raise error from self._error


def _array(address: Optional[int], count: int, dtype: Any) -> npt.NDArray[Any]:
    """count numbers at an address, not copied."""
    if not address or count == 0:
        return np.empty(0, dtype)
    size = count * np.dtype(dtype).itemsize
    return np.frombuffer((ctypes.c_char * size).from_address(address), dtype)
