"""A Sudoku by going back from dead ends, without recursion."""

import numpy as np


def allowed(grid, row, column, digit):
    """Whether a digit may stand in a place."""
    n = grid.shape[0]
    box = int(n**0.5)
    if (grid[row, :] == digit).any() or (grid[:, column] == digit).any():
        return False
    boxes = grid.reshape(box, box, box, box).swapaxes(1, 2)
    return not (boxes[row // box, column // box] == digit).any()


def solve(grid):
    """Fills the grid's empty places; tells how many digits were tried, and whether it was solved."""
    n = grid.shape[0]
    given = grid != 0
    place, tried, direction = 0, 0, 1
    while 0 <= place < n * n:
        row, column = place // n, place % n
        if given[row, column]:
            place += direction
            continue
        digit = grid[row, column] + 1
        grid[row, column] = 0
        while digit <= n and not allowed(grid, row, column, digit):
            digit += 1
            tried += 1
        if digit <= n:
            grid[row, column] = digit
            direction = 1
        else:
            direction = -1
        place += direction
    return place == n * n, tried


def example(box=2, empty=8, seed=0):
    rng = np.random.default_rng(seed)
    n = box * box
    row, column = np.indices((n, n))
    grid = rng.permutation(n)[(row % box * box + row // box + column) % n] + 1
    grid.flat[rng.permutation(n * n)[:empty]] = 0
    return (grid,)
