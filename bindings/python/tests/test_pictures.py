"""Reading and resizing images, compared with Pillow and with sums in double precision."""

from __future__ import annotations

import io
import itertools
import struct
import zlib

import numpy as np
import pytest
from pictures import SIGNATURE, chunk, levels, photo, png, random

from generative import Context, Dataset, GenerativeError, Image, read_image

PIL = pytest.importorskip("PIL.Image")
ImageOps = pytest.importorskip("PIL.ImageOps")


def saved(pixels, kind="JPEG", mode=None, **options):
    picture = PIL.fromarray(pixels.squeeze()) if isinstance(pixels, np.ndarray) else pixels
    file = io.BytesIO()
    (picture.convert(mode) if mode else picture).save(file, kind, **options)
    return file.getvalue()


def pillow(data, mode=None):
    picture = ImageOps.exif_transpose(PIL.open(io.BytesIO(data)))
    array = np.asarray(picture.convert(mode) if mode else picture).astype(int)
    return array[..., None] if array.ndim == 2 else array


@pytest.fixture
def log():
    """The messages in a context's log."""
    heard = []
    with Context(log=lambda level, message: heard.append(message)) as context:
        heard.clear()
        yield context, heard


# ---- What is wrong is sorted ----


def test_wrong_parameters_of_a_baseline_scan_are_accepted_and_logged(log):
    context, heard = log
    data = bytearray(saved(photo(40, 56)))
    expected = levels(bytes(data))
    scan = data.rindex(b"\xff\xda")
    end = scan + 2 + (data[scan + 2] << 8 | data[scan + 3])
    data[end - 3 : end] = b"\0\0\0"
    assert (levels(bytes(data), context=context) == expected).all()
    assert len(heard) == 1 and "SOS parameters" in heard[0]


@pytest.mark.parametrize("name", [b"tEXt", b"zTXt", b"iCCP", b"gAMA", b"eXIf", b"teSt"])
def test_a_wrong_checksum_of_a_chunk_without_pixels_is_accepted_and_logged(log, name):
    context, heard = log
    pixels = photo(6, 8)
    assert (levels(png(chunk(name, b"k\0v", 1), pixels=pixels), context=context) == pixels).all()
    assert len(heard) == 1 and "CRC" in heard[0] and name.decode() in heard[0]


@pytest.mark.parametrize("name", [b"tRNS", b"PLTE", b"HEAD"])
def test_a_wrong_checksum_of_a_chunk_that_changes_pixels_is_refused(name):
    with pytest.raises(GenerativeError, match="CRC"):
        levels(png(chunk(name, bytes(6), 1)))


def test_a_missing_end_is_accepted_if_all_pixels_are_present(log):
    context, heard = log
    pixels = photo(6, 8)
    whole = png(pixels=pixels)
    for cut in range(1, 13):
        assert (levels(whole[:-cut], context=context) == pixels).all()
    assert len(heard) == 12
    for cut in range(13, len(whole)):
        with pytest.raises(GenerativeError):
            levels(whole[:-cut])
    data = saved(photo(40, 56), quality=90)
    expected = levels(data)
    assert (levels(data[:-2], context=context) == expected).all() and len(heard) == 13
    accepted = []
    for cut in range(1, 300):
        try:
            assert (levels(data[:-cut]) == expected).all(), "a picture that is read has all its pixels"
            accepted.append(cut)
        except GenerativeError:
            pass
    assert accepted and max(accepted) <= 4


def test_progressive_files_without_an_end_may_lack_scans():
    data = saved(photo(40, 56), progressive=True)
    with pytest.raises(GenerativeError):
        levels(data[:-2])


