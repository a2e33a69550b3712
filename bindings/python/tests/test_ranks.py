"""Fits over ranks: threads, or processes if mpirun is installed; and flat gradients."""

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import generative
from generative import GAN, VAE, Autoencoder, Comm, Dataset, Trainer

WIDTH = 20


class Meeting:
    """The state that threads of one process share to act as ranks."""

    def __init__(self, size, failing=(None, None)):
        self.size = size
        self.barrier = threading.Barrier(size, timeout=60)
        self.parts = [None] * size
        self.failing = failing


class ThreadComm(Comm):
    def __init__(self, rank, meeting):
        super().__init__(rank, meeting.size)
        self.meeting = meeting
        self.calls = 0

    def _exchange(self, data):
        self.calls += 1
        if (self.rank, self.calls) == self.meeting.failing:
            self.meeting.barrier.abort()
            raise ConnectionError("the cable was cut")
        self.meeting.parts[self.rank] = data.copy()
        self.meeting.barrier.wait()
        parts = list(self.meeting.parts)
        self.meeting.barrier.wait()
        return parts

    def all_reduce(self, values):
        values[:] = sum(self._exchange(values))

    def broadcast(self, data, root):
        data[:] = self._exchange(data)[root]

    def all_gather(self, data, out):
        out[:] = self._exchange(data)

    def barrier(self):
        self._exchange(np.zeros(0))


