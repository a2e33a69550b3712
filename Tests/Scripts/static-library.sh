#!/bin/bash
# The static library of an unpacked tarball: one object without global names but the header's. A program that links only
# this library runs, and is about as large as the shared library: through pkg-config, with the C library inside, and
# through CMake, without it.
# usage: static-library.sh FOLDER, the unpacked tarball
set -euo pipefail
folder=$(realpath "$1")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

[[ $(ar t "$folder/lib/libgenerative.a" | wc -l) == 1 ]] || fail "more than one object"
export LC_ALL=C
nm --defined-only --extern-only --format=posix "$folder/lib/libgenerative.a" | awk 'NF > 2 { print $1 }' |
  sort >"$work/global"
python3 Tests/Scripts/header.py | sort | diff - "$work/global" >"$work/differences" ||
  { head "$work/differences"; fail "global names are not those of the header"; }

cat >"$work/client.c" <<'CLIENT'
#include <generative.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  void *drawn = NULL, *fit = NULL;
  gen_dataset *faces = NULL;
  gen_model *vae = NULL, *bad = NULL;
  gen_image *image = NULL;
  float pixels[32 * 32 * 3];
  if (gen_model_create("vae", "latnet_size=4", NULL, &bad) != GEN_E_ARGUMENT) return 1;
  puts(gen_last_error_message());
  if (gen_struct_create("faces", "n_rows=300 height=32 width=32", &drawn) ||
      gen_struct_create("fit", "epochs=1", &fit) || gen_dataset_create_faces(drawn, &faces) ||
      gen_model_create("vae", "height=32 width=32 channels=3 latent_size=4", NULL, &vae) ||
      gen_model_fit(vae, faces, fit, NULL) || gen_vae_sample(vae, NULL, 1, 1, pixels) ||
      gen_image_create(pixels, 32, 32, 3, &image) || gen_image_save(image, "face.png", NULL) ||
      gen_image_save(image, "face.jpg", NULL))
    return puts(gen_last_error_message()), 1;
  gen_image_destroy(image);
  gen_model_destroy(vae);
  gen_dataset_destroy(faces);
  gen_struct_destroy(fit);
  gen_struct_destroy(drawn);
  return 0;
}
CLIENT
strip -o "$work/shared" "$folder/lib/libgenerative.so"
shared=$(stat -c %s "$work/shared")
# tried WAY PROGRAM MORE: runs the program, which may be a tenth and MORE bytes larger than the shared library, and
# compares its files with those of the dynamically linked program.
tried() {
  (cd "$work" && rm -f face.* && "$2" | grep -q latent_size) || fail "$1: the program fails"
  local size
  strip "$2"
  size=$(stat -c %s "$2")
  ((size < shared * 11 / 10 + $3)) || fail "$1: $size bytes; the shared library has $shared"
  (cd "$work" && sha256sum face.png face.jpg) >"$work/sums-$1"
  cmp "$work/sums-$1" "$work/sums-shared"
  echo "$1: $size bytes; the shared library has $shared"
}
gcc "$work/client.c" -I"$folder/include" "$folder/lib/libgenerative.so" -Wl,-rpath,"$folder/lib" -o "$work/dynamic"
(cd "$work" && ./dynamic >/dev/null && sha256sum face.png face.jpg >sums-shared)

export PKG_CONFIG_PATH=$folder/lib/pkgconfig
read -ra flags <<<"$(pkg-config --define-prefix --static --cflags --libs generative)"
gcc -static "$work/client.c" -o "$work/static" "${flags[@]}"
tried pkg-config "$work/static" 1000000 # with the C library
cmake -S Tests/CTests/cmake -B "$work/build" -DCLIENT="$work/client.c" -DKIND=static \
  -DCMAKE_PREFIX_PATH="$folder" >/dev/null
cmake --build "$work/build" >/dev/null
! readelf -d "$work/build/client" | grep -q libgenerative || fail "CMake: linked with the shared library"
tried CMake "$work/build/client" 0

# In a plugin: position-independent, and not exported.
printf '#include <generative.h>\nconst char *plugin(void) { return gen_version(); }\n' >"$work/plugin.c"
gcc -shared -fPIC "$work/plugin.c" -I"$folder/include" "$folder/lib/libgenerative.a" -Wl,--exclude-libs,ALL \
  -Wl,-z,text -lm -o "$work/plugin.so"
[[ $(nm -D --defined-only "$work/plugin.so") == *plugin* && $(nm -D --defined-only "$work/plugin.so" | wc -l) == 1 ]] ||
  fail "a plugin exports the library"
