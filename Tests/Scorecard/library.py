"""Rows 19 to 25 and 29: the shared object itself, its effects on the host, and its arithmetic."""

import array
import sys

import trap_gate
from host import ROOT, run

SCRIPTS = ROOT / "Tests" / "Scripts"


def exports(bench):
    names = run([sys.executable, SCRIPTS / "exported_names.py", bench.library()])
    linked = run([SCRIPTS / "shared-object.sh", bench.library()])
    text = f"{names.output}{linked.output}" or "only gen_*@@GEN_2; RELRO, BIND_NOW, no rpath, no text relocations"
    return names.good and linked.good, text


def linkers(bench):
    result = run([SCRIPTS / "linking.sh", bench.library().parent])
    return result.good, result.told


def good_guest(bench):
    guest, stack = bench.host("guest"), bench.host("stack")
    return guest.good and stack.good, f"{stack.told}\n{guest.output}"


def host_state(bench):
    """Also with environment variables that make the ordinary Swift runtime print or install handlers."""
    plain = bench.host("modes")
    swift = {"SWIFT_BACKTRACE": "enable=yes,swift-backtrace=/bin/true", "SWIFT_DEBUG_HELP": 1, "SWIFT_DEBUG_X": 1}
    watched = bench.host("modes", **swift)
    return plain.good and watched.good and plain.output == watched.output, watched.output


def traps(bench):
    faults, text = trap_gate.check(ROOT / ".build/release/libgenerative.so", ROOT / ".build/release", bench.library())
    return not faults, "\n".join(faults + [text])


def determinism(bench):
    """The same bytes with 1, 2 and 16 threads on each instruction set; between the sets, within 1e-5 of the largest
    number."""
    own = bench.fresh()
    program = bench.program("determinism")
    sets, wrong = [], []
    for name in ("baseline", "avx2", "avx512", "avx512bf16"):
        folder = bench.fresh()
        result = run([program, "save", folder], GEN_KERNELS=name)
        if not result.output.endswith("wrong") or not result.line.startswith(name):
            continue  # this processor lacks this instruction set
        if not result.good:
            wrong.append(result.output)
        sets.append(name)
        models = folder if not sets[1:] else models
        sampled = run([program, "sample", models, own / name], GEN_KERNELS=name)
        if not sampled.good:
            wrong.append(sampled.output)
    outputs = []
    for name in sets:
        values = array.array("f")
        values.frombytes((own / name).read_bytes())
        outputs.append(values)
    largest = max(abs(value) for value in outputs[0])
    apart = max(abs(a - b) for other in outputs[1:] for a, b in zip(outputs[0], other))
    if apart > 1e-5 * largest:
        wrong.append(f"instruction sets differ by {apart / largest:.1e}")
    text = f"4 models, identical bytes with 1, 2 and 16 threads on {', '.join(sets)}; largest difference between these "
    text += f"{apart / largest:.1e}"
    resumed = run(["swift", "test", "-c", "release", "--disable-xctest", "--skip-build", "--filter", "(?i)resum"], 900)
    count = resumed.output.count(" passed after")
    if not resumed.good or not count:
        wrong.append(f"resuming: {resumed.output[-1500:]}")
    return not wrong and len(sets) > 1, "\n".join(wrong + [f"{text}; {count} tests of resumed fits"])


def absurd_numbers(bench):
    result = run([bench.program("abuse")])
    return result.good, result.output


def old_files(bench):
    found = sorted((ROOT / "Tests" / "Golden" / "compatibility").glob("**/*.safetensors"))
    if not found:
        return None, "there are no files of earlier versions yet"
    test = ROOT / "bindings" / "python" / "tests" / "test_compatibility.py"
    library = {"GENERATIVE_LIBRARY": bench.library(), "PYTHONPATH": ROOT / "bindings" / "python"}
    result = run([ROOT / ".venv/bin/python", "-m", "pytest", "-q", test], 900, **library)
    return result.good, f"{len(found)} files: {result.line}"
