"""Sparse, contractive and tied autoencoders, importance-weighted VAEs have the properties in their names."""

import numpy as np
import pytest

import generative
from generative import VAE, Autoencoder

RECIPE = {"epochs": 40, "batch_size": 50, "learning_rate": 3e-3}


def latents(model, rows):
    return model.encode(rows).astype(np.float64)


def differences(model, rows):
    """The squared norms of the encoder's derivatives by central differences."""
    flat = rows.reshape(len(rows), -1)
    norms = np.zeros(len(rows))
    for pixel in range(flat.shape[1]):
        moved = np.repeat(flat[None], 2, 0).copy()
        moved[0, :, pixel] += 0.01
        moved[1, :, pixel] -= 0.01
        step = (moved[0, :, pixel] - moved[1, :, pixel]).astype(np.float64)
        change = latents(model, moved[0].reshape(rows.shape)) - latents(model, moved[1].reshape(rows.shape))
        norms += np.square(change / step[:, None]).sum(1)
    return norms


def test_the_latents_of_a_sparse_autoencoder_have_the_target_mean(rows):
    options = {"hidden": (), "latent_activation": "sigmoid", "seed": 1, **RECIPE, "epochs": 100}
    plain = Autoencoder(60, **options).fit(rows)
    sparse = Autoencoder(60, sparsity="kl", sparsity_weight=3, **options).fit(rows)
    assert abs(latents(sparse, rows).mean() - 0.05) < 0.01
    assert latents(plain, rows).mean() > 0.2
    other = Autoencoder(60, sparsity="kl", sparsity_weight=3, sparsity_target=0.2, **options).fit(rows)
    assert abs(latents(other, rows).mean() - 0.2) < 0.04
    event = sparse.history_[-1]
    assert 0 < event.loss - event.reconstruction < 1


def test_the_l1_penalty_makes_zeros(rows):
    options = {"hidden": (), "latent_activation": "relu", "seed": 1, **RECIPE}
    plain = Autoencoder(60, **options).fit(rows)
    sparse = Autoencoder(60, sparsity="l1", sparsity_weight=0.1, **options).fit(rows)
    assert (latents(sparse, rows) == 0).mean() > 0.8 > (latents(plain, rows) == 0).mean()
    # The default weight is that.
    assert sparse.to_bytes() == Autoencoder(60, sparsity="l1", **options).fit(rows).to_bytes()


@pytest.mark.parametrize("hidden", [(), (40,)])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "silu"])
def test_the_jacobians_norm_is_that_of_differences(rows, hidden, activation):
    options = {"hidden": hidden, "activation": activation, "latent_activation": activation, **RECIPE}
    model = Autoencoder(8, **options).set_params(epochs=5).fit(rows)
    norms = model.jacobian_norm(rows)
    assert norms.shape == (len(rows),)
    np.testing.assert_allclose(norms, differences(model, rows), rtol=2e-3)
    assert norms.mean() == pytest.approx(differences(model, rows).mean(), rel=1e-3)


def test_the_jacobians_norm_of_a_convolutional_encoder_is_that_of_differences(rows):
    images = rows[:20, :4, :4]
    model = Autoencoder(
        3, architecture="convolutional", base_channels=2, depth=1, hidden=(), batch_norm=True, epochs=2, batch_size=5
    ).fit(images)
    np.testing.assert_allclose(model.jacobian_norm(images), differences(model, images), rtol=5e-3)


@pytest.mark.parametrize("hidden", [(), (40,)])
def test_a_contractive_autoencoders_latents_move_less(rows, hidden):
    options = {"hidden": hidden, "activation": "tanh", "latent_activation": "tanh", **RECIPE}
    plain = Autoencoder(8, **options).fit(rows)
    model = Autoencoder(8, contraction=0.05, **options).fit(rows)
    assert model.jacobian_norm(rows).mean() < plain.jacobian_norm(rows).mean() / 3
    # What is told of the last epoch is what was learned from, on its way down.
    penalty = model.history_[-1].loss - model.history_[-1].reconstruction
    assert penalty == pytest.approx(0.05 * model.jacobian_norm(rows).mean(), rel=0.1)


def test_a_tied_decoder_is_the_encoder_transposed(rows, tmp_path):
    numpy_format = pytest.importorskip("safetensors.numpy")
    model = Autoencoder(6, hidden=(20,), activation="tanh", tied=True, **RECIPE).fit(rows)
    free = Autoencoder(6, hidden=(20,), activation="tanh", **RECIPE).fit(rows)
    assert free.n_parameters_ - model.n_parameters_ == 35 * 20 + 20 * 6
    model.save(tmp_path / "tied.safetensors")
    tensors = numpy_format.load_file(tmp_path / "tied.safetensors")
    assert "decoder.0.weight" not in tensors and "decoder.1.weight" not in tensors
    z = model.encode(rows)
    hidden = np.tanh(z @ tensors["encoder.1.weight"] + tensors["decoder.0.bias"])
    logits = hidden @ tensors["encoder.0.weight"] + tensors["decoder.1.bias"]
    np.testing.assert_allclose(model.decode(z).reshape(len(z), -1), 1 / (1 + np.exp(-logits)), atol=1e-5)
    np.testing.assert_array_equal(Autoencoder.load(tmp_path / "tied.safetensors").decode(z), model.decode(z))


