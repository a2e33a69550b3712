"""The output of gen: CSV with names and files, arrays, images and folders, by one rule for all commands."""

import csv
import ctypes
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import generative
import numpy as np
import pytest
from conftest import ROOT
from test_own_data import GEN, gen, needs_gen, picture, put

from generative import PCA, VAE, binarize, load, open_dataset, read_image
from generative._errors import check
from generative._handle import made
from generative._library import lib

pytestmark = needs_gen


def ran(*arguments, **more):
    done = gen(*arguments, **more)
    assert done.returncode == 0, done.stderr
    return done


def refused(*arguments, **more):
    done = gen(*arguments, **more)
    assert done.returncode != 0 and len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def table(text):
    header, *lines = csv.reader(io.StringIO(text))
    assert all(len(line) == len(header) for line in lines)
    return header, lines


def read_table(path):
    return table(path.read_text())


def numbers(lines, first=0):
    return np.array([[float(field) for field in line[first:]] for line in lines])


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Class folders with awkward names, two images with the same stem, and models of them."""
    root = tmp_path_factory.mktemp("tool")
    folder = root / "images"
    for number, name in enumerate(["boot", "ankle, left", "coat"]):
        for i in range(4):
            put(folder / name / f"{i}.png", picture(10 * number + i))
        put(folder / name / "deep" / "er" / "0.png", picture(10 * number + 9))
    put(folder / "coat" / "0.jpg", picture(77))
    ran("train", "pca", folder, "--n-components", 2, "-o", root / "pca.safetensors")
    options = ["--epochs", 1, "--latent-size", 2, "--hidden", 5, "--conditional"]
    ran("train", "vae", folder, *options, "-o", root / "vae.safetensors")
    options = ["--epochs", 1, "--latent-size", 2, "--hidden", 5, "--corruption", "gaussian"]
    ran("train", "autoencoder", folder, *options, "-o", root / "denoiser.safetensors")
    return root


@pytest.fixture(scope="module")
def wine(tmp_path_factory):
    """A table with names, a class and a name that needs quotes; a PCA, an autoencoder and a VAE of it."""
    root = tmp_path_factory.mktemp("table")
    random = np.random.default_rng(3)
    names = ["alcohol", "malic, acid", "ash"]
    rows = random.normal([12, 3, 1], [1, 0.5, 0.2], (60, 3))
    with open(root / "wine.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*names, "class"])
        writer.writerows([*row, ["red", "white"][i % 2]] for i, row in enumerate(rows))
    ran("train", "pca", root / "wine.csv", "--n-components", 2, "-o", root / "pca.safetensors")
    for kind in "autoencoder", "vae":
        options = ["--epochs", 2, "--latent-size", 2, "--hidden", 6]
        ran("train", kind, root / "wine.csv", *options, "-o", root / f"{kind}.safetensors")
    options = ["--epochs", 2, "--latent-size", 2, "--hidden", 6, "--conditional"]
    ran("train", "vae", root / "wine.csv", *options, "-o", root / "classes.safetensors")
    return root, names, rows


def test_latents_have_a_header_and_the_file_of_each_row(images):
    data = open_dataset(images / "images")
    ran("encode", images / "pca.safetensors", images / "images", "-o", images / "z.csv")
    header, lines = read_table(images / "z.csv")
    assert header == ["file", "z1", "z2"]
    assert [line[0] for line in lines] == data.paths and len(lines) == 16
    expected = load(images / "pca.safetensors").transform(data.read().reshape(16, -1))
    np.testing.assert_allclose(numbers(lines, 1), expected, atol=1e-5)
    ran("encode", images / "pca.safetensors", images / "images", "-o", images / "z.npy")
    np.testing.assert_allclose(np.load(images / "z.npy"), expected, atol=1e-5)
    done = ran("encode", images / "pca.safetensors", images / "images", "-o", "-")
    assert done.stdout == (images / "z.csv").read_text() and "16 x 2 latents" in done.stderr


def test_detect_names_the_files(images):
    model = images / "strange.safetensors"
    ran("threshold", images / "vae.safetensors", images / "images", "--quantile", 0.75, "-o", model)
    done = ran("detect", model, images / "images", "-o", images / "scores.csv")
    header, lines = read_table(images / "scores.csv")
    assert header == ["file", "score", "anomaly"]
    data = open_dataset(images / "images")
    assert [line[0] for line in lines] == data.paths
    scores = load(model).anomaly_scores(data.read(), labels=data.labels())
    np.testing.assert_allclose([float(line[1]) for line in lines], scores, rtol=1e-6)
    strange = {line[0] for line in lines if line[2] == "1"}
    assert len(strange) == 4 and {line[2] for line in lines} == {"0", "1"}
    told = [line.rsplit(None, 1) for line in done.stdout.splitlines()[1:]]
    assert {path for path, _ in told} == strange
    assert [float(score) for _, score in told] == sorted((float(score) for _, score in told), reverse=True)


def test_a_folder_gets_an_image_for_each_input(images):
    for command, model in ("reconstruct", "vae"), ("denoise", "denoiser"):
        out = images / command
        ran(command, images / f"{model}.safetensors", images / "images", "-o", f"{out}/")
        made = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
        places = [path.relative_to(images / "images") for path in sorted((images / "images").rglob("*.*g"))]
        expected = [str(path.with_suffix(".png")) for path in places]
        # Two files of one stem in one folder keep their endings.
        expected = [f"{place}.png" if expected.count(name) > 1 else name for place, name in zip(places, expected)]
        assert made == sorted(expected) and "coat/0.jpg.png" in made and "coat/0.png.png" in made
    data = open_dataset(images / "images")
    back = load(images / "vae.safetensors").reconstruct(data.read(), labels=data.labels())
    for row, path in enumerate(data.paths):
        if "coat/0." not in path:
            name = images / "reconstruct" / path.removeprefix(f"{images}/images/")
            np.testing.assert_allclose(read_image(name), back[row], atol=0.5 / 255 + 1e-4)


def test_inputs_are_never_overwritten(images):
    message = refused("reconstruct", images / "vae.safetensors", images / "images", "-o", images / "images")
    assert "is one of the input images" in message
    np.testing.assert_array_equal((read_image(images / "images" / "boot" / "1.png") * 255).round(), picture(1))


def test_paths_in_a_list_stay_inside_its_folder(images):
    (images / "lists").mkdir(exist_ok=True)
    (images / "lists" / "list.txt").write_text("../images/boot/1.png\n../images/boot/2.png\n../images/coat/1.png\n")
    out = images / "inner" / "out"
    ran("reconstruct", images / "pca.safetensors", images / "lists" / "list.txt", "-o", f"{out}/", "--size", "6x8")
    made = sorted(str(path.relative_to(images / "inner")) for path in (images / "inner").rglob("*.png"))
    assert made == ["out/boot/1.png", "out/boot/2.png", "out/coat/1.png"]


def test_samples_have_a_column_with_their_class(images):
    model = load(images / "vae.safetensors")
    done = ran("sample", images / "vae.safetensors", "-n", 5, "-o", "-", "--seed", 4)
    header, lines = table(done.stdout)
    assert header[:3] == ["label", "x1", "x2"] and len(header) == 1 + 6 * 8 * 3
    assert [line[0] for line in lines] == ["ankle, left", "boot", "coat", "ankle, left", "boot"]
    expected = model.sample(5, labels=[0, 1, 2, 0, 1], seed=4).reshape(5, -1)
    np.testing.assert_allclose(numbers(lines, 1), expected, atol=1e-6)
    ran("sample", images / "vae.safetensors", "-n", 5, "-o", f"{images}/new/")
    assert sorted(str(path.relative_to(images / "new")) for path in (images / "new").rglob("*.png")) == [
        "ankle, left/000.png", "ankle, left/003.png", "boot/001.png", "boot/004.png", "coat/002.png",
    ]  # fmt: skip
    assert open_dataset(images / "new").class_names == ["ankle, left", "boot", "coat"]
    for label in "coat", "2":
        done = ran("sample", images / "vae.safetensors", "-n", 2, "--label", label, "-o", "-")
        assert [line[0] for line in table(done.stdout)[1]] == ["coat", "coat"]
    assert "its classes are ankle, left, boot, coat" in refused("sample", images / "vae.safetensors", "--label", "hat")


@pytest.mark.parametrize("kind", ["pca", "autoencoder", "vae"])
def test_tables_come_back_with_the_names_of_their_columns(wine, kind, tmp_path):
    root, names, rows = wine
    model = root / f"{kind}.safetensors"
    if kind == "autoencoder":
        ran("mixture", model, root / "wine.csv", "--n-components", 2, "-o", tmp_path / "m.safetensors")
        ran("sample", tmp_path / "m.safetensors", "-n", 300, "--mixture", cwd=tmp_path)
    else:
        ran("sample", model, "-n", 300, cwd=tmp_path)
    header, lines = read_table(tmp_path / "samples.csv")
    assert header == names and len(lines) == 300
    assert (abs(numbers(lines).mean(0) - rows.mean(0)) < 3 * rows.std(0)).all()
    ran("reconstruct", model, root / "wine.csv", cwd=tmp_path)
    header, lines = read_table(tmp_path / "reconstructions.csv")
    assert header == names and len(lines) == 60
    fitted = load(model)
    if kind == "pca":
        expected = fitted.inverse_transform(fitted.transform(rows))
    else:
        expected = fitted.reconstruct(rows)
    np.testing.assert_allclose(numbers(lines), expected, rtol=1e-4, atol=1e-4)
    # What was written is data again.
    ran("evaluate", model, tmp_path / "samples.csv")
    ran("encode", model, tmp_path / "samples.csv", "-o", tmp_path / "z.csv")
    assert read_table(tmp_path / "z.csv")[0] == ["z1", "z2"]
    (tmp_path / "folder").mkdir()
    for out in "s.png", "folder", "new/":
        message = refused("reconstruct", model, root / "wine.csv", "-o", tmp_path / out)
        if out.endswith("/"):
            continue
        assert "rows of a table cannot be written as images: -o must end in .csv or .npy, or be -" in message
    assert "select them with --columns" in refused("encode", model, swapped(wine, tmp_path), "-o", "-")


def swapped(wine, folder):
    """The same table with the columns in another order."""
    _, names, rows = wine
    with open(folder / "swapped.csv", "w", newline="") as file:
        csv.writer(file).writerows([names[::-1], *rows[:, ::-1].tolist()])
    return folder / "swapped.csv"


def test_samples_of_a_table_with_classes_are_that_table(wine, tmp_path):
    root, names, _ = wine
    ran("sample", root / "classes.safetensors", "-n", 7, "-o", tmp_path / "s.csv")
    data = open_dataset(tmp_path / "s.csv")
    assert (data.class_names, data.column_names) == (["red", "white"], names)
    assert data.labels().tolist() == [0, 1, 0, 1, 0, 1, 0]


def test_standard_input_is_data(images, wine):
    root, names, rows = wine
    text = (root / "wine.csv").read_bytes()
    done = subprocess.run(
        [GEN, "reconstruct", root / "pca.safetensors", "-", "-o", "-"], input=text, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    header, lines = table(done.stdout.decode())
    assert header == names and len(lines) == 60
    buffer = io.BytesIO()
    np.save(buffer, rows)
    command = [GEN, "encode", root / "pca.safetensors", "-", "-o", "npy:-"]
    done = subprocess.run(command, input=buffer.getvalue(), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    latents = np.load(io.BytesIO(done.stdout))
    np.testing.assert_allclose(latents, load(root / "pca.safetensors").transform(rows.astype(np.float32)), atol=1e-4)

    image = (images / "images" / "boot" / "1.png").read_bytes()
    command = [GEN, "encode", images / "pca.safetensors", "-", "-o", "-"]
    done = subprocess.run(command, input=image, capture_output=True, timeout=60)
    assert table(done.stdout.decode())[1][0][0] == "-", done.stderr
    command = [GEN, "denoise", images / "denoiser.safetensors", "-", "-o", "png:-"]
    done = subprocess.run(command, input=image, capture_output=True, timeout=60)
    assert done.returncode == 0 and done.stdout.startswith(b"\x89PNG"), done.stderr
    assert b"6 x 8 x 3" in done.stderr
    # A model is fitted to it, and a test set is read as often as there are models.
    command = [GEN, "compare", root / "pca.safetensors", root / "vae.safetensors", "--data", "-", "--json"]
    done = subprocess.run(command, input=text, capture_output=True, timeout=60)
    assert [json.loads(line)["figures"]["n_rows"]["value"] for line in done.stdout.splitlines()] == [60, 60]
    done = subprocess.run([GEN, "encode", root / "pca.safetensors", "-"], input=b"<html>", capture_output=True)
    assert done.returncode != 0 and b"/proc" not in done.stderr and done.stderr.count(b"\n") == 1


MODELS = "exists: give another file with --out"


def test_a_model_is_never_overwritten_without_force(wine, tmp_path):
    root, _, _ = wine
    data, other = root / "wine.csv", tmp_path / "other.safetensors"
    short = ["--epochs", 1, "--latent-size", 2, "--hidden", 4]
    trains = [["pca", data, "--n-components", 1]] + [[kind, data, *short] for kind in ("autoencoder", "vae", "gan")]
    trains[-1] = ["gan", data, "--epochs", 1]
    trains.append(["classifier", data, "--epochs", 1, "--hidden", 4])
    for train in trains:
        out = tmp_path / f"{train[0]}.safetensors"
        ran("train", *train, "-o", out)
        before = out.read_bytes()
        assert MODELS in refused("train", *train, "-o", out)
        assert out.read_bytes() == before
        ran("train", *train, "-o", out, "--force")
        assert train[0] == "pca" or "--resume" in refused("train", *train, "-o", out)
    other.write_bytes(b"of another program")
    for command, more in ("mixture", ["--n-components", 2]), ("threshold", []):
        model = tmp_path / "vae.safetensors"
        assert MODELS in refused(command, model, data, *more, "-o", other)
        assert other.read_bytes() == b"of another program"
        # To add one loses nothing; to replace it does.
        ran(command, model, data, *more)
        assert f"already has a {command}" in refused(command, model, data, *more)
        same = tmp_path / "." / "vae.safetensors"
        assert f"already has a {command}" in refused(command, model, data, *more, "-o", same)
        ran(command, model, data, *more, "--force")
    ran("mixture", tmp_path / "vae.safetensors", data, "--n-components", 2, "-o", other, "--force")
    assert isinstance(load(other), VAE)
    assert isinstance(load(tmp_path / "pca.safetensors"), PCA)


@pytest.mark.parametrize("command", ["sample", "encode", "reconstruct", "detect", "denoise", "interpolate", "traverse"])
def test_a_name_without_a_form_is_refused(images, command):
    data = [] if command in ("sample", "interpolate", "traverse") else [images / "images"]
    model = images / ("denoiser.safetensors" if command == "denoise" else "pca.safetensors")
    message = refused(command, model, *data, "-o", images / "out.gif")
    assert "must end in .csv, .npy, .png, .jpg, .jpeg or / (a folder of images), or be -, npy:- or png:-" in message


def renamed(folder, target, seed):
    """The same images in the same classes under other names."""
    random = np.random.default_rng(seed)
    for sub in sorted(folder.iterdir()):
        files = sorted(sub.iterdir())
        (target / sub.name).mkdir(parents=True)
        for place, file in zip(random.permutation(len(files)), files):
            (target / sub.name / f"{place:04}.png").write_bytes(file.read_bytes())
    return target


def test_renamed_files_give_the_same_metrics(tmp_path):
    """Images whose content is correlated with their names, like video frames, in two classes of unequal size."""
    random = np.random.default_rng(8)
    for name, count, level in ("a", 300, 60), ("b", 100, 150):
        (tmp_path / "sorted" / name).mkdir(parents=True)
        for i in range(count):
            pixels = (level + 80 * i / count + random.normal(0, 12, (6, 6, 1))).clip(0, 255).astype(np.uint8)
            put(tmp_path / "sorted" / name / f"{i:04}.png", pixels)
    ran("train", "vae", tmp_path / "sorted", "--latent-size", 2, "--hidden", 16, "-o", tmp_path / "m.safetensors")
    figures = []
    for seed in range(3):
        folder = tmp_path / "sorted" if seed == 0 else renamed(tmp_path / "sorted", tmp_path / f"other{seed}", seed)
        done = ran("evaluate", tmp_path / "m.safetensors", folder, "-n", 120, "--importance", 5, "--json")
        figures.append(json.loads(done.stdout))
    for name, first in figures[0].items():
        for other in figures[1:]:
            if "standard_error" in first:
                assert abs(first["value"] - other[name]["value"]) < 4 * first["standard_error"], name
            elif name.startswith("frechet"):
                # The first 120 are of one class and dark: four times as far.
                assert 0.6 < first["value"] / other[name]["value"] < 1.7, (first, other[name])
            elif name in ("precision_pixels", "recall_pixels", "coverage_pixels"):
                assert abs(first["value"] - other[name]["value"]) < 0.2, name


def test_classes_are_matched_by_their_names(images, tmp_path):
    """With two of the three classes, which then have other numbers; and with other classes."""
    some = tmp_path / "some"
    for name in "boot", "coat":
        for i in range(4):
            put(some / name / f"{i}.png", picture({"boot": 0, "coat": 20}[name] + i))
    model = tmp_path / "m.safetensors"
    ran("threshold", images / "vae.safetensors", images / "images", "-o", model)
    loaded = load(model)
    rows = open_dataset(some).read()
    expected = loaded.anomaly_scores(rows, labels=[1] * 4 + [2] * 4)
    assert not np.allclose(expected, loaded.anomaly_scores(rows, labels=[0] * 4 + [1] * 4), rtol=1e-6)
    ran("detect", model, some, "-o", tmp_path / "s.csv")
    np.testing.assert_allclose([float(line[1]) for line in read_table(tmp_path / "s.csv")[1]], expected, rtol=1e-6)
    done = json.loads(ran("evaluate", model, some, "--importance", 2, "--json").stdout)
    _, kl = loaded.elbo(binarize(rows, seed=0), labels=[1] * 4 + [2] * 4)
    assert done["kl"]["value"] == pytest.approx(float(np.mean(kl)), rel=1e-4)
    ran("compare", model, images / "vae.safetensors", "--data", some, "--importance", 2)
    (some / "boot").rename(some / "shoe")
    for command in ["detect", model, some], ["evaluate", model, some], ["compare", model, "--data", some]:
        message = refused(*command)
        assert "the data have coat, shoe, but the model has ankle, left, boot, coat" in message
    assert "ankle, left, boot, coat" in refused("threshold", model, some, "--force")


def test_the_account_of_class_folders_is_exact(tmp_path):
    pytest.importorskip("PIL.Image")
    pytest.importorskip("sklearn")
    if not Path("/usr/share/datasets/fashion-mnist").exists():
        pytest.skip("Fashion-MNIST is not installed")
    subprocess.run([sys.executable, ROOT / "Benchmarks" / "own_data.py", tmp_path, "4"], check=True, timeout=120)
    expected = json.loads((tmp_path / "clothes.json").read_text())
    with pytest.warns(UserWarning, match="30 skipped"):
        data = open_dataset(tmp_path / "clothes")
    found = {"rows": len(data), "files": data.info.n_files}
    found.update(skipped=len(data.skipped), passed_over=len(data.passed_over))
    assert found == expected and len(data.class_names) == 10
    done = ran("train", "pca", tmp_path / "clothes", "--n-components", 2, "-o", tmp_path / "m.safetensors")
    assert f"40 rows of {expected['files']} files; 30 skipped (" in done.stderr
    assert f"; {expected['passed_over']} passed over: " in done.stderr
    for name in "wine", "breast_cancer", "digits":
        ran("train", "pca", tmp_path / f"{name}.csv", "--n-components", 2, "-o", tmp_path / f"{name}.safetensors")
        ran("sample", tmp_path / f"{name}.safetensors", "-o", tmp_path / f"{name}.new.csv")
        names = (tmp_path / f"{name}.csv").read_text().splitlines()[0].split(",")[:-1]
        assert (tmp_path / f"{name}.new.csv").read_text().splitlines()[0].split(",") == names


CALLS = {
    "pca": ["--n-components", 5, "--whiten"],
    "autoencoder": ["--hidden", "30,20", "--corruption", "salt-and-pepper", "--epochs", 2, "--seed", 3],
    "vae": ["--conditional", "--latent-size", 3, "--kl-schedule", "linear", "--epochs", 2,
            "--patience", 5, "--validation", 0.2],
    "gan": ["--latent", "uniform", "--epochs", 1, "--schedule", "step", "--schedule-factor", 0.5,
            "--schedule-period", 3],
    "classifier": ["--hidden", 9, "--epochs", 2, "--clip-norm", 0.5, "--optimizer", "sgd"],
}  # fmt: skip


@pytest.mark.parametrize("kind", CALLS)
def test_the_calls_that_info_prints_make_the_same_model(tmp_path, kind):
    path, data = tmp_path / "m.safetensors", generative.faces(60, size=16)
    ran("train", kind, "faces:", "--rows", 60, "--size", 16, *CALLS[kind], "-o", path)
    calls = json.loads(ran("info", path, "--command", "--json").stdout)
    if "--validation" in CALLS[kind]:
        data = data.split(0.2)[0]  # which rows were held out is not in the file
        calls = {name: re.sub(r",? patience=5", "", call) for name, call in calls.items()}

    def weights(model):
        model.save(tmp_path / "w.safetensors")
        return safetensors(tmp_path / "w.safetensors")

    expected = weights(load(path))
    model = eval(calls["python"], {"generative": generative, "data": data})
    assert weights(model) == expected
    create, *fit = re.findall(r'gen_\w+_create\("\w+", "(.*?)"', calls["c"])
    handle = made(lib.gen_model_create, kind.encode(), create.encode(), None)
    if kind == "pca":
        check(lib.gen_pca_fit(handle, data._handle, None))
    else:
        options = made(lib.gen_struct_create, b"fit", fit[0].encode())
        check(lib.gen_model_fit(handle, data._handle, ctypes.cast(options, lib.gen_model_fit.argtypes[2]), None))
        lib.gen_struct_destroy(options)
    check(lib.gen_model_save(handle, str(tmp_path / "c.safetensors").encode(), 0))
    lib.gen_model_destroy(handle)
    assert weights(load(tmp_path / "c.safetensors")) == expected


def safetensors(path):
    """The tensors of a model's parameters in a file, as bytes by name."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header, data = json.loads(file.read(size)), file.read()
    return {
        name: data[slice(*entry["data_offsets"])]
        for name, entry in header.items()
        if name != "__metadata__" and not name.startswith("optimizer")
    }


def test_a_manifold_is_that_of_python(images, tmp_path):
    grid = ["--rows", 3, "--columns", 5, "--x", 2, "--y", 1, "--label", "boot"]
    ran("manifold", images / "vae.safetensors", *grid, "-o", tmp_path / "m.npy")
    expected = load(images / "vae.safetensors").manifold(3, 5, latent_x=1, latent_y=0, labels=1)
    np.testing.assert_array_equal(np.load(tmp_path / "m.npy").ravel(), expected.ravel())
