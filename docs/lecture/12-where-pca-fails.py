# %% [markdown]
# # 12. Where PCA fails, and ICA as the cure
#
# PCA assumes that the map is linear, that the new axes are orthogonal, and that variance measures importance. Shlens
# (2014), a reading of the lecture, shows one example where this is right and two where it is not. This chapter repeats
# them.
#
# It needs scikit-learn for FastICA: `pip install scikit-learn`.

# %%
import numpy as np
from sklearn.decomposition import FastICA

from generative import PCA, Autoencoder
from lecture import figure, fitted, plots, show

plt = plots()
random = np.random.default_rng(1)

# %% [markdown]
# ## A spring, where PCA works
#
# A ball on a spring moves along one line. Three cameras film it from arbitrary angles. Each records two coordinates,
# with noise: six numbers for a motion of one dimension.

# %%
time = np.linspace(0, 20, 2000)
motion = np.cos(2 * time)
views = [np.linalg.qr(random.standard_normal((3, 3)))[0][:2] for _ in range(3)]
films = np.concatenate([np.outer(motion, view[:, 0]) for view in views], axis=1)
films += random.normal(0, 0.01, films.shape)

spring = PCA().fit(films)
explained = figure("Variance of six numbers that one component explains", spring.explained_variance_ratio_[0], ".2%")
found = spring.transform(films)[:, 0]
agreement = figure("Correlation between that component and the motion", abs(np.corrcoef(found, motion)[0, 1]), ".5f")

# %% [markdown]
# ## A Ferris wheel, where it does not
#
# A person on a Ferris wheel moves in two coordinates, but one number describes the place: the phase of the wheel. It is
# not a linear function of the coordinates. PCA finds two components of the same variance, and one of them loses half. A
# small autoencoder with one latent learns the circle.

# %%
phase = random.uniform(0, 2 * np.pi, 4000)
wheel = np.stack([np.cos(phase), np.sin(phase)], axis=1).astype(np.float32)
line = PCA(1).fit(wheel)
options = {"hidden": (32, 32), "activation": "tanh", "epochs": 200, "learning_rate": 5e-3, "seed": 2}
curve = fitted(Autoencoder(1, output_activation="identity", **options), wheel)


def kept(back):
    """Return the share of the wheel's variance that a reconstruction keeps."""
    return 1 - np.sum((wheel - back.reshape(wheel.shape)) ** 2) / np.sum((wheel - wheel.mean(axis=0)) ** 2)


by_pca = figure("Kept by one component of PCA", kept(line.inverse_transform(line.transform(wheel))), ".1%")
by_network = figure("Kept by one latent of an autoencoder", kept(curve.reconstruct(wheel)), ".1%")

picture, axes = plt.subplots(1, 2, figsize=(8, 4), sharex=True, sharey=True)
for axis, back, name in (
    (axes[0], line.inverse_transform(line.transform(wheel)), "PCA, one component"),
    (axes[1], curve.reconstruct(wheel), "autoencoder, one latent"),
):
    axis.scatter(*wheel.T, s=2, color="lightgray")
    axis.scatter(*back.reshape(wheel.shape).T, s=2, c=phase, cmap="hsv")
    axis.set(title=name, aspect="equal")
caption = "The wheel (gray) and its reconstruction from one number, coloured by the phase."
alt = "left: the circle is flattened to a line; right: the reconstruction follows the circle, but for one gap"
show("pca-fails-wheel.png", picture, caption, alt)

# %% [markdown]
# The autoencoder cuts the circle open at one place, because a line cannot be bent to a closed circle without a cut.
#
# ## Axes that are not orthogonal
#
# Two independent sources act along directions that are 35° apart. Both have heavy tails (Laplace distributions), so the
# points form an X. PCA must return orthogonal axes: one lies between the two directions.
#
# Independent component analysis (ICA) looks for directions whose coordinates are statistically independent, which is
# more than not correlated. It needs sources that are not Gaussian.

