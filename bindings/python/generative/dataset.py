"""Where rows come from: arrays, IDX files, folders of pictures, streams, the drawn faces."""

from __future__ import annotations

import ctypes
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._c_types import Integer, room
from ._classes import as_labels
from ._errors import InvalidArgumentError, check
from ._follow import Follower, interruptible
from ._handle import Owner, handle_of, made
from ._library import lib
from ._options import OptionStruct
from ._progress import FitEvent
from ._rows import (
    Floats,
    Integers,
    Shape,
    address,
    as_rows,
    row_shape,
    rows_first,
    shape_of_rows,
    size_of,
)
from ._scale import IMAGES, Scale
from ._structs import DatasetInfo, FacesOptions, FolderOptions, MemoryOptions, StreamOptions
from .context import Context
from .image import PathLike, read_image
from ._stream import Stream, is_stream

_DTYPES = {"uint8": "u8", "float32": "f32", "float64": "f64"}

Batches = Union[Iterable[Any], Callable[[], Iterable[Any]]]


class Dataset(Owner):
    """Rows to fit to; made by one of the from_... functions, by `faces` or by `open_dataset`.

    Rows have a shape: (features,), (height, width) or (height, width, channels).
    """

    _noun = "dataset"
    _is_double = False  # whether the numbers are float64
    _array: Optional[npt.NDArray[Any]] = None  # what was borrowed, whole

    def __init__(self, handle: int, keep: Any = None, scale: Optional[Scale] = None) -> None:
        self._own(handle)
        self._keep = keep
        self._known_scale = scale

    @classmethod
    def from_array(
        cls,
        X: npt.ArrayLike,
        labels: Any = None,
        *,
        copy: bool = True,
        check: bool = True,
        context: Optional[Context] = None,
    ) -> Dataset:
        """The rows of an array of 2 to 4 axes, rows first.

        uint8 of 3 or 4 axes is 8-bit images, whose 0 ... 255 are read as 0 ... 1. Two-dimensional uint8
        is a table, whose numbers are taken as they are, like those of float32 and float64. labels: n integers
        >= 0, or one for all rows. copy=False borrows the array, which then must not change; strides are fine.
        check=False leaves it to what reads the rows to find NaN and inf, which saves reading them twice.
        """
        array = rows_first(X, "X")
        for size, what in ((len(array), "sample"), (size_of(array.shape[1:]), "feature")):
            if size == 0:
                message = f"0 {what}(s) (shape={array.shape}) while a minimum of 1 is required."
                raise ValueError(f"X has {message}")
        scale = Scale.of(array)
        if array.dtype == np.uint8 and not scale.is_images:
            array, copy = array.astype(np.float32), False  # the library divides bytes by 255
        array, row_stride, element_stride = _strided(array)
        height, width, channels = shape_of_rows(array.shape[1:])
        if labels is not None:
            labels = as_labels(labels, len(array))
        options = OptionStruct(
            "memory",
            MemoryOptions,
            dtype=_DTYPES[array.dtype.name],
            n_rows=len(array),
            height=height,
            width=width,
            channels=channels,
            row_stride=row_stride,
            element_stride=element_stride,
            borrow=not copy,
            unchecked=not check,
        )
        options.struct.context = handle_of(context)
        if labels is not None:
            options.struct.labels = labels.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))
        handle = made(lib.gen_dataset_create, address(array), options.pointer)
        dataset = cls(handle, None if copy else array, scale)
        dataset._is_double = array.dtype == np.float64
        dataset._array = None if copy else array
        return dataset

    @classmethod
    def from_idx(
        cls, images: PathLike, labels: Optional[PathLike] = None, *, context: Optional[Context] = None
    ) -> Dataset:
        """An IDX file of bytes, plain or gzipped, as MNIST and its kin come in."""
        labels_path = None if labels is None else os.fsencode(labels)
        handle = made(lib.gen_dataset_open_idx, os.fsencode(images), labels_path, handle_of(context))
        return cls(handle, scale=IMAGES)

    @classmethod
    def from_folder(
        cls,
        path: PathLike,
        height: int,
        width: int,
        channels: int = 3,
        *,
        recursive: bool = False,
        on_skip: Optional[Callable[[str], Any]] = None,
        context: Optional[Context] = None,
        tolerant: bool = False,
        resize: str = "cover",
        filter: str = "triangle",
        crop_height: Optional[int] = None,
        crop_width: Optional[int] = None,
        place_x: float = 0.5,
        place_y: float = 0.5,
        background: float = 0.0,
    ) -> Dataset:
        """The PNG and JPEG files of a folder, resized to height x width as `Image.resized` tells.

        on_skip(message) is called for each file that cannot be read; by default it is a warning. tolerant:
        read damaged files as far as they go, with gray for the missing pixels; info.n_damaged counts them.
        """
        told: list[str] = []
        report = on_skip or told.append

        def skipped(event: FitEvent) -> None:
            if event.kind == c.EVENT_SKIPPED:
                report(event.message)

        options = OptionStruct(
            "folder",
            FolderOptions,
            recursive=recursive,
            height=height,
            width=width,
            channels=channels,
            tolerant=bool(tolerant),
            resize=resize,
            filter=filter,
            crop_height=crop_height,
            crop_width=crop_width,
            place_x=place_x,
            place_y=place_y,
            background=background,
        )
        options.struct.context = handle_of(context)
        arguments = (lib.gen_dataset_open_folder, os.fsencode(path), options.pointer)
        dataset = cls(Follower(skipped).made(lib.gen_dataset_destroy, *arguments), scale=IMAGES)
        for message in told:
            warnings.warn(message, stacklevel=2)
        return dataset

    @classmethod
    def from_stream(
        cls,
        batches: Batches,
        shape: Optional[Sequence[int]] = None,
        *,
        shuffle_rows: int = 4096,
        context: Optional[Context] = None,
    ) -> Dataset:
        """Rows pulled while fitting, for data that does not fit in memory.

        batches: a function that begins a pass over the data and returns an iterable of arrays of rows
        (any number of rows each), or such an iterable. A generator, which runs once, is kept in memory
        for later passes: give its function instead to have it run anew. shape: of one row; None: that
        of the first batch. shuffle_rows: rows held to draw batches from at random; 0:
        in order. An exception in it ends the fit and is raised there.
        """
        stream = Stream(batches, shape)
        height, width, channels = shape_of_rows(stream.shape)
        shape_ = {"height": height, "width": width, "channels": channels}
        options = OptionStruct("stream", StreamOptions, **shape_, shuffle_rows=shuffle_rows)
        options.struct.read = stream.read
        options.struct.rewind = stream.rewind
        options.struct.context = handle_of(context)
        return cls(made(lib.gen_dataset_create_stream, options.pointer), keep=stream)

    @classmethod
    def faces(
        cls,
        n_rows: int = 10_000,
        height: int = 32,
        width: int = 32,
        channels: int = 3,
        *,
        seed: int = 0,
        context: Optional[Context] = None,
    ) -> Dataset:
        """Faces that the library draws, with known factors."""
        options = OptionStruct(
            "faces", FacesOptions, n_rows=n_rows, height=height, width=width, channels=channels, seed=seed
        )
        options.struct.context = handle_of(context)
        return cls(made(lib.gen_dataset_create_faces, options.pointer), scale=IMAGES)

    def slice(self, first_row: int, n_rows: int) -> Dataset:
        """Rows first_row ... first_row + n_rows - 1 as a dataset of their own."""
        handle = made(lib.gen_dataset_create_slice, self._handle, first_row, n_rows)
        part = Dataset(handle, self._keep, self._known_scale)
        part._is_double = self._is_double
        return part

    @property
    def info(self) -> DatasetInfo:
        """The header's gen_dataset_info_t: n_rows, height, width, channels, n_classes ..."""
        info = DatasetInfo()
        check(lib.gen_dataset_info(self._handle, ctypes.byref(info)))
        return info

    @property
    def shape(self) -> Shape:
        """The shape of one row."""
        info = self.info
        return row_shape(info.height, info.width, info.channels)

    def __len__(self) -> int:
        n_rows: int = self.info.n_rows
        if n_rows < 0:
            raise TypeError("the length of a stream is not known")
        return n_rows

    def read(self, first_row: int = 0, n_rows: Optional[int] = None) -> Floats:
        """Rows as float32, (n_rows, *shape), images in [0, 1]; all from first_row on by default."""
        rows = np.empty((self._count(first_row, n_rows), *self.shape), np.float32)
        check(lib.gen_dataset_read(self._handle, first_row, len(rows), address(rows)))
        return rows

    def labels(self, first_row: int = 0, n_rows: Optional[int] = None) -> Integers:
        """Class numbers, int32."""
        labels = np.empty(self._count(first_row, n_rows), np.int32)
        check(lib.gen_dataset_labels(self._handle, first_row, len(labels), address(labels)))
        return labels

    def factors(self, first_row: int = 0, n_rows: Optional[int] = None) -> Floats:
        """The true factors behind drawn rows, (n_rows, n_factors); see factor_names."""
        factors = np.empty((self._count(first_row, n_rows), self.info.n_factors), np.float32)
        check(lib.gen_dataset_factors(self._handle, first_row, len(factors), address(factors)))
        return factors

    @property
    def factor_names(self) -> list[str]:
        """What each factor means: ["smile", ...]."""
        count = self.info.n_factors
        return [lib.gen_dataset_factor_name(self._handle, i).decode() for i in range(count)]

    def classify(self, rows: npt.ArrayLike, n_neighbours: int = 1) -> Integers:
        """The class that most of the nearest rows of this labelled dataset have; equals: the lower."""
        given = as_rows(rows, size_of(self.shape), "rows")
        labels = np.empty(len(given), np.int32)
        arguments = (address(given), len(given), n_neighbours, address(labels))
        check(interruptible(lib.gen_dataset_classify)(self._handle, *arguments))
        return labels

    def nearest(self, rows: npt.ArrayLike, n_neighbours: int = 1) -> tuple[npt.NDArray[np.int64], Floats]:
        """The dataset's rows nearest to each given row: (indices, distances), (n, n_neighbours)."""
        given = as_rows(rows, size_of(self.shape), "rows")
        if n_neighbours < 1:
            raise ValueError(f"n_neighbours must be at least 1, not {n_neighbours}")
        indices = np.empty((len(given), room(n_neighbours, "n_neighbours")), np.int64)
        distances = np.empty(indices.shape, np.float32)
        arguments = (address(given), len(given), n_neighbours, address(indices), address(distances))
        check(interruptible(lib.gen_dataset_nearest)(self._handle, *arguments))
        return indices, distances

    def _count(self, first_row: int, n_rows: Optional[int]) -> int:
        count = len(self) - Integer(ctypes.c_int64, "first_row").checked(first_row) if n_rows is None else n_rows
        return room(count, "n_rows")

    @property
    def _scale(self) -> Optional[Scale]:
        """The scale of the rows; None: not known, or not yet."""
        return self._keep.scale if isinstance(self._keep, Stream) else self._known_scale

    def _reraise(self) -> None:
        """Raises what a stream's batches raised, if they did."""
        if isinstance(self._keep, Stream):
            self._keep.reraise()


