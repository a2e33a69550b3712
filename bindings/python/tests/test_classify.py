"""Classifiers, nearest classes and likelihoods, compared with numpy, scikit-learn and SciPy."""

import json
import pickle

import numpy as np
import pytest
import references

import generative
from generative import VAE, Classifier, Context, Dataset, evaluate


@pytest.fixture
def classes():
    """400 rows of 9 features in three classes that overlap, and 100 more: (X, y, rows, labels)."""
    random = np.random.default_rng(11)
    labels = random.integers(0, 3, 500).astype(np.int32)
    centres = random.normal(size=(3, 9))
    rows = (centres[labels] + 1.2 * random.normal(size=(500, 9)) + 2).astype(np.float32)
    return rows[:400], labels[:400], rows[400:], labels[400:]


def tensors(model):
    """The arrays of a saved model, by name."""
    data = model.to_bytes("weights")
    size = int.from_bytes(data[:8], "little")
    entries = json.loads(data[8 : 8 + size])
    entries.pop("__metadata__")
    found = {}
    for name, entry in entries.items():
        first, last = entry["data_offsets"]
        array = np.frombuffer(data[8 + size + first : 8 + size + last], {"F32": "<f4", "F64": "<f8"}[entry["dtype"]])
        found[name] = array.reshape(entry["shape"]).astype(np.float64)
    return found


@pytest.mark.parametrize("C", [0.01, 1.0, 30.0])
def test_logistic_regression_finds_scikit_learns_optimum(classes, C):
    pytest.importorskip("sklearn")
    X, y, rows, _ = classes
    objective, weights, biases = references.logistic(X, y, C)
    found = evaluate.linear(X, y, rows, C=C)
    assert found.converged and found.n_training == 400
    np.testing.assert_allclose(found.weights, weights, atol=1e-4 * np.abs(weights).max())
    # Softmax does not mind a constant added to all biases.
    np.testing.assert_allclose(found.biases - found.biases.mean(), biases - biases.mean(), atol=1e-3)
    np.testing.assert_array_equal(found.labels, (rows.astype(np.float64) @ weights.T + biases).argmax(1))
    assert found.objective == pytest.approx(objective, rel=1e-6)


def test_squared_hinges_find_scipys_optimum(classes):
    pytest.importorskip("scipy")
    X, y, rows, _ = classes
    objective, weights, biases = references.squared_hinge(X, y, 0.5)
    found = evaluate.linear(X, y, rows, loss="squared_hinge", C=0.5)
    assert found.objective == pytest.approx(objective, rel=1e-6)
    np.testing.assert_allclose(found.weights, weights, atol=1e-4)
    np.testing.assert_allclose(found.biases, biases, atol=1e-3)


@pytest.mark.parametrize("n_neighbours", [1, 4, 9])
def test_nearest_neighbours_vote_as_scikit_learns_do(classes, n_neighbours):
    neighbors = pytest.importorskip("sklearn.neighbors")
    X, y, rows, _ = classes
    peer = neighbors.KNeighborsClassifier(n_neighbours, algorithm="brute").fit(X, y)
    found = evaluate.neighbours(X, y, rows, n_neighbours)
    np.testing.assert_array_equal(found, peer.predict(rows))
    np.testing.assert_array_equal(found, Dataset.from_array(X, y).classify(rows, n_neighbours))


def test_a_classifier_learns_and_its_features_carry_its_logits(classes):
    X, y, rows, labels = classes
    model = Classifier(hidden=(32, 7), epochs=30, batch_size=32, learning_rate=3e-3).fit(X, y)
    assert model.score(rows, labels) > 0.75 and model.n_classes is None
    features = model.features(rows)
    assert features.shape == (100, 7) and features.min() >= 0
    arrays = tensors(model)
    last = max(int(name.split(".")[1]) for name in arrays if name.startswith("classifier."))
    scores = features @ arrays[f"classifier.{last}.weight"].T + arrays[f"classifier.{last}.bias"]
    expected = np.exp(scores - scores.max(1, keepdims=True))
    expected /= expected.sum(1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(rows), expected, atol=1e-5)
    np.testing.assert_array_equal(model.predict(rows), expected.argmax(1))
    losses = -np.log(model.predict_proba(X)[np.arange(400), y])
    validated = Classifier(hidden=(8,), epochs=1).fit(X, y, validation=Dataset.from_array(X, y))
    assert validated.history_[-1].validation_loss == pytest.approx(
        -np.log(validated.predict_proba(X)[np.arange(400), y]).mean(), rel=1e-4
    )
    assert losses.mean() < validated.history_[-1].validation_loss


