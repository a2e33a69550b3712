"""What latents are worth to classifiers with few labels, and to clustering."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from claim import Data, Figure, claim
from gans import linear_accuracy
from models import Autoencoder, VAE
from generative import PCA, Mixture, evaluate

FIT = {"batch_size": 128, "schedule": "cosine", "learning_rate": 3e-3, "warm_up": 0.5}


def latents(data: Data, size: int, seed: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The latents of 20,000 training images and of the test images, by an autoencoder, a VAE and PCA that are
    fitted to these training images without labels, divided by their standard deviations. A VAE's latents are
    the means; those that it does not use are left out."""
    unlabelled, fit = data.train.slice(0, min(20_000, len(data.train))), {**FIT, "epochs": data.epochs(10)}
    rows = unlabelled.read()
    ae = Autoencoder(size, hidden=(512, 256), seed=seed, **fit)
    ae = data.fitted(f"autoencoder-{size}-unlabelled", ae, unlabelled)
    vae = VAE(size, hidden=(512, 256), activation="silu", likelihood="gaussian", seed=seed, **fit)
    vae = data.fitted(f"vae-{size}-unlabelled", vae, unlabelled)
    pca = PCA(size).fit(rows)
    used = evaluate.active_units(vae.encode(rows)[0]).variances > 0.01
    found = {
        "autoencoder": (ae.encode(rows), ae.encode(data.test_rows)),
        "VAE": tuple(vae.encode(each)[0][:, used] for each in (rows, data.test_rows)),
        "PCA": (pca.transform(rows), pca.transform(data.test_rows)),
    }
    return {name: (train / train.std(0), test / train.std(0)) for name, (train, test) in found.items()}


@claim("few-labels", "Latents as features for a classifier with 1,000 labels")
def few_labels(data: Data, seed: int):
    """The accuracy on test images, in percent, of a linear classifier (squared hinge loss, C = 0.01) that sees the
    labels of 1,000 training images. Its features are 64 latents of an autoencoder 784-512-256-64 and of a VAE of
    the same size with a Gaussian decoder, both fitted to 20,000 images without labels for 10 epochs (Kingma et al.
    2014 call a VAE with a classifier on its latents M1), and 64 principal components of the same images, all with a
    standard deviation of 1. The last columns are the same classifier on pixels, and the number of features. The
    features of a DCGAN's discriminator reach 81.33 (the claim features)."""
    rows, test_rows = (each.reshape(len(each), -1) for each in (data.rows, data.test_rows))
    pixels = linear_accuracy(data, rows, test_rows, 1000, 0.01)
    for name, (train, test) in latents(data, 64, seed).items():
        yield Figure(name, linear_accuracy(data, train, test, 1000, 0.01), "", "%", {"pixels": pixels, "features": train.shape[1]})


def matched(clusters: np.ndarray, truth: np.ndarray) -> float:
    """The percentage of rows whose cluster stands for their class, with the best one-to-one assignment of
    clusters to classes (the Hungarian method)."""
    counts = np.zeros((10, 10), np.int64)
    np.add.at(counts, (clusters, truth), 1)
    return 100 * float(counts[linear_sum_assignment(counts, maximize=True)].sum()) / len(truth)


@claim("clusters", "Classes found as clusters of latents")
def clusters(data: Data, seed: int):
    """The percentage of test images whose cluster stands for their class, with the best one-to-one assignment of ten
    clusters to ten classes. The clusters are the components of a Gaussian mixture with full covariances, the
    likeliest of five fits, on ten latents of an autoencoder 784-512-256-10, of a VAE of the same size with a
    Gaussian decoder, and of PCA, fitted to 20,000 images for 10 epochs. The last columns are k-means on the same
    latents and on pixels, by scikit-learn."""
    from sklearn.cluster import KMeans

    truth = data.test.labels()

    def means(train: np.ndarray, test: np.ndarray) -> float:
        return matched(KMeans(10, n_init=3, random_state=seed).fit(train).predict(test), truth)

    pixels = means(data.rows[:20_000].reshape(-1, 784), data.test_rows.reshape(-1, 784))
    for name, (train, test) in latents(data, 10, seed).items():
        mixture = Mixture.of(train, 10, n_starts=5, regularization=1e-3, seed=seed)
        beside = {"k-means": means(train, test), "k-means, pixels": pixels}
        yield Figure(name, matched(mixture.predict(test), truth), "", "%", beside)
