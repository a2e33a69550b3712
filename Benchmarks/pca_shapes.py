"""Compares PCA with scikit-learn's for many shapes: time, processor time and memory of fits and transforms.

usage: pca_shapes.py [--quick] [--write] [NAME ...]
       pca_shapes.py --one NAME      one shape in this process, as JSON

Sixty shapes are drawn from a seed; others are listed because they were slow once. NAME is the beginning of
names. Both libraries run in one process and take turns. scikit-learn uses its fastest solver for the shape,
exact or not. Memory is what a forked process needs in addition to its rows. --write writes docs/pca-speed.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple, Optional

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bindings" / "python"))

import numpy as np

import data
from duel import environment
from memory import forget_peak, peak_mib, resident_mib

NAME = "pca-shape"
PAGE = Path(__file__).resolve().parents[1] / "docs" / "pca-speed.md"
SEED, COUNT = 1, 60
MOST_ROWS, MOST_COLUMNS, MOST_NUMBERS, MOST_WORK = 1e6, 1e5, 2e7, 1e10
#: A solver this many times slower than the fastest so far is not tried again.
HOPELESS = 1.5

HEAD = """\
# Speed of PCA

Fits and transforms of many shapes, compared with scikit-learn.

    python3 Benchmarks/pca_shapes.py --write

{machine}

Both libraries run in one process with {threads} threads each and take turns. *Ratio* is the median over the turns of
scikit-learn's time divided by ours: above 1, ours is faster. *CPU ratio* compares processor time. scikit-learn uses
its fastest solver for the shape; `randomized` is approximate, ours is exact. *MiB* is the peak memory of the call, in
addition to the rows. The shapes are drawn at random from seed {seed}: `normal` is independent noise, `falling` has
64 directions whose standard deviations fall like 1/i, plus noise with standard deviation 0.05.

{summary}

| rows x columns | type | order | k | spectrum | call | ours, ms | solver | scikit-learn, ms | ratio | CPU ratio | MiB | scikit-learn, MiB |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


class Shape(NamedTuple):
    """A matrix, the number of components, the call, and the target, which is the least ratio."""

    rows: int
    columns: int
    k: int
    dtype: str = "float32"
    order: str = "C"
    kind: str = "normal"
    call: str = "fit"
    target: float = 1.5

    @property
    def name(self) -> str:
        kind = "f32" if self.dtype == "float32" else "f64"
        parts = (NAME, self.call, f"{self.rows}x{self.columns}", f"{kind}{self.order.lower()}", f"k{self.k}", self.kind)
        return "-".join(parts)

    def matrix(self) -> np.ndarray:
        random = np.random.default_rng([self.rows, self.columns, self.k])
        if self.kind == "pictures":
            return np.asarray(data.rows_of("real", self.rows), self.dtype, self.order)
        X = random.standard_normal((self.rows, self.columns), dtype=np.float32)
        if self.kind == "falling":
            inner = min(64, self.rows, self.columns)
            left = random.standard_normal((self.rows, inner), dtype=np.float32) / np.arange(1, inner + 1, dtype="f4")
            X = 0.05 * X + left @ random.standard_normal((inner, self.columns), dtype=np.float32)
        return np.asarray(X, self.dtype, self.order)


def named() -> Iterator[Shape]:
    """Shapes for which scikit-learn was once faster."""
    for dtype in ("float32", "float64"):
        for order in "CF":
            for rows, columns in (500_000, 10), (500_000, 20), (1_000_000, 20):
                yield Shape(rows, columns, 3, dtype, order)
        for rows, columns in (2000, 2001), (3000, 3001):
            for k in (1, 5):
                yield Shape(rows, columns, k, dtype)
                yield Shape(rows, columns, k, dtype, "C", "falling")
        for order in "CF":
            yield Shape(1000, 50, 10, dtype, order, call="transform")
            for columns in (10, 20):
                yield Shape(500_000, columns, 3, dtype, order, call="transform")
        yield Shape(3000, 2000, 10, dtype)
        yield Shape(60_000, 784, 784, dtype, kind="pictures")


