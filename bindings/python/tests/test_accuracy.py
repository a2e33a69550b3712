"""Numerical accuracy: small variances, rows far from zero, very large and very small numbers, compared with numpy."""

import numpy as np
import pytest
import references

from generative import PCA, Dataset, GenerativeError, Mixture, Moments, evaluate

OFFSETS = [0.0, *(10.0**power for power in range(8))]
at_offsets = pytest.mark.parametrize("offset", OFFSETS, ids="{:.0e}".format)
in_both_types = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def singular(X):
    """(centred rows, variances, components) in Double, each component's largest entry positive."""
    centred = X.astype(np.float64) - X.astype(np.longdouble).mean(0)
    centred = centred.astype(np.float64)
    _, values, components = np.linalg.svd(centred, full_matrices=False)
    largest = np.abs(components).argmax(1)
    components = components * np.sign(components[np.arange(len(components)), largest])[:, None]
    return centred, values**2 / (len(X) - 1), components


def table(n, dtype, offset, seed=0):
    """n rows of 6 columns around offset. Whole numbers, which both types hold exactly at all offsets, so that
    what is measured is the arithmetic and not the rounding of the rows."""
    mix = np.random.default_rng(99).standard_normal((6, 6)) * [60, 40, 25, 16, 10, 6]
    rows = np.rint(np.random.default_rng(seed).standard_normal((n, 6)) @ mix.T)
    return (rows + offset * np.array([1, -1, 1, 1, -1, 1])).astype(dtype)


def assert_close(found, expected, relative):
    """Compares relative to the largest expected value."""
    expected = np.asarray(expected, np.float64)
    error = np.abs(np.asarray(found, np.float64) - expected).max() / np.abs(expected).max()
    assert error <= relative, f"off by {error:.2g} of the largest, more than {relative:.1g}"


def precision(dtype, offset=0.0):
    """The allowed error of a result of one type; in Double, also the rounding of numbers at an offset."""
    return 2e-6 if dtype == np.float32 else 1e-12 + 4e-16 * offset


@pytest.mark.parametrize("d", [256, 257])
def test_a_variance_ten_digits_below_the_largest_is_right_for_any_width(d):
    r = np.random.default_rng(0)
    V = np.linalg.qr(r.standard_normal((d, 3)))[0]
    X = (r.standard_normal((2000, 3)) * [1, 1e-4, 1e-5]) @ V.T
    np.testing.assert_allclose(PCA(3).fit(X).explained_variance_, singular(X)[1][:3], rtol=1e-9)


def test_two_rows_far_from_zero_are_half_their_distance_from_the_mean():
    X = np.float32([[1000001, 1000000], [1000000, 1000001]])
    latents = PCA(1).fit(X).transform(X)
    np.testing.assert_allclose(np.sort(latents.ravel()), [-0.70710677, 0.70710677], rtol=1e-6)


def test_variances_do_not_depend_on_a_mean_of_1e8():
    X = 1e8 + np.random.default_rng(0).standard_normal((1000, 3)) * [3, 1, 0.5]
    np.testing.assert_allclose(PCA().fit(X).explained_variance_, singular(X)[1], rtol=1e-13)


@pytest.mark.parametrize("solver", ["auto", "covariance", "gram", "partial_fit"])
@pytest.mark.parametrize(
    ("dtype", "power"),
    [
        *((np.float64, power) for power in (-100, -67, -33, 33, 67, 100)),
        *((np.float32, power) for power in (-60, -40, -20, 20, 40, 60)),
    ],
)
def test_scaled_rows_have_scaled_variances_or_one_named_error(solver, dtype, power):
    """Powers of two, 1e-30 ... 1e30 and 1e-18 ... 1e18, which change no digit of the rows."""
    X = np.random.default_rng(3).standard_normal((40, 7)).astype(dtype)
    scaled = X * dtype(2.0**power)

    def fitted(rows):
        if solver == "partial_fit":
            return PCA(4).partial_fit(rows[:15]).partial_fit(rows[15:])
        return PCA(4, solver=solver).fit(rows)

    expected, scale = fitted(X), 2.0**power
    try:
        found = fitted(scaled)
    except GenerativeError as error:
        assert isinstance(error, ValueError), error.name
        return
    variances = singular(X)[1][:4]
    np.testing.assert_allclose(found.explained_variance_ / scale**2, variances, rtol=precision(dtype))
    assert_close(found.components_, expected.components_, precision(dtype))
    assert_close(found.transform(scaled) / scale, expected.transform(X), precision(dtype))
    assert_close(found.noise_variance_ / scale**2, expected.noise_variance_, precision(dtype))


