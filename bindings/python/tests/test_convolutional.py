"""Convolutional and conditional models from Python."""

import numpy as np
import pytest

from generative import GAN, VAE, Autoencoder, Dataset, NotReadyError

CONVOLUTIONAL = {"architecture": "convolutional", "base_channels": 4}


@pytest.fixture
def classed():
    """240 images of 8 x 8 pixels and their classes 0 ... 2: those of class c are near (c + 1) / 4."""
    random = np.random.default_rng(3)
    labels = np.arange(240) % 3
    images = (labels[:, None, None] + 1) / 4 + random.uniform(-0.05, 0.05, (240, 8, 8))
    return images.astype(np.float32), labels


@pytest.mark.parametrize("options", [CONVOLUTIONAL, {}], ids=["convolutional", "dense"])
def test_a_vae_uses_the_class(classed, options):
    images, labels = classed
    recipe = {"epochs": 20, "batch_size": 20, "learning_rate": 1e-2}
    model = VAE(2, hidden=(16,), n_classes=3, **options, **recipe).fit(images, labels)
    means = model.sample(labels=[2, 0, 1], seed=4).mean((1, 2))
    np.testing.assert_allclose(means, [0.75, 0.25, 0.5], atol=0.08)
    right, _ = model.elbo(images, labels=labels, n_samples=4)
    wrong, _ = model.elbo(images, labels=(labels + 1) % 3, n_samples=4)
    assert right.mean() < wrong.mean()
    np.testing.assert_array_equal(
        model.reconstruct(images, labels=labels), model.decode(model.encode(images, labels=labels)[0], labels=labels)
    )


def test_a_gan_uses_the_class(classed):
    images, labels = classed
    recipe = {"epochs": 30, "batch_size": 20, "learning_rate": 2e-3}
    model = GAN(4, n_classes=3, average_decay=0.98, **CONVOLUTIONAL, **recipe)
    model.fit(Dataset.from_array(images, labels))
    means = [model.sample(labels=[label] * 40, seed=2).mean() for label in range(3)]
    assert means[0] + 0.1 < means[1] < means[2] - 0.1
    np.testing.assert_array_equal(
        model.generate(model.latents(3, seed=5), labels=[1, 0, 2]), model.sample(labels=[1, 0, 2], seed=5)
    )
    assert model.discriminate(images, labels=labels).shape == (240,)
    assert model.features(images, labels=labels).shape == (240, 4 * 4 * 4)
    copy = GAN.from_bytes(model.to_bytes())
    assert (copy.n_classes, copy.architecture) == (3, "convolutional")
    np.testing.assert_array_equal(copy.sample(5, seed=1), model.sample(5, seed=1))


def test_labels_that_are_missing_or_no_class_are_named(classed):
    images, labels = classed
    model = GAN(2, n_classes=3, epochs=1, **CONVOLUTIONAL)
    with pytest.raises(ValueError, match="GAN with n_classes=3 requires y to be passed"):
        model.fit(images)
    with pytest.raises(ValueError, match=r"y\[\d+\] must be an integer from 0 to 2, not 3"):
        model.fit(images, labels + 1)
    model.fit(images, labels)
    with pytest.raises(ValueError, match=r"labels\[1\] must be an integer from 0 to 2, not -1"):
        model.sample(labels=[0, -1])
    with pytest.raises(NotReadyError, match="labels must be given"):
        model.discriminate(images)
    plain = GAN(2, **CONVOLUTIONAL, epochs=1).fit(images)
    with pytest.raises(NotReadyError, match="without n_classes"):
        plain.sample(labels=[0])


def test_features_are_of_convolutional_discriminators(classed):
    images, _ = classed
    model = GAN(2, spectral_norm=True, depth=2, **CONVOLUTIONAL, epochs=1, batch_size=40).fit(images)
    features = model.features(images[:5])
    assert features.shape == (5, 4 * 4 * 4 + 2 * 2 * 8)
    np.testing.assert_array_equal(features[4:], model.features(images[4:5]))
    with pytest.raises(NotReadyError, match="dense"):
        GAN(2, generator_hidden=(8,), discriminator_hidden=(8,), epochs=1).fit(images).features(images)


def test_images_of_any_size_come_back_in_their_size(classed):
    images = classed[0][:40, :7, :5]
    for kind in (Autoencoder(2, **CONVOLUTIONAL), Autoencoder(2, skips=True, **CONVOLUTIONAL), VAE(2, **CONVOLUTIONAL)):
        model = kind.set_params(epochs=1).fit(images)
        assert model.reconstruct(images).shape == images.shape
    assert GAN(2, **CONVOLUTIONAL, epochs=1).fit(images).sample(3).shape == (3, 7, 5)


def test_an_autoencoder_with_skips_restores_and_has_no_latents(classed):
    images, _ = classed
    noisy = np.clip(images + np.random.default_rng(1).normal(0, 0.3, images.shape), 0, 1).astype(np.float32)
    recipe = {"epochs": 20, "batch_size": 20, "learning_rate": 3e-3}
    model = Autoencoder(8, skips=True, corruption="gaussian", corruption_amount=0.3, **CONVOLUTIONAL, **recipe).fit(images)
    assert ((model.denoise(noisy) - images) ** 2).mean() < 0.1 * ((noisy - images) ** 2).mean()
    with pytest.raises(NotReadyError, match="no latents"):
        model.encode(images)
    for name, value in [("hidden", (9,)), ("dropout", 0.1), ("pixel_bias", True), ("batch_norm", True)]:
        with pytest.raises(ValueError, match=f"{name} does not apply to"):
            Autoencoder(8, skips=True, **CONVOLUTIONAL, **{name: value}, epochs=1).fit(images)
    with pytest.raises(ValueError, match="bias false does not apply to"):
        Autoencoder(8, skips=True, bias=False, **CONVOLUTIONAL, epochs=1).fit(images)


def test_impossible_sizes_and_batches_are_named(classed):
    images, _ = classed
    with pytest.raises(ValueError, match="depth must be at most 2 for height 6, not 3"):
        GAN(depth=3, **CONVOLUTIONAL, epochs=1).fit(images[:, :6])
    with pytest.raises(ValueError, match="batch_size must be at least 2 with batch norm"):
        VAE(2, batch_norm=True, **CONVOLUTIONAL, epochs=1, batch_size=1).fit(images)
    with pytest.raises(ValueError, match="needs architecture"):
        VAE(2, architecture="dense", base_channels=4, epochs=1).fit(images)
    with pytest.raises(ValueError, match="architecture"):
        VAE(2, architecture="recurrent", epochs=1).fit(images)
