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
    """A model with latents of rows to draw from, and a score of how strange a row is to it.

    Both are kept in the model's file, and forgotten by a further fit. labels: the class of each row of a
    conditional VAE; other models take none. A labelled Dataset has its own.
    """

    def fit_mixture(self: T, X: Any, n_components: int = 10, *, labels: Any = None, **options: Any) -> T:
        """Fits a mixture of Gaussians to the latents of rows, for `sample_mixture`; options as for
        `Mixture.of`. Of a VAE one latent is drawn from each row's Gaussian."""
        settings = mixture_options(n_components, **options)
        with self._alone(), self._dataset(X, labels) as data:
            fit = interruptible(lib.gen_model_fit_mixture)
            status = fit(self._handle, data._handle, settings.pointer)
            data._reraise()
            check(status)
        return self

    @property
    def mixture_(self) -> Mixture:
        """The mixture of fit_mixture."""
        return Mixture(made(lib.gen_model_mixture, self._fitted_handle()))

    def sample_mixture(self, n: int = 1, *, labels: Any = None, seed: int = 0) -> Floats:
        """New rows of latents drawn from the mixture. Row i of a seed is the same for any n.

        labels: the class of each row of a conditional VAE, which set n; one class: of all n rows; None:
        drawn evenly.
        """
        handle = self._fitted_handle()
        known, count = self._classes_to_draw(labels, n)
        rows = np.empty((room(count), *self._row_shape()), np.float32)
        check(lib.gen_model_sample_mixture(handle, address(known), count, seed, address(rows)))
        return rows

    def fit_threshold(self: T, X: Any, quantile: float = 0.95, *, labels: Any = None) -> T:
        """Sets the threshold, above which a row is an anomaly, to this quantile of the scores of rows that
        the model was not fitted to, all of them normal."""
        with self._alone(), self._dataset(X, labels) as data:
            fit = interruptible(lib.gen_model_fit_threshold)
            status = fit(self._handle, data._handle, quantile, None)
            data._reraise()
            check(status)
        return self

    @property
    def threshold_(self) -> float:
        """The threshold of fit_threshold."""
        threshold = ctypes.c_double()
        check(lib.gen_model_threshold(self._fitted_handle(), ctypes.byref(threshold)))
        return threshold.value

    def anomaly_scores(self, X: Any, *, labels: Any = None) -> Doubles:
        """How strange each row is, greater for stranger ones: the squared error of its reconstruction, of
        a VAE the negative of the bound in nats."""
        rows, known = self._rows_and_labels(X, labels)
        scores = np.empty(len(rows))
        self._detect(rows, known, scores, None)
        return scores

    @property
    def decision_function(self) -> Callable[..., Doubles]:
        """decision_function(X, *, labels=None): threshold_ - anomaly_scores, negative for anomalies; see `predict`."""
        return self._with_threshold("decision_function", self._decide)

    @property
    def predict(self) -> Callable[..., Integers]:
        """predict(X, *, labels=None): -1 for each row that is an anomaly and 1 for any other, as scikit-learn has it.

        There is none before fit_threshold.
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
