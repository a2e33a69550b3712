"""Datasets and images against numpy and hand-made files."""

import copy
import gzip
import struct
import tracemalloc
import zlib

import numpy as np
import pytest

import generative
from generative import (
    PCA,
    VAE,
    Autoencoder,
    Context,
    Dataset,
    FileError,
    GenerativeError,
    Image,
    Mixture,
    Moments,
    Reservoir,
)
from generative import _constants as c


def test_arrays_come_back_as_they_were_whatever_their_strides():
    random = np.random.default_rng(1)
    whole = random.random((12, 10, 9, 3))
    for array in (
        whole,
        whole.astype(np.float32),
        whole[::2],
        whole[::-1],
        whole[:, ::2, 1:7],
        whole.transpose(0, 2, 1, 3),
        whole[..., 0],
        whole[:, 3, :, 1],
        np.asfortranarray(whole[:, :, 0, 0]),
        np.broadcast_to(whole[:1], (4, 10, 9, 3)),
    ):
        for copy in (True, False):
            dataset = Dataset.from_array(array, copy=copy)
            assert dataset.shape == array.shape[1:]
            np.testing.assert_array_equal(dataset.read(), array.astype(np.float32))


def test_bytes_become_the_range_0_to_1():
    images = np.arange(256, dtype=np.uint8).reshape(4, 8, 8)
    np.testing.assert_allclose(Dataset.from_array(images).read(), images / 255.0, rtol=1e-6)


def test_two_dimensional_bytes_are_numbers_as_they_are():
    table = np.arange(256, dtype=np.uint8).reshape(16, 16)
    for X in (table, table[::2, ::3], np.asfortranarray(table)):
        np.testing.assert_array_equal(Dataset.from_array(X).read(), X.astype(np.float32))
    np.testing.assert_array_equal(Dataset.from_array(table, copy=False).slice(3, 2).read(), table[3:5])
    np.testing.assert_allclose(Moments.of(table).mean, table.mean(0))
    np.testing.assert_allclose(PCA(2).fit(table).mean_, table.mean(0))
    stream = Dataset.from_stream(lambda: iter([table[:5], table[5:]]))
    np.testing.assert_allclose(Moments(16).update(stream).mean, table.mean(0))
    with pytest.raises(ValueError, match=r"between 0 and 1.*uint8 array, a table.*n x height x width"):
        VAE(2, hidden=(8,), epochs=1, likelihood="bernoulli").fit(table)


def test_a_borrowed_array_is_kept_alive():
    def make():
        return Dataset.from_array(np.full((50, 40), 0.25, np.float32), copy=False)

    dataset = make()
    np.zeros((50, 40), np.float32)  # would take the freed memory
    assert (dataset.read() == 0.25).all()


def test_unchecked_rows_are_checked_when_read(rows):
    flat = rows.reshape(len(rows), -1).copy()
    message = "row 130, column 7 is nan"
    flat[130, 7] = np.nan
    with pytest.raises(ValueError, match=message):
        Dataset.from_array(flat)
    data = Dataset.from_array(flat, check=False)
    reads = [
        data.read,
        lambda: PCA(3).fit(data),
        lambda: PCA(3, solver="gram").fit(data),
        lambda: PCA(3, solver="sketch").fit(data),
        lambda: PCA(3).partial_fit(data),
        lambda: Moments.of(data),
        lambda: Reservoir.of(data, 10),
        lambda: Mixture.of(data, 2),
        lambda: VAE(2, hidden=(8,), epochs=1).fit(data),
    ]
    for read in reads:
        with pytest.raises(ValueError, match=message):
            read()
    pca = PCA(3).fit(flat[:100])
    with pytest.raises(ValueError, match="row 130, column 7 is nan"):
        pca.fit_threshold(data)
    np.testing.assert_array_equal(data.slice(0, 100).read(), flat[:100])


def test_labels_and_slices(rows):
    labels = np.arange(257) % 4
    dataset = Dataset.from_array(rows, labels)
    assert len(dataset) == 257 and dataset.info.n_classes == 4
    part = dataset.slice(100, 50)
    np.testing.assert_array_equal(part.labels(), labels[100:150])
    np.testing.assert_array_equal(part.read(3, 5), rows[103:108])
    with pytest.raises(ValueError, match="labels"):
        Dataset.from_array(rows, labels[:-1])


