"""Compares every measure with another implementation."""

import sys
from pathlib import Path

import numpy as np

from anomalies import area
from claim import Data, Figure, claim
from models import Autoencoder
from generative import PCA, Mixture, Moments, evaluate

sys.path.append(str(Path(__file__).parents[2] / "bindings/python/tests"))
import references  # noqa: E402


@claim("agreement", "Each metric agrees with independent implementations")
def agreement(data: Data, seed: int):
    """How far each metric is from an independent implementation in double precision (numpy, SciPy or
    scikit-learn; the tests use the same ones), in millionths: the largest difference of its numbers, divided by
    the largest of them. The rows are 1,000 test images and 900 noisy training images, as pixels or as 64
    components."""
    count = min(1000, len(data.test))
    random = np.random.default_rng(seed)
    real, clean = data.test_rows[:count], data.rows[: count * 9 // 10]
    noisy = np.clip(clean + random.normal(0, 0.1, clean.shape), 0, 1).astype(np.float32)
    labels = data.train.labels()[: len(clean)]
    pca = PCA(64).fit(data.rows)
    a, b = pca.transform(real), pca.transform(noisy)

    def beside(name: str, ours, theirs) -> Figure:
        x, y = (np.atleast_1d(np.asarray(values, np.float64)) for values in (ours, theirs))
        most = np.abs(y).argmax()
        told = {"libgenerative": x.flat[most], "reference": y.flat[most]}
        off = np.abs(x - y).max() / np.abs(y).max()
        return Figure(name, 1e6 * off, "" if data.short else "<= 100", "ppm", told, 3)

    errors, decibels = references.row_errors(noisy, clean)
    found = evaluate.reconstruction(noisy, clean)
    yield beside("squared error: numpy", found[1:3], references.mean_and_error(errors))
    yield beside("signal-to-noise ratio: numpy", found[4:6], references.mean_and_error(decibels))
    alike = np.array([references.similarity(*pair) for pair in zip(noisy, clean)])
    yield beside("structural similarity: SciPy", found[6:], references.mean_and_error(alike))
    yield from beside_likelihoods(real, pca, seed, beside)
    parts = a[:300], a[300:500], a[500:]
    yield beside("Parzen window: numpy", evaluate.parzen(*parts), references.parzen(*parts))
    yield beside("moments: numpy", Moments.of(a).covariance, np.cov(a.astype(np.float64).T))
    yield beside("Frechet distance: SciPy", evaluate.frechet(a, b).distance, references.frechet(a, b))
    same = evaluate.kernel_distance(a[: len(b)], b, n_subsets=1, subset_size=len(b)).mean
    yield beside("kernel distance: numpy", same, references.kernel_distance(a[: len(b)], b))
    for names, k in (("precision, recall", 3), ("density, coverage", 5)):
        some = slice(0, 2) if k == 3 else slice(2, 4)
        ours, theirs = evaluate.precision_recall(a, b, k), references.precision_recall(a, b, k)
        yield beside(f"{names}: numpy", ours[some], theirs[some])
    yield beside("two-sample test: numpy", evaluate.two_sample(a, b)[:3], references.two_sample(a, b))
    medians = references.nearest(b, a[:500]), references.nearest(a[500:], a[:500])
    memorized = evaluate.memorization(a[:500], b, a[500:])
    yield beside("memorization: numpy", memorized[:3], (medians[0] / medians[1], *medians))
    from sklearn.neighbors import KNeighborsClassifier

    peer = KNeighborsClassifier(5, algorithm="brute").fit(b, labels)
    yield beside("nearest-neighbour class: scikit-learn", evaluate.neighbours(b, labels, a, 5), peer.predict(a))
    scale = np.float32(b.std())
    for loss, by in (("logistic", "scikit-learn"), ("squared_hinge", "SciPy")):
        ours = evaluate.linear(b / scale, labels, a, loss=loss, C=0.1)
        objective, weights, _ = getattr(references, loss)(b / scale, labels, 0.1)
        yield beside(f"linear classifier, {loss}: {by}", ours.objective, objective)
    model = Autoencoder(8, hidden=(64,), epochs=1, seed=seed).fit(clean).fit_threshold(clean, 0.95)
    scores = model.anomaly_scores(noisy)
    back = np.square(model.reconstruct(noisy).astype(np.float64) - noisy).sum((1, 2))
    yield beside("anomaly scores: numpy", scores, back)
    threshold = np.quantile(model.anomaly_scores(clean), 0.95)
    yield beside("anomaly threshold: numpy", model.threshold_, threshold)
    strange = labels > 4
    yield beside("area under the ROC curve: scikit-learn", area(scores, strange), references.area(scores, strange))


def beside_likelihoods(rows: np.ndarray, pca: PCA, seed: int, beside):
    """Likelihoods of a VAE made by hand from the components, whose likelihood is known; of PCA; of a
    mixture."""
    few = rows[:200].reshape(200, -1)
    noise = pca.noise_variance_
    factors = pca.components_.T.astype(np.float64) * np.sqrt(pca.explained_variance_ - noise)
    known = references.gaussian(few, pca.mean_, factors, noise)
    yield beside("likelihood of PCA: SciPy", pca.score_samples(few), known)
    vae = references.known_vae(pca.mean_, factors, noise)
    yield beside("importance-weighted likelihood: SciPy", vae.log_likelihood(few, n_samples=50, seed=seed), known)
    # With hardly any spread, the reconstruction is that of the mean, whatever is drawn.
    vae = references.known_vae(pca.mean_, factors, noise, scale=1e-4)
    means, log_variances = vae.encode(few)
    errors = np.square(vae.decode(means).reshape(few.shape).astype(np.float64) - few).sum(1)
    terms = vae.elbo(few, seed=seed)
    reconstruction = 0.5 * (errors / noise + few.shape[1] * np.log(2 * np.pi * noise))
    yield beside("ELBO, reconstruction: numpy", terms.reconstruction, reconstruction)
    yield beside("ELBO, divergence: numpy", terms.kl, references.divergence(means, log_variances))
    units = evaluate.active_units(means)
    yield beside("active units, variances: numpy", units.variances, means.astype(np.float64).var(0))
    Z = pca.transform(rows)[:, :8]
    mixture = Mixture.of(Z, 5, seed=seed)
    theirs = references.mixture(Z, mixture.weights, mixture.means, mixture.covariances)
    yield beside("density of a mixture: SciPy", mixture.score_samples(Z), theirs)
