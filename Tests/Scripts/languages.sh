#!/bin/bash
# Runs bindings/<language>/faces.* with 200 faces and one epoch, in each language that is installed: all must print the
# same error, progress and cancellation, and write the image that C writes, byte for byte. Then parsers of headers read
# generative.h. first_programs.py runs a program at full size.
# With "hard" it runs the compiled languages, too. With CI=true every interpreter must be here.
# usage: languages.sh FOLDER_OF_THE_LIBRARY [hard]
set -euo pipefail
library=$(realpath "$1")
tier=${2:-quick}
cd "$(dirname "$0")/../.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Linkers look for libgenerative.so here.
export LD_LIBRARY_PATH=$library LIBRARY_PATH=$library CPATH=$root/include
wanted='vae has no option "latnet_size"; did you mean latent_size?
epoch 1
the fit was stopped'
jna=/usr/share/java/jna.jar
ran=0

# language NAME "COMMANDS IT NEEDS" "FILES IT NEEDS" VERSION COMMAND
language() {
  local name=$1 command file missing= told lines version
  for command in $2; do command -v "$command" >/dev/null || missing=$command; done
  for file in $3; do [ -e "$file" ] || missing=$file; done
  if [ -n "$missing" ]; then
    echo "$name: left out, there is no $missing"
    return
  fi
  cp -r "bindings/$name" "$work/$name"
  for file in "$work/$name"/[fF]aces.*; do
    lines=$(wc -l < "$file")
    [ "$lines" -le 50 ] || { echo "$file: $lines lines, not 50 or fewer"; exit 1; }
    sed -i -e 's/n_rows=10000/n_rows=200/' -e 's/epochs=5/epochs=1/' "$file"
    ! cmp -s "$file" "bindings/$name/${file##*/}" || { echo "$file: the number of rows has changed"; exit 1; }
  done
  version=$(eval "$4" 2>&1 | grep -m 1 -oE '[0-9]+(\.[0-9]+)+' | head -n 1 || true)
  told=$(cd "$work/$name" && eval "$5") || { echo "$name: failed, told '$told'"; exit 1; }
  [ "$told" = "$wanted" ] || { echo "$name: told '$told', not '$wanted'"; exit 1; }
  if [ "$name" = node ]; then # its own zlib replaces the library's: other bytes, the same pixels
    "$work/text_door" "$work/node/faces.png"
  else
    cmp "$work/faces.png" "$work/$name/faces.png" || { echo "$name: another picture"; exit 1; }
  fi
  ran=$((ran + 1))
  echo "$name $version: ok, $lines lines"
}

gcc -O1 -Wall -Wextra -Werror -pedantic -std=c99 Tests/CTests/text_door.c -o "$work/text_door" -lgenerative
(cd "$work" && ./text_door)

