"""Weights in the hands of others: the safetensors package, numpy by hand, PyTorch and Keras."""

import os

import numpy as np
import pytest

import generative
from generative import GAN, VAE, Autoencoder, Classifier

safetensors = pytest.importorskip("safetensors", reason="the safetensors package is not installed")


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


# ---- Weights to PyTorch and Keras, and back ----


def torch_layers():
    """Makers of layers by what they are, in PyTorch."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    nn = torch.nn
    window = {4: {"stride": 2, "padding": 1}}
    return {
        "stack": nn.Sequential,
        "dense": lambda n, m: nn.Linear(n, m),
        "down": lambda n, m, kernel=4, bias=True: nn.Conv2d(n, m, kernel, bias=bias, **window.get(kernel, {})),
        "up": lambda n, m, kernel=4, bias=True: nn.ConvTranspose2d(n, m, kernel, bias=bias, **window.get(kernel, {})),
        "norm": nn.BatchNorm2d,
        "to image": lambda channels: nn.Unflatten(1, (channels, 1, 1)),
        **{name: getattr(nn, name) for name in ("ReLU", "SiLU", "Sigmoid", "Tanh", "Flatten")},
        "leaky": lambda: nn.LeakyReLU(0.2),
    }


def keras_layers():
    """The same layers in Keras."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    layers = keras.layers

    def stack(*parts):
        return keras.Sequential([layer for part in parts for layer in (part if isinstance(part, list) else [part])])

    def down(n, m, kernel=4, bias=True):
        if kernel != 4:
            return layers.Conv2D(m, kernel, use_bias=bias)
        return [layers.ZeroPadding2D(1), layers.Conv2D(m, 4, 2, use_bias=bias)]

    def up(n, m, kernel=4, bias=True):
        if kernel != 4:
            return layers.Conv2DTranspose(m, kernel, use_bias=bias)
        return [layers.Conv2DTranspose(m, 4, 2, use_bias=bias), layers.Cropping2D(1)]

    return {
        "stack": stack,
        "dense": lambda n, m: layers.Dense(m),
        "down": down,
        "up": up,
        "norm": lambda n: layers.BatchNormalization(epsilon=1e-5, momentum=0.9),
        "to image": lambda channels: layers.Reshape((1, 1, channels)),
        **{name: lambda name=name: layers.Activation(name.lower()) for name in ("ReLU", "SiLU", "Sigmoid", "Tanh")},
        "Flatten": layers.Flatten,
        "leaky": lambda: layers.LeakyReLU(negative_slope=0.2),
    }


def outputs(network, x):
    """What a network of either framework computes; images have channels last on both sides."""
    if not hasattr(network, "predict"):
        import torch

        moved = torch.from_numpy(np.array(x))
        with torch.no_grad():
            y = network.eval()(moved.permute(0, 3, 1, 2) if x.ndim == 4 else moved).numpy()
        return y.transpose(0, 2, 3, 1) if y.ndim == 4 else y
    return np.asarray(network.predict(x, verbose=0))


def dense_vae(make):
    kind = VAE(3, hidden=(16,), likelihood="gaussian", variance=0.1)
    encoder = make["stack"](make["dense"](35, 16), make["ReLU"](), make["dense"](16, 6))
    decoder = make["stack"](make["dense"](3, 16), make["ReLU"](), make["dense"](16, 35), make["Sigmoid"]())
    return kind, images((5, 7)), {"encoder": encoder, "decoder": decoder}


def convolutional_autoencoder(make):
    kind = Autoencoder(
        5, architecture="convolutional", base_channels=6, depth=2, hidden=(11,), batch_norm=True
    )
    down, up, norm, act = make["down"], make["up"], make["norm"], make["SiLU"]
    encoder = make["stack"](
        down(3, 6), act(), down(6, 12, bias=False), norm(12), act(),
        down(12, 11, (4, 2)), act(), make["Flatten"](), make["dense"](11, 5),
    )  # fmt: skip
    decoder = make["stack"](
        make["dense"](5, 11), act(), make["to image"](11), up(11, 12, (4, 2), bias=False), norm(12), act(),
        up(12, 6, bias=False), norm(6), act(), up(6, 3), make["Sigmoid"](),
    )  # fmt: skip
    return kind, images((16, 8, 3)), {"encoder": encoder, "decoder": decoder}


