"""Model files that tests change."""

import json


def without_metadata(path, key, target):
    """A copy of a safetensors file without a metadata entry."""
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    kept = [name for name in header["__metadata__"] if name.endswith(key)]
    assert len(kept) == 1
    del header["__metadata__"][kept[0]]
    header["__metadata__"].pop("checksum", None)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    target.write_bytes(len(text).to_bytes(8, "little") + text + raw[8 + size :])
    return target
