"""Restoring rows: fits to pairs, missing values, sampling with noise, images larger than the model."""

import ctypes

import numpy as np
import pytest
from scipy import ndimage
from sklearn.datasets import load_digits, load_wine

import generative
from generative import GAN, PCA, VAE, Autoencoder, Dataset, Trainer, corrupt
from generative import _constants as c
from generative._library import lib
from generative._tensors import Tensors
from test_ranks import fit_on_threads

LINEAR = {"output_activation": "identity", "preparation": "none", "bias": False, "hidden": (), "latent_size": 3}


@pytest.fixture(scope="module")
def digits():
    """Digits in [0, 1]: 1,797 rows of 64."""
    return (load_digits().data / 16).astype(np.float32)


@pytest.fixture(scope="module")
def wine():
    """Wine in its own units: 178 rows of 13."""
    return load_wine().data


@pytest.fixture(scope="module")
def vae(digits):
    """A Gaussian VAE of digits."""
    return VAE(likelihood="gaussian", epochs=40).fit(digits[:1500])


def mean_square(values):
    return float(np.square(np.float64(values)).mean())


# ---- Fits to pairs --------------------------------------------------------------------------------------------------


def test_pairs_of_the_librarys_own_noise_denoise_as_well_as_the_built_in_noise(digits):
    train, test = digits[:1500], digits[1500:]
    noisy = corrupt(test, "gaussian", 0.3, seed=99)
    epochs = 30
    settings = {"hidden": (128,), "latent_size": 16, "batch_size": 64}
    built_in = Autoencoder(corruption="gaussian", corruption_amount=0.3, epochs=epochs, **settings).fit(train)
    # As much noise as the built-in path draws anew in each epoch.
    rows = np.concatenate([corrupt(train, "gaussian", 0.3, seed=seed) for seed in range(epochs)])
    paired = Autoencoder(epochs=1, **settings).fit(rows, np.tile(train, (epochs, 1)))
    psnr = [-10 * np.log10(((model.denoise(noisy) - test) ** 2).mean(1)) for model in (built_in, paired)]
    difference = psnr[1] - psnr[0]
    assert abs(difference.mean()) < 0.15, (psnr[0].mean(), psnr[1].mean())
    assert psnr[1].mean() > -10 * np.log10(mean_square(noisy - test)) + 3


def test_a_step_on_pairs_is_that_of_the_squared_error_of_the_targets():
    """One linear layer each way, one step of gradient descent, against numpy in double precision."""
    random = np.random.default_rng(0)
    noisy, clean = (random.normal(size=(7, 5)).astype(np.float32) for _ in range(2))
    rule = {"optimizer": "sgd", "beta1": 0.0, "batch_size": 7, "epochs": 1, "schedule": "constant"}
    before, after = (
        weights(Autoencoder(**LINEAR, **rule, learning_rate=rate).fit(noisy, clean)) for rate in (1e-30, 0.01)
    )
    encoder, decoder = before
    latents = noisy @ encoder
    error = 2 * (latents @ decoder - clean) / 7
    np.testing.assert_allclose(after[0], encoder - 0.01 * noisy.T @ (error @ decoder.T), atol=2e-7)
    np.testing.assert_allclose(after[1], decoder - 0.01 * latents.T @ error, atol=2e-7)


def weights(model):
    """The matrices of a linear autoencoder of 5 columns and 3 latents, for rows from the left, in double precision."""
    tensors = Tensors(model.to_bytes())
    found = [np.float64(tensors[f"{network}.0.weight"]) for network in ("encoder", "decoder")]
    return [matrix if matrix.shape == shape else matrix.T for matrix, shape in zip(found, ((5, 3), (3, 5)))]


def test_targets_equal_to_the_rows_change_no_bit(digits):
    rows = digits[:200]
    alone, paired = (Autoencoder(4, epochs=3, corruption="masking").fit(rows, y) for y in (None, rows.copy()))
    assert (alone.reconstruct(rows) == paired.reconstruct(rows)).all()


