"""Reads include/generative.h: its functions, structs and constants, for the checks beside this file.

The header keeps to a small part of C (typedefs of structs, enums, prototypes), so a few regular
expressions are a parser for it; what they cannot read is an error, not skipped.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADER = ROOT / "include" / "generative.h"


@dataclass(frozen=True)
class Parameter:
    """A parameter or a struct's member: `type` is normalised C, such as `const float *`."""

    type: str
    name: str

    @property
    def is_pointer(self):
        return self.type.endswith("*") or "(*" in self.type


@dataclass(frozen=True)
class Function:
    """A prototype of the header."""

    result: str
    name: str
    parameters: tuple


@dataclass(frozen=True)
class Struct:
    """A struct with its members in order; an opaque one, a handle, has none."""

    name: str
    members: tuple


class Header:
    """What the header declares. `functions` and `structs` by name, `constants` with their values,
    `handles`: the names of the opaque structs."""

    def __init__(self, path=HEADER):
        text = Path(path).read_text(encoding="utf-8")
        text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
        text = re.sub(r"^\s*#.*?$", " ", text, flags=re.M)
        text = re.sub(r'extern "C" \{', " ", text)
        self.constants = _constants(text)
        self.structs = _structs(text)
        self.handles = set(re.findall(r"typedef struct (\w+) \1;", text))
        self.functions = _functions(text)

    def option_structs(self):
        """The structs whose first member is struct_size."""
        return [s for s in self.structs.values() if s.members and s.members[0].name == "struct_size"]


def _parameter(text):
    text = " ".join(text.split())
    pointer_to_function = re.match(r"^(.*?)\(\*\s*(\w+)\)\s*\((.*)\)$", text)
    if pointer_to_function:
        result, name, parameters = pointer_to_function.groups()
        return Parameter(f"{result.strip()} (*)({parameters})", name)
    match = re.match(r"^(.*?)\s*(\**)\s*(\w+)$", text)
    if not match:
        raise SyntaxError(f"cannot read the parameter '{text}'")
    base, stars, name = match.groups()
    return Parameter(f"{base} {stars}".strip(), name)


def _split(text):
    """Splits at commas outside parentheses."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [part for part in parts + [text[start:]] if part.strip()]


def _constants(text):
    constants = {}
    for body in re.findall(r"\benum\s*\{(.*?)\}", text, flags=re.S):
        value = 0
        for item in _split(body):
            name, _, explicit = (part.strip() for part in item.partition("="))
            value = int(explicit, 0) if explicit else value
            constants[name] = value
            value += 1
    return constants


def _structs(text):
    structs = {}
    for tag, body, name in re.findall(r"typedef struct (\w+) \{(.*?)\}\s*(\w+);", text, flags=re.S):
        if tag != name:
            raise SyntaxError(f"struct {tag} is called {name}")
        members = [_parameter(member) for member in body.split(";") if member.strip()]
        structs[name] = Struct(name, tuple(members))
    return structs


def _functions(text):
    functions = {}
    for prototype in re.findall(r"\bGEN_API\s+(.*?);", text, flags=re.S):
        match = re.match(r"^(.*?)(\w+)\s*\((.*)\)$", " ".join(prototype.split()))
        if not match:
            raise SyntaxError(f"cannot read the prototype '{prototype}'")
        result, name, parameters = match.groups()
        listed = [] if parameters.strip() == "void" else _split(parameters)
        functions[name] = Function(result.strip(), name, tuple(map(_parameter, listed)))
    return functions


if __name__ == "__main__":
    print("\n".join(sorted(Header().functions)))
