"""The workloads by name: what each side runs, and the target ratios."""

from typing import NamedTuple


class Side(NamedTuple):
    """A worker: its name in tables, its module, and the function and settings that it is given."""

    name: str
    module: str
    function: str
    settings: dict = {}


class Duel(NamedTuple):
    name: str
    ours: Side
    peers: list
    target: float = None  # the fastest peer's time divided by ours
    rounds: int = 15
    seconds: float = 0.2  # per burst
    threads: int = 2


def _ours(function, **settings):
    return Side("ours", "ours", function, settings)


def _torch(function, *modes, **settings):
    return [Side(f"torch-{mode}", "peer_torch", function, dict(settings, mode=mode)) for mode in modes]


def _rounding_torch(function, *modes, **settings):
    """PyTorch's ways to multiply bfloat16 numbers."""
    return [
        Side(f"torch-{mode}-{precision}", "peer_torch", function, dict(settings, mode=mode, precision=precision))
        for precision in settings.pop("precisions", ("autocast", "medium"))
        for mode in modes
    ]


def _onnx(function, **settings):
    return [Side("onnxruntime", "peer_onnx", function, settings)]


def _sklearn(function, *solvers, **settings):
    if not solvers:
        return [Side("sklearn", "peer_sklearn", function, settings)]
    return [Side(f"sklearn-{s}", "peer_sklearn", function, dict(settings, solver=s)) for s in solvers]


def networks():
    dense, images = ("eager", "compile"), ("eager", "channels_last", "compile")
    yield Duel("vae-train-b128", _ours("vae_train"), _torch("vae_train", *dense), 1.5)
    yield Duel("gan-train-b128", _ours("gan_train"), _torch("gan_train", *dense), 1.5)
    yield Duel(
        "dcgan-train-b64", _ours("dcgan_train"), _torch("dcgan_train", *images), 1.5, rounds=7, seconds=0.5
    )
    for batch, target in (64, 1.4), (1, 1.2):
        peers = _torch("dcgan_sample", *images, batch=batch) + _onnx("dcgan_sample", batch=batch)
        yield Duel(f"dcgan-sample-b{batch}", _ours("dcgan_sample", batch=batch), peers, target)
    for batch in 1, 128:
        peers = _torch("vae_encode", *dense, batch=batch) + _onnx("vae_encode", batch=batch)
        yield Duel(f"vae-encode-b{batch}", _ours("vae_encode", batch=batch), peers, 1.2)


def large_networks():
    """Convolutional networks of larger images, and of other kinds than DCGAN."""
    modes = ("eager", "channels_last", "compile")
    for function, size, batch in (
        ("dcgan_train", 128, 16), ("dcgan_train", 256, 16), ("convolutional_vae_train", 64, 64), ("unet_train", 128, 16),
    ):  # fmt: skip
        settings = dict(size=size, batch=batch)
        yield Duel(
            f"{function.replace('_', '-')}-{size}-b{batch}", _ours(function, **settings),
            _torch(function, *modes, **settings), 1.5, rounds=3, seconds=0.5,
        )  # fmt: skip


def rounded_networks():
    """The networks with precision bfloat16."""
    dense, images = ("eager", "compile"), ("channels_last", "compile")
    inference = ("autocast", "bfloat16", "medium")

    def ours(function, **settings):
        return _ours(function, precision="bfloat16", **settings)

    yield Duel("bf16-vae-train-b128", ours("vae_train"), _rounding_torch("vae_train", *dense), 1.5)
    yield Duel("bf16-gan-train-b128", ours("gan_train"), _rounding_torch("gan_train", *dense), 1.5)
    peers = _rounding_torch("dcgan_train", *images)
    yield Duel("bf16-dcgan-train-b64", ours("dcgan_train"), peers, 1.5, rounds=7, seconds=0.5)
    peers = _rounding_torch("dcgan_sample", *images, precisions=inference, batch=64)
    yield Duel("bf16-dcgan-sample-b64", ours("dcgan_sample", batch=64), peers, 1.5)
    peers = _rounding_torch("vae_encode", *dense, precisions=inference, batch=128)
    yield Duel("bf16-vae-encode-b128", ours("vae_encode", batch=128), peers, 1.2)


