"""Exponentials, logarithms, powers and roots. Knows tensors only."""

from __future__ import annotations

import math

import tensorflow as tf

from tnp_shim.kernels import complex_numbers, integers
from tnp_shim.kernels.arithmetic import divide, reciprocal
from tnp_shim.kernels.differentiation import differentiable, product
from tnp_shim.kernels.elementwise import (
    Body,
    by_kind,
    either,
    halves_in_float32,
    is_zero,
    like,
    literal,
    select,
    signbit,
    single_in_double,
)
from tnp_shim.kernels.floating import with_sign
from tnp_shim.kernels.two_floats import log1p as log1p_without_slope
from tnp_shim.kernels.two_floats import log1p_by_log, loses_log1p
from tnp_shim.promotion import cast
from tnp_shim.tensorflow_internals import compiled_by_xla, context, gen_math_ops, known_value

LN2 = math.log(2)

mul = gen_math_ops.mul

exp_of_floats = differentiable(lambda y, x: y, one_op=True)(gen_math_ops.exp)
expm1_of_floats = differentiable(lambda y, x: exp_of_floats(x), one_op=True)(gen_math_ops.expm1)
log_of_floats = differentiable(lambda y, x: reciprocal(x), one_op=True)(gen_math_ops.log)


def _slope_of_log1p(_, x):
    return reciprocal(gen_math_ops.add_v2(x, like(1, x)))


_log1p_by_kernel = differentiable(_slope_of_log1p, one_op=True)(gen_math_ops.log1p)
_log1p_by_log = differentiable(_slope_of_log1p)(log1p_by_log)


def log1p_of_floats(x: tf.Tensor) -> tf.Tensor:
    return _log1p_by_log(x) if loses_log1p(x) else _log1p_by_kernel(x)


sqrt_of_floats = differentiable(lambda y, x: divide(like(0.5, y), y), one_op=True)(gen_math_ops.sqrt)

exp = by_kind(f=exp_of_floats, c=complex_numbers.exp)
expm1 = by_kind(f=expm1_of_floats, c=complex_numbers.expm1)
log = by_kind(f=log_of_floats, c=complex_numbers.log)
log1p = by_kind(f=log1p_of_floats, c=complex_numbers.log1p)
sqrt = by_kind(f=sqrt_of_floats, c=complex_numbers.sqrt)


@differentiable(lambda y, x: product(y, like(LN2, y)))
@halves_in_float32
def _exp2_of_floats(x):
    return gen_math_ops._pow(like(2, x), x)


exp2 = by_kind(f=_exp2_of_floats, c=lambda z: complex_numbers.exp(complex_numbers.scaled(z, LN2)))


def _logarithm(base: float) -> Body:
    """The logarithm to a base, made exact for the powers of the base."""
    scale = 1 / math.log(base)

    @differentiable(lambda y, x: reciprocal(product(x, like(math.log(base), x))))
    @halves_in_float32
    def body(x):
        if x.dtype == tf.float32:
            wide = cast(x, tf.float64)
            return cast(mul(gen_math_ops.log(wide), like(scale, wide)), tf.float32)
        result = mul(gen_math_ops.log(x), like(scale, x))
        whole = gen_math_ops.round(result)
        is_power = gen_math_ops.equal(gen_math_ops._pow(like(base, x), whole), x)
        return select(is_power, whole, result)

    return body


def _complex_logarithm(base: float) -> Body:
    return lambda z: complex_numbers.scaled(complex_numbers.log(z), 1 / math.log(base))


log2 = by_kind(f=_logarithm(2), c=_complex_logarithm(2))
log10 = by_kind(f=_logarithm(10), c=_complex_logarithm(10))


@differentiable(lambda y, x: divide(like(1 / 3, y), product(y, y)))
@halves_in_float32
def cbrt(x: tf.Tensor) -> tf.Tensor:
    magnitude = gen_math_ops._abs(x)
    root = gen_math_ops._pow(magnitude, like(1 / 3, x))
    # one step of Newton, as 1/3 is not a float
    error = gen_math_ops.sub(root, gen_math_ops.real_div(magnitude, mul(root, root)))
    better = gen_math_ops.sub(root, mul(error, like(1 / 3, x)))
    whole = either(is_zero(x), gen_math_ops.is_inf(x))
    return with_sign(signbit(x), select(whole, magnitude, better))


