"""Rows 8 to 18, 26, 28 and 30: hosts that run out of memory, make mistakes, use threads, fork, run for a long time, or
have codecs and sanitizers of their own."""

import gzip
import re
import shutil
import signal
import subprocess
import sys

from host import PICTURES, ROOT, run


def files_to_open(bench):
    """The files that the host of failed allocations opens: a gzipped IDX file, and pictures."""
    pictures = ["rgb.png", "palette-alpha.png", "interlaced.png", "progressive.jpg", "cmyk.jpg", "turned-6.jpg"]
    gzipped = bench.fresh() / "images.idx.gz"
    gzipped.write_bytes(gzip.compress(bench.seeds()[1][0].read_bytes()))
    return [gzipped, *(PICTURES / name for name in pictures)]


def failed_allocations(bench):
    result = bench.host("allocations", *files_to_open(bench))
    return result.good, result.told


def refused_objects(bench):
    result = bench.host("refusals")
    return result.good, result.output


def memory_limits(bench):
    """From 2 GB of address space down to 64 MB: an error, never a signal."""
    megabytes = [2048 - 68 * step for step in range(30)] + [64]
    if not bench.size:
        megabytes = megabytes[::6]
    deaths, ends = [], {}
    for size in megabytes:
        result = bench.host("workload", size << 20)
        ends[result.line] = ends.get(result.line, 0) + 1
        if result.code != 0:
            deaths.append(f"{size} MB: {result.code} {result.line}")
    text = f"{len(megabytes)} limits from {megabytes[0]} to {megabytes[-1]} MB: "
    text += ", ".join(f"{count} {end}" for end, count in sorted(ends.items())) + f", {len(deaths)} deaths"
    return not deaths, "\n".join(deaths + [text])


def bad_arguments(bench):
    """Each argument made invalid, and in a hard run 8,000 pairs of arguments; also 1,000 pairs under
    AddressSanitizer, where forks are expensive."""
    script = ROOT / "Tests/Scripts/bad_arguments.py"
    result = run([sys.executable, script, bench.library().parent, "--pairs", bench.sized(0, 8_000)])
    if not bench.size:
        return result.good, result.told
    folder = bench.library("address").parent
    watched = run([sys.executable, script, folder, "--pairs", 1_000, "--address"], 3000)
    text = f"{result.line}; under AddressSanitizer {watched.line}"
    return result.good and watched.good, text if watched.good else f"{watched.output[-3000:]}\n{text}"


def random_sequences(bench):
    result = bench.host("sequences", bench.sized(10_000, 100_000), 1, sanitizer=bench.sanitized("address"))
    return result.good, result.told


def wrong_handles(bench):
    result = bench.host("handles", 10_000, sanitizer=bench.sanitized("address"))
    return result.good, result.told


def thread_sanitizer(bench):
    """Sixteen threads use one model; and a data race of the host itself must be found."""
    if not bench.size:
        result = bench.host("threads", 8, 1)
        return result.good, f"without ThreadSanitizer: {result.line}"
    planted = bench.host("threads", 16, 2, "planted", sanitizer="thread")
    result = bench.host("threads", 16, 60, sanitizer="thread")
    races = len(re.findall("WARNING: ThreadSanitizer", result.output))
    found = "WARNING: ThreadSanitizer: data race" in planted.output
    text = f"{result.line}, {races} races; the planted one was {'found' if found else 'missed'}"
    return result.good and not races and found, text if not races else f"{result.output[:4000]}\n{text}"


def callback_abuse(bench):
    result = bench.host("callbacks", sanitizer=bench.sanitized("address"))
    left = bench.host("left", bench.sized(6, 60))
    return result.good and left.good, f"{result.told}\n{left.told}"


def forks(bench):
    """Forks during first calls, in separate processes, then between calls, and during calls of other threads."""
    result = bench.host("fork", *bench.sized((10, 20, 200), (300, 200, 4_000)))
    if not bench.size:
        return result.good, result.told
    python = run([ROOT / ".venv/bin/python", ROOT / "Tests/Scorecard/processes.py", bench.library()], 300)
    return result.good and python.good, f"{result.line}; {python.line}"


def reopened(bench):
    copy = bench.fresh() / "copy.so"
    shutil.copy(bench.library(), copy)
    program = bench.folder / "reload"
    command = ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/include"]
    command += [str(ROOT / "Tests/Scorecard/reload.c"), "-o", str(program), "-ldl", "-lpthread"]
    subprocess.run(command, check=True)
    result = run([program, bench.library(), copy, bench.sized(20, 100)])
    return result.good, result.told


