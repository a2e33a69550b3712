"""Models that left: what ONNX Runtime and compiled C compute of them, beside what the library does."""

import ctypes
import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest

from conftest import ROOT

import generative
from generative import GAN, PCA, VAE, Autoencoder, Classifier

pytestmark = pytest.mark.filterwarnings("ignore:the model has made fewer than 100 steps")
ROWS = 96
#: Of the largest output.
TOLERANCE = 1e-6
FIT = {"epochs": 2, "batch_size": 32, "seed": 3}
PICTURE = (6, 7, 2)  # padded to 8 x 8 by two halvings
CONVOLUTIONAL = {"architecture": "convolutional", "base_channels": 4, "depth": 2}
LATENTS = 5
SMALL = {"generator_hidden": (17,), "discriminator_hidden": (9,)}


def pictures(n=ROWS):
    random = np.random.default_rng(11)
    factors, patterns = random.random((n, 4)), random.random((4, np.prod(PICTURE)))
    x = np.clip(factors @ patterns / 3 + 0.1 * random.random((n, len(patterns[0]))), 0, 1)
    return x.astype(np.float32).reshape(n, *PICTURE)


def table(n=ROWS):
    """Columns in units of their own: of a large mean, of a small deviation, and one that never changes."""
    random = np.random.default_rng(12)
    plain = random.normal(size=(n, 3)) @ random.normal(size=(3, 6)) + 0.1 * random.normal(size=(n, 6))
    return (plain * [1, 40, 3, 1e-4, 2, 0] + [5, -300, 1e6, 0.5, 0, 7]).astype(np.float32)


LABELS = np.arange(ROWS) % 3

#: What makes each model: a class, its options, and its data.
MODELS = {
    "pca of a table": (PCA, {"n_components": 4}, table),
    "pca, whitened": (PCA, {"n_components": 4, "whiten": True}, table),
    "pca of pictures": (PCA, {"n_components": 7}, lambda: pictures().reshape(ROWS, -1)),
    "autoencoder": (Autoencoder, {"hidden": (17, 9), "dropout": 0.1}, pictures),
    "autoencoder of a table": (Autoencoder, {"hidden": (8,)}, table),
    "autoencoder, tied": (Autoencoder, {"hidden": (17,), "tied": True, "activation": "tanh"}, pictures),
    "autoencoder, cross-entropy": (
        Autoencoder, {"loss": "cross_entropy", "activation": "elu", "hidden": (17,)}, pictures,
    ),
    "autoencoder, softplus": (
        Autoencoder, {"activation": "softplus", "latent_activation": "sigmoid", "hidden": (17,)}, pictures,
    ),
    "autoencoder, convolutional": (Autoencoder, {"batch_norm": True, "hidden": (17,), **CONVOLUTIONAL}, pictures),
    "autoencoder, U-Net": (Autoencoder, {"skips": True, "hidden": (), **CONVOLUTIONAL}, pictures),
    "vae": (VAE, {"hidden": (17,), "pixel_bias": True}, pictures),
    "vae of a table": (VAE, {"hidden": (8,)}, table),
    "vae, a variance for each pixel": (
        VAE, {"likelihood": "gaussian", "learned_variance": "pixel", "hidden": (17,)}, pictures,
    ),
    "vae, conditional": (VAE, {"hidden": (17,), "n_classes": 3}, pictures),
    "vae, convolutional": (VAE, {"pixel_bias": True, "hidden": (17,), **CONVOLUTIONAL}, pictures),
    "vae, convolutional, conditional": (
        VAE, {"batch_norm": True, "n_classes": 3, "hidden": (17,), **CONVOLUTIONAL}, pictures,
    ),
    "gan": (GAN, SMALL, pictures),
    "gan of a table": (GAN, {}, table),
    "gan, conditional": (GAN, {"n_classes": 3, "output_activation": "tanh", **SMALL}, pictures),
    "gan, least squares": (GAN, {"objective": "least_squares", "latent": "uniform", **SMALL}, pictures),
    "gan, convolutional": (GAN, CONVOLUTIONAL, pictures),
    "gan, convolutional, conditional": (GAN, {"n_classes": 3, **CONVOLUTIONAL}, pictures),
    "gan, projection, spectral norm": (
        GAN, {"n_classes": 3, "projection": True, "spectral_norm": True, **CONVOLUTIONAL}, pictures),
    "classifier": (Classifier, {"hidden": (17, 9)}, pictures),
    "classifier of a table": (Classifier, {}, table),
    "classifier, convolutional": (Classifier, {"batch_norm": True, **CONVOLUTIONAL}, pictures),
}
PARTS = {
    PCA: ("encoder", "decoder", "reconstruction", "score"),
    Autoencoder: ("encoder", "decoder", "reconstruction", "score"),
    VAE: ("encoder", "decoder", "reconstruction", "score"),
    GAN: ("generator", "discriminator"),
    Classifier: ("classifier",),
}