@in_both_types
@at_offsets
def test_latents_of_rows_at_an_offset(dtype, offset):
    X = table(300, dtype, offset)
    centred, _, components = singular(X)
    pca = PCA(4).fit(X)
    assert_close(pca.transform(X), centred @ components[:4].T, precision(dtype, offset))
    back = pca.inverse_transform(pca.transform(X)) - X.astype(np.float64)
    # What rows of this type hold, and a residual is small beside the offset.
    rounding = np.finfo(dtype).eps * offset / np.abs(centred).max()
    assert_close(back + centred, centred @ components[:4].T @ components[:4], precision(dtype, offset) + rounding)


def likelihoods(X, rows, k):
    """log p(row) under the probabilistic PCA of X."""
    _, variances, components = singular(X)
    noise = variances[k:].mean()
    factors = components[:k].T * np.sqrt(variances[:k] - noise)
    centred = (rows - X.astype(np.longdouble).mean(0)).astype(np.float64)
    return references.gaussian(centred, np.zeros(X.shape[1]), factors, noise)


@in_both_types
@at_offsets
def test_likelihoods_of_rows_at_an_offset(dtype, offset):
    X, unseen = table(300, dtype, offset), table(40, dtype, offset, seed=1)
    assert_close(PCA(3).fit(X).score_samples(unseen), likelihoods(X, unseen, 3), precision(dtype, offset))


@in_both_types
@at_offsets
def test_anomalies_among_rows_at_an_offset(dtype, offset):
    X, unseen = table(300, dtype, offset), table(100, dtype, offset, seed=1)
    _, _, components = singular(X)
    rest = (unseen - X.astype(np.longdouble).mean(0)).astype(np.float64) @ components[3:].T
    expected = np.square(rest).sum(1)
    pca = PCA(3).fit(X).fit_threshold(unseen, 0.9)
    assert_close(pca.anomaly_scores(unseen), expected, precision(dtype, offset))
    threshold = np.quantile(expected, 0.9)
    assert pca.threshold_ == pytest.approx(threshold, rel=precision(dtype, offset) * expected.max() / threshold)
    np.testing.assert_array_equal(pca.predict(unseen), np.where(expected > threshold, -1, 1))


@in_both_types
@at_offsets
def test_the_mixture_of_latents_of_rows_at_an_offset(dtype, offset):
    X = table(300, dtype, offset)
    pca = PCA(3).fit(X).fit_mixture(X, 1, regularization=0.0)
    variances = singular(X)[1][:3] * 299 / 300
    assert_close(pca.mixture_.covariances[0], np.diag(variances), precision(np.float32))
    assert np.abs(pca.mixture_.means).max() <= precision(np.float32) * np.sqrt(variances[0])


@in_both_types
@at_offsets
def test_moments_of_rows_at_an_offset(dtype, offset):
    X = table(300, dtype, offset)
    centred = singular(X)[0]
    moments = Moments.of(X[:100]).merge(Moments.of(X[100:]))
    np.testing.assert_allclose(moments.mean, X.astype(np.longdouble).mean(0).astype(np.float64), rtol=1e-15, atol=1e-13)
    assert_close(moments.covariance, centred.T @ centred / 299, 3e-15)
    assert_close(PCA(6).merge(moments).explained_variance_, singular(X)[1], 3e-15)


@in_both_types
@at_offsets
def test_neighbours_of_rows_at_an_offset(dtype, offset):
    X, rows = table(300, dtype, offset), table(40, dtype, offset, seed=1)
    labels = np.arange(300) % 3
    distances = np.sqrt(references.squares(rows, X))
    with Dataset.from_array(X, labels) as data:
        indices, found = data.nearest(rows, 4)
        classes = data.classify(rows, 1)
    assert_close(found, np.sort(distances, 1)[:, :4], 1e-6)
    assert_close(np.take_along_axis(distances, indices, 1), found, 1e-6)
    nearest = distances == distances.min(1, keepdims=True)
    assert all(labels[where][0] <= label and label in labels[where] for where, label in zip(nearest, classes))
    np.testing.assert_array_equal(evaluate.neighbours(X, labels, rows), classes)


