"""How many components the data speak for."""

from __future__ import annotations

from math import lgamma

import numpy as np

from ._rows import Doubles


def evidence(variances: Doubles, n_rows: int) -> Doubles:
    """ln p(data | k components) for k = 0 ... d - 1, up to a constant, of d variances that fall.

    Laplace's approximation (Minka, "Automatic choice of dimensionality for PCA", 2000, equation 77):

        p(U) + p(data | k) = 2^-k prod Gamma((d - i + 1) / 2) pi^-((d - i + 1) / 2)
                             (prod variances)^(-n/2) noise^(-n (d - k) / 2) (2 pi)^((m + k) / 2)
                             |A|^(-1/2) n^(-k/2),          m = d k - k (k + 1) / 2

    k = 0 is never chosen. Of data of no more than k dimensions, for which no noise is left, k is.
    """
    d, n = len(variances), n_rows
    found = np.full(d, -np.inf)
    least = variances[0] * 1e-12
    rank = int(np.sum(variances > least))
    half_gammas = np.array([lgamma((d - i) / 2) - np.log(np.pi) * (d - i) / 2 for i in range(d)])
    for k in range(1, min(d, rank + 1)):
        noise = max(variances[k:].mean(), least)
        kept = np.where(np.arange(d) < k, variances, noise)
        m = d * k - k * (k + 1) / 2
        # A: for i < k, i < j < d, ln n (1 / kept_j - 1 / kept_i) (variance_i - variance_j).
        i, j = np.triu_indices(d, 1)
        i, j = i[i < k], j[i < k]
        curvature = (1 / kept[j] - 1 / kept[i]) * (variances[i] - variances[j])
        with np.errstate(divide="ignore"):
            log_a = np.sum(np.log(curvature) + np.log(n))
        found[k] = (
            half_gammas[:k].sum()
            - k * np.log(2)
            - n / 2 * (np.log(variances[:k]).sum() + (d - k) * np.log(noise))
            + (m + k) / 2 * np.log(2 * np.pi)
            - log_a / 2
            - k / 2 * np.log(n)
        )
    return found
