"""Precision bfloat16: what it changes, what it keeps, and where it is stored."""

import os
import subprocess
import sys

import numpy as np
import pytest
from files import without_metadata

import generative
from generative import GAN, PCA, VAE, Autoencoder, Classifier, Context, Trainer

FIT = {"epochs": 3, "batch_size": 32, "seed": 3}
IMAGES = {"architecture": "convolutional", "base_channels": 8, "depth": 1}
# Layers of 16 and 32 channels between 10 x 14 and 5 x 7 pixels use Winograd's algorithm.
WINOGRAD = {"architecture": "convolutional", "base_channels": 16, "depth": 2}
KINDS = {
    "autoencoder": lambda **rest: Autoencoder(3, hidden=(33,), **FIT, **rest),
    "tied autoencoder": lambda **rest: Autoencoder(3, hidden=(33,), tied=True, **FIT, **rest),
    "vae": lambda **rest: VAE(3, hidden=(33,), **FIT, **rest),
    "conditional vae": lambda **rest: VAE(3, hidden=(33,), n_classes=3, **FIT, **rest),
    "convolutional vae": lambda **rest: VAE(3, hidden=(17,), **IMAGES, **FIT, **rest),
    "gan": lambda **rest: GAN(3, generator_hidden=(33,), discriminator_hidden=(21,), **FIT, **rest),
    "convolutional gan": lambda **rest: GAN(3, **IMAGES, **FIT, **rest),
    "winograd autoencoder": lambda **rest: Autoencoder(3, hidden=(17,), **WINOGRAD, **FIT, **rest),
    "winograd gan": lambda **rest: GAN(3, **WINOGRAD, **FIT, **rest),
    "classifier": lambda **rest: Classifier(hidden=(33,), n_classes=3, **FIT, **rest),
}


def data_of(kind, rows):
    """The rows, or images of 20 x 28 pixels made from them."""
    return rows[:80].repeat(4, axis=1).repeat(4, axis=2) if kind.startswith("winograd") else rows


@pytest.fixture
def data(kind, rows):
    return data_of(kind, rows)


def fitted(kind, rows, precision="bfloat16", **rest):
    labels = np.arange(len(rows)) % 3
    model = KINDS[kind](precision=precision, **rest)
    return model.fit(rows, labels if model.get_params().get("n_classes") else None)


def outputs(model, rows):
    if isinstance(model, GAN):
        return model.sample(20, seed=1)
    if isinstance(model, Classifier):
        return model.predict_proba(rows)
    labels = {"labels": np.arange(len(rows)) % 3} if model.get_params().get("n_classes") else {}
    return model.reconstruct(rows, **labels)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fit_has_the_same_bits_with_any_number_of_threads(kind, data):
    models = [fitted(kind, data, context=Context(n_threads=n)) for n in (1, 2, 5)]
    assert len({model.to_bytes() for model in models}) == 1
    assert len({outputs(model, data).tobytes() for model in models}) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_rounded_fit_differs_from_float32_but_little(kind, data):
    exact, rounded = (fitted(kind, data, precision) for precision in ("float32", "bfloat16"))
    assert exact.to_bytes("weights") != rounded.to_bytes("weights")
    mine, theirs = outputs(rounded, data), outputs(exact, data)
    assert np.isfinite(mine).all()
    assert 0 < np.abs(mine - theirs).max() < 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_keeps_the_precision_and_inference_uses_it(kind, data, tmp_path):
    path = tmp_path / "model.safetensors"
    model = fitted(kind, data)
    model.save(path)
    loaded = type(model).load(path)
    assert loaded.get_params()["precision"] == "bfloat16"
    assert np.array_equal(outputs(loaded, data), outputs(model, data))
    # A file of an earlier version has no precision. The same weights then give the results of float32.
    older = type(model).load(without_metadata(path, "option.precision", tmp_path / "older.safetensors"))
    assert older.get_params()["precision"] == "float32"
    difference = np.abs(outputs(older, data) - outputs(model, data)).max()
    assert 0 < difference < 0.02


