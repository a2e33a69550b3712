"""What the latents of a variational autoencoder mean: latents.py [folder [epochs]]"""

import sys
from pathlib import Path

import numpy as np
from generative import VAE, Dataset, Image, latents

folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 10

faces, unseen = Dataset.faces(10_000, seed=1), Dataset.faces(1000, seed=2)
vae = VAE(latent_size=10, architecture="convolutional", base_channels=16, likelihood="gaussian")
vae.fit(faces, epochs=epochs, batch_size=64, learning_rate=2e-3, schedule="cosine", progress=True)


def strip(Z, name, n_columns):
    """A grid of decoded latents, n_columns in a row."""
    Image.grid(vae.decode(Z.reshape(-1, Z.shape[-1])), columns=n_columns).save(folder / name)


# Walks: from one face to another, and round four of them.
Z = vae.transform(unseen)
strip(latents.interpolate(Z[0], Z[1], 12), "walk.png", 12)
strip(latents.loop(Z[:4], 6), "loop.png", 12)
# Each latent from -3 to 3 in turn.
strip(latents.traverse(np.zeros(10)), "latents.png", 9)

# Directions found on the training faces, judged on the unseen ones.
known, factors = vae.transform(faces), faces.factors()
for index, name in enumerate(faces.factor_names):
    found = latents.direction(known, factors[:, index])
    judged = np.corrcoef(Z @ found.vector, unseen.factors()[:, index])[0, 1]
    print(f"{name:15} correlation {found.correlation:.3f}, on unseen faces {judged:.3f}")
    strip(latents.move(Z[:4], found), f"{name}.png", 9)
