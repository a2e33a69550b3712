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
    """A model that searches, by gradient descent, the latents whose rows come nearest to given ones."""

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
        """Rows whose missing values are filled in: imputation of tables, inpainting of images.

        mask: 1 or True where a value is known, of X's shape or of one row's for all; None: what is NaN in X is
        missing. Known values come back as they are. The others are those of the latents that `invert` finds for
        the known ones, with these options. labels: the class of each row, or one of all, for a conditional model.
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
