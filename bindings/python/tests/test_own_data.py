"""A user's own images and tables: labels and names are read, every file is accounted for, no option is ignored."""

import csv
import gzip
import io
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import threading
import time
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from generative import (
    PCA,
    VAE,
    Classifier,
    Context,
    Dataset,
    Image,
    InvalidArgumentError,
    faces,
    load,
    open_dataset,
    write_image,
)

LIBRARY = Path(os.environ["GENERATIVE_LIBRARY"])
GEN = LIBRARY.resolve().parent / "gen"
needs_gen = pytest.mark.skipif(not GEN.exists(), reason="the tool is not built")


def picture(seed, shape=(6, 8, 3)):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def put(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, pixels)


def gen(*arguments, **more):
    return subprocess.run([GEN, *map(str, arguments)], capture_output=True, text=True, timeout=60, **more)


FOREIGN = {
    "WebP": b"RIFF\x24\0\0\0WEBPVP8 " + bytes(20),
    "GIF": b"GIF89a" + bytes(20),
    "BMP": b"BM" + bytes(40),
    "TIFF": b"II*\0" + bytes(20),
    "HTML": b"<!DOCTYPE html><html><body>not found</body></html>",
    "empty": b"",
    "zip": b"PK\x03\x04" + bytes(40),
    "text": b"a note\n",
}


@pytest.fixture
def classes(tmp_path):
    """Folders of three classes, with a nested one; 12 pictures."""
    root = tmp_path / "classes"
    for number, name in enumerate(["boot", "ankle", "coat"]):
        for i in range(3):
            put(root / name / f"{i}.png", picture(10 * number + i))
        put(root / name / "deep" / "er" / "x.png", picture(10 * number + 9))
    return root


# ---- folders of classes


def test_sub_folders_are_classes_by_name(classes):
    data = open_dataset(classes)
    paths = sorted(str(path) for path in classes.rglob("*.png"))
    assert data.class_names == ["ankle", "boot", "coat"]
    assert data.paths == paths
    expected = [data.class_names.index(Path(path).relative_to(classes).parts[0]) for path in paths]
    assert data.labels().tolist() == expected
    assert data.shape == (6, 8, 3)
    seeds = {"boot": 0, "ankle": 10, "coat": 20}
    for row, path in zip(data.read(), paths):
        name, *_, file = Path(path).relative_to(classes).parts
        seed = seeds[name] + (9 if file == "x.png" else int(file[0]))
        np.testing.assert_allclose(row, picture(seed) / 255.0, atol=1e-6)
    assert data.account == "12 rows of 12 files" and data.info.n_files == 12


def test_views_keep_names_and_paths(classes):
    data = open_dataset(classes)
    part = data.slice(5, 4)
    assert part.paths == data.paths[5:9] and part.class_names == data.class_names
    assert part.info.n_classes == 3
    assert part.slice(1, 2).paths == data.paths[6:8]


def test_models_keep_class_names_in_their_files(classes, tmp_path):
    for kind, options in ((Classifier, {}), (VAE, {"n_classes": 3, "latent_size": 2})):
        model = kind(hidden=(8,), epochs=1, **options).fit(classes)
        assert model.class_names_ == ["ankle", "boot", "coat"]
        path = tmp_path / "model.safetensors"
        model.save(path)
        size = struct.unpack("<Q", path.read_bytes()[:8])[0]
        metadata = json.loads(path.read_bytes()[8 : 8 + size])["__metadata__"]
        assert json.loads(metadata["option.names.classes"]) == ["ankle", "boot", "coat"]
        assert load(path).class_names_ == ["ankle", "boot", "coat"]


def test_a_fit_continues_only_with_the_same_classes(classes, tmp_path):
    model = Classifier(hidden=(8,), epochs=2)
    model.fit(classes, callback=lambda event: 1)
    (classes / "coat").rename(classes / "aaa")
    with pytest.raises(ValueError, match='classes of dataset differ from the model\'s: number 0 is "aaa", but "ankle"'):
        model.fit(classes, resume=True)


def test_validation_has_the_same_classes(classes, tmp_path):
    shutil.copytree(classes, tmp_path / "held")
    model = Classifier(hidden=(8,), epochs=1)
    model.fit(classes, validation=tmp_path / "held")
    shutil.rmtree(tmp_path / "held" / "boot")
    with pytest.raises(ValueError, match='classes of validation differ from the model\'s: number 1 is "coat", but "boot"'):
        model.fit(classes, validation=tmp_path / "held")


def test_thresholds_and_mixtures_take_classes_by_name(classes, tmp_path):
    """The last class may be missing; a different name is refused."""
    model = VAE(2, n_classes=3, hidden=(8,), epochs=1).fit(classes)
    shutil.copytree(classes, tmp_path / "held")
    shutil.rmtree(tmp_path / "held" / "coat")
    model.fit_threshold(tmp_path / "held").fit_mixture(tmp_path / "held", 2)
    (tmp_path / "held" / "boot").rename(tmp_path / "held" / "shoe")
    for fit in model.fit_threshold, model.fit_mixture:
        with pytest.raises(ValueError, match='classes of dataset differ from the model\'s: number 1 is "shoe", but "boot"'):
            fit(tmp_path / "held")


def test_a_folder_with_one_sub_folder_opens_the_sub_folder(classes, tmp_path):
    (tmp_path / "outer" / "inner").mkdir(parents=True)
    shutil.move(str(classes), tmp_path / "outer" / "inner" / "set")
    assert open_dataset(tmp_path / "outer").class_names == ["ankle", "boot", "coat"]


def test_train_and_val_are_not_pooled_silently(classes, tmp_path):
    both = tmp_path / "both"
    shutil.copytree(classes, both / "train")
    shutil.copytree(classes, both / "Val")
    with pytest.raises(ValueError, match="holds Val, train, which are parts of one dataset"):
        open_dataset(both)
    assert len(open_dataset(both / "train")) == 12
    pooled = open_dataset(both, subfolders="pool")
    assert len(pooled) == 24 and pooled.info.n_classes == 0
    assert open_dataset(both, subfolders="classes").class_names == ["Val", "train"]


