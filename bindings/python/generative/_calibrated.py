"""What is fitted to a model that has learned: a mixture of its latents, a threshold for anomalies."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Optional, TypeVar

import numpy as np

from ._c_types import room
from ._classes import is_one
from ._errors import GenerativeError, check
from ._follow import interruptible
from ._handle import made
from ._fit_rows import LabelRule, Rows
from ._library import lib
from ._model import Model
from ._rows import Doubles, Floats, Integers, Reals, address, check_channels_last, number_type
from .dataset import Dataset, dataset_of, is_array
from .mixture import Mixture, mixture_options

T = TypeVar("T", bound="CalibratedModel")


class CalibratedModel(Model):
    """Base of models with a mixture of latents to sample from, and anomaly scores of rows.

    The mixture and the threshold are saved with the model; a further fit discards them. A conditional VAE
    needs the class of each row as `labels`, or a labelled Dataset.
    """

    def fit_mixture(self: T, X: Any, n_components: int = 10, *, labels: Any = None, **options: Any) -> T:
        """Fit a Gaussian mixture to the latents of rows, for `sample_mixture`.

        For a VAE one latent is drawn from each row's Gaussian.

        Parameters
        ----------
        X : array-like, path, stream or Dataset
            Rows, (n, *shape).
        n_components : int, default=10
            Number of components.
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.
        **options
            Options of `Mixture.of`: covariance, n_starts, max_iterations, tolerance, regularization, seed.

        Returns
        -------
        self
            The model.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        settings = mixture_options(n_components, **options)
        with self._alone(), self._dataset(X, labels) as data:
            fit = interruptible(lib.gen_model_fit_mixture)
            status = fit(self._handle, data._handle, settings.pointer)
            data._reraise()
            check(status)
        return self

    @property
    def mixture_(self) -> Mixture:
        """Mixture that `fit_mixture` fitted."""
        return Mixture(made(lib.gen_model_mixture, self._fitted_handle()))

    def sample_mixture(self, n: int = 1, *, labels: Any = None, seed: int = 0) -> Floats:
        """Draw new rows: latents from the mixture, decoded.

        Parameters
        ----------
        n : int, default=1
            Number of rows.
        labels : int or array-like of int, optional
            Conditional models: the class of each row, which then sets `n`, or one class for all n rows. By
            default the classes are drawn with equal probability.
        seed : int, default=0
            Seed of the random numbers. Row i is the same for any number of rows.

        Returns
        -------
        ndarray
            Rows, (n, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        NotReadyError
            No mixture was fitted.
        """
        handle = self._fitted_handle()
        known, count = self._classes_to_draw(labels, n)
        rows = np.empty((room(count), *self._row_shape()), np.float32)
        check(lib.gen_model_sample_mixture(handle, address(known), count, seed, address(rows)))
        return rows

    def fit_threshold(self: T, X: Any, quantile: float = 0.95, *, labels: Any = None) -> T:
        """Set the anomaly threshold to a quantile of the scores of normal rows.

        Parameters
        ----------
        X : array-like, path, stream or Dataset
            Normal rows that the model was not fitted to, (n, *shape).
        quantile : float, default=0.95
            Share of normal rows that will be classified as normal, above 0, at most 1.
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.

        Returns
        -------
        self
            The model.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        with self._alone(), self._dataset(X, labels) as data:
            fit = interruptible(lib.gen_model_fit_threshold)
            status = fit(self._handle, data._handle, quantile, None)
            data._reraise()
            check(status)
        return self

    @property
    def threshold_(self) -> float:
        """Threshold that `fit_threshold` set: rows with a greater score are anomalies."""
        threshold = ctypes.c_double()
        check(lib.gen_model_threshold(self._fitted_handle(), ctypes.byref(threshold)))
        return threshold.value

    def anomaly_scores(self, X: Any, *, labels: Any = None) -> Doubles:
        """Compute the anomaly score of each row; greater is more anomalous.

        The score is the squared error of the reconstruction, summed over the row. For a VAE it is the
        negative bound in nats.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.

        Returns
        -------
        ndarray
            Scores, (n,), float64.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        rows, known = self._rows_and_labels(X, labels)
        scores = np.empty(len(rows))
        self._detect(rows, known, scores, None)
        return scores

    @property
    def decision_function(self) -> Callable[..., Doubles]:
        """decision_function(X, *, labels=None): threshold_ - anomaly_scores, negative for anomalies.

        Exists only after `fit_threshold`.
        """
        return self._with_threshold("decision_function", self._decide)

    @property
    def predict(self) -> Callable[..., Integers]:
        """predict(X, *, labels=None): -1 for each anomaly and 1 for each normal row, as in scikit-learn.

        Exists only after `fit_threshold`.
        """
        return self._with_threshold("predict", self._predict)

    @contextmanager
    def _dataset(self, X: Any, labels: Any) -> Iterator[Dataset]:
        """Rows to fit a mixture or a threshold to, with labels for a conditional model."""
        self._fitted_handle()
        if labels is not None and self._n_conditions() == 0:
            self._labels(labels, None)
        rule = LabelRule(type(self).__name__, self._n_conditions())
        if is_array(X) and is_one(labels) and not isinstance(labels, (str, os.PathLike, type(None))):
            labels = self._labels(labels, len(X))
        given: Rows = rule.rows(X, labels, "labels")
        is_labelled = self._n_conditions() > 0
        with dataset_of(given.X, self.context, labels=given.labels, labelled=is_labelled) as data:
            self._check_scale(data)
            check_channels_last(data.shape, self._row_shape())
            if is_labelled and data.info.n_classes == 0:
                self._labels(None, None)
            yield data

    def _with_threshold(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        """The method, which the model has only with a threshold."""
        try:
            _ = self.threshold_
        except GenerativeError as error:
            raise AttributeError(f"{name} needs a threshold: see fit_threshold") from error
        return method

    def _detect(
        self,
        rows: Reals,
        labels: Optional[Integers],
        scores: Optional[Doubles],
        anomalies: Optional[Integers],
    ) -> None:
        """Writes the outputs that are given."""
        given = (address(rows), number_type(rows), address(labels), len(rows))
        check(lib.gen_model_detect(self._fitted_handle(), *given, address(scores), address(anomalies)))

    def _decide(self, X: Any, *, labels: Any = None) -> Doubles:
        difference: Doubles = self.threshold_ - self.anomaly_scores(X, labels=labels)
        return difference

    def _predict(self, X: Any, *, labels: Any = None) -> Integers:
        rows, known = self._rows_and_labels(X, labels)
        found = np.empty(len(rows), np.int32)
        self._detect(rows, known, None, found)
        predictions: Integers = 1 - 2 * found
        return predictions
