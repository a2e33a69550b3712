"""What a program may want to own: threads and memory."""

import ctypes

from ._errors import check
from ._handle import Owner, made
from ._library import lib
from ._structs import ContextOptions


class Context(Owner):
    """Threads that share the work and a limit on memory.

    n_threads: 1 ... 64; 0: the cores this process may use. memory_limit: bytes; 0: no limit.
    direct_convolutions: sum term by term instead of Winograd's faster way.
    """

    _noun = "context"

    def __init__(self, n_threads=0, memory_limit=0, direct_convolutions=False):
        options = ContextOptions(
            n_threads=n_threads, memory_limit=memory_limit, direct_convolutions=direct_convolutions
        )
        self._own(made(lib.gen_context_create, ctypes.byref(options)))

    @property
    def memory(self):
        """(bytes in use now, most bytes in use so far)."""
        used, peak = ctypes.c_int64(), ctypes.c_int64()
        check(lib.gen_context_memory(self._handle, ctypes.byref(used), ctypes.byref(peak)))
        return used.value, peak.value


class Token(Owner):
    """Stops running fits from outside: another thread calls cancel."""

    _noun = "token"

    def __init__(self):
        self._own(made(lib.gen_token_create))

    def cancel(self):
        """Stops every fit that was given this token, before its next step."""
        check(lib.gen_cancel(self._handle))
