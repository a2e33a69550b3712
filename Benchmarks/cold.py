"""Measures how long a cold process takes to its first answer, how much memory is then resident, and how large
the files that it loads are.

Ours: the whole run of a C program that loads the library and a saved VAE and encodes one row. The peers': from
a running Python to the same answer, without the start of the interpreter. The files are in the page cache for
both.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from duel import LIBRARY, environment

NAME = "cold"
HERE = Path(__file__).resolve().parent

# The programs of the peers' processes, which print their measurements.
_ONNX = """
import time
start = time.perf_counter()
import numpy, onnxruntime
session = onnxruntime.InferenceSession({model!r})
session.run(None, {{"x": numpy.zeros((1, 784), numpy.float32)}})
seconds = time.perf_counter() - start
package = onnxruntime
"""
_TORCH = """
import time
start = time.perf_counter()
import torch
model = torch.nn.Sequential(torch.nn.Linear(784, 400), torch.nn.ReLU(), torch.nn.Linear(400, 40))
with torch.inference_mode():
    model(torch.zeros(1, 784))
seconds = time.perf_counter() - start
package = torch
"""
_TELL = """
import json, os
status = open("/proc/self/status").read().split()
folder = os.path.dirname(package.__file__)
files = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
size = sum(os.path.getsize(name) for name in files if not os.path.islink(name))
print(json.dumps(dict(ms=1e3 * seconds, resident=int(status[status.index("VmRSS:") + 1]) / 1024,
                      size=size / 1e6)))
"""
_EXPORT = """
import sys, torch
model = torch.nn.Sequential(torch.nn.Linear(784, 400), torch.nn.ReLU(), torch.nn.Linear(400, 40))
torch.onnx.export(model, torch.zeros(1, 784), sys.argv[1], input_names=["x"], dynamo=False)
"""
_SAVE = """
import sys
sys.path.insert(0, sys.argv[2])
import numpy
from generative import VAE
VAE(20, hidden=(400,), epochs=1).fit(numpy.random.rand(128, 784).astype("f4")).save(sys.argv[1], "weights")
"""


def run(python, quick):
    """Three workloads, with one result per peer."""
    with tempfile.TemporaryDirectory() as folder:
        program, stripped = f"{folder}/cold", f"{folder}/libgenerative.so"
        model, exported = f"{folder}/vae.safetensors", f"{folder}/vae.onnx"
        include, bindings = HERE.parent / "include", HERE.parent / "bindings" / "python"
        _must(["cc", "-O2", f"-I{include}", HERE / "cold.c", "-o", program, "-ldl"])
        _must(["strip", "-o", stripped, LIBRARY])
        subprocess.run([python, "-c", _SAVE, model, bindings], check=True, env=environment(threads=2))
        size = os.path.getsize(stripped) / 1e6
        can_export = _ran([python, "-c", _EXPORT, exported])
        scripts = {"torch": _TORCH + _TELL}
        if can_export:
            scripts["onnxruntime"] = _ONNX.format(model=exported) + _TELL
        ours, peers = [], {name: [] for name in scripts}
        for _ in range(3 if quick else 9):
            ours.append(_ours([program, stripped, model, "784", "20"]))
            for name in list(peers):
                told = subprocess.run([python, "-c", scripts[name]], capture_output=True, text=True)
                if told.returncode:
                    print(f"{NAME}: {name} skipped: {told.stderr.splitlines()[-1]}", file=sys.stderr)
                    del peers[name]
                else:
                    peers[name].append(json.loads(told.stdout))
    columns = ("cold-start", "ms", 10), ("cold-resident-mib", "resident", 10), ("cold-size-mb", "size", 3)
    return [
        result
        for workload, key, limit in columns
        for result in _results(workload, limit, [dict(one, size=size)[key] for one in ours],
                               {name: [one[key] for one in all_] for name, all_ in peers.items()})
    ]  # fmt: skip


def _ours(command):
    start = time.perf_counter()
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(ms=1e3 * (time.perf_counter() - start), resident=int(told.stdout) / 1024)


def _results(workload, limit, ours, peers):
    first, median, third = statistics.quantiles(ours, n=4, method="inclusive")
    head = dict(
        workload=workload,
        target=None,
        limit=limit,  # the most for ours, in the unit of the workload's name; milliseconds for the start
        ours_ms=median,
        ours_quartiles_ms=[first, third],
        error=None,
        error_reason="see vae-encode-b1",
    )
    if not peers:
        return [dict(head, peer=None, peer_ms=None, ratio=None)]
    medians = {name: statistics.median(values) for name, values in peers.items()}
    return [dict(head, peer=name, peer_ms=value, ratio=value / median) for name, value in medians.items()]


def _must(command):
    subprocess.run(command, check=True)


def _ran(command):
    return shutil.which(str(command[0])) and not subprocess.run(command, capture_output=True).returncode
