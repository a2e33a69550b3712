#!/bin/bash
# gen: the quick demos leave their pictures, models and tables; every command does what its help says,
# on small models; mistakes are one line and an exit code of 1 or more. usage: gen-tool.sh GEN
set -euo pipefail
gen=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$gen" demo --quick --out out >demo.log 2>&1 || { cat demo.log; exit 1; }
"$gen" demo --quick --out faces --data /no/such/folder >faces.log 2>&1 || { cat faces.log; exit 1; }
grep -q 'faces' faces.log || { echo "the demo does not report that it uses the faces"; exit 1; }
for name in pca-components reconstructions denoising vae-samples vae-manifold gan-samples dcgan-samples samples \
  faces-reconstructions faces-samples faces-walk faces-latents faces-directions; do
  [[ -s out/$name.png && -s faces/$name.png ]] || { echo "$name.png is missing"; exit 1; }
done
[[ -s out/faces.html && -s out/vae.history.jsonl ]] || { echo "the demo wrote no page or no history"; exit 1; }
# The page shows every picture and every figure, and nothing that is not there.
for folder in out faces; do
  page=$folder/index.html
  for picture in $folder/*.png; do
    grep -q "src=\"${picture#*/}\" alt=\"[^\"]" $page || { echo "$page does not show $picture"; exit 1; }
  done
  for link in $(grep -o '\(src\|href\)="[^"#:]*"' $page | cut -d '"' -f 2); do
    [[ -s $folder/$link ]] || { echo "$page shows $link, which is missing"; exit 1; }
  done
  lines=$(sed -n '/^---/,/^$/p' $folder/figures.txt | grep -c '[0-9]')
  [[ $(grep -c '<th scope="row">' $page) == "$lines" ]] || { echo "$page has not the $lines figures"; exit 1; }
done
grep -q 'open out/index.html' demo.log || { echo "the demo does not name its page"; exit 1; }
grep -q 'Parzen' out/figures.txt || { echo "figures.txt has no Parzen log-likelihood"; exit 1; }
grep -q 'samples of DCGAN: Frechet' out/figures.txt || { echo "figures.txt does not compare samples"; exit 1; }
grep -q 'head turn' out/figures.txt || { echo "figures.txt has no results for the faces"; exit 1; }
"$gen" demo --dcgan --quick --every 2 --epochs 3 --out out >dcgan.log 2>&1 || { cat dcgan.log; exit 1; }
for name in pictures-000 pictures-002 pictures-003 pictures-walk faces-003 faces-walk arithmetic; do
  [[ -s out/dcgan-$name.png ]] || { echo "dcgan-$name.png is missing"; exit 1; }
done
grep -q 'src="dcgan-pictures-003.png"' out/dcgan.html || { echo "dcgan.html does not show the last grid"; exit 1; }
for more in "" --dcgan; do
  # shellcheck disable=SC2086
  if "$gen" demo --quick --out out $more >log 2>&1; then echo "a demo overwrote the models of another"; exit 1; fi
  grep -q -- '--force' log || { cat log; exit 1; }
done
for model in pca autoencoder denoiser vae vae-2d faces gan dcgan dcgan-pictures dcgan-faces; do
  "$gen" info out/$model.safetensors | grep -q kind || { echo "info $model failed"; exit 1; }
done
for model in pca vae faces gan dcgan-faces; do
  "$gen" sample out/$model.safetensors -n 9 --out $model.png && [[ -s $model.png ]]
done

# A model of every kind, from every kind of data.
idx=/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz
small=(--rows 300 --size 16)
"$gen" train pca faces: "${small[@]}" --n-components 9 -o pca.safetensors
"$gen" train autoencoder faces: "${small[@]}" --corruption gaussian --epochs 1 -o denoiser.safetensors
"$gen" train vae faces: "${small[@]}" --architecture convolutional --latent-size 3 --epochs 2 \
  --schedule step --schedule-period 1 --beta1 0.8 --binarize --validation 0.2 -o vae.safetensors
