"""Models as scikit-learn estimators: its estimator checks, its datasets, its tools."""

import pickle

import numpy as np
import pytest

from generative import GAN, PCA, VAE, Autoencoder, Classifier, NotFittedError

pytest.importorskip("sklearn")
from sklearn import datasets, decomposition  # noqa: E402
from sklearn.base import clone, is_classifier  # noqa: E402
from sklearn.exceptions import NotFittedError as TheirNotFittedError  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import MinMaxScaler, StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import check_estimator  # noqa: E402

# The checks' rows are any real numbers, so a VAE and a GAN are made for those, not for pictures.
ESTIMATORS = [
    PCA(),
    PCA(2, whiten=True),
    PCA("mle", center=False),
    PCA(0.5, solver="gram"),
    PCA(1, solver="sketch"),
    Autoencoder(2, hidden=(8,), epochs=2),
    Autoencoder(4, hidden=(8,), latent_activation="sigmoid", sparsity="kl", contraction=0.1, tied=True, epochs=2),
    VAE(
        2, hidden=(8,), likelihood="gaussian", output_activation="identity", importance_samples=3, epochs=2
    ),
    VAE(2, hidden=(8,), likelihood="gaussian", output_activation="identity", epochs=2),
    GAN(2, generator_hidden=(8,), discriminator_hidden=(8,), output_activation="identity", epochs=2),
    # All defaults.
    Autoencoder(2),
    VAE(),
    GAN(),
    Classifier(),
    # Of a classifier the checks demand that it learns.
    Classifier(hidden=(8,), epochs=20, batch_size=16, learning_rate=0.02),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_scikit_learns_checks_pass(estimator):
    try:
        results = check_estimator(estimator, on_fail=None, on_skip=None)
    except TypeError:  # before 1.6: it raises what fails
        check_estimator(estimator)
        return
    failed = {result["check_name"]: result["exception"] for result in results if result["status"] == "failed"}
    assert not failed
    assert len(results) > 35
    # What is not run needs pandas, or an environment variable before scipy is loaded.
    skipped = {result["check_name"] for result in results if result["status"] == "skipped"}
    assert skipped <= {"check_array_api_input", "check_dataframe_column_names_consistency"}


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("n_components", [None, 2, 0.9, "mle"])
@pytest.mark.parametrize("name", ["iris", "digits", "wine", "wine, standardised"])
def test_a_pca_of_scikit_learns_data_is_scikit_learns(name, n_components, whiten):
    X = getattr(datasets, f"load_{name.split(',')[0]}")().data
    X = StandardScaler().fit_transform(X) if "standardised" in name else X
    theirs = decomposition.PCA(n_components, whiten=whiten, svd_solver="full").fit(X)
    ours = PCA(n_components, whiten=whiten).fit(X)
    assert (ours.n_components_, ours.n_features_in_, ours.n_samples_) == (theirs.n_components_, *X.shape[::-1])
    # Beyond the rank directions are any: three pixels of the digits never change.
    rank = min(ours.n_components_, np.linalg.matrix_rank(X - X.mean(0)))
    np.testing.assert_allclose(ours.mean_, theirs.mean_, atol=1e-4 * np.abs(X).max())
    for attribute in ("explained_variance_", "explained_variance_ratio_", "singular_values_"):
        expected = getattr(theirs, attribute)
        np.testing.assert_allclose(getattr(ours, attribute), expected, atol=1e-4 * np.abs(expected).max())
    np.testing.assert_allclose(ours.components_[:rank], theirs.components_[:rank], atol=1e-4)
    np.testing.assert_allclose(ours.noise_variance_, theirs.noise_variance_, rtol=1e-4, atol=1e-6)
    latents, expected = ours.transform(X), theirs.transform(X)
    assert latents.shape == expected.shape
    np.testing.assert_allclose(latents[:, :rank], expected[:, :rank], atol=1e-4 * np.abs(expected).max())
    np.testing.assert_allclose(
        ours.inverse_transform(latents), theirs.inverse_transform(expected), atol=1e-4 * np.abs(X).max()
    )
    if np.linalg.matrix_rank(theirs.get_covariance()) == X.shape[1]:
        np.testing.assert_allclose(ours.score_samples(X), theirs.score_samples(X), rtol=1e-4, atol=1e-4)
        assert ours.score(X) == pytest.approx(theirs.score(X), rel=1e-4)
        covariance = theirs.get_covariance()
        np.testing.assert_allclose(ours.get_covariance(), covariance, atol=1e-4 * covariance.max())
    names = [f"pca{i}" for i in range(ours.n_components_)]
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out()) == names


