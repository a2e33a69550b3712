"""PCA of rows that are never all in memory: 10^5, 10^6 and 10^7 rows of 784 bytes, drawn in blocks and passed
to partial_fit. Rows per second and resident memory must not change with the number of rows.

As a program (long_input.py ROWS), it makes one such fit and prints its measurements.
"""

import json
import subprocess
import sys
import time

from duel import environment

NAME = "pca-long"
BLOCK = 10_000
COLUMNS = 784
COMPONENTS = 50


def run(python, quick):
    results = []
    for rows in (100_000, 1_000_000) if quick else (100_000, 1_000_000, 10_000_000):
        command = [python, __file__, str(rows)]
        told = subprocess.run(command, capture_output=True, text=True, env=environment(threads=2))
        if told.returncode:
            print(f"{NAME}: skipped: {told.stderr.strip().splitlines()[-1]}", file=sys.stderr)
            return results
        facts = json.loads(told.stdout)
        results.append(
            dict(workload=f"{NAME}-{rows}", target=None, peer=None, peer_ms=None, ratio=None, **facts)
        )
        print(f"{NAME}: {facts['rows_per_second']:,.0f} rows a second of {rows:,}", file=sys.stderr)
    return results


def blocks(rows):
    """Blocks of new bytes, all different: pictures drawn at random, with the low bits of each column flipped at
    random, so that the data has a picture's spectrum and is not in any cache."""
    import numpy as np

    import data

    pictures = data.pictures()
    random = np.random.default_rng(7)
    for first in range(0, rows, BLOCK):
        chosen = random.integers(0, len(pictures), min(BLOCK, rows - first))
        yield pictures[chosen] ^ random.integers(0, 8, COLUMNS, dtype=np.uint8)


def fit(rows):
    import reference
    from memory import peak_mib, resident_mib
    from ours import PCA, context

    pca = PCA(COMPONENTS, context=context())
    seconds = cpu = 0.0
    after_first = None
    for block in blocks(rows):
        start, start_cpu = time.perf_counter(), time.process_time()
        pca.partial_fit(block)
        seconds += time.perf_counter() - start
        cpu += time.process_time() - start_cpu
        after_first = after_first or resident_mib()
    start = time.perf_counter()
    components, variances = pca.components_, pca.explained_variance_
    solving = time.perf_counter() - start
    peak, error = peak_mib(), None
    if rows <= 100_000:
        exact = reference.RunningCovariance(COLUMNS)
        for block in blocks(rows):
            exact.add(block)
        error = reference.pca_error(components, variances, exact.covariance / 255**2)
    print(
        json.dumps(
            dict(
                ours_ms=1e3 * (seconds + solving),
                ours_cpu_ms=1e3 * cpu,
                rows_per_second=rows / seconds,
                solving_ms=1e3 * solving,
                first_block_mib=after_first,
                ours_peak_mib=peak,
                error=error,
                error_reason=None if error else f"the same sums as those of {NAME}-100000",
            )
        )
    )


if __name__ == "__main__":
    fit(int(sys.argv[1]))
