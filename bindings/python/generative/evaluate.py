"""Figures of merit."""

import ctypes
from collections import namedtuple

from ._errors import check
from ._handle import handle_of
from ._library import lib
from ._rows import address, as_rows

Parzen = namedtuple("Parzen", "mean standard_error width")


def parzen(samples, validation, test, *, context=None):
    """The log-likelihood of test rows under a Gaussian Parzen window around samples, in nats.

    Measured as Goodfellow et al. (2014) did, the width chosen on the validation rows. Rewards
    smooth samples: look at the figure of real rows beside it (Theis et al. 2016).
    """
    samples = as_rows(samples, name="samples")
    size = samples.shape[1]
    validation, test = as_rows(validation, size, "validation"), as_rows(test, size, "test")
    width, mean, error = (ctypes.c_double() for _ in range(3))
    arrays = [x for rows in (samples, validation, test) for x in (address(rows), len(rows))]
    outputs = map(ctypes.byref, (width, mean, error))
    check(lib.gen_evaluate_parzen(*arrays, size, handle_of(context), *outputs))
    return Parzen(mean.value, error.value, width.value)


def psnr(rows, clean):
    """The peak signal-to-noise ratio of rows in [0, 1] against clean ones, in decibels."""
    return _compared(lib.gen_evaluate_psnr, rows, clean)


def squared_error(rows, clean):
    """The squared error of a row summed over its floats, averaged over rows."""
    return _compared(lib.gen_evaluate_squared_error, rows, clean)


def _compared(function, rows, clean):
    rows = as_rows(rows, name="rows")
    clean = as_rows(clean, rows.shape[1], "clean")
    if len(clean) != len(rows):
        raise ValueError(f"clean must have {len(rows)} rows like rows, not {len(clean)}")
    value = ctypes.c_double()
    check(function(address(rows), address(clean), *rows.shape, ctypes.byref(value)))
    return value.value
