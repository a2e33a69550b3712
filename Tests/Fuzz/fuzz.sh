#!/bin/bash
# Coverage-guided fuzzing under AddressSanitizer: each target in turn for so many seconds, in as many processes as
# there are cores. Ends with a line that sums up; findings stay in .build-fuzz/findings.
# usage: fuzz.sh [SECONDS (60) [TARGET...]]
#   checkpoint: the reader of safetensors alone, and back; model, png, jpeg, idx, calls: through the header
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift || true
targets=("$@")
((${#targets[@]})) || targets=(checkpoint model png jpeg idx calls)
scratch=.build-fuzz
flags=(-sanitize=fuzzer,address)
clang=$(dirname "$(readlink -f "$(command -v swiftc)")")/clang

swift build -c release --target GenerativeABI --scratch-path $scratch \
  -Xswiftc "${flags[0]}" -Xcc -fsanitize=fuzzer-no-link,address
products=$scratch/release
objects=("$products"/*.build/*.o)
for target in "${targets[@]}"; do
  if [[ $target == checkpoint ]]; then
    harness=(-package-name "$(basename "$PWD" | tr '[:upper:]' '[:lower:]')" -I $products/Modules
      -I Sources/CShims/include -Xcc "-fmodule-map-file=$products/CShims.build/module.modulemap"
      Tests/Fuzz/CheckpointFuzzer.swift)
  else
    for source in Tests/Fuzz/fuzz.c Tests/CTests/fixture.c; do
      "$clang" -g -O1 -D_GNU_SOURCE -DTARGET="${target^^}" -fsanitize=fuzzer-no-link,address -Iinclude -ITests/CTests \
        -c $source -o "$scratch/$target-$(basename $source .c).o"
    done
    # swiftc links the runtimes that the library needs; it wants a source of its own.
    echo >$scratch/empty.swift
    harness=($scratch/empty.swift "$scratch/$target-fuzz.o" "$scratch/$target-fixture.o")
  fi
  swiftc -O -parse-as-library "${flags[@]}" "${harness[@]}" "${objects[@]}" -lpng -ljpeg -lz -lm -o "$scratch/fuzz-$target"
done

seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
mkdir -p "$scratch/findings" "$seeds"/{checkpoint,model,png,jpeg,idx,calls}
gcc -std=gnu11 -D_GNU_SOURCE -Iinclude -ITests/CTests Tests/Scorecard/seeds.c Tests/CTests/fixture.c -o "$seeds/make" \
  -L.build/library -Wl,-rpath,"$PWD/.build/library" -lgenerative -lm
mkdir "$seeds/files"
"$seeds/make" "$seeds/files"
cp Tests/Golden/*.safetensors "$seeds/checkpoint/"
cp "$seeds"/files/*.safetensors "$seeds/model/"
cp "$seeds"/files/*.idx "$seeds/idx/"
for file in "$seeds"/files/*.idx; do gzip -cn "$file" >"$seeds/idx/$(basename "$file").gz"; done
cp Tests/Golden/pictures/*.png "$seeds/png/"
cp Tests/Golden/pictures/*.jpg "$seeds/jpeg/"
head -c 300 /dev/urandom >"$seeds/calls/calls"

runs=0 findings=0 summary=""
for target in "${targets[@]}"; do
  corpus=$scratch/corpus-$target
  mkdir -p "$corpus"
  log=$scratch/log-$target
  longest=$(find "$seeds/$target" -type f -printf '%s\n' | sort -n | tail -1)
  status=0
  SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 "$scratch/fuzz-$target" \
    -max_total_time="$seconds" -max_len=$((longest + 4096)) -timeout=5 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$scratch/findings/$target-" "$corpus" "$seeds/$target" >"$log" 2>&1 || status=$?
  executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
  covered=$(grep -oE 'cov: [0-9]+' "$log" | tail -1 || true)
  if ((status)); then
    findings=$((findings + 1))
    tail -n 40 "$log"
  fi
  runs=$((runs + ${executed:-0}))
  summary+="$target ${executed:-0} (${covered:-?}), "
done
echo "${#targets[@]} targets, $seconds s each, $runs inputs: ${summary%, }; $findings findings"
((findings == 0))