def test_images_next_to_sub_folders_need_an_option(classes):
    put(classes / "preview.png", picture(77))
    with pytest.raises(ValueError, match="has 1 images directly in it and 12 in subfolders"):
        open_dataset(classes)
    data = open_dataset(classes, subfolders="classes")
    assert len(data) == 12 and data.passed_over == [f"{classes}/preview.png: images outside the class folders"]
    assert len(open_dataset(classes, subfolders="ignore")) == 1
    assert len(open_dataset(classes, subfolders="pool")) == 13


def test_linked_folders_are_entered_once(classes, tmp_path):
    (tmp_path / "links").mkdir()
    for name in ("boot", "ankle"):
        (tmp_path / "links" / name).symlink_to(classes / name)
    (tmp_path / "links" / "boot" / "loop").symlink_to(tmp_path / "links")
    data = open_dataset(tmp_path / "links")
    assert data.class_names == ["ankle", "boot"] and len(data) == 8


# ---- the account of files


def test_every_file_is_accounted_for(tmp_path):
    for name in ("a.JPG", "b.jpe", "c.jfif", "d", "e.Png"):
        written = tmp_path / ("t.png" if name == "e.Png" else "t.jpg")
        put(written, picture(1))
        written.rename(tmp_path / name)
    for kind, data in FOREIGN.items():
        (tmp_path / f"foreign.{kind.lower()}").write_bytes(data)
    (tmp_path / "page.jpg").write_bytes(FOREIGN["HTML"])
    (tmp_path / "web.png").write_bytes(FOREIGN["WebP"])
    (tmp_path / ".DS_Store").write_bytes(b"hidden")
    (tmp_path / "gone.png").symlink_to("nowhere.png")
    os.mkfifo(tmp_path / "pipe.png")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png")).write_bytes((tmp_path / "e.Png").read_bytes())
    told = []
    data = open_dataset(tmp_path, on_skip=told.append)
    assert [Path(path).name for path in data.paths] == ["a.JPG", "b.jpe", "c.jfif", "d", "e.Png"]
    assert data.info.n_files == 5 + len(FOREIGN) + 2 + 4
    assert data.info.n_skipped == 4 and data.info.n_passed == len(FOREIGN) + 2
    assert told == data.skipped
    assert told == [
        f"cannot open {tmp_path}/gone.png: No such file or directory",
        f"{tmp_path}/page.jpg: HTML, neither PNG nor JPEG",
        f"cannot open {tmp_path}/pipe.png: Invalid argument",
        f"{tmp_path}/web.png: WebP, neither PNG nor JPEG",
    ]
    for kind in FOREIGN:
        assert f"{tmp_path}/foreign.{kind.lower()}: {kind}" in data.passed_over
    assert f"{tmp_path}/.DS_Store: hidden" in data.passed_over
    assert "1 with a name that is not UTF-8" in data.account
    assert data.account.startswith("5 rows of 19 files; 4 skipped")
    with pytest.warns(UserWarning, match="5 rows of 19 files"):
        open_dataset(tmp_path)


def test_a_folder_of_other_image_formats_is_reported(tmp_path):
    for kind in ("WebP", "GIF"):
        (tmp_path / f"1.{kind}").write_bytes(FOREIGN[kind])
    with pytest.raises(OSError, match="0 rows of 2 files; 2 passed over: 1 .*, 1 ") as caught:
        open_dataset(tmp_path)
    assert "WebP" in str(caught.value) and "GIF" in str(caught.value)


def test_pillow_reads_what_the_library_does_not(tmp_path):
    pillow = pytest.importorskip("PIL.Image")
    for i, ending in enumerate(["bmp", "gif", "tiff", "png"]):
        pillow.fromarray(picture(i, (6, 6))).save(tmp_path / f"{i}.{ending}")
    (tmp_path / "bad.bmp").write_bytes(b"BM" + bytes(40))
    data = open_dataset(tmp_path, foreign="pillow", on_skip=lambda message: None)
    expected = np.array([picture(i, (6, 6)) / 255.0 for i in range(4)])
    assert data.shape == (6, 6, 3) and len(data.skipped) == 1  # a GIF has a palette of colors
    np.testing.assert_allclose(data.read(), np.repeat(expected[..., None], 3, -1), atol=1e-6)
    assert len(open_dataset(tmp_path / "0.bmp", foreign="pillow")) == 1
    with pytest.raises(ValueError, match="lazy and decode"):
        open_dataset(tmp_path, foreign="pillow", lazy=True)


@pytest.mark.parametrize("kind", [kind for kind in FOREIGN if kind != "text"])
def test_a_file_that_is_not_data_is_identified(tmp_path, kind):
    path = tmp_path / "data.idx"
    path.write_bytes(FOREIGN[kind])
    with pytest.raises(OSError) as caught:
        open_dataset(path)
    message = str(caught.value)
    assert kind in message and message.count(str(path)) == 1


def test_a_file_of_labels_is_no_data(tmp_path):
    (tmp_path / "labels").write_bytes(struct.pack(">HBBI", 0, 8, 1, 3) + bytes(3))
    with pytest.raises(OSError, match="one number for each row, and by its name these are labels"):
        open_dataset(tmp_path / "labels")
    (tmp_path / "ages").write_bytes((tmp_path / "labels").read_bytes())
    assert open_dataset(tmp_path / "ages").shape == (1,)


# ---- labels of a folder


@pytest.fixture
def attributes(tmp_path):
    root = tmp_path / "portraits"
    for i in range(6):
        put(root / f"{i}.png", picture(i))
    lines = [f"{i}.png,{'yes' if i % 2 else 'no'},{i - 2},{i * 2}" for i in (3, 1, 0, 5, 2)]
    table = tmp_path / "labels.csv"
    table.write_text("file,label,smiling,glasses\n" + "\n".join(lines) + "\n9.png,no,1,1\n")
    return root, table


