# Generated from the library's option tables by 'make generate'. Do not edit.
from __future__ import annotations

from typing import Optional, Union

from .._estimator import Estimator
from ..context import Context


class PCAParameters(Estimator):
    """The constructor of `PCA`."""

    _own_options: tuple[str, ...] = (
        "n_components", "solver", "center", "whiten", "n_directions", "n_passes",
    )
    _fit_options: tuple[str, ...] = ()

    def __init__(
        self,
        n_components: Union[int, float, str, None] = None,
        *,
        solver: str = "auto",
        center: bool = True,
        whiten: bool = False,
        n_directions: Optional[int] = None,
        n_passes: Optional[int] = None,
        seed: int = 0,
        context: Optional[Context] = None,
    ) -> None:
        """Parameters, of which None and "auto" leave the choice to the library. Integers must be int or
        numpy integers: 3.0, "3" and True are refused.

        n_components: number of components to keep; auto: as many as variance_ratio requires, else
            all (at least 0).
        solver: eigenproblem to solve; auto: gram if rows are fewer than columns, else covariance
            (covariance, gram, sketch).
        center: subtract the mean; else it is taken to be zero.
        whiten: scale the latents to unit variance.
        n_directions: number of directions of a sketch; auto: 2 n_components + 16 (1 ... 65,536;
            needs solver='sketch').
        n_passes: passes of a sketch over the rows; auto: 2 (1 ... 16; needs solver='sketch').
        seed: seed of the initial weights, of shuffling and of noise.
        context: context with the memory, threads and limits to use; None: the default context.
        """
        self._keep(locals())

    n_components: Union[int, float, str, None]
    solver: str
    center: bool
    whiten: bool
    n_directions: Optional[int]
    n_passes: Optional[int]
    seed: int
    context: Optional[Context]