def test_tables_are_prepared_by_their_clean_rows(wine):
    random = np.random.default_rng(0)
    noisy = wine + wine.std(0) * random.normal(size=wine.shape)
    model = Autoencoder(8, epochs=60).fit(noisy, wine)
    np.testing.assert_allclose(Tensors(model.to_bytes())["preparation.mean"], wine.mean(0), rtol=1e-12)
    np.testing.assert_allclose(Tensors(model.to_bytes())["preparation.deviation"], wine.std(0), rtol=1e-9)
    errors = [(((rows - wine) / wine.std(0)) ** 2).sum(1).mean() for rows in (noisy, model.denoise(noisy))]
    assert errors[1] < 0.6 * errors[0], errors


def test_noisy_rows_may_leave_the_unit_interval_where_their_targets_do_not(digits):
    clean = digits[:300]
    noisy = clean + np.random.default_rng(0).normal(size=clean.shape).astype(np.float32)
    Autoencoder(4, epochs=1, output_activation="sigmoid").fit(noisy, clean)
    with pytest.raises(generative.InvalidArgumentError, match=r"targets: row \d+, column \d+ is"):
        Autoencoder(4, epochs=1, output_activation="sigmoid", preparation="none").fit(clean, noisy)


def test_an_interrupted_fit_to_pairs_resumes_bit_identically(digits, tmp_path):
    clean, noisy = digits[:300], corrupt(digits[:300], "masking", 0.3)
    settings = {"latent_size": 4, "epochs": 4, "batch_size": 32, "corruption": "gaussian"}
    validation = (noisy[:50], clean[:50])
    whole = Autoencoder(**settings).fit(noisy, clean, validation=validation)
    path = tmp_path / "model.safetensors"

    def stop(event):
        return generative.STOP_NOW if event.epoch == 2 else None

    Autoencoder(**settings).fit(noisy, clean, validation=validation, checkpoint=path, callback=stop)
    with pytest.raises(generative.InvalidArgumentError, match="checksum"):
        Autoencoder(**settings).fit(noisy, 1 - clean, validation=validation, checkpoint=path, resume=True)
    with pytest.raises(generative.InvalidArgumentError, match="targets"):
        Autoencoder(**settings).fit(noisy, validation=noisy[:50], checkpoint=path, resume=True)
    resumed = Autoencoder(**settings).fit(noisy, clean, validation=validation, checkpoint=path, resume=True)
    assert (resumed.reconstruct(noisy) == whole.reconstruct(noisy)).all()
    assert [event.validation_loss for event in resumed.history_[-1:]] == [whole.history_[-1].validation_loss]


def test_validation_measures_the_distance_to_its_targets(digits):
    clean, noisy = digits[:300], corrupt(digits[:300], "masking", 0.3)
    model = Autoencoder(4, epochs=2).fit(noisy[:200], clean[:200], validation=(noisy[200:], clean[200:]))
    expected = np.square(np.float64(model.reconstruct(noisy[200:])) - clean[200:]).sum(1).mean()
    assert model.history_[-1].validation_loss == pytest.approx(expected, rel=1e-5)
    assert model.score(noisy[200:], clean[200:]) == pytest.approx(-expected, rel=1e-5)
    held = Autoencoder(4, epochs=2, seed=5).fit(noisy, clean, validation=0.2)
    numbers = generative.Dataset.from_array(np.arange(300.0)[:, None])
    chosen = numbers.split(0.2, seed=5)[1].read()[:, 0].astype(int)
    expected = np.square(np.float64(held.reconstruct(noisy[chosen])) - clean[chosen]).sum(1).mean()
    assert held.history_[-1].validation_loss == pytest.approx(expected, rel=1e-5)


def test_a_file_records_whether_its_fit_had_pairs(digits, tmp_path):
    clean, noisy = digits[:100], corrupt(digits[:100], "masking", 0.3)
    model = Autoencoder(4, epochs=1).fit(noisy, clean)
    for content in ("all", "weights"):
        again = Autoencoder.from_bytes(model.to_bytes(content))
        assert (again.denoise(noisy) == model.denoise(noisy)).all()
    with pytest.raises(generative.NotReadyError, match="not fitted to"):
        Autoencoder(4, epochs=1).fit(clean).denoise(noisy)


