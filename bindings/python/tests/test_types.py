"""The package's type hints pass mypy in strict mode, and are available to users."""

import subprocess
import sys

import pytest
from conftest import ROOT

PACKAGE = ROOT / "bindings" / "python"
USER = """
import numpy as np
from generative import GAN, PCA, VAE, load
rows = np.zeros((9, 4), np.float32)
reveal_type(PCA(2).fit(rows).score(rows))
reveal_type(VAE(2).fit(rows, verbose=True))
reveal_type(VAE().encode(rows)[0])
GAN(objective=3)
"""


def test_mypy_finds_nothing_wrong(tmp_path):
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path), "--config-file", "pyproject.toml"]
    done = subprocess.run([*command, "generative"], cwd=PACKAGE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    (tmp_path / "user.py").write_text(USER)
    done = subprocess.run([*command, str(tmp_path / "user.py")], cwd=PACKAGE, capture_output=True, text=True)
    assert 'Revealed type is "float"' in done.stdout
    assert 'Revealed type is "generative.vae.VAE"' in done.stdout
    assert "numpy.ndarray" in done.stdout
    assert 'Argument "objective" to "GAN" has incompatible type "int"; expected "str"' in done.stdout
