"""The knapsack problem by dynamic programming over capacities, and which things are taken."""

import numpy as np


def pack(weights, values, capacity):
    best = np.zeros(capacity + 1, dtype=values.dtype)
    taken = np.zeros((len(weights), capacity + 1), dtype=bool)
    for item, (weight, value) in enumerate(zip(weights, values)):  # noqa: B905
        for room in range(capacity, -1, -1):
            if weight <= room and best[room - weight] + value > best[room]:
                best[room] = best[room - weight] + value
                taken[item, room] = True
    chosen = np.zeros(len(weights), dtype=bool)
    room = capacity
    for item in range(len(weights) - 1, -1, -1):
        if taken[item, room]:
            chosen[item] = True
            room = room - weights[item]
    return best[capacity], chosen, np.sum(weights[chosen])


def example(size=3, capacity=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(1, 5, size), rng.uniform(1.0, 10.0, size), capacity
