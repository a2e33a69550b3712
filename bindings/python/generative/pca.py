"""Principal component analysis, with scikit-learn's manners."""

import ctypes

import numpy as np

from . import _constants as c
from ._errors import check
from ._handle import handle_of, made
from ._library import lib
from ._model import Model
from ._rows import address, as_rows
from ._structs import PCAInfo, PCAOptions
from .dataset import as_dataset


class PCA(Model):
    """The directions of most variance, and the Gaussian model they make (Tipping & Bishop 1999).

    n_components: a count, a share of the variance in (0, 1), or None for all. whiten: latents get
    unit variance. center=False: the mean is taken to be zero. solver: "auto", "covariance" or
    "gram" (fewer rows than columns). Each component's entry of largest magnitude is positive.
    """

    _noun = "pca"

    def __init__(self, n_components=None, *, whiten=False, center=True, solver="auto", seed=0, context=None):
        self.n_components = n_components
        self.whiten = whiten
        self.center = center
        self.solver = solver
        self.seed = seed
        self.context = context

    def fit(self, X, y=None):
        """Fits to an array of rows or a Dataset; what was fitted before is forgotten."""
        return self._fit(lib.gen_pca_fit, X, anew=True)

    def partial_fit(self, X, y=None):
        """Adds rows to what was seen; after the last, the result is that of one fit over all."""
        return self._fit(lib.gen_pca_partial_fit, X, anew=False)

    def merge(self, other):
        """Adds what another PCA of partial fits saw."""
        if self._finalizer is None:
            self._own(self._create())
        check(lib.gen_pca_merge(self._require_handle(), other._require_handle()))
        return self

    def fit_transform(self, X, y=None):
        """fit, then the latents of the same rows."""
        return self.fit(X).transform(X)

    def transform(self, X):
        """The latents of rows, (n, n_components)."""
        info = self._info()
        rows = as_rows(_array(X), info.n_features)
        latents = np.empty((len(rows), info.n_components), np.float32)
        check(lib.gen_pca_transform(self._handle, address(rows), len(rows), address(latents)))
        return latents

    def inverse_transform(self, Z):
        """The rows that latents stand for, (n, n_features)."""
        info = self._info()
        latents = as_rows(Z, info.n_components, "Z")
        rows = np.empty((len(latents), info.n_features), np.float32)
        check(lib.gen_pca_inverse_transform(self._handle, address(latents), len(latents), address(rows)))
        return rows

    def score_samples(self, X):
        """The log-likelihood of each row under the Gaussian model, in nats."""
        rows = as_rows(_array(X), self._info().n_features)
        likelihood = np.empty(len(rows), np.float64)
        check(lib.gen_pca_log_likelihood(self._handle, address(rows), len(rows), address(likelihood)))
        return likelihood

    def score(self, X, y=None):
        """The mean of score_samples."""
        return float(np.mean(self.score_samples(X)))

    def sample(self, n_rows=1, *, seed=0, noise=True):
        """New rows from the Gaussian model; noise=False: the mean given a sampled latent."""
        rows = np.empty((max(n_rows, 0), self._info().n_features), np.float32)
        check(lib.gen_pca_sample(self._handle, n_rows, seed, int(noise), address(rows)))
        return rows

    @property
    def components_(self):
        """(n_components, n_features), orthonormal rows."""
        info = self._info()
        components = np.empty((info.n_components, info.n_features), np.float32)
        check(lib.gen_pca_components(self._handle, address(components)))
        return components

    @property
    def mean_(self):
        """(n_features,)."""
        mean = np.empty(self._info().n_features, np.float32)
        check(lib.gen_pca_mean(self._handle, address(mean)))
        return mean

    @property
    def explained_variance_(self):
        """(n_components,), divisor n_samples - 1."""
        return self._per_component(lib.gen_pca_explained_variance)

    @property
    def explained_variance_ratio_(self):
        """(n_components,), shares of the total variance."""
        return self._per_component(lib.gen_pca_explained_variance_ratio)

    @property
    def singular_values_(self):
        """(n_components,), of the centred rows."""
        return self._per_component(lib.gen_pca_singular_values)

    @property
    def noise_variance_(self):
        """The mean of the variances left out."""
        return self._info().noise_variance

    @property
    def total_variance_(self):
        """Of all columns together."""
        return self._info().total_variance

    @property
    def n_components_(self):
        """The number of components kept."""
        return self._info().n_components

    @property
    def n_features_in_(self):
        """The number of columns."""
        return self._info().n_features

    @property
    def n_samples_(self):
        """The number of rows seen."""
        return self._info().n_rows

    @property
    def solver_(self):
        """The path taken: "covariance" or "gram"."""
        taken = self._info().solver
        return next(name for name, number in c.SOLVER.items() if number == taken)

    def _fit(self, function, X, anew):
        dataset, made_here = as_dataset(X, self.context)
        handle = self._create() if anew or self._finalizer is None else self._handle
        try:
            status = function(handle, dataset._handle)
            dataset._reraise()
            check(status)
        except BaseException:
            if handle != self._handle:
                lib.gen_pca_destroy(handle)  # what was fitted before stays
            raise
        finally:
            if made_here:
                dataset.close()
        if handle != self._handle:
            self._own(handle)
        return self

    def _create(self):
        options = PCAOptions(
            solver=c.choose(c.SOLVER, self.solver, "solver"),
            no_centering=int(not self.center),
            whiten=int(self.whiten),
            seed=self.seed,
            context=handle_of(self.context),
        )
        if isinstance(self.n_components, (float, np.floating)):
            options.variance_ratio = self.n_components
        elif self.n_components is not None:
            options.n_components = self.n_components or -1  # 0 is the library's word for all
        return made(lib.gen_pca_create, ctypes.byref(options))

    def _info(self):
        info = PCAInfo()
        check(lib.gen_pca_info(self._require_handle(), ctypes.byref(info)))
        return info

    def _per_component(self, function):
        values = np.empty(self._info().n_components, np.float64)
        check(function(self._handle, address(values)))
        return values


def _array(X):
    """Rows of a Dataset, read; an array as it is."""
    return X.read() if hasattr(X, "read") and hasattr(X, "info") else X
