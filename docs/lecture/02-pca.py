# %% [markdown]
# # 2. PCA as a change of basis
#
# Principal component analysis (PCA) describes data in a new basis, $y = P x$. The rows of $P$ are orthogonal unit
# vectors, and $y_i = p_i \cdot x$ is the projection of $x$ onto the $i$-th of them. Which basis is best? The one in
# which the coordinates of $y$ are not correlated, sorted by variance.
#
# Let $X$ hold $n$ centered data points as columns. Their covariance is $C_X = \frac{1}{n} X X^T$. In the new basis it
# is $C_Y = P C_X P^T$. If the rows of $P$ are the eigenvectors of $C_X = E D E^T$, that is $P = E^T$, then $C_Y = D$
# is diagonal. The eigenvalues in $D$ are the variances, from the largest to the smallest.

# %%
import numpy as np
from skimage.data import lfw_subset

from generative import PCA
from lecture import digits, figure, grid, plots, show

X, _, X_test, _ = digits()
pca = PCA().fit(X)
Y = pca.transform(X)

# %% [markdown]
# ## Covariance before and after
#
# On the left are the covariances between pixels, on the right those between the new coordinates, of the same data. For
# each matrix, 40 of its 784 rows and columns are drawn: the middle rows of the image, and the first components.

# %%
pixels = X.reshape(len(X), -1)
C_X, C_Y = np.cov(pixels.T), np.cov(Y.T)
middle = np.arange(14 * 28 - 20, 14 * 28 + 20)

plt = plots()
picture, axes = plt.subplots(1, 2, figsize=(9, 4))
for axis, matrix, name in zip(axes, (C_X[np.ix_(middle, middle)], C_Y[:40, :40]), ("$C_X$", "$C_Y$")):
    limit = np.abs(matrix).max()
    drawn = axis.imshow(matrix, cmap="RdBu_r", vmin=-limit, vmax=limit)
    axis.set_title(name)
    picture.colorbar(drawn, ax=axis)
caption = "Covariance matrices of the digits: of 40 pixels (left), and of the first 40 components (right)."
show(
    "pca-covariance.png",
    picture,
    caption,
    "the left matrix has large values everywhere, the right only on its diagonal",
)


def off_diagonal(C):
    """Return the largest absolute correlation between different coordinates that vary."""
    deviation = np.sqrt(np.diag(C))
    varies = deviation > 1e-3 * deviation.max()
    correlation = C[np.ix_(varies, varies)] / np.outer(deviation[varies], deviation[varies])
    return np.abs(correlation - np.eye(varies.sum())).max()


before = figure("Largest correlation between two pixels", off_diagonal(C_X), ".3f")
after = figure("Largest correlation between two components", off_diagonal(C_Y), ".1e")
figure("Sum of the variances before", np.trace(C_X))
figure("Sum of the variances after", np.trace(C_Y))

# %% [markdown]
# $C_Y$ is diagonal up to rounding: the components are not correlated. The sum of the variances is the same, because the
# change of basis is a rotation. But now a few coordinates carry most of it.
#
# ## The components
#
# A row of $P$ is an image, too. Gray is zero; lighter and darker pixels count positively and negatively.

# %%
components = pca.components_[:32].reshape(-1, 28, 28)
scaled = 0.5 + 0.5 * components / np.abs(components).max(axis=(1, 2), keepdims=True)
alt = "two lines of images; the first show a ring and slanted strokes, later ones finer waves"
show("pca-components.png", grid(scaled), "The first 32 principal components of the digits.", alt)

# %% [markdown]
# ## L components against the error
#
# $P_L$, the first $L$ rows of $P$, gives $y = P_L x$ with $L < m$ numbers. Going back, $\hat{x} = P_L^T y$ (plus the
# mean). No other linear map to $L$ numbers has a smaller squared error $\sum \|x - \hat{x}\|^2$. On training data the
# error is the sum of the variances left out.

# %%
counts = [1, 2, 5, 10, 20, 30, 50, 100, 200, 400]
rows = []
for L in counts:
    part = PCA(L).fit(X)
    back = part.inverse_transform(part.transform(X_test)).reshape(X_test.shape)
    rows.append((np.mean(np.sum((X_test - back) ** 2, axis=(1, 2))), back[:16]))
errors = [error for error, _ in rows]
left_out = [pca.explained_variance_[L:].sum() for L in counts]

picture, axes = plt.subplots(figsize=(6, 3.5))
axes.plot(counts, errors, "o-", label="error of test images")
axes.plot(counts, left_out, "--", label="variance left out (training images)")
axes.set(xscale="log", xlabel="$L$", ylabel=r"$\|x - \hat{x}\|^2$", ylim=0)
axes.legend(frameon=False)
show(
    "pca-error.png",
    picture,
    "The error falls with the number of components.",
    "two nearly equal curves, falling to zero",
)

shown = np.concatenate([back for L, (_, back) in zip(counts, rows) if L in (2, 10, 30, 100)] + [X_test[:16]])
alt = "five lines of the same digits, from blurred shapes to clear images"
show("pca-reconstructions.png", grid(shown), "From the top: L = 2, 10, 30, 100, and the test images.", alt)
for L, error in zip(counts, errors):
    print(f"L = {L:3}: squared error {error:6.2f}")

# %% [markdown]
# ## Eigenfaces
#
# The components of photographs of faces are called eigenfaces. scikit-image carries 100 real faces of 25 × 25 pixels.

# %%
faces = lfw_subset()[:100].astype(np.float32)
eigenfaces = PCA(20).fit(faces)
components = eigenfaces.components_.reshape(-1, 25, 25)
scaled = 0.5 + 0.5 * components / np.abs(components).max(axis=(1, 2), keepdims=True)
back = eigenfaces.inverse_transform(eigenfaces.transform(faces)).reshape(-1, 25, 25)
shown = np.concatenate([faces[:12], back[:12], eigenfaces.mean_.reshape(1, 25, 25), scaled[:11]])
caption = "Real faces; the same from 20 numbers each; and below the mean face and the first eleven eigenfaces."
alt = "a line of small photographs of faces, a line of blurred copies, a line of ghostly faces"
show("pca-eigenfaces.png", grid(shown, columns=12, enlarge=2), caption, alt)
figure("Variance of 100 faces that 20 eigenfaces explain", eigenfaces.explained_variance_ratio_.sum(), ".1%")

# %% [markdown]
# The first eigenfaces describe where the light comes from. Later ones describe shapes of the face.
#
# ## From the shell
#
# ```sh
# gen train pca digits.npy --n-components 50 -o pca.safetensors
# gen report pca.safetensors digits-test.npy -o pca.html
# ```
#
# The report has the components and their variances.
#
# ## What this chapter claims

# %%
assert before > 0.9 and after < 1e-3
assert np.isclose(np.trace(C_X), np.trace(C_Y), rtol=1e-5)
assert all(np.diff(errors) < 0)  # more components, less error

# %% [markdown]
# ## Exercises
#
# 1. For 5 components, replace $P_L$ by five random orthogonal vectors (`np.linalg.qr`). How much larger is the error?
# 2. How many eigenfaces are necessary to explain 95 % of the variance of the faces? And of 99 faces, how well do they
#    explain the hundredth?
