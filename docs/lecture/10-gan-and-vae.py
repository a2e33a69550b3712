# %% [markdown]
# # 10. GAN beside VAE
#
# A VAE averages: its decoder is trained to give the mean of all images that a latent could stand for, so its samples
# are blurred. A GAN's discriminator would notice the blur, so $G$ must draw sharp images. On the other hand a GAN has
# no encoder and no likelihood, and may leave out a part of the data. This chapter measures both, on the same 10,000
# images of clothes.
#
# It needs Fashion-MNIST. Debian has it as the package `dataset-fashion-mnist`; elsewhere, set the environment variable
# `FASHION_MNIST` to the folder of its four files.

# %%
import numpy as np

from generative import GAN, VAE, Classifier, evaluate
from lecture import clothes, figure, fitted, grid, show

train, test = clothes()
x = test.read(0, 2000)
judge = fitted(Classifier(architecture="convolutional", base_channels=16, epochs=3), train)
print(f"the judge, a classifier, is right for {judge.score(x, test.labels()[:2000]):.1%} of test images")

# %% [markdown]
# ## Three models
#
# A convolutional VAE; a GAN of dense layers, as in the first paper; and a DCGAN, whose networks are convolutional (next
# chapter).

# %%
convolutional = {"architecture": "convolutional", "base_channels": 16}
models = {
    "VAE": fitted(VAE(10, **convolutional, epochs=4, batch_size=32), train),
    "dense GAN": fitted(GAN(32, architecture="dense", r1_penalty=1, learning_rate=5e-4, epochs=4), train),
    "DCGAN": fitted(GAN(32, **convolutional, learning_rate=7e-4, epochs=16), train),
}
samples = {name: model.sample(2000, seed=1) for name, model in models.items()}
shown = np.concatenate([some[:32] for some in samples.values()] + [x[:32]])
caption = "Two lines each: samples of the VAE, of the dense GAN, of the DCGAN, and test images."
alt = "blurred clothes, speckled clothes, clear clothes with texture, real clothes"
show("gan-and-vae.png", grid(shown), caption, alt)

# %% [markdown]
# ## Numbers
#
# All are computed on the judge's features of 2,000 samples and 2,000 test images. *Precision* is the share of samples
# that look like some real image, *recall* the share of real images that look like some sample. *Sharpness* is the
# mean absolute difference between neighbouring pixels, relative to that of test images: 1 is best, less is blur, more
# is noise.

# %%
real = judge.features(x)


def sharpness(images):
    """Return the mean absolute difference of pixels that are neighbours."""
    return np.abs(np.diff(images, axis=1)).mean() + np.abs(np.diff(images, axis=2)).mean()


measured = {}
print("                 Fréchet distance   precision   recall   sharpness")
for name, some in {**samples, "training images": train.read(0, 2000)}.items():
    features = judge.features(some)
    likeness = evaluate.precision_recall(real, features)
    measured[name] = (
        evaluate.frechet(real, features).distance,
        likeness.precision,
        likeness.recall,
        sharpness(some.reshape(-1, 28, 28)) / sharpness(x.reshape(-1, 28, 28)),
    )
    print("{:16} {:16.2f} {:11.2f} {:8.2f} {:11.2f}".format(name, *measured[name]))
figure("Fréchet distance of the VAE's clothes", measured["VAE"][0])
figure("Fréchet distance of the dense GAN's clothes", measured["dense GAN"][0])
figure("Fréchet distance of the DCGAN's clothes", measured["DCGAN"][0])
figure("Sharpness of the VAE's clothes", measured["VAE"][3])
figure("Sharpness of the DCGAN's clothes", measured["DCGAN"][3])

# %% [markdown]
# ## Copies?
#
# A generator could have learned the training images by heart. To see whether it did, find the nearest *training*
# image of each sample. A comparison with test images would prove nothing: a copier would pass it.

# %%
some = samples["DCGAN"][:16]
nearest, distances = train.nearest(some)
pairs = np.concatenate(
    [some.reshape(-1, 28, 28), np.stack([train.read(int(k), 1)[0] for k in nearest[:, 0]]).reshape(-1, 28, 28)]
)
caption = "Samples of the DCGAN (above), and the nearest training image of each (below)."
show("gan-nearest.png", grid(pairs), caption, "pairs of clothes of the same kind that differ in shape and texture")
memory = evaluate.memorization(train, samples["DCGAN"], x)
ratio = figure("Distance of samples to the nearest training image, over that of test images", memory.ratio)

# %% [markdown]
# About 1 means that samples are as far from the training images as new images are. A copier would have a ratio near 0.
#
# ## What a GAN does not have
#
# The VAE encodes an image, and bounds its log-likelihood. A GAN has to *search* for the latent of an image, by gradient
# descent on $\|x - G(z)\|^2$, and has no likelihood.

# %%
few = x[:12]
_, errors = models["DCGAN"].invert(few, n_steps=100)
direct = np.sum((models["VAE"].reconstruct(few) - few).reshape(12, -1) ** 2, axis=1)
print(f"squared error: VAE, by its encoder {direct.mean():.1f}; DCGAN, by 100 steps of search {errors.mean():.1f}")

# %% [markdown]
# ## From the shell
#
# ```sh
# gen train gan digits.npy --epochs 1 -o dcgan.safetensors
# gen sample dcgan.safetensors -o samples.png
# gen evaluate dcgan.safetensors digits-test.npy -n 200 --training digits.npy
# ```
#
# ## What this chapter claims

# %%
assert measured["DCGAN"][0] < measured["VAE"][0] / 2
assert measured["DCGAN"][0] < measured["dense GAN"][0]
assert measured["VAE"][3] < measured["DCGAN"][3]
assert 0.9 < ratio

# %% [markdown]
# ## Exercises
#
# 1. Train the DCGAN for 1, 2 and 4 epochs. How does each measure change? Does D's loss tell?
# 2. Blur the test images slightly and measure them like samples. Which measure notices first?
