"""Heat spreading in a square plate: explicit finite differences, in place."""

import numpy as np


def hold_edges(u, top, bottom):
    """Two edges are kept at a temperature, the other two are insulated."""
    u[0] = top
    u[-1, :] = bottom
    u[:, 0] = u[:, 1]
    u[:, -1] = u[:, -2]


def diffuse(plate, conductivity, top, bottom, steps):
    u = plate.copy()
    inside = u[1:-1, 1:-1]
    hottest = np.zeros(steps)
    for step in range(steps):
        laplacian = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * inside
        inside += 0.2 * conductivity * laplacian
        hold_edges(u, top, bottom)
        hottest[step] = inside.max()
    return u, hottest


def example(size=7, steps=4, seed=0):
    rng = np.random.default_rng(seed)
    plate = 20.0 + 5.0 * rng.random((size, size))
    conductivity = 0.5 + 0.5 * rng.random((size - 2, size - 2))
    return plate, conductivity, 100.0, 0.0, steps
