"""Arithmetic on the latents of a DCGAN (Radford et al. 2016, section 6.3.2), counted.

usage: faces.py [folder [epochs [seed]]]

Trains a DCGAN on drawn faces, and takes mean of A - mean of B + mean of C of latents whose faces are

    A: smiling, turned left   B: neutral, turned left   C: neutral, turned right

which should give a smiling face turned right; so for both turns, and for a smile taken away, 500
triples in all. The judge of generated faces is a ridge regression from a VAE's encoder, which both saw
drawn faces only; its own accuracy is that on unseen ones. Means are of ten latents, which average what
is not meant away, and beside that of three, as in the paper.

Fails when fewer than 80% of the triples with means of ten come out as wanted. Leaves arithmetic.png,
samples.png and dcgan.safetensors in the folder.
"""

import sys
from pathlib import Path

import numpy as np
from generative import GAN, VAE, faces as drawn, image_grid, latents, write_image

folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 6
seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
faces, unseen = drawn(20_000, seed=1), drawn(2000, seed=2)
FACTORS = ["smile", "head_turn"]
# Factors run from -1 to 1. In between a face is neither, and is not taken.
SMILING, NEUTRAL, TURNED = 1 / 2, 1 / 4, 1 / 3
HALFWAY = (SMILING + NEUTRAL) / 2


class Judge:
    """Tells the smile and the turn of faces from an encoder's latents."""

    def __init__(self):
        recipe = {"epochs": 12, "batch_size": 64, "learning_rate": 2e-3, "schedule": "cosine", "warm_up": 0.6}
        network = {"architecture": "convolutional", "base_channels": 16, "likelihood": "gaussian"}
        self.vae = VAE(10, seed=1, **network, **recipe).fit(faces, verbose=True)
        Z, self.models = self.vae.transform(faces), []
        for truth in attributes(faces):
            found = latents.direction(Z, truth)
            self.models.append((found.vector, *np.polyfit(Z @ found.vector, truth, 1)))

    def __call__(self, rows):
        """(smile, turn) of faces, each (n,)."""
        Z = self.vae.transform(rows)
        return [slope * (Z @ vector) + offset for vector, slope, offset in self.models]


def attributes(dataset):
    """The true (smile, turn) of drawn faces."""
    return [dataset.factors()[:, dataset.factor_names.index(name)] for name in FACTORS]


def groups(smile, turn):
    """Rows by (smiles, turn): which of those that are one or the other."""
    kinds = {1: smile > SMILING, 0: np.abs(smile) < NEUTRAL}
    return {(s, t): np.flatnonzero(kinds[s] & (t * turn > TURNED)) for s in kinds for t in (-1, 1)}


judge = Judge()
truths, told = attributes(unseen), judge(unseen.read())
for name, a, b in zip(FACTORS, told, truths):
    print(f"judge on unseen faces, {name}: r {np.corrcoef(a, b)[0, 1]:.3f}")
for (s, t), index in groups(*truths).items():
    right = ((told[0][index] > HALFWAY) == s) & (t * told[1][index] > 0)
    print(f"judge on unseen faces, {'smiling' if s else 'neutral'}, turn {t:+}: {right.mean():.1%} right")

# As many latents as the faces have factors; spectral norm and noise keep D from winning. The average
# goes over about 100 of an epoch's 312 steps.
gan = GAN(
    10,
    architecture="convolutional",
    base_channels=24,
    spectral_norm=True,
    input_noise=0.2,
    average_decay=0.99,
    epochs=epochs,
    batch_size=64,
    learning_rate=4e-4,
    schedule="linear",
    seed=seed,
)
gan.fit(faces, verbose=True)
gan.save(folder / "dcgan.safetensors")
write_image(folder / "samples.png", image_grid(gan.sample(96, seed=1), columns=16, enlarge=2))

Z = gan.latents(10_000, seed=2)
known = groups(*judge(gan.generate(Z)))
print("generated faces by (smiles, turn):", {key: len(index) for key, index in known.items()})
if min(map(len, known.values())) < 10:
    sys.exit("the generator has dropped one of the four kinds of faces: try another seed")
shares = {}
for n_mean in (3, 10):
    random = np.random.default_rng(3)
    wanted = [list(known)[i % 4] for i in range(500)]
    triples = [
        [Z[random.choice(known[key], n_mean, replace=False)] for key in ((s, -t), (1 - s, -t), (1 - s, t))]
        for s, t in wanted
    ]
    results = np.stack([latents.combine(*triple) for triple in triples])
    smile, turn = judge(gan.generate(results))
    s, t = np.array(wanted).T
    smiles, turns = (smile > HALFWAY) == s, t * turn > 0
    shares[n_mean] = np.mean(smiles & turns)
    told = f"smile as wanted {smiles.mean():.1%}, turn {turns.mean():.1%}, both {shares[n_mean]:.1%}"
    print(f"means of {n_mean}: {told} of {len(results)} triples")
    if n_mean == 3:
        # Eight triples, a row each: three faces of A, of B, of C, then A - B + C.
        shown = [rows for triple, result in zip(triples[:8], results) for rows in (*triple, result[None])]
        pixels = image_grid(gan.generate(np.concatenate(shown)), columns=10, enlarge=2)
        write_image(folder / "arithmetic.png", pixels)
sys.exit(int(shares[10] < 0.8))
