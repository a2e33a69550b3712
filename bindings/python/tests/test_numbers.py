"""Array-likes as real numbers: which are used without a copy, and which are refused."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from generative._numbers import as_numbers

REAL = [
    np.bool_, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64,
    np.float16, np.float32, np.float64, np.longdouble, ">f4", ">f8", ">i2",
]  # fmt: skip


@pytest.mark.parametrize("dtype", REAL, ids=str)
def test_real_arrays_are_kept_as_they_are(dtype):
    array = np.array([[0, 1, 1], [1, 0, 1]], dtype)
    assert as_numbers(array, "X") is array
    assert as_numbers(array[:, ::2], "X").strides == array[:, ::2].strides


def test_lists_and_objects_of_numbers_become_arrays():
    for values, dtype in (([[1, 2], [3, 4]], np.int64), ([[1.5, 2], [3, 4]], np.float64)):
        found = as_numbers(values, "X")
        assert found.dtype == dtype and found.tolist() == values
    objects = np.array([[1, 2.5, True], [Fraction(1, 4), Decimal("0.5"), np.float32(3)]], dtype=object)
    found = as_numbers(objects, "X")
    assert found.dtype == np.float64 and found.tolist() == [[1, 2.5, 1], [0.25, 0.5, 3]]
    np.testing.assert_array_equal(as_numbers(np.array([[np.nan, 2**70]], object), "X"), [[np.nan, 2.0**70]])
    assert as_numbers(np.empty((0, 3), object), "X").shape == (0, 3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[1, None]], "Input rows contains NaN.*missing.*NoneType"),
        (np.array([[1, "2"]], object), "rows must hold real numbers, not str"),
        (np.array([[1, b"2"]], object), "rows must hold real numbers, not bytes"),
        ([["1", "2"]], "rows must hold real numbers, not <U1"),
        ([[b"1", b"2"]], "rows must hold real numbers, not ..?S1"),
        ([[1, 2j]], "Complex data not supported: rows"),
        (np.array([[1, 2j]], object), "Complex data not supported: rows"),
        ([[1, 2], [3]], "sequence"),
        (np.array([[1, 2], [3]], object), "sequence"),
        (np.array([["2026-01-01"]], "datetime64[D]"), "rows must hold real numbers, not datetime64"),
        (np.zeros(2, [("a", "f4")]), "rows must hold real numbers"),
    ],
)
def test_anything_else_is_a_value_error(values, message):
    with pytest.raises(ValueError, match=message):
        as_numbers(values, "rows")


def test_what_is_no_number_at_all_is_numpys_type_error():
    with pytest.raises(TypeError, match="argument must be .* string.* number"):
        as_numbers(np.array([[1.0, {"a": 1}]], object), "X")


def test_sparse_matrices_are_refused():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match=r"pass X\.toarray\(\)"):
        as_numbers(sparse.eye(3), "X")


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "UInt8", "boolean"])
def test_nullable_columns_are_numbers_unless_a_value_is_missing(dtype):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": pandas.array([1, 0, 1], dtype=dtype), "b": [0.5, 1.5, 2.5]})
    assert as_numbers(frame, "X").tolist() == [[1, 0.5], [0, 1.5], [1, 2.5]]
    assert as_numbers(frame[["a"]], "X").tolist() == [[1], [0], [1]]
    frame.loc[1, "a"] = pandas.NA
    with pytest.raises(ValueError, match=r"Input X contains NaN: a value is missing \(NAType\)"):
        as_numbers(frame, "X")
    try:  # pandas gives NaN for the missing value of some frames, which fits refuse later
        assert np.isnan(as_numbers(frame[["a"]], "X")[1, 0])
    except ValueError as error:
        assert "NAType" in str(error)
