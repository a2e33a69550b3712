"""PCA as a replacement for scikit-learn's: precision, bytes, states, parameters, sparse rows."""

import copy
import pickle

import numpy as np
import pytest

from generative import PCA, Autoencoder, Dataset, Moments, NotFittedError, NotReadyError, load

RANDOM = np.random.default_rng(11)
TABLE = RANDOM.standard_normal((60, 4)) @ RANDOM.standard_normal((4, 6)) + 0.1 * RANDOM.standard_normal((60, 6)) + 3
IMAGES = RANDOM.integers(0, 256, (40, 5, 7), dtype=np.uint8)


def svd(X):
    """(components, variances) in Double, the largest entry of a component positive."""
    _, values, components = np.linalg.svd(X - X.mean(0), full_matrices=False)
    largest = np.abs(components).argmax(1)
    signs = np.sign(components[np.arange(len(components)), largest])
    return components * signs[:, None], values**2 / (len(X) - 1)


# MARK: - Precision


@pytest.mark.parametrize(
    ("X", "dtype"),
    [
        (TABLE.astype(np.float32), np.float32),
        (IMAGES, np.float32),
        (TABLE, np.float64),
        (TABLE.astype(np.float16), np.float64),
        (TABLE.astype(">f8"), np.float64),
        ((10 * TABLE).astype(np.int32), np.float64),
        ((10 * TABLE).astype(np.int8), np.float64),
        ((100 + 10 * TABLE).clip(0, 255).astype(np.uint8), np.float64),
        (TABLE > 3, np.float64),
        (TABLE.tolist(), np.float64),
    ],
    ids=["float32", "images", "float64", "float16", "big endian", "int32", "int8", "uint8 table", "bool", "list"],
)
def test_floats_stay_single_and_other_numbers_become_double(X, dtype):
    pca = PCA(2).fit(X)
    flat = np.asarray(X, np.float64).reshape(len(X), -1) / (255 if X is IMAGES else 1)
    latents = pca.transform(X)
    assert latents.dtype == pca.components_.dtype == pca.mean_.dtype == dtype
    assert pca.inverse_transform(latents).dtype == pca.sample(3).dtype == dtype
    assert pickle.loads(pickle.dumps(pca)).transform(X).dtype == dtype
    tolerance = 1e-5 if dtype == np.float32 else 1e-10
    components, variances = svd(flat)
    np.testing.assert_allclose(pca.components_, components[:2], atol=tolerance)
    np.testing.assert_allclose(pca.explained_variance_, variances[:2], rtol=tolerance)
    np.testing.assert_allclose(latents, (flat - flat.mean(0)) @ components[:2].T, atol=30 * tolerance)


def test_doubles_far_from_zero_keep_their_digits():
    X = 1e8 + RANDOM.standard_normal((1000, 3)) * [3, 1, 0.5]
    components, variances = svd(X)
    for pca in (PCA(), PCA(solver="gram"), PCA().partial_fit(X[:500]).partial_fit(X[500:])):
        if pca.solver == "gram" or not hasattr(pca, "components_"):
            pca.fit(X)
        np.testing.assert_allclose(pca.explained_variance_, variances, rtol=1e-6)
        np.testing.assert_allclose(pca.transform(X), (X - X.mean(0)) @ components.T, atol=1e-5)
    for batches in (lambda: iter(np.array_split(X, 7)), np.array_split(X, 7).__iter__()):
        np.testing.assert_allclose(PCA().fit(batches).explained_variance_, variances, rtol=1e-6)
    np.testing.assert_allclose(np.diag(Moments.of(iter([X])).covariance), X.var(0, ddof=1), rtol=1e-6)
    m = 1e6
    near = np.array([[m + 1, m], [m, m + 1]], np.float32)
    np.testing.assert_allclose(np.abs(PCA(1).fit_transform(near)), np.sqrt([[0.5], [0.5]]), rtol=1e-6)


def test_latents_of_single_rows_are_double_where_the_model_is():
    pca = PCA(2).fit(TABLE)
    latents = pca.transform(TABLE.astype(np.float32))
    assert latents.dtype == np.float64
    np.testing.assert_allclose(latents, pca.transform(TABLE), atol=1e-5)
    assert PCA(2).fit(TABLE.astype(np.float32)).transform(TABLE).dtype == np.float64


# MARK: - 8-bit images


