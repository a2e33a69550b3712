"""Tools on latents against numpy."""

import numpy as np
import pytest

import generative
from generative import GAN, VAE, latents


@pytest.fixture
def planted():
    """401 latents of 5, and an attribute along (3, 0, 4, 0, 0) / 5 with a little noise."""
    random = np.random.default_rng(3)
    Z = random.normal(size=(401, 5)).astype(np.float32)
    truth = np.array([0.6, 0, 0.8, 0, 0])
    return Z, truth, Z @ truth * 2 + 1 + 0.1 * random.normal(size=401)


def test_walks_have_their_ends_and_lengths():
    a, b = np.array([1.0, 2, 2]), np.array([0, 0, 6.0])
    line = latents.interpolate(a, b, 5, curve="linear")
    np.testing.assert_allclose(line, np.linspace(a, b, 5), atol=1e-6)
    arc = latents.interpolate(a, b, 5)
    np.testing.assert_allclose(np.linalg.norm(arc, axis=1), np.linspace(3, 6, 5), rtol=1e-6)
    np.testing.assert_array_equal(arc[[0, -1]], np.stack([a, b]).astype(np.float32))


def test_loops_pass_their_latents():
    points = np.random.default_rng(1).normal(size=(4, 7)).astype(np.float32)
    for curve in ("linear", "spherical"):
        path = latents.loop(points, 6, curve=curve)
        assert path.shape == (24, 7)
        np.testing.assert_array_equal(path[::6], points)


def test_traversals_vary_one_latent_at_a_time():
    base = np.arange(3.0)
    path = latents.traverse(base, [2, 0], deviations=[1, 1, 0.5], extent=2, n_steps=5)
    expected = np.tile(base, (2, 5, 1))
    expected[0, :, 2] = np.linspace(-1, 1, 5)
    expected[1, :, 0] = np.linspace(-2, 2, 5)
    np.testing.assert_allclose(path, expected, atol=1e-6)
    assert latents.traverse(base).shape == (3, 9, 3)


def test_regression_finds_the_planted_direction_and_numpys_slopes(planted):
    Z, truth, attribute = planted
    found = latents.direction(Z, attribute, ridge=0)
    slopes = np.linalg.lstsq(np.c_[Z, np.ones(len(Z))], attribute, rcond=None)[0][:5]
    np.testing.assert_allclose(found.vector, slopes / np.linalg.norm(slopes), atol=1e-5)
    assert found.vector @ truth > 0.99
    projection = Z @ found.vector.astype(np.float64)
    assert found.correlation == pytest.approx(np.corrcoef(projection, attribute)[0, 1], rel=1e-5)
    slope, offset = np.polyfit(attribute, projection, 1)
    assert found.low == pytest.approx(slope * attribute.min() + offset, rel=1e-4)
    assert found.high == pytest.approx(slope * attribute.max() + offset, rel=1e-4)


def test_means_and_orthogonal_directions(planted):
    Z, truth, attribute = planted
    label = attribute > 1
    found = latents.direction(Z, label, method="means")
    difference = Z[label].mean(0) - Z[~label].mean(0)
    np.testing.assert_allclose(found.vector, difference / np.linalg.norm(difference), atol=1e-5)
    across = latents.direction(Z, attribute, others=[found, np.eye(5)[0]])
    assert abs(across.vector @ found.vector) < 1e-5 and abs(across.vector[0]) < 1e-5
    moved = latents.move(Z[:3], found, n_steps=4)
    assert moved.shape == (3, 4, 5)
    np.testing.assert_allclose(moved @ found.vector, [np.linspace(found.low, found.high, 4)] * 3, atol=1e-5)
    change = moved - Z[:3, None]
    np.testing.assert_allclose(change - (change @ found.vector)[..., None] * found.vector, 0, atol=1e-5)


def test_arithmetic_is_on_means():
    random = np.random.default_rng(2)
    A, B, C = (random.normal(size=(n, 4)).astype(np.float32) for n in (3, 5, 2))
    np.testing.assert_allclose(latents.combine(A, B, C), A.mean(0) - B.mean(0) + C.mean(0), atol=1e-6)


def test_samples_are_truncated_and_the_models_own(rows):
    Z = latents.sample(50, 3, truncation=0.5, seed=7)
    assert np.abs(Z).max() <= 0.5
    np.testing.assert_array_equal(latents.sample(9, 3, truncation=0.5, seed=7), Z[:9])
    vae = VAE(3, hidden=(16,), epochs=1).fit(rows)
    np.testing.assert_allclose(vae.decode(latents.sample(5, 3, seed=7)), vae.sample(5, seed=7), atol=1e-6)


@pytest.mark.parametrize("kind", [VAE, GAN])
def test_inversion_finds_rows_the_model_made(kind, rows):
    if kind is VAE:
        model = VAE(3, hidden=(16,), epochs=20, batch_size=32).fit(rows)
        made = model.sample(6, seed=1)
    else:
        model = GAN(3, generator_hidden=(16,), discriminator_hidden=(16,), epochs=2, batch_size=32).fit(rows)
        made = model.sample(6, seed=1)
    Z, errors = model.invert(made, n_steps=300, n_starts=10, learning_rate=0.1)
    back = model.decode(Z) if kind is VAE else model.generate(Z)
    np.testing.assert_allclose(errors, ((back - made) ** 2).sum((1, 2)), atol=1e-5)
    assert errors.max() < 0.05 * ((made - made.mean(0)) ** 2).sum((1, 2)).mean()
    one, _ = model.invert(made[:1], n_steps=300, n_starts=10, learning_rate=0.1)
    np.testing.assert_array_equal(one, Z[:1])


def test_inversions_are_stopped_by_callbacks_and_tokens(rows):
    model = VAE(3, hidden=(16,), epochs=1).fit(rows)
    with pytest.raises(generative.GenerativeError) as caught:
        model.invert(rows, callback=lambda event: generative.STOP_NOW)
    assert caught.value.name == "GEN_E_CANCELLED"
    with generative.Token() as token:
        token.cancel()
        with pytest.raises(generative.GenerativeError) as caught:
            model.invert(rows, token=token)
    assert caught.value.name == "GEN_E_CANCELLED"

    def fail(event):
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        model.invert(rows, callback=fail)


def test_bad_latents_are_named(planted):
    Z, _, attribute = planted
    nan = np.full(5, np.nan)
    for call, name in [
        (lambda: latents.interpolate(nan, Z[0]), "first"),
        (lambda: latents.interpolate(Z[0], Z[1], 1), "n_steps"),
        (lambda: latents.interpolate(Z[0], Z[1], curve="round"), "curve"),
        (lambda: latents.interpolate(Z[0], Z[1][:3]), "last"),
        (lambda: latents.loop(Z[:1]), "n_latents"),
        (lambda: latents.traverse(Z[0], [5]), "axes"),
        (lambda: latents.traverse(Z[0], extent=np.inf), "range"),
        (lambda: latents.move(Z, np.zeros(5), -1, 1), "direction"),
        (lambda: latents.move(Z, Z[0], np.nan, 1), "low"),
        (lambda: latents.direction(Z, np.ones(len(Z))), "attribute"),
        (lambda: latents.direction(Z, attribute, others=np.eye(5)), "others"),
        (lambda: latents.combine(Z, Z[:0], Z), "n_b"),
        (lambda: latents.sample(3, 3, truncation=1e-3), "truncation"),
        (lambda: latents.sample(3, 0), "latent_size"),
    ]:
        with pytest.raises(ValueError, match=name):
            call()
