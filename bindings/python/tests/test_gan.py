"""A GAN's options: their effects, their conflicts, and the messages about these."""

import numpy as np
import pytest

from generative import GAN, STOP_NOW, InvalidArgumentError

RANDOM = np.random.default_rng(7)
IMAGES = RANDOM.random((48, 6, 5)).astype(np.float32)
TABLE = RANDOM.normal(size=(48, 5))
SMALL = {"generator_hidden": 9, "discriminator_hidden": 11, "epochs": 2, "batch_size": 16, "seed": 3}
OBJECTIVES = ["non_saturating", "minimax", "least_squares", "hinge", "wasserstein"]


def fitted(rows=IMAGES, **options):
    return GAN(**{**SMALL, **options}).fit(rows)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("objective", word) for word in OBJECTIVES[1:]), ("r1_penalty", 2.0), ("gradient_penalty", 10.0),
        ("discriminator_rate", 2.0), ("augmentation", "fixed"), ("spectral_norm", True), ("discriminator_steps", 2),
    ],
)  # fmt: skip
def test_each_option_changes_the_fit_and_is_kept_in_files(name, value, tmp_path):
    model, plain = fitted(**{name: value}), fitted()
    assert not np.array_equal(model.sample(4), plain.sample(4))
    model.save(tmp_path / "gan.safetensors")
    again = GAN.load(tmp_path / "gan.safetensors")
    assert again.get_params()[name] == value
    np.testing.assert_array_equal(again.sample(4), model.sample(4))


def test_the_penalty_is_reported_with_the_loss():
    event = fitted(r1_penalty=2.0).history_[-1]
    assert event.penalty > 0
    assert event.loss == pytest.approx(event.discriminator_loss + event.generator_loss + event.penalty)
    assert np.isnan(fitted(r1_penalty=0).history_[-1].penalty)


def test_dense_layers_that_learn_images_have_a_penalty_unless_an_option_excludes_it():
    for options, rows, expected in (
        ({}, IMAGES, 1), ({"discriminator_activation": "elu"}, IMAGES, 0), ({"gradient_penalty": 3}, IMAGES, 0),
        ({"discriminator_batch_norm": True}, IMAGES, 0), ({"r1_penalty": 0}, IMAGES, 0),
        ({"objective": "minimax"}, IMAGES, 1), ({"objective": "hinge"}, IMAGES, 0),
        ({}, IMAGES.reshape(len(IMAGES), -1), 0),
    ):  # fmt: skip
        model = fitted(rows, **options)
        assert model._described()["r1_penalty"] == expected, options


def test_steps_of_the_discriminator_share_rows_only_when_asked():
    own, shared = (fitted(discriminator_steps=3, fresh_rows=fresh) for fresh in (True, False))
    # Three batches an epoch.
    assert own.info.n_steps == 2 and shared.info.n_steps == 6
    assert not np.array_equal(own.sample(4), shared.sample(4))
    for fresh in (True, False):
        one = fitted(discriminator_steps=1, fresh_rows=fresh)
        np.testing.assert_array_equal(one.sample(4), fitted().sample(4))


def test_epochs_make_as_many_steps_of_the_generator_whatever_those_of_the_discriminator():
    # 400 batches an epoch: 12.5 times as many are the 5,000 steps that a fit chooses.
    rows = RANDOM.random((1600, 8, 8)).astype(np.float32)
    for steps, fresh, epochs in [(1, True, 13), (2, True, 25), (2, False, 13)]:
        model = GAN(generator_hidden=2, discriminator_hidden=2, discriminator_steps=steps, fresh_rows=fresh, batch_size=4)
        told = []
        model.fit(rows, callback=lambda event: told.append(event.n_epochs) or STOP_NOW)
        assert told == [epochs]


@pytest.mark.parametrize(
    ("options", "rows", "message"),
    [
        ({"augmentation": "adaptive"}, TABLE, "augmentation needs images, but rows are tables of 5 columns"),
        ({"augmentation": "fixed"}, TABLE, "augmentation needs images"),
        ({"projection": True}, IMAGES, "projection needs a conditional model: set n_classes"),
        ({"label_smoothing": 0.1, "objective": "hinge"}, IMAGES, "label_smoothing needs an objective with targets"),
        ({"r1_penalty": 1, "discriminator_batch_norm": True}, IMAGES, "no discriminator_batch_norm"),
        ({"gradient_penalty": 1, "discriminator_activation": "tanh"}, IMAGES, "discriminator_activation relu"),
        ({"spectral_norm": True, "discriminator_batch_norm": True}, IMAGES, "exclude each other"),
        ({"r1_penalty": -1}, IMAGES, "r1_penalty must be between 0"),
        ({"gradient_penalty": float("inf")}, IMAGES, "gradient_penalty must be"),
        ({"discriminator_rate": 0}, IMAGES, "discriminator_rate must be above 0"),
        ({"discriminator_steps": 101}, IMAGES, "discriminator_steps must be between 1 and 100"),
        ({"objective": "wgan"}, IMAGES, "objective must be one of non_saturating, minimax"),
    ],
)
def test_conflicting_options_are_refused_with_a_remedy(options, rows, message):
    with pytest.raises(ValueError, match=message):
        fitted(rows, **options)


@pytest.mark.parametrize("penalty", ["r1_penalty", "gradient_penalty"])
def test_an_overflowing_penalty_is_named_with_a_remedy(penalty):
    options = {penalty: 1.0, "batch_norm": False, "discriminator_hidden": (11, 11, 11), "learning_rate": 1e9}
    with pytest.raises(InvalidArgumentError, match="^penalty became inf .*a smaller r1_penalty or gradient_penalty, .*help"):
        fitted(**options)