@pytest.mark.parametrize("kind", KINDS)
def test_a_stopped_fit_resumes_bit_identically(kind, data, tmp_path):
    labels = np.arange(len(data)) % 3
    path = tmp_path / "fit.safetensors"
    whole = fitted(kind, data)
    model = KINDS[kind](precision="bfloat16")
    labels = labels if model.get_params().get("n_classes") else None
    model.fit(data, labels, callback=lambda event: generative.STOP_AFTER_EPOCH if event.epoch == 1 else None)
    assert model.info.n_epochs_left > 0
    model.save(path)
    resumed = type(model).load(path).set_params(**FIT).fit(data, labels, resume=True)
    assert resumed.to_bytes("weights") == whole.to_bytes("weights")


def test_one_row_has_the_bits_of_a_batch(rows):
    model = fitted("vae", rows)
    whole = model.transform(rows)
    for row in 0, 1, 256:
        assert np.array_equal(model.transform(rows[row : row + 1]), whole[row : row + 1])


def test_one_image_by_winograd_has_the_bits_of_a_batch(rows):
    images = data_of("winograd", rows)
    autoencoder, gan = (fitted(f"winograd {kind}", images) for kind in ("autoencoder", "gan"))
    codes = np.random.default_rng(3).normal(size=(71, 3)).astype(np.float32)
    for call, inputs in (autoencoder.reconstruct, images), (gan.generate, codes):
        whole = call(inputs)
        for row in 0, 1, 70:
            assert np.array_equal(call(inputs[row : row + 1]), whole[row : row + 1])


PROGRAM = """
import sys
import numpy as np
sys.path[:0] = {paths}
from test_precision import data_of, fitted
import generative
rows = np.load({rows!r})
print(generative.kernels(), *(hash(fitted(kind, data_of(kind, rows)).to_bytes()) for kind in {kinds}))
"""


def test_emulation_fits_the_bits_of_the_instruction(rows, tmp_path):
    np.save(tmp_path / "rows.npy", rows)
    paths = [os.path.dirname(__file__), os.path.dirname(os.path.dirname(__file__))]
    program = PROGRAM.format(paths=paths, rows=str(tmp_path / "rows.npy"), kinds=list(KINDS))
    found = {}
    for name in "avx512", "avx512bf16":
        environment = dict(os.environ, GEN_KERNELS=name, PYTHONHASHSEED="0")
        output = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
        kernels, *hashes = output.stdout.decode().split()
        found[kernels] = hashes
    if set(found) != {"avx512", "avx512bf16"}:
        pytest.skip("this processor lacks AVX512-BF16")
    assert len(found["avx512"]) == len(KINDS)
    assert found["avx512"] == found["avx512bf16"]


def gradients(data, precision, direct):
    """The gradient of the encoder of an untrained convolutional autoencoder."""
    context = Context(direct_convolutions=direct)
    model = Autoencoder(
        3, hidden=(17,), shape=data.shape[1:], **WINOGRAD, precision=precision, seed=1, batch_size=len(data),
        context=context,
    )
    trainer = Trainer(model)
    trainer.begin(data)
    return np.array(trainer.gradients()[0], np.float64)


def test_gradients_by_winograd_are_nearly_as_accurate_as_direct_ones(rows):
    data = data_of("winograd", rows)
    exact = gradients(data, "float32", direct=True)

    def error(precision, direct):
        return np.linalg.norm(gradients(data, precision, direct) - exact) / np.linalg.norm(exact)

    direct, winograd = error("bfloat16", direct=True), error("bfloat16", direct=False)
    assert 1e-3 < direct < 1e-2
    assert winograd != direct
    assert winograd < 2 * direct


def test_other_precisions_and_pca_are_refused(rows):
    with pytest.raises(ValueError, match="precision must be one of float32, bfloat16"):
        VAE(3, precision="float16").fit(rows)
    with pytest.raises(TypeError, match="precision"):
        PCA(3, precision="bfloat16")


def test_a_vae_learns_fashion_as_well_as_in_float32(fashion):
    losses = []
    for precision in "float32", "bfloat16":
        model = VAE(20, hidden=(400,), precision=precision, epochs=6, seed=1).fit(fashion)
        losses.append(model.history_[-1].loss)
    assert abs(losses[1] - losses[0]) < 0.5
