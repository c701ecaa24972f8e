"""The Mandelbrot set: how soon each point of the plane escapes."""

import numpy as np


def escape(x, y, most):
    c = x[np.newaxis, :] + 1j * y[:, np.newaxis]
    z = np.zeros_like(c)
    count = np.zeros(c.shape, dtype=np.uint16)
    inside = np.ones(c.shape, dtype=bool)
    for i in range(most):
        z[inside] = z[inside] ** 2 + c[inside]
        escaped = inside & (np.abs(z) > 2.0)
        count[escaped] = i + 1
        inside &= ~escaped
    smooth = np.zeros(c.shape)
    outside = ~inside
    smooth[outside] = count[outside] + 1 - np.log2(np.log(np.abs(z[outside])))
    return count, smooth, inside.mean()


def example(size=6, most=2, seed=0):
    rng = np.random.default_rng(seed)
    left, bottom = rng.uniform(-2.1, -1.9), rng.uniform(-1.3, -1.1)
    return np.linspace(left, left + 2.6, size), np.linspace(bottom, bottom + 2.4, size), most