def test_a_table_labels_a_folder(attributes):
    root, table = attributes
    told = []
    data = open_dataset(root, table, on_skip=told.append)
    assert [Path(path).stem for path in data.paths] == ["3", "1", "0", "5", "2"]
    assert data.class_names == ["no", "yes"] and data.labels().tolist() == [1, 1, 0, 1, 0]
    assert data.factor_names == ["smiling", "glasses"]
    np.testing.assert_array_equal(data.factors(), [[i - 2, i * 2] for i in (3, 1, 0, 5, 2)])
    assert data.passed_over == [f"{root}/4.png: images without a line in {table}"]
    assert told == [f'{table}: line 7: {root} has no unique image "9.png"'] and data.info.n_files == 7
    part = data.slice(2, 2)
    np.testing.assert_array_equal(part.factors(), data.factors()[2:4])
    chosen = open_dataset(root, table, label_column="glasses", omit="label", on_skip=told.append)
    assert chosen.factor_names == ["smiling"] and chosen.labels().tolist() == [6, 2, 0, 10, 4]


def test_a_table_may_lack_a_header_and_endings(attributes, tmp_path):
    root, _ = attributes
    table = tmp_path / "plain.csv"
    table.write_text("4.png,b\n2.png,a\n")
    data = open_dataset(root, table)
    assert data.class_names == ["a", "b"] and data.labels().tolist() == [1, 0]
    table.write_text("image_id;age\n4;7\n2;8\n")
    data = open_dataset(root, table, label_column="")
    assert data.factor_names == ["age"] and data.factors().tolist() == [[7], [8]]
    table.write_text("4.png,b\n4.png,a\n")
    assert open_dataset(root, table, on_skip=str).skipped == [f'{table}: line 2: "4.png" is repeated']


def test_a_file_of_numbers_labels_a_folder(attributes, tmp_path):
    root, _ = attributes
    labels = tmp_path / "labels.npy"
    np.save(labels, np.arange(6))
    assert open_dataset(root, labels).labels().tolist() == list(range(6))
    np.save(labels, np.arange(5))
    with pytest.raises(ValueError, match="labels.npy has 5 labels for 6 images"):
        open_dataset(root, labels)
    with pytest.raises(OSError, match="missing.idx"):
        open_dataset(root, tmp_path / "missing.idx")


def test_directions_follow_the_attributes_of_a_table(tmp_path):
    drawn = faces(60, 16, channels=1)
    names = drawn.factor_names
    with open(tmp_path / "attributes.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", *names])
        for i, (row, factors) in enumerate(zip(drawn.read(), drawn.factors())):
            put(tmp_path / "faces" / f"{i}.png", row)
            table.writerow([f"{i}.png", *factors])
    data = open_dataset(tmp_path / "faces", tmp_path / "attributes.csv")
    np.testing.assert_allclose(data.factors(), drawn.factors(), rtol=1e-5)
    assert data.factor_names == names


# ---- lists of files and single pictures


def test_lists_of_files(classes, tmp_path):
    files = sorted(classes.rglob("*.png"))[:4]
    data = open_dataset(files)
    assert data.paths == [str(file) for file in files] and len(data) == 4
    listing = tmp_path / "list.txt"
    listing.write_text("".join(f"{file.relative_to(tmp_path)}\n" for file in files))
    same = open_dataset(listing)
    assert same.paths == data.paths and same.info.n_classes == 0
    np.testing.assert_array_equal(same.read(), data.read())
    listing.write_text("file,class\n" + "".join(f"{file},{i % 2}\n" for i, file in enumerate(files)))
    assert open_dataset(listing).labels().tolist() == [0, 1, 0, 1]
    one = open_dataset(files[1])
    np.testing.assert_array_equal(one.read(), data.read(1, 1))
    with pytest.raises(ValueError, match="at least one"):
        open_dataset([])


# ---- arrays


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("type_", "u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8 >u2 >i4 >f4 >f8 ?".split())
def test_npy_files_of_every_type(tmp_path, type_, order):
    random = np.random.default_rng(5)
    for shape in ((7,), (7, 5), (7, 5, 3), (7, 5, 3, 2)):
        signs = 50 if np.dtype(type_).kind in "if" else 0
        array = np.asarray(random.integers(0, 100, shape) - signs, np.dtype(type_), order=order)
        np.save(tmp_path / "x", array)
        data = open_dataset(tmp_path / "x.npy")
        scale = 255.0 if type_ == "u1" and array.ndim > 2 else 1.0
        expected = array.astype(np.float64) / scale
        np.testing.assert_allclose(data.read().reshape(shape), expected, rtol=1e-6)


def test_large_integers_of_npy_files_are_summed_exactly(tmp_path):
    array = np.random.default_rng(1).integers(0, 1 << 40, (50, 3))
    np.save(tmp_path / "x.npy", array)
    pca = PCA(3).fit(tmp_path / "x.npy")
    np.testing.assert_allclose(pca.mean_, array.mean(0), rtol=1e-12)


@pytest.mark.parametrize(
    "array, message",
    [
        (np.array([{}]), "not real numbers"),
        (np.array(["a"]), "not real numbers"),
        (np.zeros(3, complex), "not real numbers"),
        (np.zeros(3, [("a", "f4"), ("b", "f4")]), "no"),
        (np.zeros((0, 3)), r"shape \(0,3\)"),
        (np.zeros(()), r"shape \(\)"),
        (np.zeros((1,) * 5), "1 to 3 dimensions"),
        (np.array([[1.0, np.nan]]), "row 0, column 1 is nan"),
    ],
)
def test_npy_errors_name_the_file(tmp_path, array, message):
    path = tmp_path / "x.npy"
    np.save(path, array)
    with pytest.raises(Exception, match=message) as caught:
        open_dataset(path)
    assert str(caught.value).count(str(path)) == 1


def test_npy_files_that_are_cut_or_too_long(tmp_path):
    np.save(tmp_path / "whole.npy", np.zeros((3, 2)))
    data = (tmp_path / "whole.npy").read_bytes()
    for length in (6, 9, 20, 100, len(data) - 1):
        (tmp_path / "x.npy").write_bytes(data[:length])
        with pytest.raises(OSError, match="x.npy"):
            open_dataset(tmp_path / "x.npy")
    (tmp_path / "x.npy").write_bytes(data + b"!")
    with pytest.raises(OSError, match="bytes follow"):
        open_dataset(tmp_path / "x.npy")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_files(tmp_path, save):
    x, y = np.random.default_rng(2).random((9, 4)), np.arange(9) % 3
    path = tmp_path / "x.npz"
    save(path, x)
    np.testing.assert_allclose(open_dataset(path).read(), x, rtol=1e-6)
    save(path, x_train=x[:6], y_train=y[:6], x_test=x[6:], y_test=y[6:])
    data = open_dataset(path)
    np.testing.assert_allclose(data.read(), x[:6], rtol=1e-6)
    assert data.labels().tolist() == y[:6].tolist()
    data = open_dataset(path, columns="x_test")
    assert len(data) == 3 and data.labels().tolist() == y[6:].tolist()
    assert open_dataset(path, label_column="").info.n_classes == 0
    with pytest.raises(ValueError, match='no array "z"; it has x_train, y_train, x_test, y_test'):
        open_dataset(path, columns="z")
    save(path, first=x, second=x)
    with pytest.raises(ValueError, match="several arrays, first, second"):
        open_dataset(path)
    save(path, x=x, y=y + 0.5)
    with pytest.raises(ValueError, match="label 0 must be a whole number .* not 0.5"):
        open_dataset(path)


