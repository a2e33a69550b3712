"""Principal component analysis, in place of scikit-learn's."""

from __future__ import annotations

import ctypes
from contextlib import ExitStack
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._calibrated import CalibratedModel
from ._constructors import PCAParameters
from ._comm import Comm
from ._errors import check
from ._follow import interruptible
from ._handle import handle_of, made
from ._library import lib
from ._minka import evidence
from ._options import OptionStruct
from ._rows import Doubles, Floats, address, as_rows, size_of
from ._structs import PCAInfo, PCAOptions
from .dataset import Dataset, dataset_of
from .moments import Moments


class PCA(PCAParameters, CalibratedModel):
    """The directions of most variance, and the Gaussian model they make (Tipping & Bishop 1999).

    n_components: a count; a share of the variance in (0, 1), for the fewest components that explain it;
    "mle", for the count of greatest evidence (Minka 2000), which needs as many rows as columns; or None
    for all, min(rows, columns). whiten: latents get unit variance. center=False: the mean is taken to
    be zero. solver: "auto", "covariance", "gram" (fewer rows than columns) or "sketch", nearly the
    components from few products, for more than about 4,000 columns: n_directions (None: 2 n_components +
    16) and n_passes over the rows in a fit (None: 2) say how nearly; see gen_pca_options.

    Attributes of a fitted model have the names, shapes and meanings of sklearn.decomposition.PCA, and
    each component's entry of largest magnitude is positive, as there. Likelihoods are those of the
    rows' Gaussian also with whiten, where scikit-learn's are of another. Rows are taken in float32.
    """

    _noun = "pca"
    _least_rows = 2

    def fit(self, X: Any, y: Any = None, *, comm: Optional[Comm] = None) -> PCA:
        """Fits to rows, an array, a path, a stream or a Dataset as networks' fits take; what was fitted
        before is forgotten.

        comm: the ranks that fit together, each by this call with its own comm, such as
        `generative.mpi.Comm()`, and its own rows: all get the PCA of all rows. An error of one rank is
        raised on all. n_components="mle" is not for ranks.
        """
        is_rule = isinstance(self.n_components, str)
        if is_rule and comm is not None:
            raise ValueError('comm: n_components="mle" asks one rank\'s rows; give a count or a share')
        count = self._most_evident(X) if is_rule else self._fixed_count()
        # Sums of the rows show what is not finite.
        rows = dataset_of(X, self.context, check=False)
        with self._alone(), rows as data, self._trying(self._create(count, comm)):
            if comm is None:
                self._check_row_count(data)
            self._call(lib.gen_pca_fit, data, comm)
        self._see_columns(X)
        return self

    def partial_fit(self, X: Any, y: Any = None) -> PCA:
        """Adds rows to what was seen; after the last, the result is that of one fit over all."""
        with self._alone(), ExitStack() as stack:
            data = stack.enter_context(dataset_of(X, self.context))
            is_first = self._handle is None
            if is_first:
                stack.enter_context(self._trying(self._create(self._fixed_count())))
            try:
                self._call(lib.gen_pca_partial_fit, data)
            except ValueError:
                # Asked only now: to know the columns is to solve for the components.
                if not is_first:
                    self._check_row_size(size_of(data.shape), self.n_features_in_)
                raise
        self._see_columns(X)
        return self

    def merge(self, other: Union[PCA, Moments]) -> PCA:
        """Adds what another PCA of partial fits, or Moments, saw."""
        if self._handle is None:
            self._own(self._create(self._fixed_count()))
        if isinstance(other, Moments):
            check(lib.gen_pca_merge_moments(self._handle, other._handle))
        else:
            check(lib.gen_pca_merge(self._handle, other._fitted_handle()))
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """fit, then the latents of the same rows."""
        return self.fit(X).transform(X)

    def transform(self, X: Any) -> Any:
        """The latents of rows, (n, n_components)."""
        rows = self._rows(X)
        latents = np.empty((len(rows), self.n_components_), np.float32)
        check(lib.gen_pca_transform(self._handle, address(rows), len(rows), address(latents)))
        return self._labelled(latents, X)

    def inverse_transform(self, Z: npt.ArrayLike) -> Floats:
        """The rows that latents stand for, (n, n_features)."""
        latents = as_rows(Z, self.n_components_, "Z")
        rows = np.empty((len(latents), self.n_features_in_), np.float32)
        check(lib.gen_pca_inverse_transform(self._handle, address(latents), len(latents), address(rows)))
        return rows

    def score_samples(self, X: Any) -> Doubles:
        """The log-likelihood of each row under the Gaussian model, in nats."""
        rows = self._rows(X)
        likelihood = np.empty(len(rows), np.float64)
        check(lib.gen_pca_log_likelihood(self._handle, address(rows), len(rows), address(likelihood)))
        return likelihood

    def score(self, X: Any, y: Any = None) -> float:
        """The mean of score_samples."""
        return float(np.mean(self.score_samples(X)))

    def sample(self, n: int = 1, *, seed: int = 0, noise: bool = True) -> Floats:
        """New rows from the Gaussian model; noise=False: the mean given a sampled latent."""
        rows = np.empty((max(n, 0), self.n_features_in_), np.float32)
        check(lib.gen_pca_sample(self._handle, n, seed, int(noise), address(rows)))
        return rows

    def get_covariance(self) -> Doubles:
        """The Gaussian model's covariance, (n_features, n_features)."""
        components = self.components_.astype(np.float64)
        excess = self.explained_variance_ - self.noise_variance_
        covariance: Doubles = (components.T * excess) @ components
        covariance.flat[:: len(covariance) + 1] += self.noise_variance_
        return covariance

    def get_precision(self) -> Doubles:
        """The inverse of the covariance."""
        return np.asarray(np.linalg.inv(self.get_covariance()), np.float64)

    @property
    def components_(self) -> Floats:
        """(n_components, n_features), orthonormal rows."""
        info = self._info()
        components = np.empty((info.n_components, info.n_features), np.float32)
        check(lib.gen_pca_solution(self._handle, None, address(components), None))
        return components

    @property
    def mean_(self) -> Floats:
        """(n_features,)."""
        mean = np.empty(self.n_features_in_, np.float32)
        check(lib.gen_pca_solution(self._handle, address(mean), None, None))
        return mean

    @property
    def explained_variance_(self) -> Doubles:
        """(n_components,), divisor n_samples - 1."""
        variance = np.empty(self.n_components_)
        check(lib.gen_pca_solution(self._handle, None, None, address(variance)))
        return variance

    @property
    def explained_variance_ratio_(self) -> Doubles:
        """(n_components,), shares of the total variance."""
        return self.explained_variance_ / (self.total_variance_ or 1.0)

    @property
    def singular_values_(self) -> Doubles:
        """(n_components,), of the centred rows."""
        return np.sqrt(self.explained_variance_ * (self.n_samples_ - 1))

    @property
    def noise_variance_(self) -> float:
        """The mean of the variances left out."""
        variance: float = self._info().noise_variance
        return variance

    @property
    def total_variance_(self) -> float:
        """Of all columns together."""
        variance: float = self._info().total_variance
        return variance

    @property
    def n_components_(self) -> int:
        """The number of components kept."""
        count: int = self._info().n_components
        return count

    @property
    def n_features_in_(self) -> int:
        """The number of columns."""
        count: int = self._info().n_features
        return count

    @property
    def n_samples_(self) -> int:
        """The number of rows seen."""
        count: int = self._info().n_rows
        return count

    @property
    def solver_(self) -> str:
        """The path taken: "covariance", "gram" or "sketch"."""
        taken = self._info().solver
        return next(name for name, number in c.SOLVER.items() if number == taken)

    def _create(self, n_components: Union[int, float, None], comm: Optional[Comm] = None) -> int:
        values = {name: getattr(self, name) for name in self._own_options}
        if isinstance(n_components, (float, np.floating)):
            values.update(n_components=None, variance_ratio=n_components)
        else:
            values["n_components"] = n_components
        options = OptionStruct("pca", PCAOptions, **values, seed=self.seed)
        options.struct.context = handle_of(self.context)
        if comm is not None:
            options.struct.comm = comm._pointer()
        return made(lib.gen_pca_create, options.pointer)

    def _most_evident(self, X: Any) -> int:
        """The count of components for which the data speak most."""
        if self.n_components != "mle":
            raise ValueError(f"n_components must be a number, 'mle' or None, not {self.n_components!r}")
        with PCA(center=self.center, solver=self.solver, context=self.context) as whole:
            whole.fit(X)
            if whole.n_samples_ < whole.n_features_in_:
                raise ValueError(
                    f"n_components='mle' needs as many rows as columns, {whole.n_features_in_}, "
                    f"not {whole.n_samples_}"
                )
            return int(np.argmax(evidence(whole.explained_variance_, whole.n_samples_)))

    def _fixed_count(self) -> Union[int, float, None]:
        """What partial fits take."""
        if isinstance(self.n_components, str):
            raise ValueError(f"n_components must be a number or None here, not {self.n_components!r}")
        return self.n_components

    def _call(self, function: Any, data: Dataset, comm: Optional[Comm] = None) -> None:
        status = interruptible(function)(self._handle, data._handle)
        data._reraise()
        if comm is None:
            check(status)
        else:
            comm._check(status)

    def _info(self) -> PCAInfo:
        info = PCAInfo()
        check(lib.gen_pca_info(self._fitted_handle(), ctypes.byref(info)))
        return info

    def _row_shape(self) -> tuple[int, ...]:
        return (self.n_features_in_,)

    def _adopt_options(self) -> None:
        super()._adopt_options()
        ratio = self._described()["variance_ratio"]
        if ratio != "auto":
            self.n_components = ratio

    @property
    def _n_features_out(self) -> int:
        return self.n_components_
