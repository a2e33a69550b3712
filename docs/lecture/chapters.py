"""Writes the lecture's pages and notebooks from the chapters' scripts.

usage: chapters.py [--check]

A chapter is a script NN-name.py in percent format: cells of code and of Markdown. Its page, NN-name.md, holds the
text, the code, and below each cell what it printed and drew in the run that results.json records. Its notebook,
NN-name.ipynb, holds text and code and is not committed. In the text, {{name}} is a figure of that run. With --check
nothing is written, and pages that differ from what would be written are an error.
"""

import json
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results.json"
PICTURES = FOLDER / "pictures"


def names():
    """Return the chapters' names, in order."""
    return [path.stem for path in sorted(FOLDER.glob("[0-9][0-9]-*.py"))]


def cells(name):
    """Return the cells of a chapter, as pairs (is code, source)."""
    found = []
    for part in re.split(r"^# %%", (FOLDER / f"{name}.py").read_text(), flags=re.M)[1:]:
        header, _, body = part.partition("\n")
        is_code = "[markdown]" not in header
        body = body.strip("\n")
        if not is_code:
            body = "\n".join(line[2:] if line.startswith("# ") else line[1:] for line in body.splitlines())
        found.append((is_code, body))
    return found


def title(name):
    """Return a chapter's title, without its number."""
    return re.match(r"# \d+\. (.*)", cells(name)[0][1])[1]


def results():
    """Return what the recorded run printed and drew."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {"run": "", "chapters": {}, "figures": {}}


def filled(text, figures):
    """Put the figures of the recorded run into a text."""
    return re.sub(r"\{\{(.+?)\}\}", lambda match: figures.get(match[1], "?"), text)


def page(name, recorded):
    """Return a chapter's page as Markdown."""
    chapter = recorded["chapters"].get(name, {"cells": [], "cpu": None})
    shown = iter(chapter["cells"])
    out = [f"<!-- Written by chapters.py from {name}.py and results.json. -->"]
    for is_code, source in cells(name):
        if not is_code:
            out.append(filled(source, recorded["figures"]))
            continue
        out.append(f"```python\n{source}\n```")
        cell = next(shown, {"text": "", "pictures": []})
        if cell["text"].strip():
            out.append(f"```\n{cell['text'].rstrip()}\n```")
        for picture in cell["pictures"]:
            if (PICTURES / picture["name"]).exists():
                out.append(f"![{picture['alt']}](pictures/{picture['name']})")
                out.append(f"*{picture['caption']}*")
            else:
                out.append(f"*`tour/{picture['name']}`: {picture['caption']}*")
    order = names()
    here = order.index(name)
    links = ["[Contents](README.md)"]
    if here:
        links.insert(0, f"← [{title(order[here - 1])}]({order[here - 1]}.md)")
    if here + 1 < len(order):
        links.append(f"[{title(order[here + 1])}]({order[here + 1]}.md) →")
    took = f"This chapter takes {chapter['cpu']:.0f} s of processor time. " if chapter["cpu"] else ""
    took += recorded["run"]
    out += ["---", took.strip(), " · ".join(links)]
    return "\n\n".join(out) + "\n"


def notebook(name, recorded):
    """Return a chapter's notebook, without outputs."""
    made = []
    for number, (is_code, source) in enumerate(cells(name)):
        text = source if is_code else filled(source, recorded["figures"])
        cell = {"cell_type": "code" if is_code else "markdown", "id": f"cell-{number}", "metadata": {}}
        cell["source"] = text.splitlines(keepends=True)
        if is_code:
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def main():
    recorded = results()
    stale = []
    for name in names():
        path, text = FOLDER / f"{name}.md", page(name, recorded)
        if "--check" in sys.argv:
            if not path.exists() or path.read_text() != text:
                stale.append(path.name)
            unknown = re.findall(r"\{\{(.+?)\}\}", "".join(source for _, source in cells(name)))
            stale += [f"{path.name}: no figure {one!r}" for one in unknown if one not in recorded["figures"]]
        else:
            path.write_text(text)
            (FOLDER / f"{name}.ipynb").write_text(notebook(name, recorded))
    pages = {f"{name}.md" for name in names()} | {"README.md"}
    stale += [f"{path.name}: no chapter writes it" for path in FOLDER.glob("*.md") if path.name not in pages]
    drawn = {
        one["name"] for some in recorded["chapters"].values() for cell in some["cells"] for one in cell["pictures"]
    }
    stale += [f"{path.name}: no chapter draws it" for path in PICTURES.glob("*") if path.name not in drawn]
    if stale:
        sys.exit("run `make lecture`; these differ from what it writes: " + ", ".join(stale))


if __name__ == "__main__":
    main()