def test_pairs_of_folders_and_datasets_are_those_of_arrays(digits, tmp_path):
    images = (digits[:20].reshape(-1, 8, 8) * 255).astype(np.uint8)
    noisy = 255 - images
    for name, rows in (("noisy", noisy), ("clean", images)):
        (tmp_path / name).mkdir()
        for number, row in enumerate(rows):
            generative.write_image(tmp_path / name / f"{number:03}.png", row / np.float32(255))
    arrays = Autoencoder(4, epochs=2).fit(noisy, images)
    folders = Autoencoder(4, epochs=2, shape=(8, 8)).fit(tmp_path / "noisy", tmp_path / "clean")
    datasets = Autoencoder(4, epochs=2).fit(Dataset.from_array(noisy), Dataset.from_array(images))
    for other in (folders, datasets):
        assert (other.reconstruct(noisy) == arrays.reconstruct(noisy)).all()
    (tmp_path / "clean" / "007.png").write_bytes(b"no picture")
    (tmp_path / "noisy" / "008.png").write_bytes(b"no picture")
    with pytest.warns(UserWarning), pytest.raises(generative.GenerativeError, match=r"skipped files \(1\)"):
        Autoencoder(4, epochs=2, shape=(8, 8)).fit(tmp_path / "noisy", tmp_path / "clean")


def test_targets_that_cannot_be_paired_are_refused(digits):
    rows = digits[:40]
    with pytest.raises(ValueError, match="40 x 64 like X, not 39 x 64"):
        Autoencoder(4).fit(rows, rows[1:])
    with pytest.raises(ValueError, match="stream"):
        Autoencoder(4).fit(iter([rows]), rows)
    with pytest.raises(ValueError, match="stream"):
        Autoencoder(4).fit(rows, iter([rows]))
    with pytest.raises(ValueError, match=r"validation must be \(rows, targets\)"):
        Autoencoder(4).fit(rows, rows, validation=rows)
    with pytest.raises(ValueError, match="rows alone"):
        Autoencoder(4).fit(rows, validation=(rows, rows))
    with pytest.raises(generative.GenerativeError, match="must have the 40 rows of dataset, not 39"):
        Autoencoder(4).fit(Dataset.from_array(rows), Dataset.from_array(rows[1:]))
    with pytest.raises(generative.GenerativeError, match="targets"):
        Autoencoder(4).fit(Dataset.from_array(rows), Dataset.from_stream(lambda: iter([rows]), (64,)))
    # Labels are no targets.
    Autoencoder(4, epochs=1).fit(rows, np.arange(40))


def test_ranks_fit_pairs_as_one_process_does(digits):
    clean, noisy = digits[:160], corrupt(digits[:160], "masking", 0.3)

    def make(batch_size=16):
        return Autoencoder(4, hidden=(16,), epochs=3, batch_size=batch_size, seed=3)

    models, errors, _ = fit_on_threads(2, make, [noisy, noisy], y=clean, validation=(noisy[:20], clean[:20]))
    assert errors == [None, None]
    assert models[0].to_bytes() == models[1].to_bytes()
    alone = make(32).fit(noisy, clean, validation=(noisy[:20], clean[:20]))
    for name in ("loss", "validation_loss"):
        own, others = ([getattr(event, name) for event in model.history_] for model in (alone, models[0]))
        np.testing.assert_allclose(others, own, rtol=1e-5)


def test_only_fits_of_autoencoders_take_targets(digits):
    rows = Dataset.from_array(digits[:40])
    model = VAE(epochs=1).fit(digits[:40])
    options = generative._options.OptionStruct("fit", generative._structs.FitOptions)
    options.struct.targets = rows._handle
    assert lib.gen_model_fit(model._handle, rows._handle, options.pointer, None) == c.E_UNSUPPORTED
    trainer = ctypes.c_void_p()
    made = Autoencoder(4, epochs=1).fit(digits[:40])
    status = lib.gen_trainer_create(made._handle, options.pointer, ctypes.byref(trainer))
    assert status == c.E_ARGUMENT
    assert "targets" in lib.gen_last_error_message().decode()


# ---- Missing values -------------------------------------------------------------------------------------------------


def conditional_mean(pca, rows, known):
    """E[unknown | known] of N(mean, C), by C's blocks."""
    V, variances, noise = pca.components_, pca.explained_variance_, pca.noise_variance_
    C = np.float64(V).T @ np.diag(variances - noise) @ V + noise * np.eye(V.shape[1])
    filled = np.float64(rows)
    for row, there in zip(filled, np.broadcast_to(known, rows.shape)):
        gain = C[np.ix_(~there, there)] @ np.linalg.pinv(C[np.ix_(there, there)], hermitian=True)
        row[~there] = pca.mean_[~there] + gain @ (row[there] - pca.mean_[there])
    return filled


