"""The library's tables of options, from gen_options_describe."""

import ctypes
import json
from pathlib import Path

# What ships: a sanitized build cannot be loaded here, and its tables are the same.
SHIPPED = Path(__file__).resolve().parents[2] / ".build" / "library" / "libgenerative.so"


class Tables:
    """The tables of the library at a path, by name."""

    def __init__(self, path=SHIPPED):
        self._library = ctypes.CDLL(str(path))
        self.names = self._read(None)

    def __getitem__(self, name):
        """The rows of gen_<name>_options, in the order of its members."""
        return self._read(name.encode())

    def _read(self, name):
        size = ctypes.c_int64()
        for buffer in (None, True):
            text = buffer and ctypes.create_string_buffer(size.value)
            if self._library.gen_options_describe(name, text, size, ctypes.byref(size)):
                raise KeyError(name)
        return json.loads(text.value)
