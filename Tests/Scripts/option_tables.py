"""Generates what clients say of options from the library's tables (gen_options_describe):

    Sources/gen/Train/Flags/*.swift                 flags of `gen train`
    bindings/python/generative/_constructors/*.py   constructors of the Python models

usage: option_tables.py LIBRARY            writes the files
       option_tables.py LIBRARY --check    fails when one of them is out of date
"""

import sys
import textwrap
from pathlib import Path

from tables import Tables

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"PCA": "pca", "Autoencoder": "autoencoder", "VAE": "vae", "GAN": "gan", "Classifier": "classifier"}


def written(tables, name):
    """The rows that have a text."""
    return [row for row in tables[name] if row["type"] != "pointer"]


def limits(row):
    """What a row's value may be: "1 ... 16", "above 0"; "" where its type says all."""
    if "words" in row:
        return ", ".join(row["words"])
    if "least" not in row:
        return ""
    least, greatest = (f"{end:,}" if isinstance(end, int) else f"{end:g}" for end in (row["least"], row["greatest"]))
    if row["greatest"] >= 1e30 or row["greatest"] > 2**53:
        return ("above " if row.get("excludes_least") else "at least ") + least
    open_ends = (row.get("excludes_least"), row.get("excludes_greatest"))
    ends = {(True, True): ", ends excluded", (True, False): f", not {least}"}
    ends[False, True] = f", below {greatest}"
    return f"{least} ... {greatest}" + ends.get(open_ends, "")


# ---- Flags of the tool ----------------------------------------------------------------------------

FLAGS = ROOT / "Sources" / "gen" / "Train" / "Flags"
# What the tool takes from the data, says once for network and fit, or does itself.
NO_FLAGS = {"height", "width", "channels", "n_classes", "resume", "shared_rows"}


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def swift_help(row):
    notes = [] if row["type"] == "flag" else [limits(row)]
    if row["default"] != "auto":
        notes.append(f"default: {str(row['default']).lower()}")
    if "needs" in row:
        notes.append(f"needs --{row['needs']['option'].replace('_', '-')} " + " or ".join(row["needs"]["words"]))
    notes = "; ".join(note for note in notes if note)
    text = row["help"][0].upper() + row["help"][1:] + (f" ({notes})" if notes else "") + "."
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return " \"\n        + \"".join(textwrap.wrap(text, 90)).join('""')


def swift_declaration(row):
    name = camel(row["name"])
    if row["type"] == "flag":
        head = "  @Flag(\n    inversion: .prefixedNo,\n    help: ArgumentHelp(\n"
        return f"{head}      {swift_help(row)}))\n  var {name}: Bool?\n"
    value = {"word": "word", "widths": "n,n..."}.get(row["type"], "n")
    return (
        f'  @Option(\n    help: ArgumentHelp(\n      {swift_help(row)}, valueName: "{value}"))\n  var {name}: String?\n'
    )


def swift_group(type, name, rows):
    given = []
    for row in rows:
        value = camel(row["name"])
        value = {"flag": value + '.map { $0 ? "true" : "false" }', "word": f"word({value})"}.get(row["type"], value)
        given.append(f'      ("{row["name"]}", {value}),')
    declarations = "\n".join(swift_declaration(row) for row in rows)
    head = f"/// Flags of gen_{name}_options.\nstruct {type}: OptionFlags {{\n{declarations}\n"
    return head + "  var all: [(name: String, value: String?)] {\n    [\n" + "\n".join(given) + "\n    ]\n  }\n}\n"


def flags(tables):
    """The files of flags by their names."""
    head = "// Generated from the library's option tables by 'make generate'. Do not edit.\n// swift-format-ignore-file\n"
    files = {}
    for type, name in {**{f"{kind}Flags": name for kind, name in KINDS.items()}, "FitOptionFlags": "fit"}.items():
        left_out = NO_FLAGS | ({"seed"} if name not in ("fit", "pca") else set())
        rows = [row for row in written(tables, name) if row["name"] not in left_out]
        files[f"{type}.swift"] = f"{head}import ArgumentParser\n\n{swift_group(type, name, rows)}"
    return files


# ---- Constructors in Python -----------------------------------------------------------------------

CONSTRUCTORS = ROOT / "bindings" / "python" / "generative" / "_constructors"
# What the data tell, fit takes, or another parameter stands for.
NO_PARAMETERS = {
    "height", "width", "channels", "resume", "shared_rows", "checkpoint_steps", "checkpoint_seconds", "variance_ratio",
    "seed",
}  # fmt: skip
TYPES = {
    "flag": "bool", "word": "str", "whole": "int", "number": "float", "seed": "int",
    "widths": "Union[int, Sequence[int]]",
}  # fmt: skip
# Parameters that take more in Python than in the library: their type and default.
WIDER = {
    ("pca", "n_components"): ("Union[int, float, str, None]", None),
    ("classifier", "n_classes"): ("Optional[int]", None),
}
SHARED = {
    "warm_start": ("bool", False, "a new fit continues where the last one ended; this also holds for a loaded model"),
    "shape": ("Optional[Sequence[int]]", None, "height, width and channels of a row; None: taken from the data"),
}
LAST = {
    "seed": ("int", 0, "seed of the initial weights, of shuffling and of noise"),
    "context": ("Optional[Context]", None, "context with the memory, threads and limits to use; None: the default context"),
}


