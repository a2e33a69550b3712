"""Builds the SQLite extension and runs it in SQLite's shell, beside NumPy and the Python package.

usage: sqlite.py FOLDER_OF_THE_LIBRARY

A database file carries data and results between Python and the shell; hostile input goes to a shell whose extension
was built with AddressSanitizer.
"""

import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

from header import ROOT

library = Path(sys.argv[1]).resolve()
os.environ["GENERATIVE_LIBRARY"] = str(library / "libgenerative.so.2")
sys.path.insert(0, str(ROOT / "bindings" / "python"))

import generative  # noqa: E402
from generative import GAN, PCA, VAE, Autoencoder, Classifier, Moments  # noqa: E402

warnings.simplefilter("ignore")
checks = 0


def require(is_good, message):
    global checks
    checks += 1
    if not is_good:
        sys.exit(f"FAILED: {message}")


def blob(numbers):
    return np.ascontiguousarray(numbers, "<f4").tobytes()


def numbers(bytes_):
    return np.frombuffer(bytes_, "<f4")


class Shell:
    """SQLite's shell with the extension, and a database file."""

    def __init__(self, folder, flags=(), preload=""):
        self.folder, self.preload = folder, preload
        folder.mkdir()
        make = ["make", "--silent", "-C", str(ROOT / "bindings" / "sqlite"), f"LIBRARY={library}", f"OUT={folder}"]
        subprocess.run([*make, *flags], check=True)
        self.database = sqlite3.connect(folder / "test.db", isolation_level=None)
        self.database.execute("PRAGMA synchronous = OFF")

    def errors(self, *statements):
        """Runs statements, one per line; returns the error of each, "" for none."""
        load = f"PRAGMA synchronous = OFF; SELECT load_extension('{self.folder}/generative_sqlite');\n"
        done = subprocess.run(
            ["sqlite3", str(self.folder / "test.db")], input=load + "\n".join(statements), text=True,
            capture_output=True, env=dict(os.environ, LD_PRELOAD=self.preload, ASAN_OPTIONS="detect_leaks=0"),
        )  # fmt: skip
        messages = re.findall(r"^(?:Runtime|Parse) error near line (\d+): (.*)", done.stderr, flags=re.M)
        require(done.returncode in (0, 1) and "Sanitizer" not in done.stderr, done.stderr[-3000:])
        known = {int(line): message for line, message in messages}
        return [known.get(line, "") for line in range(2, len(statements) + 2)]

    def values(self, query, prelude=()):
        """The rows of a query."""
        self.database.execute("DROP TABLE IF EXISTS result")
        errors = self.errors(*prelude, f"CREATE TABLE result AS {query};")
        require(not any(errors), f"{query}: {errors}")
        return self.database.execute("SELECT * FROM result").fetchall()

    def value(self, query, prelude=()):
        return self.values(query, prelude)[0][0]

    def keep(self, name, rows):
        """Makes a table of BLOBs v, numbered from 1 by i."""
        self.database.execute(f"CREATE TABLE {name} (i INTEGER PRIMARY KEY, v BLOB)")
        self.database.execute("BEGIN")
        self.database.executemany(f"INSERT INTO {name} (v) VALUES (?)", [(row,) for row in rows])
        self.database.execute("COMMIT")


def model_of(folder, bytes_):
    (folder / "model").write_bytes(bytes_)
    return generative.load(folder / "model")


