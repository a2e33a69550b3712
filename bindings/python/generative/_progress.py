"""What happens while a fit runs: the callback, the bar, exceptions on their way out."""

import sys
import warnings
from collections import namedtuple

from . import _constants as c
from ._structs import Event, EventCallback

_FIELDS = [name for name, _ in Event._fields_ if name != "struct_size"]


class FitEvent(namedtuple("FitEvent", _FIELDS)):
    """What a callback is told: the members of the header's gen_event. NaN: the model has none."""

    __slots__ = ()

    @property
    def is_epoch(self):
        """Whether an epoch has just ended, with averages over it."""
        return self.kind == c.EVENT_EPOCH


class EventRelay:
    """The C callback of one fit; hands events on and holds exceptions until the fit returns.

    Python's signal handlers run in it, so that Ctrl-C stops a fit.
    """

    def __init__(self, callback, progress):
        self._callback = callback
        self._bar = _bar() if progress else None
        self._error = None
        self.stopped = False
        self.epochs = []
        self.function = EventCallback(self._called)

    def _called(self, event, _):
        try:
            return self._answered(event.contents)
        except BaseException as error:
            self._error = error
            self.stopped = True
            return c.STOP_NOW

    def _answered(self, struct):
        values = {name: getattr(struct, name) for name in _FIELDS}
        values["message"] = (values["message"] or b"").decode("utf-8", "replace")
        event = FitEvent(**values)
        if event.kind == c.EVENT_WARNING:
            warnings.warn(event.message, stacklevel=4)
        if event.is_epoch:
            self.epochs.append(event)
        if self._bar is not None:
            self._bar.update(event)
        answer = self._callback(event) if self._callback is not None else None
        answer = c.GO_ON if answer is None else int(answer)
        self.stopped = self.stopped or answer == c.STOP_NOW
        return answer

    def close(self):
        if self._bar is not None:
            self._bar.close()

    def reraise(self):
        error, self._error = self._error, None
        if error is not None:
            raise error


def _bar():
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _Lines()
    return _Tqdm(tqdm)


class _Tqdm:
    """A tqdm bar of epochs."""

    def __init__(self, tqdm):
        self._tqdm = tqdm
        self._bar = None

    def update(self, event):
        if event.kind not in (c.EVENT_STEP, c.EVENT_EPOCH):
            return
        if self._bar is None:
            self._bar = self._tqdm(total=event.n_epochs, unit="epoch", bar_format=_BAR_FORMAT)
        done = event.epoch if event.is_epoch else event.epoch - 1 + event.step / max(event.n_steps, 1)
        self._bar.set_postfix_str(losses(event), refresh=False)
        self._bar.update(max(done - self._bar.n, 0))

    def close(self):
        if self._bar is not None:
            self._bar.close()


_BAR_FORMAT = "{percentage:3.0f}%|{bar}| {n:.1f}/{total} epochs [{elapsed}<{remaining}{postfix}]"


class _Lines:
    """A line on standard error after each epoch."""

    def update(self, event):
        if event.is_epoch:
            print(f"epoch {event.epoch}/{event.n_epochs}  {losses(event)}", file=sys.stderr)

    def close(self):
        pass


def losses(event):
    """The losses of an event that the model has: "loss 244.1, kl 21.9"."""
    names = ("loss", "kl", "discriminator_loss", "generator_loss", "validation_loss")
    present = [(name, getattr(event, name)) for name in names]
    return ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in present if value == value)
