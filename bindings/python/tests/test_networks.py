"""Autoencoders, VAEs and GANs: what they learn, their callbacks, their files."""

import _thread
import copy
import pickle

import numpy as np
import pytest
import references

import generative
from generative import GAN, VAE, Autoencoder, Dataset, GenerativeError, _constants
from generative._errors import check


def small(kind, **options):
    """A small model of each kind."""
    if kind is GAN:
        return GAN(3, generator_hidden=(16,), discriminator_hidden=(16,), **options)
    return kind(3, hidden=(16,), **options)


ALL = pytest.mark.parametrize("kind", [Autoencoder, VAE, GAN])


def outputs(model, rows):
    """An output that depends on all of a model's weights."""
    if isinstance(model, Autoencoder):
        return model.reconstruct(rows)
    return model.reconstruct(rows) if isinstance(model, VAE) else model.sample(9, seed=3)


def test_an_autoencoder_beats_the_mean_and_keeps_shapes(rows):
    model = Autoencoder(3, hidden=(32,), epochs=60, batch_size=32, learning_rate=3e-3).fit(rows)
    back = model.reconstruct(rows)
    assert back.shape == rows.shape and model.shape_ == (5, 7)
    variance = ((rows - rows.mean(0)) ** 2).sum((1, 2)).mean()
    error = ((rows - back) ** 2).sum((1, 2)).mean()
    assert error < 0.3 * variance
    assert generative.evaluate.squared_error(back, rows) == pytest.approx(error, rel=1e-4)
    np.testing.assert_allclose(model.decode(model.encode(rows)), back, atol=1e-6)


def test_a_denoiser_brings_rows_nearer_to_the_clean_ones(rows):
    noisy = generative.corrupt(rows, "gaussian", 0.2, seed=5)
    assert noisy.shape == rows.shape and 0 <= noisy.min() and noisy.max() <= 1
    recipe = {"epochs": 60, "batch_size": 32, "learning_rate": 3e-3}
    model = Autoencoder(3, hidden=(32,), corruption="gaussian", corruption_amount=0.2, **recipe).fit(rows)
    before = generative.evaluate.psnr(noisy, rows)
    after = generative.evaluate.psnr(model.denoise(noisy), rows)
    expected = np.mean(-10 * np.log10(((noisy - rows).astype(np.float64) ** 2).mean((1, 2))))
    assert before == pytest.approx(expected, rel=1e-4)
    assert after > before + 3
    plain = Autoencoder(3, hidden=(8,), epochs=1).fit(rows)
    with pytest.raises(generative.NotReadyError):
        plain.denoise(noisy)


def test_a_vaes_bound_has_the_closed_form_kl_and_rises_with_training(rows):
    model = VAE(3, hidden=(32,), epochs=2, batch_size=32).fit(rows)
    early = model.score(rows)
    model.set_params(epochs=60, learning_rate=3e-3).fit(rows)
    mean, log_variance = (x.astype(np.float64) for x in model.encode(rows))
    closed = 0.5 * (np.exp(log_variance) + mean**2 - 1 - log_variance).sum(1)
    reconstruction, kl = model.elbo(rows, n_samples=10, seed=1)
    np.testing.assert_allclose(kl, closed, rtol=1e-3, atol=1e-4)
    assert model.score(rows) > early
    assert model.sample(4).shape == (4, 5, 7)
    assert model.manifold(3, 2).shape == (6, 5, 7)
    assert model.encode_sample(rows, seed=2).shape == (257, 3)
    np.testing.assert_allclose(model.decode(model.transform(rows)), model.reconstruct(rows), atol=1e-6)
    np.testing.assert_array_equal(model.sample(5, seed=8)[:2], model.sample(2, seed=8))


def test_a_gan_generates_from_its_latents(rows):
    model = small(GAN, epochs=3, batch_size=32).fit(rows)
    samples = model.sample(6, seed=4)
    assert samples.shape == (6, 5, 7) and 0 <= samples.min() and samples.max() <= 1
    np.testing.assert_allclose(model.generate(model.latents(6, seed=4)), samples, atol=1e-6)
    last = model.generate(model.latents(6, seed=4), generator="last")
    assert not np.array_equal(last, samples)
    scores = model.discriminate(rows)
    assert scores.shape == (257,) and 0 <= scores.min() and scores.max() <= 1
    assert not np.isnan(model.history_[-1].discriminator_loss)


