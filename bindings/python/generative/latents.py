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


class Direction(NamedTuple):
    """A direction in which an attribute grows.

    vector: of length 1; correlation: of the latents' projections on it with the attribute; low, high: the
    projections of the attribute's least and greatest value; mean, deviation: of the projections.
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
    """A walk from one latent to another, both included: (n_steps, latent_size)."""
    start = _latent(first, None, "first")
    end = _latent(last, len(start), "last")
    out = _empty(room(n_steps, "n_steps"), len(start))
    which = choose(c.CURVE, curve, "curve")
    arguments = (address(start), address(end), len(start), n_steps, which, address(out))
    check(lib.gen_latents_interpolate(*arguments))
    return out


def loop(Z: npt.ArrayLike, n_steps: int = 10, *, curve: str = "spherical") -> Floats:
    """A smooth closed walk through latents, n_steps from each to the next."""
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
    """What each latent does: (n_axes, n_steps, latent_size).

    axes: the latents that run from -extent to extent, None: all; the others stay at the base.
    deviations: what one unit of extent is, by latent; None: 1, the deviation of N(0, I).
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
    """Latents moved along a direction until their projections run from low to high:
    (n, n_steps, latent_size).

    direction: a `Direction`, whose low and high are the defaults, or an array.
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
    """The direction in latent space in which an attribute grows, a `Direction`.

    attribute: a label of 0 or 1, or any factor, for each row of Z. method: "regression" or "means".
    others: directions to which it shall be orthogonal, arrays or `Direction`s. ridge: see
    gen_direction_options; None: its default, 0: none.
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
    """The same from moments of rows [latent | attributes] that were gathered anywhere and merged.

    attribute: which of the n_attributes, counted as lists are. extent: its least and greatest value.
    "means" needs an attribute of these two values, such as a label.
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
    """The latent mean of A - mean of B + mean of C: smiling women - women + men."""
    groups = [as_rows(np.atleast_2d(group), name=name) for group, name in ((A, "A"), (B, "B"), (C, "C"))]
    size = groups[0].shape[1]
    groups = [as_rows(group, size, name) for group, name in zip(groups, "ABC")]
    out = np.empty(size, np.float32)
    counted = [value for group in groups for value in (address(group), len(group))]
    check(lib.gen_latents_combine(*counted, size, address(out)))
    return out


def sample(n_rows: int, latent_size: int, *, truncation: Optional[float] = None, seed: int = 0) -> Floats:
    """Latents of N(0, I), none beyond +-truncation: (n_rows, latent_size).

    Row i of a seed is the same for any n_rows.
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
