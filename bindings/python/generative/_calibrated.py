"""What is fitted to a model that has learned: a mixture of its latents, a threshold for anomalies."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Optional, TypeVar

import numpy as np

from ._c_types import room
from ._errors import GenerativeError, check
from ._follow import interruptible
from ._handle import made
from ._library import lib
from ._model import Model
from ._rows import Doubles, Floats, Integers, Reals, address, check_channels_last, number_type
from .dataset import dataset_of
from .mixture import Mixture, mixture_options

T = TypeVar("T", bound="CalibratedModel")


class CalibratedModel(Model):
    """A model with latents of rows to draw from, and a score of how strange a row is to it.

    Both are kept in the model's file, and forgotten by a further fit.
    """

    def fit_mixture(self: T, X: Any, n_components: int = 10, **options: Any) -> T:
        """Fits a mixture of Gaussians to the latents of rows, for `sample_mixture`; options as for
        `Mixture.of`. Of a VAE one latent is drawn from each row's Gaussian."""
        settings = mixture_options(n_components, **options)
        self._check_unconditional("fit_mixture")
        with self._alone(), dataset_of(X, self.context) as data:
            handle = self._fitted_handle()
            self._check_scale(data)
            check_channels_last(data.shape, self._row_shape())
            fit = interruptible(lib.gen_model_fit_mixture)
            status = fit(handle, data._handle, settings.pointer)
            data._reraise()
            check(status)
        return self

    @property
    def mixture_(self) -> Mixture:
        """The mixture of fit_mixture."""
        return Mixture(made(lib.gen_model_mixture, self._fitted_handle()))

    def sample_mixture(self, n: int = 1, *, seed: int = 0) -> Floats:
        """New rows of latents drawn from the mixture. Row i of a seed is the same for any n."""
        handle = self._fitted_handle()
        self._check_unconditional("sample_mixture")
        rows = np.empty((room(n), *self._row_shape()), np.float32)
        check(lib.gen_model_sample_mixture(handle, n, seed, address(rows)))
        return rows

    def fit_threshold(self: T, X: Any, quantile: float = 0.95) -> T:
        """Sets the threshold, above which a row is an anomaly, to this quantile of the scores of rows that
        the model was not fitted to, all of them normal."""
        self._check_unconditional("fit_threshold")
        with self._alone(), dataset_of(X, self.context) as data:
            handle = self._fitted_handle()
            self._check_scale(data)
            check_channels_last(data.shape, self._row_shape())
            fit = interruptible(lib.gen_model_fit_threshold)
            status = fit(handle, data._handle, quantile, None)
            data._reraise()
            check(status)
        return self

    @property
    def threshold_(self) -> float:
        """The threshold of fit_threshold."""
        threshold = ctypes.c_double()
        check(lib.gen_model_threshold(self._fitted_handle(), ctypes.byref(threshold)))
        return threshold.value

    def anomaly_scores(self, X: Any) -> Doubles:
        """How strange each row is, greater for stranger ones: the squared error of its reconstruction, of
        a VAE the negative of the bound in nats."""
        rows = self._rows(X)
        self._check_unconditional("anomaly_scores")
        scores = np.empty(len(rows))
        self._detect(rows, scores, None)
        return scores

    @property
    def decision_function(self) -> Callable[[Any], Doubles]:
        """decision_function(X): threshold_ - anomaly_scores, negative for anomalies; see `predict`."""
        return self._with_threshold("decision_function", self._decide)

    @property
    def predict(self) -> Callable[[Any], Integers]:
        """predict(X): -1 for each row that is an anomaly and 1 for any other, as scikit-learn has it.

        There is none before fit_threshold.
        """
        return self._with_threshold("predict", self._predict)

    def _with_threshold(self, name: str, method: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """The method, which the model has only with a threshold."""
        try:
            _ = self.threshold_
        except GenerativeError as error:
            raise AttributeError(f"{name} needs a threshold: see fit_threshold") from error
        return method

    def _detect(self, rows: Reals, scores: Optional[Doubles], anomalies: Optional[Integers]) -> None:
        """Writes the outputs that are given."""
        arguments = (address(rows), number_type(rows), len(rows), address(scores), address(anomalies))
        check(lib.gen_model_detect(self._fitted_handle(), *arguments))

    def _decide(self, X: Any) -> Doubles:
        difference: Doubles = self.threshold_ - self.anomaly_scores(X)
        return difference

    def _predict(self, X: Any) -> Integers:
        rows = self._rows(X)
        found = np.empty(len(rows), np.int32)
        self._detect(rows, None, found)
        predictions: Integers = 1 - 2 * found
        return predictions
