"""Ctrl-C, other signals and exceptions end long calls, and leave the objects usable."""

import os
import signal
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from generative import (
    PCA,
    VAE,
    Autoencoder,
    CancelledError,
    Dataset,
    Mixture,
    Moments,
    NotReadyError,
    Reservoir,
    evaluate,
    write_image,
)
from generative._constants import E_CANCELLED
from generative._follow import Follower


@pytest.fixture
def cut_short(monkeypatch):
    """A block that is interrupted by a signal, so its long call must not complete."""
    timers, statuses = [], []

    class Block:
        def __init__(self, number=signal.SIGINT):
            self.timer = threading.Timer(0.05, os.kill, (os.getpid(), number))
            timers.append(self.timer)

        def __enter__(self):
            statuses.clear()
            self.timer.start()

        def __exit__(self, *_):
            assert E_CANCELLED in statuses

    call = Follower.call
    monkeypatch.setattr(Follower, "call", lambda *arguments: statuses.append(call(*arguments)) or statuses[-1])
    before = signal.getsignal(signal.SIGINT)
    yield Block
    for timer in timers:
        timer.join()
    assert signal.getsignal(signal.SIGINT) is before


def many():
    """Rows that take seconds to compare."""
    return np.full((20_000, 64), 0.5, np.float32)


def endless(rows):
    """An endless sequence of batches."""

    def batches():
        while True:
            yield rows

    return batches


@pytest.fixture
def vae(rows):
    return VAE(2, hidden=(64,), epochs=1).fit(rows)


def test_measures_end(cut_short):
    rows = many()
    with pytest.raises(KeyboardInterrupt), cut_short():
        evaluate.two_sample(rows, rows)
    with pytest.raises(KeyboardInterrupt), cut_short():
        evaluate.kernel_distance(rows[:900], rows[:900], n_subsets=1_000_000)
    assert evaluate.two_sample(rows[:5], rows[:5]).n_real == 5


def test_likelihoods_end(cut_short, vae, rows):
    before = vae.log_likelihood(rows, n_samples=3)
    with pytest.raises(KeyboardInterrupt), cut_short():
        vae.log_likelihood(rows, n_samples=1_000_000)
    with pytest.raises(KeyboardInterrupt), cut_short():
        vae.elbo(rows, n_samples=1_000_000)
    np.testing.assert_array_equal(vae.log_likelihood(rows, n_samples=3), before)
    assert np.isfinite(vae.score(rows))


def test_fits_of_mixtures_end(cut_short, rows):
    flat = rows.reshape(len(rows), -1)
    slow = {"max_iterations": 1_000_000, "tolerance": 1e-30, "n_starts": 1000}
    with pytest.raises(KeyboardInterrupt), cut_short():
        Mixture.of(flat, 20, **slow)
    model = Autoencoder(2, hidden=(8,), epochs=1).fit(rows)
    with pytest.raises(KeyboardInterrupt), cut_short():
        model.fit_mixture(rows, 20, **slow)
    with pytest.raises(NotReadyError):
        model.mixture_  # noqa: B018
    assert model.fit_mixture(rows, 2).mixture_.n_rows == 257


@pytest.mark.parametrize(
    "see",
    [
        lambda stream: Moments.of(stream),
        lambda stream: Reservoir.of(stream, 10),
        lambda stream: PCA(2).fit(stream),
        lambda stream: PCA(2).partial_fit(stream),
    ],
    ids=["moments", "reservoir", "fit", "partial fit"],
)
def test_streams_end(cut_short, rows, see):
    with pytest.raises(KeyboardInterrupt), cut_short():
        see(endless(rows))


def test_a_signal_reaches_a_waiting_stream_at_once(cut_short, rows):
    def batches():
        yield rows
        time.sleep(60)

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), cut_short():
        Moments.of(batches)
    assert time.monotonic() - start < 30


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_python_ignores_in_a_stream_is_raised(rows):
    class Thing:
        pass

    def batches():
        while True:
            thing = Thing()
            reference = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT))
            yield rows
            del thing, reference  # the callback raises where Python lets no exception through

    with pytest.raises(KeyboardInterrupt):
        Moments.of(batches)


def test_what_sees_rows_can_be_used_further(cut_short, rows):
    moments, pca = Moments(35), PCA(2).fit(rows)
    for see in (moments.update, pca.fit, pca.fit_threshold):
        with pytest.raises(KeyboardInterrupt), cut_short():
            see(endless(rows))
    seen = moments.n_rows
    assert moments.update(rows).n_rows == seen + 257
    assert pca.n_samples_ == 257 and pca.fit_threshold(rows).threshold_ > 0


def test_neighbours_and_inversions_end(cut_short, vae, rows):
    pictures = many()
    with pytest.raises(KeyboardInterrupt), cut_short():
        Dataset.from_array(pictures, copy=False).nearest(pictures)
    with pytest.raises(KeyboardInterrupt), cut_short():
        vae.invert(rows, n_steps=1_000_000)


def test_the_handler_of_any_signal_may_end_a_call(cut_short, vae, rows):
    def too_late(number, frame):
        raise TimeoutError(number)

    before = signal.signal(signal.SIGUSR1, too_late)
    try:
        with pytest.raises(TimeoutError), cut_short(signal.SIGUSR1):
            vae.log_likelihood(rows, n_samples=1_000_000)
        assert signal.getsignal(signal.SIGUSR1) is too_late
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_handler_that_returns_lets_a_call_go_on(cut_short, vae, rows):
    later = cut_short()
    before = signal.signal(signal.SIGUSR1, lambda number, frame: later.timer.start())
    try:
        with pytest.raises(KeyboardInterrupt), cut_short(signal.SIGUSR1):
            vae.log_likelihood(rows, n_samples=1_000_000)
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_ctrl_c_ends_a_call_whatever_its_handler_does(cut_short, vae, rows):
    told = []
    before = signal.signal(signal.SIGINT, lambda number, frame: told.append(number))
    try:
        with pytest.raises(CancelledError), cut_short():
            vae.log_likelihood(rows, n_samples=1_000_000)
    finally:
        signal.signal(signal.SIGINT, before)
    assert told == [signal.SIGINT]


def test_a_call_inside_a_callback_ends_with_the_fit(cut_short, vae, rows):
    with pytest.raises(KeyboardInterrupt), cut_short():
        model = Autoencoder(2, hidden=(8,), epochs=1_000_000)
        model.fit(rows, callback=lambda event: vae.log_likelihood(rows, n_samples=1_000_000))
    assert model.n_epochs_ < 1_000_000


def test_calls_of_other_threads_continue(cut_short, vae, rows):
    expected = vae.log_likelihood(rows, n_samples=300)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(vae.log_likelihood, rows, n_samples=300)
        with pytest.raises(KeyboardInterrupt), cut_short():
            vae.log_likelihood(rows, n_samples=1_000_000)
        np.testing.assert_array_equal(other.result(), expected)


def test_an_exception_of_on_skip_ends_the_opening(tmp_path):
    write_image(tmp_path / "1.png", np.zeros((4, 4)))
    for name in ("2.png", "3.png"):
        (tmp_path / name).write_bytes(b"no picture")
    told = []

    def refuse(message):
        told.append(message)
        raise KeyError(message)

    with pytest.raises(KeyError, match="2.png"):
        Dataset.from_folder(tmp_path, 4, 4, on_skip=refuse)
    assert len(told) == 1
    with pytest.warns(UserWarning, match=r"[23]\.png"):
        assert len(Dataset.from_folder(tmp_path, 4, 4)) == 1
