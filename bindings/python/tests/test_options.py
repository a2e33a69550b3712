"""The library's tables of structs agree with the header, and both ways of passing options with each other."""

import ctypes
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from generative import CancelledError, Token, _structs
from generative._errors import InvalidArgumentError, check
from generative._library import lib
from generative._options import OptionStruct, options_text
from test_saved_options import table, text_of

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "Tests" / "Scripts"))
from header import Header  # noqa: E402

HEADER = Header()
# The structs that have a table, by its name, and those of them that a call reads.
STRUCTS = {
    re.sub(r"^gen_|_options$|_t$", "", struct.name): struct
    for struct in HEADER.structs.values()
    if struct.name not in ("gen_comm", "gen_network_options", "gen_tensor")
}
OPTIONS = [name for name, struct in STRUCTS.items() if struct.is_initialized]
C_TYPES = {"flag": "int32_t", "word": "int32_t", "whole": "int64_t", "number": "double", "seed": "uint64_t"}


def mirror(name):
    """The ctypes struct of a table."""
    c_name = "gen_network_options" if name == "network" else STRUCTS[name].name
    return next(s for s in vars(_structs).values() if getattr(s, "c_name", None) == c_name)


def members(name):
    """(name, member, offset) of each member after struct_size and initialized, those of network one by one."""
    struct = mirror(name)
    found = []
    for member in STRUCTS[name].members[2 if name in OPTIONS else 1 :]:
        offset = getattr(struct, member.name).offset
        if member.type == "gen_network_options":
            inner = mirror("network")
            for each in HEADER.structs["gen_network_options"].members:
                found.append((each.name, each, offset + getattr(inner, each.name).offset))
        else:
            found.append((member.name, member, offset))
    return found


def test_every_struct_has_a_table():
    names = json.loads(text_of(lib.gen_options_describe, None)[:-1])
    assert sorted(names) == sorted(STRUCTS) and {"fit", "run", "event", "model_info"} <= set(names)


@pytest.mark.parametrize("name", STRUCTS)
def test_a_table_has_the_members_of_its_struct(name):
    expected = []
    for row in table(name):
        if row["type"] == "widths":
            expected += [(row["name"], None, row["offset"]), (f"n_{row['name']}", "int64_t", row["offset"] + 8)]
        else:
            expected.append((row["name"], C_TYPES.get(row["type"]), row["offset"]))
    found = [
        (name, None if member.is_pointer or member.type.endswith("_fn") else member.type, offset)
        for name, member, offset in members(name)
    ]
    found = [(n, None if t not in C_TYPES.values() else t, o) for n, t, o in found]
    assert found == expected


@pytest.mark.parametrize("name", OPTIONS)
def test_init_writes_the_defaults_of_the_table(name):
    struct = mirror(name)()
    check(lib.gen_struct_init(name.encode(), ctypes.byref(struct), ctypes.sizeof(struct)))
    base = bytes(struct)
    for row in table(name):
        kind = {"flag": ctypes.c_int32, "word": ctypes.c_int32, "whole": ctypes.c_int64, "number": ctypes.c_double,
                "seed": ctypes.c_uint64, "widths": ctypes.c_int64, "pointer": ctypes.c_int64}[row["type"]]  # fmt: skip
        value = kind.from_buffer_copy(base, row["offset"] + 8 * (row["type"] == "widths")).value
        default = row.get("default", 0)
        if default == "auto":
            default = -1
        elif row["type"] == "word":
            default = row["words"][default]
        assert value == default, row["name"]
    required = {"memory": {"n_rows": 1}, "folder": {"height": 1, "width": 1}, "classifier": {"n_classes": 2}}
    required.update({"moments": {"n_features": 1}, "reservoir": {"n_features": 1}})
    made = OptionStruct(name, mirror(name), **required.get(name, {}))
    for row in table(name):
        if row["name"] not in required.get(name, {}):
            start, end = row["offset"], row["offset"] + row["size"]
            assert bytes(made.struct)[start:end] == base[start:end], row["name"]


@pytest.mark.parametrize("name", STRUCTS)
def test_words_are_the_enumerators(name):
    for row in table(name):
        if row["type"] == "word":
            for word, number in row["words"].items():
                assert any(
                    constant.endswith(f"_{word.upper()}") and value == number
                    for constant, value in HEADER.constants.items()
                ), (row["name"], word)


def test_every_enumerator_of_an_event_has_a_word():
    words = {row["name"]: row["words"] for row in table("event") if row["type"] == "word"}
    for name, prefix in {"kind": "EVENT_", "warning": "WARNING_"}.items():
        assert set(words[name].values()) == {v for c, v in HEADER.constants.items() if c.startswith("GEN_" + prefix)}


