#!/bin/bash
# The Python package as pip installs it: library inside, away from this repository, started quickly.
# usage: wheel.sh PYTHON, an interpreter that has pip, setuptools and numpy
set -euo pipefail
python=$(realpath -s "$1")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
before=$(git status --porcelain --ignored bindings/python)

GENERATIVE_LIBRARY=$PWD/.build/library/libgenerative.so "$python" -m pip install --quiet --no-deps \
  --no-build-isolation --target "$work/site" ./bindings/python
[[ $(git status --porcelain --ignored bindings/python) == "$before" ]] || { echo "an install left files in the sources"; exit 1; }
unset GENERATIVE_LIBRARY
# PyPy accepts less than CPython. Where it is installed, it compiles every module.
if command -v pypy3 >/dev/null; then
  pypy3 -W error -m compileall -q -o 0 "$work/site/generative" || { echo "PyPy rejects a module"; exit 1; }
fi

# Unpacked elsewhere, the sources build and take nothing that lies in the folders above them.
mkdir -p "$work/shared/.build/library" "$work/shared/pip"
cp -r bindings/python "$work/shared/pip/generative"
touch "$work/shared/Package.swift"
echo planted | tee "$work/shared/.build/library/libgenerative.so" >"$work/shared/.build/library/libgenerative.so.2"
printf 'build:\n\ttouch built\n' >"$work/shared/Makefile"
"$python" -m pip install --quiet --no-deps --no-build-isolation --target "$work/other" "$work/shared/pip/generative" \
  2>"$work/errors" || grep -q "neither built nor installed" "$work/errors" || { cat "$work/errors"; exit 1; }
[[ ! -e $work/shared/built ]] || { echo "setup.py ran another project's Makefile"; exit 1; }
[[ -z $(find "$work/other" -size -2 -name 'libgenerative.so*' 2>/dev/null) ]] || { echo "setup.py took a planted library"; exit 1; }

cd "$work"
PYTHONPATH=$work/site "$python" - <<'CLIENT'
import importlib.metadata
import sys
from pathlib import Path

import generative

loaded = Path(generative._library.lib._name)
assert loaded.parent == Path(generative.__file__).parent, loaded
assert "sklearn" not in sys.modules and "tqdm" not in sys.modules
assert importlib.metadata.version("generative") == generative.version() == generative.__version__
assert Path(generative.__file__).with_name("py.typed").exists()
vae = generative.VAE(4, hidden=(16,), epochs=1).fit(generative.faces(64, 16))
generative.write_image("faces.png", generative.image_grid(vae.sample(4)))
assert generative.read_image("faces.png").shape == (38, 38, 3)
CLIENT