@pytest.mark.parametrize("objective", ["non_saturating", "minimax", "least_squares"])
def test_a_gan_of_any_objective_comes_nearer_to_the_rows(objective, rows):
    def distance(**options):
        model = GAN(3, generator_hidden=(32,), discriminator_hidden=(32,), objective=objective, **options)
        samples = model.set_params(batch_size=32).fit(rows).sample(2000, seed=1)
        return generative.evaluate.frechet(rows.reshape(257, -1), samples.reshape(2000, -1)).distance

    assert distance(epochs=60, learning_rate=2e-3) < 0.6 * distance(epochs=1, learning_rate=1e-9)


def test_the_losses_of_least_squares_are_those_of_the_scores(rows):
    model = GAN(3, generator_hidden=(8,), discriminator_hidden=(8,), objective="least_squares", epochs=30).fit(rows)
    event = model.history_[-1]
    # A mean of squares is no less than the square of the mean.
    assert event.discriminator_loss >= ((event.real_score - 1) ** 2 + event.fake_score**2) / 2 > 0
    assert event.generator_loss > 0
    scores = model.discriminate(rows)
    assert 0 <= scores.min() and scores.max() <= 1


@ALL
def test_the_same_seed_gives_the_same_bytes_with_one_and_two_threads(kind, rows):
    def fitted(n_threads):
        context = generative.Context(n_threads=n_threads)
        return small(kind, seed=3, context=context, epochs=2, batch_size=32).fit(rows).to_bytes()

    assert fitted(1) == fitted(2)


@ALL
def test_models_are_saved_pickled_and_fitted_further(kind, rows, tmp_path):
    model = small(kind, epochs=2, batch_size=32).fit(rows)
    model.save(tmp_path / "model.safetensors")
    copies = [
        kind.load(tmp_path / "model.safetensors"),
        kind.from_bytes(model.to_bytes()),
        pickle.loads(pickle.dumps(model)),
        copy.deepcopy(model),
    ]
    for other in copies:
        np.testing.assert_array_equal(outputs(other, rows), outputs(model, rows))
        assert other.shape_ == (5, 7) and other.info.n_epochs == 2
    model.set_params(warm_start=True).fit(rows)
    copies[0].set_params(epochs=2, batch_size=32, warm_start=True).fit(rows)
    assert copies[0].to_bytes() == model.to_bytes()
    assert len(model.to_bytes("weights")) < 0.6 * len(model.to_bytes())


@ALL
def test_two_fits_of_two_epochs_equal_one_of_four(kind, rows):
    once = small(kind, epochs=4, batch_size=32, schedule="constant").fit(rows)
    twice = small(kind, epochs=2, batch_size=32, schedule="constant", warm_start=True).fit(rows).fit(rows)
    assert once.to_bytes("weights") == twice.to_bytes("weights")
    assert [event.epoch for event in twice.history_] == [1, 2, 1, 2]
    anew = small(kind, epochs=4, batch_size=32, schedule="constant").fit(rows).fit(rows)
    assert once.to_bytes() == anew.to_bytes() and len(anew.history_) == 4


@ALL
def test_the_same_program_restarted_finishes_a_fit(kind, rows, tmp_path):
    path = tmp_path / "fit.safetensors"
    terms = {"epochs": 4, "batch_size": 32, "seed": 3}
    whole = small(kind, **terms).fit(rows)

    def run(callback=None):
        return small(kind, **terms).fit(rows, callback=callback, checkpoint=path, resume=True)

    def stop(event):
        return generative.STOP_NOW if event.is_epoch and event.epoch in (1, 3) else None

    assert run(stop).info.n_epochs_left == 3
    assert run(stop).info.n_epochs_left == 1
    for _ in range(2):  # to its end; and then there is nothing left to do
        model = run()
        assert model.to_bytes("weights") == whole.to_bytes("weights")
        assert model.info.n_epochs == 4 and model.info.n_epochs_left == 0
    with pytest.raises(ValueError, match="learning_rate was 0.00[0-9]*"):
        small(kind, **terms, learning_rate=0.5).fit(rows, checkpoint=path, resume=True)
    stopped = small(kind, **terms).fit(rows, callback=stop)
    with pytest.raises(ValueError, match="dataset checksum"):
        stopped.fit(rows[::-1].copy(), resume=True)
    assert stopped.fit(rows, resume=True).to_bytes("weights") == whole.to_bytes("weights")


