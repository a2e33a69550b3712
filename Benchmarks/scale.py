"""Compares one process of two threads with two mpirun processes of one thread each, and extrapolates to 1,024.

usage: scale.py [workload] ...       of vae-128 vae-512 vae-2048 dcgan-128; all by default
       scale.py --model NAME SECONDS_A_STEP ROWS_A_STEP PARAMETERS SMALL_SUMS
                                     the model of docs/scale.md from a measured step of one rank

Needs `gen train` in .build/library, `make mpi` and Debian's mpirun. Measures the least seconds of an epoch of
each, with the two taking turns.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GEN = ROOT / ".build" / "library" / "gen"
FASHION = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"
MPIRUN = ["mpirun", "--allow-run-as-root", "--bind-to", "core", "-n", "2"]

# arguments of gen train, epochs, and rows per step
WORKLOADS = {
    "vae-128": (["vae", FASHION, "--hidden", "400", "--latent-size", "20"], 4, 128),
    "vae-512": (["vae", FASHION, "--hidden", "400", "--latent-size", "20"], 4, 512),
    "vae-2048": (["vae", FASHION, "--hidden", "400", "--latent-size", "20"], 4, 2048),
    "dcgan-128": (
        [
            "gan", "faces:", "--size", "32", "--rows", "1280", "--architecture", "convolutional", "--base-channels", "64",
            "--no-spectral-norm", "--input-noise", "0",
        ], 3, 128,
    ),
}  # fmt: skip

# The assumed network of each rank: bytes per second, and seconds per message.
NETWORKS = {"10 Gb/s Ethernet": (1.1e9, 25e-6), "100 Gb/s InfiniBand": (11e9, 2e-6)}


def seconds_of_epochs(arguments, epochs, batch, ranks):
    """Seconds of each epoch except the first, which warms up."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(GEN), "train", *arguments, "--epochs", str(epochs), "--batch-size", str(batch), "--json"]
        command += ["--out", f"{folder}/model.safetensors"]
        threads = "2" if ranks == 1 else "1"
        if ranks > 1:
            command = [*MPIRUN, *command, "--mpi"]
        run = subprocess.run(
            command, env={**os.environ, "GEN_THREADS": threads}, capture_output=True, text=True, check=True
        )
    ends = [json.loads(line)["seconds"] for line in run.stdout.splitlines() if '"event":"epoch"' in line]
    return [b - a for a, b in zip(ends, ends[1:])]


def compare(name, rounds=2):
    arguments, epochs, batch = WORKLOADS[name]
    found = {1: [], 2: []}
    for _ in range(rounds):
        for ranks in found:
            found[ranks] += seconds_of_epochs(arguments, epochs, batch, ranks)
    one, two = min(found[1]), min(found[2])
    spread = statistics.median(found[2]) / statistics.median(found[1])
    print(
        f"{name}: one process, two threads {one:.3f} s an epoch; two ranks {two:.3f} s; "
        f"ratio of the best {one / two:.3f}, of medians {1 / spread:.3f}",
        flush=True,
    )


def step(compute, parameters, small_sums, ranks, network):
    """Seconds of a step: the rank's own work, a sum of the gradients around a ring, and a sum over a tree for
    each batch norm."""
    bandwidth, latency = NETWORKS[network]
    if ranks == 1:
        return compute
    ring = 2 * (ranks - 1) / ranks * 4 * parameters / bandwidth + 2 * math.log2(ranks) * latency
    return compute + ring + small_sums * 2 * math.log2(ranks) * latency


def model(name, compute, rows, parameters, small_sums):
    print(f"{name}: {compute * 1e3:.1f} ms a step of {rows} rows of a rank, {4 * parameters / 1e6:.1f} MB")
    for network in NETWORKS:
        cells = []
        for ranks in (2, 8, 32, 128, 1024):
            seconds = step(compute, parameters, small_sums, ranks, network)
            cells.append(f"{ranks}: {compute / seconds:.2f}, {ranks * rows / seconds:,.0f} rows/s")
        at_1024 = step(compute, parameters, small_sums, 1024, network) - compute
        hides = at_1024 * 9 / compute * rows
        print(f"  {network}: {'; '.join(cells)}; a tenth of the time at {hides:,.0f} rows a rank")


def main():
    if sys.argv[1:2] == ["--model"]:
        name, compute, rows, parameters, small_sums = sys.argv[2:]
        return model(name, float(compute), int(rows), int(parameters), int(small_sums))
    for name in sys.argv[1:] or WORKLOADS:
        compare(name)


if __name__ == "__main__":
    main()
