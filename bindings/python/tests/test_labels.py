"""Labels of conditional models: one rule for all methods, what each message shows, and where labels are accepted."""

import copy
import inspect
import pickle
import struct
import threading

import numpy as np
import pytest
import test_ranks

import generative
from generative import GAN, VAE, Autoencoder, Classifier, Dataset, NotReadyError, Trainer, evaluate, load
from generative._classes import as_labels

N = 23
X = np.random.default_rng(5).random((N, 5, 3), dtype=np.float32)
Y = np.arange(N) % 3
MODELS = {}


def small(kind, **options):
    if kind is GAN:
        return GAN(2, generator_hidden=(6,), discriminator_hidden=(7,), epochs=1, batch_size=8, **options)
    return kind(2, hidden=(6,), epochs=1, batch_size=8, **options)


def fitted(kind, n_classes=3):
    """A model, fitted once. GAN "features": a convolutional one."""
    if (kind, n_classes) not in MODELS:
        if kind == "features":
            shape = {"architecture": "convolutional", "base_channels": 2, "batch_size": 8, "epochs": 1}
            model = GAN(2, n_classes=n_classes, **shape).fit(np.repeat(X, 4, 1)[:, :16, :1].repeat(16, 2), Y)
        else:
            model = small(kind, n_classes=n_classes).fit(X, Y if n_classes else None)
        MODELS[kind, n_classes] = model
    return MODELS[kind, n_classes]


# ---- The rule ------------------------------------------------------------------------------------

SAME = {
    "list": Y.tolist(),
    "tuple": tuple(Y.tolist()),
    "numpy's numbers": list(Y),
    "column": Y[:, None],
    "float64": Y.astype(np.float64),
    "float32": Y.astype(np.float32),
    "float16": Y.astype(np.float16),
    "big endian": Y.astype(">i4"),
    "strided": np.repeat(Y, 3)[::3],
    "objects": Y.astype(object),
    "objects of several types": np.array([int(y) if i % 2 else float(y) for i, y in enumerate(Y)], object),
    **{np.dtype(kind).name: Y.astype(kind) for kind in "bhilqBHILQ"},
}


@pytest.mark.filterwarnings("ignore:A column-vector")
@pytest.mark.parametrize("kind", [VAE, GAN])
def test_labels_of_any_type_are_the_same_labels(kind):
    expected = small(kind, n_classes=3).fit(X, Y.astype(np.int32)).to_bytes()
    for name, labels in SAME.items():
        assert small(kind, n_classes=3).fit(X, labels).to_bytes() == expected, name
        np.testing.assert_array_equal(as_labels(labels, N, 3), Y)
        np.testing.assert_array_equal(Dataset.from_array(X, labels).labels(), Y)
        np.testing.assert_array_equal(fitted(kind).sample(labels=labels), fitted(kind).sample(labels=Y))


@pytest.mark.parametrize("kind", [VAE, GAN])
def test_bools_are_the_labels_0_and_1(kind):
    expected = small(kind, n_classes=2).fit(X, (Y == 1).astype(int)).to_bytes()
    assert small(kind, n_classes=2).fit(X, Y == 1).to_bytes() == expected
    assert small(kind, n_classes=2).fit(X, (Y == 1).tolist()).to_bytes() == expected


def test_a_column_of_labels_has_scikit_learns_warning():
    calls = [
        lambda y: small(VAE, n_classes=3).fit(X, y),
        lambda y: fitted(VAE).score(X, y),
        lambda y: fitted(GAN).sample(labels=y),
        lambda y: Classifier(hidden=5, epochs=1).fit(X, y),
    ]
    for call in calls:
        with pytest.warns(UserWarning, match="A column-vector .* was passed when a 1d array was expected") as caught:
            call(Y[:, None])
        own = [warning for warning in caught if "column-vector" in str(warning.message)]
        assert [warning.filename for warning in own] == [__file__]


