"""Writes the golden arrays that Tests/ModelsTests/PCA*.swift compare with.

Needs numpy, scikit-learn and Fashion-MNIST (Debian: dataset-fashion-mnist). Run in this folder:

    python3 pca.py

pca-fashion-components.f32  first 10 components of the 60,000 training images, 10 x 784
pca-small.f32               60 rows x 7 columns drawn here, row-major
pca-small-scores.f64        PCA(n_components=3).score_samples of those rows (probabilistic PCA)
"""

import gzip

import numpy as np
from sklearn.decomposition import PCA

FOLDER = "/usr/share/datasets/fashion-mnist/"


def images(name):
    with gzip.open(FOLDER + name) as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784) / 255.0


def signed(components):
    """Each row's largest entry in size made positive: the library's rule."""
    largest = np.abs(components).argmax(axis=1)
    return components * np.sign(components[np.arange(len(components)), largest])[:, None]


fashion = PCA(n_components=10, svd_solver="covariance_eigh").fit(images("train-images-idx3-ubyte.gz"))
signed(fashion.components_).astype("<f4").tofile("pca-fashion-components.f32")

random = np.random.default_rng(20)
small = (random.normal(size=(60, 3)) * [3, 2, 1]) @ random.normal(size=(3, 7))
small = (small + 0.3 * random.normal(size=small.shape) + np.arange(7)).astype("<f4")
small.tofile("pca-small.f32")
model = PCA(n_components=3, svd_solver="full").fit(small.astype(float))
model.score_samples(small.astype(float)).astype("<f8").tofile("pca-small-scores.f64")
print(model.noise_variance_, model.score(small.astype(float)))
