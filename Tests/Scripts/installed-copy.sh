#!/bin/bash
# make install into an empty prefix, then a program that knows the library by pkg-config alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make --quiet install-only PREFIX="$work/prefix"
for link in libgenerative.so libgenerative.so.2; do
  [[ -L $work/prefix/lib/$link ]] || { echo "$link is not a symbolic link"; exit 1; }
done
nm "$work/prefix/lib/libgenerative.so" 2>&1 | grep -q 'no symbols' || { echo "not stripped"; exit 1; }

cat >"$work/client.c" <<'CLIENT'
#include <generative.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  gen_image *image = NULL;
  const float pixels[6] = {0, 0.5f, 1, 1, 0.5f, 0};
  if (strcmp(gen_version(), GEN_VERSION_STRING) || gen_abi_version() != GEN_ABI_VERSION) return 1;
  if (gen_image_create(pixels, 2, 3, 1, &image) != GEN_OK) return 2;
  gen_image_destroy(image);
  if (gen_image_create(pixels, 0, 3, 1, &image) != GEN_E_ARGUMENT) return 3;
  puts(gen_last_error_message());
  return 0;
}
CLIENT
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
[[ $(pkg-config --modversion generative) == $(sed -n 's/#define GEN_VERSION_STRING "\(.*\)"/\1/p' include/generative.h) ]]
read -ra flags <<<"$(pkg-config --cflags --libs generative)"
gcc -std=c99 "$work/client.c" -o "$work/client" "${flags[@]}"
LD_LIBRARY_PATH=$work/prefix/lib "$work/client"
"$work/prefix/bin/gen" --version
for page in gen gen-train gen-train-vae gen-report; do
  [[ -s $work/prefix/share/man/man1/$page.1 ]] || { echo "there is no manual page $page"; exit 1; }
done

# CMake finds it, also after the tree was moved.
mkdir "$work/cmake"
mv "$work/prefix" "$work/moved"
cmake -S Tests/CTests/cmake -B "$work/cmake/build" -DCLIENT="$work/client.c" \
  -DCMAKE_PREFIX_PATH="$work/moved" >"$work/cmake/log"
cmake --build "$work/cmake/build" >>"$work/cmake/log" || { cat "$work/cmake/log"; exit 1; }
"$work/cmake/build/client"
mv "$work/moved" "$work/prefix"

# The tarball's libraries, which contain the codecs.
make --quiet archive
static=(SHIPPED=.build/static/libgenerative.so ARCHIVE=.build/static/libgenerative.a)
make --quiet install-only DESTDIR="$work" PREFIX=/tarball "${static[@]}"
Tests/Scripts/static-library.sh "$work/tarball"
for library in .build/library/libgenerative.so .build/static/libgenerative.so; do
  python3 packaging/sbom.py $library >"$work/bill.json"
  python3 Tests/Scripts/sbom.py "$work/bill.json" $library
done

# What was installed can be removed, all of it.
make --quiet install-only PREFIX="$work/other" LIBDIR="$work/other/lib/x86_64-linux-gnu" "${static[@]}"
PKG_CONFIG_PATH=$work/other/lib/x86_64-linux-gnu/pkgconfig pkg-config --libs generative | grep -q x86_64-linux-gnu
make --quiet uninstall PREFIX="$work/other" LIBDIR="$work/other/lib/x86_64-linux-gnu"
[[ -z $(find "$work/other" -type f -o -type l) ]] || { find "$work/other" -type f; exit 1; }
for shell in bash-completion/completions/gen zsh/site-functions/_gen fish/vendor_completions.d/gen.fish; do
  grep -q reconstruct "$work/prefix/share/$shell" || { echo "no completions: $shell"; exit 1; }
done
bash -n "$work/prefix/share/bash-completion/completions/gen"
# Python finds the installed copy through PREFIX.
make --quiet -C bindings/c all OUT="$work" >/dev/null
