"""Reads include/generative.h: its functions, types and constants, for the generators.

The header keeps to a small part of C (typedefs of structs, enums, prototypes, inline functions without braces in
them), so a few regular expressions are a parser for it; what they cannot read is an error, not skipped.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

ROOT = Path(__file__).resolve().parents[2]
HEADER = ROOT / "include" / "generative.h"


@dataclass(frozen=True)
class Parameter:
    """A parameter or a struct's member: `type` is normalised C, such as `const float *`.

    function: what a pointer to a function points to; None for all else.
    """

    type: str
    name: str
    function: Optional["Function"] = None

    @property
    def is_pointer(self):
        return self.type.endswith("*") or self.function is not None


@dataclass(frozen=True)
class Function:
    """A prototype of the header, or the type of a function that is pointed to."""

    result: str
    name: str
    parameters: tuple


@dataclass(frozen=True)
class Struct:
    """A struct with its members in order."""

    name: str
    members: tuple

    @property
    def is_initialized(self):
        """Whether the host initialises it: options and their like."""
        return any(member.name == "initialized" for member in self.members)


class Header:
    """What the header declares, by name and in its order.

    functions: the library's; inlines: functions with a body in the header. structs. constants: the enumerators'
    values; enums: the same, enum by enum. defines: the macros that are numbers; version: GEN_VERSION_STRING.
    handles: the names of opaque structs, of which several may name one. models: the handles that are names of
    gen_model. callbacks: the typedefs of pointers to functions. aliases: other typedefs, such as gen_status.
    """

    def __init__(self, path=HEADER):
        text = Path(path).read_text(encoding="utf-8")
        text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
        self.version = re.search(r'^#define GEN_VERSION_STRING "(.*)"$', text, flags=re.M)[1]
        self.defines = _defines(text)
        text = re.sub(r"^\s*#(?:.*\\\n)*.*$", " ", text, flags=re.M)
        text = re.sub(r'extern "C" \{', " ", text)
        self.enums = _enums(text)
        self.constants = {name: value for enum in self.enums for name, value in enum.items()}
        self.structs = _structs(text)
        self.handles = set(re.findall(r"\btypedef struct \w+ (\w+);", text))
        self.callbacks = _callbacks(text)
        named = {name: type for type, name in re.findall(r"\btypedef (\w+) (\w+);", text)}
        self.models = {name for name, type in named.items() if type == "gen_model"}
        self.aliases = {name: type for name, type in named.items() if name not in self.models}
        self.handles |= self.models
        self.functions = _functions(text)
        self.inlines = _inlines(text)
        types = (self.structs, self.handles, self.callbacks, self.aliases)
        if sum(map(len, types)) != len(re.findall(r"\btypedef\b", text)):
            raise SyntaxError("there are typedefs that cannot be read")
        if len(self.structs) != len(re.findall(r"\bstruct\s+\w*\s*\{", text)):
            raise SyntaxError("there are structs that cannot be read")
        if len(self.inlines) != len(re.findall(r"\bstatic\b", text)):
            raise SyntaxError("there are functions that cannot be read")


def _parameter(text):
    text = " ".join(text.split())
    pointer = re.match(r"^(.*?)\(\*\s*(\w+)\)\s*\((.*)\)$", text)
    if pointer:
        result, name, parameters = pointer.groups()
        return Parameter(f"{result.strip()} (*)({parameters})", name, _function(*pointer.groups()))
    match = re.match(r"^([\w\s*]*?)\s*(\**)\s*(\w+)$", text)
    if not match or not match[1]:
        raise SyntaxError(f"cannot read the parameter '{text}'")
    base, stars, name = match.groups()
    return Parameter(f"{base} {stars}".strip(), name)


def _function(result, name, parameters):
    listed = [] if parameters.strip() == "void" else _split(parameters)
    return Function(result.strip(), name, tuple(map(_parameter, listed)))


def _split(text):
    """Splits at commas outside parentheses."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [part for part in parts + [text[start:]] if part.strip()]


def _value(text, constants):
    """A constant expression: numbers and earlier constants, shifted, joined by | or added."""
    plain = re.sub(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", text)
    if not re.fullmatch(r"[\w\s()<|+-]+", plain):
        raise SyntaxError(f"cannot read the number '{text}'")
    try:
        return int(eval(plain, {"__builtins__": {}}, constants))
    except NameError:
        raise SyntaxError(f"cannot read the number '{text}'") from None


def _defines(text):
    defines = {}
    for name, value in re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+(\S.*?)[ \t]*$", text, flags=re.M):
        try:
            defines[name] = _value(value, defines)
        except SyntaxError:
            pass  # a string or an attribute
    return defines


def _enums(text):
    enums, constants = [], {}
    for body in re.findall(r"\benum\s*\w*\s*\{(.*?)\}", text, flags=re.S):
        value, enum = 0, {}
        for item in _split(body):
            name, _, explicit = (part.strip() for part in item.partition("="))
            value = _value(explicit, constants) if explicit else value
            enum[name] = constants[name] = value
            value += 1
        enums.append(enum)
    return enums


def _structs(text):
    structs = {}
    for tag, body, name in re.findall(r"typedef struct (\w+) \{(.*?)\}\s*(\w+);", text, flags=re.S):
        if tag != name:
            raise SyntaxError(f"struct {tag} is called {name}")
        members = [_parameter(member) for member in body.split(";") if member.strip()]
        structs[name] = Struct(name, tuple(members))
    return structs


def _callbacks(text):
    found = re.findall(r"\btypedef\s+([^;{}()]*)\(\*\s*(\w+)\)\s*\(([^;]*)\);", text)
    return {name: _function(result, name, " ".join(parameters.split())) for result, name, parameters in found}


def _functions(text):
    return _prototypes(re.findall(r"\bGEN_API\s+(.*?);", text, flags=re.S))


def _inlines(text):
    return _prototypes(re.findall(r"\bstatic inline\s+([^;{}]*)\{[^{}]*\}", text))


def _prototypes(texts):
    functions = {}
    for text in texts:
        match = re.match(r"^(.*?)(\w+)\s*\((.*)\)$", " ".join(text.split()))
        if not match:
            raise SyntaxError(f"cannot read the prototype '{text}'")
        functions[match[2]] = _function(*match.groups())
    return functions


if __name__ == "__main__":
    print("\n".join(sorted(Header().functions)))
