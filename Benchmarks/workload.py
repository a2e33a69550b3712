"""What a worker runs."""

from typing import Callable, NamedTuple


class Workload(NamedTuple):
    run: Callable  # a function of `Bursts`, from `repeat` or `steps`
    error: object = "not measured"  # () -> relative error against Double, or why there is none
    facts: Callable = dict  # () -> further facts for the driver at the end
