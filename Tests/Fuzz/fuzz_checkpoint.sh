#!/bin/bash
# Fuzzes the checkpoint reader under AddressSanitizer for as many seconds as told (60).
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
scratch=.build-fuzz
flags=(-sanitize=fuzzer,address)

swift build -c release --target Checkpoints --scratch-path $scratch \
  -Xswiftc "${flags[0]}" -Xcc -fsanitize=fuzzer-no-link,address
products=$scratch/release
objects=()
for module in CShims KernelTemplate KernelsBaseline KernelsAVX2 KernelsAVX512 Kernels Tensors Checkpoints; do
  objects+=("$products/$module.build"/*.o)
done
swiftc -O -parse-as-library "${flags[@]}" -package-name "$(basename "$PWD" | tr '[:upper:]' '[:lower:]')" \
  -I $products/Modules -I Sources/CShims/include \
  -Xcc -fmodule-map-file=$products/CShims.build/module.modulemap \
  Tests/Fuzz/CheckpointFuzzer.swift "${objects[@]}" -lpng -ljpeg -lz -o $scratch/fuzz_checkpoint

corpus=$scratch/corpus-checkpoint
mkdir -p $corpus
cp Tests/Golden/*.safetensors $corpus/
SWIFT_BACKTRACE=enable=no $scratch/fuzz_checkpoint -max_total_time="$seconds" -max_len=4096 -timeout=1 \
  -rss_limit_mb=512 -print_final_stats=1 $corpus
