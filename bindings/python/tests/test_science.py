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


def test_hamiltonian_monte_carlo_finds_the_evidence_of_gaussians(science):
    scipy = pytest.importorskip("scipy.stats")
    # z ~ N(0, I), x | z ~ N(A z, s^2 I), so x ~ N(0, A A' + s^2 I).
    likelihoods, random = science("likelihoods"), np.random.default_rng(3)
    A, s = random.normal(size=(5, 3)), 0.7
    x = random.normal(size=(20, 3)) @ A.T + s * random.normal(size=(20, 5))

    def density(z):
        away = x - z @ A.T
        energy = -0.5 * (np.square(away).sum(1) / s**2 + np.square(z).sum(1))
        return energy - 4 * np.log(2 * np.pi) - 5 * np.log(s), away @ A / s**2 - z

    samples, energies, accepted = likelihoods.hamiltonian(density, np.zeros((20, 3)), 200, 2000, random)
    covariance = A @ A.T + s * s * np.eye(5)
    truth = scipy.multivariate_normal(np.zeros(5), covariance).logpdf(x)
    assert 0.7 < accepted < 0.99
    np.testing.assert_allclose(likelihoods.reciprocal_estimate(samples, energies), truth, atol=0.1)
    weighted = likelihoods.importance_estimate(density, samples, 5000, random)
    np.testing.assert_allclose(weighted, truth, atol=0.05)
    posterior = x @ A @ np.linalg.inv(A.T @ A + s * s * np.eye(3))
    np.testing.assert_allclose(samples.mean(0), posterior, atol=0.15)


def test_rows_near_training_rows_are_found(science):
    random = np.random.default_rng(4)
    training, held_out, others = random.normal(size=(3, 400, 6)).astype(np.float32)
    nearer = science("memorization").nearer
    copies = training + np.float32(0.01)
    assert nearer(copies, training, held_out) == 100 and nearer(copies, held_out, training) == 0
    assert 40 < nearer(others, training, held_out) < 60


def test_clusters_stand_for_the_classes_that_fit_best(science):
    pytest.importorskip("scipy")
    truth = np.arange(1000) % 10
    renamed = (truth * 3 + 1) % 10
    renamed[:100] = (renamed[:100] + 1) % 10
    assert science("representations").matched(renamed, truth) == pytest.approx(90)


def test_latents_that_are_the_factors_are_disentangled(science):
    pytest.importorskip("sklearn")
    factors, random = science("factors"), np.random.default_rng(5)
    truth = random.uniform(size=(2000, 3))
    same = truth[:, [2, 0, 1]] * [1, -2, 5]
    turned = truth @ np.linalg.qr(random.normal(size=(3, 3)))[0]
    assert factors.information_gap(same, truth) > 0.85 > 0.4 > factors.information_gap(turned, truth)
    fair, complete, informative = factors.disentanglement(same, truth, 0)
    assert min(fair, complete, informative) > 0.95
    assert max(factors.disentanglement(turned, truth, 0)[:2]) < 0.6
