"""Complex functions for which TensorFlow's kernels give wrong values somewhere. Knows tensors only."""

from __future__ import annotations

import math

import tensorflow as tf

from tnp_shim.kernels import cancelling_expm1, two_floats
from tnp_shim.kernels.comparison import isfinite, isinf, isnan
from tnp_shim.kernels.coverage import has_gpu
from tnp_shim.kernels.differentiation import differentiable
from tnp_shim.kernels.elementwise import (
    Body,
    both,
    complex_of,
    either,
    imag,
    is_negative,
    is_zero,
    like,
    literal,
    real,
    select,
    signbit,
)
from tnp_shim.kernels.floating import by_length, hypot, nonzero_divisor, with_sign
from tnp_shim.kernels.integers import whole_power
from tnp_shim.promotion import cast
from tnp_shim.tensorflow_internals import (
    compiled_by_xla,
    gen_array_ops,
    gen_bitwise_ops,
    gen_math_ops,
    known_value,
)

add, sub, mul, real_div = gen_math_ops.add_v2, gen_math_ops.sub, gen_math_ops.mul, gen_math_ops.real_div
_abs = gen_math_ops._abs
_NAN = complex(math.nan, math.nan)


def absolute(z: tf.Tensor) -> tf.Tensor:
    """The modulus; its gradient at 0 is 0."""
    if compiled_by_xla():
        return hypot(real(z), imag(z))
    return gen_math_ops.complex_abs(z, Tout=z.dtype.real_dtype)


def sign(z: tf.Tensor) -> tf.Tensor:
    """z / |z|, and 0 at 0; of one infinite part its sign, of two NaN."""
    x, y = real(z), imag(z)
    length = hypot(x, y)
    zero, one = like(0, x), like(1, x)
    unit = complex_of(real_div(x, nonzero_divisor(length)), real_div(y, nonzero_divisor(length)))
    x_endless = isinf(x)
    towards = complex_of(
        select(x_endless, with_sign(is_negative(x), one), zero),
        select(x_endless, zero, with_sign(is_negative(y), one)),
    )
    diagonal = both(x_endless, isinf(y))
    unit = select(isinf(length), select(diagonal, like(_NAN, z), towards), unit)
    return select(is_zero(length), like(0, z), unit)


def _smith(z, w):
    """z / w by Smith's method, as NumPy: no overflow on the way."""
    a, b, c, d = real(z), imag(z), real(w), imag(w)
    steep = gen_math_ops.less(_abs(c), _abs(d))
    large, small = select(steep, d, c), select(steep, c, d)
    ratio = real_div(small, large)
    denominator = add(large, mul(small, ratio))
    along = select(steep, add(mul(a, ratio), b), add(a, mul(b, ratio)))
    across = select(steep, sub(mul(b, ratio), a), sub(b, mul(a, ratio)))
    quotient = complex_of(real_div(along, denominator), real_div(across, denominator))
    at_zero = complex_of(real_div(a, _abs(c)), real_div(b, _abs(c)))
    return select(is_zero(w), at_zero, quotient)


divide: Body = differentiable(lambda q, z, w: reciprocal(w), lambda q, z, w: gen_math_ops.neg(divide(q, w)))(
    _smith
)


@differentiable(lambda w, z: gen_math_ops.neg(mul(w, w)))
def reciprocal(z: tf.Tensor) -> tf.Tensor:
    """1 / z by Smith's method; at 0 it is NaN, as NumPy's."""
    x, y = real(z), imag(z)
    steep = gen_math_ops.less(_abs(x), _abs(y))
    ratio = real_div(select(steep, x, y), select(steep, y, x))
    denominator = add(select(steep, mul(x, ratio), x), select(steep, y, mul(y, ratio)))
    one = like(1, x)
    real_part = real_div(select(steep, ratio, one), denominator)
    return complex_of(real_part, real_div(gen_math_ops.neg(select(steep, one, ratio)), denominator))


