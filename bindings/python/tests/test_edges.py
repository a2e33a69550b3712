"""Minimal and degenerate data: steps of one row, one row, one class, a missing class, equal rows."""

import numpy as np
import pytest
from generative import GAN, VAE, Autoencoder, Classifier

RANDOM = np.random.default_rng(8)
CONVOLUTIONAL = {"architecture": "convolutional", "base_channels": 2}
HIDDEN = {"generator_hidden": (5,), "discriminator_hidden": (6, 4)}
MODELS = {
    "autoencoder": lambda **o: Autoencoder(2, hidden=(5,), **o),
    "autoencoder, tied": lambda **o: Autoencoder(2, hidden=(5,), tied=True, **o),
    "sparse autoencoder": lambda **o: Autoencoder(
        2, hidden=(5,), sparsity="kl", latent_activation="sigmoid", contraction=0.1, **o
    ),
    "denoiser": lambda **o: Autoencoder(2, skips=True, corruption="gaussian", **CONVOLUTIONAL, **o),
    "autoencoder with batch norm": lambda **o: Autoencoder(2, batch_norm=True, **CONVOLUTIONAL, **o),
    "vae": lambda **o: VAE(2, hidden=(5,), **o),
    "gaussian vae": lambda **o: VAE(2, hidden=(5,), likelihood="gaussian", **o),
    "importance-weighted vae": lambda **o: VAE(2, hidden=(5,), importance_samples=3, **o),
    "vae with batch norm": lambda **o: VAE(2, batch_norm=True, **CONVOLUTIONAL, **o),
    "conditional vae": lambda **o: VAE(2, hidden=(5,), n_classes=3, **o),
    "conditional vae with batch norm": lambda **o: VAE(2, n_classes=3, batch_norm=True, **CONVOLUTIONAL, **o),
    "gan": lambda **o: GAN(2, **HIDDEN, **o),
    "gan without batch norm": lambda **o: GAN(2, batch_norm=False, **HIDDEN, **o),
    "dcgan": lambda **o: GAN(2, **CONVOLUTIONAL, **o),
    "dcgan with spectral norm": lambda **o: GAN(2, spectral_norm=True, **CONVOLUTIONAL, **o),
    "conditional gan": lambda **o: GAN(2, n_classes=3, **HIDDEN, **o),
    "classifier": lambda **o: Classifier(hidden=(5,), **o),
    "classifier of 3": lambda **o: Classifier(3, hidden=(5,), **o),
    "classifier with batch norm": lambda **o: Classifier(3, batch_norm=True, **CONVOLUTIONAL, **o),
}
ALL = pytest.mark.parametrize("name", MODELS)


def make(name, **options):
    return MODELS[name](**{"epochs": 2, "batch_size": 4, **options})


def images(count):
    return RANDOM.random((count, 8, 8), dtype=np.float32)


def has_batch_norm(name):
    return "batch norm" in name and "without" not in name or "gan" in name and "without" not in name


def has_classes(name):
    return "conditional" in name or "classifier" in name


def check_is_fitted(model, X, y):
    """Every number that a fitted model gives is finite."""
    assert all(np.isfinite(event.loss) for event in model.history_) and len(model.history_) == 2
    labels = {"labels": y} if model.info.n_classes and not isinstance(model, Classifier) else {}
    outputs = []
    if isinstance(model, (VAE, GAN)):
        outputs.append(model.sample(5, seed=1))
    if isinstance(model, (VAE, Autoencoder)):
        outputs += [model.reconstruct(X, **labels), model.score(X, y)]
    if isinstance(model, VAE):
        outputs += [*model.encode(X, **labels), *model.elbo(X, **labels)]
    if isinstance(model, GAN):
        outputs.append(model.discriminate(X, **labels))
    if isinstance(model, Classifier):
        outputs += [model.predict_proba(X), model.features(X)]
        np.testing.assert_allclose(outputs[0].sum(1), 1, rtol=1e-5)
        assert set(model.predict(X)) <= set(model.classes_)
    assert all(np.isfinite(output).all() for output in outputs)


