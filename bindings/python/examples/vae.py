"""Train a variational autoencoder: vae.py [folder [epochs]]"""

import sys
from pathlib import Path

from generative import VAE, faces, image_grid, open_dataset, write_image

FASHION = Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 2

images = open_dataset(FASHION) if FASHION.exists() else faces(size=28, channels=1)
vae = VAE(latent_size=10, architecture="convolutional", base_channels=16, epochs=epochs, batch_size=32)
vae.fit(images, verbose=True)
reconstruction, kl = vae.elbo(images.read(0, 1000))
print(f"bound on ln p(x): {-(reconstruction + kl).mean():.1f} nats per image, of which KL {kl.mean():.1f}")
write_image(folder / "samples.png", image_grid(vae.sample(64, seed=1)))
vae.save(folder / "vae.safetensors")
