"""The bytes that a function of the library writes to the caller's memory."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from ._errors import check


def written(function: Any, *arguments: Any) -> bytes:
    """What function(*arguments, bytes_out, capacity, byte_count_out) writes. A first call asks how much that is."""
    count = ctypes.c_int64()
    check(function(*arguments, None, 0, ctypes.byref(count)))
    buffer = np.empty(count.value, np.uint8)
    check(function(*arguments, buffer.ctypes.data, len(buffer), ctypes.byref(count)))
    return buffer[: count.value].tobytes()