def test_missing_pixels_are_gray_if_tolerated(log, tmp_path):
    context, heard = log
    pixels = photo(160, 240)
    for data, row_blocks in ((saved(pixels, quality=90), 16), (saved(pixels, "PNG"), 1)):
        whole = levels(data)
        cut = data[: len(data) * 3 // 5]
        with pytest.raises(GenerativeError):
            levels(cut)
        heard.clear()
        found = levels(cut, tolerant=True, context=context)
        assert len(heard) == 1
        same = (found == whole).all(axis=(1, 2))
        first = int(np.argmin(same))
        assert 40 < first < 150 and same[: first - row_blocks].all()
        assert (abs(found[first + 2 * row_blocks :] - 128) <= 1).all()
        name = "png" if row_blocks == 1 else "jpg"
        (tmp_path / f"cut.{name}").write_bytes(cut)
        (tmp_path / f"whole.{name}").write_bytes(data)
    (tmp_path / "none.png").write_bytes(b"nothing")
    (tmp_path / "header.png").write_bytes(saved(pixels, "PNG")[:60])
    skipped = []
    with Dataset.from_folder(tmp_path, 160, 240, on_skip=skipped.append) as dataset:
        assert (len(dataset), dataset.info.n_skipped, dataset.info.n_damaged) == (2, 4, 0)
    with Dataset.from_folder(tmp_path, 160, 240, on_skip=skipped.append, tolerant=True) as dataset:
        assert (len(dataset), dataset.info.n_skipped, dataset.info.n_damaged) == (4, 2, 2)


@pytest.mark.parametrize("size", [(8, 8), (60, 60), (400, 500)])
def test_nearly_all_rows_of_a_cut_png_are_read(size):
    pixels = random.integers(0, 256, (*size, 3), np.uint8)
    data = saved(pixels, "PNG")
    for share in (0.5, 0.9):
        found = levels(data[: int(len(data) * share)], tolerant=True)
        # A row takes its bytes, as noise does not shrink; the head and the last part that is read take some, too.
        rows = int(size[0] * share - 100 / (3 * size[1]) - size[0] / 256) - 1
        assert rows < 1 or (found[:rows] == pixels[:rows]).all()
        assert (found[int(size[0] * share) + 2 :] == 128).all()


def test_damage_never_changes_the_pixels_before_it():
    # Noise, whose rows take bytes alike.
    data = saved(random.integers(0, 256, (96, 96, 3), np.uint8), quality=90)
    whole = levels(data)
    start = data.rindex(b"\xff\xda") + 20
    for place in range(start, len(data) - 2, 97):
        broken = data[:place] + b"\xff\xc4" + data[place + 2 :]
        found = levels(broken, tolerant=True)
        rows = max(int(96 * (place - start) / (len(data) - start)) - 20, 0)
        assert (found[:rows] == whole[:rows]).all() and (found != whole).any()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_orientation_is_applied_in_both_kinds(kind, orientation, tmp_path):
    exif = PIL.Exif()
    exif[0x0112] = orientation
    data = saved(photo(24, 40), kind, exif=exif)
    assert (levels(data) == pillow(data)).all()
    # And after shrinking, with a window that is not in the middle.
    large = saved(photo(240, 400), kind, exif=exif)
    (tmp_path / "one.png").write_bytes(large)
    for resize, place in itertools.product(("cover", "contain", "stretch"), (0.0, 0.3, 1.0)):
        options = {"resize": resize, "place_x": place, "place_y": place, "crop_height": 200}
        with Dataset.from_folder(tmp_path, 24, 32, **options) as dataset:
            found = dataset.read() * 255
        with Image.from_bytes(large) as image, image.resized(24, 32, **options) as small:
            expected = small.pixels * 255
        # A JPEG is shrunk by its transform first, another filter; the wrong window differs by 20 in the mean.
        assert np.abs(found - expected).mean() < 1 if kind == "JPEG" else np.abs(found - expected).max() < 1.01


def test_cmyk_without_adobes_marker_is_read_as_pillow_does():
    data = saved(PIL.fromarray(photo(24, 40)).convert("CMYK"))
    place = data.index(b"\xff\xee\0\x0eAdobe")
    bare = data[:place] + data[place + 16 :]
    for file in (data, bare):
        assert np.abs(levels(file) - pillow(file, "RGB")).max() <= 1


def test_limits_name_the_value_and_the_option():
    files = [saved(photo(40, 56)), saved(photo(40, 56), "PNG")]
    for data in files:
        with Context(max_image_side=50) as context:
            with pytest.raises(GenerativeError, match=r"56 x 40 pixels.*max_image_side of 50"):
                levels(data, context=context)
        with Context(max_image_pixels=1000) as context:
            with pytest.raises(GenerativeError, match=r"56 x 40 pixels.*max_image_pixels of 1000"):
                levels(data, context=context)


# ---- Resizing ----


def filtered(pixels, count, kind, start=0.0, scale=None, low=0, high=None):
    """One axis (the first) by sums in double precision."""
    n = len(pixels)
    high = n if high is None else high
    scale = n / count if scale is None else scale
    wide = max(scale, 1)
    reach = {"triangle": 1, "lanczos": 3}[kind] * wide
    matrix = np.zeros((count, n))
    for i in range(count):
        center = start + (i + 0.5) * scale
        k = np.arange(max(low, int(center - reach + 0.5)), min(high, int(center + reach + 0.5)))
        x = (k + 0.5 - center) / wide
        w = np.maximum(0, 1 - abs(x)) if kind == "triangle" else np.sinc(x) * np.sinc(x / 3) * (abs(x) < 3)
        matrix[i, k] = w / w.sum()
    return np.tensordot(matrix, pixels, 1)


def stretched(pixels, height, width, kind):
    rows = filtered(pixels.astype(float), height, kind)
    return filtered(rows.swapaxes(0, 1), width, kind).swapaxes(0, 1)


@pytest.mark.parametrize("size", [(8, 8), (17, 40), (64, 48), (100, 31), (150, 170)])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("kind", ["triangle", "lanczos"])
def test_filters_match_their_formula(size, channels, kind):
    pixels = photo(61, 83, channels)
    if channels == 4:
        pixels[..., 3] = 255
    with Image.from_array(pixels) as image, image.resized(*size, resize="stretch", filter=kind) as small:
        found = small.pixels * 255
    assert np.abs(found - stretched(pixels, *size, kind).clip(0, 255)).max() <= 0.5 + 1e-3


@pytest.mark.parametrize("size", [(12, 20), (60, 100), (100, 61), (61, 83)])
def test_resizing_agrees_with_pillow(size):
    pixels = photo(61, 83)
    for kind, theirs, most in (("triangle", PIL.BILINEAR, 1), ("nearest", PIL.NEAREST, 0)):
        with Image.from_array(pixels) as image, image.resized(*size, resize="stretch", filter=kind) as small:
            found = np.rint(small.pixels * 255)
        assert np.abs(found - np.asarray(PIL.fromarray(pixels).resize(size[::-1], theirs))).max() <= most


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.5, 0.5), (1.0, 0.25)])
@pytest.mark.parametrize("crop", [None, (40, 50), (200, 30)])
def test_ways_to_fill_a_row(crop, place):
    pixels = photo(61, 83)
    height, width = 20, 24
    window = pixels
    if crop is not None:
        h, w = min(crop[0], 61), min(crop[1], 83)
        top, left = int((61 - h) * place[1] + 0.5), int((83 - w) * place[0] + 0.5)
        window = pixels[top : top + h, left : left + w]
    options = {"crop_height": crop and crop[0], "crop_width": crop and crop[1]}
    options |= {"place_x": place[0], "place_y": place[1]}
    image = Image.from_array(pixels)
    stretch = image.resized(height, width, resize="stretch", **options).pixels * 255
    assert np.abs(stretch - stretched(window, height, width, "triangle")).max() <= 0.501
    h, w = window.shape[:2]
    scale = min(h / height, w / width)
    y, x = (h - scale * height) * place[1], (w - scale * width) * place[0]
    box = (x, y, x + scale * width, y + scale * height)
    cover = np.rint(image.resized(height, width, **options).pixels * 255)
    expected = np.asarray(PIL.fromarray(window).resize((width, height), PIL.BILINEAR, box=box))
    assert np.abs(cover - expected).max() <= 1
    scale = max(h / height, w / width)
    th, tw = round(h / scale), round(w / scale)
    top, left = int((height - th) * place[1] + 0.5), int((width - tw) * place[0] + 0.5)
    contain = image.resized(height, width, resize="contain", background=0.6, **options).pixels * 255
    expected = np.full((height, width, 3), 153.0)
    expected[top : top + th, left : left + tw] = stretched(window, th, tw, "triangle")
    assert np.abs(contain - expected).max() <= 0.501