def test_fewer_rows_than_columns_are_scikit_learns_too():
    X = datasets.load_digits().data[:40]
    for n_components in (None, 7):
        theirs, ours = decomposition.PCA(n_components).fit(X), PCA(n_components).fit(X)
        assert ours.components_.shape == theirs.components_.shape
        np.testing.assert_allclose(ours.components_[:7], theirs.components_[:7], atol=1e-4)
        np.testing.assert_allclose(ours.noise_variance_, theirs.noise_variance_, rtol=1e-4)
    with pytest.raises(ValueError, match="only supported if n_samples >= n_features"):
        PCA("mle").fit(X)


def test_partial_fits_are_scikit_learns_fit():
    X = datasets.load_digits().data
    theirs, ours = decomposition.PCA(12).fit(X), PCA(12)
    for first in range(0, len(X), 100):
        ours.partial_fit(X[first : first + 100])
    np.testing.assert_allclose(ours.components_, theirs.components_, atol=1e-4)
    np.testing.assert_allclose(ours.explained_variance_, theirs.explained_variance_, rtol=1e-4)
    with pytest.raises(ValueError, match="X has 3 features, but PCA is expecting 64"):
        ours.partial_fit(X[:, :3])


def test_models_take_part_in_pipelines_and_searches():
    X = datasets.load_iris().data
    pipeline = make_pipeline(MinMaxScaler(), Autoencoder(2, hidden=(8,), epochs=3, batch_size=32))
    seen = []
    assert pipeline.fit_transform(X, autoencoder__callback=seen.append).shape == (150, 2)
    assert seen[-1].epoch == 3
    assert pipeline.inverse_transform(pipeline.transform(X)).shape == X.shape
    search = GridSearchCV(PCA(), {"n_components": np.arange(1, 4)}, cv=3, error_score="raise").fit(X)
    theirs = GridSearchCV(decomposition.PCA(), {"n_components": np.arange(1, 4)}, cv=3).fit(X)
    scores = search.cv_results_["mean_test_score"]
    np.testing.assert_allclose(scores, theirs.cv_results_["mean_test_score"], rtol=1e-3)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_parameters_stay_as_they_were_given(estimator):
    copy = clone(estimator.set_params(seed=4))
    assert type(copy) is type(estimator) and copy.get_params() == estimator.get_params()
    assert all(getattr(copy, name) is value for name, value in copy.get_params().items())
    with pytest.raises(ValueError, match="no parameter 'magic'"):
        copy.set_params(magic=1)
    assert not hasattr(copy, "n_features_in_")
    with pytest.raises(TheirNotFittedError) as caught:
        copy.sample() if hasattr(copy, "sample") else copy.transform([[0.0]])
    assert isinstance(caught.value, (NotFittedError, RuntimeError)) and "call fit first" in str(caught.value)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_a_repr_shows_what_differs_from_the_defaults_by_value(estimator):
    model, X = clone(estimator).set_params(seed=4), np.random.default_rng(2).random((30, 5))
    for each in (model, model.fit(X, np.arange(30) % 3)):
        assert repr(pickle.loads(pickle.dumps(each))) == repr(each)
    # Equal numbers and strings that are other objects.
    same = {name: pickle.loads(pickle.dumps(value)) for name, value in type(model)().get_params().items()}
    assert repr(type(model)(**same)) == f"{type(model).__name__}()"
    assert repr(type(model)(seed=3)) == f"{type(model).__name__}(seed=3)"


def test_a_classifier_is_searched_and_scored_as_scikit_learns_are():
    X, y = datasets.load_iris(return_X_y=True)
    model = Classifier(hidden=(16,), epochs=40, batch_size=16, learning_rate=0.01)
    assert is_classifier(model) and not is_classifier(PCA()) and not is_classifier(VAE())
    pipeline = make_pipeline(MinMaxScaler(), model)
    # The rows are sorted by class: only folds of a classifier are stratified.
    assert cross_val_score(pipeline, X, y, cv=3).min() > 0.85
    assert cross_val_score(pipeline, X, y, cv=3, scoring="roc_auc_ovr").min() > 0.95
    search = GridSearchCV(model, {"hidden": [(2,), (16,)]}, cv=3, error_score="raise")
    names = np.array(["setosa", "versicolor", "virginica"], dtype=object)
    search.fit(MinMaxScaler().fit_transform(X), names[y])
    assert list(search.classes_) == list(names) and search.best_score_ > 0.85


def test_column_names_are_kept_and_returned():
    pandas = pytest.importorskip("pandas")
    frame = datasets.load_iris(as_frame=True).data
    pca = PCA(2).fit(frame).set_output(transform="pandas")
    assert list(pca.feature_names_in_) == list(frame.columns)
    latents = pca.transform(frame[5:9])
    assert isinstance(latents, pandas.DataFrame)
    assert list(latents.columns) == ["pca0", "pca1"] and list(latents.index) == [5, 6, 7, 8]
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        pca.transform(frame.to_numpy())
    with pytest.raises(ValueError, match="same order"):
        pca.transform(frame[frame.columns[::-1]])
