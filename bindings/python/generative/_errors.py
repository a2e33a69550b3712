"""What a failed call becomes: the one place where a status turns into an exception."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any, NoReturn

from . import _constants as c
from ._library import lib


class GenerativeError(Exception):
    """Base class of the library's errors.

    status is the header's number (GEN_E_...), name its name, such as "GEN_E_ARGUMENT", and message one line
    that names the argument, its value and the limit.
    """

    status: int
    name: str
    message: str

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.name = lib.gen_status_name(status).decode()
        self.message = message

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.status, self.message))

    def __str__(self) -> str:
        return self.message


class InvalidArgumentError(GenerativeError, ValueError):
    """An argument, option or shape is invalid, or the library does not support it."""


class OutOfMemoryError(GenerativeError, MemoryError):
    """Memory ran out, or the context's limit forbids it."""


class FileError(GenerativeError, OSError):
    """The operating system refused a file operation, or a file does not follow its format."""


class NotReadyError(GenerativeError, RuntimeError):
    """The object is closed, in use, or lacks what the call needs."""


class NotFittedError(NotReadyError, ValueError, AttributeError):  # type: ignore[misc]  # both name it
    """The model is not fitted.

    If scikit-learn is loaded, the raised error is also its NotFittedError.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return (NotFittedError, (self.status, self.message))


class CancelledError(GenerativeError, RuntimeError):
    """A callback or a token stopped the call."""


class CommunicationError(GenerativeError, RuntimeError):
    """The ranks of a job can no longer communicate."""


class InternalError(GenerativeError, RuntimeError):
    """A bug in the library: please report it."""


_CLASSES = {
    c.E_ARGUMENT: InvalidArgumentError,
    c.E_MISMATCH: InvalidArgumentError,
    c.E_NONFINITE: InvalidArgumentError,
    c.E_LIMIT: InvalidArgumentError,
    c.E_UNSUPPORTED: InvalidArgumentError,
    c.E_NOMEM: OutOfMemoryError,
    c.E_IO: FileError,
    c.E_FORMAT: FileError,
    c.E_TRUNCATED: FileError,
    c.E_TRAILING: FileError,
    c.E_VERSION: FileError,
    c.E_STATE: NotReadyError,
    c.E_BUSY: NotReadyError,
    c.E_HANDLE: NotReadyError,
    c.E_CANCELLED: CancelledError,
    c.E_COMM: CommunicationError,
}


def check(status: int) -> None:
    """Raises what a status stands for; returns on GEN_OK."""
    if status != c.OK:
        message = lib.gen_last_error_message().decode("utf-8", "replace")
        raise _CLASSES.get(status, InternalError)(status, message)


def raise_not_fitted(kind: str, reason: str = "is not fitted yet: call fit first") -> NoReturn:
    """Raises the error of a model that was not fitted, or not to enough rows."""
    raise _not_fitted_class("sklearn.exceptions" in sys.modules)(c.E_STATE, f"this {kind} {reason}")


@lru_cache(maxsize=None)
def _not_fitted_class(with_scikit_learn: bool) -> type[NotFittedError]:
    if not with_scikit_learn:
        return NotFittedError
    theirs = sys.modules["sklearn.exceptions"].NotFittedError
    return type("NotFittedError", (NotFittedError, theirs), {"__doc__": NotFittedError.__doc__})
