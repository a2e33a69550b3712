"""Counts how often arithmetic on the latents of a DCGAN works (Radford et al. 2016, section 6.3.2)."""

import numpy as np

from claim import Data, Figure, claim
from models import GAN, VAE
from generative import faces, latents

FACTORS = ["smile", "head_turn"]
# Factors run from -1 to 1. A face in between is neither, and is not used.
SMILING, NEUTRAL, TURNED = 1 / 2, 1 / 4, 1 / 3
HALFWAY = (SMILING + NEUTRAL) / 2


class Judge:
    """Estimates factors of faces, the smile and the turn by default, from the latents of an encoder that has seen only
    drawn faces."""

    def __init__(self, drawn, data: Data, names=FACTORS):
        vae = VAE(
            10, architecture="convolutional", base_channels=16, likelihood="gaussian", epochs=data.epochs(12),
            batch_size=64, learning_rate=2e-3, schedule="cosine", warm_up=0.6, seed=1,
        )  # fmt: skip
        self.vae = data.fitted("faces", vae, drawn)
        Z, self.models = self.vae.transform(drawn), []
        for truth in attributes(drawn, names):
            found = latents.direction(Z, truth)
            self.models.append((found.vector, *np.polyfit(Z @ found.vector, truth, 1)))

    def __call__(self, rows):
        """The factors of faces, each (n,)."""
        Z = self.vae.transform(rows)
        return [slope * (Z @ vector) + offset for vector, slope, offset in self.models]


def attributes(drawn, names=FACTORS):
    """The true factors of drawn faces, each (n,)."""
    return [drawn.factors()[:, drawn.factor_names.index(name)] for name in names]


def groups(smile, turn):
    """Row indices by (smiles, turn), without the faces in between."""
    kinds = {1: smile > SMILING, 0: np.abs(smile) < NEUTRAL}
    return {(s, t): np.flatnonzero(kinds[s] & (t * turn > TURNED)) for s in kinds for t in (-1, 1)}


@claim(
    "arithmetic", "Arithmetic on a DCGAN's latents", on_pictures=False,
    pictures={"arithmetic": "One sum per row: three faces of A, three of B, three of C, and A - B + C"},
)  # fmt: skip
def arithmetic(data: Data, seed: int):
    """The result of mean of A - mean of B + mean of C on latents, for 500 sums. For example, A: smiling, turned
    left; B: neutral, turned left; C: neutral, turned right; expected: smiling, turned right. Measured is the
    percentage of sums with the expected result, with means over ten latents and, as in the paper, over three.
    It is zero if the generator makes too few faces of a group. The generated faces are judged by a regression
    on the latents of a VAE that saw only drawn faces. DCGAN with 10 latents and 24 base channels, spectral
    norm, noise 0.2 on D's input, 6 epochs of 20,000 faces."""
    count = 1500 if data.short else 20_000
    drawn, unseen = faces(count, seed=1), faces(2000, seed=2)
    judge = Judge(drawn, data)
    told = judge(unseen.read())
    for name, a, b in zip(FACTORS, told, attributes(unseen)):
        yield Figure(f"judge's correlation on unseen faces, {name}", np.corrcoef(a, b)[0, 1], "" if data.short else ">= 0.9", digits=3)
    # As many latents as the faces have factors. Spectral norm and noise keep D from winning. With batch norm the faces
    # are better, but fewer sums are right. The average covers about 100 of an epoch's 312 steps.
    gan = GAN(
        10, architecture="convolutional", base_channels=24, spectral_norm=True, input_noise=0.2,
        average_decay=0.99, epochs=data.epochs(6), batch_size=64, learning_rate=4e-4, schedule="linear", seed=seed,
    ).fit(drawn)  # fmt: skip
    Z = gan.latents(10_000, seed=2)
    known = groups(*judge(gan.generate(Z)))
    fewest = min(map(len, known.values()))
    yield Figure("smallest group among 10,000 faces", fewest, "" if data.short else ">= 10", digits=0)
    for n_mean in (10, 3):
        share = 0.0 if fewest < 10 else right(gan, judge, Z, known, n_mean)
        goal = ">= 80" if n_mean == 10 and not data.short else ""
        yield Figure(f"correct with means of {n_mean}", 100 * share, goal, "%", digits=1)
    if fewest >= 10:
        # Eight triples, one per row: three faces of A, of B, of C, then A - B + C.
        shown = [rows for t in triples(Z, known, 3)[:8] for rows in (*t, latents.combine(*t)[None])]
        data.picture("arithmetic", seed, gan.generate(np.concatenate(shown)), 10, 2)


def wanted(known) -> np.ndarray:
    """What each of the 500 sums should give: the four kinds in turn."""
    return np.array([list(known)[i % 4] for i in range(500)])


def triples(Z, known, n_mean):
    """Latents of A, B and C for each of the sums."""
    random = np.random.default_rng(3)
    keys = [((s, -t), (1 - s, -t), (1 - s, t)) for s, t in map(tuple, wanted(known))]
    return [[Z[random.choice(known[key], n_mean, replace=False)] for key in three] for three in keys]


def right(gan, judge, Z, known, n_mean) -> float:
    """The share of sums with the right smile and the right turn."""
    results = np.stack([latents.combine(*triple) for triple in triples(Z, known, n_mean)])
    smile, turn = judge(gan.generate(results))
    s, t = wanted(known).T
    return float(np.mean(((smile > HALFWAY) == s) & (t * turn > 0)))
