"""PCA, evaluation and training over the partitions of a Dask array.

Every partition, a block of rows, is seen where it lies; what travels are statistics that merge in a tree,
or a model's parameters. Dask moves them: this module opens no connection and runs under any of its
schedulers. Install with pip install 'generative[dask]'.
"""

from __future__ import annotations

import copy
import ctypes
from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, Callable, Optional, TypeVar

import numpy as np

try:
    import dask.array as da
    import dask.base
except ImportError as error:  # pragma: no cover
    raise ImportError("generative.dask needs Dask: pip install 'generative[dask]'") from error

from . import evaluate
from ._c_types import Integer
from ._constants import STOP_NOW
from ._handle import handle_of
from ._library import lib
from ._network import NetworkModel
from ._options import OptionStruct
from ._parameters import Parameters
from ._rows import check_channels_last, shape_of_rows, size_of
from ._statistics import Statistics
from ._structs import PCAOptions
from .autoencoder import Autoencoder
from .moments import Moments
from .pca import PCA
from .reservoir import Reservoir
from .vae import VAE

N = TypeVar("N", bound=NetworkModel)
S = TypeVar("S", bound=Statistics)

SKETCH_COLUMNS = 4096  # wider rows than this are sketched where the solver is "auto"
FAN_IN = 8  # statistics merged by one task


def moments(X: Any, *, n_directions: Optional[int] = None, seed: int = 0) -> Moments:
    """Compute the Moments of all rows: those of each partition, merged in a tree.

    For uint8 the result is bit-identical to one pass over all rows. For floats it is within 1e-12, and
    bit-identical for any number of workers.

    Parameters
    ----------
    X : dask array
        Rows, (n, n_features).
    n_directions : int, optional
        Number of directions of a sketch, see `Moments` (default: no sketch).
    seed : int, default=0
        Seed of the directions.

    Returns
    -------
    Moments
        The moments.
    """
    return _moments(_Partitions(X), partial(Moments, _columns(X), n_directions=n_directions, seed=seed))


def reservoir(X: Any, capacity: int = 10_000, *, seed: int = 0) -> Reservoir:
    """Sample all rows uniformly: the rows that one pass over them would keep, see `Reservoir`.

    Parameters
    ----------
    X : dask array
        Rows, (n, n_features).
    capacity : int, default=10000
        Maximum number of rows to keep.
    seed : int, default=0
        Seed of the sample.

    Returns
    -------
    Reservoir
        The sample.
    """
    partitions = _Partitions(X)
    firsts = np.concatenate([[0], np.cumsum(partitions.row_counts)])
    make = partial(Reservoir, _columns(X), capacity, seed=seed)
    return partitions.merged(make, _sampled, [int(first) for first in firsts[:-1]])


def frechet(real: Any, generated: Any) -> float:
    """Compute the squared Frechet distance of two Dask arrays of features, see `evaluate.frechet`.

    Parameters
    ----------
    real, generated : dask array
        Features, (n, n_features).

    Returns
    -------
    float
        The squared distance.
    """
    return moments(real).frechet(moments(generated))


def kernel_distance(
    real: Any,
    generated: Any,
    capacity: int = 10_000,
    *,
    n_subsets: int = 100,
    subset_size: Optional[int] = None,
    seed: int = 0,
) -> evaluate.KernelDistance:
    """Compute the kernel distance of two Dask arrays of features from a uniform sample of each.

    Parameters
    ----------
    real, generated : dask array
        Features, (n, n_features).
    capacity : int, default=10000
        Maximum number of rows per sample.
    n_subsets : int, default=100
        Number of subsets.
    subset_size : int, optional
        Rows per subset (default: 1000, or all if there are fewer).
    seed : int, default=0
        Seed of samples and subsets.

    Returns
    -------
    KernelDistance
        See `evaluate.kernel_distance`.
    """
    sets = [reservoir(X, capacity, seed=seed) for X in (real, generated)]
    return evaluate.kernel_distance(*sets, n_subsets=n_subsets, subset_size=subset_size, seed=seed)


