"""A fit that is stopped, in any way and of any kind, resumes to the bits of one that was not."""

import numpy as np
import pytest
import safetensors.numpy as safetensors

import generative
from generative import GAN, VAE, Autoencoder, Classifier

SMALL = {
    "autoencoder": lambda **fit: Autoencoder(2, hidden=(9,), dropout=0.2, **fit),
    "vae": lambda **fit: VAE(2, hidden=(9,), **fit),
    "conditional vae": lambda **fit: VAE(2, hidden=(9,), n_classes=3, **fit),
    "gaussian vae": lambda **fit: VAE(2, hidden=(9,), likelihood="gaussian", learned_variance="pixel", **fit),
    "gan": lambda **fit: GAN(2, generator_hidden=(9,), discriminator_hidden=(9,), **fit),
    "conditional gan": lambda **fit: GAN(2, generator_hidden=(9,), discriminator_hidden=(9,), n_classes=3, **fit),
    "classifier": lambda **fit: Classifier(hidden=(9,), n_classes=3, **fit),
}
FIT = {"epochs": 5, "batch_size": 16, "seed": 3}


def data():
    random = np.random.default_rng(5)
    y = random.integers(3, size=53)
    # A table with columns of unequal scales, which is standardised.
    return (random.normal(size=(53, 7)) + y[:, None]) * [1, 10, 100, 1, 1, 1e-3, 1] + 5, y


def stop_after_epoch(model, X, y, path, **settings):
    model.fit(X, y, callback=lambda event: generative.STOP_AFTER_EPOCH if event.epoch == 2 else None, **settings)


def stop_now(model, X, y, path, **settings):
    model.fit(X, y, callback=lambda event: generative.STOP_NOW if event.epoch == 3 else None, **settings)


def exception(model, X, y, path, **settings):
    def fail(event):
        if event.epoch == 3:
            raise LookupError

    with pytest.raises(LookupError):
        model.fit(X, y, callback=fail, **settings)


def token(model, X, y, path, **settings):
    stop = generative.Token()
    with pytest.raises(generative.GenerativeError):
        model.fit(X, y, token=stop, callback=lambda event: stop.cancel() if event.epoch == 3 else None, **settings)


WAYS = [stop_after_epoch, stop_now, exception, token]


@pytest.mark.parametrize("kind", SMALL)
@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
@pytest.mark.parametrize("place", ["model", "file", "checkpoint"])
def test_a_stopped_fit_resumes_to_the_same_bits(kind, way, place, tmp_path):
    X, y = data()
    path = tmp_path / "fit.safetensors"
    settings = {"checkpoint": path} if place == "checkpoint" else {}
    whole = SMALL[kind](**FIT).fit(X, y)
    model = SMALL[kind](**FIT)
    way(model, X, y, path, **settings)
    assert 0 < model.info.n_epochs_left < 5
    if place == "file":
        model.save(path)
        model = type(model).load(path).set_params(**FIT)
    if place == "checkpoint":
        model = SMALL[kind](**FIT)
    model.fit(X, y, resume=True, **settings)
    assert model.n_epochs_ == 5 and model.info.n_epochs_left == 0
    assert model.to_bytes("weights") == whole.to_bytes("weights")


@pytest.mark.parametrize("kind", [kind for kind in SMALL if "gan" not in kind])
@pytest.mark.parametrize("through_file", [False, True])
def test_the_best_weights_and_the_last_ones_both_outlive_a_stop(kind, through_file, tmp_path):
    X, y = data()
    labels = y if kind in ("conditional vae", "classifier") else None
    validation = generative.Dataset.from_array(X[40:], None if labels is None else labels[40:])
    fit = {**FIT, "epochs": 9, "keep_best": True, "learning_rate": 0.05}
    whole = SMALL[kind](**fit).fit(X[:40], y[:40], validation=validation)
    losses = [event.validation_loss for event in whole.history_]
    model = SMALL[kind](**fit)
    model.fit(
        X[:40], y[:40], validation=validation,
        callback=lambda event: generative.STOP_AFTER_EPOCH if event.epoch == 6 else None,
    )  # fmt: skip
    best = int(np.argmin(losses[:6])) + 1
    shorter = SMALL[kind](**fit)
    shorter.fit(
        X[:40], y[:40], validation=validation,
        callback=lambda event: generative.STOP_AFTER_EPOCH if event.epoch == best else None,
    )  # fmt: skip
    stopped, expected = (safetensors.load(each.to_bytes("weights")) for each in (model, shorter))
    assert all((stopped[name] == expected[name]).all() for name in expected)
    if through_file:
        model.save(tmp_path / "stopped.safetensors")
        model = type(model).load(tmp_path / "stopped.safetensors").set_params(**fit)
    model.fit(X[:40], y[:40], validation=validation, resume=True)
    assert model.to_bytes("weights") == whole.to_bytes("weights")


def test_a_gan_refuses_to_be_judged_by_its_losses():
    X, _ = data()
    for options in ({"keep_best": True}, {"patience": 2}):
        with pytest.raises(generative.GenerativeError, match="do not work for a gan"):
            SMALL["gan"](**FIT, **options).fit(X, validation=X)
