"""Integers that the C types of the header cannot hold are refused, not wrapped around."""

import ctypes
import re

import numpy as np
import pytest
from header import Header
from test_saved_options import table

import generative
from generative import GAN, PCA, VAE, Autoencoder, Classifier, Dataset, Image, Moments, Reservoir
from generative import _structs, evaluate, latents
from generative._c_types import Integer
from generative._functions import PROTOTYPES
from generative._library import lib
from generative._options import options_text

HEADER = Header()
TYPES = {"int32_t": np.int32, "uint32_t": np.uint32, "int64_t": np.int64, "uint64_t": np.uint64}
# Wrapped to 64 bits the first is 2, to 32 bits the second is 0 or the greatest number.
WRONG = (2**64 + 2, -(2**63) - 1, 1.5)


def c_type(declared):
    return HEADER.aliases.get(declared, declared)


ARGUMENTS = [
    (function.name, place)
    for function in HEADER.functions.values()
    for place, parameter in enumerate(function.parameters)
    if c_type(parameter.type) in TYPES
]
MEMBERS = [
    (struct.c_name, name)
    for struct in vars(_structs).values()
    if hasattr(struct, "c_name")
    for name in (member.name for member in HEADER.structs[struct.c_name].members)
    if c_type(next(m.type for m in HEADER.structs[struct.c_name].members if m.name == name)) in TYPES
]


def ids(case):
    return ".".join(map(str, case))


def refuses(call, value, name):
    """Whether call() raises an error that shows the name and the value."""
    kind = TypeError if isinstance(value, float) else ValueError
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).startswith(f"{name} must be") and str(caught.value).endswith(f"not {value}")


@pytest.mark.parametrize("case", ARGUMENTS, ids=ids)
def test_every_integer_argument_is_checked_before_the_library_is_called(case):
    function, place = case
    name = HEADER.functions[function].parameters[place].name
    lib.gen_model_info(None, None)
    before = lib.gen_last_error_message()
    assert before
    for value in WRONG:
        kinds = PROTOTYPES[function][1]
        arguments = [0 if isinstance(k, Integer) else 0.0 if k is ctypes.c_double else None for k in kinds]
        arguments[place] = value
        refuses(lambda: getattr(lib, function)(*arguments), value, name)
        assert lib.gen_last_error_message() == before


@pytest.mark.parametrize("case", MEMBERS, ids=ids)
def test_every_integer_of_a_struct_is_checked(case):
    c_name, name = case
    struct = next(s for s in vars(_structs).values() if getattr(s, "c_name", None) == c_name)
    for value in WRONG:
        refuses(lambda: setattr(struct(), name, value), value, name)
        refuses(lambda: struct(**{name: value}), value, name)
    made = struct(**{name: 3})
    assert getattr(made, name) == (ctypes.sizeof(struct) if name == "struct_size" else 3)


@pytest.mark.parametrize("c_name", TYPES)
def test_the_range_is_that_of_the_c_type(c_name):
    kind, limits = getattr(ctypes, f"c_{c_name[:-2]}"), np.iinfo(TYPES[c_name])
    integer = Integer(kind, "n")
    for value in (limits.min, limits.max, np.int8(7), np.array(5)):
        assert integer.from_param(value).value == value
    expected = f"n must be between {limits.min} and {limits.max}, not"
    for value in (int(limits.min) - 1, int(limits.max) + 1):
        with pytest.raises(ValueError) as caught:
            integer.from_param(value)
        assert str(caught.value) == f"{expected} {value}"
    for value in (2.0, np.float32(2), "2", None):
        with pytest.raises(TypeError, match="n must be an integer, not"):
            integer.from_param(value)


def test_wrong_arguments_of_other_types_are_argument_errors_as_ever():
    with pytest.raises(ctypes.ArgumentError):
        lib.gen_latents_sample(2, 2, "far", 0, None)


