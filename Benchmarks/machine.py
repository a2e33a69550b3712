"""The machine of a result: its processor, our kernels for it, and its caches."""

import os
import sys
from functools import cache
from pathlib import Path

from duel import LIBRARY

CPU = Path("/sys/devices/system/cpu/cpu0/cache")
# Instruction sets that decide which kernels a program has.
FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")


@cache
def facts():
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bindings" / "python"))
    os.environ.setdefault("GENERATIVE_LIBRARY", str(LIBRARY))
    from generative import kernels

    lines = dict(
        map(str.strip, line.split(":", 1)) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line
    )
    numbers = ", ".join(f"{name} {lines[name]}" for name in ("cpu family", "model", "CPU part") if name in lines)
    caches = {}
    for entry in sorted(CPU.glob("index*")):
        kind, level, size = ((entry / name).read_text().strip() for name in ("type", "level", "size"))
        if kind != "Instruction":
            caches[f"L{level}"] = size
    return dict(
        processor=f"{lines.get('model name', 'unnamed')} ({numbers})",
        flags=" ".join(flag for flag in FLAGS if flag in lines.get("flags", "").split()),
        kernels=kernels(),
        **caches,
    )
