"""Results as lines of JSON, as a table, and compared across machines.

usage: results.py [--write]

Prints the ratios of all machines in `results`; --write puts them into docs/performance.md.
"""

import json
import sys
from pathlib import Path

PLACES = 5  # significant digits in the file
FOLDER = Path(__file__).with_name("results")
PAGE = FOLDER.parents[1] / "docs" / "performance.md"
MARKS = ("<!-- machines -->", "<!-- end of machines -->")


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.{PLACES}g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return value


def write(path, results):
    path.parent.mkdir(exist_ok=True)
    with open(path, "w") as file:
        for result in results:
            file.write(json.dumps({name: rounded(value) for name, value in result.items()}) + "\n")


COLUMNS = (
    ("workload", 36),
    ("ours ms", 12),
    ("peer", 24),
    ("peer ms", 12),
    ("ratio", 8),
    ("target", 8),
    ("verdict", 9),
    ("spread", 8),
    ("cpu ratio", 10),
    ("error", 9),
    ("MiB ours", 9),
    ("peer", 7),
    ("plan", 6),
)


def heading():
    return _line([name for name, _ in COLUMNS])


def lines(results):
    """One line per peer; the verdict is shown for each workload's fastest peer."""
    for result in results:
        rivals = [other["peer_ms"] for other in results if other["workload"] == result["workload"]]
        is_judged = not result["peer"] or result["peer_ms"] == min(rivals)
        yield _line(_cells(result, is_judged))


def verdict(result):
    """Compares with the target, which is a minimum for a ratio and a maximum for an absolute figure."""
    if result.get("limit") is not None:
        return "met" if result["ours_ms"] <= result["limit"] else "behind"
    if result["target"] is None or result["ratio"] is None:
        return ""
    return "met" if result["ratio"] >= result["target"] else "behind"


def _cells(result, is_judged):
    cpu = ""
    if result.get("peer_cpu_ms"):
        cpu = f"{result['peer_cpu_ms'] / result['ours_cpu_ms']:.2f}"
    low, high = result.get("ours_quartiles_ms") or (result["ours_ms"], result["ours_ms"])
    ours = result["ours_ms"]
    return [
        result["workload"],
        _number(ours),
        result["peer"] or "",
        _number(result["peer_ms"]),
        "" if result["ratio"] is None else f"{result['ratio']:.2f}",
        _target(result) if is_judged else "",
        verdict(result) if is_judged else "",
        f"{100 * (high - low) / ours:.0f}%" if ours else "",
        cpu,
        "" if result.get("error") is None else f"{result['error']:.0e}",
        _number(result.get("ours_peak_mib"), 0),
        _number(result.get("peer_peak_mib"), 0),
        _number(result.get("planned_mib"), 0),
    ]


def _target(result):
    if result.get("limit") is not None:
        return f"<= {result['limit']:g}"
    return "" if result["target"] is None else f">= {result['target']:g}"


def _number(value, places=None):
    if value is None:
        return ""
    if places is None:
        places = 3 if value < 10 else 1 if value < 1000 else 0
    return f"{value:.{places}f}"


def _line(cells):
    texts = []
    for cell, (name, width) in zip(cells, COLUMNS):
        texts.append(cell.ljust(width) if name in ("workload", "peer") and width > 20 else cell.rjust(width))
    return " ".join(texts).rstrip()


def machines():
    """Each machine's results, by its name."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        yield path.stem, [json.loads(line) for line in path.read_text().splitlines()]


def comparison():
    """The ratio to the fastest peer of each workload that has a goal, on each machine, and the lowest."""
    found, goals = {}, {}
    for machine, lines in machines():
        for result in lines:
            name = result["workload"]
            if result.get("target") is None or result["ratio"] is None:
                continue
            goals[name] = result["target"]
            rival = found.setdefault(name, {}).get(machine)
            if rival is None or result["peer_ms"] < rival["peer_ms"]:
                found[name][machine] = result
    names = [machine for machine, _ in machines()]
    yield "| workload | goal | " + " | ".join(names) + " | lowest |"
    yield "|---" * (3 + len(names)) + "|"
    for name, goal in goals.items():
        cells = [
            f"{found[name][machine]['ratio']:.2f} ({found[name][machine]['peer']})" if machine in found[name] else ""
            for machine in names
        ]
        lowest = min(result["ratio"] for result in found[name].values())
        yield f"| `{name}` | {goal:g} | " + " | ".join(cells) + f" | {lowest:.2f}{'' if lowest >= goal else ' **below**'} |"


def main():
    table = "\n".join(comparison())
    print(table)
    if sys.argv[1:] == ["--write"]:
        before, _, rest = PAGE.read_text().partition(MARKS[0])
        PAGE.write_text(f"{before}{MARKS[0]}\n\n{table}\n\n{MARKS[1]}{rest.partition(MARKS[1])[2]}")


if __name__ == "__main__":
    main()