@pytest.mark.parametrize("name", STRUCTS)
def test_numbers_are_read_by_the_names_of_members(name):
    struct, value = mirror(name)(), ctypes.c_double()
    rows = [row for row in table(name) if row["type"] not in ("pointer", "widths")]
    places = {"flag": ctypes.c_int32, "word": ctypes.c_int32, "whole": ctypes.c_int64, "number": ctypes.c_double}
    for number, row in enumerate(rows):
        places.get(row["type"], ctypes.c_uint64).from_buffer(struct, row["offset"]).value = number
    for number, row in enumerate(rows):
        arguments = (name.encode(), ctypes.byref(struct), row["name"].encode(), ctypes.byref(value))
        check(lib.gen_struct_value(*arguments))
        assert value.value == number, row["name"]
    with pytest.raises(InvalidArgumentError, match="member must be one of"):
        check(lib.gen_struct_value(name.encode(), ctypes.byref(struct), b"nothing", ctypes.byref(value)))


def test_the_message_of_an_event_is_read_by_a_function():
    assert lib.gen_event_message(ctypes.byref(_structs.Event(message=b"skipped"))) == b"skipped"
    assert lib.gen_event_message(None) is None


def test_errors_in_texts_name_the_word_and_the_nearest_one():
    model = ctypes.c_void_p()

    def message(kind, text):
        with pytest.raises((ValueError, RuntimeError)) as caught:
            check(lib.gen_model_create(kind, text, None, ctypes.byref(model)))
        return str(caught.value)

    assert message(b"vae", b"latnet_size=3") == 'vae has no option "latnet_size"; did you mean latent_size?'
    assert message(b"vea", b"") == 'kind must be one of pca, autoencoder, vae, gan, classifier, not "vea"; did you mean vae?'
    assert "did you mean gaussian?" in message(b"vae", b"likelihood=gausian")
    assert message(b"vae", b"beta=1 beta=2") == "beta is given twice"
    assert message(b"vae", b"latent_size=\xff") == "options must be UTF-8"
    assert message(b"gan", b"architecture=dense depth=3") == "depth needs architecture auto or convolutional"
    assert message(b"gan", b" " * 10_000_000) == "options must have at most 65536 bytes"
    assert message(b"classifier", b"") == "n_classes must be between 2 and 4096, not 0"


def test_a_struct_of_text_takes_addresses_of_its_own_members_only():
    address = ctypes.c_void_p()
    check(lib.gen_struct_create(b"fit", b"epochs=3", ctypes.byref(address)))
    check(lib.gen_struct_set_pointer(address, b"validation", None))
    with pytest.raises(InvalidArgumentError, match="member must be one of .*validation"):
        check(lib.gen_struct_set_pointer(address, b"validatoin", None))
    lib.gen_struct_destroy(address)
    lib.gen_struct_destroy(address)
    assert lib.gen_struct_set_pointer(address, b"validation", None) == 2
    assert lib.gen_struct_create(b"fti", b"", ctypes.byref(address)) == 1
    assert lib.gen_last_error_message().endswith(b"did you mean fit?")


def test_a_run_of_text_stops_a_call(rows):
    run = OptionStruct("run", _structs.Run)
    address = ctypes.addressof(run.struct)
    arguments = (rows.ctypes.data, 100, rows.ctypes.data, 100, 35, None, run.pointer)
    distance = ctypes.c_double()
    with Token() as token, pytest.raises(CancelledError, match="token"):
        token.cancel()
        check(lib.gen_struct_set_pointer(address, b"token", token._handle))
        check(lib.gen_evaluate_two_sample(*arguments, ctypes.byref(distance), None, None))


def test_python_values_become_words():
    values = {"epochs": None, "keep_best": True, "batch_size": 3, "beta1": 0.1, "schedule": "step", "patience": "auto"}
    expected = b'keep_best="true" batch_size="3" beta1="0.1" schedule="step" patience="auto"'
    assert options_text("fit", values) == expected
    assert options_text("fit", {"keep_best": np.False_, "beta1": np.float32(0.5), "beta2": 0}) == (
        b'keep_best="false" beta1="0.5" beta2="0"'
    )
    for value, word in [((), "none"), ([4, 2], "4,2"), (4, "4"), (np.array([4, 2]), "4,2"), (np.int32(4), "4")]:
        assert options_text("vae", {"hidden": value}) == f'hidden="{word}"'.encode()
    for value in ([1], None.__class__, 1j):
        with pytest.raises(ValueError, match="beta1 must be a number"):
            options_text("fit", {"beta1": value})
