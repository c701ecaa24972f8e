"""Spins on a square lattice, half of them at a time (a checkerboard), with given random numbers."""

import numpy as np


def update(spins, colour, beta, uniforms):
    """Spins of one colour are turned or not, in place."""
    field = np.zeros_like(spins)
    for axis in (0, 1):
        field += np.roll(spins, 1, axis) + np.roll(spins, -1, axis)
    turn = colour & (uniforms < np.exp(-2.0 * beta * spins * field))
    spins[turn] *= -1


def run(spins, beta, uniforms):
    x, y = np.indices(spins.shape)
    even = (x + y) % 2 == 0
    magnetization, energy = [], []
    for sweep in uniforms:
        update(spins, even, beta, sweep[0])
        update(spins, ~even, beta, sweep[1])
        magnetization.append(spins.mean())
        energy.append(-(spins * np.roll(spins, 1, 0)).sum() - np.sum(spins * np.roll(spins, 1, 1)))
    return np.array(magnetization), np.array(energy, dtype=np.int64)


def example(size=6, sweeps=2, seed=0):
    rng = np.random.default_rng(seed)
    spins = rng.choice(np.array([-1, 1], dtype=np.int8), (size, size))
    return spins, 0.4, rng.random((sweeps, 2, size, size))
