"""The likeliest states of a hidden Markov model, and the probability of what was seen."""

import numpy as np


def decode(log_start, log_transition, log_emission, seen):
    n, states = len(seen), len(log_start)
    score = np.empty((n, states))
    back = np.zeros((n, states), dtype=np.intp)
    score[0] = log_start + log_emission[:, seen[0]]
    for t in range(1, n):
        candidates = score[t - 1][:, None] + log_transition
        back[t] = candidates.argmax(axis=0)
        score[t] = candidates.max(axis=0) + log_emission[:, seen[t]]
    path = np.empty(n, dtype=int)
    path[-1] = score[-1].argmax()
    for t in range(n - 2, -1, -1):
        path[t] = back[t + 1, path[t + 1]]
    return path, score[-1].max()


def likelihood(log_start, log_transition, log_emission, seen):
    alpha = log_start + log_emission[:, seen[0]]
    for symbol in seen[1:]:
        alpha = np.logaddexp.reduce(alpha[:, None] + log_transition, axis=0) + log_emission[:, symbol]
    return np.logaddexp.reduce(alpha)


def both(start, transition, emission, seen):
    logs = [np.log(p) for p in (start, transition, emission)]
    path, best = decode(*logs, seen)
    return path, best, likelihood(*logs, seen)


def example(size=3, states=3, seed=0):
    rng = np.random.default_rng(seed)
    transition = rng.dirichlet(np.ones(states), states)
    emission = rng.dirichlet(np.ones(4), states)
    return np.full(states, 1.0 / states), transition, emission, rng.integers(0, 4, size)