def test_labels_of_pandas_are_taken():
    pandas = pytest.importorskip("pandas")
    expected = small(VAE, n_classes=3).fit(X, Y).to_bytes()
    for labels in (pandas.Series(Y), pandas.Series(Y, dtype="Int64"), pandas.Series(Y, dtype="category")):
        assert small(VAE, n_classes=3).fit(X, labels).to_bytes() == expected
    missing = pandas.Series(Y, dtype="Int64")
    missing[4] = pandas.NA
    with pytest.raises(ValueError, match=r"y\[4\] must be an integer from 0 to 2, not (<NA>|nan)"):
        small(VAE, n_classes=3).fit(X, missing)


# What is no label of a model of 3 classes, and how a message shows it.
WRONG = {
    "half": (1.5, "1.5"),
    "nan": (np.nan, "nan"),
    "inf": (np.inf, "inf"),
    "2^32 + 1": (2**32 + 1, "4294967297"),
    "2^64 + 1": (2**64 + 1, "18446744073709551617"),
    "negative": (-1, "-1"),
    "text": ("1", "'1'"),
    "bytes": (b"1", "b'1'"),
    "None": (None, "None"),
    "complex": (1j, "1j"),
    "too large": (3, "3"),
}


def conditional(kind, method, *arguments, name="labels", **keywords):
    return lambda labels: getattr(fitted(kind), method)(*arguments, **{name: labels}, **keywords)


def plotted(kind):
    def plot(labels):
        pytest.importorskip("matplotlib").use("agg")
        return fitted(kind).plot_samples(labels=labels)

    return plot


def with_threshold():
    return fitted(VAE).fit_threshold(X, labels=Y)


def with_mixture():
    return fitted(VAE).fit_mixture(X, 2, labels=Y)


Z = np.zeros((N, 2), np.float32)
IMAGES = np.repeat(X, 4, 1)[:, :16, :1].repeat(16, 2)
# Each way in that labels of N rows have: what it calls them, and a function of them.
WAYS = {
    **{f"{kind.__name__}.fit": ("y", lambda y, kind=kind: small(kind, n_classes=3).fit(X, y)) for kind in (VAE, GAN)},
    **{
        f"{kind.__name__}.fit, validation": (
            "validation's labels",
            lambda y, kind=kind: small(kind, n_classes=3).fit(X, Y, validation=(X, y)),
        )
        for kind in (VAE, GAN)
    },
    "VAE.fit, validation=0.2": ("y", lambda y: small(VAE, n_classes=3).fit(X, y, validation=0.2)),
    "VAE.fit, warm_start": ("y", lambda y: copy.deepcopy(fitted(VAE)).set_params(warm_start=True).fit(X, y)),
    "VAE.fit_transform": ("y", lambda y: small(VAE, n_classes=3).fit_transform(X, y)),
    "VAE.score": ("labels", lambda y: fitted(VAE).score(X, y)),
    **{
        f"VAE.{method}": ("labels", conditional(VAE, method, X))
        for method in ("encode", "encode_sample", "transform", "reconstruct", "elbo")
    },
    "VAE.log_likelihood": ("labels", conditional(VAE, "log_likelihood", X, n_samples=2)),
    **{f"VAE.{method}": ("labels", conditional(VAE, method, Z)) for method in ("decode", "inverse_transform")},
    "VAE.fit_mixture": ("labels", conditional(VAE, "fit_mixture", X, 2)),
    "VAE.fit_threshold": ("labels", conditional(VAE, "fit_threshold", X)),
    "VAE.anomaly_scores": ("labels", conditional(VAE, "anomaly_scores", X)),
    "VAE.predict": ("labels", lambda y: with_threshold().predict(X, labels=y)),
    "VAE.decision_function": ("labels", lambda y: with_threshold().decision_function(X, labels=y)),
    "VAE.sample_mixture": ("labels", lambda y: with_mixture().sample_mixture(labels=y)),
    "VAE.invert": ("labels", conditional(VAE, "invert", X, n_steps=1)),
    "GAN.invert": ("labels", conditional(GAN, "invert", X, n_steps=1)),
    "VAE.impute": ("labels", conditional(VAE, "impute", X, n_steps=1)),
    "GAN.impute": ("labels", conditional(GAN, "impute", X, n_steps=1)),
    "VAE.manifold": ("labels", conditional(VAE, "manifold", 1, N)),
    "VAE.fit of a stream": ("a batch's labels", lambda y: small(VAE, n_classes=3).fit(lambda: [(X, y)])),
    "GAN.fit of a stream": ("a batch's labels", lambda y: small(GAN, n_classes=3).fit(lambda: [(X, y)])),
    "VAE.fit_threshold of a stream": ("a batch's labels", lambda y: fitted(VAE).fit_threshold(iter([(X, y)]))),
    "VAE.fit_mixture of a stream": ("a batch's labels", lambda y: fitted(VAE).fit_mixture(iter([(X, y)]), 2)),
    "VAE.interpolate": ("labels", conditional(VAE, "interpolate", Z[0], Z[0] + 1, N)),
    "GAN.interpolate": ("labels", conditional(GAN, "interpolate", Z[0], Z[0] + 1, N)),
    **{f"{kind.__name__}.plot_samples": ("labels", plotted(kind)) for kind in (VAE, GAN)},
    "VAE.sample": ("labels", conditional(VAE, "sample")),
    "GAN.sample": ("labels", conditional(GAN, "sample")),
    "GAN.generate": ("labels", conditional(GAN, "generate", Z)),
    "GAN.discriminate": ("labels", conditional(GAN, "discriminate", X)),
    "GAN.features": ("labels", conditional("features", "features", IMAGES)),
    "Trainer.begin": ("y", lambda y: Trainer(VAE(2, n_classes=3, shape=(5, 3), batch_size=N)).begin(X, y)),
}
# They take classes of any number.
UNBOUNDED = {
    "Dataset.from_array": lambda y: Dataset.from_array(X, y),
    "evaluate.linear": lambda y: evaluate.linear(X, y, X),
    "evaluate.neighbours": lambda y: evaluate.neighbours(X, y, X),
}


