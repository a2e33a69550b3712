"""Options as the library's text: by the names and words of its tables."""

from __future__ import annotations

import ctypes
import operator
import weakref
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from ._c_types import Structure
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


def options_text(values: Mapping[str, Any]) -> bytes:
    """The text of options that are not None: an option that is None is the library's default."""
    words = [f'{name}="{_word(value)}"' for name, value in values.items() if value is not None]
    return " ".join(words).encode()


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int)) or hasattr(value, "__index__"):
        return str(value).lower() if isinstance(value, bool) else str(operator.index(value))
    if isinstance(value, Iterable):
        return ",".join(_word(each) for each in value) or "none"
    if str(value) in ("True", "False"):  # numpy's
        return str(value).lower()
    return repr(float(value))


class OptionStruct(Generic[S]):
    """A struct of options that the library made from text, released with this object.

    OptionStruct("grid", GridOptions, n_columns=3).struct is the struct: its addresses may be set.
    """

    def __init__(self, name: str, kind: type[S], **values: Any) -> None:
        address = ctypes.c_void_p()
        check(lib.gen_struct_create(name.encode(), options_text(values), ctypes.byref(address)))
        assert address.value is not None
        self.struct: S = kind.from_address(address.value)
        weakref.finalize(self, lib.gen_struct_destroy, address.value)

    @property
    def pointer(self) -> Any:
        """What calls take."""
        return ctypes.byref(self.struct)
