"""A classifier, for its features and its classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._errors import check
from ._handle import handle_of
from ._library import lib
from ._network import NetworkModel, set_widths
from ._options import choose, count_option
from ._rows import Floats, Integers, address
from ._structs import ClassifierOptions
from .context import Context


class Classifier(NetworkModel):
    """A network that tells classes apart; its last hidden layer gives features for `evaluate`.

    n_classes: None: the labels' largest + 1. hidden: widths of hidden layers; None: 256, 84, for
    architecture="convolutional" 84 behind `depth` levels of half the size from base_channels channels
    (None: 32), doubled level by level. fit wants labels as `y` or in the Dataset.

    What all networks share, epochs, learning_rate and the like, is told at `NetworkModel`.
    """

    _noun = "classifier"
    _spelt = {"n_classes": "latent_size"}

    def __init__(
        self,
        n_classes: Optional[int] = None,
        *,
        hidden: Optional[Sequence[int]] = None,
        activation: Optional[str] = None,
        initializer: Optional[str] = None,
        dropout: float = 0.0,
        architecture: str = "dense",
        base_channels: Optional[int] = None,
        depth: Optional[int] = None,
        batch_norm: bool = False,
        epochs: int = 10,
        batch_size: int = 128,
        learning_rate: Optional[float] = None,
        optimizer: Optional[str] = None,
        beta1: Optional[float] = None,
        beta2: Optional[float] = None,
        epsilon: Optional[float] = None,
        weight_decay: float = 0.0,
        schedule: str = "constant",
        schedule_factor: Optional[float] = None,
        schedule_period: Optional[int] = None,
        schedule_epochs: Optional[int] = None,
        warm_up: float = 0.0,
        clip_norm: float = 0.0,
        patience: int = 0,
        keep_best: bool = False,
        warm_start: bool = False,
        shape: Optional[Sequence[int]] = None,
        seed: int = 0,
        context: Optional[Context] = None,
    ) -> None:
        self._keep(locals())

    n_classes: Optional[int]
    hidden: Optional[Sequence[int]]
    activation: Optional[str]
    initializer: Optional[str]
    dropout: float
    batch_norm: bool

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

    def _adopt_options(self) -> None:
        super()._adopt_options()
        del self.latent_size  # which is the number of features here, no option

    def _options(self, height: int, width: int, channels: int) -> ClassifierOptions:
        options = ClassifierOptions(
            activation=choose(c.ACTIVATION, self.activation, "activation"),
            height=height,
            width=width,
            channels=channels,
            n_classes=self.n_classes or 0,
            initializer=choose(c.INITIALIZER, self.initializer, "initializer"),
            dropout=self.dropout,
            seed=self.seed,
            context=handle_of(self.context),
            architecture=choose(c.ARCHITECTURE, self.architecture, "architecture"),
            depth=count_option(self.depth),
            base_channels=count_option(self.base_channels),
            batch_norm=int(self.batch_norm),
        )
        set_widths(options, "hidden", "n_hidden", self.hidden)
        return options
