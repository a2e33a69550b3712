"""Runs the lecture's chapters, and writes one page of all pictures and figures.

usage: tour.py [--record] [--shell] [--out FOLDER] [part of a chapter's name ...]

Pictures, models, figures and index.html go to FOLDER (default: tour). Each chapter ends with assertions of what its
text claims: status 1 when one fails. --record keeps what was printed, and the pictures that the pages show, for
chapters.py. --shell runs the `gen` commands of the text instead.
"""

import argparse
import ast
import contextlib
import datetime
import html
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import chapters

STYLE = """
:root { color-scheme: light dark; --back: #fff; --text: #1c1e21; --soft: #59606a; --line: #d8dce1; --code: #f3f4f6; }
@media (prefers-color-scheme: dark) {
  :root { --back: #15171a; --text: #e4e6e9; --soft: #a2a9b3; --line: #363b42; --code: #202328; }
}
body { margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--back); color: var(--text);
  font: 17px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
a { color: inherit; }
h2 { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
figure { margin: 1.5rem 0; }
img { display: block; max-width: 100%; height: auto; background: #fff; border: 1px solid var(--line); }
figcaption, .soft { color: var(--soft); font-size: 0.9rem; }
pre { background: var(--code); padding: 0.7rem 1rem; overflow-x: auto; font-size: 0.85rem; line-height: 1.4; }
nav ol { columns: 18rem; }
"""

# Formulas of first paragraphs, as text.
PLAIN = {
    "\\hat{x}": "x̂",
    "\\tilde{x}": "x̃",
    "\\dots": "…",
    "\\cdot": "·",
    "\\mid": "|",
    "\\mu": "μ",
    "\\sigma^2": "σ²",
    "\\sum": "Σ",
    "\\|": "‖",
    "^2": "²",
    "\\int": "∫",
    "\\,": "",
    "p_i": "pᵢ",
    "x_1": "x₁",
    "x_n": "xₙ",
    "y_i": "yᵢ",
}


def processor_seconds():
    times = os.times()
    return times.user + times.system


class Tee(io.StringIO):
    """Keeps what is printed, and prints it."""

    def write(self, text):
        sys.__stdout__.write(text)
        sys.__stdout__.flush()
        return super().write(text)


def run(name, lecture):
    """Run a chapter; return what its cells printed and drew, and its times."""
    print(f"== {name}", flush=True)
    scope, shown = {"__name__": "__main__"}, []
    clock, processor = time.monotonic(), processor_seconds()
    lecture.loaded.clear()
    failure, skipped = None, False
    for is_code, source in chapters.cells(name):
        if not is_code:
            continue
        pictures = []
        lecture.listeners[:] = [lambda *one, into=pictures: into.append(dict(zip(("name", "caption", "alt"), one)))]
        with contextlib.redirect_stdout(Tee()) as text:
            try:
                exec(compile(ast.parse(source), f"{name}.py", "exec"), scope)
            except lecture.Missing as missing:
                print(f"skipped: {missing}")
                skipped = True
            except Exception:
                failure = traceback.format_exc()
        shown.append({"text": text.getvalue(), "pictures": pictures})
        if failure:
            print(f"FAILED: {name}, in\n{source}\n{failure}", flush=True)
        if failure or skipped:
            break
    clock, processor = time.monotonic() - clock, processor_seconds() - processor
    print(f"   {clock:.0f} s, {processor:.0f} s of processor time", flush=True)
    return {"cells": shown, "cpu": round(processor, 1), "clock": round(clock, 1), "loaded": len(lecture.loaded)}, not failure


def run_shell(name, lecture):
    """Run the `gen` commands of a chapter's text, in a folder of their own; return whether all succeeded."""
    lecture.digits()
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for data in lecture.FOLDER.glob("*.npy"):
            shutil.copy(data, folder)
        for is_code, source in chapters.cells(name):
            for commands in [] if is_code else re.findall(r"^```sh\n(.*?)^```", source, flags=re.M | re.S):
                done = subprocess.run(["sh", "-eu", "-c", commands], cwd=folder, capture_output=True, text=True)
                good = good and done.returncode == 0
                print(f"{'FAILED: ' if done.returncode else ''}{name}:\n{commands}", flush=True)
                if done.returncode:
                    print(done.stdout + done.stderr)
    return good


