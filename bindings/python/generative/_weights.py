"""The weights of a model's networks in the layers of PyTorch and Keras, and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ._tensors import Tensors, file_of

Array = npt.NDArray[Any]

#: How a layer's parameters are named by the frameworks, and the library: see docs/checkpoints.md.
TORCH = {
    "Linear": {"weight": "weight", "bias": "bias"},
    "Conv2d": {"weight": "weight", "bias": "bias"},
    "ConvTranspose2d": {"weight": "weight", "bias": "bias"},
    "BatchNorm1d": {"weight": "scale", "bias": "shift", "running_mean": "running_mean", "running_var": "running_var"},
    "Embedding": {"weight": "class_bias"},
}
TORCH["BatchNorm2d"] = TORCH["BatchNorm1d"]
KERAS = {
    "Dense": {"kernel": "weight", "bias": "bias"},
    "Conv2D": {"kernel": "weight", "bias": "bias"},
    "Conv2DTranspose": {"kernel": "weight", "bias": "bias"},
    "BatchNormalization": {
        "gamma": "scale", "beta": "shift", "moving_mean": "running_mean", "moving_variance": "running_var",
    },
    "Embedding": {"embeddings": "class_bias"},
}  # fmt: skip
#: The axes of a framework's convolutions that are the library's: filters, height, width, channels.
FILTERS = {"torch": (0, 2, 3, 1), "keras": (3, 0, 1, 2)}


class ForeignLayer:
    """A layer with weights of PyTorch or Keras."""

    def __init__(self, layer: Any, framework: str) -> None:
        self.kind = type(layer).__name__
        names = (TORCH if framework == "torch" else KERAS).get(self.kind)
        if names is None:
            raise ValueError(f"weights of a layer {self.kind} have no counterpart in a model")
        self._framework = framework
        parameters = {own: getattr(layer, name, None) for name, own in names.items()}
        self.parameters = {name: value for name, value in parameters.items() if value is not None}

    @property
    def is_up(self) -> bool:
        return "Transpose" in self.kind

    def n_taps(self) -> int:
        """How many products of a window a value has, if it is a convolution of half or twice the size."""
        if not self.kind.startswith("Conv"):
            return 1
        axes = FILTERS[self._framework]
        height, width = (tuple(self.parameters["weight"].shape)[axis] for axis in axes[1:3])
        return int(height * width) // (4 if self.is_up else 1)

    def read(self, name: str, shape: tuple[int, ...]) -> Array:
        """A parameter as the library stores it, in this shape."""
        value = self.parameters[name]
        array: Array = (value.detach().cpu() if self._framework == "torch" else value).numpy()
        if array.ndim == 4:
            array = array.transpose(FILTERS[self._framework])
            if len(shape) == 2 and self.is_up:  # a dense layer from a latent to an image
                array = array.transpose(1, 2, 3, 0)
        elif name == "weight" and self._framework == "keras":
            array = array.T
        if array.size != np.prod(shape) or (array.ndim == len(shape) and array.shape != shape):
            raise ValueError(f"the {name} of a {self.kind} has the shape {array.shape}, not {shape}")
        return array.reshape(shape)

    def converted(self, name: str, array: Array) -> Array:
        """An array of the library's as this layer stores it."""
        shape = tuple(self.parameters[name].shape)
        axes = FILTERS[self._framework]
        if len(shape) == 4 and array.size == np.prod(shape):
            own = tuple(shape[axis] for axis in axes)
            if array.ndim == 2 and self.is_up:
                array = array.reshape(*own[1:], own[0]).transpose(3, 0, 1, 2)
            array = array.reshape(own).transpose(np.argsort(axes))
        elif name == "weight" and self._framework == "keras":
            array = array.T
        if array.shape != shape:
            raise ValueError(f"the {name} of a {self.kind} has the shape {shape}, not {array.shape}")
        return np.array(array)

    def assign(self, name: str, array: Array) -> None:
        value = self.parameters[name]
        if self._framework == "keras":
            value.assign(array)
        else:
            value.data.copy_(value.new_tensor(array))


