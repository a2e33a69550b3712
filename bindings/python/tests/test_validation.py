"""Validation: rows with labels, and a share of the rows that a fit holds out."""

import numpy as np
import pytest
import test_ranks

import generative
from generative import GAN, VAE, Autoencoder, Classifier, Dataset

N = 37
X = np.random.default_rng(5).random((N, 5, 3), dtype=np.float32)
Y = np.random.default_rng(6).integers(0, 3, N)
SEEN = np.random.default_rng(7).random((11, 5, 3), dtype=np.float32)
SEEN_Y = np.arange(11) % 3
NAMES = np.array(["ape", "cat", "dog"])
MODELS = {
    "autoencoder": lambda **o: Autoencoder(2, hidden=6, epochs=3, batch_size=8, **o),
    "vae": lambda **o: VAE(2, hidden=6, epochs=3, batch_size=8, **o),
    "conditional vae": lambda **o: VAE(2, hidden=6, epochs=3, batch_size=8, n_classes=3, **o),
    "gan": lambda **o: GAN(2, generator_hidden=6, discriminator_hidden=7, epochs=3, batch_size=8, **o),
    "conditional gan": lambda **o: GAN(
        2, generator_hidden=6, discriminator_hidden=7, epochs=3, batch_size=8, n_classes=3, **o
    ),
    "classifier": lambda **o: Classifier(hidden=6, epochs=3, batch_size=8, **o),
}
ALL = pytest.mark.parametrize("name", MODELS)
LABELLED = [name for name in MODELS if "conditional" in name or name == "classifier"]


def losses(model):
    return [event.validation_loss for event in model.history_]


def philox(counter, seed, step, purpose):
    """Two 32-bit words of Philox4x32-10 (Salmon et al. 2011), joined, the first as the higher one."""
    low = 2**32 - 1
    c = [counter & low, counter >> 32, step & low, step >> 32 ^ purpose << 24]
    k = [seed & low, seed >> 32]
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [p1 >> 32 ^ c[1] ^ k[0], p1 & low, p0 >> 32 ^ c[3] ^ k[1], p0 & low]
        k = [k[0] + 0x9E3779B9 & low, k[1] + 0xBB67AE85 & low]
    return c[0] << 32 | c[1]


def held(count, share, seed, labels=None):
    """The indices that the documented rule holds out: of each class its share, by largest remainder, those that
    come first in a permutation (Fisher & Yates) by the seed."""
    total = max(1, min(count - 1, round(share * count)))
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = philox(i, seed, 2**64 - 1, 2) * (i + 1) >> 64
        order[i], order[j] = order[j], order[i]
    labels = np.zeros(count, int) if labels is None else np.asarray(labels)
    sizes = np.bincount(labels)
    quotas = np.maximum(np.minimum(np.floor(share * sizes), sizes - 1), 0).astype(int)
    for kept in (1, 0):
        while quotas.sum() < total and (quotas + kept < sizes).any():
            quotas[np.argmax(np.where(quotas + kept < sizes, share * sizes - quotas, -np.inf))] += 1
    places = []
    for place in order:
        if quotas[labels[place]] > 0:
            quotas[labels[place]] -= 1
            places.append(place)
    return np.sort(places)


@ALL
def test_rows_with_labels_are_measured_like_a_labelled_dataset(name):
    expected = MODELS[name]().fit(X, Y, validation=Dataset.from_array(SEEN, SEEN_Y))
    model = MODELS[name]().fit(X, Y, validation=(SEEN, SEEN_Y))
    assert np.isfinite(losses(model)).all() and losses(model) == losses(expected)
    assert model.to_bytes() == expected.to_bytes()
    other = losses(MODELS[name]().fit(X, Y, validation=(SEEN, (SEEN_Y + 1) % 3)))
    assert (other != losses(expected)) == (name in LABELLED)


def test_a_validation_loss_is_that_of_the_rows_and_their_labels():
    model = MODELS["classifier"]().fit(X, Y, validation=(SEEN, SEEN_Y))
    expected = -np.log(model.predict_proba(SEEN)[np.arange(11), SEEN_Y]).mean()
    assert losses(model)[-1] == pytest.approx(expected, rel=1e-5)
    model = MODELS["conditional vae"]().fit(X, Y, validation=(SEEN, SEEN_Y))
    terms = model.elbo(SEEN, labels=SEEN_Y, n_samples=300)
    # The fit draws one latent a row; the divergence is exact.
    assert model.history_[-1].validation_kl == pytest.approx(terms.kl.mean(), rel=1e-5)
    assert losses(model)[-1] == pytest.approx(np.mean(terms.reconstruction + terms.kl), rel=0.1)


