"""What a worker runs."""

from typing import Callable, NamedTuple


class Workload(NamedTuple):
    run: Callable  # of `Bursts`: what `repeat` or `steps` made
    error: object = "not measured"  # () -> relative error against Double, or why there is none
    facts: Callable = dict  # () -> more to tell the driver at the end
