"""Walks, traversals, directions and arithmetic on latents: arrays of n x latent_size."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._c_types import Integer, room
from ._errors import check
from ._library import lib
from ._options import OptionStruct, choose
from ._rows import Floats, address, as_rows
from ._structs import DirectionInfo, DirectionOptions
from .moments import Moments

__all__ = [
    "Direction",
    "combine",
    "direction",
    "direction_of_moments",
    "interpolate",
    "loop",
    "move",
    "sample",
    "traverse",
]


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)


class Direction(NamedTuple):
    """Direction in which an attribute grows.

    vector has length 1. correlation is that between the latents' projections and the attribute. low and
    high are the projections at the minimum and maximum of the attribute. mean and deviation are the mean
    and standard deviation of the projections.
    """

    vector: Floats
    correlation: float
    low: float
    high: float
    mean: float
    deviation: float


def interpolate(
    first: npt.ArrayLike, last: npt.ArrayLike, n_steps: int = 10, *, curve: str = "spherical"
) -> Floats:
    """Interpolate between two latents, both included.

    Parameters
    ----------
    first, last : array-like
        Latents at the ends, (latent_size,).
    n_steps : int, default=10
        Number of latents, at least 2.
    curve : {"spherical", "linear"}, default="spherical"
        "spherical" turns the direction and changes the length evenly; "linear" is a straight line.

    Returns
    -------
    ndarray
        Latents, (n_steps, latent_size), float32.
    """
    start = _latent(first, None, "first")
    end = _latent(last, len(start), "last")
    out = _empty(room(n_steps, "n_steps"), len(start))
    which = choose(c.CURVE, curve, "curve")
    arguments = (address(start), address(end), len(start), n_steps, which, address(out))
    check(lib.gen_latents_interpolate(*arguments))
    return out


def loop(Z: npt.ArrayLike, n_steps: int = 10, *, curve: str = "spherical") -> Floats:
    """Interpolate along a smooth closed path through latents.

    Parameters
    ----------
    Z : array-like
        Latents, (n, latent_size).
    n_steps : int, default=10
        Steps from each latent to the next.
    curve : {"spherical", "linear"}, default="spherical"
        "spherical" also interpolates the latents' lengths.

    Returns
    -------
    ndarray
        Latents, (n * n_steps, latent_size), float32.
    """
    latents = as_rows(Z, name="Z")
    out = _empty(len(latents) * room(n_steps, "n_steps"), latents.shape[1])
    which = choose(c.CURVE, curve, "curve")
    check(lib.gen_latents_loop(address(latents), *latents.shape, n_steps, which, address(out)))
    return out


def traverse(
    base: npt.ArrayLike,
    axes: Union[int, Sequence[int], None] = None,
    *,
    deviations: Optional[npt.ArrayLike] = None,
    extent: float = 3.0,
    n_steps: int = 9,
) -> Floats:
    """Vary one latent after another; the others stay at the base.

    Parameters
    ----------
    base : array-like
        Latent to start from, (latent_size,).
    axes : int or sequence of int, optional
        Indices of the latents to vary (default: all).
    deviations : array-like, optional
        Size of one unit of extent for each latent (default: 1, the standard deviation of N(0, I)).
    extent : float, default=3.0
        Latents run from -extent to extent.
    n_steps : int, default=9
        Number of steps per latent.

    Returns
    -------
    ndarray
        Latents, (n_axes, n_steps, latent_size), float32.
    """
    middle = _latent(base, None, "base")
    units = None if deviations is None else _latent(deviations, len(middle), "deviations")
    varied = None if axes is None else _axes(axes)
    n_axes = len(middle) if varied is None else len(varied)
    out = np.empty((n_axes, room(n_steps, "n_steps"), len(middle)), np.float32)
    counted = (address(varied), 0 if varied is None else len(varied))
    arguments = (address(middle), len(middle), *counted, address(units), extent, n_steps, address(out))
    check(lib.gen_latents_traverse(*arguments))
    return out


def move(
    Z: npt.ArrayLike,
    direction: Union[Direction, npt.ArrayLike],
    low: Optional[float] = None,
    high: Optional[float] = None,
    *,
    n_steps: int = 9,
) -> Floats:
    """Move latents along a direction until their projections run from low to high.

    Parameters
    ----------
    Z : array-like
        Latents, (n, latent_size).
    direction : Direction or array-like
        Direction of the move.
    low, high : float, optional
        Projections at the ends (default: those of the Direction; required for an array).
    n_steps : int, default=9
        Number of steps, at least 2.

    Returns
    -------
    ndarray
        Latents, (n, n_steps, latent_size), float32.
    """
    latents = as_rows(np.atleast_2d(Z), name="Z")
    if isinstance(direction, Direction):
        low = direction.low if low is None else low
        high = direction.high if high is None else high
        direction = direction.vector
    if low is None or high is None:
        raise ValueError("low and high must be given with a direction that is an array")
    vector = _latent(direction, latents.shape[1], "direction")
    out = np.empty((len(latents), room(n_steps, "n_steps"), latents.shape[1]), np.float32)
    arguments = (address(latents), *latents.shape, address(vector), low, high, n_steps, address(out))
    check(lib.gen_latents_move(*arguments))
    return out


def direction(
    Z: npt.ArrayLike,
    attribute: npt.ArrayLike,
    *,
    method: str = "regression",
    others: Optional[Sequence[Union[Direction, npt.ArrayLike]]] = None,
    ridge: Optional[float] = None,
) -> Direction:
    """Find the direction in latent space in which an attribute grows.

    Parameters
    ----------
    Z : array-like
        Latents, (n, latent_size).
    attribute : array-like
        Label of 0 or 1, or any factor, of each row, (n,).
    method : {"regression", "means"}, default="regression"
        Slopes of a least-squares line, or difference of the means of rows with and without the attribute.
    others : sequence of Direction or array-like, optional
        Directions to which the result is orthogonal.
    ridge : float, optional
        Share of the latents' mean variance that regression adds to each variance (default: 0.001).

    Returns
    -------
    Direction
        The direction.

    Raises
    ------
    InvalidArgumentError
        The attribute is the same in all rows, or `others` leave no direction.
    """
    latents = as_rows(Z, name="Z")
    values = np.ascontiguousarray(attribute, dtype=np.float32)
    if values.shape != (len(latents),):
        raise ValueError(f"attribute must have shape ({len(latents)},), not {values.shape}")
    options = _Options(latents.shape[1], method, others, ridge)
    arguments = (address(latents), *latents.shape, address(values))
    return options.direction(lib.gen_latents_direction, *arguments)


def direction_of_moments(
    moments: Moments,
    attribute: int = -1,
    extent: tuple[float, float] = (0, 1),
    *,
    n_attributes: int = 1,
    method: str = "regression",
    others: Optional[Sequence[Union[Direction, npt.ArrayLike]]] = None,
    ridge: Optional[float] = None,
) -> Direction:
    """Find a direction from moments of rows [latent | attributes], which may be gathered anywhere and merged.

    Parameters
    ----------
    moments : Moments
        Moments of latents followed by attributes.
    attribute : int, default=-1
        Index of the attribute among n_attributes.
    extent : (float, float), default=(0, 1)
        Minimum and maximum of the attribute. method="means" needs an attribute of only these two values.
    n_attributes : int, default=1
        Number of attributes per row.
    method : {"regression", "means"}, default="regression"
        Slopes of a least-squares line, or difference of the means of rows with and without the attribute.
    others : sequence of Direction or array-like, optional
        Directions to which the result is orthogonal.
    ridge : float, optional
        Share of the latents' mean variance that regression adds to each variance (default: 0.001).

    Returns
    -------
    Direction
        The direction.
    """
    which = attribute + n_attributes if attribute < 0 else attribute
    options = _Options(moments.n_features - n_attributes, method, others, ridge)
    return options.direction(lib.gen_moments_direction, moments._handle, n_attributes, which, *extent)


class _Options:
    """What both ways to a direction take, and give."""

    def __init__(
        self,
        size: int,
        method: str,
        others: Optional[Sequence[Union[Direction, npt.ArrayLike]]],
        ridge: Optional[float],
    ) -> None:
        self.size = size
        self.options = OptionStruct("direction", DirectionOptions, method=method, ridge=ridge)
        if others is not None and len(others) > 0:
            arrays = [np.asarray(other.vector if isinstance(other, Direction) else other) for other in others]
            self.vectors = as_rows(np.stack(arrays), size, "others")
            self.options.struct.others = self.vectors.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
            self.options.struct.n_others = len(self.vectors)

    def direction(self, function: Any, *arguments: Any) -> Direction:
        vector = np.empty(max(self.size, 0), np.float32)
        info = DirectionInfo()
        check(function(*arguments, self.options.pointer, address(vector), ctypes.byref(info)))
        return Direction(vector, info.correlation, info.low, info.high, info.mean, info.deviation)


def combine(A: npt.ArrayLike, B: npt.ArrayLike, C: npt.ArrayLike) -> Floats:
    """Compute mean of A - mean of B + mean of C (Radford et al. 2016): smiling women - women + men.

    Parameters
    ----------
    A, B, C : array-like
        Latents, (n, latent_size) each, or one latent.

    Returns
    -------
    ndarray
        Latent, (latent_size,), float32.
    """
    groups = [as_rows(np.atleast_2d(group), name=name) for group, name in ((A, "A"), (B, "B"), (C, "C"))]
    size = groups[0].shape[1]
    groups = [as_rows(group, size, name) for group, name in zip(groups, "ABC")]
    out = np.empty(size, np.float32)
    counted = [value for group in groups for value in (address(group), len(group))]
    check(lib.gen_latents_combine(*counted, size, address(out)))
    return out


def sample(n_rows: int, latent_size: int, *, truncation: Optional[float] = None, seed: int = 0) -> Floats:
    """Draw latents from N(0, I).

    Parameters
    ----------
    n_rows : int
        Number of latents.
    latent_size : int
        Latent dimension.
    truncation : float, optional
        Draw elements of larger magnitude again (default: none).
    seed : int, default=0
        Seed of the random numbers. Row i is the same for any number of rows.

    Returns
    -------
    ndarray
        Latents, (n_rows, latent_size), float32.
    """
    out = _empty(n_rows, latent_size)
    bound = c.AUTO if truncation is None else truncation
    check(lib.gen_latents_sample(n_rows, latent_size, bound, seed, address(out)))
    return out


def _axes(axes: Union[int, Sequence[int]]) -> npt.NDArray[np.int64]:
    """Numbers of latents as packed int64."""
    given = np.atleast_1d(np.asarray(axes, dtype=object))
    if given.ndim != 1 or len(given) == 0:
        raise ValueError("axes must be one or several numbers of latents")
    checked = [Integer(ctypes.c_int64, f"axes[{i}]").checked(axis) for i, axis in enumerate(given.tolist())]
    return np.array(checked, np.int64)


def _latent(values: npt.ArrayLike, size: Optional[int], name: str) -> Floats:
    """One latent as packed float32."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must have one axis, not {array.ndim}")
    latent: Floats = as_rows(array[None], size, name)[0]
    return latent


def _empty(n_rows: int, latent_size: int) -> Floats:
    return np.empty((room(n_rows, "n_rows"), room(latent_size, "latent_size")), np.float32)
