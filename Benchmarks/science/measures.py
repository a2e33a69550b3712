"""The measures of samples, for models and for rows that are worse in known ways."""

import numpy as np

from claim import Data, Figure, claim
from gans import dcgan, dense_gan, judge
from generative import PCA, evaluate
from vaes import picture_vae
from autoencoders import deep_autoencoder


def degraded(rows: np.ndarray, labels: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Real rows made worse, a little and then more: every measure must rise with that."""
    random = np.random.default_rng(seed)
    images = rows.reshape(-1, 28, 28)

    def blurred(times: int) -> np.ndarray:
        out = images
        for _ in range(times):
            padded = np.pad(out, ((0, 0), (1, 1), (1, 1)), "edge")
            out = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
            out = (out[:, :, :-2] + 2 * out[:, :, 1:-1] + out[:, :, 2:]) / 4
        return out

    def noisy(deviation: float) -> np.ndarray:
        return np.clip(images + random.normal(0, deviation, images.shape), 0, 1)

    def without(classes: int) -> np.ndarray:
        return images[random.choice(np.flatnonzero(labels >= classes), len(images))]

    worse = {f"blurred {n} times": blurred(n) for n in (1, 2, 4)}
    worse |= {f"noise of {d}": noisy(d) for d in (0.05, 0.1, 0.2)}
    worse |= {f"{n} of 10 classes missing": without(n) for n in (1, 3, 5)}
    return {name: rows.astype(np.float32) for name, rows in worse.items()}


@claim(
    "measures", "Samples evaluated on the features of a classifier",
    pictures={
        "vae-prior-and-mixture": "Samples of the VAE: from its prior, and below from the mixture",
        "autoencoder-mixture": "Samples of the autoencoder with ten latents, from its mixture",
    },
)  # fmt: skip
def measures(data: Data, seed: int):
    """Samples of each model compared with test images, on the 84 features of a small convolutional classifier
    trained on the same images. The first columns are the squared Frechet distance (10,000 rows of each). The
    others are the kernel distance times 1,000, precision and recall (3 neighbours, 5,000 rows), density and
    coverage (5 neighbours), the two-sample test (2,000 rows; at 50% the two are indistinguishable), and the
    percentage of samples in the rarest predicted class. Training images show the best possible values. The
    entries below the models are real images, degraded in known ways."""
    count = len(data.test)
    classifier = judge(data, data.train, "judge", 4, 1)
    accuracy = 100 * classifier.score(data.test, data.test.labels())
    yield Figure("accuracy of the classifier", accuracy, data.goal(">= 90.5", ">= 98.5"), "%")
    real = classifier.features(data.test)

    def told(name: str, rows: np.ndarray, goal: str = "") -> Figure:
        seen = classifier.features(rows[:count])
        few, fewer = (slice(0, min(count, n)) for n in (5000, 2000))
        precise = evaluate.precision_recall(real[few], seen[few], 3)
        dense = evaluate.precision_recall(real[few], seen[few], 5)
        shares = np.bincount(classifier.predict(rows[:count]), minlength=10) / count
        beside = {
            "kernel distance": 1000 * evaluate.kernel_distance(real, seen, seed=seed).mean,
            "precision": precise.precision, "recall": precise.recall, "density": dense.density,
            "coverage": dense.coverage, "two-sample %": 100 * evaluate.two_sample(real[fewer], seen[fewer]).accuracy,
            "rarest class %": 100 * shares.min(),
        }  # fmt: skip
        return Figure(name, evaluate.frechet(real, seen).distance, goal, "", beside)

    real_rows = data.rows[-count:]
    yield (floor := told("training images", real_rows))
    pca = PCA(20).fit(data.rows)
    yield (gaussian := told("PCA Gaussian", np.clip(pca.sample(count, seed=seed, noise=False), 0, 1)))
    pca.fit_mixture(data.rows, 20, regularization=1e-4, seed=seed)
    yield told("PCA, mixture", np.clip(pca.sample_mixture(count, seed=seed), 0, 1))
    ae = deep_autoencoder(data, 10, seed).fit_mixture(data.train, 20, regularization=1e-4, seed=seed)
    yield told("autoencoder, mixture", ae.sample_mixture(count, seed=seed))
    data.picture("autoencoder-mixture", seed, ae.sample_mixture(96, seed=seed), 16)
    vae = picture_vae(data, seed)
    yield told("VAE", (prior := vae.sample(count, seed=seed)))
    vae.fit_mixture(data.train, 20, regularization=1e-4, seed=seed)
    yield told("VAE, mixture", (mixed := vae.sample_mixture(count, seed=seed)))
    data.picture("vae-prior-and-mixture", seed, np.concatenate([prior[:48], mixed[:48]]), 16)
    yield (dense := told("GAN of dense layers", dense_gan(data, seed).sample(count, seed=seed)))
    yield (deep := told("DCGAN", dcgan(data, seed).sample(count, seed=seed)))
    rising = True
    worse = [told(name, rows) for name, rows in degraded(real_rows, data.train.labels()[-count:], seed).items()]
    yield from worse
    for kind in (worse[:3], worse[3:6], worse[6:]):
        distances = [floor.value, *(figure.value for figure in kind)]
        rising &= all(a < b for a, b in zip(distances, distances[1:]))
    yield Figure("distance rises with degradation (1: yes)", int(rising), "" if data.short else ">= 1", "", {}, 0)
    goal = data.goal("<= 0.5")
    yield Figure("GAN's distance / PCA Gaussian's", dense.value / gaussian.value, goal, "", {}, 3)
    yield Figure("DCGAN's distance / GAN's", deep.value / dense.value, data.goal("<= 1"), "", {}, 3)
