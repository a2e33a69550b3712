"""How a PCA is fitted: at once, in parts, to sparse rows and to sums of rows."""

from __future__ import annotations

import ctypes
from numbers import Integral
from typing import Any, Callable, Optional, Union

import numpy as np

from . import _constants as c
from ._calibrated import CalibratedModel
from ._comm import Comm
from ._errors import check
from ._follow import interruptible
from ._handle import Owner, handle_of, made
from ._library import lib
from ._options import OptionStruct
from ._pca_settings import Count, PCASettings
from ._rows import Doubles, address, size_of
from ._structs import PCAInfo, PCAOptions
from .dataset import Dataset
from .moments import Moments

SKETCH_COLUMNS = 4096  # wider sparse rows are sketched where the solver is "auto"


class PCAFits(PCASettings, CalibratedModel):
    """The fits of a PCA, and what they leave behind."""

    _noun = "pca"
    _least_rows = 2
    _n_columns = 0  # 0: before the first fit
    _made_with: Optional[dict[str, Any]] = None  # the options of the library's model, as the parameters were
    _kept: dict[str, Any]  # values of attributes, see Fitted

    def close(self) -> None:
        """Releases the library's memory. Closing twice is harmless."""
        super().close()
        for name in ("_n_columns", "_kept"):
            vars(self).pop(name, None)

    def _fit_dataset(self, data: Dataset, comm: Optional[Comm]) -> None:
        if comm is None:
            self._check_row_count(data)
        n_rows = data.info.n_rows if comm is None and data.info.n_rows >= 0 else None
        n_columns = size_of(data.shape)
        with _New(self._create(self._count_for(n_rows, n_columns), comm)) as new:
            self._call(lib.gen_pca_fit, new, data, comm)
            self._install(self._recounted(new, data, comm), n_columns)

    def _fit_sparse(self, X: Any) -> None:
        n_rows, n_columns = X.shape
        count = self._count_for(n_rows, n_columns, is_sparse=True)
        if self.solver == "gram":
            raise ValueError("solver must be 'auto', 'covariance' or 'sketch' for sparse rows, not 'gram'")
        is_counted = isinstance(count, Integral)
        n_directions = None
        if self.solver == "sketch" or (self.solver == "auto" and n_columns > SKETCH_COLUMNS and is_counted):
            n_directions = self._direction_count(n_columns)
        sums = Moments(n_columns, n_directions=n_directions, seed=self._seed_now(), context=self.context)
        sums.update(X)
        if n_directions is not None:
            for _ in range(1, 2 if self.n_passes is None else self.n_passes):
                sums = sums.refined().update(X)
        self._adopt(sums, count)

    def _adopt(self, sums: Moments, count: Count = None) -> None:
        """Fits to the rows that sums have seen."""
        n_rows, n_columns = sums.n_rows, sums.n_features
        if n_rows < self._least_rows:
            raise ValueError(f"{type(self).__name__} must be fitted to at least 2 rows, not n_samples = {n_rows}")
        with _New(self._create(self._count_for(n_rows, n_columns) if count is None else count)) as new:
            check(lib.gen_pca_merge_moments(new._handle, sums._handle))
            self._install(self._recounted(new), n_columns)

    def _recounted(self, new: _New, data: Optional[Dataset] = None, comm: Optional[Comm] = None) -> _New:
        """A fitted model with another number of components, where n_components is a rule that wants another."""
        info = info_of(new._handle)
        count = self._count_of(variances_of(new._handle), info.total_variance, info.n_rows, info.n_features)
        if count == info.n_components:
            return new
        with new:
            other = _New(self._create(count, comm))
            if info.solver == c.SOLVER["gram"] and data is not None:
                self._call(lib.gen_pca_fit, other, data, comm)
            else:
                check(lib.gen_pca_merge(other._handle, new._handle))
        return other

    def _add(self, n_columns: int, call: Callable[[int], int]) -> None:
        """Adds rows by a call that takes the library's model and returns a status."""
        count = self._fixed_count()
        if isinstance(count, Integral) and 0 < n_columns < count:
            raise ValueError(
                f"n_components={count} invalid for n_features={n_columns}, need more rows than columns for "
                f"{type(self).__name__} processing"
            )
        if self._handle is None:
            with _New(self._create(count)) as new:
                assert new._handle is not None
                check(call(new._handle))
                self._install(new, n_columns)
            return
        self._follow_options(n_columns)
        try:
            check(call(self._handle))
        finally:
            self._kept = {}

    def _follow_options(self, n_columns: int) -> None:
        """Before more rows are added: refuses another number of components, and follows other options."""
        before, now = self._made_with, self._options()
        if before is None or before == now:
            return
        if before["n_components"] != now["n_components"]:
            raise ValueError(
                f"n_components has changed from {before['n_components']} to {now['n_components']} between calls to "
                "partial_fit! Try setting n_components to a fixed value."
            )
        with _New(self._create(self._fixed_count())) as new:
            check(lib.gen_pca_merge(new._handle, self._handle))
            self._install(new, n_columns)

    def _install(self, new: _New, n_columns: int) -> None:
        """Takes over a model of the library."""
        self._own(new._give())
        self._n_columns, self._made_with, self._kept = n_columns, self._options(), {}

    def _fixed_count(self) -> Union[int, float, None]:
        """What partial fits take."""
        if isinstance(self.n_components, str):
            raise ValueError(f"n_components must be a number or None here, not {self.n_components!r}")
        return self.n_components

    def _direction_count(self, n_columns: int) -> int:
        if self.n_directions is not None:
            return self.n_directions
        if not isinstance(self.n_components, Integral):
            raise ValueError("a sketch needs n_components or n_directions")
        return min(n_columns, 2 * int(self.n_components) + 16)

    def _create(self, n_components: Count, comm: Optional[Comm] = None) -> int:
        """A new model of the library."""
        values = self._options()
        if n_components is None or isinstance(n_components, Integral):
            values["n_components"] = n_components
        else:
            values.update(n_components=None, variance_ratio=n_components)
        options = OptionStruct("pca", PCAOptions, **values, seed=self._seed_now())
        options.struct.context = handle_of(self.context)
        if comm is not None:
            options.struct.comm = comm._pointer()
        return made(lib.gen_pca_create, options.pointer)

    def _options(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._own_options}

    def _call(self, function: Any, model: _New, data: Dataset, comm: Optional[Comm] = None) -> None:
        status = self._status_of(function, model._handle, data)
        if comm is None:
            check(status)
        else:
            comm._check(status)

    def _status_of(self, function: Any, handle: Optional[int], data: Dataset) -> int:
        status = interruptible(function)(handle, data._handle)
        data._reraise()
        return status


class _New(Owner):
    """A model of the library that is not yet a PCA's."""

    _noun = "model"

    def __init__(self, handle: int) -> None:
        self._own(handle)


def info_of(handle: Optional[int]) -> PCAInfo:
    info = PCAInfo()
    check(lib.gen_pca_info(handle, ctypes.byref(info)))
    return info


def variances_of(handle: Optional[int]) -> Doubles:
    variances = np.empty(info_of(handle).n_components)
    check(lib.gen_pca_solution(handle, c.F64, None, None, address(variances)))
    return variances