@pytest.mark.parametrize("components, share, whiten", [(3, 0.6, False), (12, 0.1, False), (5, 0.5, True)])
def test_pca_gives_the_conditional_mean_of_its_gaussian(digits, components, share, whiten):
    pca = PCA(components, whiten=whiten).fit(np.float64(digits[:1500]))
    rows = np.float64(digits[1500:1600])
    known = np.random.default_rng(0).random(rows.shape) < share
    known[3], known[4] = True, False
    filled = pca.impute(rows, known)
    np.testing.assert_allclose(filled, conditional_mean(pca, rows, known), atol=1e-12)
    assert (filled[known] == rows[known]).all() and (filled[4] == pca.mean_).all()
    singles = np.concatenate([pca.impute(row[None], there[None]) for row, there in zip(rows, known)])
    assert (singles == filled).all()
    floats = pca.impute(rows.astype(np.float32), known[0].astype(int))
    expected = conditional_mean(pca, rows, known[:1])
    np.testing.assert_allclose(floats, expected, atol=1e-6)


def test_pca_of_all_components_and_of_rows_in_a_subspace(wine, digits):
    whole = PCA().fit(wine)
    known = np.random.default_rng(1).random(wine.shape) < 0.5
    np.testing.assert_allclose(whole.impute(wine, known), conditional_mean(whole, wine, known), rtol=1e-7)
    flat = np.random.default_rng(2).normal(size=(30, 2)) @ np.random.default_rng(3).normal(size=(2, 6))
    exact = PCA(2).fit(flat)
    hidden = np.ones(flat.shape, bool)
    hidden[:, 4:] = False
    np.testing.assert_allclose(exact.impute(flat, hidden), flat, atol=1e-6)


def test_values_that_are_missing_are_nan_or_masked(wine):
    pca, gaps = PCA(3).fit(wine), wine.copy()
    known = np.random.default_rng(0).random(wine.shape) < 0.8
    gaps[~known] = np.nan
    assert (pca.impute(gaps) == pca.impute(wine, known)).all()
    model = Autoencoder(4, epochs=20).fit(wine)
    assert (model.impute(gaps, n_steps=20) == model.impute(wine, known, n_steps=20)).all()
    changed = PCA(3).fit(wine)
    changed.mean_ = changed.mean_ + 1
    np.testing.assert_allclose(changed.impute(gaps), conditional_mean(changed, wine, known), rtol=1e-9)


def test_models_fill_pixels_better_than_means_and_keep_known_ones(digits, vae):
    train, test = digits[:1500], digits[1500:1560]
    known = np.random.default_rng(0).random(test.shape) < 0.7
    by_means = mean_square((test - train.mean(0))[~known])
    models = {
        "gaussian": (vae, 0.5),
        "bernoulli": (VAE(epochs=20).fit(train), 0.75),
        "autoencoder": (Autoencoder(8, hidden=(64,), epochs=40).fit(train), 0.6),
    }
    for name, (model, limit) in models.items():
        for rows in (test, np.float64(test) + 1e-12):
            filled = model.impute(rows, known, n_steps=100)
            assert filled.dtype == rows.dtype and (filled[known] == rows[known]).all()
        assert mean_square((filled - test)[~known]) < limit * by_means, name


def test_a_gan_imputes_pixels_of_its_own_samples(digits):
    hidden = {"generator_hidden": (64,), "discriminator_hidden": (64,)}
    model = GAN(8, **hidden, epochs=10).fit(digits[:1500])
    rows = model.sample(40, seed=3)
    known = np.random.default_rng(0).random(rows.shape) < 0.6
    filled = model.impute(rows, known, prior_weight=0)
    assert (filled[known] == rows[known]).all()
    assert mean_square((filled - rows)[~known]) < 0.1 * mean_square((rows - rows.mean(0))[~known])


