#!/bin/bash
# The sources, copied to another folder and built from scratch there, give the same bytes: the shared library, the one
# with codecs inside, and the static library. Takes as long as a clean build, six minutes on two free cores.
# usage: reproducible.sh [FOLDER], where a copy was built before; default: a new one
set -euo pipefail
cd "$(dirname "$0")/../.."
make --quiet library archive
copy=${1:-}
if [[ -z $copy ]]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  copy=$work/a-folder-with-another-and-longer-name
  mkdir "$copy"
  git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- -c | tar -x -C "$copy"
fi
make --quiet -C "$copy" library archive
for file in library/libgenerative.so static/libgenerative.so static/libgenerative.a; do
  cmp ".build/$file" "$copy/.build/$file" || { echo "$file differs"; exit 1; }
  ! grep -qaF -e "$PWD" -e "$copy" ".build/$file" "$copy/.build/$file" ||
    { echo "$file names the folder that it was built in"; exit 1; }
done
echo "3 files are the same bytes in two folders"
