"""A generative adversarial network: gan.py [folder [epochs]]"""

import sys
from pathlib import Path

import numpy as np

from generative import GAN, Dataset, Image

FASHION = Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 3

pictures = Dataset.from_idx(FASHION) if FASHION.exists() else Dataset.faces(10_000, 28, 28, 1)
gan = GAN(latent_size=32, input_noise=0.3)
gan.fit(pictures, epochs=epochs, batch_size=64, learning_rate=5e-4, progress=True)

samples = gan.sample(32, seed=1)
nearest, distances = pictures.nearest(samples)
pairs = [row for sample, index in zip(samples, nearest[:, 0]) for row in (sample, pictures.read(index, 1)[0])]
print(f"distance to the nearest training picture: {distances.mean():.2f} on average")
Image.grid(np.stack(pairs), columns=16).save(folder / "generated.png")
