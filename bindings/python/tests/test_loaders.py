"""Streams of (rows, labels), like those of data loaders."""

import numpy as np
import pytest

from generative import GAN, PCA, STOP_NOW, VAE, Autoencoder, Classifier, Dataset, GenerativeError, Moments, Token

N = 41
X = np.random.default_rng(5).random((N, 5, 3), dtype=np.float32)
Y = np.arange(N) % 3
SIZES = np.cumsum([7, 13, 1, 9])  # of batches: 7, 13, 1, 9, 11
MODELS = {
    "autoencoder": lambda: Autoencoder(2, hidden=6, epochs=2, batch_size=8),
    "vae": lambda: VAE(2, hidden=6, epochs=2, batch_size=8),
    "gan": lambda: GAN(2, generator_hidden=6, discriminator_hidden=7, epochs=2, batch_size=8),
}
LABELLED = {
    "conditional vae": lambda: VAE(2, n_classes=3, epochs=1),
    "conditional gan": lambda: GAN(2, n_classes=3, epochs=1),
    "classifier": lambda: Classifier(hidden=6, epochs=1),
    "classifier of 3": lambda: Classifier(3, hidden=6, epochs=1),
}


def rows():
    yield from np.split(X, SIZES)


class Tensor:
    """An array type of another library."""

    def __init__(self, array):
        self.array, self.shape, self.ndim = array, array.shape, array.ndim

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.array, dtype)

    def __len__(self):
        return len(self.array)


def batches(make, labels=Y):
    """A function of passes: make(rows, labels) for each batch."""
    return lambda: (make(*both) for both in zip(np.split(X, SIZES), np.split(labels, SIZES)))


# (rows, labels) as loaders give them: tuples and lists; labels of any kind, for nothing reads them.
PAIRS = {
    "tuples": batches(lambda x, y: (x, y)),
    "lists": batches(lambda x, y: [x, y]),
    "tensors": batches(lambda x, y: [Tensor(x), Tensor(y)]),
    "columns": batches(lambda x, y: [x, y[:, None]]),
    "one-hot": batches(lambda x, y: (x, np.eye(3)[y])),
    "names": batches(lambda x, y: (x, ["a"] * len(y))),
    "no labels": batches(lambda x, y: (x, None)),
    "nested lists": batches(lambda x, y: (x.tolist(), y.tolist())),
}


class Loader:
    """Iterable again in each pass, without a length or indices."""

    def __init__(self, passes):
        self.passes = passes

    def __iter__(self):
        return iter(self.passes())


WAYS = {"function": lambda passes: passes, "generator": lambda passes: passes(), "loader": Loader}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("name", MODELS)
def test_models_without_labels_learn_from_the_rows(name, pairs, way):
    expected = MODELS[name]().fit(rows).to_bytes()
    assert MODELS[name]().fit(WAYS[way](PAIRS[pairs])).to_bytes() == expected


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("pairs", PAIRS)
def test_pcas_and_moments_see_the_rows(pairs, way):
    expected = PCA(2).fit(X)
    found = PCA(2).fit(WAYS[way](PAIRS[pairs]))
    np.testing.assert_allclose(found.components_, expected.components_, atol=1e-5)
    np.testing.assert_allclose(Moments.of(WAYS[way](PAIRS[pairs])).mean, X.reshape(N, -1).mean(0), rtol=1e-6)
    doubles = lambda: ((x.astype(np.float64), y) for x, y in PAIRS["tuples"]())  # noqa: E731
    assert PCA(2).fit(WAYS[way](doubles)).components_.dtype == np.float64


def test_a_stream_of_pairs_is_a_validation():
    expected = MODELS["vae"]().fit(X, validation=rows).history_
    found = MODELS["vae"]().fit(X, validation=PAIRS["lists"]).history_
    assert [event.validation_loss for event in found] == [event.validation_loss for event in expected]


