"""Writes models.golden: what PyTorch computes for whole training steps of small VAEs and GANs.

Run with a Python that has torch:  python3 Tests/Golden/make_models.py
Records as in make_networks.py: name length (u32), name, count (u32), count float32, little-endian.
Every network's parameters are stored flat, in the order weight, bias of each layer. Adam: 1e-2, 0.5,
0.999, 1e-8.
"""

import struct
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.nn import Linear, ReLU, LeakyReLU, Sequential, Sigmoid, Tanh

ROWS, STEPS = 5, 3
records = []


def add(prefix, **arrays):
    for name, array in arrays.items():
        values = torch.as_tensor(array).detach().float().reshape(-1).tolist()
        key = f"{prefix}.{name}".encode()
        records.append(struct.pack("<I", len(key)) + key + struct.pack(f"<I{len(values)}f", len(values), *values))


def flat(tensors):
    return torch.cat([t.reshape(-1) for t in tensors])


def adam(parameters):
    return torch.optim.Adam(parameters, lr=1e-2, betas=(0.5, 0.999), eps=1e-8)


def vae(name, likelihood, weight, beta):
    """12-8-(3+3), 3-7-12: weight · reconstruction + beta · KL, sum over pixels, mean over rows."""
    encoder = Sequential(Linear(12, 8), Tanh(), Linear(8, 6))
    decoder = Sequential(Linear(3, 7), Tanh(), Linear(7, 12))
    log_variance = torch.zeros(1, requires_grad=True)
    learned = [log_variance] if likelihood == "learned" else []
    parameters = [*encoder.parameters(), *decoder.parameters(), *learned]
    add(name, encoder=flat(encoder.parameters()), decoder=flat([*decoder.parameters(), *learned]))
    optimizer = adam(parameters)
    for step in range(STEPS):
        x, noise = torch.rand(ROWS, 12), torch.randn(ROWS, 3)
        moments = encoder(x)
        mean, spread = moments[:, :3], moments[:, 3:]
        y = decoder(mean + (0.5 * spread).exp() * noise)
        if likelihood == "bernoulli":
            reconstruction = F.binary_cross_entropy_with_logits(y, x, reduction="none").sum(1)
        else:
            deviation = torch.tensor(0.3).sqrt() if likelihood == "fixed" else (0.5 * log_variance).exp()
            reconstruction = -torch.distributions.Normal(torch.sigmoid(y), deviation).log_prob(x).sum(1)
        q = torch.distributions.Normal(mean, (0.5 * spread).exp())
        kl = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).sum(1)
        optimizer.zero_grad()
        (weight * reconstruction + beta * kl).mean().backward()
        add(f"{name}.{step}", x=x, noise=noise, reconstruction=reconstruction.mean(), kl=kl.mean(),
            dEncoder=flat(p.grad for p in encoder.parameters()),
            dDecoder=flat(p.grad for p in [*decoder.parameters(), *learned]))
        optimizer.step()
        add(f"{name}.{step}", encoder=flat(encoder.parameters()),
            decoder=flat([*decoder.parameters(), *learned]))


def gan(name, saturating, smoothing):
    """3-7-12 and 12-9-1: a step of D on a real and a generated batch, then one of G."""
    generator = Sequential(Linear(3, 7), ReLU(), Linear(7, 12), Sigmoid())
    discriminator = Sequential(Linear(12, 9), LeakyReLU(0.2), Linear(9, 1))
    add(name, generator=flat(generator.parameters()), discriminator=flat(discriminator.parameters()))
    d_optimizer, g_optimizer = adam(discriminator.parameters()), adam(generator.parameters())
    for step in range(STEPS):
        x, z = torch.rand(ROWS, 12), torch.randn(ROWS, 3)
        generated = generator(z)
        real, fake = discriminator(x), discriminator(generated.detach())
        d_loss = (F.binary_cross_entropy_with_logits(real, torch.full_like(real, 1 - smoothing))
                  + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake)))
        d_optimizer.zero_grad()
        d_loss.backward()
        d_optimizer.step()
        logits = discriminator(generated)
        g_loss = (-F.softplus(logits)).mean() if saturating else F.softplus(-logits).mean()
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()
        add(f"{name}.{step}", x=x, z=z, discriminatorLoss=d_loss, generatorLoss=g_loss,
            realScore=torch.sigmoid(real).mean(), fakeScore=torch.sigmoid(fake).mean(),
            generator=flat(generator.parameters()), discriminator=flat(discriminator.parameters()))


if __name__ == "__main__":
    torch.manual_seed(21)
    vae("bernoulli", "bernoulli", 1.0, 1.0)
    vae("weighted", "bernoulli", 0.7, 2.5)
    vae("fixed", "fixed", 1.0, 1.0)
    vae("learned", "learned", 1.3, 0.5)
    gan("nonSaturating", False, 0.0)
    gan("minimax", True, 0.1)
    path = Path(__file__).resolve().parent / "models.golden"
    path.write_bytes(b"".join(records))
    print(path.name, path.stat().st_size, "bytes")
