"""Whether latents stand for the known factors of drawn faces."""

from __future__ import annotations

import numpy as np

from claim import Data, Figure, claim
from models import VAE
from generative import PCA, evaluate, faces, latents


def information_gap(Z: np.ndarray, factors: np.ndarray, bins: int = 20) -> float:
    """The mutual information gap: how much more the best latent of a factor knows of it than the second, relative
    to the factor's entropy, averaged over factors (Chen et al. 2018). Latents and factors are sorted into bins that
    hold equally many rows, so that each factor's entropy is the logarithm of their number."""
    from sklearn.metrics import mutual_info_score

    def binned(columns: np.ndarray) -> np.ndarray:
        ranks = columns.argsort(0, kind="stable").argsort(0, kind="stable")
        return (ranks * bins // len(columns)).T

    known = binned(Z)
    best = np.sort([[mutual_info_score(latent, factor) for latent in known] for factor in binned(factors)])
    return float((best[:, -1] - best[:, -2]).mean() / np.log(bins))


def disentanglement(Z: np.ndarray, factors: np.ndarray, seed: int) -> tuple[float, float, float]:
    """Disentanglement, completeness and informativeness (Eastwood & Williams 2018). A random forest for each factor
    says how important each latent is. Disentanglement is 1 if each latent is important for one factor only,
    completeness if each factor needs one latent only; informativeness is the forests' mean R^2 on a held-out fifth
    of the rows."""
    from sklearn.ensemble import RandomForestRegressor

    kept, importance, explained = len(Z) * 4 // 5, np.empty((Z.shape[1], factors.shape[1])), []
    for place, factor in enumerate(factors.T):
        forest = RandomForestRegressor(20, max_depth=8, random_state=seed).fit(Z[:kept], factor[:kept])
        importance[:, place] = forest.feature_importances_
        explained.append(max(0.0, forest.score(Z[kept:], factor[kept:])))

    def focused(rows: np.ndarray) -> np.ndarray:
        shares = rows / (rows.sum(1, keepdims=True) + 1e-12)
        return 1 + (shares * np.log(shares + 1e-12)).sum(1) / np.log(rows.shape[1])

    # A factor counts for as much of its importance as the forest explains.
    importance *= explained
    weights = importance.sum(1) / importance.sum()
    complete = focused(importance.T)[np.array(explained) > 0.1]
    return float(weights @ focused(importance)), float(complete.mean()), float(np.mean(explained))


@claim(
    "disentangling", "A larger beta disentangles the factors of drawn faces", on_pictures=False,
    pictures={"disentangling": "Traversals with beta = 16: in each row one latent changes, most used latents first"},
)  # fmt: skip
def disentangling(data: Data, seed: int):
    """The mutual information gap (Chen et al. 2018) between ten latents of a beta-VAE (Higgins et al. 2017) and the
    ten factors of 5,000 unseen drawn faces, such as skin tone and hair length, for beta = 1, 4 and 16. The other
    columns are disentanglement, completeness and informativeness (Eastwood & Williams 2018), by random forests, the
    reconstruction's squared error, and the latents that are used. 10,000 gray faces, 32 x 32, VAE 1024-256-128-10,
    SiLU, Gaussian decoder with variance 0.02, Adam 2e-3 with a cosine schedule, batch 100, 15 epochs. A gap of 1
    means one latent for each factor. The last row is PCA with ten components."""
    count, size = (500, 500) if data.short else (10_000, 5000)
    drawn, unseen = faces(count, channels=1, seed=seed), faces(size, channels=1, seed=seed + 1000)
    rows, truth = unseen.read(), unseen.factors()

    def told(name: str, Z: np.ndarray, back: np.ndarray) -> Figure:
        fair, complete, informative = disentanglement(Z, truth, seed)
        beside = {"disentanglement": fair, "completeness": complete, "informativeness": informative}
        beside["error"] = evaluate.squared_error(back.reshape(rows.shape), rows)
        beside["used latents"] = evaluate.active_units(Z).n_active
        return Figure(name, information_gap(Z, truth), "", "", beside, 3)

    gaps = {}
    for beta in (1, 4, 16):
        model = VAE(
            10, hidden=(256, 128), activation="silu", likelihood="gaussian", variance=0.02, beta=beta,
            epochs=data.epochs(15), batch_size=100, learning_rate=2e-3, schedule="cosine", seed=seed,
        ).fit(drawn)  # fmt: skip
        means = model.encode(rows)[0]
        figure = told(f"gap, beta = {beta}", means, model.decode(means))
        gaps[beta] = figure.value
        yield figure
    used = np.argsort(-evaluate.active_units(means).variances)[:8]
    moved = latents.traverse(np.zeros(10), used, n_steps=10).reshape(-1, 10)
    data.picture("disentangling", seed, model.decode(moved), 10)
    pca = PCA(10).fit(drawn.read().reshape(count, -1))
    Z = pca.transform(rows.reshape(size, -1))
    yield told("gap, PCA", Z, pca.inverse_transform(Z))
    yield Figure("gap, beta = 16 / beta = 1", gaps[16] / gaps[1], "" if data.short else ">= 2", "", {}, 2)
