"""Pictures in and out: PNG and JPEG files, pixels, grids."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from ._errors import check
from ._handle import Owner, handle_of, made
from ._library import lib
from ._options import OptionStruct
from ._rows import Floats, address, as_rows, numeric, shape_of_rows
from ._structs import GridOptions, LoadImageOptions, ResizeOptions, SaveImageOptions
from .context import Context

PathLike = Union[str, "os.PathLike[str]"]


class Image(Owner):
    """A picture of height x width pixels with 1 (gray), 3 (RGB) or 4 (RGBA) channels.

    Notebooks show it, and numpy takes it for an array of its pixels; read_image, write_image and
    image_grid need no object.
    """

    _noun = "image"

    def __init__(self, handle: int) -> None:
        self._own(handle)

    @classmethod
    def load(
        cls,
        path: PathLike,
        channels: Optional[int] = None,
        context: Optional[Context] = None,
        *,
        tolerant: bool = False,
    ) -> Image:
        """A PNG or JPEG file. channels: 1, 3 or 4; None: as in the file. context: whose limits hold.

        tolerant: read a damaged file as far as it goes, with gray for the missing pixels.
        """
        options = _load_options(channels, context, tolerant)
        return cls(made(lib.gen_image_load, os.fsencode(path), options.pointer))

    @classmethod
    def from_bytes(
        cls,
        data: Any,
        channels: Optional[int] = None,
        context: Optional[Context] = None,
        *,
        tolerant: bool = False,
    ) -> Image:
        """The bytes of a PNG or JPEG file; see `load`."""
        data = bytes(data)
        options = _load_options(channels, context, tolerant)
        return cls(made(lib.gen_image_load_memory, data, len(data), options.pointer))

    @classmethod
    def from_array(cls, pixels: npt.ArrayLike) -> Image:
        """(height, width) or (height, width, channels) pixels, floats in [0, 1] or uint8."""
        array = numeric(pixels, "pixels")
        if array.ndim not in (2, 3):
            raise ValueError(f"pixels must have 2 or 3 axes, not {array.ndim}")
        height, width, channels = shape_of_rows(array.shape)
        flat = as_rows(array[None], name="pixels")
        return cls(made(lib.gen_image_create, address(flat), height, width, channels))

    @classmethod
    def grid(
        cls,
        rows: npt.ArrayLike,
        shape: Optional[Sequence[int]] = None,
        *,
        columns: Optional[int] = None,
        padding: int = 2,
        enlarge: int = 1,
        stretch: bool = False,
        background: float = 1.0,
    ) -> Image:
        """One picture of many rows, left to right, top to bottom.

        shape: of a row, where the array's does not tell: (28, 28). columns: None: as square as can be.
        padding: pixels between cells. stretch: each cell from its least to its greatest value.
        background: gray of the padding, 0 black ... 1 white.
        """
        array = numeric(rows, "rows")
        height, width, channels = shape_of_rows(array.shape[1:] if shape is None else shape)
        if array.shape[1:] == (height * width * channels,):
            array = array.reshape(-1, height, width, channels)
        flat = as_rows(array, height * width * channels, "rows")
        options = OptionStruct(
            "grid",
            GridOptions,
            n_columns=columns,
            padding=padding,
            enlarge=enlarge,
            stretch=bool(stretch),
            background=background,
        )
        arguments = (address(flat), len(flat), height, width, channels, options.pointer)
        return cls(made(lib.gen_image_create_grid, *arguments))

    def resized(
        self,
        height: int,
        width: int,
        *,
        resize: str = "cover",
        filter: str = "triangle",
        crop_height: Optional[int] = None,
        crop_width: Optional[int] = None,
        place_x: float = 0.5,
        place_y: float = 0.5,
        background: float = 0.0,
    ) -> Image:
        """The picture resized to height x width.

        Parameters
        ----------
        resize : "cover" cuts what stands out, "contain" leaves background beside the picture, "stretch"
            scales each axis by its own factor.
        filter : "triangle", "lanczos" (sharper; overshoots beside edges) or "nearest".
        crop_height, crop_width : what is cut out of the picture first, at most all of it; None: all of it.
        place_x, place_y : where what is cut or contained stands: 0 left or top, 0.5 centre, 1 right or bottom.
        background : gray value beside a contained picture, 0 ... 1.
        """
        options = OptionStruct(
            "resize",
            ResizeOptions,
            resize=resize,
            filter=filter,
            crop_height=crop_height,
            crop_width=crop_width,
            place_x=place_x,
            place_y=place_y,
            background=background,
        )
        return Image(made(lib.gen_image_create_resized, self._handle, height, width, options.pointer))

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        height, width, channels = ctypes.c_int64(), ctypes.c_int64(), ctypes.c_int64()
        sizes = ctypes.byref(height), ctypes.byref(width), ctypes.byref(channels)
        check(lib.gen_image_size(self._handle, *sizes))
        return height.value, width.value, channels.value

    @property
    def pixels(self) -> Floats:
        """(height, width, channels) float32 in [0, 1], a copy."""
        pixels = np.empty(self.shape, np.float32)
        check(lib.gen_image_pixels(self._handle, address(pixels)))
        return pixels

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> npt.NDArray[Any]:
        if copy is False:
            raise ValueError("the pixels of an Image are always a copy")
        return _trimmed(self.pixels).astype(dtype or np.float32, copy=False)

    def save(self, path: PathLike, quality: Optional[int] = None) -> None:
        """Writes a PNG or JPEG file, whole or not at all. quality: of a JPEG, 1 ... 100; None: 90."""
        options = OptionStruct("save_image", SaveImageOptions, jpeg_quality=quality)
        check(lib.gen_image_save(self._handle, os.fsencode(path), options.pointer))

    def to_bytes(self, ending: str = ".png", quality: Optional[int] = None) -> bytes:
        """The bytes of the file that save writes for a path of this ending."""
        options, count = OptionStruct("save_image", SaveImageOptions, jpeg_quality=quality), ctypes.c_int64()
        arguments = (self._handle, ending.encode(), options.pointer)
        check(lib.gen_image_save_memory(*arguments, None, 0, ctypes.byref(count)))
        buffer = np.empty(count.value, np.uint8)
        check(lib.gen_image_save_memory(*arguments, address(buffer), len(buffer), ctypes.byref(count)))
        return buffer.tobytes()

    def _repr_png_(self) -> bytes:
        return self.to_bytes()


def read_image(
    path: PathLike,
    channels: Optional[int] = None,
    *,
    size: Optional[Sequence[int]] = None,
    context: Optional[Context] = None,
    tolerant: bool = False,
    **resizing: Any,
) -> Floats:
    """The pixels of a PNG or JPEG file in [0, 1], (height, width) if gray, else with an axis of channels.

    channels: 1, 3 or 4; None: as in the file. size: (height, width) to be resized to, with the options
    of `Image.resized`; None: as it is. context: whose limits hold. tolerant: as in `Image.load`.
    """
    if size is None and resizing:
        raise TypeError(f"{next(iter(resizing))} is an option of resizing, which needs a size")
    with Image.load(path, channels, context, tolerant=tolerant) as image:
        if size is None:
            return _trimmed(image.pixels)
        with image.resized(*size, **resizing) as resized:
            return _trimmed(resized.pixels)


def write_image(path: PathLike, pixels: npt.ArrayLike, quality: Optional[int] = None) -> None:
    """Writes (height, width) or (height, width, channels) pixels, floats in [0, 1] or uint8, as PNG or
    JPEG by the path's ending, whole or not at all. quality: of a JPEG, 1 ... 100; None: 90."""
    with Image.from_array(pixels) as image:
        image.save(path, quality)


def image_grid(
    rows: npt.ArrayLike,
    shape: Optional[Sequence[int]] = None,
    *,
    columns: Optional[int] = None,
    padding: int = 2,
    enlarge: int = 1,
    stretch: bool = False,
    background: float = 1.0,
) -> Floats:
    """The pixels of one picture of many rows, left to right, top to bottom; see `Image.grid`."""
    with Image.grid(
        rows,
        shape,
        columns=columns,
        padding=padding,
        enlarge=enlarge,
        stretch=stretch,
        background=background,
    ) as grid:
        return _trimmed(grid.pixels)


def _load_options(
    channels: Optional[int], context: Optional[Context], tolerant: bool
) -> OptionStruct[LoadImageOptions]:
    options = OptionStruct("load_image", LoadImageOptions, channels=channels, tolerant=bool(tolerant))
    options.struct.context = handle_of(context)
    return options


def _trimmed(pixels: Floats) -> Floats:
    """Pixels of a gray picture without their axis of channels."""
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels
