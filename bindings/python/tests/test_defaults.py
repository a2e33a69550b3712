"""The library's default choices, and whether they are sufficient."""

import warnings

import numpy as np
import pytest
import safetensors.numpy as safetensors

import generative
from generative import GAN, PCA, VAE, Autoencoder, Classifier


def steps(model, n, **shape):
    random = np.random.default_rng(0)
    rows = random.random((n, *shape.get("shape", (3,)))).astype(np.float32)
    events = []
    model.fit(rows, np.arange(n) % 2, callback=events.append)
    return model, [event for event in events if event.is_epoch]


@pytest.mark.parametrize(
    ("n", "batch", "epochs"), [(1, 1, 1000), (12, 16, 1000), (178, 16, 182), (1000, 112, 250), (3000, 128, 87)]
)
def test_epochs_and_batches_follow_the_rows(n, batch, epochs):
    model, told = steps(Autoencoder(1, hidden=(2,)), n)
    assert len(told) == epochs
    assert model.info.n_steps == epochs * -(-n // batch)


@pytest.mark.parametrize("kind", [Autoencoder, VAE, GAN, Classifier])
def test_convolutional_networks_have_batches_of_32_rows_and_3000_steps(kind):
    events = []

    def stop(event):
        events.append(event)
        return generative.STOP_AFTER_EPOCH

    options = {"n_classes": 2} if kind is Classifier else {}
    images = np.random.default_rng(0).random((400, 16, 16)).astype(np.float32)
    model = kind(base_channels=1, **options).fit(images, np.arange(400) % 2, callback=stop)
    assert (events[-1].n_epochs, model.info.n_steps) == (250, 13)


def test_options_that_are_set_are_not_chosen():
    given = [({"epochs": 3}, 3, 36), ({"batch_size": 50}, 667, 2668), ({"epochs": 2, "batch_size": 200}, 2, 2)]
    for options, epochs, count in given:
        model, told = steps(VAE(1, hidden=(2,), **options), 178)
        assert (len(told), model.info.n_steps) == (epochs, count)


@pytest.mark.parametrize("kind", [Autoencoder, VAE, GAN, Classifier])
@pytest.mark.parametrize(
    ("shape", "architecture"),
    [
        ((16, 16), "convolutional"), ((16, 21, 3), "convolutional"), ((15, 40), "dense"), ((40, 15, 3), "dense"),
        ((8, 8), "dense"), ((1, 300), "dense"), ((300,), "dense"),
    ],
)  # fmt: skip
def test_images_of_16_pixels_have_convolutions(kind, shape, architecture):
    options = {"epochs": 1, "batch_size": 4, **({"n_classes": 2} if kind is Classifier else {})}
    chosen, _ = steps(kind(**options), 4, shape=shape)
    assert chosen.architecture_ == architecture
    loaded = kind.from_bytes(chosen.to_bytes())
    assert loaded.get_params()["architecture"] == loaded.architecture_ == architecture
    given, _ = steps(kind(**options, architecture=architecture), 4, shape=shape)
    assert given.to_bytes() == chosen.to_bytes()


@pytest.mark.parametrize(
    ("kind", "options", "side", "architecture"),
    [
        (Autoencoder, {"hidden": (4,)}, 16, "dense"),
        (Autoencoder, {"tied": True}, 16, "dense"),
        (Autoencoder, {"contraction": 0.1}, 16, "dense"),
        (Autoencoder, {"contraction": 0}, 16, "convolutional"),
        (Autoencoder, {"skips": True}, 8, "convolutional"),
        (VAE, {"hidden": ()}, 16, "dense"),
        (VAE, {"decoder_hidden": (4,)}, 16, "dense"),
        (VAE, {"depth": 1, "hidden": (4,)}, 8, "convolutional"),
        (GAN, {"generator_hidden": (4,)}, 16, "dense"),
        (GAN, {"discriminator_hidden": (4,)}, 16, "dense"),
        (GAN, {"mean_start": True}, 16, "dense"),
        (GAN, {"base_channels": 2}, 8, "convolutional"),
        (Classifier, {"n_classes": 2, "hidden": (4,)}, 16, "dense"),
        (Classifier, {"n_classes": 2, "batch_norm": True}, 8, "convolutional"),
    ],
)
def test_other_options_decide_the_architecture(kind, options, side, architecture):
    model, _ = steps(kind(**options, epochs=1, batch_size=4), 4, shape=(side, side))
    assert model.architecture_ == architecture


def test_options_of_two_architectures_are_refused():
    with pytest.raises(ValueError, match="tied needs architecture dense, but depth needs convolutional"):
        steps(Autoencoder(2, tied=True, depth=1), 4, shape=(16, 16))


def test_the_rate_falls_along_a_cosine_but_for_a_gan():
    for model, first in ((Autoencoder(1), 2e-3), (VAE(1), 2e-3), (Classifier(n_classes=2), 1e-3)):
        _, told = steps(model.set_params(epochs=10), 64)
        assert 0.9 * first < told[0].learning_rate <= first and told[-1].learning_rate < 0.05 * first
    for shape, rate in (((4, 3), 5e-4), ((40,), 2e-4)):
        _, told = steps(GAN(4, epochs=5), 64, shape=shape)
        np.testing.assert_allclose([event.learning_rate for event in told], rate, rtol=1e-6)


def test_the_smallest_valid_data_can_be_fitted():
    for model in (Autoencoder(1), VAE(1), GAN(), Classifier(n_classes=2)):
        steps(model.set_params(epochs=3), 2)


def test_dead_latents_and_growing_losses_give_warnings():
    rows = np.random.default_rng(1).random((500, 6)).astype(np.float32)
    with pytest.warns(UserWarning, match="latents carry no information"):
        VAE(2, beta=50.0, likelihood="bernoulli").fit(rows)
    with pytest.warns(UserWarning, match="more than ten times"):
        Autoencoder(2, output_activation="identity", learning_rate=20.0, warm_up=28, epochs=30).fit(rows)
    with pytest.warns(UserWarning, match="fewer than 100 steps"):
        VAE(2, epochs=1).fit(rows)


EQUAL = np.full((20, 3), 0.3, np.float32)
DIFFERENT = np.vstack([EQUAL, [[0.3, 0.3, 0.4]]]).astype(np.float32)


@pytest.mark.parametrize("kind", [Autoencoder, VAE, GAN, Classifier, PCA])
def test_equal_rows_give_a_warning(kind):
    options = {PCA: {"n_components": 1}, Classifier: {"n_classes": 2, "epochs": 1}}.get(kind, {"epochs": 1})
    for rows, is_warned in ((EQUAL, True), (DIFFERENT, False), (EQUAL[:2], True), (EQUAL[:1], kind in (Autoencoder, VAE))):
        if len(rows) == 1 and not is_warned:
            continue
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            kind(**options).fit(rows, np.arange(len(rows)) % 2)
        assert any("rows" in str(each.message) and "equal" in str(each.message) for each in told) == is_warned


@pytest.mark.parametrize("kind", [VAE, GAN, Classifier])
def test_a_class_without_rows_gives_a_warning(kind):
    rows = np.random.default_rng(1).random((20, 3)).astype(np.float32)
    for labels, is_warned in ((np.arange(20) % 3, False), (np.arange(20) % 2, True), (np.zeros(20, int), True)):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            kind(n_classes=3, epochs=1).fit(rows, labels)
        assert any("n_classes classes" in str(each.message) for each in told) == is_warned


@pytest.mark.parametrize("learned", ["shared", "pixel"])
def test_a_learned_variance_is_the_squared_error(learned):
    random = np.random.default_rng(2)
    rows = random.normal(size=(4000, 1)) @ [[1.0, -1.0, 0.5]] + random.normal(0, [0.02, 0.1, 0.3], (4000, 3))
    model = VAE(1, likelihood="gaussian", output_activation="identity", learned_variance=learned, preparation="none")
    mean, log_variance = model.fit(rows).encode(rows)
    latents = mean + np.exp(log_variance / 2) * random.normal(size=mean.shape).astype(np.float32)
    errors = ((model.decode(latents) - rows) ** 2).mean(0)
    tensors = safetensors.load(model.to_bytes("weights"))
    (found,) = (np.exp(values) for name, values in tensors.items() if name.endswith("log_variance"))
    np.testing.assert_allclose(found, errors if learned == "pixel" else [errors.mean()], rtol=0.1)


def test_columns_of_unequal_noise_gain_from_separate_variances():
    random = np.random.default_rng(2)
    rows = random.normal(size=(4000, 1)) @ [[1.0, -1.0, 0.5]] + random.normal(0, [0.02, 0.1, 0.3], (4000, 3))
    shared, pixel = (VAE(1, learned_variance=learned).fit(rows) for learned in ("shared", "pixel"))
    assert pixel.score(rows) > shared.score(rows) + 0.3


def test_the_quick_table_of_defaults_holds(benchmark, capsys):
    """Benchmarks/defaults.py: autoencoders against PCA, VAEs against probabilistic PCA, the modes of a ring."""
    pytest.importorskip("sklearn")
    status = benchmark("defaults").main(["--quick"])
    assert status == 0, capsys.readouterr().out


def test_a_fits_settings_are_logged_in_one_line():
    told = []
    context = generative.Context(log=lambda level, message: told.append(message))
    VAE(1, hidden=(2,), context=context).fit(np.random.default_rng(3).normal(size=(150, 3)) * 9)
    expected = "epochs 223, batch_size 16, learning_rate 0.002, schedule cosine to 0.0, preparation standardize, "
    (line,) = (message for message in told if message.startswith("a fit begins: "))
    assert line == "a fit begins: " + expected + "likelihood gaussian, output_activation identity"


def test_dense_layers_of_many_inputs_do_not_saturate():
    """A step moves a sum by the rate times the inputs: of 12,288 values 0.002 ended at four times the mean's error."""
    rows = generative.Dataset.faces(300, height=64, width=64, seed=5).read()
    model = Autoencoder(8, architecture="dense", epochs=5, seed=1).fit(rows)
    assert model.history_[0].learning_rate <= 8.192 / 12_288 * (1 + 1e-6)
    error = ((model.reconstruct(rows) - rows) ** 2).sum((1, 2, 3)).mean()
    assert error < ((rows - rows.mean(0)) ** 2).sum((1, 2, 3)).mean()
