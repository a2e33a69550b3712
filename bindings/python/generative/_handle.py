"""Ownership of the library's objects."""

import ctypes
import weakref

from ._errors import check
from ._library import lib
from ._structs import Handle


def made(function, *arguments):
    """Calls a create, open or load function and returns the handle it gives, as an int."""
    handle = Handle()
    check(function(*arguments, ctypes.byref(handle)))
    return handle.value


class Owner:
    """An object of the library, destroyed with this one, or by close, or at the end of a `with`.

    Subclasses name their noun: `_noun = "dataset"` is released by gen_dataset_destroy.
    """

    _noun = ""
    _finalizer = None
    _handle = None

    def _own(self, handle):
        """Takes a handle over, in place of the one held before."""
        self.close()
        destroy = getattr(lib, f"gen_{self._noun}_destroy")
        self._handle = handle
        self._finalizer = weakref.finalize(self, destroy, handle)

    def close(self):
        """Releases the library's memory. Closing twice is harmless."""
        if self._finalizer is not None:
            self._finalizer()
            self._finalizer = None
        self._handle = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def handle_of(owner):
    """The handle of an object, None for None (a NULL context, no validation set)."""
    return None if owner is None else owner._handle
