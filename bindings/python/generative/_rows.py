"""Between numpy arrays and rows of floats."""

import numpy as np


def as_rows(array, row_size=None, name="X"):
    """An array as packed float32 rows, (n, row_size). uint8 counts 0 ... 255 as 0 ... 1.

    The first axis counts rows, the others are one row. ValueError when a row is not row_size long.
    """
    array = numeric(array, name)
    if array.ndim < 2:
        raise ValueError(f"{name} must have 2 to 4 axes (rows first), not {array.ndim}")
    count = array.shape[0]
    size = int(np.prod(array.shape[1:], dtype=np.int64))
    if row_size is not None and size != row_size:
        raise ValueError(f"{name} must have rows of {row_size} floats, not {size}")
    if array.dtype == np.uint8:
        array = array.astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(array.reshape(count, size), dtype=np.float32)


def as_labels(labels, count):
    """Classes of `count` rows as packed int32."""
    labels = np.atleast_1d(np.asarray(labels))
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be {count} integers, not {labels.dtype} of shape {labels.shape}")
    return np.ascontiguousarray(labels, dtype=np.int32)


def numeric(array, name):
    """What was given as an array of uint8, float32 or float64; other real numbers become float64."""
    array = np.asarray(array)
    if array.dtype in (np.uint8, np.float32, np.float64) and array.dtype.isnative:
        return array
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, not {array.dtype}")
    return array.astype(np.float32 if array.dtype == np.float16 else np.float64)


def address(array):
    """Where an array's first element is; None for None."""
    return None if array is None else array.ctypes.data


def row_shape(height, width, channels):
    """The shape arrays of rows have beside their first axis: (features,) for plain vectors,
    (height, width) for gray images, (height, width, channels) else."""
    if height == 1 and width == 1:
        return (channels,)
    return (height, width) if channels == 1 else (height, width, channels)


def shape_of_rows(shape):
    """(height, width, channels) of rows whose arrays have this shape beside the first axis."""
    shape = tuple(int(size) for size in shape)
    if len(shape) == 1:
        return (1, 1, shape[0])
    if len(shape) == 2:
        return (*shape, 1)
    if len(shape) == 3:
        return shape
    raise ValueError(f"a row must have 1 to 3 axes, not {len(shape)}")
