"""Measures the errors of PCA on seeded matrices, against a reference with more digits than Double.

usage: accuracy.py [--count N] [--seed S | --hard | --quick] [--write]
       accuracy.py --seed S:I       one matrix, with every solver's figures

Each matrix is made from nothing but the seed S and its index I. --quick takes sixty small matrices of seed 1;
--hard draws a new seed and prints it. --write writes docs/accuracy.md. Status 1 when an error exceeds its
limit.
"""

from __future__ import annotations

import argparse
import platform
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Optional

import numpy as np
import sklearn
from threadpoolctl import threadpool_limits

from accuracy_matrices import KINDS, Plan
from accuracy_measures import Judge, Scores
from accuracy_reference import reference
from accuracy_solvers import FULL, SOLVERS, Solver

PAGE = Path(__file__).resolve().parents[1] / "docs" / "accuracy.md"
SEED, COUNT, QUICK_COUNT, QUICK_WORK = 1, 600, 60, 3e7
MOST_LISTED = 40

HEAD = """\
# Accuracy of PCA

Each solver is fitted to {count} matrices and compared with a reference of higher precision than Double.

    python3 Benchmarks/accuracy.py --seed {seed} --count {count}{quick} --write

{machine}

## Limits

*u* is one unit in the last place of the matrix's type: 1.2e-7 for float32, 2.2e-16 for float64. *full* is
scikit-learn's `PCA(svd_solver="full")`. σ₁ is the largest singular value of the centered matrix. Each cell is the
largest error allowed.

| | `auto`, `covariance`, `gram` | `partial_fit`, `merge` | `sketch` |
|---|---|---|---|
| variance | relative to itself: 4 times full's error + 10 u | relative to the largest variance: 10 u of float64 | each at most 40 u of float64 times the largest variance above its true value; in total, they miss at most the bound in [scale.md](scale.md) |
| principal angle | 4 times full's error + 10 u σ₁ / gap | the same + 10 u of float64 relative to the gap between variances | no limit |
| reconstruction | relative to the centered matrix X_c: 4 times full's excess over the best + 10 u + u ‖X‖ / ‖X_c‖ | the same, plus the effect that the limit of the variances allows | the same, plus the bound in scale.md |

- Variances below ε² · rows · columns times the largest count as zero, with ε = 2.2e-16. Their error is compared with
  that threshold.
- The error of *full* for a variance has two lower bounds: the effect that its largest error of any singular value would
  have on this one, and the root mean square effect of rounding the centered numbers to Double.
- Angles are measured where neighboring singular values differ by more than 0.1 %.
- One-pass statistics (`partial_fit`, `merge`) store squares, so variances that are small relative to the largest have
  fewer correct digits.
- *full* computes in the matrix's type. For float32 columns with means of many standard deviations its errors are large,
  and so are the limits.

## How it is measured

The matrices have 10 to 10⁶ rows, 1 to 10⁵ columns and at most 10⁸ numbers. Spectra are flat, decay to 1e-12 in σ, have
gaps, are rank-deficient, or have two equal values. Means are 0 to 10⁸ standard deviations. Some matrices have column
scales from 1e-6 to 1e6, duplicate rows, duplicate columns or constant columns. A matrix depends only on the seed and
its index: `accuracy.py --seed S:I` repeats one.

The reference uses the input numbers exactly. It centers and multiplies them in double-double arithmetic (106 bits), and
solves a nearly diagonal eigenproblem in 80-bit numbers. `accuracy_check.py` compares it with mpmath and with spectra
that are known exactly: the largest relative error of a variance is 1e-18.{unrefined}

## Errors

The table has one line per solver, type and spectrum. *failed* counts matrices with an error above its limit. Errors of
variances are relative as in the table above. *of limit* is the largest ratio of an error to its limit, followed by the
matrix where it occurred.

"""

UNREFINED = """
This would take too long for {} of the {} matrices. Their reference is LAPACK's components in Double, with variances
of the rows' projections on them. Its own error, 2 ε σ₁ / σ relative to a variance, is added to the limit."""


class Outcome(NamedTuple):
    """One solver's result on one matrix: scores, or the error that it raised."""

    plan: Plan
    solver: Solver
    scores: Optional[Scores]
    message: str
    seconds: float

    @property
    def ratio(self) -> float:
        return self.scores.ratio if self.scores else np.inf

    @property
    def has_failed(self) -> bool:
        return bool(self.solver.rule) and self.ratio > 1

    def __str__(self) -> str:
        if self.scores is None:
            return self.message
        return "; ".join(
            f"{name} {score.error:.1e}, full's {score.full:.1e}, of limit {score.ratio:.3g} at {score.place}"
            for name, score in zip(self.scores._fields, self.scores)
        )


def measured(plan: Plan) -> tuple[list[Outcome], bool]:
    """The results of all solvers on one matrix, and whether its reference is the refined one."""
    X = plan.matrix()
    # One thread, so that the figures do not depend on the number of cores; the reference's products are small.
    with threadpool_limits(1, "blas"):
        exact = reference(X)
        full = FULL.fit(plan, X)
        judge, outcomes = Judge(plan, X, exact, full), []
        for solver in SOLVERS:
            if solver.is_applicable(plan):
                start = time.monotonic()
                try:
                    scores, message = judge.scores(solver, solver.fit(plan, X)), ""
                except (ValueError, RuntimeError, MemoryError) as error:
                    scores, message = None, f"{type(error).__name__}: {error}"
                outcomes.append(Outcome(plan, solver, scores, message, time.monotonic() - start))
    return outcomes, exact.is_refined


