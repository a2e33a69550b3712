"""Generates the clients' descriptions of options from the library's tables (gen_options_describe):

    Sources/gen/Train/Flags/*.swift                 flags of `gen train`
    bindings/python/generative/_constructors/*.py   constructors of the Python models

usage: option_tables.py LIBRARY            writes the files
       option_tables.py LIBRARY --check    fails when one of them is out of date
"""

import re
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
    """The limits of a row's value: "1 ... 16", "above 0"; "" if its type implies them."""
    if "words" in row:
        return ", ".join(row["words"])
    if "least" not in row:
        return ""
    least, greatest = (f"{end:,}" if isinstance(end, int) else f"{end:g}" for end in (row["least"], row["greatest"]))
    if row["greatest"] >= 1e30 or row["greatest"] > 2**53:
        return ("above " if row.get("excludes_least") else "at least ") + least
    open_ends = (row.get("excludes_least"), row.get("excludes_greatest"))
    words = {
        (True, True): f"above {least}, below {greatest}",
        (True, False): f"above {least}, at most {greatest}",
        (False, True): f"at least {least}, below {greatest}",
    }
    return words.get(open_ends, f"{least} ... {greatest}")


def sentence(row, needs, default=""):
    """A row's help as a sentence with its limits, needs and default in parentheses.

    needs: what the row needs, in the client's words. default: the default, unless the library chooses it; the help
    then says what it chooses: "size of a latent vector; auto: 64; convolutional: 100".
    """
    help, _, automatic = row["help"].partition("; auto: ")
    notes = [limits(row) if row["type"] != "flag" else "", needs]
    if row["default"] != "auto":
        notes.append(default and f"default: {default}")
    elif automatic:
        notes.append(f"default: {automatic}")
    notes = "; ".join(note for note in notes if note)
    return help[0].upper() + help[1:] + (f" ({notes})" if notes else "") + "."


# ---- Flags of the tool ----------------------------------------------------------------------------

FLAGS = ROOT / "Sources" / "gen" / "Train" / "Flags"
# What the tool takes from the data, says once for network and fit, or does itself.
NO_FLAGS = {"height", "width", "channels", "n_classes", "resume", "shared_rows"}


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def flagged(text):
    """A text with the options that it names as flags, except those of one word, which are words of the language, too."""
    options = {row["name"] for kind in (*KINDS.values(), "fit") for row in tables[kind] if "_" in row["name"]}
    return re.sub(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", lambda name: f"--{name[0].replace('_', '-')}" if name[0] in options else name[0], text)


def swift_help(row):
    needs = f"needs --{row['needs']['option'].replace('_', '-')} " + " or ".join(row["needs"]["words"]) if "needs" in row else ""
    text = flagged(sentence(row, needs, str(row["default"]).lower()))
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return " \"\n        + \"".join(textwrap.wrap(text, 90, break_on_hyphens=False)).join('""')


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
    "warm_start": ("bool", False, "Continue where the last fit ended, also that of a loaded model."),
    "shape": ("Optional[Sequence[int]]", None, "Height, width and channels of a row (default: those of the data)."),
}
LAST = {
    "seed": ("int", 0, "Seed of the initial weights, of shuffling and of noise."),
    "context": ("Optional[Context]", None, "Context with the memory, threads and limits to use (default: the default context)."),
}


def parameter(kind, row):
    """The annotation and the default of a row."""
    if (kind, row["name"]) in WIDER:
        return WIDER[kind, row["name"]]
    if row["default"] == "auto" and row["type"] != "word":
        return f"Optional[{TYPES[row['type']]}]", None
    return TYPES[row["type"]], row["default"]


def python_help(name, type, default, text):
    """The lines of a parameter in a docstring in numpydoc's form."""
    optional = re.fullmatch(r"Optional\[(.*)\]|Union\[(.*), None\]", type)
    plain = next(filter(None, optional.groups())) if optional else type
    for pattern, words in ((r"Union\[(.*)\]", r"\1"), (r"Sequence\[(\w+)\]", r"sequence of \1"), (", ", " or ")):
        plain = re.sub(pattern, words, plain)
    ending = "optional" if default is None else f"default={default!r}".replace("'", '"')
    text = textwrap.fill(text, 108, initial_indent=" " * 12, subsequent_indent=" " * 12)
    return f"        {name} : {plain}, {ending}\n{text}"


def needs(row):
    return f"needs {row['needs']['option']}=" + " or ".join(map(repr, row["needs"]["words"])) if "needs" in row else ""


def python_class(name, kind, tables):
    own = [row for row in written(tables, kind) if row["name"] not in NO_PARAMETERS]
    own.sort(key=lambda row: row["shared"])
    fit = [] if kind == "pca" else [row for row in written(tables, "fit") if row["name"] not in NO_PARAMETERS]
    shared = LAST if kind == "pca" else {**SHARED, **LAST}
    rows = [(row["name"], *parameter(kind, row), sentence(row, needs(row))) for row in own + fit]
    rows += [(name, type, default, help) for name, (type, default, help) in shared.items()]
    has_widths = any(row["type"] == "widths" for row in own)
    signature = [f"        {name}: {type} = {default!r},".replace("'", '"') for name, type, default, _ in rows]
    return "\n".join([
        f"class {name}Parameters(Estimator):",
        f'    """Constructor of `{name}`."""',
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
        f'        """Create an unfitted `{name}`.',
        "",
        '        None and "auto" let the library choose; the default in parentheses is its choice. Integers must be int',
        '        or numpy integers: 3.0, "3" and True are rejected.' + " A single int is a list of one width." * has_widths,
        "",
        "        Parameters",
        "        ----------",
        *[python_help(*row) for row in rows],
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
