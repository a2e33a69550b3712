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
# short hair* − *serious, short hair* + *serious, long hair* should be *smiling, long hair*. Each mean is over
# the generated faces that the judge is surest about.

# %%
Z = gan.latents(6000, seed=5)
P = judged(gan.generate(Z))
random = np.random.default_rng(1)


def sums(first, second, wanted, n, count=100):
    """Return sums A - B + C of means of n latents, for two properties, and some of their terms."""

    def kind(u, v):
        sure = np.minimum(*(P[:, k] if yes else 1 - P[:, k] for k, yes in ((first, u), (second, v))))
        return Z[np.argsort(sure)[::-1][:100]]

    u, v = wanted
    kinds_of = kind(u, not v), kind(not u, not v), kind(not u, v)
    terms = [[some[random.choice(100, n, replace=False)] for some in kinds_of] for _ in range(count)]
    return np.concatenate([latents.combine(*three).reshape(1, -1) for three in terms]), terms


hits = {}
for first, second in ((0, 2), (1, 2), (0, 1)):
    for n in (1, 3, 10):
        right = []
        for wanted in ((False, False), (False, True), (True, False), (True, True)):
            found = judged(gan.generate(sums(first, second, wanted, n)[0]))[:, [first, second]] > 0.5
            right.append(np.mean((found == wanted).all(axis=1)))
        hits[first, second, n] = np.mean(right)
        print(f"{names[first]} and {names[second]}, means of {n:2}: {np.mean(right):.1%} of the sums are right")
figure("Sums of smile and hair length that are right, means of 10", hits[0, 2, 10], ".1%")

results, terms = sums(0, 2, (True, True), 3, count=6)
lines = [np.concatenate([*three, one[None]]) for three, one in zip(terms, results)]
caption = "Each line: three faces that smile, short hair; three serious, short; three serious, long; and the sum."
alt = "six lines of ten faces; the last one of a line smiles and has long hair"
show("dcgan-arithmetic.png", grid(gan.generate(np.concatenate(lines)), columns=10, enlarge=2), caption, alt)

# %% [markdown]
# By chance a quarter of the sums would be right. Smile and hair length add up, and so do the turn of the head and
# hair length; with means of ten latents nearly all sums are right. Smile and turn do not: the latents of *smiling,
# turned right* are not where the sum expects them. Arithmetic is a property that a generator may have, not one that
# it must have.
#
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


caption = "For four filters of D's last convolution: faces with the strongest responses, and below what causes these."
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
# $D$'s features are clearly better for the turn of the head, and about as good as pixels for the smile and the hair.
#
# ## Dropping a feature's filters
#
# The paper makes a generator forget windows: a logistic regression finds the filters of an inner layer whose
# activations predict a window, and these are switched off. Here it is long hair. The layer has 8 × 8 places and 32
# filters. Features are the mean activations at the lower left and right, where long hair is. The eight
# filters that contribute most to *long hair* are dropped everywhere; as a control, the next eight.

# %%
G = Generator(gan)
z = gan.latents(600, seed=7)
off_G = figure(
    "Largest difference of a pixel between numpy and the library",
    np.abs(G.layers(z[:50])[-1] - gan.generate(z[:50])).max(),
    ".1e",
)
LAYER = -3  # of 8 x 8 with 32 filters, in a generator with 4 x 4, 8 x 8, 16 x 16 and the image

activations = G.layers(z)[LAYER]
features = np.concatenate([activations[:, 4:, :2], activations[:, 4:, -2:]], axis=2).mean(axis=(1, 2))
standard = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
is_long = (judged(gan.generate(z))[:, 2] > 0.5).astype(np.int32)
weights = np.ravel(evaluate.linear(standard, is_long, standard[:2], C=0.1).weights[-1])
ranked = np.argsort(weights * standard[is_long == 1].mean(axis=0))[::-1]
n_dropped = 8

fresh = gan.latents(1500, seed=8)
fresh = fresh[judged(gan.generate(fresh))[:, 2] > 0.9]
print(f"{len(fresh)} new faces surely have long hair")
kept_long = {}
for name, dropped in (
    ("those that predict long hair", ranked[:n_dropped]),
    ("the next eight", ranked[n_dropped : 2 * n_dropped]),
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
caption = "Faces with long hair; without the eight filters that predict it best; without the next eight."
alt = "in the second line the faces are still there, but their dark hair is gone; in the third the hair is still there"
show("dcgan-dropped.png", grid(shown, columns=12, enlarge=2), caption, alt)

# %% [markdown]
# ## From the shell
#
# ```sh
# gen train gan faces: --rows 300 --latent-size 16 --epochs 1 -o faces-gan.safetensors
# gen interpolate faces-gan.safetensors -o walk.png
# gen traverse faces-gan.safetensors -o latents.png
# ```
#
# ## What this chapter claims

# %%
assert jump < 3
assert hits[0, 2, 10] > 0.8 and hits[1, 2, 10] > 0.8 > hits[0, 1, 10]
assert off_D < 1e-4 and off_G < 1e-3
assert shares["D's features"][1] > shares["pixels"][1] + 0.01  # the turn of the head
assert kept_long["those that predict long hair"] < kept_long["the next eight"] - 0.3

# %% [markdown]
# ## Exercises
#
# 1. Drop 2, 4, 12 and 16 filters. When is all hair gone, and when do faces fall apart?
# 2. Repeat the last section for the smile. Look at the faces: what is drawn in place of the smile?
