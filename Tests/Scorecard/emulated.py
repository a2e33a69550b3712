"""Tests the library on processors that this machine does not have, under QEMU's user-mode emulation.

usage: emulated.py arm64 | x86 [hard]

arm64: tests the result of make arm64: the kernels against Double, the C examples, a fit resumed in another process,
and files that x86-64 wrote. hard: all examples and old files, and hosts of the scorecard.

x86: runs the C examples on a processor without AVX and on one with AVX2. They must write the same bytes as this
machine writes with the same kernels. hard: all examples.
"""

import json
import sys
import time

from host import PICTURES, ROOT, Bench, run, swift_clang

COMPATIBILITY = ROOT / "Tests" / "Golden" / "compatibility"
# A PCA, a dense and a convolutional model, in both versions of the format.
OLD_FILES = ["pca-1.safetensors", "conditional-vae-1.1.safetensors", "u-net-1.1.safetensors"]
# The examples that run without "hard": products in Double, and dense and convolutional networks in Float.
EXAMPLES = {"pca", "gan"}
# Two processors, and the kernels that the library must choose there.
X86 = {"core2duo": "baseline", "Haswell": "avx2"}


class Arm64(Bench):
    """Compiles for arm64 Linux and runs under qemu-aarch64."""

    def __init__(self, name):
        super().__init__(name)
        sysroot = ROOT / ".build" / "arm64-sysroot"
        self.compiler = [swift_clang(), "--target=aarch64-unknown-linux-gnu", f"--sysroot={sysroot}", "-fuse-ld=lld"]
        self.emulator = ["qemu-aarch64", "-L", sysroot]

    def library(self, sanitizer=""):
        return ROOT / ".build" / "embedded" / "aarch64" / "libgenerative.so"


def must(command, **environment):
    """What a command prints; raises an error if it fails."""
    result = run(command, **environment)
    if not result.good:
        raise RuntimeError(f"{' '.join(map(str, command))}: {result.code}\n{result.output[-3000:]}")
    return result.output


def chosen_examples(bench):
    """The compiled C examples: all in a hard run, otherwise EXAMPLES."""
    return bench.examples(None if bench.size else EXAMPLES)


def files_of_examples(bench, examples, emulator, **environment):
    """{name: path} of the files that the C examples write."""
    files = {}
    for example in examples:
        folder = bench.fresh()
        must([*emulator, example, folder, 1], **environment)
        written = {f"{example.name}/{path.name}": path for path in folder.iterdir()}
        if not written or not all(path.stat().st_size for path in written.values()):
            raise RuntimeError(f"{example.name} wrote {list(written)}")
        files |= written
    return files


# MARK: - arm64


def kernels(bench, native):
    name = must([*bench.emulator, bench.program("portable"), "kernels"])
    output = must([*bench.emulator, bench.library().parent / "kernel-cases"])
    return name == "neon", f"{output}; the library uses {name}"


def examples(bench, native):
    """The examples run, and their pictures differ from x86-64's by at most two levels of 255."""
    ours = files_of_examples(bench, chosen_examples(bench), bench.emulator)
    theirs = files_of_examples(native, chosen_examples(native), [])
    pictures = [name for name in ours if name.endswith(".png")]
    for files in (ours, theirs):
        must([native.program("decode"), "-p", *(files[name] for name in pictures)])
    largest = 0
    for name in pictures:
        a, b = (files[name].with_name(files[name].name + ".raw").read_bytes() for files in (ours, theirs))
        if len(a) != len(b):
            return False, f"{name} differs in size from x86-64's"
        largest = max(largest, max(abs(x - y) for x, y in zip(a, b)))
    good = ours.keys() == theirs.keys() and largest <= 2
    return good, f"{len(ours)} files; {len(pictures)} images differ from x86-64's by at most {largest} of 255"


def tensors(file):
    """The bytes after a safetensors file's header; the header of a resumed fit also records that it was resumed."""
    return file[8 + int.from_bytes(file[:8], "little") :]


def resume(bench, native):
    """A fit stopped after an epoch and resumed in another process ends with the same tensors as an uninterrupted
    fit."""
    folder = bench.fresh()
    program = [*bench.emulator, bench.program("portable"), "fit"]
    must([*program, folder / "whole", 0])
    must([*program, folder / "resumed", 1])
    stopped = (folder / "resumed").read_bytes()
    must([*program, folder / "resumed", 0])
    whole, resumed = (tensors((folder / name).read_bytes()) for name in ("whole", "resumed"))
    good = tensors(stopped) != whole and resumed == whole
    return good, f"{len(whole)} bytes of tensors, {'equal' if resumed == whole else 'different'}"


