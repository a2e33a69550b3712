"""Train a generative adversarial network: gan.py [folder [epochs]]"""

import sys
from pathlib import Path

from generative import GAN, faces, image_grid, open_dataset, write_image

FASHION = Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 3

images = open_dataset(FASHION) if FASHION.exists() else faces(size=28, channels=1)
gan = GAN(latent_size=32, architecture="convolutional", epochs=epochs, learning_rate=7e-4)
gan.fit(images, verbose=True)

samples = gan.sample(32, seed=1)
nearest, distances = images.nearest(samples)
pairs = [row for sample, index in zip(samples, nearest[:, 0]) for row in (sample, images.read(index, 1)[0])]
print(f"distance to the nearest training image: {distances.mean():.2f} on average")
write_image(folder / "generated.png", image_grid(pairs, columns=16))
