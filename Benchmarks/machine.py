"""The machine of a result: its processor, our kernels for it, and its caches."""

import os
import re
import sys
from functools import cache
from pathlib import Path

from duel import LIBRARY

CPU = Path("/sys/devices/system/cpu/cpu0/cache")
# Instruction sets that decide which kernels a program has.
FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")



@cache
def _processor():
    """What the system says of its first processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return dict(reversed([list(map(str.strip, line.split(":", 1))) for line in lines if ":" in line]))


def _flags():
    return [flag for flag in FLAGS if flag in _processor().get("flags", "").split()]


def kind():
    """A name for machines whose results are alike: the processor's and the number of CPUs."""
    lines, cpus = _processor(), len(os.sched_getaffinity(0))
    family = (lines.get("vendor_id"), lines.get("cpu family"))
    if family == ("AuthenticAMD", "25"):
        name = f"amd-zen-{4 if 'avx512f' in _flags() else 3}"
    elif family == ("AuthenticAMD", "26"):
        name = "amd-zen-5"
    else:
        numbers = [lines[name] for name in ("cpu family", "model", "CPU part") if name in lines]
        name = re.sub("[^a-z0-9]+", "-", " ".join([lines.get("model name", "unnamed"), *numbers]).lower()).strip("-")
    return f"{name}-{cpus}-cpus"


@cache
def facts():
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bindings" / "python"))
    os.environ.setdefault("GENERATIVE_LIBRARY", str(LIBRARY))
    from generative import kernels

    lines = _processor()
    numbers = ", ".join(f"{name} {lines[name]}" for name in ("cpu family", "model", "CPU part") if name in lines)
    caches = {}
    for entry in sorted(CPU.glob("index*")):
        type_, level, size = ((entry / name).read_text().strip() for name in ("type", "level", "size"))
        if type_ != "Instruction":
            caches[f"L{level}"] = size
    return dict(
        processor=f"{lines.get('model name', 'unnamed')} ({numbers})",
        flags=" ".join(_flags()),
        kernels=kernels(),
        **caches,
    )