def dcgan(make):
    """PyTorch's own example at 16 x 16."""
    options = {"discriminator_batch_norm": True, "input_noise": 0.0, "discriminator_activation": "leaky_relu"}
    kind = GAN(10, architecture="convolutional", base_channels=8, depth=2, **options)
    down, up, norm, leaky = make["down"], make["up"], make["norm"], make["leaky"]
    generator = make["stack"](
        make["to image"](10), up(10, 16, (4, 4), bias=False), norm(16), make["ReLU"](),
        up(16, 8, bias=False), norm(8), make["ReLU"](), up(8, 3, bias=False), make["Tanh"](),
    )  # fmt: skip
    discriminator = make["stack"](
        down(3, 8, bias=False), leaky(), down(8, 16, bias=False), norm(16), leaky(),
        down(16, 1, (4, 4), bias=False), make["Flatten"](), make["Sigmoid"](),
    )  # fmt: skip
    return kind, images((16, 16, 3)), {"generator": generator, "discriminator": discriminator}


def ours_and_theirs(model, rows, networks):
    """The outputs of the library and of the other networks for the same rows and latents."""
    if isinstance(model, VAE):
        latents = outputs(networks["encoder"], rows.reshape(len(rows), -1))
        yield np.hstack(model.encode(rows)), latents
        z = np.ascontiguousarray(latents[:, :3])
        yield model.decode(z).reshape(len(z), -1), outputs(networks["decoder"], z)
    elif isinstance(model, Autoencoder):
        latents = outputs(networks["encoder"], rows)
        yield model.encode(rows), latents
        yield model.decode(latents), outputs(networks["decoder"], latents)
    else:
        z = model.latents(8, seed=3)
        yield model.generate(z, generator="last"), outputs(networks["generator"], z) / 2 + 0.5
        yield model.discriminate(rows), outputs(networks["discriminator"], 2 * rows - 1)[:, 0]


def changed(networks):
    """Adds noise to all weights, so that they are none that the library has seen."""
    random = np.random.default_rng(7)
    for network in networks.values():
        if not hasattr(network, "predict"):
            for parameter in network.parameters():
                parameter.data += parameter.new_tensor(0.05 * random.standard_normal(tuple(parameter.shape)))
        else:
            for weight in network.trainable_weights:
                weight.assign_add(0.05 * random.standard_normal(tuple(weight.shape)))


@pytest.mark.parametrize("layers", [torch_layers, keras_layers])
@pytest.mark.parametrize("make", [dense_vae, convolutional_autoencoder, dcgan])
def test_weights_move_to_another_framework_and_back(make, layers):
    model, rows, networks = make(layers())
    model.set_params(epochs=3, batch_size=16).fit(rows)
    if layers is keras_layers:
        for network in networks.values():  # Keras makes the weights when it sees rows
            takes_rows = network in (networks.get("encoder"), networks.get("discriminator"))
            x = (rows if rows.ndim == 4 else rows.reshape(len(rows), -1)) if takes_rows else np.zeros((1, model.latent_size))
            network(x[:1].astype(np.float32))
    model.copy_weights_to(**networks)
    before = [ours for ours, _ in ours_and_theirs(model, rows, networks)]
    for ours, theirs in ours_and_theirs(model, rows, networks):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)

    # The other way round, into a model that was never fitted.
    changed(networks)
    moved = type(model)(**{**model.get_params(), "shape": rows.shape[1:]}).with_weights_from(**networks)
    for ours, theirs in ours_and_theirs(moved, rows, networks):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    after = [ours for ours, _ in ours_and_theirs(moved, rows, networks)]
    assert not np.allclose(before[0], after[0], atol=1e-3)
    assert type(moved).from_bytes(moved.to_bytes()).to_bytes() == moved.to_bytes()