def test_idx_files_plain_and_gzipped(tmp_path):
    pixels = np.random.default_rng(2).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    data = struct.pack(">HBBIII", 0, 8, 3, *pixels.shape) + pixels.tobytes()
    labels = struct.pack(">HBBI", 0, 8, 1, 7) + bytes(range(7))
    (tmp_path / "images").write_bytes(data)
    (tmp_path / "images.gz").write_bytes(gzip.compress(data))
    (tmp_path / "labels").write_bytes(labels)
    for name in ("images", "images.gz"):
        dataset = Dataset.from_idx(tmp_path / name, tmp_path / "labels")
        np.testing.assert_allclose(dataset.read(), pixels / 255.0, rtol=1e-6)
        assert dataset.labels().tolist() == list(range(7))
    for length in range(len(data)):
        (tmp_path / "short").write_bytes(data[:length])
        with pytest.raises(FileError):
            Dataset.from_idx(tmp_path / "short")
    (tmp_path / "long").write_bytes(data + b"x")
    with pytest.raises(FileError) as caught:
        Dataset.from_idx(tmp_path / "long")
    assert caught.value.name == "GEN_E_TRAILING"


def test_a_missing_file_is_an_os_error():
    with pytest.raises(OSError) as caught:
        Dataset.from_idx("/no/such/file")
    assert caught.value.name == "GEN_E_IO" and "/no/such/file" in str(caught.value)


