"""Claims about sparse, contractive and tied autoencoders, and importance-weighted VAEs."""

import numpy as np

from claim import Data, Figure, claim
from models import Autoencoder, VAE
from generative import PCA, binarize

FIT = {"batch_size": 128, "learning_rate": 2e-3, "schedule": "cosine"}


def squared_error(model, pictures):
    """Summed over a picture's pixels, averaged over pictures."""
    return float(np.mean(-model.score_samples(pictures)))


def filters(model, count=96):
    """What each of the most variable latents adds to a picture: its column of a decoder of one layer."""
    zero = np.zeros((1, model.latent_size_), np.float32)
    unit = np.eye(model.latent_size_, dtype=np.float32)
    logits = [np.log(rows / (1 - rows)) for rows in (model.decode(zero), model.decode(unit))]
    columns = logits[1] - logits[0]
    order = np.argsort(-np.abs(columns).reshape(len(columns), -1).max(1))[:count]
    chosen = columns[order]
    return 0.5 + 0.5 * chosen / np.abs(chosen).max((1, 2), keepdims=True)


@claim(
    "sparse", "Sparse autoencoders are sparse",
    pictures={"filters": "What latents of the L1 autoencoder add to an image"},
)  # fmt: skip
def sparse(data: Data, seed: int):
    """1,024 latents in one layer, 5 epochs. Sigmoid latents with a KL penalty towards a mean activation of 0.05:
    measured is their mean over test images and latents. ReLU latents with an L1 penalty: measured are the
    percentage of zeros, and the squared error relative to PCA with as many components as latents are active."""
    options = {"latent_size": 1024, "hidden": (), "epochs": data.epochs(5), "seed": seed, **FIT}
    model = Autoencoder(
        latent_activation="sigmoid", sparsity="kl", sparsity_weight=0.5, sparsity_target=0.05,
        **{**options, "batch_size": 256, "learning_rate": 5e-3},
    ).fit(data.train)  # fmt: skip
    means = model.encode(data.test).mean(0)
    within = 100 * float(np.mean(np.abs(means / 0.05 - 1) < 0.2))
    off = 100 * abs(float(means.mean()) / 0.05 - 1)
    beside = {"mean activation": float(means.mean()), "latents within 20%": within}
    yield Figure("KL: mean activation, difference from 0.05", off, data.goal("<= 20", "<= 20"), "%", beside, 2)
    model = Autoencoder(latent_activation="relu", sparsity="l1", sparsity_weight=0.1, **options).fit(data.train)
    active = float(np.mean((model.encode(data.test) > 0).sum(1)))
    yield Figure("L1: zero latents", 100 * (1 - active / 1024), data.goal(">= 80", ">= 80"), "%", {"active": active}, 1)
    pca = PCA(max(1, round(active))).fit(data.rows)
    rows = data.test_rows.reshape(len(data.test_rows), -1)
    other = float(np.square(rows - pca.inverse_transform(pca.transform(rows))).sum(1).mean())
    error = squared_error(model, data.test)
    beside = {"error": error, "PCA error": other}
    yield Figure("L1: squared error / PCA's", error / other, data.goal("<= 1", "<= 1"), "", beside, 3)
    data.picture("filters", seed, filters(model), 16)


def jacobian_error(data: Data, seed: int, hidden: tuple) -> float:
    """The relative error of a contractive autoencoder's squared Jacobian norm, compared with central
    differences."""
    model = Autoencoder(
        64, hidden=hidden, activation="silu", latent_activation="tanh", contraction=0.01, epochs=1, seed=seed
    ).fit(data.train)
    rows = data.test_rows[:20].reshape(20, -1)
    moved = np.repeat(rows[:, None], 2 * 784, 1)
    for pixel in range(784):
        moved[:, 2 * pixel, pixel] += 0.02
        moved[:, 2 * pixel + 1, pixel] -= 0.02
    steps = (moved[:, ::2] - moved[:, 1::2])[:, np.arange(784), np.arange(784)].astype(float)
    latents = model.encode(moved.reshape(-1, 28, 28)).reshape(20, 784, 2, -1).astype(float)
    differences = np.square((latents[:, :, 0] - latents[:, :, 1]) / steps[:, :, None]).sum((1, 2))
    return float(abs(model.jacobian_norm(data.test_rows[:20]).mean() / differences.mean() - 1))