def test_no_rows_are_imputed_and_denoised_to_none(digits, vae):
    none = np.empty((0, 64), np.float32)
    pca = PCA(3).fit(digits)
    options = generative._options.OptionStruct("invert", generative._structs.InvertOptions, n_masks=1)
    mask = np.ones(64, np.uint8)
    options.struct.mask = mask.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
    for model in (pca, vae):
        given = (none.ctypes.data, c.F32, 0, options.pointer, None, none.ctypes.data)
        assert lib.gen_model_impute(model._handle, *given) == c.OK
    assert lib.gen_vae_add_noise(vae._handle, none.ctypes.data, 0, 1, none.ctypes.data) == c.OK
    images = Autoencoder(2, corruption="masking", epochs=1).fit(digits[:20].reshape(-1, 8, 8))
    assert lib.gen_autoencoder_denoise_images(images._handle, None, 0, 20, 30, None, None) == c.OK


def test_inversion_counts_known_values_only(digits, vae):
    rows = digits[1500:1520]
    known = np.zeros((8, 8), bool)
    known[:, :5] = True
    latents, errors = vae.invert(rows, mask=known.ravel(), n_steps=50)
    own = np.square(np.float64(vae.decode(latents)) - rows)[:, known.ravel()].sum(1)
    np.testing.assert_allclose(errors, own, rtol=1e-4)
    spoilt = np.where(known.ravel(), rows, np.nan)
    again, _ = vae.invert(spoilt, mask=known.ravel(), n_steps=50)
    assert (again == latents).all()
    filled = vae.impute(spoilt, n_steps=50)
    assert (filled == np.where(known.ravel(), rows, vae.decode(latents))).all()
    everything, all_errors = vae.invert(rows, mask=np.ones(64), prior_weight=0, n_steps=50)
    plain, plain_errors = vae.invert(rows, n_steps=50)
    np.testing.assert_allclose(all_errors, plain_errors, rtol=0.2)


def test_an_autoencoders_inversion_finds_latents_of_its_own_rows(digits):
    model = Autoencoder(6, hidden=(64,), epochs=30).fit(digits[:1500])
    latents = model.encode(digits[1500:1520])
    rows = model.decode(latents)
    _, errors = model.invert(rows, n_steps=300)
    assert errors.max() < 0.02 * np.square(np.float64(rows) - digits[:1500].mean(0)).sum(1).mean()
    with pytest.raises(generative.GenerativeError, match="n_starts must be 1 for an autoencoder"):
        model.impute(rows, np.ones(64), n_starts=2)


def test_inconsistent_masks_and_rows_are_refused(digits, vae):
    rows = digits[:4].copy()
    for mask, text in ((np.ones(63), "mask must be 4 x 64 like X, or 64 for all rows, not 63"), (np.full(64, 2), "1")):
        with pytest.raises(ValueError, match=text):
            vae.impute(rows, mask)
    rows[2, 5] = np.inf
    with pytest.raises(generative.GenerativeError, match="row 2, column 5 is inf"):
        vae.impute(rows, np.ones(64))
    pca = PCA(3).fit(digits)
    options = generative._options.OptionStruct("invert", generative._structs.InvertOptions, n_steps=7)
    out = np.empty_like(digits[:4])
    given = (digits.ctypes.data, c.F32, 4, options.pointer, None, out.ctypes.data)
    assert lib.gen_model_impute(pca._handle, *given) == c.E_ARGUMENT
    assert "options->mask must not be NULL" in lib.gen_last_error_message().decode()
    mask = np.ones((3, 64), np.uint8)
    options.struct.mask = mask.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
    for n_masks, text in ((3, "n_masks must be 1 or n_rows (4), not 3"), (1, "n_steps must have its default")):
        options.struct.n_masks = n_masks
        assert lib.gen_model_impute(pca._handle, *given) == c.E_ARGUMENT
        assert text in lib.gen_last_error_message().decode()
    mask[0, 9] = 3
    assert lib.gen_model_impute(vae._handle, *given) == c.E_ARGUMENT
    assert "mask must be 0 or 1, not 3 in row 0, element 9" in lib.gen_last_error_message().decode()
    with pytest.raises(generative.GenerativeError, match="skips"):
        unet = Autoencoder(architecture="convolutional", skips=True, base_channels=2, epochs=1, shape=(8, 8))
        unet.fit(digits[:20]).impute(digits[:4], np.ones(64))


# ---- Sampling with noise --------------------------------------------------------------------------------------------


