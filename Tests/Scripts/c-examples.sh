#!/bin/bash
# The C examples compile without a warning as C99 and C++, with gcc and clang, are at most 60 lines
# long, run, and leave their pictures. usage: c-examples.sh FOLDER_OF_THE_LIBRARY
set -euo pipefail
library=$(realpath "$1")
cd "$(dirname "$0")/../../bindings/c"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for program in *.c; do
  (($(wc -l <"$program") <= 60)) || { echo "$program is longer than 60 lines"; exit 1; }
done
for compiler in "gcc g++" "clang clang++"; do
  read -r cc cxx <<<"$compiler"
  make --quiet all CC=$cc LIBRARY="$library" OUT="$work"
  mkdir -p "$work/c++"
  make --quiet all CC="$cxx -x c++" STANDARD=-std=c++11 LIBRARY="$library" OUT="$work/c++"
done
cd "$work"
./pca . && ./denoiser . 1 && ./vae . 1 && ./gan . 1 && ./latents . 1
for file in components.png reconstructions.png denoising.png samples.png generated.png vae.safetensors \
  walk.png smile.png; do
  [[ -s $file ]] || { echo "$file was not written"; exit 1; }
done
# An error is a message and an exit code.
if ./pca /no/such/folder 2>message; then echo "pca succeeded without its folder"; exit 1; fi
[[ -s message ]] || { echo "pca failed without a message"; exit 1; }
