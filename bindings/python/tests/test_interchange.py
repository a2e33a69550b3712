"""Files read and written by others: the safetensors package, numpy by hand, PyTorch."""

import sys

import numpy as np
import pytest
from conftest import ROOT

from generative import GAN, VAE, Autoencoder

safetensors = pytest.importorskip("safetensors", reason="the safetensors package is not installed")
sys.path.insert(0, str(ROOT / "bindings" / "python" / "examples"))


def images(shape, n=48):
    return np.random.default_rng(5).random((n, *shape), dtype=np.float32)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def metadata(path):
    with safetensors.safe_open(path, "numpy") as file:
        return file.metadata()


def test_the_safetensors_package_reads_a_fits_checkpoint(path, rows):
    """Also a checkpoint in the middle of a fit, whose missing metrics are NaN."""
    from safetensors.numpy import load_file

    VAE(3, hidden=(16,), epochs=2, batch_size=32).fit(rows, checkpoint=path)
    tensors = load_file(path)
    assert tensors["encoder.0.weight"].shape == (16, 35)
    assert tensors["optimizer.decoder.v"].shape == (16 * 3 + 16 + 35 * 16 + 35,)
    assert metadata(path)["kind"] == "vae" and metadata(path)["option.fit"] == "ended"


def test_a_vae_computed_from_its_file_agrees_with_the_library(path, rows):
    from safetensors.numpy import load_file

    vae = VAE(3, hidden=(16,), epochs=3, batch_size=32).fit(rows)
    vae.save(path, "weights")
    t = {name: array.astype(np.float64) for name, array in load_file(path).items()}
    x = rows.reshape(len(rows), -1).astype(np.float64)
    h = np.maximum(x @ t["encoder.0.weight"].T + t["encoder.0.bias"], 0)
    moments = h @ t["encoder.1.weight"].T + t["encoder.1.bias"]
    mean, log_variance = vae.encode(rows)
    np.testing.assert_allclose(np.hstack([mean, log_variance]), moments, atol=1e-5)
    h = np.maximum(moments[:, :3] @ t["decoder.0.weight"].T + t["decoder.0.bias"], 0)
    logits = h @ t["decoder.1.weight"].T + t["decoder.1.bias"]
    np.testing.assert_allclose(
        vae.reconstruct(rows).reshape(len(rows), -1), 1 / (1 + np.exp(-logits)), atol=1e-5
    )


def test_a_file_written_by_the_safetensors_package_is_read(path, rows):
    from safetensors.numpy import load_file, save_file

    vae = VAE(3, hidden=(16,), epochs=1).fit(rows)
    vae.save(path, "weights")
    about = metadata(path)
    tensors = load_file(path)
    tensors["decoder.1.bias"] = np.linspace(-1, 1, 35, dtype=np.float32)
    del about["crc32c"]
    save_file(tensors, path, metadata=about)
    loaded = VAE.load(path)
    save_file(tensors, path, metadata={key: about[key] for key in sorted(about, reverse=True)})
    np.testing.assert_array_equal(loaded.sample(3, seed=1), VAE.load(path).sample(3, seed=1))
    assert not np.array_equal(loaded.sample(3, seed=1), vae.sample(3, seed=1))


# ---- PyTorch ----


def torch_of():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    return torch, pytest.importorskip("pytorch")


def seen(torch, module, x):
    with torch.no_grad():
        return module.eval()(torch.from_numpy(x)).numpy()


def dense_vae(nn, _):
    kind = VAE(3, hidden=(16,), likelihood="gaussian", variance=0.1)
    encoder = nn.Sequential(nn.Linear(35, 16), nn.ReLU(), nn.Linear(16, 6))
    decoder = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 35), nn.Sigmoid())
    return kind, images((5, 7)), {"encoder": encoder, "decoder": decoder}


