"""Compute principal components of images: pca.py [folder]"""

import sys
from pathlib import Path

from generative import PCA, faces, image_grid, open_dataset, write_image

FASHION = Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")

images = open_dataset(FASHION) if FASHION.exists() else faces(size=28, channels=1)
pca = PCA(n_components=30).fit(images)
print(f"30 components explain {pca.explained_variance_ratio_.sum():.1%} of the variance")

components = image_grid(pca.components_, (28, 28), columns=10, stretch=True)
write_image(folder / "components.png", components)
originals = images.read(0, 10)
restored = pca.inverse_transform(pca.transform(originals))
both = [*originals, *restored.reshape(originals.shape)]
write_image(folder / "reconstructions.png", image_grid(both, columns=10))
