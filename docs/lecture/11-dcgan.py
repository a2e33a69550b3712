# %% [markdown]
# # 11. DCGAN: walks, arithmetic, and what the filters see
#
# A DCGAN (Radford, Metz & Chintala 2016) is a GAN of convolutions: strided ones in $D$, transposed ones in $G$, no
# pooling, batch norm. The paper asks what the networks have learned, in four ways: walks through the latents,
# arithmetic on latents, pictures of what $D$'s filters respond to, and filters of $G$ that are switched off. This
# chapter repeats them on drawn faces.

# %%
import numpy as np

from generative import GAN, Classifier, evaluate, faces, latents
from lecture import figure, fitted, grid, show
from networks import Discriminator, Generator

train, test = faces(8000, seed=1, channels=1), faces(2000, seed=2, channels=1)
gan = fitted(
    GAN(10, architecture="convolutional", spectral_norm=True, base_channels=16, input_noise=0.2,
        learning_rate=5e-4, average_decay=0.995, batch_size=32, epochs=12),
    train,
)  # fmt: skip
show(
    "dcgan-samples.png", grid(gan.sample(24, seed=1), columns=12, enlarge=2), "Samples.", "two lines of generated faces"
)

# %% [markdown]
# ## A walk
#
# If the generator had learned single images by heart, a walk between two latents would jump. Here it changes smoothly.

# %%
ends = gan.latents(4, seed=3)
walk = gan.generate(np.concatenate([latents.interpolate(ends[k], ends[k + 1], 12) for k in range(3)]))
steps = np.sqrt(((walk[1:] - walk[:-1]) ** 2).reshape(len(walk) - 1, -1).sum(axis=1))
jump = figure("Largest step of the walk, over the mean step", steps.max() / steps.mean())
alt = "three lines of faces; each turns smoothly into another"
show("dcgan-walk.png", grid(walk, columns=12, enlarge=2), "A walk through four random latents.", alt)

# %% [markdown]
# ## A judge
#
# The next sections ask whether a face smiles, turns right, and has long hair. A classifier of the eight combinations,
# trained on drawn faces only, decides.

# %%
names = ("smile", "head_turn", "hair_length")
columns = [train.factor_names.index(name) for name in names]


def kinds(data):
    """Return three yes-or-no properties of drawn faces; hair longer than half is long."""
    return data.factors()[:, columns] > np.array([0, 0, 0.5])


known = kinds(train)
options = {"architecture": "convolutional", "base_channels": 16, "epochs": 6}
judge = fitted(Classifier(n_classes=8, **options), train.read(0, len(train)), (known @ [1, 2, 4]).astype(np.int32))


def judged(images):
    """Return the probability of each of the three properties."""
    p = judge.predict_proba(images)
    return np.stack([p[:, [k for k in range(8) if k >> bit & 1]].sum(axis=1) for bit in range(3)], axis=1)


right = np.mean((judged(test) > 0.5) == kinds(test), axis=0)
print("the judge is right on unseen faces: " + ", ".join(f"{name} {share:.1%}" for name, share in zip(names, right)))

# %% [markdown]
# ## Arithmetic
#
# The paper computes with mean latents: *man with glasses* − *man* + *woman* = *woman with glasses*. Here: *smiling,
# turned left* − *serious, turned left* + *serious, turned right* should be *smiling, turned right*. Each mean is over
# generated faces that the judge is sure of.

# %%
Z = gan.latents(6000, seed=5)
smile, turn, hair = judged(gan.generate(Z)).T


def sure(smiles, right):
    """Return the latents of the 100 generated faces that are most surely of a kind."""
    wanted = np.minimum(smile if smiles else 1 - smile, turn if right else 1 - turn)
    return Z[np.argsort(wanted)[::-1][:100]]


A, B, C = sure(True, False), sure(False, False), sure(False, True)
random = np.random.default_rng(1)
hits, lines = {}, []
for n in (1, 3, 10):
    sums = []
    for trial in range(200):
        members = [kind[random.choice(len(kind), n, replace=False)] for kind in (A, B, C)]
        sums.append(latents.combine(*members))
        if n == 3 and trial < 6:
            lines.append(np.concatenate([*members, sums[-1].reshape(1, -1)]))
    s, t, _ = judged(gan.generate(np.concatenate([some.reshape(1, -1) for some in sums]).astype(np.float32))).T
    hits[n] = figure(f"Sums that smile and are turned right, means of {n}", np.mean((s > 0.5) & (t > 0.5)), ".1%")
print(f"random faces that smile and are turned right: {np.mean((smile > 0.5) & (turn > 0.5)):.1%}")
caption = "Each line: three faces smiling, turned left; three serious, left; three serious, right; and the sum."
alt = "six lines of ten faces; the last one of a line smiles and is turned right"
show("dcgan-arithmetic.png", grid(gan.generate(np.concatenate(lines)), columns=10, enlarge=2), caption, alt)

# %% [markdown]
# ## What the discriminator's filters see
#
# $D$ saw no labels. Do its filters respond to parts of faces? *Guided backpropagation* shows what in an image causes
# the strongest response of a filter: the gradient of the response, without its negative parts. The file `networks.py`
# has the networks in numpy, because the library does not return gradients. First a check that these are the same
# networks.

