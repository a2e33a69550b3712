"""Writes networks-*.golden: what PyTorch computes for small layers, losses, optimizers and stacks.

Run with a Python that has torch:  python3 Tests/Golden/make_networks.py
Each file is a sequence of records: name length (u32), name, count (u32), count float32, all
little-endian. Images are stored channels last; convolution weights as out × kh × kw × in
(`permute(0, 2, 3, 1)` of PyTorch's), transposed ones as in × kh × kw × out (also
`permute(0, 2, 3, 1)`).
"""

import struct
from pathlib import Path

import torch
import torch.nn.functional as F

FOLDER = Path(__file__).resolve().parent


class Golden:
    def __init__(self, name):
        self.path = FOLDER / f"networks-{name}.golden"
        self.records = []

    def add(self, prefix, **arrays):
        for name, array in arrays.items():
            values = torch.as_tensor(array).detach().float().reshape(-1).tolist()
            key = f"{prefix}.{name}".encode()
            self.records.append(
                struct.pack("<I", len(key)) + key
                + struct.pack(f"<I{len(values)}f", len(values), *values))

    def write(self):
        self.path.write_bytes(b"".join(self.records))
        print(self.path.name, self.path.stat().st_size, "bytes")


ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": F.relu,
    "leakyReLU": lambda x: F.leaky_relu(x, 0.2),
    "silu": F.silu,
    "elu": F.elu,
    "softplus": F.softplus,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


def leaf(*shape, scale=1.0, shift=0.0):
    return (torch.randn(*shape) * scale + shift).requires_grad_()


def layers():
    golden = Golden("layers")
    for name, activation in ACTIVATIONS.items():
        x, w, b, dy = leaf(5, 7), leaf(4, 7, scale=0.5), leaf(4), torch.randn(5, 4)
        y = activation(F.linear(x, w, b))
        y.backward(dy)
        golden.add(f"dense.{name}", x=x, weight=w, bias=b, dy=dy, y=y, dx=x.grad, dWeight=w.grad, dBias=b.grad)

    for name, activation in ACTIVATIONS.items():
        norm = torch.nn.BatchNorm2d(4)
        with torch.no_grad():
            norm.weight.copy_(torch.randn(4) * 0.3 + 1)
            norm.bias.copy_(torch.randn(4))
        x, dy = leaf(3, 4, 5, 2, scale=2, shift=1), torch.randn(3, 4, 5, 2)
        y = activation(norm(x))
        y.backward(dy)
        golden.add(
            f"norm.{name}", x=last(x), scale=norm.weight, shift=norm.bias, dy=last(dy), y=last(y),
            dx=last(x.grad), dScale=norm.weight.grad, dShift=norm.bias.grad)
        norm(3 * x.detach() - 1)
        golden.add(f"norm.{name}", running_mean=norm.running_mean, running_var=norm.running_var)
        norm.eval()
        frozen = x.detach().clone().requires_grad_()
        out = activation(norm(frozen))
        out.backward(dy)
        golden.add(f"norm.{name}", inference=last(out), inferenceDx=last(frozen.grad))
    golden.write()