def statistics(shell, X, random_numbers):
    """gen_moments and gen_pca, and their merges, beside NumPy."""
    rows, d = X.shape
    shell.keep("t", [blob(row) for row in X])
    mean, covariance = X.astype(np.float64).mean(0), np.cov(X.astype(np.float64).T)
    scale = np.abs(covariance).max()
    whole = Moments.from_bytes(shell.value("SELECT gen_moments(v) FROM t"))
    merged = "SELECT gen_moments_merge(m) FROM (SELECT gen_moments(v) m FROM t GROUP BY i % 4)"
    for found in (whole, Moments.from_bytes(shell.value(merged))):
        require(np.abs(found.mean - mean).max() < 1e-12 * np.abs(mean).max(), "the mean is NumPy's")
        require(np.abs(found.covariance - covariance).max() < 1e-12 * scale, "the covariance is NumPy's")

    variances, vectors = np.linalg.eigh(covariance)
    ways = {
        "gen_pca": "SELECT gen_pca(v, 3) FROM t",
        "gen_pca_merge": "SELECT gen_pca_merge(p) FROM (SELECT gen_pca(v, 3) p FROM t GROUP BY i % 5)",
        "gen_pca_merge(m, k)": "SELECT gen_pca_merge(m, 3) FROM (SELECT gen_moments(v) m FROM t GROUP BY i % 5)",
    }
    for way, query in ways.items():
        pca = model_of(shell.folder, shell.value(query))
        require(pca.components_.shape == (3, d), f"{way}: 3 components")
        require(np.allclose(pca.explained_variance_, variances[:-4:-1], rtol=1e-12), f"{way}: NumPy's variances")
        alike = np.abs((pca.components_ * vectors.T[:-4:-1]).sum(1))
        require(np.allclose(alike, 1, atol=1e-9), f"{way}: NumPy's components")
    require(model_of(shell.folder, shell.value("SELECT gen_pca(v) FROM t")).n_components_ == d, "all components")
    require(shell.values("SELECT gen_moments(v), gen_pca(v) FROM t WHERE 0") == [(None, None)], "no rows give NULL")

    # Scalar functions of the PCA, beside NumPy. The model: a subquery, a bound parameter, its weights only.
    shell.database.execute("CREATE TABLE models (model BLOB)")
    model = shell.value("SELECT gen_pca(v, 3) FROM t")
    shell.database.execute("INSERT INTO models VALUES (?)", (model,))
    pca, bind = model_of(shell.folder, model), [".parameter set @m (SELECT(model)FROM(models))"]
    latents = (X - mean) @ pca.components_.T
    rebuilt = latents @ pca.components_ + mean
    for way in ("(SELECT model FROM models)", "@m", "gen_weights(@m)"):
        found = shell.values(f"SELECT gen_encode({way}, v), gen_score({way}, v) FROM t ORDER BY i", bind)
        z = np.array([numbers(z) for z, _ in found])
        require(np.abs(z - latents).max() < 1e-5 * np.abs(latents).max(), f"{way}: NumPy's latents")
        expected = ((X - rebuilt) ** 2).sum(1)
        require(np.abs([s for _, s in found] - expected).max() < 1e-4 * expected.max(), f"{way}: NumPy's scores")
    decoded = shell.values("SELECT gen_decode(@m, gen_encode(@m, v)) FROM t ORDER BY i", bind)
    require(np.abs(np.array([numbers(v) for (v,) in decoded]) - rebuilt).max() < 1e-4, "NumPy's reconstructions")


def integers(shell, random_numbers):
    """Bytes of four files merge to the bits of one pass, in any order."""
    X = random_numbers.integers(0, 256, (10_007, 37), dtype=np.uint8)
    shell.keep("bytes", [row.tobytes() for row in X])
    attach = [f"ATTACH '{shell.folder}/part{n}.db' AS p{n};" for n in range(4)]
    parts = [f"CREATE TABLE p{n}.s AS SELECT gen_moments(v, 'u8') m, gen_pca(v, 5, 'u8') p FROM bytes WHERE i % 7 "
             f"{'<= 3' if n == 0 else f'= {n + 3}'};" for n in range(4)]  # fmt: skip
    whole = shell.values("SELECT gen_moments(v, 'u8'), gen_pca(v, 5, 'u8') FROM bytes", attach + parts)[0]
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        union = " UNION ALL ".join(f"SELECT * FROM p{n}.s" for n in order)
        merged = shell.values(f"SELECT gen_moments_merge(m), gen_pca_merge(p) FROM ({union})", attach)[0]
        require(merged == whole, f"files merged in the order {order} equal one pass")
    exact = Moments.from_bytes(whole[0])
    require(exact.is_exact and np.allclose(exact.mean, X.sum(0) / (255 * len(X)), rtol=1e-15), "sums are exact")
    pca, row = model_of(shell.folder, whole[1]), X[3].tobytes().hex()
    found = numbers(shell.value(f"SELECT gen_encode(p, x'{row}') FROM p0.s", attach[:1]))
    part = model_of(shell.folder, shell.value("SELECT p FROM p0.s", attach[:1]))
    require(np.array_equal(found, part.transform(X[3:4] / np.float32(255))[0]), "bytes are encoded as 0 ... 1")
    require(pca.n_features_in_ == 37, "37 columns")