# %%
D = Discriminator(gan)
some = test.read(0, 500)
off_D = figure(
    "Largest difference of D(x) between numpy and the library", np.abs(D(some) - gan.discriminate(some)).max(), ".1e"
)

responses = D.activations(some)[-1].max(axis=(1, 2))
chosen = np.argsort(responses.std(axis=0))[::-1][:4]


def seen(network):
    """Return images with the strongest responses of four filters, and what causes these, a line of each."""
    out = []
    strongest = network.activations(some)[-1].max(axis=(1, 2))
    for index in chosen:
        best = np.argsort(strongest[:, index])[::-1][:12]
        cause = network.guided(some[best], [index] * len(best))
        scale = np.abs(cause).max(axis=(1, 2), keepdims=True)
        out += [some[best], 0.5 + 0.5 * cause / np.maximum(scale, 1e-12)]
    return np.concatenate(out)


caption = (
    "For four filters of D's last convolution: the faces with the strongest responses, and below them what causes these."
)
alt = "most causes are local: a mouth, an eye, the edge of the hair; similar in all faces of a line"
show("dcgan-filters.png", grid(seen(D), columns=12, enlarge=2), caption, alt)

untrained = Discriminator(gan)
untrained.layers = [(random.normal(0, 0.02, w.shape).astype(np.float32), 0 * b) for w, b in D.layers]
caption = "The same for filters with random weights."
show(
    "dcgan-filters-random.png",
    grid(seen(untrained), columns=12, enlarge=2),
    caption,
    "causes without a relation to parts of a face",
)

# %% [markdown]
# Are the features useful? A linear classifier on them, compared with one on pixels, with 500 labels:

# %%
few, many = train.read(0, 500), test.read(0, 2000)
shares = {}
for name, features in (("D's features", gan.features), ("pixels", lambda rows: rows.reshape(len(rows), -1))):
    fitted_labels = [
        evaluate.linear(features(few), known[:500, k].astype(np.int32), features(many), C=0.01).labels for k in range(3)
    ]
    shares[name] = np.mean(np.stack(fitted_labels, axis=1) == kinds(test)[:2000], axis=0)
    print(f"linear classifier on {name}: " + ", ".join(f"{n} {s:.1%}" for n, s in zip(names, shares[name])))

# %% [markdown]
# ## Dropping a feature's filters
#
# The paper makes a generator forget windows: it finds the filters of an inner layer whose activation predicts a
# window, and switches them off. Here it is long hair. A logistic regression predicts from the mean activations of the
# 32 filters of the layer of 8 × 8 whether a face has long hair; the filters with the largest positive weights are
# dropped. As a control, the same number of other filters is dropped.

# %%
G = Generator(gan)
z = gan.latents(600, seed=7)
off_G = figure(
    "Largest difference of a pixel between numpy and the library",
    np.abs(G.layers(z[:50])[-1] - gan.generate(z[:50])).max(),
    ".1e",
)
LAYER = -3  # of 8 x 8 with 32 filters, in a generator with 4 x 4, 8 x 8, 16 x 16 and the image

activations = G.layers(z)[LAYER].mean(axis=(1, 2))
standard = (activations - activations.mean(axis=0)) / (activations.std(axis=0) + 1e-6)
before = judged(gan.generate(z))
is_long = (before[:, 2] > 0.5).astype(np.int32)
weights = np.ravel(evaluate.linear(standard, is_long, standard[:2], C=0.1).weights[-1])
ranked = np.argsort(weights * standard[is_long == 1].mean(axis=0))[::-1]
n_dropped = 8

fresh = gan.latents(1500, seed=8)
fresh = fresh[judged(gan.generate(fresh))[:, 2] > 0.9]
print(f"{len(fresh)} new faces surely have long hair")
kept_long = {}
for name, dropped in (
    ("those that predict long hair", ranked[:n_dropped]),
    ("others", ranked[n_dropped : 2 * n_dropped]),
):
    after = G.layers(fresh, dropped, layer=LAYER)[-1]
    kept_long[name] = figure(
        f"Long-haired faces that keep long hair without {n_dropped} filters, {name}",
        np.mean(judged(after)[:, 2] > 0.5),
        ".1%",
    )
some = fresh[:12]
shown = np.concatenate(
    [gan.generate(some)]
    + [G.layers(some, part, layer=LAYER)[-1] for part in (ranked[:n_dropped], ranked[n_dropped : 2 * n_dropped])]
)
caption = "Faces with long hair; without the filters that predict it; without as many others."
alt = "the second line has the same people with shorter hair"
show("dcgan-dropped.png", grid(shown, columns=12, enlarge=2), caption, alt)

# %% [markdown]
# ## From the shell
#
# ```sh
# gen train gan faces: --rows 300 --architecture convolutional --latent-size 16 --epochs 1 -o faces-gan.safetensors
# gen interpolate faces-gan.safetensors -o walk.png
# gen traverse faces-gan.safetensors -o latents.png
# ```
#
# ## What this chapter claims

# %%
assert jump < 3
assert hits[10] > 0.5
assert off_D < 1e-4 and off_G < 1e-3
assert shares["D's features"].mean() > shares["pixels"].mean()
assert kept_long["those that predict long hair"] < kept_long["others"] - 0.2

# %% [markdown]
# ## Exercises
#
# 1. Drop 2, 4, 16 and 24 filters. When do faces fall apart?
# 2. Repeat the last section for the smile. Look at the faces: what is drawn in place of the smile?
