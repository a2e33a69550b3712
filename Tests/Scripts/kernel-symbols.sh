#!/bin/bash
# Objects compiled for one instruction set hold no weak functions: the linker might keep those for
# the whole program, which then would not run on a lesser CPU.
# usage: kernel-symbols.sh BUILD_FOLDER
set -euo pipefail
failed=0
for name in KernelsAVX2 KernelsAVX512; do
  objects=("$1/$name.build"/*.o)
  [[ -e ${objects[0]} ]] || { echo "no objects in $1/$name.build"; exit 1; }
  # W and V: weak, defined. Metadata that Swift shares between modules is data, not code.
  while read -r _ kind symbol; do
    echo "$name: weak function $symbol ($kind)"
    failed=1
  done < <(nm --defined-only "${objects[@]}" | grep -E ' W ' || true)
done
exit $failed
