"""Principal components of pictures: pca.py [folder]"""

import sys
from pathlib import Path

from generative import PCA, Dataset, Image

FASHION = Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")

pictures = Dataset.from_idx(FASHION) if FASHION.exists() else Dataset.faces(10_000, 28, 28, 1)
pca = PCA(n_components=30).fit(pictures)
print(f"30 components keep {pca.explained_variance_ratio_.sum():.1%} of the variance")

Image.grid(pca.components_, (28, 28), columns=10, stretch=True).save(folder / "components.png")
originals = pictures.read(0, 12)
restored = pca.inverse_transform(pca.transform(originals))
both = [*originals, *restored.reshape(originals.shape)]
Image.grid(both, columns=12).save(folder / "reconstructions.png")
