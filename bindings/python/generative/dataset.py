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
    """Rows for fits, created by one of the `from_...` methods, by `faces` or by `open_dataset`.

    A row has shape (features,), (height, width) or (height, width, channels). `dataset[3]`, `dataset[:9]` and
    `dataset[[1, 5]]` read rows, and `np.asarray(dataset)` reads all of them.
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
        """Create a dataset from an array.

        Parameters
        ----------
        X : array-like
            Rows, 2 to 4 axes, rows first. uint8 arrays with 3 or 4 axes are 8-bit images, whose values 0
            ... 255 are scaled to 0 ... 1. A two-dimensional uint8 array is a table, whose values are not
            scaled, like those of float32 and float64.
        labels : int or array-like of int, optional
            Class of each row, >= 0, or one class for all rows.
        copy : bool, default=True
            If False, the array is borrowed and must not change. Strides are allowed.
        check : bool, default=True
            If False, NaN and infinity are detected only by the calls that read the rows, which saves a
            pass.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).

        Returns
        -------
        Dataset
            The rows of `X`.

        Raises
        ------
        ValueError
            `X` has another number of axes, or labels of another length.
        InvalidArgumentError
            A value is NaN or infinite.
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
        """Open an IDX file, as `open_dataset` does.

        Parameters
        ----------
        images : path
            IDX file of the rows, plain or gzipped.
        labels : path, optional
            IDX file of the labels (default: found by the name of `images`).
        context : Context, optional
            Memory, threads and limits to use (default: the default context).

        Returns
        -------
        Dataset
            The rows and labels.

        Raises
        ------
        FileError
            A file cannot be read.
        """
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
        """Open the PNG and JPEG files of a folder without labels, as `open_dataset` does.

        Parameters
        ----------
        path : path
            Folder of images.
        height, width : int
            Size to which images are resized, in pixels.
        channels : int, default=3
            1 gray, 3 RGB or 4 RGBA.
        recursive : bool, default=False
            Include the images of subfolders.
        on_skip : callable, optional
            See `open_dataset`.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).
        tolerant : bool, default=False
            See `open_dataset`.
        resize, filter, crop_height, crop_width, place_x, place_y, background : optional
            See `Image.resized`.

        Returns
        -------
        Dataset
            The images.

        Raises
        ------
        FileError
            The folder cannot be read.
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
        """Create a dataset that pulls rows during a fit, for data that does not fit in memory.

        Parameters
        ----------
        batches : callable or iterable
            A function that starts a pass over the data and returns an iterable of arrays of rows, with any
            number of rows each, or such an iterable. A generator runs only once and is kept in memory for
            later passes; pass its function to run it again instead. An exception in it ends the fit and is
            raised there.
        shape : sequence of int, optional
            Shape of a row (default: that of the first batch).
        shuffle_rows : int, default=4096
            Rows in the shuffle buffer; 0 keeps the order.
        labelled : bool, default=False
            Batches are (rows, labels), with integer labels >= 0. If False, labels in batches are ignored.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).

        Returns
        -------
        Dataset
            The stream.
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
        """Create a dataset of faces that the library draws from known factors.

        Parameters
        ----------
        n_rows : int, default=10000
            Number of faces.
        height, width : int, default=32
            Size in pixels, 16 ... 128.
        channels : int, default=3
            1 gray or 3 RGB.
        seed : int, default=0
            Seed of the faces.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).

        Returns
        -------
        Dataset
            Faces, with label 1 for a smile, else 0, and factors.
        """
        options = OptionStruct(
            "faces", FacesOptions, n_rows=n_rows, height=height, width=width, channels=channels, seed=seed
        )
        options.struct.context = handle_of(context)
        return cls(made(lib.gen_dataset_create_faces, options.pointer), scale=IMAGES)

    def slice(self, first_row: int, n_rows: int) -> Dataset:
        """Create a dataset of consecutive rows, without copying them.

        Parameters
        ----------
        first_row : int
            Index of the first row.
        n_rows : int
            Number of rows.

        Returns
        -------
        Dataset
            Rows first_row ... first_row + n_rows - 1.
        """
        return self._part(made(lib.gen_dataset_create_slice, self._handle, first_row, n_rows))

    def split(self, share: float, *, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Split the rows at random into two datasets, without copying them.

        Rows keep their order, and each side has at least one. For a labelled dataset the split is
        stratified. `fit(validation=share)` and `gen train --validation share` hold out the same rows for
        the same seed.

        Parameters
        ----------
        share : float
            Share of the rows to hold out, above 0 and below 1.
        seed : int, default=0
            Seed of the choice.

        Returns
        -------
        rest : Dataset
            The rows that are left.
        held_out : Dataset
            round(share * n) rows.

        Raises
        ------
        GenerativeError
            The dataset is a stream, or has fewer than two rows.
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
        """Members of the header's gen_dataset_info_t: n_rows, height, width, channels, n_classes ..."""
        info = DatasetInfo()
        check(lib.gen_dataset_info(self._handle, ctypes.byref(info)))
        return info

    @property
    def shape(self) -> Shape:
        """Shape of a row."""
        info = self.info
        return row_shape(info.height, info.width, info.channels)

    def __len__(self) -> int:
        n_rows: int = self.info.n_rows
        if n_rows < 0:
            raise TypeError("the length of a stream is not known")
        return n_rows

    def __getitem__(self, rows: Any) -> Floats:
        """Read rows by number, slice, or array of numbers or booleans; a number gives one row."""
        if isinstance(rows, slice):
            first, stop, step = rows.indices(len(self))
            if step == 1:
                return self.read(first, max(0, stop - first))
            rows = np.arange(first, stop, step)
        chosen = np.arange(len(self))[rows]
        if chosen.ndim == 0:
            one: Floats = self.read(int(chosen), 1)[0]
            return one
        some: Floats = np.empty((*chosen.shape, *self.shape), np.float32)
        for place, row in np.ndenumerate(chosen):
            some[place] = self.read(int(row), 1)[0]
        return some

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> npt.NDArray[Any]:
        if copy is False:
            raise ValueError("the rows of a dataset are copied into an array")
        return self.read().astype(dtype or np.float32, copy=False)

    def read(self, first_row: int = 0, n_rows: Optional[int] = None) -> Floats:
        """Read rows.

        Parameters
        ----------
        first_row : int, default=0
            Index of the first row.
        n_rows : int, optional
            Number of rows (default: all from first_row on).

        Returns
        -------
        ndarray
            Rows, (n_rows, *shape), float32; images are in [0, 1].
        """
        rows = np.empty((self._count(first_row, n_rows), *self.shape), np.float32)
        check(lib.gen_dataset_read(self._handle, first_row, len(rows), address(rows)))
        return rows

    def labels(self, first_row: int = 0, n_rows: Optional[int] = None) -> Integers:
        """Read class numbers.

        Parameters
        ----------
        first_row : int, default=0
            Index of the first row.
        n_rows : int, optional
            Number of rows (default: all from first_row on).

        Returns
        -------
        ndarray
            Labels, (n_rows,), int32.

        Raises
        ------
        NotReadyError
            The dataset has no labels.
        """
        labels = np.empty(self._count(first_row, n_rows), np.int32)
        check(lib.gen_dataset_labels(self._handle, first_row, len(labels), address(labels)))
        return labels

    def factors(self, first_row: int = 0, n_rows: Optional[int] = None) -> Floats:
        """Read the known factors of each row, which `factor_names` names.

        Drawn faces have factors, and so have images with a CSV file of labels that has numeric columns.

        Parameters
        ----------
        first_row : int, default=0
            Index of the first row.
        n_rows : int, optional
            Number of rows (default: all from first_row on).

        Returns
        -------
        ndarray
            Factors, (n_rows, n_factors), float32.

        Raises
        ------
        NotReadyError
            The dataset has no factors.
        """
        factors = np.empty((self._count(first_row, n_rows), self.info.n_factors), np.float32)
        check(lib.gen_dataset_factors(self._handle, first_row, len(factors), address(factors)))
        return factors

    @property
    def factor_names(self) -> list[str]:
        """Names of the factors: ["smile", ...]."""
        return self._names(c.NAME_FACTOR)

    @property
    def class_names(self) -> list[str]:
        """Names of the classes by number; empty if they have none."""
        return self._names(c.NAME_CLASS)

    @property
    def column_names(self) -> list[str]:
        """Names of a table's columns; empty if they have none."""
        return self._names(c.NAME_COLUMN)

    @property
    def paths(self) -> list[str]:
        """File of each row; empty if rows do not come from one file each."""
        return self._names(c.NAME_PATH)

    @property
    def skipped(self) -> list[str]:
        """Files that could not be read, each with the reason: "a.jpg: the file ends early"."""
        return self._names(c.NAME_SKIPPED)

    @property
    def passed_over(self) -> list[str]:
        """Files that were passed over, each with its type: "b.webp: WebP"."""
        return self._names(c.NAME_PASSED)

    @property
    def account(self) -> str:
        """Summary of all files examined: "7 rows of 9 files; 2 passed over: 2 WebP"; "" if there are none."""
        return "".join(self._names(c.NAME_ACCOUNT))

    def _names(self, kind: int) -> list[str]:
        return names_of(lib.gen_dataset_name, self._handle, kind)

    def classify(self, rows: npt.ArrayLike, n_neighbours: int = 1) -> Integers:
        """Classify rows by the majority of their nearest rows in this labelled dataset.

        The lowest class wins a tie.

        Parameters
        ----------
        rows : array-like
            Rows, (n, *shape).
        n_neighbours : int, default=1
            Number of nearest rows, 1 ... rows of the dataset.

        Returns
        -------
        ndarray
            Classes, (n,), int32.

        Raises
        ------
        NotReadyError
            The dataset has no labels.
        """
        given = as_rows(rows, size_of(self.shape), "rows")
        labels = np.empty(len(given), np.int32)
        arguments = (address(given), len(given), n_neighbours, address(labels))
        check(interruptible(lib.gen_dataset_classify)(self._handle, *arguments))
        return labels

    def nearest(self, rows: npt.ArrayLike, n_neighbours: int = 1) -> tuple[npt.NDArray[np.int64], Floats]:
        """Find the rows of the dataset nearest to each given row, by Euclidean distance.

        Parameters
        ----------
        rows : array-like
            Rows, (n, *shape).
        n_neighbours : int, default=1
            Number of nearest rows, 1 ... rows of the dataset.

        Returns
        -------
        indices : ndarray
            Row indices, (n, n_neighbours), int64, nearest first.
        distances : ndarray
            Distances, (n, n_neighbours), float32.
        """
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
    """Open a file or a folder of rows. Its content, not its name, determines how it is read.

    Parameters
    ----------
    path : path or sequence of paths
        A folder of PNG and JPEG images, whose subfolders are classes by name; one image; a list of paths
        of images, or a text file with one path per line; an IDX file, plain or gzipped; an npy or npz file;
        a table (CSV or TSV); a CIFAR binary file, or a folder of them; "faces:" or "faces:7" (a seed) for
        drawn faces.
    labels : path, optional
        File of labels, "" for none. For a folder, a CSV file with one line per image, file[, class][,
        numbers ...], whose numbers become factors, or an IDX or npy file with one label per image (default:
        the file found next to an IDX file).
    shape : sequence of int or None, optional
        Shape of a row, such as (28, 28) gray, (64, 64, 3), or (64, 64, None) for the channels of the data.
        Images are resized to it; other rows are reshaped. By default images keep their size, or that of the
        crop, if it is the same for all and at most 256 x 256, and else become 64 x 64. They are gray if all
        are.
    max_rows : int, optional
        Number of rows to read, drawn at random, the same share of each class. Other rows are not decoded.
        For drawn faces, the number to draw (default: all; faces: 10,000).
    seed : int, default=0
        Seed of the choice of max_rows.
    subfolders : {"auto", "classes", "pool", "ignore"}, default="auto"
        How subfolders are read: as classes, or pooled as rows without labels. "auto" reads classes if the
        folder has no images of its own.
    lazy : bool, default=False
        Decode images each time they are read, for folders larger than memory.
    label_column : str or int, optional
        Column of the classes of a table, by name or number from 0 (-1: the last), or array of an npz file.
        "" for none.
    columns, omit : str, int or sequence, optional
        Columns of a table to read, and to leave out. For an npz file `columns` names the array.
    foreign : {"pillow"}, optional
        Read other formats, such as WebP, GIF, BMP and TIFF, by Pillow.
    on_skip : callable, optional
        Called with a message for each image that cannot be read. By default one warning counts them.
    context : Context, optional
        Memory, threads and limits to use (default: the default context).
    tolerant : bool, default=False
        Read damaged images as far as possible, with gray for missing pixels; info.n_damaged counts them.
    resize, filter, crop_height, crop_width, place_x, place_y, background : optional
        How images are resized, see `Image.resized`.

    Returns
    -------
    Dataset
        The rows, with labels if there are any.

    Raises
    ------
    FileError
        A file cannot be read or does not follow its format.
    InvalidArgumentError
        An option does not apply to the data.
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
    """Create a dataset of faces that the library draws from known factors (smile, turn ...).

    Parameters
    ----------
    n : int, default=10000
        Number of faces.
    size : int, default=32
        Height and width in pixels, 16 ... 128.
    seed : int, default=0
        Seed of the faces.
    channels : int, default=3
        1 gray or 3 RGB.
    context : Context, optional
        Memory, threads and limits to use (default: the default context).

    Returns
    -------
    Dataset
        Faces, with label 1 for a smile, else 0, and factors.
    """
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
