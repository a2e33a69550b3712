"""Runs one side of a comparison in a separate process: worker.py MODULE WORKLOAD [name=value ...]

MODULE has a function of the workload's name, which takes the values and returns a `Workload`.
"""

import importlib
import os
import sys

from bursts import Bursts
from memory import peak_mib


def main():
    bursts = Bursts()
    module, name, *settings = sys.argv[1:]
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(os.environ["BENCH_THREADS"])])
    values = dict(setting.split("=", 1) for setting in settings)
    values = {key: int(value) if value.lstrip("-").isdigit() else value for key, value in values.items()}
    workload = getattr(importlib.import_module(module), name)(**values)
    workload.run(bursts)
    peak = peak_mib()  # before `error` computes its references, which use memory
    error = workload.error() if callable(workload.error) else None
    reason = None if callable(workload.error) else workload.error
    bursts.answer(peak_mib=peak, error=error, error_reason=reason, **workload.facts())


main()