def components():
    kinds = ("f32", ""), ("real", "-real")
    for kind, ending in kinds:
        for k, count, target in (50, "k50", 1.6), (0, "all", 1.3):
            solvers = ("covariance_eigh", "randomized") if k and not ending else ("covariance_eigh",)
            yield Duel(
                f"pca-fit-60000x784-{count}{ending}",
                _ours("pca_fit", k=k, kind=kind),
                _sklearn("pca_fit", *solvers, k=k, kind=kind),
                target,
                rounds=7,
            )
    peers = _sklearn("pca_fit", "covariance_eigh")
    yield Duel("pca-fit-60000x784-k50-u8", _ours("pca_fit", kind="u8"), peers, 3, rounds=7)
    solvers = _sklearn("pca_wide", "randomized", "full")
    yield Duel("pca-wide-1000x12288-k50", _ours("pca_wide"), solvers, 4, rounds=5)
    for kind, ending in kinds:
        yield Duel(
            f"pca-incremental-60000x784-k50{ending}",
            _ours("pca_incremental", kind=kind),
            _sklearn("pca_incremental", kind=kind),
            40,
            rounds=2,
        )
    yield Duel("pca-transform-60000x784-k50", _ours("pca_transform"), _sklearn("pca_transform"), 1.5)


def products():
    shapes = [(512, 512, 512), (1024, 1024, 1024), (1536, 1536, 1536), (128, 400, 784), (1, 400, 784)]
    for m, n, k in shapes:
        settings = dict(m=m, n=n, k=k)
        yield Duel(
            f"product-{m}x{n}x{k}",
            Side("ours", "layers", "product", settings),
            [Side("openblas", "peer_openblas", "product", settings)],
            1.0 if m == 1536 else None,
        )


def eigenproblems():
    for k, falling in (50, 1), (50, 0), (784, 0):
        settings = dict(n=784, k=k, falling=falling)
        yield Duel(
            f"eigen-784-k{k}{'-falling' if falling else ''}",
            Side("ours", "layers", "eigen", settings),
            [Side("openblas", "peer_openblas", "eigen", settings)],
        )


def convolutions():
    """DCGAN's layers at batch 64: plain and transposed, in each direction."""
    for size, channels, filters in (64, 3, 64), (32, 64, 128), (16, 128, 256), (8, 256, 512):
        for transposed in 0, 1:
            for direction in "forward", "input", "weight":
                kind = "transposed" if transposed else "convolution"
                settings = dict(
                    size=size, channels=channels, filters=filters, transposed=transposed, direction=direction
                )
                yield Duel(
                    f"{kind}-{size}-{channels}-{filters}-{direction}",
                    Side("ours", "layers", "convolution", settings),
                    [Side("torch-channels_last", "peer_torch", "convolution", settings)],
                    rounds=7,
                )


def pictures():
    for name, side, target in ("jpeg-512", 64, 1.1), ("jpeg-12m", 64, 1.0), ("png-512", 64, 1.2), ("png-32", 32, 3):
        modes = ("pillow", "draft", "torchvision") if name.startswith("jpeg") else ("pillow", "torchvision")
        peers = [
            Side(
                {"draft": "pillow-draft"}.get(mode, mode), "peer_pictures", "pictures",
                dict(name=name, side=side, mode=mode),
            )
            for mode in modes
        ]
        ours = _ours("pictures", name=name, side=side)
        yield Duel(f"pictures-{name}-to-{side}", ours, peers, target, rounds=7)
        if name == "jpeg-512":
            yield Duel(f"scale-threads-1-pictures-{name}", ours, [], rounds=7, threads=1)


def scaling():
    """Our times only, as one quantity grows, and with direct convolutions instead of Winograd's."""
    for batch in 16, 32, 64, 256, 512:
        yield Duel(f"scale-batch-{batch}", _ours("vae_train", batch=batch), [], rounds=7)
    for width in 100, 200, 800, 1600:
        yield Duel(f"scale-width-{width}", _ours("vae_train", width=width), [], rounds=7)
    for rows in 7_500, 15_000, 30_000, 120_000:
        yield Duel(f"scale-rows-{rows}", _ours("pca_fit", rows=rows), [], rounds=5)
    for name, function in ("dcgan-train-b64", "dcgan_train"), ("dcgan-sample-b64", "dcgan_sample"):
        yield Duel(f"direct-{name}", _ours(function, direct=1), [], rounds=3, seconds=0.5)
    yield Duel("scale-threads-1-vae-train", _ours("vae_train"), [], rounds=7, threads=1)
    yield Duel("scale-threads-1-dcgan-train", _ours("dcgan_train"), [], rounds=3, threads=1)
    yield Duel("scale-threads-1-pca-fit", _ours("pca_fit"), [], rounds=5, threads=1)


def all_duels():
    for group in networks, large_networks, rounded_networks, components, products, eigenproblems, convolutions, pictures, scaling:
        yield from group()
