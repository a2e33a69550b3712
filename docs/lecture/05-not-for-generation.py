# %% [markdown]
# # 5. An autoencoder is not suited to generation
#
# An autoencoder learns $z = f(x)$ and $\hat{x} = g(z)$. To generate a new image, take some $z$ and decode it. Which $z$? The
# autoencoder says nothing about this. Its latent space is not regularized: the loss does not say where latents should
# lie, nor what should be between them. A variational autoencoder (VAE, next chapter) has a second term in its loss, which
# pulls latents towards $N(0, I)$. This chapter compares an autoencoder with a VAE that has the same networks, the same
# number of latents and the same training.
#
# The images are faces that the library draws. They need no download.

# %%
import numpy as np

from generative import VAE, Autoencoder, Classifier, PCA, evaluate, faces, latents
from lecture import digits, figure, fitted, grid, plots, show

train, test = faces(6000, seed=1), faces(1000, seed=2)
options = {"architecture": "convolutional", "epochs": 7, "batch_size": 32}
autoencoder = fitted(Autoencoder(10, **options), train)
vae = fitted(VAE(10, **options), train)

x = test.read(0, 1000)
for name, model in (("autoencoder", autoencoder), ("VAE", vae)):
    figure(f"Reconstruction by the {name}, dB", evaluate.psnr(model.reconstruct(x), x), ".1f")

# %% [markdown]
# Both reconstruct unseen faces equally well or nearly so. Both are good compressors.
#
# ## Random latents
#
# Now decode latents drawn from $N(0, I)$. For the autoencoder try also latents with the mean and the standard deviation
# that its own latents have.

# %%
z = latents.sample(1000, 10, seed=1)
Z = autoencoder.encode(train.read(0, 4000))
own_scale = (Z.mean(axis=0) + Z.std(axis=0) * z).astype(np.float32)
decoded = {
    "autoencoder, N(0, I)": autoencoder.decode(z),
    "autoencoder, its own scale": autoencoder.decode(own_scale),
    "VAE, N(0, I)": vae.decode(z),
}
shown = np.concatenate([images[:24] for images in decoded.values()])
caption = "Random latents: two lines by the autoencoder from N(0, I), two by the autoencoder at its own scale, two by the VAE."
alt = "the autoencoder's faces lack parts or are smeared; the VAE's have eyes, a mouth and hair"
show("not-for-generation-samples.png", grid(shown, columns=12, enlarge=2), caption, alt)

# %% [markdown]
# ## In numbers
#
# A classifier, trained on faces, decides whether a face smiles. Two measures use it:
#
# - The *Fréchet distance* compares the features of 1,000 decoded faces with those of 1,000 real ones. Lower is better.
# - The *share of which it is sure* is the share of faces for which it gives one class at least 95 %.

# %%
judge = fitted(Classifier(architecture="convolutional", base_channels=16, epochs=5), train)
real = judge.features(x)


def sure(images):
    """Return the share of images for which the classifier gives one class at least 95 %."""
    return np.mean(judge.predict_proba(images).max(axis=1) >= 0.95)


distance = {"unseen faces": evaluate.frechet(real, judge.features(train.read(0, 1000))).distance}
print(f"{'unseen faces':28} distance {distance['unseen faces']:6.2f}   sure {sure(x):.1%}")
for name, images in decoded.items():
    distance[name] = evaluate.frechet(real, judge.features(images)).distance
    print(f"{name:28} distance {distance[name]:6.2f}   sure {sure(images):.1%}")
figure("Fréchet distance of an autoencoder's faces", distance["autoencoder, its own scale"])
figure("Fréchet distance of a VAE's faces", distance["VAE, N(0, I)"])

# %% [markdown]
# ## Walks
#
# A walk decodes the points of a line between the latents of two images. The VAE's space is *continuous*: near latents
# give similar images; and *complete*: every point on the way gives a plausible face.

# %%
walks = []
for model in (autoencoder, vae):
    ends = model.transform(x[:4])
    line = latents.interpolate(ends[:2], ends[2:], 12, curve="linear")
    walks.append(model.decode(line.reshape(-1, 10)))
