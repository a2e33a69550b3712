"""Figures of merit."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple, Optional

import numpy.typing as npt

from ._errors import check
from ._handle import handle_of
from ._library import lib
from ._rows import address, as_rows
from .context import Context


class Parzen(NamedTuple):
    """A log-likelihood in nats, its standard error, and the width of the window."""

    mean: float
    standard_error: float
    width: float


def parzen(
    samples: npt.ArrayLike,
    validation: npt.ArrayLike,
    test: npt.ArrayLike,
    *,
    context: Optional[Context] = None,
) -> Parzen:
    """The log-likelihood of test rows under a Gaussian Parzen window around samples, in nats.

    Measured as Goodfellow et al. (2014) did, the width chosen on the validation rows. Rewards
    smooth samples: look at the figure of real rows beside it (Theis et al. 2016).
    """
    centres = as_rows(samples, name="samples")
    size = centres.shape[1]
    rows = (centres, as_rows(validation, size, "validation"), as_rows(test, size, "test"))
    width, mean, error = (ctypes.c_double() for _ in range(3))
    arrays = [argument for each in rows for argument in (address(each), len(each))]
    outputs = map(ctypes.byref, (width, mean, error))
    check(lib.gen_evaluate_parzen(*arrays, size, handle_of(context), *outputs))
    return Parzen(mean.value, error.value, width.value)


def psnr(rows: npt.ArrayLike, clean: npt.ArrayLike) -> float:
    """The peak signal-to-noise ratio of rows in [0, 1] against clean ones, in decibels."""
    return _compared(lib.gen_evaluate_psnr, rows, clean)


def squared_error(rows: npt.ArrayLike, clean: npt.ArrayLike) -> float:
    """The squared error of a row summed over its floats, averaged over rows."""
    return _compared(lib.gen_evaluate_squared_error, rows, clean)


def _compared(function: Any, rows: npt.ArrayLike, clean: npt.ArrayLike) -> float:
    given = as_rows(rows, name="rows")
    wanted = as_rows(clean, given.shape[1], "clean")
    if len(wanted) != len(given):
        raise ValueError(f"clean must have {len(given)} rows like rows, not {len(wanted)}")
    value = ctypes.c_double()
    check(function(address(given), address(wanted), *given.shape, ctypes.byref(value)))
    return value.value
