#!/bin/bash
# Objects compiled for one instruction set hold no weak functions but those named after their own
# module: of any other, such as a specialisation of the standard library's, the linker might keep
# this copy for the whole program, which then would not run on a lesser CPU.
# usage: kernel-symbols.sh BUILD_FOLDER
set -euo pipefail
failed=0
for name in KernelsAVX2 KernelsAVX512 KernelsAVX512BF16; do
  objects=("$1/$name.build"/*.o)
  [[ -e ${objects[0]} ]] || { echo "no objects in $1/$name.build"; exit 1; }
  while read -r _ kind symbol; do
    echo "$name: weak function $symbol ($kind)"
    failed=1
  done < <(nm --defined-only "${objects[@]}" | grep -E ' W ' | grep -vF " W \$s${#name}$name" || true)
done
exit $failed
