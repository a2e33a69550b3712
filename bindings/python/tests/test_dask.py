"""Results over a Dask array's partitions, on a cluster of two processes, agree with one machine's."""

import numpy as np
import pytest

from generative import GAN, PCA, STOP_NOW, VAE, Autoencoder, Moments, Reservoir, evaluate

dask = pytest.importorskip("dask", reason="Dask is not installed")
distributed = pytest.importorskip("distributed", reason="Dask's scheduler is not installed")
da = pytest.importorskip("dask.array", reason="Dask's arrays are not installed")

from generative import dask as over  # noqa: E402


@pytest.fixture(scope="module")
def client():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
    ) as cluster, distributed.Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(4)
    factors = random.random((1000, 6))
    x = factors @ (np.arange(1, 7)[:, None] * random.random((6, 300))) / 21 + 0.1 * random.random((1000, 300))
    return (255 * x.clip(0, 1)).astype(np.uint8)


@pytest.fixture(scope="module")
def scaled(rows):
    return rows / np.float32(255)


def test_moments_and_pca_of_bytes_are_one_machines_bits(client, rows):
    images = rows.reshape(1000, 20, 15)
    whole = Moments.of(images)
    X = da.from_array(images, chunks=((100, 1, 399, 0, 250, 250), (10, 10), 15))
    assert over.moments(X).to_bytes() == whole.to_bytes()
    pca = over.fit_pca(PCA(7), X)
    single = PCA(7, solver="covariance").fit(images)
    np.testing.assert_array_equal(pca.components_, single.components_)
    np.testing.assert_array_equal(pca.explained_variance_, single.explained_variance_)
    np.testing.assert_array_equal(pca.mean_, single.mean_)


def test_moments_and_pca_of_floats_are_one_machines_to_1e_12(client, rows):
    x = rows.astype(np.float32) + np.arange(300, dtype=np.float32)
    X = da.from_array(x, chunks=(90, 300))
    pca = over.fit_pca(PCA(7, whiten=True), X)
    single = PCA(7, whiten=True).merge(Moments.of(x))
    np.testing.assert_allclose(pca.explained_variance_, single.explained_variance_, rtol=1e-12)
    np.testing.assert_allclose(pca.components_, single.components_, atol=1e-7)
    assert over.moments(X).to_bytes() == over.moments(X).to_bytes()


def test_wide_rows_are_sketched(client):
    x = np.random.default_rng(1).integers(0, 256, (200, 50, 100), dtype=np.uint8)
    x[:, :25] //= 9
    pca = over.fit_pca(PCA(4, seed=3), da.from_array(x, chunks=(64, 10, 100)))
    single = PCA(4, solver="sketch", seed=3).fit(x)
    assert pca.solver_ == "sketch"
    np.testing.assert_array_equal(pca.components_, single.components_)
    np.testing.assert_array_equal(pca.explained_variance_, single.explained_variance_)


def test_distances_are_one_machines(client, rows):
    a, b = rows[:, :20] / np.float32(255), (rows[:600, 20:40] / np.float32(255))
    A, B = da.from_array(a, chunks=(130, 20)), da.from_array(b, chunks=(599, 7))
    assert over.frechet(A, B) == pytest.approx(evaluate.frechet(a, b).distance, rel=1e-9)
    assert over.kernel_distance(A, B) == evaluate.kernel_distance(a, b)
    sample = over.reservoir(A, 100, seed=6)
    np.testing.assert_array_equal(sample.rows, Reservoir.of(a, 100, seed=6).rows)
    # Blocks whose lengths are known only when they are computed.
    some = A[A[:, 0] > np.median(a[:, 0])]
    np.testing.assert_array_equal(
        over.reservoir(some, 50).rows, Reservoir.of(a[a[:, 0] > np.median(a[:, 0])], 50).rows
    )


def test_images_are_rows_and_bad_input_is_reported(client, rows):
    X = da.from_array(rows.reshape(1000, 20, 15), chunks=(300, 10, 15))
    assert over.moments(X).to_bytes() == Moments.of(rows.reshape(1000, 20, 15)).to_bytes()
    with pytest.raises(TypeError, match="must be a Dask array"):
        over.moments(rows)
    with pytest.raises(ValueError, match="2 to 4 axes"):
        over.moments(da.zeros(5))
    with pytest.raises(ValueError, match="not 'gram'"):
        over.fit_pca(PCA(2, solver="gram"), X)
    with pytest.raises(ValueError, match="between 0 and"):
        over.fit_pca(PCA(301), X)
    with pytest.raises(ValueError, match="at least 2 rows"):
        over.fit_pca(PCA(1), X[:0])
    with pytest.raises(ValueError, match="n_components or n_directions"):
        over.fit_pca(PCA(solver="sketch"), X)
    with pytest.raises(ValueError, match="holds nan|NaN|nan"):
        over.moments(da.full((10, 3), np.nan, chunks=(5, 3)))
    fitted = PCA(2).fit(rows)
    before = fitted.components_
    with pytest.raises(ValueError, match="at least 2 rows"):
        over.fit_pca(fitted, X[:1])
    np.testing.assert_array_equal(fitted.components_, before)


