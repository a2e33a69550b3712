"""The tensors in a model's bytes, which are a safetensors file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

_TYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8"}


class Tensors:
    """The tensors of a file by name, as views of its bytes, and its metadata."""

    def __init__(self, data: bytes) -> None:
        self._start = 8 + int.from_bytes(data[:8], "little")
        self._data = data
        self._header: dict[str, Any] = json.loads(data[8 : self._start])
        self.metadata: dict[str, str] = self._header.pop("__metadata__", {})

    def __contains__(self, name: str) -> bool:
        return name in self._header

    def __iter__(self) -> Iterator[str]:
        return iter(self._header)

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        about = self._header[name]
        first, last = about["data_offsets"]
        dtype = np.dtype(_TYPES[about["dtype"]])
        offset, count = self._start + first, (last - first) // dtype.itemsize
        return np.frombuffer(self._data, dtype, count, offset).reshape(about["shape"])


def file_of(arrays: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, str]) -> bytes:
    """The bytes of a file with these tensors, of the types above."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    types = {np.dtype(code): name for name, code in _TYPES.items()}
    data = b""
    for name, array in arrays.items():
        array = np.ascontiguousarray(array)
        offsets = [len(data), len(data) + array.nbytes]
        header[name] = {"dtype": types[array.dtype], "shape": list(array.shape), "data_offsets": offsets}
        data += array.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data
