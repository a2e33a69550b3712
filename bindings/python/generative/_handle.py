"""Ownership of the library's objects."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Optional, TypeVar

from ._c_types import Handle
from ._errors import check
from ._library import lib

T = TypeVar("T", bound="Owner")


def public_names(names: Iterable[str]) -> list[str]:
    """Names for dir(): those that do not begin with one underscore."""
    return sorted(name for name in names if not name.startswith("_") or name.startswith("__"))


def made(function: Any, *arguments: Any) -> int:
    """Calls a create, open or load function and returns the handle it gives."""
    handle = Handle()
    check(function(*arguments, ctypes.byref(handle)))
    assert handle.value is not None
    return handle.value


class Owner:
    """An object of the library, destroyed with this one, or by close, or at the end of a `with`.

    Subclasses name their noun: `_noun = "dataset"` is released by gen_dataset_destroy.
    """

    _noun = ""
    _finalizer: Optional[weakref.finalize[Any, Any]] = None
    _handle: Optional[int] = None

    def __dir__(self) -> list[str]:
        """Names without the underscore that marks internals."""
        return public_names(object.__dir__(self))

    def _own(self, handle: int) -> None:
        """Takes a handle over, in place of the one held before."""
        self.close()
        self._handle = handle
        self._finalizer = weakref.finalize(self, self._destroyer(), handle)

    @classmethod
    def _destroyer(cls) -> Any:
        return getattr(lib, f"gen_{cls._noun}_destroy")

    @contextmanager
    def _trying(self, handle: int) -> Iterator[None]:
        """Holds a new handle; should the block raise, the one held before comes back."""
        before = self._handle, self._finalizer
        self._handle = self._finalizer = None
        self._own(handle)
        try:
            yield
        except BaseException:
            self.close()
            self._handle, self._finalizer = before
            raise
        if before[1] is not None:
            before[1]()

    def _give(self) -> int:
        """Hands the handle over to the caller, who then owns it."""
        assert self._handle is not None and self._finalizer is not None
        self._finalizer.detach()
        handle, self._handle, self._finalizer = self._handle, None, None
        return handle

    def close(self) -> None:
        """Releases the library's memory. Closing twice is harmless."""
        if self._finalizer is not None:
            self._finalizer()
            self._finalizer = None
        self._handle = None

    def __enter__(self: T) -> T:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def __getstate__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} can be neither pickled nor copied")


def handle_of(owner: Optional[Owner]) -> Optional[int]:
    """The handle of an object, None for None (a NULL context, no validation set)."""
    return None if owner is None else owner._handle
