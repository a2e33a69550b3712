"""Runs every test of the repository and ends with one line, "N passed, N failed".

usage: gate.py PYTHON [--hard] [part of a stage's name, to run only those]
PYTHON: an interpreter that has numpy and pytest.
--hard: the stages of make check-hard.
"""

import os
import re
import subprocess
import sys
import threading
import time

from header import ROOT

# What ships; PRODUCTS is the ordinary build of the same sources, for the Swift tests.
BUILD = ".build/library"
PRODUCTS = ".build/release"
LIBRARY = f"{BUILD}/libgenerative.so"
SCRIPTS = "Tests/Scripts"
PYTHON = sys.argv[1]

# Stages in order: the name, the command, and the format of its own test counts, if it has any.
STAGES = [
    ("Swift tests", ["swift", "test", "-c", "release", "--disable-xctest", "--skip-build"], "swift"),
    ("header compiles", [f"{SCRIPTS}/header-compiles.sh"], None),
    ("generated mirrors", ["python3", "bindings/python/generate.py", "--check"], None),
    ("generated options", ["python3", f"{SCRIPTS}/option_tables.py", LIBRARY, "--check"], None),
    ("exported names", ["python3", f"{SCRIPTS}/exported_names.py", LIBRARY], None),
    ("ABI", ["python3", f"{SCRIPTS}/abi.py", LIBRARY], None),
    ("shared object", [f"{SCRIPTS}/shared-object.sh", LIBRARY], None),
    ("linking", [f"{SCRIPTS}/linking.sh", BUILD], None),
    ("kernel symbols", [f"{SCRIPTS}/kernel-symbols.sh", PRODUCTS], None),
    ("both builds", ["python3", "Tests/Scorecard/both_builds.py"], None),
    ("invariants", [f"{SCRIPTS}/invariants.sh"], None),
    ("format", [f"{SCRIPTS}/format.sh"], None),
    ("C examples", [f"{SCRIPTS}/c-examples.sh", BUILD], None),
    ("languages", [f"{SCRIPTS}/languages.sh", BUILD], None),
    ("SQLite", [PYTHON, f"{SCRIPTS}/sqlite.py", BUILD], None),
    ("ranks", [f"{SCRIPTS}/ranks.sh", BUILD], None),
    ("scorecard", ["python3", "Tests/Scorecard/scorecard.py", "quick"], None),
    ("older processors", ["python3", "Tests/Scorecard/emulated.py", "x86"], None),
    ("arm64", ["make", "--quiet", "test-arm64"], None),
    ("AddressSanitizer", ["make", "--quiet", "test-address-quick"], None),
    ("Python", [PYTHON, "-m", "pytest", "-q", "-rs", "bindings/python"], "pytest"),
    ("wheel", [f"{SCRIPTS}/wheel.sh", PYTHON], None),
    ("gen", [f"{SCRIPTS}/gen-tool.sh", f"{BUILD}/gen"], None),
    ("report", [PYTHON, f"{SCRIPTS}/report.py", f"{BUILD}/gen"], None),
    ("documentation", ["make", "--quiet", "site"], None),
    ("installed copy", [f"{SCRIPTS}/installed-copy.sh"], None),
    ("README", ["python3", f"{SCRIPTS}/readme.py", BUILD, PYTHON], None),
    ("lecture", [PYTHON, f"{SCRIPTS}/lecture.py", BUILD], None),
    ("first programs", [PYTHON, f"{SCRIPTS}/first_programs.py", BUILD, PYTHON, "quick"], None),
]

# Two lists of stages that run in parallel. The measurements of what models learn and of PCA's exactness come last.
# They use new matrices each time and print the seed.
HARD = [
    [
        ("AddressSanitizer", ["make", "--quiet", "test-address"], "swift"),
        ("ThreadSanitizer", ["make", "--quiet", "test-thread"], "swift"),
        ("scorecard", ["make", "--quiet", "scorecard"], None),
        ("reproducible build", [f"{SCRIPTS}/reproducible.sh"], None),
    ],
    [
        ("arm64", ["make", "--quiet", "test-arm64", "SIZE=hard"], None),
        ("older processors", ["python3", "Tests/Scorecard/emulated.py", "x86", "hard"], None),
        ("languages", [f"{SCRIPTS}/languages.sh", BUILD, "hard"], None),
        ("first programs", [PYTHON, f"{SCRIPTS}/first_programs.py", BUILD, PYTHON], None),
        ("lecture", [PYTHON, f"{SCRIPTS}/lecture.py", BUILD, "hard"], None),
        ("defaults", [PYTHON, "Benchmarks/defaults.py", "--rows", "10000"], None),
        ("accuracy of PCA", [PYTHON, "Benchmarks/accuracy.py", "--hard"], None),
    ],
]

# Stages that mostly compile or emulate, on one core. They run in parallel with the last stages, and print after them.
BESIDE = {"older processors", "arm64", "AddressSanitizer"}


def counted(kind, output, good):
    """The (passed, failed) counts of a stage: its own tests, or itself as one if it has none."""
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


def run(command, show=print):
    """Runs a command, showing each line of its output; returns the output and whether it succeeded."""
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
            show("    " + line.rstrip("\n"), flush=True)
    return "".join(lines), process.wait() == 0


class Lane:
    """Stages that run one after another, and their results."""

    def __init__(self, stages, show=print):
        self.stages, self.show = stages, show
        self.passed = self.failed = 0
        self.summary = []

    def run(self):
        for name, command, kind in self.stages:
            self.show(f"== {name}", flush=True)
            start = time.monotonic()
            output, good = run(command, self.show)
            passed, failed = counted(kind, output, good)
            self.passed, self.failed = self.passed + passed, self.failed + failed
            verdict = "FAILED" if failed else "ok"
            seconds = time.monotonic() - start
            self.summary.append(f"{verdict:8}{name:20}{passed:6} passed{failed:4} failed{seconds:8.1f} s")


def quick_lanes(stages):
    """What runs before the stages of BESIDE, these, and what runs in parallel with them."""
    beside = [stage for stage in stages if stage[0] in BESIDE]
    first = max((stages.index(stage) for stage in beside), default=0)
    others = [[stage for stage in part if stage not in beside] for part in (stages[:first], stages[first:])]
    return others[0], beside, others[1]


def main():
    arguments = sys.argv[2:]
    is_hard = "--hard" in arguments
    wanted = [word.lower() for word in arguments if word != "--hard"]

    def chosen(stages):
        return [stage for stage in stages if all(word in stage[0].lower() for word in wanted)]

    start = time.monotonic()
    before, beside, shown = ([], *map(chosen, HARD)) if is_hard else quick_lanes(chosen(STAGES))
    kept = []
    lanes = [Lane(before), Lane(beside, lambda line, flush: kept.append(line)), Lane(shown)]
    lanes[0].run()
    second = threading.Thread(target=lanes[1].run)
    second.start()
    lanes[2].run()
    second.join()
    print("\n".join(kept))
    passed, failed = sum(lane.passed for lane in lanes), sum(lane.failed for lane in lanes)
    print("\n" + "\n".join(line for lane in lanes for line in lane.summary))
    print(f"total {(time.monotonic() - start) / 60:.1f} minutes")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