def foreign_layers(network: Any) -> list[ForeignLayer]:
    """The layers with weights of a PyTorch module or a Keras model, in order."""
    # A Keras model is a PyTorch module, too, if PyTorch is its backend.
    if any(base.__module__.startswith("keras.") for base in type(network).__mro__):
        return [ForeignLayer(layer, "keras") for layer in keras_leaves(network) if layer.weights]
    if hasattr(network, "state_dict") and hasattr(network, "modules"):
        leaves = [module for module in network.modules() if not list(module.children())]
        return [ForeignLayer(leaf, "torch") for leaf in leaves if leaf.state_dict()]
    raise TypeError(f"a network must be a PyTorch module or a Keras model, not a {type(network).__name__}")


def keras_leaves(network: Any) -> Iterator[Any]:
    for layer in network.layers:
        if hasattr(layer, "layers"):
            yield from keras_leaves(layer)
        else:
            yield layer


def pairs(tensors: Tensors, network: str, foreign: Any) -> Iterator[tuple[str, ForeignLayer, str, int]]:
    """Each tensor of a network with the layer that it belongs to, its name there, and the products of a value."""
    own: dict[int, list[str]] = {}
    for name in tensors:
        first, *rest = name.split(".")
        if first == network:
            if len(rest) != 2 or rest[1] == "singular_vector":
                raise ValueError(f"{name} has no counterpart in an ordinary layer")
            own.setdefault(int(rest[0]), []).append(name)
    if not own:
        known = sorted({name.split(".")[0] for name in tensors if name.count(".") == 2})
        raise ValueError(f"the model has no network {network}; it has {', '.join(known)}")
    layers = foreign_layers(foreign)
    if len(layers) != len(own):
        kinds = ", ".join(layer.kind for layer in layers)
        raise ValueError(f"{network} has {len(own)} layers with weights, but the network given {len(layers)}: {kinds}")
    n_taps = 1
    for (_, names), layer in zip(sorted(own.items()), layers):
        parts = {name.rsplit(".", 1)[1]: name for name in names}
        if set(parts) != set(layer.parameters):
            raise ValueError(
                f"{names[0].rsplit('.', 1)[0]} has {', '.join(sorted(parts))}, but the {layer.kind} given has "
                f"{', '.join(sorted(layer.parameters))}"
            )
        if layer.kind != "Embedding":
            n_taps = layer.n_taps() if "Norm" not in layer.kind else n_taps
        for part, name in parts.items():
            # A class bias is added once for each product of a value.
            yield name, layer, part, n_taps if part == "class_bias" else 1


def copy_to(data: bytes, networks: dict[str, Any]) -> None:
    """Copies the weights of a model's bytes to foreign networks."""
    tensors = Tensors(data)
    found = [pair for name, network in networks.items() for pair in pairs(tensors, name, network)]
    # All are converted before the first is changed, since a wrong shape is an error.
    arrays = [layer.converted(part, tensors[name] * np.float32(n_taps)) for name, layer, part, n_taps in found]
    for (_, layer, part, _), array in zip(found, arrays):
        layer.assign(part, array)


def copy_from(data: bytes, networks: dict[str, Any]) -> bytes:
    """The bytes of a model with the weights of foreign networks. A generator's are those of its average, too."""
    tensors = Tensors(data)
    if "generator" in networks and "average" not in networks and any(name.startswith("average.") for name in tensors):
        networks = {**networks, "average": networks["generator"]}
    arrays = {name: tensors[name] for name in tensors if not name.startswith("mixture.")}
    for network, foreign in networks.items():
        for name, layer, part, n_taps in pairs(tensors, network, foreign):
            arrays[name] = layer.read(part, tensors[name].shape) / np.float32(n_taps)
    return file_of(arrays, {key: value for key, value in tensors.metadata.items() if is_kept(key)})


def is_kept(key: str) -> bool:
    """Whether metadata hold for other weights: not checksums, the position of a fit, a mixture or a threshold."""
    gone = ("option.fit", "option.mixture", "option.threshold")
    return key not in ("crc32c", *gone) and not key.startswith(tuple(f"{name}." for name in gone))
