"""Events and the progress bar of a fit."""

from __future__ import annotations

import os
import sys
import time
import warnings
from typing import Any, Callable, NamedTuple, Optional, Union

from . import _constants as c


class FitEvent(NamedTuple):
    """Event that a callback receives: the members of the header's gen_event. Numbers that do not apply are
    NaN.
    """

    kind: int
    epoch: int
    n_epochs: int
    step: int
    n_steps: int
    seconds: float
    learning_rate: float
    loss: float
    reconstruction: float
    kl: float
    discriminator_loss: float
    generator_loss: float
    real_score: float
    fake_score: float
    gradient_norm: float
    validation_loss: float
    validation_reconstruction: float
    validation_kl: float
    message: str
    discriminator_gradient_norm: float
    sample_distance: float
    real_distance: float
    warning: int
    penalty: float

    @classmethod
    def of(cls, struct: Any) -> FitEvent:
        """Copy a gen_event.

        Parameters
        ----------
        struct : gen_event
            The event that the library sent.

        Returns
        -------
        FitEvent
            The copy.
        """
        values = {name: getattr(struct, name) for name in cls._fields}
        return cls(**{**values, "message": (struct.message or b"").decode("utf-8", "replace")})

    @property
    def is_epoch(self) -> bool:
        """Whether an epoch has just ended; the losses are then averages over it."""
        return self.kind == c.EVENT_EPOCH


Callback = Callable[[FitEvent], Optional[int]]


class Watch:
    """The callback of a fit: remembers epochs, warns, draws the bar, and passes events on to the user's."""

    def __init__(self, callback: Optional[Callback], verbose: Union[bool, int]) -> None:
        self._callback = callback
        self._bar = _bar() if verbose else None
        self.epochs: list[FitEvent] = []

    def __call__(self, event: FitEvent) -> Optional[int]:
        if event.kind == c.EVENT_WARNING:
            warnings.warn(event.message, stacklevel=6)
        if event.is_epoch:
            self.epochs.append(event)
        if self._bar is not None:
            self._bar.update(event)
        return self._callback(event) if self._callback is not None else None

    def close(self) -> None:
        """Ends the bar."""
        if self._bar is not None:
            self._bar.close()


def _bar() -> Union[_Tqdm, _Line, _Lines]:
    if not (sys.stderr.isatty() or "ipykernel" in sys.modules):
        return _Lines()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tqdm's, of a notebook that has no widgets
            from tqdm.auto import tqdm
    except ImportError:
        return _Line()
    return _Tqdm(tqdm)


class _Tqdm:
    """A tqdm bar of epochs, in a notebook its widget."""

    def __init__(self, tqdm: Any) -> None:
        self._tqdm = tqdm
        self._bar: Any = None

    def update(self, event: FitEvent) -> None:
        if event.kind not in (c.EVENT_STEP, c.EVENT_EPOCH):
            return
        if self._bar is None:
            self._bar = self._tqdm(total=event.n_epochs, unit="epoch", bar_format=_BAR_FORMAT)
        self._bar.set_postfix_str(losses(event), refresh=False)
        self._bar.update(max(_done(event) - self._bar.n, 0))

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


_BAR_FORMAT = "{l_bar}{bar}| {n:.1f}/{total} epochs [{elapsed}<{remaining}{postfix}]"


class _Line:
    """A line on a terminal or in a notebook, drawn anew at each event."""

    _WIDTH = 20

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._drawn = 0

    def update(self, event: FitEvent) -> None:
        if event.kind not in (c.EVENT_STEP, c.EVENT_EPOCH):
            return
        done = _done(event)
        share = done / event.n_epochs
        left = (time.monotonic() - self._start) * (1 / share - 1) if share > 0 else 0
        bar = ("#" * round(share * self._WIDTH)).ljust(self._WIDTH, ".")
        text = f"{share:4.0%} {bar} epoch {done:.1f}/{event.n_epochs}, {left:.0f} s left, {losses(event)}"
        text = text[: _columns() - 1]
        sys.stderr.write("\r" + text.ljust(self._drawn))
        sys.stderr.flush()
        self._drawn = len(text)

    def close(self) -> None:
        if self._drawn:
            sys.stderr.write("\n")


class _Lines:
    """A line on standard error after each epoch."""

    def update(self, event: FitEvent) -> None:
        if event.is_epoch:
            print(f"epoch {event.epoch}/{event.n_epochs}  {losses(event)}", file=sys.stderr)

    def close(self) -> None:
        pass


def _done(event: FitEvent) -> float:
    """Epochs done, with the part of the one that is running."""
    return event.epoch if event.is_epoch else event.epoch - 1 + event.step / max(event.n_steps, 1)


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 100


def losses(event: FitEvent) -> str:
    """The losses of an event that the model has: "loss 244.1, kl 21.9"."""
    names = ("loss", "kl", "discriminator_loss", "generator_loss", "validation_loss")
    present = [(name, getattr(event, name)) for name in names]
    return ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in present if value == value)
