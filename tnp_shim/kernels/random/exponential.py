"""exp and expm1 that are nearly always libm's, to the last bit. Knows tensors only.

`exp(x) - 1`, as RandomState has it, shows every last bit of exp. x is k * log(2) / 128 + r: a power of 2 from
a table, in two parts, times a short series of r. The error is 0.51 units in the last place.
"""

from __future__ import annotations

import functools
from decimal import Decimal, localcontext

import numpy
import tensorflow as tf

from tnp_shim.kernels.random.rounding import kept, product

_PARTS = 128
_MOST = 700.0
_SERIES = (1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2)
_LONG_SERIES = 24


def exp(x: tf.Tensor) -> tf.Tensor:
    """exp of float64, within 1 ulp of libm's; beyond exp(700) it is TensorFlow's."""
    regular = tf.abs(x) < _MOST
    return tf.where(regular, _exactly(tf.where(regular, x, tf.zeros_like(x))), tf.exp(x))


def _exactly(x: tf.Tensor) -> tf.Tensor:
    uppers, lowers, step, rest = _table()
    k = tf.round(x * (1 / step))
    r = kept(x - kept(k * step)) - kept(k * rest)
    whole = tf.cast(k, tf.int64)
    upper, lower = (tf.gather(tf.constant(column), whole & (_PARTS - 1)) for column in (uppers, lowers))
    series = tf.constant(_SERIES[0], x.dtype)
    for coefficient in _SERIES[1:]:
        series = series * r + coefficient
    series = kept(r + kept(r * r * series))
    found = upper + kept(lower + product(upper, series))
    exponent = tf.bitwise.right_shift(whole, tf.constant(7, tf.int64))
    scaled = tf.bitcast(found, tf.int64) + tf.bitwise.left_shift(exponent, tf.constant(52, tf.int64))
    return tf.bitcast(scaled, tf.float64)


def expm1(x: tf.Tensor) -> tf.Tensor:
    """exp(x) - 1 within 2 ulp; TensorFlow's own is up to 4 away."""
    near = tf.abs(x) < 1.0
    r = tf.where(near, x, tf.zeros_like(x))
    factorial = 1.0
    terms = []
    for n in range(2, _LONG_SERIES):
        factorial *= n
        terms.append(1 / factorial)
    series = tf.constant(terms[-1], x.dtype)
    for coefficient in terms[-2::-1]:
        series = series * r + coefficient
    return tf.where(near, r + kept(kept(r * r) * series), exp(x) - 1.0)


@functools.cache
def _table() -> tuple[numpy.ndarray, numpy.ndarray, float, float]:
    """Powers of 2 in two parts; log(2) / 128 as 34 bits, whose products with k are exact, and the rest."""
    with localcontext() as context:
        context.prec = 50
        logarithm = Decimal(2).ln()
        powers = [(logarithm * i / _PARTS).exp() for i in range(_PARTS)]
        uppers = [float(power) for power in powers]
        lowers = [float(power - Decimal(upper)) for power, upper in zip(powers, uppers, strict=True)]
        step = round(logarithm / _PARTS * 2**42) / 2.0**42
        return numpy.array(uppers), numpy.array(lowers), step, float(logarithm / _PARTS - Decimal(step))
