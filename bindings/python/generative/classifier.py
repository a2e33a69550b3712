"""A classifier, for its features and its classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ._constructors import ClassifierParameters
from ._errors import check
from ._library import lib
from ._network import NetworkModel
from ._rows import Floats, Integers, address


class Classifier(ClassifierParameters, NetworkModel):
    """A network that tells classes apart; its last hidden layer gives features for `evaluate`.

    n_classes: None: the labels' largest + 1. hidden: None: 256, 84; convolutional: 84. fit wants labels
    as `y` or in the Dataset.

    All parameters: see `ClassifierParameters`.
    """

    _noun = "classifier"

    def fit(self, X: Any, y: Any = None, **options: Any) -> Classifier:
        """Fits to rows and their classes, or to a labelled Dataset; options: see `NetworkModel.fit`."""
        if self.n_classes is None:
            self.n_classes = int(np.max(y)) + 1 if y is not None else X.info.n_classes
        return super().fit(X, y, **options)

    def predict(self, X: Any) -> Integers:
        """The likeliest class of each row, (n,)."""
        rows = self._rows(X)
        labels = np.empty(len(rows), np.int32)
        check(lib.gen_classifier_predict(self._handle, address(rows), len(rows), address(labels), None))
        return labels

    def predict_proba(self, X: Any) -> Floats:
        """The probabilities of all classes, (n, n_classes)."""
        rows = self._rows(X)
        out = np.empty((len(rows), self.info.n_classes), np.float32)
        check(lib.gen_classifier_predict(self._handle, address(rows), len(rows), None, address(out)))
        return out

    def score(self, X: Any, y: npt.ArrayLike) -> float:
        """The share of rows whose class is predicted."""
        return float(np.mean(self.predict(X) == np.asarray(y)))

    def features(self, X: Any) -> Floats:
        """The last hidden layer's output, (n, n_features)."""
        rows = self._rows(X)
        return self._map(lib.gen_model_features, rows, self._empty_latents(len(rows)))

    def transform(self, X: Any) -> Any:
        """features, in the container that set_output asks for."""
        return self._labelled(self.features(X), X)

    @property
    def _n_features_out(self) -> int:
        return self.latent_size_
