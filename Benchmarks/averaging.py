"""Measures what averaging costs in quality: models fitted over partitions by rounds, compared with models
fitted on one machine.

usage: averaging.py [rows]           needs Dask, Fashion-MNIST and GENERATIVE_LIBRARY; 20,000 rows by default

Compares an autoencoder's squared error and a VAE's bound, means over 4,000 rows that were not used for the fit.
"""

import sys

import dask
import dask.array as da
import numpy as np
from data import fashion
from generative import VAE, Autoencoder
from generative import dask as over

EPOCHS = 10
OPTIONS = {"latent_size": 20, "hidden": (400,), "batch_size": 128, "seed": 1}


def squared_error(model, X):
    return np.square(model.reconstruct(X) - X / np.float32(255)).sum(1).mean()


def bound(model, X):
    terms = model.elbo(X, n_samples=4)
    return (terms.reconstruction + terms.kl).mean()


def main():
    X, held_out = fashion("train")[: int(sys.argv[1]) if sys.argv[1:] else 20_000], fashion("t10k")[:4000]
    for kind, measure in ((Autoencoder, squared_error), (VAE, bound)):
        alone = measure(kind(epochs=EPOCHS, **OPTIONS).fit(X), held_out)
        print(f"{kind.__name__}, one machine, {EPOCHS} epochs: {alone:.2f}", flush=True)
        for partitions in (2, 8):
            X_parts = da.from_array(X, chunks=(len(X) // partitions, 784))
            for rounds in (EPOCHS, 4 * EPOCHS):
                model = over.fit(kind(epochs=1, **OPTIONS), X_parts, rounds=rounds)
                found = measure(model, held_out)
                change = f"{found:.2f} ({found / alone - 1:+.1%})"
                print(f"  {partitions} partitions, {rounds} rounds of an epoch: {change}", flush=True)


if __name__ == "__main__":
    with dask.config.set(scheduler="synchronous"):
        main()
