"""Draws random numbers in the old way and in the new."""

import numpy as np
import numpy.random as npr
from numpy.random import default_rng

np.random.seed(3)
old = np.random.rand(4)
rng = default_rng(3)
new = rng.normal(size=(2, 2))
mixed = np.ones(4) + old
mixed += npr.uniform(size=4)
a = np.zeros((2, 2))
a[:] = new
print(mixed.sum() > 4, np.allclose(a, new), type(mixed).__module__.partition(".")[0])