@claim("contractive", "Contractive autoencoders contract")
def contractive(data: Data, seed: int):
    """The squared norm of the encoder's Jacobian, as the library reports it, compared with central differences
    (relative error). Then, on 2,000 test images, the factor by which the penalty reduces the norm, and the
    resulting increase of the squared error, in percent. One encoder has a single layer of 64 tanh latents; the
    other is 784-256-64 with SiLU and tanh, where the penalty is an estimate. 5 epochs."""
    goal = data.goal("<= 0.001", "<= 0.001")
    yield Figure("one layer: relative error of the norm", jacobian_error(data, seed, ()), goal, "", {}, 6)
    yield Figure("two layers: relative error of the norm", jacobian_error(data, seed, (256,)), goal, "", {}, 6)
    one = {"latent_size": 64, "hidden": (), "decoder_hidden": (256,), "latent_activation": "tanh"}
    two = {"latent_size": 64, "hidden": (256,), "activation": "silu", "latent_activation": "tanh"}
    for name, options in (("one layer", one), ("two layers", two)):
        options = {**options, "epochs": data.epochs(5), "seed": seed, **FIT}
        plain = Autoencoder(**options).fit(data.train)
        model = Autoencoder(**options, contraction=0.06).fit(data.train)
        norms = [float(m.jacobian_norm(data.test_rows[:2000]).mean()) for m in (plain, model)]
        errors = [squared_error(m, data.test) for m in (plain, model)]
        yield Figure(f"{name}: norm reduction factor", norms[0] / norms[1], data.goal(">= 5", ">= 5"), "", {}, 1)
        more = 100 * (errors[1] / errors[0] - 1)
        yield Figure(f"{name}: increase in error", more, data.goal("<= 10", "<= 10"), "%", {"error": errors[1]}, 1)


@claim("tied", "Tied weights cost little")
def tied(data: Data, seed: int):
    """The squared error of a 784-256-30 autoencoder whose decoder shares the encoder's weights, and of the same
    network untied; 5 epochs. The last column is the ratio of parameter counts."""
    options = {"latent_size": 30, "hidden": (256,), "epochs": data.epochs(5), "seed": seed, **FIT}
    free, model = Autoencoder(**options).fit(data.train), Autoencoder(**options, tied=True).fit(data.train)
    beside = {"untied": squared_error(free, data.test), "parameters": model.n_parameters_ / free.n_parameters_}
    yield Figure("squared error", squared_error(model, data.test), "", "", beside, 2)


@claim("iwae", "Importance-weighted autoencoders")
def iwae(data: Data, seed: int):
    """784-200-200-50, SiLU, with randomly binarized pixels, trained with 5 importance samples (IWAE) and with one
    (VAE), 20 epochs. Measured are the log-likelihood of the first 2,000 test images, by 500 samples each, and
    the bounds."""
    flips = binarize(data.test_rows[:2000], seed=seed)
    options = {
        "latent_size": 50, "hidden": (200, 200), "activation": "silu", "binarize": True, "batch_size": 100,
        "epochs": data.epochs(20), "seed": seed, "learning_rate": 2e-3, "schedule": "cosine",
    }  # fmt: skip
    found = {}
    for name, samples in (("VAE", 1), ("IWAE", 5)):
        model = VAE(**options, importance_samples=samples).fit(data.train)
        found[name] = float(model.log_likelihood(flips, n_samples=500, seed=seed).mean())
        found[f"{name} bound"] = -float(np.mean(np.sum(model.elbo(flips, seed=seed), 0)))
    yield Figure("IWAE gain over VAE", found["IWAE"] - found["VAE"], "", "nats", found)
