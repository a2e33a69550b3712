"""Data that many tests use."""

import importlib
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
FASHION = Path("/usr/share/datasets/fashion-mnist")
sys.path.insert(0, str(ROOT / "bindings" / "python"))
sys.path.insert(0, str(ROOT / "Tests" / "Scripts"))
os.environ.setdefault("GENERATIVE_LIBRARY", str(ROOT / ".build" / "release" / "libgenerative.so"))
# A shell lets what runs in the background ignore Ctrl-C, which tests send to themselves.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def benchmark(monkeypatch):
    """Imports a module of Benchmarks by its name."""
    monkeypatch.syspath_prepend(str(ROOT / "Benchmarks"))
    return importlib.import_module


@pytest.fixture
def rows():
    """257 rows of 5 x 7 pixels in [0, 1], with structure, not only noise."""
    random = np.random.default_rng(7)
    factors = random.random((257, 3))
    patterns = random.random((3, 35))
    noisy = factors @ patterns / 3 + 0.05 * random.random((257, 35))
    return np.clip(noisy, 0, 1).astype(np.float32).reshape(257, 5, 7)


@pytest.fixture
def fashion():
    """The first 2,000 Fashion-MNIST images, (2000, 28, 28)."""
    if not FASHION.exists():
        pytest.skip("Fashion-MNIST is not installed")
    import generative

    return generative.Dataset.from_idx(FASHION / "train-images-idx3-ubyte.gz").read(0, 2000)
