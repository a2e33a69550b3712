"""PCA from scikit-learn's models and back: both compute the same."""

import numpy as np
import pytest

import generative
from generative import PCA

decomposition = pytest.importorskip("sklearn.decomposition")
KINDS = {
    "PCA": lambda **o: decomposition.PCA(**o),
    "PCA, randomized": lambda **o: decomposition.PCA(svd_solver="randomized", random_state=1, **o),
    "IncrementalPCA": lambda **o: decomposition.IncrementalPCA(**o),
}


def rows(n=80, dtype=np.float64):
    random = np.random.default_rng(3)
    return (random.normal(size=(n, 4)) @ random.normal(size=(4, 9)) + random.normal(size=(n, 9)) + 20).astype(dtype)


def assert_alike(ours, theirs, x, tolerance=1e-12):
    z = theirs.transform(x)
    largest = np.abs(x).max()
    assert np.abs(ours.transform(x) - z).max() <= tolerance * np.abs(z).max()
    assert np.abs(ours.inverse_transform(z) - theirs.inverse_transform(z)).max() <= tolerance * largest
    for name in ("explained_variance_", "explained_variance_ratio_", "noise_variance_"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=max(tolerance, 1e-9))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("whiten", [False, True])
def test_a_model_of_scikit_learn_computes_the_same_here(kind, whiten, tmp_path):
    x = rows()
    theirs = KINDS[kind](n_components=3, whiten=whiten).fit(x)
    ours = PCA.from_sklearn(theirs)
    assert_alike(ours, theirs, x)
    assert ours.whiten == whiten and ours.n_components_ == 3 and ours.n_samples_ == len(x)
    if isinstance(theirs, decomposition.PCA):
        assert ours.score_samples(x) == pytest.approx(theirs.score_samples(x), rel=1e-9)
    ours.save(tmp_path / "pca.safetensors")
    assert_alike(PCA.load(tmp_path / "pca.safetensors"), theirs, x)


@pytest.mark.parametrize("whiten", [False, True])
def test_a_model_goes_to_scikit_learn_and_comes_back(whiten):
    x = rows()
    ours = PCA(n_components=4, whiten=whiten).fit(x)
    theirs = ours.to_sklearn()
    assert_alike(ours, theirs, x)
    assert ours.score_samples(x) == pytest.approx(theirs.score_samples(x), rel=1e-9)
    back = PCA.from_sklearn(theirs)
    assert np.array_equal(back.components_, ours.components_) and np.array_equal(back.mean_, ours.mean_)
    # The copy's arrays are its own.
    theirs.components_[:] = 0
    assert np.abs(ours.components_).max() > 0


def test_rows_of_floats_stay_floats():
    x = rows(dtype=np.float32)
    theirs = decomposition.PCA(n_components=2).fit(x)
    ours = PCA.from_sklearn(theirs)
    assert ours.transform(x).dtype == theirs.transform(x).dtype == np.float32
    assert_alike(ours, theirs, x, 1e-5)


def test_names_of_columns_go_along():
    pandas = pytest.importorskip("pandas")
    x = pandas.DataFrame(rows(), columns=list("abcdefghi"))
    ours = PCA.from_sklearn(decomposition.PCA(2).fit(x))
    assert list(ours.feature_names_in_) == list("abcdefghi")
    assert list(ours.to_sklearn().feature_names_in_) == list("abcdefghi")


def test_models_that_are_not_fitted_are_refused():
    with pytest.raises(generative.NotFittedError):
        PCA.from_sklearn(decomposition.PCA(2))
    with pytest.raises(generative.NotFittedError):
        PCA(2).to_sklearn()
