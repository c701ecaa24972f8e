"""The parts of a float: sign, exponent, fraction, neighbours; rounding to integers. Knows tensors only."""

from __future__ import annotations

import math

import tensorflow as tf

from tnp_shim.kernels.comparison import isinf, isnan
from tnp_shim.kernels.differentiation import differentiable, no_slope, number, quotient, unit_slope
from tnp_shim.kernels.elementwise import (
    BITS,
    bits_of,
    both,
    by_kind,
    complex_of,
    either,
    from_bits,
    halves_in_float32,
    imag,
    is_negative,
    is_zero,
    like,
    real,
    select,
    signbit,
)
from tnp_shim.promotion import cast
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_bitwise_ops, gen_math_ops


def unchanged(x: tf.Tensor) -> tf.Tensor:
    return x


floor_of_floats = differentiable(no_slope, one_op=True)(gen_math_ops.floor)
ceil_of_floats = differentiable(no_slope, one_op=True)(gen_math_ops.ceil)
rint_of_floats = differentiable(no_slope, one_op=True)(gen_math_ops.round)


@differentiable(no_slope)
def trunc_of_floats(x):
    return select(is_negative(x), gen_math_ops.ceil(x), gen_math_ops.floor(x))


floor = by_kind(biu=unchanged, f=floor_of_floats)
ceil = by_kind(biu=unchanged, f=ceil_of_floats)
trunc = by_kind(biu=unchanged, f=trunc_of_floats)
rint = by_kind(f=rint_of_floats, c=lambda x: complex_of(rint_of_floats(real(x)), rint_of_floats(imag(x))))


