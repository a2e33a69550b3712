"""The parameters of a PCA, scikit-learn's among them, and the number of components they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, Callable, Optional, Union

import numpy as np

from ._c_types import InvalidParameterError
from ._constructors import PCAParameters
from ._minka import evidence
from ._rows import Doubles
from .context import Context

Count = Union[int, float, str, None]  # the values of n_components


class PCASettings(PCAParameters):
    """Constructor of `PCA`: the library's options and the parameters of sklearn.decomposition.PCA."""

    svd_solver: str
    copy: bool
    tol: float
    iterated_power: Union[int, str]
    n_oversamples: int
    power_iteration_normalizer: str
    random_state: Any

    def __init__(
        self,
        n_components: Count = None,
        *,
        copy: bool = True,
        whiten: bool = False,
        svd_solver: str = "auto",
        tol: float = 0.0,
        iterated_power: Union[int, str] = "auto",
        n_oversamples: int = 10,
        power_iteration_normalizer: str = "auto",
        random_state: Any = None,
        solver: str = "auto",
        center: bool = True,
        n_directions: Optional[int] = None,
        n_passes: Optional[int] = None,
        seed: int = 0,
        context: Optional[Context] = None,
    ) -> None:
        """Create an unfitted `PCA`. The parameters up to random_state are those of sklearn.decomposition.PCA.

        Parameters
        ----------
        n_components : int, float, "mle" or None, default=None
            Number of components to keep. A float in (0, 1) keeps the fewest components that explain more
            than this share of the variance. "mle" uses Minka's choice. None keeps min(rows, columns).
        copy : bool, default=True
            No effect: rows are never changed.
        whiten : bool, default=False
            Scale the latents to unit variance.
        svd_solver : {"auto", "full", "covariance_eigh", "arpack", "randomized"}, default="auto"
            All of them give the exact components by the library's solver. Each rejects the n_components
            that scikit-learn's rejects.
        tol, iterated_power, n_oversamples, power_iteration_normalizer : optional
            No effect: they set the accuracy of scikit-learn's iterative solvers.
        random_state : int, optional
            Seed of a sketch, used instead of `seed`.
        solver : {"auto", "covariance", "gram", "sketch"}, default="auto"
            Eigenproblem to solve. "auto" is "gram" if there are fewer rows than columns, else "covariance".
        center : bool, default=True
            Subtract the mean. If False, it is assumed to be zero.
        n_directions : int, optional
            Number of directions of a sketch, 1 ... 65,536; needs solver="sketch" (default: 2 * n_components
            + 16).
        n_passes : int, optional
            Number of passes of a sketch over the rows, 1 ... 16; needs solver="sketch" (default: 2).
        seed : int, default=0
            Seed of a sketch.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).
        """
        self._keep(locals())

    def _check_parameters(self) -> None:
        """Raises InvalidParameterError for scikit-learn's parameters outside their range."""
        for name, (is_valid, expected) in _RULES.items():
            value = getattr(self, name)
            if not is_valid(value):
                message = f"The {name!r} parameter of {type(self).__name__} must be {expected}. Got {value!r} instead."
                raise InvalidParameterError(message)

    def _count_for(self, n_rows: Optional[int], n_columns: int, is_sparse: bool = False) -> Count:
        """The components to solve for: a number, a share, or None for all, as the library takes them.

        n_rows: None where it is not known yet. ValueError, in scikit-learn's words, for more than there are.
        """
        count, solver = self.n_components, self.svd_solver
        if is_sparse:
            _check_sparse_solver(solver)
        if count is None:
            # Of sparse rows scikit-learn's "auto" keeps as many as its "arpack".
            is_short = solver == "arpack" or (is_sparse and solver == "auto")
            return min(n_rows, n_columns) - 1 if is_short and n_rows is not None else None
        is_truncated = solver in ("arpack", "randomized")
        if isinstance(count, str):
            if is_truncated:
                raise ValueError(f"n_components={count!r} cannot be a string with svd_solver={solver!r}")
            if n_rows is not None and n_rows < n_columns:
                raise ValueError("n_components='mle' is only supported if n_samples >= n_features")
            return None
        if n_rows is None:
            return count
        limit, told = min(n_rows, n_columns), "full" if solver == "auto" else solver
        least = 1 if is_truncated else 0
        if not least <= count <= limit:
            raise ValueError(
                f"n_components={count} must be between {least} and min(n_samples, n_features)={limit} with "
                f"svd_solver={told!r}"
            )
        if solver == "arpack" and count == limit:
            raise ValueError(
                f"n_components={count} must be strictly less than min(n_samples, n_features)={limit} with "
                "svd_solver='arpack'"
            )
        return count

    def _count_of(self, variances: Doubles, total: float, n_rows: int, n_columns: int) -> int:
        """The components to keep of a solution with these variances: where n_components is a share, more than
        that; where it is "mle", as many as the data speak for."""
        count = self.n_components
        limit = min(n_rows, n_columns)
        if isinstance(count, str):
            if n_rows < n_columns:
                raise ValueError("n_components='mle' is only supported if n_samples >= n_features")
            return int(np.argmax(evidence(variances, n_rows)))
        if count is None:
            return limit - 1 if self.svd_solver == "arpack" else len(variances)
        if isinstance(count, Integral):
            return int(count)
        shares = np.cumsum(variances / (total or 1.0))
        # Equal but for rounding is equal.
        return min(limit, int(np.searchsorted(shares, count * (1 + 1e-14), side="right")) + 1)

    def _seed_now(self) -> int:
        """The seed of the next fit. One of numpy's generators is drawn from for a sketch alone."""
        state = self.random_state
        if state is None:
            return self.seed
        if isinstance(state, Integral):
            return int(state)
        if self.solver != "sketch":
            return self.seed
        draw = state.integers if isinstance(state, np.random.Generator) else state.randint
        return int(draw(2**31 - 1))


