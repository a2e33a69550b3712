"""Mixtures of Gaussians: densities of rows, and of models' latents."""

from __future__ import annotations

import ctypes
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._c_types import room
from ._errors import check
from ._follow import Follower
from ._handle import Owner, handle_of
from ._library import lib
from ._options import OptionStruct
from ._rows import Doubles, Floats, Integers, address, as_rows
from ._structs import MixtureInfo, MixtureOptions
from .context import Context
from .dataset import dataset_of


class Mixture(Owner):
    """Mixture of Gaussians, fitted to rows by expectation maximisation; immutable.

    Models fit one to their latents by `fit_mixture`, and sample rows from it by `sample_mixture`.
    """

    _noun = "mixture"

    def __init__(self, handle: int) -> None:
        self._own(handle)

    @classmethod
    def of(cls, X: Any, n_components: int = 10, *, context: Optional[Context] = None, **options: Any) -> Mixture:
        """Fit a mixture to rows.

        Parameters
        ----------
        X : array-like, stream or Dataset
            Rows, (n, n_features), at least n_components.
        n_components : int, default=10
            Number of components.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).
        **options
            covariance ("full" or "diagonal", default="full"); n_starts, number of fits, the most likely
            one of which is kept (default=1); max_iterations per fit (default=200); tolerance, the rise of the
            mean log-likelihood per row, in nats, below which a fit ends (default=1e-3); regularization,
            added to each variance (default=1e-6); seed (default=0).

        Returns
        -------
        Mixture
            The fitted mixture.
        """
        with dataset_of(X, context) as data:
            settings = mixture_options(n_components, **options)
            arguments = (data._handle, settings.pointer, handle_of(context))
            try:
                return cls(Follower().made(lib.gen_mixture_destroy, lib.gen_mixture_fit, *arguments))
            finally:
                data._reraise()

    @property
    def weights(self) -> Doubles:
        """Weights of the components, (n_components,); their sum is 1."""
        return self._parameter(0, (self._info().n_components,))

    @property
    def means(self) -> Doubles:
        """Means of the components, (n_components, n_features)."""
        info = self._info()
        return self._parameter(1, (info.n_components, info.n_features))

    @property
    def covariances(self) -> Doubles:
        """Covariances, (n_components, n_features, n_features); if diagonal, variances, (n_components,
        n_features).
        """
        info = self._info()
        features = (info.n_features,) * (1 if self.covariance == "diagonal" else 2)
        return self._parameter(2, (info.n_components, *features))

    @property
    def covariance(self) -> str:
        """Shape of the covariances: "full" or "diagonal"."""
        kinds = list(c.COVARIANCE)
        kind: int = self._info().covariance
        return kinds[kind]

    @property
    def n_rows(self) -> int:
        """Number of rows that the mixture was fitted to."""
        count: int = self._info().n_rows
        return count

    @property
    def n_iterations(self) -> int:
        """Number of iterations of the fit."""
        count: int = self._info().n_iterations
        return count

    @property
    def converged(self) -> bool:
        """Whether the fit ended within its tolerance."""
        return bool(self._info().converged)

    @property
    def log_likelihood(self) -> float:
        """Mean log-likelihood of the fitted rows, in nats."""
        likelihood: float = self._info().log_likelihood
        return likelihood

    def score_samples(self, X: npt.ArrayLike) -> Doubles:
        """Compute the log-likelihood of each row.

        Parameters
        ----------
        X : array-like
            Rows, (n, n_features).

        Returns
        -------
        ndarray
            Log-likelihoods in nats, (n,), float64.
        """
        rows = as_rows(X, self._info().n_features, "X")
        likelihood = np.empty(len(rows))
        check(lib.gen_mixture_log_likelihood(self._handle, address(rows), len(rows), address(likelihood)))
        return likelihood

    def predict(self, X: npt.ArrayLike) -> Integers:
        """Predict the most likely component of each row.

        Parameters
        ----------
        X : array-like
            Rows, (n, n_features).

        Returns
        -------
        ndarray
            Components, (n,), int32.
        """
        rows = as_rows(X, self._info().n_features, "X")
        labels = np.empty(len(rows), np.int32)
        check(lib.gen_mixture_predict(self._handle, address(rows), len(rows), address(labels), None))
        return labels

    def predict_proba(self, X: npt.ArrayLike) -> Doubles:
        """Compute the probabilities of all components given each row.

        Parameters
        ----------
        X : array-like
            Rows, (n, n_features).

        Returns
        -------
        ndarray
            Probabilities, (n, n_components), float64.
        """
        info = self._info()
        rows = as_rows(X, info.n_features, "X")
        out = np.empty((len(rows), info.n_components))
        check(lib.gen_mixture_predict(self._handle, address(rows), len(rows), None, address(out)))
        return out

    def sample(self, n: int = 1, *, seed: int = 0) -> Floats:
        """Draw new rows.

        Parameters
        ----------
        n : int, default=1
            Number of rows.
        seed : int, default=0
            Seed of the random numbers. Row i is the same for any number of rows.

        Returns
        -------
        ndarray
            Rows, (n, n_features), float32.
        """
        rows = np.empty((room(n), self._info().n_features), np.float32)
        check(lib.gen_mixture_sample(self._handle, n, seed, address(rows)))
        return rows

    def _parameter(self, place: int, shape: tuple[int, ...]) -> Doubles:
        values = np.empty(shape)
        outputs = [address(values) if i == place else None for i in range(3)]
        check(lib.gen_mixture_parameters(self._handle, *outputs))
        return values

    def _info(self) -> MixtureInfo:
        info = MixtureInfo()
        check(lib.gen_mixture_info(self._handle, ctypes.byref(info)))
        return info


def mixture_options(
    n_components: int = 10,
    *,
    covariance: str = "full",
    n_starts: int = 1,
    max_iterations: int = 200,
    tolerance: float = 1e-3,
    regularization: float = 1e-6,
    seed: int = 0,
) -> OptionStruct[MixtureOptions]:
    """The options of a fit, as the library takes them."""
    return OptionStruct(
        "mixture",
        MixtureOptions,
        covariance=covariance,
        n_components=n_components,
        n_starts=n_starts,
        max_iterations=max_iterations,
        tolerance=tolerance,
        regularization=regularization,
        seed=seed,
    )