def test_samples_with_noise_have_the_variance_of_the_table(wine):
    model = VAE(latent_size=2, epochs=300).fit(wine)
    scale = wine.var(0)
    means, rows = (model.sample(20_000, noise=noise) for noise in (False, True))
    assert (means.var(0) / scale).mean() < 0.75
    assert (rows.var(0) / scale).mean() == pytest.approx(1, abs=0.12)
    difference = np.float64(rows) - means
    np.testing.assert_allclose(difference.var(0), model.noise_variance_, rtol=0.05)
    np.testing.assert_allclose(difference.mean(0) / np.sqrt(model.noise_variance_), 0, atol=0.04)


def test_noise_is_normal_of_the_learned_variance(digits, vae):
    variance = Tensors(vae.to_bytes())
    name = [name for name in variance._header if name.endswith("log_variance")]
    expected = np.exp(np.float64(variance[name[0]]))
    assert vae.noise_variance_.shape == (64,)
    np.testing.assert_allclose(vae.noise_variance_, np.broadcast_to(expected, 64), rtol=1e-6)
    latents = generative.latents.sample(2_000, vae.latent_size_)
    noise = (np.float64(vae.decode(latents, noise=True, seed=3)) - vae.decode(latents)) / np.sqrt(expected)
    moments = [(noise**power).mean() for power in (1, 2, 3, 4)]
    np.testing.assert_allclose(moments, [0, 1, 0, 3], atol=0.06)
    first = vae.decode(latents[:7], noise=True, seed=3)
    assert (vae.decode(latents, noise=True, seed=3)[:7] == first).all()
    assert (vae.sample(5, seed=1, noise=True) == vae.add_noise(vae.sample(5, seed=1), seed=1)).all()


def test_each_pixel_has_its_own_noise_and_a_given_variance_is_reported(digits, wine):
    pixels = VAE(likelihood="gaussian", learned_variance="pixel", epochs=20).fit(digits[:500].reshape(-1, 8, 8))
    assert pixels.noise_variance_.shape == (8, 8)
    means = pixels.sample(5_000)
    own = np.float64(pixels.add_noise(means, seed=2) - means).var(0)
    np.testing.assert_allclose(own, pixels.noise_variance_, rtol=0.12)
    given = VAE(likelihood="gaussian", variance=0.04, epochs=1).fit(digits[:50])
    np.testing.assert_allclose(given.noise_variance_, 0.04, rtol=1e-6)


def test_bernoulli_pixels_are_drawn_with_their_means(digits):
    model = VAE(epochs=5).fit(digits[:500])
    means = np.tile(model.decode(np.zeros((1, model.latent_size_), np.float32)), (4_000, 1))
    rows = model.add_noise(means, seed=4)
    assert set(np.unique(rows)) == {0.0, 1.0}
    expected, deviation = means[0], np.sqrt(means[0] * (1 - means[0]) / 4_000)
    assert (np.abs(rows.mean(0) - expected) < 4.5 * deviation + 1e-6).all()
    with pytest.raises(AttributeError, match="bernoulli"):
        model.noise_variance_
    with pytest.raises(generative.InvalidArgumentError, match="between 0 and 1"):
        model.add_noise(means[:2] + 1)


# ---- Images larger than the model -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def denoiser():
    """A U-Net for 16 x 16 patches that removes noise with standard deviation 0.2."""
    faces = Dataset.faces(120, 64, 64, 1, seed=1).read().reshape(-1, 64, 64)
    random = np.random.default_rng(0)
    places = random.integers(0, 48, (1500, 2))
    patches = np.stack([faces[i % 120, y : y + 16, x : x + 16] for i, (y, x) in enumerate(places)])
    settings = {"architecture": "convolutional", "skips": True, "base_channels": 8, "depth": 2, "latent_size": 16}
    return Autoencoder(**settings, corruption="gaussian", corruption_amount=0.2, epochs=6).fit(patches)


def test_images_of_the_models_size_give_the_same_as_rows(denoiser):
    rows = np.random.default_rng(0).random((3, 16, 16)).astype(np.float32)
    out = np.empty_like(rows)
    status = lib.gen_autoencoder_denoise_images(
        denoiser._handle, rows.ctypes.data, 3, 16, 16, None, out.ctypes.data
    )
    assert status == c.OK
    assert (out == denoiser.reconstruct(rows)).all() and (denoiser.denoise(rows) == out).all()
    assert (denoiser.denoise(rows[0][None]) == out[:1]).all()


