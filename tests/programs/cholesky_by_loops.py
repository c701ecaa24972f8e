"""The Cholesky factor of a covariance matrix, column by column, and the log-density of samples by it."""

import numpy as np


def factor(A):
    n = A.shape[0]
    L = np.zeros_like(A)
    for j in range(n):
        L[j, j] = np.sqrt(A[j, j] - np.dot(L[j, :j], L[j, :j]))
        for i in range(j + 1, n):
            L[i, j] = (A[i, j] - np.dot(L[i, :j], L[j, :j])) / L[j, j]
    return L


def forward(L, b):
    """Solves L y = b in place."""
    for i in range(L.shape[0]):
        b[i] -= L[i, :i] @ b[:i]
        b[i] /= L[i, i]


def log_density(covariance, samples):
    L = factor(covariance)
    whitened = samples.T.copy()
    forward(L, whitened)
    log_determinant = 2.0 * np.log(np.diagonal(L)).sum()
    n = len(covariance)
    return -0.5 * (n * np.log(2 * np.pi) + log_determinant + np.sum(whitened**2, axis=0)), L


def example(size=3, seed=0):
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(size, size))
    covariance = factors @ factors.T + size * np.eye(size)
    return covariance, rng.normal(size=(3, size))
