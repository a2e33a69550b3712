"""gen_checkpoint_... agrees with parsing the file's JSON and bytes directly."""

import ctypes
import json

import numpy as np

from generative import VAE, Image
from generative._errors import check
from generative._library import lib
from generative._structs import Tensor


def opened(path):
    handle = ctypes.c_void_p()
    check(lib.gen_checkpoint_open(str(path).encode(), None, ctypes.byref(handle)))
    return handle


def test_a_checkpoint_lists_the_files_metadata_and_tensors(tmp_path):
    path = tmp_path / "vae.safetensors"
    rows = np.random.default_rng(1).random((20, 5, 3), dtype=np.float32)
    VAE(latent_size=2, hidden=(7,), epochs=1).fit(rows).save(str(path))

    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__")
    payload = content[8 + length :]

    checkpoint = opened(path)
    n_tensors, n_metadata = ctypes.c_int64(), ctypes.c_int64()
    check(lib.gen_checkpoint_size(checkpoint, ctypes.byref(n_tensors), ctypes.byref(n_metadata)))
    keys = [lib.gen_checkpoint_key(checkpoint, i).decode() for i in range(n_metadata.value)]
    assert keys == sorted(keys)
    told = {key: lib.gen_checkpoint_metadata(checkpoint, key.encode()).decode() for key in keys}
    assert told == {key: value for key, value in metadata.items() if key in told}
    assert set(metadata) - set(told) <= {"crc32c"}, "only the checksum is the file's alone"
    assert told["kind"] == "vae" and told["option.latent_size"] == "2"
    assert lib.gen_checkpoint_metadata(checkpoint, b"no such key") is None
    assert lib.gen_checkpoint_key(checkpoint, n_metadata.value) is None

    assert n_tensors.value == len(header)
    for index in range(n_tensors.value):
        tensor = Tensor()
        check(lib.gen_checkpoint_tensor(checkpoint, index, ctypes.byref(tensor)))
        entry = header.pop(tensor.name.decode())
        first, last = entry["data_offsets"]
        assert tensor.shape[: tensor.n_dimensions] == entry["shape"]
        assert tensor.n_elements == np.prod(entry["shape"], dtype=int)
        assert (tensor.dtype, entry["dtype"]) == (1, "F32")
        assert ctypes.string_at(tensor.data, last - first) == payload[first:last]
    assert not header
    lib.gen_checkpoint_destroy(checkpoint)


def test_an_image_in_memory_is_the_file_that_save_writes(tmp_path):
    image = Image.from_array(np.random.default_rng(2).random((9, 11, 3), dtype=np.float32))
    for ending in ("png", "jpg"):
        path = tmp_path / f"image.{ending}"
        image.save(str(path))
        count = ctypes.c_int64()
        arguments = image._handle, f".{ending}".encode(), None
        check(lib.gen_image_save_memory(*arguments, None, 0, ctypes.byref(count)))
        bytes_out = ctypes.create_string_buffer(count.value)
        check(lib.gen_image_save_memory(*arguments, bytes_out, count.value, ctypes.byref(count)))
        assert bytes_out.raw == path.read_bytes()
        assert lib.gen_image_save_memory(*arguments, bytes_out, count.value - 1, ctypes.byref(count)) == 1
