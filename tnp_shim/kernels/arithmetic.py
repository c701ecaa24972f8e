"""The four operations, division with a remainder, absolute values and signs. Knows tensors only."""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels import complex_numbers, integers
from tnp_shim.kernels.bitwise import magnitude
from tnp_shim.kernels.differentiation import differentiable, no_slope, quotient, unit_slope
from tnp_shim.kernels.elementwise import (
    both,
    by_kind,
    either,
    halves_in_float32,
    is_zero,
    like,
    select,
    signbit,
)
from tnp_shim.kernels.floating import trunc_of_floats, unchanged, with_sign
from tnp_shim.promotion import cast
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

add = by_kind(b=either, iufc=gen_math_ops.add_v2)


def _subtract_unsigned(x, y):
    # In a graph the optimizer makes 0 - y a Neg, which has no kernel for uint8 and uint16.
    signed = {tf.uint8: tf.int8, tf.uint16: tf.int16}.get(x.dtype)
    if signed is None:
        return gen_math_ops.sub(x, y)
    bits = (gen_array_ops.bitcast(tensor, type=signed) for tensor in (x, y))
    return gen_array_ops.bitcast(gen_math_ops.sub(*bits), type=x.dtype)


subtract = by_kind(ifc=gen_math_ops.sub, u=_subtract_unsigned)
multiply = by_kind(b=both, iufc=gen_math_ops.mul)


divide = by_kind(f=quotient, c=complex_numbers.divide)


reciprocal = by_kind(
    iu=integers.reciprocal, f=lambda x: quotient(like(1, x), x), c=complex_numbers.reciprocal
)
negative = by_kind(
    u=lambda x: _subtract_unsigned(like(0, x), x),
    ifc=gen_math_ops.neg,
)
positive = by_kind(iufc=unchanged)
conjugate = by_kind(iuf=unchanged, c=gen_math_ops.conj)


def _square_of_integers(x):
    # In a graph the optimizer makes the square of a difference a SquaredDifference, which has kernels of
    # int32 and int64 only. Modulo 2**64 the sign makes no difference.
    if x.dtype in (tf.int32, tf.int64):
        return gen_math_ops.square(x)
    return cast(gen_math_ops.square(cast(x, tf.int64)), x.dtype)


square = by_kind(iu=_square_of_integers, f=gen_math_ops.square, c=lambda x: gen_math_ops.mul(x, x))
fabs = by_kind(f=gen_math_ops._abs)
absolute = by_kind(bu=unchanged, i=magnitude, f=gen_math_ops._abs, c=complex_numbers.absolute)
sign = by_kind(
    u=lambda x: cast(gen_math_ops.not_equal(x, like(0, x)), x.dtype),
    i=gen_math_ops.sign,
    f=gen_math_ops.sign,
    c=complex_numbers.sign,
)


def _fmod(x, y):
    # TruncateMod has no GPU kernels
    rest = gen_math_ops.floor_mod(gen_math_ops._abs(x), gen_math_ops._abs(y))
    return with_sign(signbit(x), rest)


def _minus_whole_quotient(_, x, y):
    return gen_math_ops.neg(trunc_of_floats(divide(x, y)))


@differentiable(unit_slope, _minus_whole_quotient)
@halves_in_float32
def _fmod_of_floats(x, y):
    return _fmod(x, y)


fmod = by_kind(iu=integers.fmod, f=_fmod_of_floats)


def _minus_floor_of_quotient(_, x, y):
    return gen_math_ops.neg(_floor_divide_floats(x, y))


@differentiable(unit_slope, _minus_floor_of_quotient)
@halves_in_float32
def _remainder_of_floats(x, y):
    rest = gen_math_ops.floor_mod(x, y)
    zero = gen_math_ops.mul(gen_math_ops._abs(rest), gen_math_ops.sign(y))  # a zero has the sign of y
    return select(is_zero(rest), zero, rest)


@differentiable(no_slope, no_slope)
@halves_in_float32
def _floor_divide_floats(x, y):
    """NumPy's way: out of the remainder, so that it fits to it where x / y is rounded up."""
    ratio = gen_math_ops.real_div(x, y)
    length, unit = gen_math_ops._abs(x), gen_math_ops._abs(y)
    rest = gen_math_ops.floor_mod(length, unit)
    whole = gen_math_ops.round(gen_math_ops.real_div(gen_math_ops.sub(length, rest), unit))
    more = cast(gen_math_ops.not_equal(rest, like(0, rest)), x.dtype)
    below = gen_math_ops.neg(gen_math_ops.add_v2(whole, more))
    return select(is_zero(y), ratio, select(signbit(ratio), below, whole))


floor_divide = by_kind(iu=integers.floor_divide, f=_floor_divide_floats)
remainder = by_kind(iu=integers.remainder, f=_remainder_of_floats)


def divmod_(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return floor_divide(x, y), remainder(x, y)
