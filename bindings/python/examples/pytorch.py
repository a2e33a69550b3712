"""Transfer weights between a model file and PyTorch modules of the same architecture, in both directions.

usage: pytorch.py FOLDER [EPOCHS]

Fit a VAE, generate the same faces with the library and with PyTorch, and write PyTorch's weights back to a
file. Needs torch and safetensors.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from torch import nn

BATCH_NORM = {"scale": "weight", "shift": "bias"}


def to_pytorch(path, **networks):
    """Load the networks of a file into modules: to_pytorch("gan.safetensors", generator=g).

    For a model with `preparation.mean`, the caller must standardize the rows: see docs/checkpoints.md.
    """
    tensors = load_file(path)
    with torch.no_grad():
        for network, module in networks.items():
            for name, part, parameter in pairs(tensors, network, module):
                parameter.copy_(torch.from_numpy(to_torch(tensors[name], part).copy()))


def from_pytorch(template, path, **networks):
    """Write a copy of `template`, a model of the same architecture, with the modules' weights."""
    tensors = {name: array for name, array in load_file(template).items() if network_of(name)}
    for network, module in networks.items():
        for name, part, parameter in pairs(tensors, network, module):
            array = from_torch(parameter.detach().numpy(), part, tensors[name].ndim)
            tensors[name] = np.ascontiguousarray(array.reshape(tensors[name].shape))
    with safe_open(template, "numpy") as file:
        metadata = {key: text for key, text in file.metadata().items() if is_kept(key)}
    save_file(tensors, path, metadata={**metadata, "option.optimizer": "none"})


def pairs(tensors, network, module):
    """Yield each array of a network with the module and the parameter name that it belongs to."""
    layers = {int(name.split(".")[1]) for name in tensors if name.startswith(f"{network}.")}
    parts = [part for part in module.modules() if not list(part.children()) and part.state_dict()]
    for layer, part in zip(sorted(layers), parts, strict=True):
        for name in [name for name in tensors if name.startswith(f"{network}.{layer}.")]:
            own = name.split(".", 2)[2]
            yield name, part, getattr(part, BATCH_NORM.get(own, own))


def to_torch(array, part):
    """Convert channels-last arrays to PyTorch's order, and dense layers to the equivalent full-window convolution."""
    if array.ndim == 4:  # outputs (inputs, transposed) x height x width x inputs (outputs)
        return array.transpose(0, 3, 1, 2)
    if array.ndim == 2 and isinstance(part, nn.ConvTranspose2d):
        size = (*part.kernel_size, part.out_channels, part.in_channels)
        return array.reshape(size).transpose(3, 2, 0, 1)
    if array.ndim == 2 and isinstance(part, nn.Conv2d):
        size = (part.out_channels, *part.kernel_size, part.in_channels)
        return array.reshape(size).transpose(0, 3, 1, 2)
    return array


def from_torch(array, part, dimensions):
    """Invert to_torch; `dimensions` is the number of axes of the array in the file."""
    if dimensions == 2 and isinstance(part, nn.ConvTranspose2d):
        return array.transpose(2, 3, 1, 0)
    return array.transpose(0, 2, 3, 1) if array.ndim == 4 else array


def network_of(name):
    """Return the network that a tensor belongs to; None for the state of an optimizer or a fit."""
    network = name.split(".")[0]
    return None if network in ("optimizer", "fit") else network


def is_kept(key):
    """Whether metadata stays valid with other weights: not the checksum, not the position of the fit."""
    return key not in ("crc32c", "option.fit") and not key.startswith("option.fit.")


class ChannelsFirst(nn.Module):
    """Convert rows of height x width x channels to PyTorch's channels x height x width."""

    def forward(self, x):
        return x.permute(0, 3, 1, 2)


def main(folder, epochs):
    from generative import VAE, Dataset, Image

    faces = Dataset.faces(1000, 16, 16, 1)
    vae = VAE(8, hidden=(64,), epochs=epochs).fit(faces)
    vae.save(folder / "vae.safetensors")

    encoder = nn.Sequential(nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 16))
    decoder = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 256))
    to_pytorch(folder / "vae.safetensors", encoder=encoder, decoder=decoder)
    latents = np.random.default_rng(0).standard_normal((32, 8), np.float32)
    with torch.no_grad():
        theirs = decoder(torch.from_numpy(latents)).sigmoid().numpy().reshape(32, 16, 16)
    ours = vae.decode(latents)
    print(f"largest difference between pixels: {np.abs(ours - theirs).max():.1e}")
    Image.grid(np.concatenate([ours, theirs])).save(folder / "pytorch.png")

    from_pytorch(folder / "vae.safetensors", folder / "back.safetensors", encoder=encoder, decoder=decoder)
    back = VAE.load(folder / "back.safetensors").decode(latents)
    print(f"after a round trip through PyTorch: {np.abs(ours - back).max():.1e}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
