"""Warnings of fits: each is given once, with a remedy, and good fits give none."""

import warnings

import numpy as np
import pytest

from generative import GAN, VAE, Autoencoder, Context
from generative import _constants as c

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.random((64, 16), dtype=np.float32)
COINS = (RANDOM.random((64, 64)) < 0.5).astype(np.float32)
MORE_COINS = (RANDOM.random((256, 64)) < 0.5).astype(np.float32)
IMAGES = np.kron(RANDOM.random((128, 2, 2)) < 0.5, np.ones((4, 4))).astype(np.float32)
WIDE = RANDOM.random((64, 1, 8, 16), dtype=np.float32)
LONG = {"epochs": 80, "batch_size": 8}
DCGAN = {"architecture": "convolutional", "base_channels": 4, "batch_size": 16, "epochs": 20}
WON = {"generator_hidden": 1, "discriminator_hidden": 256, "discriminator_steps": 5, "objective": "minimax"}
WON |= {"epochs": 200, "batch_size": 32, "batch_norm": False, "learning_rate": 1e-3, "fresh_rows": False}
ALIKE = {"generator_hidden": 1, "discriminator_hidden": 64, "epochs": 100, "batch_size": 32, "batch_norm": False}
# A fit that goes wrong, and a word of what its warning says to try.
ILL = {
    "dead_latents": (lambda **o: VAE(2, hidden=8, beta=100, **LONG, **o).fit, ROWS, "smaller beta"),
    "few_steps": (lambda **o: Autoencoder(2, hidden=8, epochs=2, **o).fit, ROWS, "more epochs"),
    "diverging_loss": (
        lambda **o: Autoencoder(2, hidden=8, epochs=30, batch_size=8, learning_rate=3, warm_up=25, **o).fit,
        ROWS * 3,
        "lower learning_rate",
    ),
    "saturated_discriminator": (lambda **o: GAN(1, **WON, **o).fit, COINS, "input_noise"),
    "collapsed_generator": (lambda **o: GAN(1, **ALIKE, **o).fit, MORE_COINS, "batch norm"),
    "absent_class": (
        lambda **o: VAE(2, hidden=8, n_classes=3, **LONG, **o).fit, ROWS, "smaller n_classes",
    ),
    "equal_rows": (
        lambda **o: Autoencoder(2, hidden=8, epochs=30, batch_size=8, **o).fit, ROWS[:1].repeat(64, 0), "other rows",
    ),
    "one_class": (
        lambda **o: lambda X, labels, **k: VAE(2, hidden=8, n_classes=1, **LONG, **o).fit(X, labels // 2, **k),
        ROWS, "n_classes 0",
    ),
    "channels_first": (
        lambda **o: Autoencoder(2, hidden=8, shape=(1, 8, 16), **LONG, **o).fit, WIDE, "channels last",
    ),
    "lagging_average": (lambda **o: GAN(**DCGAN, average_ramp=False, **o).fit, IMAGES, "average_ramp"),
}
WELL = {
    "vae": (lambda **o: VAE(2, hidden=16, epochs=80, batch_size=8, **o).fit, ROWS * np.arange(64)[:, None] / 64),
    "autoencoder": (lambda **o: Autoencoder(2, hidden=8, epochs=30, batch_size=8, **o).fit, ROWS),
    "dcgan": (lambda **o: GAN(**DCGAN, **o).fit, IMAGES),
    "conditional dcgan": (lambda **o: GAN(**DCGAN, n_classes=2, **o).fit, IMAGES),
    "gan without an average": (lambda **o: GAN(**DCGAN, average_decay=0, **o).fit, IMAGES),
}


def told(make, rows):
    """The warnings of a fit: the events' names, their messages, Python's warnings and the context's log."""
    events, log = [], []
    with Context(log=lambda level, message: log.append((level, message))) as context:
        fit = make(context=context)
        labels = np.arange(len(rows)) % 2
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fit(rows, labels, callback=lambda event: events.append(event) if event.warning else None)
    messages = [event.message for event in events]
    names = [name for event in events for name, number in c.WARNING.items() if number == event.warning]
    assert [str(warning.message) for warning in caught] == messages
    assert [message for level, message in log if level == "warning"] == messages
    return names, messages


@pytest.mark.parametrize("name", ILL)
def test_problems_are_reported_once_with_a_remedy(name):
    make, rows, hint = ILL[name]
    names, messages = told(make, rows)
    assert names.count(name) == 1 and len(set(names)) == len(names)
    message = messages[names.index(name)]
    assert message.endswith("may help") and hint in message


@pytest.mark.parametrize("name", WELL)
def test_good_fits_give_no_warnings(name):
    assert told(*WELL[name]) == ([], [])


@pytest.mark.parametrize("objective", ["minimax", "hinge"])
def test_a_perfect_discriminator_gives_a_warning_with_existing_options(objective):
    names, messages = told(lambda **o: GAN(1, **{**WON, "objective": objective}, **o).fit, COINS)
    message = messages[names.index("saturated_discriminator")]
    for option in ("input_noise", "spectral_norm", "r1_penalty", "discriminator_rate", "augmentation"):
        assert option in message and option in GAN().get_params()


def test_every_warning_of_the_header_has_a_fit_here():
    assert set(c.WARNING) == {None, *ILL, "checkpoint_not_written"}


@pytest.mark.parametrize("ramp", [False, True])
def test_an_average_lags_by_the_variance_of_its_rows(ramp):
    model = GAN(**DCGAN, average_ramp=ramp)
    events = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(IMAGES, callback=lambda event: events.append(event) if event.warning else None)
    latents = model.latents(64)
    average, last = (
        model.generate(latents, generator=which).reshape(64, -1).astype(np.float64).var(0).sum()
        for which in ("average", "last")
    )
    assert (average < 0.7 * last) == (not ramp)
    assert [event.warning for event in events] == [c.WARNING["lagging_average"]] * (not ramp)
    assert all(event.epoch == 20 for event in events)
