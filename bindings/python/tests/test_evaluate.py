"""Metrics, compared with numpy, scikit-learn and SciPy."""

import copy
import pickle

import numpy as np
import pytest
import references

from generative import GAN, PCA, VAE, Autoencoder, Context, Dataset, Moments, binarize, evaluate


def normals(seed, n, d, scale=1.0, shift=0.0):
    """Rows of a Gaussian with covariances."""
    random = np.random.default_rng(seed)
    mix = np.random.default_rng(99).normal(size=(d, d)) / np.sqrt(d)
    return (scale * random.normal(size=(n, d)) @ mix + shift).astype(np.float32)


@pytest.fixture
def sets():
    """Real and generated rows, unequal in number, that overlap in part."""
    return normals(1, 311, 12), normals(2, 257, 12, 0.8, 0.3)


def test_moments_are_numpys_and_merge_in_any_order(sets):
    a, b = sets
    both = np.concatenate([a, b]).astype(np.float64)
    merged = Moments.of(b).merge(Moments.of(a[:100])).merge(Moments(12).update(a[100:101]).update(a[101:]))
    assert (merged.n_rows, merged.n_features, merged.is_exact) == (568, 12, False)
    np.testing.assert_allclose(merged.mean, both.mean(0), atol=1e-6)
    np.testing.assert_allclose(merged.covariance, np.cov(both.T), atol=1e-6)
    np.testing.assert_array_equal(merged.covariance, merged.covariance.T)


def test_moments_of_bytes_are_the_same_bytes_in_any_order(tmp_path):
    images = np.random.default_rng(3).integers(0, 256, (700, 1, 31), dtype=np.uint8)
    rows, whole = images[:, 0], Moments.of(images)
    parts = Moments.of(images[650:]).merge(Moments.of(images[:13])).merge(Moments.of(images[13:650]))
    assert parts.is_exact and parts.to_bytes() == whole.to_bytes()
    exact = rows.astype(np.int64)
    covariance = (700 * exact.T @ exact - np.outer(exact.sum(0), exact.sum(0))) / (700 * 699 * 255**2)
    np.testing.assert_allclose(whole.covariance, covariance, rtol=1e-12)
    whole.save(tmp_path / "moments.safetensors")
    for other in (Moments.load(tmp_path / "moments.safetensors"), pickle.loads(pickle.dumps(whole)), copy.copy(whole)):
        assert other.to_bytes() == whole.to_bytes()
        np.testing.assert_array_equal(other.covariance, whole.covariance)


def test_a_pca_of_merged_moments_is_the_one_of_all_rows():
    rows = np.random.default_rng(4).integers(0, 256, (400, 1, 17), dtype=np.uint8)
    moments = Moments.of(rows[:150]).merge(Moments.of(rows[150:]))
    merged, whole = PCA(5).merge(moments), PCA(5, solver="covariance").fit(rows)
    np.testing.assert_array_equal(merged.components_, whole.components_)
    np.testing.assert_array_equal(merged.explained_variance_, whole.explained_variance_)


def test_moments_report_what_is_missing():
    with pytest.raises(RuntimeError, match="2 rows"):
        Moments(3).update(np.zeros((1, 3))).covariance  # noqa: B018
    with pytest.raises(ValueError, match="n_features|numbers"):
        Moments(3).update(np.zeros((5, 4)))
    with pytest.raises(ValueError, match="n_features"):
        Moments(0)
    with pytest.raises(ValueError):
        Moments(3).merge(Moments.of(np.zeros((5, 4), np.float32)))
    stream = Dataset.from_stream(lambda: iter([np.ones((2, 3), np.float32), np.zeros((3, 3), np.float32)]), (3,))
    assert Moments(3).update(stream).n_rows == 5


def test_frechet_distances_are_scipys(sets):
    pytest.importorskip("scipy")
    a, b = sets
    found = evaluate.frechet(a, b)
    assert found == (pytest.approx(references.frechet(a, b), rel=1e-4), 311, 257, False)
    assert Moments.of(a).frechet(Moments.of(b)) == pytest.approx(found.distance, rel=1e-9)
    assert evaluate.frechet(a, a).distance == pytest.approx(0, abs=1e-5)


