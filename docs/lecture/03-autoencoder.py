# %% [markdown]
# # 3. An autoencoder beside PCA
#
# An autoencoder consists of two networks. The encoder compresses, $z = f(x)$, and the decoder goes back,
# $\hat{x} = g(z)$. Both are trained together to minimize $\sum \|x - \hat{x}\|^2$. With linear $f$ and $g$ this is
# PCA. With networks, the $L$ numbers in $z$ can describe a curved surface, and the error for the same $L$ is smaller.

# %%
import numpy as np

from generative import PCA, Autoencoder, evaluate
from lecture import digits, figure, fitted, grid, plots, show

X, labels, X_test, labels_test = digits()

# %% [markdown]
# ## The same number of latents
#
# Three autoencoders 784-256-64-L-64-256-784, and PCA with as many components. The error is the sum over the pixels of
# a test image.

# %%
counts = (2, 10, 30)
epochs = {2: 50, 10: 15, 30: 15}  # two latents need the longest fit
networks = {L: fitted(Autoencoder(L, hidden=(256, 64), epochs=epochs[L], batch_size=50), X) for L in counts}
linear = {L: PCA(L).fit(X) for L in counts}


def by_pca(L, images):
    """Compress images to L numbers by PCA and go back."""
    return linear[L].inverse_transform(linear[L].transform(images)).reshape(images.shape)


def error(back):
    """Return the mean squared error of the test images, summed over pixels."""
    return np.mean(np.sum((back - X_test) ** 2, axis=(1, 2)))


errors = {L: (error(by_pca(L, X_test)), error(networks[L].reconstruct(X_test))) for L in counts}
for L, (pca, network) in errors.items():
    print(f"L = {L:2}: PCA {pca:6.2f}   autoencoder {network:6.2f}   ratio {network / pca:.2f}")
figure("Error of an autoencoder over PCA's, 10 latents", errors[10][1] / errors[10][0])

lines = [X_test[:16]]
for L in (2, 10):
    lines += [by_pca(L, X_test[:16]), networks[L].reconstruct(X_test[:16])]
caption = "From the top: test images; PCA and autoencoder with L = 2; PCA and autoencoder with L = 10."
alt = "PCA's images are blurred blends of digits; the autoencoder's are legible digits"
show("autoencoder-beside-pca.png", grid(np.concatenate(lines)), caption, alt)

# %% [markdown]
# PCA with two components adds two images to the mean, in different amounts, so all its results look alike. The
# autoencoder with two latents draws a digit, though sometimes the wrong one.
#
# ## Two latents as a map

# %%
plt = plots()
picture, axes = plt.subplots(1, 2, figsize=(10, 4.6))
shares = {}
for axis, name, model in ((axes[0], "PCA", linear[2]), (axes[1], "autoencoder", networks[2])):
    Z, Z_test = model.transform(X), model.transform(X_test)
    points = axis.scatter(*Z.T, c=labels, cmap="tab10", s=3, vmin=-0.5, vmax=9.5)
    axis.set(title=name, xlabel="$z_1$", ylabel="$z_2$")
    shares[name] = np.mean(evaluate.neighbours(Z, labels, Z_test) == labels_test)
picture.colorbar(points, ax=axes, ticks=range(10))
alt = "PCA: overlapping clouds; autoencoder: separate rays, one for most digits"
show("autoencoder-plane.png", picture, "4,000 digits as two numbers, coloured by label.", alt)
for name, share in shares.items():
    figure(f"Test digits whose nearest neighbour in the plane has their label, {name}", share, ".1%")

# %% [markdown]
# ## A linear autoencoder is PCA
#
# Without hidden layers and activations the autoencoder has only linear maps. Its best error is PCA's, and it finds the
# same plane, though not the same axes in it.

# %%
centered = X - X.mean(axis=0)
options = {"hidden": (), "bias": False, "output_activation": "identity", "preparation": "none"}
flat = fitted(Autoencoder(10, **options, epochs=30, batch_size=64), centered)
its_error = np.mean(np.sum((flat.reconstruct(centered) - centered) ** 2, axis=(1, 2)))
optimum = np.mean(np.sum((by_pca(10, X) - X) ** 2, axis=(1, 2)))
figure("PCA's error on training images, 10 components", optimum)
figure("a linear autoencoder's error", its_error)

# %% [markdown]
# ## From the shell
#
# ```sh
# gen train autoencoder digits.npy --latent-size 10 --epochs 1 -o autoencoder.safetensors
# gen reconstruct autoencoder.safetensors digits-test.npy -o reconstructions.png
# ```
#
# ## What this chapter claims

# %%
assert all(network < 0.8 * pca for pca, network in errors.values())
assert shares["autoencoder"] > shares["PCA"] + 0.1
assert optimum <= its_error * 1.0001 and its_error < 1.02 * optimum

# %% [markdown]
# ## Exercises
#
# 1. The autoencoder has 0.4 million weights, and there are 4,000 training images. Compare its errors on training and
#    test images. Do the same for PCA.
# 2. Set `tied=True`, so that the decoder uses the encoder's weights. How do the error and the number of weights
#    (`n_parameters_`) change?
