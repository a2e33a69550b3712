"""Pictures for the scorecard: PNGs with known pixels because they are written here, JPEGs that djpeg reads as well,
and bombs, which are small files that claim or cost much."""

import itertools
import random
import shutil
import struct
import subprocess
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Channels and depths by colour type: gray, RGB, palette, gray with alpha, RGB with alpha.
TYPES = {0: (1, (1, 2, 4, 8, 16)), 2: (3, (8, 16)), 3: (1, (1, 2, 4, 8)), 4: (2, (8, 16)), 6: (4, (8, 16))}
# Adam7: first column and row, steps.
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def header(width, height, depth, kind, interlaced=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced))


def _packed(samples, depth):
    """The samples of one line, as bytes."""
    if depth == 16:
        return b"".join(struct.pack(">H", sample) for sample in samples)
    bits = "".join(format(sample, f"0{depth}b") for sample in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def _paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def _filtered(lines, step, filters):
    """Each line after its filter's number, with the given filters in turn."""
    above, result = bytes(len(lines[0])), b""
    for line, kind in zip(lines, itertools.cycle(filters)):
        left = bytes(step) + line
        corner = bytes(step) + above
        guess = {
            0: lambda i: 0,
            1: lambda i: left[i],
            2: lambda i: above[i],
            3: lambda i: (left[i] + above[i]) // 2,
            4: lambda i: _paeth(left[i], above[i], corner[i]),
        }[kind]
        result += bytes([kind]) + bytes((line[i] - guess(i)) & 255 for i in range(len(line)))
        above = line
    return result


def png(width, height, kind, depth, interlaced, filters, seed):
    """A PNG of random samples, and the (height, width, channels, bytes) that reading it must give."""
    draw = random.Random(seed)
    channels = TYPES[kind][0]
    palette = [tuple(draw.randrange(256) for _ in range(3)) for _ in range(1 << min(depth, 8))]
    most = 1 << depth
    samples = [[[draw.randrange(most) for _ in range(channels)] for _ in range(width)] for _ in range(height)]
    step = max(1, channels * depth // 8)
    data = b""
    for x0, y0, dx, dy in PASSES if interlaced else [(0, 0, 1, 1)]:
        rows = [[row[x] for x in range(x0, width, dx)] for row in samples[y0::dy]]
        if rows and rows[0]:
            data += _filtered([_packed(sum(row, []), depth) for row in rows], step, filters)
    content = SIGNATURE + header(width, height, depth, kind, interlaced)
    if kind == 3:
        content += chunk(b"PLTE", b"".join(bytes(color) for color in palette))
    packed = zlib.compress(data)
    half = len(packed) // 2
    content += chunk(b"IDAT", packed[:half]) + chunk(b"IDAT", packed[half:]) + chunk(b"IEND", b"")

    def level(sample):
        # The nearest of 256 levels; exact for depths up to 8.
        return (sample * 255 * 2 + most - 1) // (2 * (most - 1))

    pixels = b""
    for pixel in itertools.chain.from_iterable(samples):
        if kind == 3:
            pixels += bytes(palette[pixel[0]])
        elif kind == 4:
            pixels += bytes([level(pixel[0])] * 3 + [level(pixel[1])])
        else:
            pixels += bytes(level(sample) for sample in pixel)
    return content, (height, width, {0: 1, 2: 3, 3: 3, 4: 4, 6: 4}[kind], pixels)


def _broken():
    """PNGs that must be refused, like PngSuite's x files: signature, checksums, types, depths, missing pixels."""
    good, _ = png(5, 7, 2, 8, 0, [4], 1)
    body = good[33:]
    yield from (b"\x88" + good[1:], good.replace(b"\r\n\x1a\n", b"\n\x1a\n", 1), good.replace(b"\r\n", b"\n\n", 1))
    yield good[:29] + b"\0\0\0\0" + body
    for kind, depth in ((1, 8), (9, 8), (2, 4), (2, 0), (2, 99), (3, 16), (4, 2)):
        yield SIGNATURE + header(5, 7, depth, kind) + body
    yield SIGNATURE + header(0, 7, 8, 2) + body
    yield SIGNATURE + header(5, 7, 8, 2) + chunk(b"IEND", b"")
    yield SIGNATURE + header(5, 7, 8, 2, 7) + body
    yield SIGNATURE + header(5, 7, 8, 3) + body
    yield good[:50] + bytes([good[50] ^ 1]) + good[51:]
    yield good[:-20]


def pngs(folder):
    """{path: what reading it must give, or None if it must be refused}."""
    files = {}
    seed = 0
    for kind, (_, depths) in TYPES.items():
        for depth, interlaced, (width, height) in itertools.product(depths, (0, 1), ((1, 1), (3, 2), (9, 5), (32, 33))):
            for filters in ([0], [0, 1, 2, 3, 4]):
                seed += 1
                name = folder / f"{kind}-{depth}-{'ni'[interlaced]}-{width}x{height}-{len(filters)}.png"
                content, expected = png(width, height, kind, depth, interlaced, filters, seed)
                name.write_bytes(content)
                files[name] = expected
    for number, content in enumerate(_broken()):
        name = folder / f"x{number}.png"
        name.write_bytes(content)
        files[name] = None
    return files


def jpegs(folder, sizes):
    """{path: what djpeg reads from it}; None if the tools are missing."""
    if not shutil.which("cjpeg") or not shutil.which("djpeg"):
        return None
    kinds = {
        "baseline": [], "progressive": ["-progressive"], "gray": ["-grayscale"], "restarts": ["-restart", "1"],
        "arithmetic": ["-arithmetic"], "full": ["-sample", "1x1"],
    }  # fmt: skip
    files = {}
    for number, side in enumerate(sizes):
        width, height = side, 1 + (side * 29) % 67
        draw = random.Random(side)
        pixels = bytes((x * 3 + y * 5 + draw.randrange(40)) % 256 for y in range(height) for x in range(width * 3))
        for name, options in itertools.islice(kinds.items(), number % 2, None, 2) if number % 3 else kinds.items():
            path = folder / f"{name}-{width}x{height}.jpg"
            source = b"P6 %d %d 255\n" % (width, height) + pixels
            subprocess.run(["cjpeg", "-quality", "85", *options, "-outfile", path], input=source, check=True)
            out = subprocess.run(["djpeg", "-pnm", path], capture_output=True, check=True).stdout
            magic, size, _, raw = out.split(b"\n", 3)
            columns, lines = (int(word) for word in size.split())
            files[path] = (lines, columns, 1 if magic == b"P5" else 3, raw)
    return files


def _jpeg_of_scans(count):
    """A legal progressive JPEG of 8 x 8 pixels whose coefficients are sent bit by bit."""
    content = b"\xff\xd8\xff\xdb\0\x43\0" + b"\1" * 64 + b"\xff\xc2\0\x0b\x08\0\x08\0\x08\1\1\x11\0"
    for table in (0x00, 0x10):
        content += b"\xff\xc4\0\x14" + bytes([table, 1]) + bytes(15) + b"\0"
    scan = b"\xff\xda\0\x08\1\1\0"
    content += scan + b"\0\0\0\x7f"
    for i in range(count - 1):
        low, coefficient = 13 - i % 14, 1 + i // 14 % 63
        content += scan + bytes([coefficient, coefficient, (0 if low == 13 else low + 1) << 4 | low, 0x7F])
    return content + b"\xff\xd9"


def bombs():
    """{name: content}; each must be refused."""
    result = {}
    sides = (60_000, 16_385, 1 << 20, (1 << 31) - 1, 16_384, 8_000)
    for width, height in itertools.product(sides, sides):
        result[f"{width}x{height}.png"] = SIGNATURE + header(width, height, 8, 2)
    for depth, kind in ((1, 0), (16, 6), (8, 3)):
        packed = zlib.compress(bytes(1 << 20), 9)
        content = SIGNATURE + header(16_000, 4_000, depth, kind)
        result[f"short-{depth}-{kind}.png"] = content + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    result["0x0.png"] = SIGNATURE + header(0, 0, 8, 2) + chunk(b"IEND", b"")
    text = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(30 << 20), 9))
    result["text.png"] = SIGNATURE + header(8, 8, 8, 2) + text * 40 + chunk(b"IEND", b"")
    result["profile.png"] = SIGNATURE + header(8, 8, 8, 2) + chunk(b"iCCP", text[8:]) + chunk(b"IEND", b"")
    for scans in (501, 10_000):
        result[f"{scans}-scans.jpg"] = _jpeg_of_scans(scans)
    frame = b"\xff\xd8\xff\xdb\0\x43\0" + b"\1" * 64 + b"\xff\xc0\0\x11\x08%b\3\1\x11\0\2\x11\0\3\x11\0"
    for height, width in ((60_000, 60_000), (65_535, 65_535), (16_384, 16_384), (0, 0), (8_000, 8_000)):
        result[f"{height}x{width}.jpg"] = frame % struct.pack(">HH", height, width) + b"\xff\xd9"
    return result