def losses():
    golden = Golden("losses")
    target = torch.rand(5, 7)
    target[0, :3] = torch.tensor([0.0, 1.0, 0.5])

    def record(name, inputs, value):
        value.sum().backward()
        golden.add(name, losses=value, **{k: v for k, v in inputs.items()},
                   **{"d" + k: v.grad for k, v in inputs.items()})

    golden.add("target", values=target)
    y = leaf(5, 7, scale=3)
    record("crossEntropy", {"y": y}, F.binary_cross_entropy_with_logits(y, target, reduction="none").sum(1))
    y = leaf(5, 7)
    record("squaredError", {"y": y}, ((y - target) ** 2).sum(1))
    y = leaf(5, 7)
    record("logSquaredError", {"y": y}, torch.log(((y - target) ** 2).mean(1) + 1e-8))
    y = leaf(5, 7)
    variance = torch.tensor(0.3).log().requires_grad_()
    value = -torch.distributions.Normal(y, (0.5 * variance).exp()).log_prob(target).sum(1)
    record("gaussian", {"y": y}, value)
    golden.add("gaussian", dLogVariance=variance.grad)
    mean, log_variance = leaf(5, 7), leaf(5, 7)
    value = -torch.distributions.Normal(mean, (0.5 * log_variance).exp()).log_prob(target).sum(1)
    record("learnedGaussian", {"mean": mean, "logVariance": log_variance}, value)

    encoded, noise, dz = leaf(5, 6), torch.randn(5, 3), torch.randn(5, 3)
    mean, log_variance = encoded[:, :3], encoded[:, 3:]
    z = mean + (0.5 * log_variance).exp() * noise
    q = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    kl = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).sum(1)
    ((z * dz).sum() + 0.7 * kl.sum()).backward()
    golden.add("latent", encoded=encoded, noise=noise, dz=dz, z=z, losses=kl, dEncoded=encoded.grad)

    logits = torch.tensor([-30.0, -4, -0.5, 0, 1.5, 3, 25]).double()
    bce = lambda l, t: F.binary_cross_entropy_with_logits(l, torch.full_like(l, t), reduction="none")
    for name, loss in {
        "real": lambda l: bce(l, 1.0),
        "smoothed": lambda l: bce(l, 0.9),
        "generated": lambda l: bce(l, 0.0),
        "minimax": lambda l: -F.softplus(l),
        "nonSaturating": lambda l: bce(l, 1.0),
    }.items():
        l = logits.clone().requires_grad_()
        record(name, {"logits": l}, loss(l))
    golden.write()


def optimizers():
    golden = Golden("optimizers")
    start, scale = torch.randn(37), torch.rand(37) * 3
    golden.add("start", values=start)
    golden.add("scale", values=scale)
    for name, make in {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
        "rmsProp": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-6),
        "adam": lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.5, 0.99), eps=1e-7),
        "adamW": lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.1),
    }.items():
        p = start.clone().requires_grad_()
        optimizer = make([p])
        for step in range(5):
            optimizer.zero_grad()
            # Gradient scale·p + sin(step + p), so that it changes from step to step.
            (0.5 * scale * p * p - torch.cos(step + p)).sum().backward()
            optimizer.step()
            golden.add(f"{name}.{step}", values=p)
    golden.write()


def vae():
    """12-9-(3+3), 3-9-12: gray cross-entropy + 0.5·KL, summed over pixels, mean over rows."""
    golden = Golden("vae")
    encoder = torch.nn.Sequential(torch.nn.Linear(12, 9), torch.nn.ReLU(), torch.nn.Linear(9, 6))
    decoder = torch.nn.Sequential(torch.nn.Linear(3, 9), torch.nn.SiLU(), torch.nn.Linear(9, 12))
    x, noise = torch.rand(5, 12), torch.randn(5, 3)
    flat = lambda ts: torch.cat([t.reshape(-1) for t in ts])
    golden.add("vae", x=x, noise=noise, encoder=flat(encoder.parameters()), decoder=flat(decoder.parameters()))
    encoded = encoder(x)
    mean, log_variance = encoded[:, :3], encoded[:, 3:]
    logits = decoder(mean + (0.5 * log_variance).exp() * noise)
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
    kl = -0.5 * (1 + log_variance - mean ** 2 - log_variance.exp()).sum(1)
    (reconstruction + 0.5 * kl).mean().backward()
    golden.add(
        "vae", reconstruction=reconstruction, kl=kl, dEncoder=flat(p.grad for p in encoder.parameters()),
        dDecoder=flat(p.grad for p in decoder.parameters()))
    golden.write()


def last(t):
    """Channels last, for images and for both kinds of convolution weights."""
    return t.permute(0, 2, 3, 1)