def parts(name):
    return ("reconstruction", "score") if "U-Net" in name else PARTS[MODELS[name][0]]


EVERY = pytest.mark.parametrize("name", MODELS)
EVERY_PART = pytest.mark.parametrize("name, part", [(name, part) for name in MODELS for part in parts(name)])


class Fitted:
    """A model with inputs, and what the library computes of each part."""

    def __init__(self, name):
        kind, options, data = MODELS[name]
        self.x, self.is_table = data(), data is table
        sizes = {} if kind in (PCA, Classifier) else {"latent_size": LATENTS}
        fit = {} if kind is PCA else FIT
        self.model = kind(**sizes, **options, **fit)
        self.model.fit(self.x, *([] if kind is PCA else [LABELS]))
        self.is_conditional = options.get("n_classes", 0) > 0
        self.labels = LABELS.astype(np.int32) if self.is_conditional else None
        self.given = {"labels": self.labels} if self.is_conditional else {}
        count = self.model.n_components_ if kind is PCA else LATENTS
        self.z = np.random.default_rng(13).standard_normal((ROWS, count), np.float32)

    def input(self, part):
        return self.z if part in ("decoder", "generator") else self.x

    def outputs(self, part):
        """The library's, by name."""
        model, x, z, given = self.model, self.x, self.z, self.given
        if part == "encoder" and isinstance(model, VAE):
            return dict(zip(("mean", "log_variance"), model.encode(x, **given)))
        if isinstance(model, PCA):
            latents = model.transform(x)
            of = {
                "encoder": lambda: ("latents", latents),
                "decoder": lambda: ("rows", model.inverse_transform(z)),
                "reconstruction": lambda: ("reconstructions", model.inverse_transform(latents)),
                "score": lambda: ("scores", model.anomaly_scores(x)),
            }
        else:
            of = {
                "encoder": lambda: ("latents", model.encode(x)),
                "decoder": lambda: ("rows", model.decode(z, **given)),
                "generator": lambda: ("rows", model.generate(z, **given)),
                "discriminator": lambda: ("probabilities", model.discriminate(x, **given)),
                "classifier": lambda: ("probabilities", model.predict_proba(x)),
                "reconstruction": lambda: ("reconstructions", model.reconstruct(x, **given)),
                "score": lambda: ("scores", model.anomaly_scores(x, **given)),
            }
        return dict([of[part]()])


@pytest.fixture(scope="module")
def fitted():
    made = {}

    def get(name):
        if name not in made:
            made[name] = Fitted(name)
        return made[name]

    return get


def distance(theirs, ours):
    """The largest difference of the first rows, relative to the largest output of all rows."""
    return np.abs(theirs.astype(np.float64) - ours[: len(theirs)]).max() / np.abs(ours).max()


def check_distance(case, part, theirs, ours):
    """Compares outputs; in a table's rows each column by itself, whose units differ."""
    if case.is_table and part in ("decoder", "generator", "reconstruction"):
        for their, our in zip(theirs.T, ours.T):
            assert distance(their, our) <= TOLERANCE
    elif isinstance(case.model, PCA) and part == "score":
        # A distance to the subspace that is small beside the row has the rounding errors of the row.
        largest = np.square(case.x - case.model.mean_).sum(1).max()
        assert np.abs(theirs - ours[: len(theirs)]).max() <= TOLERANCE * largest
    else:
        assert distance(theirs, ours) <= TOLERANCE


# ---- ONNX ----


