"""Checks the lecture in docs/lecture: its pages, its notebooks, and that its chapters run and claim nothing false.

usage: lecture.py FOLDER_OF_THE_LIBRARY [hard]

Pages must be what chapters.py writes, and a notebook must hold its chapter's code. The cheapest chapter runs, assertions
and all, and the page of its pictures must have each picture, with an alternative text. With hard, all chapters run, and
the `gen` commands of their texts.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

from header import ROOT

LECTURE = ROOT / "docs" / "lecture"
CHEAPEST = "12-where-pca-fails"
PACKAGES = ("matplotlib", "mlxtend", "PIL", "skimage", "sklearn")
library = Path(sys.argv[1]).resolve()
sys.path.insert(0, str(LECTURE))

import chapters  # noqa: E402


class Images(HTMLParser):
    """Collects the images of a page."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.found.append(dict(attributes))


def check_notebooks():
    """A notebook's code, cell by cell, is its chapter's, and compiles."""
    recorded = chapters.results()
    for name in chapters.names():
        notebook = json.loads(chapters.notebook(name, recorded))
        code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
        script = (LECTURE / f"{name}.py").read_text()
        assert code and all(cell in script for cell in code), f"{name}: the notebook holds other code"
        compile("\n\n".join(code), name, "exec")


def tour(folder, *arguments):
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "bindings" / "python"))
    environment["GENERATIVE_LIBRARY"] = str(library / "libgenerative.so.2")
    environment["PATH"] = f"{library}:{os.environ['PATH']}"
    command = [sys.executable, str(LECTURE / "tour.py"), "--out", str(folder), *arguments]
    subprocess.run(command, check=True, env=environment)


def check_index(folder):
    page = (folder / "index.html").read_text()
    images = Images(page).found
    assert images, "index.html has no pictures"
    for image in images:
        assert image.get("alt"), f"{image['src']} has no alternative text"
        assert (folder / image["src"]).exists(), f"{image['src']} is not there"


def main():
    subprocess.run([sys.executable, str(LECTURE / "chapters.py"), "--check"], check=True)
    check_notebooks()
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        print(f"chapters are not run: {', '.join(missing)} not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        is_hard = "hard" in sys.argv[2:]
        tour(folder, *([] if is_hard else [CHEAPEST]))
        check_index(Path(folder))
        if is_hard:
            tour(folder, "--shell")


if __name__ == "__main__":
    main()
