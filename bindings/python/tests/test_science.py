"""`make science` runs, keeps its results and writes its page."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
FASHION = Path("/usr/share/datasets/fashion-mnist")


@pytest.mark.skipif(not FASHION.exists(), reason="there is no Fashion-MNIST")
@pytest.mark.parametrize("claim", ["tutorial", "parzen", "equilibrium"])
def test_a_claim_runs_short_and_is_kept(claim, tmp_path):
    pytest.importorskip("tqdm")
    command = [sys.executable, ROOT / "Benchmarks/science/science.py", claim, "--short", "--seeds", "5"]
    command += ["--results", tmp_path, "--table", tmp_path / "page.md"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings/python")}
    first = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert first.returncode == 0, first.stderr
    (kept,) = (tmp_path / "short").glob(f"*{claim}-5.json")
    written = kept.stat().st_mtime_ns
    second = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert second.returncode == 0 and kept.stat().st_mtime_ns == written, "measured twice"
    assert "seed 5" in (tmp_path / "page.md").read_text()


@pytest.fixture
def science(monkeypatch):
    """Imports a module of claims."""
    monkeypatch.syspath_prepend(str(ROOT / "Benchmarks/science"))
    return importlib.import_module


def test_rows_near_training_rows_are_found(science):
    random = np.random.default_rng(4)
    training, held_out, others = random.normal(size=(3, 400, 6)).astype(np.float32)
    nearer = science("memorization").nearer
    copies = training + np.float32(0.01)
    assert nearer(copies, training, held_out) == 100 and nearer(copies, held_out, training) == 0
    assert 40 < nearer(others, training, held_out) < 60
