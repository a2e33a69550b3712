"""What a program may want to own: threads and memory."""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Optional

from ._constants import LOG
from ._errors import check
from ._handle import Owner, made
from ._library import lib
from ._options import OptionStruct
from ._structs import ContextOptions, LogFunction

_LEVELS = {level: word for word, level in LOG.items()}

# What the library may still call: objects keep their context alive after its Python object is gone.
_logs: list[Any] = []


class Context(Owner):
    """Threads that share the work, a limit on memory, and limits on what files may ask for.

    n_threads: 1 ... 64; None: the cores this process may use. memory_limit: bytes; None: no limit.
    direct_convolutions: sum term by term instead of Winograd's faster way. log: called with
    ("info" or "warning", message). limits: max_image_pixels, max_png_chunk_bytes, max_model_bytes,
    max_image_side, max_jpeg_scans, max_tensors, max_tensor_name; left out: the default.

    Copies of a model share its context; a model unpickled elsewhere gets one of the same options, but
    no log.
    """

    _noun = "context"

    def __init__(
        self,
        n_threads: Optional[int] = None,
        memory_limit: Optional[int] = None,
        direct_convolutions: bool = False,
        log: Optional[Callable[[str, str], Any]] = None,
        **limits: int,
    ) -> None:
        self._options = {
            "n_threads": n_threads,
            "memory_limit": memory_limit,
            "direct_convolutions": direct_convolutions,
            **limits,
        }
        options = OptionStruct("context", ContextOptions, **self._options)
        if log is not None:
            options.struct.log = LogFunction(lambda level, message, _: log(_LEVELS[level], message.decode()))
            _logs.append(options.struct.log)
        self._own(made(lib.gen_context_create, options.pointer))

    @property
    def memory(self) -> tuple[int, int]:
        """(bytes in use now, most bytes in use so far)."""
        used, peak = ctypes.c_int64(), ctypes.c_int64()
        check(lib.gen_context_memory(self._handle, ctypes.byref(used), ctypes.byref(peak)))
        return used.value, peak.value

    def trim(self) -> None:
        """Returns memory that the library keeps for later calls, and free memory of the process, to the system."""
        check(lib.gen_context_trim(self._handle))

    def __copy__(self) -> Context:
        return self

    def __deepcopy__(self, memo: Any) -> Context:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (_context, (self._options,))


def _context(options: dict[str, Any]) -> Context:
    return Context(**options)


class Token(Owner):
    """Stops running fits from outside: another thread calls cancel."""

    _noun = "token"

    def __init__(self) -> None:
        self._own(made(lib.gen_token_create))

    def cancel(self) -> None:
        """Stops every fit that was given this token, before its next step."""
        check(lib.gen_token_cancel(self._handle))
