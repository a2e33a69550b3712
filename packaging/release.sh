#!/bin/bash
# Makes dist/: what users install without Swift and without this repository. Called by make release.
#
#   generative-VERSION-py3-none-manylinux_2_27_x86_64.whl   the Python package; needs the C library and numpy only
#   generative-VERSION.tar.gz                               its sources, for a library installed otherwise
#   libgenerative-VERSION-linux-x86_64.tar.gz               libraries with static codecs, header, CMake, pkg-config, gen
#   libgenerative-VERSION.cdx.json                          what is inside the library of the wheel and the tarball
#   *.deb                                                   library, -dev, tools and Python package for Debian 12
#
# Times come from the last commit, so that the same sources and tools give the same bytes.
# usage: release.sh PYTHON, an interpreter with pip, build, wheel and auditwheel
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(realpath -s "$1")
version=$(sed -n 's/^.define GEN_VERSION_STRING "\(.*\)"/\1/p' include/generative.h)
abi=$(sed -n 's/^.define GEN_ABI_VERSION \([0-9]*\)/\1/p' include/generative.h)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
static=$PWD/.build/static/libgenerative.so
rm -rf dist
mkdir dist
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "== wheel and source distribution"
GENERATIVE_LIBRARY=$static "$python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work" \
  bindings/python
"$python" -m wheel tags --remove --platform-tag manylinux_2_27_x86_64 "$work"/*.whl >/dev/null
bill=$PWD/dist/libgenerative-$version.cdx.json
python3 packaging/sbom.py "$static" >"$bill"
(
  cd "$work"
  "$python" -m wheel unpack --dest unpacked ./*.whl >/dev/null
  information=$(echo unpacked/*/*.dist-info)
  mkdir -p "$information/sboms" "$information/licenses"
  cp "$bill" "$information/sboms/"
  cp "$OLDPWD/LICENSE" "$information/licenses/"
  python3 "$OLDPWD/packaging/sbom.py" --notices "$static" >"$information/licenses/NOTICES"
  rm ./*.whl
  "$python" -m wheel pack --dest-dir "$OLDPWD/dist" unpacked/* >/dev/null
  rm -r unpacked
)
"$python" -m build --sdist --no-isolation --outdir dist bindings/python >/dev/null

# All of a folder's files with one time and owner.
archive() { tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -C "$1" -c "$2" | gzip -9n; }

echo "== tarball"
name=libgenerative-$version-linux-x86_64
make --quiet install-only DESTDIR="$work" PREFIX="/$name" SHIPPED="$static" ARCHIVE="${static%.so}.a" >/dev/null
cp LICENSE CHANGELOG.md README.md "$work/$name/"
# inside FOLDER, FILE...: writes what is inside the files, and the notices that must go with it.
inside() {
  mkdir -p "$1"
  python3 packaging/sbom.py "${@:2}" >"$1/generative.cdx.json"
  python3 packaging/sbom.py --notices "${@:2}" >"$1/NOTICES"
  touch -d "@$SOURCE_DATE_EPOCH" "$1"/*
}
inside "$work/$name/share/doc/generative" "$static" .build/library/gen
archive "$work" "$name" >"dist/$name.tar.gz"

echo "== Debian packages"
libdir=/usr/lib/x86_64-linux-gnu
make --quiet install-only DESTDIR="$work/all" PREFIX=/usr LIBDIR=$libdir >/dev/null
find "$work/all" -name '*.1' -exec gzip -9n {} +
"$python" -m pip install --quiet --no-deps --no-compile --target "$work/all/usr/lib/python3/dist-packages" dist/*.whl
rm -r "$work"/all/usr/lib/python3/dist-packages/generative/libgenerative.so.*
inside "$work/all/usr/share/doc/libgenerative$abi" .build/library/libgenerative.so
inside "$work/all/usr/share/doc/generative-tools" .build/library/gen
gzip -9n "$work"/all/usr/share/doc/*/NOTICES
codecs="libpng16-16, libjpeg62-turbo (>= 1.3.1), zlib1g (>= 1:1.1.4)"

