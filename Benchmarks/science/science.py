"""Measures what the papers claim. Each claim is a command with fixed seeds.

usage: science.py [CLAIM ...] [--seeds 11 12 13] [--data FOLDER] [--results FOLDER] [--short] [--alone] [--again]
                  [--table FILE]

Without a claim, all are measured. The results of each claim and seed are kept in the results' folder, and are
not measured again without --again. --table writes a page of all results in that folder, with images in a folder
next to it. --alone records that nothing else ran on the machine, which the page states with the times. The exit
status is 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

from tqdm import tqdm

from claim import CLAIMS, Data, Result
from page import write_page

# Each module registers its claims, in the order of the page.
for module in (
    "principal", "autoencoders", "vaes", "likelihoods", "gans", "memorization", "measures", "representations",
    "factors", "variants", "anomalies", "arithmetic", "inside", "agreement",
):  # fmt: skip
    importlib.import_module(module)

FASHION = Path("/usr/share/datasets/fashion-mnist")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("claims", nargs="*", metavar="CLAIM", choices=[[], *CLAIMS], help=", ".join(CLAIMS))
    # The recipes were tuned with lower seeds.
    parser.add_argument("--seeds", nargs="+", type=int, default=[11, 12, 13])
    parser.add_argument("--data", type=Path, default=FASHION, help="a folder of MNIST's four files")
    parser.add_argument("--results", type=Path, default=Path("demo/science"))
    parser.add_argument("--short", action="store_true", help="few rows and epochs, only to check that it runs")
    parser.add_argument("--alone", action="store_true", help="record that nothing else runs on this machine")
    parser.add_argument("--again", action="store_true", help="measure again what was measured before")
    parser.add_argument("--table", type=Path, help="write the page of all results to this file")
    given = parser.parse_args()
    folder = given.results / "short" if given.short else given.results
    data = Data(given.data, folder, given.short, given.again)
    claims = [CLAIMS[name] for name in given.claims or CLAIMS]
    runs = [(claim, seed) for seed in given.seeds for claim in claims]
    missed = False
    for claim, seed in (bar := tqdm(runs, unit="claim", disable=None)):
        bar.set_description(f"{claim.name}, seed {seed}")
        path = Result.path(folder, claim, data, seed)
        if claim.needs and not importlib.util.find_spec(claim.needs):
            bar.write(f"{claim.name}, seed {seed}: skipped, {claim.needs} is not installed", file=sys.stdout)
            continue
        if given.again or not path.exists():
            Result.of(claim, data, seed, given.alone).save(path)
        result = Result.load(path)
        bar.write(f"{claim.name}, seed {seed}: {result.seconds:.0f} s", file=sys.stdout)
        for figure in result.figures:
            beside = ", ".join(f"{name} {value:.{figure.digits}f}" for name, value in figure.beside.items())
            told = f"    {figure.name}: {figure.value:.{figure.digits}f} {figure.unit}".rstrip()
            goal = f" (goal {figure.goal}{'' if figure.reached else ': MISSED'})" if figure.goal else ""
            bar.write(f"{told}{goal}{f'  [{beside}]' if beside else ''}", file=sys.stdout)
            missed |= figure.reached is False
        sys.stdout.flush()
    if given.table:
        write_page(given.table, folder, data)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
