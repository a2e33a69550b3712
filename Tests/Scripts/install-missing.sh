#!/bin/bash
# Installs the Debian packages that are missing, as root or through sudo.
# usage: install-missing.sh WHAT...
# WHAT is a package, or command:package, which a command on the PATH satisfies.
set -uo pipefail
missing=()
for what in "$@"; do
  command=${what%%:*} package=${what#*:}
  if [[ $what == *:* ]] && command -v "$command" >/dev/null; then continue; fi
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
    missing+=("$package")
done
((${#missing[@]})) || exit 0

echo "installing ${missing[*]}"
root=()
((EUID == 0)) || root=(sudo)
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${root[@]}" apt-get update --quiet=2 >"$log" 2>&1
"${root[@]}" apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}" >>"$log" 2>&1 && exit 0
tail -n 3 "$log"
echo "could not install ${missing[*]}"
exit 1
