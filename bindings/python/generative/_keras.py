"""A part of a model as a Keras model, built from its program."""

# mypy: ignore-errors
from __future__ import annotations

import keras
import numpy as np
from keras import layers, ops

from ._programs import Program, Step, row_shape_of

LAST = {"data_format": "channels_last"}


def model_of(program: Program):
    """A functional model with the inputs rows or latents and, if it is conditional, labels."""
    rows = keras.Input(row_shape_of(program.shapes[0]), name=program.input_name)
    labels = keras.Input((), dtype="int32", name="labels") if program.n_classes else None
    values = [Values(rows, program.shapes[0])]
    for step in program.steps:
        values.append(Values(made(step, values, labels, program.n_classes), step.shape))
    outputs = [values[n].output() for n in program.outputs.values()]
    inputs = rows if labels is None else [rows, labels]
    return keras.Model(inputs, outputs[0] if len(outputs) == 1 else outputs)


class Values:
    """A value of the program: flat, or height x width x channels."""

    def __init__(self, tensor, shape) -> None:
        self.tensor, self.shape = tensor, shape

    @property
    def flat(self):
        return self.tensor if len(self.tensor.shape) == 2 else layers.Flatten(**LAST)(self.tensor)

    @property
    def image(self):
        return self.tensor if len(self.tensor.shape) == 4 else layers.Reshape(self.shape)(self.tensor)

    def output(self):
        """One number per row is a vector."""
        if np.prod(self.shape) == 1:
            return ops.squeeze(self.flat, -1)
        return self.image if len(row_shape_of(self.shape)) == 3 else self.flat


def made(step: Step, values, labels, n_classes):
    """The result of a step."""
    op, count = step.op, int(np.prod(step.shape))
    x = values[step.input]
    if op == "dense":
        weight = step.numbers("weight", count, -1)
        return filled(layers.Dense(count, use_bias=step.bias is not None), x.flat, weight.T, step.bias)
    if op in ("convolution", "transposed_convolution"):
        return convolved(step, x.image)
    if op in ("scale", "offset"):
        by = step.numbers("by")
        is_whole = len(by) == count
        combine = ops.multiply if op == "scale" else ops.add
        return combine(x.flat, by) if is_whole else combine(x.image, by)
    if op in ("class_offset", "class_dense"):
        table = step.numbers("by" if op == "class_offset" else "weight", n_classes, -1)
        row = filled(layers.Embedding(*table.shape), labels, table)
        if op == "class_offset":
            return layers.Add()([x.image, layers.Reshape((1, 1, table.shape[1]))(row)])
        return ops.add(ops.sum(layers.Multiply()([x.flat, row]), -1, keepdims=True), step.bias)
    if op in ("relu", "silu", "elu", "tanh", "sigmoid", "softplus", "exponential", "softmax"):
        return layers.Activation(op)(x.flat if op == "softmax" else x.tensor)
    if op == "leaky_relu":
        return layers.LeakyReLU(negative_slope=step.slope)(x.tensor)
    if op == "pad":
        return layers.ZeroPadding2D(step.margins, **LAST)(x.image)
    if op == "crop":
        return layers.Cropping2D(step.margins, **LAST)(x.image)
    if op == "reshape":
        return x.flat
    if op == "slice":
        return x.flat[:, step.first : step.first + count]
    if op == "clamp":
        return ops.clip(x.tensor, step.low, step.high)
    if op == "sum":
        return ops.sum(x.flat, -1, keepdims=True)
    combine = {"add": layers.Add, "subtract": layers.Subtract, "multiply": layers.Multiply}[op]
    return combine()([x.flat, values[step.other].flat])


def convolved(step: Step, image):
    """The result of a convolution, whose padding Keras has only as layers of their own."""
    (top, left), kernel = step.padding, step.filters.transpose(1, 2, 3, 0)
    window = {"kernel_size": step.kernel, "strides": step.stride, "use_bias": step.bias is not None, **LAST}
    if step.op == "convolution":
        if top or left:
            image = layers.ZeroPadding2D((top, left), **LAST)(image)
        return filled(layers.Conv2D(step.shape[-1], **window), image, kernel, step.bias)
    image = filled(layers.Conv2DTranspose(step.shape[-1], **window), image, kernel, step.bias)
    (bottom, right) = (top - step.extra[0], left - step.extra[1])
    return layers.Cropping2D(((top, bottom), (left, right)), **LAST)(image) if top or left else image


def filled(layer, x, *weights):
    """The layer's output for x, with these weights; None: it has no such weight."""
    y = layer(x)
    layer.set_weights([weight for weight in weights if weight is not None])
    return y
