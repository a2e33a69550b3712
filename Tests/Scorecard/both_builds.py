"""Checks that the library that ships, built with Embedded Swift, and the ordinary build of the same sources, used by
the Swift tests, write the same bytes: models of every kind, the pictures of the C examples, samples. They must also
report the same messages for every bad argument.

usage: both_builds.py
"""

import hashlib
import sys
from pathlib import Path

from host import FOLDERS, ROOT, Bench, run

LIBRARIES = {"shipped": ROOT / FOLDERS[""], "ordinary": ROOT / ".build/release"}


def files_of(bench, library, command, *arguments):
    """{name: hash} of the files that a program writes into a fresh folder, and its output."""
    folder = bench.fresh()
    result = run([command, folder, *arguments], LD_LIBRARY_PATH=library)
    if not result.good:
        raise RuntimeError(f"{command}: {result.output}")
    digests = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return digests | {"output": result.output.replace(str(folder), "FOLDER")}


def written(bench, library):
    """Everything that the programs write with one of the libraries."""
    seeds = files_of(bench, library, bench.program("seeds"))
    all_files = {f"seeds/{name}": digest for name, digest in seeds.items()}
    determinism = bench.fresh()
    saved = run([bench.program("determinism"), "save", determinism], LD_LIBRARY_PATH=library)
    sampled = run(
        [bench.program("determinism"), "sample", determinism, determinism / "samples"], LD_LIBRARY_PATH=library
    )
    if not saved.good or not sampled.good:
        raise RuntimeError(saved.output + sampled.output)
    for path in sorted(determinism.iterdir()):
        all_files[f"determinism/{path.name}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    for example in bench.examples():
        # The second argument is the number of epochs; pca has none.
        arguments = ["1"] if example.stem != "pca" else []
        for name, digest in files_of(bench, library, example, *arguments).items():
            all_files[f"{example.stem}/{name}"] = digest
    messages = run([sys.executable, ROOT / "Tests/Scripts/bad_arguments.py", library, "--messages"])
    for number, line in enumerate(messages.output.splitlines()):
        all_files[f"message {number}"] = line
    return all_files


def main():
    bench = Bench("quick")
    try:
        shipped, ordinary = (written(bench, library) for library in LIBRARIES.values())
    finally:
        bench.close()
    different = [name for name in shipped.keys() | ordinary.keys() if shipped.get(name) != ordinary.get(name)]
    for name in sorted(different)[:20]:
        print(f"{name}:\n    shipped:  {shipped.get(name)}\n    ordinary: {ordinary.get(name)}")
    files = sum(not name.startswith("message") for name in shipped)
    print(f"{files} files and outputs, {len(shipped) - files} messages, {len(different)} different")
    return 1 if different or files < 30 or len(shipped) - files < 4000 else 0


if __name__ == "__main__":
    sys.exit(main())
