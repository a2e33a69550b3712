"""Makes the pictures beside it and what Pillow reads from them; needs pillow and numpy.

Each line of index.txt: file, height, width, channels; the decoded bytes are in file + ".raw".
"""
import io, os, struct, zlib
import numpy as np
from PIL import Image, __version__

here = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(7)
lines = []


def picture(height, width, channels):
    y, x = np.mgrid[0:height, 0:width]
    planes = [(x * 37 + y * 11 * (c + 1) + c * 50) % 256 for c in range(channels)]
    return np.stack(planes, -1).astype(np.uint8)


def keep(name, data, expected):
    open(os.path.join(here, name), "wb").write(data)
    expected = np.asarray(expected, np.uint8)
    expected = expected.reshape(expected.shape[0], expected.shape[1], -1)
    open(os.path.join(here, name + ".raw"), "wb").write(expected.tobytes())
    lines.append(" ".join([name] + [str(n) for n in expected.shape]))


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width, height, depth, kind, rows, extra=b"", interlace=0):
    """Rows of samples, packed by hand: Pillow cannot write all of PNG."""
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def unfiltered(array):
    return b"".join(b"\0" + row.tobytes() for row in array)


def interlaced(array):
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    return b"".join(unfiltered(array[y::dy, x::dx]) for y, x, dy, dx in passes if array[y::dy, x::dx].size)


# PNG: every color type.
gray, rgb, rgba = picture(5, 7, 1)[..., 0], picture(5, 7, 3), picture(5, 7, 4)
keep("gray.png", saved(Image.fromarray(gray), "PNG"), gray)
keep("rgb.png", saved(Image.fromarray(rgb), "PNG"), rgb)
keep("rgba.png", saved(Image.fromarray(rgba), "PNG"), rgba)
ga = picture(5, 7, 2)
data = saved(Image.fromarray(ga, "LA"), "PNG")
keep("gray-alpha.png", data, Image.open(io.BytesIO(data)).convert("RGBA"))
indexed = Image.fromarray(rgb).quantize(9)
data = saved(indexed, "PNG")
keep("palette.png", data, Image.open(io.BytesIO(data)).convert("RGB"))
data = saved(indexed, "PNG", transparency=bytes(range(0, 225, 25)))
keep("palette-alpha.png", data, Image.open(io.BytesIO(data)).convert("RGBA"))
bits = (gray > 99).astype(np.uint8)
keep("gray-1.png", png(7, 5, 1, 0, unfiltered(np.packbits(bits, axis=1))), bits * 255)
wide = random.integers(0, 65536, (5, 7, 3), np.uint16)
rounded = np.round(wide / 257.0)
keep("rgb-16.png", png(7, 5, 16, 2, unfiltered(wide.astype(">u2"))), rounded)
keep("gray-16.png", png(7, 5, 16, 0, unfiltered(wide[..., 0].astype(">u2"))), rounded[..., 0])
key = struct.pack(">HHH", *rgb[2, 3])
opaque = np.where((rgb == rgb[2, 3]).all(-1), 0, 255)[..., None]
keep("rgb-key.png", png(7, 5, 8, 2, unfiltered(rgb), chunk(b"tRNS", key)), np.concatenate([rgb, opaque], -1))
big = picture(11, 13, 3)
data = png(13, 11, 8, 2, interlaced(big), interlace=1)
assert (np.asarray(Image.open(io.BytesIO(data))) == big).all()
keep("interlaced.png", data, big)

# JPEG, decoded by another build of the same transform.
y, x = np.mgrid[0:19, 0:23]
smooth = np.stack([x * 11, y * 13, 255 - x * 5 - y * 5], -1).astype(np.uint8)
photo = Image.fromarray(smooth)
for name, image, options in [
    ("gray.jpg", photo.convert("L"), {"quality": 90}),
    ("rgb-444.jpg", photo, {"quality": 90, "subsampling": 0}),
    ("rgb-420.jpg", photo, {"quality": 75, "subsampling": 2}),
    ("progressive.jpg", photo, {"quality": 80, "progressive": True}),
    ("restart.jpg", photo, {"quality": 80, "restart_marker_blocks": 2}),
]:
    data = saved(image, "JPEG", **options)
    keep(name, data, Image.open(io.BytesIO(data)))
data = saved(photo.convert("CMYK"), "JPEG", quality=90)
keep("cmyk.jpg", data, Image.open(io.BytesIO(data)).convert("RGB"))
exif = Image.Exif()
from PIL import ImageOps
for orientation in range(2, 9):
    exif[0x0112] = orientation
    data = saved(photo, "JPEG", quality=85, exif=exif)
    keep(f"turned-{orientation}.jpg", data, ImageOps.exif_transpose(Image.open(io.BytesIO(data))))

# Conversions and resizing of rgb.png-like pictures, the source and the result both raw.
noise = random.integers(0, 256, (31, 41, 3), np.uint8)
data = saved(Image.fromarray(noise), "PNG")
keep("noise.png", data, noise)
for height, width in [(12, 9), (31, 20), (50, 70)]:
    scale = min(31 / height, 41 / width)
    w, h = width * scale, height * scale
    box = ((41 - w) / 2, (31 - h) / 2, (41 + w) / 2, (31 + h) / 2)
    small = Image.fromarray(noise).resize((width, height), Image.BILINEAR, box=box)
    np.asarray(small).tofile(os.path.join(here, f"noise-{height}x{width}.raw"))
np.asarray(Image.fromarray(noise).convert("L")).tofile(os.path.join(here, "noise-luma.raw"))

open(os.path.join(here, "index.txt"), "w").write("\n".join(lines) + "\n")
print("Pillow", __version__, len(lines), "pictures")
