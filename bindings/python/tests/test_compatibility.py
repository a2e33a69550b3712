"""Files of every earlier format load, give the same results, and can be fitted further."""

import json
import sys

import numpy as np
import pytest
from conftest import ROOT

import generative

GOLDEN = ROOT / "Tests" / "Golden"
FOLDER = GOLDEN / "compatibility"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())
sys.path.insert(0, str(GOLDEN))

from make_compatibility import UNFINISHED, outputs, rows  # noqa: E402

#: What the library chose when the files were written.
DEFAULTS_THEN = {"initializer": "by_activation", "learning_rate": 0.001}


def test_every_file_kept_is_tested():
    assert {path.name for path in FOLDER.glob("*.safetensors")} == set(EXPECTED)
    versions = {name.removesuffix(".safetensors").rsplit("-", 1)[1] for name in EXPECTED}
    assert versions == {"1", "1.1"}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_old_file_gives_the_same_results(name):
    about = EXPECTED[name]
    kind, shape = getattr(generative, about["kind"]), tuple(about["shape"])
    model = kind.load(FOLDER / name)
    np.testing.assert_allclose(outputs(model, shape).ravel(), about["outputs"], rtol=1e-4, atol=1e-5)
    again = kind.from_bytes(model.to_bytes())
    np.testing.assert_array_equal(outputs(again, shape), outputs(model, shape))
    if "unfinished" in name:
        assert model.info.n_epochs == 1 and model.info.n_epochs_left == 1
        whole = generative.VAE(2, hidden=(4,), **DEFAULTS_THEN, **UNFINISHED).fit(rows(shape))
        model.set_params(**UNFINISHED).fit(rows(shape), resume=True)
        np.testing.assert_allclose(outputs(model, shape), outputs(whole, shape), rtol=1e-4, atol=1e-5)
    if about["kind"] == "GAN":
        # Steps of D shared their rows then, and had the same objective.
        assert model.get_params()["fresh_rows"] is False and model.get_params()["objective"] == "non_saturating"
    if about["kind"] != "PCA" and "unfinished" not in name:
        before = model.info.n_steps
        assert before == 6 and model.info.n_epochs == 2
        labels = np.arange(20) % 3 if getattr(model, "n_classes", 0) else None
        model.set_params(epochs=1, batch_size=8, warm_start=True).fit(rows(shape), labels)
        assert model.info.n_steps == 9


@pytest.mark.parametrize(
    ("metadata", "status"),
    [
        ({"format": "2"}, "GEN_E_VERSION"),
        ({"format": "1.2"}, None),
        ({"format": "1"}, None),
        ({"format": "pt"}, "GEN_E_FORMAT"),
        ({"kind": "flow"}, "GEN_E_MISMATCH"),
        ({"option.architecture": "transformer"}, "GEN_E_FORMAT"),
    ],
)
def test_a_newer_major_version_is_refused_and_a_newer_minor_is_not(metadata, status, tmp_path):
    numpy_format = pytest.importorskip("safetensors.numpy")
    from safetensors import safe_open

    source, path = FOLDER / "vae-1.1.safetensors", tmp_path / "vae.safetensors"
    with safe_open(source, "numpy") as file:
        about = {**file.metadata(), **metadata}
    del about["crc32c"]
    numpy_format.save_file(numpy_format.load_file(source), path, metadata=about)
    if status is None:
        assert generative.VAE.load(path).info.n_epochs == 2
    else:
        with pytest.raises(generative.GenerativeError) as caught:
            generative.VAE.load(path)
        assert caught.value.name == status and "\n" not in caught.value.message