@pytest.mark.parametrize("kind", ["array", "stream", "dataset", "slice"])
@pytest.mark.parametrize("model", [PCA(2), Autoencoder(2, hidden=(8,), epochs=1)], ids=["pca", "autoencoder"])
def test_a_model_of_8_bit_images_refuses_numbers_on_another_scale(model, kind):
    X = {
        "array": IMAGES,
        "stream": lambda: iter([IMAGES[:9], IMAGES[9:]]),
        "dataset": Dataset.from_array(IMAGES),
        "slice": Dataset.from_array(IMAGES).slice(2, 30),
    }[kind]
    model = copy.deepcopy(model).fit(X)
    expected = model.transform(IMAGES)
    np.testing.assert_allclose(model.transform(IMAGES / 255.0), expected, atol=1e-5)
    noisy = IMAGES / 255.0 + 0.6 * np.random.default_rng(0).standard_normal(IMAGES.shape)
    assert np.abs(noisy).max() > 2 and np.isfinite(model.transform(noisy)).all()
    for each in (model, pickle.loads(pickle.dumps(model))):
        for wrong in (IMAGES.astype(float), IMAGES.reshape(40, -1), Dataset.from_array(IMAGES.astype(np.float32))):
            with pytest.raises(ValueError, match=r"X has 255 in row \d+, column \d+, .*8-bit images.*divide X by 255"):
                each.transform(wrong)
        for method in (each.fit_threshold, each.fit_mixture, each.anomaly_scores):
            with pytest.raises(ValueError, match="divide X by 255"):
                method(IMAGES.astype(float))


def test_the_number_that_is_named_is_there():
    X = IMAGES / 255.0
    X[17, 3, 2] = 99
    with pytest.raises(ValueError, match=r"99 in row 17, column 23,"):
        PCA(2).fit(IMAGES).transform(X)


def test_a_model_of_other_numbers_refuses_8_bit_images():
    pca = PCA(2).fit(IMAGES.astype(np.float64))
    with pytest.raises(ValueError, match=r"other numbers, such as 255 in row \d+, column \d+"):
        pca.transform(IMAGES)
    with pytest.raises(ValueError, match="such as 255"):
        pca.partial_fit(IMAGES)
    assert PCA(2).fit(IMAGES / 255.0).transform(IMAGES).shape == (40, 2)


def test_a_file_knows_that_its_pca_is_of_images(tmp_path):
    PCA(2).fit(IMAGES).save(tmp_path / "pca.safetensors")
    with pytest.raises(ValueError, match="divide X by 255"):
        load(tmp_path / "pca.safetensors").transform(IMAGES.astype(float))


# MARK: - States


@pytest.mark.parametrize("n_components", [1, 3, None, 0.9])
def test_a_pca_without_components_is_not_fitted_and_can_be_saved(n_components, tmp_path):
    exceptions = pytest.importorskip("sklearn.exceptions")
    seen = 1 if n_components != 3 else 2
    pca = PCA(n_components)
    for row in TABLE[:seen]:
        pca.partial_fit(row[None])
    for name in ("components_", "explained_variance_", "mean_", "n_components_", "noise_variance_"):
        assert not hasattr(pca, name)
    assert not pca.__sklearn_is_fitted__() and pca.n_features_in_ == 6
    for call in (lambda: pca.transform(TABLE), lambda: pca.score(TABLE), lambda: pca.sample(), pca.get_covariance):
        with pytest.raises(exceptions.NotFittedError, match="no components yet"):
            call()
    with pytest.raises(NotFittedError, match="Call partial_fit with more rows"):
        pca.components_  # noqa: B018
    with pytest.raises(ValueError, match="X has 3 features, but PCA is expecting 6"):
        pca.partial_fit(TABLE[:, :3])
    pca.save(tmp_path / "pca.safetensors")
    copies = [pickle.loads(pickle.dumps(pca)), copy.copy(pca), copy.deepcopy(pca), load(tmp_path / "pca.safetensors")]
    whole = PCA(n_components).fit(TABLE)
    for each in (*copies, pca):
        assert not hasattr(each, "components_") and each.n_features_in_ == 6
        for row in TABLE[seen:]:
            each.partial_fit(row[None])
        assert each.n_samples_ == each.n_samples_seen_ == 60
        np.testing.assert_allclose(each.components_, whole.components_, atol=1e-9)


def test_partial_fits_refuse_or_follow_changed_parameters():
    with pytest.raises(ValueError, match="n_components=7 invalid for n_features=6, need more rows than columns"):
        PCA(7).partial_fit(TABLE)
    pca = PCA(3).partial_fit(TABLE[:30])
    with pytest.raises(ValueError, match="changed from 3 to 2 between calls to partial_fit"):
        pca.set_params(n_components=2).partial_fit(TABLE[30:])
    pca.set_params(n_components=3, whiten=True).partial_fit(TABLE[30:])
    expected = PCA(3, whiten=True).fit(TABLE)
    np.testing.assert_allclose(pca.transform(TABLE), expected.transform(TABLE), atol=1e-9)
    np.testing.assert_allclose(pca.var_, TABLE.var(0))