def fit_pca(pca: PCA, X: Any) -> PCA:
    """Fit a PCA to a Dask array. The fit replaces an earlier one.

    solver="auto" is the covariance for up to 4,096 columns. For more, if n_components is a number, it is a
    sketch with n_passes (default: 2). There is one task per partition and pass, and the merges.

    Parameters
    ----------
    pca : PCA
        PCA to fit.
    X : dask array
        Rows, (n, n_features).

    Returns
    -------
    PCA
        The fitted PCA.
    """
    if pca.solver == "gram":
        raise ValueError("solver must be 'auto', 'covariance' or 'sketch' for a Dask array, not 'gram'")
    counts = not isinstance(pca.n_components, (float, np.floating, str)) and pca.n_components is not None
    is_sketch = pca.solver == "sketch" or (pca.solver == "auto" and _columns(X) > SKETCH_COLUMNS and counts)
    partitions = _Partitions(X)
    if not is_sketch:
        return _solved(pca, _moments(partitions, partial(Moments, _columns(X))))
    if pca.n_directions is None and not counts:
        raise ValueError("a sketch needs n_components or n_directions")
    # Raises for wrong counts before any task runs.
    OptionStruct("pca", PCAOptions, solver="sketch", n_directions=pca.n_directions, n_passes=pca.n_passes)
    n_directions = pca.n_directions or min(_columns(X), 2 * int(pca.n_components or 0) + 16)
    make = partial(Moments, _columns(X), n_directions=n_directions, seed=pca.seed)
    found = _moments(partitions, make)
    for _ in range(1, 2 if pca.n_passes is None else pca.n_passes):
        found = _moments(partitions, partial(_copied, found.refined()))
    return _solved(pca, found)


def fit(
    model: N,
    X: Any,
    y: Any = None,
    *,
    rounds: int = 10,
    callback: Optional[Callable[[int, float], Any]] = None,
) -> N:
    """Fit an Autoencoder or a VAE to a Dask array by averaging parameters (McMahan et al. 2017).

    In each round every partition fits its own copy of the model to its rows, for `epochs` epochs from the
    same weights. Then weights, batch-norm statistics and the optimizer's running means are averaged,
    weighted by rows, in a tree. The result is bit-identical for any number of workers; with one partition
    and one round it equals model.fit. Each round sends the model to every partition and back. More
    partitions need more epochs to reach the same loss.

    With warm_start the fit continues from the model's weights. If a task fails, the model stays as it was.

    Parameters
    ----------
    model : Autoencoder or VAE
        Model to fit.
    X : dask array
        Rows, (n, n_features).
    y : dask array, optional
        Class of each row, for a conditional model.
    rounds : int, default=10
        Number of rounds.
    callback : callable, optional
        Called with (round, loss), where loss is that of the round's last epoch, averaged over rows.
        Returning STOP_NOW ends the fit.

    Returns
    -------
    model
        The fitted model.
    """
    if not isinstance(model, (Autoencoder, VAE)):
        raise TypeError(f"model must be an Autoencoder or a VAE, not {type(model).__name__}")
    if rounds < 1:
        raise ValueError(f"rounds must be at least 1, not {rounds}")
    partitions = _Partitions(X)
    labels = partitions.aligned(y)
    filled = [i for i, count in enumerate(partitions.row_counts) if count > 0]
    if not filled:
        raise ValueError("X has no rows")
    check_channels_last(partitions.array.shape[1:], model.shape)
    shape = model.shape or partitions.array.shape[1:]
    state = copy.copy(vars(model))
    for name in ("_handle", "_finalizer", "_fitting"):
        state.pop(name, None)
    state.update(warm_start=True, history_=[], shape=shape, context=None)
    goes_on = model.warm_start and model._handle is not None
    seed = Integer(ctypes.c_uint64, "seed").checked(model.seed)
    data = model.to_bytes() if goes_on else _initial(model, shape)
    with model._alone():
        for number in range(rounds):
            weights = _shared(data)
            parts = [
                dask.delayed(_fitted)(
                    type(model), state, weights, partitions.blocks[i], labels[i],
                    (seed + _GOLDEN * (number * len(filled) + place)) % 2**64,
                )
                for place, i in enumerate(filled)
            ]  # fmt: skip
            mean = dask.compute(_tree(parts, _summed_parameters))[0]
            data = mean.average()
            if callback is not None and callback(number + 1, mean.loss / mean.n_rows) == STOP_NOW:
                break
        model._own(model._made(lib.gen_model_load_memory, data, len(data), handle_of(model.context)))
    model.history_ = []
    return model


_GOLDEN = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio: seeds of rounds and partitions lie far apart


