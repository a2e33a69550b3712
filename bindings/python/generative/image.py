"""Pictures in and out: PNG and JPEG files, pixels, grids."""

import ctypes
import os

import numpy as np

from ._errors import check
from ._handle import Owner, handle_of, made
from ._library import lib
from ._rows import address, as_rows, numeric, shape_of_rows
from ._structs import GridOptions, LoadImageOptions, SaveImageOptions


def _load_options(channels, context):
    return LoadImageOptions(channels=channels, context=handle_of(context))


class Image(Owner):
    """A picture of height x width pixels with 1 (gray), 3 (RGB) or 4 (RGBA) channels."""

    _noun = "image"

    def __init__(self, handle):
        self._own(handle)

    @classmethod
    def load(cls, path, channels=0, context=None):
        """A PNG or JPEG file. channels: 1, 3 or 4; 0: as in the file. context: whose limits hold."""
        options = _load_options(channels, context)
        return cls(made(lib.gen_image_load_with, os.fsencode(path), ctypes.byref(options)))

    @classmethod
    def from_bytes(cls, data, channels=0, context=None):
        """The bytes of a PNG or JPEG file."""
        data = bytes(data)
        options = _load_options(channels, context)
        return cls(made(lib.gen_image_load_memory_with, data, len(data), ctypes.byref(options)))

    @classmethod
    def from_array(cls, pixels):
        """(height, width) or (height, width, channels) pixels, floats in [0, 1] or uint8."""
        pixels = numeric(pixels, "pixels")
        if pixels.ndim not in (2, 3):
            raise ValueError(f"pixels must have 2 or 3 axes, not {pixels.ndim}")
        height, width, channels = shape_of_rows(pixels.shape)
        flat = as_rows(pixels[None], name="pixels")
        return cls(made(lib.gen_image_create, address(flat), height, width, channels))

    @classmethod
    def grid(cls, rows, shape=None, *, columns=0, padding=0, enlarge=0, stretch=False, background=0.0):
        """One picture of many rows, left to right, top to bottom.

        shape: of a row, where the array's does not tell: (28, 28). padding: pixels between cells;
        0: 2; negative: none. stretch: each cell from its least to its greatest value. background:
        gray of the padding; 0: white; negative: black.
        """
        rows = numeric(rows, "rows")
        height, width, channels = shape_of_rows(rows.shape[1:] if shape is None else shape)
        flat = as_rows(rows, height * width * channels, "rows")
        options = GridOptions(
            n_columns=columns,
            padding=padding,
            enlarge=enlarge,
            stretch=int(stretch),
            background=background,
        )
        arguments = (address(flat), len(flat), height, width, channels, ctypes.byref(options))
        return cls(made(lib.gen_image_create_grid, *arguments))

    def resized(self, height, width):
        """The picture resized to cover height x width, and centre-cropped."""
        return Image(made(lib.gen_image_create_resized, self._handle, height, width))

    @property
    def shape(self):
        """(height, width, channels)."""
        sizes = [ctypes.c_int64() for _ in range(3)]
        check(lib.gen_image_size(self._handle, *map(ctypes.byref, sizes)))
        return tuple(size.value for size in sizes)

    @property
    def pixels(self):
        """(height, width, channels) float32 in [0, 1], a copy."""
        pixels = np.empty(self.shape, np.float32)
        check(lib.gen_image_pixels(self._handle, address(pixels)))
        return pixels

    def save(self, path, quality=0):
        """Writes a PNG or JPEG file, whole or not at all. quality: of a JPEG, 1 ... 100; 0: 90."""
        options = SaveImageOptions(jpeg_quality=quality)
        check(lib.gen_image_save(self._handle, os.fsencode(path), ctypes.byref(options)))
