"""What a model's file tells of the model."""

from __future__ import annotations

import os
from typing import Any, Optional

from ._handle import Owner, handle_of, made
from ._library import lib
from .context import Context


class Checkpoint(Owner):
    """An open file: its kind and its options by name, as text."""

    _noun = "checkpoint"

    def __init__(self, path: Any, context: Optional[Context]) -> None:
        self._own(made(lib.gen_checkpoint_open, os.fsencode(path), handle_of(context)))

    @property
    def kind(self) -> str:
        """The noun of the model, "" for a file that is none's."""
        return self._text("kind") or ""

    def option(self, name: str) -> Any:
        """An option of a fit as Python has it: a number, a word, or None where the file does not tell it."""
        text = self._text(f"option.{name}")
        try:
            return None if text is None else float(text)
        except ValueError:
            return text

    def _text(self, key: str) -> Optional[str]:
        value: Optional[bytes] = lib.gen_checkpoint_metadata(self._handle, key.encode())
        return None if value is None else value.decode()
