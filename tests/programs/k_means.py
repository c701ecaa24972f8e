"""Lloyd's algorithm: points in k clusters, until no point changes its cluster."""

import numpy as np


def nearest(points, centres):
    distance2 = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return np.argmin(distance2, axis=1), np.min(distance2, axis=1)


def cluster(points, k, most):
    centres = points[:k].copy()
    labels = np.full(len(points), -1)
    for _ in range(most):
        new_labels, distance2 = nearest(points, centres)
        if np.all(new_labels == labels):
            break
        labels = new_labels
        for j in range(k):
            members = labels == j
            if members.any():
                centres[j] = points[members].mean(axis=0)
    sizes = np.bincount(labels, minlength=k)
    return centres, labels, sizes, distance2.sum()


def example(size=12, k=3, most=3, seed=0):
    rng = np.random.default_rng(seed)
    middles = rng.uniform(-5, 5, (k, 2))
    return middles[rng.integers(0, k, size)] + rng.normal(size=(size, 2)), k, most
