"""A PCA from scikit-learn's numbers and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._errors import raise_not_fitted
from ._tensors import file_of

if TYPE_CHECKING:
    from .pca import PCA

#: The file's number of the rows' element type: `RowElement` of the library.
_ELEMENTS = {np.dtype(np.float32): 1}
_DOUBLE = 2
_COVARIANCE = 1


def sklearn_file(fitted: Any) -> bytes:
    """The bytes of a model file with the components of scikit-learn's PCA or IncrementalPCA."""
    if not hasattr(fitted, "components_"):
        raise_not_fitted(type(fitted).__name__)
    components = np.asarray(fitted.components_)
    variances = np.asarray(fitted.explained_variance_, np.float64)
    (k, d), ratio = components.shape, float(np.sum(fitted.explained_variance_ratio_))
    rows = getattr(fitted, "n_samples_seen_", None) or fitted.n_samples_
    options = {
        "whiten": str(bool(fitted.whiten)).lower(),
        "center": "true",
        "seed": 0,
        "solver": "auto",
        "variance_ratio": "auto",
        "n_components": k,
        "fitted.n_components": k,
        "fitted.n_features": d,
        "fitted.n_rows": int(rows),
        "fitted.solver": _COVARIANCE,
        "fitted.element": _ELEMENTS.get(components.dtype, _DOUBLE),
        "fitted.total_variance": repr(float(variances.sum() / ratio) if ratio > 0 else 0.0),
        "fitted.noise_variance": repr(float(fitted.noise_variance_)),
        "fitted.rounding": "0",
    }
    tensors = {
        "mean": np.zeros(d) if fitted.mean_ is None else fitted.mean_,
        "components": components,
        "explained_variance": np.maximum(variances, 0),
    }
    metadata = {"format": "1.1", "kind": "pca", **{f"option.{name}": str(value) for name, value in options.items()}}
    return file_of({name: np.asarray(array, "<f8") for name, array in tensors.items()}, metadata)


def sklearn_of(pca: PCA) -> Any:
    """scikit-learn's PCA with the components of a fitted one."""
    from sklearn.decomposition import PCA as Theirs

    theirs = Theirs(n_components=pca.n_components_, whiten=pca.whiten)
    for name in (
        "components_", "explained_variance_", "explained_variance_ratio_", "mean_", "n_components_",
        "n_features_in_", "n_samples_", "noise_variance_", "singular_values_",
    ):  # fmt: skip
        value = getattr(pca, name)
        setattr(theirs, name, np.array(value) if isinstance(value, np.ndarray) else value)
    if hasattr(pca, "feature_names_in_"):
        theirs.feature_names_in_ = pca.feature_names_in_
    return theirs
