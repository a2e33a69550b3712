#!/bin/bash
# Fuzzes the readers of pictures and IDX files under AddressSanitizer for as many seconds as told (60).
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
scratch=.build-fuzz
flags=(-sanitize=fuzzer,address)

swift build -c release --target Datasets --scratch-path $scratch \
  -Xswiftc "${flags[0]}" -Xcc -fsanitize=fuzzer-no-link,address
products=$scratch/release
objects=()
for module in CShims KernelTemplate KernelsBaseline KernelsAVX2 KernelsAVX512 Kernels Tensors Datasets; do
  objects+=("$products/$module.build"/*.o)
done
swiftc -O -parse-as-library "${flags[@]}" -package-name "$(basename "$PWD" | tr '[:upper:]' '[:lower:]')" \
  -I $products/Modules -I Sources/CShims/include \
  -Xcc -fmodule-map-file=$products/CShims.build/module.modulemap \
  Tests/Fuzz/DatasetFuzzer.swift "${objects[@]}" -lpng -ljpeg -lz -o $scratch/fuzz_datasets

corpus=$scratch/corpus-datasets
mkdir -p $corpus
cp Tests/Golden/pictures/*.png Tests/Golden/pictures/*.jpg $corpus/
printf "\0\0\10\2\0\0\0\2\0\0\0\3abcdef" >$corpus/rows.idx
gzip -cn $corpus/rows.idx >$corpus/rows.idx.gz
SWIFT_BACKTRACE=enable=no $scratch/fuzz_datasets -max_total_time="$seconds" -max_len=4096 -timeout=1 \
  -rss_limit_mb=512 -print_final_stats=1 $corpus
