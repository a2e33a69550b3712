"""Common base of Moments and Reservoir: merging, files and pickling."""

from __future__ import annotations

import ctypes
import os
from typing import Any, ClassVar, Optional, TypeVar

from ._bytes import written
from ._errors import check
from ._handle import Owner, handle_of, made
from ._library import lib
from .context import Context
from .image import PathLike

S = TypeVar("S", bound="Statistics")


class Statistics(Owner):
    """Sums or samples of rows that any number of processes gather and merge. They can be pickled and copied."""

    _info_struct: ClassVar[type[ctypes.Structure]]

    @property
    def n_rows(self) -> int:
        """Number of rows seen."""
        count: int = self._info().n_rows
        return count

    @property
    def n_features(self) -> int:
        """Number of values in a row."""
        count: int = self._info().n_features
        return count

    def merge(self: S, other: S) -> S:
        """Add the rows that other statistics of the same kind have seen.

        Parameters
        ----------
        other : same class
            Statistics to add; not changed.

        Returns
        -------
        self
            The merged statistics.

        Raises
        ------
        InvalidArgumentError
            The statistics have different n_features, directions, capacity or seed.
        """
        check(self._function("merge")(self._handle, other._handle))
        return self

    def save(self, path: PathLike) -> None:
        """Write a safetensors file. After an error an existing file is unchanged.

        Parameters
        ----------
        path : path
            File to write.

        Raises
        ------
        FileError
            The file cannot be written.
        """
        check(self._function("save")(self._handle, os.fsencode(path)))

    @classmethod
    def load(cls: type[S], path: PathLike, context: Optional[Context] = None) -> S:
        """Load statistics from a file that `save` wrote.

        Parameters
        ----------
        path : path
            File to read.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).

        Returns
        -------
        same class
            The statistics.

        Raises
        ------
        FileError
            The file cannot be read, or is damaged.
        """
        return cls._loaded(made(cls._function("load"), os.fsencode(path), handle_of(context)))

    def to_bytes(self) -> bytes:
        """Return the bytes that `save` writes; if sums are exact, equal rows give equal bytes."""
        return written(self._function("save_memory"), self._handle)

    @classmethod
    def from_bytes(cls: type[S], data: Any, context: Optional[Context] = None) -> S:
        """Create statistics from the bytes that `to_bytes` returned.

        Parameters
        ----------
        data : bytes-like
            Content of a safetensors file.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).

        Returns
        -------
        same class
            The statistics.

        Raises
        ------
        FileError
            A bit has changed.
        """
        data = bytes(data)
        return cls._loaded(made(cls._function("load_memory"), data, len(data), handle_of(context)))

    def __reduce__(self) -> Any:
        return type(self).from_bytes, (self.to_bytes(),)

    def _info(self) -> Any:
        info = self._info_struct()
        check(self._function("info")(self._handle, ctypes.byref(info)))
        return info

    @classmethod
    def _loaded(cls: type[S], handle: int) -> S:
        statistics = cls.__new__(cls)
        statistics._own(handle)
        return statistics

    @classmethod
    def _function(cls, verb: str) -> Any:
        return getattr(lib, f"gen_{cls._noun}_{verb}")
