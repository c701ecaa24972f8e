"""Window functions at the points of a window, in NumPy's order of operations. Knows tensors only."""

from __future__ import annotations

import math

import tensorflow as tf

from tnp_shim.kernels import signal
from tnp_shim.kernels.elementwise import is_zero, like, select
from tnp_shim.kernels.shapes import Length, counting
from tnp_shim.promotion import cast
from tnp_shim.tensorflow_internals import gen_math_ops


def _points(size: tf.Tensor, count: Length) -> tf.Tensor:
    """1 - size, 3 - size, ... below `size`."""
    steps = cast(counting(count), size.dtype)
    return gen_math_ops.add_v2(gen_math_ops.mul(steps, like(2, size)), gen_math_ops.sub(like(1, size), size))


def _intervals(size: tf.Tensor) -> tf.Tensor:
    """size - 1, or 1 where that is zero."""
    intervals = gen_math_ops.sub(size, like(1, size))
    return select(is_zero(intervals), like(1, size), intervals)


def triangle(size: tf.Tensor, count: Length) -> tf.Tensor:
    """Bartlett's window."""
    n = _points(size, count)
    slope = gen_math_ops.real_div(n, _intervals(size))
    falling = gen_math_ops.sub(like(1, n), slope)
    return select(gen_math_ops.less_equal(n, like(0, n)), gen_math_ops.add_v2(like(1, n), slope), falling)


def cosines(size: tf.Tensor, count: Length, weights: tuple[float, ...]) -> tf.Tensor:
    """The sum of cosines of 0, 1, 2, ... periods over the window, each by its weight."""
    n = _points(size, count)
    total = like(weights[0], n)
    for periods, weight in enumerate(weights[1:], 1):
        angle = gen_math_ops.real_div(gen_math_ops.mul(like(periods * math.pi, n), n), _intervals(size))
        total = gen_math_ops.add_v2(total, gen_math_ops.mul(like(weight, n), gen_math_ops.cos(angle)))
    return select(gen_math_ops.equal(size, like(1, size)), like(1, total), total)


def kaiser(size: tf.Tensor, count: Length, beta: tf.Tensor) -> tf.Tensor:
    """Kaiser's window of shape `beta`."""
    half = gen_math_ops.mul(_intervals(size), like(0.5, size))
    middle = gen_math_ops.mul(gen_math_ops.sub(size, like(1, size)), like(0.5, size))
    places = gen_math_ops.real_div(gen_math_ops.sub(cast(counting(count), size.dtype), middle), half)
    inside = gen_math_ops.sub(like(1, size), gen_math_ops.square(places))
    # the slope of the root at the ends of the window is infinite, and what depends on it is zero
    at_end = is_zero(inside)
    root = gen_math_ops.sqrt(select(at_end, like(1, inside), inside))
    root = select(at_end, like(0, inside), root)
    return gen_math_ops.real_div(signal.i0(gen_math_ops.mul(beta, root)), signal.i0(beta))