def parameter(kind, row):
    """The annotation and the default of a row."""
    if (kind, row["name"]) in WIDER:
        return WIDER[kind, row["name"]]
    if row["default"] == "auto" and row["type"] != "word":
        return f"Optional[{TYPES[row['type']]}]", None
    return TYPES[row["type"]], row["default"]


def python_help(row):
    notes = "; ".join(note for note in (limits(row), needs(row)) if note)
    return wrapped(f"{row['name']}: {row['help']}" + (f" ({notes})" if notes else "") + ".")


def wrapped(text):
    """A line of a docstring."""
    return textwrap.fill(text, 100, initial_indent=" " * 8, subsequent_indent=" " * 12)


def needs(row):
    return f"needs {row['needs']['option']}=" + " or ".join(map(repr, row["needs"]["words"])) if "needs" in row else ""


def python_class(name, kind, tables):
    own = [row for row in written(tables, kind) if row["name"] not in NO_PARAMETERS]
    own.sort(key=lambda row: row["shared"])
    fit = [] if kind == "pca" else [row for row in written(tables, "fit") if row["name"] not in NO_PARAMETERS]
    shared = LAST if kind == "pca" else {**SHARED, **LAST}
    rows = [(row["name"], *parameter(kind, row), python_help(row)) for row in own + fit]
    rows += [(name, type, default, wrapped(f"{name}: {help}.")) for name, (type, default, help) in shared.items()]
    has_widths = any(row["type"] == "widths" for row in own)
    signature = [f"        {name}: {type} = {default!r},".replace("'", '"') for name, type, default, _ in rows]
    return "\n".join([
        f"class {name}Parameters(Estimator):",
        f'    """The constructor of `{name}`."""',
        "",
        f"    _own_options: tuple[str, ...] = {names(own)}",
        f"    _fit_options: tuple[str, ...] = {names(fit)}",
        "",
        "    def __init__(",
        "        self,",
        signature[0],
        "        *,",
        *signature[1:],
        "    ) -> None:",
        '        """Parameters, of which None and "auto" leave the choice to the library. Integers must be int or',
        '        numpy integers: 3.0, "3" and True are refused.' + " A list of widths may be one integer." * has_widths,
        "",
        *[help for *_, help in rows],
        '        """',
        "        self._keep(locals())",
        "",
        *[f"    {name}: {type}" for name, type, *_ in rows],
        "",
    ])  # fmt: skip


def names(rows):
    if not rows:
        return "()"
    text = ", ".join(f'"{row["name"]}"' for row in rows) + ","
    return "(\n" + textwrap.fill(text, 100, initial_indent=" " * 8, subsequent_indent=" " * 8) + "\n    )"


PYTHON_HEAD = """# Generated from the library's option tables by 'make generate'. Do not edit.
"""


def constructors(tables):
    """The modules of constructors by their files' names."""
    files = {}
    for name, kind in KINDS.items():
        text = python_class(name, kind, tables)
        typing = ", ".join(word for word in ("Optional", "Union") if f"{word}[" in text)
        sequence = "from collections.abc import Sequence\n" if "Sequence[" in text else ""
        files[f"{kind}.py"] = (
            f"{PYTHON_HEAD}from __future__ import annotations\n\n{sequence}from typing import {typing}\n\n"
            f"from .._estimator import Estimator\nfrom ..context import Context\n\n\n{text}"
        )
    imports = "".join(f"from .{kind} import {name}Parameters\n" for name, kind in sorted(KINDS.items(), key=lambda k: k[1]))
    everything = "".join(f'    "{name}Parameters",\n' for name in KINDS)
    files["__init__.py"] = (
        f'{PYTHON_HEAD}"""The constructors of the models: a parameter for each option."""\n\n{imports}\n'
        f"__all__ = [\n{everything}]\n"
    )
    return files


library, *check = sys.argv[1:]
tables = Tables(library)
for folder, files in ((FLAGS, flags(tables)), (CONSTRUCTORS, constructors(tables))):
    folder.mkdir(exist_ok=True)
    stale = {file.name for file in folder.glob("*.*")} != set(files)
    for name, text in files.items():
        file = folder / name
        if not check:
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            stale = True
    if check and stale:
        sys.exit(f"{folder.relative_to(ROOT)} is out of date: run 'make generate'")
