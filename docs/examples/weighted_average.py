"""A weighted average: eagerly, under tf.function, and by NumPy, side by side."""

import numpy
import tensorflow as tf
from plain_numpy import with_numpy

import tnp_shim as np  # <- the one changed line; it was: import numpy as np


def weighted_average(values, weights):
    average, total = np.average(values, axis=0, weights=weights, returned=True)
    spread = np.sqrt(np.average((values - average) ** 2, axis=0, weights=weights))
    return average, spread, total


values = [[22.5, 1010.0, 40.0], [24.1, 1008.5, 35.0], [19.8, 1013.2, 55.0], [21.0, 1011.7, 47.0]]
weights = [3, 1, 4, 2]

results = {
    "eager": weighted_average(np.array(values), np.array(weights)),
    "tf.function": tf.function(weighted_average)(np.array(values), np.array(weights)),
    "NumPy": with_numpy(weighted_average)(numpy.array(values), numpy.array(weights)),
}

print(f"{'':12}{'temperature':>24}{'pressure':>24}{'humidity':>24}{'weight':>8}")
for name, (average, spread, total) in results.items():
    columns = [f"{average[i]:.6f} ± {spread[i]:.6f}" for i in range(3)]
    print(f"{name:12}" + "".join(f"{column:>24}" for column in columns) + f"{total[0]:>8.1f}")
