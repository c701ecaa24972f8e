"""The edit distance of two words by dynamic programming, and the way that leads to it."""

import numpy as np


def table(a, b):
    m, n = len(a), len(b)
    cost = np.zeros((m + 1, n + 1), dtype=np.int32)
    cost[:, 0] = np.arange(m + 1)
    cost[0, :] = np.arange(n + 1)
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            if a[i - 1] == b[j - 1]:
                cost[i, j] = cost[i - 1, j - 1]
            else:
                cost[i, j] = 1 + min(cost[i - 1, j], cost[i, j - 1], cost[i - 1, j - 1])
    return cost


def edits(a, b):
    """The distance, and a mark on each cell of the table on the way back from its end."""
    cost = table(a, b)
    i, j = len(a), len(b)
    way = np.zeros(cost.shape, dtype=bool)
    way[i, j] = True
    while i > 0 and j > 0:
        best = np.argmin(np.array([cost[i - 1, j - 1], cost[i - 1, j], cost[i, j - 1]]))
        if best != 2:
            i -= 1
        if best != 1:
            j -= 1
        way[i, j] = True
    way[: i + 1, 0] = way[: i + 1, 0] | (j == 0)
    return cost[-1, -1], way


def example(size=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 3, size), rng.integers(0, 3, size + 1)
