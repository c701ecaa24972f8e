"""The product of two 1000x1000 matrices, compiled by XLA and timed against NumPy."""

import time

import tensorflow as tf
from plain_numpy import with_numpy

import tnp_shim as np  # <- the one changed line; it was: import numpy as np

SIZE = 1000
REPEATS = 5


def matrices():
    rows = np.arange(SIZE, dtype=np.float64)[:, np.newaxis]
    columns = np.arange(SIZE, dtype=np.float64)
    return np.sin(rows * columns / SIZE), np.cos((rows - columns) / SIZE)


def product(a, b):
    return a @ b


def best_time(function, *arguments):
    """The shortest of several times in milliseconds, and the result."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = function(*arguments).sum()
        float(result)  # the value is there
        times.append(1000 * (time.perf_counter() - start))
    return min(times), function(*arguments)


compiled = tf.function(product, jit_compile=True)
a, b = matrices()
compiled(a, b)  # compiles
compiled_time, ours = best_time(compiled, a, b)
numpy_time, theirs = best_time(with_numpy(product), *with_numpy(matrices)())

print(f"compiled: {compiled_time:8.1f} ms")
print(f"NumPy:    {numpy_time:8.1f} ms")
print(f"largest difference: {abs(ours - theirs).max():.1e}")