def networks(shell, X, random_numbers):
    """Each kind's functions give the bits of the Python package's, also for more models than are cached."""
    Y = np.clip(X, 0, 1)
    y = (X[:, 0] > 0).astype(int)
    quick = {"epochs": 1, "hidden": [8]}
    models = {
        "pca": PCA(n_components=2).fit(Y),
        "autoencoder": Autoencoder(latent_size=2, **quick).fit(Y),
        "vae": VAE(latent_size=2, **quick).fit(Y),
        "labelled": VAE(latent_size=2, n_classes=2, **quick).fit(Y, y),
        "gan": GAN(latent_size=3, epochs=1).fit(Y),
        "classifier": Classifier(**quick).fit(Y, y),
    }
    models["autoencoder"].fit_mixture(Y, n_components=2)
    shell.database.execute("CREATE TABLE m (name TEXT, model BLOB)")
    for name, model in models.items():
        model.save(shell.folder / name)
        shell.database.execute("INSERT INTO m VALUES (?, ?)", (name, (shell.folder / name).read_bytes()))
    shell.keep("y", [blob(row) for row in Y[:5]])
    shell.keep("z", [blob(row) for row in random_numbers.normal(size=(5, 3))])
    latents = np.array([numbers(z) for (z,) in shell.database.execute("SELECT v FROM z")])

    def rows(query):
        """The results by model; all models are in use for each row of the data."""
        found = {}
        for name, value in shell.values(f"{query} ORDER BY name, i"):
            found.setdefault(name, []).append(value if isinstance(value, float) else numbers(value))
        return {name: np.array(values) for name, values in found.items()}

    plain = "name IN ('pca', 'autoencoder', 'vae')"
    encoded = rows(f"SELECT name, gen_encode(model, v) FROM y CROSS JOIN m WHERE {plain}")
    scores = rows(f"SELECT name, gen_score(model, v) FROM y CROSS JOIN m WHERE {plain}")
    decoded = rows(f"SELECT name, gen_decode(model, substr(v, 1, 8)) FROM z CROSS JOIN m WHERE {plain}")
    for name in ("pca", "autoencoder", "vae"):
        model = models[name]
        require(np.array_equal(encoded[name], model.transform(Y[:5])), f"{name}: latents")
        require(np.array_equal(scores[name], model.anomaly_scores(Y[:5])), f"{name}: scores")
        require(np.array_equal(decoded[name], model.inverse_transform(latents[:, :2].copy())), f"{name}: rows")
    drawn = rows("SELECT name, gen_sample(model, -i) FROM y CROSS JOIN m WHERE name <> 'classifier'")
    for name, found in drawn.items():
        draw = models[name].sample_mixture if name == "autoencoder" else models[name].sample
        expected = [draw(1, seed=2**64 - i)[0] for i in range(1, 6)]
        require(np.array_equal(found, np.array(expected, np.float32)), f"{name}: samples")
    made = rows("SELECT name, gen_decode(model, v) FROM z CROSS JOIN m WHERE name = 'gan'")
    require(np.array_equal(made["gan"], models["gan"].generate(latents)), "gan: rows from latents")
    for label in (0, 1):
        conditional = rows(
            f"SELECT 'encode' name, gen_encode(model, v, {label}) FROM y CROSS JOIN m WHERE name = 'labelled'"
        )
        expected = models["labelled"].transform(Y[:5], labels=np.full(5, label))
        require(np.array_equal(conditional["encode"], expected), f"latents given label {label}")
    return models


def recipes(folder, X):
    """The page's queries run as they stand."""
    page = (ROOT / "docs" / "sqlite.md").read_text()
    blocks = [block for block in re.findall(r"^```\n(.*?)^```", page, flags=re.M | re.S) if "gen_" in block]
    merging, reducing = (statements(block) for block in blocks)
    shell = Shell(folder)
    shell.keep("items", [blob(row) for row in X])
    for day, rows in (("monday", X[:100]), ("tuesday", X[100:])):
        part = sqlite3.connect(folder / f"{day}.db", isolation_level=None)
        part.execute("CREATE TABLE items (v BLOB)")
        part.executemany("INSERT INTO items VALUES (?)", [(blob(row),) for row in rows[:50]])
        part.close()
    expected = PCA(n_components=3).fit(np.concatenate([X[:50], X[100:150]]))
    *attach, query = [line.replace("128", "3").replace("ATTACH '", f"ATTACH '{folder}/") for line in merging]
    pca = model_of(folder, shell.value(query.rstrip(";"), attach))
    require(np.allclose(pca.explained_variance_, expected.explained_variance_, rtol=1e-12), "days merge")

    *prepare, encode = [line.replace("128", "3") for line in reducing]
    set_query = '.parameter set :query "(SELECT v FROM items WHERE i = 7)"'
    found = numbers(shell.value(encode.rstrip(";"), [*prepare, set_query]))
    stored = shell.database.execute("SELECT short FROM items WHERE i = 7").fetchone()[0]
    require(np.array_equal(found, numbers(stored)), "a query is encoded as the item that it equals")
    centred = X.astype(np.float64) - X.mean(0, dtype=np.float64)
    distances = np.linalg.svd(centred)[1][:3]
    short = np.array([numbers(v) for (v,) in shell.database.execute("SELECT short FROM items ORDER BY i")], np.float64)
    require(np.allclose(np.linalg.norm(short, axis=0), distances, rtol=1e-5), "the short vectors are NumPy's")