def with_one(value, place=4):
    """Labels of N rows, one of which is replaced by the value."""
    labels = Y.tolist()
    labels[place] = value
    return labels


@pytest.mark.parametrize("kind", [VAE, GAN])
def test_every_method_with_labels_is_among_the_ways(kind):
    for name, method in inspect.getmembers(kind):
        if name.startswith("_"):
            continue
        method = getattr(method, "fget", None) or method
        is_way = "labels" in (method.__doc__ or "") and isinstance(inspect.getattr_static(kind, name), property)
        if is_way or callable(method) and "labels" in inspect.signature(method).parameters:
            assert f"{kind.__name__}.{name}" in WAYS


@pytest.mark.parametrize("way", WAYS)
def test_the_first_value_that_is_no_label_is_named_with_its_place(way):
    name, call = WAYS[way]
    call(Y)
    for value, shown in WRONG.values():
        for labels in (with_one(value), with_one(value)[:4] + [value] * (N - 4)):
            with pytest.raises(ValueError) as caught:
                call(labels)
            message = str(caught.value)
            expected = f"{name}[4] must be an integer from 0 to 2, not {shown}"
            if way.endswith("stream"):  # whose classes the converter does not know, but the library
                ours, theirs = f"to {2**31 - 1}, not", "the label of the stream's row 4 must be between 0 and 2, not"
                expected = f"{theirs} {shown}" if value == 3 else expected.replace("to 2, not", ours)
            assert message.startswith(expected), message
    for count in (0, 1, N - 1, N + 1):
        if "stream" in way:
            with pytest.raises(ValueError, match=f"a batch has {N} rows, but {count} labels"):
                call(Y[:1].repeat(count))
        elif "sample" not in way.split(".")[1] or "encode" in way:
            with pytest.raises(ValueError, match=f"must have {N} entries, one for each row, not {count}"):
                call(Y[:1].repeat(count))
    for labels in (np.zeros((N, 2), int), np.zeros((N, 1, 1), int), [[0], [1, 2]]):
        with pytest.raises(ValueError, match="should be a 1d array"):
            call(labels)


