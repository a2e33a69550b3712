"""Show what the latents of a variational autoencoder mean: latents.py [folder [epochs]]"""

import sys
from pathlib import Path

import numpy as np
from generative import VAE, faces, image_grid, latents, write_image

folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 5

seen, unseen = faces(10_000, seed=1), faces(1000, seed=2)
vae = VAE(latent_size=10, architecture="convolutional", epochs=epochs, batch_size=32)
vae.fit(seen, verbose=True)


def strip(rows, name, n_columns):
    """Save rows as one image with n_columns columns."""
    write_image(folder / name, image_grid(rows.reshape(-1, *vae.shape_), columns=n_columns))


# Walks: from one face to another, and a closed one through four of them.
Z = vae.transform(unseen)
strip(vae.interpolate(Z[0], Z[1], 12), "walk.png", 12)
strip(vae.decode(latents.loop(Z[:4], 6)), "loop.png", 12)
# Each latent from -3 to 3 standard deviations.
strip(vae.traverse(), "latents.png", 9)

# Directions found on training faces, evaluated on unseen ones.
known, factors = vae.transform(seen), seen.factors()
for index, name in enumerate(seen.factor_names):
    found = latents.direction(known, factors[:, index])
    on_unseen = np.corrcoef(Z @ found.vector, unseen.factors()[:, index])[0, 1]
    print(f"{name:15} correlation {found.correlation:.3f}, on unseen faces {on_unseen:.3f}")
    strip(vae.decode(latents.move(Z[:4], found).reshape(-1, 10)), f"{name}.png", 9)