@pytest.mark.parametrize("name", ["autoencoder", "vae", "gan"])
def test_models_without_labels_ignore_those_of_a_validation(name):
    expected = losses(MODELS[name]().fit(X, validation=SEEN))
    for labels in (SEEN_Y, None, ["any"] * 3):
        assert losses(MODELS[name]().fit(X, Y, validation=(SEEN, labels))) == expected


@ALL
@pytest.mark.parametrize("share", [0.01, 0.1, 0.25, 0.5, 0.9, np.float32(0.3)])
def test_a_share_holds_out_the_documented_rows(name, share):
    places = held(N, float(share), 5, Y if name in LABELLED else None)
    kept = np.setdiff1d(np.arange(N), places)
    assert 1 <= len(places) < N and len(kept) + len(places) == N
    options = {"seed": 5, **({"n_classes": 3} if name == "classifier" else {})}
    expected = MODELS[name](**options).fit(X[kept], Y[kept], validation=Dataset.from_array(X[places], Y[places]))
    model = MODELS[name](**options).fit(X, Y, validation=share)
    assert model.to_bytes() == expected.to_bytes() and losses(model) == losses(expected)


@ALL
def test_no_step_learns_from_rows_held_out(name):
    places = held(N, 0.2, 0, Y if name in LABELLED else None)
    changed, labels = X.copy(), Y.copy()
    changed[places] = 1 - changed[places]
    # Classes keep their numbers of rows, which the rule goes by, and rows their sides.
    others = np.setdiff1d(np.arange(N), places)
    labels[places] = np.roll(labels[places], 1) if name in LABELLED else (labels[places] + 1) % 3
    first = MODELS[name]().fit(X, Y, validation=0.2)
    second = MODELS[name]().fit(changed, labels, validation=0.2)
    assert first.to_bytes("weights") == second.to_bytes("weights")
    assert losses(first) != losses(second)


@ALL
@pytest.mark.parametrize(("count", "share", "expected"), [(2, 0.9, 1), (2, 0.01, 1), (3, 0.99, 2), (7, 0.001, 1)])
def test_a_share_leaves_rows_for_training_and_validation(name, count, share, expected):
    least = 2 if "gan" in name else 1
    model = MODELS[name](**({"n_classes": 3} if name == "classifier" else {}))
    if count <= least:
        with pytest.raises(ValueError, match=f"validation={share} needs at least 3 rows, not n_samples = 2"):
            model.fit(X[:count], Y[:count], validation=share)
        return
    model.fit(X[:count], Y[:count], validation=share)
    places = held(count, min(expected, count - least) / count, 0, Y[:count] if name in LABELLED else None)
    kept = np.setdiff1d(np.arange(count), places)
    assert len(kept) >= least
    again = MODELS[name](**({"n_classes": 3} if name == "classifier" else {})).fit(X[:count][kept], Y[:count][kept])
    assert model.to_bytes("weights") == again.to_bytes("weights")


@ALL
def test_one_row_cannot_be_shared(name):
    options = {"n_classes": 3} if name == "classifier" else {}
    with pytest.raises(ValueError, match="validation=0.5 needs at least . rows, not n_samples = 1"):
        MODELS[name](**options).fit(X[:1], Y[:1], validation=0.5)


WRONG = [0, 1, 0.0, 1.0, -0.1, 1.5, 25, True, False, np.True_, np.nan, np.inf, 1j, np.array(2.5)]


@ALL
@pytest.mark.parametrize("share", WRONG, ids=repr)
def test_an_invalid_share_is_refused_and_shown(name, share):
    model = MODELS[name]()
    with pytest.raises(ValueError) as caught:
        model.fit(X, Y, validation=share)
    assert str(caught.value) == f"validation must be rows, (rows, labels) or a share between 0 and 1, not {share!r}"
    assert not hasattr(model, "n_features_in_")


@ALL
def test_a_share_works_for_all_data_but_streams(name, tmp_path):
    np.save(tmp_path / "rows.npy", X)
    np.save(tmp_path / "labels.npy", Y)
    labels = Y if name in LABELLED else None
    expected = MODELS[name]().fit(X, labels, validation=0.1)
    paths = (tmp_path / "rows.npy", tmp_path / "labels.npy") if name in LABELLED else (tmp_path / "rows.npy",)
    strided = np.repeat(X, 2, 0)[::2]
    for data in ((Dataset.from_array(X, labels),), paths, (strided, labels), (X[::-1][::-1], labels)):
        model = MODELS[name]().fit(*data, validation=0.1)
        assert model.to_bytes("weights") == expected.to_bytes("weights") and losses(model) == losses(expected)
    stream = (lambda: iter([(X, Y)])) if name in LABELLED else lambda: iter([X])
    for data in (stream, stream(), Dataset.from_stream(stream, labelled=name in LABELLED)):
        with pytest.raises(ValueError, match="validation=0.1 cannot hold out rows of a stream: give rows of their own"):
            MODELS[name]().fit(data, validation=0.1)


