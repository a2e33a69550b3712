"""What all models share: files, pickling, and rows on their way in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Optional, TypeVar, Union

import numpy.typing as npt

from . import _constants as c
from ._bytes import written
from ._c_types import room
from ._checkpoint import Checkpoint
from ._classes import as_labels, is_one
from ._errors import InvalidArgumentError, NotReadyError, check, raise_not_fitted
from ._estimator import Estimator
from ._handle import Owner, handle_of, made
from ._library import lib
from ._names import names_of
from ._options import choose, described
from ._programs import Program
from ._rows import Floats, Integers, as_rows, check_channels_last, is_images, rows_first, size_of
from ._scale import Scale
from ._stream import is_stream
from .context import Context
from .dataset import Dataset, open_dataset

M = TypeVar("M", bound="Model")
Path = Union[str, "os.PathLike[str]"]


class Model(Estimator, Owner):
    """Base of all models. Options are attributes; the model itself is created when it is fitted."""

    context: Optional[Context]
    _least_rows = 1
    _own_options: tuple[str, ...]
    seed: int
    _fitting: object
    _scale: Optional[Scale] = None  # of the rows that the model was fitted to; None: not known

    def save(self, path: Path, content: str = "all") -> None:
        """Write the model to a safetensors file. After an error an existing file is unchanged.

        Parameters
        ----------
        path : path
            File to write.
        content : {"all", "weights", "bfloat16", "float16"}, default="all"
            "all" includes the state that a further fit needs; "weights" takes a third of the size. "bfloat16" and
            "float16" are weights of layers rounded to 16 bits, in half the size of "weights".

        Raises
        ------
        NotFittedError
            The model is not fitted.
        FileError
            The operating system refused to write the file.
        """
        kind = choose(c.CONTENT, content, "content")
        check(lib.gen_model_save(self._fitted_handle(), os.fsencode(path), kind))

    def export_onnx(self, path: Path, part: Optional[str] = None) -> None:
        """Write a part of the model as an ONNX graph. After an error an existing file is unchanged.

        Parameters
        ----------
        path : path
            File to write.
        part : {"encoder", "decoder", "generator", "discriminator", "classifier", "reconstruction", "score"}, optional
            What the graph computes (default: the first of these that the model has).

        Raises
        ------
        NotFittedError
            The model is not fitted.
        InvalidArgumentError
            The model has no such part; the message lists those it has.
        FileError
            The operating system refused to write the file.
        """
        number = c.AUTO if part is None else choose(c.PART, part, "part")
        check(lib.gen_model_export_onnx(self._fitted_handle(), os.fsencode(path), number))

    def export_c(self, path: Path, name: str = "model", weights: str = "f32") -> None:
        """Write all parts of the model as one C99 file. After an error an existing file is unchanged.

        Parameters
        ----------
        path : path
            File to write.
        name : str, default="model"
            What the names of its functions begin with.
        weights : {"f32", "i8"}, default="f32"
            "i8" rounds weights to 8 bits, with a scale for each output.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        InvalidArgumentError
            The name is no C identifier.
        FileError
            The operating system refused to write the file.
        """
        number = choose(c.WEIGHTS, weights, "weights")
        check(lib.gen_model_export_c(self._fitted_handle(), os.fsencode(path), name.encode(), number))

    def to_json(self, part: Optional[str] = None) -> str:
        """Return a part of the model as JSON, for programs in other languages.

        Parameters
        ----------
        part : {"encoder", "decoder", "generator", "discriminator", "classifier", "reconstruction", "score"}, optional
            What the steps compute (default: the first of these that the model has).

        Returns
        -------
        str
            The steps of the part and their numbers. docs/export.md describes the members.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        InvalidArgumentError
            The model has no such part; the message lists those it has.
        """
        return self._part(part).decode()

    def to_torch(self, part: Optional[str] = None) -> Any:
        """Create a PyTorch module that computes a part of the model.

        The module takes and returns rows as the library does: images are N x height x width x channels. A
        conditional model's takes labels, too, and the encoder of a VAE returns means and log-variances. Batch norm
        is folded into other layers. All weights can be trained further.

        Parameters
        ----------
        part : {"encoder", "decoder", "generator", "discriminator", "classifier", "reconstruction", "score"}, optional
            What the module computes (default: the first of these that the model has).

        Returns
        -------
        torch.nn.Module
            A module whose `layers` are the steps in order.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        InvalidArgumentError
            The model has no such part; the message lists those it has.
        ImportError
            PyTorch is not installed.
        """
        program = Program(self._part(part))
        from ._torch import Part

        return Part(program)

    def to_keras(self, part: Optional[str] = None) -> Any:
        """Create a Keras model that computes a part of the model, as `to_torch` does.

        Parameters
        ----------
        part : {"encoder", "decoder", "generator", "discriminator", "classifier", "reconstruction", "score"}, optional
            What the model computes (default: the first of these that the model has).

        Returns
        -------
        keras.Model
            A functional model.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        InvalidArgumentError
            The model has no such part; the message lists those it has.
        ImportError
            Keras 3 is not installed.
        """
        program = Program(self._part(part))
        from ._keras import model_of

        return model_of(program)

    def _part(self, part: Optional[str]) -> bytes:
        """A part as JSON."""
        number = c.AUTO if part is None else choose(c.PART, part, "part")
        return written(lib.gen_model_export_json, self._fitted_handle(), number)

    @classmethod
    def load(cls: type[M], path: Path, context: Optional[Context] = None) -> M:
        """Load a model from a file that `save` wrote.

        The options of the model and of its optimizer come from the file. Other options, such as epochs,
        have their defaults.

        Parameters
        ----------
        path : path
            File to read.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).

        Returns
        -------
        model
            A model of this class.

        Raises
        ------
        FileError
            The file cannot be read, or is damaged.
        InvalidArgumentError
            The file contains another kind of model.
        """
        with Checkpoint(path, context) as checkpoint:
            return cls._read(checkpoint, path, context)

    @classmethod
    def _read(cls: type[M], checkpoint: Checkpoint, path: Path, context: Optional[Context]) -> M:
        model = cls._loaded(cls._made(lib.gen_model_load, os.fsencode(path), handle_of(context)), context)
        for name in ("optimizer", "beta1", "beta2", "epsilon", "weight_decay"):
            value = checkpoint.option(name)
            if hasattr(model, name) and value not in (None, "none"):
                setattr(model, name, value)
        return model

    @property
    def class_names_(self) -> list[str]:
        """Names of the classes in the data that the model was fitted to, such as the names of subfolders."""
        return names_of(lib.gen_model_name, self._fitted_handle(), c.NAME_CLASS)

    @property
    def column_names_(self) -> list[str]:
        """Names of the columns of the table that the model was fitted to."""
        return names_of(lib.gen_model_name, self._fitted_handle(), c.NAME_COLUMN)

    def to_bytes(self, content: str = "all") -> bytes:
        """Return the bytes that `save` writes.

        Parameters
        ----------
        content : {"all", "weights", "bfloat16", "float16"}, default="all"
            What to include, see `save`.

        Returns
        -------
        bytes
            The content of a safetensors file.

        Raises
        ------
        NotFittedError
            The model is not fitted.
        """
        self._fitted_handle()
        return self._bytes(choose(c.CONTENT, content, "content"))

    def _bytes(self, kind: int = c.CONTENT["all"]) -> bytes:
        """What the library saves of its model."""
        return written(lib.gen_model_save_memory, self._handle, kind)

    @classmethod
    def from_bytes(cls: type[M], data: Any, context: Optional[Context] = None) -> M:
        """Create a model from the bytes that `to_bytes` returned.

        Only the options that determine shapes are restored. A model from a file or a pickle has all of
        them.

        Parameters
        ----------
        data : bytes-like
            The content of a safetensors file.
        context : Context, optional
            Memory, threads and limits to use (default: the default context).

        Returns
        -------
        model
            A model of this class.

        Raises
        ------
        InvalidArgumentError
            The bytes contain another kind of model.
        """
        data = bytes(data)
        handle = cls._made(lib.gen_model_load_memory, data, len(data), handle_of(context))
        return cls._loaded(handle, context)

    @classmethod
    def _made(cls, load: Any, *arguments: Any) -> int:
        """The handle that a load function gives, which must be of a model of this kind."""
        handle = made(load, *arguments)
        kind = lib.gen_model_kind(handle).decode()
        if kind != cls._noun:
            lib.gen_model_destroy(handle)
            raise InvalidArgumentError(c.E_MISMATCH, f'this model is of kind "{kind}", not "{cls._noun}"')
        return handle

    def __getstate__(self) -> Any:
        state = {k: v for k, v in self.__dict__.items() if k not in ("_handle", "_finalizer", "_fitting")}
        return state, self._bytes() if self._finalizer is not None else None

    def __setstate__(self, state: Any) -> None:
        attributes, data = state
        self.__dict__.update(attributes)
        if data is not None:
            self._own(self._made(lib.gen_model_load_memory, data, len(data), handle_of(self.context)))

    @classmethod
    def _loaded(cls: type[M], handle: int, context: Optional[Context]) -> M:
        model = cls()
        model.context = context
        model._own(handle)
        model._adopt_options()
        return model

    def _adopt_options(self) -> None:
        """Sets the parameters to what a loaded model was made with."""
        options = self._described()
        for name in (*self._own_options, "seed"):
            value = options.get(name, getattr(self, name))
            if value == "auto" and not isinstance(getattr(self, name), str):
                value = None
            setattr(self, name, tuple(value) if isinstance(value, list) else value)

    def _described(self) -> dict[str, Any]:
        """The options of the model by name, as the library has them."""
        options: dict[str, Any] = described(lib.gen_model_describe, self._fitted_handle())["options"]
        return options

    @classmethod
    def _destroyer(cls) -> Any:
        return lib.gen_model_destroy

    @classmethod
    def _function(cls, verb: str) -> Any:
        """What only some kinds have."""
        return getattr(lib, f"gen_{cls._noun}_{verb}")

    def _fitted_handle(self) -> int:
        if self._handle is None:
            raise_not_fitted(type(self).__name__)
        return self._handle

    def _rows(self, X: Any, taken: Optional[Callable[[npt.NDArray[Any]], Any]] = None) -> Any:
        """What a method was given, a Dataset and a path too, as rows of the model's size: packed, or as `taken` has
        them."""
        taken = taken or self._packed
        shape = self._row_shape()
        if isinstance(X, (str, os.PathLike)):
            X = open_dataset(X, shape=shape if len(shape) > 1 else None)
        if isinstance(X, Dataset):
            self._check_scale(X)
            array = self._array_of(X)
            self._check_shape(array.shape[1:], shape)
            return taken(array)
        self._check_is_at_once(X)
        self._check_columns(X)
        array = self._numbers(X, "X")
        self._check_shape(array.shape[1:], shape)
        self._check_scale(array)
        return taken(array)

    def _numbers(self, X: Any, name: str) -> npt.NDArray[Any]:
        """X as a numeric array of the types that the model takes."""
        return rows_first(X, name)

    def _array_of(self, data: Dataset) -> npt.NDArray[Any]:
        """All rows of a dataset."""
        return data.read()

    def _packed(self, array: npt.NDArray[Any]) -> Any:
        """The rows of an array as the library takes them."""
        return as_rows(array)

    def _see(self, X: Any, data: Optional[Dataset] = None) -> None:
        """Remembers, at a fit, the names of the columns and the scale of the numbers."""
        self._see_columns(X)
        if data is not None:
            self._scale = data._scale

    def _check_scale(self, rows: Union[Dataset, npt.NDArray[Any]]) -> None:
        """Raises ValueError for 8-bit images where the model was fitted to other numbers, and the reverse."""
        if self._scale is None or self._scale == (False, None):
            return
        if isinstance(rows, Dataset):
            given = rows._scale
        else:
            # What the numbers are matters only to a model of images.
            given = Scale.of(rows) if self._scale.is_images else Scale(is_images(rows))
        if given is not None:
            self._scale.check(given, type(self).__name__)

    def _check_is_at_once(self, X: Any) -> None:
        if is_stream(X):
            raise TypeError(
                f"X must be all rows at once, not a {type(X).__name__}: fit takes a stream of batches, and the other "
                "methods take one batch at a time"
            )

    def _n_conditions(self) -> int:
        """The classes of a conditional model, whose methods take labels; 0 for any other."""
        return 0

    def _own_labels(self, X: Any, labels: Any) -> Any:
        """The labels given with X, or for a conditional model those of a labelled Dataset."""
        if labels is None and self._n_conditions() > 0 and isinstance(X, Dataset) and X.info.n_classes != 0:
            return X.labels()
        return labels

    def _labels(self, labels: Any, count: Optional[int], name: str = "labels") -> Optional[Integers]:
        """The labels of `count` rows as the library takes them; None for a model that is not conditional."""
        n_classes, kind = self._n_conditions(), type(self).__name__
        if labels is None and n_classes > 0:
            raise NotReadyError(c.E_STATE, f"{name} must be given: this {kind} was made with n_classes={n_classes}")
        if labels is not None and n_classes == 0:
            why = "was made without n_classes" if hasattr(self, "n_classes") else "takes none"
            raise NotReadyError(c.E_STATE, f"{name} must not be given: this {kind} {why}")
        return None if labels is None else as_labels(labels, count, n_classes, name)

    def _rows_and_labels(self, X: Any, labels: Any, name: str = "labels") -> tuple[Floats, Optional[Integers]]:
        """Rows and labels as the library takes them. A labelled Dataset has labels for a conditional model."""
        if labels is not None and self._n_conditions() == 0:
            self._labels(labels, None, name)
        if isinstance(X, (str, os.PathLike)) and isinstance(labels, (str, os.PathLike)):
            X, labels = open_dataset(X, labels, shape=self._row_shape()), None
        labels = self._own_labels(X, labels)
        rows: Floats = self._rows(X)
        return rows, self._labels(labels, len(rows), name)

    def _classes_to_draw(self, labels: Any, n: int) -> tuple[Optional[Integers], int]:
        """The labels of a sample of n rows, or of as many as there are labels, and the number of rows."""
        if labels is None:
            return None, n
        known = self._labels(labels, room(n) if is_one(labels) else None)
        return known, n if known is None or is_one(labels) else len(known)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Lets one fit at a time have the model, also when a callback re-enters."""
        key = object()
        if vars(self).setdefault("_fitting", key) is not key:
            raise NotReadyError(c.E_BUSY, f"this {type(self).__name__} is being fitted")
        try:
            yield
        finally:
            del self._fitting

    def _check_row_count(self, data: Dataset) -> None:
        count = data.info.n_rows
        if 0 <= count < self._least_rows:
            kind = type(self).__name__
            raise ValueError(f"{kind} must be fitted to at least {self._least_rows} rows, not n_samples = {count}")

    def _check_shape(self, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
        self._check_row_size(size_of(shape), size_of(expected))
        check_channels_last(shape, expected)

    def _check_row_size(self, size: int, expected: int) -> None:
        if size != expected:
            kind = type(self).__name__
            raise ValueError(f"X has {size} features, but {kind} is expecting {expected} features as input")

    def _row_shape(self) -> tuple[int, ...]:
        raise NotImplementedError
