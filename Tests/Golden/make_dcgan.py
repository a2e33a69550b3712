"""Writes dcgan-step.golden: one step of a small DCGAN in PyTorch, and with --full dcgan-full.golden:
the same of the 64 x 64 networks of pytorch/examples, 50 MB that stay out of the repository.

Run with a Python that has torch:  python3 Tests/Golden/make_dcgan.py [--full]
Records as in make_networks.py: name length (u32), name, count (u32), count float32, little-endian.
Weights and gradients are stored flat and channels last, in the order of the layers: a convolution's
as filters x height x width x channels, the generator's first as a dense layer's onto 4 x 4 x C.
"""

import struct
import sys
from pathlib import Path

import torch
from torch import nn
import torch.nn.functional as F


def networks(side, channels, width, latent):
    def up(i, o, stride=2, pad=1):
        return [nn.ConvTranspose2d(i, o, 4, stride, pad, bias=False), nn.BatchNorm2d(o), nn.ReLU()]

    def down(i, o):
        return [nn.Conv2d(i, o, 4, 2, 1, bias=False), nn.BatchNorm2d(o), nn.LeakyReLU(0.2)]

    widths = [width]
    while side >> len(widths) > 4:
        widths.append(2 * widths[-1])
    pairs = list(zip(widths, widths[1:]))
    generator = nn.Sequential(
        *up(latent, widths[-1], 1, 0), *[layer for a, b in reversed(pairs) for layer in up(b, a)],
        nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=False), nn.Tanh())
    discriminator = nn.Sequential(
        nn.Conv2d(channels, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2),
        *[layer for a, b in pairs for layer in down(a, b)],
        nn.Conv2d(widths[-1], 1, 4, 1, 0, bias=False), nn.Flatten())
    return generator, discriminator


def initialise(module):
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)


def flat(network, values):
    """The parameters' values (or gradients) as this library lays them out."""
    pieces = []
    for index, module in enumerate(network):
        for parameter in module.parameters():
            array = values(parameter).detach()
            if index == 0 and isinstance(module, nn.ConvTranspose2d):
                array = array.permute(2, 3, 1, 0)
            elif array.dim() == 4:
                array = array.permute(0, 2, 3, 1)
            pieces.append(array.reshape(-1))
    return torch.cat(pieces)


def write(name, side, channels, width, latent, rows):
    torch.manual_seed(64)
    generator, discriminator = networks(side, channels, width, latent)
    generator.apply(initialise)
    discriminator.apply(initialise)
    records = []

    def add(**arrays):
        for key, array in arrays.items():
            values = torch.as_tensor(array).detach().float().reshape(-1).tolist()
            key = key.encode()
            records.append(
                struct.pack("<I", len(key)) + key + struct.pack(f"<I{len(values)}f", len(values), *values))

    x, z = torch.rand(rows, channels, side, side), torch.randn(rows, latent, 1, 1)
    add(generator=flat(generator, lambda p: p), discriminator=flat(discriminator, lambda p: p),
        x=x.permute(0, 2, 3, 1), z=z)
    optimizer = torch.optim.Adam(discriminator.parameters(), 2e-4, (0.5, 0.999))
    generated = generator(z)
    real, fake = discriminator(2 * x - 1), discriminator(generated.detach())
    one, zero = torch.ones_like(real), torch.zeros_like(real)
    d_loss = F.binary_cross_entropy_with_logits(real, one) + F.binary_cross_entropy_with_logits(fake, zero)
    d_loss.backward()
    add(discriminatorLoss=d_loss, dDiscriminator=flat(discriminator, lambda p: p.grad))
    optimizer.step()
    g_loss = F.binary_cross_entropy_with_logits(discriminator(generated), one)
    g_loss.backward()
    add(generatorLoss=g_loss, dGenerator=flat(generator, lambda p: p.grad))
    path = Path(__file__).resolve().parent / f"{name}.golden"
    path.write_bytes(b"".join(records))
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    write("dcgan-step", 16, 3, 8, 10, 5)
    if "--full" in sys.argv:
        write("dcgan-full", 64, 3, 64, 100, 8)
