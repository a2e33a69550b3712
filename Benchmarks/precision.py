"""Errors of gradients with precision bfloat16, and what a fit loses by them.

usage: precision.py gradients       of an autoencoder of Fashion-MNIST, beside PyTorch's autocast, against float64
       precision.py vae [EPOCHS]    test ELBO of the 784-400-20 VAE in both precisions, three seeds
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bindings" / "python"))

import numpy as np

from generative import VAE, Autoencoder, Dataset, Trainer, kernels

FASHION = Path("/usr/share/datasets/fashion-mnist")


def images(part):
    return Dataset.from_idx(FASHION / f"{part}-images-idx3-ubyte.gz")


def our_gradients(rows, precision):
    """(layers, gradients) of an untrained autoencoder, each layer as weight and bias."""
    model = Autoencoder(
        20, hidden=(400,), shape=(28, 28, 1), loss="cross_entropy", output_activation="sigmoid", activation="relu",
        latent_activation="identity", seed=1,
        precision=precision, batch_size=len(rows),
    )  # fmt: skip
    trainer = Trainer(model)
    trainer.begin(rows)
    layers, gradients = [], []
    for network, shapes in enumerate([[(400, 784), (20, 400)], [(400, 20), (784, 400)]]):
        numbers, gradient, at = trainer.parameters(network), np.array(trainer.gradients()[network]), 0
        for shape in shapes:
            weights, end = at + shape[0] * shape[1], at + shape[0] * shape[1] + shape[0]
            layers.append((numbers[at:weights].reshape(shape), numbers[weights:end]))
            gradients += [gradient[at:weights], gradient[weights:end]]
            at = end
    return layers, gradients


def torch_gradients(rows, layers, dtype, autocast=False):
    import torch
    import torch.nn.functional as F

    leaves = [torch.tensor(values, dtype=dtype, requires_grad=True) for layer in layers for values in layer]
    x = torch.tensor(rows.reshape(len(rows), -1), dtype=dtype)
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        hidden = F.relu(F.linear(x, *leaves[0:2]))
        latent = F.linear(hidden, *leaves[2:4])
        logits = F.linear(F.relu(F.linear(latent, *leaves[4:6])), *leaves[6:8])
    loss = F.binary_cross_entropy_with_logits(logits.to(dtype), x, reduction="sum")
    loss.backward()
    return [leaf.grad.flatten().double().numpy() for leaf in leaves]


def gradients():
    import torch

    rows = images("train").read(0, 128).reshape(128, -1)
    layers, float32 = our_gradients(rows, "float32")
    bfloat16 = our_gradients(rows, "bfloat16")[1]
    exact = torch_gradients(rows, layers, torch.float64)
    ways = {
        "ours float32": float32,
        "ours bfloat16": bfloat16,
        "torch float32": torch_gradients(rows, layers, torch.float32),
        "torch autocast": torch_gradients(rows, layers, torch.float32, autocast=True),
    }
    print(f"relative error of each gradient, |g - exact| / |exact|; kernels {kernels()}")
    names = [f"{part} {layer}" for layer in range(4) for part in ("weight", "bias")]
    print(f"{'':16}", *(f"{name:>9}" for name in names))
    for name, found in ways.items():
        errors = [np.linalg.norm(g - e) / np.linalg.norm(e) for g, e in zip(found, exact)]
        print(f"{name:16}", *(f"{error:9.1e}" for error in errors))


def vae(epochs=10):
    train, test = images("train"), images("t10k")
    for seed in range(3):
        bounds = []
        for precision in "float32", "bfloat16":
            model = VAE(20, hidden=(400,), precision=precision, seed=seed, epochs=epochs, batch_size=128)
            model.fit(train)
            bounds.append(-float(np.mean(np.sum(model.elbo(test), axis=0))))
        print(f"seed {seed}: test ELBO {bounds[0]:.3f} float32, {bounds[1]:.3f} bfloat16, {epochs} epochs")


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    {"gradients": gradients, "vae": vae}[command](*map(int, rest))
