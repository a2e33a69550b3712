"""Models saved with 16-bit weights, and files of other programs with such tensors."""

import json

import numpy as np
import pytest
import safetensors.numpy as safetensors

import generative
from generative import GAN, PCA, VAE, Autoencoder, Classifier

FIT = {"epochs": 2, "batch_size": 32, "seed": 3}
KINDS = {
    "autoencoder": lambda: Autoencoder(3, hidden=(33,), **FIT),
    "vae": lambda: VAE(3, hidden=(33,), **FIT),
    "convolutional gan": lambda: GAN(3, architecture="convolutional", base_channels=8, depth=1, **FIT),
    "classifier": lambda: Classifier(hidden=(33,), n_classes=3, **FIT),
}


def fitted(kind, rows):
    labels = np.arange(len(rows)) % 3 if kind == "classifier" else None
    return KINDS[kind]().fit(rows, labels)


def parse(raw):
    """(header, {name: (dtype, array of its bits)}) of a safetensors file."""
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    types = {"F64": "u8", "I64": "u8", "F32": "u4", "I32": "u4", "F16": "u2", "BF16": "u2", "U8": "u1"}
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = (8 + size + offset for offset in entry["data_offsets"])
            tensors[name] = entry["dtype"], np.frombuffer(raw[start:end], types[entry["dtype"]])
    return header, tensors


def rounded(bits, dtype):
    """Bits of float32 numbers, rounded by another rule than the library's."""
    if dtype == "F16":
        return bits.view(np.float32).astype(np.float16).view(np.uint16)
    # The nearer of two neighbours, the even one of a tie.
    low = bits & 0xFFFF_0000
    high = low + 0x1_0000
    exact = bits.view(np.float32).astype(np.float64)
    below, above = (np.abs(exact - near.view(np.float32)) for near in (low, high))
    is_low = (below < above) | ((below == above) & (low >> 16 & 1 == 0))
    return (np.where(is_low, low, high) >> 16).astype(np.uint16)


def widened(bits, dtype):
    """16-bit numbers as float32."""
    if dtype == "F16":
        return bits.view(np.float16).astype(np.float32)
    return (bits.astype(np.uint32) << 16).view(np.float32)


def with_tensor(raw, name, dtype, bits):
    """The file with other numbers in a tensor, and without a checksum."""
    header, tensors = parse(raw)
    header["__metadata__"].pop("crc32c", None)
    payload = b""
    for key, entry in header.items():
        if key != "__metadata__":
            values = bits if key == name else tensors[key][1]
            entry["dtype"] = dtype if key == name else entry["dtype"]
            entry["data_offsets"] = [len(payload), len(payload) + values.nbytes]
            payload += values.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + payload


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content, dtype", [("bfloat16", "BF16"), ("float16", "F16")])
def test_weights_are_rounded_to_nearest_and_loaded_exactly(kind, content, dtype, rows, tmp_path):
    model = fitted(kind, rows)
    model.save(tmp_path / "half.safetensors", content)
    raw = (tmp_path / "half.safetensors").read_bytes()
    assert raw == model.to_bytes(content)
    exact, half = parse(model.to_bytes("weights"))[1], parse(raw)[1]
    header = parse(raw)[0]
    assert set(exact) == set(half)
    weights = [name for name in half if half[name][0] == dtype]
    for name, (kind_of_exact, bits) in exact.items():
        if kind_of_exact == "F32" and len(header[name]["shape"]) > 1:
            assert name in weights
            assert np.array_equal(half[name][1], rounded(bits, dtype))
        else:
            assert half[name][0] == kind_of_exact
            assert np.array_equal(half[name][1], bits)
    assert weights
    loaded = type(model).from_bytes(raw)
    for name, (_, bits) in parse(loaded.to_bytes("weights"))[1].items():
        if name in weights:
            assert np.array_equal(bits, widened(half[name][1], dtype).view(np.uint32))
    # Saved again, the file is the same.
    assert loaded.to_bytes(content) == raw


def test_the_file_is_half_as_large(rows):
    model = VAE(8, hidden=(400,), **FIT).fit(rows)
    sizes = {content: len(model.to_bytes(content)) for content in ("weights", "bfloat16", "float16")}
    assert sizes["bfloat16"] == sizes["float16"] < 0.56 * sizes["weights"]


@pytest.mark.parametrize("dtype", ["F16", "BF16"])
def test_every_finite_number_of_another_program_is_loaded_exactly(dtype, rows):
    model = Autoencoder(3, hidden=(1900,), **FIT).fit(rows)
    raw = model.to_bytes("weights")
    name = "encoder.0.weight"
    count = len(parse(raw)[1][name][1])
    assert count >= 1 << 16
    bits = np.resize(np.arange(1 << 16, dtype=np.uint16), count)
    wide = widened(bits, dtype)
    bits[~np.isfinite(wide)] = 0
    wide[~np.isfinite(wide)] = 0
    loaded = Autoencoder.from_bytes(with_tensor(raw, name, dtype, bits))
    assert np.array_equal(parse(loaded.to_bytes("weights"))[1][name][1], wide.view(np.uint32))


@pytest.mark.parametrize("dtype, infinity", [("F16", 0x7C00), ("F16", 0xFC01), ("BF16", 0x7F80), ("BF16", 0xFFC0)])
def test_an_infinity_or_nan_in_a_file_is_refused(dtype, infinity, rows):
    model = fitted("autoencoder", rows)
    raw = model.to_bytes("weights")
    name = "encoder.0.weight"
    bits = np.zeros(len(parse(raw)[1][name][1]), np.uint16)
    bits[77] = infinity
    with pytest.raises(generative.GenerativeError, match="element 77 of tensor .encoder.0.weight.") as caught:
        Autoencoder.from_bytes(with_tensor(raw, name, dtype, bits))
    assert caught.value.name == "GEN_E_NONFINITE"


def test_a_weight_too_large_for_float16_is_refused_and_bfloat16_holds_it(rows):
    model = fitted("autoencoder", rows)
    raw = model.to_bytes("weights")
    name = "encoder.0.weight"
    values = parse(raw)[1][name][1].view(np.float32).copy()
    values[5] = 65_520
    loaded = Autoencoder.from_bytes(with_tensor(raw, name, "F32", values))
    with pytest.raises(generative.GenerativeError, match="element 5 of tensor .encoder.0.weight. .* F16"):
        loaded.to_bytes("float16")
    assert loaded.to_bytes("bfloat16")
    values[5] = 65_519
    assert Autoencoder.from_bytes(with_tensor(raw, name, "F32", values)).to_bytes("float16")


def test_a_pca_has_no_weights_to_round(rows):
    with pytest.raises(generative.GenerativeError, match="no weights"):
        PCA(3).fit(rows).to_bytes("bfloat16")


def test_numpy_reads_float16_weights(rows, tmp_path):
    fitted("vae", rows).save(tmp_path / "half.safetensors", "float16")
    tensors = safetensors.load_file(tmp_path / "half.safetensors")
    assert tensors["encoder.0.weight"].dtype == np.float16
