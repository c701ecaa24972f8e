"""A membrane after a blow: the wave equation by leaps, with absorbing edges."""

import numpy as np


def absorb(new, old, c):
    """Mur's condition on the four edges of `new`."""
    k = (c - 1.0) / (c + 1.0)
    new[0, :] = old[1, :] + k * (new[1, :] - old[0, :])
    new[-1, :] = old[-2, :] + k * (new[-2, :] - old[-1, :])
    new[:, 0] = old[:, 1] + k * (new[:, 1] - old[:, 0])
    new[:, -1] = old[:, -2] + k * (new[:, -2] - old[:, -1])


def propagate(speed, blow, steps, receiver):
    previous, current, following = blow.copy(), blow.copy(), np.zeros_like(blow)
    c2 = speed[1:-1, 1:-1] ** 2
    trace = np.zeros(steps)
    for t in range(steps):
        centre = current[1:-1, 1:-1]
        around = current[2:, 1:-1] + current[:-2, 1:-1] + current[1:-1, 2:] + current[1:-1, :-2]
        following[1:-1, 1:-1] = 2 * centre - previous[1:-1, 1:-1] + c2 * (around - 4 * centre)
        absorb(following, current, 0.5)
        trace[t] = following[receiver]
        previous, current, following = current, following, previous
    return current, trace


def example(size=8, steps=4, seed=0):
    rng = np.random.default_rng(seed)
    speed = 0.5 + 0.1 * rng.random((size, size))
    x = np.linspace(-1, 1, size)
    blow = np.exp(-10.0 * (x[:, None] ** 2 + x**2))
    return speed, blow, steps, (size // 2, 1)
