"""Augmentation: what a training step sees, compared with numpy."""

from __future__ import annotations

import numpy as np
import pytest
from files import without_metadata
from generative import GAN, VAE, Autoencoder, Classifier, Context, Dataset, GenerativeError, Trainer

random = np.random.default_rng(3)
ALL = {"flip": True, "shift": 2, "rotation": 20.0, "color_jitter": 0.3}


def seen(rows, *, first_row=0, seed=0, together=False, **options):
    """The rows that a step sees: with all weights 0, the gradient of the output bias is -2 x."""
    model = Autoencoder(
        1, hidden=[], output_activation="identity", shape=rows.shape[1:], batch_size=len(rows), seed=seed, **options
    )
    trainer = Trainer(model)
    for network, sizes in enumerate(trainer.sizes):
        trainer.set_parameters(network, np.zeros(sizes[1] + sizes[2], np.float32))

    def bias(part, place):
        trainer.begin(part, first_row=place)
        return trainer.gradients()[-1][-rows[0].size :].reshape(rows.shape[1:]) / -2

    if together:
        return bias(rows, first_row)
    return np.array([bias(rows[i : i + 1], first_row + i) for i in range(len(rows))])


def pictures(count, height=9, width=12, channels=3):
    return random.random((count, height, width, channels)).astype(np.float32)


def test_without_augmentation_rows_stay():
    rows = pictures(3)
    assert (seen(rows) == rows).all()


def test_a_flip_mirrors_half_of_the_rows():
    rows = pictures(400, 4, 5, 1)
    found = seen(rows, flip=True)
    mirrored = (found == rows[:, :, ::-1]).all(axis=(1, 2, 3))
    assert ((found == rows).all(axis=(1, 2, 3)) ^ mirrored).all()
    assert abs(mirrored.mean() - 0.5) < 4 * 0.5 / 20


def test_a_shift_repeats_the_edges_and_is_uniform():
    rows = pictures(500, 6, 7, 2)
    counts = np.zeros((5, 5), int)
    for row, found in zip(rows, seen(rows, shift=2)):
        padded = np.pad(row, ((2, 2), (2, 2), (0, 0)), mode="edge")
        places = [(y, x) for y in range(5) for x in range(5) if (padded[y : y + 6, x : x + 7] == found).all()]
        assert len(places) == 1
        counts[places[0]] += 1
    expected = 500 / 25
    assert ((counts - expected) ** 2 / expected).sum() < 60  # chi squared of 24: 51 at 0.001


def rotated(picture, degrees):
    """Linear between pixels, edges repeated; positive degrees are one way."""
    height, width, _ = picture.shape
    y, x = np.mgrid[0:height, 0:width].astype(float)
    y, x = y - (height - 1) / 2, x - (width - 1) / 2
    a = np.deg2rad(degrees)
    v = ((height - 1) / 2 + np.cos(a) * y + np.sin(a) * x).clip(0, height - 1)
    u = ((width - 1) / 2 + np.cos(a) * x - np.sin(a) * y).clip(0, width - 1)
    v0, u0 = np.floor(v).astype(int), np.floor(u).astype(int)
    v1, u1 = np.minimum(v0 + 1, height - 1), np.minimum(u0 + 1, width - 1)
    v, u = (v - v0)[..., None], (u - u0)[..., None]
    top = picture[v0, u0] * (1 - u) + picture[v0, u1] * u
    bottom = picture[v1, u0] * (1 - u) + picture[v1, u1] * u
    return top * (1 - v) + bottom * v


def test_a_rotation_is_uniform_within_its_limit():
    rows = pictures(40)
    angles = []
    for row, found in zip(rows, seen(rows, rotation=30)):
        low, high = -30.5, 30.5
        for _ in range(8):
            grid = np.linspace(low, high, 25)
            best = grid[np.argmin([np.abs(rotated(row, angle) - found).mean() for angle in grid])]
            low, high = best - (high - low) / 12, best + (high - low) / 12
        assert np.abs(rotated(row, best) - found).max() < 1e-3
        angles.append(best)
    assert min(angles) < -20 and max(angles) > 20 and max(np.abs(angles)) <= 30
    assert abs(np.mean(angles)) < 4 * 30 / np.sqrt(3 * 40)


