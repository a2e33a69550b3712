"""Finds and loads libgenerative, in one place.

Looked for, in this order: the file that the environment variable GENERATIVE_LIBRARY names; beside
this package; under the environment variable PREFIX; where the system's loader looks; in the build
folder of the repository this package is part of.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union

from . import _constants, _functions
from ._c_types import Integer

FILE_NAME = "libgenerative.so.2"


class _Checked:
    """A function with integer arguments: of a wrong one it raises the ValueError or TypeError of `Integer`.

    ctypes alone would raise an ArgumentError, which is neither. The library is not called.
    """

    def __init__(self, function: Any) -> None:
        self._function = function

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)

    def __call__(self, *arguments: Any) -> Any:
        try:
            return self._function(*arguments)
        except ctypes.ArgumentError as error:
            refused = error
        for kind, argument in zip(self.argtypes, arguments):
            if isinstance(kind, Integer):
                kind.checked(argument)
        raise refused


def _candidates() -> Iterator[Union[Path, str, None]]:
    named = os.environ.get("GENERATIVE_LIBRARY")
    if named:
        yield named
        return  # what was asked for, or an error: never silently another
    here = Path(__file__).resolve().parent
    yield here / FILE_NAME
    yield here / "libgenerative.so"
    if os.environ.get("PREFIX"):
        yield Path(os.environ["PREFIX"]) / "lib" / FILE_NAME
    yield ctypes.util.find_library("generative")
    folders = [Path("/usr/local/lib")]
    if here == here.parents[2] / "bindings" / "python" / "generative":
        folders.append(here.parents[2] / ".build" / "library")
    for folder in folders:
        yield folder / FILE_NAME
        yield folder / "libgenerative.so"


def _load() -> ctypes.CDLL:
    tried = []
    for candidate in filter(None, _candidates()):
        name = str(candidate)
        if os.sep in name and not os.path.exists(name):
            tried.append(name)
            continue
        return _opened(name)
    raise ImportError(
        "libgenerative was not found; build it with 'make' or name it in GENERATIVE_LIBRARY. "
        "Looked for " + ", ".join(tried)
    )


def _opened(name: str) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(name)
        library.gen_abi_version.restype = ctypes.c_int32
        version = library.gen_abi_version()
        if version != _constants.ABI_VERSION:
            raise ImportError(f"{name} has ABI {version}, this package needs {_constants.ABI_VERSION}")
        for function, (result, parameters) in _functions.PROTOTYPES.items():
            declared = getattr(library, function)
            declared.restype, declared.argtypes = result, parameters
            if any(isinstance(parameter, Integer) for parameter in parameters):
                setattr(library, function, _Checked(declared))
    except (OSError, AttributeError) as error:
        raise ImportError(f"{name} could not be loaded: {error}") from error
    return library


lib = _load()