X = np.random.default_rng(5).random((40, 6), dtype=np.float32)
Y = np.arange(40) % 3
# What takes an integer: its function, and the name in the message.
DOORS = {
    "PCA": (lambda n: PCA(n).fit(X), "n_components"),
    "PCA, seed": (lambda n: PCA(2, seed=n).fit(X), "seed"),
    "PCA, n_passes": (lambda n: PCA(2, solver="sketch", n_passes=n).fit(X), "n_passes"),
    "PCA.sample, seed": (lambda n: PCA(2).fit(X).sample(3, seed=n), "seed"),
    "Dataset.slice": (lambda n: Dataset.from_array(X).slice(n, 2), "first_row"),
    "Dataset.slice, n_rows": (lambda n: Dataset.from_array(X).slice(1, n), "n_rows"),
    "Dataset.read": (lambda n: Dataset.from_array(X).read(n), "first_row"),
    "Dataset.read of 2": (lambda n: Dataset.from_array(X).read(n, 2), "first_row"),
    "Dataset.read, n_rows": (lambda n: Dataset.from_array(X).read(1, n), "n_rows"),
    "Dataset.labels": (lambda n: Dataset.from_array(X, Y).labels(n, 2), "first_row"),
    "Dataset.nearest": (lambda n: Dataset.from_array(X).nearest(X[:2], n), "n_neighbours"),
    "Dataset.classify": (lambda n: Dataset.from_array(X, Y).classify(X[:2], n), "n_neighbours"),
    "Dataset.from_stream": (lambda n: Dataset.from_stream([X], shuffle_rows=n), "shuffle_rows"),
    "Moments": (Moments, "n_features"),
    "Moments, seed": (lambda n: Moments(4, n_directions=2, seed=n), "seed"),
    "Reservoir": (lambda n: Reservoir(4, n), "capacity"),
    "Reservoir.of": (lambda n: Reservoir.of(X, 5, first_row=n), "first_row"),
    "faces": (generative.faces, "n_rows"),
    "faces, size": (lambda n: generative.faces(2, n), "height"),
    "faces, seed": (lambda n: generative.faces(2, 16, n), "seed"),
    "latents.sample": (lambda n: latents.sample(n, 2), "n_rows"),
    "latents.sample, latent_size": (lambda n: latents.sample(2, n), "latent_size"),
    "latents.traverse": (lambda n: latents.traverse(X[0], [1, n]), "axes[1]"),
    "latents.loop": (lambda n: latents.loop(X, n), "n_steps"),
    "kernel_distance": (lambda n: evaluate.kernel_distance(X, X, n_subsets=n), "n_subsets"),
    "binarize": (lambda n: generative.binarize(X, seed=n), "seed"),
    "Image.resized": (lambda n: Image.from_array(X).resized(n, 2), "height"),
    "Context": (generative.Context, "n_threads"),
}
for kind in (Autoencoder, VAE, GAN, Classifier):
    for option in ("epochs", "batch_size", "seed", "n_classes" if kind is Classifier else "latent_size"):
        DOORS[f"{kind.__name__}, {option}"] = (
            lambda n, kind=kind, option=option: kind(**{option: n}).fit(X, Y),
            option,
        )
    DOORS[f"{kind.__name__}.plan"] = (
        lambda n, kind=kind: kind(shape=(6,), **({"n_classes": 3} if kind is Classifier else {})).plan(n),
        "batch_size",
    )
MODELS = {}


def fitted(kind):
    """A VAE or a GAN, fitted once."""
    if kind not in MODELS:
        MODELS[kind] = kind(2, epochs=1).fit(X)
    return MODELS[kind]


for kind in (VAE, GAN):
    DOORS[f"{kind.__name__}.sample"] = (lambda n, kind=kind: fitted(kind).sample(n), "n")
    DOORS[f"{kind.__name__}.sample, seed"] = (lambda n, kind=kind: fitted(kind).sample(2, seed=n), "seed")
DOORS["VAE.elbo"] = (lambda n: fitted(VAE).elbo(X, n_samples=n), "n_samples")
DOORS["VAE.manifold"] = (lambda n: fitted(VAE).manifold(n, 2), "n_rows")
DOORS["GAN.latents"] = (lambda n: fitted(GAN).latents(n), "n")


@pytest.mark.parametrize("door", DOORS)
def test_public_functions_refuse_values_that_do_not_fit_and_show_them(door):
    function, name = DOORS[door]
    for value in WRONG:
        if door == "PCA" and isinstance(value, float):
            continue  # a share of the variance
        with pytest.raises((ValueError, TypeError)) as caught:
            function(value)
        assert name in str(caught.value) and shown(value, caught.value)


def shown(value, error):
    """Whether an error shows a number, not as part of another one."""
    return re.search(rf"(?<![\w.-]){re.escape(str(value))}(?![\w.])", str(error))