@pytest.mark.parametrize("kind", ["bytes", "floats", "doubles", "slice", "faces", "split"])
@pytest.mark.parametrize(("share", "seed"), [(0.1, 0), (0.5, 7), (0.73, 2**64 - 1), (1e-9, 3), (1 - 1e-9, 4)])
def test_a_split_keeps_the_order_for_every_kind_of_rows(kind, share, seed):
    images = np.round(X * 255).astype(np.uint8)
    data = {
        "bytes": lambda: Dataset.from_array(images, Y),
        "floats": lambda: Dataset.from_array(X, Y),
        "doubles": lambda: Dataset.from_array(X.astype(np.float64), Y, copy=False),
        "slice": lambda: Dataset.from_array(np.concatenate([X, X]), np.concatenate([Y, Y])).slice(5, N),
        "faces": lambda: generative.faces(N, 16, channels=1),
        "split": lambda: Dataset.from_array(X, Y).split(0.4, seed=9)[0],
    }[kind]()
    rows, labels = data.read(), data.labels()
    rest, part = data.split(share, seed=seed)
    places = held(len(data), share, seed, labels)
    kept = np.setdiff1d(np.arange(len(data)), places)
    for side, chosen in ((rest, kept), (part, places)):
        np.testing.assert_array_equal(side.read(), rows[chosen])
        np.testing.assert_array_equal(side.labels(), labels[chosen])
        assert len(side) == len(chosen)
    if kind == "faces":
        np.testing.assert_array_equal(part.factors(), data.factors()[places])
    sizes, out = np.bincount(labels), np.bincount(part.labels(), minlength=labels.max() + 1)
    if 1 < round(share * len(data)) < len(data) - 1:
        assert (np.abs(out - share * sizes) < 1).all()
        assert ((out < sizes) | (sizes == 1)).all()


def test_a_split_without_classes_or_with_rare_ones_draws_from_all_rows():
    numbers = np.arange(200) + 5000  # no model has so many classes: they are not shared out
    for labels in (None, numbers):
        part = Dataset.from_array(np.arange(200.0)[:, None] / 200, labels).split(0.2, seed=3)[1]
        np.testing.assert_array_equal(np.round(part.read()[:, 0] * 200), held(200, 0.2, 3))
    alone = np.arange(10)  # one row a class
    rest, part = Dataset.from_array(np.arange(10.0)[:, None], alone).split(0.3, seed=1)
    assert len(part) == 3 and len(np.union1d(rest.labels(), part.labels())) == 10


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, np.nan, np.inf, -np.inf])
def test_a_split_refuses_an_invalid_share(share):
    data = Dataset.from_array(X, Y)
    with pytest.raises(ValueError, match=f"share must be above 0 and below 1, not {float(share)}"):
        data.split(share)


def test_a_split_needs_rows_and_a_seed():
    data = Dataset.from_array(X, Y)
    for seed in (-1, 2**64, 1.5, "1", None):
        with pytest.raises(ValueError, match="seed must be"):
            data.split(0.1, seed=seed)
    with pytest.raises(ValueError, match="dataset must have at least 2 rows to be split, not 1"):
        Dataset.from_array(X[:1]).split(0.5)
    with pytest.raises(generative.GenerativeError, match="a stream has its own order"):
        Dataset.from_stream(lambda: iter([X])).split(0.5)
    rest, part = data.split(0.3)
    rows = part.read()
    del data, rest
    np.testing.assert_array_equal(part.read(), rows)


def test_a_validation_is_rows_or_a_pair():
    for validation in ((X,), (X, Y, Y), ()):
        with pytest.raises(ValueError, match=f"not a tuple of {len(validation)}"):
            MODELS["vae"]().fit(X, validation=validation)
    with pytest.raises(ValueError, match="must have 37 entries, one for each row, not 7"):
        MODELS["conditional vae"]().fit(X, Y[:7], validation=0.1)
    with pytest.raises(ValueError, match="labels must have 11 entries, one for each row, not 7"):
        MODELS["conditional vae"]().fit(X, Y, validation=(SEEN, SEEN_Y[:7]))


