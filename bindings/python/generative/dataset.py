"""Where rows come from: arrays, IDX files, folders of pictures, streams, the drawn faces."""

import ctypes
import os
import warnings

import numpy as np

from . import _constants as c
from ._errors import check
from ._handle import Owner, handle_of, made
from ._library import lib
from ._rows import address, as_rows, numeric, row_shape, shape_of_rows
from ._structs import (
    DatasetInfo,
    EventCallback,
    FacesOptions,
    FolderOptions,
    MemoryOptions,
    StreamOptions,
    StreamRead,
    StreamRewind,
)


class Dataset(Owner):
    """Rows to fit to; made by one of the from_... functions and `faces`.

    Rows have a shape: (features,), (height, width) or (height, width, channels).
    """

    _noun = "dataset"

    def __init__(self, handle, keep=None):
        self._own(handle)
        self._keep = keep

    @classmethod
    def from_array(cls, X, labels=None, *, copy=True, context=None):
        """The rows of an array of 2 to 4 axes, rows first.

        uint8 counts 0 ... 255 as 0 ... 1, float32 and float64 are taken as they are. labels: n class
        numbers >= 0. copy=False borrows the array, which then must not change; strides are fine.
        """
        array = numeric(X, "X")
        if not 2 <= array.ndim <= 4:
            raise ValueError(f"X must have 2 to 4 axes (rows first), not {array.ndim}")
        array, row_stride, element_stride = _strided(array)
        height, width, channels = shape_of_rows(array.shape[1:])
        if labels is not None:
            labels = np.ascontiguousarray(labels, dtype=np.int32)
            if labels.shape != array.shape[:1]:
                raise ValueError(f"labels must have shape ({len(array)},), not {labels.shape}")
        options = MemoryOptions(
            dtype=c.DTYPE[array.dtype.name],
            n_rows=len(array),
            height=height,
            width=width,
            channels=channels,
            row_stride=row_stride,
            element_stride=element_stride,
            borrow=0 if copy else 1,
            context=handle_of(context),
        )
        if labels is not None:
            options.labels = labels.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))
        handle = made(lib.gen_dataset_create, address(array), ctypes.byref(options))
        return cls(handle, keep=None if copy else array)

    @classmethod
    def from_idx(cls, images, labels=None, *, context=None):
        """An IDX file of bytes, plain or gzipped, as MNIST and its kin come in."""
        labels = None if labels is None else os.fsencode(labels)
        images = os.fsencode(images)
        return cls(made(lib.gen_dataset_open_idx, images, labels, handle_of(context)))

    @classmethod
    def from_folder(cls, path, height, width, channels=3, *, recursive=False, on_skip=None, context=None):
        """The PNG and JPEG files of a folder, resized to cover height x width and centre-cropped.

        on_skip(message) is called for each file that cannot be read; by default it is a warning.
        """
        told = []
        report = on_skip or (lambda message: warnings.warn(message, stacklevel=3))

        @EventCallback
        def skipped(event, _):
            if event.contents.kind == c.EVENT_SKIPPED:
                told.append(event.contents.message.decode("utf-8", "replace"))
            return c.GO_ON

        options = FolderOptions(
            recursive=int(recursive),
            height=height,
            width=width,
            channels=channels,
            event=skipped,
            context=handle_of(context),
        )
        dataset = cls(made(lib.gen_dataset_open_folder, os.fsencode(path), ctypes.byref(options)))
        for message in told:
            report(message)
        return dataset

    @classmethod
    def from_stream(cls, batches, shape, *, shuffle_rows=0, context=None):
        """Rows pulled while fitting, for data that does not fit in memory.

        batches: called for each pass over the data, returns an iterable of arrays of rows (any
        number of rows each). shape: of one row. shuffle_rows: rows held to draw batches from at
        random; 0: 4096; negative: in order. An exception in it ends the fit and is raised there.
        """
        height, width, channels = shape_of_rows(shape)
        stream = _Stream(batches, height * width * channels)
        options = StreamOptions(
            height=height,
            width=width,
            channels=channels,
            read=stream.read,
            rewind=stream.rewind,
            shuffle_rows=shuffle_rows,
            context=handle_of(context),
        )
        return cls(made(lib.gen_dataset_create_stream, ctypes.byref(options)), keep=stream)

    @classmethod
    def faces(cls, n_rows=0, height=0, width=0, channels=0, *, seed=0, context=None):
        """Faces that the library draws, with known factors; 10,000 of 32 x 32 x 3 by default."""
        options = FacesOptions(
            n_rows=n_rows,
            height=height,
            width=width,
            channels=channels,
            seed=seed,
            context=handle_of(context),
        )
        return cls(made(lib.gen_dataset_create_faces, ctypes.byref(options)))

    def slice(self, first_row, n_rows):
        """Rows first_row ... first_row + n_rows - 1 as a dataset of their own."""
        return Dataset(made(lib.gen_dataset_create_slice, self._handle, first_row, n_rows), self._keep)

    @property
    def info(self):
        """The header's gen_dataset_info_t: n_rows, height, width, channels, n_classes ..."""
        info = DatasetInfo()
        check(lib.gen_dataset_info(self._handle, ctypes.byref(info)))
        return info

    @property
    def shape(self):
        """The shape of one row."""
        info = self.info
        return row_shape(info.height, info.width, info.channels)

    def __len__(self):
        n_rows = self.info.n_rows
        if n_rows < 0:
            raise TypeError("the length of a stream is not known")
        return n_rows

    def read(self, first_row=0, n_rows=None):
        """Rows as float32 in [0, 1], (n_rows, *shape); all from first_row on by default."""
        rows = np.empty((self._count(first_row, n_rows), *self.shape), np.float32)
        check(lib.gen_dataset_read(self._handle, first_row, len(rows), address(rows)))
        return rows

    def labels(self, first_row=0, n_rows=None):
        """Class numbers, int32."""
        labels = np.empty(self._count(first_row, n_rows), np.int32)
        check(lib.gen_dataset_labels(self._handle, first_row, len(labels), address(labels)))
        return labels

    def factors(self, first_row=0, n_rows=None):
        """The true factors behind drawn rows, (n_rows, n_factors); see factor_names."""
        factors = np.empty((self._count(first_row, n_rows), self.info.n_factors), np.float32)
        check(lib.gen_dataset_factors(self._handle, first_row, len(factors), address(factors)))
        return factors

    @property
    def factor_names(self):
        """What each factor means: ["smile", ...]."""
        count = self.info.n_factors
        return [lib.gen_dataset_factor_name(self._handle, i).decode() for i in range(count)]

    def nearest(self, rows, n_neighbours=1):
        """The dataset's rows nearest to each given row: (indices, distances), (n, n_neighbours)."""
        rows = as_rows(rows, int(np.prod(self.shape)), "rows")
        if n_neighbours < 1:
            raise ValueError(f"n_neighbours must be at least 1, not {n_neighbours}")
        indices = np.empty((len(rows), n_neighbours), np.int64)
        distances = np.empty((len(rows), n_neighbours), np.float32)
        check(
            lib.gen_dataset_nearest(
                self._handle, address(rows), len(rows), n_neighbours, address(indices), address(distances)
            )
        )
        return indices, distances

    def _count(self, first_row, n_rows):
        return max(len(self) - first_row, 0) if n_rows is None else max(n_rows, 0)

    def _reraise(self):
        """Raises what a stream's batches raised, if they did."""
        if isinstance(self._keep, _Stream):
            self._keep.reraise()