def open_dataset(
    path: PathLike,
    labels: Optional[PathLike] = None,
    *,
    shape: Optional[Sequence[int]] = None,
    context: Optional[Context] = None,
    **reading: Any,
) -> Dataset:
    """The rows of a folder of PNG and JPEG files, of an IDX file (plain or gzipped) or a .npy file.

    labels: a file of class numbers, of the same kind. shape: of a row; pictures of a folder are
    resized to it; None: the size and channels of the folder's first. reading: other options of
    `Dataset.from_folder`, for a folder only.
    """
    path = Path(os.fsdecode(path))
    if path.is_dir():
        if labels is not None:
            raise ValueError("labels must be None for a folder")
        height, width, channels = shape_of_rows(_first_picture(path, context) if shape is None else shape)
        return Dataset.from_folder(path, height, width, channels, context=context, **reading)
    if reading:
        raise TypeError(f"{next(iter(reading))} is an option for a folder, and {path} is none")
    if path.suffix == ".npy":
        array = np.load(path, mmap_mode="r")
        known = None if labels is None else np.load(os.fsdecode(labels))
        dataset = Dataset.from_array(array, known, copy=False, context=context)
    else:
        dataset = Dataset.from_idx(path, labels, context=context)
    if shape is not None and shape_of_rows(shape) != shape_of_rows(dataset.shape):
        raise ValueError(f"{path} has rows of shape {dataset.shape}, not {tuple(shape)}")
    return dataset