"$gen" train autoencoder faces: "${small[@]}" --tied --latent-size 30 --hidden 20 --latent-activation sigmoid \
  --sparsity kl --sparsity-weight 0.2 --sparsity-target 0.1 --contraction 0.01 --epochs 1 -o tied.safetensors
"$gen" report tied.safetensors faces:2 --rows 60 -o tied.html >log
grep -q "live sliders" log || { cat log; exit 1; }
"$gen" train vae faces: "${small[@]}" --latent-size 3 --importance-samples 5 --epochs 1 -o weighted.safetensors
mkdir folder && for face in 1 2 3 4; do "$gen" sample out/faces.safetensors -n 1 --seed $face -o folder/$face.png; done
"$gen" train gan folder --size 16 --channels 1 --batch-size 4 --latent-size 4 --epochs 2 -o gan.safetensors
# Rows that are restored: pairs, a picture larger than the rows, hidden pixels, noise of samples.
"$gen" train autoencoder faces:1 "${small[@]}" --targets faces:1 --validation 0.2 --epochs 2 -o pairs.safetensors
"$gen" sample vae.safetensors -n 1 --noise -o noisy.png
"$gen" sample out/faces.safetensors -n 1 -o large.png
"$gen" denoise pairs.safetensors large.png -o clean.png >log
grep -q " x .* x 3 in clean.png" log || { cat log; exit 1; }
"$gen" sample pca.safetensors -n 1 --noise -o noise.csv
# 16 x 16 pixels, dark in the middle.
base64 -d >mask.png <<<iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAGElEQVR42mP4jwYYyBRggALaClDDpXgFAOv2zzFHdsf/AAAAAElFTkSuQmCC
for model in pca pairs vae; do
  "$gen" reconstruct $model.safetensors faces:3 --rows 9 --mask mask.png -o filled-$model.png
done
if [[ -e $idx ]]; then
  "$gen" train vae "$idx" --rows 300 --conditional --epochs 1 -o conditional.safetensors
  "$gen" sample conditional.safetensors -n 4 --label 7 -o conditional.png
  "$gen" train classifier "$idx" --rows 600 --architecture convolutional --base-channels 8 --epochs 2 \
    --validation 0.2 -o classifier.safetensors
  "$gen" train classifier "$idx" --rows 600 --architecture convolutional --base-channels 8 --epochs 3 \
    --validation 0.2 --resume -o classifier.safetensors
  "$gen" info classifier.safetensors | grep -q 'latents *84$' || { echo "the classifier does not have 84 features"; exit 1; }
  "$gen" encode classifier.safetensors "$idx" --rows 20 -o features.csv
  [[ $(head -1 features.csv | tr , '\n' | grep -c '^z') == 84 && $(wc -l <features.csv) == 21 ]] || { echo "features.csv does not have 84 columns and 20 rows"; exit 1; }
  "$gen" evaluate conditional.safetensors "$idx" --rows 200 --importance 3 --training "$idx" \
    --classifier classifier.safetensors >classified.log
  for figure in "Frechet distance, classifier" "coverage, classifier" "Parzen"; do
    grep -q "^$figure.*real rows" classified.log || { echo "no $figure"; cat classified.log; exit 1; }
  done
  for mistake in "sample classifier.safetensors" "reconstruct classifier.safetensors $idx" \
    "mixture classifier.safetensors $idx" \
    "detect conditional.safetensors $idx --rows 50" "train classifier folder" \
    "evaluate vae.safetensors faces: --rows 40 --classifier classifier.safetensors" \
    "evaluate conditional.safetensors $idx --rows 50 --classifier vae.safetensors"; do
    # shellcheck disable=SC2086
    if "$gen" $mistake >log 2>&1; then echo "gen $mistake succeeded"; exit 1; fi
    [[ $(wc -l <log) == 1 ]] || { echo "gen $mistake did not fail with a one-line message:"; cat log; exit 1; }
  done
