"""Streams of (rows, labels), as data loaders give them."""

import numpy as np
import pytest

from generative import GAN, PCA, VAE, Autoencoder, Classifier, Dataset, Moments

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
    """Numbers as another library has them."""

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
    """Gone over anew in each pass, with no length and no indices."""

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


@pytest.mark.parametrize("name", LABELLED)
def test_models_with_labels_say_that_streams_have_none(name):
    data = Dataset.from_stream(PAIRS["tuples"])
    calls = [lambda way=way: LABELLED[name]().fit(WAYS[way](PAIRS["tuples"])) for way in WAYS]
    calls += [
        lambda: LABELLED[name]().fit(PAIRS["tuples"], Y),
        lambda: LABELLED[name]().fit(rows),
        lambda: LABELLED[name]().fit(data),
        lambda: LABELLED[name]().fit(X, Y, validation=PAIRS["tuples"]),
        lambda: LABELLED[name]().fit(X, Y, validation=(rows, Y)),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"no labels from streams.*fit\(X, y\).*Dataset.from_array\(X, y\)"):
            call()


def test_a_refused_stream_is_not_read():
    def never():
        raise AssertionError("read")
        yield

    for make in LABELLED.values():
        with pytest.raises(ValueError, match="no labels from streams"):
            make().fit(never())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", MODELS)
def test_batches_of_different_kinds_are_told_apart(name, way):
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
def test_two_rows_are_no_pair(two):
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
