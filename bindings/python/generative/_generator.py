"""What models share that make rows out of latents of a known distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from . import _constants as c
from . import latents as walks
from ._classes import is_one
from ._errors import check
from ._inversion import InvertibleModel
from ._library import lib
from ._plots import plot_image
from ._rows import Floats, address
from .image import image_grid


class GeneratorModel(InvertibleModel):
    """Common methods of VAE and GAN: sampling, and walks through the latents."""

    n_classes: int

    def sample(self, n: int = 1, *, labels: Any = None, seed: int = 0) -> Floats:
        """Draw new rows.

        Parameters
        ----------
        n : int, default=1
            Number of rows.
        labels : int or array-like of int, optional
            Conditional models: the class of each row, which then sets `n`, or one class for all n rows. By
            default the classes are drawn with equal probability.
        seed : int, default=0
            Seed of the random numbers. Row i is the same for any number of rows.

        Returns
        -------
        ndarray
            Rows, (n, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        handle = self._fitted_handle()
        known, count = self._classes_to_draw(labels, n)
        rows = self._empty_rows(count)
        check(self._function("sample")(handle, address(known), count, seed, address(rows)))
        return rows

    def plot_samples(self, n: Optional[int] = None, *, labels: Any = None, seed: int = 0, axes: Any = None) -> Any:
        """Plot new images in a grid, on matplotlib.

        Parameters
        ----------
        n : int, optional
            Number of images (default: that of the labels, if they are several, else 64).
        labels : int or array-like of int, optional
            Conditional models: as for `sample`.
        seed : int, default=0
            Seed of the random numbers.
        axes : matplotlib.axes.Axes, optional
            Axes to draw in (default: those of a new figure).

        Returns
        -------
        matplotlib.axes.Axes
            The axes.

        Raises
        ------
        ImportError
            matplotlib is not installed.
        """
        if n is None:
            n = 64 if labels is None or is_one(labels) else 1
        return plot_image(image_grid(self.sample(n, labels=labels, seed=seed)), axes)

    def interpolate(
        self,
        first: npt.ArrayLike,
        last: npt.ArrayLike,
        n_steps: int = 10,
        *,
        curve: str = "spherical",
        labels: Any = None,
    ) -> Floats:
        """Decode a walk from one latent to another.

        Parameters
        ----------
        first, last : array-like
            Latents at the two ends, which are included, (latent_size,).
        n_steps : int, default=10
            Number of rows.
        curve : {"spherical", "linear"}, default="spherical"
            Path of the walk, see `latents.interpolate`.
        labels : int or array-like of int, optional
            Conditional models: the class of each step, or one class for all.

        Returns
        -------
        ndarray
            Rows, (n_steps, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        return self._from_latents(walks.interpolate(first, last, n_steps, curve=curve), labels)

    def traverse(
        self,
        base: Optional[npt.ArrayLike] = None,
        axes: Optional[Sequence[int]] = None,
        *,
        extent: float = 3.0,
        n_steps: int = 9,
        label: Optional[int] = None,
    ) -> Floats:
        """Vary one latent after another and decode.

        Parameters
        ----------
        base : array-like, optional
            Latent at which the others stay, (latent_size,) (default: zero).
        axes : sequence of int, optional
            Indices of the latents to vary (default: all).
        extent : float, default=3.0
            Latents run from -extent to extent.
        n_steps : int, default=9
            Number of steps per latent.
        label : int, optional
            Class of the rows, for a conditional model.

        Returns
        -------
        ndarray
            Rows, (n_axes, n_steps, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        middle = np.zeros(self.latent_size_, np.float32) if base is None else base
        Z = walks.traverse(middle, axes, extent=extent, n_steps=n_steps)
        flat = Z.reshape(-1, Z.shape[-1])
        rows = self._from_latents(flat, self._labels(label, len(flat), "label"))
        return rows.reshape(*Z.shape[:2], *rows.shape[1:])

    def _from_latents(self, Z: npt.ArrayLike, labels: Any) -> Floats:
        raise NotImplementedError

    def _n_conditions(self) -> int:
        count: int = self.info.n_classes
        return count