def with_sign(negative: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """x where not `negative`, else -x."""
    return gen_math_ops.mul(x, select(negative, like(-1, x), like(1, x)))


def _slope_of_copysign(_, x, y):
    return with_sign(signbit(y), gen_math_ops.sign(x))


@differentiable(_slope_of_copysign, no_slope)
def copysign(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """|x| with the sign of y, of zeros too."""
    return with_sign(signbit(y), gen_math_ops._abs(x))


@differentiable(no_slope, lambda _, x, y: cast(is_zero(x), x.dtype))
def heaviside(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """0 below zero, y at zero, 1 above; NaN of NaN."""
    step = select(is_negative(x), like(0, x), select(isnan(x), x, like(1, x)))
    return select(is_zero(x), y, step)


def _exponent_mask(dtype: tf.DType) -> int:
    return (1 << (dtype.size * 8 - 1 - BITS[dtype][1])) - 1


def _biased_exponent(bits: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    shifted = gen_bitwise_ops.right_shift(bits, like(BITS[dtype][1], bits))
    return gen_bitwise_ops.bitwise_and(shifted, like(_exponent_mask(dtype), bits))


def power_of_two(exponent: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    """2**exponent as a float, of exponents that a normal float can have, exactly."""
    integer, fraction_bits = BITS[dtype]
    biased = gen_math_ops.add_v2(cast(exponent, integer), number(_exponent_mask(dtype) >> 1, integer))
    return from_bits(gen_bitwise_ops.left_shift(biased, number(fraction_bits, integer)), dtype)


def _clipped(x: tf.Tensor, limit: int) -> tf.Tensor:
    return gen_math_ops.maximum(gen_math_ops.minimum(x, like(limit, x)), like(-limit, x))


@halves_in_float32
def ldexp(x: tf.Tensor, exponent: tf.Tensor) -> tf.Tensor:
    """x * 2**exponent, in three steps: the power may be out of bounds where the result is not."""
    most = (_exponent_mask(x.dtype) >> 1) - 1
    exponent = cast(_clipped(exponent, 3 * most), BITS[x.dtype][0])
    first = _clipped(exponent, most)
    exponent = gen_math_ops.sub(exponent, first)
    second = _clipped(exponent, most)
    for step in (first, second, gen_math_ops.sub(exponent, second)):
        x = gen_math_ops.mul(x, power_of_two(step, x.dtype))
    return x


@halves_in_float32
def frexp(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The fraction, of magnitude in [0.5, 1), and the exponent of two: x = fraction * 2**exponent."""
    bits = bits_of(x)
    biased = _biased_exponent(bits, x.dtype)
    mask = like(_exponent_mask(x.dtype), biased)
    has_none = either(gen_math_ops.equal(biased, mask), is_zero(x))  # inf, NaN and zeros stay as they are
    exponent = gen_math_ops.sub(biased, like((_exponent_mask(x.dtype) >> 1) - 1, biased))
    exponent = cast(select(has_none, like(0, exponent), exponent), tf.int32)
    return ldexp(x, gen_math_ops.neg(exponent)), exponent


def modf(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The fractional part and the integral part, both with the sign of x."""
    return fractional_part(x), trunc_of_floats(x)


@differentiable(unit_slope)
def fractional_part(x: tf.Tensor) -> tf.Tensor:
    whole = gen_math_ops.floor(gen_math_ops._abs(x))
    fraction = gen_math_ops.sub(gen_math_ops._abs(x), whole)
    return with_sign(signbit(x), select(isinf(x), like(0, x), fraction))


@differentiable(unit_slope, no_slope)
def nextafter(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """The next float after x towards y. A step moves with x, so its derivative is 1."""
    if x.dtype in (tf.float32, tf.float64):
        return gen_math_ops.next_after(x, y)
    bits = bits_of(x)
    away = gen_math_ops.equal(gen_math_ops.less(x, y), gen_math_ops.greater(x, like(0, x)))
    step = select(away, like(1, bits), like(-1, bits))
    lowest = select(signbit(y), like(bits.dtype.min + 1, bits), like(1, bits))
    moved = select(is_zero(x), lowest, gen_math_ops.add_v2(bits, step))
    moved = select(gen_math_ops.equal(x, y), bits_of(x if x.dtype == tf.float16 else y), moved)
    result = from_bits(moved, x.dtype)
    return select(either(isnan(x), isnan(y)), gen_math_ops.add_v2(x, y), result)


@differentiable(no_slope)
def spacing(x: tf.Tensor) -> tf.Tensor:
    """The distance to the next float away from zero, with the sign of x; of float16 the one upwards."""
    integer, fraction_bits = BITS[x.dtype]
    bits = bits_of(x)
    biased = _biased_exponent(bits, x.dtype)
    sign = gen_bitwise_ops.bitwise_and(bits, like(integer.min, bits))
    if x.dtype == tf.float16:
        fraction = gen_bitwise_ops.bitwise_and(bits, like((1 << fraction_bits) - 1, bits))
        smaller_above = both(is_zero(fraction), is_negative(bits))
        biased = gen_math_ops.sub(biased, cast(smaller_above, integer))
        sign = like(0, bits)
    shift, one = like(fraction_bits, bits), like(1, bits)
    normal = gen_bitwise_ops.left_shift(gen_math_ops.sub(biased, shift), shift)
    # below that the distance is itself a subnormal: a power of two as its own bit
    place = gen_math_ops.maximum(gen_math_ops.sub(biased, one), like(0, bits))
    subnormal = gen_bitwise_ops.left_shift(one, place)
    distance = select(gen_math_ops.greater(biased, shift), normal, subnormal)
    result = from_bits(gen_bitwise_ops.bitwise_or(distance, sign), x.dtype)
    at_end = gen_math_ops.equal(x if x.dtype == tf.float16 else gen_math_ops._abs(x), like(x.dtype.max, x))
    result = select(at_end, with_sign(is_negative(bits), like(math.inf, x)), result)
    return select(gen_math_ops.is_finite(x), result, like(math.nan, x))


def by_length(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The magnitudes of two floats, the longer first, any NaN kept (XLA's Maximum may lose it)."""
    x, y = gen_math_ops._abs(x), gen_math_ops._abs(y)
    swapped = gen_math_ops.less(x, y)
    return select(swapped, y, x), select(swapped, x, y)


def nonzero_divisor(x: tf.Tensor) -> tf.Tensor:
    """x, and 1 for 0."""
    return select(is_zero(x), like(1, x), x)


def over_length(part: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
    """part / length, and 0 where the length is 0: the mean of the slopes around that point."""
    return select(is_zero(length), like(0, length), quotient(part, nonzero_divisor(length)))


def _length_by_parts(x, y):
    longer, shorter = by_length(x, y)
    ratio = gen_math_ops.real_div(shorter, nonzero_divisor(longer))
    stretch = gen_math_ops.sqrt(gen_math_ops.add_v2(like(1, ratio), gen_math_ops.mul(ratio, ratio)))
    endless = either(isinf(x), isinf(y))
    return select(endless, like(math.inf, x), gen_math_ops.mul(longer, stretch))


@differentiable(lambda length, x, y: over_length(x, length), lambda length, x, y: over_length(y, length))
@halves_in_float32
def hypot(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """The length of (x, y), without overflow on the way; infinite even if the other part is NaN."""
    if compiled_by_xla():  # whose modulus of a zero and a NaN is 0
        return _length_by_parts(x, y)
    return gen_math_ops.complex_abs(complex_of(x, y), Tout=x.dtype)
