"""A logarithm that is nearly always libm's, to the last bit. Knows tensors only.

XLA calls libm's on CPUs. TensorFlow's own kernel is 2 ulp away from it, and more than that near 1; so in
other graphs the logarithm is put together here, to 0.51 ulp: x = 2**k * z, and z = (1 + r) / inverse, where
the inverse is one of 128 short numbers, so that r is exact.
"""

from __future__ import annotations

import functools
from decimal import Decimal, localcontext

import numpy
import tensorflow as tf

from tnp_shim.kernels.random.rounding import kept
from tnp_shim.tensorflow_internals import compiled_by_xla

_LEAST = 0x3FE6000000000000
"""The bits of 0.6875, the least z."""
_INDEX = 7
_SHORT = 1 << 10
"""Inverses are multiples of 1 / 1024."""
_UPPER = -(1 << 21)
"""Leaves 32 bits of z, whose products with inverses are exact."""


def log(x: tf.Tensor) -> tf.Tensor:
    """The natural logarithm of float64, within 1 ulp of libm's."""
    if compiled_by_xla():
        return tf.math.log(x)
    regular = (x >= numpy.finfo(numpy.float64).tiny) & (x < numpy.inf)
    return tf.where(regular, _exactly(tf.where(regular, x, 1.0)), tf.math.log(x))


def log1p_of_minus(u: tf.Tensor) -> tf.Tensor:
    """`log1p(-u)` of a uniform number, of which 1 - u is exact."""
    return tf.cast(log(1.0 - tf.cast(u, tf.float64)), u.dtype)


def _exactly(x: tf.Tensor) -> tf.Tensor:
    bits = tf.bitcast(x, tf.int64)
    above = bits - _LEAST
    index = tf.bitwise.right_shift(above, tf.constant(52 - _INDEX, tf.int64)) & ((1 << _INDEX) - 1)
    exponent = tf.bitwise.right_shift(above, tf.constant(52, tf.int64))
    rest = bits - tf.bitwise.left_shift(exponent, tf.constant(52, tf.int64))
    inverses, uppers, lowers = (tf.gather(tf.constant(column), index) for column in _table())
    upper = tf.bitcast(rest & _UPPER, tf.float64)
    lower = tf.bitcast(rest, tf.float64) - upper
    near, far = kept(upper * inverses - 1.0), lower * inverses
    r = kept(near + far)
    k = tf.cast(exponent, tf.float64)
    two_upper, two_lower = _parts(Decimal(2))
    whole = kept(k * two_upper + uppers)
    s = kept(whole + r)
    # what was rounded away; whole is not smaller than r, or it is 0
    lost = kept((whole - s) + r) + kept((near - r) + far)
    correction = lost + kept(k * two_lower + lowers)
    series = tf.constant(1 / 9, tf.float64)
    for n in (8, 7, 6, 5, 4, 3, 2):
        series = (1.0 if n % 2 else -1.0) / n + r * series
    return s + kept(correction + r * r * series)


@functools.cache
def _table() -> tuple[numpy.ndarray, ...]:
    """For each part of the interval of z: the inverse, and minus its logarithm in two parts."""
    rows = []
    for i in range(1 << _INDEX):
        edges = (numpy.array([i, i + 1], numpy.int64) << (52 - _INDEX)) + _LEAST
        low, high = edges.view(numpy.float64)
        # next to 1 the logarithm is small, and must be r and nothing else
        inverse = 1.0 if 1.0 in (low, high) else round(_SHORT * 2 / (low + high)) / _SHORT
        rows.append((inverse, *_parts(1 / Decimal(inverse))))
    return tuple(numpy.array(column) for column in zip(*rows, strict=True))


def _parts(x: Decimal) -> tuple[float, float]:
    """The logarithm: a multiple of 2**-42, so that sums with others are exact, and the rest."""
    with localcontext() as context:
        context.prec = 50
        exact = x.ln()
        upper = round(exact * 2**42) / 2.0**42
        return upper, float(exact - Decimal(upper))