def faces(
    n: int = 10_000,
    size: int = 32,
    seed: int = 0,
    *,
    channels: int = 3,
    context: Optional[Context] = None,
) -> Dataset:
    """n faces of size x size pixels that the library draws, with known factors (smile, turn ...)."""
    return Dataset.faces(n, size, size, channels, seed=seed, context=context)


@contextmanager
def dataset_of(
    X: Any,
    context: Optional[Context],
    *,
    labels: Any = None,
    shape: Optional[Sequence[int]] = None,
    check: bool = True,
) -> Iterator[Dataset]:
    """What fits take as a dataset: one itself, an array (borrowed), a path, a stream's batches."""
    if isinstance(X, Dataset):
        yield X
        return
    with _opened(X, context, labels, shape, check) as dataset:
        try:
            yield dataset
        except InvalidArgumentError as error:
            if not _is_table_of_bytes(X) or "between 0 and 1" not in error.message:
                raise
            raise InvalidArgumentError(error.status, f"{error.message}. {_BYTES}") from None


def _opened(
    X: Any, context: Optional[Context], labels: Any, shape: Optional[Sequence[int]], check: bool
) -> Dataset:
    if isinstance(X, (str, os.PathLike)):
        return open_dataset(X, labels, shape=shape, context=context)
    if is_stream(X):
        if labels is not None:
            raise ValueError(f"y must be None for a stream of batches: {STREAM_LABELS}")
        return Dataset.from_stream(X, shape, context=context)
    return Dataset.from_array(X, labels, copy=False, check=check, context=context)