def test_a_fit_writes_checkpoints(rows, tmp_path):
    path = tmp_path / "fit.safetensors"
    steps = []

    def look(event):
        if path.exists():
            steps.append(VAE.load(path).info.n_steps)

    # Nine steps an epoch.
    model = small(VAE, epochs=3, batch_size=32)
    model.fit(rows, checkpoint=path, checkpoint_steps=5, callback=look)
    assert steps[-1] == 25 and VAE.load(path).info.n_steps == 27
    with pytest.raises(OSError, match="No such file"):
        small(VAE, epochs=1).fit(rows, checkpoint=tmp_path / "nowhere" / "fit.safetensors")


def test_a_model_of_another_kind_is_refused(rows, tmp_path):
    small(VAE, epochs=1).fit(rows).save(tmp_path / "vae.safetensors")
    with pytest.raises(ValueError) as caught:
        GAN.load(tmp_path / "vae.safetensors")
    assert caught.value.name == "GEN_E_MISMATCH"


@ALL
def test_callbacks_see_every_epoch_and_can_stop(kind, rows):
    seen = []
    model = small(kind, epochs=3, batch_size=32).fit(rows, callback=seen.append)
    epochs = [event for event in seen if event.is_epoch]
    assert [event.epoch for event in epochs] == [1, 2, 3]
    assert epochs[-1].n_epochs == 3 and epochs[-1].seconds > 0
    assert len(model.history_) == 3

    def stop(event):
        return generative.STOP_AFTER_EPOCH if event.epoch == 2 else None

    assert small(kind, epochs=50).fit(rows, callback=stop).info.n_epochs == 2
    now = small(kind, epochs=50).fit(rows, callback=lambda event: generative.STOP_NOW)
    assert now.info.n_epochs <= 1


@ALL
def test_an_exception_in_a_callback_stops_the_fit_and_is_raised(kind, rows):
    model = small(kind, epochs=1000)

    def fail(event):
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        model.fit(rows, callback=fail)
    assert outputs(model, rows).shape[1:] == (5, 7)
    model.set_params(epochs=1, warm_start=True).fit(rows)


def test_an_interrupt_stops_the_fit(rows):
    def interrupt(event):
        if event.is_epoch and event.epoch == 2:
            _thread.interrupt_main()

    with pytest.raises(KeyboardInterrupt):
        small(VAE, epochs=100_000).fit(rows, callback=interrupt)


def test_a_callback_that_uses_its_model_gets_a_busy_error(rows):
    model = small(VAE, epochs=1)
    names = []

    def reenter(event):
        for call in (lambda: model.sample(1), lambda: model.fit(rows), lambda: model.to_bytes()):
            try:
                call()
            except GenerativeError as error:
                names.append(error.name)

    model.fit(rows, callback=reenter)
    assert names and set(names) == {"GEN_E_BUSY"}


def test_a_token_stops_a_fit(rows):
    with generative.Token() as token:
        token.cancel()
        with pytest.raises(GenerativeError) as caught:
            small(VAE, epochs=100_000).fit(rows, token=token)
        assert caught.value.name == "GEN_E_CANCELLED"


def test_validation_and_patience_end_a_fit_early(rows):
    model = small(VAE, epochs=2000, learning_rate=0.03, patience=3, keep_best=True)
    model.fit(rows[:32], validation=rows[200:])
    assert model.info.n_epochs < 2000
    assert not np.isnan(model.history_[-1].validation_loss)


def test_plans_report_parameters_before_training(rows):
    model = VAE(3, hidden=(16,), shape=(5, 7), epochs=1)
    n_parameters, peak_bytes, flops = model.plan(32)
    assert n_parameters == 35 * 16 + 16 + 2 * (16 * 3 + 3) + 3 * 16 + 16 + 16 * 35 + 35
    assert peak_bytes > 4 * 4 * n_parameters and flops > 2 * n_parameters
    assert model.fit(rows).info.n_parameters == n_parameters
    with pytest.raises(ValueError, match="shape"):
        VAE(3).plan()


