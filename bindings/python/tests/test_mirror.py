"""The generated ctypes mirror agrees with a C compiler on every layout and constant of the header."""

import ctypes
import importlib
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT
from generate import generated
from header import HEADER, Header

from generative import FitEvent, _constants, _structs

PACKAGE = ROOT / "bindings" / "python" / "generative"

# A header with the C that the library's own may come to use.
OTHER = """
#include <stdint.h>
#define GEN_API
#define GEN_VERSION_STRING "2.0"
#define GEN_MAX_DEPTH 0x10u
typedef int32_t gen_status;
typedef struct gen_model gen_model;
typedef struct gen_model gen_vae;
enum { GEN_SAVE_STATE = 1u << 0, GEN_SAVE_LOG = 1u << 1, GEN_SAVE_BOTH = GEN_SAVE_STATE | GEN_SAVE_LOG };
enum { GEN_TEST_SHAPE_DEFAULT, GEN_TEST_SHAPE_LONG_ROW = 7, GEN_TEST_SHAPE_ROW };
enum { GEN_OFF = -1, GEN_ON };
typedef struct gen_network_options {
  uint32_t struct_size;
  uint8_t depth;
  const int64_t *hidden;
  int16_t reserved;
} gen_network_options;
typedef int32_t (*gen_visit_fn)(const gen_model *model, const char *name, double *value);
typedef struct gen_vae_options {
  uint32_t struct_size;
  float slope;
  gen_network_options network;
  gen_visit_fn visit;
  const char *name;
  void (*each)(int64_t count, void (*body)(int64_t index), const gen_network_options *network);
} gen_vae_options;
static inline gen_status gen_network_options_init(gen_network_options *options, uint32_t struct_size) {
  return gen_struct_init("network", options, struct_size);
}
GEN_API const char *gen_name(void);
GEN_API gen_status gen_vae_create(const gen_vae_options *options, uint64_t flags, gen_vae **vae_out);
GEN_API gen_status gen_vae_visit(const gen_vae *vae, gen_visit_fn visit, const char *const *names,
                                 char *text_out, const float **rows_out, int64_t *count_out);
GEN_API void gen_vae_destroy(gen_vae *vae);
"""


def measured_by_c(path, tmp_path):
    """{(struct, member): (offset, size)}, member "-" being the struct, and {constant: value} of a header."""
    header = Header(path)
    lines = [f'#include "{path}"', "#include <stddef.h>", "#include <stdio.h>", "int main(void) {"]
    for struct in header.structs.values():
        lines.append(f'printf("{struct.name} - 0 %zu\\n", sizeof({struct.name}));')
        for member in struct.members:
            place = f"offsetof({struct.name}, {member.name}), sizeof((({struct.name} *)0)->{member.name})"
            lines.append(f'printf("{struct.name} {member.name} %zu %zu\\n", {place});')
    for name in [*header.defines, *header.constants]:
        lines.append(f'printf("{name} %lld\\n", (long long){name});')
    source = tmp_path / "layout.c"
    source.write_text("\n".join([*lines, "return 0; }"]))
    program = tmp_path / "layout"
    subprocess.run(["gcc", str(source), "-o", str(program)], check=True)
    output = subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout
    words = list(map(str.split, output.splitlines()))
    layouts = {(line[0], line[1]): (int(line[2]), int(line[3])) for line in words if len(line) == 4}
    return layouts, {line[0]: int(line[1]) for line in words if len(line) == 2}


def mirrored(structs, constants):
    """The same of a mirror's modules."""
    layouts = {}
    for struct in vars(structs).values():
        if hasattr(struct, "c_name"):
            layouts[struct.c_name, "-"] = (0, ctypes.sizeof(struct))
            for name, _ in struct._fields_:
                field = getattr(struct, name)
                layouts[struct.c_name, name] = (field.offset, field.size)
    numbers = {f"GEN_{name}": value for name, value in vars(constants).items() if isinstance(value, int)}
    return layouts, numbers