fi
for model in pca denoiser tied vae weighted gan; do
  [[ -s $model.history.jsonl ]] || { echo "$model has no history"; exit 1; }
  "$gen" info $model.safetensors --json | grep -q '"kind":' || { echo "info $model failed"; exit 1; }
done

# Every command leaves the picture or the numbers it says it does.
for model in pca vae gan; do "$gen" sample $model.safetensors -n 5 -o sample-$model.png; done
for model in pca denoiser vae; do
  "$gen" reconstruct $model.safetensors faces:2 --rows 20 -o reconstruct-$model.png
  "$gen" encode $model.safetensors faces:2 --rows 20 -o encode-$model.csv
  [[ $(wc -l <encode-$model.csv) == 21 && $(head -c 3 encode-$model.csv) == z1, ]] ||
    { echo "encode $model did not write a header and 20 lines"; exit 1; }
done
"$gen" encode vae.safetensors faces:2 --rows 20 -o latents.npy
head -c 128 latents.npy | grep -aq "'shape': (20, 3)" || { echo "latents.npy is not 20 x 3"; exit 1; }
"$gen" denoise denoiser.safetensors faces:2 --rows 9 -o denoise.png
for model in pca denoiser vae gan; do
  "$gen" interpolate $model.safetensors faces:2 --rows 3 -n 2 -o interpolate-$model.png 2>log ||
    [[ $model == gan ]] || { cat log; exit 1; }
done
"$gen" interpolate gan.safetensors -n 3 --loop -o interpolate-gan.png
"$gen" traverse vae.safetensors -n 3 -o traverse.png
"$gen" traverse gan.safetensors -n 3 -o traverse-gan.png
"$gen" manifold vae.safetensors --rows 3 --columns 5 -o manifold.png
"$gen" traverse vae.safetensors faces: --rows 200 --direction smile -n 2 -o smile.png >log
grep -q correlation log || { cat log; exit 1; }
"$gen" report vae.safetensors faces:2 --rows 60 -o report.html >log
grep -q "live sliders" log || { cat log; exit 1; }
"$gen" report pca.safetensors -o pca.html >log
"$gen" compare pca.safetensors vae.safetensors --data faces:3 --rows 40 --importance 3 --json >compare.json
[[ $(grep -c '"squared_error":{"value":' compare.json) == 2 ]] || { cat compare.json; exit 1; }
"$gen" compare pca.safetensors denoiser.safetensors gan.safetensors --data faces:3 --rows 40 >compare.log
for line in "SSIM .*[0-9] .*[0-9] *-$" "coverage, pixels .*[0-9] *- .*[0-9]$" "log-likelihood, nats .*[0-9] *- *-$"; do
  grep -q "^$line" compare.log || { echo "no $line"; cat compare.log; exit 1; }
done

# Results by the name of --out: standard output, an array, a folder; standard input is data.
"$gen" sample vae.safetensors -n 3 --seed 5 -o - >samples.csv 2>log
[[ $(wc -l <samples.csv) == 4 && $(head -c 6 samples.csv) == x1,x2, && $(cat log) == "3 samples in -" ]] ||
  { cat log; echo "sample -o - did not write a table"; exit 1; }
"$gen" encode vae.safetensors - -o - <samples.csv >latents.csv 2>log || { cat log; exit 1; }
[[ $(head -1 latents.csv) == z1,z2,z3 && $(wc -l <latents.csv) == 4 ]] || { echo "encode - did not write a table"; exit 1; }
"$gen" reconstruct vae.safetensors folder -o back/
for face in 1 2 3 4; do [[ -s back/$face.png ]] || { echo "back/$face.png is missing"; exit 1; }; done
"$gen" sample vae.safetensors -n 1 -o png:- 2>log | cmp - <("$gen" sample vae.safetensors -n 1 -o one.png >log; cat one.png)

