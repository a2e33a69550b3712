"""Interleaved bursts of workers: ours, peer, peer ..., ours, peer, peer ..., all of them warm."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBRARY = HERE.parent / ".build" / "library" / "libgenerative.so"
# The pause between bursts, until the last worker's idle threads have stopped spinning; OpenBLAS's do after
# 0.103 s.
PAUSE = 0.15


class WorkerError(Exception):
    """A worker ended before it answered; has the last line that it wrote to standard error."""


class Worker:
    """A process that runs one side of a workload on command."""

    def __init__(self, side, python, layers, threads):
        settings = [f"{name}={value}" for name, value in side.settings.items()]
        program = [layers] if side.module == "layers" else [python, HERE / "worker.py", side.module]
        self.side = side
        self._errors = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            [*program, side.function, *settings],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=environment(threads),
        )

    def answer(self):
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().strip().splitlines() or [f"status {self._process.returncode}"]
            raise WorkerError(said[-1])
        return json.loads(line)

    def tell(self, line):
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def close(self):
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        self._errors.close()


def environment(threads):
    """Every worker's environment: the number of threads, and this folder's library instead of an installed
    one."""
    names = ("BENCH_THREADS", "GEN_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    unset = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    kept.update({name: str(threads) for name in names}, PYTHONDONTWRITEBYTECODE="1")
    return dict(kept, GENERATIVE_LIBRARY=str(LIBRARY))


def run(duel, python, layers, quick):
    """One result per peer, in the form that `results.py` uses; one without a peer if none runs."""
    rounds = max(2, duel.rounds // 4) if quick else duel.rounds
    workers = []
    try:
        for side in [duel.ours, *duel.peers]:
            worker = Worker(side, python, layers, duel.threads)
            try:
                worker.answer()  # ready
                workers.append(worker)
            except WorkerError as error:
                worker.close()
                print(f"{duel.name}: {side.name} skipped: {error}", file=sys.stderr)
                if side is duel.ours:
                    return []
        bursts = [_round(workers, duel.seconds) for _ in range(rounds)]
        for worker in workers:
            worker.tell("finish")
        facts = [worker.answer() for worker in workers]
    finally:
        for worker in workers:
            worker.close()
    return _results(duel, workers, bursts, facts)


def _round(workers, seconds):
    answers = []
    for worker in workers:
        time.sleep(PAUSE)
        worker.tell(str(seconds))
        answers.append(worker.answer())
    return answers


def _results(duel, workers, bursts, facts):
    ours = _summary("ours", [answers[0] for answers in bursts], facts[0])
    for name in "error", "error_reason", "planned_mib", "context_mib", "grown_mib":
        if name in facts[0]:
            ours[name] = facts[0][name]
    head = dict(workload=duel.name, threads=duel.threads, target=duel.target)
    if len(workers) == 1:
        return [dict(head, **ours, peer=None, peer_ms=None, ratio=None)]
    results = []
    for index, worker in enumerate(workers[1:], 1):
        peer = _summary("peer", [answers[index] for answers in bursts], facts[index])
        ratios = [answers[index]["ms"] / answers[0]["ms"] for answers in bursts]
        results.append(
            dict(
                head,
                **ours,
                peer=worker.side.name,
                **peer,
                peer_error=facts[index]["error"],
                ratio=statistics.median(ratios),
                ratio_quartiles=_quartiles(ratios),
            )
        )
    return results


def _summary(who, answers, facts):
    times = [answer["ms"] for answer in answers]
    return {
        f"{who}_ms": statistics.median(times),
        f"{who}_quartiles_ms": _quartiles(times),
        f"{who}_cpu_ms": statistics.median(answer["cpu_ms"] for answer in answers),
        f"{who}_peak_mib": facts["peak_mib"],
    }


def _quartiles(values):
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    return [first, third]