def convolutions():
    golden = Golden("convolutions")
    # Rows, (height, width), channels, filters, kernel, stride, padding, output padding.
    cases = {
        "dcgan": (2, (6, 4), 5, 7, 4, 2, 1, 0),
        "odd": (2, (7, 5), 3, 4, 3, 1, 1, 0),
        "unequal": (1, (5, 4), 9, 8, (3, 5), (2, 3), (0, 2), 0),
        "sparse": (1, (4, 3), 8, 9, 2, 3, 0, 0),
        "gaps": (2, (4, 3), 2, 3, 2, 3, 0, 0),
        "point": (2, (3, 4), 5, 6, 1, 1, 0, 0),
        "wide": (1, (5, 4), 17, 10, 3, 2, 1, 1),
    }
    for name, (rows, size, channels, filters, kernel, stride, padding, output_padding) in cases.items():
        for kind, layer in {
            "conv": torch.nn.Conv2d(channels, filters, kernel, stride, padding),
            "transposed": torch.nn.ConvTranspose2d(channels, filters, kernel, stride, padding, output_padding),
        }.items():
            x = torch.randn(rows, channels, *size).requires_grad_()
            y = layer(x)
            dy = torch.randn(y.shape)
            y.backward(dy)
            golden.add(
                f"{kind}.{name}", x=last(x), weight=last(layer.weight), bias=layer.bias, dy=last(dy), y=last(y),
                dx=last(x.grad), dWeight=last(layer.weight.grad), dBias=layer.bias.grad)
    golden.write()


def dcgan():
    """A generator 7-(2×2×6)-(4×4×5)-(8×8×3) and its mirror image, one generator step."""
    golden = Golden("dcgan")
    dense = torch.nn.Linear(7, 24, bias=False)
    up = [torch.nn.ConvTranspose2d(6, 5, 4, 2, 1, bias=False), torch.nn.ConvTranspose2d(5, 3, 4, 2, 1, bias=False)]
    norms = [torch.nn.BatchNorm2d(6), torch.nn.BatchNorm2d(5), torch.nn.BatchNorm2d(6)]
    down = [torch.nn.Conv2d(3, 5, 4, 2, 1, bias=False), torch.nn.Conv2d(5, 6, 4, 2, 1, bias=False)]
    head = torch.nn.Linear(24, 1, bias=False)
    for layer in [dense, *up, *norms, *down, head]:
        for p in layer.parameters():
            torch.nn.init.normal_(p, 1.0 if isinstance(layer, torch.nn.BatchNorm2d) and p is layer.weight else 0.0, 0.3)
    z = torch.randn(4, 7)
    # Our dense layer gives channels last, as features in the order row, column, channel.
    hidden = F.relu(norms[0](dense(z).reshape(4, 2, 2, 6).permute(0, 3, 1, 2)))
    images = torch.tanh(up[1](F.relu(norms[1](up[0](hidden)))))
    features = F.leaky_relu(norms[2](down[1](F.leaky_relu(down[0](images), 0.2))), 0.2)
    logits = head(last(features).reshape(4, 24))
    F.softplus(-logits).mean().backward()
    flat = lambda ts: torch.cat([(last(t) if t.dim() == 4 else t).reshape(-1) for t in ts])
    generator = [dense.weight, *norms[0].parameters(), up[0].weight, *norms[1].parameters(), up[1].weight]
    discriminator = [down[0].weight, down[1].weight, *norms[2].parameters(), head.weight]
    golden.add(
        "dcgan", z=z, generator=flat(generator), discriminator=flat(discriminator), images=last(images),
        logits=logits, dGenerator=flat(p.grad for p in generator),
        dDiscriminator=flat(p.grad for p in discriminator))
    golden.write()


if __name__ == "__main__":
    torch.manual_seed(20)
    layers()
    losses()
    optimizers()
    vae()
    convolutions()
    dcgan()
