#!/bin/bash
# A program takes the address of every function of the header and finds what dlsym finds: as a position-independent
# executable and as none, linked by each linker that is installed.
# usage: linking.sh FOLDER of libgenerative.so
set -euo pipefail
cd "$(dirname "$0")/../.."
library=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The stage "exported names" holds these to be the header's.
names=$(nm -D --defined-only "$library/libgenerative.so" | sed -n 's/.* T \(gen_[a-z0-9_]*\).*/\1/p')
[[ -n $names ]] || { echo "no exported functions"; exit 1; }
{
  echo '#define _GNU_SOURCE'
  echo '#include <dlfcn.h>'
  echo '#include <generative.h>'
  echo '#include <stdio.h>'
  echo 'typedef void (*function)(void);'
  echo 'static const struct { const char *name; function address; } all[] = {'
  for name in $names; do echo "  {\"$name\", (function)$name},"; done
  echo '};'
  echo 'int main(void) {'
  echo '  for (unsigned i = 0; i < sizeof all / sizeof *all; i++)'
  echo '    if ((function)dlsym(RTLD_DEFAULT, all[i].name) != all[i].address) return puts(all[i].name), 1;'
  echo '  return printf("%zu functions\n", sizeof all / sizeof *all) < 0;'
  echo '}'
} >"$work/all.c"
count=0
for linker in bfd gold lld; do
  command -v "ld.$linker" >/dev/null || continue
  for mode in "-pie -fPIE" "-no-pie -fno-pic"; do
    # shellcheck disable=SC2086
    gcc $mode -fuse-ld=$linker -Iinclude "$work/all.c" -o "$work/all" -L"$library" -Wl,-rpath,"$library" \
      -lgenerative -ldl 2>"$work/errors" || { echo "$linker $mode:"; head -3 "$work/errors"; exit 1; }
    [[ ! -s $work/errors ]] || { echo "$linker $mode:"; head -3 "$work/errors"; exit 1; }
    "$work/all" >/dev/null || { echo "$linker $mode: an address differs from dlsym's"; exit 1; }
    count=$((count + 1))
  done
done
echo "$count ways of linking"
((count >= 4)) || { echo "only $count ways of linking were tested"; exit 1; }