def test_a_frechet_distance_of_few_rows_gives_a_warning():
    random, told = np.random.default_rng(0), []
    context = Context(log=lambda level, message: told.append((level, message)))
    rows = random.normal(size=(60, 40)).astype(np.float32)
    assert evaluate.frechet(rows, rows[:41], context=context).few_rows is False and not told[1:]
    assert evaluate.frechet(rows, rows[:40], context=context).few_rows is True
    assert [level for level, message in told if "40 rows of 40 features" in message] == ["warning"]


def test_frechet_distances_of_wide_rows_are_scipys(fashion):
    pytest.importorskip("scipy")
    middle = fashion[:, 4:24, 4:24].reshape(2000, -1)  # no pixel is always black
    a, b = middle[:1000], middle[1000:]
    assert evaluate.frechet(a, b).distance == pytest.approx(references.frechet(a, b), rel=1e-4)


def test_the_frechet_distance_of_gaussians_has_its_closed_form():
    """Axis-parallel moments, made exact by reflecting every point in every axis."""

    def corners(deviations, mean):
        signs = np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, -1).T
        rows = signs * deviations * np.sqrt(7 / 8) + mean  # divisor n - 1
        return rows.astype(np.float32)

    a, b = np.array([1.0, 2.0, 0.5]), np.array([2.0, 0.25, 0.5])
    distance = evaluate.frechet(corners(a, 0), corners(b, 0.5)).distance
    assert distance == pytest.approx(3 * 0.25 + ((a - b) ** 2).sum(), rel=1e-5)


def test_kernel_distances_are_the_unbiased_discrepancy(sets):
    a, b = sets[0][:257], sets[1]
    expected = references.kernel_distance(a, b)
    found = evaluate.kernel_distance(a, b, n_subsets=1, subset_size=257)
    assert found.mean == pytest.approx(expected, rel=1e-4) and found.deviation == 0
    drawn = evaluate.kernel_distance(*sets, n_subsets=200, subset_size=100, seed=1)
    assert drawn.mean == pytest.approx(expected, rel=0.1) and drawn.deviation > 0
    assert drawn == evaluate.kernel_distance(*sets, n_subsets=200, subset_size=100, seed=1)
    same = evaluate.kernel_distance(sets[0][:150], sets[0][150:], n_subsets=100, subset_size=50)
    assert abs(same.mean) < 0.1 * expected


def test_precision_recall_density_and_coverage_are_counted_balls(sets):
    a, b = sets
    for k in (1, 3, 5):
        expected = references.precision_recall(a, b, k)
        assert evaluate.precision_recall(a, b, k) == (*map(pytest.approx, expected), 311, 257)


def test_the_two_sample_test_leaves_one_out(sets):
    a, b = sets
    expected = (*references.two_sample(a, b), 311, 257)
    assert evaluate.two_sample(a, b) == pytest.approx(expected)
    assert evaluate.two_sample(a, a + 100).accuracy == 1
    assert evaluate.two_sample(a, a).accuracy < 0.1


def test_memorization_tells_copies_from_new_rows(sets):
    training, held_out = sets[0][:200], sets[0][200:]
    near = training[:50] + np.float32(1e-3)
    expected = [references.nearest(x, training) for x in (near, held_out)]
    found = evaluate.memorization(training, near, held_out)
    assert found.generated == pytest.approx(expected[0], rel=1e-4)
    assert found.held_out == pytest.approx(expected[1], rel=1e-4)
    assert found.ratio == pytest.approx(expected[0] / expected[1], rel=1e-4)
    assert found[3:] == (200, 50, 111)
    assert evaluate.memorization(training, training[:9], held_out).ratio == 0


@pytest.mark.parametrize("shape", [(14, 17, 3), (28, 28, 1), (9, 12, 1)])
def test_reconstructions_are_measured_as_numpy_and_scipy_do(shape):
    pytest.importorskip("scipy")
    random = np.random.default_rng(5)
    clean = random.random((7, *shape), dtype=np.float32)
    rows = np.clip(clean + 0.2 * random.normal(size=clean.shape), 0, 1).astype(np.float32)
    found = evaluate.reconstruction(rows, clean)
    errors, psnr = references.row_errors(rows, clean)
    each = zip(rows, clean)
    ssim = np.array([np.mean([references.similarity(r[..., k], c[..., k]) for k in range(shape[2])]) for r, c in each])

    def estimate(values):
        mean, error = references.mean_and_error(values)
        return pytest.approx(mean, rel=1e-5), pytest.approx(error, rel=1e-4)

    size = np.prod(shape)
    expected = (7, *estimate(errors), pytest.approx(errors.mean() / size, rel=1e-5), *estimate(psnr), *estimate(ssim))
    assert found == expected
    assert evaluate.reconstruction(clean, clean).ssim == pytest.approx(1)


