"""Python's handlers of signals while the library computes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Any, Callable, Optional

_NUMBERS = tuple(int(number) for number in signal.valid_signals())
# The C functions, without the enums around them: at 64 signals a call these cost 80 microseconds.
_bare = import_module("_signal")
_getsignal: Callable[[int], Any] = _bare.getsignal
_setsignal: Callable[[int, Any], Any] = _bare.signal


# Of the innermost call on the main thread. Before the class, because PyPy rejects an annotation after a `global`.
_current: Optional[Signals] = None


class Signals:
    """Holds all handlers back while a call of the library runs: `with Signals() as signals:`.

    Python runs a handler on its way into a callback, where an exception of the handler would be lost. So
    signals wait here until `deliver`, which is called where exceptions are caught. The main thread alone runs
    handlers: on any other thread nothing is held.

    interrupted: whether Ctrl-C came. interrupt: what its handler raised in code of the user's. Python may
    lose it there, in the callback of a weak reference, for example.
    """

    def __init__(self) -> None:
        self.interrupted = False
        self.interrupt: Optional[BaseException] = None
        self._handlers: dict[int, Any] = {}
        self._held: list[int] = []
        self._waiting: list[int] = []
        self._is_open = False
        self._outer: Optional[Signals] = None

    def __enter__(self) -> Signals:
        global _current
        if is_main_thread():
            self._handlers = {n: handler for n in _NUMBERS if callable(handler := _getsignal(n))}
        if self._handlers:
            self._outer, _current = _current, self
            try:
                for number in self._handlers:
                    self._held.append(number)
                    _setsignal(number, self._arrived)
            except BaseException:
                self._restore()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._handlers:
            self._restore()

    def deliver(self) -> None:
        """Runs the handlers of the signals that wait."""
        while self._waiting:
            number = self._waiting.pop(0)
            self._handlers[number](number, None)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Runs handlers when signals come, those of the waiting ones first."""
        self._is_open = True
        try:
            self.deliver()
            yield
        finally:
            self._is_open = False

    def _arrived(self, number: int, frame: Optional[FrameType]) -> None:
        self.interrupted = self.interrupted or number == signal.SIGINT
        if not self._is_open:
            self._waiting.append(number)
            return
        try:
            self._handlers[number](number, frame)
        except BaseException as error:
            if number == signal.SIGINT:
                self.interrupt = error
            raise

    def _restore(self) -> None:
        """Gives the handlers back, all of them even when one that is back already raises meanwhile."""
        global _current
        _current = self._outer
        try:
            while self._held:
                _setsignal(self._held[-1], self._handlers[self._held[-1]])
                self._held.pop()
        finally:
            if self._held:
                self._restore()


def is_main_thread() -> bool:
    """Whether this thread runs the handlers of signals."""
    return threading.current_thread() is threading.main_thread()


@contextmanager
def users_code() -> Iterator[None]:
    """Surrounds code of the user's in a callback that catches all exceptions: signals reach it at once."""
    if _current is None or not is_main_thread():
        yield
        return
    with _current.at_once():
        yield