def jittered(picture, brightness, contrast, saturation):
    def gray(colors):
        return colors @ np.array([0.299, 0.587, 0.114]) if colors.shape[-1] == 3 else colors.mean(-1)

    colors = (picture[..., :3].astype(float) * brightness).clip(0, 1)
    colors = (colors * contrast + (1 - contrast) * gray(colors).mean()).clip(0, 1)
    if picture.shape[-1] > 2:
        colors = (colors * saturation + (1 - saturation) * gray(colors)[..., None]).clip(0, 1)
    return np.concatenate([colors, picture[..., 3:]], -1)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_color_jitter_multiplies_brightness_contrast_and_saturation(channels):
    rows = 0.3 + 0.4 * pictures(25, channels=channels)  # no number is cut at 0 or 1
    factors = []
    for row, found in zip(rows, seen(rows, color_jitter=0.2)):
        # Without cuts the change is linear: saturation is the change of differences between channels, and so on.
        colors, changed = row[..., :3].astype(float), found[..., :3].astype(float)
        weights = np.array([0.299, 0.587, 0.114]) if channels > 1 else np.ones(1)
        gray, changed_gray = colors @ weights, changed @ weights
        brightness = changed_gray.mean() / gray.mean()
        contrast = (changed_gray - changed_gray.mean()).std() / (gray - gray.mean()).std() / brightness
        saturation = 1.0
        if channels > 1:
            saturation = (changed - changed_gray[..., None]).std() / (colors - gray[..., None]).std()
            saturation /= brightness * contrast
        assert np.abs(jittered(row, brightness, contrast, saturation) - found).max() < 1e-5
        factors.append((brightness, contrast, saturation)[: 3 if channels > 1 else 2])
    factors = np.array(factors)
    assert factors.min() >= 0.8 - 1e-5 and factors.max() <= 1.2 + 1e-5
    assert (factors.std(axis=0) > 0.06).all() and np.abs(np.corrcoef(factors.T) - np.eye(factors.shape[1])).max() < 0.7


def test_strong_jitter_stays_within_units():
    found = seen(pictures(20), color_jitter=1.0)
    assert found.min() >= 0 and found.max() <= 1 and (found == 0).any() and (found == 1).any()


def test_random_numbers_depend_only_on_seed_and_position():
    rows = np.repeat(pictures(1), 12, axis=0)
    found = seen(rows, **ALL)
    assert len(np.unique(found.reshape(12, -1), axis=0)) == 12
    assert (seen(rows[:4], first_row=5, **ALL) == found[5:9]).all()
    assert not (seen(rows, seed=1, **ALL) == found).all(axis=(1, 2, 3)).any()
    # A batch is the sum of its rows, whatever the threads.
    sums = [seen(rows, together=True, context=Context(n_threads=n), **ALL) for n in (1, 2, 4)]
    assert (sums[0] == sums[1]).all() and (sums[0] == sums[2]).all()
    assert np.abs(sums[0] - found.sum(axis=0)).max() < 1e-4


MODELS = {
    "autoencoder": lambda **fit: Autoencoder(3, hidden=(12,), **fit),
    "vae": lambda **fit: VAE(3, hidden=(12,), **fit),
    "gan": lambda **fit: GAN(3, generator_hidden=(12,), discriminator_hidden=(12,), **fit),
    "classifier": lambda **fit: Classifier(hidden=(12,), n_classes=2, **fit),
}
FIT = {"epochs": 4, "batch_size": 8, "seed": 3, **ALL}


@pytest.mark.parametrize("kind", MODELS)
def test_fits_with_augmentation_resume_and_do_not_depend_on_threads(kind, tmp_path):
    X, y = pictures(30), np.arange(30) % 2 if kind == "classifier" else None
    whole = MODELS[kind](**FIT).fit(X, y)
    assert whole.to_bytes("weights") != MODELS[kind](epochs=4, batch_size=8, seed=3).fit(X, y).to_bytes("weights")
    for threads in (1, 3):
        with Context(n_threads=threads) as context:
            assert MODELS[kind](context=context, **FIT).fit(X, y).to_bytes("weights") == whole.to_bytes("weights")
    path = tmp_path / "fit.safetensors"
    model = MODELS[kind](**FIT)
    model.fit(X, y, callback=lambda event: 2 if event.epoch == 2 else None)
    assert 0 < model.info.n_epochs_left < 4
    model.save(path)
    assert b"flip true, shift 2, rotation 20.0, color_jitter 0.3" in path.read_bytes()
    loaded = type(model).load(path).set_params(**FIT).fit(X, y, resume=True)
    assert loaded.to_bytes("weights") == whole.to_bytes("weights")
    for other in ({"flip": False}, {"shift": 0, "rotation": 0.0, "flip": False, "color_jitter": 0.0}):
        with pytest.raises(GenerativeError, match="row_augmentation was flip true"):
            type(model).load(path).set_params(**{**FIT, **other}).fit(X, y, resume=True)