def index(ran):
    """Return the page of all pictures and figures."""
    links, sections = [], []
    for name, result in ran.items():
        title = html.escape(chapters.title(name))
        links.append(f'<li><a href="#{name}">{title}</a></li>')
        out = [f'<section id="{name}"><h2>{title}</h2>']
        out.append(f"<p>{html.escape(summary(name))}</p>")
        for cell in result["cells"]:
            for one in cell["pictures"]:
                alt, caption = html.escape(one["alt"], quote=True), html.escape(one["caption"])
                out.append(f'<figure><img src="{one["name"]}" alt="{alt}"><figcaption>{caption}</figcaption></figure>')
            if cell["text"].strip():
                out.append(f'<pre tabindex="0">{html.escape(cell["text"].strip())}</pre>')
        out.append(f'<p class="soft">{name}.py, {result["cpu"]:.0f} s of processor time</p></section>')
        sections.append("\n".join(out))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>The lecture's tour</title><style>{STYLE}</style></head><body>
<header><h1>The lecture's tour</h1>
<p>All pictures and figures of the lecture's chapters, in the lecture's order. The text and the code are in
docs/lecture.</p></header>
<nav aria-label="Chapters"><ol>
{chr(10).join(links)}
</ol></nav>
<main>
{chr(10).join(sections)}
</main></body></html>
"""


def summary(name):
    """Return the first paragraph of a chapter, as plain text."""
    paragraph = chapters.cells(name)[0][1].split("\n\n")[1]
    for formula, text in PLAIN.items():
        paragraph = paragraph.replace(formula, text)
    plain = re.sub(r"\s+", " ", re.sub(r"[*`$]", "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", paragraph)))
    # A sentence that a displayed formula would end is left out.
    return plain[: plain.rindex(".") + 1]


def record(ran, figures, folder):
    """Keep a run for the pages: what it printed, and new versions of the pictures that they show."""
    import generative

    known = chapters.results()
    today = datetime.date.today().isoformat()
    known["run"] = (
        f"Outputs are of a run of {today}: {platform.machine()}, {generative.kernels()} kernels, two threads."
    )
    for name, result in ran.items():
        before = known["chapters"].get(name)
        if result.pop("loaded"):  # keep the times of a run that had to fit the models, if there was one
            result |= {kind: before[kind] if before else None for kind in ("cpu", "clock")}
    known["chapters"] = dict(sorted({**known["chapters"], **ran}.items()))
    known["figures"] = dict(sorted({**known["figures"], **figures}.items()))
    chapters.RESULTS.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n")
    drawn = {one["name"] for result in ran.values() for cell in result["cells"] for one in cell["pictures"]}
    for path in chapters.PICTURES.glob("*"):
        if path.name in drawn:
            shutil.copy(folder / path.name, path)


def main():
    parser = argparse.ArgumentParser(description="Run the lecture's chapters.")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--shell", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("tour"))
    parser.add_argument("part", nargs="*")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ["LECTURE"] = str(options.out)
    import lecture

    ran, good = {}, True
    for name in chapters.names():
        if options.part and not any(part in name for part in options.part):
            continue
        if options.shell:
            good = run_shell(name, lecture) and good
            continue
        ran[name], succeeded = run(name, lecture)
        good = good and succeeded
    if options.shell:
        sys.exit(not good)
    # The page has the chapters of earlier runs, too.
    kept = options.out / "chapters.json"
    everything = {**(json.loads(kept.read_text()) if kept.exists() else {}), **ran}
    kept.write_text(json.dumps(everything))
    (options.out / "index.html").write_text(index({name: everything[name] for name in sorted(everything)}))
    seconds = [sum(one[kind] for one in ran.values()) for kind in ("clock", "cpu")]
    if options.record and good:
        record(ran, lecture.kept(), options.out)
    print(f"{options.out}/index.html: {len(ran)} chapters in {seconds[0]:.0f} s, {seconds[1]:.0f} s of processor time")
    sys.exit(not (good and ran))


if __name__ == "__main__":
    main()
