"""What autoencoders, VAEs and GANs share: creation from the data's shape, fitting, plans."""

import ctypes

import numpy as np

from . import _constants as c
from ._errors import check
from ._handle import handle_of, made
from ._model import Model
from ._progress import EventRelay
from ._rows import address, as_labels, as_rows, row_shape, shape_of_rows
from ._structs import FitOptions, InvertOptions, ModelInfo, Plan
from .dataset import as_dataset


class NetworkModel(Model):
    """A model trained in steps. `shape` is the shape of a row; None: taken from the data."""

    history_ = None

    def fit(
        self,
        X,
        y=None,
        *,
        epochs=10,
        batch_size=128,
        learning_rate=None,
        optimizer=None,
        beta1=0.0,
        beta2=0.0,
        epsilon=0.0,
        weight_decay=0.0,
        schedule="constant",
        schedule_factor=0.0,
        schedule_period=0,
        schedule_epochs=0,
        warm_up=0.0,
        clip_norm=0.0,
        validation=None,
        patience=0,
        keep_best=False,
        seed=0,
        callback=None,
        progress=False,
        token=None,
    ):
        """Fits to an array of rows or a Dataset; a second fit goes on where the first ended.

        y: classes of the rows, for a conditional model; others ignore it, as scikit-learn's do.
        Zero means the library's default (see gen_fit_options in the header). callback(event) gets a
        `FitEvent` at most ten times a second and after each epoch, and may return STOP_AFTER_EPOCH
        or STOP_NOW; an exception in it, or Ctrl-C, stops the fit and is raised here, the model
        usable. progress=True shows a bar (tqdm when it is installed). validation: rows measured
        after each epoch. The events of the epochs are kept in history_.
        """
        labels = y if getattr(self, "n_classes", 0) else None
        dataset, data_made = as_dataset(X, self.context, labels)
        measured, measured_made = (None, False)
        if validation is not None:
            measured, measured_made = as_dataset(validation, self.context)
        relay = EventRelay(callback, progress)
        options = FitOptions(
            optimizer=c.choose(c.OPTIMIZER, optimizer, "optimizer"),
            epochs=_counted(epochs, "epochs"),
            batch_size=_counted(batch_size, "batch_size"),
            seed=seed,
            learning_rate=0.0 if learning_rate is None else learning_rate or -1.0,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            weight_decay=weight_decay,
            schedule=c.choose(c.SCHEDULE, schedule, "schedule"),
            keep_best=int(keep_best),
            schedule_factor=schedule_factor,
            schedule_period=schedule_period,
            schedule_epochs=schedule_epochs,
            warm_up=warm_up,
            clip_norm=clip_norm,
            patience=patience,
            validation=handle_of(measured),
            event=relay.function,
            token=handle_of(token),
        )
        try:
            if self._finalizer is None:
                self._own(self._create(dataset.info))
            status = self._function("fit")(self._handle, dataset._handle, ctypes.byref(options))
        finally:
            relay.close()
            for owned, here in ((dataset, data_made), (measured, measured_made)):
                if here:
                    owned.close()
        self.history_ = (self.history_ or []) + relay.epochs
        relay.reraise()
        dataset._reraise()
        if not (status == c.E_CANCELLED and relay.stopped):
            check(status)
        return self

    def plan(self, batch_size=128):
        """What the model will need, before it is made: (n_parameters, peak_bytes, flops_per_row).

        peak_bytes: while fitting with this batch size, beside the data. Needs `shape`.
        """
        if self.shape is None:
            raise ValueError("shape must be given to plan a model before it sees data")
        plan = Plan()
        options = self._options(*shape_of_rows(self.shape))
        check(self._function("plan")(ctypes.byref(options), batch_size, ctypes.byref(plan)))
        return plan.n_parameters, plan.peak_bytes, plan.flops_per_row

    @property
    def info(self):
        """The header's gen_model_info_t: height, width, channels, latent_size, n_parameters ..."""
        info = ModelInfo()
        check(self._function("info")(self._require_handle(), ctypes.byref(info)))
        return info

    @property
    def shape_(self):
        """The shape of a row: (features,), (height, width) or (height, width, channels)."""
        info = self.info
        return row_shape(info.height, info.width, info.channels)

    def _create(self, data):
        """A new handle for rows of a dataset's shape, or of `shape` when that was given."""
        shape = (data.height, data.width, data.channels)
        if self.shape is not None:
            shape = shape_of_rows(self.shape)
        return made(self._function("create"), ctypes.byref(self._options(*shape)))

    def _adopt_info(self):
        self.shape = self.shape_
        self.latent_size = self.info.latent_size
        names = {number: name for name, number in c.ARCHITECTURE.items()}
        self.architecture = names[self.info.architecture]
        if hasattr(self, "n_classes"):
            self.n_classes = self.info.n_classes

    def _options(self, height, width, channels):
        raise NotImplementedError

    def _rows(self, X, name="X"):
        if hasattr(X, "read") and hasattr(X, "info"):
            X = X.read()
        info = self.info
        return as_rows(X, info.height * info.width * info.channels, name)

    def _invert(
        self, X, generator, n_steps, n_starts, learning_rate, prior_weight, start, seed, callback, token
    ):
        """gen_<noun>_invert: (latents, errors)."""
        self._require_handle()
        rows = self._rows(X)
        start = None if start is None else self._latents(start)
        if start is not None and len(start) != len(rows):
            raise ValueError(f"start must have {len(rows)} rows like X, not {len(start)}")
        relay = EventRelay(callback, False)
        options = InvertOptions(
            generator=generator,
            n_steps=_counted(n_steps, "n_steps"),
            n_starts=_counted(n_starts, "n_starts"),
            seed=seed,
            learning_rate=0.0 if learning_rate is None else learning_rate or -1.0,
            prior_weight=prior_weight,
            event=relay.function,
            token=handle_of(token),
        )
        if start is not None:
            options.start = start.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        latents = np.empty((len(rows), self.info.latent_size), np.float32)
        errors = np.empty(len(rows), np.float32)
        outputs = (address(latents), address(errors))
        status = self._function("invert")(
            self._handle, address(rows), len(rows), ctypes.byref(options), *outputs
        )
        relay.reraise()
        check(status)
        return latents, errors

    def _latents(self, Z):
        return as_rows(Z, self.info.latent_size, "Z")

    def _empty_rows(self, count):
        return np.empty((max(count, 0), *self.shape_), np.float32)

    def _map(self, verb, rows, out, labels=None):
        """Calls gen_<noun>_<verb>(model, rows, n_rows, out), or with labels gen_<noun>_<verb>_given,
        and returns out."""
        if labels is None:
            check(self._function(verb)(self._handle, address(rows), len(rows), address(out)))
        else:
            given = as_labels(labels, len(rows))
            function = self._function(f"{verb}_given")
            check(function(self._handle, address(rows), address(given), len(rows), address(out)))
        return out


def _counted(value, name):
    """A count that must not be zero, which to the library would mean its default."""
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")
    return value


def widths(values):
    """(array, count) of hidden layers' widths: None is the default, () is none."""
    if values is None:
        return None, 0
    values = [int(value) for value in values]
    if not values:
        return None, -1
    return (ctypes.c_int64 * len(values))(*values), len(values)


def set_widths(options, array_name, count_name, values):
    """Puts widths into two members of an options struct, which keeps the array alive."""
    array, count = widths(values)
    setattr(options, count_name, count)
    if array is not None:
        setattr(options, array_name, array)


def context_of(model):
    """The handle of a model's context."""
    return handle_of(model.context)