shown = np.concatenate(walks)
caption = "Two walks by the autoencoder (upper lines), the same two by the VAE (lower lines)."
alt = "the autoencoder's faces dissolve halfway; the VAE's turn smoothly from one face to the other"
show("not-for-generation-walks.png", grid(shown, columns=12, enlarge=2), caption, alt)

# %% [markdown]
# ## The hole between classes
#
# With two latents the whole space can be seen. Here both models learn digits. Each point is the latent of a digit.

# %%
X, labels, X_test, labels_test = digits()
small = {"hidden": (256, 256), "epochs": 40, "batch_size": 50, "learning_rate": 1e-3}
plane = {
    "autoencoder": fitted(Autoencoder(2, loss="cross_entropy", **small), X),
    "VAE": fitted(VAE(2, binarize=True, **small), X),
}
plt = plots()
picture, axes = plt.subplots(1, 2, figsize=(10, 4.6))
codes = {}
for axis, (name, model) in zip(axes, plane.items()):
    codes[name] = model.transform(X)
    points = axis.scatter(*codes[name].T, c=labels, cmap="tab10", s=3, vmin=-0.5, vmax=9.5)
    axis.set(title=name, xlabel="$z_1$", ylabel="$z_2$")
picture.colorbar(points, ax=axes, ticks=range(10))
caption = "Latents of 4,000 digits, coloured by label. The VAE's fill a disc around zero; mind the scales."
alt = "left: long rays with empty wedges between; right: a compact disc of touching clusters"
show("not-for-generation-plane.png", picture, caption, alt)


def empty(Z):
    """Return the share of a Gaussian with the latents' mean and deviation that lies where no latent is near."""
    scale = Z.std(axis=0)
    some = Z.mean(axis=0) + scale * np.random.default_rng(0).standard_normal((2000, 2))
    gaps = np.sqrt((((some[:, None] - Z[None]) / scale) ** 2).sum(axis=2)).min(axis=1)
    return np.mean(gaps > 0.1)


holes = {name: figure(f"{name}: share of random latents in a hole", empty(Z), ".1%") for name, Z in codes.items()}

# %% [markdown]
# Left, the scale is arbitrary and there are empty wedges. A random latent is likely to fall into one, where the decoder
# never learned anything. Right, the KL term pushes the clusters together until they fill the disc that $N(0, I)$ covers.
#
# ## A way out
#
# Describe where the autoencoder's latents are, with a mixture of Gaussians, and draw from that. It is not part of the
# autoencoder: it is a second model, fitted afterwards.

# %%
autoencoder.fit_mixture(train, 20)
images = autoencoder.sample_mixture(1000, seed=1)
repaired = figure("Fréchet distance with a mixture", evaluate.frechet(real, judge.features(images)).distance)
caption = "The autoencoder again, with latents drawn from a mixture of Gaussians."
alt = "two lines of faces, most with eyes, a mouth and hair"
show("not-for-generation-mixture.png", grid(images[:24], columns=12, enlarge=2), caption, alt)

# %% [markdown]
# ## From the shell
#
# ```sh
# gen train autoencoder faces: --rows 500 --architecture convolutional --latent-size 10 --epochs 1 -o ae.safetensors
# gen mixture ae.safetensors faces: --rows 500 -o mixed.safetensors
# gen sample mixed.safetensors --mixture -o from-mixture.png
# ```
#
# Without a mixture `gen sample` refuses: an autoencoder has no distribution to sample from. (Leave out `--rows` and
# `--epochs` for a good model.)
#
# ## What this chapter claims

# %%
assert distance["VAE, N(0, I)"] < distance["autoencoder, its own scale"] / 2
assert distance["autoencoder, its own scale"] < distance["autoencoder, N(0, I)"] * 1.5
assert holes["VAE"] < holes["autoencoder"]
assert repaired < distance["autoencoder, its own scale"]

# %% [markdown]
# ## Exercises
#
# 1. Decode the midpoint between the mean latents of zeros and of ones in both planes (`codes`). What do you see?
# 2. Give the autoencoder 2, 5 and 20 latents. Does its Fréchet distance rise or fall, and why?
