"""Arguments, output and interruption of a fit."""

import os
import signal
import struct
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from conftest import ROOT

import generative
from generative import GAN, PCA, VAE, Autoencoder, Context, Dataset


def trained(X, **options):
    """The bytes of a small autoencoder fitted to X."""
    return Autoencoder(2, hidden=(8,), epochs=2, batch_size=32, **options).fit(X).to_bytes("weights")


def test_arrays_of_any_type_and_paths_give_the_same_model(rows, tmp_path):
    bytes_ = np.round(rows * 255).astype(np.uint8)
    floats = bytes_.astype(np.float32) / np.float32(255)
    expected = trained(bytes_)
    assert trained(floats) == trained(floats.astype(np.float64)) == expected
    assert trained(np.asfortranarray(floats)) == expected
    (tmp_path / "rows").write_bytes(struct.pack(">HBBIII", 0, 8, 3, *bytes_.shape) + bytes_.tobytes())
    np.save(tmp_path / "rows.npy", bytes_)
    for path in (tmp_path / "rows", str(tmp_path / "rows.npy")):
        assert trained(path) == expected
        assert PCA(2).fit(path).transform(path).shape == (257, 2)
    (tmp_path / "folder").mkdir()
    for i, picture in enumerate(bytes_):
        generative.write_image(tmp_path / "folder" / f"{i:03}.png", picture)
    assert trained(tmp_path / "folder") == expected
    resized = Autoencoder(2, hidden=(8,), epochs=1, shape=(8, 6, 3)).fit(tmp_path / "folder")
    assert resized.shape_ == (8, 6, 3)
    with pytest.raises(OSError):
        trained(tmp_path / "nothing")
    with pytest.raises(ValueError, match="are 5×7×1 and cannot become 7×5×1"):
        trained(tmp_path / "rows", shape=(7, 5))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("kind", [PCA, Autoencoder])
