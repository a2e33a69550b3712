"""The likelihood experiments of Kingma & Welling (2014)."""

from __future__ import annotations

import numpy as np
import safetensors.numpy
from scipy.special import logsumexp

from claim import Data, Figure, claim
from models import VAE
from generative import binarize, evaluate

FIT = {
    "activation": "tanh", "binarize": True, "batch_size": 100, "learning_rate": 2e-3, "schedule": "cosine",
}  # fmt: skip


@claim("latent-count", "Superfluous latents do not overfit")
def latent_count(data: Data, seed: int):
    """The bound on the log-likelihood of test images, in nats, of VAEs with 3, 5, 10, 20 and 200 latents (Kingma &
    Welling 2014, figure 2), and how far the bound on the training images exceeds it. One hidden layer of 200 tanh
    units, randomly binarized pixels, 5,000 training images (the paper: 500 units, all of MNIST), with which
    overfitting would show soon; Adam 2e-3 with a cosine schedule, batch 100, 100 epochs. The last columns are the
    bound on training images, and the latents that are used (Burda et al. 2016)."""
    train = data.train.slice(0, 500 if data.short else 5000)
    known, unseen = (binarize(rows, seed=seed) for rows in (train.read(), data.test_rows))
    bounds, gaps = {}, {}
    for latents in (3, 5, 10, 20, 200):
        model = VAE(latents, hidden=(200,), epochs=data.epochs(100), seed=seed, **FIT).fit(train)
        seen, bounds[latents] = (-float(np.mean(np.add(*model.elbo(rows, seed=seed)))) for rows in (known, unseen))
        gaps[latents] = seen - bounds[latents]
        beside = {"training bound": seen, "active": evaluate.active_units(model.encode(unseen)[0]).n_active}
        yield Figure(f"{latents} latents", bounds[latents], "", "nats", beside)
    lost, widened = bounds[20] - bounds[200], gaps[200] - gaps[20]
    yield Figure("bound lost from 20 to 200 latents", lost, data.goal("<= 1", "<= 1"), "nats")
    yield Figure("gap to the training bound widened from 20 to 200", widened, data.goal("<= 1", "<= 1"), "nats")


