"""What autoencoders, VAEs and GANs share: creation from the data's shape, fitting, plans."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from typing import Any, Optional, TypeVar, Union

import numpy as np
import numpy.typing as npt

from . import _constants as c
from ._checkpoint import Checkpoint
from ._comm import Comm
from ._errors import check
from ._handle import handle_of, made
from ._library import lib
from ._model import Model
from ._options import choose, count_option, number_option
from ._progress import Callback, EventRelay, FitEvent
from ._rows import Floats, Shape, address, as_labels, as_rows, row_shape, shape_of_rows, size_of
from ._structs import FitOptions, ModelInfo, Plan
from .context import Token
from .dataset import Dataset, dataset_of

N = TypeVar("N", bound="NetworkModel")


class NetworkModel(Model):
    """A model trained in steps.

    Parameters of every such model, None being the library's default (see gen_fit_options in the header):
    epochs, batch_size, learning_rate, optimizer, beta1, beta2, epsilon, weight_decay, schedule,
    schedule_factor, schedule_period, schedule_epochs, warm_up, clip_norm; patience, keep_best: with
    validation rows. warm_start: a fit goes on where the last ended, as does one of a loaded model.
    shape: of a row; None: taken from the data. seed: of the initial weights, of shuffling and noise.

    Attributes of a fitted model: history_, the events of its epochs; shape_, latent_size_,
    n_features_in_, n_parameters_, n_epochs_.
    """

    epochs: int
    batch_size: int
    learning_rate: Optional[float]
    optimizer: Optional[str]
    beta1: Optional[float]
    beta2: Optional[float]
    epsilon: Optional[float]
    weight_decay: float
    schedule: str
    schedule_factor: Optional[float]
    schedule_period: Optional[int]
    schedule_epochs: Optional[int]
    warm_up: float
    clip_norm: float
    patience: int
    keep_best: bool
    warm_start: bool
    shape: Optional[Sequence[int]]
    seed: int
    latent_size: Any
    architecture: str
    base_channels: Optional[int]
    depth: Optional[int]
    history_: list[FitEvent]

    def fit(
        self: N,
        X: Any,
        y: Any = None,
        *,
        validation: Any = None,
        callback: Optional[Callback] = None,
        verbose: Union[bool, int] = False,
        token: Optional[Token] = None,
        checkpoint: Optional[Union[str, os.PathLike[str]]] = None,
        checkpoint_steps: int = 0,
        checkpoint_seconds: float = 0.0,
        resume: bool = False,
        comm: Optional[Comm] = None,
        shared_rows: bool = False,
    ) -> N:
        """Fits to rows: an array (n, features) or (n, height, width[, channels]) of uint8, float32 or
        float64, which is not copied; the path of a folder of pictures, an IDX or a .npy file; a
        generator of such arrays, or a function that returns one for each epoch; a Dataset.

        y: classes of the rows, for a conditional model; others ignore it, as scikit-learn's do.
        validation: rows measured after each epoch. callback(event) gets a `FitEvent` at most ten times
        a second and after each epoch, and may return STOP_AFTER_EPOCH or STOP_NOW; an exception in it,
        or Ctrl-C, stops the fit and is raised here, the model usable. verbose: shows a bar, by tqdm
        where it is installed. token: stops the fit from another thread.

        checkpoint: a file that keeps the model and where the fit stands, every checkpoint_steps steps
        or checkpoint_seconds seconds (60 when neither is given) and at the end. resume=True goes on
        with a fit that was stopped, or killed: of this model, or for one not fitted yet of the file,
        and gives what the uninterrupted fit would have; without either the fit begins. Everything
        else must be as it was.

        comm: the ranks that fit the model together, each by this call with its own comm, such as
        `generative.mpi.Comm()`; a step then learns from batch_size rows of each. shared_rows: whether
        all have the same rows, and each takes its part of every batch; else each has rows of its own.
        Of checkpoint that of rank 0 counts. An error of one rank is raised on all.
        """
        labels = y if getattr(self, "n_classes", 0) else None
        relay = EventRelay(callback, verbose)
        with self._alone(), ExitStack() as stack:
            data = stack.enter_context(dataset_of(X, self.context, labels=labels, shape=self.shape))
            self._check_row_count(data)
            measured = None
            if validation is not None:
                rows = dataset_of(validation, self.context, shape=data.shape)
                measured = stack.enter_context(rows)
            options = self._fit_options(relay, measured, token)
            options.checkpoint_path = None if checkpoint is None else os.fsencode(checkpoint)
            options.checkpoint_steps = checkpoint_steps
            options.checkpoint_seconds = checkpoint_seconds
            options.resume = int(resume)
            options.shared_rows = int(shared_rows)
            if comm is not None:
                options.comm = comm._pointer()
            goes_on = (self.warm_start or resume) and self._handle is not None
            stack.enter_context(nullcontext() if goes_on else self._trying(self._create(data.info)))
            with relay:
                status = lib.gen_model_fit(self._handle, data._handle, ctypes.byref(options))
            if comm is not None and status == c.E_COMM:
                comm._check(status)
            if self.info.n_steps == 0 and status != c.E_CANCELLED:
                data._reraise()
                relay.finish()
                check(status)
        self._see_columns(X)
        self.history_ = (getattr(self, "history_", []) if goes_on else []) + relay.epochs
        data._reraise()
        relay.finish()
        if not (status == c.E_CANCELLED and relay.stopped):
            check(status)
        return self

    def plan(self, batch_size: Optional[int] = None) -> tuple[int, int, int]:
        """What the model will need, before it sees data: (n_parameters, peak_bytes, flops_per_row).

        peak_bytes: while fitting with this batch size, beside the data. Needs `shape`.
        """
        if self.shape is None:
            raise ValueError("shape must be given to plan a model before it sees data")
        plan = Plan()
        options = self._options(*shape_of_rows(self.shape))
        rows = self.batch_size if batch_size is None else batch_size
        handle = made(self._function("create"), ctypes.byref(options))
        try:
            check(lib.gen_model_plan(handle, rows, ctypes.byref(plan)))
        finally:
            lib.gen_model_destroy(handle)
        return plan.n_parameters, plan.peak_bytes, plan.flops_per_row

    @property
    def info(self) -> ModelInfo:
        """The header's gen_model_info_t: height, width, channels, latent_size, n_parameters ..."""
        info = ModelInfo()
        check(lib.gen_model_info(self._fitted_handle(), ctypes.byref(info)))
        return info

    @property
    def shape_(self) -> Shape:
        """The shape of a row: (features,), (height, width) or (height, width, channels)."""
        info = self.info
        return row_shape(info.height, info.width, info.channels)

    @property
    def n_features_in_(self) -> int:
        """The numbers of a row."""
        return size_of(self.shape_)

    @property
    def latent_size_(self) -> int:
        """The numbers of a latent."""
        size: int = self.info.latent_size
        return size

    @property
    def n_parameters_(self) -> int:
        """The trained numbers."""
        count: int = self.info.n_parameters
        return count

    @property
    def n_epochs_(self) -> int:
        """Epochs fitted so far."""
        count: int = self.info.n_epochs
        return count

    def _create(self, data: Any) -> int:
        """A new handle for rows of a dataset's shape, or of `shape` when that was given."""
        shape = (data.height, data.width, data.channels)
        if self.shape is not None:
            shape = shape_of_rows(self.shape)
        return made(self._function("create"), ctypes.byref(self._options(*shape)))

    def _fit_options(
        self, relay: EventRelay, validation: Optional[Dataset], token: Optional[Token]
    ) -> FitOptions:
        return FitOptions(
            optimizer=choose(c.OPTIMIZER, self.optimizer, "optimizer"),
            epochs=_counted(self.epochs, "epochs"),
            batch_size=_counted(self.batch_size, "batch_size"),
            seed=self.seed,
            learning_rate=number_option(self.learning_rate),
            beta1=number_option(self.beta1),
            beta2=number_option(self.beta2),
            epsilon=number_option(self.epsilon),
            weight_decay=self.weight_decay,
            schedule=choose(c.SCHEDULE, self.schedule, "schedule"),
            keep_best=int(self.keep_best),
            schedule_factor=0.0 if self.schedule_factor is None else self.schedule_factor,
            schedule_period=count_option(self.schedule_period),
            schedule_epochs=count_option(self.schedule_epochs),
            warm_up=self.warm_up,
            clip_norm=self.clip_norm,
            patience=self.patience,
            validation=handle_of(validation),
            event=relay.function,
            token=handle_of(token),
        )

    def _adopt_options(self) -> None:
        self.shape = self.shape_
        self.latent_size = self.latent_size_
        names = {number: name for name, number in c.ARCHITECTURE.items()}
        self.architecture = names[self.info.architecture]
        if hasattr(self, "n_classes"):
            self.n_classes = self.info.n_classes
        self.history_ = []

    def _tidy_options(self, checkpoint: Checkpoint) -> None:
        self.depth = self.depth or None
        if self.architecture == "dense":
            self.base_channels = None

    def _options(self, height: int, width: int, channels: int) -> Any:
        raise NotImplementedError

    def _row_shape(self) -> Shape:
        return self.shape_

    def _latents(self, Z: npt.ArrayLike) -> Floats:
        return as_rows(Z, self.latent_size_, "Z")

    def _empty_rows(self, count: int) -> Floats:
        return np.empty((max(count, 0), *self.shape_), np.float32)

    def _empty_latents(self, count: int) -> Floats:
        return np.empty((max(count, 0), self.latent_size_), np.float32)

    def _map(self, function: Any, rows: Floats, out: Floats, labels: Any = None) -> Floats:
        """The one output of a function that takes labels, given room for it."""
        self._given(function, rows, labels, address(out))
        return out

    def _given(self, function: Any, rows: Floats, labels: Any, *rest: Any) -> None:
        """Calls function(model, rows, labels, n_rows, *rest)."""
        known = None if labels is None else as_labels(labels, len(rows))
        check(function(self._handle, address(rows), address(known), len(rows), *rest))


def _counted(value: int, name: str) -> int:
    """A count that must not be zero, which to the library would mean its default."""
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")
    return int(value)


def set_widths(options: Any, array_name: str, count_name: str, values: Optional[Sequence[int]]) -> None:
    """Puts hidden layers' widths into two members of an options struct, which keeps the array alive:
    None is the default, () none."""
    if values is None:
        return
    sizes = [int(value) for value in values]
    setattr(options, count_name, len(sizes) or -1)
    if sizes:
        setattr(options, array_name, (ctypes.c_int64 * len(sizes))(*sizes))