# package NAME, SECTION, DEPENDS, ONE LINE, PARAGRAPH, then patterns of the files that go into it.
package() {
  local name=$1 section=$2 depends=$3 line=$4 paragraph=$5 root=$work/$1 pattern file
  shift 5
  mkdir -p "$root/DEBIAN" "$root/usr/share/doc/$name"
  for pattern; do
    (cd "$work/all" && compgen -G "$pattern") | while read -r file; do
      mkdir -p "$root/$(dirname "$file")"
      cp -a "$work/all/$file" "$root/$(dirname "$file")/"
    done
  done
  {
    echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
    printf '\nFiles: *\nCopyright: 2026 The libgenerative authors\nLicense: Apache-2.0\n'
    printf ' See /usr/share/common-licenses/Apache-2.0.\n'
  } >"$root/usr/share/doc/$name/copyright"
  {
    printf 'generative (%s-1) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n' "$version"
    printf ' -- The libgenerative authors <authors@libgenerative.invalid>  %s\n' "$(date -uRd "@$SOURCE_DATE_EPOCH")"
  } | gzip -9n >"$root/usr/share/doc/$name/changelog.Debian.gz"
  {
    printf 'Package: %s\nSource: generative\nVersion: %s-1\nArchitecture: amd64\n' "$name" "$version"
    printf 'Maintainer: The libgenerative authors <authors@libgenerative.invalid>\n'
    printf 'Installed-Size: %s\nDepends: %s\nSection: %s\nPriority: optional\n' \
      "$(du -sk --exclude=DEBIAN "$root" | cut -f1)" "$depends" "$section"
    printf 'Description: %s\n%s\n' "$line" "$(fold -sw 76 <<<"$paragraph" | sed 's/^/ /')"
  } >"$root/DEBIAN/control"
  if [[ $section == libs ]]; then
    echo "libgenerative $abi $name" >"$root/DEBIAN/shlibs"
    echo "activate-noawait ldconfig" >"$root/DEBIAN/triggers"
  fi
  if [[ $section == python ]]; then
    printf '#!/bin/sh\nset -e\nif command -v py3clean >/dev/null 2>&1; then py3clean -p %s; fi\n' "$name" >"$root/DEBIAN/prerm"
    chmod +x "$root/DEBIAN/prerm"
  fi
  (cd "$root" && find usr -type f -exec md5sum {} + | sort -k2 >DEBIAN/md5sums)
  find "$root" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
  chmod -R go=rX,u=rwX "$root"
  dpkg-deb --root-owner-group --build "$root" "dist/${name}_$version-1_amd64.deb" >/dev/null
}

about="PCA, autoencoders, variational autoencoders, generative adversarial networks and DCGANs, fitted and run on a \
CPU behind one C header."
package "libgenerative$abi" libs "libc6 (>= 2.34), $codecs" "generative models on a CPU - shared library" \
  "$about This package has the shared library." "usr/lib/x86_64-linux-gnu/libgenerative.so.*" "usr/share/doc/libgenerative$abi"
package libgenerative-dev libdevel "libgenerative$abi (= $version-1)" \
  "generative models on a CPU - development files" \
  "$about This package has the header and what pkg-config, CMake and valgrind need to know of the library." \
  "usr/include" "usr/lib/x86_64-linux-gnu/libgenerative.so" "usr/lib/x86_64-linux-gnu/pkgconfig" \
  "usr/lib/x86_64-linux-gnu/cmake" "usr/share/generative"
package generative-tools science "libc6 (>= 2.34), libgcc-s1 (>= 3.0), libstdc++6 (>= 11), $codecs" \
  "generative models on a CPU - command line tool" \
  "$about This package has gen, which fits models to images and tables and draws samples of them." \
  "usr/bin" "usr/share/doc/generative-tools" "usr/share/man" "usr/share/bash-completion" "usr/share/zsh" "usr/share/fish"
package python3-generative python "python3 (>= 3.9), python3-numpy, libgenerative$abi (= $version-1)" \
  "generative models on a CPU - Python package" \
  "$about This package has the Python package, whose models are scikit-learn estimators." "usr/lib/python3"
(cd dist && sha256sum -- * >SHA256SUMS)
ls -l dist