def _check_sparse_solver(svd_solver: str) -> None:
    if svd_solver not in ("auto", "arpack", "covariance_eigh"):
        raise TypeError(
            'PCA only support sparse inputs with the "arpack" and "covariance_eigh" solvers, while '
            f'"{svd_solver}" was passed. Here "auto" is exact, too.'
        )


def _is_flag(value: Any) -> bool:
    return isinstance(value, (bool, np.bool_))


def _is_count(value: Any) -> bool:
    if value is None or (isinstance(value, str) and value == "mle"):
        return True
    if isinstance(value, Integral):
        return int(value) >= 0
    return isinstance(value, Real) and 0 < float(value) < 1


def _is_seed(value: Any) -> bool:
    if isinstance(value, Integral):
        return 0 <= int(value) < 2**32
    return value is None or isinstance(value, (np.random.RandomState, np.random.Generator))


def _at_least(least: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, Integral) and int(value) >= least


def _one_of(*words: str) -> tuple[Callable[[Any], bool], str]:
    return (lambda value: isinstance(value, str) and value in words), f"a str among {set(words)}"


_FLAG = (_is_flag, "an instance of 'bool'")
_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "n_components": (
        _is_count,
        "an int in the range [0, inf), a float in the range (0.0, 1.0), a str among {'mle'} or None",
    ),
    "copy": _FLAG,
    "whiten": _FLAG,
    "svd_solver": _one_of("auto", "full", "covariance_eigh", "arpack", "randomized"),
    "tol": (lambda value: isinstance(value, Real) and float(value) >= 0, "a float in the range [0.0, inf)"),
    "iterated_power": (
        lambda value: value == "auto" if isinstance(value, str) else _at_least(0)(value),
        "a str among {'auto'} or an int in the range [0, inf)",
    ),
    "n_oversamples": (_at_least(1), "an int in the range [1, inf)"),
    "power_iteration_normalizer": _one_of("auto", "QR", "LU", "none"),
    "random_state": (
        _is_seed,
        "an int in the range [0, 4294967295], an instance of 'numpy.random.mtrand.RandomState' or None",
    ),
}
