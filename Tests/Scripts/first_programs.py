"""Runs the programs that a newcomer tries first, unchanged, and measures what their models learned.

usage: first_programs.py FOLDER_OF_THE_LIBRARY PYTHON [quick]

They are the README's programs, the program at the top of the header, bindings/c, bindings/python/examples and
bindings/python/faces.py. Each prints a line with its time and its metrics; with quick, only the two cheapest run. The
exit status is 1 if a program fails or a metric misses its limit. Limits come from other models, never from the
program's own score:

- Faces: the demo's VAE of 20,000 faces (Sources/gen/Demo/DemoFaces.swift) has a Fréchet distance of 0.567, in the
  features of a classifier of smiles, and its direction has a correlation of 0.933 with the true smile. A program's
  model may have three times the distance, and must have 0.85 times the correlation. Samples of dense layers after
  three epochs, without eyes or mouths, have 18.6 and 0.253.
- Clothes: the demo's VAE 784-400-20 has a Fréchet distance of 42.2 in the features of a classifier of Fashion-MNIST.
  A VAE may have 0.6 times that, a GAN a quarter.
- A denoiser reaches at least the PSNR of the best linear filter, 17.51 dB (docs/performance.md).
- 30 principal components explain as much variance as numpy's, to 1e-4.

Programs that fit the same model in several languages must write the same image, byte for byte; gen enlarges its own,
so the faces of its model are compared.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from header import HEADER, ROOT

library, python = Path(sys.argv[1]).resolve(), os.path.abspath(sys.argv[2])
os.environ["GENERATIVE_LIBRARY"] = str(library / "libgenerative.so.2")
os.environ["PYTHONPATH"] = str(ROOT / "bindings" / "python")
os.environ["LD_LIBRARY_PATH"] = str(library)
os.environ["PATH"] = f"{library}:{os.environ['PATH']}"
sys.path.insert(0, os.environ["PYTHONPATH"])

import generative  # noqa: E402
from generative import PCA, Classifier, evaluate, latents  # noqa: E402

FASHION = Path("/usr/share/datasets/fashion-mnist")
FLAGS = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2", f"-I{ROOT}/include"]
LINK = [f"-L{library}", f"-Wl,-rpath,{library}", "-lgenerative"]
N_SAMPLES = 1000
# The limits hold for the features of these judges, which must not change with the library's defaults.
JUDGE = {"architecture": "convolutional", "base_channels": 16}
JUDGE |= {"batch_size": 128, "learning_rate": 1e-3, "schedule": "cosine"}
# See above; all measured with N_SAMPLES.
FACES_DISTANCE, SMILE = 3 * 0.567, 0.85 * 0.933
VAE_DISTANCE, GAN_DISTANCE = 0.6 * 42.2, 0.25 * 42.2
LINEAR_FILTER = 17.51
failed = 0


def run(name, command, folder, environment=None):
    """Runs a command in a folder; returns what it printed. Reports its time, and a failure."""
    start = time.monotonic()
    cpu = os.times().children_user
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    seconds, cpu = time.monotonic() - start, os.times().children_user - cpu
    print(f"{name}: {seconds:.0f} s, {cpu:.0f} s of processor time", flush=True)
    require(done.returncode == 0, f"{name} failed: {done.stdout}{done.stderr}")
    return done.stdout


def require(is_good, message):
    global failed
    if not is_good:
        failed += 1
        print(f"  FAILED: {message}", flush=True)


def at_most(name, value, limit):
    print(f"  {name}: {value:.3g} (at most {limit:.3g})", flush=True)
    require(value <= limit, f"{name} is above its limit")


def at_least(name, value, limit):
    print(f"  {name}: {value:.4g} (at least {limit:.4g})", flush=True)
    require(value >= limit, f"{name} is below its limit")


def same(first, second):
    require(first.read_bytes() == second.read_bytes(), f"{first} and {second} differ")


def snippet(document, language):
    return re.search(rf"^```{language}\n(.*?)^```", document.read_text(), flags=re.M | re.S)[1]


def header_program():
    """The program in the first comment of the header."""
    lines = re.search(r"^ \*     #include.*?^ \*     }$", HEADER.read_text(), flags=re.M | re.S)[0].splitlines()
    return "\n".join(line[7:] for line in lines) + "\n"


def compiled(source, folder):
    program = folder / source.stem
    subprocess.run(["gcc", *FLAGS, str(source), "-o", str(program), *LINK], check=True)
    return [str(program)]


class Faces:
    """Measures models of faces of 32 x 32 x 3."""

    def __init__(self):
        self.unseen = generative.faces(2000, seed=7)
        seen = generative.faces(5000, seed=1)
        self.judge = Classifier(**JUDGE, epochs=5).fit(seen)
        self.real = self.judge.features(self.unseen.read(0, N_SAMPLES))

    def measure(self, path):
        vae = generative.load(path)
        samples = self.judge.features(vae.sample(N_SAMPLES, seed=0))
        at_most("Fréchet distance of faces", evaluate.frechet(self.real, samples).distance, FACES_DISTANCE)
        known, smile = vae.transform(self.unseen), self.unseen.factors()[:, 0]
        found = latents.direction(known[:1000], smile[:1000])
        at_least("correlation of the smile", np.corrcoef(known[1000:] @ found.vector, smile[1000:])[0, 1], SMILE)


def faces(work):
    """The README's programs, and bindings/python/faces.py fit one model."""
    folders = {name: work / f"faces-{name}" for name in ("sh", "py", "c", "text")}
    for folder in folders.values():
        folder.mkdir()
    for language, name in (("sh", "sh"), ("python", "py"), ("c", "c")):
        (folders[name] / f"faces.{name}").write_text(snippet(ROOT / "README.md", language))
    run("README, shell", ["sh", "-eu", "faces.sh"], folders["sh"])
    run("README, Python", [python, "faces.py"], folders["py"])
    run("README, C", compiled(folders["c"] / "faces.c", folders["c"]), folders["c"])
    run("bindings/python/faces.py", [sys.executable, str(ROOT / "bindings" / "python" / "faces.py")], folders["text"])
    same(folders["py"] / "faces.png", folders["c"] / "faces.png")
    model, shells = (generative.load(folders[name] / "faces.safetensors") for name in ("py", "sh"))
    drawn, shells = model.sample(64, seed=1), shells.sample(64, seed=1)
    require((drawn == shells).all(), "the shell's model draws other faces than Python's")
    generative.write_image(work / "sixteen.png", generative.image_grid(model.sample(16, seed=1)))
    same(work / "sixteen.png", folders["text"] / "faces.png")
    Faces().measure(folders["sh"] / "faces.safetensors")


