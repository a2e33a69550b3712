"""Long calls of the library: followed by callbacks, stopped by them, by tokens and by Ctrl-C."""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Optional

from . import _constants as c
from ._c_types import Handle
from ._errors import check
from ._handle import handle_of
from ._library import lib
from ._progress import Callback, FitEvent
from ._signals import Signals, is_main_thread
from ._structs import EventFunction, Run
from .context import Token


class Follower:
    """Follows one long call by a gen_run.

    At most ten times a second the library lets Python run. An exception of the callback or of the handler of
    a signal ends the call and is held until `finish`. Ctrl-C ends the call whatever its handler does. The main
    thread alone runs handlers of signals. On another thread the library calls nobody but the callback.
    """

    def __init__(self, callback: Optional[Callback] = None, token: Optional[Token] = None) -> None:
        self._callback = callback
        self._token = token
        self._signals = Signals()
        self._error: Optional[BaseException] = None
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """Whether the callback or Ctrl-C stopped the call."""
        return self._stopped or self._signals.interrupted

    def call(self, function: Any, *arguments: Any) -> int:
        """Calls a function of the header without its parameter `run`, which is filled in; returns the status."""
        place = function.argtypes.index(ctypes.POINTER(Run))
        run = self._run()
        with self._signals:
            status: int = function(*arguments[:place], run, *arguments[place:])
        return status

    def made(self, destroy: Any, function: Any, *arguments: Any) -> int:
        """The handle that a long function makes, destroyed when there is something to raise."""
        handle = Handle()
        status = self.call(function, *arguments, ctypes.byref(handle))
        try:
            self.finish()
        except BaseException:
            destroy(handle)
            raise
        check(status)
        assert handle.value is not None
        return handle.value

    def finish(self) -> None:
        """Raises what handlers of signals or the callback raised."""
        self._signals.deliver()
        error = self._signals.interrupt or self._error
        self._error = self._signals.interrupt = None
        if error is not None:
            raise error

    def _run(self) -> Any:
        run = Run()
        check(lib.gen_struct_init(b"run", ctypes.byref(run), ctypes.sizeof(run)))
        if self._callback is not None or is_main_thread():
            run.event = EventFunction(self._called)
        run.token = handle_of(self._token)
        return ctypes.byref(run)

    def _called(self, event: Any, _: Any) -> int:
        try:
            self._signals.deliver()
            answer = self._answered(event.contents)
            self._signals.deliver()
            return c.STOP_NOW if self.stopped else answer
        except BaseException as error:
            self._error = error
            self._stopped = True
            return c.STOP_NOW

    def _answered(self, event: Any) -> int:
        if self._callback is None or event.kind == c.EVENT_PROGRESS:
            return c.GO_ON
        answer = self._callback(FitEvent.of(event))
        answer = c.GO_ON if answer is None else int(answer)
        self._stopped = self._stopped or answer == c.STOP_NOW
        return answer


def interruptible(
    function: Any, callback: Optional[Callback] = None, token: Optional[Token] = None
) -> Callable[..., int]:
    """A long function of the header without its parameter `run`, to be called as any other.

    In the main thread Ctrl-C ends the call and raises KeyboardInterrupt.
    """

    def call(*arguments: Any) -> int:
        follower = Follower(callback, token)
        status = follower.call(function, *arguments)
        follower.finish()
        return status

    return call
