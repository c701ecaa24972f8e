"""A polynomial fit by the normal equations, with errors of its coefficients, and the best degree."""

import numpy as np


def fit(x, y, degree, ridge=0.0):
    X = np.vander(x, degree + 1, increasing=True)
    normal = X.T @ X
    normal[np.diag_indices_from(normal)] += ridge
    beta = np.linalg.solve(normal, X.T @ y)
    residual = y - X @ beta
    variance = residual @ residual / (len(x) - degree - 1)
    errors = np.sqrt(variance * np.diag(np.linalg.inv(normal)))
    return beta, errors, residual


def choose(x, y, degrees):
    """The fit of the degree with the least value of Akaike's criterion."""
    scores = np.full(len(degrees), np.inf)
    fits = {}
    for i, degree in enumerate(degrees):
        beta, errors, residual = fit(x, y, degree)
        scores[i] = len(x) * np.log(np.mean(residual**2)) + 2 * (degree + 1)
        fits[degree] = np.concatenate([beta, np.zeros(max(degrees) - degree)])
    table = np.array([fits[degree] for degree in degrees])
    best = table[np.argmin(scores)]
    r2 = 1 - np.sum((y - np.polyval(best[::-1], x)) ** 2) / np.sum((y - y.mean()) ** 2)
    return best, scores, r2, errors


def example(size=12, most=2, seed=0):
    rng = np.random.default_rng(seed)
    x = np.linspace(-1.0, 1.0, size)
    y = 0.5 - 2.0 * x + 1.5 * x**2 + 0.1 * rng.normal(size=size)
    return x, y, list(range(1, most + 1))
