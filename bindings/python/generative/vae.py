"""The variational autoencoder."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

import numpy as np
import numpy.typing as npt

from ._c_types import room
from ._calibrated import CalibratedModel
from ._constructors import VAEParameters
from ._errors import check
from ._follow import interruptible
from ._generator import GeneratorModel
from ._library import lib
from ._options import described
from ._progress import Callback
from ._rows import Doubles, Floats, address, as_rows
from .context import Token


class ELBO(NamedTuple):
    """The two terms of the bound of each row, in nats: log p(x) >= -(reconstruction + kl)."""

    reconstruction: Doubles
    kl: Doubles


class VAE(VAEParameters, GeneratorModel, CalibratedModel):
    """A variational autoencoder (Kingma & Welling 2014).

    Minimises reconstruction_weight * reconstruction + beta * KL, in nats per row. likelihood="bernoulli"
    is for rows in [0, 1]; "gaussian" learns one variance for all pixels or takes `variance`, and
    output_activation="identity" is for rows beyond [0, 1]. importance_samples: more than one make it an
    importance-weighted autoencoder, which learns from the tighter bound of Burda et al. (2016).
    hidden: None: 400, convolutional 256; (): none.

    architecture="convolutional": `depth` levels of half the size (None: until the smaller side is 4
    ... 7), then `hidden`. Images may have any sides of at least 2^depth pixels. n_classes: the model is
    conditional; fit takes labels 0 ... n_classes - 1 as `y` or from the Dataset, `score` as `y`, and the other
    methods as `labels`: one for each row, or one for all.

    All parameters: see `VAEParameters`.
    """

    _noun = "vae"

    def encode(self, X: Any, *, labels: Any = None) -> tuple[Floats, Floats]:
        """The Gaussian of each row: (mean, log_variance), each (n, latent_size)."""
        rows, known = self._rows_and_labels(X, labels)
        mean = self._empty_latents(len(rows))
        log_variance = np.empty_like(mean)
        self._given(lib.gen_vae_encode, rows, known, address(mean), address(log_variance))
        return mean, log_variance

    def transform(self, X: Any, *, labels: Any = None) -> Any:
        """The means of encode, in the container that set_output asks for."""
        return self._labelled(self.encode(X, labels=labels)[0], X)

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """fit, then the means of the same rows."""
        self.fit(X, y, **fit_params)
        return self.transform(X, labels=y if self._n_conditions() > 0 else None)

    def encode_sample(self, X: Any, *, labels: Any = None, seed: int = 0) -> Floats:
        """One latent drawn from each row's Gaussian."""
        rows, known = self._rows_and_labels(X, labels)
        latents = self._empty_latents(len(rows))
        self._given(lib.gen_vae_encode_sample, rows, known, seed, address(latents))
        return latents

    def decode(self, Z: npt.ArrayLike, *, labels: Any = None, noise: bool = False, seed: int = 0) -> Floats:
        """The means of p(x|z) for latents; noise: rows drawn from it, by the seed, as `add_noise` does."""
        latents = self._latents(Z)
        known = self._labels(labels, len(latents))
        rows = self._map(lib.gen_vae_decode, latents, self._empty_rows(len(latents)), known)
        return self.add_noise(rows, seed=seed) if noise else rows

    def sample(self, n: int = 1, *, labels: Any = None, seed: int = 0, noise: bool = False) -> Floats:
        """New rows, (n, *shape). Row i of a seed is the same for any n.

        labels: the class of each row of a conditional model, which set n; one class: of all n rows; None:
        drawn evenly. noise: rows drawn from p(x|z), as `add_noise` does, and not its means, which vary less than
        data does.
        """
        rows = super().sample(n, labels=labels, seed=seed)
        return self.add_noise(rows, seed=seed) if noise else rows

    def add_noise(self, X: npt.ArrayLike, *, seed: int = 0) -> Floats:
        """Rows drawn from p(x|z), given its means, which decode, sample or reconstruct give.

        likelihood="gaussian": noise of the variance `noise_variance_`; "bernoulli": 1 with the mean as the
        probability, else 0.
        """
        rows = self._rows(X)
        out = self._empty_rows(len(rows))
        check(lib.gen_vae_add_noise(self._fitted_handle(), address(rows), len(rows), seed, address(out)))
        return out

    @property
    def noise_variance_(self) -> Doubles:
        """The variance of p(x|z) of each value of a row, in the rows' units, learned or given; of likelihood="gaussian"
        alone."""
        description = described(lib.gen_model_describe, self._fitted_handle())
        if "noise_variance" not in description:
            raise AttributeError('noise_variance_ is of likelihood="gaussian"; "bernoulli" has none')
        values = np.array(description["noise_variance"])
        return np.broadcast_to(values if len(values) == 1 else values.reshape(self.shape_), self.shape_).copy()

    def inverse_transform(self, Z: npt.ArrayLike, *, labels: Any = None) -> Floats:
        """decode."""
        return self.decode(Z, labels=labels)

    def reconstruct(self, X: Any, *, labels: Any = None) -> Floats:
        """Rows through the means of their Gaussians and back."""
        rows, known = self._rows_and_labels(X, labels)
        return self._map(lib.gen_model_reconstruct, rows, self._empty_rows(len(rows)), known)

    def invert(
        self,
        X: Any,
        *,
        labels: Any = None,
        n_steps: int = 200,
        n_starts: int = 1,
        learning_rate: Optional[float] = None,
        prior_weight: Optional[float] = None,
        start: Optional[npt.ArrayLike] = None,
        seed: int = 0,
        mask: Any = None,
        callback: Optional[Callback] = None,
        token: Optional[Token] = None,
    ) -> tuple[Floats, Floats]:
        """The latents whose rows come nearest to X, by gradient descent: (latents, errors).

        errors: of each row, squared and summed. n_starts: descents, of which the best counts.
        prior_weight: of |latent|^2 / 2 beside the error; None: 0, for masked rows twice the variance of p(x|z)
        ("bernoulli": 0.05). start: the first start; None: encode's means. mask: 1 or True where a value is known,
        of X's shape or of one row's for all; only known values count. labels: the class of each row, or one for
        all rows, of a conditional model.
        callback(event) may return STOP_AFTER_EPOCH (end with the starts so far) or STOP_NOW.
        """
        search = {"n_steps": n_steps, "n_starts": n_starts, "learning_rate": learning_rate, "prior_weight": prior_weight}
        return self._invert(X, mask, labels, start, callback, token, seed=seed, **search)

    def elbo(self, X: Any, *, labels: Any = None, n_samples: int = 1, seed: int = 0) -> ELBO:
        """The two terms of the bound on log p(x), in nats per row: (reconstruction, kl).

        n_samples: latents drawn per row, over which the reconstruction is averaged.
        """
        rows, known = self._rows_and_labels(X, labels)
        terms = ELBO(np.empty(len(rows)), np.empty(len(rows)))
        outputs = (address(terms.reconstruction), address(terms.kl))
        self._given(interruptible(lib.gen_vae_elbo), rows, known, n_samples, seed, *outputs)
        return terms

    def log_likelihood(self, X: Any, *, labels: Any = None, n_samples: int = 5000, seed: int = 0) -> Doubles:
        """log p(x) of each row in nats, estimated from n_samples latents of its own by importance
        sampling (Burda et al. 2016): (n,). n_samples=1 is the bound, drawn; the mean grows with it.

        For likelihood="bernoulli" rows should be 0 and 1: see `binarize`.
        """
        rows, known = self._rows_and_labels(X, labels)
        likelihood = np.empty(len(rows))
        estimate = interruptible(lib.gen_vae_log_likelihood)
        self._given(estimate, rows, known, n_samples, seed, address(likelihood))
        return likelihood

    def score(self, X: Any, y: Any = None) -> float:
        """The mean of the bound on log p(x), in nats: the greater the better. y: the labels of a conditional
        model; others ignore it."""
        reconstruction, kl = self.elbo(X, labels=y if self._n_conditions() > 0 else None)
        return -float(np.mean(reconstruction + kl))

    def manifold(
        self,
        n_rows: int = 20,
        n_columns: int = 20,
        *,
        latent_x: int = 0,
        latent_y: int = 1,
        labels: Any = None,
    ) -> Floats:
        """Decoded latents on a grid of quantiles, (n_rows * n_columns, *shape).

        labels: the class of each image, or one of all, for a conditional model.
        """
        handle = self._fitted_handle()
        count = room(n_rows, "n_rows") * room(n_columns, "n_columns")
        known = self._labels(labels, count)
        images = self._empty_rows(count)
        grid = (latent_x, latent_y, address(known), n_rows, n_columns)
        check(lib.gen_vae_manifold(handle, *grid, address(images)))
        return images

    @property
    def _n_features_out(self) -> int:
        return self.latent_size_

    def _from_latents(self, Z: npt.ArrayLike, labels: Any) -> Floats:
        return self.decode(Z, labels=labels)


def binarize(X: npt.ArrayLike, *, seed: int = 0) -> Floats:
    """Gray rows as coin flips: 1 with the gray value as probability, else 0, in the shape of X."""
    rows = as_rows(X)
    out = np.empty_like(rows)
    check(lib.gen_rows_binarize(address(rows), *rows.shape, seed, address(out)))
    return out.reshape(np.shape(X))
