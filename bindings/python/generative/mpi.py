"""Fits by the processes that mpirun started, through mpi4py:

    from generative import VAE, mpi

    with mpi.Comm() as comm:
        VAE(epochs=5, batch_size=64).fit(rows, comm=comm, shared_rows=True)
"""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Optional

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from ._comm import Comm as _Comm

# The most elements of one call, whose counts are ints.
_CHUNK = 1 << 30
_GIVE_UP = 1


class PeerFailedError(RuntimeError):
    """Another rank gave up, or did not arrive in time."""


class Comm(_Comm):
    """Ranks of an mpi4py communicator, through a duplicate of it, so that messages do not mix.

    Each call first waits until all ranks have arrived. It fails if a rank gave up, because its own call
    failed or it left `with` by an exception, or after `seconds`. MPI cannot be finalised when a rank has
    died: end the program by MPI.COMM_WORLD.Abort().

    Parameters
    ----------
    comm : mpi4py communicator, optional
        Communicator to duplicate (default: COMM_WORLD).
    seconds : float, default=600.0
        Maximum time to wait for a rank.
    """

    def __init__(self, comm: Optional[Any] = None, seconds: float = 600.0) -> None:
        self._comm = (MPI.COMM_WORLD if comm is None else comm).Dup()
        self._comm.Set_errhandler(MPI.ERRORS_RETURN)
        self._seconds = seconds
        self._failed: Optional[BaseException] = None
        super().__init__(self._comm.Get_rank(), self._comm.Get_size())

    def __enter__(self) -> Comm:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        if error is not None:
            self.give_up()
        elif self._failed is None:
            self.close()

    def close(self) -> None:
        """Free the duplicate, on every rank."""
        if self._comm != MPI.COMM_NULL:
            self._comm.Free()

    def give_up(self) -> None:
        """Tell the other ranks, which may be waiting, that this one will not arrive."""
        self._fail(PeerFailedError("this rank gave up"))

    def all_reduce(self, values: npt.NDArray[Any]) -> None:
        with _Call(self):
            for first in range(0, len(values), _CHUNK):
                self._comm.Allreduce(MPI.IN_PLACE, values[first : first + _CHUNK], op=MPI.SUM)

    def broadcast(self, data: npt.NDArray[np.uint8], root: int) -> None:
        with _Call(self):
            for first in range(0, len(data), _CHUNK):
                self._comm.Bcast(data[first : first + _CHUNK], root=root)

    def all_gather(self, data: npt.NDArray[np.uint8], out: npt.NDArray[np.uint8]) -> None:
        with _Call(self):
            chunk = max(_CHUNK // self.size, 1)
            if len(data) <= chunk:
                self._comm.Allgather(data, out)
                return
            for first in range(0, len(data), chunk):
                part = data[first : first + chunk]
                parts = np.empty((self.size, len(part)), np.uint8)
                self._comm.Allgather(part, parts)
                out[:, first : first + len(part)] = parts

    def barrier(self) -> None:
        with _Call(self):
            pass

    def _arrive(self) -> None:
        """Waits until all ranks have come: without this, ranks would wait inside MPI for one that never
        comes."""
        if self._failed is not None:
            raise self._failed
        request = self._comm.Ibarrier()
        deadline = time.monotonic() + self._seconds
        turns = 0
        while not request.Test():
            turns += 1
            if turns % 16:
                continue
            if self._comm.Iprobe(tag=_GIVE_UP):
                raise PeerFailedError("another rank gave up")
            if time.monotonic() > deadline:
                raise PeerFailedError(f"not all ranks came within {self._seconds} seconds")
            if turns > 10_000:
                time.sleep(5e-5)

    def _fail(self, error: BaseException) -> None:
        if self._failed is None:
            self._failed = error
            note = np.zeros(1, np.intc)
            for rank in range(self.size):
                if rank != self.rank:
                    self._comm.Isend(note, dest=rank, tag=_GIVE_UP).Free()


class _Call:
    """One collective call: after all have come, and with a failure remembered and told."""

    def __init__(self, comm: Comm) -> None:
        self._comm = comm

    def __enter__(self) -> None:
        try:
            self._comm._arrive()
        except BaseException as error:
            self._comm._fail(error)
            raise

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        if error is not None:
            self._comm._fail(error)
