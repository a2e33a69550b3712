"""Claims about generative adversarial networks."""

import functools

import numpy as np

from claim import Data, Figure, claim
from models import Classifier, GAN
from generative import PCA, Dataset, evaluate


def dense_gan(data: Data, seed: int, epochs: float = 6, **options) -> GAN:
    """G 32-256-512-784 with batch norm, D 784-512-256-1 with noise on its input. D keeps a constant rate,
    because with a falling one the samples lose variety. Samples come from G's moving average."""
    gan = GAN(32, input_noise=0.3, epochs=data.epochs(epochs), batch_size=64, learning_rate=5e-4, seed=seed, **options)
    return data.fitted("gan", gan)


def dcgan(data: Data, seed: int, epochs: float = 3, **options) -> GAN:
    """Half of Radford et al.'s widths: G 64-512-3136-32-1, D 32-64-512."""
    gan = GAN(
        64, architecture="convolutional", base_channels=32, generator_hidden=(512,), discriminator_hidden=(512,),
        output_activation="sigmoid", input_noise=0.1, epochs=data.epochs(epochs), batch_size=64,
        learning_rate=4e-4, schedule="linear", seed=seed, **options,
    )  # fmt: skip
    return data.fitted("dcgan", gan)


@claim("parzen", "A GAN by its paper's measure", pictures={"gan": "Samples"})
def parzen(data: Data, seed: int):
    """The log-likelihood of test pictures under a Gaussian Parzen window around 10,000 samples, its width
    the best of ten on 1,000 training pictures. Dense layers, 6 epochs. The measure rewards smooth
    samples: a GAN may pass real pictures, and k-means' centres would. Below a Gaussian it says something."""

    def measured(rows: np.ndarray) -> evaluate.Parzen:
        return evaluate.parzen(rows[:10_000], data.rows[-1000:], data.test_rows)

    samples = dense_gan(data, seed).sample(10_000, seed=seed)
    found = measured(samples)
    gaussian = np.clip(PCA(20).fit(data.rows).sample(10_000, seed=seed, noise=False), 0, 1)
    beside = {"standard error": found.standard_error, "real pictures": measured(data.rows).mean}
    beside["PCA Gaussian"] = measured(gaussian).mean
    yield Figure("log-likelihood", found.mean, data.goal(">= 315", ">= 225"), "nats", beside, 1)
    data.picture("gan", seed, samples[:96], 16)


def neighbour_error(known: Dataset, data: Data) -> float:
    """The share of test pictures, in percent, whose nearest known row has another class."""
    return 100 * float(np.mean(known.classify(data.test_rows) != data.test.labels()))


@functools.lru_cache
def real_neighbour_error(data: Data, count: int) -> float:
    return neighbour_error(data.train.slice(0, min(count, len(data.train))), data)