def _stripped(bench, sanitizer=""):
    """A folder with the library. Valgrind 3.19 cannot read the debugging information of current compilers."""
    folder = bench.fresh()
    subprocess.run(["strip", "-g", "-o", folder / "libgenerative.so.2", bench.library(sanitizer)], check=True)
    return folder


def valgrind(bench):
    """The use of every model, readers of every kind of file, refused memory, and in a hard run the C examples,
    without an error or a leak. Valgrind does not support AVX-512."""
    stripped = _stripped(bench)
    kinds = "definite,indirect,possible"
    check = ["valgrind", "--quiet", "--leak-check=full", f"--errors-for-leak-kinds={kinds}"]
    check += [f"--show-leak-kinds={kinds}", "--error-exitcode=9", "--num-callers=25"]
    check += [f"--suppressions={ROOT}/Tests/Scorecard/valgrind.supp"]
    # Leaves the host's own allocator in place, and ignores forked children, which lack the threads.
    check += ["--soname-synonyms=somalloc=nouserintercepts", "--child-silent-after-fork=yes"]
    models, idx = bench.seeds()
    pictures = sorted(p for p in PICTURES.iterdir() if p.suffix in (".png", ".jpg"))
    # Threads that wait for each other are slow under valgrind, which runs one at a time.
    refusing = {"SCORECARD_STRIDE": bench.sized(64, 16), "GEN_THREADS": 1}
    programs = [
        (bench.program("mutate"), [300, 1, *models, *idx, *pictures], {"SCORECARD_CUTS": 16}),
        (bench.program("soak"), [bench.fresh(), 5, 5], {}),
        (bench.program("allocations"), [bench.fresh(), *files_to_open(bench)], {"SCORECARD_STRIDE": bench.sized(7, 1)}),
        (bench.program("refusals"), [bench.fresh()], refusing),
    ]
    examples = bench.examples() if bench.size else []
    programs += [(example, [bench.fresh(), 1], {}) for example in examples]
    wrong, told = [], []
    for program, arguments, environment in programs:
        command = [*check, program, *arguments]
        result = run(command, 3000, GEN_KERNELS="avx2", LD_LIBRARY_PATH=stripped, **environment)
        if not result.good:
            wrong.append(f"{program.name}: {result.code}\n{result.output[-3000:]}")
        elif program not in examples:
            told.append(f"{program.name}: {result.line}")
    text = f"{len(programs)} programs, {len(examples)} of them C examples: {len(wrong)} with errors or leaks"
    return not wrong, "\n".join(wrong + told + [text])


def steady_state(bench):
    result = bench.host("soak", *bench.sized((400, 50), (10_000, 1_000)))
    return result.good, result.told


def _build_static():
    """Builds the library that has the codecs inside."""
    subprocess.run(["make", "--quiet", "-C", ROOT, "archive"], check=True, stdout=subprocess.DEVNULL)


def own_codecs(bench):
    """A host that exports broken functions of zlib, libpng and libjpeg. The library of the wheel and the tarball, which
    contains its own, does not call them; the plain library does, so the host would notice."""
    _build_static()
    inside = bench.host("codecs", *files_to_open(bench), sanitizer="static")
    plain = bench.host("codecs", *files_to_open(bench))
    noticed = plain.code == -signal.SIGABRT and "the library called the host's" in plain.output
    text = f"{inside.told}; with shared codecs: {plain.line}"
    return inside.good and noticed, text


def watched_hosts(bench):
    """Hosts under ThreadSanitizer and valgrind, with the suppressions that make install puts beside the library, and
    without any other option: no report. ThreadSanitizer still finds a data race of the host."""
    _build_static()
    races = f"exitcode=66:halt_on_error=0:suppressions={ROOT}/Tests/Scorecard/tsan.supp"
    seconds = bench.sized(0.3, 20)
    clean = bench.host("threads", 4, seconds, sanitizer="host", TSAN_OPTIONS=races)
    planted = bench.host("threads", 4, seconds, "planted", sanitizer="host", TSAN_OPTIONS=races)
    found = "WARNING: ThreadSanitizer: data race" in planted.output
    stripped = _stripped(bench, "static")
    check = ["valgrind", "--quiet", "--leak-check=full", "--error-exitcode=9"]
    check += [f"--suppressions={ROOT}/Tests/Scorecard/valgrind.supp", bench.program("codecs", "static"), bench.fresh()]
    watched = run(check, 600, GEN_KERNELS="avx2", LD_LIBRARY_PATH=stripped)
    text = f"ThreadSanitizer: {clean.line}, the planted race was {'found' if found else 'missed'}; "
    text += f"valgrind: {watched.line}"
    good = clean.good and found and watched.good
    return good, text if good else f"{clean.output[:3000]}\n{watched.output[-3000:]}\n{text}"