def test_damaged_npz_files_are_refused(tmp_path):
    path = tmp_path / "x.npz"
    np.savez_compressed(path, x=np.arange(50.0).reshape(10, 5))
    whole = path.read_bytes()
    random = np.random.default_rng(3)
    for place in random.integers(0, len(whole), 100):
        data = bytearray(whole)
        data[place] ^= 0x55
        path.write_bytes(data)
        try:
            read = open_dataset(path).read()
        except (OSError, ValueError) as error:
            assert str(path) in str(error)
        else:
            np.testing.assert_array_equal(read, np.arange(50.0).reshape(10, 5))
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.txt", "hello")
    with pytest.raises(OSError, match="zip file without arrays: unpack it"):
        open_dataset(path)


@pytest.mark.parametrize("code, type_", [(8, ">u1"), (9, ">i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")])
def test_idx_files_of_every_type(tmp_path, code, type_):
    array = np.random.default_rng(4).integers(0, 99, (7, 5, 3)).astype(type_)
    (tmp_path / "train-images.idx3-ubyte").write_bytes(
        struct.pack(">HBBIII", 0, code, 3, *array.shape) + array.tobytes()
    )
    labels = np.arange(7).astype(type_)
    (tmp_path / "train-labels.idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, code, 1, 7) + labels.tobytes())
    data = open_dataset(tmp_path / "train-images.idx3-ubyte")
    np.testing.assert_allclose(data.read(), array.astype(float) / (255 if code == 8 else 1), rtol=1e-6)
    assert data.labels().tolist() == list(range(7))
    assert open_dataset(tmp_path / "train-images.idx3-ubyte", "").info.n_classes == 0


def test_cifar_files(tmp_path):
    random = np.random.default_rng(6)
    planes, labels = random.integers(0, 256, (10, 3, 32, 32), dtype=np.uint8), random.integers(0, 10, 10)
    records = [bytes([label]) + plane.tobytes() for label, plane in zip(labels, planes)]
    (tmp_path / "data_batch_1.bin").write_bytes(b"".join(records[:4]))
    (tmp_path / "data_batch_2.bin").write_bytes(b"".join(records[4:8]))
    (tmp_path / "test_batch.bin").write_bytes(b"".join(records[8:]))
    names = [f"class {i}" for i in range(10)]
    (tmp_path / "batches.meta.txt").write_text("\n".join(names) + "\n")
    expected = planes.transpose(0, 2, 3, 1) / 255.0
    data = open_dataset(tmp_path)
    np.testing.assert_allclose(data.read(), expected[:8], rtol=1e-6)
    assert data.labels().tolist() == labels[:8].tolist() and data.class_names == names
    assert data.account == "8 rows of 4 files; 2 passed over: 1 text, 1 of CIFAR, not for training"
    np.testing.assert_allclose(open_dataset(tmp_path / "test_batch.bin").read(), expected[8:], rtol=1e-6)
    hundred = tmp_path / "100" / "train.bin"
    hundred.parent.mkdir()
    hundred.write_bytes(b"".join(bytes([i % 20, 99 - i]) + plane.tobytes() for i, plane in enumerate(planes)))
    assert open_dataset(hundred).labels().tolist() == [99 - i for i in range(10)]
    assert open_dataset(hundred, label_column="coarse").labels().tolist() == list(range(10))
    with pytest.raises(ValueError, match='label_column must be coarse or fine for .*, not "name"'):
        open_dataset(hundred, label_column="name")


# ---- tables


WINE = 'kind,alcohol,"color, hue",year\nred,12.5,-3.25e-1,1999\nwhite,11,0.1,2004\nred,1e1,+7,2001\n'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("compress", [False, True])
def test_tables(tmp_path, delimiter, ending, compress):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=ending).writerows(csv.reader(io.StringIO(WINE)))
    data = ("\ufeff" + text.getvalue() + ending).encode()
    path = tmp_path / "wine.data"
    path.write_bytes(gzip.compress(data) if compress else data)
    table = open_dataset(path, label_column="kind")
    assert table.column_names == ["alcohol", "color, hue", "year"]
    assert table.class_names == ["red", "white"] and table.labels().tolist() == [0, 1, 0]
    expected = [[12.5, -0.325, 1999], [11, 0.1, 2004], [10, 7, 2001]]
    np.testing.assert_allclose(table.read(), np.float32(expected), rtol=1e-7)
    chosen = open_dataset(path, columns=["year", 1], label_column=0)
    assert chosen.column_names == ["year", "alcohol"]
    assert open_dataset(path, omit=["kind", -1]).column_names == ["alcohol", "color, hue"]


def test_tables_are_read_as_numpy_reads_them(tmp_path):
    random = np.random.default_rng(8)
    values = random.standard_normal((200, 6)) * 10.0 ** random.integers(-30, 30, (200, 6))
    for text in ("%.17g", "%.3f", "%.8e", "%d"):
        np.savetxt(tmp_path / "x.csv", values if text != "%d" else values % 1000, text, delimiter=",")
        expected = np.loadtxt(tmp_path / "x.csv", delimiter=",", dtype=np.float64)
        data = open_dataset(tmp_path / "x.csv")
        assert data.column_names == []
        means = PCA(2).fit(data).mean_ if text == "%.3f" else None
        np.testing.assert_array_equal(data.read(), expected.astype(np.float32))
        if means is not None:
            np.testing.assert_allclose(means, expected.mean(0), rtol=1e-12)