def test_seeds_choose_the_rows_and_must_be_integers():
    fits = [MODELS["vae"](seed=seed).fit(X, validation=0.3) for seed in (1, np.int64(1), 2)]
    assert losses(fits[0]) == losses(fits[1]) != losses(fits[2])
    for seed in (-1, 1.5, "1", 2**64):
        with pytest.raises(ValueError, match="seed must be"):
            MODELS["vae"](seed=seed).fit(X, validation=0.3)


def test_classes_include_those_of_held_out_rows():
    y = np.array(["ape", "cat"])[Y % 2].astype(object)
    y[17] = "dog"  # a class of one row is not held out
    model = MODELS["classifier"]().fit(X, y, validation=0.1)
    assert list(model.classes_) == ["ape", "cat", "dog"] and np.isfinite(losses(model)).all()
    assert 17 not in held(N, 0.1, 0, np.searchsorted(NAMES, y.astype(str)))
    numbers = np.searchsorted(NAMES, y.astype(str))
    assert losses(MODELS["classifier"](n_classes=3).fit(X, numbers, validation=0.1)) == losses(model)


def test_images_of_bytes_and_tables_keep_their_scale():
    images = np.round(X * 255).astype(np.uint8)
    places = held(N, 0.3, 0)
    kept = np.setdiff1d(np.arange(N), places)
    model = MODELS["vae"]().fit(images, validation=0.3)
    expected = MODELS["vae"]().fit(images[kept], validation=images[places])
    assert model.to_bytes() == expected.to_bytes() and losses(model) == losses(expected)
    with pytest.raises(ValueError, match="was fitted to 8-bit images"):
        model.encode(images.astype(np.float32))


def test_names_of_columns_are_kept():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X[:, :, 0], columns=list("abcde"))
    model = MODELS["vae"]().fit(frame, validation=0.2)
    assert list(model.feature_names_in_) == list("abcde")
    assert model.to_bytes() == MODELS["vae"]().fit(X[:, :, 0], validation=0.2).to_bytes()


def test_patience_ends_a_fit_by_the_rows_held_out():
    options = {"patience": 2, "keep_best": True, "learning_rate": 0.05}
    model = MODELS["conditional vae"](**options).set_params(epochs=500).fit(X, Y, validation=0.2)
    assert model.n_epochs_ < 500 and min(losses(model)) < losses(model)[-1]
    with pytest.raises(ValueError, match="validation"):
        MODELS["vae"](**options).fit(X)


def test_a_resumed_fit_holds_the_same_rows_out(tmp_path):
    whole = MODELS["conditional vae"]().fit(X, Y, validation=0.2)

    def stop(event):
        return generative.STOP_NOW if event.is_epoch and event.epoch == 1 else None

    options = {"checkpoint": tmp_path / "fit.safetensors", "resume": True}
    MODELS["conditional vae"]().fit(X, Y, validation=0.2, callback=stop, **options)
    model = MODELS["conditional vae"]().fit(X, Y, validation=0.2, **options)
    assert model.to_bytes("weights") == whole.to_bytes("weights")
    MODELS["conditional vae"]().fit(X, Y, validation=0.2, callback=stop, checkpoint=tmp_path / "other.safetensors")
    options["checkpoint"] = tmp_path / "other.safetensors"
    with pytest.raises(ValueError, match="checksum|rows"):
        MODELS["conditional vae"]().fit(X, Y, validation=0.3, **options)


def test_ranks_with_the_same_rows_hold_the_same_rows_out():
    rows = X.reshape(N, -1)
    models, errors, _ = test_ranks.fit_on_threads(2, MODELS["vae"], [rows, rows], validation=0.2)
    assert errors == [None, None] and models[0].to_bytes() == models[1].to_bytes()
    # A step learns from batch_size rows of each rank.
    whole = MODELS["vae"]().set_params(batch_size=16).fit(rows, validation=0.2)
    np.testing.assert_allclose(losses(models[0]), losses(whole), rtol=1e-3)


def test_paths_of_rows_and_labels_are_a_validation(tmp_path):
    np.save(tmp_path / "rows.npy", SEEN)
    np.save(tmp_path / "labels.npy", SEEN_Y)
    paths = (tmp_path / "rows.npy", str(tmp_path / "labels.npy"))
    for name in LABELLED:
        expected = MODELS[name]().fit(X, Y, validation=(SEEN, SEEN_Y))
        assert losses(MODELS[name]().fit(X, Y, validation=paths)) == losses(expected)
