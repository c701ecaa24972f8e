"""The largest eigenvalues of a symmetric matrix, one after the other, by power iteration and deflation."""

import numpy as np


def dominant(A, v, tolerance, most):
    eigenvalue = 0.0
    for _ in range(most):
        w = A @ v
        new = v @ w / (v @ v)
        v = w / np.linalg.norm(w)
        if abs(new - eigenvalue) < tolerance * abs(new):
            return new, v
        eigenvalue = new
    return eigenvalue, v


def eigenpairs(A, start, count, tolerance=1e-9, most=12):
    B = A.copy()
    values = np.zeros(count)
    vectors = np.zeros((len(A), count))
    for k in range(count):
        values[k], v = dominant(B, start, tolerance, most)
        v *= np.sign(v[np.argmax(np.abs(v))])
        vectors[:, k] = v
        B -= values[k] * np.outer(v, v)
    return values, vectors


def example(size=4, count=2, seed=0):
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.normal(size=(size, size)))
    return Q @ np.diag(10.0 / 4.0 ** np.arange(size)) @ Q.T, rng.normal(size=size), count
