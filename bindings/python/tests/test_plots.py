"""Plots on matplotlib: what is drawn, and what is said where there is none."""

import sys

import generative
import numpy as np
import pytest

FACES = generative.faces(60, size=16)


@pytest.fixture
def pyplot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as pyplot

    yield pyplot
    pyplot.close("all")


def test_histories_have_the_quantities_of_the_model(pyplot):
    vae = generative.VAE(latent_size=2, hidden=(8,), epochs=3).fit(FACES, validation=0.2)
    axes = vae.plot_history()
    drawn = {line.get_label(): line.get_ydata() for one in axes for line in one.get_lines()}
    assert len(axes) == 3 and {"loss", "validation loss", "reconstruction", "kl"} <= set(drawn)
    np.testing.assert_array_equal(drawn["validation loss"], [event.validation_loss for event in vae.history_])
    gan = generative.GAN(latent_size=2, epochs=2).fit(FACES)
    labels = {line.get_label() for one in gan.plot_history() for line in one.get_lines()}
    assert {"discriminator loss", "generator loss", "real score", "fake score"} <= labels


def test_a_model_without_history_says_so(pyplot):
    with pytest.raises(ValueError, match="no history"):
        generative.VAE().plot_history()


def test_samples_are_drawn_as_a_grid(pyplot):
    vae = generative.VAE(latent_size=2, hidden=(8,), epochs=1).fit(FACES)
    _, own = pyplot.subplots()
    assert vae.plot_samples(9, seed=4, axes=own) is own
    shown = own.get_images()[0].get_array()
    np.testing.assert_array_equal(shown, generative.image_grid(vae.sample(9, seed=4)))
    assert vae.plot_samples(4) is not own


def test_variance_is_summed_over_components(pyplot):
    pca = generative.PCA(5).fit(FACES)
    line = pca.plot_variance().get_lines()[0]
    np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3, 4, 5])
    np.testing.assert_allclose(line.get_ydata(), np.cumsum(pca.explained_variance_ratio_))


def test_without_matplotlib_the_message_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match="need matplotlib"):
        generative.PCA(2).fit(FACES).plot_variance()