def plans(seed: int, count: int, is_quick: bool) -> Iterator[Plan]:
    index = 0
    while count:
        plan = Plan.drawn(seed, index)
        index += 1
        if not is_quick or plan.work <= QUICK_WORK and plan.rows * plan.columns <= QUICK_WORK / 100:
            count -= 1
            yield plan


def table(outcomes: list[Outcome]) -> Iterator[list[str]]:
    """The lines for all solvers, types and spectra."""
    yield [
        "solver", "type", "spectrum", "matrices", "failed", "variances: median", "worst", "full's", "angles: worst",
        "full's", "reconstruction: worst", "full's", "of limit", "matrix",
    ]  # fmt: skip
    for solver in SOLVERS:
        for dtype in ("float32", "float64"):
            for kind in KINDS:
                chosen = [o for o in outcomes if (o.solver, o.plan.dtype, o.plan.kind) == (solver, dtype, kind)]
                if chosen:
                    yield [solver.name, dtype, kind, *_cells(chosen)]


def _cells(outcomes: list[Outcome]) -> list[str]:
    worst = max(outcomes, key=lambda outcome: outcome.ratio)
    failed = sum(outcome.has_failed for outcome in outcomes) if worst.solver.rule else "-"
    cells = [str(len(outcomes)), str(failed)]
    for name in Scores._fields:
        scores = [getattr(outcome.scores, name) for outcome in outcomes if outcome.scores]
        errors = [score.error for score in scores] or [np.inf]
        numbers = [float(np.median(errors))] if name == "variances" else []
        numbers += [max(errors), max((score.full for score in scores), default=0.0)]
        cells += [f"{number:.1e}" for number in numbers]
    return [*cells, f"{worst.ratio:.3g}", worst.plan.name]


def printed(lines: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        cells = zip(line, widths)
        yield "  ".join(cell.ljust(width) if i < 3 else cell.rjust(width) for i, (cell, width) in enumerate(cells))


def write_page(seed: int, outcomes: list[Outcome], count: int, unrefined: int, is_quick: bool) -> None:
    lines = [f"| {' | '.join(cells)} |" for cells in table(outcomes)]
    lines.insert(1, "|" + "---|" * (lines[0].count("|") - 1))
    told = UNREFINED.format(unrefined, count) if unrefined else ""
    quick = " --quick" if is_quick else ""
    page = HEAD.format(seed=seed, count=count, quick=quick, machine=_machine(), unrefined=told)
    page += "\n".join([*lines, "", "## Exceptions", "", *_exceptions(outcomes)])
    PAGE.write_text(page + "\n")


def _exceptions(outcomes: list[Outcome]) -> Iterator[str]:
    failed = [outcome for outcome in outcomes if outcome.has_failed]
    if not failed:
        yield "None: no error is above its limit."
    for outcome in failed[:MOST_LISTED]:
        yield f"- `{outcome.solver.name}`, {outcome.plan}: {outcome}"
    if len(failed) > MOST_LISTED:
        yield f"- and {len(failed) - MOST_LISTED} more"


def _machine() -> str:
    path, name = Path("/proc/cpuinfo"), platform.processor()
    if path.exists():
        models = [line.split(":")[1].strip() for line in path.read_text().splitlines() if "model name" in line]
        name = f"{len(models)} cores of {models[0]}" if models else name
    versions = f"numpy {np.__version__}, scikit-learn {sklearn.__version__}"
    return f"Measured on {time.strftime('%Y-%m-%d')}: {name}, {versions}."


def show(plan: Plan) -> int:
    """Prints one matrix's figures, a line per solver."""
    outcomes, is_refined = measured(plan)
    print(plan, "" if is_refined else "(reference in Double)")
    for outcome in outcomes:
        print(f"{outcome.solver.name:13}{'FAILED ' * outcome.has_failed}{outcome}; {outcome.seconds:.1f} s")
    return int(any(outcome.has_failed for outcome in outcomes))


def main(arguments: Optional[list[str]] = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, help=f"number of matrices (default: {COUNT}; quick: {QUICK_COUNT})")
    parser.add_argument("--seed", default=str(SEED), help=f"seed (default: {SEED}), or seed:index for one matrix")
    parser.add_argument("--quick", action="store_true", help="only small matrices")
    parser.add_argument("--hard", action="store_true", help="draw a new seed")
    parser.add_argument("--write", action="store_true", help="write docs/accuracy.md")
    given = parser.parse_args(arguments)
    seed, _, index = given.seed.partition(":")
    if index:
        return show(Plan.drawn(int(seed), int(index)))
    number = random.SystemRandom().randrange(10**6) if given.hard else int(seed)
    count = given.count or (QUICK_COUNT if given.quick else COUNT)
    print(f"seed {number}", flush=True)
    start, outcomes, unrefined = time.monotonic(), [], 0
    for done, plan in enumerate(plans(number, count, given.quick)):
        if sys.stderr.isatty():
            seconds = time.monotonic() - start
            print(f"\r{done} of {count}, {seconds:.0f} s: {plan}\x1b[K", end="", file=sys.stderr)
        found, is_refined = measured(plan)
        outcomes += found
        unrefined += not is_refined
    failed = [outcome for outcome in outcomes if outcome.has_failed]
    print("\n".join(printed(list(table(outcomes)))))
    for outcome in failed[:MOST_LISTED]:
        print(f"FAILED {outcome.solver.name}, {outcome.plan}: {outcome}")
    print(
        f"seed {number}: {count} matrices, {unrefined} with a reference in Double, {len(outcomes)} fits, "
        f"{len(failed)} failed, {time.monotonic() - start:.0f} s"
    )
    if given.write:
        write_page(number, outcomes, count, unrefined, given.quick)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
