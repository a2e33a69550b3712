#!/bin/bash
# Runs the programs of bindings/text in each language whose interpreter is installed, with 200 faces and one epoch: all
# must print the same error message and write the same image. first_programs.py runs them at full size.
# With CI=true every interpreter must be here but Rust's compiler, which make test-tools does not install.
# usage: languages.sh FOLDER_OF_THE_LIBRARY
set -euo pipefail
library=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
programs=$work/programs
mkdir "$programs"
for program in bindings/text/faces.*; do
  sed -e 's/n_rows=10000/n_rows=200/' -e 's/epochs=5/epochs=1/' "$program" > "$programs/${program##*/}"
  ! cmp -s "$program" "$programs/${program##*/}" || { echo "$program: the number of rows has changed"; exit 1; }
done
export LD_LIBRARY_PATH=$library
wanted='vae has no option "latnet_size"; did you mean latent_size?'
declare -A commands=(
  [py]="python3 $programs/faces.py" [lua]="luajit $programs/faces.lua" [rb]="ruby $programs/faces.rb"
  [pl]="perl $programs/faces.pl" [php]="php -d ffi.enable=1 $programs/faces.php" [R]="Rscript $programs/faces.R"
  [rs]="rustc -O $programs/faces.rs -L $library -o faces"
)
first=
for language in py lua rb pl php R rs; do
  lines=$(wc -l < "$programs/faces.$language")
  [ "$lines" -le 40 ] || { echo "$language: $lines lines, not 40 or fewer"; exit 1; }
  interpreter=${commands[$language]%% *}
  if ! command -v "$interpreter" >/dev/null; then
    [ "${CI:-}" != true ] || [ "$language" = rs ] || { echo "$language: there is no $interpreter"; exit 1; }
    echo "$language: left out, there is no $interpreter"
    continue
  fi
  mkdir "$work/$language"
  cd "$work/$language"
  told=$(${commands[$language]})
  [ "$language" != rs ] || told=$(./faces)
  [ "$told" = "$wanted" ] || { echo "$language: told '$told', not '$wanted'"; exit 1; }
  if [ -n "$first" ]; then
    cmp "$first" faces.png || { echo "$language: another picture"; exit 1; }
  fi
  first=$PWD/faces.png
  echo "$language: ok"
done
