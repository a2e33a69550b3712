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
    "ELBO", "FitEvent", "Dataset", "Image", "Mixture", "Moments", "Reservoir",
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


@pytest.mark.parametrize("module", [generative, generative.evaluate, generative.latents], ids=lambda module: module.__name__)
def test_dir_lists_the_public_names(module):
    names = [name for name in dir(module) if not name.startswith("__")]
    assert names == sorted(module.__all__)
