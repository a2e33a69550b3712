"""Compiles and runs the host programs of the scorecard: C programs linked with the library, like any host."""

import gzip
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "Tests" / "Scripts"))

# The folder of the library, by the sanitizer that it was built with. "static" has the codecs inside; "host" is the
# plain library, for a host that is built with ThreadSanitizer, unlike the library.
FOLDERS = {
    "": ".build/library", "address": ".build-asan/release", "thread": ".build-tsan/release",
    "static": ".build/static", "host": ".build/library",
}  # fmt: skip
PICTURES = ROOT / "Tests" / "Golden" / "pictures"

# A sanitizer's report ends the process. Leaks are detected by the memory that a context holds, because the Swift
# runtime keeps memory of its own.
ENVIRONMENT = {
    "SWIFT_BACKTRACE": "enable=no",
    "ASAN_OPTIONS": "detect_leaks=0:exitcode=99:quarantine_size_mb=16:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "TSAN_OPTIONS": "exitcode=66:halt_on_error=0:die_after_fork=0",
}


class Result:
    """The result of a program: its exit code (negative: the signal), its output, and the last line of that."""

    def __init__(self, code, output):
        self.code = code
        self.output = output.strip()
        self.line = self.output.splitlines()[-1] if self.output else ""

    @property
    def good(self):
        return self.code == 0

    @property
    def told(self):
        """The last line; after a failure, also the lines before it."""
        return self.line if self.good else "\n".join(self.output.splitlines()[-40:])


def run(command, timeout=1200, **environment):
    """Runs a command to its end; a timeout counts as a failure."""
    everything = dict(os.environ, **ENVIRONMENT)
    everything.update({key: str(value) for key, value in environment.items()})
    try:
        done = subprocess.run(
            [str(part) for part in command], env=everything, timeout=timeout, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", cwd=ROOT,
        )  # fmt: skip
        return Result(done.returncode, done.stdout)
    except subprocess.TimeoutExpired as late:
        return Result(124, (late.stdout or b"").decode(errors="replace") + f"\nstill running after {timeout} s")


def swift_clang():
    """The compiler of the Swift toolchain."""
    return Path(shutil.which("swiftc")).resolve().with_name("clang")


