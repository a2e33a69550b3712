"""A fit of any kind, stopped in any way, resumes bit-identically to an uninterrupted one."""

import numpy as np
import pytest
import safetensors.numpy as safetensors
from files import without_metadata

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
def test_a_stopped_fit_resumes_bit_identically(kind, way, place, tmp_path):
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
def test_the_best_and_the_last_weights_survive_a_stop(kind, through_file, tmp_path):
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


# ---- A rate that falls on plateaus -----------------------------------------------------------------

PLATEAU = {"schedule": "plateau", "schedule_period": 2, "schedule_factor": 0.5, "learning_rate": 0.03}


def plateau_rates(losses, rate, factor, period, min_delta):
    """The rate of each epoch, by the rule in the header."""
    rates, best, since = [], np.inf, 0
    for loss in losses:
        rates.append(rate)
        if loss < best - min_delta:
            best, since = loss, 0
        else:
            since += 1
        if since >= period:
            rate, since = rate * factor, 0
    return rates


@pytest.mark.parametrize("kind", [kind for kind in SMALL if "gan" not in kind])
@pytest.mark.parametrize("validated", [False, True])
@pytest.mark.parametrize("min_delta", [0, 0.05])
def test_a_plateau_lowers_the_rate_by_the_documented_rule(kind, validated, min_delta):
    X, y = data()
    options = {**FIT, **PLATEAU, "epochs": 40, "min_delta": min_delta}
    validation = (X[40:], y[40:]) if validated else None
    model = SMALL[kind](**options).fit(X[:40], y[:40], validation=validation)
    events = model.history_
    losses = [event.validation_loss if validated else event.loss for event in events]
    expected = plateau_rates(losses, 0.03, 0.5, 2, min_delta)
    np.testing.assert_allclose([event.learning_rate for event in events], expected, rtol=1e-6)
    if validated or min_delta:
        assert expected[-1] < 0.03


@pytest.mark.parametrize("kind", [kind for kind in SMALL if "gan" not in kind])
@pytest.mark.parametrize("at", [3, 9, 16])
@pytest.mark.parametrize("place", ["model", "file", "checkpoint"])
def test_a_plateau_survives_a_stop(kind, at, place, tmp_path):
    X, y = data()
    options = {**FIT, **PLATEAU, "epochs": 20, "min_delta": 0.05, "learning_rate": 0.1}
    fit = {"validation": (X[40:], y[40:])}
    whole = SMALL[kind](**options).fit(X[:40], y[:40], **fit)
    assert len({event.learning_rate for event in whole.history_}) > 2
    model = SMALL[kind](**options)
    path = tmp_path / "fit.safetensors"
    if place == "checkpoint":
        fit["checkpoint"] = path
    model.fit(X[:40], y[:40], callback=lambda event: generative.STOP_NOW if event.epoch == at else None, **fit)
    if place == "file":
        model.save(path)
        model = type(model).load(path).set_params(**options)
    if place == "checkpoint":
        model = SMALL[kind](**options)
    model.fit(X[:40], y[:40], resume=True, **fit)
    assert model.to_bytes("weights") == whole.to_bytes("weights")
    rates = {event.epoch: event.learning_rate for event in whole.history_}
    assert all(rates[event.epoch] == event.learning_rate for event in model.history_ if event.epoch > at)


# ---- Steps of several batches ----------------------------------------------------------------------

ACCUMULATING = {
    "autoencoder": lambda **fit: Autoencoder(2, hidden=(9,), dropout=0.2, **fit),
    "denoising": lambda **fit: Autoencoder(2, hidden=(9,), corruption="gaussian", preparation="none", **fit),
    "sparse": lambda **fit: Autoencoder(2, hidden=(9,), sparsity="l1", **fit),
    "contractive": lambda **fit: Autoencoder(2, hidden=(9,), contraction=0.1, **fit),
    "tied": lambda **fit: Autoencoder(2, hidden=(9,), tied=True, **fit),
    "vae": lambda **fit: VAE(2, hidden=(9,), dropout=0.1, **fit),
    "bernoulli": lambda **fit: VAE(2, hidden=(9,), likelihood="bernoulli", binarize=True, **fit),
    "weighted": lambda **fit: VAE(2, hidden=(9,), importance_samples=3, **fit),
    "annealed": lambda **fit: VAE(2, hidden=(9,), kl_schedule="linear", kl_epochs=3, **fit),
    "gradient": lambda **fit: VAE(2, hidden=(9,), likelihood="gaussian", learned_variance="gradient", **fit),
    "shared": lambda **fit: VAE(2, hidden=(9,), likelihood="gaussian", learned_variance="shared", **fit),
    "pixel": lambda **fit: VAE(2, hidden=(9,), likelihood="gaussian", learned_variance="pixel", **fit),
    "conditional": lambda **fit: VAE(2, hidden=(9,), n_classes=3, **fit),
    "classifier": lambda **fit: Classifier(hidden=(9,), n_classes=3, **fit),
    "convolutional": lambda **fit: VAE(2, hidden=(), architecture="convolutional", base_channels=2, depth=1, **fit),
}


