"""Reference implementations of the metrics with numpy, SciPy and scikit-learn, in double precision, simple and slow.

Tests hold the library to these on small rows, `make science CLAIM=agreement` on pictures.
"""

import numpy as np


def squares(a, b):
    """Squared distances of all rows of a to all of b."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    return np.stack([np.square(row - b).sum(1) for row in a])


def mean_and_error(values):
    """The mean, and its standard error."""
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values))


def row_errors(rows, clean):
    """The squared error and the signal-to-noise ratio in decibels, per row."""
    errors = np.square(rows.astype(np.float64) - clean).reshape(len(rows), -1)
    return errors.sum(1), -10 * np.log10(errors.mean(1))


def similarity(x, y):
    """Wang et al.'s structural similarity of two gray images, where the window fits."""
    from scipy.ndimage import gaussian_filter1d

    radii = [(min(side, 11) - 1) // 2 for side in x.shape]

    def blur(image):
        for axis, radius in enumerate(radii):
            image = gaussian_filter1d(image, 1.5, axis=axis, radius=radius)
        return image[tuple(slice(r, side - r) for r, side in zip(radii, image.shape))]

    x, y = x.astype(np.float64), y.astype(np.float64)
    mx, my = blur(x), blur(y)
    xx, yy, xy = blur(x * x) - mx**2, blur(y * y) - my**2, blur(x * y) - mx * my
    c1, c2 = 0.01**2, 0.03**2
    return ((2 * mx * my + c1) * (2 * xy + c2) / ((mx**2 + my**2 + c1) * (xx + yy + c2))).mean()


def frechet(a, b):
    """|mean - mean'|^2 + tr(C + C' - 2 (C C')^1/2), with the matrix root of Heusel et al."""
    from scipy.linalg import sqrtm

    a, b = a.astype(np.float64), b.astype(np.float64)
    c, d = np.cov(a.T), np.cov(b.T)
    return np.square(a.mean(0) - b.mean(0)).sum() + np.trace(c + d - 2 * np.real(sqrtm(c @ d)))


def kernel_distance(a, b):
    """The unbiased squared discrepancy of all rows."""

    def kernel(p, q):
        return (p.astype(np.float64) @ q.T.astype(np.float64) / p.shape[1] + 1) ** 3

    def within(p):
        k = kernel(p, p)
        return (k.sum() - np.trace(k)) / (len(p) * (len(p) - 1))

    return within(a) + within(b) - 2 * kernel(a, b).mean()


def precision_recall(real, generated, k):
    """(precision, recall, density, coverage), by counting balls one by one."""
    real_radii = np.sort(squares(real, real), 1)[:, k]
    generated_radii = np.sort(squares(generated, generated), 1)[:, k]
    cross = squares(real, generated)
    inside = cross < real_radii[:, None]
    recall = (cross < generated_radii[None]).any(1).mean()
    return inside.any(0).mean(), recall, inside.sum(0).mean() / k, inside.any(1).mean()


def two_sample(real, generated):
    """Shares of rows whose nearest other row is in the same set: (all, real, generated)."""
    distances = squares(both := np.concatenate([real, generated]), both)
    np.fill_diagonal(distances, np.inf)
    is_real = np.arange(len(both)) < len(real)
    right = is_real[distances.argmin(1)] == is_real
    return right.mean(), right[: len(real)].mean(), right[len(real) :].mean()


def nearest(rows, training):
    """The median distance of rows to the nearest training row."""
    return np.median(np.sqrt(squares(rows, training).min(1)))


def parzen(samples, validation, test):
    """(mean, standard error, width) of Goodfellow et al.'s protocol."""

    def likelihood(points, width):
        exponents = -squares(points, samples) / (2 * width**2)
        top = exponents.max(1)
        mean = top + np.log(np.exp(exponents - top[:, None]).mean(1))
        return mean - samples.shape[1] * np.log(width * np.sqrt(2 * np.pi))

    width = max(np.logspace(-1, 0, 10), key=lambda width: likelihood(validation, width).mean())
    return *mean_and_error(likelihood(test, width)), width


def divergence(mean, log_variance):
    """The KL divergence of N(mean, exp(log_variance)) from N(0, I), per row."""
    mean, log_variance = mean.astype(np.float64), log_variance.astype(np.float64)
    return 0.5 * (np.square(mean) + np.exp(log_variance) - log_variance - 1).sum(1)


def logistic(X, y, C):
    """scikit-learn's optimum: (objective, weights, biases)."""
    from sklearn.linear_model import LogisticRegression

    x = X.astype(np.float64)
    peer = LogisticRegression(C=C, tol=1e-10, max_iter=10_000).fit(x, y)
    scores = x @ peer.coef_.T + peer.intercept_
    losses = np.log(np.exp(scores).sum(1)) - scores[np.arange(len(y)), y]
    return 0.5 * np.square(peer.coef_).sum() + C * losses.sum(), peer.coef_, peer.intercept_


def squared_hinge(X, y, C):
    """SciPy's optimum: (objective, weights, biases)."""
    from scipy.optimize import minimize

    x = X.astype(np.float64)
    classes, width = y.max() + 1, x.shape[1]
    sign = np.where(np.arange(classes) == y[:, None], 1.0, -1.0)

    def objective(point):
        weights, biases = point[:-classes].reshape(classes, width), point[-classes:]
        gaps = np.maximum(0, 1 - sign * (x @ weights.T + biases))
        d = -2 * C * sign * gaps
        value = 0.5 * np.square(weights).sum() + C * np.square(gaps).sum()
        return value, np.concatenate([(weights + d.T @ x).ravel(), d.sum(0)])

    options = {"maxiter": 20_000, "maxfun": 50_000, "ftol": 1e-15, "gtol": 1e-9}
    best = minimize(objective, np.zeros(classes * (width + 1)), jac=True, method="L-BFGS-B", options=options)
    return best.fun, best.x[:-classes].reshape(classes, width), best.x[-classes:]


def gaussian(rows, mean, factors, variance):
    """log N(row; mean, F F' + variance I) of each row, F being (features, factors)."""
    from scipy.stats import multivariate_normal

    covariance = factors @ factors.T + variance * np.eye(len(factors))
    return multivariate_normal(mean, covariance).logpdf(rows.astype(np.float64))


def mixture(rows, weights, means, covariances):
    """log p(row) of a mixture of Gaussians of full covariances."""
    from scipy.special import logsumexp
    from scipy.stats import multivariate_normal

    each = [multivariate_normal(m, c).logpdf(rows.astype(np.float64)) for m, c in zip(means, covariances)]
    return logsumexp(np.array(each).T + np.log(weights), axis=1)


def area(scores, positive):
    """scikit-learn's area under the receiver operating characteristic."""
    from sklearn.metrics import roc_auc_score

    return roc_auc_score(positive, scores)


def known_vae(mean, factors, variance, scale=1.0):
    """A linear VAE of x = F z + mean + noise, made by hand, whose q(z|x) is p(z|x): each importance weight
    is p(x) itself, whichever latents are drawn.

    factors: (features, latents), its columns at right angles. scale: of q's deviations, 1 for the posterior.
    """
    import json

    from safetensors.numpy import load, save

    from generative import VAE

    size, latents = factors.shape
    model = VAE(latents, hidden=(), likelihood="gaussian", variance=variance, output_activation="identity")
    data = model.set_params(epochs=1).fit(np.zeros((2, size), np.float32)).to_bytes("weights")
    about = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    del about["crc32c"]
    precision = np.square(factors).sum(0) + variance  # of z given x, times the variance
    inverse = factors.T / precision[:, None]
    tensors = load(data)
    tensors["decoder.0.weight"], tensors["decoder.0.bias"] = factors, mean
    tensors["encoder.0.weight"] = np.concatenate([inverse, np.zeros_like(inverse)])
    log_variance = np.log(scale**2 * variance / precision)
    tensors["encoder.0.bias"] = np.concatenate([-inverse @ mean, log_variance])
    return VAE.from_bytes(save({n: np.ascontiguousarray(t, np.float32) for n, t in tensors.items()}, about))
