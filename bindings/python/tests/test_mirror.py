"""The ctypes mirror is the header: every struct's layout, every function, every constant."""

import ctypes
import subprocess

from header import HEADER, Header

from generative import FitEvent, _constants, _functions, _structs

HEADER_TEXT = Header()

C_TYPES = {
    "int32_t": ctypes.c_int32,
    "gen_status": ctypes.c_int32,
    "uint32_t": ctypes.c_uint32,
    "int64_t": ctypes.c_int64,
    "uint64_t": ctypes.c_uint64,
    "double": ctypes.c_double,
    "float": ctypes.c_float,
    "const char *": ctypes.c_char_p,
    "void": None,
}


def measured_by_c(tmp_path):
    """{(struct, member): (offset, size)} as a C compiler sees the header; member None: the struct."""
    lines = ["#include <generative.h>", "#include <stddef.h>", "#include <stdio.h>", "int main(void) {"]
    for struct in HEADER_TEXT.structs.values():
        lines.append(f'printf("{struct.name} - 0 %zu\\n", sizeof({struct.name}));')
        for member in struct.members:
            place = f"offsetof({struct.name}, {member.name}), sizeof((({struct.name} *)0)->{member.name})"
            lines.append(f'printf("{struct.name} {member.name} %zu %zu\\n", {place});')
    source = tmp_path / "layout.c"
    source.write_text("\n".join([*lines, "return 0; }"]))
    program = tmp_path / "layout"
    subprocess.run(["gcc", f"-I{HEADER.parent}", str(source), "-o", str(program)], check=True)
    output = subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout
    return {
        (struct, member): (int(offset), int(size))
        for struct, member, offset, size in map(str.split, output.splitlines())
    }


def test_every_struct_has_the_layout_the_c_compiler_gives_it(tmp_path):
    mirrored = {}
    for struct in _structs.ALL:
        mirrored[struct.c_name, "-"] = (0, ctypes.sizeof(struct))
        for name, _ in struct._fields_:
            field = getattr(struct, name)
            mirrored[struct.c_name, name] = (field.offset, field.size)
    assert mirrored == measured_by_c(tmp_path)


def test_members_have_the_kinds_the_header_gives_them():
    for struct in _structs.ALL:
        for (name, kind), member in zip(struct._fields_, HEADER_TEXT.structs[struct.c_name].members):
            if member.type in C_TYPES:
                assert kind is C_TYPES[member.type], f"{struct.c_name}.{name}"


def test_every_function_of_the_header_is_mirrored_with_its_parameters():
    assert set(_functions.PROTOTYPES) == set(HEADER_TEXT.functions)
    for name, (result, parameters) in _functions.PROTOTYPES.items():
        function = HEADER_TEXT.functions[name]
        assert result is C_TYPES[function.result], name
        assert len(parameters) == len(function.parameters), name
        for mirrored, declared in zip(parameters, function.parameters):
            where = f"{name}: {declared.name}"
            if declared.type in C_TYPES:
                assert mirrored is C_TYPES[declared.type], where
            else:
                assert ctypes.sizeof(mirrored) == ctypes.sizeof(ctypes.c_void_p), where
                assert declared.is_pointer, where


def test_events_have_the_members_of_the_header():
    assert FitEvent._fields == tuple(member.name for member in HEADER_TEXT.structs["gen_event"].members[1:])


def test_constants_have_the_headers_values():
    constants = HEADER_TEXT.constants
    plain = {f"GEN_{name}": value for name, value in vars(_constants).items() if isinstance(value, int)}
    del plain["GEN_ABI_VERSION"]
    assert {name: constants[name] for name in plain} == plain
    tables = {
        "PCA": (_constants.SOLVER, {"auto": "automatic"}),
        "ACTIVATION": (_constants.ACTIVATION, {None: "default"}),
        "INITIALIZER": (_constants.INITIALIZER, {None: "default"}),
        "OPTIMIZER": (_constants.OPTIMIZER, {None: "default"}),
        "SCHEDULE": (_constants.SCHEDULE, {}),
        "LOSS": (_constants.LOSS, {}),
        "CORRUPTION": (_constants.CORRUPTION, {None: "none"}),
        "SPARSITY": (_constants.SPARSITY, {None: "none"}),
        "LIKELIHOOD": (_constants.LIKELIHOOD, {}),
        "KL": (_constants.KL_SCHEDULE, {}),
        "OBJECTIVE": (_constants.OBJECTIVE, {}),
        "LATENT": (_constants.LATENT, {}),
        "ARCHITECTURE": (_constants.ARCHITECTURE, {}),
        "GENERATOR": (_constants.GENERATOR, {}),
        "CURVE": (_constants.CURVE, {}),
        "DIRECTION": (_constants.DIRECTION, {}),
        "COVARIANCE": (_constants.COVARIANCE, {}),
        "LINEAR": (_constants.LINEAR, {}),
        "SAVE": (_constants.CONTENT, {}),
    }
    named = set(plain)
    for prefix, (table, renamed) in tables.items():
        for name, value in table.items():
            constant = f"GEN_{prefix}_{renamed.get(name, name).upper()}"
            assert constants[constant] == value
            named.add(constant)
    assert set(constants) - named == {"GEN_U8", "GEN_F32", "GEN_F64", "GEN_I32", "GEN_I64"}