def as_dataset(X, context=None, labels=None):
    """(dataset, whether it was made here, from an array that it borrows). labels: of such an array."""
    if isinstance(X, Dataset):
        return X, False
    return Dataset.from_array(X, labels, copy=False, context=context), True


def _strided(array):
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


class _Stream:
    """The read and rewind callbacks over a function that gives iterables of arrays."""

    def __init__(self, batches, row_size):
        self._batches = batches
        self._row_size = row_size
        self._iterator = iter(())
        self._rest = np.empty((0, row_size), np.float32)
        self._error = None
        self.read = StreamRead(self._read)
        self.rewind = StreamRewind(self._rewind)

    def _rewind(self, _):
        try:
            batches = self._batches() if callable(self._batches) else self._batches
            self._iterator = iter(batches)
            self._rest = self._rest[:0]
            return 0
        except BaseException as error:
            self._error = error
            return 1

    def _read(self, rows_out, max_rows, _):
        try:
            while len(self._rest) == 0:
                batch = next(self._iterator, None)
                if batch is None:
                    return 0
                self._rest = as_rows(batch, self._row_size, "a batch")
            count = min(max_rows, len(self._rest))
            out = np.ctypeslib.as_array(rows_out, shape=(count, self._row_size))
            out[:] = self._rest[:count]
            self._rest = self._rest[count:]
            return count
        except BaseException as error:
            self._error = error
            return -1

    def reraise(self):
        error, self._error = self._error, None
        if error is not None:
            raise error