@EVERY_PART
def test_onnx_runtime_computes_what_the_library_does(name, part, fitted, tmp_path):
    onnx, onnxruntime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    case, path = fitted(name), tmp_path / "part.onnx"
    case.model.export_onnx(path, part)
    onnx.checker.check_model(str(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs = {session.get_inputs()[0].name: case.input(part)}
    if case.is_conditional:
        inputs["labels"] = case.labels
    ours = case.outputs(part)
    # Also a single row, since the number of rows is free.
    for count in (ROWS, 1):
        theirs = session.run(list(ours), {name: rows[:count] for name, rows in inputs.items()})
        for their, our in zip(theirs, ours.values()):
            assert their.shape == our[:count].shape and their.dtype == np.float32
            check_distance(case, part, their, our)


@EVERY
def test_the_same_model_gives_the_same_bytes(name, fitted, tmp_path):
    model = fitted(name).model
    again = generative.load(save(model, tmp_path / "model.safetensors"))
    for part in parts(name):
        for number, one in enumerate((model, again)):
            one.export_onnx(tmp_path / f"{number}.onnx", part)
        assert (tmp_path / "0.onnx").read_bytes() == (tmp_path / "1.onnx").read_bytes()
    for number, one in enumerate((model, again)):
        one.export_c(tmp_path / f"{number}.c")
    assert (tmp_path / "0.c").read_text() == (tmp_path / "1.c").read_text()


def save(model, path):
    model.save(path)
    return path


def test_winograd_convolutions_differ_by_1e_5_at_most(tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    x = np.random.default_rng(5).random((32, 32, 32, 3), np.float32)
    options = {"architecture": "convolutional", "base_channels": 32, "depth": 2, "epochs": 1, "batch_size": 16}
    vae = VAE(8, **options).fit(x)
    for part, ours in (("encoder", vae.encode(x)[0]), ("reconstruction", vae.reconstruct(x))):
        vae.export_onnx(tmp_path / "part.onnx", part)
        session = onnxruntime.InferenceSession(str(tmp_path / "part.onnx"), providers=["CPUExecutionProvider"])
        assert distance(session.run(None, {"rows": x})[0], ours) <= 1e-5


def test_the_first_part_is_written_unless_another_is_asked_for(fitted, tmp_path):
    for name, first in (("vae", "encoder"), ("gan", "generator"), ("autoencoder, U-Net", "reconstruction")):
        model = fitted(name).model
        model.export_onnx(tmp_path / "default.onnx")
        model.export_onnx(tmp_path / "first.onnx", first)
        assert (tmp_path / "default.onnx").read_bytes() == (tmp_path / "first.onnx").read_bytes()


# ---- JSON, and the programs made of it: PyTorch, Keras and the script of a report's page ----


def check_outputs(case, part, found):
    """Compares a part's outputs, one array or several, with the library's."""
    for their, our in zip(found if isinstance(found, (tuple, list)) else [found], case.outputs(part).values(), strict=True):
        assert their.shape == our[: len(their)].shape
        check_distance(case, part, their, our)


@EVERY_PART
def test_a_pytorch_module_computes_what_the_library_does(name, part, fitted):
    torch = pytest.importorskip("torch")
    case = fitted(name)
    inputs = [torch.from_numpy(rows) for rows in (case.input(part), case.labels) if rows is not None]
    module = case.model.to_torch(part)
    with torch.no_grad():
        found = module(*inputs)
    check_outputs(case, part, [y.numpy() for y in found] if isinstance(found, tuple) else found.numpy())


@EVERY_PART
def test_a_keras_model_computes_what_the_library_does(name, part, fitted):
    os.environ.setdefault("KERAS_BACKEND", "torch")
    pytest.importorskip("keras")
    case = fitted(name)
    inputs = [rows for rows in (case.input(part), case.labels) if rows is not None]
    found = case.model.to_keras(part).predict_on_batch(inputs if len(inputs) > 1 else inputs[0])
    check_outputs(case, part, found)


def test_a_pytorch_module_can_be_trained(fitted):
    torch = pytest.importorskip("torch")
    case = fitted("autoencoder, convolutional")
    module, rows = case.model.to_torch("reconstruction"), torch.from_numpy(case.x)
    assert sum(p.numel() for p in module.parameters()) > 0.9 * case.model.n_parameters_
    optimizer, losses = torch.optim.Adam(module.parameters(), 1e-2), []
    for _ in range(20):
        loss = ((module(rows) - rows) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    assert losses[-1] < 0.9 * losses[0]


def test_a_keras_model_is_saved_and_loaded_by_keras(fitted, tmp_path):
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras")
    for name, part in (("vae, convolutional, conditional", "reconstruction"), ("vae of a table", "score")):
        case = fitted(name)
        inputs = [case.x] if case.labels is None else [case.x, case.labels]
        model = case.model.to_keras(part)
        model.save(tmp_path / "part.keras")
        again = keras.models.load_model(tmp_path / "part.keras")
        np.testing.assert_allclose(again.predict_on_batch(inputs), model.predict_on_batch(inputs), rtol=1e-6)


SCRIPT = """
const {readFileSync} = require("fs");
const [folder, script] = process.argv.slice(2);
const Program = new Function(readFileSync(script, "utf8") + "; return Program;")();
const program = new Program(JSON.parse(readFileSync(folder + "/part.json")));
const {rows, labels} = JSON.parse(readFileSync(folder + "/rows.json"));
const found = rows.map((row, i) => Object.values(program.run(Float32Array.from(row), labels?.[i])).map((y) => [...y]));
console.log(JSON.stringify(found));
"""


@EVERY
def test_the_script_of_a_page_computes_what_the_library_does(name, fitted, tmp_path):
    if not shutil.which("node"):
        pytest.skip("Node.js is not installed")
    case = fitted(name)
    for part in parts(name):
        (tmp_path / "part.json").write_text(case.model.to_json(part))
        rows, labels = case.input(part)[:5], None if case.labels is None else case.labels[:5].tolist()
        (tmp_path / "rows.json").write_text(json.dumps({"rows": rows.reshape(5, -1).tolist(), "labels": labels}))
        script = ROOT / "Sources" / "gen" / "Report" / "Page" / "program.js"
        run = subprocess.run(
            ["node", "-e", SCRIPT, "-", tmp_path, script], capture_output=True, text=True, check=True
        )
        found = zip(*json.loads(run.stdout))
        ours = case.outputs(part).values()
        check_outputs(case, part, [np.array(y, np.float32).reshape(5, *our.shape[1:]) for y, our in zip(found, ours)])


# ---- C ----

VERBS = {
    "encoder": "encode", "decoder": "decode", "generator": "generate", "discriminator": "discriminate",
    "classifier": "classify", "reconstruction": "reconstruct", "score": "score",
}
STRICT = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror")


class Compiled:
    """An exported file as a shared library."""

    def __init__(self, path, name):
        library = path.with_suffix(".so")
        subprocess.run(["cc", "-O2", *STRICT, "-shared", "-fPIC", path, "-o", library, "-lm"], check=True)
        self.library, self.name = ctypes.CDLL(str(library)), name
        self.scratch = np.empty(int(path.read_text().split("_SCRATCH = ")[1].split(" ")[0]), np.float32)

    def __call__(self, part, rows, labels, outputs):
        """The outputs of every row, in arrays like these."""
        function = getattr(self.library, f"{self.name}_{VERBS[part]}")
        returns = len(outputs) == 1 and outputs[0].ndim == 1
        function.restype = ctypes.c_float if returns else None
        results = [np.empty(output.shape, np.float32) for output in outputs]
        for i, row in enumerate(rows):
            arguments = [pointer(row)] + ([] if labels is None else [int(labels[i])])
            arguments += [] if returns else [pointer(result[i]) for result in results]
            result = function(*arguments, pointer(self.scratch))
            if returns:
                results[0][i] = result
        return results


def pointer(array):
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_float))


@EVERY
def test_compiled_c_computes_what_the_library_does(name, fitted, tmp_path):
    case, path = fitted(name), tmp_path / "model.c"
    case.model.export_c(path)
    compiled = Compiled(path, "model")
    for part in parts(name):
        ours = list(case.outputs(part).values())
        for their, our in zip(compiled(part, case.input(part), case.labels, ours), ours):
            check_distance(case, part, their, our)


@EVERY
@pytest.mark.parametrize("weights", ["f32", "i8"])
def test_both_compilers_accept_the_c_file(name, weights, fitted, tmp_path):
    path = tmp_path / "model.c"
    fitted(name).model.export_c(path, "my_model", weights)
    # gcc's warnings of uninitialized values need its optimizer.
    for compiler in (("gcc", "-O1", "-S", "-o", tmp_path / "model.s"), ("clang", "-fsyntax-only")):
        if shutil.which(compiler[0]):
            subprocess.run([*compiler, *STRICT, path], check=True)


@pytest.mark.parametrize("name", ["vae", "vae, conditional", "gan", "gan, least squares"])
def test_samples_in_c_are_the_librarys(name, fitted, tmp_path):
    case, path = fitted(name), tmp_path / "model.c"
    case.model.export_c(path)
    compiled = Compiled(path, "model")
    sample = compiled.library.model_sample
    for seed in (1, 2**40 + 5):
        ours = case.model.sample(6, seed=seed, **({"labels": LABELS[:6]} if case.is_conditional else {}))
        theirs = np.empty_like(ours)
        for i in range(6):
            label = [int(LABELS[i])] if case.is_conditional else []
            sample(ctypes.c_uint64(seed), ctypes.c_uint32(i), *label, pointer(theirs[i]), pointer(compiled.scratch))
        assert distance(theirs, ours) <= 5 * TOLERANCE


def test_the_threshold_goes_along(fitted, tmp_path):
    case = fitted("autoencoder")
    model = generative.load(save(case.model, tmp_path / "model.safetensors"))
    model.export_c(tmp_path / "without.c")
    assert "threshold" not in (tmp_path / "without.c").read_text()
    threshold = model.fit_threshold(case.x).threshold_
    model.export_c(tmp_path / "model.c")
    compiled = Compiled(tmp_path / "model.c", "model")
    assert ctypes.c_float.in_dll(compiled.library, "model_threshold").value == pytest.approx(threshold, rel=1e-7)


def test_integer_weights_detect_the_same_anomalies(tmp_path):
    """The area under the curve of scores, of a detector that has learned one of two kinds of rows."""
    random = np.random.default_rng(17)
    patterns = random.random((3, 64))
    normal = np.clip(random.random((800, 3)) @ patterns / 3 + 0.05 * random.random((800, 64)), 0, 1)
    strange = np.clip(normal[:400] + 0.1 * random.standard_normal((400, 64)), 0, 1)
    rows = np.concatenate([normal[400:], strange]).astype(np.float32)
    model = Autoencoder(4, hidden=(16,), epochs=60, seed=1).fit(normal[:400].astype(np.float32))
    model.export_c(tmp_path / "model.c", "detector", "i8")
    ours = model.anomaly_scores(rows)
    theirs = Compiled(tmp_path / "model.c", "detector")("score", rows, None, [ours])[0]

    def area(scores):
        return (scores[400:, None] > scores[None, :400]).mean()

    assert 0.7 < area(ours) < 0.999
    assert abs(area(theirs) - area(ours)) < 0.005


LINKER_SCRIPT = """
MEMORY { FLASH (rx) : ORIGIN = 0, LENGTH = 256K  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K }
SECTIONS {
  .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) } > FLASH
  .data : { *(.data*) } > RAM AT > FLASH
  .bss : { *(.bss*) *(COMMON) } > RAM
}
"""
#: Prints the score of every row through the emulator, or computes every part once.
FIRMWARE = """
#define detector_HEADER
#include "detector.c"
#include "rows.h"
static float scratch[detector_SCRATCH], row[64], latents[4];
static volatile float sink;
static int error_number;
int *__errno(void) { return &error_number; }
static void host(int operation, void *argument) {
  register int r0 __asm__("r0") = operation;
  register void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
void reset(void) {
  for (int i = 0; i < N_ROWS; ++i) {
    const union { float number; unsigned bits; } score = {detector_score(rows[i], scratch)};
    char text[10] = {0};
    for (int k = 0; k < 8; ++k) text[k] = "0123456789abcdef"[score.bits >> (28 - 4 * k) & 15];
    text[8] = ' ';
    host(4, text);
  }
  detector_encode(rows[0], latents, scratch);
  detector_decode(latents, row, scratch);
  sink = row[0];
  host(0x18, (void *)0x20026);
}
__attribute__((section(".vectors"), used)) static void *const vectors[] = {(void *)0x20010000, (void *)reset};
"""


@pytest.mark.parametrize("weights", ["f32", "i8"])
def test_a_detector_fits_a_microcontroller(weights, tmp_path):
    """A 64-16-4-16-64 autoencoder on an emulated Cortex-M3: in 12 KB of flash and 1 KB of memory with 8-bit weights."""
    if not (shutil.which("arm-none-eabi-gcc") and shutil.which("qemu-system-arm")):
        pytest.skip("needs arm-none-eabi-gcc and qemu-system-arm")
    x = np.random.default_rng(4).random((200, 64), np.float32)
    model = Autoencoder(4, hidden=(16,), epochs=5, seed=1).fit(x)
    model.export_c(tmp_path / "detector.c", "detector", weights)
    rows = ",".join("{" + ",".join(f"{value!r}f" for value in row) + "}" for row in x[:20].tolist())
    (tmp_path / "rows.h").write_text(f"enum {{ N_ROWS = 20 }};\nstatic const float rows[20][64] = {{{rows}}};\n")
    (tmp_path / "main.c").write_text(FIRMWARE)
    (tmp_path / "link.ld").write_text(LINKER_SCRIPT)

    def run(*command):
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)

    target = ("arm-none-eabi-gcc", "-mcpu=cortex-m3", "-mthumb", "-Os", "-ffunction-sections", "-fdata-sections")
    run(*target, *STRICT, "-fstack-usage", "-c", "detector.c", "-o", "detector.o")
    link = ("-std=c99", "-nostartfiles", "-Wl,--gc-sections", "-Wl,-ereset", "-Tlink.ld")
    run(*target, *link, "main.c", "detector.o", "-o", "main.elf", "-lm", "-lc", "-lgcc")
    text, data, bss = map(int, run("arm-none-eabi-size", "main.elf").stdout.split("\n")[1].split()[:3])
    stack = max(int(line.split()[1]) for line in (tmp_path / "detector.su").read_text().splitlines())
    flash, memory = text + data - x[:20].nbytes, data + bss + stack
    print(f"{weights}: {flash} bytes of flash, {memory} bytes of memory")
    if weights == "i8":
        assert flash <= 12 * 1024 and memory <= 1024
    machine = ("-M", "lm3s6965evb", "-nographic", "-semihosting-config", "enable=on,target=native")
    shown = run("qemu-system-arm", *machine, "-kernel", "main.elf")
    words = re.findall(r"\b[0-9a-f]{8}\b", shown.stdout + shown.stderr)
    scores = np.array([int(word, 16) for word in words], np.uint32).view(np.float32)
    ours = model.anomaly_scores(x)
    if weights == "i8":
        ours = Compiled(tmp_path / "detector.c", "detector")("score", x, None, [ours])[0]
    assert len(scores) == 20 and distance(scores, ours) <= TOLERANCE


def test_the_file_is_its_own_header(fitted, tmp_path):
    fitted("vae").model.export_c(tmp_path / "vae.c", "vae")
    program = '#define vae_HEADER\n#include "vae.c"\n#include "vae.c"\nint main(void) { return vae_SCRATCH < 1; }\n'
    (tmp_path / "main.c").write_text(program)
    subprocess.run(["cc", *STRICT, "-c", "main.c", "-o", "main.o"], cwd=tmp_path, check=True)


# ---- What is refused ----


def test_parts_that_a_model_lacks_are_refused_by_name(fitted, tmp_path):
    for name in ("pca of a table", "autoencoder, U-Net", "vae", "gan", "classifier"):
        model = fitted(name).model
        for part in set(VERBS) - set(parts(name)):
            for export in (lambda part: model.export_onnx(tmp_path / "part.onnx", part), model.to_json, model.to_torch):
                with pytest.raises(generative.InvalidArgumentError, match=f"no {part} to export; it has: ") as error:
                    export(part)
                assert all(part in str(error.value) for part in parts(name))
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_leaves_the_old_file(fitted, tmp_path):
    model = fitted("vae").model
    for write in (model.export_onnx, model.export_c):
        with pytest.raises(generative.FileError, match="no/such/file"):
            write(tmp_path / "no/such/file")
    old = tmp_path / "model.c"
    old.write_text("kept")
    for name in ("", "2nd", "a-b", "é", "a" * 64, "a b"):
        with pytest.raises(generative.InvalidArgumentError, match="C identifier"):
            model.export_c(old, name)
    with pytest.raises(ValueError, match="weights must be one of 'f32', 'i8'"):
        model.export_c(old, weights="f16")
    for export in (lambda part: model.export_onnx(old, part), model.to_json, model.to_keras):
        with pytest.raises(ValueError, match="part must be one of 'encoder'"):
            export("middle")
    for export in (VAE().to_json, VAE().to_torch):
        with pytest.raises(generative.NotFittedError):
            export()
    assert old.read_text() == "kept" and len(list(tmp_path.iterdir())) == 1


def test_models_that_are_not_fitted_are_refused(tmp_path):
    for model in (PCA(2), VAE(2), GAN(), Autoencoder(2), Classifier(2)):
        for write in (model.export_onnx, model.export_c):
            with pytest.raises(generative.NotFittedError):
                write(tmp_path / "model")
