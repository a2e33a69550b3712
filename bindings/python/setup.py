"""Puts the shared library into the package: built from this repository, or found on this machine.

GENERATIVE_LIBRARY names a library to take. Otherwise it is the repository's, which `make build` brings up to date
where Swift is installed, or else the one that `make install` left. A source distribution, unpacked anywhere, has no
repository around it, and takes nothing from the folders above it.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

FOLDER = Path(__file__).resolve().parent
FILE_NAME = "libgenerative.so.2"


def repository():
    """The repository that this file belongs to, if it lies in one: at bindings/python, with the same owner."""
    candidate = FOLDER.parents[1]
    belongs = candidate / "bindings" / "python" == FOLDER and (candidate / "Package.swift").exists()
    return candidate if belongs and candidate.stat().st_uid == FOLDER.stat().st_uid else None


def library():
    """The path of the library to ship."""
    named = os.environ.get("GENERATIVE_LIBRARY")
    if named:
        return Path(named)
    source = repository()
    if source and shutil.which("swift") and shutil.which("make"):
        subprocess.run(["make", "--quiet", "-C", str(source), "build"], check=True)
    folders = [source / ".build" / "library"] if source else []
    folders += [Path(os.environ["PREFIX"], "lib")] if os.environ.get("PREFIX") else []
    folders += [Path("/usr/local/lib"), Path("/usr/lib/x86_64-linux-gnu"), Path("/usr/lib")]
    for candidate in (folder / FILE_NAME for folder in folders):
        if candidate.exists():
            return candidate
    raise SystemExit(
        "libgenerative is neither built nor installed, and there is no Swift to build it with: "
        "run 'make' in the repository, or name the library in GENERATIVE_LIBRARY"
    )


class BuildWithLibrary(build_py):
    """Copies the library beside the modules, without its symbols where strip is there."""

    def run(self):
        super().run()
        if self.editable_mode:
            return  # the package then finds the repository's own
        target = os.path.join(self.build_lib, "generative", FILE_NAME)
        shutil.copyfile(library(), target)
        if shutil.which("strip"):
            subprocess.run(["strip", "--strip-unneeded", target], check=True)


class PlatformWheel(bdist_wheel):
    """A wheel for any Python 3 of this platform: ctypes needs no Python's ABI."""

    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class WithLibrary(Distribution):
    """A distribution that is not the same for all platforms."""

    def has_ext_modules(self):
        return True


# Outside the sources, which an install leaves as they are, and with nothing left from another build.
work = tempfile.mkdtemp(prefix="generative-")
atexit.register(shutil.rmtree, work, ignore_errors=True)
setup(
    distclass=WithLibrary,
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    options={"build": {"build_base": work}, "egg_info": {"egg_base": work}},
)