def test_arrays_are_not_copied(kind, dtype):
    size = 32 << 20
    X = np.random.default_rng(1).random((size // 196 // np.dtype(dtype).itemsize, 14, 14), np.float32)
    X = (X * 255).astype(dtype) if dtype == np.uint8 else X.astype(dtype)
    with Context(memory_limit=size // 2, n_threads=1) as context:
        kind(2, context=context, **({} if kind is PCA else {"hidden": (8,), "epochs": 1})).fit(X)


def test_generators_and_their_functions_and_iterables_are_the_same_data(rows):
    def batches():
        yield from np.array_split(rows, 5)

    class Loader:
        def __iter__(self):
            return batches()

    expected = trained(batches)
    assert trained(batches()) == trained(Loader()) == expected
    assert Autoencoder(2, hidden=(8,), epochs=3).fit(batches()).n_epochs_ == 3
    whole = PCA(3).fit(rows)
    for stream in (batches, batches()):
        np.testing.assert_allclose(PCA(3).fit(stream).components_, whole.components_, atol=1e-5)
    with pytest.raises(ValueError, match="no batch"):
        trained(iter(()))
    with pytest.raises(ValueError, match="y must be None for a stream: its batches bring their own labels"):
        VAE(2, n_classes=2).fit(batches, np.zeros(257, int))


def test_mistaken_rows_are_named(rows):
    for X, error, match in [
        (rows[0, 0], ValueError, "Reshape your data"),
        (rows[:0], ValueError, r"0 sample\(s\)"),
        (rows * 1j, ValueError, "Complex data not supported"),
        (np.array([["a", "b"]]), ValueError, "real numbers"),
        (np.full_like(rows, np.inf), ValueError, "inf"),
    ]:
        for model in (PCA(1), Autoencoder(1, hidden=(4,), epochs=1)):
            with pytest.raises(error, match=match):
                model.fit(X)
            assert not hasattr(model, "n_features_in_")
    pca = PCA(2).fit(rows)
    with pytest.raises(ValueError, match="row 3"):
        pca.transform(np.where(np.arange(257)[:, None, None] == 3, np.nan, rows))


@pytest.mark.parametrize("kind", ["VAE", "GAN", "Autoencoder"])
def test_ctrl_c_stops_a_fit_and_leaves_the_model(kind):
    """A real signal to a fitting process, not raised by its own callback."""
    script = f"""
        import signal, sys, numpy as np, generative
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
        model = generative.{kind}(3, epochs=1_000_000)
        rows = np.random.default_rng(1).random((2000, 50))
        try:
            model.fit(rows, callback=lambda event: print("at work", event.epoch, flush=True))
        except KeyboardInterrupt:
            print("stopped", model.n_epochs_ < 1_000_000, model.history_ is not None, model.info.n_steps > 0)
            model.set_params(epochs=7, warm_start=True).fit(rows)
            print("went on", np.isfinite(model.to_bytes() is not None))
    """
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "bindings" / "python"))
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    try:
        assert "at work" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    assert "stopped True True True" in output and "went on True" in output
    assert errors == ""


def test_the_hosts_own_handler_gets_the_signal_after_the_fit(rows):
    told = []
    before = signal.signal(signal.SIGINT, lambda number, frame: told.append(number))
    try:
        callback = lambda event: os.kill(os.getpid(), signal.SIGINT) if not told else None  # noqa: E731
        model = VAE(2, hidden=(8,), epochs=10_000).fit(rows, callback=callback)
    finally:
        signal.signal(signal.SIGINT, before)
    assert told == [signal.SIGINT] and model.n_epochs_ < 10_000


def test_a_signal_between_callbacks_is_not_lost():
    """Every Ctrl-C of many, at any moment, ends its fit."""
    rows = np.random.default_rng(1).random((500, 20))
    import threading

    for delay in np.linspace(0.02, 0.3, 12):
        timer = threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            Autoencoder(2, hidden=(8,), epochs=1_000_000).fit(rows, callback=lambda event: None)
        timer.join()


def test_a_line_on_a_terminal_is_overwritten(rows, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    VAE(2, hidden=(8,), epochs=3).fit(rows, verbose=True)
    text = capsys.readouterr().err
    assert text.endswith("\n") and text.count("\n") == 1
    last = text.rstrip().split("\r")[-1]
    assert last.startswith("100% ####################") and "epoch 3.0/3" in last and "loss" in last


def test_tqdm_draws_the_bar_if_it_is_installed(rows, capsys, monkeypatch):
    pytest.importorskip("tqdm")
    VAE(2, hidden=(8,), epochs=3).fit(rows, verbose=True)
    assert capsys.readouterr().err.startswith("epoch 1/3  loss")  # in a log a line an epoch
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    VAE(2, hidden=(8,), epochs=3).fit(rows, verbose=True)
    assert "3.0/3 epochs" in capsys.readouterr().err
    VAE(2, hidden=(8,), epochs=3).fit(rows)
    assert capsys.readouterr() == ("", "")


CONVOLUTIONAL = {"architecture": "convolutional", "base_channels": 4, "epochs": 1}


@pytest.mark.parametrize(
    "model",
    [
        PCA(2),
        PCA(0.9, whiten=True, center=False, solver="covariance"),
        PCA(),
        Autoencoder(2, hidden=(8, 5), corruption="salt_and_pepper", bias=False, initializer="fan_in_uniform", epochs=1),
        Autoencoder(2, hidden=(), decoder_hidden=(9, 4), latent_activation="tanh", loss="cross_entropy", epochs=1),
        Autoencoder(8, skips=True, corruption="gaussian", corruption_amount=0.2, **CONVOLUTIONAL),
        Autoencoder(3, depth=1, batch_norm=True, pixel_bias=True, **CONVOLUTIONAL),
        VAE(2, likelihood="gaussian", output_activation="identity", kl_schedule="cyclic", kl_epochs=3, epochs=1),
        VAE(2, hidden=(4,), n_classes=3, beta=0, binarize=True, reconstruction_weight=3, seed=9, epochs=1),
        VAE(3, dropout=0.1, likelihood="gaussian", variance=0.3, **CONVOLUTIONAL),
        GAN(generator_hidden=(8,), discriminator_hidden=(8,), objective="minimax", optimizer="rmsprop", epochs=1),
        GAN(3, generator_hidden=(8,), discriminator_hidden=(8,), objective="least_squares", epochs=1),
        GAN(3, latent="uniform", average_decay=0, input_noise=0.1, batch_norm=False, beta1=0, epochs=1),
        GAN(2, spectral_norm=True, n_classes=3, generator_hidden=(5,), **CONVOLUTIONAL),
        GAN(seed=7, initializer="normal_002", **CONVOLUTIONAL),
    ],
    ids=repr,
)
def test_any_kind_of_model_is_loaded_with_its_options(model, tmp_path):
    images = np.random.default_rng(1).random((60, 8, 8), dtype=np.float32)
    labels, path = np.arange(60) % 3, tmp_path / "model.safetensors"
    model.fit(images, labels).save(path)
    loaded = generative.load(path)
    assert type(loaded) is type(model) and loaded.to_bytes() == model.to_bytes()
    # A model of the loaded one's options, trained as the first, is the first.
    again = type(model)(**loaded.get_params())
    if not isinstance(model, PCA):
        again.set_params(epochs=1)
    assert again.fit(images, labels).to_bytes() == model.to_bytes()


def test_files_without_a_model_are_refused(rows, tmp_path):
    path = tmp_path / "model.safetensors"
    PCA(2).fit(rows).save(path)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(OSError):
        generative.load(path)
    with pytest.raises(OSError, match="nothing"):
        generative.load(tmp_path / "nothing")
    header = b'{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(ValueError, match="does not contain a model"):
        generative.load(path)


def test_generators_walk_and_traverse(rows):
    vae = VAE(3, hidden=(8,), epochs=1).fit(rows)
    gan = GAN(3, generator_hidden=(8,), discriminator_hidden=(8,), epochs=1).fit(rows)
    for model, decode in ((vae, vae.decode), (gan, gan.generate)):
        first, last = generative.latents.sample(2, 3, seed=4)
        walk = model.interpolate(first, last, 5)
        assert walk.shape == (5, 5, 7)
        np.testing.assert_array_equal(walk[[0, -1]], decode([first, last]))
        seen = model.traverse(axes=[2, 0], n_steps=3, extent=2)
        assert seen.shape == (2, 3, 5, 7)
        np.testing.assert_array_equal(seen[0, 2], decode([[0, 0, 2]])[0])
        np.testing.assert_array_equal(seen[1, 0], decode([[-2, 0, 0]])[0])


def test_an_autoencoders_score_is_minus_its_squared_error(rows):
    model = Autoencoder(2, hidden=(8,), epochs=1).fit(rows)
    errors = ((model.reconstruct(rows).astype(np.float64) - rows) ** 2).sum((1, 2))
    np.testing.assert_allclose(model.score_samples(rows), -errors, rtol=1e-4)
    assert model.score(rows) == pytest.approx(-errors.mean(), rel=1e-4)


def test_drawn_faces_and_a_slice_of_them_are_data(rows):
    faces = generative.faces(30, 16, seed=3)
    assert faces.shape == (16, 16, 3) and len(faces) == 30
    np.testing.assert_array_equal(faces.read(), Dataset.faces(30, 16, 16, 3, seed=3).read())
