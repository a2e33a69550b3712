"""What models share that make rows out of latents of a known distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from . import _constants as c
from . import latents as walks
from ._errors import check
from ._inversion import InvertibleModel
from ._library import lib
from ._rows import Floats, address


class GeneratorModel(InvertibleModel):
    """A VAE or a GAN: it samples, walks through its latents, and finds those of given rows."""

    n_classes: int

    def sample(self, n: int = 1, *, labels: Any = None, seed: int = 0) -> Floats:
        """New rows, (n, *shape). Row i of a seed is the same for any n.

        labels: the class of each row of a conditional model, which set n; one class: of all n rows; None:
        drawn evenly.
        """
        handle = self._fitted_handle()
        known, count = self._classes_to_draw(labels, n)
        rows = self._empty_rows(count)
        check(self._function("sample")(handle, address(known), count, seed, address(rows)))
        return rows

    def interpolate(
        self,
        first: npt.ArrayLike,
        last: npt.ArrayLike,
        n_steps: int = 10,
        *,
        curve: str = "spherical",
        labels: Any = None,
    ) -> Floats:
        """The rows of a walk from one latent to another, both included, (n_steps, *shape).

        curve: "spherical" or "linear". labels: of the steps, or one of all, for a conditional model.
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
        """What each latent does, (n_axes, n_steps, *shape).

        axes: the latents that run from -extent to extent, None: all; the others stay at the base, None:
        zero. label: the class shown, for a conditional model.
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
