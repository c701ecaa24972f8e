"""A module that imports another of its package."""

import numpy as np

from . import circle


def area(a):
    assert circle.area(1) > 3
    return np.full(2, a) ** 2