@differentiable(lambda w, z: divide(like(0.5, w), w))
def sqrt(z: tf.Tensor) -> tf.Tensor:
    """By parts: TensorFlow's overflows for large numbers, loses signs of zeros, has no kernel on GPUs."""
    x, y = real(z), imag(z)
    tiny = both(gen_math_ops.less(_abs(x), like(1, x)), gen_math_ops.less(_abs(y), like(1, y)))
    # scaled by a power of 4: the sum of |x| and |z| must not overflow, nor lose bits
    scale, back = select(tiny, like(4, x), like(0.25, x)), select(tiny, like(0.5, x), like(2, x))
    xs, ys = mul(x, scale), mul(y, scale)
    root = gen_math_ops.sqrt(mul(like(0.5, x), add(_abs(xs), hypot(xs, ys))))
    other = real_div(ys, mul(like(2, x), nonzero_divisor(root)))
    left = is_negative(xs)
    real_part = mul(select(left, _abs(other), root), back)
    imag_part = mul(select(left, with_sign(signbit(y), root), other), back)
    x_endless, y_endless = isinf(x), isinf(y)
    infinity = like(math.inf, x)
    right_end = both(x_endless, signbit(x))
    real_part = select(x_endless, select(right_end, select(isnan(y), y, like(0, x)), infinity), real_part)
    imag_part = select(
        x_endless,
        select(
            right_end, with_sign(signbit(y), infinity), select(isnan(y), y, with_sign(signbit(y), like(0, x)))
        ),
        imag_part,
    )
    real_part = select(y_endless, infinity, real_part)
    return complex_of(real_part, select(y_endless, y, imag_part))


@differentiable(lambda w, z: reciprocal(z))
def log(z: tf.Tensor) -> tf.Tensor:
    return complex_of(_log_of_modulus(real(z), imag(z)), gen_math_ops.atan2(imag(z), real(z)))


def _log_of_modulus(x, y):
    """log |x + iy|: near 1 out of |z|**2 - 1, whose leading bits cancel; no overflow on the way."""
    longer, shorter = by_length(x, y)
    excess = two_floats.squares_and(like(-1, x), longer, shorter)
    near = gen_math_ops.less(_abs(excess), like(0.5, x))
    ratio = real_div(shorter, nonzero_divisor(longer))
    squared = select(near, excess, select(isinf(longer), like(0, x), mul(ratio, ratio)))
    rest = mul(like(0.5, x), two_floats.log1p(squared))
    result = select(near, rest, add(gen_math_ops.log(longer), rest))
    endless = either(isinf(x), isinf(y))
    return select(endless, like(math.inf, x), result)


@differentiable(lambda w, z: reciprocal(add(like(1, z), z)))
def log1p(z: tf.Tensor) -> tf.Tensor:
    """log(1 + z). NumPy's loses the real part of small z, this one does not."""
    x, y = real(z), imag(z)
    more = add(x, like(1, x))
    excess = two_floats.squares_and(add(x, x), x, y)
    near = gen_math_ops.less(_abs(excess), like(0.5, x))
    close = mul(like(0.5, x), two_floats.log1p(select(near, excess, like(0, x))))
    return complex_of(select(near, close, _log_of_modulus(more, y)), gen_math_ops.atan2(y, more))


def scaled(z: tf.Tensor, factor: float) -> tf.Tensor:
    """z times a real number, part by part: an infinite part leaves the other alone."""
    x, y = real(z), imag(z)
    return complex_of(mul(x, like(factor, x)), mul(y, like(factor, y)))


exp = gen_math_ops.exp


@differentiable(lambda w, z: exp(z))
def expm1(z: tf.Tensor) -> tf.Tensor:
    """NumPy's own: expm1(x) cos(y) - 2 sin(y / 2)**2 and exp(x) sin(y)."""
    if z.dtype == tf.complex64:  # the difference may cancel
        return cast(_expm1_by_parts(cast(z, tf.complex128), lambda found, *_: found), z.dtype)
    return _expm1_by_parts(z, cancelling_expm1.refined)


def _expm1_by_parts(z, refined):
    x, y = real(z), imag(z)
    half = gen_math_ops.sin(mul(y, like(0.5, y)))
    taken_off = mul(like(2, x), mul(half, half))
    real_part = sub(mul(gen_math_ops.expm1(x), gen_math_ops.cos(y)), taken_off)
    real_part = refined(real_part, taken_off, x, y)
    return complex_of(real_part, mul(gen_math_ops.exp(x), gen_math_ops.sin(y)))


def _times(x, y):
    """x * y, and y where y is 0 and x is infinite or NaN."""
    return select(both(is_zero(y), gen_math_ops.logical_not(isfinite(x))), y, mul(x, y))


def _sinh_by_parts(z):
    x, y = real(z), imag(z)
    real_part = _times(gen_math_ops.cos(y), gen_math_ops.sinh(x))
    return complex_of(real_part, _times(gen_math_ops.cosh(x), gen_math_ops.sin(y)))


def _cosh_by_parts(z):
    x, y = real(z), imag(z)
    sinh_x, sin_y = gen_math_ops.sinh(x), gen_math_ops.sin(y)
    imag_part = select(is_zero(x), _times(sin_y, sinh_x), _times(sinh_x, sin_y))
    return complex_of(mul(gen_math_ops.cosh(x), gen_math_ops.cos(y)), imag_part)