@ALL
def test_steps_of_one_row(name):
    X, y = images(5), np.arange(5) % 2
    model = make(name, batch_size=1)
    if has_batch_norm(name):
        with pytest.raises(ValueError, match="at least 2 with batch norm, not 1; use a larger one"):
            model.fit(X, y)
        return
    check_is_fitted(model.fit(X, y), X, y)
    assert model.info.n_steps == 10


@ALL
def test_a_last_step_of_one_row_is_left_out_with_batch_norm(name):
    X, y = images(5), np.arange(5) % 2
    model = make(name).fit(X, y)
    check_is_fitted(model, X, y)
    assert model.info.n_steps == (2 if has_batch_norm(name) else 4)


@ALL
def test_one_row(name):
    X, y = images(1), [1]
    model = make(name)
    message = "y has 1 class, but a classifier needs at least 2" if name == "classifier" else None
    if "gan" in name:
        message = "GAN must be fitted to at least 2 rows, not n_samples = 1"
    elif has_batch_norm(name):
        message = "too few rows: a step needs at least 2"
    if message:
        with pytest.raises(ValueError, match=message):
            model.fit(X, y)
        assert not hasattr(model, "n_features_in_")
        return
    check_is_fitted(model.fit(X, y), X, y)


@ALL
def test_two_rows(name):
    X, y = images(2), [0, 1]
    check_is_fitted(make(name).fit(X, y), X, y)


@ALL
def test_one_class(name):
    X, y = images(7), np.ones(7, int)
    model = make(name)
    if name == "classifier":
        with pytest.raises(ValueError, match="y has 1 class, but a classifier needs at least 2"):
            model.fit(X, y)
        with pytest.raises(ValueError, match="y has 1 class"):
            model.fit(X, ["cat"] * 7)
        return
    check_is_fitted(model.fit(X, y), X, y)


@ALL
def test_a_class_that_is_absent(name):
    X, y = images(7), np.arange(7) % 2 * 2
    model = make(name).fit(X, y)
    check_is_fitted(model, X, y)
    if "conditional" in name:
        assert np.isfinite(model.sample(3, labels=1)).all()
    elif name == "classifier":
        assert list(model.classes_) == [0, 2]
    elif has_classes(name):
        assert list(model.classes_) == [0, 1, 2] and model.predict_proba(X).shape == (7, 3)


@ALL
@pytest.mark.parametrize("value", [None, 0.0, 1.0])
def test_equal_rows(name, value):
    X, y = np.repeat(images(1), 7, 0), np.arange(7) % 2
    X = X if value is None else np.full_like(X, value)
    check_is_fitted(make(name).fit(X, y), X, y)


@ALL
def test_a_validation_of_one_row(name):
    X, y = images(7), np.arange(7) % 2
    model = make(name).fit(X, y, validation=(images(1), [1]))
    check_is_fitted(model, X, y)
    assert all(np.isfinite(event.validation_loss) for event in model.history_)


@ALL
def test_methods_accept_no_rows(name):
    X, y = images(4), np.arange(4) % 2
    model, none = make(name).fit(X, y), X[:0]
    labels = {"labels": []} if "conditional" in name else {}
    if isinstance(model, (VAE, Autoencoder)):
        assert model.reconstruct(none, **labels).shape == (0, 8, 8)
    if isinstance(model, (VAE, GAN)):
        assert model.sample(0).shape == (0, 8, 8)
    if isinstance(model, Classifier):
        assert model.predict(none).shape == (0,) and model.predict_proba(none).shape == (0, len(model.classes_))


@ALL
def test_no_labels(name):
    X = images(7)
    if has_classes(name):
        with pytest.raises(ValueError, match="requires y to be passed, but the target y is None: X has no labels"):
            make(name).fit(X)
        with pytest.raises(ValueError, match="labels must have 7 entries, one for each row, not 6"):
            make(name).fit(X, np.arange(6) % 2)
    else:
        assert make(name).fit(X).to_bytes() == make(name).fit(X, np.arange(6)).to_bytes()


@pytest.mark.parametrize("option", [{"batch_norm": True}, {"depth": 2}, {"base_channels": 8}], ids=str)
def test_options_of_convolutions_name_the_table_they_are_given(option):
    name = next(iter(option))
    with pytest.raises(ValueError, match=f"{name} needs images, but rows are a table with 12 columns"):
        Autoencoder(2, epochs=1, **option).fit(np.ones((20, 12)))
