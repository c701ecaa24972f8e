"""The first and second derivative of x**2 + 2x + 1 at 2."""

import tensorflow as tf

import tnp_shim as np  # <- the one changed line; it was: import numpy as np


def polynomial(x):
    return np.square(x) + 2 * x + 1


x = np.array(2.0)
with tf.GradientTape() as outer:
    outer.watch(x)
    with tf.GradientTape() as inner:
        inner.watch(x)
        y = polynomial(x)
    slope = inner.gradient(y, x)
curvature = outer.gradient(slope, x)

print(f"value {float(y)}, first derivative {float(slope)}, second derivative {float(curvature)}")