@pytest.mark.parametrize("kind", ACCUMULATING)
@pytest.mark.parametrize("options", [{}, {"clip_norm": 0.5}, {"optimizer": "sgd", "learning_rate": 0.01}], ids=str)
def test_accumulated_batches_are_one_large_batch(kind, options):
    """53 rows in steps of 24, 24 and 5: the random numbers of a row do not depend on its batch."""
    random = np.random.default_rng(5)
    X, y = random.random((53, 6), dtype=np.float32), random.integers(3, size=53)
    if kind == "convolutional":
        X = random.random((53, 4, 6), dtype=np.float32)
    # SGD, whose steps are as exact as gradients: Adam divides small ones by themselves.
    fit = {"epochs": 3, "seed": 3, "epsilon": 1e-3, "schedule": "constant", "learning_rate": 0.005, **options}
    if "optimizer" in options:
        fit.pop("epsilon")
    large = ACCUMULATING[kind](batch_size=24, **fit).fit(X, y)
    events = large.history_
    for batch, count in ((8, 3), (12, 2), (5, 5)):
        if batch * count == 24:
            model = ACCUMULATING[kind](batch_size=batch, accumulate=count, **fit).fit(X, y)
            expected = [(event.loss, event.gradient_norm, event.n_steps) for event in events]
            found = [(event.loss, event.gradient_norm, event.n_steps) for event in model.history_]
            np.testing.assert_allclose(found, expected, rtol=2e-4)
            ours, theirs = (safetensors.load(each.to_bytes("weights")) for each in (model, large))
            for name in theirs:
                np.testing.assert_allclose(ours[name], theirs[name], atol=2e-5, rtol=2e-4, err_msg=name)
        else:  # another number of rows is another fit
            model = ACCUMULATING[kind](batch_size=batch, accumulate=count, **fit).fit(X, y)
            assert model.history_[-1].loss != events[-1].loss


def test_pairs_are_accumulated_too():
    random = np.random.default_rng(5)
    X, clean, held = random.random((3, 53, 6), dtype=np.float32)
    fit = {"epochs": 3, "seed": 3, "epsilon": 1e-3, "schedule": "constant", "learning_rate": 0.005}
    large, small = (
        ACCUMULATING["autoencoder"](batch_size=batch, accumulate=count, **fit).fit(
            X, clean, validation=(held, clean)
        )
        for batch, count in ((24, 1), (8, 3))
    )
    found, expected = (
        [(event.loss, event.gradient_norm, event.validation_loss) for event in model.history_] for model in (small, large)
    )
    np.testing.assert_allclose(found, expected, rtol=2e-4)


@pytest.mark.parametrize("kind", ["conditional", "classifier", "vae"])
def test_a_stream_is_accumulated_too(kind):
    random = np.random.default_rng(5)
    X, y = random.random((53, 6), dtype=np.float32), random.integers(3, size=53)
    passes = lambda: ((X[i : i + 7], y[i : i + 7]) for i in range(0, 53, 7))  # noqa: E731
    fit = {"epochs": 3, "seed": 3, "epsilon": 1e-3}
    large = ACCUMULATING[kind](batch_size=24, **fit).fit(passes)
    small = ACCUMULATING[kind](batch_size=8, accumulate=3, **fit).fit(passes)
    np.testing.assert_allclose([e.loss for e in small.history_], [e.loss for e in large.history_], rtol=1e-5)


@pytest.mark.parametrize("kind", ["conditional", "autoencoder", "classifier"])
def test_an_accumulating_fit_resumes_bit_identically(kind, tmp_path):
    X, y = data()
    fit = {**FIT, "accumulate": 2}
    whole = ACCUMULATING[kind](**fit).fit(X, y)
    path = tmp_path / "fit.safetensors"
    stop = lambda event: generative.STOP_NOW if event.epoch == 3 else None  # noqa: E731
    ACCUMULATING[kind](**fit).fit(X, y, checkpoint=path, callback=stop)
    model = ACCUMULATING[kind](**fit).fit(X, y, checkpoint=path, resume=True)
    assert model.to_bytes("weights") == whole.to_bytes("weights")
    ACCUMULATING[kind](**fit).fit(X, y, checkpoint=tmp_path / "other.safetensors", callback=stop)
    with pytest.raises(ValueError, match="accumulate was 2 in the interrupted fit and cannot be 1"):
        ACCUMULATING[kind](**FIT).fit(X, y, checkpoint=tmp_path / "other.safetensors", resume=True)


def test_a_fit_from_before_accumulation_resumes_without_it(tmp_path):
    """A record without the term comes from a fit whose steps were single batches."""
    X, y = data()
    whole = SMALL["vae"](**FIT).fit(X, y)
    model = SMALL["vae"](**FIT)
    stop_now(model, X, y, None)
    text = model.to_bytes()
    assert b"fit.term.accumulate" in text
    model.save(tmp_path / "new.safetensors")
    old = without_metadata(tmp_path / "new.safetensors", "fit.term.accumulate", tmp_path / "old.safetensors")
    with pytest.raises(ValueError, match="accumulate was 1 in the interrupted fit and cannot be 2"):
        VAE.load(old).set_params(**FIT, accumulate=2).fit(X, y, resume=True)
    again = VAE.load(old).set_params(**FIT).fit(X, y, resume=True)
    assert again.to_bytes("weights") == whole.to_bytes("weights")


def test_a_gan_refuses_plateau_and_accumulation():
    X, _ = data()
    for options in ({"schedule": "plateau"}, {"accumulate": 2}):
        with pytest.raises(generative.GenerativeError, match=f"{[*options][0]}.* does not work for a gan") as caught:
            SMALL["gan"](**FIT, **options).fit(X)
        assert caught.value.name == "GEN_E_UNSUPPORTED"
    for accumulate in (0, -1, 65_537, 1.5, "2"):
        with pytest.raises(ValueError, match="accumulate must be"):
            SMALL["vae"](**FIT, accumulate=accumulate).fit(X)
