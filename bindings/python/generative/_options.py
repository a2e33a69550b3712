"""Values for the header's options structs from those that Python's callers give."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any, Optional


def choose(table: Mapping[Any, int], name: object, parameter: str) -> int:
    """The header's number for a name. ValueError lists the names there are."""
    try:
        return table[name]
    except (KeyError, TypeError):
        names = ", ".join(map(repr, table))
        raise ValueError(f"{parameter} must be one of {names}, not {name!r}") from None


def count_option(value: Optional[int]) -> int:
    """A count as the header's options take it: None is 0, the default; 0 itself is negative."""
    return 0 if value is None else operator.index(value) or -1


def number_option(value: Optional[float]) -> float:
    """A number as the header's options take it: None is 0, the default; 0 itself is negative."""
    return 0.0 if value is None else float(value) or -1.0
