"""The ABI of the library, recorded in Tests/ABI, which compiled programs depend on.

usage: abi.py LIBRARY            compares the library and its header with the record
       abi.py LIBRARY --record   adds what is new to the record; refuses if something recorded has changed

The record has one line for each exported function (prototype and symbol version), callback, struct (size), member
(offset and type) and constant. Within one GEN_ABI_VERSION none of its lines may change or go, except that the size of a
struct that begins with struct_size may grow. What may be added: functions, callbacks, structs, constants, and members
at the end of such a struct, after its recorded size, since a caller with the older header leaves padding undefined.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from header import ROOT, Header

NUMBER_OF_VERSION = re.compile(r"^GEN_VERSION\b")


def prototype(function):
    parameters = ", ".join(f"{parameter.type} {parameter.name}" for parameter in function.parameters)
    return f"{function.result} ({parameters or 'void'})"


def layout(header):
    """The size of each struct, and the offset of each member, by the C compiler."""
    lines = ["#include <generative.h>", "#include <stddef.h>", "#include <stdio.h>", "int main(void) {"]
    for struct in header.structs.values():
        lines.append(f'  printf("{struct.name} %zu\\n", sizeof({struct.name}));')
        for member in struct.members:
            name = f"{struct.name}.{member.name}"
            lines.append(f'  printf("{name} %zu\\n", offsetof({struct.name}, {member.name}));')
    lines += ["  return 0;", "}"]
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "layout.c"), Path(folder, "layout")
        source.write_text("\n".join(lines), encoding="utf-8")
        subprocess.run(["gcc", "-std=c99", f"-I{ROOT}/include", source, "-o", program], check=True)
        told = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    return {name: int(value) for name, value in (line.split() for line in told.splitlines())}


def symbols(library):
    """The version of each exported function's symbol."""
    told = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    return dict(re.findall(r" T (gen_\w+)@@(\w+)$", told, flags=re.M))


def current(library):
    """The ABI as lines by key, such as "member gen_run.event"."""
    header, exported = Header(), symbols(library)
    places = layout(header)
    lines = {}
    for name, function in header.functions.items():
        lines[f"function {name}"] = f"{exported.get(name, 'not exported')} {prototype(function)}"
    for name, callback in header.callbacks.items():
        lines[f"callback {name}"] = prototype(callback)
    for name, struct in header.structs.items():
        lines[f"struct {name}"] = f"{places[name]} bytes"
        for member in struct.members:
            type = prototype(member.function) if member.function else member.type
            lines[f"member {name}.{member.name}"] = f"at {places[f'{name}.{member.name}']}: {type}"
    constants = {**header.constants, **header.defines}
    lines.update((f"constant {name}", str(value)) for name, value in constants.items())
    return header.defines["GEN_ABI_VERSION"], lines


def number(text):
    return int(re.search(r"\d+", text)[0])


def grows(name, recorded):
    """Whether a struct begins with its size, by which the library knows how much of it a caller has."""
    return recorded.get(f"member {name}.struct_size") == "at 0: uint32_t"


def compare(recorded, lines):
    """What breaks compiled programs, and the keys of what was added without doing so."""
    faults = []
    for key, line in recorded.items():
        kind, name = key.split()
        if key not in lines:
            faults.append(f"{key} is gone")
        elif lines[key] != line:
            larger = kind == "struct" and grows(name, recorded) and number(lines[key]) > number(line)
            faults += [] if larger else [f"{key} was '{line}', and is '{lines[key]}'"]
    added = [key for key in lines if key not in recorded]
    for key in added:
        kind, name = key.split()
        struct = name.split(".")[0]
        size = recorded.get(f"struct {struct}")
        if kind == "member" and size and (not grows(struct, recorded) or number(lines[key]) < number(size)):
            faults.append(f"{key} is not after the recorded end of its struct, or the struct has no struct_size")
    added += [key for key in recorded if key in lines and key.startswith("struct ") and lines[key] != recorded[key]]
    return faults, added


def self_test(lines):
    """Each kind of change, made to the current ABI, is found."""
    struct = next(key.split()[1] for key in lines if key.startswith("struct ") and grows(key.split()[1], lines))
    size = number(lines[f"struct {struct}"])
    fixed = next(key.split()[1] for key in lines if key.startswith("struct ") and not grows(key.split()[1], lines))
    function = next(key for key in lines if key.startswith("function "))
    bad = [
        {function: None},
        {function: lines[function].replace("GEN_", "GEN_9")},
        {"constant GEN_E_BUSY": "4"},
        {f"struct {struct}": f"{size - 4} bytes"},
        {f"struct {fixed}": f"{size + 64} bytes"},
        {f"member {struct}.struct_size": "at 0: uint64_t"},
        {f"member {struct}.new": f"at {size - 4}: int32_t"},
        {f"member {fixed}.new": f"at {size + 640}: int32_t"},
    ]
    good = [
        {"function gen_new": "GEN_2 void (void)"},
        {"constant GEN_NEW": "1"},
        {f"member {struct}.new": f"at {size}: int64_t", f"struct {struct}": f"{size + 8} bytes"},
    ]
    for changes, is_bad in [*((c, True) for c in bad), *((c, False) for c in good)]:
        changed = {key: line for key, line in {**lines, **changes}.items() if line is not None}
        faults, added = compare(lines, changed)
        assert bool(faults) == is_bad and (is_bad or len(added) == len(changes)), (changes, faults, added)


def main():
    abi, lines = current(sys.argv[1])
    lines = {key: line for key, line in lines.items() if not NUMBER_OF_VERSION.match(key.split()[1])}
    self_test(lines)
    record = ROOT / "Tests" / "ABI" / f"{abi}.txt"
    recorded = {}
    if record.exists():
        text = record.read_text(encoding="utf-8").splitlines()
        recorded = dict(line.split(" = ", 1) for line in text)
    faults, added = compare(recorded, lines)
    for fault in faults:
        print(fault)
    if faults:
        print(f"{record.relative_to(ROOT)}: {len(faults)} changes break programs compiled for ABI {abi}. Undo them, or "
              "increment GEN_ABI_VERSION. See docs/compatibility.md.")  # fmt: skip
        return 1
    if sys.argv[2:] == ["--record"]:
        record.write_text("".join(f"{key} = {line}\n" for key, line in lines.items()), encoding="utf-8")
        print(f"{record.relative_to(ROOT)}: {len(added)} lines are new or larger")
    elif added:
        listed = ", ".join(added[:20]) + (" ..." if added[20:] else "")
        print(f"compatible, and not recorded yet: {listed}; run 'make abi'")
        return 1
    else:
        print(f"ABI {abi}: {len(lines)} lines as recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