def test_a_convolutional_classifier_tells_bars_apart():
    random = np.random.default_rng(2)
    y = random.integers(0, 2, 300).astype(np.int32)
    X = 0.3 * random.random((300, 16, 16), dtype=np.float32)
    for row, label, at in zip(X, y, random.integers(2, 14, 300)):
        row[(slice(None), at) if label else (at, slice(None))] += 0.7
    model = Classifier(architecture="convolutional", base_channels=8, depth=2, hidden=(12,), batch_norm=True)
    model.set_params(epochs=12, batch_size=20, learning_rate=3e-3).fit(X[:200], y[:200])
    assert model.score(X[200:], y[200:]) > 0.95
    assert model.features(X[:3]).shape == (3, 12)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.features(X), model.features(X))
    assert again.info.n_classes == 2 and again.info.latent_size == 12
    for each in (model, again):
        each.set_params(warm_start=True, epochs=1).fit(X, y)
    assert again.to_bytes() == model.to_bytes()


def test_threads_do_not_change_a_classifier(classes):
    X, y, rows, _ = classes

    def bytes_of(n_threads):
        context = Context(n_threads=n_threads)
        weights = evaluate.linear(X, y, rows, context=context).weights
        return Classifier(seed=3, epochs=2, context=context).fit(X, y).to_bytes(), weights.tobytes()

    assert bytes_of(1) == bytes_of(2)


def test_classifiers_explain_errors(classes):
    X, y, rows, _ = classes
    with pytest.raises(ValueError, match="y has 3 classes, but n_classes is 2"):
        Classifier(2).fit(X, y)
    with pytest.raises(ValueError, match="labels"):
        Classifier(2).fit(Dataset.from_array(X, y))
    with pytest.raises(ValueError, match="no labels"):
        Classifier(3).fit(X)
    with pytest.raises(ValueError, match="hidden"):
        Classifier(3, hidden=()).fit(X, y)
    with pytest.raises(ValueError, match="n_classes"):
        Classifier(1).fit(X, np.zeros_like(y))
    with pytest.raises(ValueError, match="c must"):
        evaluate.linear(X, y, rows, C=-1)
    with pytest.raises(ValueError, match="classes"):
        evaluate.linear(X, np.zeros_like(y), rows)
    with pytest.raises(ValueError, match="n_neighbours"):
        evaluate.neighbours(X, y, rows, 401)
    with pytest.raises(generative.NotReadyError, match="labels"):
        Dataset.from_array(X).classify(rows)


def test_binarized_rows_have_the_rows_probabilities():
    gray = np.tile(np.array([0, 0.1, 0.5, 0.9, 1], np.float32), (20_000, 1))
    flips = generative.binarize(gray, seed=3)
    assert set(np.unique(flips)) == {0, 1}
    np.testing.assert_allclose(flips.mean(0), gray[0], atol=4 * 0.5 / np.sqrt(20_000))
    assert (flips[:, 0] == 0).all() and (flips[:, 4] == 1).all()
    np.testing.assert_array_equal(generative.binarize(gray[:7], seed=3), flips[:7])
    assert not np.array_equal(generative.binarize(gray, seed=4), flips)


def test_likelihoods_are_exact_where_the_posterior_is_known():
    pytest.importorskip("scipy")
    pytest.importorskip("safetensors")
    random = np.random.default_rng(0)
    factors = np.linalg.qr(random.normal(size=(35, 4)))[0] * np.array([2, 1, 0.5, 0.3])
    mean, variance = random.normal(size=35), 0.05
    x = random.normal(size=(50, 4)) @ factors.T + mean + np.sqrt(variance) * random.normal(size=(50, 35))
    x = x.astype(np.float32)
    exact = references.gaussian(x, mean, factors, variance)
    vae = references.known_vae(mean, factors, variance)
    for n_samples in (1, 10, 1000):
        np.testing.assert_allclose(vae.log_likelihood(x, n_samples=n_samples, seed=1), exact, atol=1e-4)
    # With hardly any spread the reconstruction is that of the mean, whatever is drawn.
    vae = references.known_vae(mean, factors, variance, scale=1e-5)
    errors = np.square(vae.reconstruct(x).astype(np.float64) - x).sum(1)
    found = vae.elbo(x, seed=2)
    expected = 0.5 * (errors / variance + 35 * np.log(2 * np.pi * variance))
    np.testing.assert_allclose(found.reconstruction, expected, atol=1e-4)
    np.testing.assert_allclose(found.kl, references.divergence(*vae.encode(x)), rtol=1e-5)