@pytest.mark.parametrize("value", [0.0, -1, 1.5])
def test_a_pca_shows_the_count_that_it_was_given(value):
    with pytest.raises(ValueError) as caught:
        PCA(value).fit(X)
    assert shown(value, caught.value)


def test_numpys_integers_are_integers():
    data = Dataset.from_array(X)
    np.testing.assert_array_equal(data.slice(np.int64(3), np.uint8(2)).read(), X[3:5])
    np.testing.assert_array_equal(PCA(np.int32(2)).fit(X).sample(seed=np.uint64(2**64 - 1)).shape, (1, 6))


KINDS = {PCA: "pca", Autoencoder: "autoencoder", VAE: "vae", GAN: "gan", Classifier: "classifier"}
# Every integer parameter of every model and of its fits, by the library's tables: (model, name, type).
PARAMETERS = [
    (kind, row["name"], row["type"])
    for kind, name in KINDS.items()
    for row in table(name) + (table("fit") if kind is not PCA else [])
    if row["type"] in ("whole", "seed", "widths") and row["name"] in kind().get_params()
]
NO_INTEGERS = (2.9, 3.0, np.float32(3), float("nan"), "3", b"3", True, np.True_, 3j, np.array([[3]]))


def parameter_ids(case):
    return f"{case[0].__name__}.{case[1]}"


def test_every_model_has_integer_parameters():
    assert len(PARAMETERS) > 40 and {kind for kind, *_ in PARAMETERS} == set(KINDS)
    names = {name for _, name, _ in PARAMETERS}
    assert {"latent_size", "hidden", "generator_hidden", "n_classes", "depth", "epochs", "patience", "seed"} <= names


@pytest.mark.parametrize("case", PARAMETERS, ids=parameter_ids)
def test_an_integer_parameter_takes_integers_only(case):
    kind, name, type_ = case
    for value in NO_INTEGERS:
        if kind is PCA and name == "n_components" and not isinstance(value, (bytes, np.ndarray)):
            continue  # a share of the variance, or "mle": see test_pca_replaces_sklearn.py
        with pytest.raises(ValueError) as caught:
            kind(**{name: value}).fit(X, Y)
        assert str(caught.value).startswith(f"{name}") or f"'{name}'" in str(caught.value)
        shown_value = repr(value[0]) if isinstance(value, np.ndarray) and type_ == "widths" else repr(value)
        assert shown_value in str(caught.value), str(caught.value)


@pytest.mark.parametrize("case", PARAMETERS, ids=parameter_ids)
def test_an_integer_parameter_takes_numpys_integers(case):
    kind, name, type_ = case
    texts = {
        options_text(KINDS[kind], {name: value}) + options_text("fit", {name: value})
        for value in (3, np.int64(3), np.uint8(3), np.array(3))
    }
    assert len(texts) == 1 and b'="3"' in texts.pop()
    if type_ == "widths":
        assert options_text(KINDS[kind], {name: 3}) == options_text(KINDS[kind], {name: [np.int16(3)]})


@pytest.mark.parametrize("kind", [Autoencoder, VAE, Classifier])
def test_one_width_is_a_list_of_one(kind):
    one, several = kind(hidden=7, epochs=1, seed=3), kind(hidden=(7,), epochs=1, seed=3)
    assert one.fit(X, Y).to_bytes() == several.fit(X, Y).to_bytes()
    assert one.hidden == 7 and one.get_params()["hidden"] == 7
    for value, message in [("7", "hidden must be integers, such as"), ((7, 2.5), r"hidden\[1\] must be .* not 2.5")]:
        with pytest.raises(ValueError, match=message):
            kind(hidden=value).fit(X, Y)


@pytest.mark.parametrize("kind", [Autoencoder, VAE, GAN])
def test_a_latent_size_of_zero_is_shown(kind):
    with pytest.raises(ValueError, match="latent_size must be between 1 and 65536,( or auto,)? not 0"):
        kind(0).fit(X)


@pytest.mark.parametrize("shape", [(6.0,), ("6",), 6, (True, 6)])
def test_the_sizes_of_a_shape_are_integers(shape):
    with pytest.raises(ValueError, match="shape"):
        VAE(2, shape=shape, epochs=1).fit(X)
    with pytest.raises(ValueError, match="shape"):
        VAE(2, shape=shape, epochs=1).plan()
