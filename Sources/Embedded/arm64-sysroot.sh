#!/bin/bash
# Unpacks the arm64 packages that the arm64 build needs into FOLDER: the C library, libpng, libjpeg and zlib,
# with headers. Debian's apt downloads them into the folder; the machine's own packages and package lists do
# not change.
# usage: arm64-sysroot.sh FOLDER
set -euo pipefail
packages=(libc6 libc6-dev linux-libc-dev libgcc-s1 libgcc-12-dev libpng16-16 libpng-dev libjpeg62-turbo
  libjpeg62-turbo-dev zlib1g zlib1g-dev)
folder=$(realpath -m "$1")
new=$folder.new
trap 'rm -rf "$new"' EXIT
rm -rf "$new"
mkdir -p "$new"/apt/{lists,cache/archives}/partial "$new/packages"
: >"$new/apt/status"
# When root runs apt, it downloads as the user _apt, who may not be able to write to this folder.
apt=(apt-get --quiet=2 -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root
  -o Dir::State::lists="$new/apt/lists" -o Dir::State::status="$new/apt/status" -o Dir::Cache="$new/apt/cache"
  -o Acquire::Retries=3)
"${apt[@]}" update
(cd "$new/packages" && "${apt[@]}" download "${packages[@]}")
for package in "$new"/packages/*.deb; do dpkg-deb --extract "$package" "$new"; done
rm -rf "$new"/{apt,packages,etc,usr/share}
# Absolute links would point outside the folder.
find "$new" -type l -lname '/*' -printf '%p %l\n' | while read -r link target; do
  ln -sfn "$(realpath -ms --relative-to="$(dirname "$link")" "$new$target")" "$link"
done
rm -rf "$folder"
mv "$new" "$folder"
