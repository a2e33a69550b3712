"""A PCA by its arrays alone, for arrays that are no longer what the library found."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ._rows import Doubles, Reals

_BLOCK = 4096  # rows at a time
_FLAT = 2.0**-100  # of the first variance: what rounding leaves of none


class LinearGaussian(NamedTuple):
    """Rows x = mean + latent @ components + noise, with orthonormal components (Tipping & Bishop 1999)."""

    mean: Reals  # d
    components: Reals  # k x d
    variances: Reals  # k, of the latents
    noise: float  # the variance in every other direction
    whiten: bool

    def transform(self, rows: Reals) -> Reals:
        """The latents of rows, (n, k)."""
        latents: Reals = (rows - self.mean) @ self.components.T
        if not self.whiten:
            return latents
        deviations = self._deviations()
        return np.divide(latents, deviations, out=np.zeros_like(latents), where=deviations > 0)

    def inverse_transform(self, latents: Reals) -> Reals:
        """The rows of latents, (n, d)."""
        scaled = latents * self._deviations() if self.whiten else latents
        rows: Reals = scaled @ self.components + self.mean
        return rows

    def log_likelihood(self, rows: Reals) -> Doubles:
        """ln p of each row, in nats; -inf where the covariance is singular."""
        if self._is_singular:
            return np.full(len(rows), -np.inf)
        k, d = self.components.shape
        kept = self._model_variances()
        constant = d * np.log(2 * np.pi) + np.log(kept).sum() + ((d - k) * np.log(self.noise) if k < d else 0.0)
        found = np.empty(len(rows))
        for first in range(0, len(rows), _BLOCK):
            centred = rows[first : first + _BLOCK].astype(np.float64) - self.mean
            latents = centred @ self.components.T
            distances = (latents**2 / kept).sum(1)
            if k < d:
                distances += ((centred - latents @ self.components) ** 2).sum(1) / self.noise
            found[first : first + _BLOCK] = -0.5 * (constant + distances)
        return found

    def impute(self, rows: Reals, known: npt.NDArray[np.bool_]) -> Reals:
        """Rows, with the mean given the known values in place of the others. known: (1 or n, d)."""
        weights = np.sqrt(np.maximum(self._model_variances() - self.noise, 0))[:, None] * self.components
        filled = rows.copy()
        for row, there in zip(filled, np.broadcast_to(known, rows.shape)):
            part = weights[:, there]
            inner = part.T @ part
            inner.flat[:: len(inner) + 1] += self.noise
            latent = part @ (np.linalg.pinv(inner, hermitian=True) @ (row[there] - self.mean[there]))
            row[~there] = self.mean[~there] + latent @ weights[:, ~there]
        return filled

    def sample(self, n: int, seed: int, noise: bool) -> Doubles:
        """n rows; row i of a seed is the same for any n."""
        k, d = self.components.shape
        weights = np.sqrt(np.maximum(self.variances - self.noise, 0))
        latents = np.random.default_rng([seed, 0]).standard_normal((n, k)) * weights
        rows: Doubles = latents @ self.components + self.mean.astype(np.float64)
        if noise:
            rows += np.sqrt(self.noise) * np.random.default_rng([seed, 1]).standard_normal((n, d))
        return rows

    def covariance(self) -> Doubles:
        """The rows' covariance, (d, d)."""
        return self._with_spectrum(self._model_variances(), self.noise)

    def precision(self) -> Doubles:
        """The inverse of the covariance; LinAlgError where that is singular."""
        if self._is_singular:
            raise np.linalg.LinAlgError(
                "the covariance is singular: the rows lie in a subspace and no component is left out as noise"
            )
        k, d = self.components.shape
        return self._with_spectrum(1 / self._model_variances(), 1 / self.noise if k < d else 0.0)

    @property
    def _is_singular(self) -> bool:
        return is_singular(self._model_variances(), self.noise, len(self.mean))

    def _model_variances(self) -> Doubles:
        """The covariance's eigenvalues along the components. With whiten scikit-learn's, whose components it
        multiplies by the square roots of the variances."""
        variances = self.variances.astype(np.float64)
        excess = np.maximum(variances - self.noise, 0)
        return (variances * excess if self.whiten else excess) + self.noise

    def _with_spectrum(self, kept: Doubles, rest: float) -> Doubles:
        """The matrix with these eigenvalues along the components and `rest` in every other direction."""
        components = self.components.astype(np.float64)
        matrix: Doubles = (components.T * (kept - rest)) @ components
        matrix.flat[:: len(matrix) + 1] += rest
        return matrix

    def _deviations(self) -> Reals:
        """What whitened latents are divided by; 0 for a component without variance."""
        least = _FLAT * self.variances.max(initial=0.0)
        return np.sqrt(np.where(self.variances > least, self.variances, 0)).astype(self.components.dtype)


def is_singular(kept: Doubles, rest: float, size: int) -> bool:
    """Whether a covariance of size x size has no inverse: by its eigenvalues along the components, and `rest` in
    every other direction."""
    least = kept.min() if len(kept) == size else rest
    return bool(least <= 4 * np.finfo(np.float64).eps * max(kept.max(initial=0.0), rest))