@pytest.mark.parametrize("way", UNBOUNDED)
def test_datasets_take_labels_of_any_number_by_the_same_rule(way):
    UNBOUNDED[way](Y)
    for value, shown in [*WRONG.values(), (2**31, "2147483648")]:
        if value != 3:
            with pytest.raises(ValueError) as caught:
                UNBOUNDED[way](with_one(value))
            expected = f"labels[4] must be an integer from 0 to {2**31 - 1}, not {shown}"
            assert str(caught.value).startswith(expected), str(caught.value)
    with pytest.raises(ValueError, match=f"labels must have {N} entries, one for each row, not 7"):
        UNBOUNDED[way](Y[:7])


def test_strings_are_refused_with_how_to_number_them():
    names = np.array(["cat", "ape", "dog"])[Y]
    for y in (names, names.tolist(), names.astype(object)):
        with pytest.raises(ValueError, match=r"y\[0\] must be an integer from 0 to 2, not 'cat'.*return_inverse=True"):
            small(VAE, n_classes=3).fit(X, y)
    classes, numbers = np.unique(names, return_inverse=True)
    model = small(VAE, n_classes=3).fit(X, numbers)
    assert list(classes) == ["ape", "cat", "dog"] and model.sample(labels=[1]).shape == (1, 5, 3)


def test_mistakes_that_users_reported_are_errors():
    y = np.arange(N) % 10
    model = VAE(2, epochs=1, n_classes=10)
    for labels in (y + 2**32, np.random.default_rng(1).random(N), [str(v) for v in y], np.where(y == 3, np.nan, y)):
        with pytest.raises(ValueError, match=r"y\[\d+\] must be an integer from 0 to 9, not"):
            model.fit(X, labels)
        assert not hasattr(model, "n_features_in_")


def test_a_failed_fit_leaves_the_model(tmp_path):
    model = pickle.loads(pickle.dumps(fitted(VAE)))
    before = model.to_bytes()
    with pytest.raises(ValueError, match="integer from 0 to 2"):
        model.fit(X, with_one(1.5))
    assert model.to_bytes() == before


