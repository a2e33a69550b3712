# %% [markdown]
# # 8. p(x) is an integral: bounds and estimates
#
# A VAE defines a density of images, $p(x) = \int p(z) \, p(x \mid z) \, dz$: every latent $z$ contributes, weighted
# by how probable it is. The integral has no closed form, because the decoder is a network. This chapter computes it
# in four ways, with a VAE of two latents. With only two, the integral can also be computed directly on a grid, so
# that the estimates can be compared with the truth.
#
# Pixels are drawn as zeros and ones here, so $p(x \mid z)$ is a product of Bernoulli probabilities.

# %%
import numpy as np

from generative import VAE, binarize
from lecture import digits, figure, fitted, plots, show

X, _, X_test, _ = digits()
vae = fitted(VAE(2, hidden=(256, 256), binarize=True, epochs=40, batch_size=50, learning_rate=1e-3), X)
x = binarize(X_test[:50], seed=1).reshape(50, -1)


def log_p_x_given_z(Z):
    """Return log p(x|z) of each image (row) and each latent (column)."""
    p = np.clip(vae.decode(Z).reshape(len(Z), -1), 1e-7, 1 - 1e-7)
    return x @ (np.log(p) - np.log1p(-p)).T + np.log1p(-p).sum(axis=1)


def log_mean_exp(values, axis=-1):
    """Return the logarithm of the mean of exp(values), without overflow."""
    top = values.max(axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.mean(np.exp(values - top), axis=axis))


# %% [markdown]
# ## On a grid
#
# $\int p(z) \, p(x \mid z) \, dz \approx \sum_z p(z) \, p(x \mid z) \, h^2$, over a grid of width $h$. To see that
# the grid is fine enough, compare two of them.


