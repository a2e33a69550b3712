"""Tests Python's multiprocessing after the library's threads have worked: forked and spawned children must sample the
same bytes.

usage: processes.py LIBRARY
"""

import multiprocessing
import os
import sys
from pathlib import Path

os.environ.setdefault("GENERATIVE_LIBRARY", sys.argv[1] if len(sys.argv) > 1 else "")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))


def sample(model):
    """Runs in a child, which has received the model as a pickle."""
    return model.sample(8, seed=3).tobytes()


def main():
    from generative import VAE, Dataset

    faces = Dataset.faces(200, 16, 16, 1)
    vae = VAE(latent_size=4, epochs=1).fit(faces)
    expected = sample(vae)
    children = 0
    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        with context.Pool(4) as pool:
            results = pool.map_async(sample, [vae] * 40).get(timeout=120)
        children += len(results)
        if any(result != expected for result in results):
            print(f"{method}: different results")
            return 1
    print(f"{children} samples in forked and spawned Python processes, all bit-identical")
    return 0


if __name__ == "__main__":
    sys.exit(main())
