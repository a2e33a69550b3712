# %% [markdown]
# # 7. Degree of smile × head pose
#
# A VAE's latents describe what varies in the images. If the description is good, there are directions in latent space
# along which just one thing changes. This chapter finds the direction in which faces smile and the one in which they
# turn, and draws a grid with one of them along each axis.
#
# The VAE never saw the degree of a smile. It is used afterwards, to find the direction.

# %%
import numpy as np

from generative import VAE, Classifier, faces, latents
from lecture import figure, fitted, grid, plots, show

train, test = faces(6000, seed=1), faces(1000, seed=2)
options = {"architecture": "convolutional", "base_channels": 16, "batch_size": 32, "epochs": 7}
vae = fitted(VAE(10, **options), train)
Z, Z_test = vae.transform(train), vae.transform(test)
factors, factors_test = train.factors(), test.factors()

# %% [markdown]
# ## Two directions
#
# `latents.direction` regresses a known property of the training faces on their latents. The quality is the correlation
# with the property on faces that were not used.

# %%
smile = latents.direction(Z, factors[:, 0])
turn = latents.direction(Z, factors[:, 1])
found = {}
for k, (name, direction) in enumerate((("smile", smile), ("head turn", turn))):
    r = np.corrcoef(Z_test @ direction.vector, factors_test[:, k])[0, 1]
    found[name] = figure(f"Correlation with {name}, unseen faces", r, ".3f")
angle = np.dot(smile.vector, turn.vector) / np.linalg.norm(smile.vector) / np.linalg.norm(turn.vector)
figure("Cosine between the two directions", angle)

# %% [markdown]
# ## The grid
#
# One unseen face, moved along both directions.

# %%
steps = 7


def moved(z, n=steps):
    """Return latents over a grid: smile along columns, head turn down rows, everything else as in z."""
    axes = []
    for direction in (smile, turn):
        unit = direction.vector / np.linalg.norm(direction.vector)
        axes.append((unit, np.linspace(direction.low, direction.high, n)))
    (u, along), (v, down) = axes
    # Solve for the steps so that both projections have the wanted values, also if u and v are not orthogonal.
    gram = np.array([[1, u @ v], [u @ v, 1]])
    wanted = np.stack(np.meshgrid(along, down), axis=-1).reshape(-1, 2)
    shift = np.linalg.solve(gram, (wanted - [z @ u, z @ v]).T).T
    return (z + shift @ np.stack([u, v])).astype(np.float32)


pictures = [vae.decode(moved(Z_test[k])) for k in (7, 3)]
caption = "Smile (left to right) and head pose (top to bottom) of one face that the VAE never saw."
alt = "49 portraits of one person; the smile grows along each line, the head turns down each column"
show("smile-and-pose.png", grid(pictures[0], columns=steps, enlarge=2), caption, alt)
show(
    "smile-and-pose-2.png",
    grid(pictures[1], columns=steps, enlarge=2),
    caption.replace("one face", "another face"),
    alt,
)

# %% [markdown]
# ## Measured by someone else
#
# Does the face in the grid really smile more, and does the pose stay the same meanwhile? A judge that has nothing to do
# with the VAE answers: a regression of both properties on the features of a classifier, fitted to drawn faces.

# %%
classifier = fitted(Classifier(architecture="convolutional", base_channels=16, epochs=5), train)


def features(images):
    """Return the judge's features of images, with a constant."""
    some = classifier.features(images)
    return np.concatenate([some, np.ones((len(some), 1), some.dtype)], axis=1)


weights = np.linalg.lstsq(features(train), factors[:, :2], rcond=None)[0]
on_unseen = [np.corrcoef((features(test) @ weights)[:, k], factors_test[:, k])[0, 1] for k in range(2)]
print(f"the judge on unseen faces: r = {on_unseen[0]:.3f} (smile), {on_unseen[1]:.3f} (head turn)")

judged = np.stack([features(vae.decode(moved(z))) @ weights for z in Z_test[:50]]).reshape(50, steps, steps, 2)
centered = judged - judged.mean(axis=(1, 2), keepdims=True)
step = np.linspace(-1, 1, steps)


def effect(k, axis):
    """Return the share of a judged property's variance within a grid that its position along an axis explains."""
    return np.mean(centered[..., k].mean(axis=2 if axis == "turn" else 1) ** 2) / np.mean(centered[..., k] ** 2)


effects = {(name, axis): effect(k, axis) for k, name in enumerate(("smile", "head turn")) for axis in ("smile", "turn")}
for (name, axis), share in effects.items():
    figure(f"Judged {name}: share explained by the {axis} axis", share, ".1%")

plt = plots()
picture, axes = plt.subplots(1, 2, figsize=(9, 3.6))
for k, axis in enumerate(axes):
    drawn = axis.imshow(judged[..., k].mean(axis=0), cmap="viridis", extent=(-1, 1, 1, -1))
    axis.set(title=f"judged {('smile', 'head turn')[k]}", xlabel="smile axis", ylabel="head turn axis")
    picture.colorbar(drawn, ax=axis)
caption = "What the judge sees in the grids of 50 faces, on average."
alt = "left: the judged smile changes from left to right only; right: the judged turn changes from top to bottom only"
show("smile-and-pose-judged.png", picture, caption, alt)

# %% [markdown]
# ## From the shell
#
# ```sh
# gen train vae faces: --rows 500 --latent-size 10 --epochs 1 -o faces.safetensors
# gen traverse faces.safetensors faces:7 --rows 200 --direction smile -o smile.png
# gen report faces.safetensors faces:7 --rows 200 -o faces.html
# ```
#
# The report has a slider for each direction. (Leave out `--rows 500 --epochs 1` for a good model.)
#
# ## What this chapter claims

# %%
assert min(found.values()) > 0.7
assert effects["smile", "smile"] > 2 * effects["smile", "turn"]
assert effects["head turn", "turn"] > 2 * effects["head turn", "smile"]

# %% [markdown]
# ## Exercises
#
# 1. Find the direction of `hair_length` (`train.factor_names` lists all) and draw hair length × smile.
# 2. `latents.direction(Z, factors[:, 0], method="means")` uses the difference of two means. How do the results differ
#    when faces that smile also have longer hair in the training set? Build such a set with `train.read` and try it.
