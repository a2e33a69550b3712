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
from ._c_types import room, whole
from ._comm import Comm
from ._errors import check
from ._fit_rows import LabelRule, check_pairs, check_share, fit_rows, held_out, is_share
from ._follow import Follower
from ._handle import handle_of, made
from ._library import lib
from ._model import Model
from ._options import OptionStruct, options_text
from ._plots import plot_history
from ._progress import Callback, FitEvent, Watch
from ._rows import Floats, Integers, Shape, address, as_rows, check_channels_last, row_shape, shape_of_rows, size_of
from ._structs import FitOptions, ModelInfo, Plan
from ._weights import copy_from, copy_to
from .context import Token
from .dataset import Dataset, dataset_of

MOST_ROWS = 128  # of a step, where the library chooses

N = TypeVar("N", bound="NetworkModel")


class NetworkModel(Model):
    """Common base of Autoencoder, VAE, GAN and Classifier.

    The constructor has a parameter for each option of the model and of its fits. A fitted model has the
    attributes history_ (the events of its epochs), architecture_, shape_, latent_size_, n_features_in_,
    n_parameters_ and n_epochs_.
    """

    _own_options: tuple[str, ...]
    _fit_options: tuple[str, ...]
    batch_size: Optional[int]
    seed: int
    shape: Optional[Sequence[int]]
    warm_start: bool
    history_: list[FitEvent]
    _takes_targets = False  # whether y of a fit may be rows

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
        checkpoint_seconds: Optional[float] = None,
        resume: bool = False,
        comm: Optional[Comm] = None,
        shared_rows: bool = False,
    ) -> N:
        """Fit the model to rows.

        Parameters
        ----------
        X : array-like, path, generator, callable or Dataset
            An array, (n, features) or (n, height, width[, channels]), of uint8, float32 or float64, which
            is not copied; the path of a folder of images, an IDX file or a .npy file; a generator of
            arrays, or a function that returns one for each epoch; or a Dataset. The values 0 ... 255 of
            uint8 images are scaled to 0 ... 1. A two-dimensional uint8 array is a table, whose values are
            not scaled.
        y : array-like, path or Dataset, optional
            For an `Autoencoder`, the clean version of each row: an array of the shape of X, a path if X is
            a path, or a Dataset. The model then learns to make `y` from `X`. Rows and targets are drawn
            together. Only `y` must lie in [0, 1], and standardization uses the means and standard
            deviations of `y`. For a conditional VAE or GAN, the class of each row: integers 0 ... n_classes
            - 1 of any type, or floats without a fraction. For a path X, `y` is the path of a file of
            labels. A Dataset has its own labels, and batches of a stream are (rows, labels). Other models
            ignore `y`.
        validation : array-like, tuple, path, Dataset, stream or float, optional
            Rows evaluated after each epoch, which no step learns from: rows, (rows, labels) or (rows,
            targets). A float between 0 and 1 is the share of X, and of its y, to hold out: round(validation
            * n) rows, at least one, drawn by `seed`; each class gives its share, see `Dataset.split`. X
            must then not be a stream.
        callback : callable, optional
            Called with a `FitEvent` at most ten times a second and after each epoch. It may return
            STOP_AFTER_EPOCH or STOP_NOW. An exception in it, or Ctrl-C, stops the fit and is raised here;
            the model stays usable.
        verbose : bool or int, default=False
            Show a progress bar, by tqdm if it is installed.
        token : Token, optional
            Stops the fit from another thread.
        checkpoint : path, optional
            File to which the model and the position of the fit are saved while it runs and when it ends.
        checkpoint_steps : int, default=0
            Steps between checkpoints; 0: none by steps.
        checkpoint_seconds : float, optional
            Seconds between checkpoints; 0: none by time (default: 60; with checkpoint_steps: 0).
        resume : bool, default=False
            Continue a fit that was stopped or killed, of this model or, if it is not fitted, of the
            checkpoint file. The result is bit-identical to an uninterrupted fit. Without either, the fit
            begins. All other parameters and the data must be the same.
        comm : Comm, optional
            Ranks that fit the model together, such as `generative.mpi.Comm()`. Each makes this call with
            its own comm. A step learns from batch_size rows of each rank. Only rank 0's checkpoint is used.
            An error on one rank is raised on all.
        shared_rows : bool, default=False
            With comm: all ranks have the same rows, and each takes its part of every batch. By default each
            rank has rows of its own.

        Returns
        -------
        self
            The fitted model.

        Raises
        ------
        ValueError
            The rows, labels or options are invalid.
        InvalidArgumentError
            An option is outside its range, or rows that must lie in [0, 1] do not.
        GenerativeError
            The fit failed; the subclasses say why.
        """
        watch = Watch(callback, verbose)
        follower = Follower(watch, token)
        with self._alone(), ExitStack() as stack:
            goes_on = self._goes_on(resume)
            rule = LabelRule(type(self).__name__, self._n_labels(goes_on), comm is None, self._takes_targets)
            if validation is not None and is_share(validation):
                check_share(X, validation)
            learned, held = fit_rows(X, y, validation, rule)
            takes_labels = rule.n_classes != 0
            whole = dataset_of(
                learned.X, self.context, labels=learned.labels, shape=self.shape, labelled=takes_labels
            )
            data = stack.enter_context(whole)
            targets = self._targets(learned.targets, data, stack, "y")
            measured = measured_targets = None
            if validation is not None and held is None:
                if targets is not None:
                    check_pairs(data, targets, validation)
                    parts = held_out(targets, validation, self.seed, self._least_rows)
                    targets, measured_targets = map(stack.enter_context, parts)
                data, measured = map(stack.enter_context, held_out(data, validation, self.seed, self._least_rows))
            self._check_row_count(data)
            check_channels_last(data.shape, self.shape_ if goes_on else self.shape)
            rule.check(data, "X")
            if held is not None:
                rows = dataset_of(
                    held.X, self.context, labels=held.labels, shape=data.shape, labelled=takes_labels
                )
                measured = stack.enter_context(rows)
                check_channels_last(measured.shape, data.shape, "validation")
                rule.check(measured, "validation")
                measured_targets = self._targets(held.targets, measured, stack, "validation")
            settings = {
                "checkpoint_steps": checkpoint_steps,
                "checkpoint_seconds": checkpoint_seconds,
                "resume": resume,
                "shared_rows": shared_rows,
            }
            options = self._options_of_fit(measured, **settings)
            options.struct.targets = handle_of(targets)
            options.struct.validation_targets = handle_of(measured_targets)
            options.struct.checkpoint_path = None if checkpoint is None else os.fsencode(checkpoint)
            if comm is not None:
                options.struct.comm = comm._pointer()
            stack.enter_context(nullcontext() if goes_on else self._trying(self._create(data.info)))
            stack.callback(watch.close)
            status = follower.call(lib.gen_model_fit, self._handle, data._handle, options.pointer)
            if comm is not None and status == c.E_COMM:
                comm._check(status)
            if self.info.n_steps == 0 and status != c.E_CANCELLED:
                self._reraise(data, measured)
                follower.finish()
                check(status)
        self._see(X, data)
        self.history_ = (getattr(self, "history_", []) if goes_on else []) + watch.epochs
        self._reraise(data, measured)
        follower.finish()
        if not (status == c.E_CANCELLED and follower.stopped):
            check(status)
        return self

    def plan(self, batch_size: Optional[int] = None) -> tuple[int, int, int]:
        """Compute what a fit needs before the model sees data; needs `shape`.

        Parameters
        ----------
        batch_size : int, optional
            Rows per step (default: the model's batch_size, else 128).

        Returns
        -------
        n_parameters : int
            Number of trainable parameters.
        peak_bytes : int
            Peak memory of a fit, without the data.
        flops_per_row : int
            Floating-point operations of a training step per row.

        Raises
        ------
        ValueError
            `shape` was not given.
        """
        if self.shape is None:
            raise ValueError("shape must be given to plan a model before it sees data")
        plan = Plan()
        rows = next(rows for rows in (batch_size, self.batch_size, MOST_ROWS) if rows is not None)
        model = self._created(*shape_of_rows(self.shape))
        try:
            check(lib.gen_model_plan(model, rows, ctypes.byref(plan)))
        finally:
            lib.gen_model_destroy(model)
        return plan.n_parameters, plan.peak_bytes, plan.flops_per_row

    def copy_weights_to(self, **networks: Any) -> None:
        """Copy the model's weights to PyTorch modules or Keras models of the same architecture.

        The layers with weights correspond in order: `Linear`, `Conv2d`, `ConvTranspose2d`, batch norm and, for the
        biases of a class, `Embedding`, or Keras' layers of these kinds. A dense layer may be a convolution with a
        window as large as the image. A dense layer after an image flattens height x width x channels.

        Parameters
        ----------
        **networks
            The networks by name: encoder and decoder, generator, discriminator and average, or classifier.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        ValueError
            A network has other layers than the model's, or layers without a counterpart.
        """
        copy_to(self.to_bytes("weights"), networks)

    def with_weights_from(self: N, **networks: Any) -> N:
        """Create a model with the weights of PyTorch modules or Keras models, see `copy_weights_to`.

        Networks that are not given keep the weights of this model. A model that is not fitted needs `shape`.

        Parameters
        ----------
        **networks
            The networks by name. The weights of a generator are those of its average, too.

        Returns
        -------
        model
            A model of this class, with the options of this one.

        Raises
        ------
        NotFittedError
            The model is not fitted, and `shape` is not given.
        ValueError
            A network has other layers than the model's, or layers without a counterpart.
        """
        model = type(self)(**self.get_params())
        if self._handle is None and self.shape is not None:
            model._own(self._created(*shape_of_rows(self.shape)))
            data = model.to_bytes("weights")
        else:
            data = self.to_bytes("weights")
        data = copy_from(data, networks)
        model._own(self._made(lib.gen_model_load_memory, data, len(data), handle_of(self.context)))
        return model

    @property
    def info(self) -> ModelInfo:
        """Members of the header's gen_model_info_t: height, width, channels, latent_size, n_parameters ..."""
        info = ModelInfo()
        check(lib.gen_model_info(self._fitted_handle(), ctypes.byref(info)))
        return info

    @property
    def architecture_(self) -> str:
        """Kind of the networks: "dense" or "convolutional"."""
        number = self.info.architecture
        return next(word for word, its_number in c.ARCHITECTURE.items() if its_number == number)

    @property
    def shape_(self) -> Shape:
        """Shape of a row: (features,), (height, width) or (height, width, channels)."""
        info = self.info
        return row_shape(info.height, info.width, info.channels)

    @property
    def n_features_in_(self) -> int:
        """Number of values in a row."""
        return size_of(self.shape_)

    @property
    def latent_size_(self) -> int:
        """Latent dimension."""
        size: int = self.info.latent_size
        return size

    @property
    def n_parameters_(self) -> int:
        """Number of trainable parameters."""
        count: int = self.info.n_parameters
        return count

    @property
    def n_epochs_(self) -> int:
        """Number of epochs fitted so far."""
        count: int = self.info.n_epochs
        return count

    @staticmethod
    def _reraise(*datasets: Optional[Dataset]) -> None:
        """Raises what the batches of streams raised, if they did."""
        for each in datasets:
            if each is not None:
                each._reraise()

    def _n_labels(self, goes_on: bool) -> Optional[int]:
        """How many classes the labels of a fit may have; 0: it takes none; None: the library decides."""
        count = self.info.n_classes if goes_on else getattr(self, "n_classes", 0)
        number = 0 if count is None else whole(count, "n_classes")
        return None if number < 0 else number

    def _targets(self, rows: Any, data: Dataset, stack: ExitStack, name: str) -> Optional[Dataset]:
        """The targets of a dataset's rows, as a dataset of rows of the same shape; None for None."""
        if rows is None:
            return None
        targets: Dataset = stack.enter_context(dataset_of(rows, self.context, shape=data.shape))
        check_channels_last(targets.shape, data.shape, name)
        return targets

    def _goes_on(self, resume: bool) -> bool:
        """Whether a fit continues with what was fitted before."""
        return (self.warm_start or resume) and self._handle is not None

    def _create(self, data: Any, **options: Any) -> int:
        """A new handle for rows of a dataset's shape, or of `shape` when that was given. options: in place of
        the attributes."""
        shape = (data.height, data.width, data.channels)
        if self.shape is not None:
            shape = shape_of_rows(self.shape)
        return self._created(*shape, **options)

    def _created(self, height: int, width: int, channels: int, **options: Any) -> int:
        values = {**{name: getattr(self, name) for name in self._own_options}, **options}
        sizes = {"height": height, "width": width, "channels": channels}
        text = options_text(self._noun, {**values, **sizes, "seed": self.seed})
        return made(lib.gen_model_create, self._noun.encode(), text, handle_of(self.context))

    def _options_of_fit(self, validation: Optional[Dataset], **settings: Any) -> OptionStruct[FitOptions]:
        values = {name: getattr(self, name) for name in self._fit_options}
        options = OptionStruct("fit", FitOptions, **values, seed=self.seed, **settings)
        options.struct.validation = handle_of(validation)
        return options

    def plot_history(self) -> Any:
        """Plot the losses of the last fit against its epochs, on matplotlib.

        Returns
        -------
        ndarray of matplotlib.axes.Axes
            One for each group of quantities that the model has.

        Raises
        ------
        ImportError
            matplotlib is not installed.
        ValueError
            The model has no history: it was loaded or not fitted.
        """
        return plot_history(getattr(self, "history_", []))

    def _adopt_options(self) -> None:
        super()._adopt_options()
        self.shape = self.shape_
        self.history_ = []

    def _row_shape(self) -> Shape:
        return self.shape_

    def _latents(self, Z: npt.ArrayLike) -> Floats:
        return as_rows(Z, self.latent_size_, "Z")

    def _empty_rows(self, count: int) -> Floats:
        return np.empty((room(count), *self.shape_), np.float32)

    def _empty_latents(self, count: int) -> Floats:
        return np.empty((room(count), self.latent_size_), np.float32)

    def _map(self, function: Any, rows: Floats, out: Floats, labels: Optional[Integers] = None) -> Floats:
        """The one output of a function that takes labels, given room for it."""
        self._given(function, rows, labels, address(out))
        return out

    def _given(self, function: Any, rows: Floats, labels: Optional[Integers], *rest: Any) -> None:
        """Calls function(model, rows, labels, n_rows, *rest)."""
        check(function(self._handle, address(rows), address(labels), len(rows), *rest))
