# %% [markdown]
# # 6. The variational autoencoder
#
# A VAE's encoder returns a distribution for each image instead of a point: $q(z \mid x) = N(\mu(x), \sigma^2(x))$.
# The decoder sees a latent drawn from it. The loss has two terms,
#
# $$\text{loss} = C \, \|x - \hat{x}\|^2 + KL(N(\mu(x), \sigma^2(x)) \,\|\, N(0, I)),$$
#
# the reconstruction error and the KL divergence, which pulls every $q(z \mid x)$ towards $N(0, I)$. In the library the
# weights are `reconstruction_weight` ($C$) and `beta`, a weight of the KL term. Pixels are treated as Bernoulli
# probabilities here, so the squared error becomes a cross-entropy.

# %%
import numpy as np

from generative import VAE, evaluate
from lecture import Judge, digits, figure, fitted, grid, plots, show

X, labels, X_test, labels_test = digits()
options = {"hidden": (256,), "epochs": 20, "batch_size": 50, "learning_rate": 1e-3}
vae = fitted(VAE(10, **options), X)

# %% [markdown]
# ## q(z|x) and the reparameterisation
#
# A random draw has no derivative with respect to $\mu$ and $\sigma$. The VAE therefore draws
# $\varepsilon \sim N(0, I)$ and computes $z = \mu(x) + \sigma(x) \cdot \varepsilon$. This has the right distribution,
# and gradients pass through $\mu$ and $\sigma$. Below are 10,000 draws for one image, compared with $\mu$ and
# $\sigma$.

# %%
one = np.repeat(X_test[:1], 10_000, axis=0)
mean, log_variance = (some[0] for some in vae.encode(one[:1]))
sigma = np.exp(log_variance / 2)
draws = vae.encode_sample(one, seed=1)
off_mean = figure(
    "Largest difference from the mean, in standard deviations", np.abs((draws.mean(0) - mean) / sigma).max(), ".3f"
)
off_sigma = figure(
    "Largest relative difference from the standard deviation", np.abs(draws.std(0) / sigma - 1).max(), ".3f"
)

lines = [
    np.concatenate([X_test[k : k + 1], vae.decode(vae.encode_sample(np.repeat(X_test[k : k + 1], 15, 0), seed=2))])
    for k in range(3)
]
caption = "A test digit (left), and 15 decoded draws from its q(z|x), for three digits."
alt = "three lines; within a line all digits are the same, with small differences in stroke"
show("vae-draws.png", grid(np.concatenate(lines)), caption, alt)

# %% [markdown]
# The draws differ a little. The decoder has learned to give nearly the same digit for all of them. Near latents must
# therefore give similar images: this is *continuity*.
#
# ## The KL term
#
# Between two distributions, $KL(q \,\|\, p) = E_q \log \frac{q(z)}{p(z)}$. It is never negative, and zero only if
# they are equal. For a Gaussian and $N(0, I)$ it is
# $\frac{1}{2} \sum_j (\mu_j^2 + \sigma_j^2 - \log \sigma_j^2 - 1)$. Compare this formula with the library's value,
# and with a mean over draws:

# %%
formula = 0.5 * np.sum(mean**2 + sigma**2 - log_variance - 1)
library = vae.elbo(X_test[:1]).kl[0]
log_ratio = np.sum(-0.5 * ((draws - mean) / sigma) ** 2 - np.log(sigma) + 0.5 * draws**2, axis=1)
print(f"KL of one digit, nats: formula {formula:.4f}, library {library:.4f}, mean over draws {log_ratio.mean():.2f}")

# %% [markdown]
# ## The two terms against each other
#
# With a small `beta` the VAE is nearly an autoencoder: good reconstructions, latents far from $N(0, I)$, bad samples.
# With a large `beta`, latents are not worth their price. Then $q(z \mid x)$ is $N(0, I)$ for every $x$ and tells the
# decoder nothing: the latents have *collapsed*. A latent counts as active if its mean $\mu_j(x)$ varies over the
# images.

