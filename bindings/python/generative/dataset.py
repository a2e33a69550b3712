"""Where rows come from: arrays, files and folders, streams, the drawn faces."""

from __future__ import annotations

import ctypes
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Callable, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._c_types import Handle, Integer, room
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
from ._structs import DatasetInfo, FacesOptions, MemoryOptions, OpenOptions, StreamOptions
from .context import Context
from ._decoder import Decoder
from ._names import names_of
from .image import PathLike
from ._stream import Batches, Stream, is_stream

_DTYPES = {"uint8": "u8", "float32": "f32", "float64": "f64"}

Columns = Union[str, int, Sequence[Union[str, int]]]


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
        # What was converted is a copy already.
        copy = copy and not (isinstance(X, np.ndarray) and not np.may_share_memory(array, X))
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
        """An IDX file, as `open_dataset` opens it."""
        return _open(images, labels, context=context)

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
        """The PNG and JPEG files of a folder without labels, as `open_dataset` opens it.

        recursive: whether those of its sub-folders, too. The other options are those of `open_dataset`.
        """
        settings: dict[str, Any] = {"height": height, "width": width, "channels": channels}
        settings.update(subfolders="pool" if recursive else "ignore", tolerant=bool(tolerant))
        settings.update(resize=resize, filter=filter, crop_height=crop_height, crop_width=crop_width)
        settings.update(place_x=place_x, place_y=place_y, background=background)
        return _open(path, on_skip=on_skip, context=context, **settings)

    @classmethod
    def from_stream(
        cls,
        batches: Batches,
        shape: Optional[Sequence[int]] = None,
        *,
        shuffle_rows: int = 4096,
        labelled: bool = False,
        context: Optional[Context] = None,
    ) -> Dataset:
        """Rows pulled while fitting, for data that does not fit in memory.

        batches: a function that begins a pass over the data and returns an iterable of arrays of rows
        (any number of rows each), or such an iterable. A generator, which runs once, is kept in memory
        for later passes: give its function instead to have it run anew. shape: of one row; None: that
        of the first batch. shuffle_rows: rows held to draw batches from at random; 0:
        in order. labelled: whether batches are (rows, labels) whose labels, integers >= 0, the dataset has;
        else labels in batches are ignored. An exception in it ends the fit and is raised there.
        """
        stream = Stream(batches, shape, labelled)
        height, width, channels = shape_of_rows(stream.shape)
        shape_ = {"height": height, "width": width, "channels": channels}
        options = OptionStruct("stream", StreamOptions, **shape_, shuffle_rows=shuffle_rows)
        if labelled:
            options.struct.read_labelled = stream.read_labelled
        else:
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
        return self._part(made(lib.gen_dataset_create_slice, self._handle, first_row, n_rows))

    def split(self, share: float, *, seed: int = 0) -> tuple[Dataset, Dataset]:
        """The rows split at random into two datasets: those that are left, and round(share * n) that are held
        out, each in their order; no rows are copied.

        share: above 0 and below 1. Each side has a row at least. Of a labelled dataset each class has its share.
        `fit(validation=share)` and `gen train --validation share` hold out the same rows for the same seed.
        """
        rest, held = Handle(), Handle()
        check(lib.gen_dataset_split(self._handle, share, seed, ctypes.byref(rest), ctypes.byref(held)))
        assert rest.value is not None and held.value is not None
        return self._part(rest.value), self._part(held.value)

    def _part(self, handle: int) -> Dataset:
        """Some of the rows, behind a handle of their own."""
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
        """What is known of each row, (n_rows, n_factors); see factor_names.

        Drawn faces have factors, and images with a CSV file of labels that has columns of numbers.
        """
        factors = np.empty((self._count(first_row, n_rows), self.info.n_factors), np.float32)
        check(lib.gen_dataset_factors(self._handle, first_row, len(factors), address(factors)))
        return factors

    @property
    def factor_names(self) -> list[str]:
        """What each factor means: ["smile", ...]."""
        return self._names(c.NAME_FACTOR)

    @property
    def class_names(self) -> list[str]:
        """The name of each class, by its number; empty: classes have none."""
        return self._names(c.NAME_CLASS)

    @property
    def column_names(self) -> list[str]:
        """The name of each column of a table; empty: columns have none."""
        return self._names(c.NAME_COLUMN)

    @property
    def paths(self) -> list[str]:
        """The file that each row came from; empty: rows did not come from a file each."""
        return self._names(c.NAME_PATH)

    @property
    def skipped(self) -> list[str]:
        """Files that could not be read, each with the reason: "a.jpg: the file ends early"."""
        return self._names(c.NAME_SKIPPED)

    @property
    def passed_over(self) -> list[str]:
        """Files that were passed over, each with what it is: "b.webp: WebP"."""
        return self._names(c.NAME_PASSED)

    @property
    def account(self) -> str:
        """One line about all files that were looked at: "7 rows of 9 files; 2 passed over: 2 WebP"; "": none were."""
        return "".join(self._names(c.NAME_ACCOUNT))

    def _names(self, kind: int) -> list[str]:
        return names_of(lib.gen_dataset_name, self._handle, kind)

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
    path: Union[PathLike, Sequence[PathLike]],
    labels: Optional[PathLike] = None,
    *,
    shape: Optional[Sequence[Optional[int]]] = None,
    max_rows: Optional[int] = None,
    seed: int = 0,
    subfolders: str = "auto",
    lazy: bool = False,
    label_column: Union[str, int, None] = None,
    columns: Optional[Columns] = None,
    omit: Optional[Columns] = None,
    foreign: Optional[str] = None,
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
    """The rows of a file or a folder, whose content, not its name, says what it is.

    Parameters
    ----------
    path:
        A folder of PNG and JPEG images, whose sub-folders are classes by name; one image; a list of paths of images, or
        a text file with one in each line; an IDX file, plain or gzipped; an npy or npz file; a table (CSV or TSV); a
        binary file of CIFAR, or a folder of them; "faces:" or "faces:7" (a seed) for drawn faces.
    labels:
        A file of labels, "" for none. For a folder a CSV file with a line for each image, file[, class][, numbers ...],
        whose numbers become factors, or an IDX or npy file with a label for each image. None: those found beside
        an IDX file.
    shape:
        Of a row, such as (28, 28) gray, (64, 64, 3), or (64, 64, None): channels as the data have. Images are resized
        to it; other rows are reshaped. None: that of the data. Images then keep their size, or that of the crop, if it
        is the same and at most 256 x 256; others become 64 x 64. They are gray if all are.
    max_rows, seed:
        The number of rows to read, drawn at random, a share of each class; only they are decoded. For drawn faces:
        how many to draw.
    subfolders:
        "auto", "classes", "pool" (rows without labels) or "ignore".
    lazy:
        Whether images are decoded whenever they are read, for folders larger than memory.
    label_column, columns, omit:
        Columns of a table by their names or numbers from 0 (-1: the last): that of the classes, those to read, those to
        leave out. Of an npz file label_column and columns are the names of arrays. label_column="": none.
    foreign:
        "pillow": images that the library does not read, such as WebP, GIF, BMP and TIFF, are read by Pillow.
    on_skip:
        Called with a message for each image that cannot be read; by default one warning tells of them all.
    tolerant:
        Whether damaged images are read as far as they go, with gray for the missing pixels; info.n_damaged counts them.
    resize, filter, crop_height, crop_width, place_x, place_y, background:
        How images are resized, as in `Image.resized`.

    Options that the data cannot use raise InvalidArgumentError.
    """
    height, width, channels = (None, None, None) if shape is None else _wanted_shape(shape)
    settings: dict[str, Any] = {"height": height, "width": width, "channels": channels}
    settings.update(max_rows=max_rows, seed=seed, subfolders=subfolders, lazy=lazy, tolerant=bool(tolerant))
    settings.update(resize=resize, filter=filter, crop_height=crop_height, crop_width=crop_width)
    settings.update(place_x=place_x, place_y=place_y, background=background)
    texts = {"label_column": _column(label_column), "columns": _columns(columns), "omit": _columns(omit)}
    return _open(path, labels, on_skip=on_skip, context=context, foreign=foreign, texts=texts, **settings)


