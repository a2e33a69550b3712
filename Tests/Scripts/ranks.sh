#!/bin/bash
# Ranks that fit together, through the header: threads that meet in memory, and where Open MPI is installed
# processes of mpirun, with the adapter, its example and gen. usage: ranks.sh FOLDER_OF_THE_LIBRARY
set -euo pipefail
library=$(realpath "$1")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags=(-std=c99 -pedantic -Wall -Wextra -Werror -O1 -Iinclude)
link=("-L$library" "-Wl,-rpath,$library" -lgenerative)

gcc "${flags[@]}" Tests/CTests/ranks.c -o "$work/ranks" "${link[@]}" -lpthread
"$work/ranks"

if ! command -v mpirun >/dev/null || ! command -v mpicc >/dev/null; then
  echo "skipped: Open MPI is missing (libopenmpi-dev openmpi-bin)"
  exit 0
fi
run() { timeout 120 mpirun --allow-run-as-root --oversubscribe "$@"; }
# By messages, in chunks of 300 elements, and through shared memory, in pieces of 1 KiB, so that there are
# several of each.
adapter=(Tests/CTests/mpi.c bindings/mpi/generative_mpi.c bindings/mpi/shared_sum.c)
mpicc "${flags[@]}" -Ibindings/mpi -DCHUNK=300 -DSHARING_RANKS=0 "${adapter[@]}" -o "$work/sent" "${link[@]}"
mpicc "${flags[@]}" -Ibindings/mpi -DCHUNK=300 -DPIECE=1024 "${adapter[@]}" -o "$work/shared" "${link[@]}"
for program in sent shared; do
  for count in 2 4; do run -n "$count" "$work/$program" sums; done

  # Every rank says GEN_E_COMM, whichever call fails, and in time.
  for call in 0 2 9 14 30; do
    run -n 3 "$work/$program" fail "$call" >"$work/told" 2>/dev/null &&
      { echo "call $call did not fail"; exit 1; }
    (($(grep -c "^rank [0-2]: GEN_E_COMM" "$work/told") == 3)) ||
      { echo "call $call:"; cat "$work/told"; exit 1; }
  done
  echo "$program: a failed call returns GEN_E_COMM on all ranks"

  # A rank that is killed: a job that lives on hears of it.
  run --enable-recovery -n 3 "$work/$program" kill 2 >"$work/told" 2>/dev/null || true
  (($(grep -c "^rank [02]: GEN_E_COMM" "$work/told") == 2)) ||
    { echo "a rank was killed:"; cat "$work/told"; exit 1; }
  echo "$program: if a rank is killed, the others return GEN_E_COMM"
done

make --quiet -C bindings/mpi LIBRARY="$library" OUT="$work"
run -n 2 "$work/vae-mpi" "$work" 1 >"$work/told"
grep -q "^epoch 1 of 1: " "$work/told"
[[ -s $work/vae-mpi.safetensors ]]

# gen: the same losses from two ranks as from one, to a millionth; then a few epochs more.
cp "$library/gen" "$work"
train=("$work/gen" train vae faces: --size 16 --rows 400 --latent-size 4 --hidden 32 --batch-size 64)
losses() { sed -n 's/.*"event":"epoch".*"loss":\([0-9.]*\).*/\1/p' "$1"; }
"${train[@]}" --epochs 3 --json --out "$work/one.safetensors" >"$work/one"
run -n 2 "${train[@]}" --epochs 3 --json --mpi --out "$work/two.safetensors" >"$work/two"
paste <(losses "$work/one") <(losses "$work/two") |
  awk '{ d = $1 - $2; if (d < 0) d = -d; if (d > 1e-5 * $1) bad = 1; n++ } END { exit bad || n != 3 }' ||
  { echo "gen's losses differ:"; paste <(losses "$work/one") <(losses "$work/two"); exit 1; }
run -n 2 "${train[@]}" --epochs 4 --resume --json --mpi --out "$work/two.safetensors" >"$work/told"
grep -q '"epoch":4' "$work/told"
if run -n 3 "${train[@]}" --mpi --out "$work/three.safetensors" >"$work/told" 2>&1; then
  echo "3 ranks accepted a batch size of 64"
  exit 1
fi
grep -q "is not divisible by the 3 ranks" "$work/told"
echo "gen train --mpi takes the same steps as one process"
