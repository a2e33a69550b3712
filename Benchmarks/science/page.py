"""Writes the page of all results that are kept: docs/results.md."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from claim import CLAIMS, Claim, Data, Figure, Result

HEAD = """\
# Results

The papers' claims, measured by `make science` on {data} and on synthetic data, with seeds {seeds}. One claim is
measured by `make science CLAIM={example}`. Recipes were tuned beforehand, in part with another library, and with
the same test images in view. No setting was chosen by the results of these seeds: a recipe that missed its goal
was tuned again with lower seeds. To measure on MNIST, give a folder with its four files:
`make science DATA=folder`.

*Spread* is the range from the smallest to the largest value over the seeds. {machine}
"""


def write_page(path: Path, folder: Path, data: Data) -> None:
    """Writes the Markdown of all results on the data, one section per claim, and copies the pictures into a
    folder next to it."""
    path.write_text(_page(folder, data, path.parent / "pictures"))


def _page(folder: Path, data: Data, pictures: Path) -> str:
    by_claim: dict[str, list[Result]] = {}
    for claim in CLAIMS.values():
        paths = sorted(folder.glob(Result.path(Path(), claim, data, 0).name.replace("-0.json", "-*.json")))
        if results := sorted(map(Result.load, paths), key=lambda result: result.seed):
            by_claim[claim.name] = results
    if not by_claim:
        return "# Results\n\nNothing has been measured yet: run `make science`.\n"
    every = [result for results in by_claim.values() for result in results]
    seeds = sorted({result.seed for result in every})
    if any(len(results) < len(seeds) for results in by_claim.values()):
        unequal = "\nNot every claim was measured with every seed; each table shows its seeds.\n"
    else:
        unequal = ""
    head = HEAD.format(
        data=data.name, example=next(iter(by_claim)), seeds=", ".join(map(str, seeds)), machine=_machine(every)
    )
    head += unequal
    if missing := [name for name in CLAIMS if name not in by_claim]:
        head += f"\nNot measured yet: {', '.join(missing)}.\n"
    return "\n".join([head, _summary(by_claim), *(_section(CLAIMS[n], r, folder, pictures) for n, r in by_claim.items())])


def _machine(results: list[Result]) -> str:
    told = "Processor time is summed over all threads"
    if all(result.alone for result in results):
        return f"{told}. Nothing else ran on the machine."
    return f"{told}; where the machine was shared, it is a better guide than elapsed time."


def _summary(by_claim: dict[str, list[Result]]) -> str:
    """One line for each metric with a goal."""
    lines = ["| claim | metric | mean | spread | seeds | goal | reached |", "|---|---|---|---|---|---|---|"]
    for name, results in by_claim.items():
        for place, figure in enumerate(results[0].figures):
            values = _values(results, place, figure)
            if not figure.goal:
                continue
            reached = sum(bool(Figure(figure.name, v, figure.goal).reached) for v in values)
            mark = "yes" if reached == len(values) else f"{reached} of {len(values)}"
            cells = [f"[{name}](#{_anchor(name)})", figure.name, _number(np.mean(values), figure), _spread(values, figure)]
            lines.append(f"| {' | '.join(cells)} | {len(values)} | {_goal(figure)} | {mark} |")
    return "\n".join(lines) + "\n"


def _section(claim: Claim, results: list[Result], folder: Path, pictures: Path) -> str:
    """A claim's table: metrics in rows, seeds in columns, followed by the numbers to compare with."""
    heads = ["metric", *(f"seed {result.seed}" for result in results), "mean", "goal"]
    beside = list(dict.fromkeys(name for figure in results[0].figures for name in figure.beside))
    lines = [f"## {claim.name}", "", f"*{claim.title}.* {_flowing(claim.protocol)}", ""]
    lines += [f"| {' | '.join(heads + beside)} |", "|" + "---|" * len(heads + beside)]
    for place, figure in enumerate(results[0].figures):
        values = _values(results, place, figure)
        cells = [figure.name, *(_number(value, figure) for value in values), _number(np.mean(values), figure)]
        cells.append(_goal(figure))
        for name in beside:
            known = [r.figures[place].beside[name] for r in results if name in r.figures[place].beside]
            cells.append(f"{np.mean(known):.{figure.digits}f}" if known else "")
        lines.append(f"| {' | '.join(cells)} |")
    timed = [result for result in results if result.alone] or results
    wall, cpu = (np.mean([getattr(r, name) for r in timed]) for name in ("seconds", "cpu_seconds"))
    threads = " or ".join(sorted({str(result.cores) for result in timed}))
    told = f"{threads} thread{'' if threads == '1' else 's'}, {'idle machine' if timed[0].alone else 'shared machine'}"
    if len(timed) < len(results):
        told += f", seed {', '.join(str(r.seed) for r in timed)}"
    for name, caption in claim.pictures.items():
        if (source := folder / f"{name}-{results[0].seed}.png").exists():
            pictures.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, pictures / f"science-{name}.png")
            lines += ["", f"{caption}, seed {results[0].seed}:", "", f"![{caption}](pictures/science-{name}.png)"]
    lines += ["", f"{wall:.0f} s per seed, {cpu:.0f} s of processor time ({told}; {results[-1].date}).", ""]
    return "\n".join(lines)


def _values(results: list[Result], place: int, figure: Figure) -> list[float]:
    values = []
    for result in results:
        if len(result.figures) <= place or result.figures[place].name != figure.name:
            raise ValueError(f"{result.claim}: seed {result.seed} has different metrics; measure it again with --again")
        values.append(result.figures[place].value)
    return values


def _number(value: float, figure: Figure) -> str:
    return f"{value:.{figure.digits}f}{f' {figure.unit}' if figure.unit else ''}"


def _spread(values: list[float], figure: Figure) -> str:
    return f"{min(values):.{figure.digits}f} ... {max(values):.{figure.digits}f}"


def _goal(figure: Figure) -> str:
    return figure.goal.replace("<=", "≤").replace(">=", "≥")


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")


def _flowing(text: str) -> str:
    return " ".join(text.split())
