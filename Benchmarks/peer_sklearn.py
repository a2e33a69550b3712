"""scikit-learn's side. The rows are already floats: converting them from bytes is not counted."""

from sklearn.decomposition import PCA, IncrementalPCA

import data
import reference
from bursts import repeat
from workload import Workload


def _fit(make, x, error=reference.pca_error, warm_up=1):
    fitted = {}

    def call():
        fitted["pca"] = make().fit(x)

    def measured():
        pca = fitted["pca"]
        exact = x if error is reference.wide_pca_error else reference.covariance(x)
        return error(pca.components_, pca.explained_variance_, exact)

    return Workload(repeat(call, warm_up), measured)


def pca_fit(solver="covariance_eigh", k=50, rows=60_000, kind="f32"):
    x = data.rows_of(kind, rows)
    return _fit(lambda: PCA(k or None, svd_solver=solver, random_state=0), x)


def pca_wide(solver="randomized", rows=1000, columns=12_288, k=50):
    x = data.normal(rows, columns)
    return _fit(lambda: PCA(k, svd_solver=solver, random_state=0), x, reference.wide_pca_error)


def pca_incremental(rows=60_000, k=50, batch=2000, kind="f32"):
    """Not warmed up: a fit takes 13 s, in which cold caches do not matter."""
    x = data.rows_of(kind, rows)
    return _fit(lambda: IncrementalPCA(k, batch_size=batch), x, warm_up=0)


def pca_transform(rows=60_000, k=50):
    x = data.rows_of("f32", rows)
    pca = PCA(k, svd_solver="covariance_eigh").fit(x)
    return Workload(repeat(lambda: pca.transform(x)))