def _initial(model: NetworkModel, shape: Sequence[int]) -> bytes:
    """A model of that shape before its first step."""
    height, width, channels = shape_of_rows(shape)
    new = copy.copy(model) if model._handle is None else type(model)(**model.get_params())
    with new:
        new._own(new._create(SimpleNamespace(height=height, width=width, channels=channels)))
        return new.to_bytes()


def _fitted(
    kind: type[NetworkModel], state: dict[str, Any], data: bytes, block: Any, labels: Any, seed: int
) -> Parameters:
    """A partition's part of a round."""
    model = kind.__new__(kind)
    model.__setstate__((state, data))
    with model:
        model.seed = seed
        model.fit(block, labels)
        return Parameters.of(model.to_bytes(), len(block), model.history_[-1].loss)


def _summed_parameters(parts: Sequence[Parameters]) -> Parameters:
    first = parts[0]
    for part in parts[1:]:
        first = first + part
    return first


def _solved(pca: PCA, found: Moments) -> PCA:
    with pca._alone():
        pca._adopt(found)
    return pca


def _moments(partitions: _Partitions, make: Callable[[], Moments]) -> Moments:
    return partitions.merged(make, _summed, [None] * len(partitions.blocks))


def _columns(X: Any) -> int:
    return size_of(_checked(X).shape[1:])


def _checked(X: Any) -> Any:
    if not isinstance(X, da.Array):
        raise TypeError(f"X must be a Dask array, not {type(X).__name__}: dask.array.from_array makes one")
    if not 2 <= X.ndim <= 4:
        raise ValueError(f"X must have 2 to 4 axes (rows first), not {X.ndim}")
    if any(np.isnan(size) for size in X.shape[1:]):
        raise ValueError("X must know the size of a row")
    return X


class _Partitions:
    """The blocks of an array along its rows."""

    def __init__(self, X: Any) -> None:
        X = _checked(X).rechunk({axis: -1 for axis in range(1, X.ndim)})
        self.array = X
        self.blocks = list(X.to_delayed().ravel())

    @property
    def row_counts(self) -> list[int]:
        counts = self.array.chunks[0]
        if any(np.isnan(count) for count in counts):
            counts = dask.compute(*[dask.delayed(len)(block) for block in self.blocks])
        return [int(count) for count in counts]

    def merged(
        self, make: Callable[[], S], see: Callable[[S, Any, Any], S], arguments: Sequence[Any]
    ) -> S:
        """The statistics that `make` gives, shown each block by `see`, merged FAN_IN at a time."""
        start = _shared(make)
        parts = [dask.delayed(_seen)(see, start, block, each) for block, each in zip(self.blocks, arguments)]
        result: S = dask.compute(_tree(parts, _merged))[0]
        return result

    def aligned(self, y: Any) -> list[Any]:
        """The blocks of labels that belong to those of rows."""
        if y is None:
            return [None] * len(self.blocks)
        if not isinstance(y, da.Array) or y.ndim != 1 or len(y) != len(self.array):
            raise ValueError("y must be a Dask array of one class a row of X")
        return list(y.rechunk((self.array.chunks[0],)).to_delayed().ravel())


def _shared(value: Any) -> Any:
    """What every task reads, sent to a cluster once and not with the tasks."""
    client: Any = getattr(dask.base.get_scheduler(), "__self__", None)
    if hasattr(client, "scatter"):
        return client.scatter([value], hash=False)[0]
    return dask.delayed(value, traverse=False)


def _tree(parts: list[Any], join: Callable[[Sequence[Any]], Any]) -> Any:
    """One delayed result of many, FAN_IN joined at a time."""
    while len(parts) > 1:
        groups = [parts[i : i + FAN_IN] for i in range(0, len(parts), FAN_IN)]
        parts = [dask.delayed(join)(group) for group in groups]
    return parts[0]


def _seen(see: Callable[[S, Any, Any], S], make: Callable[[], S], block: Any, argument: Any) -> S:
    own = make()
    return see(own, block, argument) if len(block) else own


def _summed(own: Moments, block: Any, _: None) -> Moments:
    return own.update(block)


def _sampled(own: Reservoir, block: Any, first: int) -> Reservoir:
    return own.update(block, first)


def _copied(statistics: S) -> S:
    """What tasks share they do not change."""
    return type(statistics).from_bytes(statistics.to_bytes())


def _merged(parts: Sequence[S]) -> S:
    first = _copied(parts[0])
    for part in parts[1:]:
        first.merge(part)
    return first
