"""The steps of a model's part, as the library exports them, and their numbers."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class Step:
    """A step: its operation, the number of the value that it reads, the shapes, and its other members by name."""

    def __init__(self, members: dict[str, Any], from_shape: tuple[int, ...], numbers: Floats) -> None:
        self._members, self._numbers = members, numbers
        self.op: str = members["op"]
        self.input: int = members["input"]
        self.from_shape = from_shape
        self.shape: tuple[int, ...] = tuple(members["shape"])

    def __getattr__(self, name: str) -> Any:
        try:
            return self._members[name]
        except KeyError:
            raise AttributeError(name) from None

    def numbers(self, name: str, *shape: int) -> Floats:
        """The numbers of a member in this shape (default: a vector)."""
        first, count = self._members[name]
        return self._numbers[first : first + count].reshape(shape or (count,))

    @property
    def bias(self) -> Any:
        """None if there is none."""
        return self.numbers("bias") if "bias" in self._members else None

    @property
    def filters(self) -> Floats:
        """The weight of a convolution, K x height x width x C: see docs/export.md."""
        k, c = self.from_shape[-1], self.shape[-1]
        if self.op == "convolution":
            k, c = c, k
        return self.numbers("weight", k, *self.kernel, c)

    @property
    def margins(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """What a pad or a crop adds or removes at the top and bottom, left and right."""
        sizes = [abs(a - b) for a, b in zip(self.shape, self.from_shape)]
        return (self.top, sizes[0] - self.top), (self.left, sizes[1] - self.left)

    @property
    def extra(self) -> tuple[int, int]:
        """How many more rows and columns a transposed convolution has than its window gives."""
        def one(i: int) -> int:
            window = (self.from_shape[i] - 1) * self.stride[i] - 2 * self.padding[i] + self.kernel[i]
            return int(self.shape[i] - window)

        return one(0), one(1)


class Program:
    """The input, steps and outputs of a part."""

    def __init__(self, data: bytes) -> None:
        graph = json.loads(data)
        numbers = np.frombuffer(base64.b64decode(graph["numbers"]), "<f4").astype(np.float32)
        self.input_name: str = graph["input"]["name"]
        self.n_classes: int = graph["n_classes"]
        self.outputs: dict[str, int] = {output["name"]: output["value"] for output in graph["outputs"]}
        self.shapes: list[tuple[int, ...]] = [tuple(graph["input"]["shape"])]
        self.steps: list[Step] = []
        for members in graph["steps"]:
            self.steps.append(Step(members, self.shapes[members["input"]], numbers))
            self.shapes.append(self.steps[-1].shape)


def row_shape_of(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of an array's row: height, width and channels, or the features of a table."""
    return shape if shape[0] * shape[1] > 1 else shape[2:]