def _open(
    path: Union[PathLike, Sequence[PathLike]],
    labels: Optional[PathLike] = None,
    *,
    on_skip: Optional[Callable[[str], Any]] = None,
    context: Optional[Context] = None,
    foreign: Optional[str] = None,
    texts: Optional[dict[str, Optional[str]]] = None,
    **settings: Any,
) -> Dataset:
    """gen_dataset_open."""

    def skipped(event: FitEvent) -> None:
        if on_skip is not None and event.kind == c.EVENT_SKIPPED:
            on_skip(event.message)

    files = None if isinstance(path, (str, bytes, os.PathLike)) else [os.fsencode(file) for file in path]
    if files is not None:
        if not files:
            raise ValueError("path must be a path or a list of at least one")
        settings["n_files"] = len(files)
    options = OptionStruct("open", OpenOptions, **settings)
    options.struct.context = handle_of(context)
    if files is not None:
        options.struct.files = (ctypes.c_char_p * len(files))(*files)
    if labels is not None:
        options.struct.labels = os.fsencode(labels)
    for name, text in (texts or {}).items():
        setattr(options.struct, name, None if text is None else text.encode())
    decoder = Decoder.of(foreign)
    if decoder is not None:
        options.struct.decode = decoder.function
    place = os.fsencode(path) if files is None else b"."  # type: ignore[arg-type]
    handle = Follower(skipped).made(lib.gen_dataset_destroy, lib.gen_dataset_open, place, options.pointer)
    dataset = Dataset(handle)
    if decoder is not None:
        decoder.reraise()
    info = dataset.info
    dataset._is_double = info.dtype == c.F64
    dataset._known_scale = IMAGES if info.dtype == c.U8 else _scale_of(dataset, info.n_rows)
    if info.n_skipped > 0 and on_skip is None:
        warnings.warn(dataset.account, stacklevel=3)
    return dataset