def drawn() -> Iterator[Shape]:
    """Fits and transforms of COUNT random shapes."""
    random = np.random.default_rng(SEED)
    for _ in range(COUNT):
        while True:
            rows = int(10 ** random.uniform(1, np.log10(MOST_ROWS)))
            columns = int(10 ** random.uniform(0, np.log10(MOST_COLUMNS)))
            if rows * columns <= MOST_NUMBERS and rows * columns * min(rows, columns) <= MOST_WORK:
                break
        rank = min(rows, columns)
        k = (min(rank, int(random.integers(1, 11))), (rank + 1) // 2, rank)[random.integers(3)]
        dtype, order = ("float32", "float64")[random.integers(2)], "CF"[random.integers(2)]
        kind = ("normal", "falling")[random.integers(2)]
        for call in ("fit", "transform"):
            yield Shape(rows, columns, k, dtype, order, kind, call, 1.0)


def shapes() -> dict[str, Shape]:
    return {shape.name: shape for shape in (*drawn(), *named())}



def measured(shape: Shape, seconds: float) -> dict[str, Any]:
    """Both sides' results for one shape, in the form that results.py uses."""
    import generative
    from sklearn.decomposition import PCA

    warnings.simplefilter("ignore")
    X = shape.matrix()

    def ours() -> Any:
        return generative.PCA(shape.k).fit(X)

    def theirs(solver: str) -> Callable[[], Any]:
        return lambda: PCA(shape.k, svd_solver=solver, random_state=0).fit(X)

    if shape.call == "fit":
        solver = _fastest(shape, theirs)
        calls = {"ours": ours, "peer": theirs(solver)}
    else:
        solver = "transform"
        fits = ours(), PCA(shape.k, svd_solver="auto", random_state=0).fit(X)
        calls = {"ours": lambda: fits[0].transform(X), "peer": lambda: fits[1].transform(X)}
    result: dict[str, Any] = dict(workload=shape.name, threads=2, target=shape.target, error=None)
    result["error_reason"] = "docs/accuracy.md has the errors of PCA"
    turns = _turns(calls["ours"], calls["peer"], seconds)
    for who, places in ("ours", (0, 1)), ("peer", (2, 3)):
        times, cpu = ([turn[place] for turn in turns] for place in places)
        result[f"{who}_ms"] = statistics.median(times)
        result[f"{who}_quartiles_ms"] = [float(x) for x in np.quantile(times, (0.25, 0.75))]
        result[f"{who}_cpu_ms"] = statistics.median(cpu)
        result[f"{who}_peak_mib"] = _memory(calls[who])
    ratios = [turn[2] / turn[0] for turn in turns]
    result.update(peer=f"sklearn-{solver}", ratio=statistics.median(ratios))
    result["ratio_quartiles"] = [float(x) for x in np.quantile(ratios, (0.25, 0.75))]
    return result


def _fastest(shape: Shape, fit: Callable[[str], Callable[[], Any]]) -> str:
    """scikit-learn's fastest solver for a shape."""
    rank = min(shape.rows, shape.columns)
    solvers = ["randomized"] if shape.k < 0.8 * rank else []
    if shape.columns <= 4000:
        solvers.append("covariance_eigh")
    if shape.k < rank and shape.k <= 10:
        solvers.append("arpack")
    solvers.append("full")
    best: dict[str, float] = {}
    for solver in solvers:
        for _ in range(3):
            took = _clocked(fit(solver))[0]
            best[solver] = min(best.get(solver, took), took)
            if took > HOPELESS * min(best.values()):
                break
    return min(best, key=lambda solver: best[solver])


def _turns(ours: Callable[[], Any], theirs: Callable[[], Any], seconds: float) -> list[tuple[float, ...]]:
    """Wall-clock and processor milliseconds of ours and of theirs, in turn; each turn takes at least 5 ms."""
    counts = [max(1, min(200, int(0.005 / max(1e-6, min(_clocked(call)[0] for _ in range(2)) / 1e3))))
              for call in (ours, theirs)]  # fmt: skip
    turns: list[tuple[float, ...]] = []
    end = time.monotonic() + seconds
    while len(turns) < 5 or (time.monotonic() < end and len(turns) < 31):
        turns.append(_clocked(ours, counts[0]) + _clocked(theirs, counts[1]))
    return turns


def _clocked(call: Callable[[], Any], count: int = 1) -> tuple[float, float]:
    time.sleep(0.11)  # until the other side's idle threads have stopped spinning
    if count > 1:
        call()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        call()
    return 1e3 * (time.perf_counter() - wall) / count, 1e3 * (time.process_time() - cpu) / count


def _memory(call: Callable[[], Any]) -> float:
    """Memory in MiB that the call adds, in a forked process that has run it once before."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        forget_peak()
        before = resident_mib()
        call()
        os.write(writing, json.dumps(max(0.0, peak_mib() - before)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        grown = json.loads(told.read() or "null")
    os.waitpid(child, 0)
    return grown



def run(shape: Shape, python: str, quick: bool) -> list[dict[str, Any]]:
    """Measures a shape in a separate process."""
    command = [python, __file__, "--one", shape.name, *(["--quick"] if quick else [])]
    told = subprocess.run(command, capture_output=True, text=True, env=environment(threads=2))
    if told.returncode:
        said = told.stderr.strip().splitlines() or [f"status {told.returncode}"]
        print(f"{shape.name}: skipped: {said[-1]}", file=sys.stderr)
        return []
    return [json.loads(told.stdout)]


def write_page(results: list[dict[str, Any]]) -> None:
    from accuracy import _machine

    found, lines = shapes(), []
    for result in results:
        shape = found[result["workload"]]
        kind = "f32" if shape.dtype == "float32" else "f64"
        cells = [
            f"{shape.rows} x {shape.columns}", kind, shape.order, shape.k, shape.kind, shape.call,
            f"{result['ours_ms']:.3g}", result["peer"].removeprefix("sklearn-"), f"{result['peer_ms']:.3g}",
            f"{result['ratio']:.2f}", f"{result['peer_cpu_ms'] / result['ours_cpu_ms']:.2f}",
            f"{result['ours_peak_mib']:.1f}", f"{result['peer_peak_mib']:.1f}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    head = HEAD.format(machine=_machine(), threads=2, seed=SEED, summary=summary(results))
    PAGE.write_text(head + "\n".join(lines) + "\n")


def summary(results: list[dict[str, Any]]) -> str:
    """How many shapes meet their targets, in sentences."""
    found, sentences = shapes(), []
    for title, target in ("random", 1.0), ("listed", 1.5):
        for call in ("fit", "transform"):
            chosen = [r for r in results if (s := found[r["workload"]]).target == target and s.call == call]
            if chosen:
                met = sum(r["ratio"] >= target for r in chosen)
                middle = statistics.median(r["ratio"] for r in chosen)
                sentences.append(
                    f"- {len(chosen)} {title} shapes, {call}: {met} with a ratio of at least {target}; median {middle:.2f}, "
                    f"minimum {min(r['ratio'] for r in chosen):.2f}"
                )
    above = sum(r["ours_peak_mib"] > r["peer_peak_mib"] + 1 for r in results)
    return "\n".join([*sentences, f"- memory more than 1 MiB above scikit-learn's: {above} of {len(results)}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="shorter runs")
    parser.add_argument("--write", action="store_true", help="write docs/pca-speed.md")
    parser.add_argument("--one", help="the name of one shape, which this process measures")
    parser.add_argument("names", nargs="*", help="prefixes of names")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(shapes()[given.one], 0.5 if given.quick else 3.0)))
        return
    import results as table

    print(table.heading())
    done: list[dict[str, Any]] = []
    for shape in shapes().values():
        if not given.names or shape.name.removeprefix(f"{NAME}-").startswith(tuple(given.names)):
            found = run(shape, sys.executable, given.quick)
            done += found
            for line in table.lines(found):
                print(line, flush=True)
    print(summary(done))
    if given.write:
        write_page(done)


if __name__ == "__main__":
    main()
