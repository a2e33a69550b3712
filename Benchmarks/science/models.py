"""The models of the claims, with the defaults for which their recipes were chosen; the library's have changed
since."""

from __future__ import annotations

from typing import Any

import generative

FIT: dict[str, Any] = {
    "architecture": "dense", "epochs": 10, "batch_size": 128, "schedule": "constant", "preparation": "none",
}  # fmt: skip


def Autoencoder(*args: Any, **options: Any) -> generative.Autoencoder:
    return generative.Autoencoder(*args, **{**FIT, "learning_rate": 1e-3, **options})


def VAE(*args: Any, **options: Any) -> generative.VAE:
    fit = {**FIT, "learning_rate": 1e-3, "learned_variance": "gradient"}
    if options.get("architecture") != "convolutional":
        fit["initializer"] = "by_activation"
    return generative.VAE(*args, **{**fit, **options})


def GAN(*args: Any, **options: Any) -> generative.GAN:
    fit = {**FIT, "learning_rate": 2e-4, "average_ramp": False, "spectral_norm": False, "input_noise": 0}
    fit["r1_penalty"] = 0
    if options.get("architecture") == "convolutional":
        fit["base_channels"] = 64
    return generative.GAN(*args, **{**fit, **options})


def Classifier(*args: Any, **options: Any) -> generative.Classifier:
    return generative.Classifier(*args, **{**FIT, "learning_rate": 1e-3, **options})
