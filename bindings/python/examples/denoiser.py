"""A denoising autoencoder: denoiser.py [folder [epochs]]"""

import sys
from pathlib import Path

import numpy as np

from generative import Autoencoder, Dataset, Image, corrupt, evaluate

FASHION = Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 2

pictures = Dataset.from_idx(FASHION) if FASHION.exists() else Dataset.faces(10_000, 28, 28, 1)
model = Autoencoder(latent_size=32, corruption="gaussian", corruption_amount=0.5)
model.fit(pictures, epochs=epochs, progress=True)

clean = pictures.read(0, 12)
noisy = corrupt(clean, "gaussian", 0.5, seed=7)
denoised = model.denoise(noisy)
print(f"{evaluate.psnr(noisy, clean):.1f} dB before, {evaluate.psnr(denoised, clean):.1f} dB after")
Image.grid(np.concatenate([noisy, denoised, clean]), columns=12).save(folder / "denoising.png")
