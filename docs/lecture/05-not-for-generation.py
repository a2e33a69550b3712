# %% [markdown]
# # 5. An autoencoder is not suited to generation
#
# An autoencoder learns $z = f(x)$ and $\hat{x} = g(z)$. To generate a new image, take some $z$ and decode it. Which
# $z$? The autoencoder says nothing about this. Its latent space is not regularized: the loss does not say where
# latents should lie, nor what should be between them. A variational autoencoder (VAE, next chapter) has a second term
# in its loss, which pulls latents towards $N(0, I)$. This chapter compares an autoencoder with a VAE that has the
# same networks, the same number of latents and the same training.
#
# %%
import numpy as np

from generative import VAE, Autoencoder, evaluate, latents
from lecture import Judge, digits, figure, fitted, grid, plots, show

X, labels, X_test, labels_test = digits()
L = 20
options = {"architecture": "convolutional", "base_channels": 16, "epochs": 20, "batch_size": 32}
autoencoder = fitted(Autoencoder(L, **options), X)
vae = fitted(VAE(L, **options), X)

errors = {}
for name, model in (("autoencoder", autoencoder), ("VAE", vae)):
    errors[name] = evaluate.squared_error(model.reconstruct(X_test), X_test)
    figure(f"Squared error of test digits, {name} of {L} latents", errors[name])

# %% [markdown]
# The autoencoder reconstructs better: it is the better compressor.
#
# ## Random latents
#
# Now decode latents drawn from $N(0, I)$. For the autoencoder try also latents with the mean and the standard deviation
# that its own latents have.

# %%
z = latents.sample(1000, L, seed=1)
Z = autoencoder.encode(X)
own_scale = (Z.mean(axis=0) + Z.std(axis=0) * z).astype(np.float32)
decoded = {
    "autoencoder, N(0, I)": autoencoder.decode(z),
    "autoencoder, its own scale": autoencoder.decode(own_scale),
    "VAE, N(0, I)": vae.decode(z),
}
shown = np.concatenate([images[:32] for images in decoded.values()])
caption = "Random latents, two lines each: autoencoder from N(0, I), autoencoder at its own scale, VAE."
alt = "two lines of noise, two lines of broken strokes, two lines of digits, most of them legible"
show("not-for-generation-samples.png", grid(shown), caption, alt)

# %% [markdown]
# ## In numbers
#
# A classifier of digits judges, by two measures:
#
# - The *Fréchet distance* compares the classifier's features of 1,000 decoded digits with those of 1,000 test digits.
#   Lower is better.
# - The *share of which it is sure* is the share of digits for which it gives one class at least 95 %.

# %%
judge = Judge()
print(f"the judge is right for {judge.accuracy:.1%} of test digits")
distance, sure = {}, {}
for name, images in {"training digits": X[:1000], **decoded}.items():
    distance[name], sure[name] = judge.distance(images), judge.sure(images)
    print(f"{name:28} distance {distance[name]:6.2f}   sure {sure[name]:.1%}")
figure("Fréchet distance of an autoencoder's digits", distance["autoencoder, its own scale"])
figure("Fréchet distance of a VAE's digits", distance["VAE, N(0, I)"])
figure("Share of an autoencoder's digits that the judge is sure of", sure["autoencoder, its own scale"], ".1%")
figure("Share of a VAE's digits that the judge is sure of", sure["VAE, N(0, I)"], ".1%")

# %% [markdown]
# Compare the last two models with each other. For latents from $N(0, I)$ the autoencoder draws noise, and a
# classifier that has never seen noise is sure of some of it: this measure alone is not enough.
#
# ## Walks
#
# A walk decodes the points of a line between the latents of two digits. A good space is *continuous*: near latents give
# similar images; and *complete*: the points on the way are plausible digits, too. To measure it, decode the points
# halfway between 1,000 pairs of test digits.

# %%
ends = [(0, 1), (3, 4), (5, 11)]
walks = []
for name, model in (("autoencoder", autoencoder), ("VAE", vae)):
    codes = model.transform(X_test)
    walks += [model.decode(latents.interpolate(codes[a], codes[b], 16, curve="linear")) for a, b in ends]
    halfway = model.decode((codes + np.roll(codes, 1, axis=0)) / 2)
    figure(f"Fréchet distance halfway between digits, {name}", judge.distance(halfway))
caption = "Three walks by the autoencoder (upper lines), and the same three by the VAE (lower lines)."
alt = "a three turns into a zero, a seven into an eight, a two into a seven; both models change shapes smoothly"
show("not-for-generation-walks.png", grid(np.concatenate(walks)), caption, alt)

# %% [markdown]
# Walks are where the two models differ least: a line between two real digits stays near the data, in any space. It is
# random latents, far from all data, that an autoencoder cannot decode.
#
# ## The hole between classes
#
# With two latents the whole space can be seen. Each point is the latent of a digit.

# %%
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
# Left, the scale is arbitrary and there are empty wedges. A random latent is likely to fall into one, where the
# decoder never learned anything. Right, the KL term pushes the clusters together until they fill the disc that
# $N(0, I)$ covers.
#
# ## A way out
#
# Describe where the autoencoder's latents are, with a mixture of Gaussians, and draw from that. It is not part of the
# autoencoder: it is a second model, fitted afterwards.

# %%
autoencoder.fit_mixture(X, 20)
images = autoencoder.sample_mixture(1000, seed=1)
repaired = figure("Fréchet distance with a mixture", judge.distance(images))
figure("Share that the judge is sure of, with a mixture", judge.sure(images), ".1%")
caption = "The autoencoder again, with latents drawn from a mixture of Gaussians."
show("not-for-generation-mixture.png", grid(images[:32]), caption, "two lines of digits, most of them legible")

# %% [markdown]
# ## From the shell
#
# ```sh
# gen train autoencoder digits.npy --latent-size 32 --epochs 2 -o ae.safetensors
# gen mixture ae.safetensors digits.npy -o mixed.safetensors
# gen sample mixed.safetensors --mixture -o from-mixture.png
# ```
#
# Without a mixture `gen sample` fails: an autoencoder needs a mixture to sample from.
#
# ## What this chapter claims

# %%
assert errors["autoencoder"] < errors["VAE"]
assert distance["VAE, N(0, I)"] < distance["autoencoder, its own scale"] * 2 / 3
assert distance["VAE, N(0, I)"] < distance["autoencoder, N(0, I)"] / 2
assert sure["VAE, N(0, I)"] > 1.25 * sure["autoencoder, its own scale"]
assert holes["VAE"] < holes["autoencoder"]
assert repaired < distance["autoencoder, its own scale"] / 2

# %% [markdown]
# ## Exercises
#
# 1. Decode the midpoint between the mean latents of zeros and of ones in both planes (`codes`). What do you see?
# 2. Give both models 2, 5 and 10 latents. How do the Fréchet distances change, and why is a small autoencoder less bad?