def by_tiles(model, image, size):
    """Tiles blended by numpy in double precision."""
    height, width = image.shape
    window = np.sin(np.pi * (np.arange(size) + 0.5) / size) ** 2
    sums, weights = np.zeros((2, height, width))
    starts = [
        [0] if side == size else [(side - size) * i // n for i in range(n + 1)]
        for side, n in ((side, -(-(side - size) // (size // 2))) for side in (height, width))
    ]
    for y in starts[0]:
        for x in starts[1]:
            tile = model.reconstruct(image[None, y : y + size, x : x + size])[0]
            sums[y : y + size, x : x + size] += np.outer(window, window) * tile
            weights[y : y + size, x : x + size] += np.outer(window, window)
    return sums / weights


@pytest.mark.parametrize("height, width", [(16, 41), (37, 16), (50, 23), (17, 90)])
def test_tiles_are_blended_by_a_raised_cosine(denoiser, height, width):
    image = np.random.default_rng(height).random((height, width)).astype(np.float32)
    clean = denoiser.denoise(image)
    assert clean.shape == (height, width)
    np.testing.assert_allclose(clean, by_tiles(denoiser, image, 16), atol=1e-6)
    many = denoiser.denoise(np.stack([image, image[::-1]]))
    assert (many[0] == clean).all()


def test_a_model_that_changes_nothing_shows_no_seams():
    """PCA-like weights that reproduce all 6 x 5 x 3 values."""
    rows = np.random.default_rng(0).random((400, 6, 5, 3)).astype(np.float32)
    settings = {"hidden": (), "output_activation": "identity", "preparation": "none", "corruption": "masking"}
    model = Autoencoder(90, **settings, tied=True, bias=False, epochs=1).fit(rows)
    Trainer(model).set_parameters(0, np.eye(90, dtype=np.float32).ravel())
    image = np.random.default_rng(1).random((31, 47, 3)).astype(np.float32)
    np.testing.assert_allclose(model.denoise(image), image, atol=1e-6)
    smooth = ndimage.gaussian_filter(image, (6, 6, 0))
    assert np.abs(np.diff(model.denoise(smooth) - smooth, axis=1)).max() < 1e-6


def test_large_pictures_are_cleaned_better_than_by_cropping(denoiser):
    clean = Dataset.faces(2, 112, 96, 1, seed=77).read().reshape(-1, 112, 96)
    noisy = np.stack([corrupt(image, "gaussian", 0.2, seed=seed) for seed, image in enumerate(clean)])
    tiled = denoiser.denoise(noisy)
    cells = noisy.reshape(2, 7, 16, 6, 16).swapaxes(2, 3)
    cropped = denoiser.reconstruct(cells.reshape(-1, 16, 16)).reshape(cells.shape).swapaxes(2, 3).reshape(noisy.shape)
    psnr = [-10 * np.log10(mean_square(rows - clean)) for rows in (noisy, cropped, tiled)]
    assert psnr[2] > psnr[1] + 0.3 and psnr[1] > psnr[0] + 3, psnr
    # At the borders of cells cropping leaves seams.
    columns = np.arange(16, 96, 16)
    errors = [rows - clean for rows in (cropped, tiled)]
    steps = [np.abs(error[..., columns] - error[..., columns - 1]).mean() for error in errors]
    assert steps[1] < 0.8 * steps[0], steps


def test_images_that_tiles_do_not_cover_are_refused(denoiser):
    with pytest.raises(generative.GenerativeError, match="12 x 40 are smaller than the rows of the model"):
        denoiser.denoise(np.zeros((12, 40), np.float32))
    with pytest.raises(generative.GenerativeError, match="row|element"):
        denoiser.denoise(np.full((20, 40), np.nan, np.float32))


def test_rows_of_any_kind_are_told_from_images(denoiser):
    rows = (np.random.default_rng(0).random((5, 16, 16)) * 255).astype(np.uint8)
    expected = denoiser.reconstruct(rows)
    for same in (rows, Dataset.from_array(rows), rows.reshape(5, 256) / np.float32(255)):
        assert (denoiser.denoise(same) == expected).all()
    wide = (np.random.default_rng(1).random((1, 20, 256)) * 255).astype(np.uint8)
    clean = denoiser.denoise(wide)
    assert clean.shape == (1, 20, 256)
    np.testing.assert_allclose(clean[0], by_tiles(denoiser, wide[0] / np.float32(255), 16), atol=1e-6)
