"""Principal component analysis, in place of scikit-learn's."""

from __future__ import annotations

import ctypes
import warnings
from typing import Any, Callable, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._blocks import blocks_of, dense_blocks, peeked, precise
from ._c_types import room
from ._checkpoint import Checkpoint
from ._comm import Comm
from ._errors import NotReadyError, check, raise_not_fitted
from ._fitted import Fitted
from ._follow import interruptible
from ._interchange import sklearn_file, sklearn_of
from ._inversion import set_mask
from ._library import lib
from ._linear_gaussian import LinearGaussian, is_singular
from ._masks import MaskedRows
from ._model import Path
from ._numbers import is_sparse
from ._options import OptionStruct
from ._pca_fits import PCAFits, info_of, variances_of
from ._plots import plot_variance
from ._rows import (
    Doubles,
    Reals,
    address,
    as_real_rows,
    number_type,
    packed,
    real_rows_first,
    real_type,
    size_of,
)
from ._scale import IMAGES
from ._stream import is_stream
from ._structs import InvertOptions, PCAInfo
from ._tensors import Tensors
from .context import Context
from .dataset import Dataset, dataset_of
from .moments import Moments


class PCA(PCAFits):
    """Principal component analysis, and its Gaussian model (Tipping & Bishop 1999).

    PCA is a drop-in replacement for sklearn.decomposition.PCA, and with `partial_fit` for IncrementalPCA:
    parameters, attributes, shapes, signs, precision and errors are the same. `PCASettings` describes all
    parameters. Float32 rows give float32 latents, components and mean; other rows give float64.

    solver="sketch", which scikit-learn lacks, approximates the components for more than about 4,000
    columns. n_directions (default: 2 * n_components + 16) and n_passes over the rows (default: 2) set the
    accuracy.

    Attributes of a fitted model may be set, and arrays changed in place. `transform`, `inverse_transform`,
    `score_samples`, `score`, `sample`, `impute`, `get_covariance` and `get_precision` use the changed
    values. Such a model can be pickled, but not saved to a file. A file does not keep feature_names_in_
    either.
    """

    def fit(self, X: Any, y: Any = None, *, comm: Optional[Comm] = None) -> PCA:
        """Fit to rows. The fit replaces an earlier one.

        Sparse rows are summed in dense blocks. The solver is then "covariance" or, for more than 4,096
        columns and a given number of components, "sketch".

        Parameters
        ----------
        X : array-like, sparse matrix, path, stream or Dataset
            Rows, (n, n_features); a path or stream as for the fit of a network.
        y : None
            Ignored.
        comm : Comm, optional
            Ranks that fit together, such as `generative.mpi.Comm()`. Each makes this call with its own comm
            and its own rows, and gets the PCA of all rows. An error on one rank is raised on all. Not with
            n_components="mle".

        Returns
        -------
        self
            The fitted PCA.

        Raises
        ------
        ValueError
            n_components exceeds the rows or columns, or there are fewer than two rows.
        InvalidArgumentError
            A row contains NaN or infinity.
        """
        self._check_parameters()
        if isinstance(self.n_components, str) and comm is not None:
            raise ValueError('comm: n_components="mle" asks one rank\'s rows; give a number or a share')
        with self._alone():
            X, is_double = peeked(X) if is_stream(X) else (X, False)
            if is_sparse(X):
                self._fit_sparse(X)
                self._scale = None
            elif is_double and self.solver in ("auto", "covariance") and comm is None:
                # The library's streams are of float32.
                self._adopt(Moments.of(X, context=self.context))
                self._scale = None
            else:
                # Sums of the rows show what is not finite.
                with dataset_of(precise(X), self.context, check=False) as data:
                    self._fit_dataset(data, comm)
                    self._scale = data._scale
        self._see(X)
        if info_of(self._handle).total_variance == 0:
            warnings.warn("all rows are equal, so every component has variance 0", stacklevel=2)
        return self

    @classmethod
    def from_sklearn(cls, fitted: Any, context: Optional[Context] = None) -> PCA:
        """Create a model from scikit-learn's fitted PCA or IncrementalPCA.

        It transforms, scores, samples, saves and exports. `partial_fit` starts anew, since the rows' products
        are not known.

        Parameters
        ----------
        fitted : sklearn.decomposition.PCA or sklearn.decomposition.IncrementalPCA
            A fitted model.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).

        Returns
        -------
        PCA
            A model with the same components.

        Raises
        ------
        NotFittedError
            The other model is not fitted.
        """
        model = cls.from_bytes(sklearn_file(fitted), context)
        if hasattr(fitted, "feature_names_in_"):
            model.feature_names_in_ = fitted.feature_names_in_
        return model

    def to_sklearn(self) -> Any:
        """Create scikit-learn's PCA with the components of this model.

        Returns
        -------
        sklearn.decomposition.PCA
            A fitted model.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        return sklearn_of(self)

    @property
    def partial_fit(self) -> Callable[..., PCA]:
        """partial_fit(X): add rows to those seen before. The result equals that of one fit to all rows.

        Rows may come one by one. There are no components until there are two rows, and as many as
        n_components. n_components must not change between calls. n_components="mle" and solver="gram" need
        all rows at once, so partial_fit does not exist with them.
        """
        if self.n_components == "mle" or self.solver == "gram":
            raise AttributeError('there is no partial_fit with n_components="mle" or solver="gram"')
        return self._partial_fit

    def _partial_fit(self, X: Any, y: Any = None, check_input: bool = True) -> PCA:
        self._check_parameters()
        with self._alone():
            for block in blocks_of(X):
                with dataset_of(precise(block), self.context) as data:
                    n_columns = size_of(data.shape)
                    if self._n_columns > 0:
                        self._check_row_size(n_columns, self._n_columns)
                        self._check_scale(data)
                    self._add(n_columns, lambda model: self._status_of(lib.gen_pca_partial_fit, model, data))
                    self._scale = self._scale or data._scale
        self._see(X)
        return self

    def merge(self, other: Union[PCA, Moments]) -> PCA:
        """Add the rows that another PCA or Moments has seen.

        Parameters
        ----------
        other : PCA or Moments
            A PCA fitted by `partial_fit`, or Moments; not changed.

        Returns
        -------
        self
            The PCA of all rows.

        Raises
        ------
        InvalidArgumentError
            The columns or directions differ.
        """
        self._check_parameters()
        with self._alone():
            if isinstance(other, Moments):
                self._add(other.n_features, lambda model: lib.gen_pca_merge_moments(model, other._handle))
            else:
                theirs = other._any_handle()
                self._add(other._n_columns, lambda model: lib.gen_pca_merge(model, theirs))
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Fit and return the latents of the same rows.

        Parameters
        ----------
        X : array-like or Dataset
            Rows, (n, n_features); not a stream.
        y : None
            Ignored.

        Returns
        -------
        ndarray or DataFrame
            Latents, (n, n_components), in the container chosen by `set_output`.
        """
        self._check_is_at_once(X)
        return self.fit(X).transform(X)

    def transform(self, X: Any) -> Any:
        """Project rows to latents.

        Parameters
        ----------
        X : array-like, sparse matrix, Dataset or path
            Rows, (n, n_features).

        Returns
        -------
        ndarray or DataFrame
            Latents, (n, n_components), in the container chosen by `set_output`.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        arrays = self._arrays_if_changed()
        if is_sparse(X):
            self._check_row_size(X.shape[1], self.n_features_in_)
            latents = np.concatenate([self._latents(self._packed(block), arrays) for block in dense_blocks(X)])
        else:
            latents = self._latents(self._rows(X, self._as_stored), arrays)
        return self._labelled(latents, X)

    def inverse_transform(self, Z: npt.ArrayLike) -> Reals:
        """Map latents back to rows.

        Parameters
        ----------
        Z : array-like
            Latents, (n, n_components).

        Returns
        -------
        ndarray
            Rows, (n, n_features).

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        arrays = self._arrays_if_changed()
        latents = as_real_rows(Z, len(arrays.components) if arrays else self.n_components_, "Z")
        latents = latents.astype(np.result_type(latents, self._type), copy=False)
        if arrays is not None:
            return arrays.inverse_transform(latents)
        rows = np.empty((len(latents), self._n_columns), latents.dtype)
        given = (address(latents), number_type(latents), len(latents))
        check(lib.gen_pca_inverse_transform(self._handle, *given, address(rows)))
        return rows

    def score_samples(self, X: Any) -> Doubles:
        """Compute the log-likelihood of each row under the Gaussian model.

        With whiten the covariance is scikit-learn's, which differs. A singular covariance gives -inf and a
        RuntimeWarning.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, n_features).

        Returns
        -------
        ndarray
            Log-likelihoods in nats, (n,), float64.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        arrays = self._arrays_if_changed()
        rows = self._rows(X)
        if arrays is not None or self.whiten:
            likelihood = (arrays or self._arrays()).log_likelihood(rows)
        elif is_singular(self._variances(), self._info().noise_variance, self._n_columns):
            likelihood = np.full(len(rows), -np.inf)
        else:
            likelihood = np.empty(len(rows), np.float64)
            given = (address(rows), number_type(rows), len(rows))
            check(lib.gen_pca_log_likelihood(self._handle, *given, address(likelihood)))
        if np.isneginf(likelihood).all():
            warnings.warn("the covariance is singular, so rows have no finite likelihood", RuntimeWarning, 2)
        return likelihood

    def score(self, X: Any, y: Any = None) -> float:
        """Compute the mean of `score_samples`.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, n_features).
        y : None
            Ignored.

        Returns
        -------
        float
            Mean log-likelihood per row, in nats.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        return float(np.mean(self.score_samples(X)))

    def impute(self, X: Any, mask: Any = None) -> Reals:
        """Fill in missing values with the mean of the Gaussian model given the known values.

        Known values are returned unchanged.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, n_features).
        mask : array-like, optional
            1 or True where a value is known, in the shape of `X` or of one row for all rows (default: NaN
            marks the missing values).

        Returns
        -------
        ndarray
            Rows, (n, n_features).

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        arrays = self._arrays_if_changed()
        masked = MaskedRows.of(self, X, mask)
        rows = self._packed(masked.rows)
        if arrays is not None:
            return arrays.impute(rows, masked.known.astype(bool))
        options = OptionStruct("invert", InvertOptions)
        set_mask(options, masked)
        out = np.empty_like(rows)
        impute = interruptible(lib.gen_model_impute)
        check(impute(self._handle, address(rows), number_type(rows), len(rows), options.pointer, address(out)))
        return out

    def sample(self, n: int = 1, *, seed: int = 0, noise: bool = True) -> Reals:
        """Draw new rows from the Gaussian model.

        Parameters
        ----------
        n : int, default=1
            Number of rows.
        seed : int, default=0
            Seed of the random numbers. Row i is the same for any number of rows.
        noise : bool, default=True
            Add the isotropic noise. If False, the rows are the means for the drawn latents.

        Returns
        -------
        ndarray
            Rows, (n, n_features).

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        arrays = self._arrays_if_changed()
        if arrays is not None:
            return arrays.sample(room(n), seed, noise).astype(self._type)
        rows = np.empty((room(n), self.n_features_in_), self._type)
        check(lib.gen_pca_sample(self._handle, n, seed, int(noise), number_type(rows), address(rows)))
        return rows

    def get_covariance(self) -> Doubles:
        """Return the covariance of the Gaussian model, (n_features, n_features); with whiten, scikit-learn's."""
        return self._arrays().covariance()

    def get_precision(self) -> Doubles:
        """Return the inverse of the covariance, (n_features, n_features).

        Raises
        ------
        LinAlgError
            The covariance is singular.
        """
        return self._arrays().precision()

    @Fitted
    def components_(self) -> Reals:
        """Components, (n_components, n_features): orthonormal rows in order of decreasing variance."""
        info = self._info()
        components = np.empty((info.n_components, info.n_features), self._type)
        check(lib.gen_pca_solution(self._handle, number_type(components), None, address(components), None))
        return components

    @Fitted
    def mean_(self) -> Reals:
        """Mean of each column, (n_features,)."""
        mean = np.empty(self._info().n_features, self._type)
        check(lib.gen_pca_solution(self._handle, number_type(mean), address(mean), None, None))
        return mean

    @Fitted
    def explained_variance_(self) -> Doubles:
        """Variance along each component, (n_components,), with divisor n_samples - 1."""
        return self._variances()

    @Fitted
    def explained_variance_ratio_(self) -> Doubles:
        """Share of the total variance of each component, (n_components,)."""
        shares: Doubles = self._variances() / (self._info().total_variance or 1.0)
        return shares

    def plot_variance(self, axes: Any = None) -> Any:
        """Plot the share of the variance that the first components explain, on matplotlib.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Axes to draw in (default: those of a new figure).

        Returns
        -------
        matplotlib.axes.Axes
            The axes.

        Raises
        ------
        ImportError
            matplotlib is not installed.
        """
        return plot_variance(self.explained_variance_ratio_, axes)

    @Fitted
    def singular_values_(self) -> Doubles:
        """Singular values of the centred rows, (n_components,)."""
        return np.asarray(np.sqrt(self._variances() * (self._info().n_rows - 1)))

    @Fitted
    def noise_variance_(self) -> float:
        """Mean of the variances of the omitted components."""
        return float(self._info().noise_variance)

    @Fitted
    def total_variance_(self) -> float:
        """Sum of the variances of all columns."""
        return float(self._info().total_variance)

    @Fitted
    def n_components_(self) -> int:
        """Number of components."""
        return int(self._info().n_components)

    @Fitted
    def n_features_in_(self) -> int:
        """Number of columns."""
        if self._n_columns == 0 and "components_" not in vars(self).get("_kept", {}):
            raise_not_fitted(type(self).__name__)
        return self._n_columns or int(self.components_.shape[1])

    @Fitted
    def n_samples_(self) -> int:
        """Number of rows seen."""
        return int(self._info().n_rows)

    @Fitted
    def n_samples_seen_(self) -> int:
        """Number of rows seen, under IncrementalPCA's name."""
        return int(self._info().n_rows)

    @Fitted
    def var_(self) -> Doubles:
        """Variance of each column, (n_features,), with divisor n_samples, as in IncrementalPCA.

        Not available after a fit by "gram", which keeps no statistics.
        """
        n_rows = self._info().n_rows
        tensors = Tensors(self._bytes())
        if "statistics.sum" not in tensors:
            raise AttributeError("var_ needs the statistics that partial_fit and the covariance solver keep")
        is_sketch = "statistics.square" in tensors
        squares = tensors["statistics.square"] if is_sketch else np.diag(tensors["statistics.product"])
        unit = 1 / 255 if tensors.metadata["option.statistics.bytes"] == "true" else 1.0
        variances = unit**2 * (squares - tensors["statistics.sum"] ** 2 / n_rows) / n_rows
        return np.asarray(np.maximum(variances, 0), np.float64)

    @property
    def solver_(self) -> str:
        """Solver used: "covariance", "gram" or "sketch"."""
        taken = self._info().solver
        return next(name for name, number in c.SOLVER.items() if number == taken)

    def _arrays(self) -> LinearGaussian:
        """The model by its attributes."""
        components = self.components_
        kept = vars(self)["_kept"]
        if self._handle is None:  # all were set, perhaps not all of them
            nothing = np.full(len(components), np.nan)
            variances, noise = kept.get("explained_variance_", nothing), kept.get("noise_variance_", np.nan)
            return LinearGaussian(self.mean_, components, variances, noise, self.whiten)
        return LinearGaussian(self.mean_, components, self.explained_variance_, self.noise_variance_, self.whiten)

    def _arrays_if_changed(self) -> Optional[LinearGaussian]:
        """The model by its attributes, if the library's is another."""
        return self._arrays() if self._is_changed() else None

    def _is_changed(self) -> bool:
        """Whether attributes were set or changed in place, or whiten was set."""
        kept = vars(self).get("_kept", {})
        if self._handle is None:
            return "components_" in kept
        if self._made_with is not None and self._made_with["whiten"] != self.whiten:
            return True
        names = "noise_variance_", "explained_variance_", "mean_", "components_"
        return any(name in kept and not np.array_equal(kept[name], self._fresh(name)) for name in names)

    def _fresh(self, name: str) -> Any:
        """An attribute as the library has it."""
        return getattr(PCA, name).read(self)

    def _latents(self, rows: Reals, arrays: Optional[LinearGaussian]) -> Reals:
        if arrays is not None:
            return arrays.transform(rows).astype(rows.dtype, copy=False)
        latents = np.empty((len(rows), self._info().n_components), rows.dtype)
        kind = number_type(rows) + (0 if rows.flags.c_contiguous else c.BY_COLUMNS)
        check(lib.gen_pca_transform(self._handle, address(rows), kind, len(rows), address(latents)))
        return latents

    def _numbers(self, X: Any, name: str) -> npt.NDArray[Any]:
        return real_rows_first(X, name)

    def _array_of(self, data: Dataset) -> npt.NDArray[Any]:
        return data._array if data._array is not None and data._is_double else data.read()

    def _packed(self, array: npt.NDArray[Any]) -> Reals:
        return packed(array, np.result_type(real_type(array), self._type), None, "X")

    def _as_stored(self, array: npt.NDArray[Any]) -> Reals:
        """The same, but in Fortran order where they are in it."""
        is_by_columns = array.ndim == 2 and array.flags.f_contiguous and array.dtype in (np.float32, np.float64)
        if is_by_columns and array.dtype == np.result_type(array.dtype, self._type):
            return array
        return self._packed(array)

    @property
    def _type(self) -> Any:
        """The type of components and means."""
        if self._handle is None:
            return real_type(self.components_)
        return np.float64 if self._info().dtype == c.F64 else np.float32

    def _info(self) -> PCAInfo:
        """NotFittedError: there are no components, or not yet."""
        handle = self._any_handle()
        known: Optional[PCAInfo] = self._kept.get("_info")
        if known is not None:
            return known
        info = PCAInfo()
        status = lib.gen_pca_info(handle, ctypes.byref(info))
        if status == c.E_ARGUMENT:
            reason = lib.gen_last_error_message().decode()
            raise_not_fitted(type(self).__name__, f"has no components yet: {reason}. Call partial_fit with more rows")
        check(status)
        self._kept["_info"] = info
        return info

    def _variances(self) -> Doubles:
        self._info()
        return variances_of(self._handle)

    def _any_handle(self) -> int:
        """The library's model, of however many rows."""
        return super()._fitted_handle()

    def _fitted_handle(self) -> int:
        handle = self._any_handle()
        if self._is_changed():
            kind = type(self).__name__
            raise NotReadyError(c.E_STATE, f"this needs a {kind} as it was fitted: attributes of this one were changed")
        return handle

    def _row_shape(self) -> tuple[int, ...]:
        return (self.n_features_in_,)

    @classmethod
    def _read(cls, checkpoint: Checkpoint, path: Path, context: Optional[Context]) -> PCA:
        model = super()._read(checkpoint, path, context)
        model._n_columns = int(checkpoint.option("fitted.n_features") or 0)
        return model

    def _adopt_options(self) -> None:
        super()._adopt_options()
        ratio = self._described()["variance_ratio"]
        if ratio != "auto":
            self.n_components = ratio
        self._made_with, self._kept = self._options(), {}
        if self.__sklearn_is_fitted__():
            self._n_columns = self._info().n_features
            self._scale = IMAGES if self._info().dtype == c.U8 else None

    def __getstate__(self) -> Any:
        attributes, data = super().__getstate__()
        if self._handle is not None:
            kept = self._kept if self._is_changed() else {}
            attributes["_kept"] = {name: value for name, value in kept.items() if name != "_info"}
        return attributes, data

    def __setstate__(self, state: Any) -> None:
        super().__setstate__(state)
        self.__dict__.update(state[0])

    def __sklearn_is_fitted__(self) -> bool:
        return "components_" in vars(self).get("_kept", {}) or hasattr(self, "n_components_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        tags.input_tags.sparse = self.svd_solver in ("auto", "arpack", "covariance_eigh") and self.solver != "gram"
        return tags

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)