def flat(model):
    data = model.to_bytes()
    return np.frombuffer(data, np.float32, offset=8 + int.from_bytes(data[:8], "little"))


def test_one_partition_and_round_is_a_fit(client, scaled):
    rows = scaled
    for make in (lambda: VAE(3, hidden=(20,), epochs=2, seed=4), lambda: Autoencoder(3, hidden=(20,), epochs=2)):
        whole = make().fit(rows)
        over_one = over.fit(make(), da.from_array(rows, chunks=(1000, 100)), rounds=1)
        np.testing.assert_array_equal(flat(over_one), flat(whole))
        assert over_one.n_epochs_ == 2 and over_one.shape_ == (300,)


def test_a_round_averages_what_each_partition_fits(client, scaled):
    rows = scaled
    X = da.from_array(rows, chunks=((300, 0, 700), 300))
    found = over.fit(VAE(3, hidden=(20,), epochs=1, seed=4), X, rounds=1)
    first = VAE(3, hidden=(20,), epochs=1, seed=4).fit(rows[:300])
    # The second starts from the same weights with a seed of its own.
    state = dict(VAE(3, hidden=(20,), epochs=1).get_params(), warm_start=True)
    start = over._initial(VAE(3, hidden=(20,), seed=4), (300,))
    second = over._fitted(VAE, state, start, rows[300:], None, over._GOLDEN + 4)
    assert second.n_rows == 700
    expected = 0.3 * flat(first).astype(float) + 0.7 * (second.sums / 700)
    np.testing.assert_allclose(flat(found), expected, rtol=1e-6, atol=1e-9)


def test_averaged_rounds_learn_and_are_bit_identical_on_any_workers(client, scaled):
    rows = scaled
    X = da.from_array(rows, chunks=(250, 300))
    losses = []
    model = over.fit(
        VAE(4, hidden=(30,), epochs=1, batch_size=25, likelihood="gaussian", variance=0.01), X, rounds=6,
        callback=lambda number, loss: losses.append(loss),
    )  # fmt: skip
    assert len(losses) == 6 and losses[-1] < 0.7 * losses[0]
    with dask.config.set(scheduler="synchronous"):
        alone = over.fit(
            VAE(4, hidden=(30,), epochs=1, batch_size=25, likelihood="gaussian", variance=0.01), X, rounds=6
        )
    np.testing.assert_array_equal(flat(model), flat(alone))
    model.set_params(warm_start=True)
    over.fit(model, X, rounds=3, callback=lambda number, loss: STOP_NOW)
    assert model.n_epochs_ == 7


def test_labels_follow_their_rows_and_bad_input_is_reported(client, scaled):
    rows = scaled
    X = da.from_array(rows, chunks=(400, 300))
    y = da.from_array(np.arange(1000) % 3, chunks=123)
    model = over.fit(VAE(2, hidden=(9,), n_classes=3, epochs=1), X, y, rounds=1)
    assert model.sample(3, labels=[0, 1, 2]).shape == (3, 300)
    with pytest.raises(TypeError, match="Autoencoder or a VAE"):
        over.fit(PCA(2), X)
    with pytest.raises(TypeError, match="not GAN"):
        over.fit(GAN(2), X)  # whose players' averages do not play each other
    with pytest.raises(ValueError, match="rounds"):
        over.fit(VAE(2), X, rounds=0)
    with pytest.raises(ValueError, match="no rows"):
        over.fit(VAE(2), X[:0])
    with pytest.raises(ValueError, match="one class a row"):
        over.fit(VAE(2, n_classes=3), X, y[:10])
    before = flat(model)
    with pytest.raises(ValueError, match="(?i)nan"):
        over.fit(model, da.full((10, 300), np.nan, chunks=(5, 300)), y[:10], rounds=1)
    np.testing.assert_array_equal(flat(model), before)