@pytest.mark.parametrize("kind", [VAE, GAN])
def test_a_loaded_model_takes_the_labels_of_its_classes(kind, tmp_path):
    model = fitted(kind)
    model.save(tmp_path / "model.safetensors")
    loaded, copied = load(tmp_path / "model.safetensors"), kind.from_bytes(model.to_bytes())
    for again in (loaded, copied, pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(again.sample(labels=Y, seed=3), model.sample(labels=Y, seed=3))
        with pytest.raises(ValueError, match=r"labels\[2\] must be an integer from 0 to 2, not 3"):
            again.sample(labels=[0, 1, 3])
        again.set_params(n_classes=9, warm_start=True)  # the fitted network has 3
        with pytest.raises(ValueError, match=r"y\[0\] must be an integer from 0 to 2, not 3"):
            again.fit(X, Y + 3)


@pytest.mark.parametrize("n_classes", [-3, 2.5, "3", True, 5000])
def test_a_wrong_number_of_classes_is_named(n_classes):
    for kind in (VAE, GAN):
        with pytest.raises(ValueError, match=f"n_classes must .*not {n_classes!r}"):
            small(kind, n_classes=n_classes).fit(X, Y)


# ---- Where labels go -------------------------------------------------------------------------------


def test_one_label_stands_for_all_rows():
    twos = np.full(N, 2)
    vae, gan = fitted(VAE), fitted(GAN)
    for model in (vae, gan):
        np.testing.assert_array_equal(model.sample(N, labels=2, seed=1), model.sample(labels=twos, seed=1))
        assert model.sample(labels=2).shape == (1, 5, 3) and model.sample(0, labels=2).shape == (0, 5, 3)
        with pytest.raises(ValueError, match="n_rows must be .* not -1"):
            model.sample(-1, labels=2)
        walks = [model.interpolate(Z[0], Z[0] + 1, 4, labels=labels) for labels in (2, twos[:4])]
        np.testing.assert_array_equal(*walks)
        seen = model.traverse(n_steps=3, label=2)
        np.testing.assert_array_equal(seen[0, 1], model.interpolate(Z[0], Z[0], 2, labels=[2, 2])[0])
        for wrong in (3, "cat", 1.5):
            with pytest.raises(ValueError, match="label must be an integer from 0 to 2, not"):
                model.traverse(label=wrong)
            with pytest.raises(ValueError, match="labels must be an integer from 0 to 2, not"):
                model.sample(4, labels=wrong)
    np.testing.assert_array_equal(vae.encode(X, labels=2)[0], vae.encode(X, labels=twos)[0])
    np.testing.assert_array_equal(gan.discriminate(X, labels=np.array(2)), gan.discriminate(X, labels=twos))


def test_a_score_is_the_mean_bound_given_the_labels():
    model = fitted(VAE)
    terms = model.elbo(X, labels=Y)
    assert model.score(X, Y) == pytest.approx(-np.mean(terms.reconstruction + terms.kl))
    assert model.score(X, Y) != model.score(X, (Y + 1) % 3)
    with pytest.raises(NotReadyError, match="labels must be given: this VAE was made with n_classes=3"):
        model.score(X)
    plain = fitted(VAE, 0)
    assert plain.score(X, Y) == plain.score(X, ["any"] * N) == plain.score(X)


def test_conditional_models_are_cross_validated():
    selection = pytest.importorskip("sklearn.model_selection")
    y = np.arange(60) % 10
    rows = np.random.default_rng(2).random((60, 7))
    scores = selection.cross_val_score(VAE(4, epochs=1, n_classes=10), rows, y, cv=3, error_score="raise")
    assert np.isfinite(scores).all() and len(set(scores)) == 3
    pipeline = pytest.importorskip("sklearn.pipeline").make_pipeline(VAE(4, epochs=1, n_classes=10))
    assert pipeline.fit(rows, y).score(rows, y) == VAE(4, epochs=1, n_classes=10).fit(rows, y).score(rows, y)
    search = selection.GridSearchCV(VAE(4, epochs=1, n_classes=10), {"hidden": [3, (4, 2)]}, cv=3, error_score="raise")
    assert np.isfinite(search.fit(rows, y).best_score_)


def test_latents_of_fit_transform_are_those_of_the_labels():
    latents = small(VAE, n_classes=3).fit_transform(X, Y)
    model = small(VAE, n_classes=3).fit(X, Y)
    np.testing.assert_array_equal(latents, model.transform(X, labels=Y))
    np.testing.assert_array_equal(latents, model.encode(X, labels=Y)[0])
    np.testing.assert_array_equal(model.inverse_transform(latents, labels=Y), model.reconstruct(X, labels=Y))
    with pytest.raises(NotReadyError, match="labels must be given"):
        model.transform(X)


def test_a_labelled_dataset_brings_its_labels():
    data, vae, gan = Dataset.from_array(X, Y), fitted(VAE), fitted(GAN)
    np.testing.assert_array_equal(vae.encode(data)[0], vae.encode(X, labels=Y)[0])
    np.testing.assert_array_equal(vae.transform(data.slice(3, 5)), vae.transform(X[3:8], labels=Y[3:8]))
    assert vae.score(data) == vae.score(X, Y)
    np.testing.assert_array_equal(gan.discriminate(data), gan.discriminate(X, labels=Y))
    np.testing.assert_array_equal(vae.encode(data, labels=0)[0], vae.encode(X, labels=0)[0])
    np.testing.assert_array_equal(fitted(VAE, 0).encode(data)[0], fitted(VAE, 0).encode(X)[0])
    with pytest.raises(NotReadyError, match="labels must be given"):
        vae.encode(Dataset.from_array(X))
    found = evaluate.model(vae, data, n_latents=2)
    expected = evaluate.model(vae, X, labels=Y, n_latents=2)
    assert found["bound"] == expected["bound"] and found["reconstruction"] == expected["reconstruction"]


@pytest.mark.parametrize("kind", [VAE, GAN])
def test_models_that_are_not_conditional_take_no_labels(kind):
    model = fitted(kind, 0)
    assert small(kind).fit(X, ["any"] * 7).to_bytes() == model.to_bytes()  # as scikit-learn's transformers
    calls = [
        lambda: model.sample(labels=Y),
        lambda: model.interpolate(Z[0], Z[1], labels=0),
        lambda: model.traverse(label=0),
        lambda: model.encode(X, labels=Y) if kind is VAE else model.discriminate(X, labels=Y),
        lambda: model.encode(X, labels="y.npy") if kind is VAE else model.discriminate(X, labels="y.npy"),
    ]
    for call in calls:
        with pytest.raises(NotReadyError, match=f"must not be given: this {kind.__name__} was made without n_classes"):
            call()


def bound(model, labels):
    """The negative bound of X at the means of the rows' Gaussians, in doubles."""
    mean, log_variance = (each.astype(np.float64) for each in model.encode(X, labels=labels))
    y = model.decode(mean.astype(np.float32), labels=labels).reshape(N, -1).astype(np.float64)
    x = X.reshape(N, -1).astype(np.float64)
    reconstruction = -np.sum(x * np.log(y) + (1 - x) * np.log1p(-y), 1)
    return reconstruction + np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, 1) / 2


