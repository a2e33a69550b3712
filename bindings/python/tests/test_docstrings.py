"""Docstrings are complete: each parameter of the public interface is described, in numpydoc format."""

import inspect
import re

import generative
import pytest


def members(thing, name):
    """The public functions of a module or class, and a class that users create, by their full names."""
    if inspect.isclass(thing) and name not in MADE:
        yield name, thing
    listed = thing.__all__ if inspect.ismodule(thing) else [key for key in dir(thing) if not key.startswith("_")]
    for key in listed:
        value = getattr(thing, key, None)
        if (inspect.isfunction(value) or inspect.ismethod(value)) and value.__module__.startswith("generative"):
            yield f"{name}.{key}", value


# Classes whose objects functions return: results, errors, and owners of handles.
MADE = {name for name in generative.__all__ if name.endswith("Error")} | {
    "ELBO", "FitEvent", "Dataset", "Image", "Mixture", "Moments", "Report", "Reservoir",
}  # fmt: skip
FUNCTIONS = {}
for word in generative.__all__:
    thing = getattr(generative, word)
    if inspect.isclass(thing) or inspect.ismodule(thing):
        FUNCTIONS.update(members(thing, word))
    elif callable(thing):
        FUNCTIONS[word] = thing


def texts(function):
    """The docstrings that describe a function, or a class and its constructor."""
    return [inspect.getdoc(part) or "" for part in ([function, function.__init__] if inspect.isclass(function) else [function])]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_parameter_is_described(name):
    function = FUNCTIONS[name]
    lines = re.findall(r"^(?:(\w+(?:, \w+)*) : .+|\*\*(\w+))$", "\n".join(texts(function)), flags=re.M)
    described = {word for line in lines for part in line for word in part.split(", ")}
    assert inspect.signature(function).parameters.keys() - {"self", "cls"} <= described


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_first_line_is_a_whole_sentence(name):
    assert texts(FUNCTIONS[name])[0].split("\n")[0].endswith(".")


@pytest.mark.parametrize("thing", [generative.VAE(), generative.PCA(), generative.faces(1, size=16)], ids=repr)
def test_dir_of_an_object_has_no_internals(thing):
    names = dir(thing)
    assert not [name for name in names if name.startswith("_") and not name.startswith("__")]
    assert {"fit", "get_params"} <= set(names) or {"read", "shape"} <= set(names)


def test_notebooks_show_what_a_model_was_given_and_learned():
    model = generative.VAE(hidden=(8,), epochs=1, latent_size=2)
    assert "<caption>VAE, not fitted</caption>" in model._repr_html_() and "n_epochs_" not in model._repr_html_()
    shown = model.fit(generative.faces(20, size=16))._repr_html_()
    for name, value in [("hidden", "(8,)"), ("latent_size", "2"), ("n_epochs_", "1"), ("shape_", "(16, 16, 3)")]:
        assert f"<tr><th>{name}</th><td>{value}</td></tr>" in shown
    assert "batch_size" not in shown


@pytest.mark.parametrize("module", [generative, generative.evaluate, generative.latents], ids=lambda module: module.__name__)
def test_dir_lists_the_public_names(module):
    names = [name for name in dir(module) if not name.startswith("__")]
    assert names == sorted(module.__all__)
