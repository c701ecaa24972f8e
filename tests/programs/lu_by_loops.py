"""Gaussian elimination with row exchanges, kept in one matrix, and the solution of A x = b by it."""

import numpy as np


def decompose(A):
    """A becomes L (below the diagonal) and U; returns the order of the rows, and its sign."""
    n = A.shape[0]
    order = np.arange(n)
    sign = 1.0
    for k in range(n - 1):
        p = k + np.argmax(np.abs(A[k:, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
            order[k], order[p] = order[p], order[k]
            sign = -sign
        A[k + 1 :, k] /= A[k, k]
        A[k + 1 :, k + 1 :] -= np.outer(A[k + 1 :, k], A[k, k + 1 :])
    return order, sign


def solve(matrix, b):
    LU = matrix.copy()
    order, sign = decompose(LU)
    n = len(b)
    x = b[order]
    for i in range(1, n):
        x[i] -= LU[i, :i] @ x[:i]
    for i in range(n - 1, -1, -1):
        x[i] = (x[i] - LU[i, i + 1 :] @ x[i + 1 :]) / LU[i, i]
    return x, LU, order, sign * np.prod(np.diag(LU))


def example(size=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(size, size)), rng.normal(size=size)
