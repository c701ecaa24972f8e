"""A linear system by the Gauss-Seidel iteration, row by row, until the residual is small."""

import numpy as np


def sweep(A, b, x):
    """One pass over the unknowns; x is changed."""
    n = len(b)
    for i in range(n):
        before = A[i, :i] @ x[:i]
        after = A[i, i + 1 :] @ x[i + 1 :]
        x[i] = (b[i] - before - after) / A[i, i]


def solve(A, b, tolerance=1e-6, most_sweeps=50):
    x = np.zeros_like(b)
    sweeps = 0
    residual = np.linalg.norm(b - A @ x)
    target = tolerance * np.linalg.norm(b)
    while residual > target and sweeps < most_sweeps:
        sweep(A, b, x)
        residual = np.linalg.norm(b - A @ x)
        sweeps += 1
    return x, residual, sweeps


def example(size=4, seed=0):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(size, size))
    A[np.diag_indices(size)] = np.abs(A).sum(axis=1) + 1.0
    b = rng.normal(size=size)
    return A, b
