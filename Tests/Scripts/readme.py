"""Runs the C, Python and Rust programs and the shell commands of README.md and docs/; Rust where there is a compiler.

usage: readme.py FOLDER_OF_THE_LIBRARY PYTHON

All run unchanged, except the README's programs, which are made smaller. first_programs.py runs these at full size.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from header import ROOT

library, python = Path(sys.argv[1]).resolve(), os.path.abspath(sys.argv[2])
environment = dict(os.environ, PYTHONPATH=str(ROOT / "bindings" / "python"))
environment["GENERATIVE_LIBRARY"] = str(library / "libgenerative.so.2")
# What the shell's commands call gen is the one beside the library.
environment["PATH"] = f"{library}:{environment['PATH']}"
ENDINGS = {"c": "c", "python": "py", "rust": "rs", "sh": "sh"}
# The README's model takes half a minute in each language: here it gets fewer faces, or one epoch.
SMALLER = [
    ("train vae faces: --latent-size", "train vae faces: --rows 200 --latent-size"),
    ("generative.faces()", "generative.faces(200)"),
    ("fit.epochs = 5;", "fit.epochs = 1;"),
]
ran = failed = 0


def smaller(code):
    for full, small in SMALLER:
        code = code.replace(full, small)
    return code


def run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode == 0


for document in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]:
    for language, code in re.findall(r"^```(c|python|rust|sh)\n(.*?)^```", document.read_text(), flags=re.M | re.S):
        if language == "rust" and not shutil.which("rustc"):
            print(f"{document.name}: there is no rustc to try the Rust program with")
            continue
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, f"snippet.{ENDINGS[language]}")
            source.write_text(smaller(code))
            if language == "python":
                good = run(python, str(source), cwd=folder)
            elif language == "sh":
                good = run("sh", "-eu", str(source), cwd=folder)
            elif language == "rust":
                flags = ["--edition", "2021", "-O", "-D", "warnings", "-L", str(library)]
                link = ["-C", f"link-arg=-Wl,-rpath,{library}"]
                good = run("rustc", *flags, *link, str(source), "-o", f"{folder}/snippet", cwd=folder)
                good = good and run(f"{folder}/snippet", cwd=folder)
            else:
                flags = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/include"]
                link = [f"-L{library}", f"-Wl,-rpath,{library}", "-lgenerative"]
                good = run("gcc", *flags, str(source), "-o", f"{folder}/snippet", *link, cwd=folder)
                good = good and run(f"{folder}/snippet", cwd=folder)
        ran += 1
        failed += not good
        if not good:
            print(f"{document.name}: this {language} program failed:\n{code}")
print(f"{ran} programs ran, {failed} failed")
sys.exit(failed != 0 or ran == 0)
