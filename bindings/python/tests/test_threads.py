"""One model shared by several threads and processes."""

import ctypes
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from generative import GAN, PCA, VAE
from generative._library import lib

FUNCTION_HOLDS_THE_GIL = 4  # ctypes' FUNCFLAG_PYTHONAPI


@pytest.fixture
def models(rows):
    gan = GAN(3, generator_hidden=(16,), discriminator_hidden=(16,), epochs=1)
    return [PCA(3).fit(rows), VAE(3, hidden=(16,), epochs=1).fit(rows), gan.fit(rows)]


def test_threads_sample_one_model_at_once(models):
    for model in models:
        expected = [model.sample(300, seed=seed) for seed in range(4)]
        start = threading.Barrier(4)

        def sample(seed, model=model, start=start):
            start.wait()
            return [model.sample(300, seed=seed) for _ in range(20)]

        with ThreadPoolExecutor(4) as pool:
            for seed, found in enumerate(pool.map(sample, range(4))):
                assert all(np.array_equal(rows, expected[seed]) for rows in found)


def test_calls_release_the_gil(models):
    assert isinstance(lib, ctypes.CDLL) and not isinstance(lib, ctypes.PyDLL)
    assert not lib.gen_vae_sample._flags_ & FUNCTION_HOLDS_THE_GIL
    # While one thread is inside a long call another runs Python.
    counted, done = [0], threading.Event()

    def count():
        while not done.is_set():
            counted[0] += 1

    other = threading.Thread(target=count)
    other.start()
    before = counted[0]
    models[1].sample(300_000)
    during = counted[0] - before
    done.set()
    other.join()
    assert during > 1000


def test_threads_that_fit_one_model_take_turns_or_get_an_error(rows):
    model = VAE(3, hidden=(16,), epochs=50)
    inside, leave = threading.Event(), threading.Event()

    def wait(event):
        inside.set()
        leave.wait(30)

    with ThreadPoolExecutor(1) as pool:
        fit = pool.submit(model.fit, rows, callback=wait)
        assert inside.wait(30)
        with pytest.raises(RuntimeError, match="being fitted"):
            model.fit(rows)
        leave.set()
        fit.result()
    assert model.n_epochs_ == 50


def _sample(model):
    return model.sample(5, seed=2)


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_processes_of_either_kind_sample_the_same(models, method):
    with multiprocessing.get_context(method).Pool(2) as pool:
        for model, rows in zip(models, pool.map(_sample, models)):
            np.testing.assert_array_equal(rows, model.sample(5, seed=2))


def _fit_further(model, rows, queue):
    queue.put(model.set_params(warm_start=True).fit(rows).to_bytes())


def test_a_forked_child_fits_a_model_of_its_parent_further(rows):
    model = VAE(3, hidden=(16,), epochs=1).fit(rows)
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=_fit_further, args=(model, rows, queue))
    child.start()
    further = queue.get()
    child.join()
    assert child.exitcode == 0
    assert model.set_params(warm_start=True).fit(rows).to_bytes() == further