# %%
angles = np.radians([10, 45])
mixing = np.stack([np.cos(angles), np.sin(angles)])
points = (random.laplace(size=(5000, 2)) @ mixing.T).astype(np.float32)

axes_of = {
    "PCA": PCA(2).fit(points).components_.T,
    "ICA": FastICA(2, whiten="unit-variance", random_state=0).fit(points).mixing_,
}


def missed(directions):
    """Return the largest angle in degrees between a true direction and the nearest one found."""
    directions = directions / np.linalg.norm(directions, axis=0)
    return np.degrees(np.arccos(np.clip(np.abs(mixing.T @ directions).max(axis=1), 0, 1))).max()


misses = {
    name: figure(f"{name} misses a direction by, in degrees", missed(some), ".1f") for name, some in axes_of.items()
}

picture, axes = plt.subplots(1, 2, figsize=(8, 4), sharex=True, sharey=True)
for axis, (name, directions) in zip(axes, axes_of.items()):
    axis.scatter(*points.T, s=1, color="silver")
    for k in range(2):
        axis.axline((0, 0), mixing[:, k], color="black", linestyle=":", label="true direction" if k == 0 else None)
        axis.axline((0, 0), directions[:, k], color=f"C{3 * k}", label=f"{name}, axis {k + 1}")
    axis.set(xlim=(-6, 6), ylim=(-6, 6), title=name, aspect="equal")
    axis.legend(frameon=False, loc="lower right", fontsize=9)
caption = "Points along two directions that are not orthogonal, and the axes that PCA and ICA find."
alt = "PCA's first axis lies between the two true directions; ICA's axes coincide with them"
show("pca-fails-ica.png", picture, caption, alt)

# %% [markdown]
# ## Separating two signals
#
# The same task with time in it: two microphones record two speakers. Each recording is a mixture of both. ICA recovers
# the signals, up to their order, sign and size. PCA only removes the correlation.

# %%
time = np.linspace(0, 8, 2000)
sources = np.stack([np.sin(2 * time), np.sign(np.sin(3 * time))], axis=1)
sources += 0.05 * random.standard_normal(sources.shape)
recordings = sources @ np.array([[1.0, 0.6], [0.5, 1.0]])
signals = {
    "sources": sources,
    "recordings": recordings,
    "PCA": PCA(2).fit_transform(recordings),
    "ICA": FastICA(2, whiten="unit-variance", random_state=0).fit_transform(recordings),
}


def recovered(some):
    """Return the smaller of the two sources' largest absolute correlation with a signal."""
    return np.abs(np.corrcoef(sources.T, some.T)[:2, 2:]).max(axis=1).min()


recovery = {
    name: figure(f"Source recovered by {name}: correlation", recovered(signals[name]), ".3f") for name in ("PCA", "ICA")
}

picture, axes = plt.subplots(4, 1, figsize=(8, 6), sharex=True)
for axis, (name, some) in zip(axes, signals.items()):
    axis.plot(time, some / some.std(axis=0))
    axis.set_ylabel(name)
    axis.set_yticks([])
axes[-1].set_xlabel("time")
caption = "Two sources, two recordings that mix them, and what PCA and ICA make of the recordings."
show("pca-fails-signals.png", picture, caption, "ICA returns a sine and a square wave; PCA returns mixtures of both")

# %% [markdown]
# ## From the shell
#
# `gen train pca table.csv` and `gen train autoencoder table.csv` read tables such as these. ICA is not part of the
# library.
#
# ## What this chapter claims

# %%
assert explained > 0.99 and agreement > 0.9999
assert by_pca < 0.55 and by_network > 0.95
assert misses["PCA"] > 10 and misses["ICA"] < 2
assert recovery["ICA"] > 0.98 and recovery["PCA"] < 0.95

# %% [markdown]
# ## Exercises
#
# 1. Replace the Laplace distributions by Gaussians (`random.standard_normal`). Which directions does ICA find now,
#    and why can no method find the right ones?
# 2. Give the autoencoder of the wheel two latents. Is the gap gone? What do the latents look like?
