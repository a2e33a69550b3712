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
    """Classifier network whose last hidden layer gives features for `generative.evaluate`.

    n_classes is the maximum number of classes in `y`; None allows any number. If `y` holds integers 0 ...
    n_classes - 1, these are all classes of the model, even those that `y` lacks. The default `hidden` is
    (256, 84), or (84,) for convolutional networks, which are the default for images with sides of at least 16
    pixels unless `hidden` is given.

    classes_ holds the sorted classes of a fitted model: those of `y`, numbers or strings, or 0 ...
    n_classes - 1 for a labelled Dataset. Pickles and copies keep classes_, files and bytes do not: a loaded
    model has the classes 0 ... n_classes - 1, which are indices into the original classes_.

    `ClassifierParameters` describes all parameters.
    """

    _noun = "classifier"
    _estimator_type = "classifier"
    _classes: Optional[Classes] = None

    def fit(self, X: Any, y: Any = None, *, validation: Any = None, **options: Any) -> Classifier:
        """Fit the classifier to labelled rows.

        Parameters
        ----------
        X : array-like, path, stream or Dataset
            Rows, see `NetworkModel.fit`.
        y : array-like, optional
            Class of each row: numbers or strings. None if `X` is a labelled Dataset.
        validation : tuple, float or Dataset, optional
            (rows, classes), or the share of rows to hold out, or a labelled Dataset if the classes are 0
            ... n_classes - 1.
        **options
            Passed to `NetworkModel.fit`.

        Returns
        -------
        Classifier
            The fitted classifier.

        Raises
        ------
        ValueError
            `y` does not match `X`, or has more than n_classes classes.
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
        """Fit the classifier and return the features of the same rows.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        y : array-like, optional
            Class of each row.
        **fit_params
            Passed to `fit`.

        Returns
        -------
        ndarray or DataFrame
            Features, (n, n_features), in the container chosen by `set_output`.
        """
        return self.fit(X, y, **fit_params).transform(X)

    @property
    def classes_(self) -> Classes:
        """Classes, (n_classes,), in the order of the columns of `predict_proba`."""
        count = self.info.n_classes
        return np.arange(count, dtype=np.int32) if self._classes is None else self._classes

    def predict(self, X: Any) -> Classes:
        """Predict the most likely class of each row.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).

        Returns
        -------
        ndarray
            Classes, (n,).

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        rows = self._rows(X)
        labels = np.empty(len(rows), np.int32)
        check(lib.gen_classifier_predict(self._handle, address(rows), len(rows), address(labels), None))
        predictions: Classes = self.classes_[labels]
        return predictions

    def predict_proba(self, X: Any) -> Floats:
        """Predict the probabilities of all classes.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).

        Returns
        -------
        ndarray
            Probabilities, (n, n_classes), float32, in the order of `classes_`.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        rows = self._rows(X)
        out = np.empty((len(rows), self.info.n_classes), np.float32)
        check(lib.gen_classifier_predict(self._handle, address(rows), len(rows), None, address(out)))
        return out

    def score(self, X: Any, y: npt.ArrayLike) -> float:
        """Compute the accuracy: the share of rows whose class is predicted.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        y : array-like
            Class of each row.

        Returns
        -------
        float
            Accuracy in [0, 1].

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        predictions, known = self.predict(X), targets(y)
        if len(known) != len(predictions):
            raise ValueError(f"y must have {len(predictions)} entries, one for each row, not {len(known)}")
        return float(np.mean(predictions == known))

    def features(self, X: Any) -> Floats:
        """Compute the output of the last hidden layer.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).

        Returns
        -------
        ndarray
            Features, (n, n_features), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        rows = self._rows(X)
        return self._map(lib.gen_model_features, rows, self._empty_latents(len(rows)))

    def transform(self, X: Any) -> Any:
        """Compute the features of rows, as `features` does.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).

        Returns
        -------
        ndarray or DataFrame
            Features, (n, n_features), in the container chosen by `set_output`.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
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
