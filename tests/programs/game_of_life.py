"""Conway's Game of Life on a torus, until it stands still or the time is up."""

import numpy as np


def neighbours(cells):
    count = np.zeros(cells.shape, dtype=np.uint8)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            if dx != 0 or dy != 0:
                count += np.roll(cells, (dx, dy), axis=(0, 1))
    return count


def live(cells, generations):
    cells = cells.copy()
    population = [cells.sum()]
    age = np.zeros(cells.shape, dtype=np.int16)
    for _ in range(generations):
        count = neighbours(cells)
        born = (cells == 0) & (count == 3)
        stays = (cells == 1) & ((count == 2) | (count == 3))
        cells[...] = 0
        cells[born | stays] = 1
        age[stays] += 1
        age[~stays] = 0
        population.append(np.count_nonzero(cells))
    rows, columns = np.nonzero(cells)
    return cells, age, np.array(population), rows, columns


def example(size=6, generations=2, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.random((size, size)) < 0.4).astype(np.uint8), generations
