"""Generates what repeats include/generative.h: the ctypes mirror (_constants.py, _structs.py and _functions.py), and
the version in pyproject.toml, Cargo.toml and gen_version.

usage: generate.py            writes the files
       generate.py --check    fails when one of them is out of date
"""

import os
import re
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests" / "Scripts"))
from header import ROOT, Header  # noqa: E402

PACKAGE = Path(__file__).resolve().parent / "generative"
FIRST_LINE = "# Generated from include/generative.h by 'make generate'. Do not edit.\n"

# Words of C type names that are not capitalized in Python's; "" is left out.
SPELLINGS = {"pca": "PCA", "vae": "VAE", "gan": "GAN", "fn": "Function", "t": ""}
# Tables of words that are not named after their enum's prefix.
TABLES = {"PCA": "SOLVER", "KL": "KL_SCHEDULE", "SAVE": "CONTENT"}
# Enumerators whose word is not their name in lower case.
WORDS = {"DEFAULT": None, "NONE": None, "AUTOMATIC": "auto"}

NUMBERS = {f"{sign}int{bits}_t": f"c_{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
NUMBERS.update({name: f"c_{name}" for name in ("char", "double", "float", "int", "size_t")})
CTYPES = {*NUMBERS.values(), "c_char_p", "c_void_p", "CFUNCTYPE", "POINTER"}
INTEGERS = set(NUMBERS.values()) - {"c_char", "c_double", "c_float"}
GLUE = "~"  # a space at which no line is broken


def camel(c_name):
    """gen_pca_info_t -> PCAInfo."""
    words = c_name.removeprefix("gen_").split("_")
    return "".join(SPELLINGS.get(word, word.capitalize()) for word in words)


class Types:
    """The header's types in ctypes.

    declarations: the Python text of the structs and the types of functions asked for so far, by name, each
    after those it needs.
    """

    def __init__(self, header):
        self.header = header
        self.declarations = {}

    def of(self, type, pointer="POINTER"):
        """The expression for a C type. pointer: the function that makes the type of a pointer to numbers."""
        plain = re.sub(r"\bconst\b|\bstruct\b|\s", "", type)
        base = plain.rstrip("*")
        stars = len(plain) - len(base)
        if base in self.header.aliases:
            return self.of(type.replace(base, self.header.aliases[base]), pointer)
        if plain == "void":
            return "None"
        if base == "void" or base in self.header.handles:
            expression, stars = "c_void_p" if base == "void" else "Handle", stars - 1
        elif type.startswith("const char *"):
            expression, stars = "c_char_p", stars - 1
        elif base in self.header.structs or base in self.header.callbacks:
            expression = self.declared(base)
        elif base in NUMBERS and stars == 1:
            expression, stars = f"{pointer}({NUMBERS[base]})", 0
        else:
            expression = NUMBERS.get(base)
        if expression is None or stars < 0:
            raise SyntaxError(f"ctypes has no type for '{type}'")
        return "POINTER(" * stars + expression + ")" * stars

    def declared(self, c_name):
        """The name of a struct's class or of a callback's type, which is declared if it was not yet."""
        name = camel(c_name)
        if c_name in self.header.structs:
            return self._declare(name, self._struct(name, self.header.structs[c_name]))
        return self._declare(name, self._function(name, self.header.callbacks[c_name]))

    def parameter(self, owner, parameter, pointer="POINTER"):
        """The expression for a parameter or a member. `owner` begins the names of callbacks."""
        if parameter.function is None:
            return self.of(parameter.type, pointer)
        name = owner.removesuffix("Options") + camel(parameter.name)
        return self._declare(name, self._function(name, parameter.function))

    def argument(self, function, parameter):
        """The expression for a parameter of one of the library's functions."""
        expression = self.parameter(camel(function.name), parameter, "Numbers")
        return f'Integer({expression},{GLUE}"{parameter.name}")' if expression in INTEGERS else expression

    def _declare(self, name, text):
        if self.declarations.setdefault(name, text) != text:
            raise SyntaxError(f"two types of the header would be called {name}")
        return name

    def _function(self, name, function):
        types = [self.of(function.result), *(self.parameter(name, p) for p in function.parameters)]
        return f"{name} = CFUNCTYPE({', '.join(types)})\n"

    def _struct(self, name, struct):
        members = [f'("{m.name}", {self.parameter(name, m)}),' for m in struct.members]
        fields = textwrap.indent("\n".join(members), " " * 8)
        return f'class {name}(Structure):\n    c_name = "{struct.name}"\n    _fields_ = [\n{fields}\n    ]\n'


def constants(header):
    """_constants.py: every number, and after each enum whose names share a prefix its table of words."""
    blocks = [[f"{name.removeprefix('GEN_')} = {value}" for name, value in header.defines.items()]]
    tables = set()
    for enum in header.enums:
        names = [name.removeprefix("GEN_") for name in enum]
        block = [f"{name} = {value}" for name, value in zip(names, enum.values())]
        prefix = "_".join(os.path.commonprefix([name.split("_") for name in names]))
        if prefix and len(names) > 1:
            table = TABLES.get(prefix, prefix)
            if table in tables or f"GEN_{table}" in header.constants:
                raise SyntaxError(f"two tables or constants of the header would be called {table}")
            tables.add(table)
            block.append(f"{table} = {{")
            for name in names:
                word = name.removeprefix(prefix + "_")
                quoted = f'"{WORDS.get(word, word.lower())}"' if WORDS.get(word, word) else None
                block.append(f"    {quoted}: {name},")
            block.append("}")
        blocks.append(block)
    docstring = '"""The constants of generative.h, and for each enum the words that Python uses instead."""\n'
    return FIRST_LINE + docstring + "".join("\n" + "\n".join(block) + "\n" for block in blocks if block)


def structs(header, types):
    """_structs.py: every struct and the type of every callback."""
    for c_name in [*header.callbacks, *header.structs]:
        types.declared(c_name)
    docstring = '"""The structs of generative.h and the types of its callbacks."""\n\n'
    body = "\n\n" + "\n\n".join(types.declarations.values())
    body = re.sub(r"\)\n\n\n(?=\w+ = )", ")\n", body)
    imported = _imports("ctypes", CTYPES, body) + "\n" + _imports("._c_types", {"Handle", "Structure"}, body)
    return FIRST_LINE + docstring + imported + body


def functions(header, types):
    """_functions.py: what each function returns and takes."""
    lines = []
    for function in header.functions.values():
        taken = ", ".join(types.argument(function, parameter) for parameter in function.parameters)
        line = f'"{function.name}": ({types.of(function.result)}, [{taken}]),'
        indents = {"initial_indent": " " * 4, "subsequent_indent": " " * 8}
        lines += textwrap.wrap(line, 110, break_long_words=False, break_on_hyphens=False, **indents)
    docstring = '"""The functions of generative.h: what each returns and takes."""\n\n'
    table = "\n".join(lines).replace(GLUE, " ")
    body = "\nPROTOTYPES: dict[str, tuple[Any, list[Any]]] = {\n" + table + "\n}\n"
    imported = _imports("ctypes", CTYPES, body) + "from typing import Any\n\n"
    imported += _imports("._c_types", {"Handle", "Integer", "Numbers"}, body)
    return FIRST_LINE + docstring + imported + _imports("._structs", types.declarations, body) + body


def _imports(module, names, body):
    used = sorted(name for name in names if re.search(rf"\b{name}\b", body))
    line = f"from {module} import {', '.join(used)}\n"
    if len(line) > 110:
        line = f"from {module} import (\n" + "".join(f"    {name},\n" for name in used) + ")\n"
    return line if used else ""


def generated(header):
    """The files' text by name."""
    types = Types(header)
    files = {"_constants.py": constants(header), "_structs.py": structs(header, types)}
    return {**files, "_functions.py": functions(header, types)}


def versioned(header):
    """The text of the files that repeat GEN_VERSION_STRING in one line, by path."""
    lines = {
        PACKAGE.parent / "pyproject.toml": r'^(version = )"[^"]*"$',
        ROOT / "bindings/rust/generative/Cargo.toml": r'^(version = )"[^"]*"$',
        ROOT / "Sources/GenerativeABI/Version+C.swift": r'(gen_version\(\).*staticString\()"[^"]*"',
    }
    files = {}
    for path, line in lines.items():
        files[path], count = re.subn(line, rf'\g<1>"{header.version}"', path.read_text(encoding="utf-8"), flags=re.M)
        assert count == 1, f"{path.relative_to(ROOT)} has {count} versions"
    return files


def main():
    header = Header()
    files = {PACKAGE / name: text for name, text in generated(header).items()}
    files.update(versioned(header))
    stale = [path for path in files if not path.exists() or path.read_text(encoding="utf-8") != files[path]]
    if sys.argv[1:] != ["--check"]:
        for path in stale:
            path.write_text(files[path], encoding="utf-8")
        return 0
    for path in stale:
        print(f"{path.relative_to(ROOT)} is out of date: run 'make generate'")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