@pytest.fixture
def other(tmp_path, monkeypatch):
    """The modules generated from the other header, in a package of their own."""
    (tmp_path / "other.h").write_text(OTHER)
    (tmp_path / "other").mkdir()
    shutil.copy(PACKAGE / "_c_types.py", tmp_path / "other")
    for name, text in generated(Header(tmp_path / "other.h")).items():
        (tmp_path / "other" / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("other")
    for name in [name for name in sys.modules if name.split(".")[0] == "other"]:
        del sys.modules[name]


def submodule(package, name):
    return importlib.import_module(f"{package.__name__}.{name}")


def test_structs_and_constants_are_what_the_c_compiler_says(tmp_path):
    assert mirrored(_structs, _constants) == measured_by_c(HEADER, tmp_path)


def test_the_same_holds_for_another_header(other, tmp_path):
    modules = submodule(other, "_structs"), submodule(other, "_constants")
    assert mirrored(*modules) == measured_by_c(tmp_path / "other.h", tmp_path)


def test_words_are_the_enumerators_names(other):
    constants = submodule(other, "_constants")
    assert constants.TEST_SHAPE == {None: 0, "long_row": 7, "row": 8}
    assert not hasattr(constants, "VERSION_STRING")
    tables = [name for name, value in vars(constants).items() if isinstance(value, dict) and name[0] != "_"]
    assert tables == ["CONTENT", "TEST_SHAPE"]


def test_functions_have_the_types_of_the_header(other):
    structs, c_types = submodule(other, "_structs"), submodule(other, "_c_types")
    options, pointer = structs.VAEOptions, ctypes.POINTER
    handle = ctypes.c_void_p
    strings, rows = pointer(ctypes.c_char_p), pointer(pointer(ctypes.c_float))
    text, count = c_types.Numbers(ctypes.c_char), c_types.Numbers(ctypes.c_int64)
    flags = c_types.Integer(ctypes.c_uint64, "flags")
    assert submodule(other, "_functions").PROTOTYPES == {
        "gen_name": (ctypes.c_char_p, []),
        "gen_vae_create": (ctypes.c_int32, [pointer(options), flags, pointer(handle)]),
        "gen_vae_visit": (ctypes.c_int32, [handle, structs.VisitFunction, strings, text, rows, count]),
        "gen_vae_destroy": (None, [handle]),
    }
    kinds = dict(options._fields_)
    assert kinds["network"] is structs.NetworkOptions and kinds["name"] is ctypes.c_char_p
    assert kinds["each"]._argtypes_[1:] == (structs.VAEEachBody, pointer(structs.NetworkOptions))
    assert kinds["visit"]._argtypes_ == (handle, ctypes.c_char_p, pointer(ctypes.c_double))


def test_structs_inside_structs_know_their_sizes(other):
    options = submodule(other, "_structs").VAEOptions(slope=0.5)
    assert (options.struct_size, options.network.struct_size) == (ctypes.sizeof(options), 24)
    assert (options.slope, options.network.depth, options.name) == (0.5, 0, None)


def test_pointers_to_numbers_take_addresses_and_no_other_numbers(other):
    numbers = submodule(other, "_c_types").Numbers(ctypes.c_int64)
    function = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(lambda address: address or 0)
    function.argtypes = [numbers]
    value = ctypes.c_int64(3)
    assert function(ctypes.byref(value)) == function(ctypes.addressof(value)) == ctypes.addressof(value)
    assert function(None) == 0
    for wrong in (ctypes.byref(ctypes.c_int32()), 1.0, b"bytes"):
        with pytest.raises(ctypes.ArgumentError):
            function(wrong)


@pytest.mark.parametrize(
    "line",
    [
        "typedef struct gen_pair { int32_t a, b; } gen_pair;",
        "typedef struct gen_row { int32_t values[4]; } gen_row;",
        "struct gen_pair { int32_t a; };",
        "typedef unsigned long gen_count;",
        "enum { GEN_SIZE = sizeof(int) };",
        "enum { GEN_SAVE_FAST, GEN_SAVE_SMALL };",
        "GEN_API void gen_count(long count);",
        "GEN_API void gen_context(gen_model model);",
    ],
)
def test_unreadable_files_are_an_error(line, tmp_path):
    path = tmp_path / "other.h"
    path.write_text(OTHER + line)
    with pytest.raises(SyntaxError):
        generated(Header(path))


def test_events_have_the_members_of_the_header():
    assert FitEvent._fields == tuple(member.name for member in Header().structs["gen_event"].members[1:])
