#!/bin/bash
# Unpacks the arm64 packages that the arm64 build needs: the C library, libpng, libjpeg and zlib, with headers.
# Debian's own apt fetches them into the folder. The machine's packages and package lists stay as they are.
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
# The user _apt, as which apt downloads when root calls it, may not write to this folder.
apt=(apt-get --quiet=2 -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root
  -o Dir::State::lists="$new/apt/lists" -o Dir::State::status="$new/apt/status" -o Dir::Cache="$new/apt/cache"
  -o Acquire::Retries=3)
"${apt[@]}" update
(cd "$new/packages" && "${apt[@]}" download "${packages[@]}")
for package in "$new"/packages/*.deb; do dpkg-deb --extract "$package" "$new"; done
rm -rf "$new"/{apt,packages,etc,usr/share}
# A link that begins with / would leave the folder.
find "$new" -type l -lname '/*' -printf '%p %l\n' | while read -r link target; do
  ln -sfn "$(realpath -ms --relative-to="$(dirname "$link")" "$new$target")" "$link"
done
rm -rf "$folder"
mv "$new" "$folder"
