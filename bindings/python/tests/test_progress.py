"""Every long call of the header reports its progress and ends soon after it is stopped."""

import ctypes
import time

import numpy as np
import pytest

from generative import GAN, PCA, VAE, Autoencoder, Classifier, Dataset, Moments, Reservoir, Token, write_image
from generative import _constants as c
from generative._functions import PROTOTYPES
from generative._library import lib
from generative._options import OptionStruct
from generative._rows import address
from generative._structs import (
    EventFunction,
    FitOptions,
    OpenOptions,
    InvertOptions,
    MixtureOptions,
    Reconstruction,
    Run,
)

RANDOM = np.random.default_rng(0)
OUT = np.empty(1 << 22)  # room for any output
D = ctypes.c_double


def rows(n, width=64):
    return RANDOM.random((n, width), dtype=np.float32)


def doubles():
    return ctypes.byref(D())


def out():
    return address(OUT)


def floats(n, width=64):
    X = rows(n, width)
    return X, address(X)


# Of each function: what makes a call of a size, as (arguments without run, what must stay alive).


def nearest(n):
    data, (X, x) = Dataset.from_array(rows(n)), floats(n)
    return (data._handle, x, n, 1, out(), None), (data, X)


def classify(n):
    data, (X, x) = Dataset.from_array(rows(n), np.arange(n) % 3), floats(n)
    return (data._handle, x, n, 1, out()), (data, X)


def fit(kind, **options):
    def make(n):
        labels = np.arange(512) % 3
        data = Dataset.from_array(rows(512), labels)
        model = kind(epochs=1, **options).fit(rows(8), labels[:8])
        settings = OptionStruct("fit", FitOptions, epochs=n)
        return (model._handle, data._handle, settings.pointer), (model, data, settings)

    return make


def bound(n_samples_of=lambda n: n, outputs=2, **options):
    def make(n):
        model, (X, x) = VAE(8, hidden=256, epochs=1, **options).fit(rows(16)), floats(256)
        return (model._handle, x, None, 256, n, 0, *[out()] * outputs), (model, X)

    return make


def pca_fit(dtype, width, **options):
    def make(n):
        data = Dataset.from_array(rows(n, width).astype(dtype), copy=False)
        pca = PCA(2, **options).fit(rows(4, width).astype(dtype))
        return (pca._handle, data._handle), (pca, data)

    return make


def pca_fit_wide(n):
    data = Dataset.from_array(rows(n + 8, n), copy=False)
    pca = PCA(2).fit(rows(4, n))
    return (pca._handle, data._handle), (pca, data)


def invert(kind, **options):
    def make(n):
        model, (X, x) = kind(8, epochs=1, **options).fit(rows(16)), floats(64)
        settings = OptionStruct("invert", InvertOptions, n_steps=n)
        return (model._handle, x, 64, settings.pointer, out(), None), (model, X, settings)

    return make


def impute(kind, **options):
    def make(n):
        model, (X, x) = kind(8, **options).fit(rows(16)), floats(64)
        masks = np.uint8(X > 0.5)
        settings = OptionStruct("invert", InvertOptions, n_steps=n)
        settings.struct.mask, settings.struct.n_masks = masks.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8)), 64
        return (model._handle, x, c.F32, 64, settings.pointer, out()), (model, X, masks, settings)

    return make


def impute_pca(n):
    model, (X, x) = PCA(32).fit(rows(64)), floats(n)
    masks = np.uint8(X > 0.5)
    settings = OptionStruct("invert", InvertOptions, n_masks=n)
    settings.struct.mask = masks.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
    return (model._handle, x, c.F32, n, settings.pointer, out()), (model, X, masks, settings)


def denoise_images(n):
    model, X = Autoencoder(8, epochs=1, hidden=64).fit(rows(16).reshape(-1, 8, 8)), rows(n, n)
    cleaned = np.empty_like(X)  # more than out() has, where n grows
    return (model._handle, address(X), 1, n, n, address(cleaned)), (model, X, cleaned)


