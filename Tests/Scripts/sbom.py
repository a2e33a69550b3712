"""The bill of materials names what is inside a library, with the versions that the system's packages have.

usage: sbom.py FILE of the bill, LIBRARY with symbols that it describes
With the package cyclonedx-python-lib[json-validation] the bill is also checked against CycloneDX's own schema.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

bill, library = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.argv[2]


def told(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


# Independent of the version strings that the bill is made from: defined functions of each library, and the versions
# of its development package.
defined = set(re.findall(r" [tT] (\w+)$", told("nm", "--defined-only", library), flags=re.M))
macro = subprocess.run(
    ["gcc", "-E", "-P", "-"], input="#include <stdio.h>\n#include <jpeglib.h>\nVERSION=LIBJPEG_TURBO_VERSION\n",
    capture_output=True, text=True, check=True,
).stdout  # fmt: skip
expected = {}
if "png_create_read_struct" in defined:
    expected["libpng"] = told("pkg-config", "--modversion", "libpng").strip()
if "jpeg_read_scanlines" in defined:
    expected["libjpeg-turbo"] = re.search(r"VERSION=([0-9.]+)", macro)[1]
if "inflateInit2_" in defined:
    expected["zlib"] = told("pkg-config", "--modversion", "zlib").strip()
if "__cpu_indicator_init" in defined:
    expected["libgcc"] = told("gcc", "-dumpfullversion").strip()
expected["swift-stdlib"] = re.search(r"Swift version ([0-9.]+)", told("swiftc", "--version"))[1]
listed = {part["name"]: part["version"] for part in bill["components"] if part["name"] != "swift-argument-parser"}
assert listed == expected, f"the bill lists {listed}, the library contains {expected}"
assert all(part["licenses"][0]["expression"] for part in bill["components"])
header = Path(__file__).resolve().parents[2] / "include" / "generative.h"
assert f'"{bill["metadata"]["component"]["version"]}"' in header.read_text(encoding="utf-8")

schema = "not checked against the schema"
try:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
except ImportError:
    pass
else:
    fault = JsonStrictValidator(SchemaVersion.V1_5).validate_str(json.dumps(bill))
    assert fault is None, fault
    broken = dict(bill, components=[{"name": "no type"}])
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(json.dumps(broken)) is not None
    schema = "valid by CycloneDX's schema"
print(f"bill of materials: {', '.join(f'{name} {version}' for name, version in listed.items())}; {schema}")