def turned(z):
    """z times the imaginary unit."""
    return complex_of(gen_math_ops.neg(imag(z)), real(z))


def turned_back(z):
    """z times minus the imaginary unit."""
    return complex_of(imag(z), gen_math_ops.neg(real(z)))


def _by_parts_under_xla(kernel, by_parts):
    """XLA's kernels lose the digits of what is near zero."""
    return lambda z: by_parts(z) if compiled_by_xla() else kernel(z)


sinh = _by_parts_under_xla(gen_math_ops.sinh, differentiable(lambda _, z: _cosh_by_parts(z))(_sinh_by_parts))
cosh = _by_parts_under_xla(gen_math_ops.cosh, differentiable(lambda _, z: _sinh_by_parts(z))(_cosh_by_parts))
sin = _by_parts_under_xla(gen_math_ops.sin, lambda z: turned_back(sinh(turned(z))))
cos = _by_parts_under_xla(gen_math_ops.cos, lambda z: cosh(turned(z)))


def _slope_in_base(_, z, w):
    slope = mul(w, power(z, sub(w, like(1, w))))
    return select(is_zero(w), like(0, w), slope)


def _slope_in_exponent(result, z, w):
    return select(is_zero(z), like(0, z), mul(result, log(select(is_zero(z), like(1, z), z))))


@differentiable(_slope_in_base, _slope_in_exponent)
def _general_power(z, w):
    if compiled_by_xla() and z.dtype == tf.complex64:  # XLA's loses bits in the exponent
        result = cast(gen_math_ops._pow(cast(z, tf.complex128), cast(w, tf.complex128)), z.dtype)
    elif has_gpu():  # which have no kernel of it
        result = gen_math_ops.exp(mul(w, log(select(is_zero(z), like(1, z), z))))
    else:
        result = gen_math_ops._pow(z, w)
    result = _or_whole_power(result, z, w)
    at_origin = select(gen_math_ops.greater(real(w), like(0, real(w))), like(0, z), like(_NAN, z))
    return select(is_zero(w), like(1, z), select(is_zero(z), at_origin, result))


_MOST_MULTIPLIED = 99
_BY_SQUARING = frozenset(range(-_MOST_MULTIPLIED, _MOST_MULTIPLIED + 1)) - {0}
"""The exponents for which NumPy multiplies."""


def _or_whole_power(other: tf.Tensor, z: tf.Tensor, w: tf.Tensor) -> tf.Tensor:
    """The power by multiplication where the exponent is one that NumPy multiplies for, else the other."""
    if compiled_by_xla():  # whose products lose the signs of zeros
        return _or_small_power(other, z, w)
    known = known_value(w)
    if known is not None and not set(known.ravel().tolist()) & _BY_SQUARING:
        return other
    whole = gen_math_ops.round(real(w))
    bits = cast(gen_math_ops.minimum(gen_math_ops._abs(whole), like(_MOST_MULTIPLIED, whole)), tf.int32)
    is_whole = both(
        gen_math_ops.equal(w, complex_of(whole, like(0, whole))),
        gen_math_ops.less_equal(gen_math_ops._abs(whole), like(_MOST_MULTIPLIED, whole)),
    )
    # in NumPy's order, which the signs of zeros tell
    one = result = gen_math_ops.add_v2(gen_array_ops.zeros_like(z), like(1, z))
    square = z
    for k in range(_MOST_MULTIPLIED.bit_length()):
        square = mul(square, square) if k else z
        has_bit = gen_math_ops.not_equal(gen_bitwise_ops.bitwise_and(bits, like(2**k, bits)), like(0, bits))
        result = select(has_bit, mul(result, square), result)
    result = select(gen_math_ops.less(whole, like(0, whole)), _smith(one, result), result)
    return select(is_whole, _or_small_power(result, z, w), other)


def _or_small_power(other: tf.Tensor, z: tf.Tensor, w: tf.Tensor) -> tf.Tensor:
    """The power by multiplication where the exponent is 1, 2 or 3, else the other."""
    powers = z
    for exponent in (1, 2, 3):
        other = select(gen_math_ops.equal(w, like(exponent, w)), powers, other)
        powers = mul(z, powers)
    return other


def power(z: tf.Tensor, w: tf.Tensor) -> tf.Tensor:
    exponent = literal(w, _BY_SQUARING)
    if exponent is None:
        return _general_power(z, w)
    result = whole_power(z, abs(exponent))
    return result if exponent > 0 else reciprocal(result)
