"""What models share that find the latents of given rows."""

from __future__ import annotations

import ctypes
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from ._errors import check
from ._follow import interruptible
from ._library import lib
from ._masks import MaskedRows
from ._network import NetworkModel
from ._options import OptionStruct
from ._progress import Callback
from ._rows import Floats, Integers, Reals, address, as_real_rows, as_rows, number_type
from ._structs import InvertOptions
from .context import Token


class InvertibleModel(NetworkModel):
    """Base of models that find the latents of given rows by gradient descent."""

    def impute(
        self,
        X: Any,
        mask: Any = None,
        *,
        labels: Any = None,
        n_steps: int = 200,
        n_starts: int = 1,
        learning_rate: Optional[float] = None,
        prior_weight: Optional[float] = None,
        start: Optional[npt.ArrayLike] = None,
        seed: int = 0,
        callback: Optional[Callback] = None,
        token: Optional[Token] = None,
    ) -> Reals:
        """Fill in missing values of rows: imputation of tables, inpainting of images.

        Known values are returned unchanged. The others are decoded from the latents that `invert` finds for
        the known values.

        Parameters
        ----------
        X : array-like, Dataset or path
            Rows, (n, *shape).
        mask : array-like, optional
            1 or True where a value is known, in the shape of `X` or of one row for all rows (default: NaN
            marks the missing values).
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
            Weight of |latent|^2 / 2, added to the squared error (default: see `invert`).
        start : array-like, optional
            Latents of the first start, (n, latent_size) (default: see `invert`).
        seed : int, default=0
            Seed of the later starts.
        callback : callable, optional
            Called with a `FitEvent`. It may return STOP_AFTER_EPOCH, which ends with the starts so far, or
            STOP_NOW, which raises CancelledError.
        token : Token, optional
            Stops the call from another thread.

        Returns
        -------
        ndarray
            Rows, (n, *shape), in the float type of `X`.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        CancelledError
            The callback or the token stopped the call.
        """
        masked = MaskedRows.of(self, X, mask)
        rows = as_real_rows(masked.rows)
        known = self._labels(self._own_labels(X, labels), len(rows))
        search = {"n_steps": n_steps, "n_starts": n_starts, "learning_rate": learning_rate, "prior_weight": prior_weight}
        options = self._search(len(rows), masked, known, start, seed=seed, **search)
        impute = interruptible(lib.gen_model_impute, callback, token)
        out = np.empty((len(rows), *self.shape_), rows.dtype)
        check(impute(self._handle, address(rows), number_type(rows), len(rows), options.pointer, address(out)))
        return out

    def _invert(
        self,
        X: Any,
        mask: Any,
        labels: Any,
        start: Optional[npt.ArrayLike],
        callback: Optional[Callback],
        token: Optional[Token],
        **search: Any,
    ) -> tuple[Floats, Floats]:
        """gen_model_invert: (latents, errors). search: members of gen_invert_options."""
        masked = None if mask is None else MaskedRows.of(self, X, mask)
        if masked is None:
            rows, known = self._rows_and_labels(X, labels)
        else:
            rows = as_rows(masked.rows)
            known = self._labels(self._own_labels(X, labels), len(rows))
        options = self._search(len(rows), masked, known, start, **search)
        latents = self._empty_latents(len(rows))
        errors = np.empty(len(rows), np.float32)
        invert = interruptible(lib.gen_model_invert, callback, token)
        outputs = (address(latents), address(errors))
        check(invert(self._handle, address(rows), len(rows), options.pointer, *outputs))
        return latents, errors

    def _search(
        self,
        count: int,
        masked: Optional[MaskedRows],
        labels: Optional[Integers],
        start: Optional[npt.ArrayLike],
        **search: Any,
    ) -> OptionStruct[InvertOptions]:
        """The options of a search for the latents of `count` rows, which keep the arrays that they point to."""
        options = OptionStruct("invert", InvertOptions, **search)
        if start is not None:
            first = self._latents(start)
            if len(first) != count:
                raise ValueError(f"start must have {count} rows like X, not {len(first)}")
            options.struct.start = first.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        if labels is not None:
            options.struct.labels = labels.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))
        if masked is not None:
            set_mask(options, masked)
        return options


def set_mask(options: OptionStruct[InvertOptions], masked: MaskedRows) -> None:
    """Gives a search's options a mask; the struct keeps the array."""
    options.struct.mask = masked.known.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
    options.struct.n_masks = len(masked.known)
