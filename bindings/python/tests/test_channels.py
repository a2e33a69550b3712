"""Network models recognize images with channels first, the layout of other frameworks."""

import numpy as np
import pytest
from generative import GAN, PCA, VAE, Autoencoder, Classifier, Dataset, Trainer

RANDOM = np.random.default_rng(4)
Y = np.arange(9) % 2
CONVOLUTIONAL = {"architecture": "convolutional", "base_channels": 2, "depth": 1}


def models(**options):
    """A model of each kind."""
    options = {"epochs": 1, **options}
    return [*(kind(2, **options) for kind in (Autoencoder, VAE, GAN)), Classifier(**options)]


def ids(value):
    return "x".join(map(str, value)) if isinstance(value, tuple) else None


@pytest.mark.parametrize("options", [{}, CONVOLUTIONAL], ids=["dense", "convolutional"])
@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 28, 28), (4, 6, 10), (3, 5, 7)], ids=ids)
def test_images_with_channels_first_are_refused_with_what_to_write(shape, options):
    X = RANDOM.random((9, *shape), dtype=np.float32)
    channels, height, width = shape
    message = rf"is n x {channels} x {height} x {width}, as images with channels first are. Give them channels last: "
    message += r"\w+\.transpose\(0, 2, 3, 1\)"
    last = X.transpose(0, 2, 3, 1)
    for model in models(**options):
        for data in (X, (X * 255).astype(np.uint8)):
            with pytest.raises(ValueError, match=f"X {message}"):
                model.fit(data, Y)
        with pytest.raises(ValueError, match=f"X {message}"):
            model.fit(Dataset.from_array(X, Y))
        if not isinstance(model, Classifier):
            with pytest.raises(ValueError, match=f"X {message}"):
                model.fit(lambda: iter([X]))
        assert not hasattr(model, "n_features_in_")
        if options and (height % 2 or width % 2):
            continue
        if channels > 1:  # the numbers of gray images lie alike
            with pytest.raises(ValueError, match="validation is n x"):
                model.fit(last, Y, validation=(X, Y))
        assert model.fit(last, Y).shape_ == ((height, width) if channels == 1 else (height, width, channels))


@pytest.mark.parametrize(
    "shape", [(3, 6, 2), (2, 8, 8), (5, 7, 9), (3, 4, 9), (3, 9, 4), (1, 6, 3), (4, 5, 1)], ids=ids
)
def test_other_shapes_are_taken_as_they_are(shape):
    X = RANDOM.random((9, *shape), dtype=np.float32)
    for model in models():
        model.fit(X, Y)
        assert np.prod(model.shape_) == np.prod(shape)


@pytest.mark.parametrize("shape", [(1, 16, 8), (3, 8, 16)], ids=ids)
def test_a_given_shape_is_used(shape):
    X = RANDOM.random((9, *shape), dtype=np.float32)
    for model in models(shape=shape):
        assert model.fit(X, Y).shape_ == shape
        again = type(model).from_bytes(model.to_bytes()).set_params(epochs=1)
        assert again.fit(X, Y).shape_ == model.set_params(warm_start=True).fit(X, Y).shape_ == shape


@pytest.mark.parametrize("shape", [(8, 6, 3), (5, 7, 4), (8, 6, 2)], ids=ids)
def test_a_fitted_model_refuses_rows_of_its_shape_with_the_channels_first(shape):
    last = RANDOM.random((9, *shape), dtype=np.float32)
    first = np.ascontiguousarray(last.transpose(0, 3, 1, 2))
    message = r"X is n x .* channels last: X\.transpose\(0, 2, 3, 1\)$"
    for model in models():
        model.fit(last, Y)
        call = {Classifier: "predict", GAN: "discriminate"}.get(type(model), "reconstruct")
        for X in (first, Dataset.from_array(first)):
            with pytest.raises(ValueError, match=message):
                getattr(model, call)(X)
        if isinstance(model, (Autoencoder, VAE)):
            for fit in (model.fit_mixture, model.fit_threshold):
                with pytest.raises(ValueError, match=message):
                    fit(first)
        getattr(model, call)(last)
        getattr(model, call)(last.reshape(9, -1))  # vectors have no axes to confuse
        for fit in (model.set_params(shape=shape), model.set_params(shape=None, warm_start=True)):
            with pytest.raises(ValueError, match=message):
                fit.fit(first, Y)
    with pytest.raises(ValueError, match="validation is n x"):
        VAE(2, epochs=1).fit(last, validation=first)
    trainer = Trainer(VAE(2, shape=shape, batch_size=9))
    with pytest.raises(ValueError, match=message):
        trainer.begin(first)
    trainer.begin(last)


def test_gray_images_with_an_axis_of_one_are_those_of_two_axes():
    X = RANDOM.random((9, 8, 6), dtype=np.float32)
    model = VAE(2, epochs=1).fit(X)
    expected = model.encode(X)[0]
    for rows in (X[:, None], X[..., None]):
        np.testing.assert_array_equal(model.encode(rows)[0], expected)


def test_a_wrong_shape_is_named():
    for model in models(shape=192):
        with pytest.raises(ValueError, match="shape must be the sizes of a row"):
            model.fit(RANDOM.random((9, 3, 8, 8)), Y)


def test_a_pca_has_no_channels():
    X = RANDOM.random((9, 3, 8, 8))
    assert PCA(2).fit(X).transform(X).shape == (9, 2)


def test_dask_arrays_are_checked_too():
    array = pytest.importorskip("dask.array")
    from generative import dask as over

    X = array.from_array(RANDOM.random((9, 3, 8, 8), dtype=np.float32), chunks=(5, 3, 8, 8))
    with pytest.raises(ValueError, match=r"channels last: X\.transpose\(0, 2, 3, 1\)"):
        over.fit(VAE(2, epochs=1), X, rounds=1)
    assert over.fit(VAE(2, epochs=1), X.transpose(0, 2, 3, 1), rounds=1).shape_ == (8, 8, 3)
