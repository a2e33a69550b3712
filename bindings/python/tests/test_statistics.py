"""Mergeable statistics: sketches against exact PCA, reservoirs against the rows, directions."""

import copy
import json
import pickle
import threading

import numpy as np
import pytest
from test_ranks import Meeting, ThreadComm

from generative import PCA, Moments, Reservoir, evaluate, latents


def pictures(n, side=64, seed=0):
    """n x 3 side^2 bytes whose spectrum decays like that of photographs."""
    random = np.random.default_rng(seed)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.rfftfreq(side), indexing="ij"))
    scale = 1 / np.maximum(frequency, 1 / side) ** 1.5
    shape = (n, 3, *scale.shape)
    waves = (random.normal(size=shape) + 1j * random.normal(size=shape)) * scale
    rows = np.fft.irfft2(waves, s=(side, side)).reshape(n, -1)
    return (127 + 40 * rows / rows.std()).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def wide():
    rows = pictures(600)
    x = rows / 255.0
    _, s, v = np.linalg.svd(x - x.mean(0), full_matrices=False)
    return rows, s**2 / (len(x) - 1), v


def test_a_sketch_comes_near_the_exact_components_of_12288_columns(wide):
    rows, variances, components = wide
    rows = rows[:, None]  # images of one line
    k = 20
    must_miss = variances[k:].sum()
    missed = {}
    for passes in (1, 2, 3):
        pca = PCA(k, solver="sketch", n_passes=passes).fit(rows)
        assert pca.solver_ == "sketch"
        assert pca.total_variance_ == pytest.approx(variances.sum(), rel=1e-12)
        assert (pca.explained_variance_ <= variances[:k] * (1 + 1e-9)).all()
        missed[passes] = pca.total_variance_ - pca.explained_variance_.sum()
        np.testing.assert_allclose(pca.components_ @ pca.components_.T, np.eye(k), atol=1e-5)
    # Directions: 2 k + 16. The bound of one pass is 1 + k / (l - k - 1).
    assert missed[1] <= (1 + k / (k + 15)) * must_miss
    assert missed[2] <= 1.01 * must_miss
    assert missed[3] <= missed[2]
    # The ten first components themselves, after three passes, of a spectrum without gaps.
    assert (np.abs((pca.components_ * components[:k]).sum(1))[:10] > 0.99).all()


def test_a_sketch_of_parts_is_the_same_bytes_in_any_order(wide):
    rows = wide[0][:, None, ::4]
    one = Moments.of(rows, n_directions=30, seed=5)
    cuts = [0, 13, 100, 101, 300, 420, 555, 600]
    parts = [Moments.of(rows[a:b], n_directions=30, seed=5) for a, b in zip(cuts, cuts[1:])]
    for order in np.random.default_rng(1).permutation([range(7)] * 3, axis=1):
        merged = Moments(rows.shape[2], n_directions=30, seed=5)
        for i in order:
            merged.merge(pickle.loads(pickle.dumps(parts[i])))
        assert merged.is_exact and merged.to_bytes() == one.to_bytes()
    second = one.refined().update(rows)
    halves = one.refined().update(rows[300:]).merge(one.refined().update(rows[:300]))
    assert second.to_bytes() == halves.to_bytes() and second.is_exact
    pca = PCA(8).merge(second)
    assert pca.solver_ == "sketch"
    fitted = PCA(8, solver="sketch", n_directions=30, seed=5).fit(rows)
    np.testing.assert_array_equal(pca.components_, fitted.components_)


def test_a_sketch_of_floats_and_partial_fits_agree(wide):
    x = (wide[0][:, :700] / np.float32(255)).astype(np.float32) + np.arange(700, dtype=np.float32)
    whole = PCA(6, solver="sketch", n_passes=1).fit(x)
    parts = PCA(6, solver="sketch").partial_fit(x[:77]).partial_fit(x[77:])
    np.testing.assert_allclose(parts.explained_variance_, whole.explained_variance_, rtol=1e-12)
    back = pickle.loads(pickle.dumps(parts))
    np.testing.assert_array_equal(back.partial_fit(x[:5]).components_, parts.partial_fit(x[:5]).components_)
    assert (back.n_samples_, back.solver_) == (605, "sketch")


def test_a_sketch_without_centring_is_about_zero():
    x = np.random.default_rng(3).normal(2, 1, (300, 40))
    pca = PCA(3, center=False, solver="sketch", n_directions=40).fit(x)
    values = np.linalg.eigvalsh(x.T @ x / 299)[::-1]
    np.testing.assert_allclose(pca.explained_variance_, values[:3], rtol=1e-9)
    assert pca.total_variance_ == pytest.approx(values.sum(), rel=1e-9)


def test_a_sketch_reports_what_it_needs():
    x = np.random.default_rng(3).normal(size=(30, 40))
    with pytest.raises(ValueError, match="n_components or n_directions"):
        PCA(solver="sketch").fit(x)
    with pytest.raises(ValueError, match="needs solver sketch"):
        PCA(3, n_directions=9).fit(x)
    with pytest.raises(ValueError, match="between . and 9"):
        PCA(10, solver="sketch", n_directions=9).fit(x)
    with pytest.raises(ValueError, match="all products"):
        PCA(3, solver="covariance").merge(Moments.of(x, n_directions=9))
    with pytest.raises(ValueError, match="between 1 and 40"):
        Moments(40, n_directions=41)
    assert PCA(0.5, solver="sketch", n_directions=30).fit(x).n_components_ < 30