# Pairs whose labels are classes 0 ... 2.
CLASSES = {
    **{name: PAIRS[name] for name in ("tuples", "lists", "tensors", "nested lists")},
    "floats": batches(lambda x, y: (x, y.astype(np.float64))),
    "bools and integers": batches(lambda x, y: (x, [bool(v) if v < 2 else int(v) for v in y])),
    "one label a batch": lambda: ((x, int(y)) for x, y in zip(X[:, None], Y)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("pairs", CLASSES)
@pytest.mark.parametrize("name", LABELLED)
def test_models_with_labels_learn_from_pairs(name, pairs, way):
    make = LABELLED["classifier of 3" if name == "classifier" else name]
    data = Dataset.from_stream(PAIRS["tuples"], labelled=True)
    assert data.info.n_classes == -1 and data.info.n_rows == -1
    expected = make().fit(data)
    assert expected.info.n_steps > 0
    found = make().fit(WAYS[way](CLASSES[pairs]), validation=WAYS[way](CLASSES[pairs]))
    assert found.to_bytes("weights") == expected.to_bytes("weights")
    rows = make().fit(WAYS[way](CLASSES[pairs]), validation=(X, Y))
    assert found.history_[0].validation_loss == pytest.approx(rows.history_[0].validation_loss, rel=1e-6)


@pytest.mark.parametrize("shuffle_rows", [0, 1, 16, 4096])
def test_labels_stay_with_their_rows_however_a_stream_is_shuffled(shuffle_rows):
    """The class is visible in a row; with wrong labels, a classifier could not learn it."""
    labels = np.random.default_rng(3).integers(0, 4, 300)
    rows = (np.eye(4)[labels] + np.random.default_rng(4).random((300, 4)) / 4).astype(np.float32) / 2
    passes = lambda: ((rows[i : i + 17], labels[i : i + 17]) for i in range(0, 300, 17))  # noqa: E731
    data = Dataset.from_stream(passes, labelled=True, shuffle_rows=shuffle_rows)
    model = Classifier(4, hidden=16, epochs=40, batch_size=16, learning_rate=0.01).fit(data)
    assert model.score(rows, labels) == 1
    shifted = lambda: ((x, (y + 1) % 4) for x, y in passes())  # noqa: E731
    data = Dataset.from_stream(shifted, labelled=True, shuffle_rows=shuffle_rows)
    model = Classifier(4, hidden=16, epochs=40, batch_size=16, learning_rate=0.01).fit(data)
    assert model.score(rows, (labels + 1) % 4) == 1


def test_an_unshuffled_stream_of_pairs_gives_the_loss_of_its_rows():
    model = LABELLED["conditional vae"]().fit(X, Y, validation=PAIRS["tuples"])
    rows = LABELLED["conditional vae"]().fit(X, Y, validation=(X, Y))
    other = LABELLED["conditional vae"]().fit(X, Y, validation=batches(lambda x, y: (x, y), (Y + 1) % 3))
    losses = [each.history_[-1].validation_loss for each in (model, rows, other)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6) and abs(losses[2] - losses[1]) > 1e-6


@pytest.mark.parametrize("name", LABELLED)
def test_streams_without_the_labels_that_a_model_needs_are_refused(name):
    needs = r"a batch must be \(rows, labels\), as labels are needed"
    without = "needs labels, and (X|validation) is a stream without"
    if name == "classifier":  # whose classes are not known
        for data in (PAIRS["tuples"], Dataset.from_stream(PAIRS["tuples"], labelled=True)):
            with pytest.raises(ValueError, match="n_classes must be given for a stream"):
                LABELLED[name]().fit(data)
        return
    for way in WAYS.values():
        with pytest.raises(ValueError, match=needs):
            LABELLED[name]().fit(way(rows))
        with pytest.raises(ValueError, match=needs):
            LABELLED[name]().fit(X, Y, validation=way(rows))
    for data in (Dataset.from_stream(PAIRS["tuples"]), Dataset.from_stream(rows)):
        with pytest.raises(ValueError, match=without):
            LABELLED[name]().fit(data)
        with pytest.raises(ValueError, match=without):
            LABELLED[name]().fit(X, Y, validation=data)
    for call in (
        lambda: LABELLED[name]().fit(PAIRS["tuples"], Y),
        lambda: LABELLED[name]().fit(X, Y, validation=(rows, Y)),
    ):
        with pytest.raises(ValueError, match="must be None for a stream: its batches bring their own labels"):
            call()


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize(
    ("value", "shown"), [(2**32 + 1, "4294967297"), (1.5, "1.5"), (np.nan, "nan"), ("1", "'1'"), (-1, "-1"), (3, "3")]
)
def test_a_wrong_label_of_a_stream_is_named(name, value, shown):
    make = LABELLED["classifier of 3" if name == "classifier" else name]

    def passes():
        yield X[:7], Y[:7]
        yield X[7:], [*Y[7:12], value, *Y[13:]]

    expected = r"a batch's labels\[5\] must be an integer from 0 to 2147483647, not "
    if value == 3:
        expected = "the label of the stream's row 12 must be between 0 and 2, not "
    for call in (
        lambda: make().fit(passes),
        lambda: make().fit(X, Y, validation=passes),
        lambda: make().fit(Dataset.from_stream(passes, labelled=True)),
    ):
        with pytest.raises(ValueError, match=expected + shown):
            call()


def test_a_resumed_fit_takes_the_same_labels_of_a_stream(tmp_path):
    def stop(event):
        return STOP_NOW if event.is_epoch and event.epoch == 1 else None

    def make():
        return VAE(2, n_classes=3, hidden=6, epochs=3, batch_size=8)

    whole = make().fit(PAIRS["tuples"])
    options = {"checkpoint": tmp_path / "fit.safetensors"}
    make().fit(PAIRS["tuples"], callback=stop, **options)
    assert make().fit(PAIRS["tuples"], resume=True, **options).to_bytes("weights") == whole.to_bytes("weights")

    # Within an epoch the rows and labels that were given are compared.
    token, steps = Token(), []

    def counted(labels):
        def passes():
            for x, y in zip(np.split(X, SIZES), np.split(labels, SIZES)):
                steps.append(1)
                if len(steps) == 9:
                    token.cancel()
                yield x, y

        return passes

    options = {"checkpoint": tmp_path / "other.safetensors"}
    with pytest.raises(GenerativeError, match="the fit was stopped"):
        make().fit(Dataset.from_stream(counted(Y), labelled=True, shuffle_rows=0), token=token, **options)
    other = Dataset.from_stream(PAIRS["tuples"], labelled=True, shuffle_rows=0)
    wrong = Dataset.from_stream(batches(lambda x, y: (x, y), (Y + 1) % 3), labelled=True, shuffle_rows=0)
    with pytest.raises(ValueError, match="returned different rows than before"):
        make().fit(wrong, resume=True, **options)
    expected = make().fit(Dataset.from_stream(PAIRS["tuples"], labelled=True, shuffle_rows=0))
    assert make().fit(other, resume=True, **options).to_bytes("weights") == expected.to_bytes("weights")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", MODELS)
def test_batches_of_different_kinds_are_distinguished(name, way):
    def with_and_without():
        yield X[:7], Y[:7]
        yield X[7:]

    def without_and_with():
        yield X[:7]
        yield X[7:], Y[7:]

    def of_two_shapes():
        yield X[:7]
        yield X[7:].transpose(0, 2, 1)

    def of_two_sizes():
        yield X[:7]
        yield X[7:, :4]

    def with_fewer_labels():
        yield X[:7], Y[:6]

    def of_three():
        yield X[:7], Y[:7], Y[:7]

    for passes, message in [
        (with_and_without, r"a batch is rows alone, but the first is \(rows, labels\)"),
        (without_and_with, r"a batch is \(rows, labels\), but the first is rows alone"),
        (of_two_shapes, r"a batch has rows of shape \(3, 5\), but the first has rows of \(5, 3\)"),
        (of_two_sizes, r"a batch has rows of shape \(4, 3\), but the first has rows of \(5, 3\)"),
        (with_fewer_labels, "a batch has 7 rows, but 6 labels"),
        (of_three, "a batch must be rows of one shape, not sequences of different lengths"),
    ]:
        with pytest.raises(ValueError, match=message):
            MODELS[name]().fit(WAYS[way](passes))


@pytest.mark.parametrize("two", [tuple, list])
def test_two_rows_are_not_a_pair(two):
    """A batch of two rows, as a tuple or a list: vectors and images."""
    for array in (X[:, 0], X):
        passes = lambda array=array: (two(array[i : i + 2]) for i in range(0, 40, 2))  # noqa: E731
        expected = MODELS["vae"]().fit(array[:40].reshape(20, 2, *array.shape[1:])[:, 0])
        found = MODELS["vae"]().fit(passes)
        assert found.shape_ == expected.shape_ == array.shape[1:]
        assert found.info.n_steps == 10


def test_rows_and_labels_in_one_argument_are_named():
    for model in (*(make() for make in MODELS.values()), *(make() for make in LABELLED.values()), PCA(2)):
        y = Y if hasattr(model, "n_classes") else None
        for both in ((X, Y), [X, Y]):
            with pytest.raises(ValueError, match=r"X must be rows alone, not \(rows, labels\): labels have"):
                model.fit(both, y)
    with pytest.raises(ValueError, match="X must be rows of one shape, not sequences of different lengths"):
        MODELS["vae"]().fit([(X[:7], Y[:7]), (X[7:], Y[7:])])
