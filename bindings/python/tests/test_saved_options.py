"""Every valid combination of options can be saved and loaded."""

import ctypes
import json
import math

import pytest
from generative._errors import check
from generative._library import lib

# Numbers inside and outside many ranges, beside the edges that tables tell.
NUMBERS = [5e-324, 1e-30, 1e-9, 1e-6, 0.05, 0.5, 0.9995, 0.999999, math.nextafter(1, 0), 1, 2, 10, 1e6, 1e9]
COUNTS = [0, 1, 2, 3, 16, 10_000]
# What gives other options a meaning, model by model.
SETTINGS = {
    "autoencoder": ["", "corruption=gaussian", "corruption=masking", "sparsity=l1",
                    "sparsity=kl latent_activation=sigmoid", "architecture=convolutional"],
    "vae": ["", "likelihood=gaussian", "kl_schedule=linear", "kl_schedule=cyclic", "architecture=convolutional"],
    "gan": ["", "architecture=convolutional"],
    "classifier": ["n_classes=2", "n_classes=2 architecture=convolutional"],
}  # fmt: skip
# They make models too large to try.
LEFT_OUT = {"height", "width", "channels", "base_channels"}


def text_of(function, *arguments):
    size = ctypes.c_int64()
    check(function(*arguments, None, 0, ctypes.byref(size)))
    text = ctypes.create_string_buffer(size.value)
    check(function(*arguments, text, size.value, ctypes.byref(size)))
    return text.raw


def table(name):
    return json.loads(text_of(lib.gen_options_describe, name.encode())[:-1])


def values(row):
    """Texts of an option's values, not all of them in its range."""
    if row["type"] == "flag":
        texts = ["true", "false"]
    elif row["type"] == "word":
        texts = list(row["words"])
    elif row["type"] == "whole":
        texts = [str(n) for n in {*COUNTS, row["least"], min(row["greatest"], 10_000)}]
    elif row["type"] == "number":
        texts = [repr(float(n)) for n in (*NUMBERS, row["least"], row["greatest"])]
    elif row["type"] == "seed":
        texts = ["0", str(2**64 - 1)]
    elif row["type"] == "widths":
        texts = ["none", "1", "3,2", ",".join("2" * row["most"])]
    else:
        texts = []
    return texts + ["auto"] * row["auto"]


def cases(kind):
    for setting in SETTINGS[kind]:
        for row in table(kind):
            if row["name"] not in LEFT_OUT and f"{row['name']}=" not in setting:
                for value in values(row):
                    yield f"{setting} {row['name']}={value}"


@pytest.mark.parametrize("kind", SETTINGS)
def test_every_model_can_be_saved_and_loaded(kind):
    made = 0
    for case in cases(kind):
        size = "" if kind == "classifier" or "latent_size" in case else " latent_size=2"
        text = f"height=8 width=8 base_channels=2{size} {case}"
        if "architecture=convolutional" not in text:
            text = text.replace("base_channels=2", "")
        model, again = ctypes.c_void_p(), ctypes.c_void_p()
        if lib.gen_model_create(kind.encode(), text.encode(), None, ctypes.byref(model)) != 0:
            continue
        made += 1
        data = text_of(lib.gen_model_save_memory, model, 0)
        status = lib.gen_model_load_memory(data, len(data), None, ctypes.byref(again))
        assert status == 0, f"{kind} {case}: {lib.gen_last_error_message().decode()}"
        assert text_of(lib.gen_model_save_memory, again, 0) == data, f"{kind} {case}"
        assert text_of(lib.gen_model_describe, again) == text_of(lib.gen_model_describe, model), f"{kind} {case}"
        for handle in (model, again):
            lib.gen_model_destroy(handle)
    assert made > 40
