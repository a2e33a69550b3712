"""The matrices of accuracy.py, each made from nothing but a seed and an index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

KINDS = ("flat", "decaying", "gaps", "deficient", "equal")
# The least and the most numbers, and the largest rows x columns x min(rows, columns).
SMALL, MODERATE, LARGE = (10, 1e6, 3e8), (1e6, 1e7, 4e9), (1e7, 1e8, 4e10)
MOST_ROWS, MOST_COLUMNS = 1e6, 1e5


@dataclass(frozen=True)
class Plan:
    """Describes a matrix; `matrix` makes it."""

    seed: int
    index: int
    rows: int
    columns: int
    kind: str
    dtype: str
    order: str
    n_components: int
    #: Means of columns are about this many times the column's standard deviation.
    offset: float
    has_scales: bool
    has_duplicate_rows: bool
    has_duplicate_columns: bool
    has_constant_columns: bool
    has_few_values: bool

    @property
    def name(self) -> str:
        return f"{self.seed}:{self.index}"

    @property
    def rank(self) -> int:
        return min(self.rows, self.columns)

    @property
    def work(self) -> float:
        return float(self.rows) * self.columns * self.rank

    def __str__(self) -> str:
        extras = [name[4:].replace("_", " ") for name in vars(self) if name.startswith("has_") and getattr(self, name)]
        return (
            f"{self.name}: {self.rows} x {self.columns} {self.dtype} {self.order}, {self.kind}, {self.n_components} "
            f"components, means {self.offset:.1e}" + "".join(f", {extra}" for extra in extras)
        )

    @classmethod
    def drawn(cls, seed: int, index: int) -> Plan:
        """One in fifty is large and one in ten moderate; the others are small."""
        random = np.random.default_rng([seed, index])
        rows, columns = _shape(random, LARGE if index % 50 == 49 else MODERATE if index % 10 == 9 else SMALL)
        rank = min(rows, columns)
        return cls(
            seed=seed,
            index=index,
            rows=rows,
            columns=columns,
            kind=KINDS[random.integers(len(KINDS))],
            dtype=("float32", "float64")[random.integers(2)],
            order="CF"[random.integers(2)],
            n_components=(min(rank, int(random.integers(1, 11))), (rank + 1) // 2, rank)[random.integers(3)],
            offset=float(10 ** random.uniform(0, 8)) if random.random() < 0.7 else 0.0,
            has_scales=bool(random.random() < 0.25),
            has_duplicate_rows=bool(random.random() < 0.1),
            has_duplicate_columns=bool(random.random() < 0.1),
            has_constant_columns=bool(random.random() < 0.1),
            has_few_values=bool(random.random() < 0.1),
        )

    def matrix(self) -> np.ndarray:
        """The numbers, rows x columns."""
        random = np.random.default_rng([self.seed, self.index, 1])
        if self.kind == "deficient" and random.random() < 0.5:
            X = self._whole_numbers(random)
        else:
            X = self._factors(random)
        if self.has_few_values:
            X = self._few_values(random, X)
        if self.has_scales:
            X *= 10 ** random.uniform(-6, 6, self.columns)
        if self.offset:
            X += np.rint(self.offset * random.standard_normal(self.columns)) * _rounded(X.std(axis=0))
        if self.has_duplicate_rows:
            X[self.rows - self.rows // 2 :] = X[: self.rows // 2]
        for is_wanted, source in ((self.has_duplicate_columns, X), (self.has_constant_columns, X[:1])):
            if is_wanted:
                to, of = random.integers(self.columns, size=(2, 1 + self.columns // 10))
                X[:, to] = source[:, of]
        return X.astype(self.dtype, order=self.order)

    def _factors(self, random: np.random.Generator) -> np.ndarray:
        """Left times singular values times right. Both factors have orthonormal columns, and the left one's
        columns have mean zero. Half of the flat matrices are independent noise instead."""
        if self.kind == "flat" and random.random() < 0.5:
            return random.standard_normal((self.rows, self.columns))
        values = self._singular_values(random, max(min(self.rows - 1, self.columns), 1))
        left = random.standard_normal((self.rows, len(values)))
        left = np.linalg.qr(left - left.mean(axis=0))[0]
        right = np.linalg.qr(random.standard_normal((self.columns, len(values))))[0]
        return (left * values) @ right.T

    def _singular_values(self, random: np.random.Generator, rank: int) -> np.ndarray:
        if self.kind == "flat":
            return np.ones(rank)
        if self.kind == "decaying":
            return 10 ** -np.linspace(0, 12, rank)
        if self.kind == "gaps":
            steps = np.where(random.random(rank) < 3 / rank, random.uniform(1, 3, rank), 0.01)
            return 10 ** -np.minimum(np.cumsum(steps), 12)
        if self.kind == "deficient":
            return 10 ** random.uniform(-3, 0, max(1, rank // 2))
        values = np.sort(10 ** random.uniform(-3, 0, rank))[::-1]
        first = random.integers(max(rank - 1, 1))
        values[first : first + 2] = values[first]
        return values

    def _whole_numbers(self, random: np.random.Generator) -> np.ndarray:
        """A product of two factors of small whole numbers, so that its rank is exact in either type."""
        inner = max(1, min(self.rank // 2, 1000))
        left, right = (random.integers(-8, 9, (size, inner)) for size in (self.rows, self.columns))
        return left.astype(float) @ right.T.astype(float)

    def _few_values(self, random: np.random.Generator, X: np.ndarray) -> np.ndarray:
        """Columns of two to seven values each, which have all digits that the type has."""
        deviations = X.std(axis=0)
        steps = random.uniform(1, 3, self.columns) * np.where(deviations > 0, deviations, 1)
        places = np.floor(X / steps + random.random(self.columns))
        return np.clip(places, -random.integers(1, 4, self.columns), random.integers(0, 4, self.columns)) * steps


def _shape(random: np.random.Generator, size: tuple[float, float, float]) -> tuple[int, int]:
    """Log-uniform rows and columns within the limits of the size class."""
    while True:
        rows = int(10 ** random.uniform(1, np.log10(MOST_ROWS)))
        columns = int(10 ** random.uniform(0, np.log10(MOST_COLUMNS)))
        numbers = float(rows) * columns
        if size[0] <= numbers <= size[1] and numbers * min(rows, columns) <= size[2]:
            return rows, columns


def _rounded(deviations: np.ndarray) -> np.ndarray:
    """Rounds to powers of two, so that whole numbers stay whole."""
    return 2 ** np.rint(np.log2(np.where(deviations > 0, deviations, 1)))