class Bench:
    """A folder of compiled hosts, and of files that a fixture wrote. `size`: 0 for quick and address, 1 for hard."""

    def __init__(self, name):
        self.size = {"quick": 0, "address": 0, "hard": 1}[name]
        self._sanitizers = {"quick": [], "address": ["address"], "hard": ["address", "thread"]}[name]
        self.folder = Path(tempfile.mkdtemp(prefix="scorecard-"))
        # For another processor than this machine's: the compiler for it, and the emulator for its programs.
        self.compiler, self.emulator = ["gcc"], []
        self._programs = {}
        self._seeds = None

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def sized(self, quick, hard):
        return hard if self.size else quick

    def cuts(self):
        """For mutate: how often a file is truncated; in a hard run, at every byte."""
        return self.sized({"SCORECARD_CUTS": 4096}, {})

    def library(self, sanitizer=""):
        return (ROOT / FOLDERS[sanitizer] / "libgenerative.so").resolve()

    def sanitized(self, sanitizer):
        """The sanitizer, if this run has a build with it; otherwise "", the plain library."""
        return sanitizer if sanitizer in self._sanitizers else ""

    def program(self, name, sanitizer=""):
        """The path of host `name`, compiled once."""
        if (name, sanitizer) not in self._programs:
            self._programs[name, sanitizer] = self._compile(name, sanitizer)
        return self._programs[name, sanitizer]

    def _compile(self, name, sanitizer):
        library = self.library(sanitizer)
        if not library.exists():
            raise FileNotFoundError(f"{library}: make check-hard or make archive builds it")
        soname = library.parent / "libgenerative.so.2"
        if not soname.exists():
            soname.symlink_to(library.name)
        right_calls = self.folder / "right_calls.h"
        if not right_calls.exists():
            subprocess.run([sys.executable, HERE / "right_calls.py", right_calls], check=True)
        out = self.folder / f"{name}{'-' + sanitizer if sanitizer else ''}"
        # The sanitizer's runtime must come from the compiler that built the library.
        compiler = [swift_clang()] if sanitizer in ("address", "thread") else self.compiler
        command = [*compiler, "-std=gnu11", "-O1", "-g", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]
        command += ["-Wno-unused-value", "-Wno-unused-function", f"-I{ROOT}/include", f"-I{ROOT}/Tests/CTests"]
        command += [f"-I{self.folder}", HERE / f"{name}.c", ROOT / "Tests/CTests/fixture.c"]
        if sanitizer == "address":
            command += ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
        if sanitizer == "host":
            command += ["-fsanitize=thread"]
        if name == "codecs":
            command += ["-rdynamic"]
        if sanitizer == "thread":
            # Swift's own version of the runtime knows Dispatch.
            runtime = swift_clang().parent.parent / "lib/swift/linux"
            command += ["-fsanitize=thread", f"-L{runtime}", f"-Wl,-rpath,{runtime}", "-Wl,--no-as-needed"]
        command += ["-o", out, f"-L{library.parent}", f"-Wl,-rpath,{library.parent}", "-lgenerative"]
        command += ["-lm", "-lpthread", "-ldl", *(["-ldispatch", "-lBlocksRuntime"] if sanitizer == "thread" else [])]
        # Linkers print long warnings about a sanitizer's own symbols.
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return out

    def host(self, name, *arguments, sanitizer="", timeout=1800, **environment):
        """Runs host `name`, which gets a fresh folder as its first argument."""
        own = self.fresh()
        return run([*self.emulator, self.program(name, sanitizer), own, *arguments], timeout, **environment)

    def examples(self, names=None):
        """The paths of the C examples, all or those named, compiled to learn from 300 pictures of noise instead of 60,000 real ones, and
        from 600 faces instead of 10,000."""
        folder = self.fresh()
        pictures = folder / "pictures.gz"
        header = struct.pack(">IIII", 0x803, 300, 28, 28)
        pictures.write_bytes(gzip.compress(header + random.Random(1).randbytes(300 * 28 * 28)))
        few = (
            "static const gen_faces_options *few(void) { static gen_faces_options faces; "
            "gen_faces_options_init(&faces, sizeof faces); faces.n_rows = 600; return &faces; }"
        )
        programs = []
        for source in sorted((ROOT / "bindings/c").glob("*.c")):
            if names is not None and source.stem not in names:
                continue
            text = re.sub(r'"[^"]*-ubyte.gz"', f'"{pictures}"', source.read_text())
            text = re.sub(r"FACES = \d+", "FACES = 300", text).replace("create_faces(NULL,", "create_faces(few(),")
            if "few()" in text:
                text = text.replace("#include <generative.h>", f"#include <generative.h>\n{few}")
            (folder / source.name).write_text(text)
            programs.append(folder / source.stem)
            command = [*self.compiler, "-std=c99", "-g", "-O1", f"-I{ROOT}/include", folder / source.name]
            command += ["-o", programs[-1]]
            command += [f"-L{self.library().parent}", f"-Wl,-rpath,{self.library().parent}", "-lgenerative", "-lm"]
            subprocess.run(command, check=True)
        return programs

    def fresh(self):
        return Path(tempfile.mkdtemp(dir=self.folder))

    def seeds(self):
        """Valid model files of every kind, and IDX files."""
        if self._seeds is None:
            self._seeds = self.fresh()
            result = run([self.program("seeds"), self._seeds])
            if not result.good:
                raise RuntimeError(result.output)
        return sorted(self._seeds.glob("*.safetensors")), sorted(self._seeds.glob("*.idx"))
