"""Train a denoising autoencoder: denoiser.py [folder [epochs]]"""

import sys
from pathlib import Path

import numpy as np

from generative import Autoencoder, corrupt, evaluate, faces, image_grid, open_dataset, write_image

FASHION = Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 4

images = open_dataset(FASHION) if FASHION.exists() else faces(size=28, channels=1)
# Dense layers take a quarter of the time.
options = {"architecture": "dense", "corruption": "gaussian", "corruption_amount": 0.5}
model = Autoencoder(latent_size=64, **options, epochs=epochs)
model.fit(images, verbose=True)

clean = images.read(0, 12)
noisy = corrupt(clean, "gaussian", 0.5, seed=7)
denoised = model.denoise(noisy)
print(f"{evaluate.psnr(noisy, clean):.1f} dB before, {evaluate.psnr(denoised, clean):.1f} dB after")
three = image_grid(np.concatenate([noisy, denoised, clean]), columns=12)
write_image(folder / "denoising.png", three)
