"""Claims about principal component analysis, and about networks that should give the same result."""

import numpy as np

from claim import Data, Figure, claim
from models import Autoencoder
from generative import PCA, evaluate

#: The squared errors of Fashion-MNIST's test pictures through k components, by numpy in Double.
REFERENCE = {
    1: 48.119, 2: 36.139, 5: 26.097, 10: 19.092, 16: 16.030, 20: 14.664, 30: 12.243, 32: 11.872, 50: 9.396,
    64: 8.129, 100: 6.005, 128: 4.949, 200: 3.202,
}  # fmt: skip


@claim("pca", "PCA's errors match the reference")
def errors(data: Data, seed: int):
    """The squared error of a test image reconstructed from k components, with PCA fitted to all training images.
    The reference column is computed in double precision with numpy. Nothing is random, so all seeds agree."""
    pca = PCA(200).fit(data.train)
    Z, farthest = pca.transform(data.test), 0.0
    for k, reference in REFERENCE.items():
        kept = Z.copy()
        kept[:, k:] = 0
        error = evaluate.squared_error(pca.inverse_transform(kept), data.test_rows.reshape(len(Z), -1))
        known = data.name == "Fashion-MNIST" and not data.short
        yield Figure(f"k = {k}", error, "", "", {"reference": reference} if known else {}, 3)
        farthest = max(farthest, abs(error - reference))
    if known:
        yield Figure("largest difference from the reference", farthest, "<= 0.0006", "", {}, 4)


def spring(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A ball on a spring seen by three cameras for ten minutes at 120 Hz, and the direction of the motion in
    their six numbers."""
    random = np.random.default_rng(seed)
    motion = np.cos(2 * np.pi * np.arange(72_000) / 120)
    cameras = np.linalg.qr(random.normal(size=(3, 3, 3)))[0][:, :2]
    seen = np.concatenate([camera[:, 0] for camera in cameras])
    rows = np.outer(motion, seen) + random.normal(0, 0.01 * motion.std(), (len(motion), 6))
    return rows.astype(np.float32), seen / np.linalg.norm(seen)


@claim("tutorial", "Shlens's tutorial: where PCA works, and where it fails", on_pictures=False)
def tutorial(data: Data, seed: int):
    """Three cameras record one motion as six numbers with 1% noise; a single component explains it. The phase of
    a Ferris wheel is not linear: one component keeps half of the variance, and a 2-16-1-16-2 autoencoder keeps
    nearly all of it. Two Laplacian directions 35 degrees apart are not orthogonal, so PCA does not find them."""
    rows, truth = spring(seed)
    pca = PCA(6).fit(rows)
    yield Figure("spring: variance explained by one component", 100 * pca.explained_variance_ratio_[0], ">= 99.9", "%", {}, 3)
    miss = max(0.0, 1 - abs(float(pca.components_[0].astype(np.float64) @ truth)))
    yield Figure("spring: 1 - cosine to the true direction", miss, "<= 1e-6", "", {}, 9)
    random = np.random.default_rng(seed)
    phase = random.uniform(0, 2 * np.pi, 5000)
    wheel = np.stack([np.cos(phase), np.sin(phase)], 1).astype(np.float32)
    kept = 100 * PCA(1).fit(wheel).explained_variance_ratio_[0]
    model = Autoencoder(
        1, hidden=(16,), activation="relu", output_activation="identity", epochs=data.epochs(400), batch_size=64,
        learning_rate=1e-2, schedule="cosine", seed=seed,
    ).fit(wheel)  # fmt: skip
    lost = evaluate.squared_error(model.reconstruct(wheel).reshape(wheel.shape), wheel)
    share = 100 * (1 - lost / float(wheel.var(0).sum()))
    yield Figure("Ferris wheel: variance kept by one latent", share, "" if data.short else ">= 97", "%", {"PCA": kept}, 2)
    axes = np.array([[1, 0], [np.cos(np.radians(35)), np.sin(np.radians(35))]])
    laplacian = (random.laplace(size=(50_000, 2)) @ axes).astype(np.float32)
    cosines = np.abs(PCA(2).fit(laplacian).components_ @ axes.T)
    nearest = np.degrees(np.arccos(np.clip(cosines.max(1), 0, 1))).min()
    yield Figure("two directions: smallest angle to a component", nearest, ">= 10", "degrees", {}, 1)


@claim("linear-autoencoder", "A linear autoencoder finds the principal subspace")
def linear_autoencoder(data: Data, seed: int):
    """A 784-10-784 network without biases on centred images. Its only minimum is the subspace of the first
    principal components (Baldi & Hornik 1989). Measured are how far its error exceeds PCA's, in percent, and
    the largest angle between the two subspaces. Adam 1e-3 with a cosine schedule, batch 128, 10 epochs."""
    rows = data.rows.reshape(len(data.rows), -1)
    centred = rows - rows.mean(0)
    pca = PCA(10).fit(centred)
    best = evaluate.squared_error(pca.inverse_transform(pca.transform(centred)), centred)
    model = Autoencoder(
        10, hidden=(), bias=False, output_activation="identity", epochs=data.epochs(10), learning_rate=1e-3,
        schedule="cosine", seed=seed,
    ).fit(centred)  # fmt: skip
    excess = 100 * (evaluate.squared_error(model.reconstruct(centred).reshape(centred.shape), centred) / best - 1)
    yield Figure("error above the optimum", excess, data.goal("<= 0.1", "<= 0.1"), "%", {}, 4)
    basis = np.linalg.qr(model.decode(np.eye(10, dtype=np.float32)).reshape(10, -1).astype(np.float64).T)[0]
    cosines = np.linalg.svd(pca.components_.astype(np.float64) @ basis, compute_uv=False)
    angle = float(np.degrees(np.arccos(np.clip(cosines.min(), 0, 1))))
    yield Figure("largest angle", angle, data.goal("<= 1", "<= 1"), "degrees", {}, 2)
