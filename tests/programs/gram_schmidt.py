"""The modified Gram-Schmidt process: A = Q R, and least squares by it."""

import numpy as np


def orthogonalize(Q, R):
    """The columns of Q become orthonormal; R takes what was taken out of them."""
    n = Q.shape[1]
    for k in range(n):
        column = Q[:, k]
        R[k, k] = np.sqrt(np.sum(column * column))
        column /= R[k, k]
        for j in range(k + 1, n):
            R[k, j] = column @ Q[:, j]
            Q[:, j] -= R[k, j] * column


def least_squares(A, y):
    n = A.shape[1]
    Q, R = np.array(A), np.zeros((n, n))
    orthogonalize(Q, R)
    x = Q.T @ y
    for i in reversed(range(n)):
        x[i] -= R[i, i + 1 :] @ x[i + 1 :]
        x[i] /= R[i, i]
    return x, Q, R, np.abs(Q.T @ Q - np.eye(n)).max() < 1e-10


def example(size=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(2 * size, size)), rng.normal(size=2 * size)