def trained(kind):
    """A conditional model that has learned that classes differ."""
    if (kind, "trained") not in MODELS:
        rows = (X + 4 * np.eye(5)[Y][:, :, None]) / 5
        options = {"generator_hidden": 16, "discriminator_hidden": 16} if kind is GAN else {"hidden": 16}
        MODELS[kind, "trained"] = kind(2, n_classes=3, epochs=150, batch_size=N, **options).fit(rows, Y)
    return MODELS[kind, "trained"]


def test_anomaly_scores_and_thresholds_are_given_the_labels():
    model = trained(VAE)
    scores = model.anomaly_scores(X, labels=Y)
    np.testing.assert_allclose(scores, bound(model, Y), rtol=1e-4)
    assert np.abs(scores - model.anomaly_scores(X, labels=(Y + 1) % 3)).min() > 0.01
    for data in (Dataset.from_array(X, Y), lambda: [(X[:9], Y[:9]), (X[9:], Y[9:])]):
        assert model.fit_threshold(data, 0.75).threshold_ == model.fit_threshold(X, 0.75, labels=Y).threshold_
    assert model.threshold_ == pytest.approx(np.quantile(scores, 0.75), rel=1e-12)
    np.testing.assert_array_equal(model.predict(X, labels=Y), np.where(scores > model.threshold_, -1, 1))
    np.testing.assert_array_equal(model.predict(Dataset.from_array(X, Y)), model.predict(X, labels=Y))
    np.testing.assert_allclose(model.decision_function(X, labels=Y), model.threshold_ - scores, rtol=1e-12)
    assert model.fit_threshold(X, labels=2).threshold_ == model.fit_threshold(X, labels=np.full(N, 2)).threshold_


