"""Reports: pages that the tool gen makes of models in memory."""

import html
import os
import re

import generative
import numpy as np
import pytest
from generative import PCA, VAE, GenerativeError
from test_own_data import GEN, needs_gen

FACES = generative.faces(120, size=16)


@pytest.fixture(scope="module")
def vae():
    return VAE(latent_size=3, hidden=(16,), epochs=2).fit(FACES)


def names(page):
    return re.findall(r"<h2[^>]*>(.*?)</h2>", page.html)


@needs_gen
def test_a_report_of_a_model_alone_has_samples_and_curves(vae):
    page = generative.report(vae, title="my <model>")
    assert "Samples" in names(page) and "Learning" in names(page) and "Reconstructions" not in names(page)
    assert "<title>my &lt;model&gt;</title>" in page.html


@needs_gen
@pytest.mark.parametrize("kind", ["dataset", "array", "bytes", "path"])
def test_rows_may_be_datasets_arrays_and_paths(vae, kind, tmp_path):
    np.save(tmp_path / "rows.npy", FACES[:])
    rows = {
        "dataset": FACES,
        "array": FACES[:].astype(np.float64),
        "bytes": np.rint(FACES[:] * 255).astype(np.uint8),
        "path": tmp_path / "rows.npy",
    }
    page = generative.report(vae, rows[kind], training=rows[kind])
    assert {"Reconstructions", "Latent map", "Nearest training rows"} <= set(names(page))
    error = np.mean(np.sum((vae.reconstruct(FACES[:]) - FACES[:]) ** 2, axis=(1, 2, 3)))
    told = re.search(r"squared error of a row is ([\d.]+),", page.html)
    assert float(told[1]) == pytest.approx(error, abs=0.02)


@needs_gen
def test_conditional_models_take_the_labels_of_datasets_and_arrays():
    model = VAE(latent_size=2, hidden=(8,), epochs=1, n_classes=2).fit(FACES)
    for rows, labels in [(FACES, None), (FACES[:], FACES.labels())]:
        assert "Reconstructions" in names(generative.report(model, rows, labels=labels))
    with pytest.raises(GenerativeError, match="no labels"):
        generative.report(model, FACES[:])


@needs_gen
def test_a_notebook_shows_the_page_and_a_file_keeps_it(tmp_path):
    page = generative.report(PCA(3).fit(FACES), FACES, title="faces")
    shown = page._repr_html_()
    assert shown.startswith('<iframe title="faces"')
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1]) == page.html
    page.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text() == page.html
    assert repr(page).startswith("<Report 'faces', ")


@needs_gen
def test_the_message_of_the_tool_is_raised(vae):
    with pytest.raises(GenerativeError, match="no/such"):
        generative.report(vae, "no/such.npy")
    with pytest.raises(FileNotFoundError):
        generative.report(vae, tool="no/such/gen")


@needs_gen
def test_gen_is_found_on_the_path_and_another_program_of_that_name_is_not_run(vae, monkeypatch, tmp_path):
    monkeypatch.setattr("generative._report.lib", type("Library", (), {"_name": "libgenerative.so.2"}))
    monkeypatch.setenv("PATH", str(GEN.parent), prepend=os.pathsep)
    assert "Samples" in names(generative.report(vae))
    other = tmp_path / "gen"
    other.write_text("#!/bin/sh\necho another 1.0\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="tool gen.*make install"):
        generative.report(vae)
