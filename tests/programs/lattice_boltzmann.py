"""Flow past an obstacle: the lattice Boltzmann method on nine velocities (D2Q9)."""

import numpy as np

VELOCITIES = np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1], [1, 1], [-1, 1], [-1, -1], [1, -1]])
WEIGHTS = np.array([4 / 9] + [1 / 9] * 4 + [1 / 36] * 4)
OPPOSITE = np.array([0, 3, 4, 1, 2, 7, 8, 5, 6])


def equilibrium(density, u):
    projected = np.tensordot(VELOCITIES, u, axes=1)
    speed2 = u[0] ** 2 + u[1] ** 2
    return WEIGHTS[:, None, None] * density * (1 + 3 * projected + 4.5 * projected**2 - 1.5 * speed2)


def stream(f):
    for i, (dx, dy) in enumerate(
        [(0, 0), (1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1), (-1, -1), (1, -1)]
    ):
        f[i] = np.roll(np.roll(f[i], dx, axis=0), dy, axis=1)


def flow(density, obstacle, speed, omega, steps):
    u = np.zeros((2,) + density.shape)
    u[0] = speed
    f = equilibrium(density, u)
    for _ in range(steps):
        stream(f)
        bounced = f[OPPOSITE][:, obstacle]
        density = f.sum(axis=0)
        u = np.einsum("ia,ixy->axy", VELOCITIES, f) / density
        f += omega * (equilibrium(density, u) - f)
        f[:, obstacle] = bounced
    u[:, obstacle] = 0.0
    vorticity = np.roll(u[1], -1, axis=0) - np.roll(u[1], 1, axis=0)
    vorticity -= np.roll(u[0], -1, axis=1) - np.roll(u[0], 1, axis=1)
    return density, u, vorticity


def example(size=5, steps=2, seed=0):
    rng = np.random.default_rng(seed)
    density = 1.0 + 0.01 * rng.random((2 * size, size))
    x, y = np.meshgrid(np.arange(2 * size), np.arange(size), indexing="ij")
    obstacle = (x - size // 2) ** 2 + (y - size // 2) ** 2 < (size / 5) ** 2
    return density, obstacle, 0.1, 1.2, steps