def fit_on_threads(size, make, rows, failing=(None, None), shared=True, **keywords):
    """(models, errors, comms) of the ranks, by rank."""
    meeting = Meeting(size, failing)
    comms = [ThreadComm(rank, meeting) for rank in range(size)]
    models = [make() for _ in range(size)]
    errors = [None] * size

    def fit(rank):
        try:
            models[rank].fit(rows[rank], comm=comms[rank], shared_rows=shared, **keywords)
        except Exception as error:
            errors[rank] = error

    threads = [threading.Thread(target=fit, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return models, errors, comms


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(5).random((150, WIDTH), np.float32)


def losses(model):
    return [event.loss for event in model.history_]


def test_two_ranks_take_the_steps_of_one(rows):
    def make(batch_size=16):
        return VAE(4, hidden=(16,), epochs=3, batch_size=batch_size, seed=3)

    models, errors, comms = fit_on_threads(2, make, [rows, rows])
    assert errors == [None, None]
    assert models[0].to_bytes() == models[1].to_bytes()
    alone = make(32).fit(rows)
    np.testing.assert_allclose(losses(models[0]), losses(alone), rtol=1e-5)
    assert losses(models[1]) == losses(models[0])
    assert comms[0].calls == comms[1].calls


def test_ranks_with_rows_of_their_own(rows):
    def make():
        return Autoencoder(4, hidden=(16,), epochs=2, batch_size=16)

    models, errors, _ = fit_on_threads(2, make, [rows[:100], rows[100:]], shared=False)
    assert errors == [None, None]
    assert models[0].info.n_steps == 14
    assert models[0].to_bytes() == models[1].to_bytes()


def test_a_function_that_raises_ends_the_fit_on_every_rank(rows):
    def make():
        return VAE(4, hidden=(16,), epochs=2, batch_size=16)

    for call in (1, 5, 17):
        models, errors, _ = fit_on_threads(2, make, [rows, rows], failing=(1, call))
        assert all(isinstance(error, generative.CommunicationError) for error in errors), errors
        assert isinstance(errors[1].__cause__, ConnectionError)
        assert isinstance(errors[0].__cause__, threading.BrokenBarrierError)


def test_an_error_on_one_rank_is_raised_on_all(rows):
    seeds = iter([1, 2])
    models, errors, _ = fit_on_threads(2, lambda: VAE(4, hidden=(16,), seed=next(seeds)), [rows, rows])
    assert [str(error) for error in errors] == [
        "rank 1: the model's seed must be the same on all ranks: it is 1 on rank 0, not 2",
        "the model's seed must be the same on all ranks: it is 1 on rank 0, not 2",
    ]
    assert all(isinstance(error, ValueError) for error in errors)


@pytest.mark.parametrize("kind", [Autoencoder, VAE, GAN])
def test_a_trainers_steps_are_those_of_a_fit(rows, kind):
    """One epoch of one batch of 64 rows, a power of two: dividing sums by it rounds nothing."""
    x = rows[:64]
    keywords = {"latent_size": 4, "shape": (WIDTH,), "batch_size": 64, "epochs": 1, "seed": 7}
    if kind is GAN:
        keywords.update(mean_start=False, discriminator_steps=2)
    fitted = kind(**keywords).fit(x)
    stepped = kind(**keywords)
    trainer = Trainer(stepped)
    # The fit's order of its first epoch is not told: one that has it is found by the fit's own rows.
    assert len(trainer.sizes) == 2
    assert trainer.begin(x)
    turns = 0
    more = True
    while more:
        gradients = trainer.gradients()
        assert all(g is None or g.shape == (s[1],) for g, s in zip(gradients, trainer.sizes))
        learning = [g is not None for g in gradients]
        assert learning == ([turns == 2, turns < 2] if kind is GAN else [True, True])
        more = trainer.apply(len(x))
        turns += 1
    assert turns == (3 if kind is GAN else 1)
    assert np.isfinite(trainer.figures.loss) and stepped.info.n_steps == 1
    if kind is Autoencoder:  # Nothing is drawn, and the order of rows only changes roundings.
        assert trainer.figures.loss == pytest.approx(losses(fitted)[0], rel=1e-5)
        theirs = Trainer(fitted)
        for network in (0, 1):
            np.testing.assert_allclose(
                trainer.parameters(network), theirs.parameters(network), atol=2e-4, rtol=0
            )


def test_gradients_of_parts_add_up_to_that_of_the_whole(rows):
    def trainer():
        return Trainer(VAE(4, hidden=(16,), shape=(WIDTH,), batch_size=64, seed=2))

    whole, first, second = trainer(), trainer(), trainer()
    whole.begin(rows[:48])
    first.begin(rows[:20])
    second.begin(rows[20:48], first_row=20)
    for network in (0, 1):
        total = first.gradients()[network] + second.gradients()[network]
        np.testing.assert_allclose(total, whole.gradients()[network], atol=1e-3, rtol=1e-4)
        for part in (first, second):
            part.gradients()[network][:] = total
    # The same sums leave the same parameters, bit for bit.
    assert not (first.apply(48) or second.apply(48) or whole.apply(48))
    for network in (0, 1):
        assert first.parameters(network).tobytes() == second.parameters(network).tobytes()
        np.testing.assert_allclose(first.parameters(network), whole.parameters(network), atol=1e-4)


def gan_trainer(**keywords):
    """A trainer of a GAN without batch norm, so that the parts of a batch add up to the whole."""
    keywords = {"discriminator_steps": 2, "label_smoothing": 0.1, **keywords}
    model = GAN(
        4, generator_hidden=(16,), discriminator_hidden=(12,), batch_norm=False, input_noise=0.1,
        shape=(WIDTH,), batch_size=64, seed=2, **keywords,
    )  # fmt: skip
    return Trainer(model)


@pytest.mark.parametrize("labels", [False, True])
def test_a_gans_gradients_of_parts_add_up_turn_by_turn(rows, labels):
    y = np.arange(48, dtype=np.int32) % 3 if labels else None
    whole, first, second = (gan_trainer(n_classes=3 if labels else 0) for _ in range(3))
    start = [whole.parameters(network) for network in (0, 1)]
    for step in range(2):
        whole.begin(rows[:48], y)
        first.begin(rows[:20], None if y is None else y[:20])
        second.begin(rows[20:48], None if y is None else y[20:], first_row=20)
        for turn in range(3):
            learning = 1 if turn < 2 else 0  # the discriminator twice, then the generator
            assert all(trainer.gradients()[1 - learning] is None for trainer in (whole, first, second))
            total = first.gradients()[learning] + second.gradients()[learning]
            np.testing.assert_allclose(total, whole.gradients()[learning], atol=2e-4, rtol=1e-4)
            assert np.abs(total).max() > 0.1
            for part in (first, second):
                part.gradients()[learning][:] = total
            more = {trainer.apply(48) for trainer in (whole, first, second)}
            assert more == {turn < 2}
        for network in (0, 1):
            assert first.parameters(network).tobytes() == second.parameters(network).tobytes()
            np.testing.assert_allclose(first.parameters(network), whole.parameters(network), atol=1e-4)
            # Adam's first steps are each as long as the rate.
            assert np.abs(whole.parameters(network) - start[network]).max() > 1e-4
    losses_of_parts = [trainer.figures.generator_loss for trainer in (first, second)]
    mean = (20 * losses_of_parts[0] + 28 * losses_of_parts[1]) / 48
    assert whole.figures.generator_loss == pytest.approx(mean, rel=1e-5)


def test_a_clipped_gradient_is_scaled_and_momentum_continues(rows):
    """Two steps of SGD with momentum, compared with numpy: p -= rate * m, m = beta1 * m + clipped mean gradient."""
    model = VAE(
        3, hidden=(8,), shape=(WIDTH,), batch_size=32, seed=2, optimizer="sgd", beta1=0.5,
        learning_rate=0.25, clip_norm=0.01,
    )  # fmt: skip
    trainer = Trainer(model)
    expected = [trainer.parameters(network).astype(float) for network in (0, 1)]
    momentum = [np.zeros(len(each)) for each in expected]
    for _ in range(2):
        trainer.begin(rows[:32])
        mean = [gradient.astype(float) / 32 for gradient in trainer.gradients()]
        norm = np.sqrt(sum((each**2).sum() for each in mean))
        assert norm > 0.01
        assert not trainer.apply(32)
        assert trainer.figures.gradient_norm == pytest.approx(norm, rel=1e-5)
        for network in (0, 1):
            momentum[network] = 0.5 * momentum[network] + mean[network] * 0.01 / norm
            expected[network] -= 0.25 * momentum[network]
            np.testing.assert_allclose(trainer.parameters(network), expected[network], atol=1e-6)


def test_parameters_go_in_and_out_as_one_array(rows):
    players = [Trainer(GAN(4, shape=(WIDTH,), batch_norm=True, seed=seed)) for seed in (1, 2)]
    assert players[0].sizes[0][2] > 0  # running means of batch norm
    players[1].set_parameters(0, players[0].parameters(0))
    assert players[1].parameters(0).tobytes() == players[0].parameters(0).tobytes()
    one = Trainer(VAE(4, hidden=(16,), shape=(WIDTH,), seed=1))
    other_model = VAE(4, hidden=(16,), shape=(WIDTH,), seed=2)
    other = Trainer(other_model)
    for network in (0, 1):
        assert one.parameters(network).tobytes() != other.parameters(network).tobytes()
        other.set_parameters(network, one.parameters(network))
        assert one.parameters(network).tobytes() == other.parameters(network).tobytes()
    np.testing.assert_array_equal(one._model.transform(rows), other_model.transform(rows))
    with pytest.raises(ValueError, match="shape"):
        other.set_parameters(0, np.zeros(3))
    with pytest.raises(ValueError, match="NaN"):
        other.set_parameters(0, np.full(len(one.parameters(0)), np.nan))


def test_misused_trainers_are_an_error(rows):
    model = VAE(4, hidden=(16,), shape=(WIDTH,), batch_size=32, epochs=1)
    trainer = Trainer(model)
    with pytest.raises(generative.GenerativeError, match="no step has begun"):
        trainer.gradients()
    with pytest.raises(generative.GenerativeError, match="no step has begun"):
        trainer.apply(1)
    with pytest.raises(ValueError, match="n_rows must be between 1 and 32, not 33"):
        trainer.begin(rows[:33])
    with pytest.raises(ValueError, match="between 0 and 1"):
        trainer.begin(rows[:3] + 1)
    with pytest.raises(generative.GenerativeError, match="labels were given"):
        trainer.begin(rows[:3], np.zeros(3, np.int32))
    trainer.begin(rows[:3])
    trainer.gradients()[0][0] = np.nan
    before = trainer.parameters(0)
    with pytest.raises(ValueError, match="gradient became nan"):
        trainer.apply(3)
    assert trainer.parameters(0).tobytes() == before.tobytes()
    model.warm_start = True
    model.fit(rows)
    with pytest.raises(generative.GenerativeError, match="fitted since"):
        trainer.begin(rows[:3])
    with pytest.raises(ValueError, match="shape"):
        Trainer(VAE(4))


def test_a_trainers_arguments_are_checked(rows):
    trainer = gan_trainer()
    for call in (trainer.gradients, lambda: trainer.apply(1)):
        with pytest.raises(generative.GenerativeError, match="no step has begun"):
            call()
    with pytest.raises(ValueError, match="rows of 20 floats, not 19"):
        trainer.begin(rows[:5, :-1])
    with pytest.raises(ValueError, match="rows has nan in row 2, element 3"):
        bad = rows[:5].copy()
        bad[2, 3] = np.nan
        trainer.begin(bad)
    with pytest.raises(ValueError, match="first_row must be"):
        trainer.begin(rows[:5], first_row=-1)
    with pytest.raises(ValueError, match="n_rows must be between 1 and 64, not 0"):
        trainer.begin(rows[:0])
    for network in (-1, 2):
        with pytest.raises((IndexError, ValueError), match="between 0 and 1|out of range"):
            trainer.parameters(network)
    trainer.begin(rows[:5])
    for n_rows in (0, -1, np.nan):
        with pytest.raises(ValueError, match="n_rows must be"):
            trainer.apply(n_rows)
    # Between turns another begin gives the step up.
    assert trainer.apply(5) and trainer.begin(rows[:6])
    assert trainer.gradients()[0] is None

    classes = gan_trainer(n_classes=3)
    with pytest.raises(generative.GenerativeError, match="needs labels"):
        classes.begin(rows[:3])
    with pytest.raises(ValueError, match=r"y\[1\] must be an integer from 0 to 2, not 3"):
        classes.begin(rows[:3], np.array([0, 3, 1], np.int32))
    with pytest.raises(ValueError, match="y must have 3 entries"):
        classes.begin(rows[:3], np.zeros(2, np.int32))

    with pytest.raises(ValueError, match=r"row 1, column 4 is 1.5, and this model takes images"):
        bad = rows[:5].copy()
        bad[1, 4] = 1.5
        Trainer(VAE(4, hidden=(16,), shape=(WIDTH,))).begin(bad)

    trainer.close()
    for call in (lambda: trainer.begin(rows[:3]), trainer.gradients, lambda: trainer.apply(3)):
        with pytest.raises(generative.GenerativeError):
            call()
    # The model outlives its trainer, and a trainer says so when its model is gone.
    orphan = gan_trainer()
    orphan._model.close()
    with pytest.raises(generative.GenerativeError):
        orphan.begin(rows[:3])


MPI_PROGRAM = Path(__file__).with_name("mpi_program.py")


def mpirun(*arguments, processes=2):
    pytest.importorskip("mpi4py")
    if shutil.which("mpirun") is None:
        pytest.skip("there is no mpirun")
    command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", str(processes)]
    return subprocess.run(
        [*command, sys.executable, str(MPI_PROGRAM), *arguments], capture_output=True, text=True, timeout=120
    )


def test_mpi4py_joins_processes():
    run = mpirun("fit")
    assert run.returncode == 0, run.stderr
    told = sorted(run.stdout.split())
    assert len(told) == 2 and told[0] == told[1].replace("1:", "0:", 1)


def test_a_failing_process_ends_the_fit_on_the_others():
    run = mpirun("give-up", processes=3)
    assert sorted(run.stdout.split()) == ["0:GEN_E_COMM", "2:GEN_E_COMM"], run.stderr


def test_ranks_take_their_parts_of_a_labelled_stream():
    X, Y = np.random.default_rng(0).random((64, 6), dtype=np.float32), np.arange(64) % 3

    def stream(first=0, last=64):
        batches = [(X[i : min(i + 9, last)], Y[i : min(i + 9, last)]) for i in range(first, last, 9)]
        return Dataset.from_stream(lambda: iter(batches), labelled=True, shuffle_rows=0)

    def make(rows):
        return lambda: VAE(2, hidden=6, n_classes=3, epochs=3, batch_size=rows, epsilon=1e-3)

    alone = make(16)().fit(stream())
    models, errors, _ = fit_on_threads(2, make(8), [stream(), stream()])
    assert errors == [None, None] and models[0].to_bytes("weights") == models[1].to_bytes("weights")
    np.testing.assert_allclose(losses(models[0]), losses(alone), rtol=1e-5)
    models, errors, _ = fit_on_threads(2, make(8), [stream(0, 32), stream(32, 64)], shared=False)
    assert errors == [None, None] and models[0].to_bytes("weights") == models[1].to_bytes("weights")
    labels = Dataset.from_stream(lambda: iter([(X, Y + 1)]), labelled=True, shuffle_rows=0)
    _, errors, _ = fit_on_threads(2, make(8), [stream(), labels], shared=False)
    assert all("must be between 0 and 2, not 3" in str(error) for error in errors)