def statements(block):
    """The statements of a block, each on one line, without comments."""
    lines = [line.split("--")[0].strip() for line in block.splitlines()]
    text = " ".join(f"{line}\n" if line.startswith(".") or line.endswith(";") else line for line in lines if line)
    return [line.strip() for line in text.splitlines()]


VALUE = "x'0000803f00000040'"
HOSTILE = [
    ("SELECT gen_moments(NULL);", "gen_moments: row 1: v is NULL, not a BLOB of floats"),
    ("SELECT gen_moments(2.5);", "gen_moments: row 1: v is the number 2.5, not a BLOB of floats"),
    ("SELECT gen_moments('it''s é' || char(9731));", "row 1: v is the text 'it''s é☃', not a BLOB of floats"),
    ("SELECT gen_moments(printf('%.100c', 'é'));", "v is the text '" + 40 * "é" + "', not a BLOB of floats"),
    ("SELECT gen_moments(x'');", "row 1: v is a BLOB of 0 bytes, not a BLOB of floats"),
    ("SELECT gen_moments(zeroblob(6));", "row 1: v is a BLOB of 6 bytes, not a BLOB of floats"),
    ("SELECT gen_moments(zeroblob(262148));", "n_features must be between 1 and 65536, not 65537"),
    (f"SELECT gen_moments({VALUE}, 'u9');", "type is the text 'u9', not 'f32' or 'u8'"),
    (f"SELECT gen_moments({VALUE}, NULL);", "type is NULL, not 'f32' or 'u8'"),
    (f"SELECT gen_moments(v) FROM (SELECT {VALUE} v UNION ALL SELECT zeroblob(12));",
     "gen_moments: row 2: v is a BLOB of 12 bytes, not a BLOB of 8 bytes like row 1"),
    (f"SELECT gen_pca(v) FROM (SELECT {VALUE} v UNION ALL SELECT NULL);",
     "gen_pca: row 2: v is NULL, not a BLOB of 8 bytes like row 1"),
    ("SELECT gen_moments(v) FROM (SELECT zeroblob(8) v FROM generate_series(1, 9000) UNION ALL SELECT "
     "x'0000000000000000' UNION ALL SELECT x'000000000000c07f');", "gen_moments: row 9002: v has NaN in element 1"),
    ("SELECT gen_pca(x'0000807f00000000');", "gen_pca: row 1: v has Inf in element 0"),
    (f"SELECT gen_pca({VALUE}, 0);", "k is the number 0, not an integer of at least 1"),
    (f"SELECT gen_pca({VALUE}, 9999999999);", "k is the number 9999999999, not an integer of at least 1"),
    (f"SELECT gen_pca({VALUE}, 'all');", "k is the text 'all', not an integer of at least 1"),
    ("SELECT gen_moments_merge(NULL);", "gen_moments_merge: row 1: state is NULL, not a BLOB of gen_moments"),
    ("SELECT gen_pca_merge('x');", "gen_pca_merge: row 1: state is the text 'x', not a BLOB of gen_pca"),
    ("SELECT gen_moments_merge(model) FROM m WHERE name = 'vae';", 'row 1: this model is of kind "vae", not "moments"'),
    ("SELECT gen_pca_merge(model) FROM m WHERE name = 'vae';", "row 1: pca is a gen_vae handle, not a gen_pca"),
    (f"SELECT gen_moments_merge(s) FROM (SELECT gen_moments({VALUE}) s UNION ALL SELECT gen_moments(zeroblob(12)));",
     "gen_moments_merge: row 2: "),
    ("SELECT gen_encode(NULL, zeroblob(24));", "gen_encode: model is NULL, not the BLOB of a model's file"),
    ("SELECT gen_encode(x'', zeroblob(24));", "model is a BLOB of 0 bytes, not the BLOB of a model's file"),
    ("SELECT gen_encode(zeroblob(99), zeroblob(24));", "gen_encode: expected '{', at byte 8"),
    ("SELECT gen_encode(substr(model, 1, 900), zeroblob(24)) FROM m WHERE name = 'vae';", "gen_encode: "),
    (f"SELECT gen_encode(gen_moments({VALUE}), zeroblob(8));", 'a file of kind "moments" does not contain a model'),
    ("SELECT gen_encode(model, zeroblob(20)) FROM m WHERE name = 'vae';",
     "gen_encode: v is a BLOB of 20 bytes, not a BLOB of 6 floats or 6 bytes"),
    ("SELECT gen_encode(model, 'abc') FROM m WHERE name = 'vae';", "v is the text 'abc', not a BLOB of 6 floats"),
    ("SELECT gen_encode(model, x'" + 6 * "0000c07f" + "') FROM m WHERE name = 'vae';", "nan in row 0, element 0"),
    ("SELECT gen_encode(model, zeroblob(24)) FROM m WHERE name = 'gan';", "is a gen_gan handle"),
    ("SELECT gen_encode(model, zeroblob(24)) FROM m WHERE name = 'labelled';", "labels"),
    ("SELECT gen_encode(model, zeroblob(24), 2) FROM m WHERE name = 'labelled';", "labels"),
    ("SELECT gen_encode(model, zeroblob(24), -1) FROM m WHERE name = 'labelled';",
     "label is the number -1, not an integer of at least 0"),
    ("SELECT gen_encode(model, zeroblob(24), 0) FROM m WHERE name = 'vae';", "labels must not be given"),
    ("SELECT gen_decode(model, zeroblob(2)) FROM m WHERE name = 'vae';",
     "gen_decode: latent is a BLOB of 2 bytes, not a BLOB of 2 floats"),
    ("SELECT gen_decode(model, zeroblob(32)) FROM m WHERE name = 'classifier';", "is a gen_classifier handle"),
    ("SELECT gen_score(model, zeroblob(24)) FROM m WHERE name = 'gan';", "a gan has no scores"),
    ("SELECT gen_sample(model, 1.5) FROM m WHERE name = 'vae';", "gen_sample: seed is the number 1.5"),
    ("SELECT gen_sample(model, NULL) FROM m WHERE name = 'vae';", "gen_sample: seed is NULL"),
    ("SELECT gen_sample(model, 1) FROM m WHERE name = 'classifier';", "a classifier has no latents"),
    ("SELECT gen_encode(1);", "wrong number of arguments to function gen_encode()"),
]  # fmt: skip


