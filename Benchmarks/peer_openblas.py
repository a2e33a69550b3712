"""OpenBLAS's side: the product that numpy hands to the OpenBLAS in its wheel."""

import numpy as np

import data
import reference
from bursts import repeat
from workload import Workload


def product(m, n, k):
    a, b, c = data.normal(m, k), data.normal(k, n, seed=3), np.empty((m, n), np.float32)

    def error():
        return reference.relative(c, a.astype(float) @ b.astype(float))

    return Workload(repeat(lambda: np.matmul(a, b, out=c), warm_up=3), error)
