"""Rows 1 to 7 and 27: malformed files, expensive files, and files that must survive."""

import hashlib
import random
import re
import resource
import shutil
import subprocess
import time

from host import PICTURES, ROOT, run
from pictures import bombs, jpegs, pngs


def damaged_models(bench):
    models, _ = bench.seeds()
    sanitizer = bench.sanitized("address")
    result = run([bench.program("mutate", sanitizer), bench.sized(4_000, 100_000), 1, *models], 3000, **bench.cuts())
    return result.good, result.told


def damaged_pictures(bench):
    """Mutants of PNG, JPEG and IDX files; part of row 3, which also tests pictures."""
    _, idx = bench.seeds()
    pictures = sorted(p for p in PICTURES.iterdir() if p.suffix in (".png", ".jpg"))
    sanitizer = bench.sanitized("address")
    count = bench.sized(10_000, 100_000)
    result = run([bench.program("mutate", sanitizer), count, 1, *pictures, *idx], 3000, **bench.cuts())
    return result.good, result.told


def fuzzing(bench):
    seconds = bench.sized(0, 60)
    if not seconds:
        return None, "runs in make fuzz and make check-hard"
    result = run([ROOT / "Tests/Fuzz/fuzz.sh", seconds], 3000)
    return result.good, result.told


def image_bombs(bench):
    """Each must give an error, within a tenth of a second and 64 MB, with half a gigabyte of address space."""
    folder = bench.fresh()
    wrong, slowest, largest, names = 0, 0.0, 0, []
    program = bench.program("decode")

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))

    for name, content in bombs().items():
        path = folder / name
        path.write_bytes(content)
        done = subprocess.run([program, path], preexec_fn=limit, capture_output=True, text=True, timeout=60)
        fields = done.stdout.split()
        good = done.returncode == 0 and fields[1] != "GEN_OK" and float(fields[5]) < 100 and int(fields[6]) < 65536
        if not good:
            wrong += 1
            names.append(f"{name}: {done.returncode} {done.stdout}")
        else:
            slowest, largest = max(slowest, float(fields[5])), max(largest, int(fields[6]))
    good, mutants = damaged_pictures(bench)
    count = len(bombs())
    text = f"{count} bombs, {wrong} wrong, slowest {slowest:.1f} ms, {largest / 1024:.0f} MB; {mutants}"
    return not wrong and good and count >= 40, "\n".join(names + [text])


def _compare(bench, files):
    """Decodes files and compares them with the expected pixels: {path: (height, width, channels, bytes) or None}."""
    wrong = []
    output = run([bench.program("decode"), "-p", *files]).output.splitlines()
    for line, (path, expected) in zip(output, files.items(), strict=True):
        fields = line.rsplit(" ", 6)
        if expected is None:
            if fields[1] == "GEN_OK":
                wrong.append(f"{path.name} was read")
            continue
        size = tuple(int(field) for field in fields[2:5])
        if fields[1] != "GEN_OK" or size != expected[:3]:
            wrong.append(f"{path.name}: {line}, not {expected[:3]}")
        elif path.with_name(path.name + ".raw").read_bytes() != expected[3]:
            wrong.append(f"{path.name}: different pixels")
    return wrong


def png_suite(bench):
    files = pngs(bench.fresh())
    wrong = _compare(bench, files)
    rejected = sum(expected is None for expected in files.values())
    text = f"{len(files) - rejected} generated PNGs of every color type, depth, interlacing and filter"
    text += f", and {rejected} broken ones: {len(wrong)} wrong"
    return not wrong and len(files) >= 175, "\n".join(wrong[:10] + [text])


def jpeg_suite(bench):
    files = jpegs(bench.fresh(), sizes=range(1, 68))
    if files is None:
        return None, "djpeg and cjpeg are missing (libjpeg-turbo-progs): make check-hard"
    wrong = _compare(bench, files)
    text = f"{len(files)} JPEGs with sides of 1 to 67 (baseline, progressive, gray, restarts, arithmetic), compared with "
    text += "djpeg: "
    return not wrong and len(files) >= 200, "\n".join(wrong[:10] + [f"{text}{len(wrong)} wrong"])


def beside_pillow(bench):
    python = ROOT / ".venv/bin/python"
    library = {"GENERATIVE_LIBRARY": bench.library(), "PYTHONPATH": ROOT / "bindings" / "python"}
    size = "hard" if bench.size else "quick"
    result = run([python, ROOT / "Tests/Scorecard/beside_pillow.py", bench.fresh(), size], 900, **library)
    if result.code == 3:
        return None, "Pillow is missing"
    return result.good, result.told


# The system calls of a save that may fail, and the errors that they may return.
CALLS = ["openat", "write", "fsync", "linkat", "rename", "close", "fchmod", "fchown", "getrandom", "fcntl", "flock"]
CALLS += ["unlink", "unlinkat", "getdents64", "access"]
ERRORS = ["ENOSPC", "EIO", "EDQUOT", "EMFILE", "EINTR"]
QUICK_CALLS = ["write", "fsync", "linkat", "rename"]
# Whether what is saved replaces an old file.
SAVES = [(".safetensors", True), (".png", True), (".safetensors", False), (".png", False)]


