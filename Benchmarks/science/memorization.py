"""Whether models repeat their training images."""

import numpy as np

from claim import Data, Figure, claim
from models import GAN, VAE
from generative import Dataset, evaluate


def nearer(rows: np.ndarray, training: np.ndarray, held_out: np.ndarray) -> float:
    """The percentage of rows that are nearer to a training row than to any of as many held-out rows."""
    near, far = (
        Dataset.from_array(known, copy=False).nearest(rows)[1][:, 0] for known in (training, held_out[: len(training)])
    )
    return 100 * float(np.mean(near < far))


@claim(
    "memorization", "Samples do not repeat training images",
    pictures={"memorization": "Samples of the GAN, and below each the nearest of its training images"},
)  # fmt: skip
def memorization(data: Data, seed: int):
    """The percentage of 5,000 samples that are nearer to one of 10,000 training images than to any of 10,000 test
    images, by distance in pixels. 50% means that a model treats the images that it saw like those that it did not
    see. The distance ratio is the median distance to the nearest training image, relative to that of test images; a
    ratio below 1 can also mean that samples are smooth. A GAN of dense layers (20 epochs) and a VAE 784-256-256-20
    (30 epochs) are fitted to the 10,000 images. The others repeat images on purpose and must be found out: training
    images with noise of standard deviation 0.05, the VAE's reconstructions of its training images, and a GAN that
    is fitted to 100 images for 2,000 epochs, which are then its training images, compared with 100 test images."""
    count, few, size = (600, 20, 500) if data.short else (10_000, 100, 5000)
    rows, held_out = (each.reshape(len(each), -1) for each in (data.rows[:count], data.test_rows))
    known = data.train.slice(0, count)

    def told(name: str, samples: np.ndarray, goal: str, training: np.ndarray = rows) -> Figure:
        samples = samples.reshape(len(samples), -1)
        beside = {"distance ratio": evaluate.memorization(training, samples, held_out).ratio}
        return Figure(name, nearer(samples, training, held_out), goal, "%", beside)

    innocent, guilty = data.goal("<= 55", "<= 55"), data.goal(">= 65", ">= 65")
    yield told("unseen images", data.rows[-size:], innocent)
    gan = GAN(
        32, input_noise=0.3, epochs=data.epochs(20), batch_size=64, learning_rate=5e-4, seed=seed
    ).fit(known)  # fmt: skip
    samples = gan.sample(size, seed=seed)
    yield told("GAN", samples, innocent)
    nearest = known.nearest(samples[:20])[0][:, 0]
    data.picture("memorization", seed, np.concatenate([samples[:20], data.rows[nearest]]), 20)
    vae = VAE(
        20, hidden=(256, 256), activation="silu", binarize=True, epochs=data.epochs(30), batch_size=100,
        learning_rate=2e-3, schedule="cosine", seed=seed,
    ).fit(known)  # fmt: skip
    yield told("VAE", vae.sample(size, seed=seed), innocent)
    random = np.random.default_rng(seed)
    copies = rows[random.choice(count, size)] + random.normal(0, 0.05, (size, rows.shape[1]))
    yield told("copies with noise", np.clip(copies, 0, 1).astype(np.float32), guilty)
    yield told("VAE, reconstructions of training images", vae.reconstruct(data.rows[: min(size, count)]), guilty)
    small = GAN(
        32, input_noise=0.1, epochs=data.epochs(2000), batch_size=min(few, 50), learning_rate=5e-4, seed=seed
    ).fit(data.rows[:few])  # fmt: skip
    yield told(f"GAN fitted to {few} images", small.sample(size, seed=seed), guilty, rows[:few])
