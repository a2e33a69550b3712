"""Computes the same results in Double, from the weights that a model saved, to measure our errors."""

import json
import struct

import numpy as np


def tensors(data):
    """The 32-bit float arrays of a safetensors file, as Double, by name."""
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        if entry["dtype"] == "F32":
            first, last = (8 + size + offset for offset in entry["data_offsets"])
            found[name] = np.frombuffer(data[first:last], "<f4").reshape(entry["shape"]).astype(float)
    return found


def relative(ours, exact):
    """The largest difference, relative to the largest value."""
    return float(np.abs(np.asarray(ours, float) - exact).max() / np.abs(exact).max())


def dense(x, weights, prefix):
    return x @ weights[prefix + ".weight"].T + weights.get(prefix + ".bias", 0)


def vae_encode(x, weights):
    """The mean and the log-variance, side by side, from a VAE with one hidden layer of ReLUs."""
    hidden = np.maximum(dense(x.astype(float), weights, "encoder.0"), 0)
    return dense(hidden, weights, "encoder.1")


def dcgan_generate(latents, weights):
    """DCGAN's generator with running statistics: N x H x W x C in [-1, 1], where the half that rows in [0, 1]
    have added does not hide errors."""
    y = dense(latents.astype(float), weights, "generator.0")
    y = y.reshape(len(y), 4, 4, -1)
    layer = 1
    while f"generator.{layer}.scale" in weights:
        y = np.maximum(_normalise(y, weights, f"generator.{layer}"), 0)
        y = _transposed_convolution(y, weights[f"generator.{layer + 1}.weight"])
        layer += 2
    return np.tanh(y)


def _normalise(x, weights, prefix, epsilon=1e-5):
    mean, variance = weights[prefix + ".running_mean"], weights[prefix + ".running_var"]
    scale = weights[prefix + ".scale"] / np.sqrt(variance + epsilon)
    return (x - mean) * scale + weights[prefix + ".shift"]


def _transposed_convolution(x, weight):
    """4 x 4, stride 2, padding 1; weight: input channels x 4 x 4 x output channels."""
    n, height, width, channels = x.shape
    taps = (x.reshape(-1, channels) @ weight.reshape(channels, -1)).reshape(n, height, width, 4, 4, -1)
    y = np.zeros((n, 2 * height + 2, 2 * width + 2, weight.shape[-1]))
    for i in range(4):
        for j in range(4):
            y[:, i : i + 2 * height : 2, j : j + 2 * width : 2] += taps[:, :, :, i, j]
    return y[:, 1:-1, 1:-1]


class RunningCovariance:
    """The covariance of rows that come in blocks, in Double, shifted by about their mean (the first
    block's)."""

    def __init__(self, columns):
        self._count, self._shift = 0, None
        self._sum, self._products = np.zeros(columns), np.zeros((columns, columns))

    def add(self, block):
        if self._shift is None:
            self._shift = block.mean(axis=0, dtype=float)
        shifted = block.astype(float) - self._shift
        self._count += len(block)
        self._sum += shifted.sum(axis=0)
        self._products += shifted.T @ shifted

    @property
    def covariance(self):
        """The covariance with the divisor rows - 1."""
        correction = np.outer(self._sum, self._sum) / self._count
        return (self._products - correction) / (self._count - 1)


def covariance(rows, block=10_000):
    running = RunningCovariance(rows.shape[1])
    for first in range(0, len(rows), block):
        running.add(rows[first : first + block])
    return running.covariance


def pca_error(components, variances, exact_covariance):
    """The larger of two errors: of the eigenvalues, compared with Double's, and |C v - l v| of the components,
    both relative to the largest eigenvalue. It is well conditioned, unlike the components themselves where
    eigenvalues are nearly equal."""
    exact = np.linalg.eigvalsh(exact_covariance)[::-1]
    v = np.asarray(components, float)
    variances = np.asarray(variances, float)
    residuals = np.linalg.norm(v @ exact_covariance - variances[:, None] * v, axis=1)
    return float(max(np.abs(variances - exact[: len(variances)]).max(), residuals.max()) / exact[0])


def wide_pca_error(components, variances, rows):
    """`pca_error` for fewer rows than columns, by the Gram matrix, without forming the covariance."""
    centred = rows.astype(float) - rows.mean(axis=0, dtype=float)
    exact = np.linalg.eigvalsh(centred @ centred.T / (len(rows) - 1))[::-1]
    v = np.asarray(components, float)
    variances = np.asarray(variances, float)
    products = (v @ centred.T) @ centred / (len(rows) - 1)
    residuals = np.linalg.norm(products - variances[:, None] * v, axis=1)
    return float(max(np.abs(variances - exact[: len(variances)]).max(), residuals.max()) / exact[0])