class _Saves:
    """An old file or none, a new one to be saved in its place, and the system calls that the save makes."""

    def __init__(self, bench, ending, is_over):
        self.is_over = is_over
        self.program = bench.program("save")
        self.folder = bench.fresh()
        result = run([self.program, "make", self.folder])
        if not result.good:
            raise RuntimeError(result.output)
        self.old, self.new = self.folder / f"old{ending}", self.folder / f"new{ending}"
        self.own = self.folder / "own"
        self.own.mkdir()
        self.target = self.own / f"model{ending}"
        self.digests = {hashlib.sha256(p.read_bytes()).hexdigest(): p.stem for p in (self.old, self.new)}
        self.reset()
        trace = self.folder / "trace"
        run(["strace", "-f", "-o", trace, self.program, "over", self.target, self.new])
        names = [m[1] for m in re.finditer(r"^\d+ +(\w+)\(", trace.read_text(errors="replace"), flags=re.M)]
        self.start = names.index("getpgid") + 1
        self.names = names[: names.index("getpgid", self.start)]

    def reset(self):
        for path in self.own.iterdir():
            path.unlink()
        if self.is_over:
            shutil.copy(self.old, self.target)

    def places(self, wanted=None):
        """(system call, its number among calls of the same name) of every call between the marks."""
        for index in range(self.start, len(self.names)):
            name = self.names[index]
            if wanted is None or name in wanted:
                yield name, self.names[: index + 1].count(name)

    def over(self, injection):
        command = ["strace", "-f", "-o", self.folder / "trace", "-e", injection]
        return run([*command, self.program, "over", self.target, self.new], 60)

    def state(self):
        """"old" (or no file, if there was none), "new" or another state of the target; and the number of other files
        in its folder."""
        beside = sum(path != self.target for path in self.own.iterdir())
        if not self.target.exists():
            return "half a file" if self.is_over else "old", beside
        return self.digests.get(hashlib.sha256(self.target.read_bytes()).hexdigest(), "half a file"), beside


def killed_saves(bench):
    if shutil.which("strace") is None:
        return None, "strace is missing: make check-hard"
    kills, wrong, left, ends = 0, [], 0, {"old": 0, "new": 0, "half a file": 0}
    for ending, is_over in SAVES:
        saves = _Saves(bench, ending, is_over)
        for name, number in saves.places(None if bench.size else QUICK_CALLS):
            saves.reset()
            result = saves.over(f"inject={name}:signal=KILL:when={number}")
            kills += 1
            state, beside = saves.state()
            ends[state] += 1
            left += beside
            what = f"{ending} {name} {number}"
            if result.code not in (-9, 137) or state == "half a file" or (beside and not is_over):
                wrong.append(f"{what}: code {result.code}, {state}, {beside} other files")
            if saves.target.exists() and not run([saves.program, "check", saves.target]).good:
                wrong.append(f"{what}: the file does not load")
            # The next save must work, and delete the leftover files.
            if not run([saves.program, "over", saves.target, saves.new]).good or saves.state() != ("new", 0):
                wrong.append(f"{what}: the next save left {saves.state()}")
    text = f"killed at {kills} system calls of saves to existing and new files: {ends['old']} times the old state, "
    text += f"{ends['new']} the new one; {left} temporary files left, none after the next save"
    count = bench.sized(10, 500)
    for ending in (".safetensors", ".png"):
        wrong += _timed_kills(_Saves(bench, ending, True), count)
    text += f"; {2 * count} times while saving repeatedly; {len(wrong)} wrong"
    return not wrong and kills >= 6, "\n".join(wrong[:10] + [text])


def _timed_kills(saves, count):
    """Kills a process that saves continually, after a random time; returns what was wrong."""
    wrong = []
    draw = random.Random(1)
    for kill in range(count):
        command = [saves.program, "on", saves.target, saves.old, saves.new]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        time.sleep(draw.uniform(0, 0.02))
        process.kill()
        code = process.wait()
        process.stdout.close()
        state, beside = saves.state()
        # Leftovers of earlier saves must be gone.
        if code != -9 or state == "half a file" or beside > 1:
            wrong.append(f"kill {kill}: code {code}, {state}, {beside} other files")
    if not run([saves.program, "over", saves.target, saves.new]).good or saves.state() != ("new", 0):
        wrong.append(f"the last save left {saves.state()}")
    return wrong


def failing_io(bench):
    if shutil.which("strace") is None:
        return None, "strace is missing: make check-hard"
    faults, wrong, survived = 0, [], 0
    for ending, is_over in SAVES:
        saves = _Saves(bench, ending, is_over)
        for name, number in saves.places(CALLS if bench.size else QUICK_CALLS):
            for error in ERRORS if bench.size else ERRORS[:2]:
                saves.reset()
                result = saves.over(f"inject={name}:error={error}:when={number}")
                faults += 1
                state, beside = saves.state()
                survived += result.code == 0
                what = f"{name} {number} {error}: code {result.code}, {state}, {beside} other files"
                # After the rename, the new file is in place; the save could only not guarantee that it is durable.
                renamed = name in ("fsync", "openat", "close") and state == "new"
                if result.code == 0 and state != "new":
                    wrong.append(what)
                elif result.code == 5 and state != "old" and not renamed:
                    wrong.append(what)
                # A close that was never made leaks its descriptor, which is the fault of the injection.
                elif result.code not in (0, 5) and not (result.code == 100 and name == "close"):
                    wrong.append(what)
                # In the same way, an unlink that was never made leaves its file.
                if beside and name != "unlink":
                    wrong.append(what)
        shim = saves.folder / "short_writes.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", shim, ROOT / "Tests/Scorecard/short_writes.c"], check=True)
        saves.reset()
        result = run([saves.program, "over", saves.target, saves.new], LD_PRELOAD=shim)
        faults += 1
        if not result.good or saves.state() != ("new", 0):
            wrong.append(f"short writes: code {result.code}, {saves.state()}")
    text = f"{faults} faults of system calls and short writes: {survived} saved anyway, the others returned GEN_E_IO "
    return not wrong and faults >= 10, "\n".join(wrong[:10] + [f"{text}and kept the old file; {len(wrong)} wrong"])
