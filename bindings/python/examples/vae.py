"""A variational autoencoder: vae.py [folder [epochs]]"""

import sys
from pathlib import Path

from generative import VAE, Dataset, Image

FASHION = Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 10

pictures = Dataset.from_idx(FASHION) if FASHION.exists() else Dataset.faces(10_000, 28, 28, 1)
vae = VAE(latent_size=20).fit(pictures, epochs=epochs, progress=True)
reconstruction, kl = vae.elbo(pictures.read(0, 1000))
print(f"bound: {-(reconstruction + kl).mean():.1f} nats a picture, KL {kl.mean():.1f} of them")
Image.grid(vae.sample(64, seed=1)).save(folder / "samples.png")
vae.save(folder / "vae.safetensors")
