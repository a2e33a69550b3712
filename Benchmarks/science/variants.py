"""Figures of sparse, contractive and tied autoencoders and of importance-weighted VAEs on Fashion-MNIST.

usage: variants.py [CLAIM ...] [--seeds 1 2 3] [--pictures FOLDER]

A JSON line for each claim: the figure of every seed beside its goal, and the seconds that all took. Status 1
when a goal is missed. Claims:

sparse-kl    1,024 sigmoid latents of one layer, KL to a mean of 0.05: the mean over test pictures and latents
sparse-l1    1,024 ReLU latents of one layer, L1: the share of zeros, and the squared error beside that of a
             PCA of as many components as latents are active
jacobian     the squared norm that a contractive autoencoder reports beside central differences: the error
contractive  how many times that norm falls against no penalty, and what it costs in squared error; one layer
             to 64 tanh latents, which a decoder may amplify again: 64-256-784
contractive-deep   the same of 784-256-64, SiLU and tanh, where the penalty is an estimate
tied         784-256-30 with one tensor of each weight: the squared error beside that of two tensors
iwae         784-200-200-50 with 5 importance samples: log-likelihood of test pictures, pixels drawn as coins,
             by 500 samples of each picture, and beside it that of the VAE
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from generative import PCA, VAE, Autoencoder, Dataset, binarize, image_grid, write_image

FOLDER = Path("/usr/share/datasets/fashion-mnist")
FIT = {"batch_size": 128, "learning_rate": 2e-3, "schedule": "cosine"}


def squared_error(model, pictures):
    """Summed over the pixels of a picture, the mean of pictures."""
    return float(np.mean(-model.score_samples(pictures)))


def filters(model, path, count=100):
    """What each of the latents that vary most adds to a picture: its column of a decoder of one layer."""
    zero = np.zeros((1, model.latent_size_), np.float32)
    unit = np.eye(model.latent_size_, dtype=np.float32)
    logits = [np.log(rows / (1 - rows)) for rows in (model.decode(zero), model.decode(unit))]
    columns = logits[1] - logits[0]
    order = np.argsort(-np.abs(columns).reshape(len(columns), -1).max(1))[:count]
    chosen = columns[order]
    chosen /= np.abs(chosen).max((1, 2), keepdims=True)
    write_image(path, image_grid(0.5 + 0.5 * chosen))


def sparse_kl(train, test, seed, pictures):
    model = Autoencoder(
        1024, hidden=(), latent_activation="sigmoid", sparsity="kl", sparsity_weight=0.5, sparsity_target=0.05,
        epochs=5, seed=seed, batch_size=256, learning_rate=5e-3, schedule="cosine",
    ).fit(train)  # fmt: skip
    means = model.encode(test).mean(0)
    if pictures:
        filters(model, pictures / f"filters-kl-{seed}.png")
    return {
        "mean": float(means.mean()),
        "latents within 20%": float(np.mean(np.abs(means / 0.05 - 1) < 0.2)),
        "squared error": squared_error(model, test),
    }


def sparse_l1(train, test, seed, pictures):
    model = Autoencoder(
        1024, hidden=(), latent_activation="relu", sparsity="l1", sparsity_weight=0.1, epochs=5, seed=seed, **FIT
    ).fit(train)
    active = float(np.mean((model.encode(test) > 0).sum(1)))
    pca = PCA(max(1, round(active))).fit(train)
    if pictures:
        filters(model, pictures / f"filters-l1-{seed}.png")
    return {
        "zeros": 1 - active / 1024,
        "active": active,
        "squared error": squared_error(model, test),
        "PCA's": float(np.square(test - pca.inverse_transform(pca.transform(test)).reshape(test.shape)).sum((1, 2)).mean()),
    }


def contraction(options, weight):
    def measure(train, test, seed, pictures):
        plain = Autoencoder(**options, seed=seed, **FIT).fit(train)
        model = Autoencoder(**options, contraction=weight, seed=seed, **FIT).fit(train)
        norms = [float(m.jacobian_norm(test[:2000]).mean()) for m in (plain, model)]
        errors = [squared_error(m, test) for m in (plain, model)]
        return {"norm falls": norms[0] / norms[1], "squared error": errors[1], "error rises": errors[1] / errors[0] - 1}

    return measure


def jacobian(train, test, seed, pictures):
    """The largest of a one-layer and a deep encoder."""
    errors = []
    for hidden in ((), (256,)):
        model = Autoencoder(
            64, hidden=hidden, activation="silu", latent_activation="tanh", contraction=0.01, epochs=1, seed=seed
        ).fit(train)
        rows = test[:20].reshape(20, -1)
        moved = np.repeat(rows[:, None], 2 * 784, 1)
        for pixel in range(784):
            moved[:, 2 * pixel, pixel] += 0.02
            moved[:, 2 * pixel + 1, pixel] -= 0.02
        steps = (moved[:, ::2] - moved[:, 1::2])[:, np.arange(784), np.arange(784)].astype(float)
        latents = model.encode(moved.reshape(-1, 28, 28)).reshape(20, 784, 2, -1).astype(float)
        differences = np.square((latents[:, :, 0] - latents[:, :, 1]) / steps[:, :, None]).sum((1, 2))
        errors.append(abs(model.jacobian_norm(test[:20]).mean() / differences.mean() - 1))
    return {"relative error": float(max(errors))}


def tied(train, test, seed, pictures):
    options = {"latent_size": 30, "hidden": (256,), "epochs": 5, "seed": seed, **FIT}
    free, model = Autoencoder(**options).fit(train), Autoencoder(**options, tied=True).fit(train)
    return {
        "squared error": squared_error(model, test), "untied": squared_error(free, test),
        "parameters": model.n_parameters_ / free.n_parameters_,
    }  # fmt: skip


def iwae(train, test, seed, pictures):
    flips = binarize(test, seed=seed)
    options = {
        "latent_size": 50, "hidden": (200, 200), "activation": "silu", "binarize": True, "epochs": 20, "seed": seed,
        "batch_size": 100, "learning_rate": 2e-3, "schedule": "cosine",
    }  # fmt: skip
    result = {}
    for name, samples in (("VAE", 1), ("IWAE-5", 5)):
        start = time.monotonic()
        model = VAE(**options, importance_samples=samples).fit(train)
        result[f"{name} seconds"] = time.monotonic() - start
        result[name] = float(model.log_likelihood(flips, n_samples=500, seed=seed).mean())
        result[f"{name} bound"] = -float(np.mean(np.sum(model.elbo(flips, seed=seed), 0)))
    return {"gain": result["IWAE-5"] - result["VAE"], **result}


ONE_LAYER = {"latent_size": 64, "hidden": (), "decoder_hidden": (256,), "latent_activation": "tanh", "epochs": 5}
DEEP = {"latent_size": 64, "hidden": (256,), "activation": "silu", "latent_activation": "tanh", "epochs": 5}
CLAIMS = {
    "sparse-kl": (sparse_kl, "mean", "0.04 to 0.06", lambda r: 0.04 <= r["mean"] <= 0.06),
    "sparse-l1": (sparse_l1, "zeros", "0.8, and an error below PCA's",
                  lambda r: r["zeros"] >= 0.8 and r["squared error"] < r["PCA's"]),
    "jacobian": (jacobian, "relative error", "0.001", lambda r: r["relative error"] <= 1e-3),
    "contractive": (contraction(ONE_LAYER, 0.1), "norm falls", "5 times at 10% more error",
                    lambda r: r["norm falls"] >= 5 and r["error rises"] <= 0.1),
    "contractive-deep": (contraction(DEEP, 0.1), "norm falls", "5 times at 10% more error",
                         lambda r: r["norm falls"] >= 5 and r["error rises"] <= 0.1),
    "tied": (tied, "squared error", "reported", lambda r: True),
    "iwae": (iwae, "gain", "reported", lambda r: True),
}  # fmt: skip


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claims", nargs="*", metavar="CLAIM", choices=[[], *CLAIMS])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--pictures", type=Path, help="leave pictures of filters in this folder")
    options = parser.parse_args(arguments)
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    train = Dataset.from_idx(FOLDER / "train-images-idx3-ubyte.gz")
    test = Dataset.from_idx(FOLDER / "t10k-images-idx3-ubyte.gz").read()
    reached = True
    for claim in options.claims or CLAIMS:
        measure, main_figure, goal, is_reached = CLAIMS[claim]
        start = time.monotonic()
        results = [measure(train, test, seed, options.pictures) for seed in options.seeds]
        line = {
            "claim": claim,
            "figure": [result[main_figure] for result in results],
            "goal": goal,
            "seeds": options.seeds,
            "seconds": round(time.monotonic() - start, 1),
            "details": {name: [result[name] for result in results] for name in results[0]},
            "reached": all(map(is_reached, results)),
        }
        print(json.dumps(line), flush=True)
        reached = reached and line["reached"]
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