def test_active_units_vary(sets):
    means = sets[0] * np.array([1, 0.01] * 6, np.float32)
    found = evaluate.active_units(means)
    np.testing.assert_allclose(found.variances, means.astype(np.float64).var(0), rtol=1e-6)
    assert found.n_active == 6 == (means.var(0) > 0.01).sum() and found.n_rows == 311


def test_threads_do_not_change_a_bit(sets):
    a, b = normals(6, 700, 40), normals(7, 650, 40, 0.9)

    def figures(n_threads):
        context = Context(n_threads=n_threads)
        return (
            evaluate.frechet(a, b, context=context),
            evaluate.kernel_distance(a, b, n_subsets=3, subset_size=600, context=context),
            evaluate.precision_recall(a, b, context=context),
            evaluate.two_sample(a, b, context=context),
        )

    assert figures(1) == figures(2)


def test_metrics_explain_errors(sets):
    a, b = sets
    with pytest.raises(ValueError, match="n_neighbours must be between 1 and 256"):
        evaluate.precision_recall(a, b, 257)
    with pytest.raises(ValueError, match="subset_size"):
        evaluate.kernel_distance(a, b, subset_size=300)
    with pytest.raises(ValueError, match="n_subsets"):
        evaluate.kernel_distance(a, b, n_subsets=0)
    with pytest.raises(ValueError, match="n_real"):
        evaluate.frechet(a[:1], b)
    with pytest.raises(ValueError, match="generated"):
        evaluate.two_sample(a, b[:, :5])
    with pytest.raises(ValueError, match="generated has nan in row 3"):
        bad = b.copy()
        bad[3, 4] = np.nan
        evaluate.frechet(a, bad)


def test_every_metric_that_a_model_supports_is_reported(rows):
    train, test = rows[:200], rows[200:]
    vae = VAE(2, hidden=(8,), epochs=3).fit(train)
    found = evaluate.model(vae, test, training=train, n_rows=50, n_latents=10, seed=4)
    coins = binarize(test, seed=4)
    likelihood = vae.log_likelihood(coins, n_samples=10, seed=4)
    error = likelihood.std(ddof=1) / np.sqrt(57)
    assert found["log_likelihood"] == (pytest.approx(likelihood.mean()), pytest.approx(error), 57)
    assert found["bound"].mean <= found["log_likelihood"].mean + 1
    assert found["reconstruction"] == evaluate.reconstruction(vae.reconstruct(test), test)
    samples = vae.sample(50, seed=4)
    assert found["samples"]["two_sample"] == evaluate.two_sample(test[:50], samples)
    assert found["real_rows"]["frechet"] == evaluate.frechet(test[:50], train[:50])
    assert found["memorization"] == evaluate.memorization(train, samples, test[:50])
    gaussian = VAE(2, hidden=(8,), likelihood="gaussian", variance=0.1, epochs=1).fit(train)
    gray = gaussian.log_likelihood(test, n_samples=10, seed=4)
    assert evaluate.model(gaussian, test, n_latents=10, seed=4)["log_likelihood"].mean == pytest.approx(gray.mean())
    assert set(evaluate.model(Autoencoder(2, hidden=(8,), epochs=1).fit(train), test)) == {"n_rows", "reconstruction"}
    assert "log_likelihood" in evaluate.model(PCA(3).fit(train), test, n_rows=20)
    gan = GAN(2, generator_hidden=(8,), discriminator_hidden=(8,), epochs=1).fit(train)
    one = evaluate.model(gan, test, features=lambda x: x.reshape(len(x), -1)[:, :9], n_rows=30)
    assert set(one) == {"n_rows", "samples"} and one["samples"]["frechet"].n_generated == 30