def hostile(shell, models, seed):
    for (statement, wanted), found in zip(HOSTILE, shell.errors(*[statement for statement, _ in HOSTILE])):
        require(wanted in found, f"{statement} told '{found}', not '{wanted}'")
    # Files with changed bytes: an error, or what the intact file gives where the change means nothing.
    generator = random.Random(seed)
    damaged = []
    for name in ("pca", "vae", "gan", "autoencoder"):
        whole = (shell.folder / name).read_bytes()
        for _ in range(40):
            bytes_ = bytearray(whole)
            for _ in range(generator.choice((1, 1, 3))):
                place = generator.randrange(generator.choice((8, 600, len(whole))))
                bytes_[place] ^= 1 << generator.randrange(8)
            damaged.append(bytes(bytes_[: generator.choice((len(whole), len(whole), generator.randrange(len(whole))))]))
    shell.keep("damaged", damaged)
    calls = ["gen_encode(v, zeroblob(24))", "gen_sample(v, 1)", "gen_weights(v)", "gen_pca_merge(v)"]
    queries = [f"SELECT length({call}) FROM damaged WHERE i = {i + 1};" for i in range(len(damaged)) for call in calls]
    errors = shell.errors(*queries)
    refused = sum(all(errors[i : i + len(calls)]) for i in range(0, len(errors), len(calls)))
    require(refused > 0.9 * len(damaged), f"seed {seed}: {refused} of {len(damaged)} damaged files are refused")


def main():
    random_numbers = np.random.default_rng(1)
    X = (random_numbers.normal(size=(911, 6)) @ random_numbers.normal(size=(6, 6)) + 3).astype(np.float32)
    asan = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as name:
        recipes(Path(name, "recipes"), X)
        shell = Shell(Path(name, "plain"))
        statistics(shell, X, random_numbers)
        integers(shell, random_numbers)
        sanitized = ["CC=gcc", "CFLAGS=-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined"]
        shell = Shell(Path(name, "sanitized"), sanitized, asan)
        hostile(shell, networks(shell, X, random_numbers), random.randrange(10**6))
    print(f"{checks} checks passed")


if __name__ == "__main__":
    main()