STREAM_LABELS = (
    "the library takes no labels from streams. Gather the batches in arrays and call fit(X, y), or fit a "
    "Dataset.from_array(X, y)"
)

_BYTES = (
    "X is a two-dimensional uint8 array, a table whose numbers are taken as they are. Give 8-bit images as "
    "n x height x width[ x channels], such as X.reshape(-1, 28, 28), or divide X by 255"
)


def is_array(X: Any) -> bool:
    """Whether X is rows in memory, as an array or what can become one: no path, stream or Dataset."""
    return not (isinstance(X, (str, os.PathLike, Dataset)) or is_stream(X))


def _is_table_of_bytes(X: Any) -> bool:
    """Whether X is a two-dimensional uint8 array."""
    return getattr(X, "dtype", None) == np.uint8 and getattr(X, "ndim", 0) == 2


def _first_picture(folder: Path, context: Optional[Context]) -> Shape:
    """The shape of the first picture of a folder that can be read."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in (".png", ".jpg", ".jpeg"):
            try:
                return read_image(path, context=context).shape
            except OSError:
                continue
    raise ValueError(f"{folder} has no PNG or JPEG file that can be read: give the shape of a row")


def _strided(array: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], int, int]:
    """The array, or a packed copy when one stride cannot reach all elements of a row, with the
    byte strides from row to row and from element to element."""
    element = array.strides[-1]
    uniform = all(
        array.strides[axis] == array.strides[axis + 1] * array.shape[axis + 1]
        for axis in range(1, array.ndim - 1)
        if array.shape[axis] > 1
    )
    if not uniform or element == 0 or array.strides[0] == 0 or not array.flags.aligned:
        array = np.array(array, order="C")
        element = array.strides[-1]
    return array, array.strides[0], element
