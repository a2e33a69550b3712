"""PCA against numpy's singular value decomposition and scikit-learn."""

import copy
import pickle

import numpy as np
import pytest

import generative
from generative import PCA, _constants
from generative._library import lib


def svd(X):
    """(components, variances) of rows in Double, each component's largest entry positive."""
    X = X.reshape(len(X), -1).astype(np.float64)
    _, values, components = np.linalg.svd(X - X.mean(0), full_matrices=False)
    largest = np.abs(components).argmax(1)
    components = components * np.sign(components[np.arange(len(components)), largest])[:, None]
    return components, values**2 / (len(X) - 1)


@pytest.mark.parametrize("solver", ["covariance", "gram", "auto"])
def test_components_and_variances_are_those_of_the_svd(rows, solver):
    components, variances = svd(rows)
    pca = PCA(3, solver=solver).fit(rows)
    assert np.abs(pca.components_ - components[:3]).max() < 1e-4
    np.testing.assert_allclose(pca.explained_variance_, variances[:3], rtol=1e-5)
    np.testing.assert_allclose(pca.explained_variance_ratio_, variances[:3] / variances.sum(), rtol=1e-5)
    np.testing.assert_allclose(pca.singular_values_, np.sqrt(variances[:3] * 256), rtol=1e-5)
    np.testing.assert_allclose(pca.mean_, rows.reshape(257, 35).mean(0), atol=1e-6)
    np.testing.assert_allclose(pca.noise_variance_, variances[3:].mean(), rtol=1e-3)
    assert (pca.n_components_, pca.n_features_in_, pca.n_samples_) == (3, 35, 257)


def test_transform_and_back_is_the_projection(rows):
    flat = rows.reshape(257, 35)
    components, _ = svd(rows)
    pca = PCA(n_components=4).fit(rows)
    latents = pca.transform(rows[:9])
    np.testing.assert_allclose(latents, (flat[:9] - flat.mean(0)) @ components[:4].T, atol=1e-5)
    back = pca.inverse_transform(latents)
    np.testing.assert_allclose(back, latents @ components[:4] + flat.mean(0), atol=1e-5)


def test_whitened_latents_have_unit_variance(rows):
    latents = PCA(3, whiten=True).fit_transform(rows)
    np.testing.assert_allclose(np.cov(latents.T), np.eye(3), atol=1e-4)


def test_a_share_of_the_variance_picks_the_fewest_components(rows):
    _, variances = svd(rows)
    wanted = int(np.searchsorted(np.cumsum(variances) / variances.sum(), 0.97)) + 1
    assert PCA(0.97).fit(rows).n_components_ == wanted


def test_partial_fits_and_merges_equal_one_fit(rows):
    whole = PCA(3, solver="covariance").fit(rows)
    parts = PCA(3, solver="covariance")
    for part in (rows[:10], rows[10:11], rows[11:100]):
        parts.partial_fit(part)
    rest = PCA(3, solver="covariance").partial_fit(rows[100:])
    parts.merge(rest)
    assert parts.n_samples_ == 257
    np.testing.assert_allclose(parts.components_, whole.components_, atol=1e-6)
    np.testing.assert_allclose(parts.explained_variance_, whole.explained_variance_, rtol=1e-9)


def test_the_gaussian_model_has_the_closed_forms_likelihood(rows):
    flat = rows.reshape(257, 35).astype(np.float64)
    pca = PCA(3).fit(rows)
    components = svd(rows)[0][:3]
    noise = pca.noise_variance_
    covariance = components.T @ np.diag(pca.explained_variance_ - noise) @ components + noise * np.eye(35)
    centred = flat - flat.mean(0)
    distances = np.einsum("ij,ij->i", centred, np.linalg.solve(covariance, centred.T).T)
    expected = -0.5 * (distances + np.linalg.slogdet(covariance)[1] + 35 * np.log(2 * np.pi))
    np.testing.assert_allclose(pca.score_samples(rows), expected, rtol=1e-4)
    assert pca.score(rows) == pytest.approx(expected.mean(), rel=1e-4)