def test_colors_of_transparent_pixels_do_not_bleed():
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[..., 1] = 255
    pixels[20:44, 20:44] = (255, 0, 0, 255)
    with Image.from_array(pixels) as image, image.resized(7, 7) as small:
        found = np.rint(small.pixels * 255)
    theirs = np.asarray(PIL.fromarray(pixels).resize((7, 7), PIL.BILINEAR)).astype(int)
    assert np.abs(found - theirs).max() <= 2
    assert (found[found[..., 3] > 0][:, :3] == (255, 0, 0)).all()
    soft = photo(50, 40, 4)
    with Image.from_array(soft) as image, image.resized(20, 16, resize="stretch") as small:
        found = small.pixels * 255
    weighed = soft.astype(float)
    weighed[..., :3] *= weighed[..., 3:] / 255
    expected = stretched(weighed, 20, 16, "triangle")
    expected[..., :3] *= 255 / expected[..., 3:]
    assert np.abs(found - expected).max() <= 0.501


@pytest.mark.parametrize("size", [(64, 64), (200, 300), (33, 90)])
def test_a_shrunk_jpeg_is_the_whole_one_resized(tmp_path, size):
    y, x = np.mgrid[0:720, 0:1000]
    smooth = np.stack([128 + 100 * np.sin(x / 90 + c) * np.cos(y / 70) for c in range(3)], -1).astype(np.uint8)
    data = saved(smooth, quality=95)
    (tmp_path / "a.jpg").write_bytes(data)
    with Dataset.from_folder(tmp_path, *size) as dataset, Image.from_bytes(data) as image:
        found = dataset.read()[0] * 255
        with image.resized(*size) as small:
            expected = small.pixels * 255
    assert np.abs(found - expected).max() <= 3 and np.abs(found - expected).mean() < 0.5


