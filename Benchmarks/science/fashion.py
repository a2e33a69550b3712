"""Figures of the convolutional models on Fashion-MNIST, each by one command with fixed seeds.

usage: fashion.py conditional|vae|denoiser [SEED ...]

conditional  a conditional DCGAN, and beside it a dense conditional GAN: the test error of the nearest
             neighbour among 50,000 generated images, as Radford et al. (2016) measured theirs
vae          a convolutional VAE: the bound on the log-likelihood of test images whose pixels are drawn
             as coin flips
denoiser     a U-Net against noise of deviation 0.5: the PSNR of restored test images

Prints a line per model and seed; ends with status 1 when a goal is missed.
"""

import sys
import time
from pathlib import Path

import numpy as np
from generative import GAN, VAE, Autoencoder, Dataset, Image, corrupt, evaluate

FOLDER = Path("/usr/share/datasets/fashion-mnist")
PICTURES = Path("demo")


def load(part):
    return Dataset.from_idx(FOLDER / f"{part}-images-idx3-ubyte.gz", FOLDER / f"{part}-labels-idx1-ubyte.gz")


def neighbour_error(dataset, test):
    """The share of test images whose nearest row of the dataset is of another class, in percent."""
    nearest, _ = dataset.nearest(test.read())
    return 100 * float((dataset.labels()[nearest[:, 0]] != test.labels()).mean())


def conditional(train, test, seed):
    """The error of the conditional DCGAN, and of a dense GAN of as many epochs."""
    convolutional = GAN(
        64, architecture="convolutional", base_channels=32, generator_hidden=(512,),
        discriminator_hidden=(512,), output_activation="sigmoid", input_noise=0.1, n_classes=10, seed=seed,
    )  # fmt: skip
    dense = GAN(64, input_noise=0.3, n_classes=10, seed=seed)
    labels = np.repeat(np.arange(10), 5000)
    errors = []
    for name, model, rate, schedule in (
        ("DCGAN", convolutional, 4e-4, "linear"),
        ("dense GAN", dense, 5e-4, "constant"),
    ):
        start = time.monotonic()
        model.fit(train, epochs=4, batch_size=64, learning_rate=rate, schedule=schedule, seed=seed)
        seconds = time.monotonic() - start
        samples = model.sample(labels=labels, seed=seed)
        errors.append(neighbour_error(Dataset.from_array(samples, labels), test))
        report("conditional", seed, f"{name}: neighbour's error", errors[-1], "%", seconds)
        PICTURES.mkdir(exist_ok=True)
        Image.grid(samples[:: len(samples) // 100]).save(PICTURES / f"conditional-{name.split()[0].lower()}.png")
    return errors[0] <= 22 and errors[1] >= errors[0] + 3


def vae(train, test, seed):
    """The bound of a small convolutional VAE."""
    model = VAE(
        32, architecture="convolutional", base_channels=16, pixel_bias=True, binarize=True, seed=seed
    )  # fmt: skip
    start = time.monotonic()
    model.fit(train, epochs=8, batch_size=100, learning_rate=2e-3, schedule="cosine", seed=seed)
    seconds = time.monotonic() - start
    pixels = test.read()
    flips = (np.random.default_rng(seed).random(pixels.shape) < pixels).astype(np.float32)
    reconstruction, kl = model.elbo(flips, n_samples=1, seed=seed)
    bound = -float((reconstruction + kl).mean())
    report("vae", seed, "bound", bound, "nats", seconds)
    return bound >= -238.5 and seconds <= 300


def denoiser(train, test, seed):
    """The PSNR of a small U-Net."""
    model = Autoencoder(
        256, architecture="convolutional", base_channels=4, skips=True, loss="log_squared_error",
        corruption="gaussian", corruption_amount=0.5, seed=seed,
    )  # fmt: skip
    start = time.monotonic()
    model.fit(train, epochs=4, batch_size=64, learning_rate=2e-3, schedule="cosine", seed=seed)
    seconds = time.monotonic() - start
    clean = test.read()
    noisy = corrupt(clean, "gaussian", 0.5, seed=seed)
    psnr = evaluate.psnr(model.denoise(noisy), clean)
    report("denoiser", seed, "PSNR", psnr, "dB", seconds)
    return psnr >= 19.4


def report(command, seed, what, value, unit, seconds):
    print(f"{command}, seed {seed}: {what} {value:.2f} {unit}, learned in {seconds:.0f} s", flush=True)


def main(arguments):
    commands = {"conditional": conditional, "vae": vae, "denoiser": denoiser}
    if not arguments or arguments[0] not in commands:
        sys.exit(__doc__)
    train, test = load("train"), load("t10k")
    seeds = [int(seed) for seed in arguments[1:]] or [1, 2]
    reached = [commands[arguments[0]](train, test, seed) for seed in seeds]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
