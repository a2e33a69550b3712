"""What a failed call becomes: the one place where a status turns into an exception."""

from . import _constants as c
from ._library import lib


class GenerativeError(Exception):
    """A call into libgenerative failed.

    status: the header's number (GEN_E_...); name: its name, "GEN_E_ARGUMENT"; message: one line
    that names the argument, its value and the limit.
    """

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status
        self.name = lib.gen_status_name(status).decode()
        self.message = message

    def __reduce__(self):
        return (type(self), (self.status, self.message))

    def __str__(self):
        return self.message


class InvalidArgumentError(GenerativeError, ValueError):
    """An argument, a file's content or a shape is not what it must be."""


class OutOfMemoryError(GenerativeError, MemoryError):
    """Memory could not be had, or the context's limit forbids it."""


class FileError(GenerativeError, OSError):
    """The operating system refused a file operation, or a file is not what its format asks."""


class NotReadyError(GenerativeError, RuntimeError):
    """The object is not ready for the call, such as not yet fitted, or it is in use."""


_CLASSES = {
    c.E_ARGUMENT: InvalidArgumentError,
    c.E_MISMATCH: InvalidArgumentError,
    c.E_NONFINITE: InvalidArgumentError,
    c.E_LIMIT: InvalidArgumentError,
    c.E_NOMEM: OutOfMemoryError,
    c.E_IO: FileError,
    c.E_FORMAT: FileError,
    c.E_TRUNCATED: FileError,
    c.E_TRAILING: FileError,
    c.E_STATE: NotReadyError,
    c.E_BUSY: NotReadyError,
}


def check(status):
    """Raises what a status stands for; returns on GEN_OK."""
    if status != c.OK:
        message = lib.gen_last_error_message().decode("utf-8", "replace")
        raise _CLASSES.get(status, GenerativeError)(status, message)
