"""Count, mean and covariance of rows, gathered anywhere and merged."""

from __future__ import annotations

import ctypes
from typing import Any, Optional

import numpy as np

from ._blocks import blocks_of
from ._errors import check
from ._follow import interruptible
from ._handle import handle_of, made
from ._library import lib
from ._options import OptionStruct
from ._rows import Doubles, size_of
from ._statistics import Statistics
from ._structs import MomentsInfo, MomentsOptions
from .context import Context
from .dataset import dataset_of


class Moments(Statistics):
    """Count, mean and covariance of rows, as sums that add up.

    Parts of the data may be seen by different processes and merged, in any order: of uint8 the result
    is the same to the last bit, of floats within 1e-12. Pickles and copies.

    n_directions: a sketch instead of the covariance, for a PCA of rows of more than about 4,000 numbers:
    its products with so many directions, which `seed` tells; parts to be merged need the same.
    """

    _noun = "moments"
    _info_struct = MomentsInfo

    def __init__(
        self,
        n_features: int,
        *,
        n_directions: Optional[int] = None,
        seed: int = 0,
        context: Optional[Context] = None,
    ) -> None:
        options = OptionStruct(
            "moments", MomentsOptions, n_features=n_features, n_directions=n_directions, seed=seed
        )
        options.struct.context = handle_of(context)
        self._own(made(lib.gen_moments_create, options.pointer))

    @classmethod
    def of(
        cls, X: Any, *, n_directions: Optional[int] = None, seed: int = 0, context: Optional[Context] = None
    ) -> Moments:
        """The moments of an array of rows, a stream, a Dataset or one of scipy's sparse matrices."""
        found = None
        for block in blocks_of(X):
            with dataset_of(block, context) as data:
                if found is None:
                    found = cls(size_of(data.shape), n_directions=n_directions, seed=seed, context=context)
                found.update(data)
        if found is None:
            raise ValueError("the stream has no batch")
        return found

    def refined(self) -> Moments:
        """A sketch for a second pass over the same rows: nothing seen yet, with the directions that this
        one found. The error falls by orders of magnitude."""
        return self._loaded(made(lib.gen_moments_create_refined, self._handle))

    def update(self, X: Any) -> Moments:
        """Adds an array of rows, a stream, a Dataset or one of scipy's sparse matrices."""
        for block in blocks_of(X):
            with dataset_of(block, None) as data:
                status = interruptible(lib.gen_moments_update)(self._handle, data._handle)
                data._reraise()
                check(status)
        return self

    @property
    def n_directions(self) -> int:
        """Directions of a sketch; 0: all products are there."""
        count: int = self._info().n_directions
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
