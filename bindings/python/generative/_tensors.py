"""The tensors in a model's bytes, which are a safetensors file."""

from __future__ import annotations

import json
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

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        about = self._header[name]
        first, last = about["data_offsets"]
        dtype = np.dtype(_TYPES[about["dtype"]])
        offset, count = self._start + first, (last - first) // dtype.itemsize
        return np.frombuffer(self._data, dtype, count, offset).reshape(about["shape"])