def test_options_of_resizing_are_checked(tmp_path):
    (tmp_path / "a.png").write_bytes(png())
    for options in ({"resize": "fill"}, {"filter": "cubic"}, {"crop_height": 0}, {"place_x": 1.5}, {"background": -1}):
        with pytest.raises(ValueError, match=next(iter(options))):
            Dataset.from_folder(tmp_path, 4, 4, **options)
        with pytest.raises(ValueError, match=next(iter(options))):
            read_image(tmp_path / "a.png", size=(4, 4), **options)
    with pytest.raises(TypeError, match="resize"):
        read_image(tmp_path / "a.png", resize="contain")


# ---- Decoding beside Pillow ----

JPEGS = {
    f"{mode}-{options}": (mode, dict(options))
    for mode in ("L", "RGB", "CMYK")
    for options in (
        (("quality", 90),),
        (("quality", 60), ("progressive", True)),
        (("quality", 80), ("subsampling", 2)),
        (("quality", 80), ("subsampling", 1), ("restart_marker_blocks", 3)),
        (("quality", 100), ("optimize", True)),
    )
}


def test_ten_scans_of_a_flat_picture_are_read():
    flat = saved(np.full((2048, 2048, 3), 90, np.uint8), progressive=True)
    assert (levels(flat) == pillow(flat)).all()


@pytest.mark.parametrize("name", JPEGS)
@pytest.mark.parametrize("size", [(1, 1), (8, 16), (67, 45)])
def test_jpegs_decode_as_pillows(name, size):
    mode, options = JPEGS[name]
    data = saved(PIL.fromarray(photo(*size)).convert(mode), **options)
    assert np.abs(levels(data) - pillow(data, "RGB" if mode == "CMYK" else None)).max() <= 1


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
TYPES = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# Transparency by tRNS is for types without alpha.
CASES = [
    (kind, depth, laced, clear)
    for kind, depths in TYPES.items()
    for depth, laced, clear in itertools.product(depths, (0, 1), (False, True)[: 1 if kind > 3 else 2])
]


@pytest.mark.parametrize("kind, depth, laced, clear", CASES)
def test_pngs_of_every_type_decode_as_pillows(kind, depth, laced, clear):
    height, width, channels = 13, 11, {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    samples = random.integers(0, 1 << depth, (height, width, channels))
    data = b""
    for x0, y0, dx, dy in PASSES if laced else [(0, 0, 1, 1)]:
        for row in samples[y0::dy, x0::dx]:
            if not row.size:
                continue
            bits = (row.reshape(-1, 1) >> np.arange(depth - 1, -1, -1)) & 1
            data += b"\0" + np.packbits(bits.reshape(-1).astype(np.uint8)).tobytes()
    content = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, laced))
    palette = random.integers(0, 256, (1 << depth if depth < 9 else 1, 3), dtype=np.uint8)
    if kind == 3:
        content += chunk(b"PLTE", palette.tobytes())
    alpha = None
    if clear and kind == 3:
        alpha = random.integers(0, 256, len(palette), dtype=np.uint8)
        content += chunk(b"tRNS", alpha.tobytes())
    elif clear:
        content += chunk(b"tRNS", struct.pack(f">{channels}H", *samples[0, 0]))
    data = SIGNATURE + content + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    most = (1 << depth) - 1
    if kind == 3:
        expected = palette[samples[..., 0]]
        if alpha is not None:
            expected = np.concatenate([expected, alpha[samples]], -1)
    else:
        expected = np.floor(samples * 255 / most + 0.5).astype(int)
        if kind == 4 or (clear and kind == 0):
            opacity = expected[..., 1:] if kind == 4 else 255 * (samples != samples[0, 0])
            expected = np.concatenate([expected[..., :1]] * 3 + [opacity], -1)
        elif clear:
            opacity = 255 * (samples != samples[0, 0]).any(-1, keepdims=True)
            expected = np.concatenate([expected, opacity], -1)
    assert (levels(data) == expected).all()
    if depth == 8 or (kind == 3 and not clear):
        mode = {0: "RGBA" if clear else None, 2: "RGBA" if clear else None}.get(kind, "RGBA" if kind != 3 or clear else "RGB")
        assert (levels(data) == pillow(data, mode)).all()