def test_a_mixture_is_of_the_latents_given_the_labels(tmp_path):
    model = trained(VAE)
    model.fit_mixture(X, 2, labels=Y, seed=3)
    own = generative.Mixture.of(model.encode_sample(X, labels=Y, seed=3), 2, seed=3)
    np.testing.assert_array_equal(model.mixture_.means, own.means)
    data = [(X[:9], Y[:9]), (X[9:], Y[9:])]
    for same in (Dataset.from_array(X, Y), lambda: data, iter(data)):
        np.testing.assert_array_equal(model.fit_mixture(same, 2, seed=3).mixture_.means, own.means)
    latents = own.sample(7, seed=5)
    wanted = [0, 1, 2, 2, 1, 0, 0]
    rows = model.sample_mixture(labels=wanted, seed=5)
    np.testing.assert_array_equal(rows, model.decode(latents, labels=wanted))
    np.testing.assert_array_equal(model.sample_mixture(7, labels=1, seed=5), model.decode(latents, labels=1))
    drawn = model.sample_mixture(300, seed=5)
    np.testing.assert_array_equal(drawn[:7], model.sample_mixture(7, seed=5))
    nearest = [np.abs(drawn - model.decode(own.sample(300, seed=5), labels=c)).max((1, 2)) for c in range(3)]
    assert np.min(nearest, 0).max() == 0 and np.bincount(np.argmin(nearest, 0)).min() > 60
    model.save(tmp_path / "model.safetensors")
    again = load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(again.sample_mixture(labels=wanted, seed=5), rows)


@pytest.mark.parametrize("kind", [VAE, GAN])
def test_an_inversion_searches_within_the_class(kind):
    model = trained(kind)
    render = model.decode if kind is VAE else model.generate
    latents = np.random.default_rng(1).normal(0, 0.7, (300, 2)).astype(np.float32)
    labels = np.arange(300) % 3  # more rows than the library takes at once
    rows = render(latents, labels=labels)
    found, errors = model.invert(rows, labels=labels)
    again = render(found, labels=labels)
    np.testing.assert_allclose(errors, np.sum((again - rows).reshape(300, -1).astype(np.float64) ** 2, 1), atol=1e-5)
    assert np.median(errors) < 1e-4
    assert np.median(model.invert(rows, labels=(labels + 1) % 3)[1]) > 0.05
    for same in (model.invert(Dataset.from_array(rows, labels)), model.invert(rows, labels=labels.astype(float))):
        np.testing.assert_array_equal(same[0], found)
    np.testing.assert_array_equal(model.invert(rows[:5], labels=1)[0], model.invert(rows[:5], labels=[1] * 5)[0])


def test_a_manifold_is_of_a_class():
    normal = pytest.importorskip("scipy.stats").norm
    model = trained(VAE)
    grid = [[normal.ppf((j + 0.5) / 3), normal.ppf((i + 0.5) / 2)] for i in range(2) for j in range(3)]
    labels = [0, 1, 2, 0, 1, 2]
    np.testing.assert_allclose(
        model.manifold(2, 3, labels=labels), model.decode(np.float32(grid), labels=labels), atol=1e-6
    )
    np.testing.assert_array_equal(model.manifold(2, 3, labels=1), model.manifold(2, 3, labels=[1] * 6))
    assert np.abs(model.manifold(2, 3, labels=1) - model.manifold(2, 3, labels=2)).max() > 0.1


UNLABELLED = {
    "fit_mixture": lambda model, **o: model.fit_mixture(X, 2, **o),
    "sample_mixture": lambda model, **o: model.sample_mixture(3, **o),
    "fit_threshold": lambda model, **o: model.fit_threshold(X, **o),
    "anomaly_scores": lambda model, **o: model.anomaly_scores(X, **o),
    "manifold": lambda model, **o: model.manifold(2, 2, **o),
    "invert": lambda model, **o: model.invert(X, **o),
}


@pytest.mark.parametrize("verb", UNLABELLED)
def test_labels_are_asked_for_where_a_model_has_classes_and_refused_elsewhere(verb):
    call = UNLABELLED[verb]
    kinds = [VAE, GAN] if verb == "invert" else [VAE] if verb == "manifold" else [VAE, Autoencoder, generative.PCA]
    for kind in kinds:
        plain = generative.PCA(2).fit(X.reshape(N, -1)) if kind is generative.PCA else None
        plain = small(kind).fit(X) if plain is None else plain
        why = "was made without n_classes" if kind in (VAE, GAN) else "takes none"
        for labels in (Y, 1, "labels.npy", Y[:3]):
            with pytest.raises(NotReadyError, match=f"labels must not be given: this {kind.__name__} {why}"):
                call(plain, labels=labels)
        if kind not in (VAE, GAN):
            continue
        if verb != "sample_mixture":
            with pytest.raises(NotReadyError, match=f"labels must be given: this {kind.__name__} was made with n_classes=3"):
                call(fitted(kind))
        with pytest.raises(generative.NotFittedError):
            call(kind(2), **({} if verb == "fit_mixture" else {"labels": Y}))
    assert not hasattr(small(VAE, n_classes=3).fit(X, Y), "predict")


