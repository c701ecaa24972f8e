"""Confidence intervals of a correlation and of a median by the bootstrap, with given draws."""

import numpy as np


def correlation(x, y):
    dx, dy = x - x.mean(), y - y.mean()
    return (dx * dy).sum() / np.sqrt((dx**2).sum() * (dy**2).sum())


def intervals(x, y, draws, level=0.9):
    replicates = np.empty((len(draws), 2))
    for i, draw in enumerate(draws):
        replicates[i, 0] = correlation(x[draw], y[draw])
        replicates[i, 1] = np.median(y[draw])
    replicates.sort(axis=0)
    tail = (1 - level) / 2
    low, high = np.quantile(replicates, [tail, 1 - tail], axis=0)
    bias = replicates.mean(axis=0) - np.array([correlation(x, y), np.median(y)])
    return low, high, bias, replicates[len(draws) // 2]


def example(size=10, draws=3, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=size)
    y = 0.6 * x + 0.8 * rng.normal(size=size)
    return x, y, rng.integers(0, size, (draws, size))
