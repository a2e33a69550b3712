"""What scikit-learn asks of an estimator, without needing it: parameters by name, tags, column names."""

from __future__ import annotations

import html
import inspect
import sys
import warnings
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ._handle import public_names

E = TypeVar("E", bound="Estimator")

# Learned attributes that a notebook shows.
_SHOWN = (
    "architecture_", "shape_", "n_features_in_", "n_components_", "latent_size_", "n_classes_", "n_parameters_", "n_epochs_",
)  # fmt: skip


class Estimator:
    """Base of scikit-learn compatible models.

    The constructor's parameters are attributes of the same names, and are kept unchanged. Results of a fit
    are attributes that end with an underscore.
    """

    feature_names_in_: npt.NDArray[Any]
    n_features_in_: Any
    _sklearn_output_config: dict[str, str]
    _estimator_type: str | None = None  # scikit-learn's word for the kind, such as "classifier"

    def _keep(self, parameters: dict[str, Any]) -> None:
        """Sets the parameters from the constructor's locals()."""
        for name in _parameters(type(self)):
            setattr(self, name, parameters[name])

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name.

        Parameters
        ----------
        deep : bool, default=True
            Ignored; for compatibility with scikit-learn.

        Returns
        -------
        dict
            Parameters and their values.
        """
        return {name: getattr(self, name) for name in _parameters(type(self))}

    def set_params(self: E, **params: Any) -> E:
        """Set parameters by name; they apply from the next fit on.

        Parameters
        ----------
        **params
            Parameters and their values.

        Returns
        -------
        self
            The model.

        Raises
        ------
        ValueError
            The model has no such parameter.
        """
        for name, value in params.items():
            if name not in _parameters(type(self)):
                names = ", ".join(_parameters(type(self)))
                raise ValueError(f"{type(self).__name__} has no parameter {name!r}, only {names}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = _parameters(type(self))
        changed = [f"{k}={v!r}" for k, v in self.get_params().items() if repr(v) != repr(defaults[k])]
        return f"{type(self).__name__}({', '.join(changed)})"

    def _repr_html_(self) -> str:
        """A table for notebooks: the parameters that are not the defaults, and what a fit learned."""
        defaults = _parameters(type(self))
        lines = [(k, repr(v)) for k, v in self.get_params().items() if repr(v) != repr(defaults[k])]
        lines += [(name, repr(getattr(self, name))) for name in _SHOWN if hasattr(self, name)]
        cells = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(text)}</td></tr>" for name, text in lines)
        state = "" if self.__sklearn_is_fitted__() else ", not fitted"
        return f"<table><caption>{type(self).__name__}{state}</caption>{cells}</table>"

    def __dir__(self) -> list[str]:
        """Names without the underscore that marks internals."""
        return public_names(object.__dir__(self))

    def set_output(self: E, *, transform: str | None = None) -> E:
        """Choose the container that `transform` returns.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, optional
            "default" is a numpy array, the others are data frames.

        Returns
        -------
        self
            The model.
        """
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}
        return self

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Return the names of the latents: ["pca0", "pca1", ...].

        Parameters
        ----------
        input_features : None
            Ignored; for compatibility with scikit-learn.

        Returns
        -------
        ndarray of str
            Names, (latent_size,).
        """
        prefix = type(self).__name__.lower()
        return np.array([f"{prefix}{i}" for i in range(self._n_features_out)], dtype=object)

    @property
    def _n_features_out(self) -> int:
        raise AttributeError(f"{type(self).__name__} has no latents of rows")

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags, TransformerTags

        is_classifier = self._estimator_type == "classifier"
        transforms = TransformerTags(preserves_dtype=["float32"]) if hasattr(self, "transform") else None
        return Tags(
            estimator_type=self._estimator_type,
            target_tags=TargetTags(required=is_classifier),
            transformer_tags=transforms,
            classifier_tags=ClassifierTags() if is_classifier else None,
            input_tags=InputTags(three_d_array=True),
        )

    def _see_columns(self, X: Any) -> None:
        """Remembers the names of a data frame's columns, at a fit."""
        names = _column_names(X)
        if names is not None:
            self.feature_names_in_ = names
        else:
            vars(self).pop("feature_names_in_", None)

    def _check_columns(self, X: Any) -> None:
        """Compares the columns of a data frame with those of the fit, as scikit-learn does."""
        here, fitted = _column_names(X), vars(self).get("feature_names_in_")
        kind = type(self).__name__
        if fitted is None and here is not None:
            warnings.warn(f"X has feature names, but {kind} was fitted without feature names", stacklevel=4)
        elif here is None and fitted is not None:
            told = f"X does not have valid feature names, but {kind} was fitted with feature names"
            warnings.warn(told, stacklevel=4)
        elif fitted is not None and here is not None and list(here) != list(fitted):
            raise ValueError(_difference(list(here), list(fitted)))

    def _labelled(self, latents: npt.NDArray[Any], X: Any) -> Any:
        """Latents as what set_output or scikit-learn's configuration asks for."""
        kind = getattr(self, "_sklearn_output_config", {}).get("transform")
        if kind is None and "sklearn" in sys.modules:
            kind = sys.modules["sklearn"].get_config().get("transform_output")
        if kind in (None, "default"):
            return latents
        names = list(self.get_feature_names_out())
        if kind == "pandas":
            import pandas

            return pandas.DataFrame(latents, columns=names, index=getattr(X, "index", None))
        if kind == "polars":
            import polars

            return polars.DataFrame(latents, schema=names, orient="row")
        raise ValueError(f"transform must be one of 'default', 'pandas', 'polars', not {kind!r}")


def _parameters(kind: type) -> dict[str, Any]:
    """The constructor's parameters and their defaults."""
    return dict(_read_parameters(kind))


@lru_cache(maxsize=64)
def _read_parameters(kind: type) -> list[tuple[str, Any]]:
    # Read once for each class: a signature takes a third of a small fit's time.
    return [(parameter.name, parameter.default) for parameter in inspect.signature(kind).parameters.values()]


def _column_names(X: Any) -> npt.NDArray[Any] | None:
    """The names of a data frame's columns when they are strings."""
    columns = getattr(X, "columns", None)
    if columns is None or not all(isinstance(name, str) for name in columns):
        return None
    return np.asarray(list(columns), dtype=object)


def _difference(here: list[str], fitted: list[str]) -> str:
    """How column names differ, in scikit-learn's words."""
    lines = ["The feature names should match those that were passed during fit."]
    for told, names in (
        ("unseen at fit time", sorted(set(here) - set(fitted))),
        ("seen at fit time, yet now missing", sorted(set(fitted) - set(here))),
    ):
        if names:
            more = ["- ..."] if len(names) > 5 else []
            lines += [f"Feature names {told}:", *(f"- {name}" for name in names[:5]), *more]
    if len(lines) == 1:
        lines.append("Feature names must be in the same order as they were in fit.")
    return "\n".join(lines) + "\n"
