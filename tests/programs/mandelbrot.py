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


def example(size=6, most=3):
    return np.linspace(-2.0, 0.6, size), np.linspace(-1.2, 1.2, size), most