# A model for programs that do not have the library.
"$gen" export vae.safetensors -o vae.onnx --part decoder >log
"$gen" export vae.safetensors -o vae.c --name vae --weights i8 >log
cc -std=c99 -Wall -Wextra -Werror -c vae.c -o vae.o
"$gen" export vae.safetensors -o vae.json --part decoder >log
grep -q '^{"input":{"name":"latents"' vae.json || { echo "vae.json is no program"; exit 1; }
[[ -s vae.onnx ]] && nm vae.o | grep -q ' T vae_sample$' || { echo "the exported files are not whole"; exit 1; }
if "$gen" export vae.safetensors -o vae.c >log 2>&1; then echo "gen export overwrote a file"; exit 1; fi
grep -q -- '--force' log || { cat log; exit 1; }
"$gen" export vae.safetensors -o vae.c --force >log
# Its weights alone, as floats and in 16 bits.
"$gen" export vae.safetensors -o weights.safetensors >log
"$gen" export vae.safetensors -o half.safetensors --content bfloat16 >log
(( $(stat -c %s half.safetensors) * 9 < $(stat -c %s weights.safetensors) * 5 )) || { echo "half.safetensors is not half as large"; exit 1; }
"$gen" sample half.safetensors -n 1 -o half.png >log && [[ -s half.png ]]

# A mixture of latents to sample from, a threshold for anomalies: kept in the model's file.
for model in pca denoiser vae; do
  "$gen" mixture $model.safetensors faces: "${small[@]}" --n-components 3 --regularization 1e-3 -o mixed-$model.safetensors
  "$gen" sample mixed-$model.safetensors -n 5 --mixture -o mixed-$model.png
  "$gen" threshold mixed-$model.safetensors faces:2 --rows 100 --quantile 0.9 >log
  grep -q "the 0.9 quantile of 100 rows" log || { cat log; exit 1; }
  "$gen" detect mixed-$model.safetensors faces:2 --rows 100 -o scores.csv >log
  grep -q "^10 of 100 rows are anomalies" log || { cat log; exit 1; }
  [[ $(grep -c ',1$' scores.csv) == 10 ]] || { echo "scores.csv does not have 10 anomalies"; exit 1; }
  "$gen" evaluate mixed-$model.safetensors faces:3 --rows 40 --importance 3 --mixture | grep -q "^coverage"
done
# What these commands find, as one line of JSON with keys that stay the same.
{
  "$gen" mixture vae.safetensors faces: "${small[@]}" --n-components 3 -o json.safetensors --json
  "$gen" threshold json.safetensors faces:2 --rows 100 --quantile 0.9 --force --json
  "$gen" detect json.safetensors faces:2 --rows 100 --json
  "$gen" detect json.safetensors folder --json
  "$gen" reconstruct vae.safetensors faces:3 --rows 40 -o back.npy --json
  "$gen" denoise denoiser.safetensors faces:3 --rows 40 -o clean.npy --json
} >found.json
python3 - found.json <<'END'
import json, sys
mixture, threshold, found, files, back, clean = map(json.loads, open(sys.argv[1]))
assert list(mixture) == ["n_components", "n_features", "n_rows", "log_likelihood", "n_iterations", "converged", "path"]
assert list(threshold) == ["threshold", "quantile", "n_rows", "path"] and threshold["path"] == "json.safetensors"
assert found["n_anomalies"] == len(found["anomalies"]) == 10 and found["threshold"] == threshold["threshold"]
scores = [row["score"] for row in found["anomalies"]]
assert scores == sorted(scores, reverse=True) and scores[-1] > found["threshold"] and "file" not in found["anomalies"][0]
assert all(row["file"].endswith((".png", ".jpg")) for row in files["anomalies"])
assert list(back) == ["n_rows", "squared_error", "psnr", "path"] and back["n_rows"] == 40
assert list(clean) == ["n_rows", "noisy_psnr", "cleaned_psnr", "path"]
END
"$gen" evaluate vae.safetensors faces:3 --training faces: --rows 40 --importance 5 >evaluate.log
for figure in SSIM "bound, nats" "active latents" "Frechet distance (few rows), pixels" coverage "distance to training"; do
  grep -q "^$figure" evaluate.log || { echo "no $figure"; cat evaluate.log; exit 1; }