def mixture(n):
    data = Dataset.from_array(rows(n, 32))
    settings = OptionStruct("mixture", MixtureOptions, n_components=20, tolerance=1e-30)
    return (data._handle, settings.pointer, None), (data, settings, ctypes.c_void_p())


def clusters(n):
    """Many Gaussians with few rows: most of the time goes to k-means++ and k-means."""
    data = Dataset.from_array(rows(n, 32))
    settings = OptionStruct("mixture", MixtureOptions, n_components=min(n // 8, 2000), covariance="diagonal")
    return (data._handle, settings.pointer, None), (data, settings, ctypes.c_void_p())


def fit_mixture(kind, **options):
    def make(n):
        model = kind(8, epochs=1, hidden=256, **options).fit(rows(16))
        data, settings = Dataset.from_array(rows(n)), OptionStruct("mixture", MixtureOptions, n_components=2)
        return (model._handle, data._handle, settings.pointer), (model, data, settings)

    return make


def fit_threshold(kind, **options):
    def make(n):
        width = 512 if kind is PCA else 64
        model = (PCA(8) if kind is PCA else kind(8, epochs=1, hidden=256, **options)).fit(rows(16, width))
        data = Dataset.from_array(rows(n, width))
        return (model._handle, data._handle, 0.9, None), (model, data)

    return make


def two_sets(*rest, outputs=1, width=64):
    def make(n):
        (X, x), (Y, y) = floats(n, width), floats(n, width)
        options = [value(n) if callable(value) else value for value in rest]
        return (x, n, y, n, width, *options, None, *[doubles() for _ in range(outputs)]), (X, Y)

    return make


def frechet_wide(n):
    (X, x), (Y, y) = floats(2 * n, n), floats(2 * n, n)
    return (x, 2 * n, y, 2 * n, n, None, doubles()), (X, Y)


def parzen(n):
    sets = [floats(n) for _ in range(3)]
    sizes = [value for _, x in sets for value in (x, n)]
    return (*sizes, 64, None, doubles(), doubles(), doubles()), sets


def memorization(n):
    data, (X, x), (Y, y) = Dataset.from_array(rows(n)), floats(n), floats(n)
    return (data._handle, x, n, y, n, doubles(), None, None), (data, X, Y)


def linear(n):
    data, (X, x) = Dataset.from_array(rows(n), np.arange(n) % 10), floats(8)
    return (data._handle, x, 8, None, out(), None, None, None), (data, X)


def reconstruction(n):
    (X, x), (Y, y) = floats(n, 32 * 32), floats(n, 32 * 32)
    quality = Reconstruction()
    return (x, y, n, 32, 32, 1, None, ctypes.byref(quality)), (X, Y, quality)


def update(make, dtype=np.float32, width=64, borrowed=True):
    def of(n):
        data = Dataset.from_array(rows(n, width).astype(dtype), copy=not borrowed)
        target = make(width)
        rest = (0,) if isinstance(target, Reservoir) else ()
        return (target._handle, data._handle, *rest), (target, data)

    return of


FOLDERS = {}


def folder(n):
    if not FOLDERS:
        import tempfile

        FOLDERS["path"] = tempfile.mkdtemp()
        for i in range(64):
            write_image(f"{FOLDERS['path']}/{i:02}.png", RANDOM.random((48, 48), dtype=np.float32))
    side = min(n, 1500)
    options = OptionStruct("open", OpenOptions, height=side, width=side, channels=1)
    return (FOLDERS["path"].encode(), options.pointer), (options, ctypes.c_void_p())


CASES = {
    "gen_dataset_open": {"": (folder, 200)},
    "gen_dataset_nearest": {"": (nearest, 2000)},
    "gen_dataset_classify": {"": (classify, 2000)},
    "gen_model_fit": {
        "autoencoder": (fit(Autoencoder, hidden=64), 20),
        "vae": (fit(VAE, hidden=64), 20),
        "gan": (fit(GAN), 5),
        "classifier": (fit(Classifier, hidden=64), 20),
    },
    "gen_vae_elbo": {"": (bound(), 50), "gaussian": (bound(likelihood="gaussian"), 50)},
    "gen_vae_log_likelihood": {"": (bound(outputs=1), 50)},
    "gen_pca_fit": {
        "floats": (pca_fit(np.float32, 512), 4000),
        "doubles": (pca_fit(np.float64, 512), 4000),
        "bytes": (pca_fit(np.uint8, 512), 4000),
        "rows and rows": (pca_fit(np.float32, 3000, solver="gram"), 500),
        "wide": (pca_fit_wide, 400),
    },
    "gen_pca_partial_fit": {
        "floats": (pca_fit(np.float32, 512, solver="covariance"), 4000),
        "doubles": (pca_fit(np.float64, 512, solver="covariance"), 4000),
    },
    "gen_model_invert": {
        "vae": (invert(VAE, hidden=64), 100),
        "gan": (invert(GAN), 100),
    },
    "gen_model_impute": {
        "autoencoder": (impute(Autoencoder, epochs=1, hidden=64), 100),
        "pca": (impute_pca, 2000),
    },
    "gen_autoencoder_denoise_images": {"": (denoise_images, 1500)},
    "gen_mixture_fit": {"": (mixture, 2000), "clusters": (clusters, 2000)},
    "gen_model_fit_mixture": {
        "autoencoder": (fit_mixture(Autoencoder), 4000),
        "vae": (fit_mixture(VAE), 4000),
    },
    "gen_model_fit_threshold": {
        "autoencoder": (fit_threshold(Autoencoder), 4000),
        "vae": (fit_threshold(VAE), 4000),
        "pca": (fit_threshold(PCA), 20_000),
    },
    "gen_evaluate_parzen": {"": (parzen, 1000)},
    "gen_evaluate_frechet": {"many rows": (two_sets(width=256), 20_000), "wide": (frechet_wide, 300)},
    "gen_evaluate_kernel_distance": {"": (two_sets(100, 200, 0, outputs=2), 400)},
    "gen_evaluate_precision_recall": {"": (two_sets(3, outputs=4), 1000)},
    "gen_evaluate_two_sample": {"": (two_sets(outputs=3), 1000)},
    "gen_evaluate_memorization": {"": (memorization, 1000)},
    "gen_evaluate_linear": {"": (linear, 2000)},
    "gen_evaluate_reconstruction": {"": (reconstruction, 200)},
    "gen_moments_update": {
        "floats": (update(Moments, width=512), 4000),
        "doubles": (update(Moments, np.float64, width=512), 4000),
        "bytes": (update(Moments, np.uint8, width=512), 4000),
    },
    "gen_reservoir_update": {"": (update(lambda width: Reservoir(width, 100_000), width=64), 40_000)},
}
ALL = [(name, case) for name, cases in CASES.items() for case in cases]


def called(name, arguments, alive, answer, token=None):
    """The status of a call, its events as (kind, step, n_steps), and the seconds that it took."""
    events = []

    def tell(event, _):
        event = event.contents
        events.append((event.kind, event.step, event.n_steps))
        return answer(len(events))

    run = Run()
    assert lib.gen_struct_init(b"run", ctypes.byref(run), ctypes.sizeof(run)) == c.OK
    run.event = EventFunction(tell)
    run.token = None if token is None else token._handle
    function = getattr(lib, name)
    place = function.argtypes.index(ctypes.POINTER(Run))
    handles = [ctypes.byref(each) for each in alive if isinstance(each, ctypes.c_void_p)]
    full = (*arguments[:place], ctypes.byref(run), *arguments[place:], *handles)
    begin = time.monotonic()
    status = function(*full)
    seconds = time.monotonic() - begin
    for each in alive:
        if isinstance(each, ctypes.c_void_p) and each.value is not None:
            (lib.gen_mixture_destroy if "mixture" in name else lib.gen_dataset_destroy)(each)
            each.value = None
    return status, events, seconds


def test_every_function_with_a_run_has_a_case():
    with_run = {name for name, (_, types) in PROTOTYPES.items() if ctypes.POINTER(Run) in types}
    assert with_run == set(CASES)


@pytest.mark.parametrize(("name", "case"), ALL, ids=[" ".join(each) for each in ALL])
def test_a_long_call_reports_progress_and_can_be_stopped(name, case):
    make, size = CASES[name][case]
    # Sizes grow until the call takes as long as several reports. A call that never says a word takes seconds.
    while True:
        arguments, alive = make(size)
        status, events, seconds = called(name, arguments, alive, lambda count: c.GO_ON)
        assert status == c.OK, lib.gen_last_error_message()
        if len(events) >= 3 or seconds > 3:
            break
        size = size * 2
    assert len(events) >= 3, f"{len(events)} events in {seconds:.2f} s"
    for kind, step, n_steps in events:
        assert kind in (c.EVENT_PROGRESS, c.EVENT_STEP, c.EVENT_EPOCH, c.EVENT_WARNING) and 0 <= step
        assert n_steps == 0 or step <= n_steps

    # An answer ends it at once, a cancelled token before its first step.
    arguments, alive = make(size)
    status, events, _ = called(name, arguments, alive, lambda count: c.STOP_NOW)
    assert status == c.E_CANCELLED and len(events) == 1
    with Token() as token:
        token.cancel()
        arguments, alive = make(size)
        status, events, _ = called(name, arguments, alive, lambda count: c.GO_ON, token)
        assert status == c.E_CANCELLED and events == []


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("width", [64, 300])
@pytest.mark.parametrize("see", ["moments", "sketch", "reservoir", "pca"])
def test_a_stopped_batch_has_counted_its_first_rows(see, width, dtype):
    """If a batch in memory is stopped partway, only the rows so far are counted."""
    X = (RANDOM.random((60_000, width)) * 200).astype(dtype)
    data = Dataset.from_array(X[:, :, None] if dtype == np.uint8 else X, copy=False)
    made = {
        "moments": lambda: Moments(width),
        "sketch": lambda: Moments(width, n_directions=8),
        "reservoir": lambda: Reservoir(width, 2000),
        "pca": lambda: PCA(2, solver="covariance").partial_fit(data.slice(0, 2)),
    }
    stopped, whole = made[see](), made[see]()
    name = {"reservoir": "gen_reservoir_update", "pca": "gen_pca_partial_fit"}.get(see, "gen_moments_update")
    target = data.slice(2, 59_998) if see == "pca" else data
    rest = (0,) if see == "reservoir" else ()
    status, _, _ = called(name, (stopped._handle, target._handle, *rest), (), lambda count: c.STOP_NOW)
    rows_seen = stopped.n_samples_ if see == "pca" else stopped.n_rows
    if status == c.OK:
        assert rows_seen == 60_000  # sooner done than the first report
        return
    assert status == c.E_CANCELLED and rows_seen < 60_000
    if rows_seen > (2 if see == "pca" else 0):
        expected = data.slice(0, rows_seen)
        if see == "pca":
            other = PCA(2, solver="covariance").fit(expected)
            np.testing.assert_allclose(stopped.explained_variance_, other.explained_variance_, rtol=1e-6)
            np.testing.assert_allclose(stopped.mean_, other.mean_, rtol=1e-6)
        elif see == "reservoir":
            whole.update(expected)
            np.testing.assert_array_equal(stopped.rows, whole.rows)
        else:
            whole.update(expected)
            np.testing.assert_allclose(stopped.mean, whole.mean, rtol=1e-9)
            if see == "moments":
                np.testing.assert_allclose(stopped.covariance, whole.covariance, rtol=1e-5, atol=1e-6 * 200**2)
