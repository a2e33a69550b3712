"""Tests bad input through the C header: every parameter and option of every function is made invalid in turn.

Writes the calls from the header, compiles them with Tests/CTests, and runs each in a child process.
usage: bad_arguments.py FOLDER_OF_THE_LIBRARY [--pairs N] [--address] [part of a call's name, to run only those]
--pairs: N more calls with two things spoiled at once. --address: the library was built with AddressSanitizer.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from header import ROOT, Header
from tables import Tables

# Right values of parameters by name; by function and name where the name alone does not tell.
VALUES = {
    "dtype": "GEN_F32",
    "n_rows": "2", "first_row": "0", "row_size": "ROW", "height": "SIDE", "width": "SIDE",
    "channels": "1", "n_neighbours": "1", "n_samples": "4", "n_validation": "2", "n_test": "2",
    "batch_size": "4", "n_images": "2", "n_grid_rows": "2", "n_grid_columns": "2", "latent_x": "0", "latent_y": "1",
    "capacity": "ROOM", "content": "0", "corruption": "1", "amount": "0.5", "seed": "1",
    "with_noise": "1", "generator": "0", "status": "1", "path": "f.output_path",
    "latent_size": "LATENT", "n_latents": "2", "n_steps": "3", "curve": "1", "n_axes": "0",
    "axes": "NULL", "range": "2", "low": "-1", "high": "1", "truncation": "1", "n_a": "2", "n_b": "2",
    "n_c": "2", "attribute": "f.ramp", "n_attributes": "2", "least": "0", "greatest": "1",
    "index": "0", "key": '"kind"',
    "labels": "NULL", "n_real": "2", "n_generated": "2", "n_held_out": "2", "n_subsets": "2",
    "subset_size": "2", "threshold": "0.01", "training": "f.dataset",
    "quantile": "0.9", "share": "0.5", "network": "0", "epoch": "0", "learning_rate": "GEN_AUTO",
    "kind": '"vae"', "name": '"fit"', "text": '"epochs=2"', "member": '"validation"', "address": "NULL",
    "other": "f.pca_other", "part": "GEN_AUTO", "weights": "0",
}  # fmt: skip
BY_FUNCTION = {
    ("gen_image_load", "path"): "f.image_path",
    ("gen_dataset_create", "data"): "(f.rows + ROOM / 8)",  # with as much before it, for strides below zero
    ("gen_dataset_open", "path"): "f.folder",
    ("gen_dataset_name", "kind"): "2",
    ("gen_model_name", "kind"): "0",
    ("gen_image_load_memory", "bytes"): "f.image_bytes",
    ("gen_checkpoint_open", "path"): "f.vae_path",
    ("gen_image_load_memory", "byte_count"): "f.image_size",
}
BY_FUNCTION["gen_model_create", "options"] = '"channels=3 hidden=4"'
BY_FUNCTION["gen_struct_init", "struct_size"] = "sizeof(gen_fit_options)"
BY_FUNCTION["gen_struct_value", "member"] = '"epochs"'
for function in ("value", "set_pointer", "destroy"):
    BY_FUNCTION[f"gen_struct_{function}", "structure"] = "f.options"
for function in ("gen_moments_merge", "gen_moments_frechet"):
    BY_FUNCTION[function, "other"] = "f.moments_other"
BY_FUNCTION["gen_reservoir_merge", "other"] = "f.reservoir_other"
BY_FUNCTION["gen_moments_create_refined", "first"] = "f.first"
BY_FUNCTION["gen_moments_direction", "attribute"] = "1"
for noun, file in (("model", "vae"), ("moments", "moments"), ("reservoir", "reservoir")):
    BY_FUNCTION[f"gen_{noun}_load", "path"] = f"f.{file}_path"
    BY_FUNCTION[f"gen_{noun}_load_memory", "bytes"] = f"f.{file}_bytes"
    BY_FUNCTION[f"gen_{noun}_load_memory", "byte_count"] = f"f.{file}_size"

# The models that a function of gen_model is called with: the kinds that have what it does.
KINDS = ("pca", "autoencoder", "vae", "gan", "classifier")
KINDS_OF = {
    "gen_model_plan": KINDS[1:], "gen_model_fit": KINDS[1:], "gen_trainer_create": KINDS[1:],
    "gen_model_reconstruct": KINDS[:3], "gen_model_features": KINDS[3:], "gen_model_invert": KINDS[1:4],
    "gen_model_impute": KINDS[1:4],
    "gen_model_fit_threshold": KINDS[:3], "gen_model_threshold": KINDS[:3], "gen_model_detect": KINDS[:3],
    "gen_model_fit_mixture": KINDS[:3], "gen_model_sample_mixture": KINDS[:3], "gen_model_mixture": KINDS[:3],
}  # fmt: skip

# Pointers that may be NULL, beside options and contexts.
OPTIONAL = {
    "labels", "used_out", "peak_out", "indices_out", "distances_out", "height_out", "width_out",
    "channels_out", "log_variance_out", "reconstruction_out", "kl_out", "bytes_out",
    "n_tensors_out", "n_metadata_out",
    "standard_error_out", "base", "axes", "deviations", "variances_out", "deviation_out",
    "probabilities_out", "weights_out", "biases_out", "text_out", "text", "options", "address",
    "n_networks_out", "n_parameters_out", "n_statistics_out", "more_out",
    "precision_out", "recall_out", "density_out", "coverage_out", "real_accuracy_out",
    "generated_accuracy_out", "generated_distance_out", "held_out_distance_out",
}  # fmt: skip
OPTIONAL_IN = {("gen_vae_encode", "mean_out"), ("gen_evaluate_parzen", "mean_out")}
OPTIONAL_IN |= {("gen_model_invert", name) for name in ("latents_out", "error_out")}
OPTIONAL_IN |= {("gen_reservoir_rows", name) for name in ("rows_out", "numbers_out")}
OPTIONAL_IN |= {("gen_moments_direction", "info_out"), ("gen_latents_direction", "info_out")}
OPTIONAL_IN |= {("gen_evaluate_linear", "info_out")}
OPTIONAL_IN |= {("gen_classifier_predict", "labels_out"), ("gen_mixture_predict", "labels_out")}
OPTIONAL_IN |= {("gen_mixture_parameters", name) for name in ("means_out", "covariances_out")}
OPTIONAL_IN |= {("gen_model_fit_threshold", "threshold_out")}
OPTIONAL_IN |= {("gen_model_detect", name) for name in ("scores_out", "anomalies_out")}
OPTIONAL_IN |= {("gen_pca_solution", name) for name in ("mean_out", "components_out", "variance_out")}
OPTIONAL_IN |= {("gen_options_describe", "name"), ("gen_model_export_c", "name")}

# Members that say how far memory of the caller's reaches: a large lie is the caller's fault.
EXTENTS = {"n_rows", "height", "width", "channels", "row_stride", "element_stride"}

INTEGERS = {
    "int32_t": ["-1", "INT_MIN", "INT_MAX", "77"],
    "gen_status": ["-1", "INT_MIN", "INT_MAX"],
    "int64_t": ["0", "-1", "INT64_MIN", "INT64_MAX", "INT64_MAX / 4"],
    "uint64_t": ["0", "UINT64_MAX"],
    "double": ["NAN", "INFINITY", "-INFINITY", "-1", "1e300"],
    "float": ["NAN", "INFINITY", "-1e30f"],
}
PATHS = ['""', '"/no/such/folder/file.png"', '"\\xff\\xfe.png"', "f.long_path", "f.folder"]


def handle_values(header, own):
    """Handles that are invalid for a kind: stale, of another kind, or not handles at all."""
    other = "f.image" if own != "gen_image" else "f.dataset"
    model = ["f.gan" if own != "gen_gan" else "f.vae"] if own in header.models else []
    return ["f.stale", other, *model, "1", "-1", "f.rows"]


class Arguments:
    """Valid arguments of all functions, as C code that reads the fixture f.

    functions: the library's and the header's own. model: the kind that functions of gen_model are called with.
    """

    def __init__(self, header):
        self.header = header
        self.functions = [*header.functions.values(), *header.inlines.values()]
        self.model = ""

    def kinds(self, function):
        """The kinds of model to call a function with; the empty string for a function without a model."""
        first = function.parameters and handle_type(self.header, function.parameters[0].type)
        return KINDS_OF.get(function.name, KINDS) if first == "gen_model" else ("",)

    def argument(self, function, parameter, value=None):
        """A value of a parameter, with its cast; None for the valid one."""
        kind = handle_type(self.header, parameter.type)
        if value is None:
            value = self.right(function, parameter)
        if value.startswith("&"):
            return f"({parameter.type}){value}"
        if kind:
            cast = "(intptr_t)" if value in ("1", "-1") else ""
            return f"({parameter.type}){cast}{value}"
        return f"({parameter.type}){value}" if parameter.is_pointer else value

    def right(self, function, parameter):
        if (function.name, parameter.name) in BY_FUNCTION:
            return BY_FUNCTION[function.name, parameter.name]
        kind = handle_type(self.header, parameter.type)
        struct = self.struct(parameter)
        if kind and parameter.name not in VALUES:
            return f"f.{self.model if kind == 'gen_model' else kind.removeprefix('gen_')}"
        if struct:
            return f"&f.{short(struct.name)}.value"
        if parameter.type.endswith("**"):
            return "&f.made"
        if parameter.name == "struct_size":
            return f"sizeof f.{short(self.struct(function.parameters[0]).name)}.value"
        if parameter.name in VALUES:
            return VALUES[parameter.name]
        return "f.rows" if parameter.type.startswith("const") else "f.output"

    def struct(self, parameter):
        """The struct that a parameter points to, or None."""
        name = parameter.type.replace("const ", "").rstrip("* ")
        return self.header.structs.get(name) if parameter.is_pointer else None


class Calls(Arguments):
    """Bad calls as C functions, and a table of these."""

    def __init__(self, header, tables, n_pairs=0):
        super().__init__(header)
        self.tables = tables
        self.bodies = []
        self.table = []
        self.singles = []  # (function, what, arguments spoiled, statement before, kind of model)
        for function in self.functions:
            for self.model in self.kinds(function):
                self._of(function)
        self._pair(n_pairs)

    def _pair(self, count):
        """`count` calls with two faults of one function, the same ones each time. One fault may hide the other, so
        any documented status is accepted."""
        draw = random.Random(1)
        by_function = {}
        for single in self.singles:
            by_function.setdefault(single[0].name, []).append(single)
        pairs = []
        for singles in by_function.values():
            pairs += [(a, b) for a in singles for b in singles if _can_pair(a, b)]
        for a, b in draw.sample(pairs, min(count, len(pairs))):
            self.model = a[4]
            self._add(a[0], f"{a[1]}, {b[1]}", "ANY_STATUS", a[2] | b[2], f"{a[3]} {b[3]}")

    def text(self):
        table = "".join(f"    {entry},\n" for entry in self.table)
        return "\n".join(self.bodies) + f"\nstatic const struct bad_call bad_calls[] = {{\n{table}}};\n"

    def _of(self, function):
        for position, parameter in enumerate(function.parameters):
            for value, expectation in self._values(function, parameter):
                self._add(function, f"{parameter.name} = {value}", expectation, {position: value})
            kind = handle_type(self.header, parameter.type)
            if kind:
                right = self.right(function, parameter)
                destroy = f"{'gen_model' if kind in self.header.models else kind}_destroy({right});"
                self._add(function, f"{parameter.name} destroyed before", "HANDLE_FAULT", {}, destroy)
            struct = self.struct(parameter)
            if struct and struct.members:
                self._members(function, parameter, struct)
        if function.name == "gen_struct_value":
            self._add(function, "an older struct", "VERSION_FAULT", {1: "older_struct()"})

    def _members(self, function, parameter, struct):
        if function.name.endswith("_init") or function.result != "gen_status":
            return  # the struct is only written to, or looked at
        place = f"f.{short(struct.name)}.value"
        size = f"sizeof {place}"
        self._add(function, "struct_size = 0", "FAILURE", {}, f"{place}.struct_size = 0;")
        self._add(function, "struct_size = 3", "FAILURE", {}, f"{place}.struct_size = 3;")
        grown = f"{place}.struct_size = (uint32_t)({size} + 16);"
        if parameter.type.startswith("const"):
            self._add(function, "a newer struct, zero tail", "ANY_STATUS", {}, grown)
            dirty = f"{grown} f.{short(struct.name)}.bytes[{size} + 9] = 1;"
            self._add(function, "a newer struct", "VERSION_FAULT", {}, dirty)
        if not parameter.type.startswith("const"):
            return
        if struct.is_initialized:
            name = struct.name.removeprefix("gen_").removesuffix("_options")
            spoil = f"{place}.initialized = 0;"
            self._add(function, "initialized = 0", "ARGUMENT_FAULT", {}, spoil, f"{struct.name}_init")
            stop = " stop_run();" if any(p.type == "const gen_run *" for p in function.parameters) else ""
            for row in self.tables[name]:
                member = f"network.{row['name']}" if row["shared"] else row["name"]
                for what, value, expectation in _option_values(name, row):
                    spoil = f"{place}.{member.replace(row['name'], what)} = {value};"
                    spoil += stop if expectation == "ANY_STATUS" else ""
                    self._add(function, f"{parameter.name}->{what} = {value}", expectation, {}, spoil)
        for member in self._plain_members(struct):
            for value, expectation in self._member_values(struct, member):
                what = f"{parameter.name}->{member.name} = {value}"
                kind = handle_type(self.header, member.type)
                cast = f"({member.type.replace('const ', '')})" if kind else ""
                cast += "(intptr_t)" if kind and value in ("1", "-1") else ""
                self._add(function, what, expectation, {}, f"{place}.{member.name} = {cast}{value};")

    def _plain_members(self, struct):
        """Members whose limits no table of options has: addresses, and all members of other structs."""
        members = struct.members[1:]
        if not struct.is_initialized:
            return members
        inner = [
            replace(inner, name=f"{member.name}.{inner.name}")
            for member in members
            if member.type in self.header.structs
            for inner in self.header.structs[member.type].members
        ]
        return [m for m in (*members, *inner) if m.is_pointer or m.type.endswith("_fn")]

    def _member_values(self, struct, member):
        kind = handle_type(self.header, member.type)
        if kind:
            return [(value, "HANDLE_FAULT") for value in handle_values(self.header, kind)]
        if member.is_pointer or member.type.endswith("_fn"):
            return [("NULL", "ANY_STATUS")]
        values = INTEGERS[member.type]
        if struct.name == "gen_memory_options" and member.name in EXTENTS:
            values = ["-1", "INT64_MIN", "INT64_MAX"]
        expected = "FAILURE" if member.type == "double" else "ANY_STATUS"
        return [(v, expected if v == "NAN" else "ANY_STATUS") for v in values]

    def _values(self, function, parameter):
        kind = handle_type(self.header, parameter.type)
        may = parameter.name in OPTIONAL or (function.name, parameter.name) in OPTIONAL_IN
        if kind:
            null = "ANY_STATUS" if kind == "gen_context" else "HANDLE_FAULT"
            return [("NULL", null)] + [(value, "HANDLE_FAULT") for value in handle_values(self.header, kind)]
        if parameter.type == "const char *":
            return [("NULL", "ANY_STATUS" if may else "FAILURE")] + [(path, "ANY_STATUS") for path in PATHS]
        if parameter.is_pointer:
            may = may or parameter.type.startswith("const gen_") or function.name == "gen_evaluate_parzen"
            may = may and (not parameter.type.startswith("const float") or parameter.name in OPTIONAL)
            return [("NULL", "ANY_STATUS" if may else "FAILURE")]
        if parameter.name == "struct_size":
            return [(value, "FAILURE") for value in ("0", "3", "7", "4097", "UINT32_MAX")]
        return [(value, "ANY_STATUS") for value in INTEGERS[parameter.type]]

    def _add(self, function, what, expectation, spoiled, before="", words=""):
        """words: words that the message must contain."""
        self.singles.append((function, what, spoiled, before, self.model))
        arguments = [
            self.argument(function, parameter, spoiled.get(position))
            for position, parameter in enumerate(function.parameters)
        ]
        call = f"{function.name}({', '.join(arguments)})"
        body = f"return {call};"
        if function.result != "gen_status":
            body, expectation = f"(void){call}; return GEN_OK;", "NO_STATUS"
        name = f"bad_call_{len(self.table)}"
        self.bodies.append(f"static gen_status {name}(void) {{ {before} {body} }}")
        of = f" of a {self.model}" if self.model else ""
        text = f"{function.name}{of}: {what}".replace("\\", "\\\\").replace('"', '\\"')
        self.table.append(f'{{"{text}", {name}, {expectation}, "{words}"}}')


def _option_values(table, row):
    """Values at the edges of an option's range and beyond, as (member, value, expectation)."""
    name, auto = row["name"], row["auto"]
    least, greatest = row.get("least"), row.get("greatest")
    if row["type"] in ("flag", "word"):
        numbers = row["words"].values() if row["type"] == "word" else (0, 1)
        bad = {-2, max(numbers) + 1, "INT_MIN", "INT_MAX"} | (set() if auto else {-1})
        bad |= set(range(max(numbers))) - set(numbers)
    elif row["type"] == "whole":
        bad = {least - 1, greatest + 1} - ({-1} if auto else set())
        bad = {value for value in bad if -(2**63) <= value < 2**63}
        numbers = () if table == "memory" and name in EXTENTS else (least, greatest)
    elif row["type"] == "number":
        numbers = [least] * (not row["excludes_least"]) + [greatest] * (not row["excludes_greatest"])
        bad = {"NAN", "INFINITY", "-INFINITY", repr(2 * greatest + 1), repr(least - 2)}
        bad |= {repr(end) for end in (least, greatest) if end not in numbers}
    elif row["type"] == "widths":
        name, numbers, bad = f"n_{name}", (0, row["most"]), {-2, row["most"] + 1, "INT64_MIN", "INT64_MAX"}
    else:
        return []
    values = [(name, _literal(value), "FAILURE") for value in sorted(bad, key=str)]
    return values + [(name, _literal(value), "ANY_STATUS") for value in (*numbers, *([-1] if auto else []))]


