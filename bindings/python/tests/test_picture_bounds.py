"""The processor time for an image file is bounded by its size in bytes."""

from __future__ import annotations

import struct
import time

import pytest
from pictures import chunk, levels, photo, png

from generative import GenerativeError, Image

JPEG = Image.from_array(photo(8, 8)).to_bytes(".jpg")
SEGMENTS = {f"APP{i}": bytes([0xFF, 0xE0 + i, 0, 2]) for i in range(16)} | {
    "COM": b"\xff\xfe\0\2",
    "Exif": b"\xff\xe1\0\x16Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\1",
    "Exif of 65,533 bytes": b"\xff\xe1\xff\xffExif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(65_517),
    "DQT": b"\xff\xdb\0\x43\0" + b"\1" * 64,
    "DHT": b"\xff\xc4\0\x14\0\1" + bytes(15) + b"\0",
    "DRI": b"\xff\xdd\0\4\0\1",
    "DAC": b"\xff\xcc\0\4\0\0",
    "RST": b"\xff\xd0",
    "fill": b"\xff",
    "stray": b"\xff\xff\0\0",
    "ICC": b"\xff\xe2\0\x12ICC_PROFILE\0\1\1\0\0",
    "Adobe": b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0",
    "JFIF": b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0",
}
CHUNKS = [b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"eXIf", b"gAMA", b"cHRM", b"sRGB", b"bKGD", b"hIST", b"pHYs"]
CHUNKS += [b"sBIT", b"sPLT", b"tIME", b"oFFs", b"pCAL", b"sCAL", b"cICP", b"tRNS", b"IDAT", b"PLTE", b"teSt", b"fcTL"]
BODIES = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"bKGD": 6, b"pHYs": 9, b"tRNS": 6, b"PLTE": 3, b"tIME": 7, b"sBIT": 3}


def seconds_per_megabyte(data):
    start = time.process_time()
    try:
        levels(data)
    except GenerativeError:
        pass
    return (time.process_time() - start) * 1e6 / len(data)


@pytest.mark.parametrize("name", SEGMENTS)
def test_segments_of_a_jpeg_cost_by_their_bytes(name):
    segment = SEGMENTS[name]
    data = JPEG[:2] + segment * (600_000 // len(segment)) + JPEG[2:]
    assert min(seconds_per_megabyte(data) for _ in range(3)) < 0.5


@pytest.mark.parametrize("name", CHUNKS)
@pytest.mark.parametrize("harm", [0, 1])
def test_chunks_of_a_png_cost_by_their_bytes(name, harm):
    one = chunk(name, bytes(BODIES.get(name, 0)), harm)
    data = png(one * (600_000 // len(one)))
    assert min(seconds_per_megabyte(data) for _ in range(3)) < 0.5


def scans(side, count):
    """A progressive JPEG of side x side gray pixels whose scans after the first are a few bytes each."""
    blocks = (side // 8) ** 2
    content = b"\xff\xd8\xff\xdb\0\x43\0" + b"\1" * 64
    content += b"\xff\xc2\0\x0b\x08" + struct.pack(">HH", side, side) + b"\1\1\x11\0"
    content += b"\xff\xc4\0\x14\0\1" + bytes(15) + b"\0"  # one code: no difference
    content += b"\xff\xc4\0\x14\x10\1" + bytes(15) + b"\xe0"  # one code: a run of 2^14 blocks without coefficients
    content += b"\xff\xda\0\x08\1\1\0\0\0\x0d" + bytes(blocks // 8 + 1)
    for i in range(count):
        low, coefficient = 13 - i % 14, 1 + i // 14 % 63
        content += b"\xff\xda\0\x08\1\1\0" + bytes([coefficient, coefficient, (0 if low == 13 else low + 1) << 4 | low])
        content += bytes(2 * (blocks // 2**14 + 1))
    return content + b"\xff\xd9"


def test_scans_of_a_large_jpeg_are_paid_for_by_its_bytes():
    with pytest.raises(GenerativeError, match="more scans than max_jpeg_scans, or than its bytes pay for"):
        Image.from_bytes(scans(4096, 490))
    assert seconds_per_megabyte(scans(4096, 490)) < 60
