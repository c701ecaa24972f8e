"""exp(x) cos(y) - 1 in float64 where next to nothing is left of it. Knows tensors only.

x and y are each a multiple of 1 / 128, whose exponential, cosine and sine stand in tables in two parts, and a
rest, for which a short series does. What is large in the sum is exact, or a product of halves, so that a
compiler that contracts a product and a sum to one operation changes nothing.
"""

from __future__ import annotations

import functools
import math
from decimal import Decimal, localcontext

import numpy
import tensorflow as tf

from tnp_shim.kernels.elementwise import both, like, select
from tnp_shim.kernels.shapes import gather, reshape
from tnp_shim.kernels.two_floats import halves, two_sum
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import context, gen_math_ops

add, sub, mul = gen_math_ops.add_v2, gen_math_ops.sub, gen_math_ops.mul

_PARTS = 128
_MOST_X, _MOST_Y = 2, 8
_DIGITS = 60


def refined(found: tf.Tensor, taken_off: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """What was found by taking off a number, made exact where next to nothing was left of that number."""
    cancels = gen_math_ops.less(gen_math_ops._abs(found), mul(like(0.5, x), taken_off))
    inside = (
        gen_math_ops.less(gen_math_ops._abs(part), like(most, part))
        for part, most in ((x, _MOST_X), (y, _MOST_Y))
    )
    cancels = both(cancels, both(*inside))

    if context.executing_eagerly() and not gen_math_ops._any(reshape(cancels, (-1,)), constant(0, tf.int32)):
        return found  # no branch in a graph: vectorized_map refuses those
    covered = (select(cancels, part, like(0, part)) for part in (x, y))
    return select(cancels, difference(*covered), found)


def difference(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """exp(x) cos(y) - 1, for |x| and |y| that the tables reach."""
    power, power_low = _looked_up(x, _powers())
    cosine, cosine_low, sine, sine_low = _looked_up(y, _circle())
    x, y = _rest(x), _rest(y)
    (u, u_low), (c, c_low), (s, s_low), (r, r_low) = map(halves, (power, cosine, sine, y))
    product = mul(u, c)
    low = add(mul(u, c_low), add(mul(u_low, c), mul(u_low, c_low)))
    total, first = two_sum(like(-1, x), product)
    beyond_one = add(total, add(first, low))
    total, second = two_sum(total, mul(s, gen_math_ops.neg(r)))
    leading, third = two_sum(x, mul(like(-0.5, x), mul(r, r)))
    total, fourth = two_sum(total, leading)
    # exp(x) - 1 - x, cos(y) - 1 + y**2 / 2 and sin(y) - y
    of_exp = _series(x, [1 / math.factorial(k) for k in range(7, 1, -1)], 2)
    square = mul(y, y)
    of_cos = _series(square, [1 / 40320, -1 / 720, 1 / 24], 2)
    of_sin = mul(y, _series(square, [-1 / 5040, 1 / 120, -1 / 6], 1))
    grown, bent = add(x, of_exp), sub(of_cos, mul(like(0.5, y), square))
    squares_low = mul(r_low, add(r, mul(like(0.5, r), r_low)))
    inner = add(sub(add(of_exp, of_cos), squares_low), mul(grown, bent))
    inner = add(inner, mul(beyond_one, add(grown, bent)))
    inner = add(inner, mul(beyond_one, mul(grown, bent)))
    excess = add(sub(power, like(1, x)), mul(power, grown))
    across = add(mul(excess, add(y, of_sin)), of_sin)
    across = add(add(mul(sine, across), mul(sine_low, y)), add(mul(s_low, y), mul(s, r_low)))
    tables = add(mul(power_low, cosine), mul(power, cosine_low))
    tables = add(tables, mul(tables, add(grown, bent)))
    errors = add(add(first, second), add(third, fourth))
    return add(total, add(errors, sub(add(add(low, tables), inner), across)))


def _steps(x: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.round(mul(x, like(_PARTS, x)))


def _rest(x: tf.Tensor) -> tf.Tensor:
    return sub(x, mul(_steps(x), like(1 / _PARTS, x)))


def _series(x: tf.Tensor, coefficients: list[float], power: int) -> tf.Tensor:
    found = like(coefficients[0], x)
    for coefficient in coefficients[1:]:
        found = add(mul(found, x), like(coefficient, x))
    for _ in range(power):
        found = mul(found, x)
    return found


def _looked_up(x: tf.Tensor, table: numpy.ndarray) -> list[tf.Tensor]:
    """The columns of a table over all steps, those below 0 first."""
    steps = add(cast(_steps(x), tf.int64), constant(len(table) // 2, tf.int64))
    return [gather(tf.constant(column), steps, 0) for column in table.T]


def _in_parts(value: Decimal) -> list[float]:
    return [float(value), float(value - Decimal(float(value)))]


@functools.cache
def _powers() -> numpy.ndarray:
    with localcontext() as context:
        context.prec = _DIGITS
        steps = range(-_MOST_X * _PARTS, _MOST_X * _PARTS + 1)
        return numpy.array([_in_parts((Decimal(k) / _PARTS).exp()) for k in steps])


@functools.cache
def _circle() -> numpy.ndarray:
    """Cosines and sines, by turning on from step to step."""
    with localcontext() as context:
        context.prec = _DIGITS
        angle = Decimal(1) / _PARTS
        terms = [angle**k / math.factorial(k) for k in range(24)]
        cosine, sine = (sum(terms[k::4]) - sum(terms[k + 2 :: 4]) for k in (0, 1))
        turned, rows = (Decimal(1), Decimal(0)), []
        for _ in range(_MOST_Y * _PARTS + 1):
            rows.append([*_in_parts(turned[0]), *_in_parts(turned[1])])
            turned = turned[0] * cosine - turned[1] * sine, turned[1] * cosine + turned[0] * sine
        above = numpy.array(rows)
        return numpy.concatenate([above[:0:-1] * [1, 1, -1, -1], above])
