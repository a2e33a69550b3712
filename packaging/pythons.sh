#!/bin/bash
# Installs the wheel in dist/ and uses it with every Python from 3.9 on that can be had: those on the PATH, those of
# pyenv, PyPy, and those of other Debian systems, whose C libraries differ, in chroots that mmdebstrap makes.
# All must give the same samples, bit for bit. What cannot be had is named. Called by check.sh.
# usage: pythons.sh [SUITE...], Debian suites
set -euo pipefail
cd "$(dirname "$0")/.."
wheel=$(realpath dist/*.whl)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset GENERATIVE_LIBRARY PYTHONPATH PREFIX

cat >"$work/use.py" <<'CLIENT'
import hashlib
import platform
import sys
import warnings

import generative

warnings.simplefilter("ignore")
epochs = []


def follow(event):
    epochs.append(event.epoch)
    if len(epochs) > 2:
        raise KeyError("enough")


faces = generative.faces(200, 16)
vae = generative.VAE(4, hidden=(16,), epochs=2, seed=1).fit(faces)
vae.save("vae.safetensors")
samples = generative.load("vae.safetensors").sample(8, seed=1)
generative.write_image("faces.png", generative.image_grid(samples))
assert generative.read_image("faces.png").shape == (56, 56, 3), generative.read_image("faces.png").shape
try:
    generative.VAE(4, hidden=(16,), epochs=50, seed=1).fit(faces, callback=follow)
except KeyError:
    pass
else:
    sys.exit("an exception of a callback was lost")
try:
    generative.VAE(0).fit(faces)
except ValueError as error:
    assert "latent_size" in str(error)
else:
    sys.exit("latent_size=0 was accepted")
glibc = platform.libc_ver()[1]
python = platform.python_implementation(), platform.python_version()
print(hashlib.sha256(samples.tobytes()).hexdigest()[:16], *python, "glibc", glibc)
CLIENT

tried=()
# told NAME OUTPUT: keeps the first line's samples, and compares the others.
told() {
  local samples=${1%% *}
  [[ $samples == "${first:=$samples}" ]] || { echo "other samples: $1"; exit 1; }
  tried+=("${1#* }")
  echo "${1#* }: ok"
}

shopt -s nullglob
found=()
for python in python3.{9,10,11,12,13,14} pypy3 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.{9,1[0-9]}*/bin/python3; do
  path=$(command -v "$python") || continue
  version=$("$path" -c 'import platform
print(platform.python_implementation(), *platform.python_version_tuple()[:2], sep="-")' 2>/dev/null) ||
    continue # a pyenv shim without its Python
  [[ " ${found[*]} " != *" $version "* ]] || continue
  rm -rf "$work/venv"
  "$path" -m venv "$work/venv" 2>/dev/null || { echo "$version: left out, it has no venv"; continue; }
  "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel" 2>"$work/errors" ||
    { echo "$version: left out: $(grep -m 1 ERROR "$work/errors")"; continue; }
  found+=("$version")
  output=$(cd "$work" && env -i "$work/venv/bin/python" use.py) || { echo "$version: failed"; exit 1; }
  told "$output"
done

for suite in "$@"; do
  root=$work/$suite
  # Unpacked, not configured, which is enough to run Python. pip runs here, for that Python.
  mmdebstrap --quiet --variant=extract --include=python3 "$suite" "$root" 2>"$work/log" ||
    { echo "$suite: left out: $(grep -m 1 -E '^E:|error' "$work/log")"; continue; }
  for folder in lib lib64; do [[ -e $root/$folder ]] || ln -s "usr/$folder" "$root/$folder"; done
  mkdir -p "$root/work" "$root/proc"
  cp "$work/use.py" "$root/work/"
  inside() {
    unshare --mount --pid --fork --mount-proc="$root/proc" env -i PATH=/usr/bin:/usr/sbin PYTHONPATH=/work/site \
      "$(command -v chroot)" "$root" "$@"
  }
  version=$(inside python3 -c 'import platform; print(platform.python_version())')
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --only-binary :all: \
    --python-version "$version" --implementation cp --target "$root/work/site" "$wheel" \
    --platform manylinux_2_27_x86_64 --platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64
  output=$(inside python3 /work/use.py) || { echo "$suite: failed"; exit 1; }
  told "$output"
done
rm -rf "$work"/*/
for version in 3.{9,10,11,12,13,14} PyPy; do
  [[ " ${tried[*]} " == *" $version"* ]] || echo "Python $version: not to be had here"
done
((${#tried[@]} >= 2)) || { echo "only ${#tried[@]} Pythons were tried"; exit 1; }
echo "the wheel works with ${#tried[@]} Pythons"
