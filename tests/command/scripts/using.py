"""Uses of NumPy's names, to be read."""

import os

import numpy as np
import numpy.linalg as la
import sibling
from numpy import *
from numpy.random import default_rng as generator

xp = np
dot = xp.dot


def kernel(x, items: list):
    items.sort()
    os.path.isfile("x")
    return x.reshape(-1).astype(np.float32).tolist()


a = np.zeros((3, 3), dtype=float)
b = sqrt(a) + la.norm(a, 2, axis=0)
dot(a, b, out=a)
a.copy().sort(axis=0)
np.add.reduce(a, axis=1)
{}.copy()
print(np.pi.real, generator(0), np.nosuch(1), np.sum(a, bogus=1))
np.datetime64("2020-01-01")