def _literal(value):
    return "INT64_MIN" if value == -(2**63) else str(value)


def _can_pair(a, b):
    """Whether two faults concern different things."""
    return a[4] == b[4] and a[1] < b[1] and not a[2].keys() & b[2].keys() and a[1].split(" =")[0] != b[1].split(" =")[0]


def handle_type(header, type):
    """The handle type of a C type; None if it is not a handle."""
    name = type.replace("const ", "").rstrip("* ")
    return name if name in header.handles and type.count("*") == 1 else None


def short(struct):
    """The name of a struct in the fixture."""
    return struct.removeprefix("gen_").removesuffix("_t")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library", type=Path)
    parser.add_argument("--pairs", type=int, default=0)
    parser.add_argument("--address", action="store_true")
    parser.add_argument("--messages", action="store_true", help="prints each call's status and message")
    parser.add_argument("part", nargs="?")
    options = parser.parse_args()
    library = options.library.resolve()
    with tempfile.TemporaryDirectory() as folder:
        calls = Path(folder, "bad_arguments_cases.h")
        calls.write_text(Calls(Header(), Tables(), options.pairs).text())
        program = Path(folder, "bad_arguments")
        sources = [str(ROOT / "Tests" / "CTests" / name) for name in ("bad_arguments.c", "fixture.c")]
        # The sanitizer's runtime must be that of the compiler which built the library.
        clang = Path(shutil.which("swiftc") or "").resolve().with_name("clang")
        command = [clang, "-fsanitize=address"] if options.address else ["gcc"]
        command += ["-std=gnu99", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-unused-value"]
        command += [f"-I{ROOT}/include", f"-I{ROOT}/Tests/CTests", f"-I{folder}", *sources]
        command += ["-o", str(program), f"-L{library}", f"-Wl,-rpath,{library}", "-lgenerative", "-lm"]
        subprocess.run(command, check=True)
        environment = dict(os.environ, SWIFT_BACKTRACE="enable=no")
        Path(folder, "files").mkdir()
        arguments = [program, Path(folder, "files"), *([options.part] if options.part else [])]
        if options.messages:
            environment["SHOW_MESSAGES"] = "1"
            done = subprocess.run(arguments, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
            print(done.stdout.replace(folder, "FOLDER"), end="")
            return done.returncode
        return subprocess.run(arguments, cwd=folder, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
