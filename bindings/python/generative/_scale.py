"""Which numbers a model was fitted to: 8-bit images, read as 0 ... 1, or others. It takes no rows of the other."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

import numpy as np
import numpy.typing as npt

from ._rows import is_images

_SEEN = 1 << 20  # numbers of an array that are looked at
_FAR = 8.0  # further from [0, 1] than noise on images; images of 0 ... 255 are


class Outlier(NamedTuple):
    """The number of rows that is furthest from [0, 1]."""

    row: int
    column: int
    value: float


class Scale(NamedTuple):
    """What rows showed of the scale of their numbers.

    outlier: None if all are between -1 and 2.
    """

    is_images: bool
    outlier: Optional[Outlier] = None

    @classmethod
    def of(cls, array: npt.NDArray[Any]) -> Scale:
        """The scale of an array of rows, by up to 256 of them from all over."""
        if is_images(array) or array.size == 0:
            return cls(is_images(array))
        row_size = array.size // len(array)
        count = min(256, max(1, _SEEN // row_size))
        step = -(-len(array) // count)
        some = array[::step].reshape(-1, row_size)
        least, greatest = float(some.min()), float(some.max())
        if not (least < -1 or greatest > 2):
            return cls(False)
        is_above = greatest - 1 >= -least
        row, column = divmod(int(some.argmax() if is_above else some.argmin()), row_size)
        return cls(False, Outlier(row * step, column, greatest if is_above else least))

    def check(self, given: Scale, kind: str) -> None:
        """Raises ValueError if rows of another scale are given to a model that was fitted to this one."""
        if self.is_images and given.outlier is not None and abs(given.outlier.value) > _FAR:
            row, column, value = given.outlier
            raise ValueError(
                f"X has {value:g} in row {row}, column {column}, but this {kind} was fitted to 8-bit images, whose "
                "values are read as 0 ... 1: divide X by 255, or give a uint8 array of n x height x width[ x channels]"
            )
        if given.is_images and self.outlier is not None:
            row, column, value = self.outlier
            raise ValueError(
                f"X is 8-bit images, whose values are read as 0 ... 1, but this {kind} was fitted to other numbers, "
                f"such as {value:g} in row {row}, column {column}: give X as floats on the scale of those"
            )


IMAGES = Scale(True)
