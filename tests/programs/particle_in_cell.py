"""A plasma in one dimension: electrons as particles, their field on a grid."""

import numpy as np


def deposit(position, n, dx):
    """The density on the grid, each particle shared by two neighbours, and the shares."""
    left = np.floor(position / dx).astype(int)
    right = (left + 1) % n
    share = position / dx - left
    density = np.zeros(n)
    np.add.at(density, left % n, 1.0 - share)
    np.add.at(density, right, share)
    return density * n / len(position), left % n, right, share


def field(density, dx):
    n = len(density)
    k = 2 * np.pi * np.fft.rfftfreq(n, dx)
    transformed = np.fft.rfft(density - 1.0)
    transformed[1:] /= 1j * k[1:]
    transformed[0] = 0
    return -np.fft.irfft(transformed, n)


def push(position, velocity, length, n, dt, steps):
    """Particles and velocities are moved in place; gives the energy of the field in time."""
    dx = length / n
    energies = np.zeros(steps)
    for step in range(steps):
        density, left, right, share = deposit(position, n, dx)
        E = field(density, dx)
        energies[step] = 0.5 * dx * np.dot(E, E)
        velocity -= dt * ((1.0 - share) * E[left] + share * E[right])
        position += dt * velocity
        np.mod(position, length, out=position)
    return energies, density


def example(size=20, n=8, steps=2, seed=0):
    rng = np.random.default_rng(seed)
    length = 4 * np.pi
    position = rng.uniform(0, length, size)
    velocity = np.where(np.arange(size) % 2, 1.0, -1.0) * (1.0 + 0.1 * np.sin(position))
    return position, velocity, length, n, 0.1, steps