include=$(dirname "$(command -v node || echo /)")/../include/node
language python python3 "" "python3 -V" "python3 faces.py"
language luajit luajit "" "luajit -v" "luajit faces.lua"
language ruby ruby "" "ruby -v" "ruby faces.rb"
language perl perl "" "perl -v" "perl faces.pl"
language php php "" "php -v" "php -d ffi.enable=1 faces.php"
language r "Rscript gcc make" "" "Rscript --version" "R CMD SHLIB call.c >/dev/null && Rscript faces.R"
[ "${CI:-}" != true ] || [ "$ran" = 6 ] || { echo "an interpreter is missing"; exit 1; }
addon="gcc -shared -fPIC -O2 -Wall -Wextra -Werror -I$include addon.c -o addon.node -lgenerative"
language node "node gcc" "$include/node_api.h" "node -v" "$addon && node faces.js"
if [ "$tier" = hard ]; then
  # Swift knows the library by pkg-config, as a system-library target does.
  make --quiet install-only PREFIX="$work/prefix" >/dev/null
  language swift "swift pkg-config" "" "swift --version" \
    "PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig swift build -c release >/dev/null && .build/release/faces"
  language rust rustc "" "rustc -V" "rustc --edition 2021 -O -D warnings faces.rs && ./faces"
  # The crate, also with Debian's Rust 1.63, the oldest that it supports.
  for folder in "$(dirname "$(command -v cargo || echo /nowhere/cargo)")" /usr/bin; do
    [ -x "$folder/cargo" ] && [ -x "$folder/rustc" ] || { echo "crate: left out, there is no $folder/cargo"; continue; }
    rm -rf "$work/crate" && cp -r bindings/rust/generative "$work/crate"
    (cd "$work/crate" && PATH=$folder:$PATH GENERATIVE_LIBRARY_DIR=$library RUSTFLAGS="-D warnings" \
      cargo test --offline --quiet >"$work/told" 2>&1) || { tail -40 "$work/told"; exit 1; }
    grep -q '^test result: ok. [1-9]' "$work/told" || { cat "$work/told"; exit 1; }
    echo "crate, $("$folder/rustc" -V | cut -d' ' -f1,2): $(grep -o '[0-9]* passed' "$work/told" | tr '\n' ' ')"
  done
  language go go "" "go version" "go vet faces.go && go run faces.go"
  language java "java javac" "$jna" "java -version" "javac -cp $jna Faces.java && java -cp $jna:. Faces"
  language csharp "mono mcs" "" "mono -V" "mcs -warnaserror Faces.cs && mono Faces.exe"
  ctypes=$(ocamlfind query ctypes.foreign 2>/dev/null || echo ctypes.foreign)
  language ocaml ocamlfind "$ctypes" "ocamlfind ocamlopt -version" \
    "ocamlfind ocamlopt -thread -package threads.posix,ctypes.foreign -linkpkg faces.ml -o faces && ./faces"
  language pascal fpc "" "fpc -iV" "fpc -O2 -v0 -Fl$library faces.pas >/dev/null && ./faces"
  language fortran gfortran "" "gfortran -dumpfullversion" \
    "gfortran -O2 -Wall -Werror generative.f90 faces.f90 -lgenerative -o faces && ./faces"
  language d gdc "" "gdc -dumpfullversion" "gdc -O2 -Wall -Werror faces.d -lgenerative -o faces && ./faces"
fi

# The header as parsers see it: LuaJIT and cffi after the preprocessor, SWIG and bindgen as it is.
echo '#include <generative.h>' | gcc -E -P -DGEN_API= - >"$work/header.h"
n_functions=$(grep -c '^GEN_API' include/generative.h)
parsed() { # parsed NAME COUNT
  [ "$2" -ge "$n_functions" ] || { echo "$1 found $2 functions, not $n_functions"; exit 1; }
  echo "$1 parses the header"
}
if command -v luajit >/dev/null; then
  cat >"$work/header.lua" <<'END'
local ffi, name, n = require("ffi"), arg[1], 0
local text = io.open(name):read("*a")
ffi.cdef(text)
local lib = ffi.load("libgenerative.so.2")
for name in text:gmatch("[%s*](gen_[%w_]+)%(") do
  if not name:match("_init$") or name == "gen_struct_init" then assert(lib[name]) end
  n = n + 1
end
print(n)
END
  parsed LuaJIT "$(luajit "$work/header.lua" "$work/header.h")"
fi
if /usr/bin/python3 -c 'import cffi' 2>/dev/null; then
  cat >"$work/header.py" <<'END'
import re, sys, warnings
from cffi import FFI
from pycparser import c_ast, c_parser

warnings.simplefilter("ignore")
text = open(sys.argv[1]).read()
tree = c_parser.CParser().parse(text)  # all of it
# cffi takes declarations only: what the header defines, the inline gen_..._init, is left out.
ffi = FFI()
ffi.cdef(re.sub(r"^static inline [^{]*\{.*?^\}", "", text, flags=re.M | re.S))
lib = ffi.dlopen("libgenerative.so.2")
names = [node.name for node in tree.ext if isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.FuncDecl)]
assert all(hasattr(lib, name) for name in names)
print(len(names))
END
  parsed cffi "$(/usr/bin/python3 "$work/header.py" "$work/header.h")"
fi
if command -v swig >/dev/null; then
  swig -lua -module generative -w451 -o "$work/swig.c" include/generative.h
  parsed SWIG "$(grep -cE '^static int _wrap_gen_.*\(lua_State' "$work/swig.c")"
fi
if command -v bindgen >/dev/null && bindgen include/generative.h -o "$work/bindgen.rs" 2>"$work/told"; then
  parsed bindgen "$(grep -c 'pub fn gen_' "$work/bindgen.rs")"
elif [ -s "$work/told" ]; then
  grep -q 'Unable to find libclang' "$work/told" || { cat "$work/told"; exit 1; }
  echo "bindgen: left out, there is no libclang"
fi