@claim(
    "conditional", "Samples of a conditional DCGAN as a training set",
    pictures={"conditional": "Samples of the DCGAN, a row a class"},
)  # fmt: skip
def conditional(data: Data, seed: int):
    """The error on test pictures of what learned from 50,000 samples alone, in percent: the nearest
    neighbour (Radford et al. 2016, section 4), and a small classifier. A conditional DCGAN of half the
    paper's widths, 3 epochs, beside a conditional GAN of dense layers, which the paper has clearly worse,
    and real pictures."""
    count = 3000 if data.short else 50_000
    labels = np.repeat(np.arange(10), count // 10)
    model = dcgan(data, seed, n_classes=10)
    samples = Dataset.from_array(model.sample(labels=labels, seed=seed), labels)
    dense = dense_gan(data, seed, epochs=3, n_classes=10).sample(labels=labels, seed=seed)
    beside = {"dense GAN": neighbour_error(Dataset.from_array(dense, labels), data)}
    beside["real pictures"] = real_neighbour_error(data, count)
    yield Figure("nearest neighbour", neighbour_error(samples, data), data.goal("<= 21", "<= 3.5"), "%", beside)
    taught = 100 * (1 - judge(data, samples, "taught", 4, seed).score(data.test, data.test.labels()))
    real = 100 * (1 - judge(data, data.train, "judge", 4, 1).score(data.test, data.test.labels()))
    yield Figure("classifier", taught, data.goal("<= 20"), "%", {"real pictures": real})
    data.picture("conditional", seed, samples.read()[:: count // 100], 10)


def judge(data: Data, train: Dataset, name: str, epochs: int, seed: int) -> Classifier:
    """A small convolutional classifier, in the place of LeNet-5."""
    return data.fitted(name, Classifier(
        10, architecture="convolutional", base_channels=16, hidden=(84,), epochs=data.epochs(epochs),
        batch_size=64, learning_rate=2e-3, schedule="cosine", seed=seed,
    ), train)  # fmt: skip


@claim("features", "What a DCGAN's discriminator has learned")
def features(data: Data, seed: int):
    """Test pictures told right, in percent, by a linear classifier on what the convolutions of a DCGAN's
    discriminator see, largest values in 4 x 4 cells (Radford et al. 2016, section 5.1). It saw no labels.
    Beside it the same on pixels, the nearest neighbour on pixels; and with 1,000 labels. The classifier's C
    is 0.1 for all labels, by 10,000 training pictures held out with seed 1, else 0.01."""
    model = dcgan(data, seed)
    train, test = model.features(data.train), model.features(data.test)
    scale = train.max(0) - train.min(0) + 1e-6
    train, test = train / scale, test / scale
    labels, truth = data.train.labels(), data.test.labels()

    def told(train: np.ndarray, test: np.ndarray, count: int, C: float) -> float:
        options = {"loss": "squared_hinge", "C": C, "tolerance": 1e-3, "max_iterations": 150}
        found = evaluate.linear(train[:count], labels[:count], test, **options)
        return 100 * float(np.mean(found.labels == truth))

    pixels, test_pixels = (rows.reshape(len(rows), -1) for rows in (data.rows, data.test_rows))
    beside = {"on pixels": told(pixels, test_pixels, 60_000, 0.01)}
    beside["neighbour on pixels"] = 100 - real_neighbour_error(data, 60_000)
    yield Figure("all labels", told(train, test, 60_000, 0.1), data.goal(">= 89"), "%", beside)
    beside = {"on pixels": told(pixels, test_pixels, 1000, 0.01), "neighbour on pixels": 100 - real_neighbour_error(data, 1000)}
    yield Figure("1,000 labels", told(train, test, 1000, 0.01), data.goal(">= 80"), "%", beside)


RING = np.stack([(np.cos(a), np.sin(a)) for a in 2 * np.pi * np.arange(8) / 8]) * 2
GRID = np.stack(np.meshgrid(np.arange(-4, 5, 2), np.arange(-4, 5, 2)), -1).reshape(25, 2)


@claim("modes", "A GAN finds the modes of a ring and a grid", on_pictures=False)
def modes(data: Data, seed: int):
    """Modes that 10,000 samples hold, each a tenth of its share at least, and the share of samples within three
    deviations of one: 8 Gaussians on a ring of radius 2, deviation 0.02, and 25 on a grid, 2 apart, deviation
    0.05 (Metz et al. 2017). Latents of two numbers, layers of 128 without batch norm, non-saturating loss, Adam
    5e-4 falling along a line, batch 256 of 50,000 rows, 60 and 300 epochs. A little noise on D's input keeps
    modes from being dropped, and blurs them."""
    for name, centres, deviation, noise, epochs, goal in (
        ("ring of 8", RING, 0.02, 0.03, 60, ">= 8"),
        ("grid of 25", GRID, 0.05, 0.05, 300, ">= 23"),
    ):
        random = np.random.default_rng(seed)
        rows = centres[random.integers(len(centres), size=50_000)] + random.normal(0, deviation, (50_000, 2))
        scale = np.abs(rows).max()
        model = GAN(
            2, generator_hidden=(128, 128), discriminator_hidden=(128, 128), output_activation="identity",
            batch_norm=False, input_noise=noise, epochs=data.epochs(epochs), batch_size=256, learning_rate=5e-4,
            schedule="linear", seed=seed,
        ).fit((rows / scale).astype(np.float32))  # fmt: skip
        samples = model.sample(10_000, seed=seed).reshape(-1, 2) * scale
        distances = np.linalg.norm(samples[:, None] - centres, axis=2)
        nearest, near = distances.argmin(1), distances.min(1) < 3 * deviation
        counts = np.bincount(nearest[near], minlength=len(centres))
        held = int((counts >= len(samples) / len(centres) / 10).sum())
        yield Figure(f"modes, {name}", held, "" if data.short else goal, digits=0)
        yield Figure(f"near a mode, {name}", 100 * near.mean(), unit="%", digits=1)