def test_the_biases_of_classes_are_an_embedding(rows):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    labels = np.arange(len(rows)) % 3
    vae = VAE(3, hidden=(16,), n_classes=3, epochs=2).fit(rows, labels)
    nn = torch.nn

    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.first_bias = nn.Linear(3, 16), nn.Embedding(3, 16)
            self.last, self.last_bias = nn.Linear(16, 35), nn.Embedding(3, 35)

        def forward(self, z, labels):
            h = torch.relu(self.first(z) + self.first_bias(labels))
            return torch.sigmoid(self.last(h) + self.last_bias(labels))

    decoder = Decoder()
    vae.copy_weights_to(decoder=decoder)
    z = np.random.default_rng(3).standard_normal((9, 3), np.float32)
    with torch.no_grad():
        theirs = decoder(torch.from_numpy(z), torch.from_numpy(labels[:9].astype(np.int64))).numpy()
    np.testing.assert_allclose(vae.decode(z, labels=labels[:9]).reshape(9, 35), theirs, atol=1e-5)


def test_a_threshold_and_a_mixture_do_not_outlive_the_weights(rows):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    model = Autoencoder(3, hidden=(16,), epochs=2).fit(rows)
    model.fit_threshold(rows)
    model.fit_mixture(rows, n_components=2)
    linear = torch.nn.Linear
    moved = model.with_weights_from(encoder=torch.nn.Sequential(linear(35, 16), torch.nn.ReLU(), linear(16, 3)))
    with pytest.raises(generative.NotReadyError):
        moved.sample_mixture(3)
    assert hasattr(model, "predict") and not hasattr(moved, "predict")
    # The decoder was not given, and keeps its weights.
    z = np.zeros((2, 3), np.float32)
    np.testing.assert_array_equal(moved.decode(z), model.decode(z))


def test_networks_of_another_architecture_are_refused(rows):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    nn = torch.nn
    vae = VAE(3, hidden=(16,), epochs=1).fit(rows)
    good = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 35))
    before = [parameter.clone() for parameter in good.parameters()]
    cases = [
        ({"decoder": nn.Linear(3, 35)}, "decoder has 2 layers with weights, but the network given 1: Linear"),
        ({"decoder": nn.Sequential(nn.Linear(3, 16), nn.Linear(16, 34))}, r"a Linear has the shape \(34, 16\)"),
        ({"decoder": nn.Sequential(nn.Linear(3, 16, bias=False), good[2])}, "has bias, weight, but the Linear given has weight"),
        ({"decoder": nn.Sequential(nn.GRU(3, 16), good[2])}, "a layer GRU have no counterpart"),
        ({"generator": good}, "the model has no network generator; it has decoder, encoder"),
    ]  # fmt: skip
    for networks, message in cases:
        for move in (vae.copy_weights_to, vae.with_weights_from):
            with pytest.raises(ValueError, match=message):
                move(**networks)
    with pytest.raises(TypeError, match="a PyTorch module or a Keras model, not a dict"):
        vae.copy_weights_to(decoder={})
    for parameter, old in zip(good.parameters(), before):
        assert torch.equal(parameter, old)
    with pytest.raises(generative.NotFittedError):
        VAE(3).with_weights_from(decoder=good)
    unusual = GAN(3, spectral_norm=True, discriminator_hidden=(8,), generator_hidden=(8,), epochs=1).fit(rows)
    with pytest.raises(ValueError, match="singular_vector has no counterpart"):
        unusual.copy_weights_to(discriminator=nn.Sequential(nn.Linear(35, 8), nn.Linear(8, 1)))
    classifier = Classifier(hidden=(8,), epochs=1).fit(rows, np.arange(len(rows)) % 2)
    with pytest.raises(ValueError, match="it has classifier"):
        classifier.copy_weights_to(decoder=good)
