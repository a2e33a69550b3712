"""A model's numbers as one array, for those who average models."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from ._rows import Doubles


@dataclass(frozen=True)
class Parameters:
    """The sum of models' float32 tensors, each model's weighted by the rows it was fitted to: weights,
    batch norm's statistics, the optimizer's running means. They add up.

    header: the first model's, whose other tensors and options the average has too.
    """

    header: bytes
    sums: Doubles
    n_rows: int
    loss: float  # times rows

    @classmethod
    def of(cls, data: bytes, n_rows: int, loss: float) -> Parameters:
        """Those of one model, from its `to_bytes`."""
        length = 8 + int.from_bytes(data[:8], "little")
        tensors = json.loads(data[8:length])
        if any(each["dtype"] != "F32" for name, each in tensors.items() if name != "__metadata__"):
            raise ValueError("a model with numbers that are not float32 has no average")
        numbers = np.frombuffer(data, "<f4", offset=length).astype(np.float64)
        # The checksum is of these numbers, not of an average.
        tensors["__metadata__"].pop("crc32c", None)
        return cls(json.dumps(tensors).encode(), numbers * n_rows, n_rows, loss * n_rows)

    def __add__(self, other: Parameters) -> Parameters:
        if len(other.sums) != len(self.sums):
            raise ValueError(f"models of {len(self.sums)} and of {len(other.sums)} numbers have no average")
        return Parameters(
            self.header, self.sums + other.sums, self.n_rows + other.n_rows, self.loss + other.loss
        )

    def average(self) -> bytes:
        """The average as a model's bytes."""
        numbers = (self.sums / self.n_rows).astype("<f4")
        return len(self.header).to_bytes(8, "little") + self.header + numbers.tobytes()
