"""Builds the documentation as a static site with search that works from disk: .build/site/index.html.

usage: site.py GEN (with GENERATIVE_LIBRARY and PYTHONPATH set, for the docstrings)

The pages are the repository's Markdown files, under the same names; docs/README.md gives their order. Added to them are
the header, the tool's help texts and the Python package's docstrings. Sphinx builds them, with conf.py, and fails for a
link to a page, file or heading that does not exist.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / ".build" / "site-source"
SITE = ROOT / ".build" / "site"
LINK = re.compile(r"(?<!!)\[([^][]*(?:\[[^][]*\][^][]*)*)\]\(([^)#:\s]+)(#[^)\s]*)?\)")
#: Pages that are not files of the repository: what they are made of.
HEADER, COMMANDS, PACKAGE = "docs/header.md", "docs/commands.md", "docs/package.md"


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return {name for name in listed.stdout.split("\0") if name}


def copy(name):
    (SOURCE / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / name, SOURCE / name)


def staged(name, files):
    """Copies a page; its links to the header and to folders lead to their pages."""
    page = ROOT / name

    def relinked(match):
        words, target, anchor = match[1], (page.parent / match[2]).resolve(), match[3] or ""
        if not target.is_relative_to(ROOT):
            return match[0]
        path = target.relative_to(ROOT).as_posix()
        if path == "include/generative.h":
            path = HEADER
        elif target.is_dir():
            path += "/README.md"
            if path not in files:
                return words
        elif path in files and target.suffix != ".md":
            copy(path)
        up = "../" * name.count("/")
        return f"[{words}]({up}{path}{anchor})"

    # Code is not linked.
    parts = re.split(r"(^```.*?^```$)", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    text = "".join(part if i % 2 else LINK.sub(relinked, part) for i, part in enumerate(parts))
    (SOURCE / name).parent.mkdir(parents=True, exist_ok=True)
    (SOURCE / name).write_text(text, encoding="utf-8")


def toctree(caption, pages):
    return "\n```{toctree}\n:hidden:\n:caption: " + caption + "\n\n" + "\n".join(pages) + "\n```\n"


def navigation():
    """The pages of docs/README.md under its headings, for the margin."""
    text = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    found = ""
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        title, body = section.split("\n", 1)
        paths = [(ROOT / "docs" / target).resolve().relative_to(ROOT).as_posix() for _, target, _ in LINK.findall(body)]
        pages = [HEADER if path.endswith(".h") else path for path in paths]
        found += toctree(title, pages + ([COMMANDS, PACKAGE] if title == "Reference" else []))
    return found


def header():
    """The header as a page, with its sections as headings."""
    text = (ROOT / "include" / "generative.h").read_text(encoding="utf-8")
    parts = re.split(r"^/\* ---- (.*?) -*(?: \*/)?$", text, flags=re.M)
    found = f"# generative.h, the C API\n\n```c\n{parts[0].strip()}\n```\n"
    for title, body in zip(parts[1::2], parts[2::2]):
        opened = "" if body.lstrip().startswith(("/*", "typedef", "GEN", "enum", "#", "struct", "static")) else "/*"
        found += f"\n## {title}\n\n```c\n{opened}{body.strip()}\n```\n"
    return found


def help_texts(gen):
    """A page of the help of each command."""

    def text(*command):
        found = subprocess.run([gen, "help", *command], stdout=subprocess.PIPE, check=True, text=True).stdout.rstrip()
        names = re.findall(r"^  ([a-z-]+) ", found.partition("SUBCOMMANDS:")[2], re.M)
        heading = " ".join(("gen", *command))
        return f"## {heading}\n\n```text\n{found}\n```\n\n" + "".join(text(*command, name) for name in names)

    return "# Commands of gen\n\n" + text()


def docstrings():
    """A page of all public names of the Python package."""
    import generative

    found = "# The Python API\n\n```{eval-rst}\n.. automodule:: generative\n```\n"
    for name in sorted(generative.__all__, key=str.lower):
        thing = getattr(generative, name)
        kind = "autoclass" if isinstance(thing, type) else "autofunction" if callable(thing) else "autodata"
        if type(thing).__name__ == "module":
            kind = "automodule"
        members = "   :members:\n   :inherited-members:\n" if kind in ("autoclass", "automodule") else ""
        found += f"\n## {name}\n\n```{{eval-rst}}\n.. {kind}:: generative.{name}\n{members}```\n"
    return found


def main():
    shutil.rmtree(SOURCE, ignore_errors=True)
    files = tracked()
    for name in sorted(files):
        if re.match(r"docs/.*\.(png|svg)$", name):
            copy(name)
        elif name.endswith(".md") and not name.startswith((".github", "Tests/", "packaging/")):
            staged(name, files)
    for name, text in ((HEADER, header()), (COMMANDS, help_texts(sys.argv[1])), (PACKAGE, docstrings())):
        (SOURCE / name).write_text(text, encoding="utf-8")
    with open(SOURCE / "README.md", "a", encoding="utf-8") as page:
        page.write(navigation())
    chapters = sorted(path.name for path in (SOURCE / "docs" / "lecture").glob("[0-9]*.md"))
    with open(SOURCE / "docs" / "lecture" / "README.md", "a", encoding="utf-8") as page:
        page.write(toctree("Chapters", chapters))
    shutil.rmtree(SITE, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", ROOT / "docs", "-b", "html", SOURCE, SITE]
    if subprocess.run(command).returncode:
        sys.exit("the site has the faults above")
    shutil.copyfile(SITE / "README.html", SITE / "index.html")
    print(f"open {SITE.relative_to(ROOT) / 'index.html'}")


if __name__ == "__main__":
    main()
