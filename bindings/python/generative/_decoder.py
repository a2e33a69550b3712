"""Images of formats that the library does not read, through Pillow."""

from __future__ import annotations

import os
from typing import Any, Optional

import numpy as np

from ._signals import users_code
from ._structs import OpenDecode
from .image import Image


class Decoder:
    """The decode callback of gen_open_options."""

    def __init__(self, image_module: Any, turn: Any) -> None:
        self._image = image_module
        self._turn = turn
        self._error: Optional[BaseException] = None
        self.function = OpenDecode(self._decode)

    @classmethod
    def of(cls, foreign: Optional[str]) -> Optional[Decoder]:
        """The decoder that the word names; None: none."""
        if foreign is None:
            return None
        if foreign != "pillow":
            raise ValueError(f'foreign must be None or "pillow", not {foreign!r}')
        try:
            from PIL import Image as image_module
            from PIL import ImageOps
        except ImportError as error:
            raise ImportError('foreign="pillow" needs Pillow: pip install pillow') from error
        return cls(image_module, ImageOps.exif_transpose)

    def reraise(self) -> None:
        """Raises what stopped the reading, such as Ctrl-C."""
        if self._error is not None:
            raise self._error

    def _decode(self, path: bytes, _: Any) -> Optional[int]:
        try:
            with users_code():
                with self._image.open(os.fsdecode(path)) as file:
                    picture = self._turn(file)
                    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
                    is_gray = picture.mode in ("1", "L") and not has_alpha
                    pixels = np.asarray(picture.convert("L" if is_gray else "RGBA" if has_alpha else "RGB"))
            image = Image.from_array(pixels)
            return image._give()
        except Exception:
            return None  # the library skips the file and says so
        except BaseException as error:
            self._error = error
            return None