@in_both_types
@at_offsets
def test_a_mixture_of_rows_at_an_offset(dtype, offset):
    X = table(300, dtype, offset)
    mixture = Mixture.of(X, 1, regularization=0.0)
    centred = singular(X)[0]
    covariance = centred.T @ centred / 300
    np.testing.assert_allclose(mixture.means[0], X.astype(np.float64).mean(0), rtol=1e-12, atol=1e-4)
    assert_close(mixture.covariances[0], covariance, 1e-6)
    expected = references.mixture(centred, [1.0], np.zeros((1, 6)), [covariance])
    assert_close(mixture.score_samples(X), expected, 1e-5)


@in_both_types
@at_offsets
def test_frechet_distances_of_rows_at_an_offset(dtype, offset):
    a, b = table(300, dtype, offset), table(200, dtype, offset, seed=1)
    middle = a.astype(np.float64).mean(0)
    assert evaluate.frechet(a, b).distance == pytest.approx(references.frechet(a - middle, b - middle), rel=1e-6)


def kernel_of_whole_numbers(a, b):
    """(the unbiased discrepancy of all rows of 6 whole numbers, the largest kernel), exactly."""
    a, b = (np.array([[int(number) for number in row] for row in each], dtype=object) for each in (a, b))
    within = []
    for each in (a, b):
        kernel = (each @ each.T + 6) ** 3
        within.append((kernel.sum() - np.trace(kernel)) * len(b) * len(a) // (len(each) * (len(each) - 1)))
    between = 2 * ((a @ b.T + 6) ** 3).sum()
    return float(sum(within) - between) / (216 * len(a) * len(b)), float((a @ a.T + 6).max() ** 3 / 216)


@in_both_types
@at_offsets
def test_kernel_distances_of_rows_at_an_offset(dtype, offset):
    a, b = table(120, dtype, offset), table(120, dtype, offset, seed=1)
    expected, largest = kernel_of_whole_numbers(a, b)
    found = evaluate.kernel_distance(a, b, n_subsets=1, subset_size=120).mean
    # The kernel is not one of differences: it grows with the offset's sixth power.
    assert abs(found - expected) <= 1e-4 * abs(expected) + 1e-14 * largest


@in_both_types
@at_offsets
def test_balls_and_neighbours_of_rows_at_an_offset(dtype, offset):
    a, b = table(150, dtype, offset), table(120, dtype, offset, seed=1)
    assert evaluate.precision_recall(a, b, 3)[:4] == pytest.approx(references.precision_recall(a, b, 3))
    assert evaluate.two_sample(a, b)[:3] == pytest.approx(references.two_sample(a, b))
    new, old = references.nearest(b, a[:100]), references.nearest(a[100:], a[:100])
    assert evaluate.memorization(a[:100], b, a[100:])[:3] == pytest.approx((new / old, new, old), rel=1e-6)


@in_both_types
@at_offsets
def test_parzen_windows_of_rows_at_an_offset(dtype, offset):
    sets = [table(n, dtype, offset, seed) for seed, n in enumerate((200, 50, 60))]
    assert evaluate.parzen(*sets) == pytest.approx(references.parzen(*sets), rel=1e-5)


@in_both_types
@at_offsets
def test_errors_of_rows_at_an_offset(dtype, offset):
    clean = table(90, dtype, offset)
    rows = (clean + np.random.default_rng(4).integers(-2, 3, clean.shape)).astype(dtype)
    errors, decibels = references.row_errors(rows, clean)
    found = evaluate.reconstruction(rows, clean)
    assert found[1:4] == pytest.approx((*references.mean_and_error(errors), errors.mean() / 6), rel=1e-6)
    assert found[4:6] == pytest.approx(references.mean_and_error(decibels), rel=1e-6)
    assert evaluate.squared_error(rows, clean) == pytest.approx(errors.mean(), rel=1e-6)
    assert evaluate.psnr(rows, clean) == pytest.approx(decibels.mean(), rel=1e-6)
    units = evaluate.active_units(clean)
    np.testing.assert_allclose(units.variances, singular(clean)[0].var(0), rtol=1e-6)


@in_both_types
@at_offsets
@pytest.mark.parametrize("loss", ["logistic", "squared_hinge"])
def test_linear_classifiers_of_rows_at_an_offset(loss, dtype, offset):
    """Biases have no penalty, so the best objective is that of the centred rows. Weights are float32."""
    if loss == "logistic":
        pytest.importorskip("sklearn")
    X = table(150, dtype, offset)
    centred = singular(X)[0]
    noisy = centred @ [1, -1, 0.5, 0, 0, 0.2] + np.random.default_rng(5).normal(0, 60, 150)
    labels = np.digitize(noisy, [-60, 60])
    objective, weights, biases = getattr(references, loss)(centred, labels, 1e-4)
    found = evaluate.linear(X, labels, X, loss=loss, C=1e-4)
    assert found.objective == pytest.approx(objective, rel=1e-4)
    scores = centred @ weights.T + biases
    rounding = float(np.finfo(np.float32).eps) * offset * np.abs(weights).sum(1).max()
    is_sure = np.diff(np.sort(scores, 1)[:, 1:], axis=1).ravel() > 1e-3 * np.abs(scores).max() + rounding
    assert is_sure.mean() > 0.9
    np.testing.assert_array_equal(found.labels[is_sure], scores.argmax(1)[is_sure])


@in_both_types
@at_offsets
def test_every_measure_of_a_pca_of_rows_at_an_offset(dtype, offset):
    X, unseen = table(300, dtype, offset), table(100, dtype, offset, seed=1)
    rest = (unseen - X.astype(np.longdouble).mean(0)).astype(np.float64) @ singular(X)[2][3:].T
    error = np.square(rest).sum(1).mean()
    found = evaluate.model(PCA(3).fit(X), unseen)
    # Reconstructions are compared as float32: each number is up to half a unit of its last place off.
    rounding = float(np.finfo(np.float32).eps) * offset / 2
    allowed = 2 * np.sqrt(6 * error) * rounding + 6 * rounding**2
    assert found["reconstruction"].squared_error == pytest.approx(error, rel=1e-5, abs=allowed)
    assert found["log_likelihood"].mean == pytest.approx(likelihoods(X, unseen, 3).mean(), rel=1e-5)


def test_the_quick_sweep_of_matrices_passes(benchmark, capsys):
    """Benchmarks/accuracy.py: sixty small matrices, all solvers, compared with a reference of higher precision."""
    pytest.importorskip("sklearn")
    status = benchmark("accuracy").main(["--quick"])
    assert status == 0, capsys.readouterr().out


def test_an_inaccurate_shift_costs_no_digits_along_a_direction():
    """The first row is the shift of a partial fit. It differs from the mean by one standard deviation in each of 336
    columns, which would exceed the largest variance 80 times."""
    X = np.random.default_rng(5).standard_normal((356, 336))
    pca = PCA(168)
    for part in (X[:1], X[1:3], X[3:]):
        pca.partial_fit(part)
    # LAPACK's own variances are off by 7 units in the last place of the largest.
    directions = singular(X)[2][:168].astype(np.longdouble)
    latents = (X - X.astype(np.longdouble).mean(0)) @ directions.T
    variances = (latents**2).sum(0) / (directions**2).sum(1) / (len(X) - 1)
    assert np.abs(pca.explained_variance_ - variances).max() < 4 * 2.2e-16 * variances[0]


@in_both_types
@pytest.mark.parametrize("d", [30, 70])
@pytest.mark.parametrize("values", [[0, 0.1], [-1 / 3, 1 / 3], [0, 1 / 7, 2 / 7, 5 / 7], [1e5, 1e5 + 1]], ids=str)
def test_long_sums_of_the_same_few_values_lose_no_digits(values, d, dtype):
    """Each step of a naive sum would be rounded the same way: 2,000 units in the last place for a million rows."""
    picks = np.random.default_rng(8).integers(len(values), size=(120_000, d))
    picks[:, 0].sort()
    X = np.asarray(values, dtype)[picks]
    wide = X.astype(np.longdouble)
    variances = np.square(wide - wide.mean(axis=0)).sum(axis=0) / (len(X) - 1)
    found = Moments.of(X)
    assert np.abs(np.diag(found.covariance) - variances).max() <= 10 * 2.3e-16 * variances.max()
    assert np.abs(found.mean - wide.mean(axis=0)).max() <= 10 * 2.3e-16 * np.abs(wide).max()


def test_a_gram_matrix_of_more_rows_than_columns_has_the_small_variances_too():
    r = np.random.default_rng(6)
    left = np.linalg.qr(r.standard_normal((91, 5)) - 0.0)[0]
    X = (left * 10.0 ** -np.arange(0, 15, 3)) @ np.linalg.qr(r.standard_normal((5, 5)))[0]
    expected = PCA(5, solver="covariance").fit(X).explained_variance_
    found = PCA(5, solver="gram").fit(X).explained_variance_
    reference = singular(X)[1]
    np.testing.assert_allclose(found, reference, rtol=1e-2)
    np.testing.assert_allclose(found[:4], reference[:4], rtol=1e-5)
    np.testing.assert_allclose(found[:4], expected[:4], rtol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_the_variance_of_one_column_by_a_gram_matrix_is_right_to_the_last_digits(seed):
    X = 100 + np.random.default_rng(seed).standard_normal((966, 1))
    variance = X.astype(np.longdouble).var(ddof=1).astype(np.float64)
    np.testing.assert_allclose(PCA(solver="gram").fit(X).explained_variance_, [variance], rtol=1e-15)


def test_components_above_the_rounding_are_apart_from_directions_without_variance():
    """Duplicate columns give directions without variance, whose rounding errors must not mix with the others."""
    r = np.random.default_rng(7)
    n, d, rank = 240, 160, 120
    left, right = (np.linalg.qr(r.standard_normal((size, rank)))[0] for size in (n, rank))
    values = 10.0 ** -np.minimum(0.15 * np.arange(rank), 12)
    X = (left * values) @ right.T
    X = X[:, r.integers(rank, size=d)]
    centred, variances, components = singular(X)
    count = int((variances > 1e-23 * variances[0]).sum())
    pca = PCA(count).fit(X)
    outside = pca.components_ - pca.components_ @ components[:count].T @ components[:count]
    assert np.linalg.norm(outside, 2) < 40 * 2.2e-16 * np.sqrt(variances[0] / variances[count - 1])


@in_both_types
@pytest.mark.parametrize("shape", [(1, 3), (17, 5), (1000, 50), (300, 64), (70, 300), (33, 700), (5, 2000)])
@pytest.mark.parametrize("k", [1, 3, 16, 18])
def test_latents_of_any_shape_and_order_are_those_of_numpy(dtype, shape, k):
    r = np.random.default_rng(8)
    n, d = shape
    X = (r.standard_normal((n, d)) + 3).astype(dtype)
    pca = PCA(min(k, d, 40)).fit(np.vstack([X, r.standard_normal((60, d)).astype(dtype)]))
    expected = (X.astype(np.float64) - pca.mean_) @ pca.components_.astype(np.float64).T
    for rows in (X, np.asfortranarray(X)):
        latents = pca.transform(rows)
        assert latents.dtype == dtype
        assert_close(latents, expected, precision(dtype))


@in_both_types
def test_a_nan_in_a_column_major_row_is_named(dtype):
    X = np.asfortranarray(np.random.default_rng(9).standard_normal((40, 6)).astype(dtype))
    pca = PCA(2).fit(X)
    X[7, 3] = np.inf
    with pytest.raises(ValueError, match="row 7, element 3"):
        pca.transform(X)


@pytest.mark.parametrize("make", [lambda: PCA(2), lambda: Moments(4)], ids=["pca", "moments"])
def test_8_bit_pictures_and_floats_of_0_to_255_are_not_added_up(make):
    values = np.random.default_rng(10).integers(0, 256, (30, 2, 2)).astype(np.uint8)
    pictures, numbers = Dataset.from_array(values), values.reshape(30, 4).astype(np.float32)

    def add(model, rows):
        model.partial_fit(rows) if isinstance(model, PCA) else model.update(rows)

    for first, second in ((pictures, numbers), (numbers, pictures)):
        model = make()
        add(model, first)
        with pytest.raises(ValueError, match="8-bit"):
            add(model, second)
    model = make()
    for rows in (pictures, numbers / np.float32(255)):
        add(model, rows)
