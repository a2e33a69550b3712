"""PyTorch's side, in its fastest modes: eager, compile, channels_last.

precision: float32; medium, float32 whose products PyTorch may compute from bfloat16 numbers; autocast, to bfloat16;
bfloat16, for inference, with weights of that type.
"""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

from bursts import repeat
from workload import Workload

torch.manual_seed(0)
torch.set_num_threads(int(os.environ["BENCH_THREADS"]))


def wrapped(mode, function):
    return torch.compile(function) if mode == "compile" else function


def cast(precision):
    """The context manager in which the forward pass runs."""
    if precision == "medium":
        torch.set_float32_matmul_precision("medium")
    return torch.autocast("cpu", torch.bfloat16, enabled=precision == "autocast")


def adam(module, rate, beta1=0.9):
    return torch.optim.Adam(module.parameters(), rate, (beta1, 0.999), fused=True)


class GaussianEncoder(nn.Module):
    """A VAE whose encoder ends in `width` numbers, and whose decoder begins with the latents."""

    def __init__(self, encoder, decoder, width, latents):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.mean, self.log_variance = nn.Linear(width, latents), nn.Linear(width, latents)

    def forward(self, x):
        hidden = self.encoder(x)
        return self.mean(hidden), self.log_variance(hidden)

    def loss(self, x):
        mean, log_variance = self(x)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        y = torch.sigmoid(self.decoder(z)).float()
        divergence = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
        with torch.autocast("cpu", enabled=False):
            return F.binary_cross_entropy(y, x, reduction="sum") + divergence


def vae(width=400):
    """The VAE of pytorch/examples: 784-width-20-width-784."""
    encoder = nn.Sequential(nn.Linear(784, width), nn.ReLU())
    decoder = nn.Sequential(nn.Linear(20, width), nn.ReLU(), nn.Linear(width, 784))
    return GaussianEncoder(encoder, decoder, width, 20)


def convolutional_vae(size, w=32, latents=64):
    """Our convolutional VAE: 4 x 4 layers of stride 2 down to 4 x 4 pixels, a layer of 256, SiLU."""
    levels = [w << level for level in range(size.bit_length() - 3)]
    down, up, deepest = [], [], 16 * levels[-1]
    for i, o in zip([3, *levels], levels):
        down += [nn.Conv2d(i, o, 4, 2, 1), nn.SiLU(True)]
        up = [nn.SiLU(True), nn.ConvTranspose2d(o, i, 4, 2, 1), *up]
    encoder = nn.Sequential(*down, nn.Flatten(), nn.Linear(deepest, 256), nn.SiLU(True))
    decoder = nn.Sequential(
        nn.Linear(latents, 256), nn.SiLU(True), nn.Linear(256, deepest), nn.Unflatten(1, (levels[-1], 4, 4)), *up
    )
    return GaussianEncoder(encoder, decoder, 256, latents)


