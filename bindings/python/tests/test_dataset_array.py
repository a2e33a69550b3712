"""Datasets as sequences and as arrays."""

import generative
import numpy as np
import pytest

FACES = generative.faces(7, size=16)
ROWS = FACES.read()


@pytest.mark.parametrize(
    "index",
    [0, 6, -1, np.int64(3), slice(None), slice(2, 5), slice(5, 2), slice(None, None, -2), slice(-3, 99), [4, 0, 4],
     np.array([[1], [6]]), np.arange(7) % 2 == 0, []],
    ids=str,
)  # fmt: skip
def test_rows_are_those_of_the_array(index):
    expected = ROWS[np.array(index, int) if index == [] else index] if isinstance(index, list) else ROWS[index]
    found = FACES[index if index != [] else np.array([], int)] if isinstance(index, list) else FACES[index]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("index", [7, -8, [0, 7], "smile", 1.5])
def test_rows_that_are_not_there_are_index_errors(index):
    with pytest.raises(IndexError):
        FACES[index]


def test_a_dataset_is_an_array_and_can_be_walked():
    np.testing.assert_array_equal(np.asarray(FACES), ROWS)
    assert np.asarray(FACES, np.float64).dtype == np.float64
    np.testing.assert_array_equal(np.stack(list(FACES)), ROWS)
    with pytest.raises(ValueError):
        np.array(FACES, copy=False)


def test_a_stream_has_no_length_and_no_rows_by_number():
    stream = generative.Dataset.from_stream(lambda: iter([ROWS]), shape=ROWS.shape[1:])
    with pytest.raises(TypeError):
        stream[0]