@pytest.mark.parametrize(
    "text, message",
    [
        ("a,b\n1,2\n3,\n", 'line 3: column "b" has no value'),
        ("a,b\n1,2\n3,NA\n", 'line 3: column "b" has no value'),
        ("a,b\n1,2\nx,2\n", 'line 3: column "a" has "x", which is not a finite number'),
        ("1,2\n3,inf\n", 'line 2: column 1 has "inf"'),
        ("a,b\n1,2\n\n1,2,3\n", "line 4: 3 fields, where the first line has 2"),
        ('a,b\n1,"2\n3,4\n', "line 2: a quoted field has no closing quote"),
        ("label,b\n1,2\n1.5,2\n", 'line 3: a class must be .*, not "1.5"'),
        ("label,b\n1,2\n4294967296,2\n", 'line 3: a class must be .*, not "4294967296"'),
        ("label,b\n1,2\n,2\n", 'line 3: column "label" has no class'),
        ("a,b\n", "no lines after its header"),
    ],
)
def test_errors_of_tables_name_line_and_column(tmp_path, text, message):
    path = tmp_path / "x.csv"
    path.write_text(text)
    with pytest.raises(OSError, match=message) as caught:
        open_dataset(path)
    assert str(caught.value).count(str(path)) == 1


def test_columns_that_are_not_there_are_errors(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    for option in ("columns", "omit", "label_column"):
        with pytest.raises(ValueError, match=f'{option}: .* has no column "c"; it has a, b'):
            open_dataset(tmp_path / "x.csv", **{option: "c"})


def test_compressed_tables_may_be_much_larger(tmp_path):
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"0,0,0,0\n" * 100_000))
    assert len(open_dataset(tmp_path / "x.csv.gz")) == 100_000


def test_tables_of_images(tmp_path):
    pixels = np.random.default_rng(9).integers(0, 256, (5, 12))
    np.savetxt(tmp_path / "x.csv", pixels, "%d", delimiter=",")
    np.testing.assert_array_equal(open_dataset(tmp_path / "x.csv").read(), pixels)
    images = open_dataset(tmp_path / "x.csv", shape=(3, 4))
    np.testing.assert_allclose(images.read(), pixels.reshape(5, 3, 4) / 255.0, rtol=1e-6)
    with pytest.raises(ValueError, match="rows of .* are 12 and cannot become 5×5×1"):
        open_dataset(tmp_path / "x.csv", shape=(5, 5))


def test_models_keep_column_names(tmp_path):
    path = tmp_path / "wine.csv"
    path.write_text("label" + WINE[4:])
    for model in (PCA(2), VAE(2, hidden=(4,), epochs=1)):
        assert model.fit(path).column_names_ == ["alcohol", "color, hue", "year"]
        model.save(tmp_path / "m.safetensors")
        assert load(tmp_path / "m.safetensors").column_names_ == ["alcohol", "color, hue", "year"]


# ---- shapes, limits of rows, memory


def test_the_shape_of_rows_comes_from_the_data(tmp_path):
    for i in range(5):
        put(tmp_path / "gray" / f"{i}.png", picture(i, (28, 28)))
        put(tmp_path / "mixed" / f"{i}.png", picture(i, (20 + i, 30)))
        put(tmp_path / "large" / f"{i}.png", picture(i, (300, 200, 3)))
    assert open_dataset(tmp_path / "gray").shape == (28, 28)
    assert open_dataset(tmp_path / "mixed").shape == (64, 64)
    assert open_dataset(tmp_path / "large").shape == (64, 64, 3)
    assert open_dataset(tmp_path / "gray", shape=(14, 14, None)).shape == (14, 14)
    # Neither a hidden file nor one over the limits decides, nor a gray one that comes first.
    put(tmp_path / "odd" / ".a.png", picture(0, (5, 7)))
    put(tmp_path / "odd" / "0.png", picture(0, (2, 2000)))
    put(tmp_path / "odd" / "1.png", picture(1, (32, 32)))
    put(tmp_path / "odd" / "2.png", picture(2, (32, 32, 3)))
    with pytest.warns(UserWarning, match="2 rows of 4 files; 1 skipped"):
        data = open_dataset(tmp_path / "odd", context=Context(max_image_side=1000))
    assert data.shape == (32, 32, 3)


def test_max_rows_takes_a_share_of_each_class_and_decodes_no_more(tmp_path):
    for i in range(40):
        put(tmp_path / "set" / ("a" if i < 30 else "b") / f"{i:02}.png", picture(i, (4, 4)))
    data = open_dataset(tmp_path / "set", max_rows=8, seed=3)
    assert np.bincount(data.labels()).tolist() == [6, 2] and data.paths == sorted(data.paths)
    assert data.account == "8 rows of 40 files; 32 left out by max_rows"
    again = open_dataset(tmp_path / "set", max_rows=8, seed=3)
    assert again.paths == data.paths
    assert open_dataset(tmp_path / "set", max_rows=8, seed=4).paths != data.paths
    assert open_dataset(tmp_path / "set", max_rows=99).info.n_rows == 40
    # The first rows would be one class; of numbers, too, a random part is taken.
    np.save(tmp_path / "x.npy", np.arange(1000.0).reshape(1000, 1))
    np.save(tmp_path / "y.npy", np.repeat([0, 1], [900, 100]))
    part = open_dataset(tmp_path / "x.npy", tmp_path / "y.npy", max_rows=100)
    assert np.bincount(part.labels()).tolist() == [90, 10]
    assert abs(part.read().mean() - 499.5) < 90
    assert part.labels().tolist() == (part.read()[:, 0] >= 900).astype(int).tolist()


