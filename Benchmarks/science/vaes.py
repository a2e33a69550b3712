"""Claims about variational autoencoders."""

import numpy as np
import safetensors.numpy

from claim import Data, Figure, claim
from models import VAE
from generative import PCA, binarize, evaluate


@claim("linear-vae", "A linear VAE reaches probabilistic PCA's likelihood")
def linear_vae(data: Data, seed: int):
    """A VAE without hidden layers, with 20 latents and a Gaussian decoder of learned variance, on centred images.
    The optimum of its bound is the likelihood of probabilistic PCA (Lucas et al. 2019). Measured are the gap
    between the bound and that optimum on the training images, the learned variance compared with the closed
    form, and the likelihood of test images by importance sampling, K = 20. Adam 2e-3 with a cosine schedule,
    batch 100, 150 epochs."""
    rows = data.rows.reshape(len(data.rows), -1)
    mean = rows.mean(0)
    train, test = rows - mean, data.test_rows.reshape(len(data.test_rows), -1) - mean
    pca = PCA(20).fit(train)
    model = VAE(
        20, hidden=(), likelihood="gaussian", output_activation="identity", initializer="normal_002",
        epochs=data.epochs(150), batch_size=100, learning_rate=2e-3, schedule="cosine", warm_up=1, seed=seed,
    ).fit(train)  # fmt: skip
    optimum, bound = pca.score(train), -np.mean(np.add(*model.elbo(train, n_samples=4, seed=seed)))
    beside = {"VAE": bound, "probabilistic PCA": optimum}
    yield Figure("gap between bound and optimum", optimum - bound, data.goal("<= 0.1", "<= 0.1"), "nats", beside, 3)
    off = 100 * abs(learned_variance(model) / pca.noise_variance_ - 1)
    yield Figure("relative error of the variance", off, data.goal("<= 1", "<= 1"), "%", {}, 3)
    weighted = np.mean(model.log_likelihood(test, n_samples=20, seed=seed))
    closed = pca.score(test)
    goal, beside = data.goal("<= 0.1", "<= 0.1"), {"VAE": weighted, "probabilistic PCA": closed}
    yield Figure("difference in test likelihood", abs(weighted - closed), goal, "nats", beside, 3)


def learned_variance(model: VAE) -> float:
    """The variance of a Gaussian decoder, from the model's file: a single number in its last layer is the
    logarithm."""
    tensors = safetensors.numpy.load(model.to_bytes("weights"))
    (logarithm,) = (values for name, values in tensors.items() if name.endswith("log_variance"))
    return float(np.exp(logarithm[0]))


def picture_vae(data: Data, seed: int) -> VAE:
    return data.fitted("vae", VAE(
        32, hidden=(512, 512), activation="silu", binarize=True, epochs=data.epochs(60), batch_size=100,
        learning_rate=2e-3, schedule="cosine", seed=seed,
    ))  # fmt: skip


@claim("vae", "The likelihood of test images under a VAE", pictures={"vae": "Samples"})
def likelihood(data: Data, seed: int):
    """log p(x) of the test images by importance sampling with K = 5,000 latents each. Pixels are binarized at
    random: anew at each training step, and once for the test images. 784-512-512-32, SiLU, Adam 2e-3 with a
    cosine schedule, batch 100, 60 epochs. No model can exceed -189.86, the negative entropy of the
    binarization; a model of independent pixels reaches -385.02. The bound is the ELBO (K = 1)."""
    model = picture_vae(data, seed)
    flips = binarize(data.test_rows, seed=seed)
    bound = -np.add(*model.elbo(flips, seed=seed))
    few, many = (
        evaluate.estimate(model.log_likelihood(flips, n_samples=n, seed=seed))
        for n in ((5, 50) if data.short else (500, 5000))
    )
    active = evaluate.active_units(model.encode(flips)[0]).n_active
    beside = {"bound": float(np.mean(bound)), "K = 500": few.mean, "standard error": many.standard_error}
    beside["active of 32"] = active
    yield Figure("log-likelihood", many.mean, data.goal(">= -232", ">= -86.8"), "nats", beside)
    data.picture("vae", seed, model.sample(96, seed=seed), 16)