def _difference(x, y):
    """x - y, and 0 where they are the same infinity."""
    return select(gen_math_ops.equal(x, y), like(0, x), gen_math_ops.sub(x, y))


_sigmoid = differentiable(lambda s, x: product(s, gen_math_ops.sub(like(1, s), s)), one_op=True)(
    gen_math_ops.sigmoid
)


def _share_of_first(_, x, y):
    return _sigmoid(_difference(x, y))


def _share_of_second(_, x, y):
    return _sigmoid(_difference(y, x))


@differentiable(_share_of_first, _share_of_second)
@halves_in_float32
@single_in_double
def logaddexp(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    distance = gen_math_ops.neg(gen_math_ops._abs(_difference(x, y)))
    return gen_math_ops.add_v2(gen_math_ops.maximum(x, y), log1p_without_slope(gen_math_ops.exp(distance)))


@differentiable(
    lambda _, x, y: _sigmoid(mul(_difference(x, y), like(LN2, x))),
    lambda _, x, y: _sigmoid(mul(_difference(y, x), like(LN2, x))),
)
@halves_in_float32
@single_in_double
def logaddexp2(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    distance = mul(gen_math_ops.neg(gen_math_ops._abs(_difference(x, y))), like(LN2, x))
    more = mul(log1p_without_slope(gen_math_ops.exp(distance)), like(1 / LN2, x))
    # exactly one where both are the same, as log2(2) is
    more = select(is_zero(distance), like(1, x), more)
    return gen_math_ops.add_v2(gen_math_ops.maximum(x, y), more)


def _slope_in_base(_, x, y):
    """y * x**(y-1), and 0 where y is 0: x**0 is 1 everywhere."""
    slope = product(y, power_of_floats(x, gen_math_ops.sub(y, like(1, y))))
    return select(is_zero(y), like(0, y), slope)


def _slope_in_exponent(z, x, y):
    """z * log(x), and 0 where x is 0 or less: no number is right there."""
    positive = gen_math_ops.greater(x, like(0, x))
    return product(z, select(positive, log_of_floats(select(positive, x, like(1, x))), like(0, x)))


_power_by_kernel = differentiable(_slope_in_base, _slope_in_exponent, one_op=True)(gen_math_ops._pow)


@differentiable(_slope_in_base, _slope_in_exponent)
def _power_by_root(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """The power where Grappler makes `Sqrt` or `Rsqrt` of it, which differ from powers at -inf and -0.0."""
    is_end = gen_math_ops.equal(x, mul(x, like(0.5, x)))
    return gen_math_ops._pow(select(is_end, gen_math_ops._abs(x), x), y)


def power_of_floats(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    if not context.executing_eagerly() and not compiled_by_xla():
        known = known_value(y)
        if known is not None and known.size and (abs(known) == 0.5).all():
            return _power_by_root(x, y)
    return _power_by_kernel(x, y)


@differentiable(_slope_in_base, _slope_in_exponent)
def _root(x: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.sqrt(x)


@differentiable(_slope_in_base, _slope_in_exponent)
def _root_or_power(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    is_half = gen_math_ops.equal(y, like(0.5, y))
    return select(is_half, gen_math_ops.sqrt(x), gen_math_ops._pow(x, y))


_TWO = frozenset([2])


def power(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """x**y; NumPy takes the square root if the exponent is 1/2, one for all."""
    one_for_all = y.shape.rank == 0 or (y.shape.num_elements() == 1 and x.shape.num_elements() != 1)
    if one_for_all and x.dtype in (tf.float32, tf.float64):
        known = known_value(y)
        if known is None:
            return _root_or_power(x, y)
        if known.item() == 0.5:
            return _root(x, y)
    return float_power(x, y)


def float_power(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    if x.dtype.is_integer:
        return integers.power(x, y)
    if x.dtype.is_complex:
        return complex_numbers.power(x, y)
    return power_of_floats(x, y) if literal(y, _TWO) is None else gen_math_ops.square(x)
