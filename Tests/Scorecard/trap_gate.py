"""Finds the functions that contain instructions that end the process. Each must be listed with its reason.

The checks are counted in the ordinary build, where each has an instruction (ud2) of its own. In the library that
ships, they call a function, shim_trap, which writes to the host's log first; nothing else there may trap.

usage: trap_gate.py ORDINARY_LIBRARY FOLDER_OF_OBJECTS SHIPPED_LIBRARY   checks
       trap_gate.py ORDINARY_LIBRARY FOLDER_OF_OBJECTS --list            prints the list that would pass, keeping the
                                                                         reasons
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("traps.txt")
KERNELS = ["KernelTemplate", "KernelsBaseline", "KernelsAVX2", "KernelsAVX512"]
# The modules that get input: the C API and the safe Swift below it.
OUTER = sorted(
    {path.name for path in (ROOT / "Sources").iterdir()} - {"CShims", "Embedded", "Kernels", "Tensors", "gen"}
)

# Code that ends the process when an assumption is wrong; words in comments and strings do not count.
WORDS = {
    "try!": r"\btry!",
    "as!": r"\bas!",
    "fatalError": r"\bfatalError\(",
    "precondition": r"\bprecondition(Failure)?\(",
    "assert": r"\bassert(ionFailure)?\(",
    "unowned": r"\bunowned\b",
    "force unwrap": r"[\w)\]]!(?![=\w])",
    "uniqueKeysWithValues": r"uniqueKeysWithValues:",
}


def counts(library, objects):
    """The number of ud2 instructions by exported function, and by kernel object."""
    result = Counter()
    function = None
    text = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", str(library)], capture_output=True, text=True, check=True
    ).stdout
    for line in text.splitlines():
        start = re.match(r"^[0-9a-f]+ <(.*)>:$", line)
        if start:
            # A merged function body is named after one of its functions.
            function = start[1].removesuffix("Tm")
        elif "\tud2" in line and function.startswith("gen_"):
            result[function] += 1
    for module in KERNELS:
        for path in sorted(Path(objects, f"{module}.build").glob("*.o")):
            code = subprocess.run(["objdump", "-d", str(path)], capture_output=True, text=True, check=True).stdout
            if traps := len(re.findall(r"\bud2\b", code)):
                result[f"{module}/{path.name.removesuffix('.swift.o')}"] += traps
    return result


def listed():
    """{name: (count, reason)}."""
    result = {}
    for line in LIST.read_text().splitlines():
        if line and not line.startswith("#"):
            name, count, reason = line.split(maxsplit=2)
            result[name] = (int(count), reason)
    return result


def lint():
    """Lines in the outer modules' sources that contain words of code that could trap."""
    faults = []
    for path in sorted(path for module in OUTER for path in (ROOT / "Sources" / module).rglob("*.swift")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            code = re.sub(r'"(\\.|[^"\\])*"', '""', line).split("//")[0]
            for name, pattern in WORDS.items():
                if re.search(pattern, code):
                    faults.append(f"{path.relative_to(ROOT)}:{number}: {name}: {line.strip()}")
    return faults


def bare_traps(library):
    """Functions of the shipped library, except shim_trap, that end the process without a message."""
    text = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", str(library)], capture_output=True, text=True, check=True
    ).stdout
    function, found, has_trap = None, set(), False
    for line in text.splitlines():
        if start := re.match(r"^[0-9a-f]+ <(.*)>:$", line):
            function = start[1]
            has_trap |= function == "shim_trap"
        elif "\tud2" in line and function != "shim_trap":
            found.add(function)
    return found if has_trap else {"there is no shim_trap"}


def check(library, objects, shipped):
    """(faults, a line of summary)."""
    known, found = listed(), counts(library, objects)
    faults = []
    for name, count in sorted(found.items()):
        allowed = known.get(name, (0, ""))[0]
        if count > allowed:
            faults.append(f"{name} has {count} traps; {allowed} are explained in {LIST.relative_to(ROOT)}")
    faults += [f"{shipped} ends the process without a message: {function}" for function in sorted(bare_traps(shipped))]
    words = lint()
    allowed_words = {line[5:] for line in LIST.read_text().splitlines() if line.startswith("#ok: ")}
    faults += [fault for fault in words if re.sub(r":\d+:", ":", fault) not in allowed_words]
    text = f"{sum(found.values())} traps in {len(found)} functions and kernel objects, all explained; "
    return faults, text + f"{len(words)} lines found by the lint, all explained"


def main():
    if sys.argv[3:] == ["--list"]:
        known = listed() if LIST.exists() else {}
        for name, count in sorted(counts(*sys.argv[1:3]).items()):
            print(f"{name} {count} {known.get(name, (0, 'WHY?'))[1]}")
        return 0
    faults, text = check(*sys.argv[1:4])
    print("\n".join(faults + [text]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