def test_whiten_takes_effect_at_once():
    pca = PCA(3).fit(TABLE).set_params(whiten=True)
    np.testing.assert_allclose(pca.transform(TABLE), PCA(3, whiten=True).fit_transform(TABLE), atol=1e-10)


def test_merges_take_any_state():
    parts = [PCA(3).partial_fit(TABLE[:1]), PCA(3).partial_fit(TABLE[1:20]), PCA(3).partial_fit(TABLE[20:])]
    merged = PCA(3).merge(parts[0]).merge(parts[1]).merge(Moments.of(TABLE[20:]))
    np.testing.assert_allclose(merged.components_, PCA(3).fit(TABLE).components_, atol=1e-9)
    with pytest.raises(NotFittedError):
        PCA(3).merge(PCA(3))


# MARK: - Parameters


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("n_components", -1),
        ("n_components", 1.0),
        ("n_components", 1.5),
        ("n_components", np.nan),
        ("n_components", "2"),
        ("whiten", 1),
        ("copy", "yes"),
        ("svd_solver", "magic"),
        ("tol", -1.0),
        ("iterated_power", -1),
        ("n_oversamples", 0),
        ("power_iteration_normalizer", "no"),
        ("random_state", -1),
    ],
)
def test_wrong_parameters_are_named_as_scikit_learn_names_them(parameter, value):
    for kind in (ValueError, TypeError):
        with pytest.raises(kind, match=rf"The '{parameter}' parameter of PCA must be .*\. Got {value!r} instead"):
            PCA(**{parameter: value}).fit(TABLE)


def test_parameters_are_scikit_learns_and_the_librarys():
    decomposition = pytest.importorskip("sklearn.decomposition")
    from sklearn.base import clone

    ours = PCA(3, svd_solver="randomized", random_state=5, solver="covariance", seed=7)
    theirs = decomposition.PCA().get_params()
    assert {name: PCA().get_params()[name] for name in theirs} == theirs
    assert clone(ours).get_params() == ours.get_params()
    assert repr(ours) == "PCA(n_components=3, svd_solver='randomized', random_state=5, solver='covariance', seed=7)"
    for huge in (2**64 + 2, 10**30):
        with pytest.raises(ValueError, match=f"n_components={huge} must be between 0 and"):
            PCA(huge).fit(TABLE)


@pytest.mark.parametrize("svd_solver", ["auto", "full", "covariance_eigh", "arpack", "randomized"])
def test_all_of_scikit_learns_solvers_are_exact(svd_solver):
    components, variances = svd(TABLE)
    pca = PCA(3, svd_solver=svd_solver, random_state=np.random.RandomState(0)).fit(TABLE)
    np.testing.assert_allclose(pca.components_, components[:3], atol=1e-12)
    np.testing.assert_allclose(pca.explained_variance_, variances[:3], rtol=1e-12)


def test_a_sketch_is_drawn_by_the_random_state():
    X = RANDOM.standard_normal((80, 50))
    latents = [
        PCA(2, solver="sketch", n_passes=1, n_directions=5, **seed).fit_transform(X)
        for seed in ({"seed": 3}, {"random_state": 3}, {"random_state": 4}, {"random_state": np.random.default_rng(3)})
    ]
    np.testing.assert_array_equal(latents[0], latents[1])
    assert np.abs(latents[0] - latents[2]).max() > 1e-3 and np.isfinite(latents[3]).all()


def test_no_components_leave_the_isotropic_gaussian(tmp_path):
    decomposition = pytest.importorskip("sklearn.decomposition")
    theirs = decomposition.PCA(0, svd_solver="full").fit(TABLE)
    pca = PCA(0).fit(TABLE)
    assert pca.components_.shape == (0, 6) and pca.n_components_ == 0 and pca.singular_values_.shape == (0,)
    assert pca.noise_variance_ == pytest.approx(theirs.noise_variance_)
    np.testing.assert_allclose(pca.score_samples(TABLE), theirs.score_samples(TABLE))
    np.testing.assert_allclose(pca.get_covariance(), theirs.get_covariance())
    np.testing.assert_allclose(pca.get_precision(), theirs.get_precision())
    assert pca.transform(TABLE).shape == (60, 0)
    np.testing.assert_allclose(pca.inverse_transform(np.empty((5, 0))), np.tile(TABLE.mean(0), (5, 1)))
    samples = pca.sample(20_000)
    np.testing.assert_allclose(samples.std(0), np.sqrt(pca.noise_variance_), rtol=0.05)
    np.testing.assert_allclose(pca.anomaly_scores(TABLE), ((TABLE - TABLE.mean(0)) ** 2).sum(1))
    pca.save(tmp_path / "pca.safetensors")
    for each in (load(tmp_path / "pca.safetensors"), pickle.loads(pickle.dumps(pca))):
        assert each.n_components_ == 0 and each.score(TABLE) == pca.score(TABLE)


