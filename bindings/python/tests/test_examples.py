"""The example scripts run and write their images."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT


@pytest.mark.parametrize(
    ("script", "pictures"),
    [
        ("pca.py", ["components.png", "reconstructions.png"]),
        ("denoiser.py", ["denoising.png"]),
        ("vae.py", ["samples.png"]),
        ("gan.py", ["generated.png"]),
        ("latents.py", ["walk.png", "loop.png", "latents.png", "smile.png"]),
    ],
)
def test_example(script, pictures, tmp_path):
    python = ROOT / "bindings" / "python"
    environment = dict(os.environ, PYTHONPATH=str(python))
    command = [sys.executable, str(python / "examples" / script), str(tmp_path), "1"]
    subprocess.run(command, check=True, env=environment, timeout=300)
    for picture in pictures:
        assert (tmp_path / picture).stat().st_size > 500