done
"$gen" evaluate gan.safetensors faces:3 --rows 40 --json | grep -q '"two_sample_accuracy_pixels":{"value":' ||
  { echo "gen evaluate --json has no two-sample test"; exit 1; }
for picture in sample-{pca,vae,gan} reconstruct-{pca,denoiser,vae} denoise interpolate-{pca,denoiser,vae,gan} \
  mixed-{pca,denoiser,vae} \
  traverse traverse-gan smile manifold; do
  [[ -s $picture.png ]] || { echo "$picture.png is missing"; exit 1; }
done

# An interrupted fit saves the model and prints how to continue; the resumed result is bit-identical to a whole fit.
train=(train vae faces: "${small[@]}" --batch-size 32 --epochs 100 --schedule cosine --json)
: >json.log
"$gen" "${train[@]}" --watch stopped.html --checkpoint-steps 5 -o stopped.safetensors >json.log 2>stop.log &
fit=$!
for _ in {1..200}; do grep -q '"epoch":3,' json.log && break; sleep 0.05; done
# The page shows curves and samples during the fit.
for _ in {1..200}; do grep -q "samples after" stopped.html && break; sleep 0.05; done
for part in '"reload":3' 'alt="samples after [0-9]* epochs"' 'event.*epoch.*loss'; do
  grep -q "$part" stopped.html || { echo "no $part in the page of a fit"; kill $fit; exit 1; }
done
kill -INT $fit
code=0; wait $fit || code=$?
[[ $code == 130 ]] || { echo "an interrupted fit ended with $code"; cat stop.log; exit 1; }
grep -q -- '--resume' stop.log || { echo "the message does not mention --resume"; exit 1; }
grep -q "The fit has ended" stopped.html || { echo "the page waits for a fit that was stopped"; exit 1; }
if grep -q '"reload":3' stopped.html; then echo "the page of a stopped fit reloads itself"; exit 1; fi
"$gen" "${train[@]}" --watch stopped.html --checkpoint-steps 5 -o stopped.safetensors --resume >json.log
grep -q '"epoch":100,"epochs":100,' json.log || { tail -n 3 json.log; exit 1; }
[[ $(grep -c '"event":"epoch"' stopped.history.jsonl) == 100 ]] || { echo "the history has gaps"; exit 1; }
"$gen" "${train[@]}" -o whole.safetensors >json.log
for model in stopped whole; do "$gen" sample $model.safetensors -n 4 -o $model.npy; done
cmp stopped.npy whole.npy || { echo "a resumed fit differs from an uninterrupted one"; exit 1; }

# Every line of JSON is written at once: all lines of this fit are less than the 4 KiB that a pipe's writer holds
# back otherwise, and the first ones are read before the history has the last.
mkfifo lines
"$gen" train vae faces: --rows 3000 --size 16 --architecture convolutional --base-channels 16 --epochs 8 --json \
  -o piped.safetensors >lines 2>piped.log &
fit=$!
exec 3<lines
for event in start epoch; do
  read -r -t 60 line <&3 || { echo "gen train --json printed nothing for a minute"; kill $fit; exit 1; }
  [[ $line == "{\"event\":\"$event\","* ]] || { echo "expected the event $event, got: $line"; kill $fit; exit 1; }
done
if grep -q '"event":"saved"' piped.history.jsonl; then echo "JSON lines were written only after the fit"; exit 1; fi
kill $fit
exec 3<&-
wait $fit || true

