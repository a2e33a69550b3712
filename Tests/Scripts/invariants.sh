#!/bin/bash
# What the architecture promises, by grep.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0

# refuse WHAT PATTERN FOLDER...: no line of code may match; comments may.
refuse() {
  local what=$1 pattern=$2 found
  shift 2
  found=$(grep -rnE --include='*.swift' -- "$pattern" "$@" | grep -vE '^[^:]+:[0-9]+: *//' || true)
  [[ -z $found ]] || { echo "$what:"; echo "$found"; failed=1; }
}

# Every module of the library, and those above the kernels.
library=() above_kernels=(Sources/GenerativeABI)
for module in Sources/*/; do
  module=${module%/}
  case ${module#Sources/} in
    CShims | Embedded | GenerativeABI | gen) continue ;;
    Kernels) ;;
    *) above_kernels+=("$module") ;;
  esac
  library+=("$module")
done
modules=$(sed 's|Sources/||g; s/ /|/g' <<<"${library[*]}")

refuse "the C API's names below GenerativeABI" '\bgen_|\bGEN_[A-Z]+_|OpaquePointer' "${library[@]}"
refuse "instruction sets above the kernels" '[Aa][Vv][Xx]|\b[Ss][Ss][Ee][0-9]?\b|[Nn]eon\b' "${above_kernels[@]}"
refuse "Foundation in the library" 'import +(Foundation|Dispatch)' "${library[@]}" Sources/GenerativeABI
refuse "public declarations below the crossing" '^ *public ' "${library[@]}"
refuse "the tool reaches past the header" "import +($modules|GenerativeABI|Foundation)" Sources/gen
exit $failed
