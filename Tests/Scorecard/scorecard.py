"""The scorecard: one row per safety guarantee, with a command that tests it.

usage: scorecard.py quick|address|hard [ROW...]

quick: the small sizes of make test, with the plain library. address: the same sizes, with the AddressSanitizer build
for the rows that benefit from it. hard: the full sizes, with the sanitized builds of make check-hard.

Ends with one line, PASS n/30; a row that was not run does not count as passed.
"""

import sys
import time

import files
import hosts
import library
from host import Bench

ROWS = {
    1: ("damaged model files", files.damaged_models),
    2: ("coverage-guided fuzzing", files.fuzzing),
    3: ("image bombs and damaged images", files.image_bombs),
    4: ("every kind of PNG", files.png_suite),
    5: ("JPEGs, compared with djpeg", files.jpeg_suite),
    6: ("processes killed while saving", files.killed_saves),
    7: ("failing system calls", files.failing_io),
    8: ("failure of each allocation", hosts.failed_allocations),
    9: ("memory limits of the system", hosts.memory_limits),
    10: ("bad arguments", hosts.bad_arguments),
    11: ("random sequences of calls", hosts.random_sequences),
    12: ("invalid handles", hosts.wrong_handles),
    13: ("threads", hosts.thread_sanitizer),
    14: ("re-entrant callbacks, and callbacks that do not return", hosts.callback_abuse),
    15: ("forks", hosts.forks),
    16: ("loading, unloading, two copies at once", hosts.reopened),
    17: ("valgrind", hosts.valgrind),
    18: ("steady memory use", hosts.steady_state),
    19: ("exports and dependencies", library.exports),
    20: ("well-behaved guest", library.good_guest),
    21: ("traps", library.traps),
    22: ("determinism", library.determinism),
    23: ("extreme numbers", library.absurd_numbers),
    24: ("files of older versions", library.old_files),
    25: ("floating-point modes and signals of the host", library.host_state),
    26: ("failed allocations of small objects", hosts.refused_objects),
    27: ("images, compared with Pillow", files.beside_pillow),
    28: ("hosts with codecs of their own", hosts.own_codecs),
    29: ("every linker, PIE and non-PIE hosts", library.linkers),
    30: ("hosts under valgrind and ThreadSanitizer", hosts.watched_hosts),
}


def main():
    bench = Bench(sys.argv[1])
    wanted = [int(word) for word in sys.argv[2:]] or list(ROWS)
    passed, failed, skipped = [], [], []
    try:
        for number in wanted:
            name, row = ROWS[number]
            start = time.monotonic()
            try:
                good, text = row(bench)
            except Exception as error:  # a row that cannot run has failed, and the others continue
                good, text = False, f"{type(error).__name__}: {error}"
            verdict = {True: "PASS", False: "FAIL", None: "skip"}[good]
            {True: passed, False: failed, None: skipped}[good].append(number)
            lines = text.splitlines() or [""]
            seconds = time.monotonic() - start
            print(f"{number:2} {verdict} {name}: {lines[-1]} ({seconds:.1f} s)", flush=True)
            for line in lines[:-1]:
                print(f"        {line}", flush=True)
    finally:
        bench.close()
    if skipped:
        print(f"not run: {', '.join(map(str, skipped))}")
    if failed:
        print(f"FAILED: {', '.join(map(str, failed))}")
    print(f"PASS {len(passed)}/{len(ROWS)} ({sys.argv[1]} sizes)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
