"""The library's ABI as text: functions, enumerators, and the layout of every struct, one a line.

usage: abi_dump.py                 the dump of include/generative.h
       abi_dump.py check FOLDER    the dump beside the library, and the first release's, must still hold: lines
                                   may be added, none may change or go; and a program compiled against
                                   the first header runs with the library in FOLDER
       abi_dump.py compare         the same by abidiff, on stubs made of both headers
       abi_dump.py write           brings Tests/ABI/abi.txt up to date
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from header import HEADER, ROOT, Header

ABI = ROOT / "Tests" / "ABI"
DUMP = ABI / "abi.txt"
FIRST = ABI / "0.1.0" / "generative.h"


def _layouts(header, path):
    """Size and offsets as the compiler sees them."""
    prints = []
    for struct in sorted(header.structs.values(), key=lambda s: s.name):
        if not struct.members:
            continue
        prints.append(f'  printf("struct {struct.name}: %zu bytes\\n", sizeof({struct.name}));')
        for member in struct.members:
            place = f"{struct.name}, {member.name}"
            size = f"sizeof((({struct.name} *)0)->{member.name})"
            text = f"struct {struct.name}.{member.name}: {member.type}"
            prints.append(f'  printf("{text} at %zu, %zu bytes\\n", offsetof({place}), {size});')
    source = '#include "%s"\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n%s\n}\n'
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "layouts")
        Path(folder, "layouts.c").write_text(source % (path, "\n".join(prints)))
        subprocess.run(["gcc", "-o", program, f"{program}.c"], check=True)
        return subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()


def dump(path=HEADER):
    """The lines of the ABI that a header declares."""
    header = Header(path)
    lines = []
    for function in sorted(header.functions.values(), key=lambda f: f.name):
        parameters = ", ".join(parameter.type for parameter in function.parameters) or "void"
        lines.append(f"function {function.result} {function.name}({parameters})")
    lines += [f"constant {name} = {value}" for name, value in sorted(header.constants.items())]
    return lines + _layouts(header, path)


def _may_grow(line):
    """A struct's size: it may grow, and programs tell the library which size they know."""
    return line.startswith("struct ") and line.endswith(" bytes") and "." not in line


def broken(old, new):
    """Lines of `old` that no longer hold in `new`."""
    sizes = {line.split(":")[0]: int(line.split()[-2]) for line in new if _may_grow(line)}
    lost = [line for line in old if not _may_grow(line) and line not in set(new)]
    shrunk = [line for line in old if _may_grow(line) and sizes.get(line.split(":")[0], 0) < int(line.split()[-2])]
    return lost + shrunk


def _first_program(library):
    """Compiles against the first header alone and runs with today's library."""
    library = Path(library).resolve()
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "first_program")
        command = ["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", f"-I{FIRST.parent}", ABI / "first_program.c"]
        command += ["-o", program, f"-L{library}", f"-Wl,-rpath,{library}", "-lgenerative", "-lm"]
        subprocess.run(command, check=True)
        return subprocess.run([program, folder]).returncode == 0


def check(library):
    now = dump()
    faults = [f"no longer holds: {line}" for line in broken(DUMP.read_text().splitlines(), now)]
    faults += [f"0.1.0 had: {line}" for line in broken(dump(FIRST), now)]
    if not _first_program(library):
        faults.append("a program compiled against the header of 0.1.0 fails")
    print("\n".join(faults) or f"{len(now)} lines of ABI hold")
    added = set(now) - set(DUMP.read_text().splitlines())
    if added:
        print(f"{len(added)} lines are new: python3 Tests/Scripts/abi_dump.py write")
    return 1 if faults else 0


def _stub(folder, path):
    """A library of nothing but a header's declarations, with debugging information."""
    bodies = []
    for function in Header(path).functions.values():
        names = [f"a{number}" for number in range(len(function.parameters))]
        parameters = ", ".join(f"{p.type} {name}" for p, name in zip(function.parameters, names))
        value = "" if function.result == "void" else " return 0;"
        bodies.append(f"{function.result} {function.name}({parameters or 'void'}) {{{value} }}")
    source = Path(folder, "stub.c")
    source.write_text(f'#include "{path}"\n' + "\n".join(bodies) + "\n")
    out = Path(folder, f"stub-{Path(path).parent.name}.so")
    subprocess.run(["gcc", "-g", "-shared", "-fPIC", "-o", out, source], check=True)
    return out


def compare():
    """abidiff's bits 4 and 8 say that types or functions changed so that programs break."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["abidiff", "--no-added-syms", _stub(folder, FIRST), _stub(folder, HEADER)]
        done = subprocess.run(command, capture_output=True, text=True)
    # Structs that grew at their end are a change that abidiff cannot judge: members that moved or went it names.
    harmful = [line for line in done.stdout.splitlines() if "offset changed" in line or "deletion" in line]
    bad = [line for line in harmful if " 0 " not in line] or (["functions were removed"] if done.returncode & 8 else [])
    print("\n".join(bad) or f"abidiff of 0.1.0 and today: code {done.returncode}, nothing moved or removed")
    return 1 if bad else 0


def main():
    if sys.argv[1:] == ["compare"]:
        return compare()
    if sys.argv[1:2] == ["check"]:
        return check(sys.argv[2])
    if sys.argv[1:] == ["write"]:
        DUMP.write_text("\n".join(dump()) + "\n")
    else:
        print("\n".join(dump()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
