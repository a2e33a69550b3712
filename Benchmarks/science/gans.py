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


@claim("parzen", "A GAN evaluated with its paper's metric", pictures={"gan": "Samples"})
def parzen(data: Data, seed: int):
    """The log-likelihood of test images under a Gaussian Parzen window around 10,000 samples. The window's width
    is the best of ten on 1,000 training images. Dense layers, 6 epochs. The metric rewards smooth samples: a
    GAN may exceed real images, and the centres of k-means would too. A result below a Gaussian model's,
    however, does mean that the samples are poor."""

    def measured(rows: np.ndarray) -> evaluate.Parzen:
        return evaluate.parzen(rows[:10_000], data.rows[-1000:], data.test_rows)

    samples = dense_gan(data, seed).sample(10_000, seed=seed)
    found = measured(samples)
    gaussian = np.clip(PCA(20).fit(data.rows).sample(10_000, seed=seed, noise=False), 0, 1)
    beside = {"standard error": found.standard_error, "real images": measured(data.rows).mean}
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
    pictures={"conditional": "Samples of the DCGAN, one class per row"},
)  # fmt: skip
def conditional(data: Data, seed: int):
    """The error on test images, in percent, of classifiers trained on 50,000 samples and on nothing else: the
    nearest neighbour (Radford et al. 2016, section 4), and a small convolutional classifier. The model is a
    conditional DCGAN with half the paper's widths, 3 epochs. The last columns are a conditional GAN of dense
    layers, which is clearly worse in the paper, and real images."""
    count = 3000 if data.short else 50_000
    labels = np.repeat(np.arange(10), count // 10)
    model = dcgan(data, seed, n_classes=10)
    samples = Dataset.from_array(model.sample(labels=labels, seed=seed), labels)
    dense = dense_gan(data, seed, epochs=3, n_classes=10).sample(labels=labels, seed=seed)
    beside = {"dense GAN": neighbour_error(Dataset.from_array(dense, labels), data)}
    beside["real images"] = real_neighbour_error(data, count)
    yield Figure("nearest-neighbour error", neighbour_error(samples, data), data.goal("<= 21", "<= 3.5"), "%", beside)
    taught = 100 * (1 - judge(data, samples, "taught", 4, seed).score(data.test, data.test.labels()))
    real = 100 * (1 - judge(data, data.train, "judge", 4, 1).score(data.test, data.test.labels()))
    yield Figure("classifier error", taught, data.goal("<= 20"), "%", {"real images": real})
    data.picture("conditional", seed, samples.read()[:: count // 100], 10)


def judge(data: Data, train: Dataset, name: str, epochs: int, seed: int) -> Classifier:
    """A small convolutional classifier, in the place of LeNet-5."""
    return data.fitted(name, Classifier(
        10, architecture="convolutional", base_channels=16, hidden=(84,), epochs=data.epochs(epochs),
        batch_size=64, learning_rate=2e-3, schedule="cosine", seed=seed,
    ), train)  # fmt: skip


def linear_accuracy(data: Data, train: np.ndarray, test: np.ndarray, count: int, C: float) -> float:
    """The percentage of test pictures that a linear classifier gets right, with features of the training and test
    pictures, and the labels of the first `count` training pictures."""
    options = {"loss": "squared_hinge", "C": C, "tolerance": 1e-3, "max_iterations": 150}
    found = evaluate.linear(train[:count], data.train.labels()[:count], test, **options)
    return 100 * float(np.mean(found.labels == data.test.labels()))


@claim("features", "What a DCGAN's discriminator has learned")
def features(data: Data, seed: int):
    """The accuracy on test images, in percent, of a linear classifier on the convolutional features of a DCGAN's
    discriminator, max-pooled to 4 x 4 cells (Radford et al. 2016, section 5.1). The discriminator saw no
    labels. The last columns are the same classifier on pixels, and the nearest neighbour on pixels. The
    classifier's C is 0.1 for all labels, chosen on 10,000 held-out training images with seed 1, and 0.01
    otherwise."""
    model = dcgan(data, seed)
    train, test = model.features(data.train), model.features(data.test)
    scale = train.max(0) - train.min(0) + 1e-6
    train, test = train / scale, test / scale
    pixels, test_pixels = (rows.reshape(len(rows), -1) for rows in (data.rows, data.test_rows))
    beside = {"classifier on pixels": linear_accuracy(data, pixels, test_pixels, 60_000, 0.01)}
    beside["neighbour on pixels"] = 100 - real_neighbour_error(data, 60_000)
    yield Figure("accuracy, all labels", linear_accuracy(data, train, test, 60_000, 0.1), data.goal(">= 89"), "%", beside)
    beside = {"classifier on pixels": linear_accuracy(data, pixels, test_pixels, 1000, 0.01)}
    beside["neighbour on pixels"] = 100 - real_neighbour_error(data, 1000)
    yield Figure("accuracy, 1,000 labels", linear_accuracy(data, train, test, 1000, 0.01), data.goal(">= 80"), "%", beside)


@claim("equilibrium", "A GAN's discriminator ends undecided", on_pictures=False)
def equilibrium(data: Data, seed: int):
    """At the global optimum of the minimax game, G's distribution is the data's, D is 1/2 everywhere, and the value
    log D(x) + log(1 - D(G(z))) is -log 4 (Goodfellow et al. 2014, theorem 1). The data are 100,000 numbers from a
    Gaussian with mean 1 and standard deviation 0.5. Measured is how far D is from 1/2 on average over 10,000 new
    numbers and over 10,000 samples, and how far the value is from -log 4. A D that has learned nothing is undecided
    too, so the samples' mean and standard deviation are compared with the data's, in units of the data's standard
    deviation. The last column is the same network with a thousandth of the rate for G: its D tells data from
    samples. One latent, two hidden layers of 32 in G and D, no batch norm, minimax loss, three steps of D per step
    of G, an R1 penalty of 0.1 (which does not move the optimum), Adam 1e-3 with a linear schedule, batch 256, 20
    epochs."""
    mean, deviation, random = 1, 0.5, np.random.default_rng(seed)
    rows, unseen = (random.normal(mean, deviation, (count, 1)).astype(np.float32) for count in (100_000, 10_000))

    def found(**rates: float) -> dict[str, float]:
        model = GAN(
            1, generator_hidden=(32, 32), discriminator_hidden=(32, 32), output_activation="identity",
            batch_norm=False, objective="minimax", discriminator_steps=3, r1_penalty=0.1,
            epochs=data.epochs(20), batch_size=256, schedule="linear", seed=seed, **rates,
        ).fit(rows)  # fmt: skip
        samples = model.sample(len(unseen), seed=seed).reshape(-1, 1)
        real, fake = (model.discriminate(each).astype(np.float64) for each in (unseen, samples))
        figures = {
            "mean distance of D from 1/2, data": np.abs(real - 0.5).mean(),
            "mean distance of D from 1/2, samples": np.abs(fake - 0.5).mean(),
            "distance of the value from -log 4": abs(np.log(real).mean() + np.log1p(-fake).mean() + np.log(4)),
            "error of the samples' mean": abs(samples.mean() - mean) / deviation,
            "error of the samples' standard deviation": abs(samples.std() - deviation) / deviation,
        }
        return {name: float(value) for name, value in figures.items()}

    goals = ("<= 0.05", "<= 0.05", "<= 0.01", "<= 0.05", "<= 0.1")
    free, held = found(learning_rate=1e-3), found(learning_rate=1e-6, discriminator_rate=1e3)
    for (name, value), goal in zip(free.items(), goals):
        beside = {"G held back": held[name]}
        yield Figure(name, value, "" if data.short else goal, "", beside, 4)


RING = np.stack([(np.cos(a), np.sin(a)) for a in 2 * np.pi * np.arange(8) / 8]) * 2
GRID = np.stack(np.meshgrid(np.arange(-4, 5, 2), np.arange(-4, 5, 2)), -1).reshape(25, 2)


@claim("modes", "A GAN finds the modes of a ring and a grid", on_pictures=False)
def modes(data: Data, seed: int):
    """The number of modes that 10,000 samples cover (with at least a tenth of a mode's share), and the share of
    samples within three standard deviations of a mode. The data are 8 Gaussians on a ring of radius 2
    (standard deviation 0.02), and 25 on a grid with a spacing of 2 (standard deviation 0.05) (Metz et al.
    2017). Two latents, three layers of 128 without batch norm, non-saturating loss, Adam, batch 256 of 50,000
    rows. Noise on D's input prevents dropped modes, and blurs them. The ring has 40 epochs with noise 0.05 and
    a linear schedule from 2e-3. The grid has 70 epochs with noise 0.1 and rate 2e-3, which find all modes, 40
    with 0.05 and 1e-3, and 60 with 0.03 and a linear schedule from 1e-3."""
    rounds = {
        "ring of 8": (RING, 0.02, (">= 8", ">= 95"), ((40, 0.05, 2e-3, "linear"),)),
        "grid of 25": (
            GRID, 0.05, (">= 25", ">= 90"),
            ((70, 0.1, 2e-3, "constant"), (40, 0.05, 1e-3, "constant"), (60, 0.03, 1e-3, "linear")),
        ),
    }  # fmt: skip
    for name, (centres, deviation, goals, stages) in rounds.items():
        random = np.random.default_rng(seed)
        rows = centres[random.integers(len(centres), size=50_000)] + random.normal(0, deviation, (50_000, 2))
        scale = np.abs(rows).max()
        model = GAN(
            2, generator_hidden=(128, 128, 128), discriminator_hidden=(128, 128, 128), output_activation="identity",
            batch_norm=False, batch_size=256, warm_start=True, seed=seed,
        )  # fmt: skip
        for epochs, noise, rate, schedule in stages:
            model.set_params(epochs=data.epochs(epochs), input_noise=noise, learning_rate=rate, schedule=schedule)
            model.fit((rows / scale).astype(np.float32))
        samples = model.sample(10_000, seed=seed).reshape(-1, 2) * scale
        distances = np.linalg.norm(samples[:, None] - centres, axis=2)
        nearest, near = distances.argmin(1), distances.min(1) < 3 * deviation
        counts = np.bincount(nearest[near], minlength=len(centres))
        held = int((counts >= len(samples) / len(centres) / 10).sum())
        held_goal, near_goal = ("", "") if data.short else goals
        yield Figure(f"modes, {name}", held, held_goal, digits=0)
        yield Figure(f"samples near a mode, {name}", 100 * near.mean(), near_goal, unit="%", digits=1)
