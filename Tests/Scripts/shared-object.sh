#!/bin/bash
# The shared object needs nothing but what it may, and is linked as a good guest:
# RELRO, BIND_NOW, no text relocations, no rpath but its own folder, no executable stack, its SONAME, -z nodelete.
# usage: shared-object.sh LIBRARY
set -euo pipefail
library=$1
failed=0
fail() { echo "$*"; failed=1; }

allowed='^(linux-vdso|libc|libm|libpng16|libjpeg|libz|/lib.*/ld-linux[^ ]*|ld-linux[^ ]*)\.so'
while read -r name _; do
  [[ $name =~ $allowed ]] || fail "needs $name"
done < <(ldd "$library")

dynamic=$(readelf --wide --dynamic "$library")
segments=$(readelf --wide --segments "$library")
grep -q 'SONAME.*\[libgenerative.so.2\]' <<<"$dynamic" || fail "the SONAME is not libgenerative.so.2"
grep -Eq 'BIND_NOW|FLAGS_1.*NOW' <<<"$dynamic" || fail "not linked with -z now"
grep -Eq 'FLAGS_1.*NODELETE' <<<"$dynamic" || fail "not linked with -z nodelete"
grep -q 'GNU_RELRO' <<<"$segments" || fail "not linked with -z relro"
grep -q 'TEXTREL' <<<"$dynamic" && fail "has text relocations"
paths=$(grep -E "RPATH|RUNPATH" <<<"$dynamic" | grep -vF '[$ORIGIN]' || true)
[[ -z $paths ]] || fail "has an rpath: $paths"
grep -Eq 'GNU_STACK.*RWE' <<<"$segments" && fail "has an executable stack"

# Small, and for older systems, too.
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
strip -o "$stripped" "$library"
size=$(stat -c %s "$stripped")
# The kernels for bfloat16 take 90 KB of it (packing and Winograd transforms for every instruction set, products for one),
# and models as JSON 25 KB.
((size <= 3480000)) || fail "$size bytes when stripped, more than 3,480,000"
newest=$(objdump -T "$library" | grep -oE 'GLIBC_[0-9.]+' | sort -uV | tail -n 1)
[[ $(printf '%s\n' "$newest" GLIBC_2.34 | sort -V | tail -n 1) == GLIBC_2.34 ]] || fail "needs $newest"

# Instructions that this processor may lack: only in the kernels' own functions. And copies of memory that call a
# function for each value: none; see Sources/Tensors/Copying.swift.
stray=() outlined=()
while read -r kind name; do
  if [[ $kind == AVX ]]; then stray+=("$name"); else outlined+=("$name"); fi
done < <(objdump -d --no-show-raw-insn "$library" | awk '/^[0-9a-f]+ </ { name = $2 }
  /%[yz]mm/ && name !~ /KernelsAVX/ { print "AVX", name }
  /call.*<\$eS[df]WOf>/ { print "copy", name }' | sort -u)
((${#stray[@]} == 0)) || fail "AVX instructions outside the kernels: ${stray[*]}"
((${#outlined[@]} == 0)) || fail "copies value by value: ${outlined[*]}"
readelf --wide --sections "$library" | grep -q '\.eh_frame_hdr' || fail "has no unwind tables"
nm "$library" | grep original_swift_deallocPartialClassInstance >/dev/null ||
  fail "leaks objects whose initializers throw: see Sources/Embedded/platform.c"
echo "$size bytes stripped, newest symbol $newest"
exit $failed
