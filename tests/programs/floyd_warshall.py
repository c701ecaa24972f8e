"""The shortest ways between all pairs of places, and one of them step by step."""

import numpy as np


def shorten(distance, following):
    """Both arrays are changed in place."""
    n = distance.shape[0]
    for k in range(n):
        through = distance[:, k, np.newaxis] + distance[np.newaxis, k, :]
        shorter = through < distance
        np.minimum(distance, through, out=distance)
        following[...] = np.where(shorter, following[:, k][:, None], following)


def shortest(distance, start, end):
    """`distance` holds the lengths of the roads, and the shortest distances afterwards."""
    n = len(distance)
    following = np.tile(np.arange(n), (n, 1))
    shorten(distance, following)
    way = np.full(n, -1)
    place, steps = start, 0
    way[0] = place
    while place != end:
        place = following[place, end]
        steps += 1
        way[steps] = place
    reachable = np.isfinite(distance)
    return way, steps, distance[reachable].max(), np.count_nonzero(reachable)


def example(size=5, seed=0):
    rng = np.random.default_rng(seed)
    distance = np.where(rng.random((size, size)) < 0.4, rng.uniform(1.0, 9.0, (size, size)), np.inf)
    ring = np.arange(size - 1)
    distance[ring, (ring + 1) % size] = 5.0
    distance[np.diag_indices(size)] = 0.0
    return distance, 0, size - 1
