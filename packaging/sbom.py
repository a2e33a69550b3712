"""Writes a software bill of materials, CycloneDX 1.5 in JSON, of a file that the build made: what is inside it.

usage: sbom.py [--notices] FILE [FILE]
FILE: libgenerative.so with its symbols, or gen; two files give one document.
--notices: writes the licences and copyright notices of the components instead, as text.

A library is listed if its own version string, or symbol, is in the file. The version is the one in the file.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def told(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


class Part:
    """A library that may be inside: `version` returns its version in a file's bytes, or None if it is not there."""

    def __init__(self, name, version, licence, address, archive):
        self.name, self.version, self.licence, self.address, self.archive = name, version, licence, address, archive

    def notice(self):
        """The text of its licence: from the package of its static library, or from the toolchain."""
        if self.licence.endswith("GCC-exception-3.1"):
            return "GPL-3.0-or-later with the GCC Runtime Library Exception 3.1, https://www.gnu.org/licenses/gcc-exception"
        if self.archive is None:
            toolchain = Path(told("which", "swiftc").strip()).resolve().parents[1]
            return (toolchain / "share/swift/LICENSE.txt").read_text(encoding="utf-8")
        path = Path(told("gcc", f"-print-file-name={self.archive}").strip()).resolve()
        package = told("dpkg", "-S", str(path)).split(":")[0]
        return Path("/usr/share/doc", package, "copyright").resolve().read_text(encoding="utf-8")


def found(pattern):
    def version(content):
        match = re.search(pattern, content)
        return match[1].decode() if match else None

    return version


def swift(content):
    """The compiler's comment in the file has the version of clang; the release of Swift comes from the compiler."""
    if b"github.com/swiftlang/llvm-project" not in content:
        return None
    return re.search(r"Swift version ([0-9.]+)", told("swiftc", "--version"))[1]


def argument_parser(content):
    if b"ArgumentParser" not in content:
        return None
    pins = json.loads((ROOT / "Package.resolved").read_text(encoding="utf-8"))["pins"]
    return next(pin["state"]["version"] for pin in pins if pin["identity"] == "swift-argument-parser")


def libgcc(content):
    return found(rb"GCC: \([^)]*\) ([0-9.]+)")(content) if b"__cpu_indicator_init" in content else None


# The strings are the ones that each library puts into programs: png_get_copyright, jpeg_std_message_table,
# inflate_copyright.
PARTS = [
    Part("libpng", found(rb"libpng version ([0-9.]+) - "), "libpng-2.0", "http://www.libpng.org/pub/png/libpng.html",
         "libpng16.a"),
    Part("libjpeg-turbo", found(rb"libjpeg-turbo version ([0-9.]+) \(build"), "IJG AND BSD-3-Clause AND Zlib",
         "https://libjpeg-turbo.org", "libjpeg.a"),
    Part("zlib", found(rb" inflate ([0-9.]+) Copyright [-0-9]+ Mark Adler"), "Zlib", "https://zlib.net", "libz.a"),
    Part("libgcc", libgcc, "GPL-3.0-or-later WITH GCC-exception-3.1", "https://gcc.gnu.org", "libgcc.a"),
    Part("swift-stdlib", swift, "Apache-2.0 WITH Swift-exception", "https://swift.org", None),
    Part("swift-argument-parser", argument_parser, "Apache-2.0 WITH Swift-exception",
         "https://github.com/apple/swift-argument-parser", None),
]  # fmt: skip


def component(name, version, licence, address):
    return {
        "type": "library",
        "bom-ref": f"{name}@{version}",
        "name": name,
        "version": version,
        "licenses": [{"expression": licence}],
        "externalReferences": [{"type": "website", "url": address}],
    }


def bill(files):
    contents = [file.read_bytes() for file in files]
    header = (ROOT / "include" / "generative.h").read_text(encoding="utf-8")
    version = re.search(r'^#define GEN_VERSION_STRING "(.*)"', header, flags=re.M)[1]
    digest = hashlib.sha256(b"".join(contents)).hexdigest()
    time = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH") or files[0].stat().st_mtime), timezone.utc)
    inside = [(part, part.version(content)) for part in PARTS for content in contents]
    versions = {part: version for part, version in inside if version}
    parts = [component(part.name, versions[part], part.licence, part.address) for part in versions]
    # No website: the project names none.
    whole = {key: value for key, value in component("libgenerative", version, "Apache-2.0", "").items()
             if key != "externalReferences"}  # fmt: skip
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "version": 1,
        "metadata": {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": whole},
        "components": parts,
        "dependencies": [
            {"ref": whole["bom-ref"], "dependsOn": [part["bom-ref"] for part in parts]},
            *({"ref": part["bom-ref"], "dependsOn": []} for part in parts),
        ],
    }


def notices(files):
    contents = [file.read_bytes() for file in files]
    inside = [part for part in PARTS if any(part.version(content) for content in contents)]
    texts = {}
    for part in inside:
        texts.setdefault(part.notice().strip(), []).append(part.name)
    sections = [f"{', '.join(names)}\n{'=' * 78}\n\n{text}\n" for text, names in texts.items()]
    return "This software contains the following libraries.\n\n" + "\n\n".join(sections)


def main():
    arguments = sys.argv[1:]
    files = [Path(name) for name in arguments if name != "--notices"]
    print(notices(files) if "--notices" in arguments else json.dumps(bill(files), indent=2))


if __name__ == "__main__":
    main()
