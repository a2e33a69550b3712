"""Measures how many nearest neighbours a search among shorter vectors keeps: the table in docs/sqlite.md.

usage: PYTHONPATH=bindings/python python Benchmarks/sqlite_recall.py EXTENSION

EXTENSION is generative_sqlite.so of `make sqlite`. The vectors are 1,536 features of images of Fashion-MNIST: those that
the discriminator of a convolutional GAN computes after one epoch. The SQL functions fit a PCA to 20,000 of them, and
encode these and 1,000 unseen ones in SQLite's shell. All searches are exact; distances are Euclidean.
"""

import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from generative import GAN, open_dataset

FASHION = Path("/usr/share/datasets/fashion-mnist")
N_ITEMS, N_QUERIES, N_NEIGHBOURS = 20_000, 1_000, 10
extension = Path(sys.argv[1]).resolve().with_suffix("")


def nearest(items, queries, count):
    """The numbers of the nearest items of each query, nearest first."""
    distances = (items**2).sum(1) - 2 * (queries @ items.T)
    found = np.argpartition(distances, count, axis=1)[:, :count]
    order = np.argsort(np.take_along_axis(distances, found, 1), 1)
    return np.take_along_axis(found, order, 1)


def kept(found, true):
    return np.mean([len(set(f) & set(t)) for f, t in zip(found, true)]) / N_NEIGHBOURS


def main():
    train = open_dataset(FASHION / "train-images-idx3-ubyte.gz", max_rows=N_ITEMS)
    test = open_dataset(FASHION / "t10k-images-idx3-ubyte.gz", max_rows=N_QUERIES)
    gan = GAN(architecture="convolutional", base_channels=32, epochs=1).fit(train)
    tables = {
        name: np.concatenate([gan.features(data.read(i, 1000)) for i in range(0, len(data), 1000)])
        for name, data in (("items", train), ("queries", test))
    }
    true = nearest(tables["items"].astype(float), tables["queries"].astype(float), N_NEIGHBOURS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "vectors.db")
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE models (k INTEGER PRIMARY KEY, model BLOB)")
        for name, rows in tables.items():
            database.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, v BLOB, short BLOB)")
            database.executemany(f"INSERT INTO {name} (v) VALUES (?)", [(row.astype("<f4").tobytes(),) for row in rows])
        database.commit()
        for k in (16, 32, 64, 128, 256):
            script = f"""SELECT load_extension('{extension}');
                INSERT INTO models SELECT {k}, gen_weights(gen_pca(v, {k})) FROM items;
                .parameter set @model "(SELECT model FROM models WHERE k = {k})"
                UPDATE items SET short = gen_encode(@model, v);
                UPDATE queries SET short = gen_encode(@model, v);"""
            lines = "\n".join(line.strip() for line in script.splitlines())
            subprocess.run(["sqlite3", "-bail", path], input=lines, text=True, check=True, stdout=subprocess.DEVNULL)
            short = [
                np.array([np.frombuffer(v, "<f4") for (v,) in database.execute(f"SELECT short FROM {name} ORDER BY id")])
                for name in tables
            ]
            found = nearest(*(rows.astype(float) for rows in short), 50)
            shares = [f"{kept(found[:, :count], true):.1%} of {count}" for count in (10, 20, 50)]
            print(f"{k} numbers: {', '.join(shares)}", flush=True)


if __name__ == "__main__":
    main()