def test_a_constant_column_and_constant_rows_have_no_variance():
    pca = PCA(2, solver="sketch").fit(np.full((50, 9), 3.0))
    assert pca.total_variance_ == 0 and (pca.explained_variance_ == 0).all()
    np.testing.assert_allclose(pca.components_ @ pca.components_.T, np.eye(2), atol=1e-6)


def test_the_kernel_distance_of_reservoirs_is_the_one_of_their_rows():
    random = np.random.default_rng(2)
    a, b = random.normal(size=(900, 6)).astype(np.float32), random.normal(0.3, 1, (700, 6)).astype(np.float32)
    whole = evaluate.kernel_distance(a, b, subset_size=200)
    parts = Reservoir.of(a[400:], first_row=400).merge(Reservoir.of(a[:400]))
    other = Reservoir.of(b)
    np.testing.assert_array_equal(parts.rows, a)
    assert evaluate.kernel_distance(parts.rows, other.rows, subset_size=200) == whole
    assert evaluate.kernel_distance(parts, other, subset_size=200) == whole


def test_a_reservoir_pickles_copies_and_counts(tmp_path):
    a = np.random.default_rng(2).normal(size=(900, 6)).astype(np.float32)
    kept = Reservoir(6, 50, seed=4).update(a[:300]).update(a[300:])
    kept.save(tmp_path / "kept.safetensors")
    for other in (copy.copy(kept), pickle.loads(pickle.dumps(kept)), Reservoir.load(tmp_path / "kept.safetensors")):
        np.testing.assert_array_equal(other.rows, a[kept.numbers])
        assert (other.n_rows, other.capacity, other.n_features) == (900, 50, 6)
    with pytest.raises(ValueError, match="first_row"):
        Reservoir.of(a).merge(Reservoir.of(a))
    with pytest.raises(ValueError, match="capacity"):
        Reservoir(6, 0)


def test_a_direction_of_moments_is_that_of_the_rows():
    random = np.random.default_rng(8)
    z = random.normal(size=(500, 5)).astype(np.float32)
    smile = (z[:, 1] + 0.3 * random.normal(size=500) > 0).astype(np.float32)
    joint = np.column_stack([z, smile])
    moments = Moments.of(joint[:120]).merge(Moments.of(joint[120:]))
    for method in ("regression", "means"):
        found = latents.direction_of_moments(moments, method=method)
        expected = latents.direction(z, smile, method=method)
        np.testing.assert_allclose(found.vector, expected.vector, atol=1e-6)
        np.testing.assert_allclose(found[1:], expected[1:], atol=1e-6)


def test_damaged_bytes_are_an_error():
    data = bytearray(Moments.of(np.random.default_rng(0).normal(size=(30, 4))).to_bytes())
    for place in (0, 20, 200, len(data) - 1):
        spoilt = bytearray(data)
        spoilt[place] ^= 4
        with pytest.raises((ValueError, OSError)):
            Moments.from_bytes(spoilt)
    with pytest.raises((ValueError, OSError)):
        Moments.from_bytes(data[:-9])


def test_moments_without_a_header_checksum_load():
    moments = Moments.of(np.random.default_rng(0).normal(size=(30, 4)))
    data = moments.to_bytes()
    length = 8 + int.from_bytes(data[:8], "little")

    def without(*keys):
        header = json.loads(data[8:length])
        for key in keys:
            del header["__metadata__"][key]
        text = json.dumps(header).encode()
        return len(text).to_bytes(8, "little") + text + data[length:]

    old = Moments.from_bytes(without("option.double", "header_crc32c"))
    np.testing.assert_array_equal(old.covariance, moments.covariance)
    with pytest.raises(OSError, match="header_crc32c"):
        Moments.from_bytes(without("header_crc32c"))
    with pytest.raises(OSError, match="header was altered"):
        Moments.from_bytes(without("crc32c"))


def pcas_on_threads(parts, make, failing=(None, None)):
    """(PCAs, errors) of ranks that are threads."""
    meeting = Meeting(len(parts), failing)
    pcas, errors = [make() for _ in parts], [None] * len(parts)

    def fit(rank):
        try:
            pcas[rank].fit(parts[rank], comm=ThreadComm(rank, meeting))
        except Exception as error:
            errors[rank] = error

    threads = [threading.Thread(target=fit, args=(rank,)) for rank in range(len(parts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return pcas, errors


def test_a_pca_over_ranks_has_one_machines_bits(wide):
    rows = wide[0][:, None, ::9]
    for make in (lambda: PCA(5, solver="covariance"), lambda: PCA(5, solver="sketch", seed=2)):
        whole = make().fit(rows)
        pcas, errors = pcas_on_threads((rows[:1], rows[1:250], rows[250:]), make)
        assert errors == [None, None, None]
        for pca in pcas:
            np.testing.assert_array_equal(pca.components_, whole.components_)
            np.testing.assert_array_equal(pca.explained_variance_, whole.explained_variance_)
            assert pca.n_samples_ == len(rows)


def test_an_error_on_one_rank_is_an_error_on_every_rank():
    rows = np.random.default_rng(0).random((40, 6))
    _, errors = pcas_on_threads((rows[:20], rows[20:, :5]), lambda: PCA(2))
    assert [type(error).__name__ for error in errors] == ["InvalidArgumentError"] * 2
    _, errors = pcas_on_threads((rows[:20], rows[20:]), lambda: PCA(2), failing=(1, 3))
    assert [type(error).__name__ for error in errors] == ["CommunicationError"] * 2
    assert "cable" in str(errors[1].__cause__)
