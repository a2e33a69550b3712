"""Writes variants.golden: what PyTorch computes, by automatic differentiation alone, for whole training steps
of importance-weighted VAEs and of sparse, contractive and tied autoencoders.

Run with a Python that has torch:  python3 Tests/Golden/make_variants.py
Records and Adam as in make_models.py. Deep Jacobians are estimated with the signs that the library draws.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from make_models import ROWS, STEPS, adam, add, flat, records
from torch.nn import Linear, Sequential, Sigmoid, Tanh


def philox(counter, step, seed, purpose):
    """Four words of Philox4x32-10 as Sources/Tensors/Random.swift counts them."""
    c, k = [counter, 0, step, purpose << 24], [seed, 0]
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [q >> 32 ^ c[1] ^ k[0], q & 0xFFFFFFFF, p >> 32 ^ c[3] ^ k[1], p & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def signs(step):
    """Those of a contractive autoencoder's step, ROWS x 4, by the seed 5."""
    words = [philox(counter, step, seed=5, purpose=32) for counter in range(ROWS)]
    return torch.tensor([[1.0 if word >> 31 else -1.0 for word in row] for row in words])


def importance_weighted(name, learned, samples, weight, beta):
    """12-8-(3+3), 3-7-12: -log 1/K sum of weights, the mean of rows. Latents k * ROWS + row."""
    encoder = Sequential(Linear(12, 8), Tanh(), Linear(8, 6))
    decoder = Sequential(Linear(3, 7), Tanh(), Linear(7, 12))
    log_variance = torch.zeros(1, requires_grad=True)
    own = [log_variance] if learned else []
    add(name, encoder=flat(encoder.parameters()), decoder=flat([*decoder.parameters(), *own]))
    optimizer = adam([*encoder.parameters(), *decoder.parameters(), *own])
    standard = torch.distributions.Normal(0.0, 1.0)
    for step in range(STEPS):
        x, noise = torch.rand(ROWS, 12), torch.randn(samples, ROWS, 3)
        moments = encoder(x)
        q = torch.distributions.Normal(moments[:, :3], (0.5 * moments[:, 3:]).exp())
        z = q.loc + q.scale * noise
        y = decoder(z)
        if learned:
            p = torch.distributions.Normal(torch.sigmoid(y), (0.5 * log_variance).exp())
            reconstruction = -p.log_prob(x.expand_as(y)).sum(2)
        else:
            reconstruction = F.binary_cross_entropy_with_logits(y, x.expand_as(y), reduction="none").sum(2)
        ratio = (standard.log_prob(z) - q.log_prob(z)).sum(2)
        log_weights = -weight * reconstruction + beta * ratio
        loss = -(torch.logsumexp(log_weights, 0) - torch.tensor(float(samples)).log()).mean()
        optimizer.zero_grad()
        loss.backward()
        add(f"{name}.{step}", x=x, noise=noise, loss=loss, reconstruction=reconstruction.mean(),
            kl=torch.distributions.kl_divergence(q, standard).sum(1).mean(),
            dEncoder=flat(p.grad for p in encoder.parameters()),
            dDecoder=flat(p.grad for p in [*decoder.parameters(), *own]))
        optimizer.step()
        add(f"{name}.{step}", encoder=flat(encoder.parameters()), decoder=flat([*decoder.parameters(), *own]))


def autoencoder(name, hidden, tied, sparsity, contraction):
    """12-hidden-4 of sigmoids and back, squared error; the penalties of sparsity and contraction."""
    widths = [12, *hidden, 4]
    encoder = [Linear(a, b) for a, b in zip(widths, widths[1:])]
    decoder = [Linear(a, b) for a, b in zip(widths[::-1], widths[-2::-1])]
    kept = [layer.bias for layer in decoder] if tied else [p for layer in decoder for p in layer.parameters()]
    parameters = [p for layer in encoder for p in layer.parameters()]
    add(name, encoder=flat(parameters), decoder=flat(kept))
    optimizer = adam([*parameters, *kept])

    def encode(x):
        for layer in encoder:
            x = torch.sigmoid(layer(x))
        return x

    for step in range(STEPS):
        x = torch.rand(ROWS, 12, requires_grad=True)
        h = encode(x)
        y = h
        for layer, shared in zip(decoder, encoder[::-1]):
            y = torch.sigmoid(F.linear(y, shared.weight.t() if tied else layer.weight, layer.bias))
        reconstruction = (y - x.detach()).square().sum(1).mean()
        if sparsity == "l1":
            penalty = 0.3 * h.abs().sum(1).mean()
        else:
            rho, mean = torch.tensor(0.1), h.mean(0)
            penalty = 0.7 * (rho * (rho / mean).log() + (1 - rho) * ((1 - rho) / (1 - mean)).log()).sum()
        if hidden:
            jacobian = torch.autograd.grad(h, x, signs(step + 1), create_graph=True)[0].square().sum()
        else:
            jacobian = sum(
                torch.autograd.grad(h[:, j].sum(), x, create_graph=True)[0].square().sum() for j in range(4)
            )
        penalty = penalty + contraction * jacobian / ROWS
        optimizer.zero_grad()
        (reconstruction + penalty).backward()
        add(f"{name}.{step}", x=x, reconstruction=reconstruction, loss=reconstruction + penalty,
            dEncoder=flat(p.grad for p in parameters), dDecoder=flat(p.grad for p in kept))
        optimizer.step()
        add(f"{name}.{step}", encoder=flat(parameters), decoder=flat(kept))


if __name__ == "__main__":
    torch.manual_seed(22)
    importance_weighted("importance", False, 5, 1.0, 1.0)
    importance_weighted("weightedImportance", True, 3, 1.3, 0.5)
    autoencoder("contractive", [], False, "l1", 0.5)
    autoencoder("tied", [], True, "kl", 0.5)
    autoencoder("deep", [7], False, "kl", 0.5)
    autoencoder("deepTied", [7], True, "l1", 0.5)
    path = Path(__file__).resolve().parent / "variants.golden"
    path.write_bytes(b"".join(records))
    print(path.name, path.stat().st_size, "bytes")
