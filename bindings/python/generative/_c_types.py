"""What the generated mirror of generative.h is made of: structs, handles, integers, pointers to numbers."""

from __future__ import annotations

import ctypes
import operator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

Handle = ctypes.c_void_p

_INTEGERS = {getattr(ctypes, f"c_{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)}


class InvalidParameterError(ValueError, TypeError):
    """A parameter is not what it must be: scikit-learn's error of this name."""


def whole(value: Any, name: str) -> int:
    """The value of an integer parameter as an int.

    Every integer that the library takes, as an argument or as an option, is an int or one of numpy's integers.
    InvalidParameterError for anything else: 2.9 and 3.0, "3", True, None.
    """
    try:
        if not isinstance(value, (bool, np.bool_)):
            return operator.index(value)
    except TypeError:
        pass
    raise InvalidParameterError(f"{name} must be an integer, not {value!r}")


@dataclass(frozen=True)
class Integer:
    """The type of an integer argument, which raises an error where ctypes would wrap the value around.

    kind: the C type, such as c_int64; name: the argument's, for the error's message.
    """

    kind: Any
    name: str

    def from_param(self, value: Any) -> Any:
        """The value as ctypes passes it."""
        return self.kind(self.checked(value))

    def checked(self, value: Any) -> int:
        """The value as an int: see `whole`. ValueError if the C type cannot hold it."""
        number = whole(value, self.name)
        least, greatest = _range(self.kind)
        if not least <= number <= greatest:
            raise ValueError(f"{self.name} must be between {least} and {greatest}, not {number}")
        return number


def room(count: Any, name: str = "n") -> int:
    """How many rows of output a count of rows needs: none for a negative one, which the library refuses."""
    return max(Integer(ctypes.c_int64, name).checked(count), 0)


@lru_cache(maxsize=None)
def _range(kind: Any) -> tuple[int, int]:
    """The least and the greatest number of a C type of integers."""
    bits = 8 * ctypes.sizeof(kind)
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if kind(-1).value < 0 else (0, (1 << bits) - 1)


class Structure(ctypes.Structure):
    """A struct of the header, zero where nothing is given. Sets struct_size, also of structs inside."""

    c_name: ClassVar[str]

    def __init__(self, **members: Any) -> None:
        super().__init__(**members)
        _set_sizes(self)

    def __setattr__(self, name: str, value: Any) -> None:
        kind: Any = dict(self._fields_).get(name)  # type: ignore[arg-type]
        super().__setattr__(name, Integer(kind, name).checked(value) if kind in _INTEGERS else value)


def _set_sizes(struct: Any) -> None:
    for name, kind in struct._fields_:
        if name == "struct_size":
            struct.struct_size = ctypes.sizeof(struct)
        elif issubclass(kind, ctypes.Structure):
            _set_sizes(getattr(struct, name))


@lru_cache(maxsize=None)
def Numbers(number: Any) -> Any:
    """A pointer to numbers, as functions take it: byref of one, or the address of an array of numpy's."""
    pointer = ctypes.POINTER(number)

    def from_param(_: Any, value: Any) -> Any:
        return ctypes.c_void_p(value) if isinstance(value, int) else pointer.from_param(value)

    return type(f"Numbers_{number.__name__}", (pointer,), {"from_param": classmethod(from_param)})
