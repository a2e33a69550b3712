#!/bin/bash
# The header compiles by itself, as C99 and C++11, pedantically, with gcc and clang.
set -euo pipefail
cd "$(dirname "$0")/../.."
flags=(-pedantic -Wall -Wextra -Werror -fsyntax-only -Iinclude -)
for compiler in gcc clang; do
  echo '#include <generative.h>' | $compiler -x c -std=c99 "${flags[@]}"
  echo '#include <generative.h>' | $compiler -x c++ -std=c++11 "${flags[@]}"
done
