#!/bin/bash
# gen: the quick demos leave their pictures, models and tables; info and sample read the models;
# mistakes are a message and exit code 1 or more. usage: gen-tool.sh GEN
set -euo pipefail
gen=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$gen" demo --quick --out out >demo.log || { cat demo.log; exit 1; }
"$gen" demo --quick --out faces --data /no/such/folder >faces.log || { cat faces.log; exit 1; }
grep -q 'faces' faces.log || { echo "the demo does not say that it uses the faces"; exit 1; }
for name in pca-components reconstructions denoising vae-samples vae-manifold gan-samples \
  faces-reconstructions faces-samples faces-walk faces-latents faces-directions; do
  [[ -s out/$name.png && -s faces/$name.png ]] || { echo "$name.png is missing"; exit 1; }
done
grep -q 'Parzen' out/figures.txt || { echo "figures.txt has no Parzen figure"; exit 1; }
grep -q 'head turn' out/figures.txt || { echo "figures.txt has no figure of the faces"; exit 1; }
"$gen" demo --dcgan --quick --every 2 --epochs 3 --out out >dcgan.log || { cat dcgan.log; exit 1; }
for name in pictures-000 pictures-002 pictures-003 pictures-walk faces-003 faces-walk arithmetic; do
  [[ -s out/dcgan-$name.png ]] || { echo "dcgan-$name.png is missing"; exit 1; }
done
for model in pca autoencoder denoiser vae vae-2d faces gan dcgan-pictures dcgan-faces; do
  "$gen" info out/$model.safetensors | grep -q kind || { echo "info $model failed"; exit 1; }
done
for model in pca vae faces gan dcgan-faces; do
  "$gen" sample out/$model.safetensors -n 9 --out $model.png && [[ -s $model.png ]]
done
for mistake in "info /no/such/model" "sample out/autoencoder.safetensors" "sample out/vae.safetensors -n 0" \
  "demo --epochs 0" "demo --every 0" "info out/figures.txt"; do
  # shellcheck disable=SC2086
  if "$gen" $mistake >log 2>&1; then echo "gen $mistake succeeded"; exit 1; fi
  [[ -s log ]] || { echo "gen $mistake failed without a message"; exit 1; }
done
