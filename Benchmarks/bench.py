"""Measures every workload, ours and the peers': see README.md.

usage: bench.py [--quick] [--threads N] [--peers PYTHON] [--layers PROGRAM] [--out FILE] [WORKLOAD ...]

WORKLOAD is the beginning of names: dcgan, vae-train, scale. Without any, all are run, and FILE is written anew.
Otherwise, the results replace the lines of the same workloads.
"""

import argparse
import json
import sys
from pathlib import Path

import cold
import duel
import long_input
import machine
import pca_shapes
import results
import whole_job
from workloads import all_duels

ROOT = Path(__file__).resolve().parents[1]


def tasks(arguments):
    """(name, function that returns results) of all tasks."""
    yield cold.NAME, lambda: cold.run(arguments.peers, arguments.quick)
    for entry in all_duels():
        if arguments.threads:
            entry = entry._replace(threads=arguments.threads)
        yield (
            entry.name,
            lambda entry=entry: duel.run(entry, arguments.peers, arguments.layers, arguments.quick),
        )
    yield whole_job.NAME, lambda: whole_job.run(arguments.peers, arguments.quick)
    yield long_input.NAME, lambda: long_input.run(arguments.peers, arguments.quick)
    for name, shape in pca_shapes.shapes().items():
        yield name, lambda shape=shape: pca_shapes.run(shape, arguments.peers, arguments.quick)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--threads", type=int, help="of all workloads")
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--layers", default=str(ROOT / ".build" / "release" / "layer-worker"))
    parser.add_argument("--out", type=Path, default=results.FOLDER / f"{machine.kind()}.jsonl")
    parser.add_argument("workloads", nargs="*")
    arguments = parser.parse_args()

    chosen = [
        (name, run)
        for name, run in tasks(arguments)
        if not arguments.workloads or name.startswith(tuple(arguments.workloads))
    ]
    if not chosen:
        sys.exit(f"no workload begins with {' or '.join(arguments.workloads)}")
    done = []
    if arguments.workloads and arguments.out.exists():
        done = [json.loads(line) for line in arguments.out.read_text().splitlines()]
    about = machine.facts()
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    print(results.heading())
    for _, run in chosen:
        found = [dict(result, machine=about) for result in run()]
        for line in results.lines(found):
            print(line, flush=True)
        # Written after each task, so that an interrupted run keeps its results.
        names = {result["workload"] for result in found}
        done = [result for result in done if result["workload"] not in names] + found
        results.write(arguments.out, done)


main()