@pytest.mark.parametrize("kind", [VAE, GAN, Classifier])
def test_labels_that_are_missing_or_out_of_place_are_named(kind, tmp_path):
    model = Classifier(hidden=5, epochs=1) if kind is Classifier else small(kind, n_classes=3)
    with pytest.raises(ValueError, match=f"{kind.__name__}.* requires y to be passed.*: X has no labels"):
        model.fit(X)
    with pytest.raises(ValueError, match=r"validation has no labels, which a .* needs: give \(rows, labels\)"):
        model.fit(X, Y, validation=X)
    for data in (Dataset.from_array(X), Dataset.from_array(X, Y)):
        with pytest.raises(ValueError, match=r"y must be None for a Dataset.*from_array\(data.read\(\), y\)"):
            model.fit(data, Y)
        with pytest.raises(ValueError, match="validation's labels must be None for a Dataset"):
            model.fit(X, Y, validation=(data, Y))
    np.save(tmp_path / "rows.npy", X)
    np.save(tmp_path / "labels.npy", Y)
    np.save(tmp_path / "wrong.npy", Y + 0.5)
    with pytest.raises(ValueError, match="y must be the path of a file of labels, as X is a path, not ndarray"):
        model.fit(tmp_path / "rows.npy", Y)
    with pytest.raises(ValueError, match="y should be a 1d array of labels, as X is no path, not '.*labels.npy'"):
        model.fit(X, tmp_path / "labels.npy")
    with pytest.raises(ValueError, match="wrong.npy: label 0 must be a whole number of 0 or more, .* not 0.5"):
        model.fit(tmp_path / "rows.npy", tmp_path / "wrong.npy")
    expected = model.fit(X, Y).to_bytes()
    assert model.fit(tmp_path / "rows.npy", tmp_path / "labels.npy").to_bytes() == expected
    assert model.fit(Dataset.from_array(X, Y)).to_bytes() == expected


def test_idx_files_of_labels_go_with_those_of_rows(tmp_path):
    pixels, labels = np.round(X * 255).astype(np.uint8), Y.astype(np.uint8)
    (tmp_path / "rows").write_bytes(struct.pack(">HBBIII", 0, 8, 3, *pixels.shape) + pixels.tobytes())
    (tmp_path / "labels").write_bytes(struct.pack(">HBBI", 0, 8, 1, N) + labels.tobytes())
    paths = (str(tmp_path / "rows"), str(tmp_path / "labels"))
    latents = small(VAE, n_classes=3).fit_transform(*paths, validation=paths)
    model = small(VAE, n_classes=3).fit(pixels, labels)
    np.testing.assert_array_equal(latents, model.transform(pixels, labels=labels))
    assert model.score(*paths) == model.score(pixels, labels)


def test_a_label_out_of_range_on_one_rank_is_raised_on_all():
    meeting = test_ranks.Meeting(2)
    errors = [None, None]

    def fit(rank):
        try:
            y = Y + 3 * (rank == 1)
            small(VAE, n_classes=3).fit(X, y, comm=test_ranks.ThreadComm(rank, meeting))
        except ValueError as error:
            errors[rank] = str(error)

    threads = [threading.Thread(target=fit, args=(rank,)) for rank in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all("between 0 and 2, not 3" in error for error in errors), errors


def test_an_autoencoder_has_no_labels():
    assert small(Autoencoder).fit(X, ["any"]).to_bytes() == small(Autoencoder).fit(X).to_bytes()
    with pytest.raises(TypeError, match="labels"):
        small(Autoencoder).fit(X).encode(X, labels=Y)