def png(pixels):
    """A PNG file of 8-bit RGB pixels, written by hand."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    height, width, _ = pixels.shape
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    start = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + start + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def test_a_folder_of_images_skips_and_reports_unreadable_files(tmp_path):
    random = np.random.default_rng(3)
    pictures = random.integers(0, 256, (3, 6, 6, 3), dtype=np.uint8)
    for index, picture in enumerate(pictures):
        (tmp_path / f"{index}.png").write_bytes(png(picture))
    (tmp_path / "broken.png").write_bytes(png(pictures[0])[:40])
    skipped = []
    dataset = Dataset.from_folder(tmp_path, 6, 6, on_skip=skipped.append)
    np.testing.assert_allclose(dataset.read(), pictures / 255.0, atol=1e-6)
    assert dataset.info.n_skipped == 1 and "broken.png" in skipped[0]
    with pytest.warns(UserWarning, match="broken.png"):
        Dataset.from_folder(tmp_path, 6, 6)


def test_images_are_read_and_written(tmp_path):
    pixels = np.random.default_rng(4).integers(0, 256, (5, 9, 3), dtype=np.uint8)
    image = Image.from_bytes(png(pixels))
    assert image.shape == (5, 9, 3)
    np.testing.assert_allclose(image.pixels, pixels / 255.0, atol=1e-6)
    image.save(tmp_path / "copy.png")
    np.testing.assert_allclose(Image.load(tmp_path / "copy.png").pixels, image.pixels, atol=1e-6)
    Image.from_array(np.full((32, 32), 0.5)).save(tmp_path / "gray.jpg", quality=95)
    assert np.abs(Image.load(tmp_path / "gray.jpg", channels=1).pixels - 0.5).max() < 0.01
    with pytest.raises(ValueError, match="gif"):
        image.save(tmp_path / "copy.gif")
    read = generative.read_image(tmp_path / "copy.png")
    np.testing.assert_array_equal(read, image.pixels)
    np.testing.assert_array_equal(np.asarray(image), image.pixels)
    assert image.to_bytes() == image._repr_png_() == (tmp_path / "copy.png").read_bytes()
    assert generative.read_image(tmp_path / "gray.jpg").shape == (32, 32)
    assert generative.read_image(tmp_path / "gray.jpg", 3, size=(8, 9)).shape == (8, 9, 3)
    generative.write_image(tmp_path / "again.png", pixels)
    np.testing.assert_array_equal(generative.read_image(tmp_path / "again.png"), read)


def test_a_grid_lays_cells_out_left_to_right_top_to_bottom():
    cells = np.linspace(0, 1, 6)[:, None, None] * np.ones((6, 4, 3))
    pixels = Image.grid(cells, columns=3, padding=0).pixels[..., 0]
    expected = cells.reshape(2, 3, 4, 3).transpose(0, 2, 1, 3).reshape(8, 9)
    np.testing.assert_allclose(pixels, expected, atol=1 / 255)
    np.testing.assert_array_equal(generative.image_grid(cells, columns=3, padding=0), pixels)
    flat = Image.grid(cells.reshape(6, 12), shape=(4, 3), columns=3, padding=0).pixels[..., 0]
    np.testing.assert_array_equal(flat, pixels)
    assert Image.grid(cells, columns=3, padding=5, enlarge=2).shape[:2] == (2 * 8 + 15, 3 * 6 + 20)


def test_faces_are_reproducible_and_tell_their_factors():
    faces = Dataset.faces(20, 24, 24, 3, seed=9)
    again = Dataset.faces(30, 24, 24, 3, seed=9)
    np.testing.assert_array_equal(faces.read(), again.read(0, 20))
    assert faces.factors().shape == (20, len(faces.factor_names))
    assert "smile" in faces.factor_names
    assert set(faces.labels()) <= {0, 1}


def test_nearest_rows_are_those_numpy_finds(rows):
    queries = rows[[3, 50]] + np.float32(0.01)
    indices, distances = Dataset.from_array(rows).nearest(queries, 4)
    differences = queries.reshape(2, 1, 35) - rows.reshape(1, 257, 35)
    expected = np.sqrt((differences.astype(np.float64) ** 2).sum(-1))
    np.testing.assert_array_equal(indices, np.argsort(expected, 1)[:, :4])
    np.testing.assert_allclose(distances, np.sort(expected, 1)[:, :4], rtol=1e-3)


def test_a_stream_feeds_a_fit_and_its_exceptions_are_raised(rows):
    passes = []

    def batches():
        passes.append(1)
        yield from np.array_split(rows, 5)

    stream = Dataset.from_stream(batches, (5, 7))
    model = Autoencoder(2, hidden=(16,), epochs=3, batch_size=32).fit(stream)
    assert len(passes) >= 3
    assert model.info.n_epochs == 3

    def failing():
        yield rows[:40]
        raise KeyError("the disk is on fire")

    with pytest.raises(KeyError, match="on fire"):
        Autoencoder(2, hidden=(16,), epochs=1, batch_size=8).fit(Dataset.from_stream(failing, (5, 7)))


def test_a_memory_limit_is_a_memory_error(rows):
    with Context(memory_limit=16 << 20) as context:
        with pytest.raises(MemoryError):
            Autoencoder(512, hidden=(4096, 4096), context=context, epochs=1).fit(rows)
        used, peak = context.memory
        assert 0 < used <= peak <= 16 << 20


def test_closed_objects_are_an_error(rows):
    with Dataset.from_array(rows) as dataset:
        pass
    dataset.close()
    with pytest.raises(GenerativeError) as caught:
        dataset.read(0, 1)
    assert caught.value.name == "GEN_E_HANDLE" and isinstance(caught.value, RuntimeError)
    for thing in (dataset, Image.from_array(np.zeros((2, 2)))):
        with pytest.raises(TypeError, match="neither pickled nor copied"):
            copy.copy(thing)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.uint16, np.float16])
def test_small_numbers_are_not_amplified(dtype):
    X = np.random.default_rng(5).integers(0, 100, (40_000, 50)).astype(dtype)
    tracemalloc.start()
    try:
        data = Dataset.from_array(X)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4.1 * X.size and data.info.dtype == c.F32
    np.testing.assert_array_equal(data.read(), X)
    # Of what was given nothing is borrowed.
    X[:] = 0
    assert data.read().any()


def test_converted_arrays_are_borrowed_and_not_copied_again():
    X = np.random.default_rng(6).integers(0, 1000, (500, 40)).astype(np.int32)
    kept = Dataset.from_array(X)._array
    assert kept is not None and kept.dtype == np.float64 and not np.may_share_memory(kept, X)
    assert Dataset.from_array(X.astype(np.float64))._array is None


def test_the_scale_of_a_file_is_judged_from_rows_throughout(tmp_path):
    X = np.random.default_rng(7).random((2000, 3))
    X[1500:, 1] += 1000
    np.save(tmp_path / "x.npy", X)
    found = generative.open_dataset(tmp_path / "x.npy")._scale.outlier
    assert found.row >= 1500 and found.column == 1 and found.value == pytest.approx(X[found.row, 1])
