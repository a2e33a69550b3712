"""Figures of the convolutional models on Fashion-MNIST, each by one command with fixed seeds.

usage: fashion.py conditional|vae|denoiser [SEED ...]

conditional  a conditional DCGAN, and beside it a dense conditional GAN: the error of the nearest
             neighbour among 50,000 generated images on test images (Radford et al. 2016, section 4)
vae          a convolutional VAE: the bound on the likelihood of test images whose pixels are drawn as
             coin flips
denoiser     a U-Net against noise of deviation 0.5: the PSNR of restored test images

A line for each model and seed, by default 1 and 2; status 1 when a goal is missed. Pictures of the
generated images go to demo/.
"""

import sys
import time
from pathlib import Path

import numpy as np

from generative import GAN, VAE, Autoencoder, Dataset, corrupt, evaluate, image_grid, write_image

FOLDER = Path("/usr/share/datasets/fashion-mnist")
PICTURES = Path("demo")


def images(part):
    return Dataset.from_idx(FOLDER / f"{part}-images-idx3-ubyte.gz", FOLDER / f"{part}-labels-idx1-ubyte.gz")


def fitted(model, train, **options):
    """The fitted model and how many seconds that took."""
    start = time.monotonic()
    model.set_params(**options).fit(train)
    return model, time.monotonic() - start


def report(what, seed, figure, goal, seconds=None):
    """Prints a figure beside its goal; whether it is reached is the caller's to say."""
    learned = "" if seconds is None else f", learned in {seconds:.0f} s"
    print(f"{what:20}seed {seed}  {figure}  (goal: {goal}){learned}", flush=True)


def neighbour_error(dataset, test):
    """The share of test images whose nearest row of the dataset is of another class, in percent."""
    nearest, _ = dataset.nearest(test.read())
    return 100 * float(np.mean(dataset.labels()[nearest[:, 0]] != test.labels()))


def conditional(train, test, seed):
    labels = np.repeat(np.arange(10), 5000)
    convolutional = GAN(
        64, architecture="convolutional", base_channels=32, generator_hidden=(512,),
        discriminator_hidden=(512,), output_activation="sigmoid", input_noise=0.1, n_classes=10, seed=seed,
    )  # fmt: skip
    dense = GAN(64, input_noise=0.3, n_classes=10, seed=seed)
    errors = []
    for name, goal, model, options in (
        ("DCGAN", "22% or less", convolutional, {"learning_rate": 4e-4, "schedule": "linear"}),
        ("dense GAN", "clearly worse", dense, {"learning_rate": 5e-4}),
    ):
        model, seconds = fitted(model, train, epochs=4, batch_size=64, **options)
        samples = model.sample(labels=labels, seed=seed)
        errors.append(neighbour_error(Dataset.from_array(samples, labels), test))
        report(name, seed, f"{errors[-1]:.2f}% of neighbours wrong", goal, seconds)
        PICTURES.mkdir(exist_ok=True)
        picture = PICTURES / f"conditional-{name.split()[0].lower()}-{seed}.png"
        write_image(picture, image_grid(samples[::500]))
    return errors[0] <= 22 and errors[1] > errors[0] + 2


def vae(train, test, seed):
    model, seconds = fitted(
        VAE(32, architecture="convolutional", base_channels=16, pixel_bias=True, binarize=True, seed=seed),
        train, epochs=8, batch_size=100, learning_rate=2e-3, schedule="cosine",
    )  # fmt: skip
    pixels = test.read()
    flips = (np.random.default_rng(seed).random(pixels.shape) < pixels).astype(np.float32)
    reconstruction, kl = model.elbo(flips, seed=seed)
    bound = -float(np.mean(reconstruction + kl))
    report("VAE", seed, f"bound of {bound:.2f} nats", "-238.5 or more in 300 s", seconds)
    return bound >= -238.5 and seconds <= 300


def denoiser(train, test, seed):
    model = Autoencoder(
        256, architecture="convolutional", base_channels=4, skips=True, loss="log_squared_error",
        noise="gaussian", noise_level=0.5, seed=seed,
    )  # fmt: skip
    model, seconds = fitted(model, train, epochs=4, batch_size=64, learning_rate=2e-3, schedule="cosine")
    clean = test.read()
    psnr = evaluate.psnr(model.denoise(corrupt(clean, "gaussian", 0.5, seed=seed)), clean)
    report("denoiser", seed, f"{psnr:.2f} dB", "19.4 dB or more", seconds)
    return psnr >= 19.4


def main(arguments):
    commands = {"conditional": conditional, "vae": vae, "denoiser": denoiser}
    if not arguments or arguments[0] not in commands:
        sys.exit(__doc__)
    train, test = images("train"), images("t10k")
    if arguments[0] == "conditional":
        real = train.slice(0, 50_000)
        print(f"50,000 real images: {neighbour_error(real, test):.2f}% of neighbours wrong", flush=True)
    seeds = [int(seed) for seed in arguments[1:]] or [1, 2]
    reached = [commands[arguments[0]](train, test, seed) for seed in seeds]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
