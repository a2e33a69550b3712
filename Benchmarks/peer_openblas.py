"""OpenBLAS's side: matrix products and LAPACK's eigensolver, as numpy calls them in its wheel's OpenBLAS."""

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


def eigen(n, k, falling=0):
    """All eigenpairs, as in scikit-learn's covariance_eigh: numpy cannot compute only some."""
    x = data.normal(n, n).astype(float)
    if falling:
        x /= np.arange(1, n + 1) ** 0.75
    c = x.T @ x / n
    found = {}

    def call():
        found["values"], found["vectors"] = np.linalg.eigh(c)

    def error():
        v = found["vectors"][:, n - k :]
        return np.abs(c @ v - found["values"][n - k :] * v).max() / found["values"][-1]

    return Workload(repeat(call, warm_up=2), error)
