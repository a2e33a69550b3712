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
    """Count, mean and covariance of rows, as sums that merge.

    Several processes can gather moments of parts of the data, which merge in any order. The result is
    bit-identical for uint8 rows, and within 1e-12 for floats. Moments can be pickled and copied.

    With n_directions they are a sketch: products with this many random directions, which `seed` determines,
    instead of the covariance. A sketch serves the PCA of rows of more than about 4,000 values. Parts to be
    merged need the same n_directions and seed.
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
        """Compute the moments of rows.

        Parameters
        ----------
        X : array-like, sparse matrix, stream or Dataset
            Rows, (n, n_features).
        n_directions : int, optional
            Number of directions of a sketch (default: no sketch).
        seed : int, default=0
            Seed of the directions.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).

        Returns
        -------
        Moments
            The moments.

        Raises
        ------
        InvalidArgumentError
            A row contains NaN or infinity.
        """
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
        """Create an empty sketch for a second pass over the same rows.

        It has the directions that this sketch found, and its error is smaller by orders of magnitude.

        Returns
        -------
        Moments
            The empty sketch.

        Raises
        ------
        NotReadyError
            This is not a sketch, or has fewer than two rows.
        """
        return self._loaded(made(lib.gen_moments_create_refined, self._handle))

    def update(self, X: Any) -> Moments:
        """Add rows.

        Parameters
        ----------
        X : array-like, sparse matrix, stream or Dataset
            Rows, (n, n_features).

        Returns
        -------
        self
            The moments.

        Raises
        ------
        InvalidArgumentError
            A row contains NaN or infinity.
        """
        for block in blocks_of(X):
            with dataset_of(block, None) as data:
                status = interruptible(lib.gen_moments_update)(self._handle, data._handle)
                data._reraise()
                check(status)
        return self

    @property
    def n_directions(self) -> int:
        """Number of directions of a sketch; 0 if this is not a sketch."""
        count: int = self._info().n_directions
        return count

    @property
    def is_exact(self) -> bool:
        """Whether all rows were uint8, whose sums are exact."""
        return bool(self._info().is_exact)

    @property
    def mean(self) -> Doubles:
        """Mean of each column, (n_features,)."""
        mean = np.empty(self.n_features)
        check(lib.gen_moments_mean(self._handle, mean.ctypes.data))
        return mean

    @property
    def covariance(self) -> Doubles:
        """Covariance, (n_features, n_features), with divisor n_rows - 1."""
        covariance = np.empty((self.n_features, self.n_features))
        check(lib.gen_moments_covariance(self._handle, covariance.ctypes.data))
        return covariance

    def frechet(self, other: Moments) -> float:
        """Compute the squared Frechet distance between the Gaussians of two moments, see `evaluate.frechet`.

        Parameters
        ----------
        other : Moments
            Moments with the same n_features.

        Returns
        -------
        float
            The squared distance.
        """
        distance = ctypes.c_double()
        check(lib.gen_moments_frechet(self._handle, other._handle, ctypes.byref(distance)))
        return distance.value
