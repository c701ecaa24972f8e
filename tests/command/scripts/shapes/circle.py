"""A module of a package."""

import numpy as np


def area(r):
    return np.pi * np.asarray(r) ** 2