# %%
judge = Judge()
betas = (0.05, 1, 4, 16)
swept, table = {}, {}
for beta in betas:
    swept[beta] = fitted(VAE(10, beta=beta, **options), X)
    error = evaluate.squared_error(swept[beta].reconstruct(X_test), X_test)
    kl = swept[beta].elbo(X_test).kl.mean()
    active = evaluate.active_units(swept[beta].transform(X_test)).n_active
    table[beta] = (error, kl, active, judge.distance(swept[beta].sample(1000, seed=1)))
    print(
        f"beta {beta:5}: squared error {error:6.2f}   KL {kl:6.2f} nats   {active:2} of 10 latents active   "
        f"Fréchet distance of samples {table[beta][3]:6.1f}"
    )
lines = [part for beta in betas for part in (swept[beta].reconstruct(X_test[:16]), swept[beta].sample(16, seed=3))]
caption = "For beta = 0.05, 1, 4 and 16, a line of reconstructions of the same test digits, and a line of samples."
alt = (
    "from the top: sharp reconstructions with broken samples; then both plausible; at last all lines are blurred blobs"
)
show("vae-beta.png", grid(np.concatenate(lines)), caption, alt)

# %% [markdown]
# $C$ does the same from the other side. Only the ratio of the two weights moves the optimum: $C = 20$ with `beta` 1
# has the optimum of `beta` 0.05 with $C = 1$. The steps of Adam do not depend on the scale of the loss, so the
# results agree nearly.

# %%
weighted = fitted(VAE(10, reconstruction_weight=20, **options), X)
error = evaluate.squared_error(weighted.reconstruct(X_test), X_test)
print(f"C = 20, beta 1: squared error {error:.2f}, beta 0.05: {table[0.05][0]:.2f}")

# %% [markdown]
# ## Does the whole of the latents look like N(0, I)?
#
# Each $q(z \mid x)$ is narrow. Their mixture over all images should be near $N(0, I)$, or samples come from places
# that the decoder never saw.

# %%
plt = plots()
picture, axes = plt.subplots(1, 3, figsize=(10, 3), sharey=True)
line = np.linspace(-5, 5, 200)
for axis, beta in zip(axes, betas):
    Z = swept[beta].encode_sample(X, seed=1)
    axis.hist(Z.ravel(), bins=np.linspace(-5, 5, 80), density=True, color="C0", alpha=0.6)
    axis.plot(line, np.exp(-(line**2) / 2) / np.sqrt(2 * np.pi), color="black")
    axis.set(title=f"beta = {beta}", xlabel="latents of all digits")
    axis.text(-4.8, 0.37, f"standard\ndeviation {Z.std():.2f}", fontsize=9)
caption = "Histograms of drawn latents of all training digits, beside the density of N(0, 1)."
alt = "for the smallest beta the histogram is far wider than the normal curve; for the others it fits"
show("vae-aggregate.png", picture, caption, alt)

# %% [markdown]
# ## Completeness
#
# Every point of the latent space should decode to something plausible. With two latents all of them can be drawn. The
# grid runs over quantiles of $N(0, 1)$ (Kingma & Welling 2014, figure 4).

# %%
small = {"hidden": (256, 256), "epochs": 40, "batch_size": 50, "learning_rate": 1e-3}
plane = fitted(VAE(2, binarize=True, **small), X)
caption = "The plane of a VAE with two latents, decoded."
alt = "a sheet of digits that change smoothly into each other"
show("vae-manifold.png", grid(plane.manifold(14, 20), columns=20), caption, alt)

# %% [markdown]
# ## From the shell
#
# ```sh
# gen train vae digits.npy --latent-size 10 --hidden 256 --epochs 2 --beta 4 -o vae.safetensors
# gen sample vae.safetensors -o samples.png
# gen traverse vae.safetensors -o latents.png
# ```
#
# `--reconstruction-weight` is $C$.
#
# ## What this chapter claims

# %%
assert off_mean < 0.05 and off_sigma < 0.05
assert abs(formula - library) < 1e-3 and abs(log_ratio.mean() - formula) < 0.2
errors, kls, active, distances = zip(*(table[beta] for beta in betas))
assert list(errors) == sorted(errors) and list(kls) == sorted(kls, reverse=True)
assert active[-1] < active[1]
assert min(distances[1:3]) < distances[0] and min(distances[1:3]) < distances[-1]
assert abs(error / table[0.05][0] - 1) < 0.1

# %% [markdown]
# ## Exercises
#
# 1. Which digits lie next to each other in the plane, and why those?
# 2. Use `kl_schedule="linear"` and `kl_epochs=10`, which raise `beta` from 0 during the fit. Are more latents active at
#    `beta=4`?