# %%
def on_a_grid(n, extent=5.0):
    """Return log p(x) of each image by a sum over n x n latents."""
    axis = np.linspace(-extent, extent, n)
    width = axis[1] - axis[0]
    sums = np.full(len(x), -np.inf)
    for z1 in np.array_split(axis, n // 20):
        Z = np.stack(np.meshgrid(z1, axis, indexing="ij"), axis=-1).reshape(-1, 2)
        log_p_z = -0.5 * np.sum(Z**2, axis=1) - np.log(2 * np.pi)
        terms = log_p_x_given_z(Z.astype(np.float32)) + log_p_z + 2 * np.log(width)
        sums = np.logaddexp(sums, log_mean_exp(terms) + np.log(terms.shape[1]))
    return sums


coarse, exact = on_a_grid(200), on_a_grid(400)
figure("log p(x) on a grid of 200 x 200, nats", coarse.mean(), ".3f")
truth = figure("log p(x) on a grid of 400 x 400, nats", exact.mean(), ".3f")

# %% [markdown]
# A grid needs $n^L$ points. With 20 latents and 400 points per axis that is $10^{52}$. Other methods are necessary.
#
# ## Three estimates
#
# 1. **Latents from the prior.** $p(x) = E_{z \sim p(z)} \, p(x \mid z)$: draw $K$ latents from $N(0, I)$ and average.
#    Most of them have nothing to do with $x$.
# 2. **The bound.** $\log p(x) \ge E_{q(z \mid x)} \log p(x \mid z) - KL(q(z \mid x) \,\|\, p(z))$. This is what the
#    VAE maximizes. The difference is $KL(q(z \mid x) \,\|\, p(z \mid x))$, so it is zero if the encoder is exact.
# 3. **Importance sampling.** Draw from the encoder's $q(z \mid x)$ and correct for it:
#    $p(x) = E_{q} \, \frac{p(z) \, p(x \mid z)}{q(z \mid x)}$. With $K = 1$ the mean of its logarithm is the bound.

# %%
counts = [1, 3, 10, 30, 100, 300, 1000, 3000]
prior = np.random.default_rng(0).standard_normal((30, max(counts), 2)).astype(np.float32)
by_prior, by_importance = [], []
draws = np.stack([log_p_x_given_z(Z) for Z in prior])
for K in counts:
    by_prior.append(np.mean([log_mean_exp(draw[:, :K]) for draw in draws]))
    by_importance.append(vae.log_likelihood(x, n_samples=K, seed=3).mean())
reconstruction, kl = vae.elbo(x, n_samples=100)
bound = figure("bound, nats", -(reconstruction + kl).mean(), ".3f")
for K, one, two in zip(counts, by_prior, by_importance):
    print(f"K = {K:4}: prior {one:9.2f}   importance sampling {two:9.2f}")

plt = plots()
picture, axes = plt.subplots(figsize=(7, 4))
axes.axhline(truth, color="black", label="on a grid (exact)")
axes.axhline(bound, color="C2", linestyle="--", label="bound")
axes.plot(counts, by_importance, "o-", color="C0", label="importance sampling")
axes.plot(counts, by_prior, "s-", color="C1", label="latents from the prior")
axes.set(xscale="log", xlabel="latents per image, $K$", ylabel="log p(x), nats", ylim=(truth - 60, truth + 5))
axes.legend(frameon=False, loc="lower right")
caption = "Mean log p(x) of 50 test images by four methods."
alt = "importance sampling rises from the bound towards the exact value; latents from the prior need thousands"
show("likelihood.png", picture, caption, alt)

# %% [markdown]
# All estimates lie below the truth in the mean (the logarithm of a mean is larger than the mean of the logarithms)
# and rise with $K$. Importance sampling gets close with few latents, because the encoder knows where to look. Latents
# from the prior need many more, and in more dimensions they are hopeless.
#
# ## Where the mass of the integral lies
#
# For one image, the posterior $p(z \mid x) = p(z) \, p(x \mid z) / p(x)$ on the grid, and the encoder's
# $q(z \mid x)$, a Gaussian.

# %%
picture, axes = plt.subplots(1, 3, figsize=(10, 3.4))
mean, log_variance = vae.encode(x)
for axis, k in zip(axes, (0, 1, 3)):
    deviation = np.exp(log_variance[k] / 2)
    lines = [np.linspace(m - 5 * s, m + 5 * s, 80) for m, s in zip(mean[k], deviation)]
    Z = np.stack(np.meshgrid(*lines), axis=-1).reshape(-1, 2)
    log_posterior = log_p_x_given_z(Z.astype(np.float32))[k] - 0.5 * np.sum(Z**2, axis=1)
    axis.contourf(*lines, np.exp(log_posterior - log_posterior.max()).reshape(80, 80), cmap="Blues")
    turn = np.linspace(0, 2 * np.pi, 100)
    for radius in (1, 2):
        circle = (mean[k] + radius * deviation * np.stack([np.cos(turn), np.sin(turn)], axis=1)).T
        axis.plot(*circle, color="C3", label="q(z|x): 1 and 2 standard deviations" if radius == 1 else None)
    axis.set(xlabel="$z_1$", ylabel="$z_2$", title=f"test image {k}")
    inset = axis.inset_axes([0.7, 0.7, 0.28, 0.28])
    inset.imshow(x[k].reshape(28, 28), cmap="gray")
    inset.axis("off")
axes[0].legend(frameon=False, fontsize=8, loc="lower left")
picture.tight_layout()
caption = "The posterior p(z|x) (blue) of three test images, and the encoder's Gaussian q(z|x) (red)."
show("likelihood-posterior.png", picture, caption, "red circles around or beside blue blobs")

# %% [markdown]
# Each posterior is a tiny spot in latent space. Where the red ellipse covers the blue spot the bound is tight. Where it
# misses it, the bound is loose, and importance sampling needs more latents.
#
# ## From the shell
#
# ```sh
# gen train vae digits.npy --latent-size 2 --hidden 256,256 --binarize --epochs 2 -o vae-2.safetensors
# gen evaluate vae-2.safetensors digits-test.npy
# ```
#
# `gen evaluate` prints the bound, and log p(x) by importance sampling.
#
# ## What this chapter claims

# %%
assert abs(coarse.mean() - truth) < 0.5  # the grid is fine enough
assert bound < truth  # it is a bound
assert by_importance[0] < by_importance[-1] < truth + 0.1
assert truth - by_importance[4] < truth - by_prior[4]  # 100 latents from q are worth more than 100 of the prior
assert abs(by_importance[-1] - truth) < 1

# %% [markdown]
# ## Exercises
#
# 1. Use 10 latents. The grid is now out of reach. By how much do importance sampling and the bound differ, and how many
#    latents does importance sampling need until it stops rising?
# 2. Find the test image with the largest difference between `exact` and its bound. Draw its posterior. What is special?