# Progress goes to standard error, results to standard output; --quiet leaves results and errors.
"$gen" train vae faces: "${small[@]}" --hidden 8 --epochs 2 --threads 1 -o told.safetensors >told.log 2>progress.log
[[ ! -s told.log ]] || { echo "progress on standard output:"; cat told.log; exit 1; }
grep -q "epoch 2/2" progress.log || { cat progress.log; exit 1; }
grep -q "^dense VAE with" progress.log || { echo "the first line lacks the architecture"; cat progress.log; exit 1; }
# Data that teach nothing give a warning.
printf '1,2\n1,2\n1,2\n' >equal.csv
for model in "pca --n-components 1" "vae --epochs 1"; do
  # shellcheck disable=SC2086
  "$gen" train ${model%% *} equal.csv ${model#* } --force -o equal.safetensors >log 2>&1
  grep -q "^warning: all rows .*equal" log || { echo "no warning about equal rows"; cat log; exit 1; }
done
"$gen" train vae faces: "${small[@]}" --hidden 8 --epochs 2 --threads 2 -q -o quiet.safetensors >log 2>&1
"$gen" train pca faces: "${small[@]}" -q -o quiet-pca.safetensors >>log 2>&1
"$gen" sample quiet.safetensors -n 4 --quiet -o quiet.npy >>log 2>&1
"$gen" report quiet.safetensors faces:2 --rows 60 -q -o quiet.html >>log 2>&1
[[ ! -s log && -s quiet.html ]] || { echo "--quiet is not quiet:"; cat log; exit 1; }
"$gen" sample told.safetensors -n 4 -o told.npy
cmp told.npy quiet.npy || { echo "--threads changes results"; exit 1; }
"$gen" evaluate quiet.safetensors faces:3 --rows 40 --importance 3 -q | grep -q "^SSIM" || { echo "no results"; exit 1; }

# On a terminal long commands show their stage; percentages appear only in stages that take long enough.
if command -v script >/dev/null; then
  script -qec "'$gen' evaluate quiet.safetensors faces:3 --rows 100 --importance 300" /dev/null >log
  grep -q "estimating the likelihood" log || { echo "no progress on a terminal"; exit 1; }
fi

# The printed command creates the same model; a resumed fit rejects other options.
"$gen" info vae.safetensors --command >calls
for call in "gen train vae DATA .*--architecture convolutional .*--latent-size 3 " \
  'gen_model_create("vae", "height=16 width=16 channels=3 .*latent_size=3 .*binarize=true' \
  'generative.VAE(.*architecture="convolutional", .*latent_size=3, .*binarize=True.*).fit(data)'; do
  grep -q "^$call" calls || { echo "no $call in:"; cat calls; exit 1; }
done
"$gen" train vae faces: "${small[@]}" --architecture convolutional --latent-size 3 --hidden 30,20 --epochs 2 \
  --likelihood gaussian --schedule linear --schedule-factor 0.2 --warm-up 1 --seed 4 -q -o first.safetensors
command=$("$gen" info first.safetensors --command | grep '^gen ')
command=${command/#gen/\"\$gen\"} command=${command/DATA/faces: ${small[*]}} command=${command/MODEL/second.safetensors -q}
eval "$command"
for model in first second; do "$gen" sample $model.safetensors -n 4 -o $model.npy; done
cmp first.npy second.npy || { echo "not the same model: $command"; exit 1; }
"$gen" train vae faces: "${small[@]}" --latent-size 3 --hidden 30,20 --epochs 3 --resume -q -o second.safetensors
for other in "--latent-size 4" "--hidden 30" "--architecture dense" --conditional; do
  # shellcheck disable=SC2086
  if "$gen" train vae faces: "${small[@]}" --epochs 4 --resume -o second.safetensors $other 2>log; then
    echo "--resume with $other succeeded"; exit 1
  fi
  grep -q -- "--resume continues with the options of second.safetensors: ${other%% *} is" log || { cat log; exit 1; }
done

# Mistyped commands and options.
slip() {
  local message=$1
  shift
  if "$gen" "$@" >log 2>&1; then echo "gen $* succeeded"; exit 1; fi
  grep -q -- "$message" log || { echo "gen $*: no $message in:"; cat log; exit 1; }
}
slip "no command trian; did you mean train?" trian vae faces:
slip "no command vea; did you mean vae?" train vea faces:
slip "no command cat" train cat faces:
slip "Did you mean '--learning-rate'?" train vae faces: --learning-rat 1
slip "epochs must be between 1 and 1000000.*not -1" train vae faces: --epochs -1 -o slip.safetensors
slip "number must be between 1 and 100000, not -5" sample vae.safetensors -n -5
slip "threads must be between 1 and 64, not -2" sample vae.safetensors --threads -2

# The manual has a page for each command, with all of its options.
"$gen" generate-manual man
for command in "" train "train vae" sample report info; do
  name="gen $command" name=${name% } page=man/${name// /-}.1
  # shellcheck disable=SC2086
  "$gen" help $command >log
  for option in $(grep -o '^  \(-., \)\?--[a-z0-9-]*' log | grep -o -- '--.*'); do
    grep -q "^.B \(.*, \)\?${option//-/\\\\-}\(/.*\| <.*>\)\?$" $page || { echo "$page has no $option"; exit 1; }
  done
done
if command -v groff >/dev/null; then
  groff -man -Tutf8 -ww -z man/*.1 >log 2>&1
  [[ ! -s log ]] || { cat log; exit 1; }
fi

for shell in bash zsh fish; do "$gen" --generate-completion-script $shell >log; grep -q reconstruct log; done
for command in train "train vae" "train classifier" mixture threshold detect export sample encode reconstruct denoise interpolate traverse manifold info evaluate compare report demo; do
  # shellcheck disable=SC2086
  "$gen" $command --help >log
  grep -q "^gen $command\|^gen train" log || { echo "$command has no example"; exit 1; }
done
for mistake in "info /no/such/model" "sample out/autoencoder.safetensors" "train pca faces: -o pca.safetensors" \
  "train vae faces: -o vae.safetensors" "sample vae.safetensors -o a.gif" "encode vae.safetensors faces: -o latents/" \
  "threshold mixed-vae.safetensors faces:" "mixture vae.safetensors faces: -o pca.safetensors" "sample vae.safetensors --label 1" "sample out/vae.safetensors -n 0" \
  "demo --epochs 0" "demo --every 0" "info out/figures.txt" "train vae" "train vae faces: --epochs 0" \
  "train vae /no/such/folder" "train vae faces: --size 33 --architecture convolutional --depth 6" "train cat faces:" \
  "train vae faces: --resume -o /no/such.safetensors" \
  "train pca faces: --resume" "encode vae.safetensors faces: -o latents.png" "encode vae.safetensors $idx" \
  "train autoencoder faces: --tied --architecture convolutional" "train autoencoder faces: --sparsity kl" \
  "train autoencoder faces: --sparsity-weight 1" "train vae faces: --importance-samples 0" \
  "denoise vae.safetensors faces:" "sample vae.safetensors --mixture" "detect vae.safetensors faces:" \
  "mixture gan.safetensors faces:" "threshold gan.safetensors faces:" "threshold vae.safetensors faces: --quantile 2" \
  "mixture vae.safetensors faces: --rows 3" "traverse vae.safetensors faces: --direction nose" \
  "manifold gan.safetensors" "manifold vae.safetensors --x 2" "interpolate vae.safetensors --steps 1" "compare vae.safetensors --data nothing" \
  "export vae.safetensors -o vae.txt" "export vae.safetensors -o vae.onnx --weights i8" \
  "export vae.safetensors -o vae.onnx --content float16" "export vae.safetensors -o half.safetensors --part decoder" \
  "export vae.safetensors -o vae.onnx --part generator" "export vae.safetensors -o vae.c --name 2nd" \
  "export vae.safetensors -o vae.c --part decoder" "export vae.safetensors -o vae.json --name v" \
  "detect mixed-vae.safetensors faces: --json -o -" "evaluate vae.safetensors nothing" "evaluate gan.safetensors faces: --rows 3" "nonsense"; do
  # shellcheck disable=SC2086
  if "$gen" $mistake >log 2>&1; then echo "gen $mistake succeeded"; exit 1; fi
  [[ $(wc -l <log) == 1 ]] || { echo "gen $mistake did not fail with a one-line message:"; cat log; exit 1; }
done
