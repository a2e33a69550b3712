"""A part of a model as a PyTorch module, built from its program."""

# mypy: ignore-errors
from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ._programs import Program, Step, row_shape_of


class Part(nn.Module):
    """A part of a model.

    Rows are N x height x width x channels, tables and latents N x columns. A conditional part takes labels, one class
    number for each row. `layers` has the steps in order; those with weights are ordinary layers of PyTorch.
    """

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.layers = nn.ModuleList(made(step, program.n_classes) for step in program.steps)
        self.is_conditional = program.n_classes > 0
        self._inputs = [(step.input, getattr(step, "other", None)) for step in program.steps]
        self._shapes, self._outputs = program.shapes, list(program.outputs.values())

    def forward(self, rows, labels=None):
        if self.is_conditional and labels is None:
            raise ValueError("labels must be given: the model is conditional")
        values = [rows.reshape(-1, *self._shapes[0])]
        for layer, shape, (place, other) in zip(self.layers, self._shapes[1:], self._inputs):
            arguments = [values[place]]
            if other is not None:
                arguments.append(values[other])
            if isinstance(layer, OfLabels):
                arguments.append(labels.long())
            values.append(layer(*arguments).reshape(-1, *shape))
        outputs = [values[n].reshape(-1, *output_shape(self._shapes[n])) for n in self._outputs]
        return outputs[0] if len(outputs) == 1 else tuple(outputs)


def output_shape(shape):
    """One number per row is a vector."""
    return () if np.prod(shape) == 1 else row_shape_of(shape)


class Flat(nn.Module):
    """A layer of flat rows."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x.flatten(1))


class Planes(nn.Module):
    """A layer of PyTorch's order, channels before height and width."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class By(nn.Module):
    """Multiplies by, or adds, one trainable number per feature or per channel."""

    def __init__(self, by, is_scale):
        super().__init__()
        self.by, self.is_scale = nn.Parameter(tensor(by)), is_scale

    def forward(self, x):
        by = self.by if len(self.by) == x.shape[-1] else self.by.reshape(x.shape[1:])
        return x * by if self.is_scale else x + by


class OfLabels(nn.Module):
    """A step that reads the labels: adds numbers per class and channel, or multiplies by a vector per class."""

    def __init__(self, table, bias=None):
        super().__init__()
        self.table = nn.Embedding.from_pretrained(tensor(table), freeze=False)
        self.bias = None if bias is None else nn.Parameter(tensor(bias))

    def forward(self, x, labels):
        row = self.table(labels)
        if self.bias is None:
            return x + row[:, None, None, :]
        return (row * x.flatten(1)).sum(1, keepdim=True) + self.bias


class Function(nn.Module):
    """A step without numbers of its own."""

    def __init__(self, name, function):
        super().__init__()
        self.name, self.function = name, function

    def extra_repr(self):
        return self.name

    def forward(self, *values):
        return self.function(*values)


def made(step: Step, n_classes: int):
    """The module of a step, whose input and output have channels last."""
    op, count = step.op, int(np.prod(step.shape))
    if op == "dense":
        weight = step.numbers("weight", count, -1)
        return Flat(filled(nn.Linear(weight.shape[1], count, bias=step.bias is not None), weight, step.bias))
    if op in ("convolution", "transposed_convolution"):
        window = {"stride": step.stride, "padding": step.padding, "bias": step.bias is not None}
        channels = step.from_shape[-1], step.shape[-1], step.kernel
        if op == "convolution":
            layer = nn.Conv2d(*channels, **window)
        else:
            layer = nn.ConvTranspose2d(*channels, output_padding=step.extra, **window)
        return Planes(filled(layer, step.filters.transpose(0, 3, 1, 2), step.bias))
    if op in ("scale", "offset"):
        return By(step.numbers("by"), op == "scale")
    if op == "class_offset":
        return OfLabels(step.numbers("by", n_classes, -1))
    if op == "class_dense":
        return OfLabels(step.numbers("weight", n_classes, -1), step.bias)
    if op in ACTIVATIONS:
        return ACTIVATIONS[op]()
    if op == "leaky_relu":
        return nn.LeakyReLU(step.slope)
    return Function(op, function(step, count))


ACTIVATIONS = {
    "relu": nn.ReLU, "silu": nn.SiLU, "elu": nn.ELU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "softplus": nn.Softplus,
}  # fmt: skip


def function(step, count):
    """The function of a step without numbers."""
    if step.op in ("pad", "crop"):
        (top, bottom), (left, right) = step.margins
        sign = 1 if step.op == "pad" else -1
        sides = [sign * n for n in (0, 0, left, right, top, bottom)]
        return lambda x: functional.pad(x, sides)
    if step.op == "clamp":
        low, high = step.low, step.high
        return lambda x: x.clamp(low, high)
    if step.op == "slice":
        first = step.first
        return lambda x: x.flatten(1)[:, first : first + count]
    return {
        "exponential": torch.exp, "softmax": lambda x: x.softmax(-1), "reshape": lambda x: x, "add": torch.add,
        "subtract": torch.sub, "multiply": torch.mul, "sum": lambda x: x.flatten(1).sum(1, keepdim=True),
    }[step.op]  # fmt: skip


def tensor(array):
    return torch.from_numpy(np.array(array, np.float32))


def filled(layer, weight, bias):
    with torch.no_grad():
        layer.weight.copy_(tensor(weight))
        if bias is not None:
            layer.bias.copy_(tensor(bias))
    return layer
