"""A classifier, for its features and its classes."""

from __future__ import annotations

import os
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from ._c_types import whole
from ._classes import Classes, are_labels, classes_of, labels_of, targets
from ._constructors import ClassifierParameters
from ._errors import check
from ._fit_rows import check_source, is_share, pair
from ._library import lib
from ._network import NetworkModel
from ._rows import Floats, address
from .dataset import Dataset


class Classifier(ClassifierParameters, NetworkModel):
    """A network that tells classes apart; its last hidden layer gives features for `evaluate`.

    n_classes: the most classes that `y` may have; None: any number. Integers 0 ... n_classes - 1 are all
    classes of the model, also those that `y` lacks. hidden: None: 256, 84; convolutional: 84.

    classes_: the classes of a fitted model, sorted: those of `y`, numbers or strings, or 0 ... n_classes - 1
    of a labelled Dataset. Pickles and copies keep classes_. A file or bytes do not: a loaded model has the
    classes 0 ... n_classes - 1, the places of the original ones in classes_.

    All parameters: see `ClassifierParameters`.
    """

    _noun = "classifier"
    _estimator_type = "classifier"
    _classes: Optional[Classes] = None

    def fit(self, X: Any, y: Any = None, *, validation: Any = None, **options: Any) -> Classifier:
        """Fits to rows and their classes `y`, or to a labelled Dataset; options: see `NetworkModel.fit`.

        validation: (rows, classes), or the share of the rows to hold out, or a labelled Dataset where the
        classes are 0 ... n_classes - 1.
        """
        classes, labels = self._encoded(X, y, self._goes_on(options.get("resume", False)))
        if validation is not None and not is_share(validation):
            measured = pair(validation)
            validation = self._measured(measured.X, measured.labels, classes)
        if options.get("comm") is not None and not options.get("shared_rows") and not are_labels(classes):
            raise ValueError("y must hold 0 ... n_classes - 1 on ranks with rows of their own: give n_classes")
        before = self._handle, self._classes
        self._classes = classes
        try:
            return super().fit(X, labels, validation=validation, **options)
        finally:
            if self._handle == before[0]:
                self._classes = before[1]

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """fit, then the features of the same rows."""
        return self.fit(X, y, **fit_params).transform(X)

    @property
    def classes_(self) -> Classes:
        """The classes, (n_classes,), in the order of predict_proba's columns."""
        count = self.info.n_classes
        return np.arange(count, dtype=np.int32) if self._classes is None else self._classes

    def predict(self, X: Any) -> Classes:
        """The likeliest class of each row, (n,)."""
        rows = self._rows(X)
        labels = np.empty(len(rows), np.int32)
        check(lib.gen_classifier_predict(self._handle, address(rows), len(rows), address(labels), None))
        predictions: Classes = self.classes_[labels]
        return predictions

    def predict_proba(self, X: Any) -> Floats:
        """The probabilities of all classes, (n, n_classes), in the order of classes_."""
        rows = self._rows(X)
        out = np.empty((len(rows), self.info.n_classes), np.float32)
        check(lib.gen_classifier_predict(self._handle, address(rows), len(rows), None, address(out)))
        return out

    def score(self, X: Any, y: npt.ArrayLike) -> float:
        """The share of rows whose class is predicted."""
        predictions, known = self.predict(X), targets(y)
        if len(known) != len(predictions):
            raise ValueError(f"y must have {len(predictions)} entries, one for each row, not {len(known)}")
        return float(np.mean(predictions == known))

    def features(self, X: Any) -> Floats:
        """The last hidden layer's output, (n, n_features)."""
        rows = self._rows(X)
        return self._map(lib.gen_model_features, rows, self._empty_latents(len(rows)))

    def transform(self, X: Any) -> Any:
        """features, in the container that set_output asks for."""
        return self._labelled(self.features(X), X)

    def _encoded(self, X: Any, y: Any, goes_on: bool) -> tuple[Optional[Classes], Any]:
        """The classes of a fit, and y as labels; None for classes: the labels themselves."""
        if y is not None:
            check_source(X, y, "y")
        if y is None or isinstance(X, (str, os.PathLike)):  # labels of a path are in a file
            if goes_on and not are_labels(self._classes):
                raise ValueError("y must hold the classes: those of this model are not 0 ... n_classes - 1")
            return (self._classes if goes_on else None), y
        found = targets(y)
        classes = self.classes_ if goes_on else classes_of(found, self.n_classes)
        return classes, found if classes is None else labels_of(found, classes)

    def _measured(self, X: Any, y: Any, classes: Optional[Classes]) -> tuple[Any, Any]:
        """Rows of a validation, and their classes as labels."""
        if y is None or isinstance(y, (str, os.PathLike)):
            if not are_labels(classes):
                raise ValueError("validation must be (rows, classes) where classes are not 0 ... n_classes - 1")
            return X, y
        check_source(X, y, "validation's labels")
        found = targets(y, "validation's labels")
        return X, found if classes is None else labels_of(found, classes, "validation's labels")

    def _create(self, data: Any, **options: Any) -> int:
        count = data.n_classes if self.n_classes is None else self.n_classes
        if self._classes is not None:
            count = len(self._classes)
        if data.n_classes < 0 and self.n_classes is None:
            raise ValueError("n_classes must be given for a stream, whose classes are not known before it is read")
        return super()._create(data, n_classes=count, **options)

    def _n_labels(self, goes_on: bool) -> Optional[int]:
        if self._classes is not None:
            return len(self._classes)
        count: Optional[int] = self.info.n_classes if goes_on else self.n_classes
        return None if count is None else whole(count, "n_classes")

    @property
    def _n_features_out(self) -> int:
        return self.latent_size_
