"""Count, mean and covariance of rows, gathered anywhere and merged."""

from __future__ import annotations

import ctypes
import os
from typing import Any, Optional

import numpy as np

from ._errors import check
from ._handle import Owner, handle_of, made
from ._library import lib
from ._rows import Doubles, size_of
from ._structs import MomentsInfo
from .context import Context
from .dataset import dataset_of
from .image import PathLike


class Moments(Owner):
    """Count, mean and covariance of rows, as sums that add up.

    Parts of the data may be seen by different processes and merged, in any order: of uint8 the result
    is the same to the last bit, of floats to rounding. Pickles and copies.
    """

    _noun = "moments"

    def __init__(self, n_features: int, *, context: Optional[Context] = None) -> None:
        self._own(made(lib.gen_moments_create, n_features, handle_of(context)))

    @classmethod
    def of(cls, X: Any, *, context: Optional[Context] = None) -> Moments:
        """The moments of an array of rows, a stream or a Dataset, as fits take them."""
        with dataset_of(X, context) as data:
            return cls(size_of(data.shape), context=context).update(data)

    def update(self, X: Any) -> Moments:
        """Adds an array of rows, a stream or a Dataset."""
        with dataset_of(X, None) as data:
            status = lib.gen_moments_update(self._handle, data._handle)
            data._reraise()
            check(status)
        return self

    def merge(self, other: Moments) -> Moments:
        """Adds what other Moments have seen."""
        check(lib.gen_moments_merge(self._handle, other._handle))
        return self

    @property
    def n_rows(self) -> int:
        """Rows seen."""
        count: int = self._info().n_rows
        return count

    @property
    def n_features(self) -> int:
        """Numbers of a row."""
        count: int = self._info().n_features
        return count

    @property
    def is_exact(self) -> bool:
        """Whether all rows were bytes, whose sums are exact."""
        return bool(self._info().is_exact)

    @property
    def mean(self) -> Doubles:
        """(n_features,)."""
        mean = np.empty(self.n_features)
        check(lib.gen_moments_mean(self._handle, mean.ctypes.data))
        return mean

    @property
    def covariance(self) -> Doubles:
        """(n_features, n_features), divisor n_rows - 1."""
        covariance = np.empty((self.n_features, self.n_features))
        check(lib.gen_moments_covariance(self._handle, covariance.ctypes.data))
        return covariance

    def frechet(self, other: Moments) -> float:
        """The squared Frechet distance between the Gaussians of both; see evaluate.frechet."""
        distance = ctypes.c_double()
        check(lib.gen_moments_frechet(self._handle, other._handle, ctypes.byref(distance)))
        return distance.value

    def save(self, path: PathLike) -> None:
        """Writes a safetensors file, whole or not at all."""
        check(lib.gen_moments_save(self._handle, os.fsencode(path)))

    @classmethod
    def load(cls, path: PathLike, context: Optional[Context] = None) -> Moments:
        """Moments from the file `save` wrote."""
        return cls._loaded(made(lib.gen_moments_load, os.fsencode(path), handle_of(context)))

    def to_bytes(self) -> bytes:
        """The bytes that `save` writes."""
        count = ctypes.c_int64()
        check(lib.gen_moments_save_memory(self._handle, None, 0, ctypes.byref(count)))
        buffer = np.empty(count.value, np.uint8)
        check(lib.gen_moments_save_memory(self._handle, buffer.ctypes.data, len(buffer), ctypes.byref(count)))
        return buffer[: count.value].tobytes()

    @classmethod
    def from_bytes(cls, data: Any, context: Optional[Context] = None) -> Moments:
        """Moments from what `to_bytes` gave."""
        data = bytes(data)
        return cls._loaded(made(lib.gen_moments_load_memory, data, len(data), handle_of(context)))

    def __reduce__(self) -> Any:
        return type(self).from_bytes, (self.to_bytes(),)

    @classmethod
    def _loaded(cls, handle: int) -> Moments:
        moments = cls.__new__(cls)
        moments._own(handle)
        return moments

    def _info(self) -> MomentsInfo:
        info = MomentsInfo()
        check(lib.gen_moments_info(self._handle, ctypes.byref(info)))
        return info
