"""Rows of any range: standardized tables, rows outside [0, 1], and what is refused."""

import copy
import json

import numpy as np
import pytest

import generative
from generative import GAN, VAE, Autoencoder, Classifier, GenerativeError

FIT = {"epochs": 40, "seed": 2}
KINDS = {
    "autoencoder": lambda **o: Autoencoder(2, hidden=(16,), **FIT, **o),
    "vae": lambda **o: VAE(2, hidden=(16,), **FIT, **o),
    "gan": lambda **o: GAN(**FIT, **o),
    "classifier": lambda **o: Classifier(hidden=(16,), n_classes=3, **FIT, **o),
}
EVERY = pytest.mark.parametrize("kind", KINDS)
#: Means and deviations of columns, the last of which never changes.
MEAN, SCALE = np.array([5, -300, 1e6, 0.5, 7]), np.array([1, 40, 3, 1e-4, 0])


def table(n=90, seed=1):
    random = np.random.default_rng(seed)
    y = random.integers(3, size=n)
    latent = random.normal(size=(n, 2)) + y[:, None] * [2, 0]
    plain = latent @ [[1, 0.5, 0, -1, 0], [0, 0.5, 1, 1, 0]] + random.normal(0, 0.1, (n, 5))
    return plain * SCALE + MEAN, y


@EVERY
def test_a_table_is_standardized_and_returned_in_its_own_units(kind):
    X, y = table()
    model = KINDS[kind]().fit(X, y)
    if kind == "classifier":
        assert (model.predict(X) == y).mean() > 0.7
        return
    rows = model.sample(500, seed=4) if kind == "gan" else model.reconstruct(X)
    assert np.abs(rows.mean(0) - X.mean(0)).max() < np.abs(X).max()
    moving = SCALE > 0
    off = (rows.mean(0) - X.mean(0))[moving] / X.std(0)[moving]
    assert np.abs(off).max() < 1
    np.testing.assert_allclose(rows[:, ~moving], 7, rtol=1e-2)
    if kind != "gan":
        assert (((rows - X)[:, moving] / X.std(0)[moving]) ** 2).mean() < 0.6


@EVERY
def test_units_of_columns_change_nothing_but_units(kind):
    X, y = table()
    units = np.array([2.0**9, 2.0**-7, 4, 2.0**20, 1])
    one, other = KINDS[kind]().fit(X, y), KINDS[kind]().fit(X * units, y)
    if kind == "classifier":
        np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X * units))
    elif kind == "gan":
        np.testing.assert_allclose(one.sample(9, seed=1) * units, other.sample(9, seed=1), rtol=1e-6)
    else:
        np.testing.assert_array_equal(one.transform(X), other.transform(X * units))


@EVERY
@pytest.mark.parametrize("through", ["file", "bytes", "copy"])
def test_a_preparation_is_part_of_the_model(kind, through, tmp_path):
    X, y = table()
    model = KINDS[kind]().fit(X, y)
    if through == "file":
        model.save(tmp_path / "model.safetensors", "weights")
        again = type(model).load(tmp_path / "model.safetensors")
    elif through == "bytes":
        again = type(model).from_bytes(model.to_bytes("weights"))
    else:
        again = copy.deepcopy(model)
    if kind == "classifier":
        np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    else:
        rows = [each.sample(7) if kind == "gan" else each.reconstruct(X) for each in (again, model)]
        np.testing.assert_array_equal(*rows)


def test_a_file_that_lost_its_preparation_is_refused():
    safetensors = pytest.importorskip("safetensors.numpy")
    data = KINDS["vae"]().fit(table()[0]).to_bytes("weights")
    size = int.from_bytes(data[:8], "little")
    metadata = json.loads(data[8 : 8 + size])["__metadata__"]
    metadata = {key: text for key, text in metadata.items() if "crc" not in key}
    tensors = safetensors.load(data)
    VAE.from_bytes(safetensors.save(tensors, metadata))
    del tensors["preparation.mean"]
    with pytest.raises(GenerativeError, match=r"preparation.mean is missing"):
        VAE.from_bytes(safetensors.save(tensors, metadata))


def test_a_vaes_bound_is_in_the_callers_units():
    X, _ = table()
    X = X[:, :4]
    units = np.array([2.0, 0.5, 8, 1024])
    one, other = KINDS["vae"]().fit(X), KINDS["vae"]().fit(X * units)
    assert one.score(X) - other.score(X * units) == pytest.approx(np.log(units).sum(), abs=1e-3)
    weighted = one.log_likelihood(X, n_samples=5) - other.log_likelihood(X * units, n_samples=5)
    np.testing.assert_allclose(weighted, np.log(units).sum(), atol=1e-3)
    # Not below the probabilistic PCA of standardised rows, in the same units.
    Z = (X - X.mean(0)) / X.std(0)
    pca = generative.PCA(2).fit(Z).score(Z) - np.log(X.std(0)).sum()
    assert VAE(2, seed=1).fit(X).score(X) > pca - 1


@EVERY
def test_pictures_outside_their_range_are_refused_with_a_remedy(kind):
    X = np.random.default_rng(0).random((40, 4, 6), np.float32) * 16
    y = np.arange(40) % 3
    if kind == "classifier":
        KINDS[kind]().fit(X, y)
        return
    with pytest.raises(GenerativeError, match="between 0 and 1.*preparation standardize"):
        KINDS[kind]().fit(X, y)
    KINDS[kind](preparation="standardize").fit(X, y)


@pytest.mark.parametrize("scaled", [np.float32, np.float64])
def test_rounding_beyond_the_range_is_accepted(scaled):
    X = np.random.default_rng(0).random((50, 3, 2)).astype(scaled)
    X[3, 1, 1] = 1 + (1e-15 if scaled is np.float64 else 1.2e-7)
    VAE(2, hidden=(8,), epochs=1, likelihood="bernoulli").fit(X).score(X)


def test_rows_out_of_range_are_anomalies():
    X = np.random.default_rng(0).random((60, 5, 2), np.float32)
    vae = VAE(2, hidden=(8,), epochs=3, likelihood="bernoulli").fit(X).fit_threshold(X)
    for strange in (X * 16, X - 5, np.where(np.arange(10).reshape(5, 2) == 3, 50, X)):
        assert (vae.predict(strange) == -1).all()
        for function in (vae.score, vae.elbo, vae.log_likelihood, vae.fit_threshold, vae.fit):
            with pytest.raises(GenerativeError, match="between 0 and 1"):
                function(strange)
    assert (vae.predict(X) == -1).mean() <= 0.06


def test_conflicting_options_are_refused():
    X, _ = table()
    for options in ({"likelihood": "bernoulli"}, {"output_activation": "sigmoid"}):
        with pytest.raises(GenerativeError, match="between 0 and 1"):
            VAE(2, epochs=1, **options).fit(X)
        with pytest.raises(GenerativeError, match="needs"):
            VAE(2, epochs=1, preparation="standardize", **options).fit(X)


def test_large_offsets_cost_no_digits_in_a_fit():
    X, _ = table()
    near, far = (KINDS["autoencoder"]().fit(X[:, :3] + offset) for offset in (0, 2.0**30))
    assert far.history_[-1].loss == pytest.approx(near.history_[-1].loss, rel=1e-3)
