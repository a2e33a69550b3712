"""Runs every test of the repository and ends with one line, "N passed, N failed".

usage: gate.py PYTHON [part of a stage's name, to run only those]
PYTHON: an interpreter that has numpy and pytest.
"""

import os
import re
import subprocess
import sys
import time

from header import ROOT

# What ships; PRODUCTS is the ordinary build of the same sources, for the Swift tests.
BUILD = ".build/library"
PRODUCTS = ".build/release"
LIBRARY = f"{BUILD}/libgenerative.so"
SCRIPTS = "Tests/Scripts"
PYTHON = sys.argv[1]

# Stages in order: what it shows, the command, and how its own tests are counted, if it has any.
STAGES = [
    ("Swift tests", ["swift", "test", "-c", "release", "--disable-xctest", "--skip-build"], "swift"),
    ("header compiles", [f"{SCRIPTS}/header-compiles.sh"], None),
    ("generated mirrors", ["python3", "bindings/python/generate.py", "--check"], None),
    ("generated options", ["python3", f"{SCRIPTS}/option_tables.py", LIBRARY, "--check"], None),
    ("exported names", ["python3", f"{SCRIPTS}/exported_names.py", LIBRARY], None),
    ("shared object", [f"{SCRIPTS}/shared-object.sh", LIBRARY], None),
    ("kernel symbols", [f"{SCRIPTS}/kernel-symbols.sh", PRODUCTS], None),
    ("both builds", ["python3", "Tests/Scorecard/both_builds.py"], None),
    ("invariants", [f"{SCRIPTS}/invariants.sh"], None),
    ("format", [f"{SCRIPTS}/format.sh"], None),
    ("C examples", [f"{SCRIPTS}/c-examples.sh", BUILD], None),
    ("languages", [f"{SCRIPTS}/languages.sh", BUILD], None),
    ("ranks", [f"{SCRIPTS}/ranks.sh", BUILD], None),
    ("scorecard", ["python3", "Tests/Scorecard/scorecard.py", "quick"], None),
    ("older processors", ["python3", "Tests/Scorecard/emulated.py", "x86"], None),
    ("arm64", ["make", "--quiet", "test-arm64"], None),
    ("AddressSanitizer", ["make", "--quiet", "test-address-quick"], None),
    ("Python", [PYTHON, "-m", "pytest", "-q", "-rs", "bindings/python"], "pytest"),
    ("wheel", [f"{SCRIPTS}/wheel.sh", PYTHON], None),
    ("gen", [f"{SCRIPTS}/gen-tool.sh", f"{BUILD}/gen"], None),
    ("report", [PYTHON, f"{SCRIPTS}/report.py", f"{BUILD}/gen"], None),
    ("API reference", ["python3", "docs/api.py", os.devnull], None),
    ("installed copy", [f"{SCRIPTS}/installed-copy.sh"], None),
    ("README", ["python3", f"{SCRIPTS}/readme.py", BUILD, PYTHON], None),
]


def counted(kind, output, good):
    """(passed, failed) of a stage: of its own tests where it has any, else of itself as one."""
    if kind == "swift":
        total = re.search(r"Test run with (\d+) tests?", output)
        failures = len(re.findall(r"^\W*Test (?!run with).* failed after", output, flags=re.M))
        if total:
            failures = max(failures, 0 if good else 1)
            return int(total[1]) - failures, failures
        return (0, 1)  # a run without tests is no success
    if kind == "pytest":
        summary = output.strip().splitlines()[-1:]
        passed = re.search(r"(\d+) passed", "".join(summary))
        failures = sum(int(n) for n in re.findall(r"(\d+) (?:failed|errors?)\b", "".join(summary)))
        return int(passed[1]) if passed else 0, max(failures, 0 if good and passed else 1)
    return (1, 0) if good else (0, 1)


def run(command):
    """Runs a command, showing its output as it comes; returns the output and whether it succeeded."""
    environment = dict(os.environ, GENERATIVE_LIBRARY=str(ROOT / BUILD / "libgenerative.so.2"))
    environment["PYTHONPATH"] = str(ROOT / "bindings" / "python")
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, errors="replace", stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    lines = []
    for line in process.stdout:
        lines.append(line)
        if " started" not in line:
            print("    " + line, end="", flush=True)
    return "".join(lines), process.wait() == 0


def main():
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    passed = failed = 0
    summary = []
    for name, command, kind in STAGES:
        if wanted.lower() not in name.lower():
            continue
        print(f"== {name}", flush=True)
        start = time.monotonic()
        output, good = run(command)
        more = counted(kind, output, good)
        passed, failed = passed + more[0], failed + more[1]
        verdict = "ok" if more[1] == 0 else "FAILED"
        summary.append(f"{verdict:8}{name:20}{more[0]:6} passed{more[1]:4} failed{time.monotonic() - start:8.1f} s")
    print("\n" + "\n".join(summary))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
