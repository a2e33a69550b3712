# Generated from the library's option tables by 'make generate'. Do not edit.
from __future__ import annotations

from typing import Optional, Union

from .._estimator import Estimator
from ..context import Context


class PCAParameters(Estimator):
    """Constructor of `PCA`."""

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
        """Create an unfitted `PCA`.

        None and "auto" let the library choose; the default in parentheses is its choice. Integers must be int
        or numpy integers: 3.0, "3" and True are rejected.

        Parameters
        ----------
        n_components : int or float or str, optional
            Number of components to keep (at least 0; default: as many as variance_ratio requires, else
            all).
        solver : str, default="auto"
            Eigenproblem to solve (covariance, gram, sketch; default: gram if there are fewer rows than
            columns, else covariance).
        center : bool, default=True
            Subtract the mean; if false, it is assumed to be zero.
        whiten : bool, default=False
            Scale the latents to unit variance.
        n_directions : int, optional
            Number of directions of a sketch (1 ... 65,536; needs solver='sketch'; default: 2 * n_components
            + 16).
        n_passes : int, optional
            Number of passes of a sketch over the rows (1 ... 16; needs solver='sketch'; default: 2).
        seed : int, default=0
            Seed of the initial weights, of shuffling and of noise.
        context : Context, optional
            Context with the memory, threads and limits to use (default: the default context).
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