def test_samples_have_the_models_mean_and_covariance(rows):
    pca = PCA(3).fit(rows)
    samples = pca.sample(20_000, seed=5).astype(np.float64)
    flat = rows.reshape(257, 35)
    assert np.abs(samples.mean(0) - flat.mean(0)).max() < 0.02
    variances = np.linalg.eigvalsh(np.cov(samples.T))[::-1][:3]
    np.testing.assert_allclose(variances, pca.explained_variance_, rtol=0.05)
    np.testing.assert_array_equal(pca.sample(7, seed=5), samples[:7].astype(np.float32))


def test_bytes_doubles_floats_and_datasets_give_the_same_components(rows):
    bytes_ = np.round(rows * 255).astype(np.uint8)
    floats = bytes_.astype(np.float32) / 255
    expected = PCA(2).fit(floats).components_
    for data in (bytes_, floats.astype(np.float64), generative.Dataset.from_array(bytes_), bytes_[:, :, ::1]):
        np.testing.assert_allclose(PCA(2).fit(data).components_, expected, atol=1e-4)


def test_it_agrees_with_scikit_learn_on_pictures(fashion):
    decomposition = pytest.importorskip("sklearn.decomposition")
    flat = fashion.reshape(len(fashion), -1).astype(np.float64)
    ours = PCA(50).fit(fashion)
    theirs = decomposition.PCA(50, svd_solver="full").fit(flat)
    ratio = ours.explained_variance_ratio_
    np.testing.assert_allclose(ratio, theirs.explained_variance_ratio_, atol=1e-5)
    cosines = np.linalg.svd(ours.components_.astype(np.float64) @ theirs.components_.T)[1]
    assert np.arccos(np.clip(cosines.min(), -1, 1)) < 1e-3
    np.testing.assert_allclose(ours.noise_variance_, theirs.noise_variance_, rtol=1e-4)
    np.testing.assert_allclose(ours.score(fashion), theirs.score(flat), rtol=1e-3)


def test_it_takes_part_in_scikit_learns_pipelines(rows):
    base = pytest.importorskip("sklearn.base")
    pca = base.clone(PCA(2, whiten=True))
    assert pca.get_params()["whiten"] is True
    assert pca.set_params(n_components=3).fit_transform(rows).shape == (257, 3)


def test_it_is_pickled_and_copied_and_saved(rows, tmp_path):
    pca = PCA(3).fit(rows)
    pca.save(tmp_path / "pca.safetensors")
    for other in (
        pickle.loads(pickle.dumps(pca)),
        copy.deepcopy(pca),
        PCA.load(tmp_path / "pca.safetensors"),
        PCA.from_bytes(pca.to_bytes()),
    ):
        np.testing.assert_array_equal(other.transform(rows), pca.transform(rows))
    unfitted = pickle.loads(pickle.dumps(PCA(3)))
    assert unfitted.n_components == 3


def test_a_failed_fit_keeps_what_was_fitted(rows):
    pca = PCA(3).fit(rows)
    before = pca.components_
    with pytest.raises(ValueError, match="NaN|nan|finite"):
        pca.fit(np.full((5, 35), np.nan, np.float32))
    np.testing.assert_array_equal(pca.components_, before)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_nan_row_is_named_and_the_others_are_transformed(rows, number):
    pca, bad = PCA(3).fit(rows), rows[:6].reshape(6, -1).copy()
    bad[4, 17] = number
    latents = np.zeros((6, 3), np.float32)
    status = lib.gen_pca_transform(pca._handle, bad.ctypes.data, _constants.F32, 6, latents.ctypes.data)
    assert status == _constants.E_NONFINITE
    assert b"row 4, element 17" in lib.gen_last_error_message()
    assert not np.isfinite(latents[4]).any()
    np.testing.assert_array_equal(np.delete(latents, 4, 0), np.delete(pca.transform(rows[:6]), 4, 0))
    with pytest.raises(ValueError, match="NaN|nan|finite"):
        pca.transform(bad)


def test_mistakes_are_named(rows):
    with pytest.raises(generative.NotReadyError):
        PCA(3).transform(rows)
    with pytest.raises(ValueError, match="900"):
        PCA(900).fit(rows)
    with pytest.raises(ValueError, match="solver"):
        PCA(3, solver="magic").fit(rows)
    with pytest.raises(ValueError, match="35"):
        PCA(3).fit(rows).transform(rows[:, :4])
    with pytest.raises(ValueError, match="real numbers"):
        PCA(3).fit(np.array([["a", "b"]]))