def test_likelihoods_of_a_linear_vae_are_those_of_its_gaussian(rows):
    """p(x) = N(b, w w' + variance), to which importance sampling must converge. Far from the mean row, q(z|x) is
    narrower than the posterior and weights have heavy tails, so medians are compared."""
    x = rows.reshape(257, 35)
    model = VAE(
        1, hidden=(), likelihood="gaussian", variance=0.01, output_activation="identity", initializer="by_activation"
    )  # fmt: skip
    model.set_params(epochs=200, batch_size=32, learning_rate=0.01, schedule="cosine").fit(x)
    arrays = tensors(model)
    weights, bias = arrays["decoder.0.weight"], arrays["decoder.0.bias"]
    covariance = weights @ weights.T + 0.01 * np.eye(35)
    centred = x - bias
    _, log_determinant = np.linalg.slogdet(2 * np.pi * covariance)
    exact = -0.5 * (log_determinant + (centred * np.linalg.solve(covariance, centred.T).T).sum(1))
    found = model.log_likelihood(x, n_samples=20_000, seed=1)
    assert np.median(abs(found - exact)) < 0.01 and found.mean() == pytest.approx(exact.mean(), abs=0.05)
    means = [model.log_likelihood(x, n_samples=k, seed=1).mean() for k in (1, 10, 100)]
    reconstruction, kl = model.elbo(x, n_samples=200, seed=2)
    assert means[0] == pytest.approx(-(reconstruction + kl).mean(), abs=0.2)
    assert means[0] < means[1] < means[2] < exact.mean() + 0.05


def test_likelihoods_of_binary_rows_agree_with_numpy(rows):
    """Compared with importance sampling in numpy, with other latents."""
    x = generative.binarize(rows, seed=1).reshape(257, 35)[:20]
    model = VAE(2, hidden=(16,), epochs=20, batch_size=32, learning_rate=3e-3).fit(generative.binarize(rows))
    mean, log_variance = (a.astype(np.float64) for a in model.encode(x))
    noise = np.random.default_rng(0).normal(size=(4000, 20, 2))
    z = mean + np.exp(log_variance / 2) * noise
    p = model.decode(z.reshape(-1, 2)).reshape(4000, 20, 35).astype(np.float64)
    weights = (np.log(np.where(x == 1, p, 1 - p))).sum(-1) + 0.5 * (noise**2 + log_variance - z**2).sum(-1)
    top = weights.max(0)
    expected = top + np.log(np.exp(weights - top).mean(0))
    found = model.log_likelihood(x, n_samples=4000, seed=5)
    np.testing.assert_allclose(found, expected, atol=0.15)
    assert found.mean() == pytest.approx(expected.mean(), abs=0.03)
    np.testing.assert_array_equal(model.log_likelihood(x[:3], n_samples=4000, seed=5), found[:3])
    one = Context(n_threads=1)
    alone = VAE.from_bytes(model.to_bytes(), context=one)
    np.testing.assert_array_equal(alone.log_likelihood(x, n_samples=7), model.log_likelihood(x, n_samples=7))
    with pytest.raises(ValueError, match="n_samples"):
        model.log_likelihood(x, n_samples=0)


def test_conditional_likelihoods_need_labels(rows):
    labels = (np.arange(257) % 2).astype(np.int32)
    model = VAE(2, hidden=(8,), n_classes=2, epochs=3).fit(rows, labels)
    found = model.log_likelihood(rows, labels=labels, n_samples=50)
    reconstruction, kl = model.elbo(rows, labels=labels, n_samples=50)
    assert found.mean() > -(reconstruction + kl).mean() - 0.1 and found.shape == (257,)
    assert not np.array_equal(found, model.log_likelihood(rows, labels=1 - labels, n_samples=50))
    with pytest.raises(generative.NotReadyError, match="labels"):
        model.log_likelihood(rows)
