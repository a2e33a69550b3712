"""Plots of models, on matplotlib where it is installed."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Optional

import numpy as np

from ._progress import FitEvent
from ._rows import Doubles, Floats

# Quantities of an epoch that share an axis.
_HISTORIES = [
    ("loss", "validation_loss"),
    ("reconstruction", "validation_reconstruction"),
    ("kl", "validation_kl"),
    ("discriminator_loss", "generator_loss"),
    ("real_score", "fake_score"),
]


def new_axes(count: int = 1) -> Any:
    """Axes of a new figure, beside one another."""
    try:
        pyplot = importlib.import_module("matplotlib.pyplot")
    except ImportError as error:
        raise ImportError("plots need matplotlib, which is not installed") from error
    return pyplot.subplots(1, count, figsize=(4.5 * count, 3.2), squeeze=False, layout="constrained")[1][0]


def plot_history(history: Sequence[FitEvent]) -> Any:
    """An axes for each group of quantities that the epochs have."""
    if not history:
        raise ValueError("there is no history: the model was loaded or not fitted")
    groups = []
    for group in _HISTORIES:
        known = [name for name in group if np.isfinite([getattr(event, name) for event in history]).any()]
        if known:
            groups.append(known)
    all_axes = new_axes(len(groups))
    epochs = range(1, len(history) + 1)
    for axes, names in zip(all_axes, groups):
        for name in names:
            axes.plot(epochs, [getattr(event, name) for event in history], label=name.replace("_", " "))
        axes.set_xlabel("epoch")
        axes.legend()
    return all_axes


def plot_variance(ratios: Doubles, axes: Optional[Any]) -> Any:
    """The share of the variance that the first k components explain."""
    axes = new_axes()[0] if axes is None else axes
    axes.plot(np.arange(1, len(ratios) + 1), np.cumsum(ratios), marker=".")
    axes.set_xlabel("components")
    axes.set_ylabel("explained variance")
    axes.set_ylim(0, 1.02)
    return axes


def plot_image(image: Floats, axes: Optional[Any]) -> Any:
    """An image without ticks."""
    axes = new_axes()[0] if axes is None else axes
    axes.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()
    return axes