def test_broken_pictures_have_stand_ins_below_max_rows(tmp_path):
    for i in range(20):
        put(tmp_path / f"{i:02}.png", picture(i, (4, 4)))
        if i % 2:
            (tmp_path / f"{i:02}.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    data = open_dataset(tmp_path, max_rows=9, on_skip=lambda message: None)
    assert len(data) == 9 and len(set(data.paths)) == 9
    for row, path in zip(data.read(), data.paths):
        np.testing.assert_allclose(row, picture(int(Path(path).stem), (4, 4)) / 255.0, atol=1e-6)


def test_lazy_folders_are_the_same_rows(classes):
    eager, lazy = (open_dataset(classes, lazy=lazy) for lazy in (False, True))
    np.testing.assert_array_equal(lazy.read(), eager.read())
    np.testing.assert_array_equal(lazy.slice(3, 5).read(1, 2), eager.read(4, 2))
    assert lazy.paths == eager.paths and lazy.slice(3, 5).paths == eager.paths[3:8]
    np.testing.assert_array_equal(PCA(3).fit(lazy).components_, PCA(3).fit(eager).components_)
    models = [VAE(2, hidden=(8,), epochs=2, batch_size=4).fit(data) for data in (eager, lazy)]
    np.testing.assert_array_equal(*(model.sample(5, seed=1) for model in models))
    Path(lazy.paths[2]).unlink()
    with pytest.raises(OSError, match="0.png|1.png|2.png|x.png"):
        lazy.read()


def test_folders_larger_than_memory_are_read_as_needed(tmp_path):
    for i in range(40):
        put(tmp_path / f"{i}.png", picture(i, (64, 64, 3)))
    context = Context(memory_limit=7_000_000, n_threads=1)
    shape = (256, 256, 3)  # 7.9 MB in all
    data = open_dataset(tmp_path, shape=shape, context=context)
    Path(data.paths[9]).unlink()
    np.testing.assert_array_equal(data.read(7, 1), open_dataset(tmp_path, shape=shape).read(7, 1))
    with pytest.raises(OSError):
        data.read(9, 1)


def test_reading_can_be_stopped_in_time(tmp_path):
    put(tmp_path / "0.jpg", picture(0, (1500, 1500, 3)))
    for i in range(1, 80):
        os.link(tmp_path / "0.jpg", tmp_path / f"{i}.jpg")
    threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT)).start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        open_dataset(tmp_path)
    assert time.monotonic() - start < 1.0
    start = time.monotonic()
    assert len(open_dataset(tmp_path, max_rows=2)) == 2
    assert time.monotonic() - start < 0.8


# ---- no option is ignored

KINDS = ["folder", "labelled folder", "idx", "npy", "npz", "csv", "list", "picture", "cifar", "faces"]
IMAGES = ["folder", "labelled folder", "list", "picture"]


def make(kind, root):
    """Data of a kind, and the labels that go with them."""
    if kind == "faces":
        return "faces:", None
    if "folder" in kind:
        for i in range(12):
            put(root / "f" / "ab"[i % 2] / f"{i}.png", picture(i, (8, 8)))
        if kind == "folder":
            return root / "f", None
        table = root / "labels.csv"
        table.write_text("file,label,u,v\n" + "".join(f"{'ab'[i % 2]}/{i}.png,{i % 3},{i},{i}\n" for i in range(12)))
        return root / "f", table
    array = np.random.default_rng(0).integers(0, 256, (12, 64), dtype=np.uint8)
    if kind == "idx":
        (root / "x").write_bytes(struct.pack(">HBBIII", 0, 8, 3, 12, 8, 8) + array.tobytes())
        return root / "x", None
    if kind == "npy":
        np.save(root / "x.npy", array)
        return root / "x.npy", None
    if kind == "npz":
        np.savez(root / "x.npz", x=array, y=np.arange(12) % 3, other=array[::-1])
        return root / "x.npz", None
    if kind == "csv":
        header = ["label", *(f"c{i}" for i in range(64))]
        lines = [",".join(map(str, [i % 3, *row])) for i, row in enumerate(array)]
        (root / "x.csv").write_text("\n".join([",".join(header), *lines]))
        return root / "x.csv", None
    if kind == "cifar":
        random = np.random.default_rng(1)
        records = [bytes([i, i]) + random.bytes(3072) for i in range(12)]
        (root / "x.bin").write_bytes(b"".join(records))
        return root / "x.bin", None
    for i in range(12):
        put(root / f"{i}.png", picture(i, (8, 8)))
    if kind == "picture":
        return root / "0.png", None
    (root / "list.csv").write_text("file,label,u,v\n" + "".join(f"{i}.png,{i % 3},{i},{i}\n" for i in range(12)))
    return root / "list.csv", None


def options_of(kind, root):
    """Each option, as Python and as the tool take it, of values that make a difference where they are used."""
    np.save(root / "given.npy", np.arange(12))
    size = (16, 20) if kind == "faces" else (4, 16)
    subfolders = "ignore" if kind == "labelled folder" else "pool"
    return {
        "labels": (root / "given.npy", ["--labels", root / "given.npy"]),
        "missing labels": (root / "no.idx", ["--labels", root / "no.idx"]),
        "size": ((*size, None), ["--size", f"{size[0]}x{size[1]}"]),
        "channels": ((16, 16, 1), ["--size", "16", "--channels", "1"]),
        "max_rows": (5, ["--rows", "5"]),
        "seed": (9, ["--rows", "5", "--rows-seed", "9"]),
        "subfolders": (subfolders, ["--subfolders", subfolders]),
        "lazy": (True, ["--lazy"]),
        "label_column": ("", ["--label-column", ""]),
        "columns": ("1", ["--columns", "1"]),
        "omit": ("2", ["--omit", "2"]),
        "resize": ("stretch", ["--resize", "stretch"]),
        "filter": ("nearest", ["--filter", "nearest"]),
        "crop_height": (3, ["--crop-height", "3"]),
        "crop_width": (3, ["--crop-width", "3"]),
        "place_x": (0.0, ["--place-x", "0"]),
        "place_y": (1.0, ["--place-y", "1"]),
        "background": (0.5, ["--background", "0.5"]),
        "tolerant": (True, ["--tolerant"]),
    }


