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
    """Terms of the bound on log p(x) of each row, in nats: log p(x) >= -(reconstruction + kl)."""

    reconstruction: Doubles
    kl: Doubles


class VAE(VAEParameters, GeneratorModel, CalibratedModel):
    """Variational autoencoder (Kingma & Welling 2014).

    The loss is reconstruction_weight * reconstruction + beta * KL, in nats per row. likelihood="bernoulli"
    is for rows in [0, 1]. likelihood="gaussian" learns its variance or takes `variance`; with
    output_activation="identity" its rows may lie outside [0, 1]. importance_samples > 1 makes the model an
    importance-weighted autoencoder, which is trained on the tighter bound of Burda et al. (2016). The
    default `hidden` is (400,), or (256,) for convolutional networks; () means no hidden layers.

    The default architecture is "convolutional" for images with sides of at least 16 pixels, unless `hidden`
    is given. It puts `depth` levels, each half the size of the one before (by default until the smaller
    side has 4 to 7 pixels), before `hidden`. The sides of images must have at least 2^depth pixels.

    With n_classes > 0 the model is conditional: `fit` takes labels 0 ... n_classes - 1 as `y` or from the
    Dataset, `score` takes them as `y`, and the other methods as `labels`.

    `VAEParameters` describes all parameters.
    """

    _noun = "vae"

    def encode(self, X: Any, *, labels: Any = None) -> tuple[Floats, Floats]:
        """Compute the Gaussian q(z|x) of each row.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.

        Returns
        -------
        mean : ndarray
            Means, (n, latent_size), float32.
        log_variance : ndarray
            Logarithms of the variances, (n, latent_size), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        rows, known = self._rows_and_labels(X, labels)
        mean = self._empty_latents(len(rows))
        log_variance = np.empty_like(mean)
        self._given(lib.gen_vae_encode, rows, known, address(mean), address(log_variance))
        return mean, log_variance

    def transform(self, X: Any, *, labels: Any = None) -> Any:
        """Compute the mean latents of rows, as `encode` does.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.

        Returns
        -------
        ndarray or DataFrame
            Latents, (n, latent_size), in the container chosen by `set_output`.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        return self._labelled(self.encode(X, labels=labels)[0], X)

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """Fit the model and return the mean latents of the same rows.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        y : array-like, optional
            Classes of the rows, for a conditional model.
        **fit_params
            Passed to `fit`.

        Returns
        -------
        ndarray or DataFrame
            Latents, (n, latent_size), in the container chosen by `set_output`.
        """
        self.fit(X, y, **fit_params)
        return self.transform(X, labels=y if self._n_conditions() > 0 else None)

    def encode_sample(self, X: Any, *, labels: Any = None, seed: int = 0) -> Floats:
        """Draw one latent from the Gaussian of each row.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.
        seed : int, default=0
            Seed of the random numbers. Row i is the same for any number of rows.

        Returns
        -------
        ndarray
            Latents, (n, latent_size), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        rows, known = self._rows_and_labels(X, labels)
        latents = self._empty_latents(len(rows))
        self._given(lib.gen_vae_encode_sample, rows, known, seed, address(latents))
        return latents

    def decode(self, Z: npt.ArrayLike, *, labels: Any = None, noise: bool = False, seed: int = 0) -> Floats:
        """Decode latents to the means of p(x|z).

        Parameters
        ----------
        Z : array-like
            Latents, (n, latent_size).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, not allowed for
            others.
        noise : bool, default=False
            Draw rows from p(x|z) instead, as `add_noise` does.
        seed : int, default=0
            Seed of the noise.

        Returns
        -------
        ndarray
            Rows, (n, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        latents = self._latents(Z)
        known = self._labels(labels, len(latents))
        rows = self._map(lib.gen_vae_decode, latents, self._empty_rows(len(latents)), known)
        return self.add_noise(rows, seed=seed) if noise else rows

    def sample(self, n: int = 1, *, labels: Any = None, seed: int = 0, noise: bool = False) -> Floats:
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
        noise : bool, default=False
            Draw rows from p(x|z), as `add_noise` does. By default the rows are its means, which vary less
            than data does.

        Returns
        -------
        ndarray
            Rows, (n, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        rows = super().sample(n, labels=labels, seed=seed)
        return self.add_noise(rows, seed=seed) if noise else rows

    def add_noise(self, X: npt.ArrayLike, *, seed: int = 0) -> Floats:
        """Draw rows from p(x|z), given its means.

        With likelihood="gaussian" this adds noise of variance `noise_variance_`. With "bernoulli" each
        value v becomes 1 with probability v, else 0.

        Parameters
        ----------
        X : array-like
            Means, as `decode`, `sample` and `reconstruct` return them, (n, *shape).
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
        rows = self._rows(X)
        out = self._empty_rows(len(rows))
        check(lib.gen_vae_add_noise(self._fitted_handle(), address(rows), len(rows), seed, address(out)))
        return out

    @property
    def noise_variance_(self) -> Doubles:
        """Variance of p(x|z) for each value of a row, learned or given, in the rows' units; only for
        likelihood="gaussian".
        """
        description = described(lib.gen_model_describe, self._fitted_handle())
        if "noise_variance" not in description:
            raise AttributeError('noise_variance_ is of likelihood="gaussian"; "bernoulli" has none')
        values = np.array(description["noise_variance"])
        return np.broadcast_to(values if len(values) == 1 else values.reshape(self.shape_), self.shape_).copy()

    def inverse_transform(self, Z: npt.ArrayLike, *, labels: Any = None) -> Floats:
        """Decode latents to rows, as `decode` does.

        Parameters
        ----------
        Z : array-like
            Latents, (n, latent_size).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, not allowed for
            others.

        Returns
        -------
        ndarray
            Rows, (n, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        return self.decode(Z, labels=labels)

    def reconstruct(self, X: Any, *, labels: Any = None) -> Floats:
        """Encode rows to the means of their Gaussians and decode these.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.

        Returns
        -------
        ndarray
            Rows, (n, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
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
        """Find the latents whose rows are nearest to `X`, by gradient descent.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.
        n_steps : int, default=200
            Adam steps per start.
        n_starts : int, default=1
            Starts per row; the best result is kept.
        learning_rate : float, optional
            Initial learning rate, which falls to zero along half a cosine (default: 0.05).
        prior_weight : float, optional
            Weight of |latent|^2 / 2, added to the squared error (default: 0; masked rows: twice the
            variance of p(x|z), or 0.05 with likelihood="bernoulli").
        start : array-like, optional
            Latents of the first start, (n, latent_size) (default: the means of `encode`).
        seed : int, default=0
            Seed of the later starts.
        mask : array-like, optional
            1 or True where a value is known, in the shape of `X` or of one row for all rows. Only known
            values count (default: all are known).
        callback : callable, optional
            Called with a `FitEvent`. It may return STOP_AFTER_EPOCH, which ends with the starts so far, or
            STOP_NOW, which raises CancelledError.
        token : Token, optional
            Stops the call from another thread.

        Returns
        -------
        latents : ndarray
            Latents, (n, latent_size), float32.
        errors : ndarray
            Squared error of each row, summed over its known values, (n,), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        CancelledError
            The callback or the token stopped the call.
        """
        search = {"n_steps": n_steps, "n_starts": n_starts, "learning_rate": learning_rate, "prior_weight": prior_weight}
        return self._invert(X, mask, labels, start, callback, token, seed=seed, **search)

    def elbo(self, X: Any, *, labels: Any = None, n_samples: int = 1, seed: int = 0) -> ELBO:
        """Compute the two terms of the bound on log p(x) of each row, in nats.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.
        n_samples : int, default=1
            Latents drawn per row, over which the reconstruction is averaged.
        seed : int, default=0
            Seed of the latents.

        Returns
        -------
        ELBO
            Named tuple (reconstruction, kl) of arrays, (n,), float64.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        rows, known = self._rows_and_labels(X, labels)
        terms = ELBO(np.empty(len(rows)), np.empty(len(rows)))
        outputs = (address(terms.reconstruction), address(terms.kl))
        self._given(interruptible(lib.gen_vae_elbo), rows, known, n_samples, seed, *outputs)
        return terms

    def log_likelihood(self, X: Any, *, labels: Any = None, n_samples: int = 5000, seed: int = 0) -> Doubles:
        """Estimate log p(x) of each row by importance sampling (Burda et al. 2016).

        The estimate grows with `n_samples` towards log p(x) in the mean: compare results of equal
        `n_samples`. With likelihood="bernoulli" rows should contain only 0 and 1, see `binarize`.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        labels : int or array-like of int, optional
            Class of each row, or one class for all rows. Required by a conditional model, unless `X` is a
            labelled Dataset; not allowed for others.
        n_samples : int, default=5000
            Latents drawn per row; 1 estimates the bound itself.
        seed : int, default=0
            Seed of the latents.

        Returns
        -------
        ndarray
            Log-likelihoods in nats, (n,), float64.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
        rows, known = self._rows_and_labels(X, labels)
        likelihood = np.empty(len(rows))
        estimate = interruptible(lib.gen_vae_log_likelihood)
        self._given(estimate, rows, known, n_samples, seed, address(likelihood))
        return likelihood

    def score(self, X: Any, y: Any = None) -> float:
        """Compute the mean bound on log p(x), in nats; greater is better.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        y : array-like, optional
            Labels of a conditional model; other models ignore it.

        Returns
        -------
        float
            Mean over the rows.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            The rows have another size than the model's.
        """
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
        """Decode a grid of latents (Kingma & Welling 2014, figure 4).

        Two latents run over quantiles of N(0, 1); the others are 0.

        Parameters
        ----------
        n_rows : int, default=20
            Rows of the grid.
        n_columns : int, default=20
            Columns of the grid.
        latent_x : int, default=0
            Index of the latent that varies along columns.
        latent_y : int, default=1
            Index of the latent that varies down rows.
        labels : int or array-like of int, optional
            Conditional models: the class of each image, or one class for all.

        Returns
        -------
        ndarray
            Images, (n_rows * n_columns, *shape), float32.

        Raises
        ------
        NotFittedError
            The model is not fitted.
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
    """Binarize rows in [0, 1] at random: each value v becomes 1 with probability v, else 0.

    Parameters
    ----------
    X : array-like
        Rows, values in [0, 1].
    seed : int, default=0
        Seed of the random numbers. Row i is the same for any number of rows.

    Returns
    -------
    ndarray
        Rows in the shape of `X`, float32.
    """
    rows = as_rows(X)
    out = np.empty_like(rows)
    check(lib.gen_rows_binarize(address(rows), *rows.shape, seed, address(out)))
    return out.reshape(np.shape(X))
