"""The Lorenz system by Runge and Kutta's method of fourth order, with a step that adapts."""

import numpy as np


def lorenz(state, sigma=10.0, rho=28.0, beta=8.0 / 3.0):
    x, y, z = state
    return np.array([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])


def step(f, y, h):
    k1 = f(y)
    k2 = f(y + 0.5 * h * k1)
    k3 = f(y + 0.5 * h * k2)
    k4 = f(y + h * k3)
    return y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)


def integrate(start, end, tolerance, most=200):
    """The state at the end, times and states on the way (the rest stays 0), and how many there are."""
    t, h, taken = 0.0, 0.01, 0
    y = np.array(start, dtype=float)
    times, states = np.zeros(most), np.zeros((most, len(start)))
    while t < end and taken < most:
        h = min(h, end - t)
        whole = step(lorenz, y, h)
        halves = step(lorenz, step(lorenz, y, h / 2), h / 2)
        error = np.max(np.abs(halves - whole)) / 15.0
        if error <= tolerance:
            y = halves + (halves - whole) / 15.0
            t += h
            times[taken], states[taken] = t, y
            taken += 1
        h *= min(2.0, max(0.3, 0.9 * (tolerance / (error + 1e-30)) ** 0.2))
    return y, times, states, taken


def example(end=0.1, most=8, tolerance=1e-6, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=3) + 1.0, end, tolerance, most