def test_a_fit_of_an_earlier_version_augmented_nothing(tmp_path):
    X, path = pictures(30), tmp_path / "fit.safetensors"
    plain = {"epochs": 4, "batch_size": 8, "seed": 3}
    model = MODELS["vae"](**plain).fit(X, callback=lambda event: 2 if event.epoch == 2 else None)
    model.save(path)
    old = without_metadata(path, "fit.term.row_augmentation", tmp_path / "old.safetensors")
    with pytest.raises(GenerativeError, match="row_augmentation was none"):
        VAE.load(old).set_params(**FIT).fit(X, resume=True)
    resumed = VAE.load(old).set_params(**plain).fit(X, resume=True)
    assert resumed.to_bytes("weights") == MODELS["vae"](**plain).fit(X).to_bytes("weights")


def test_streams_are_augmented_and_resume(tmp_path):
    X, path = pictures(24), tmp_path / "fit.safetensors"

    def batches():
        yield from np.split(X, 4)

    options = {**FIT, "epochs": 3}
    whole = MODELS["vae"](**options).fit(batches)
    plain = MODELS["vae"](epochs=3, batch_size=8, seed=3).fit(batches)
    assert whole.to_bytes("weights") != plain.to_bytes("weights")
    model = MODELS["vae"](**options).fit(batches, callback=lambda event: 2 if event.epoch == 2 else None)
    model.save(path)
    resumed = VAE.load(path).set_params(**options).fit(batches, resume=True)
    assert resumed.to_bytes("weights") == whole.to_bytes("weights")


def test_validation_rows_are_not_augmented():
    # Without steps that change weights, the validation loss is that of the rows as they are.
    X, V = pictures(16), pictures(16)
    options = {"optimizer": "sgd", "learning_rate": 1e-30, "epochs": 1, "batch_size": 8, "seed": 3}
    losses = [
        MODELS["autoencoder"](**options, **change).fit(X, validation=V).history_[-1] for change in ({}, {"shift": 3})
    ]
    assert losses[0].validation_loss == losses[1].validation_loss
    assert losses[0].loss != losses[1].loss


@pytest.mark.parametrize("option", [{"flip": True}, {"shift": 1}, {"rotation": 5.0}, {"color_jitter": 0.1}])
def test_rows_that_are_not_images_are_refused(option):
    table = random.random((20, 6))
    for data in (table, table.reshape(20, 1, 6), table.reshape(20, 6, 1)):
        with pytest.raises(GenerativeError, match=r"need images, and a row is|need images as they are"):
            VAE(2, hidden=(4,), epochs=1, **option).fit(data)
    with pytest.raises(GenerativeError, match="preparation none"):
        Autoencoder(2, hidden=(4,), epochs=1, preparation="standardize", **option).fit(pictures(9))


@pytest.mark.parametrize(
    "option", [{"shift": -1}, {"shift": 5000}, {"rotation": 181.0}, {"rotation": np.nan}, {"color_jitter": 1.5}]
)
def test_options_are_checked(option):
    with pytest.raises(ValueError, match=next(iter(option))):
        VAE(2, epochs=1, **option).fit(Dataset.faces(16))


@pytest.mark.parametrize("batch", [{"batch_size": 12}, {"batch_size": 4, "accumulate": 3}], ids=str)
def test_targets_are_augmented_like_their_rows(batch):
    rows = pictures(30)
    # Rows that are their own targets make the fit that they make alone.
    model = lambda **options: Autoencoder(3, hidden=[8], epochs=2, seed=1, **ALL, **options)  # noqa: E731
    alone, paired = model(**batch).fit(rows), model(**batch).fit(rows, rows.copy())
    assert [event.loss for event in alone.history_] == [event.loss for event in paired.history_]
    assert (alone.encode(rows) == paired.encode(rows)).all()
    whole = model(batch_size=12).fit(rows)
    np.testing.assert_allclose([e.loss for e in paired.history_], [e.loss for e in whole.history_], rtol=1e-4)
