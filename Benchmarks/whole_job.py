"""From a folder of 10,000 JPEGs to a fitted convolutional VAE and 1,000 samples on disk, as whole processes.

Ours: gen train and gen sample. PyTorch's: whole_job.py --peer MODE FOLDER, a script with a DataLoader of two
workers, Pillow and the same network. MODE is loader, which decodes the files in each epoch, or cached, which keeps
the decoded rows. Both sides write samples as PNG.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from duel import LIBRARY, environment

NAME = "folder-to-samples"
SIZE, EPOCHS, BATCH, RATE, LATENTS, SAMPLES = 64, 3, 64, 1e-3, 64, 1000
MODES = "loader", "cached"
GEN = LIBRARY.parent / "gen"


def run(python, quick):
    from ours import faces_folder

    folder = faces_folder()
    sides = {mode: [[python, __file__, "--peer", mode, folder]] for mode in MODES}
    sides["ours"] = ours(folder)
    found = {name: [] for name in sides}
    for _ in range(1 if quick else 3):
        for name in list(sides):
            one = spent(sides[name])
            if one:
                found[name].append(one)
            else:
                del sides[name], found[name]
    if "ours" not in found:
        return []

    def median(name, place):
        return statistics.median(each[place] for each in found[name])

    walls = sorted(wall for wall, _, _ in found["ours"])
    head = dict(
        workload=NAME, ours_ms=median("ours", 0), ours_quartiles_ms=[walls[0], walls[-1]],
        ours_cpu_ms=median("ours", 1), ours_peak_mib=median("ours", 2), target=2,
        error=None, error_reason="see convolutional-vae-train-64-b64",
    )  # fmt: skip
    peers = [name for name in found if name != "ours"]
    if not peers:
        return [dict(head, peer=None, peer_ms=None, ratio=None)]
    return [
        dict(
            head, peer=f"torch-{name}", peer_ms=median(name, 0), ratio=median(name, 0) / head["ours_ms"],
            peer_cpu_ms=median(name, 1), peer_peak_mib=median(name, 2),
        )
        for name in peers
    ]  # fmt: skip


def ours(folder):
    options = {
        "size": SIZE, "latent-size": LATENTS, "likelihood": "bernoulli", "epochs": EPOCHS, "batch-size": BATCH,
        "learning-rate": RATE, "schedule": "constant",
    }  # fmt: skip
    fit = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [
        [GEN, "train", "vae", folder, "-q", *fit, "-o", "vae.safetensors"],
        [GEN, "sample", "vae.safetensors", "-q", "-n", SAMPLES, "-o", "samples/"],
    ]


def spent(commands):
    """(milliseconds, processor milliseconds, peak MiB of a process) of commands in a folder of their own, which must
    then have all samples; None if a command fails."""
    with tempfile.TemporaryDirectory() as folder:
        start, cpu, peak = time.perf_counter(), 0.0, 0.0
        for command in commands:
            process = subprocess.Popen(
                list(map(str, command)), cwd=folder, env=environment(threads=2), stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            told = process.stderr.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = status
            if status:
                print(f"{NAME}: {command[0]} skipped: {told.strip().splitlines()[-1:]}", file=sys.stderr)
                return None
            cpu, peak = cpu + used.ru_utime + used.ru_stime, max(peak, used.ru_maxrss / 1024)
        wall = time.perf_counter() - start
        written = len(list(Path(folder, "samples").rglob("*.png")))
        assert written == SAMPLES, f"{commands[0][0]} wrote {written} samples"
        return 1e3 * wall, 1e3 * cpu, peak


def peer(mode, folder):
    import numpy as np
    import torch
    from PIL import Image
    from torch.utils.data import DataLoader, Dataset

    import peer_torch

    class Pictures(Dataset):
        def __init__(self):
            self.paths = sorted(Path(folder).iterdir())

        def __len__(self):
            return len(self.paths)

        def __getitem__(self, number):
            with Image.open(self.paths[number]) as picture:
                small = picture.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
            return torch.from_numpy(np.asarray(small).transpose(2, 0, 1).astype(np.float32) / 255)

    last = {"memory_format": torch.channels_last}
    model = peer_torch.convolutional_vae(SIZE, latents=LATENTS).to(**last)
    step = peer_torch.descent(model)
    if mode == "cached":
        rows = torch.cat(list(DataLoader(Pictures(), BATCH, num_workers=2)))
    for _ in range(EPOCHS):
        if mode == "cached":
            batches = (rows[chosen] for chosen in torch.randperm(len(rows)).split(BATCH))
        else:
            batches = DataLoader(Pictures(), BATCH, shuffle=True, num_workers=2)
        for x in batches:
            step(x.to(**last))
    os.mkdir("samples")
    model.eval()
    with torch.inference_mode():
        for first in range(0, SAMPLES, 100):
            drawn = torch.sigmoid(model.decoder(torch.randn(100, LATENTS)))
            pixels = (drawn.permute(0, 2, 3, 1) * 255).round().byte().numpy()
            for number, each in enumerate(pixels, first):
                Image.fromarray(each).save(f"samples/{number:04}.png")


if __name__ == "__main__":
    if sys.argv[1:2] != ["--peer"]:
        sys.exit(__doc__)
    sys.path.insert(0, str(Path(__file__).parent))
    peer(*sys.argv[2:])
