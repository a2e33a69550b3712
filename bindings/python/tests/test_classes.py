"""The classes of a Classifier: any type, any number, determined by each fit."""

import copy
import pickle

import numpy as np
import pytest

import generative
from generative import Classifier, Dataset
from generative._classes import targets

SMALL = {"hidden": (8,), "epochs": 30, "batch_size": 16, "learning_rate": 0.02}
LABELS = np.tile(np.arange(3), 40)
ROWS = np.random.default_rng(3).normal(size=(120, 5)).astype(np.float32) + 4 * np.eye(5, dtype=np.float32)[LABELS]
KINDS = {
    "strings": np.array(["cat", "ape", "dog"]),
    "objects": np.array(["cat", "ape", "dog"], dtype=object),
    "integers": np.array([7, -2, 300]),
    "bytes": np.array([200, 3, 250], np.uint8),
    "floats": np.array([2.0, -1.0, 5.0]),
    "integers as objects": np.array([7, 2**62, 5], dtype=object),
}


@pytest.mark.parametrize("kind", KINDS)
def test_predictions_are_classes_and_columns_are_in_their_order(kind):
    names = KINDS[kind]
    y = names[LABELS]
    model = Classifier(**SMALL).fit(ROWS, y)
    np.testing.assert_array_equal(model.classes_, np.unique(names))
    assert model.n_classes is None and model.info.n_classes == 3
    predictions, shares = model.predict(ROWS), model.predict_proba(ROWS)
    assert np.mean(predictions == y) > 0.95 and model.score(ROWS, y) == np.mean(predictions == y)
    np.testing.assert_array_equal(predictions, model.classes_[shares.argmax(1)])
    # The network is that of the labels 0, 1, 2 in this order.
    places = np.searchsorted(np.sort(names), y)
    plain = Classifier(**SMALL).fit(ROWS, places)
    np.testing.assert_array_equal(plain.predict_proba(ROWS), shares)
    np.testing.assert_array_equal(plain.predict(ROWS), np.searchsorted(np.sort(names), predictions))


def test_two_classes_may_be_bools():
    y = LABELS == 1
    predictions = Classifier(**SMALL).fit(ROWS, y).predict(ROWS)
    assert predictions.dtype == bool and np.mean(predictions == y) > 0.95


def test_each_fit_finds_its_own_classes():
    model = Classifier(hidden=(8,), epochs=1).fit(ROWS, LABELS % 2)
    assert list(model.fit(ROWS, LABELS).classes_) == [0, 1, 2]
    assert list(model.fit(ROWS, np.array(["x", "y"])[LABELS % 2]).classes_) == ["x", "y"]
    assert list(model.fit(Dataset.from_array(ROWS, LABELS)).classes_) == [0, 1, 2]


def test_a_dataset_keeps_its_labels():
    data = Dataset.from_array(ROWS, 2 * LABELS)
    assert list(Classifier(hidden=(8,), epochs=1).fit(data).classes_) == [0, 1, 2, 3, 4]
    model = Classifier(7, hidden=(8,), epochs=1).fit(data)
    assert list(model.classes_) == list(range(7)) and model.predict_proba(ROWS).shape == (120, 7)
    with pytest.raises(ValueError, match="y must be None for a Dataset"):
        Classifier().fit(data, LABELS)


def test_a_count_of_classes_leaves_room_for_integers_that_are_not_there():
    y = 2 * LABELS
    assert list(Classifier(hidden=(8,), epochs=1).fit(ROWS, y).classes_) == [0, 2, 4]
    model = Classifier(5, hidden=(8,), epochs=1).fit(ROWS, y)
    assert list(model.classes_) == [0, 1, 2, 3, 4] and model.predict_proba(ROWS).shape == (120, 5)
    assert list(Classifier(5, hidden=(8,), epochs=1).fit(ROWS, y + 1).classes_) == [1, 3, 5]
    with pytest.raises(ValueError, match="y has 3 classes, but n_classes is 2"):
        Classifier(2).fit(ROWS, np.array(["a", "b", "c"])[LABELS])


def test_a_fit_that_goes_on_keeps_the_classes():
    names = np.array(["a", "b", "c"])
    model = Classifier(**SMALL, warm_start=True).fit(ROWS, names[LABELS])
    only = LABELS < 2
    model.fit(ROWS[only], names[LABELS[only]])
    assert list(model.classes_) == ["a", "b", "c"] and model.n_epochs_ == 60
    with pytest.raises(ValueError, match="not 'd', 'e'"):
        model.fit(ROWS, np.array(["a", "d", "e"])[LABELS])
    with pytest.raises(ValueError, match="y must hold the classes"):
        model.fit(Dataset.from_array(ROWS, LABELS))
    assert list(model.classes_) == ["a", "b", "c"] and model.score(ROWS, names[LABELS]) > 0.9


