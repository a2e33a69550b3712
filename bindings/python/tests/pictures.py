"""Images and image files for tests."""

import struct
import zlib

import numpy as np

from generative import Image

random = np.random.default_rng(7)
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def photo(height, width, channels=3):
    """Smooth colours with edges and some noise."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 90 * np.sin(x / (7 + c) + c) * np.cos(y / (9 - c)) for c in range(channels)]
    pixels = np.stack(planes, -1) + random.integers(-9, 10, (height, width, channels))
    pixels[height // 3 : height // 2, width // 4 : width // 2] = 250
    return pixels.clip(0, 255).astype(np.uint8)


def levels(data, **options):
    """The pixels that the library reads from a file, in levels."""
    with Image.from_bytes(data, **options) as image:
        return np.rint(image.pixels * 255).astype(int)


def chunk(name, body, harm=0):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body) ^ harm)


def png(*chunks, pixels=None):
    """A PNG of 6 x 8 RGB pixels with these chunks before its pixels."""
    pixels = photo(6, 8) if pixels is None else pixels
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 0)
    content = [chunk(b"IHDR", header), *chunks, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return SIGNATURE + b"".join(content)
