"""Pictures in and out: PNG and JPEG files, pixels, grids."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from ._bytes import written
from ._errors import check
from ._handle import Owner, handle_of, made
from ._library import lib
from ._options import OptionStruct
from ._rows import Floats, address, as_rows, numeric, shape_of_rows
from ._structs import GridOptions, LoadImageOptions, ResizeOptions, SaveImageOptions
from .context import Context

PathLike = Union[str, "os.PathLike[str]"]


class Image(Owner):
    """Image of height x width pixels with 1 (gray), 3 (RGB) or 4 (RGBA) channels.

    Notebooks display it, and numpy converts it to an array of its pixels. The functions read_image,
    write_image and image_grid work on arrays.
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
        """Load a PNG or JPEG file.

        Parameters
        ----------
        path : path
            File to read.
        channels : int, optional
            1 gray, 3 RGB or 4 RGBA (default: as in the file).
        context : Context, optional
            Memory, threads and limits to use (default: the default context).
        tolerant : bool, default=False
            Read a damaged file as far as possible, with gray for missing pixels.

        Returns
        -------
        Image
            The image.

        Raises
        ------
        FileError
            The file cannot be read, or is not a PNG or JPEG file.
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
        """Decode the bytes of a PNG or JPEG file.

        Parameters
        ----------
        data : bytes-like
            Content of the file.
        channels : int, optional
            1 gray, 3 RGB or 4 RGBA (default: as in the file).
        context : Context, optional
            Memory, threads and limits to use (default: the default context).
        tolerant : bool, default=False
            Read a damaged file as far as possible, with gray for missing pixels.

        Returns
        -------
        Image
            The image.

        Raises
        ------
        FileError
            The file cannot be read, or is not a PNG or JPEG file.
        """
        data = bytes(data)
        options = _load_options(channels, context, tolerant)
        return cls(made(lib.gen_image_load_memory, data, len(data), options.pointer))

    @classmethod
    def from_array(cls, pixels: npt.ArrayLike) -> Image:
        """Create an image from pixels.

        Parameters
        ----------
        pixels : array-like
            Pixels, (height, width) or (height, width, channels): floats in [0, 1], or uint8.

        Returns
        -------
        Image
            The image.

        Raises
        ------
        ValueError
            `pixels` does not have 2 or 3 axes.
        """
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
        """Create one image from many rows, left to right, then down.

        Parameters
        ----------
        rows : array-like
            Rows, (n, height, width[, channels]), or (n, row_size) with `shape`.
        shape : sequence of int, optional
            Shape of a row, such as (28, 28) (default: that of the array).
        columns : int, optional
            Number of columns (default: as square as possible).
        padding : int, default=2
            Pixels between and around cells.
        enlarge : int, default=1
            Factor by which each pixel is enlarged.
        stretch : bool, default=False
            Scale each cell to its own minimum and maximum.
        background : float, default=1.0
            Gray value of the padding, 0 (black) ... 1 (white).

        Returns
        -------
        Image
            The grid.
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
        """Create a copy resized to height x width.

        Parameters
        ----------
        height, width : int
            Size in pixels.
        resize : {"cover", "contain", "stretch"}, default="cover"
            "cover" fills the size and cuts the rest, "contain" fits inside and pads with background,
            "stretch" scales each axis by its own factor.
        filter : {"triangle", "lanczos", "nearest"}, default="triangle"
            "lanczos" is sharper, but overshoots at edges.
        crop_height, crop_width : int, optional
            Size of the region that is cut out first (default: the whole image).
        place_x, place_y : float, default=0.5
            Position of the cut or contained part: 0 left or top, 1 right or bottom.
        background : float, default=0.0
            Gray value around a contained image, 0 ... 1.

        Returns
        -------
        Image
            The resized image.
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
        """Shape of the pixels: (height, width, channels)."""
        height, width, channels = ctypes.c_int64(), ctypes.c_int64(), ctypes.c_int64()
        sizes = ctypes.byref(height), ctypes.byref(width), ctypes.byref(channels)
        check(lib.gen_image_size(self._handle, *sizes))
        return height.value, width.value, channels.value

    @property
    def pixels(self) -> Floats:
        """Copy of the pixels, (height, width, channels), float32 in [0, 1]."""
        pixels = np.empty(self.shape, np.float32)
        check(lib.gen_image_pixels(self._handle, address(pixels)))
        return pixels

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> npt.NDArray[Any]:
        if copy is False:
            raise ValueError("the pixels of an Image are always a copy")
        return _trimmed(self.pixels).astype(dtype or np.float32, copy=False)

    def save(self, path: PathLike, quality: Optional[int] = None) -> None:
        """Write the image to a PNG or JPEG file, chosen by the extension.

        After an error an existing file is unchanged.

        Parameters
        ----------
        path : path
            File to write, ending in .png, .jpg or .jpeg.
        quality : int, optional
            Quality of a JPEG, 1 ... 100 (default: 90).

        Raises
        ------
        FileError
            The file cannot be written.
        """
        options = OptionStruct("save_image", SaveImageOptions, jpeg_quality=quality)
        check(lib.gen_image_save(self._handle, os.fsencode(path), options.pointer))

    def to_bytes(self, ending: str = ".png", quality: Optional[int] = None) -> bytes:
        """Return the bytes of the file that `save` writes.

        Parameters
        ----------
        ending : str, default=".png"
            Extension that chooses the format.
        quality : int, optional
            Quality of a JPEG, 1 ... 100 (default: 90).

        Returns
        -------
        bytes
            Content of the file.
        """
        options = OptionStruct("save_image", SaveImageOptions, jpeg_quality=quality)
        return written(lib.gen_image_save_memory, self._handle, ending.encode(), options.pointer)

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
    """Read the pixels of a PNG or JPEG file.

    Parameters
    ----------
    path : path
        File to read.
    channels : int, optional
        1 gray, 3 RGB or 4 RGBA (default: as in the file).
    size : (int, int), optional
        (height, width) to resize to (default: the image's size).
    context : Context, optional
        Memory, threads and limits to use (default: the default context).
    tolerant : bool, default=False
        Read a damaged file as far as possible, with gray for missing pixels.
    **resizing
        Options of `Image.resized`; they need `size`.

    Returns
    -------
    ndarray
        Pixels, (height, width) if gray, else (height, width, channels), float32 in [0, 1].

    Raises
    ------
    FileError
        The file cannot be read, or is not a PNG or JPEG file.
    """
    if size is None and resizing:
        raise TypeError(f"{next(iter(resizing))} is an option of resizing, which needs a size")
    with Image.load(path, channels, context, tolerant=tolerant) as image:
        if size is None:
            return _trimmed(image.pixels)
        with image.resized(*size, **resizing) as resized:
            return _trimmed(resized.pixels)


def write_image(path: PathLike, pixels: npt.ArrayLike, quality: Optional[int] = None) -> None:
    """Write pixels to a PNG or JPEG file, chosen by the extension.

    After an error an existing file is unchanged.

    Parameters
    ----------
    path : path
        File to write, ending in .png, .jpg or .jpeg.
    pixels : array-like
        Pixels, (height, width) or (height, width, channels): floats in [0, 1], or uint8.
    quality : int, optional
        Quality of a JPEG, 1 ... 100 (default: 90).

    Raises
    ------
    FileError
        The file cannot be written.
    """
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
    """Arrange many rows as one image, left to right, then down.

    Parameters
    ----------
    rows : array-like
        Rows, (n, height, width[, channels]), or (n, row_size) with `shape`.
    shape : sequence of int, optional
        Shape of a row, such as (28, 28) (default: that of the array).
    columns : int, optional
        Number of columns (default: as square as possible).
    padding : int, default=2
        Pixels between and around cells.
    enlarge : int, default=1
        Factor by which each pixel is enlarged.
    stretch : bool, default=False
        Scale each cell to its own minimum and maximum.
    background : float, default=1.0
        Gray value of the padding, 0 (black) ... 1 (white).

    Returns
    -------
    ndarray
        Pixels, (height, width) if gray, else (height, width, channels), float32 in [0, 1].
    """
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
