"""The C and Python programs of README.md and docs/ compile and run as they stand.

usage: readme.py FOLDER_OF_THE_LIBRARY PYTHON
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from header import ROOT

library, python = Path(sys.argv[1]).resolve(), os.path.abspath(sys.argv[2])
environment = dict(os.environ, PYTHONPATH=str(ROOT / "bindings" / "python"))
environment["GENERATIVE_LIBRARY"] = str(library / "libgenerative.so.1")
ran = failed = 0


def run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode == 0


for document in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]:
    for language, code in re.findall(r"^```(c|python)\n(.*?)^```", document.read_text(), flags=re.M | re.S):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "snippet.py" if language == "python" else "snippet.c")
            source.write_text(code)
            if language == "python":
                good = run(python, str(source), cwd=folder)
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