class Residual(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.first, self.second = nn.Conv2d(w, w, 3, 1, 1), nn.Conv2d(w, w, 3, 1, 1)

    def forward(self, x):
        return x + self.second(F.silu(self.first(x)))


class UNet(nn.Module):
    """Our autoencoder with skips: 4 x 4 layers of stride 2, a residual block at each size, a bottleneck."""

    def __init__(self, size, w=32, latents=64):
        super().__init__()
        levels = [w << level for level in range(size.bit_length() - 2)]
        self.first, self.last = nn.Conv2d(3, w, 3, 1, 1), nn.Conv2d(w, 3, 3, 1, 1)
        self.before, self.after = (nn.ModuleList(map(Residual, part)) for part in (levels[:-1], levels))
        pairs = list(zip(levels, levels[1:]))
        self.down = nn.ModuleList(nn.Conv2d(i, o, 4, 2, 1) for i, o in pairs)
        self.up = nn.ModuleList(nn.ConvTranspose2d(o, i, 4, 2, 1) for i, o in pairs)
        self.narrow, self.widen = nn.Linear(16 * levels[-1], latents), nn.Linear(latents, 16 * levels[-1])

    def forward(self, x):
        x, kept = F.silu(self.first(x)), []
        for block, down in zip(self.before, self.down):
            kept.append(block(x))
            x = F.silu(down(kept[-1]))
        z = F.silu(self.narrow(x.flatten(1)))
        x = self.after[-1](x + self.widen(z).view_as(x))
        for block, up, same in zip(self.after[-2::-1], self.up[::-1], kept[::-1]):
            x = block(up(x) + same)
        return torch.sigmoid(self.last(x))

    def loss(self, x):
        return F.mse_loss(self(x), x)


def dense_players():
    generator = nn.Sequential(
        nn.Linear(100, 256), nn.LeakyReLU(0.2), nn.Linear(256, 512), nn.LeakyReLU(0.2),
        nn.Linear(512, 784), nn.Tanh())  # fmt: skip
    discriminator = nn.Sequential(
        nn.Linear(784, 512), nn.LeakyReLU(0.2), nn.Linear(512, 256), nn.LeakyReLU(0.2),
        nn.Linear(256, 1))  # fmt: skip
    return generator, discriminator


def dcgan_players(w=64, size=64):
    """The networks of pytorch/examples, which are for 64 x 64 x 3, with more levels for larger images."""
    levels = [w << level for level in range(size.bit_length() - 3)]
    pairs = list(zip(levels, levels[1:]))

    def up(i, o, stride=2, padding=1):
        return [nn.ConvTranspose2d(i, o, 4, stride, padding, bias=False), nn.BatchNorm2d(o), nn.ReLU(True)]

    def down(i, o):
        return [nn.Conv2d(i, o, 4, 2, 1, bias=False), nn.BatchNorm2d(o), nn.LeakyReLU(0.2, True)]

    generator = nn.Sequential(
        *up(100, levels[-1], 1, 0), *(layer for i, o in reversed(pairs) for layer in up(o, i)),
        nn.ConvTranspose2d(w, 3, 4, 2, 1, bias=False), nn.Tanh())  # fmt: skip
    discriminator = nn.Sequential(
        nn.Conv2d(3, w, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True), *(layer for i, o in pairs for layer in down(i, o)),
        nn.Conv2d(levels[-1], 1, 4, 1, 0, bias=False), nn.Flatten())  # fmt: skip
    return generator, discriminator


def descent(model, mode="eager", precision="float32"):
    """A function of a batch: a step of Adam on `model.loss`."""
    optimizer, loss = adam(model, 1e-3), wrapped(mode, model.loss)

    casting = cast(precision)

    def step(x):
        optimizer.zero_grad()
        with casting:
            value = loss(x)
        value.backward()
        optimizer.step()

    return step


def vae_train(mode="eager", batch=128, width=400, precision="float32"):
    step, x = descent(vae(width), mode, precision), torch.rand(batch, 784)
    return Workload(repeat(lambda: step(x), warm_up=10))


def convolutional_vae_train(size, mode="channels_last", batch=64):
    return _images_train(convolutional_vae(size), size, mode, batch)


def unet_train(size, mode="channels_last", batch=16):
    return _images_train(UNet(size), size, mode, batch)


def _images_train(model, size, mode, batch):
    step, x = descent(model.to(**_layout(mode)), mode), torch.rand(batch, 3, size, size).to(**_layout(mode))
    return Workload(repeat(lambda: step(x), warm_up=2))


def adversarial(players, real, latent, mode, precision):
    """One step of D, then one of G on the same generated rows."""
    generator, discriminator = players
    of_g, of_d = adam(generator, 2e-4, 0.5), adam(discriminator, 2e-4, 0.5)
    generate, discriminate = wrapped(mode, generator), wrapped(mode, discriminator)
    loss, one, zero = nn.BCEWithLogitsLoss(), torch.ones(len(real), 1), torch.zeros(len(real), 1)

    casting = cast(precision)

    def judged(rows, target):
        with casting:
            logits = discriminate(rows)
        return loss(logits.float(), target)

    def step():
        of_d.zero_grad()
        with casting:
            fake = generate(torch.randn(len(real), *latent))
        judged(real, one).backward()
        judged(fake.detach(), zero).backward()
        of_d.step()
        of_g.zero_grad()
        judged(fake, one).backward()
        of_g.step()

    return step


def gan_train(mode="eager", batch=128, precision="float32"):
    step = adversarial(dense_players(), torch.rand(batch, 784) * 2 - 1, (100,), mode, precision)
    return Workload(repeat(step, warm_up=10))


def _layout(mode):
    return dict(memory_format=torch.channels_last) if mode == "channels_last" else {}


def dcgan_train(mode="channels_last", batch=64, base=64, size=64, precision="float32"):
    players = [player.to(**_layout(mode)) for player in dcgan_players(base, size)]
    real = (torch.rand(batch, 3, size, size) * 2 - 1).to(**_layout(mode))
    return Workload(repeat(adversarial(players, real, (100, 1, 1), mode, precision)))


def _inference(module, mode, x, precision):
    dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
    original = copy.deepcopy(module) if precision == "bfloat16" else module
    run, casting = wrapped(mode, module.to(dtype)), cast(precision)

    def call():
        with torch.inference_mode(), casting:
            return run(x.to(dtype))

    def flat(outputs):
        return torch.cat([output.flatten() for output in outputs]).double()

    def error():
        ours = flat(call())
        with torch.inference_mode():
            exact = flat(copy.deepcopy(original).double()(x.double()))
        return float((ours - exact).abs().max() / exact.abs().max())

    return call, error


def vae_encode(mode="eager", batch=1, precision="float32"):
    call, error = _inference(vae().eval(), mode, torch.rand(batch, 784), precision)
    return Workload(repeat(call, warm_up=100), error)


def dcgan_sample(mode="channels_last", batch=64, base=64, precision="float32"):
    generator = dcgan_players(base)[0].eval().to(**_layout(mode))
    call, error = _inference(generator, mode, torch.randn(batch, 100, 1, 1), precision)
    return Workload(repeat(call, warm_up=3), error)


def convolution(size, channels, filters, rows=64, transposed=0, direction="forward"):
    """One 4 x 4 layer of stride 2, channels last. size: of the larger images, which have `channels` channels;
    the smaller ones have `filters`. direction: forward, input (gradient), weight (gradient)."""
    last = torch.channels_last
    large = torch.randn(rows, channels, size, size).to(memory_format=last)
    small = torch.randn(rows, filters, size // 2, size // 2).to(memory_format=last)
    weight = (torch.randn(filters, channels, 4, 4) * 0.02).to(memory_format=last)
    x, dy = (small, large) if transposed else (large, small)
    shape = ((2, 2), (1, 1), (1, 1), bool(transposed), (0, 0), 1)
    wanted = [direction == "input", direction == "weight", False]

    def call():
        with torch.inference_mode():
            if direction == "forward":
                torch.ops.aten.convolution(x, weight, None, *shape)
            else:
                torch.ops.aten.convolution_backward(dy, x, weight, None, *shape, wanted)

    return Workload(repeat(call, warm_up=3))
