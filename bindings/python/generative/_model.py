"""What all models share: parameters by name, files, pickling."""

import ctypes
import inspect
import os

import numpy as np

from . import _constants as c
from ._errors import NotReadyError, check
from ._handle import Owner, handle_of, made
from ._library import lib


class Model(Owner):
    """A model: constructed with keyword options that are its attributes, created when it is fitted."""

    def save(self, path, content="all"):
        """Writes a safetensors file, whole or not at all.

        content: "all": also what it takes to fit further; "weights": a third of the size.
        """
        kind = c.choose(c.CONTENT, content, "content")
        check(self._function("save")(self._require_handle(), os.fsencode(path), kind))

    @classmethod
    def load(cls, path, context=None):
        """A model from the file `save` wrote."""
        return cls._loaded(made(cls._function("load"), os.fsencode(path), handle_of(context)), context)

    def to_bytes(self, content="all"):
        """The bytes that `save` writes."""
        kind = c.choose(c.CONTENT, content, "content")
        count = ctypes.c_int64()
        save = self._function("save_memory")
        check(save(self._require_handle(), kind, None, 0, ctypes.byref(count)))
        buffer = np.empty(count.value, np.uint8)
        check(save(self._handle, kind, buffer.ctypes.data, len(buffer), ctypes.byref(count)))
        return buffer[: count.value].tobytes()

    @classmethod
    def from_bytes(cls, data, context=None):
        """A model from what `to_bytes` gave."""
        data = bytes(data)
        handle = made(cls._function("load_memory"), data, len(data), handle_of(context))
        return cls._loaded(handle, context)

    def get_params(self, deep=True):
        """The constructor's options by name, as scikit-learn asks for them."""
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self, **params):
        """Sets options by name; they count from the next time the model is made."""
        for name, value in params.items():
            if name not in self._parameter_names():
                raise ValueError(f"{type(self).__name__} has no parameter {name!r}")
            setattr(self, name, value)
        return self

    def __repr__(self):
        defaults = inspect.signature(type(self).__init__).parameters
        changed = {k: v for k, v in self.get_params().items() if v is not defaults[k].default}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in changed.items())})"

    def __getstate__(self):
        state = {k: v for k, v in self.__dict__.items() if k not in ("_handle", "_finalizer", "context")}
        return state, self.to_bytes() if self._finalizer is not None else None

    def __setstate__(self, state):
        attributes, data = state
        self.__dict__.update(attributes, context=None)
        if data is not None:
            self._own(made(self._function("load_memory"), data, len(data), None))

    @classmethod
    def _loaded(cls, handle, context):
        model = cls(context=context)
        model._own(handle)
        model._adopt_info()
        return model

    def _adopt_info(self):
        """Sets the options that a loaded file tells; subclasses say which."""

    @classmethod
    def _function(cls, verb):
        return getattr(lib, f"gen_{cls._noun}_{verb}")

    @classmethod
    def _parameter_names(cls):
        return [name for name in inspect.signature(cls.__init__).parameters if name != "self"]

    def _require_handle(self):
        if self._finalizer is None:
            raise NotReadyError(c.E_STATE, f"this {type(self).__name__} is not fitted yet: call fit first")
        return self._handle
