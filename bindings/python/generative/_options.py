"""Options as the library's text: by the names and words of its tables."""

from __future__ import annotations

import ctypes
import json
import operator
import weakref
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Generic, Optional, TypeVar

import numpy as np

from ._bytes import written
from ._c_types import InvalidParameterError, Structure, whole
from ._errors import check
from ._library import lib

S = TypeVar("S", bound=Structure)


def choose(table: Mapping[Any, int], name: object, parameter: str) -> int:
    """The header's number for a word that is an argument of its own. ValueError lists the words there are."""
    try:
        return table[name]
    except (KeyError, TypeError):
        names = ", ".join(map(repr, table))
        raise ValueError(f"{parameter} must be one of {names}, not {name!r}") from None


def options_text(name: str, values: Mapping[str, Any]) -> bytes:
    """The text of options that are not None: an option that is None is the library's default.

    name: the table that the options are in, such as "vae" or "fit". Integers are checked as `whole` says. A list
    of integers, such as hidden, may be a single one.
    """
    types = _types(name)
    words = [
        f'{option}="{_word(value, option, types.get(option))}"' for option, value in values.items() if value is not None
    ]
    return " ".join(words).encode()


def _word(value: Any, name: str, kind: Optional[str]) -> str:
    if isinstance(value, str) and (value == "auto" or kind not in ("whole", "seed", "widths")):
        return value
    if kind in ("whole", "seed"):
        return str(whole(value, name))
    if kind == "widths":
        return _widths(value, name)
    if isinstance(value, (bool, np.bool_)):
        return str(value).lower()
    try:
        return str(operator.index(value))
    except TypeError:
        pass
    try:
        return repr(float(value))
    except (TypeError, ValueError):
        raise InvalidParameterError(f"{name} must be a number, not {value!r}") from None


def _widths(value: Any, name: str) -> str:
    """A list of integers, of which a single one is a list of one."""
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)) and getattr(value, "ndim", 1) > 0:
        return ",".join(str(whole(each, f"{name}[{place}]")) for place, each in enumerate(value)) or "none"
    try:
        return str(whole(value, name))
    except InvalidParameterError:
        raise InvalidParameterError(f"{name} must be integers, such as [64, 32] or 64, not {value!r}") from None


@lru_cache(maxsize=None)
def _types(name: str) -> dict[str, str]:
    """The types of the options of a table by their names: "whole", "widths", "number" ..."""
    return {row["name"]: row["type"] for row in described(lib.gen_options_describe, name.encode())}


def described(function: Any, subject: Any) -> Any:
    """The value of the JSON text that function(subject, text_out, capacity, byte_count_out) writes."""
    return json.loads(written(function, subject).rstrip(b"\0"))


class OptionStruct(Generic[S]):
    """A struct of options that the library made from text, released with this object.

    OptionStruct("grid", GridOptions, n_columns=3).struct is the struct: its addresses may be set.
    """

    def __init__(self, name: str, kind: type[S], **values: Any) -> None:
        address = ctypes.c_void_p()
        check(lib.gen_struct_create(name.encode(), options_text(name, values), ctypes.byref(address)))
        assert address.value is not None
        self.struct: S = kind.from_address(address.value)
        weakref.finalize(self, lib.gen_struct_destroy, address.value)

    @property
    def pointer(self) -> Any:
        """What calls take."""
        return ctypes.byref(self.struct)
