# %% [markdown]
# # 4. Denoising: digits, a scanned page, photographs
#
# A denoising autoencoder sees a noisy image $\tilde{x}$ and learns to return the clean one, by minimizing
# $\sum \|x - g(f(\tilde{x}))\|^2$. Noise is drawn anew at every step, so the network cannot learn it by heart. It
# must learn what clean images look like.
#
# The measure is the peak signal-to-noise ratio (PSNR) in decibels; higher is better. The bar is not the noisy image but
# the best *linear* filter, which also learns from the training images.
#
# The chapter needs scikit-image for the page and the photographs: `pip install scikit-image`.

# %%
import numpy as np
from skimage import data

from generative import Autoencoder, corrupt, evaluate
from lecture import digits, figure, fitted, grid, show

X, _, X_test, _ = digits()

# %% [markdown]
# ## Digits
#
# Gaussian noise with a standard deviation of 0.5, clipped to [0, 1].

# %%
model = fitted(
    Autoencoder(64, corruption="gaussian", corruption_amount=0.5, hidden=(512,), epochs=12, batch_size=64), X
)
noisy, noisy_test = corrupt(X, "gaussian", 0.5, seed=1), corrupt(X_test, "gaussian", 0.5, seed=2)


def linear_filter(noisy, clean):
    """Return the linear map with the least squared error from noisy rows to clean ones."""
    a, b = (some.reshape(len(some), -1).astype(np.float64) for some in (noisy, clean))
    centered, target = a - a.mean(axis=0), b - b.mean(axis=0)
    gram = centered.T @ centered
    weights = np.linalg.solve(gram + 1e-6 * np.trace(gram) * np.eye(len(gram)) / len(gram), centered.T @ target)
    return lambda rows: np.clip((rows.reshape(len(rows), -1) - a.mean(axis=0)) @ weights + b.mean(axis=0), 0, 1)


filtered = linear_filter(noisy, X)(noisy_test).reshape(X_test.shape).astype(np.float32)
denoised = model.denoise(noisy_test)
shown = np.concatenate([some[:16] for some in (noisy_test, filtered, denoised, X_test)])
caption = "From the top: noisy test digits, the best linear filter, the autoencoder, and the clean digits."
alt = "digits hidden in strong noise; blurred by the filter; clear by the autoencoder; clean"
show("denoising-digits.png", grid(shown), caption, alt)
decibels = {}
for name, some in (("noisy", noisy_test), ("linear filter", filtered), ("autoencoder", denoised)):
    decibels["digits", name] = figure(f"Digits, {name}, dB", evaluate.psnr(some, X_test), ".1f")

# %% [markdown]
# ## A scanned page
#
# A page has no second copy. But it consists of many similar small pieces: strokes, corners, paper. The autoencoder
# learns from windows of 16 × 16 pixels of the left half of the page and cleans the right half, which it has not seen.
# `denoise` applies it to an image of any size, in overlapping tiles.
#
# The network is a U-Net (`skips=True`): convolutions down to a small image and up again, with connections between the
# levels of the same size, so that fine detail need not pass through the latents.

# %%
random = np.random.default_rng(0)


def gray(image):
    """Return an image as gray values in [0, 1]."""
    image = np.asarray(image, np.float32) / 255
    return image if image.ndim == 2 else image[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32)


def windows(images, n, size):
    """Return n random windows of some images."""
    corners = [
        (im, random.integers(im.shape[0] - size + 1), random.integers(im.shape[1] - size + 1)) for im in images * n
    ]
    return np.stack([image[y : y + size, x : x + size] for image, y, x in corners[:n]])


def clean(name, training, image, amount):
    """Denoise an image with an autoencoder and a linear filter that learned from other images."""
    options = {"corruption": "gaussian", "corruption_amount": amount, "learning_rate": 3e-3, "batch_size": 32}
    options |= {"architecture": "convolutional", "skips": True, "base_channels": 8, "epochs": 5}
    model = fitted(Autoencoder(64, **options), windows(training, 4000, 16))
    noisy = corrupt(image[None], "gaussian", amount, seed=3)[0]
    # The filter computes each pixel from the 11 x 11 pixels around it.
    around = windows(training, 20_000, 11)
    pixel_of = linear_filter(corrupt(around, "gaussian", amount, seed=4), around[:, 5, 5])
    padded = np.pad(noisy, 5, mode="reflect")
    views = np.lib.stride_tricks.sliding_window_view(padded, (11, 11)).reshape(-1, 11, 11)
    filtered = np.concatenate([pixel_of(part) for part in np.array_split(views, 16)])
    results = {"noisy": noisy, "linear filter": filtered.reshape(image.shape).astype(np.float32)}
    results["autoencoder"] = model.denoise(noisy[None])[0]
    for kind, some in results.items():
        decibels[name, kind] = figure(f"{name}, {kind}, dB", evaluate.psnr(some[None], image[None]), ".1f")
    return results


page = gray(data.page())
left, right = page[:, :192], page[:, 192:]
results = clean("Page", [left], right, 0.25)
shown = np.stack([results["noisy"], results["linear filter"], results["autoencoder"], right])
caption = "The right half of a scanned page: noisy, linear filter, autoencoder, and as it was scanned."
alt = "a page of text under noise, the same blurred, the same with clear letters on smooth paper, and the original"
show("denoising-page.png", grid(shown, columns=2), caption, alt)

# %% [markdown]
# ## Photographs
#
# The autoencoder learns from windows of four photographs and cleans a fifth.

# %%
training = [gray(photo()) for photo in (data.astronaut, data.coffee, data.chelsea, data.rocket)]
camera = gray(data.camera())[80:336, 120:376]
results = clean("Photograph", training, camera, 0.1)
shown = np.stack([results["noisy"], results["linear filter"], results["autoencoder"], camera])
caption = "A photograph: noisy, linear filter, autoencoder, and clean."
alt = "a photographer with a camera, grainy, blurred, smooth, and the original"
show("denoising-photograph.png", grid(shown, columns=2), caption, alt)

# %% [markdown]
# ## From the shell
#
# ```sh
# gen train autoencoder digits.npy --latent-size 64 --corruption gaussian --epochs 2 -o denoiser.safetensors
# gen denoise denoiser.safetensors digits-test.npy -o denoised.png
# ```
#
# ## What this chapter claims

# %%
for name in ("digits", "Page", "Photograph"):
    assert decibels[name, "autoencoder"] > decibels[name, "noisy"] + 3
    assert decibels[name, "autoencoder"] > decibels[name, "linear filter"]

# %% [markdown]
# ## Exercises
#
# 1. Give the page's autoencoder windows of 8 × 8, and of 24 × 24. Which cleans best, and what does a larger window
#    cost?
# 2. Clean the photograph with the autoencoder that learned from the page. What does it do to the photographer, and why?
