"""Names that the library gives one by one."""

from __future__ import annotations

from typing import Any


def names_of(function: Any, handle: Any, kind: int) -> list[str]:
    """All names of a kind (GEN_NAME_...) of a dataset or a model."""
    names: list[str] = []
    while (name := function(handle, kind, len(names))) is not None:
        names.append(name.decode())
    return names