class Posterior:
    """log p(x, z) of a VAE with one hidden tanh layer and a Bernoulli decoder, from its weights, in Double."""

    def __init__(self, model: VAE, rows: np.ndarray) -> None:
        tensors = safetensors.numpy.load(model.to_bytes("weights"))
        self.layers = [
            [tensors[f"decoder.{layer}.{name}"].astype(np.float64) for name in ("weight", "bias")] for layer in (0, 1)
        ]
        self.rows = rows.reshape(len(rows), -1).astype(np.float64)

    def __call__(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """log p(x, z) of each row, (n,), and its gradient, (n, latents)."""
        (W, b), (V, c) = self.layers
        h = np.tanh(z @ W.T + b)
        logits = h @ V.T + c
        # log p(x | z) = x l - log(1 + exp(l)), summed over pixels.
        e = np.exp(-np.abs(logits))
        density = (self.rows * logits - np.maximum(logits, 0) - np.log1p(e)).sum(1)
        density -= 0.5 * np.square(z).sum(1) + 0.5 * z.shape[1] * np.log(2 * np.pi)
        dlogits = self.rows - np.where(logits >= 0, 1, e) / (1 + e)
        return density, ((dlogits @ V) * (1 - h * h)) @ W - z


def hamiltonian(
    density: Posterior, z: np.ndarray, burn_in: int, count: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, float]:
    """Hamiltonian Monte Carlo with five leapfrog steps, one chain for each row (Neal 2011). During the burn-in each
    row's step size is adapted to accept nine of ten proposals. The samples, (count, n, latents), their log p(x, z),
    (count, n), and the share of accepted proposals."""
    step, (energy, gradient) = np.full((len(z), 1), 0.1), density(z)
    samples, energies, accepted = [], [], []
    for iteration in range(burn_in + count):
        momentum = random.normal(size=z.shape)
        start = energy - 0.5 * np.square(momentum).sum(1)
        moved, there, slope = z, energy, gradient
        # A step size drawn anew keeps the trajectories from being periodic.
        length = step * random.uniform(0.8, 1.2, step.shape)
        for _ in range(5):
            momentum = momentum + 0.5 * length * slope
            moved = moved + length * momentum
            there, slope = density(moved)
            momentum = momentum + 0.5 * length * slope
        yes = np.log(random.uniform(size=len(z))) < there - 0.5 * np.square(momentum).sum(1) - start
        z, gradient = (np.where(yes[:, None], new, old) for new, old in ((moved, z), (slope, gradient)))
        energy = np.where(yes, there, energy)
        if iteration < burn_in:
            step *= np.where(yes, 1.02, 1.02**-9)[:, None]
        else:
            samples.append(z), energies.append(energy), accepted.append(yes)
    return np.array(samples), np.array(energies), float(np.mean(accepted))


def moments(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean and covariance of each row's samples, (n, latents) and (n, latents, latents)."""
    mean = samples.mean(0)
    away = samples - mean
    return mean, np.einsum("snk,snl->nkl", away, away) / len(samples)


def log_mean(logarithms: np.ndarray) -> np.ndarray:
    """The logarithm of the mean over the first axis."""
    return logsumexp(logarithms, axis=0) - np.log(len(logarithms))


def reciprocal_estimate(samples: np.ndarray, energies: np.ndarray) -> np.ndarray:
    """log p(x) of each row, from samples of its posterior: 1 / p(x) is the mean of q(z) / p(x, z) for any density q
    (Kingma & Welling 2014, appendix D). q is a Gaussian fitted to the first half of the samples, with half their
    covariance, so that its tails are lighter than the posterior's. The mean is over the second half."""
    half, size = len(samples) // 2, samples.shape[2]
    mean, covariance = moments(samples[:half])
    covariance *= 0.5
    away = samples[half:] - mean
    squares = np.einsum("snk,nkl,snl->sn", away, np.linalg.inv(covariance), away)
    log_q = -0.5 * (squares + np.linalg.slogdet(covariance)[1] + size * np.log(2 * np.pi))
    return -log_mean(log_q - energies[half:])


def importance_estimate(density: Posterior, samples: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """log p(x) of each row, by importance sampling from a Gaussian fitted to samples of its posterior, with 1.5 times
    their covariance, so that its tails are heavier than the posterior's."""
    mean, covariance = moments(samples)
    factor = np.linalg.cholesky(1.5 * covariance)
    scale = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(1) + 0.5 * mean.shape[1] * np.log(2 * np.pi)
    ratios = []
    for _ in range(count):
        noise = random.normal(size=mean.shape)
        energy = density(mean + np.einsum("nkl,nl->nk", factor, noise))[0]
        ratios.append(energy + 0.5 * np.square(noise).sum(1) + scale)
    return log_mean(np.array(ratios))


@claim("hmc", "The likelihood by Hamiltonian Monte Carlo agrees with importance sampling")
def hmc(data: Data, seed: int):
    """log p(x) of 100 test images under a VAE with 3 latents and 100 hidden tanh units, fitted to the first 1,000 and
    10,000 training images, by Kingma & Welling's estimator from samples of the posterior (2014, appendix D), and by
    importance sampling, 5,000 latents from a Gaussian fitted to those samples. The Hamiltonian Monte Carlo is written
    in numpy in double precision, from the decoder's weights in the model's file: five leapfrog steps, 200 iterations of
    burn-in, then 2,000 samples, half of them to fit a Gaussian and half for the estimate. Measured is the difference of
    the mean log-likelihoods, in nats and in its standard errors over the images. Those are small, so the bias of a
    finite chain can exceed them. The last column is importance sampling as the library does it, with 5,000 latents from
    the encoder: it is lower, because for a few images the encoder's Gaussian lies beside the posterior. Randomly
    binarized pixels, Adam 2e-3 with a cosine schedule, batch 100; 200 and 20 epochs, as many steps for both."""
    rows = binarize(data.test_rows[:100], seed=seed)
    burn_in, draws, importance = (20, 100, 100) if data.short else (200, 2000, 5000)
    for count, epochs in ((1000, 200), (10_000, 20)):
        known = data.train.slice(0, min(count, len(data.train)))
        model = VAE(3, hidden=(100,), epochs=data.epochs(epochs), seed=seed, **FIT).fit(known)
        by_encoder = model.log_likelihood(rows, n_samples=importance, seed=seed)
        start = model.encode(rows)[0].astype(np.float64)
        density, random = Posterior(model, rows), np.random.default_rng(seed)
        samples, energies, accepted = hamiltonian(density, start, burn_in, draws, random)
        sampled = reciprocal_estimate(samples, energies)
        weighted = importance_estimate(density, samples, importance, random)
        away = evaluate.estimate(sampled - weighted)
        beside = {
            "HMC": sampled.mean(), "importance sampling": weighted.mean(), "standard error": away.standard_error,
            "accepted %": 100 * accepted, "by the encoder": by_encoder.mean(),
        }  # fmt: skip
        beside = {name: float(value) for name, value in beside.items()}
        told = f"{count:,} training images"
        yield Figure(f"{told}: difference", abs(away.mean), data.goal("<= 0.1", "<= 0.1"), "nats", beside, 3)
        errors = abs(away.mean) / away.standard_error
        yield Figure(f"{told}: difference in standard errors", errors)
