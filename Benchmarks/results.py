"""Results as lines of JSON and as a table."""

import json

PLACES = 5  # significant digits in the file


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
