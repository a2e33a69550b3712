"""Whatever options a model can be made with, it can be saved with and loaded from."""

import ctypes
import math

import pytest
from generative import _structs
from generative._errors import check
from generative._library import lib

# Edges of the ranges that the header names, and numbers on both sides of them.
NUMBERS = [
    -1, 5e-324, 1e-30, 1e-9, 1e-6, 0.05, 0.5, 0.9995, 0.999999, math.nextafter(1, 0), 1, 2, 10, 1e6, 1e9, 1e30, 1e38
]  # fmt: skip
COUNTS = [-1, 1, 2, 3, 16, 10_000]
# What gives other options a meaning, model by model.
SETTINGS = {
    "autoencoder": [{}, {"corruption": 1}, {"corruption": 2}, {"sparsity": 1}, {"sparsity": 2, "latent_activation": 6}],
    "vae": [{}, {"likelihood": 1}, {"kl_schedule": 1}, {"kl_schedule": 2}, {"architecture": 1}],
    "gan": [{}, {"architecture": 1}],
    "classifier": [{"n_classes": 2}, {"n_classes": 2, "architecture": 1}],
}
STRUCTS = {
    "autoencoder": _structs.AutoencoderOptions,
    "vae": _structs.VAEOptions,
    "gan": _structs.GANOptions,
    "classifier": _structs.ClassifierOptions,
}
# They make models too large to try, or are no options of the model's.
LEFT_OUT = {"struct_size", "height", "width", "channels", "base_channels", "n_hidden", "n_decoder_hidden"}


def cases(kind):
    values = {ctypes.c_double: NUMBERS, ctypes.c_int32: COUNTS, ctypes.c_int64: COUNTS}
    for setting in SETTINGS[kind]:
        for name, type_ in STRUCTS[kind]._fields_:
            if name not in LEFT_OUT and name not in setting:
                for value in values.get(type_, []):
                    yield setting, name, value


def saved(handle):
    """The bytes of a model's file."""
    size = ctypes.c_int64()
    check(lib.gen_model_save_memory(handle, 0, None, 0, ctypes.byref(size)))
    buffer = ctypes.create_string_buffer(size.value)
    check(lib.gen_model_save_memory(handle, 0, buffer, size.value, ctypes.byref(size)))
    return buffer.raw


@pytest.mark.parametrize("kind", SETTINGS)
def test_what_can_be_made_can_be_saved_and_loaded(kind):
    made = 0
    for setting, name, value in cases(kind):
        options = STRUCTS[kind](height=8, width=8, channels=1, **{"latent_size": 2} if kind != "classifier" else {})
        for member, number in {**setting, name: value}.items():
            setattr(options, member, number)
        model, again = ctypes.c_void_p(), ctypes.c_void_p()
        if getattr(lib, f"gen_{kind}_create")(ctypes.byref(options), ctypes.byref(model)) != 0:
            continue
        made += 1
        data = saved(model)
        status = lib.gen_model_load_memory(data, len(data), None, ctypes.byref(again))
        assert status == 0, f"{kind} {setting} {name}={value!r}: {lib.gen_last_error_message().decode()}"
        assert saved(again) == data, f"{kind} {setting} {name}={value!r}"
        for handle in (model, again):
            lib.gen_model_destroy(handle)
    assert made > 40