def _scale_of(dataset: Dataset, n_rows: int) -> Scale:
    """The scale of up to 256 rows from all over."""
    step = -(-n_rows // 256)
    scale = Scale.of(np.concatenate([dataset.read(row, 1) for row in range(0, n_rows, step)]))
    if scale.outlier is None:
        return scale
    return Scale(scale.is_images, scale.outlier._replace(row=step * scale.outlier.row))


def _wanted_shape(shape: Sequence[Optional[int]]) -> tuple[Optional[int], ...]:
    """Height, width and channels, of which None is left to the data."""
    known = shape_of_rows([1 if size is None else size for size in shape])
    if len(shape) == 3:
        return tuple(None if size is None else known[axis] for axis, size in enumerate(shape))
    return known


def _column(column: Union[str, int, None]) -> Optional[str]:
    return None if column is None else str(column)


def _columns(columns: Optional[Columns]) -> Optional[str]:
    if columns is None:
        return None
    if isinstance(columns, (str, int)):
        columns = [columns]
    names = [str(column) for column in columns]
    for name in names:
        if "," in name:
            raise ValueError(f"a column with a comma in its name can be given by its number only, not {name!r}")
    return ",".join(names)


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
    labelled: bool = False,
) -> Iterator[Dataset]:
    """What fits take as a dataset: one itself, an array (borrowed), a path, a stream's batches.

    labelled: whether a stream's batches must be (rows, labels).
    """
    if isinstance(X, Dataset):
        yield X
        return
    with _opened(X, context, labels, shape, check, labelled) as dataset:
        try:
            yield dataset
        except InvalidArgumentError as error:
            if not _is_table_of_bytes(X) or "between 0 and 1" not in error.message:
                raise
            raise InvalidArgumentError(error.status, f"{error.message}. {_BYTES}") from None


def _opened(
    X: Any, context: Optional[Context], labels: Any, shape: Optional[Sequence[int]], check: bool, labelled: bool
) -> Dataset:
    if isinstance(X, (str, os.PathLike)):
        return open_dataset(X, labels, shape=shape, context=context)
    if is_stream(X):
        if labels is not None:
            raise ValueError(f"y must be None for a stream of batches: {STREAM_LABELS}")
        return Dataset.from_stream(X, shape, labelled=labelled, context=context)
    return Dataset.from_array(X, labels, copy=False, check=check, context=context)


STREAM_LABELS = "its batches bring their own labels, as (rows, labels)"

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
