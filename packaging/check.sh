#!/bin/bash
# Tries what is in dist/ where neither Swift nor this repository is: the wheel in a fresh virtual environment, the
# tarball through CMake, the Debian packages in a bare Debian 12 that mmdebstrap makes.
# usage: check.sh PYTHON, an interpreter with pip and auditwheel
# SUITES: the Debian suites whose Pythons try the wheel, too; default: bullseye (Python 3.9, glibc 2.31); empty: none
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(realpath -s "$1")
dist=$PWD/dist
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset GENERATIVE_LIBRARY PYTHONPATH PREFIX
(cd dist && sha256sum --quiet -c SHA256SUMS)

cat >"$work/faces.py" <<'CLIENT'
import generative

faces = generative.faces(500)
vae = generative.VAE(8, epochs=1, seed=1).fit(faces)
generative.write_image("faces.png", generative.image_grid(vae.sample(64, seed=1)))
print("generative", generative.version(), generative.read_image("faces.png").shape)
CLIENT
cat >"$work/client.c" <<'CLIENT'
#include <generative.h>
#include <stdio.h>

int main(void) {
  gen_faces_options few;
  gen_dataset *faces = NULL;
  gen_pca *pca = NULL;
  gen_faces_options_init(&few, sizeof few);
  few.n_rows = 300;
  int failed = gen_dataset_create_faces(&few, &faces) || gen_pca_create(NULL, &pca) || gen_pca_fit(pca, faces, NULL);
  printf("libgenerative %s: %s\n", gen_version(), failed ? gen_last_error_message() : "a PCA of faces");
  gen_model_destroy(pca);
  gen_dataset_destroy(faces);
  return failed;
}
CLIENT

echo "== wheel"
newest=$(objdump -T .build/static/libgenerative.so | grep -oE 'GLIBC_[0-9.]+' | sort -uV | tail -n 1)
[[ $newest == GLIBC_2.27 ]] || { echo "the library needs $newest"; exit 1; }
"$python" -m auditwheel show dist/*.whl | tr '\n' ' ' | grep -oE 'consistent with[^"]*"[^"]*"'
unzip -q dist/*.whl -d "$work/wheel"
"$python" Tests/Scripts/sbom.py dist/libgenerative-*.cdx.json .build/static/libgenerative.so
cmp dist/libgenerative-*.cdx.json "$work"/wheel/*.dist-info/sboms/*.json
needed=$(readelf -d "$work"/wheel/generative/libgenerative.so.* | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | sort | tr '\n' ' ')
[[ $needed == "ld-linux-x86-64.so.2 libc.so.6 libdl.so.2 libm.so.6 libpthread.so.0 " ]] || { echo "needs $needed"; exit 1; }
python3 -m venv "$work/venv"
# used: sets `used` to the processor time, in seconds, of the commands so far.
used() {
  times >"$work/times"
  used=$(sed -nE '2s/([0-9]+)m([0-9.]+)s ([0-9]+)m([0-9.]+)s/(\1+\3)*60+\2+\4/p' "$work/times" | bc)
}
used
start=$(date +%s.%N) before=$used
"$work/venv/bin/pip" install --quiet dist/*.whl
(cd "$work" && env -i "$work/venv/bin/python" faces.py)
used
seconds=$(bc <<<"$(date +%s.%N) - $start")
echo "from pip install to the first picture: $seconds s, $(bc <<<"$used - $before") s of processor time"
# shellcheck disable=SC2086
packaging/pythons.sh ${SUITES-bullseye}

echo "== tarball"
tar -C "$work" -xzf dist/libgenerative-*.tar.gz
"$python" Tests/Scripts/sbom.py "$(echo "$work"/libgenerative-*/share/doc/generative/generative.cdx.json)" \
  .build/static/libgenerative.so
cmake -S Tests/CTests/cmake -B "$work/cmake/build" -DCLIENT="$work/client.c" \
  -DCMAKE_PREFIX_PATH="$(echo "$work"/libgenerative-*)" >/dev/null
cmake --build "$work/cmake/build" >/dev/null
env -i "$work/cmake/build/client"
Tests/Scripts/static-library.sh "$work"/libgenerative-*

echo "== Debian packages"
lintian --fail-on error dist/*.deb
mmdebstrap --quiet --variant=minbase --include=gcc,libc6-dev bookworm "$work/root" 2>"$work/log" ||
  { tail -5 "$work/log"; exit 1; }
mkdir "$work/root/dist"
cp "$dist"/*.deb "$work/faces.py" "$work/client.c" "$work/root/dist/"
cp /etc/apt/apt.conf.d/*proxy* "$work/root/etc/apt/apt.conf.d/" 2>/dev/null || true
# In a mount namespace of its own, with /proc: without it, gen has no arguments.
inside() {
  unshare --mount --pid --fork --mount-proc="$work/root/proc" env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin DEBIAN_FRONTEND=noninteractive \
    chroot "$work/root" bash -c "$1"
}
inside 'apt-get -qq update && apt-get -qq install -y --no-install-recommends /dist/*.deb' >"$work/log" 2>&1 ||
  { tail -5 "$work/log"; exit 1; }
inside 'cd /tmp && gcc /dist/client.c -lgenerative -o client && ./client && python3 /dist/faces.py &&
  gen train pca faces: --rows 200 -o pca.safetensors 2>/dev/null && gen sample pca.safetensors -n 4 -o new.png &&
  test -s new.png'
version=$(sed -n 's/^.define GEN_VERSION_STRING "\(.*\)"/\1/p' include/generative.h)
[[ $(inside 'gen --version') == "libgenerative $version, "* ]] || { echo "gen --version: $(inside 'gen --version')"; exit 1; }
inside 'dpkg --purge python3-generative generative-tools libgenerative-dev $(dpkg-query -W -f "\${Package}\n" "libgenerative[0-9]*")' >/dev/null
left=$(find "$work/root/usr" -name '*generative*' -not -path '*/dist-packages/*/__pycache__/*')
[[ -z $left ]] || { echo "left after a purge: $left"; exit 1; }
echo "every package was installed and used"
