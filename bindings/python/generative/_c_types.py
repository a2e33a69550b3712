"""What the generated mirror of generative.h is made of: structs, handles, pointers to numbers."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any, ClassVar

Handle = ctypes.c_void_p


class Structure(ctypes.Structure):
    """A struct of the header, zero where nothing is given. Sets struct_size, also of structs inside."""

    c_name: ClassVar[str]

    def __init__(self, **members: Any) -> None:
        super().__init__(**members)
        _set_sizes(self)


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