def test_a_fit_that_fails_leaves_the_classes_and_one_that_is_stopped_does_not():
    names = np.array(["a", "b", "c"])
    model = Classifier(**SMALL).fit(ROWS, names[LABELS])
    before = model.predict(ROWS)
    for wrong in (np.full_like(ROWS, np.nan), ROWS[:7]):
        with pytest.raises(ValueError):
            model.fit(wrong, np.array(["x", "y"])[LABELS % 2])
    np.testing.assert_array_equal(model.predict(ROWS), before)

    def stop(event):
        raise KeyError("stop")

    with pytest.raises(KeyError):
        model.fit(ROWS, np.array(["x", "y"])[LABELS % 2], callback=stop)
    assert list(model.classes_) == ["x", "y"] and model.info.n_classes == 2


def test_pickles_and_copies_keep_classes_and_files_keep_indices(tmp_path):
    names = np.array(["a", "b", "c"])
    model = Classifier(**SMALL).fit(ROWS, names[LABELS])
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert list(again.classes_) == list(names)
        np.testing.assert_array_equal(again.predict(ROWS), model.predict(ROWS))
    model.save(tmp_path / "model.safetensors")
    for again in (Classifier.from_bytes(model.to_bytes()), generative.load(tmp_path / "model.safetensors")):
        assert list(again.classes_) == [0, 1, 2]
        np.testing.assert_array_equal(names[again.predict(ROWS)], model.predict(ROWS))
    unfitted = Classifier()
    assert not hasattr(unfitted, "classes_")


def test_validation_has_the_classes_of_the_fit():
    names = np.array(["a", "b", "c"])
    model = Classifier(hidden=(8,), epochs=2)
    plain = model.fit(ROWS, LABELS, validation=Dataset.from_array(ROWS[:30], LABELS[:30])).history_
    for y in (LABELS, names[LABELS]):
        model.fit(ROWS, y, validation=(ROWS[:30], y[:30]))
        assert [e.validation_loss for e in model.history_] == [e.validation_loss for e in plain]
    with pytest.raises(ValueError, match=r"validation must be \(rows, classes\)"):
        model.fit(ROWS, names[LABELS], validation=Dataset.from_array(ROWS, LABELS))
    with pytest.raises(ValueError, match="not 'd'"):
        model.fit(ROWS, names[LABELS], validation=(ROWS[:3], ["a", "b", "d"]))


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.tile([0.9, 1.9, 2.0], 40), r"Unknown label type: continuous.*y\[0\] .* not 0.9"),
        (np.tile([1.0, np.nan], 60), r"NaN or infinity: y\[1\] is nan"),
        (np.tile([1.0, np.inf], 60), "NaN or infinity"),
        (np.tile([1j, 2j], 60), "Complex data not supported"),
        (np.tile(np.array(["a", None], object), 60), r"Unknown label type.*y\[1\] is None"),
        (np.tile(np.array([0.5, 1], object), 60), "Unknown label type: continuous"),
        (np.zeros((120, 2), int), "1d array"),
        (None, "requires y to be passed"),
        (np.zeros(120), "y has 1 class, but"),
        (np.arange(7), "labels must have 120 entries, one for each row, not 7"),
        ("abc", "1d array"),
        (["a", "b"] * 59 + ["a", 7], r"only numbers or only strings, but y\[119\] is 7"),
        ([0, 1] * 59 + [1, "1"], r"only numbers or only strings, but y\[119\] is '1'"),
        ([[0], [1, 2]] * 60, "1d array"),
    ],
)
def test_values_that_are_not_classes_are_refused(y, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Classifier(hidden=(8,)).fit(ROWS, y)


def test_missing_classes_of_pandas_are_refused_and_its_columns_taken():
    pandas = pytest.importorskip("pandas")
    model = Classifier(hidden=(8,), epochs=1)
    frame = pandas.DataFrame({"y": pandas.array(LABELS + 1, dtype="Int64")})
    assert list(model.fit(ROWS, frame["y"]).classes_) == [1, 2, 3]
    words = pandas.Series(np.array(["a", "b", "c"])[LABELS], dtype="category")
    assert list(model.fit(ROWS, words).classes_) == ["a", "b", "c"]
    frame.loc[3, "y"] = pandas.NA
    with pytest.raises(ValueError):
        model.fit(ROWS, frame["y"])


def test_a_score_needs_a_class_for_each_row():
    model = Classifier(hidden=(8,), epochs=1).fit(ROWS, LABELS)
    for count in (1, 119, 121):
        with pytest.raises(ValueError, match=f"y must have 120 entries, one for each row, not {count}"):
            model.score(ROWS, np.zeros(count, int))


def test_a_column_of_classes_is_accepted_with_a_warning():
    with pytest.warns(UserWarning, match="column-vector y"):
        np.testing.assert_array_equal(targets(LABELS[:, None]), LABELS)


def test_ranks_need_labels_that_mean_the_same_on_each():
    class Alone(generative.Comm):
        def __init__(self):
            super().__init__(0, 1)

    names = np.array(["a", "b", "c"])
    with pytest.raises(ValueError, match="give n_classes"):
        Classifier(hidden=(8,)).fit(ROWS, names[LABELS], comm=Alone())
