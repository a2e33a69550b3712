"""Claims about anomalies."""

import numpy as np

from claim import Data, Figure, claim
from models import Autoencoder, VAE
from generative import PCA, Dataset


def area(scores: np.ndarray, strange: np.ndarray) -> float:
    """The area under the receiver operating characteristic: how often a strange row has the higher score."""
    order = np.argsort(np.argsort(scores, kind="stable"), kind="stable") + 1
    positives = int(strange.sum())
    return float((order[strange].sum() - positives * (positives + 1) / 2) / (positives * (len(scores) - positives)))


@claim("anomaly", "Anomaly detection: one class for training, nine as anomalies")
def anomaly(data: Data, seed: int):
    """For each class, models are fitted to five sixths of its training images, and their thresholds to the 0.95
    quantile of the rest. Test images of the other nine classes are the anomalies. AUC is the area under the ROC
    curve, in percent, averaged over the ten classes. False alarms are the share of a class's own test images
    above the threshold, which should be 5. PCA with 30 components, an autoencoder 784-256-128-8 and a VAE with
    16 latents and a Gaussian decoder, 20 epochs each. The distance to the nearest training image is also shown,
    although it needs all training images in memory. Deep one-class methods are reported to reach 93."""
    labels, truth = data.train.labels(), data.test.labels()
    fit = {"epochs": data.epochs(20), "batch_size": 64, "learning_rate": 2e-3, "schedule": "cosine", "seed": seed}
    models = {
        "PCA": lambda: PCA(30),
        "autoencoder": lambda: Autoencoder(8, hidden=(256, 128), **fit),
        "VAE": lambda: VAE(16, hidden=(256,), activation="silu", likelihood="gaussian", **fit),
    }
    areas: dict[str, list[float]] = {name: [] for name in (*models, "nearest")}
    alarms: dict[str, list[float]] = {name: [] for name in models}
    for own in range(10):
        rows, strange = data.rows[labels == own], truth != own
        kept = len(rows) * 5 // 6
        for name, make in models.items():
            model = make().fit(rows[:kept]).fit_threshold(rows[kept:], 0.95)
            areas[name].append(100 * area(model.anomaly_scores(data.test), strange))
            alarms[name].append(100 * float(np.mean(model.predict(data.test_rows[~strange]) == -1)))
        _, distances = Dataset.from_array(rows[:kept], copy=False).nearest(data.test_rows)
        areas["nearest"].append(100 * area(distances[:, 0], strange))
    for name, each in areas.items():
        goal = data.goal(">= 95") if name in ("autoencoder",) else ""
        yield Figure(f"AUC, {name}", np.mean(each), goal, "%", {f"class {c}": a for c, a in enumerate(each)}, 1)
    for name, each in alarms.items():
        goal = "" if data.short or name != "PCA" else "<= 7"
        yield Figure(f"false alarms, {name}", np.mean(each), goal, "%", {f"class {c}": a for c, a in enumerate(each)}, 1)
