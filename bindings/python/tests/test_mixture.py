"""Mixtures of Gaussians against scikit-learn and SciPy, and in models."""

import pickle

import numpy as np
import pytest

from generative import VAE, Autoencoder, Context, GenerativeError, Mixture, NotReadyError, PCA, load

sklearn_mixture = pytest.importorskip("sklearn.mixture")
stats = pytest.importorskip("scipy.stats")


def clouds(n=3000, d=5, seed=0):
    """Three overlapping Gaussians of unequal shares and shapes."""
    random = np.random.default_rng(seed)
    centres = random.normal(0, 2.5, (3, d))
    shapes = random.normal(0, 1, (3, d, d)) / np.sqrt(d) + np.eye(d) * 0.3
    which = random.choice(3, n, p=[0.5, 0.3, 0.2])
    return (centres[which] + np.einsum("nij,nj->ni", shapes[which], random.normal(size=(n, d)))).astype(np.float32)


@pytest.mark.parametrize("covariance", ["full", "diagonal"])
def test_a_mixture_is_scikit_learns(covariance):
    X = clouds()
    ours = Mixture.of(X, 3, covariance=covariance, tolerance=1e-10, max_iterations=3000, n_starts=4)
    kind = {"full": "full", "diagonal": "diag"}[covariance]
    theirs = sklearn_mixture.GaussianMixture(
        3, covariance_type=kind, tol=1e-10, max_iter=3000, n_init=4, random_state=0
    ).fit(X.astype(np.float64))
    assert ours.converged and theirs.converged_
    assert ours.log_likelihood == pytest.approx(theirs.score(X.astype(np.float64)), abs=1e-6)
    order, other = np.argsort(ours.weights), np.argsort(theirs.weights_)
    np.testing.assert_allclose(ours.weights[order], theirs.weights_[other], rtol=1e-4)
    np.testing.assert_allclose(ours.means[order], theirs.means_[other], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(ours.covariances[order], theirs.covariances_[other], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(ours.score_samples(X), theirs.score_samples(X.astype(np.float64)), atol=1e-4)
    np.testing.assert_allclose(
        ours.predict_proba(X)[:, order], theirs.predict_proba(X.astype(np.float64))[:, other], atol=1e-4
    )


@pytest.mark.parametrize("covariance", ["full", "diagonal"])
def test_densities_are_those_of_the_parameters(covariance):
    X = clouds(400, 7)
    mixture = Mixture.of(X, 4, covariance=covariance, seed=3)
    each = [np.diag(c) if covariance == "diagonal" else c for c in mixture.covariances]
    terms = [w * stats.multivariate_normal(m, c).pdf(X) for w, m, c in zip(mixture.weights, mixture.means, each)]
    np.testing.assert_allclose(mixture.score_samples(X), np.log(np.sum(terms, 0)), atol=1e-8)
    np.testing.assert_allclose(mixture.predict_proba(X), (terms / np.sum(terms, 0)).T, atol=1e-8)
    np.testing.assert_array_equal(mixture.predict(X), np.argmax(terms, 0))
    assert mixture.log_likelihood == pytest.approx(mixture.score_samples(X).mean(), abs=1e-9)
    assert (mixture.n_rows, mixture.covariance, mixture.weights.sum()) == (400, covariance, pytest.approx(1))


def test_rounds_never_lower_the_likelihood_and_more_starts_never_do():
    X = clouds(800, 4, seed=2)
    by_rounds = [Mixture.of(X, 6, max_iterations=i, tolerance=1e-12).log_likelihood for i in range(1, 12)]
    assert np.all(np.diff(by_rounds) > -1e-9) and by_rounds[-1] > by_rounds[0]
    by_starts = [Mixture.of(X, 6, n_starts=i, seed=5).log_likelihood for i in (1, 3, 9)]
    assert np.all(np.diff(by_starts) >= 0)


@pytest.mark.parametrize("covariance", ["full", "diagonal"])
def test_samples_have_the_mixtures_moments_and_do_not_depend_on_the_batch(covariance):
    mixture = Mixture.of(clouds(), 3, covariance=covariance)
    samples = mixture.sample(200_000, seed=4).astype(np.float64)
    mean = mixture.weights @ mixture.means
    np.testing.assert_allclose(samples.mean(0), mean, atol=0.03)
    each = [np.diag(c) if covariance == "diagonal" else c for c in mixture.covariances]
    spread = sum(w * (c + np.outer(m - mean, m - mean)) for w, m, c in zip(mixture.weights, mixture.means, each))
    np.testing.assert_allclose(np.cov(samples.T), spread, atol=0.06)
    shares = np.bincount(mixture.predict(samples.astype(np.float32)), minlength=3) / len(samples)
    np.testing.assert_allclose(shares, mixture.weights, atol=0.03)
    np.testing.assert_array_equal(mixture.sample(50, seed=4), samples[:50].astype(np.float32))
    assert not np.array_equal(mixture.sample(50, seed=5), mixture.sample(50, seed=4))


def test_threads_do_not_change_a_bit():
    X = clouds(2500, 70)
    fits = [Mixture.of(X, 5, context=Context(n_threads=n)) for n in (1, 2)]
    for name in ("weights", "means", "covariances"):
        np.testing.assert_array_equal(*(getattr(fit, name) for fit in fits))


def test_bad_rows_and_options_are_errors():
    X = clouds(50, 3)
    with pytest.raises(ValueError, match="n_components must be at most the number of rows, 50, not 51"):
        Mixture.of(X, 51)
    with pytest.raises(ValueError, match="n_components must be between 1 and 4096, not"):
        Mixture.of(X, 0)
    with pytest.raises(ValueError, match="covariance must be one of"):
        Mixture.of(X, covariance="tied")
    with pytest.raises(GenerativeError, match="covariance of component 0 is not positive definite"):
        Mixture.of(np.ones((50, 3), np.float32), 1, regularization=0)
    same = Mixture.of(np.ones((50, 3), np.float32), 4)
    assert np.all(np.isfinite(same.score_samples(X))) and np.allclose(same.sample(5), 1, atol=0.01)
    huge = Mixture.of((X * 1e30).astype(np.float32), 2)
    assert np.all(np.isfinite(huge.covariances))


def pictures(n=300, seed=0):
    random = np.random.default_rng(seed)
    blobs = random.random((n, 2)) * 6 + 1
    axis = np.arange(8)
    distance = (axis[None, :, None] - blobs[:, :1, None]) ** 2 + (axis[None, None, :] - blobs[:, 1:, None]) ** 2
    return np.exp(-distance / 3).astype(np.float32)


MODELS = {
    "pca": lambda: PCA(5),
    "whitened": lambda: PCA(5, whiten=True),
    "autoencoder": lambda: Autoencoder(3, hidden=(16,), epochs=3),
    "vae": lambda: VAE(3, hidden=(16,), epochs=3),
}


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]().fit(pictures())


def test_a_models_mixture_is_fitted_to_its_latents(model):
    X = pictures(400, 1)
    model.fit_mixture(X, 4, seed=7)
    latents = model.encode_sample(X, seed=7) if isinstance(model, VAE) else model.transform(X)
    expected = Mixture.of(latents, 4, seed=7)
    for name in ("weights", "means", "covariances"):
        np.testing.assert_array_equal(getattr(model.mixture_, name), getattr(expected, name))
    rows = model.sample_mixture(300, seed=2)
    np.testing.assert_allclose(
        rows.reshape(300, -1), model.inverse_transform(expected.sample(300, seed=2)).reshape(300, -1), atol=1e-6
    )
    np.testing.assert_array_equal(model.sample_mixture(7, seed=2), rows[:7])


def test_the_mixture_and_the_threshold_are_kept_in_files(model, tmp_path):
    X = pictures(200, 1)
    model.fit_mixture(X, 3, covariance="diagonal").fit_threshold(X, 0.9)
    model.save(tmp_path / "model.safetensors", "weights")
    for other in (load(tmp_path / "model.safetensors"), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(other.sample_mixture(20, seed=3), model.sample_mixture(20, seed=3))
        assert other.threshold_ == model.threshold_
        assert (other.mixture_.covariance, other.mixture_.n_rows) == ("diagonal", 200)
        np.testing.assert_array_equal(other.predict(X), model.predict(X))


def test_a_further_fit_discards_them(model):
    X = pictures(200, 1)
    model.fit_mixture(X, 3).fit_threshold(X)
    (model.partial_fit if isinstance(model, PCA) else model.fit)(X)
    with pytest.raises(NotReadyError, match="no mixture"):
        model.sample_mixture(3)
    with pytest.raises(NotReadyError, match="no threshold"):
        model.threshold_
    assert not hasattr(model, "predict")


def test_a_threshold_is_a_quantile_of_scores(model):
    normal, other = pictures(301, 1), 1 - pictures(150, 2)
    model.fit_threshold(normal, 0.9)
    scores = model.anomaly_scores(normal)
    assert model.threshold_ == pytest.approx(np.quantile(scores, 0.9), rel=1e-12)
    np.testing.assert_array_equal(model.predict(normal), np.where(scores > model.threshold_, -1, 1))
    assert (model.predict(normal) == 1).mean() == pytest.approx(0.9, abs=0.005)
    assert (model.predict(other) == -1).mean() > 0.95
    np.testing.assert_allclose(model.decision_function(normal), model.threshold_ - scores)
    np.testing.assert_allclose(model.anomaly_scores(normal[5:9]), scores[5:9], rtol=1e-5)


def test_scores_are_squared_errors_and_negative_bounds(model):
    X = pictures(50, 3)
    if isinstance(model, VAE):
        mean, log_variance = (x.astype(np.float64) for x in model.encode(X))
        p = model.decode(mean).reshape(50, -1).astype(np.float64)
        x = X.reshape(50, -1)
        errors = -(x * np.log(p) + (1 - x) * np.log1p(-p)).sum(1)
        expected = errors + 0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum(1)
    else:
        back = model.inverse_transform(model.transform(X)).reshape(50, -1)
        expected = ((back.astype(np.float64) - X.reshape(50, -1)) ** 2).sum(1)
    np.testing.assert_allclose(model.anomaly_scores(X), expected, rtol=1e-4)


def test_missing_latents_and_needed_labels_are_reported():
    X = pictures(64)
    unet = Autoencoder(8, architecture="convolutional", base_channels=2, skips=True, corruption="gaussian", epochs=1)
    unet.fit(X[..., None])
    with pytest.raises(NotReadyError, match="no latents"):
        unet.fit_mixture(X[..., None])
    unet.fit_threshold(X[..., None])
    conditional = VAE(2, hidden=(8,), n_classes=2, epochs=1).fit(X, np.arange(64) % 2)
    for verb in (conditional.fit_mixture, conditional.fit_threshold):
        with pytest.raises(GenerativeError, match="labels must be given: this VAE was made with n_classes=2"):
            verb(X)
    copy = pickle.loads(pickle.dumps(conditional))
    assert copy.n_epochs_ == 1
    with pytest.raises(ValueError, match="16 numbers per row, the model takes 64"):
        unet.fit_threshold(np.zeros((3, 4, 4, 1), np.float32))
    with pytest.raises(ValueError, match="quantile must be between"):
        unet.fit_threshold(X[..., None], 1.5)