@ALL
def test_options_outside_their_range_are_named(kind, rows):
    with pytest.raises(ValueError, match="learning_rate"):
        small(kind, learning_rate=-1).fit(rows)
    with pytest.raises(ValueError, match="learning_rate"):
        small(kind, learning_rate=float("nan")).fit(rows)
    with pytest.raises(ValueError, match="epochs"):
        small(kind, epochs=0).fit(rows)
    with pytest.raises(ValueError, match="batch_size"):
        small(kind, batch_size=1_000_000).fit(rows)
    with pytest.raises(ValueError, match="latent_size"):
        kind(0).fit(rows)
    with pytest.raises(ValueError, match="optimizer"):
        small(kind, optimizer="magic").fit(rows)
    with pytest.raises(ValueError, match="finite|NaN|nan"):
        small(kind).fit(np.full_like(rows, np.nan))
    fitted = small(kind, epochs=1).fit(rows)
    before = outputs(fitted, rows)
    with pytest.raises(ValueError):
        fitted.set_params(warm_start=True).fit(rows[:, :4])
    with pytest.raises(ValueError, match="finite|NaN|nan"):
        fitted.set_params(warm_start=False).fit(np.full_like(rows, np.inf))
    np.testing.assert_array_equal(outputs(fitted, rows), before)
    with pytest.raises(generative.NotReadyError):
        small(kind).info  # noqa: B018


def test_every_status_is_an_error_of_pythons_own_kinds():
    statuses = {name: value for name, value in vars(_constants).items() if name.startswith("E_")}
    assert len(statuses) == 17
    for name, status in statuses.items():
        with pytest.raises((ValueError, OSError, MemoryError, RuntimeError)) as caught:
            check(status)
        error = caught.value
        assert isinstance(error, GenerativeError) and error.name == f"GEN_{name}"
        copied = pickle.loads(pickle.dumps(error))
        assert (type(copied), copied.status, str(copied)) == (type(error), status, str(error))
    for error in (generative.NotFittedError(12, "told"), generative.FileError(5, "told")):
        assert str(pickle.loads(pickle.dumps(error))) == "told"


def test_a_vae_of_coin_flips_needs_rows_between_0_and_1(rows):
    with pytest.raises(ValueError, match="0"):
        VAE(2, hidden=(8,), epochs=1).fit(rows * 2)
    VAE(2, hidden=(8,), likelihood="gaussian", output_activation="identity", epochs=1).fit(rows * 2)


def test_progress_without_tqdm_is_a_line_an_epoch(rows, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tqdm.auto", None)
    small(VAE, epochs=2).fit(rows, verbose=True)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]


def test_parzen_windows_agree_with_numpy(rows):
    flat = rows.reshape(257, 35)
    samples, validation, test = flat[:100], flat[100:150], flat[150:]
    mean, error, width = references.parzen(samples, validation, test)
    found = generative.evaluate.parzen(samples, validation, test)
    assert found == (pytest.approx(mean, rel=1e-4), pytest.approx(error, rel=1e-4), pytest.approx(width, rel=1e-6))


def test_a_dataset_of_faces_trains_a_model_by_its_own_shape():
    model = VAE(4, hidden=(32,), epochs=1).fit(Dataset.faces(64, 16, 16, 3))
    assert model.sample(2).shape == (2, 16, 16, 3)


def test_direct_convolutions_give_nearly_the_same_numbers():
    images = np.random.default_rng(3).random((8, 32, 32, 1), dtype=np.float32)

    def reconstruct(direct):
        context = generative.Context(direct_convolutions=direct)
        options = {"architecture": "convolutional", "base_channels": 16, "depth": 2, "epochs": 1}
        model = Autoencoder(3, batch_size=8, context=context, **options)
        return model.fit(images).reconstruct(images)

    winograd, direct = reconstruct(False), reconstruct(True)
    assert not np.array_equal(winograd, direct)
    np.testing.assert_allclose(winograd, direct, atol=1e-4)
