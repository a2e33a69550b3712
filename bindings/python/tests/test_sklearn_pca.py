"""scikit-learn's own tests of PCA and IncrementalPCA, run with generative.PCA in place of its classes."""

import importlib.util
from fnmatch import fnmatchcase
from unittest.mock import patch

import numpy as np
import pytest

from generative import PCA

pytest.importorskip("sklearn", minversion="1.9")
from scipy.sparse import issparse  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")

# Tests that are not expected to pass, by patterns of their names, and why. One that passes fails here.
EXCEPTIONS = {
    "test_pca__test_pca_svd_solver_auto*": "reads a private attribute, the name of the solver that was chosen",
}
# Tests that are not run: arrays of other libraries than numpy.
LEFT_OUT = ("test_pca_array_api_compliance", "test_pca_mle_array_api_compliance", "test_array_api_error*")


class IncrementalPCA(PCA):
    """PCA with IncrementalPCA's constructor, a fit by batches of partial_fit, and two of its errors that PCA has
    no need of: PCA.partial_fit takes sparse rows, and fewer rows than components at first."""

    solver = svd_solver = iterated_power = power_iteration_normalizer = "auto"
    center, n_directions, n_passes, seed, context = True, None, None, 0, None
    tol, n_oversamples, random_state = 0.0, 10, None

    def __init__(self, n_components=None, *, whiten=False, copy=True, batch_size=None):
        self.n_components, self.whiten, self.copy, self.batch_size = n_components, whiten, copy, batch_size

    def fit(self, X, y=None):
        self.close()
        X = X.tocsr() if issparse(X) else X
        size = self.batch_size or 5 * X.shape[1]
        starts = [i for i in range(0, X.shape[0], size) if i == 0 or X.shape[0] - i >= (self.n_components or 1)]
        for start, end in zip(starts, [*starts[1:], X.shape[0]]):
            super().partial_fit(X[start:end])
        return self

    def partial_fit(self, X, y=None):
        if issparse(X):
            raise TypeError(
                "IncrementalPCA.partial_fit does not support sparse input. Either convert data to dense or use "
                "IncrementalPCA.fit to do so in batches."
            )
        if not hasattr(self, "n_samples_") and (self.n_components or 0) > len(X):
            raise ValueError(
                f"n_components={self.n_components} must be less or equal to the batch number of samples {len(X)} "
                "for the first partial_fit call."
            )
        return super().partial_fit(X, y)


def load_tests(name):
    """The tests of a module of scikit-learn's, which sees the classes here as scikit-learn's."""
    spec = importlib.util.find_spec(f"sklearn.decomposition.tests.{name}")
    module = importlib.util.module_from_spec(spec)
    with patch.multiple("sklearn.decomposition", PCA=PCA, IncrementalPCA=IncrementalPCA):
        spec.loader.exec_module(module)
    assert module.PCA is PCA
    return {
        f"{name}__{test}": value
        for test, value in vars(module).items()
        if test.startswith("test_") and not any(fnmatchcase(test, pattern) for pattern in LEFT_OUT)
    }


for module in ("test_pca", "test_incremental_pca"):
    globals().update(load_tests(module))


@pytest.fixture(params=[42])
def global_random_seed(request):
    return request.param


@pytest.fixture(params=[np.float32, np.float64], ids=["float32", "float64"])
def global_dtype(request):
    return request.param


@pytest.fixture(autouse=True)
def marked(request):
    for pattern, reason in EXCEPTIONS.items():
        if fnmatchcase(request.node.name, pattern):
            request.node.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def test_every_exception_is_of_a_test():
    for pattern in EXCEPTIONS:
        assert any(fnmatchcase(name, pattern) for name in globals())
