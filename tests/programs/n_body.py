"""Bodies under their own gravity, by the leapfrog scheme."""

import numpy as np

G = 1.0
SOFTENING = 0.1


def accelerations(position, mass):
    separation = position[np.newaxis, :, :] - position[:, np.newaxis, :]
    distance2 = (separation**2).sum(axis=-1) + SOFTENING**2
    inverse3 = distance2**-1.5
    np.fill_diagonal(inverse3, 0.0)
    return G * np.einsum("ij,ijk->ik", inverse3 * mass, separation)


def energy(position, velocity, mass):
    kinetic = 0.5 * np.sum(mass[:, None] * velocity**2)
    potential = 0.0
    for i in range(len(mass)):
        for j in range(i):
            distance = np.sqrt(np.sum((position[i] - position[j]) ** 2) + SOFTENING**2)
            potential -= G * mass[i] * mass[j] / distance
    return kinetic + potential


def simulate(position, velocity, mass, dt, steps):
    """Moves the bodies: position and velocity are changed; returns the energies before and after."""
    start = energy(position, velocity, mass)
    acceleration = accelerations(position, mass)
    for _ in range(steps):
        velocity += 0.5 * dt * acceleration
        position += dt * velocity
        acceleration[:] = accelerations(position, mass)
        velocity += 0.5 * dt * acceleration
    return np.array([start, energy(position, velocity, mass)])


def example(size=4, steps=3, seed=0):
    rng = np.random.default_rng(seed)
    position = rng.normal(size=(size, 3))
    velocity = 0.3 * rng.normal(size=(size, 3))
    mass = rng.uniform(0.5, 1.5, size)
    velocity -= np.average(velocity, axis=0, weights=mass)
    return position, velocity, mass, 0.01, steps