class Fashion:
    """Measures models of Fashion-MNIST."""

    def __init__(self):
        train = generative.open_dataset(FASHION / "train-images-idx3-ubyte.gz", max_rows=20_000)
        test = generative.open_dataset(FASHION / "t10k-images-idx3-ubyte.gz")
        self.judge = Classifier(**JUDGE, epochs=3).fit(train)
        self.real = self.judge.features(test.read(0, N_SAMPLES))

    def measure(self, path, limit):
        samples = self.judge.features(generative.load(path).sample(N_SAMPLES, seed=0))
        at_most("Fréchet distance of clothes", evaluate.frechet(self.real, samples).distance, limit)


def example(name, work, variable):
    """Runs a program of bindings/python/examples; returns its folder, where it saved the model that it calls
    `variable`, and what it printed."""
    folder = work / name
    folder.mkdir()
    source = ROOT / "bindings" / "python" / "examples" / f"{name}.py"
    code = f"import runpy, sys; sys.argv = ['', '.']; runpy.run_path({str(source)!r})['{variable}'].save('model')"
    return folder, run(f"bindings/python/examples/{name}.py", [python, "-c", code], folder)


def twin(name, folder, *images):
    """Runs the program of bindings/c with the same name, which must write the same images."""
    (folder / "c").mkdir()
    run(f"bindings/c/{name}.c", [*compiled(ROOT / "bindings" / "c" / f"{name}.c", folder), "c"], folder)
    for image in images:
        same(folder / image, folder / "c" / image)


def principal(work):
    folder, _ = example("pca", work, "pca")
    twin("pca", folder, "components.png", "reconstructions.png")
    images = generative.open_dataset(FASHION / "train-images-idx3-ubyte.gz")
    X = images.read(0, len(images)).reshape(len(images), -1).astype(np.float64)
    variances = np.linalg.eigvalsh(np.cov(X.T))
    explained = variances[-30:].sum() / variances.sum()
    found = generative.load(folder / "model").explained_variance_ratio_.sum()
    at_most("error of the variance explained", abs(found - explained), 1e-4)


def denoiser(work, is_quick):
    folder, _ = example("denoiser", work, "model")
    if not is_quick:
        twin("denoiser", folder, "denoising.png")
    clean = generative.open_dataset(FASHION / "t10k-images-idx3-ubyte.gz").read(0, N_SAMPLES)
    noisy = generative.corrupt(clean, "gaussian", 0.5, seed=1)
    restored = generative.load(folder / "model").denoise(noisy)
    at_least("PSNR of test images in dB", evaluate.psnr(restored, clean), LINEAR_FILTER)


def clothes(work):
    fashion = Fashion()
    folder, _ = example("vae", work, "vae")
    twin("vae", folder, "samples.png")
    fashion.measure(folder / "model", VAE_DISTANCE)
    header = work / "header"
    header.mkdir()
    (header / "program.c").write_text(header_program())
    (header / "train-images-idx3-ubyte.gz").symlink_to(FASHION / "train-images-idx3-ubyte.gz")
    run("include/generative.h", compiled(header / "program.c", header), header)
    same(folder / "samples.png", header / "samples.png")
    folder, _ = example("gan", work, "gan")
    twin("gan", folder, "generated.png")
    fashion.measure(folder / "model", GAN_DISTANCE)


def latent_directions(work):
    """The model of bindings/c is the README's; that of bindings/python is fitted to other faces."""
    folder, printed = example("latents", work, "vae")
    at_least("correlation of the smile", float(re.search(r"smile .* unseen faces ([\d.]+)", printed)[1]), SMILE)
    Faces().measure(folder / "model")
    twin("latents", folder)


def main():
    is_quick = sys.argv[3:] == ["quick"]
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        if FASHION.exists():
            principal(work)
            denoiser(work, is_quick)
        if not is_quick:
            faces(work)
            latent_directions(work)
            if FASHION.exists():
                clothes(work)
    print(f"{failed} failed")
    return int(failed != 0)


if __name__ == "__main__":
    sys.exit(main())