def test_more_importance_samples_give_a_tighter_bound(rows):
    pixels = (rows > 0.5).astype(np.float32)
    options = {"hidden": (30,), "activation": "tanh", "seed": 2, **RECIPE}
    plain, one = (VAE(4, **options, **more).fit(pixels) for more in ({}, {"importance_samples": 1}))
    assert plain.to_bytes() == one.to_bytes()
    model = VAE(4, importance_samples=10, **options).fit(pixels)
    event, before = model.history_[-1], plain.history_[-1]
    # Minus the bound of ten is less than that of one, which the terms tell.
    assert event.loss < event.reconstruction + event.kl - 0.02
    assert before.loss == pytest.approx(before.reconstruction + before.kl, rel=1e-6)
    bounds = [model.log_likelihood(pixels, n_samples=k, seed=1).mean() for k in (1, 10, 200)]
    assert bounds[0] < bounds[1] < bounds[2]
    assert bounds[1] == pytest.approx(-event.loss, abs=0.5)


@pytest.mark.parametrize("architecture", ["dense", "convolutional"])
def test_an_importance_weighted_vae_takes_labels_and_convolutions(rows, architecture):
    images, labels = rows[:, :4, :4], np.arange(len(rows)) % 3
    more = {} if architecture == "dense" else {"base_channels": 2, "depth": 1, "batch_norm": True}
    model = VAE(
        2, hidden=(8,), architecture=architecture, n_classes=3, importance_samples=4, epochs=2, batch_size=25, **more
    )
    model.fit(images, labels, validation=generative.Dataset.from_array(images, labels))
    event = model.history_[-1]
    assert event.validation_loss < event.validation_reconstruction + event.validation_kl
    assert model.reconstruct(images, labels=labels).shape == images.shape


def test_files_and_clones_keep_the_options(rows, tmp_path):
    model = Autoencoder(
        9, hidden=(8,), latent_activation="sigmoid", sparsity="kl", sparsity_weight=0.3, sparsity_target=0.1,
        contraction=0.2, tied=True, epochs=1,
    )  # fmt: skip
    model.fit(rows).save(tmp_path / "model.safetensors")
    loaded = generative.load(tmp_path / "model.safetensors").get_params()
    for name in ("sparsity", "sparsity_weight", "sparsity_target", "contraction", "tied"):
        assert loaded[name] == pytest.approx(model.get_params()[name]), name
    vae = VAE(2, hidden=(4,), importance_samples=3, epochs=1).fit(rows)
    vae.save(tmp_path / "vae.safetensors")
    assert VAE.load(tmp_path / "vae.safetensors").importance_samples == 3
    plain = Autoencoder(2, hidden=(4,), epochs=1).fit(rows)
    plain.save(tmp_path / "plain.safetensors")
    assert Autoencoder.load(tmp_path / "plain.safetensors").get_params()["sparsity"] == "none"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sparsity": "l0"}, "sparsity must be one of none, l1, kl, not \"l0\""),
        ({"sparsity": "kl"}, "sparsity kl needs latent_activation sigmoid"),
        ({"sparsity": "l1", "sparsity_weight": 0}, "sparsity_weight"),
        ({"sparsity": "kl", "sparsity_target": 1.0}, "sparsity_target must be above 0.0 and below 1.0"),
        ({"contraction": -1}, "contraction"),
        ({"contraction": float("nan")}, "contraction"),
        ({"contraction": 1, "dropout": 0.1}, "contraction needs an encoder without dropout"),
        ({"tied": True, "decoder_hidden": (4,)}, "tied needs a decoder_hidden that is hidden in reverse, or none"),
    ],
)
def test_options_that_an_autoencoder_cannot_have_are_reported(rows, options, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        Autoencoder(2, hidden=(8,), epochs=1, **options).fit(rows)


@pytest.mark.parametrize("samples", [0, -1, 10_001])
def test_importance_samples_are_counted(rows, samples):
    with pytest.raises(ValueError, match="importance_samples must be between 1 and 10000"):
        VAE(2, importance_samples=samples, epochs=1).fit(rows)


def test_rows_of_another_size_have_no_jacobian(rows):
    model = Autoencoder(2, hidden=(8,), epochs=1).fit(rows)
    with pytest.raises(ValueError, match="features"):
        model.jacobian_norm(rows[:, :4])
    with pytest.raises(generative.NotFittedError):
        Autoencoder(2).jacobian_norm(rows)
    skips = Autoencoder(4, architecture="convolutional", base_channels=1, depth=1, skips=True, epochs=1)
    with pytest.raises(generative.NotReadyError):
        skips.fit(rows[:, :4, :4]).jacobian_norm(rows[:, :4, :4])