def old_files(bench, native):
    """Predictions of files that x86-64 wrote, within 1e-6 of x86-64's."""
    expected = json.loads((COMPATIBILITY / "expected.json").read_text())
    names = sorted(expected) if bench.size else OLD_FILES
    command = [*bench.emulator, bench.program("portable"), "predict", *(COMPATIBILITY / name for name in names)]
    lines = must(command).splitlines()
    largest = 0
    for name, line in zip(names, lines, strict=True):
        values = [float(word) for word in line.split()]
        largest = max(largest, *(abs(a - b) for a, b in zip(values, expected[name]["outputs"], strict=True)))
    return largest <= 1e-6, f"{len(names)} files, largest difference {largest:.1e}"


def determinism(bench, native):
    output = must([*bench.emulator, bench.program("determinism"), "save", bench.fresh()])
    return output.endswith(" 0 wrong"), f"1, 2 and 16 threads: {output}"


def decoding(bench, native):
    """All pictures give the same pixels as on x86-64."""
    pictures = sorted(path for path in PICTURES.iterdir() if path.suffix in (".png", ".jpg"))
    decoded = []
    for one, emulator in ((bench, bench.emulator), (native, [])):
        folder = one.fresh()
        for path in pictures:
            (folder / path.name).write_bytes(path.read_bytes())
        must([*emulator, one.program("decode"), "-p", *(folder / path.name for path in pictures)])
        decoded.append({path.name: path.read_bytes() for path in folder.glob("*.raw")})
    different = [name for name in decoded[0] if decoded[0][name] != decoded[1].get(name)]
    good = decoded[0] and not different and decoded[0].keys() == decoded[1].keys()
    return good, f"{len(decoded[0])} images, different: {different}"


def hosts(bench, native):
    """Hosts of the scorecard at small sizes. Without the one that forks: QEMU itself hangs in children of processes
    with threads."""
    calls = {
        "modes": (), "guest": (), "handles": (500,), "callbacks": (), "sequences": (1_000, 1), "soak": (20, 10),
        "threads": (4, 2),
    }  # fmt: skip
    wrong = []
    for name, arguments in calls.items():
        result = bench.host(name, *arguments)
        print(f"        {name}: {result.line}", flush=True)
        if not result.good:
            wrong.append(f"{name}: {result.code} {result.output[-1500:]}")
    return not wrong, "\n".join(wrong + [f"{len(calls)} host programs, {len(wrong)} wrong"])


# MARK: - x86-64


def emulated_x86(native, programs, processor):
    """The examples on an emulated processor, and here with the kernels that are chosen there."""
    kernels = X86[processor]
    emulator = ["qemu-x86_64", "-cpu", processor]
    # QEMU first prints warnings about what it does not emulate.
    chosen = must([*emulator, native.program("portable"), "kernels"]).split()[-1]
    if chosen != kernels:
        return False, f"chose {chosen} instead of {kernels}"
    emulated = files_of_examples(native, programs, emulator)
    if must([native.program("portable"), "kernels"], GEN_KERNELS=kernels) != kernels:
        return True, f"{len(emulated)} files of {chosen}; this processor cannot run {kernels} to compare with"
    here = files_of_examples(native, programs, [], GEN_KERNELS=kernels)
    different = [name for name in emulated if emulated[name].read_bytes() != here[name].read_bytes()]
    return not different, f"{len(emulated)} files of {chosen}, different from this processor's: {different}"


def main():
    what, size = sys.argv[1], "hard" if "hard" in sys.argv else "quick"
    native = Bench(size)
    rows = {}
    benches = [native]
    if what == "x86":
        programs = chosen_examples(native)
        for processor in X86:
            rows[f"C examples on {processor}"] = lambda processor=processor: emulated_x86(native, programs, processor)
    else:
        bench = Arm64(size)
        benches.append(bench)
        checks = [kernels, examples, resume, old_files] + ([determinism, decoding, hosts] if bench.size else [])
        for check in checks:
            rows[f"arm64 {check.__name__.replace('_', ' ')}"] = lambda check=check: check(bench, native)
    failed = 0
    try:
        for name, row in rows.items():
            start = time.monotonic()
            try:
                good, text = row()
            except Exception as error:  # a row that cannot run has failed, and the others continue
                good, text = False, f"{type(error).__name__}: {error}"
            failed += not good
            print(f"{'PASS' if good else 'FAIL'} {name}: {text} ({time.monotonic() - start:.1f} s)", flush=True)
    finally:
        for bench in benches:
            bench.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
