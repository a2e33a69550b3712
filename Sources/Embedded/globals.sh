#!/bin/bash
# Writes C code that initializes every global value that Swift would initialize at its first use. Each has a
# token (Wz) and an initializer (WZ) among the objects' symbols. See shim_make_globals.
# usage: globals.sh OBJECT...
set -euo pipefail
names=$(nm --defined-only "$@" | sed -n 's/.* [A-Za-z] \(.*\)_WZ$/\1/p' | sort -u)
echo '#include <stddef.h>'
echo 'void shim_all_globals(void);'
echo 'void swift_once(long *token, void (*body)(void *), void *argument);'
number=0
for name in $names; do
  echo "extern long token$number __asm__(\"${name}_Wz\");"
  echo "extern void make$number(void *) __asm__(\"${name}_WZ\");"
  number=$((number + 1))
done
echo 'void shim_all_globals(void) {'
for ((i = 0; i < number; i++)); do echo "  swift_once(&token$i, make$i, NULL);"; done
echo '}'