def convolutional_autoencoder(nn, example):
    kind = Autoencoder(
        5, architecture="convolutional", base_channels=6, depth=2, hidden=(11,), batch_norm=True
    )
    encoder = nn.Sequential(
        nn.Conv2d(3, 6, 4, 2, 1), nn.SiLU(),
        nn.Conv2d(6, 12, 4, 2, 1, bias=False), nn.BatchNorm2d(12), nn.SiLU(),
        nn.Conv2d(12, 11, (4, 2)), nn.SiLU(), nn.Flatten(), nn.Linear(11, 5),
    )  # fmt: skip
    decoder = nn.Sequential(
        nn.Linear(5, 11), nn.SiLU(), nn.Unflatten(1, (11, 1, 1)),
        nn.ConvTranspose2d(11, 12, (4, 2), bias=False), nn.BatchNorm2d(12), nn.SiLU(),
        nn.ConvTranspose2d(12, 6, 4, 2, 1, bias=False), nn.BatchNorm2d(6), nn.SiLU(),
        nn.ConvTranspose2d(6, 3, 4, 2, 1), nn.Sigmoid(),
    )  # fmt: skip
    return kind, images((16, 8, 3)), {"encoder": encoder, "decoder": decoder}


def dcgan(nn, _):
    """PyTorch's own example at 16 x 16."""
    kind = GAN(10, architecture="convolutional", base_channels=8, depth=2, spectral_norm=False)
    generator = nn.Sequential(
        nn.Unflatten(1, (10, 1, 1)),
        nn.ConvTranspose2d(10, 16, 4, 1, 0, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        nn.ConvTranspose2d(16, 8, 4, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        nn.ConvTranspose2d(8, 3, 4, 2, 1, bias=False), nn.Tanh(),
    )  # fmt: skip
    discriminator = nn.Sequential(
        nn.Conv2d(3, 8, 4, 2, 1, bias=False), nn.LeakyReLU(0.2),
        nn.Conv2d(8, 16, 4, 2, 1, bias=False), nn.BatchNorm2d(16), nn.LeakyReLU(0.2),
        nn.Conv2d(16, 1, 4, 1, 0, bias=False), nn.Flatten(), nn.Sigmoid(),
    )  # fmt: skip
    return kind, images((16, 16, 3)), {"generator": generator, "discriminator": discriminator}


def ours_and_theirs(torch, model, rows, networks):
    """The outputs of the library and of the PyTorch modules for the same rows and latents."""
    channels_first = np.ascontiguousarray(rows.transpose(0, 3, 1, 2)) if rows.ndim == 4 else None
    if isinstance(model, VAE):
        latents = seen(torch, networks["encoder"], rows.reshape(len(rows), -1))
        yield np.hstack(model.encode(rows)), latents
        z = np.ascontiguousarray(latents[:, :3])
        yield model.decode(z).reshape(len(z), -1), seen(torch, networks["decoder"], z)
    elif isinstance(model, Autoencoder):
        latents = seen(torch, networks["encoder"], channels_first)
        yield model.encode(rows), latents
        yield model.decode(latents), seen(torch, networks["decoder"], latents).transpose(0, 2, 3, 1)
    else:
        z = model.latents(8, seed=3)
        generated = seen(torch, networks["generator"], z).transpose(0, 2, 3, 1)
        yield model.generate(z, generator="last"), generated / 2 + 0.5
        yield model.discriminate(rows), seen(torch, networks["discriminator"], 2 * channels_first - 1)[:, 0]


@pytest.mark.parametrize("make", [dense_vae, convolutional_autoencoder, dcgan])
def test_weights_transfer_to_pytorch_and_back(make, path, tmp_path):
    torch, example = torch_of()
    model, rows, networks = make(torch.nn, example)
    model.set_params(epochs=3, batch_size=16).fit(rows)
    model.save(path)
    example.to_pytorch(path, **networks)
    for ours, theirs in ours_and_theirs(torch, model, rows, networks):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)

    # The other way round: weights that the library never saw.
    torch.manual_seed(7)
    with torch.no_grad():
        for module in networks.values():
            for parameter in module.parameters():
                parameter += 0.05 * torch.randn_like(parameter)
    back = tmp_path / "back.safetensors"
    example.from_pytorch(path, back, **networks)
    loaded = type(model).load(back)
    for ours, theirs in ours_and_theirs(torch, loaded, rows, networks):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    before = [ours for ours, _ in ours_and_theirs(torch, model, rows, networks)]
    after = [ours for ours, _ in ours_and_theirs(torch, loaded, rows, networks)]
    assert not np.allclose(before[0], after[0], atol=1e-3)


def test_the_example_runs(tmp_path, capsys):
    _, example = torch_of()
    example.main(tmp_path, 1)
    for line in capsys.readouterr().out.splitlines():
        assert float(line.rsplit(" ", 1)[1]) < 1e-5
    assert (tmp_path / "pytorch.png").stat().st_size > 500