def test_a_share_is_passed_and_not_only_reached():
    decomposition = pytest.importorskip("sklearn.decomposition")
    for solver in ("covariance", "gram"):
        sums = PCA(solver=solver).fit(TABLE).explained_variance_ratio_.cumsum()
        for k, share in enumerate(sums[:-1]):
            assert PCA(share, solver=solver).fit(TABLE).n_components_ == k + 2
            assert PCA(share - 1e-12, solver=solver).fit(TABLE).n_components_ == k + 1
    for share in np.linspace(0.01, 0.99, 23):
        assert PCA(share).fit(TABLE).n_components_ == decomposition.PCA(share).fit(TABLE).n_components_


def test_mle_takes_a_stream_and_reports_what_it_needs():
    expected = PCA("mle").fit(TABLE)
    assert 0 < expected.n_components_ < 6
    for X in (iter([TABLE[:20], TABLE[20:]]), iter([TABLE.astype(np.float32)]), lambda: iter([TABLE])):
        assert PCA("mle").fit(X).n_components_ == expected.n_components_
    assert PCA("mle", solver="gram").fit(TABLE).n_components_ == expected.n_components_
    with pytest.raises(ValueError, match="only supported if n_samples >= n_features"):
        PCA("mle").fit(iter([TABLE[:5]]))
    with pytest.raises(ValueError, match="cannot be a string with svd_solver='arpack'"):
        PCA("mle", svd_solver="arpack").fit(TABLE)
    assert not hasattr(PCA("mle"), "partial_fit") and not hasattr(PCA(solver="gram"), "partial_fit")
    with pytest.raises(ValueError, match="must be a number or None"):
        PCA("mle").merge(PCA().partial_fit(TABLE))


def test_reading_a_stream_twice_is_an_error():
    for call in (PCA(2).fit_transform, PCA(2).fit(TABLE).transform, PCA(2).fit(TABLE).score):
        with pytest.raises(TypeError, match="all rows at once, not a (generator|function)"):
            call(batch for batch in [TABLE])


# MARK: - Results


@pytest.mark.parametrize("whiten", [False, True])
def test_changed_attributes_count_for_all_results(whiten):
    decomposition = pytest.importorskip("sklearn.decomposition")
    ours, theirs = PCA(3, whiten=whiten).fit(TABLE), decomposition.PCA(3, whiten=whiten).fit(TABLE)
    before = ours.transform(TABLE)
    for pca in (ours, theirs):
        pca.components_[0] *= -1
        pca.mean_ = np.zeros(6)
    for each in (ours, copy.copy(ours), pickle.loads(pickle.dumps(ours))):
        np.testing.assert_allclose(each.transform(TABLE), theirs.transform(TABLE))
        np.testing.assert_allclose(each.inverse_transform(before), theirs.inverse_transform(before), atol=1e-12)
        np.testing.assert_allclose(each.score_samples(TABLE), theirs.score_samples(TABLE))
        assert each.sample(5).shape == (5, 6)
        np.testing.assert_array_equal(each.sample(9, seed=1)[:5], each.sample(5, seed=1))
    with pytest.raises(NotReadyError, match="attributes of this one were changed"):
        ours.to_bytes()
    ours.components_[0] *= -1
    ours.mean_ = TABLE.mean(0)
    np.testing.assert_allclose(ours.transform(TABLE), before, atol=1e-10)
    np.testing.assert_allclose(ours.fit(TABLE).mean_, TABLE.mean(0))


def test_a_pca_can_be_created_from_arrays():
    components, _ = svd(TABLE)
    pca = PCA()
    pca.components_, pca.mean_ = components[:2], TABLE.mean(0)
    np.testing.assert_allclose(pca.transform(TABLE), PCA(2).fit_transform(TABLE), atol=1e-10)
    assert pca.n_features_in_ == 6 and list(pca.get_feature_names_out()) == ["pca0", "pca1"]
    assert pickle.loads(pickle.dumps(pca)).inverse_transform(np.zeros((1, 2))).shape == (1, 6)


