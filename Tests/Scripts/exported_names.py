"""Checks that the library exports exactly the functions of the header.

usage: exported_names.py LIBRARY
"""

import subprocess
import sys

from header import Header

listed = subprocess.run(
    ["nm", "-D", "--defined-only", "--extern-only", sys.argv[1]], check=True, capture_output=True, text=True
)
symbols = [line.split()[-1] for line in listed.stdout.splitlines()]
exported = {name.split("@")[0] for name in symbols} - {"GEN_2"}  # the version's own symbol
unversioned = {name for name in symbols if "@" in name and not name.endswith("GEN_2")}
declared = set(Header().functions)
for name in sorted(declared - exported):
    print(f"{name} is declared but not exported")
for name in sorted(exported - declared):
    print(f"{name} is exported but not declared")
for name in sorted(unversioned):
    print(f"{name} has another version than GEN_2")
sys.exit(exported != declared or bool(unversioned))