def needed_by(kind, option, path):
    """Options that an option needs in order to have an effect on images."""
    python, tool = {}, []
    if kind not in IMAGES:
        return python, tool
    if option in ("resize", "filter", "place_x", "place_y", "background"):
        python["shape"] = (4, 12, None)
        tool += ["--size", "4x12"]
    if option in ("place_x", "background"):
        python["resize"] = "contain"
        tool += ["--resize", "contain"]
    if option == "tolerant":
        file = next(path.rglob("0.png")) if path.is_dir() else path.parent / "0.png"
        file.write_bytes(file.read_bytes()[: file.stat().st_size * 3 // 5])
    return python, tool


REFUSALS = {
    "labels": "labels is for|labels for",
    "missing labels": "no.idx|labels is for",
    "size": "cannot become|width must be|height must be|n_rows",
    "channels": "cannot become|channels must be",
    "max_rows": "max_rows",
    "seed": "seed",
    "subfolders": "subfolders is for|holds no PNG",
    "lazy": "lazy is for image files",
    "label_column": "label_column is for",
    "columns": "columns is for|no array",
    "omit": "omit is for",
    **{
        name: f"{name} is for image files"
        for name in ("resize", "filter", "crop_height", "crop_width", "place_x", "place_y", "background", "tolerant")
    },
}


def state(data):
    """Everything that an option could change."""
    info = data.info
    labels = data.labels().tolist() if info.n_classes > 0 else None
    factors = data.factor_names, data.factors().tolist() if info.n_factors > 0 else None
    return data.shape, data.read().tobytes(), labels, factors, data.class_names, data.column_names, data.paths


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("option", list(REFUSALS))
@pytest.mark.parametrize("kind", KINDS)
def test_python_uses_or_refuses_every_option(tmp_path, kind, option):
    path, labels = make(kind, tmp_path)
    value, _ = options_of(kind, tmp_path)[option]
    more = {"labels": labels} if labels is not None else {}
    more.update({"max_rows": 10} if kind == "faces" else {})
    more.update(needed_by(kind, option, path)[0])
    name = {"missing labels": "labels", "size": "shape", "channels": "shape"}.get(option, option)
    given = {**more, name: value, **({"max_rows": 5} if option == "seed" else {})}
    base = {**more, **({"max_rows": 5} if option == "seed" else {})}
    try:
        data = open_dataset(path, **given)
    except (OSError, ValueError) as error:
        assert name == "labels" and labels is not None or re.search(REFUSALS[option], str(error)), error
        assert "image files" not in REFUSALS[option] or kind not in IMAGES
        return
    if option == "lazy":
        assert kind in ("folder", "labelled folder", "list", "picture")  # the same rows, read otherwise
        Path(data.paths[0]).unlink()
        with pytest.raises(OSError):
            data.read()
        return
    if option == "tolerant":
        assert data.info.n_damaged == 1 and "1 with missing pixels, which are gray (" in data.account
        if kind == "picture":
            with pytest.raises(OSError, match="holds no PNG or JPEG that can be read"):
                open_dataset(path, **base)
        else:
            less = open_dataset(path, **base).info
            assert (less.n_skipped, less.n_damaged, less.n_rows) == (1, 0, len(data) - 1)
        return
    if option == "max_rows" and kind == "picture":
        assert len(data) == 1
        return
    if option == "seed" and kind == "picture":
        return  # one row is any one
    assert state(data) != state(open_dataset(path, **base))


@needs_gen
@pytest.mark.parametrize("option", list(REFUSALS))
@pytest.mark.parametrize("kind", KINDS)
def test_the_tool_uses_or_refuses_every_option(tmp_path, kind, option):
    path, labels = make(kind, tmp_path)
    _, words = options_of(kind, tmp_path)[option]
    more = ["--labels", labels] if labels is not None and "labels" not in option else []
    more += ["--rows", "10"] if kind == "faces" and "--rows" not in words else []
    needed, needed_words = needed_by(kind, option, path)
    more += needed_words
    value, _ = options_of(kind, tmp_path)[option]
    name = {"missing labels": "labels", "size": "shape", "channels": "shape"}.get(option, option)
    python = {"labels": labels} if labels is not None and name != "labels" else {}
    python.update({"max_rows": 10} if kind == "faces" else {})
    python.update({"max_rows": 5} if option == "seed" else {})
    python.update(needed)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = open_dataset(path, **{**python, name: value})
    except (OSError, ValueError) as error:
        expected = str(error)
    else:
        expected = None
    done = gen("train", "pca", path, "--n-components", "1", *more, *words, "-o", "m.safetensors", cwd=tmp_path)
    assert done.returncode >= 0
    if expected is not None:
        assert done.returncode != 0 and expected.split("] ", 1)[-1] in done.stderr.replace("\n", " "), done.stderr
    elif name == "labels" and "folder" not in kind:
        assert done.returncode != 0 and "--labels is not used" in done.stderr
    elif len(data) < 2:
        assert done.returncode != 0 and "row" in done.stderr
    else:
        assert done.returncode == 0, done.stderr
        assert f"PCA of {len(data)} rows" in done.stdout
        mean = load(tmp_path / "m.safetensors").mean_
        np.testing.assert_allclose(mean, data.read().reshape(len(data), -1).mean(0), atol=1e-4, rtol=1e-4)


WAYS = [
    {},
    {"resize": "contain", "background": 0.25, "place_x": 0.0, "place_y": 1.0},
    {"resize": "stretch", "filter": "lanczos", "crop_height": 11, "crop_width": 9, "place_x": 0.2},
    {"filter": "nearest", "crop_width": 8, "place_y": 0.9},
]


@pytest.mark.parametrize("options", WAYS)
def test_images_become_the_same_rows_however_they_come(tmp_path, options):
    pil = pytest.importorskip("PIL.Image")
    (tmp_path / "bmp").mkdir()
    for i in range(3):
        put(tmp_path / "png" / f"{i}.png", picture(i, (19, 13 + i, 3)))
        pil.fromarray(picture(i, (19, 13 + i, 3))).save(tmp_path / "bmp" / f"{i}.bmp")
    (tmp_path / "list.txt").write_text("".join(f"png/{i}.png\n" for i in range(3)))
    expected = []
    for i in range(3):
        with Image.load(tmp_path / "png" / f"{i}.png") as image, image.resized(6, 10, **options) as small:
            expected.append(small.pixels)
    more = {"shape": (6, 10, None), **options}
    folder = tmp_path / "png"
    for data in (
        open_dataset(folder, **more),
        open_dataset(folder, lazy=True, **more),
        open_dataset([folder / f"{i}.png" for i in range(3)], **more),
        open_dataset(tmp_path / "list.txt", **more),
        open_dataset(tmp_path / "bmp", foreign="pillow", **more),
        Dataset.from_folder(folder, 6, 10, **options),
    ):
        np.testing.assert_array_equal(data.read(), expected)
    np.testing.assert_array_equal(open_dataset(folder / "1.png", **more).read()[0], expected[1])


def test_the_shape_of_rows_is_that_of_cropped_and_rotated_images(tmp_path):
    pil = pytest.importorskip("PIL.Image")
    exif = pil.Exif()
    exif[0x0112] = 6
    (tmp_path / "turned").mkdir()
    for i in range(3):
        put(tmp_path / "large" / f"{i}.png", picture(i, (300, 400 + i, 3)))
        pil.fromarray(picture(i, (20, 30, 3))).save(tmp_path / "turned" / f"{i}.jpg", exif=exif)
    assert open_dataset(tmp_path / "large").shape == (64, 64, 3)
    data = open_dataset(tmp_path / "large", crop_height=30, crop_width=50, place_x=1.0, place_y=0.0)
    assert data.shape == (30, 50, 3)
    np.testing.assert_allclose(data.read()[1], picture(1, (300, 401, 3))[:30, -50:] / 255.0, atol=1e-6)
    assert open_dataset(tmp_path / "large", crop_height=30).shape == (64, 64, 3)
    assert open_dataset(tmp_path / "turned").shape == (30, 20, 3)
    assert open_dataset(tmp_path / "turned", crop_height=25).shape == (25, 20, 3)


@pytest.mark.parametrize("lazy", [False, True])
def test_damaged_images_are_counted_and_reported_once(tmp_path, lazy):
    for i in range(6):
        put(tmp_path / "set" / f"{i}.png", picture(i, (16, 16, 3)))
    whole = (tmp_path / "set" / "2.png").read_bytes()
    (tmp_path / "set" / "2.png").write_bytes(whole[: len(whole) * 3 // 5])
    heard = []
    context = Context(log=lambda level, message: heard.append((level, message)))
    with pytest.warns(UserWarning, match="5 rows of 6 files; 1 skipped"):
        data = open_dataset(tmp_path / "set", lazy=lazy, context=context)
    assert (data.info.n_skipped, data.info.n_damaged) == (1, 0)
    heard.clear()
    data = open_dataset(tmp_path / "set", tolerant=True, lazy=lazy, context=context)
    assert (data.info.n_rows, data.info.n_skipped, data.info.n_damaged) == (6, 0, 1)
    assert "6 rows of 6 files; 1 with missing pixels, which are gray (" in data.account and "2.png" in data.account
    rows = data.read()
    assert (rows[2, -1] == np.float32(128 / 255)).all() and (rows[2, 0] != rows[2, -1]).any()
    np.testing.assert_array_equal(rows, open_dataset(tmp_path / "set", tolerant=True).read())
    assert len([message for _, message in heard if "2.png" in message and "rows of" not in message]) == 1


def test_labels_are_refused_with_data_that_has_its_own(tmp_path):
    data = faces(20, 16)
    with pytest.raises(ValueError, match="y must be None for a Dataset"):
        VAE(2, n_classes=3, epochs=1).fit(data, np.zeros(20, int))
    np.save(tmp_path / "x.npy", np.zeros((4, 3)))
    for bad in (np.full(4, 1.5), np.full(4, 1 << 32), np.full(4, -1), np.full(4, np.nan)):
        np.save(tmp_path / "y.npy", bad)
        with pytest.raises(ValueError, match="y.npy: label 0 must be a whole number"):
            open_dataset(tmp_path / "x.npy", tmp_path / "y.npy")
        with pytest.raises(ValueError, match="label"):
            Dataset.from_array(np.zeros((4, 3)), bad)
    with pytest.raises(OSError, match="no.idx"):
        VAE(2, hidden=(3,), epochs=1).fit(tmp_path / "x.npy", tmp_path / "no.idx")


def test_drawn_faces_have_one_spelling(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    drawn = open_dataset("faces:7", max_rows=20, shape=(16, 16))
    np.testing.assert_array_equal(drawn.read(), faces(20, 16, seed=7, channels=1).read())
    with pytest.raises(OSError, match="the faces that the library draws are faces:"):
        open_dataset("faces")
    put(tmp_path / "faces" / "0.png", picture(0))
    assert len(open_dataset("faces")) == 1
    with pytest.raises(ValueError, match='not "x"'):
        open_dataset("faces:x")


@needs_gen
def test_the_tool_reports_files_and_names(classes, tmp_path):
    (classes / "boot" / "w.webp").write_bytes(FOREIGN["WebP"])
    (classes / "boot" / "bad.png").write_bytes(b"no picture")
    done = gen("train", "vae", classes, "--conditional", "--epochs", "1", "--hidden", "4", "-o", tmp_path / "m.safetensors")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("bad.png") == 2  # when it is skipped, and in the closing line
    assert f"{classes}: 12 rows of 14 files; 1 skipped (" in done.stderr and "1 passed over: 1 WebP" in done.stderr
    done = gen("info", tmp_path / "m.safetensors")
    assert "class_names     ankle, boot, coat" in done.stdout


@needs_gen
def test_the_tool_raises_the_limits_of_images(tmp_path):
    (tmp_path / "f").mkdir()
    for i in range(2):
        lines = b"".join(b"\0" + bytes([i * 99]) * 20_000 for _ in range(8))
        chunks = [(b"IHDR", struct.pack(">IIBBBBB", 20_000, 8, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(lines))]
        data = b"\x89PNG\r\n\x1a\n"
        for kind, body in [*chunks, (b"IEND", b"")]:
            data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        (tmp_path / "f" / f"{i}.png").write_bytes(data)
    assert gen("train", "pca", tmp_path / "f", "--size", "8", "-o", tmp_path / "m.safetensors").returncode != 0
    limits = ["--max-image-side", 20_000]
    done = gen("train", "pca", tmp_path / "f", "--size", "8", *limits, "-o", tmp_path / "m.safetensors")
    assert done.returncode == 0, done.stderr
    limits += ["--max-image-pixels", 100_000, "--force"]
    done = gen("train", "pca", tmp_path / "f", "--size", "8", *limits, "-o", tmp_path / "m.safetensors")
    assert done.returncode != 0 and "max_image_pixels" in done.stderr