def test_singular_models_have_no_precision_and_no_likelihood():
    wide = RANDOM.standard_normal((4, 9))
    for pca in (PCA().fit(wide), PCA().fit(np.c_[TABLE, TABLE])):
        with pytest.raises(np.linalg.LinAlgError, match="singular"):
            pca.get_precision()
        with pytest.warns(RuntimeWarning, match="singular"):
            assert pca.score(wide if pca.n_features_in_ == 9 else np.c_[TABLE, TABLE]) == -np.inf


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("n_components", [1, 3, 6])
def test_covariances_and_likelihoods_are_scikit_learns(n_components, whiten):
    decomposition = pytest.importorskip("sklearn.decomposition")
    ours = PCA(n_components, whiten=whiten).fit(TABLE)
    theirs = decomposition.PCA(n_components, whiten=whiten, svd_solver="full").fit(TABLE)
    np.testing.assert_allclose(ours.get_covariance(), theirs.get_covariance(), atol=1e-10)
    np.testing.assert_allclose(ours.get_precision(), theirs.get_precision(), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(ours.score_samples(TABLE), theirs.score_samples(TABLE))


@pytest.mark.parametrize("X", [TABLE, TABLE.astype(np.float32), IMAGES], ids=["float64", "float32", "images"])
@pytest.mark.parametrize("solver", ["covariance", "sketch"])
def test_the_variances_of_columns_are_known(X, solver):
    expected = (X / (255.0 if X is IMAGES else 1.0)).reshape(len(X), -1).astype(np.float64).var(0)
    np.testing.assert_allclose(PCA(2, solver=solver).fit(X).var_, expected, rtol=1e-9)
    assert not hasattr(PCA(2, solver="gram").fit(X), "var_")


# MARK: - Sparse rows


@pytest.fixture
def blocks(monkeypatch):
    """The shapes of the arrays that sparse matrices become."""
    sparse = pytest.importorskip("scipy.sparse")
    shapes = []
    toarray = sparse.csr_array.toarray

    def seen(self, *arguments, **options):
        shapes.append(self.shape)
        return toarray(self, *arguments, **options)

    monkeypatch.setattr(sparse.csr_array, "toarray", seen)
    return shapes


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("format", ["csr", "csc", "coo", "lil"])
def test_sparse_rows_are_never_dense_as_a_whole(format, dtype, blocks):
    sparse = pytest.importorskip("scipy.sparse")
    X = (10 * sparse.random_array((2500, 30), density=0.1, rng=np.random.default_rng(0))).astype(dtype).tocsr()
    dense = X.todense()
    blocks.clear()
    for pca in (PCA(4), PCA(4).partial_fit(X.asformat(format)), PCA(4, solver="sketch", n_directions=30)):
        if not hasattr(pca, "components_"):
            pca.fit(X.asformat(format))
        expected = PCA(4).fit(dense)
        assert pca.components_.dtype == expected.components_.dtype
        tolerance = 1e-4 if dtype == np.float32 else 1e-8
        np.testing.assert_allclose(pca.components_, expected.components_, atol=tolerance)
        latents = pca.transform(X.asformat(format))
        np.testing.assert_allclose(latents, expected.transform(dense), atol=100 * tolerance)
        assert latents.dtype == expected.components_.dtype
    assert blocks and max(shape[0] for shape in blocks) <= 1024


def test_wide_sparse_rows_are_sketched_and_mistakes_named():
    sparse = pytest.importorskip("scipy.sparse")
    X = sparse.random_array((50, 6000), density=0.05, rng=np.random.default_rng(0), format="csr")
    pca = PCA(3).fit(X)
    assert pca.solver_ == "sketch" and pca.transform(X).shape == (50, 3)
    few = X[:, :40]
    assert PCA().fit(few).n_components_ == 39 and PCA(40).fit(few).n_components_ == 40
    for rule in (0.5, "mle"):
        assert PCA(rule).fit(few).n_components_ == PCA(rule).fit(few.toarray()).n_components_
    with pytest.raises(TypeError, match="only support sparse inputs"):
        PCA(3, svd_solver="full").fit(X)
    with pytest.raises(ValueError, match="not 'gram'"):
        PCA(3, solver="gram").fit(X)
    with pytest.raises(TypeError, match="sparse"):
        Autoencoder(2, hidden=(8,), epochs=1).fit(X)
    with pytest.raises(ValueError, match="X has 6000 features, but PCA is expecting 6"):
        PCA(3).fit(TABLE).transform(X)
    X.data[3] = np.nan
    with pytest.raises(ValueError, match="nan"):
        PCA(3).fit(X)
