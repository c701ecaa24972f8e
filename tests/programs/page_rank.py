"""The ranks of pages by who links to whom, by power iteration to a tolerance."""

import numpy as np


def transition(links):
    """Columns that sum to 1; a page without links leads everywhere."""
    n = links.shape[0]
    M = links.T.astype(float)
    outgoing = M.sum(axis=0)
    dangling = outgoing == 0
    M[:, dangling] = 1.0 / n
    M[:, ~dangling] /= outgoing[~dangling]
    return M


def rank(links, damping=0.85, tolerance=1e-8):
    n = len(links)
    M = transition(links)
    ranks = np.ones(n) / n
    iterations = 0
    while True:
        last = ranks
        ranks = damping * (M @ ranks) + (1 - damping) / n
        iterations += 1
        if np.abs(ranks - last).sum() < tolerance:
            break
    order = np.argsort(-ranks, kind="stable")
    return ranks, order, iterations


def example(size=6, seed=0):
    rng = np.random.default_rng(seed)
    links = (rng.random((size, size)) < 0.4).astype(np.int8)
    np.fill_diagonal(links, 0)
    links[0] = 0
    return (links,)
