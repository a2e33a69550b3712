"""The networks of a DCGAN in numpy, layer by layer, for what the library does not return: see chapter 11.

docs/checkpoints.md describes the tensors. Images are n x height x width x channels, windows 4 x 4, strides 2.
"""

import json

import numpy as np


def tensors(model):
    """Return the tensors of a model by name: its bytes are a safetensors file."""
    data = model.to_bytes("weights")
    start = 8 + int.from_bytes(data[:8], "little")
    found = {}
    for name, about in json.loads(data[8:start]).items():
        if name != "__metadata__" and about["dtype"] == "F32":
            first, last = about["data_offsets"]
            found[name] = np.frombuffer(data[start + first : start + last], "<f4").reshape(about["shape"])
    return found


def with_channels(images):
    """Return gray images n x height x width as n x height x width x 1, others as they are."""
    return images[..., None] if images.ndim == 3 else images


def without_channels(images):
    """Return images of one channel as n x height x width, others as they are."""
    return images[..., 0] if images.shape[-1] == 1 else images


def down(x, weight):
    """Convolve: n x 2h x 2w x inputs to n x h x w x outputs."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (4, 4), axis=(1, 2))[:, ::2, ::2]
    return np.einsum("nhwcij,oijc->nhwo", windows, weight, optimize=True)


def up(x, weight):
    """Convolve, transposed: n x h x w x inputs to n x 2h x 2w x outputs. With a weight of `down`, its derivative."""
    n, height, width, _ = x.shape
    out = np.zeros((n, 2 * height + 2, 2 * width + 2, weight.shape[3]), np.float32)
    for i in range(4):
        for j in range(4):
            out[:, i : i + 2 * height : 2, j : j + 2 * width : 2] += x @ weight[:, i, j]
    return out[:, 1:-1, 1:-1]


class Discriminator:
    """The convolutions of a GAN's discriminator with spectral norm."""

    def __init__(self, model):
        found = tensors(model)
        layers = sorted({int(name.split(".")[1]) for name in found if name.startswith("discriminator.")})
        self.layers = []
        for layer in layers:
            weight, bias, u = (found[f"discriminator.{layer}.{name}"] for name in ("weight", "bias", "singular_vector"))
            matrix = weight.reshape(len(u), -1)
            v = u @ matrix
            sigma = np.linalg.norm(matrix @ v) / np.linalg.norm(v)  # the largest singular value, by power iteration
            self.layers.append((weight / sigma, bias))

    def activations(self, images):
        """Return the outputs of each convolution, before the activation."""
        outputs, h = [], 2 * with_channels(images) - 1
        for weight, bias in self.layers[:-1]:
            outputs.append(down(h, weight) + bias)
            h = np.maximum(outputs[-1], 0.2 * outputs[-1])
        return outputs

    def __call__(self, images):
        """Return the probability that images are real."""
        last = self.activations(images)[-1]
        weight, bias = self.layers[-1]
        h = np.maximum(last, 0.2 * last).reshape(len(images), -1)
        return 1 / (1 + np.exp(-(h @ weight.T + bias).ravel()))

    def guided(self, images, filters):
        """Return what makes the strongest response of a filter of the last convolution, by image.

        Guided backpropagation (Springenberg et al. 2015): the gradient with respect to the image, in which negative
        values, and those where the unit was inactive, are set to zero at each layer.
        """
        outputs = self.activations(images)
        gradient = np.zeros_like(outputs[-1])
        for n, filter_index in enumerate(filters):
            place = np.unravel_index(outputs[-1][n, :, :, filter_index].argmax(), outputs[-1].shape[1:3])
            gradient[n, *place, filter_index] = 1
        for depth in range(len(outputs) - 1, 0, -1):
            gradient = up(gradient, self.layers[depth][0])
            gradient = np.maximum(gradient, 0) * (outputs[depth - 1] > 0)
        return without_channels(up(gradient, self.layers[0][0]))


class Generator:
    """A GAN's averaged generator. `dropped` are filters of a layer that are set to zero wherever they are active."""

    def __init__(self, model):
        self.tensors = {name: some for name, some in tensors(model).items() if name.startswith("average.")}
        self.n_layers = 1 + max(int(name.split(".")[1]) for name in self.tensors)

    def layers(self, z, dropped=(), layer=-2):
        """Return the activations of all layers; the last is the images."""
        outputs = []
        for index in range(0, self.n_layers, 2):
            weight = self.tensors[f"average.{index}.weight"]
            if index == 0:
                channels = len(self.tensors["average.1.scale"])
                side = round((len(weight) / channels) ** 0.5)
                h = (z @ weight.T).reshape(len(z), side, side, channels)
            else:
                h = up(outputs[-1], weight)
            if index + 1 < self.n_layers:
                norm = {
                    name: self.tensors[f"average.{index + 1}.{name}"]
                    for name in ("scale", "shift", "running_mean", "running_var")
                }
                h = (h - norm["running_mean"]) / np.sqrt(norm["running_var"] + 1e-5) * norm["scale"] + norm["shift"]
                h = np.maximum(h, 0)
                if index // 2 == (self.n_layers + 1) // 2 + layer:
                    h[..., list(dropped)] = 0
            else:
                h = without_channels(0.5 + 0.5 * np.tanh(h + self.tensors.get(f"average.{index}.bias", 0)))
            outputs.append(h)
        return outputs
