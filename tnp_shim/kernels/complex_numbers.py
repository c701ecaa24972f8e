"""Complex functions for which TensorFlow's kernels give wrong values somewhere. Knows tensors only."""

from __future__ import annotations

import math

import tensorflow as tf

from tnp_shim.kernels.comparison import isinf, isnan
from tnp_shim.kernels.differentiation import differentiable
from tnp_shim.kernels.elementwise import (
    both,
    complex_of,
    either,
    imag,
    is_negative,
    is_zero,
    like,
    real,
    select,
    signbit,
)
from tnp_shim.kernels.floating import with_sign
from tnp_shim.tensorflow_internals import gen_math_ops

add, sub, mul, real_div = gen_math_ops.add_v2, gen_math_ops.sub, gen_math_ops.mul, gen_math_ops.real_div
_abs, _maximum, _minimum = gen_math_ops._abs, gen_math_ops.maximum, gen_math_ops.minimum


def _nonzero(x):
    return select(is_zero(x), like(1, x), x)


def _length(x, y):
    """As `hypot`; not that one, whose module rests on this one."""
    x, y = _abs(x), _abs(y)
    longer, shorter = _maximum(x, y), _minimum(x, y)
    ratio = real_div(shorter, _nonzero(longer))
    length = mul(longer, gen_math_ops.sqrt(add(like(1, ratio), mul(ratio, ratio))))
    endless = either(gen_math_ops.is_inf(x), gen_math_ops.is_inf(y))
    return select(endless, like(math.inf, x), length)


def _modulus(z):
    return _length(real(z), imag(z))


def absolute(z: tf.Tensor) -> tf.Tensor:
    """The modulus; its gradient at 0 is 0."""
    return gen_math_ops.complex_abs(z, Tout=z.dtype.real_dtype)


def sign(z: tf.Tensor) -> tf.Tensor:
    """z / |z|, 0 at 0; of one infinite part its sign, of two NaN."""
    x, y = real(z), imag(z)
    length = _length(x, y)
    unit = complex_of(real_div(x, _nonzero(length)), real_div(y, _nonzero(length)))
    x_endless, y_endless = isinf(x), isinf(y)
    one = like(1, x)
    towards = complex_of(
        select(x_endless, with_sign(is_negative(x), one), like(0, x)),
        select(y_endless, with_sign(is_negative(y), one), like(0, y)),
    )
    return select(gen_math_ops.not_equal(x_endless, y_endless), towards, unit)


def _smith(z, w):
    """z / w by Smith's method, as NumPy: no overflow on the way."""
    a, b, c, d = real(z), imag(z), real(w), imag(w)
    steep = gen_math_ops.less(_abs(c), _abs(d))
    large, small = select(steep, d, c), select(steep, c, d)
    ratio = real_div(small, large)
    scale = real_div(like(1, large), add(large, mul(small, ratio)))
    p, q = select(steep, b, a), select(steep, a, b)
    first = mul(add(p, mul(q, ratio)), scale)
    crossed = select(steep, sub(mul(b, ratio), a), sub(b, mul(a, ratio)))
    quotient = complex_of(first, mul(crossed, scale))
    by_zero = both(is_zero(c), is_zero(d))
    at_zero = complex_of(real_div(a, _abs(c)), real_div(b, _abs(c)))
    return select(by_zero, at_zero, quotient)


divide = differentiable(lambda q, z, w: reciprocal(w), lambda q, z, w: gen_math_ops.neg(divide(q, w)))(_smith)


def reciprocal(z: tf.Tensor) -> tf.Tensor:
    return divide(like(1, z), z)


@differentiable(lambda w, z: divide(like(0.5, w), w))
def sqrt(z: tf.Tensor) -> tf.Tensor:
    x, y = real(z), imag(z)
    tiny = gen_math_ops.less(_maximum(_abs(x), _abs(y)), like(1, x))
    # scaled by a power of 4: the sum of |x| and |z| must not overflow, nor lose bits
    scale, back = select(tiny, like(4, x), like(0.25, x)), select(tiny, like(0.5, x), like(2, x))
    xs, ys = mul(x, scale), mul(y, scale)
    root = gen_math_ops.sqrt(mul(like(0.5, x), add(_abs(xs), _length(xs, ys))))
    other = real_div(ys, mul(like(2, x), _nonzero(root)))
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
    """log |x + iy|: near 1 out of |z|**2 - 1, whose leading bits cancel."""
    x, y = _abs(x), _abs(y)
    longer, shorter = _maximum(x, y), _minimum(x, y)
    one = like(1, x)
    excess = add(mul(sub(longer, one), add(longer, one)), mul(shorter, shorter))
    near = gen_math_ops.less(_abs(excess), like(0.5, x))
    far = gen_math_ops.log(_length(x, y))
    return select(near, mul(like(0.5, x), gen_math_ops.log1p(select(near, excess, one))), far)


@differentiable(lambda w, z: reciprocal(add(like(1, z), z)))
def log1p(z: tf.Tensor) -> tf.Tensor:
    """NumPy's own: the logarithm of the modulus of 1 + z, and its angle."""
    x, y = add(real(z), like(1, real(z))), imag(z)
    return complex_of(gen_math_ops.log(_length(x, y)), gen_math_ops.atan2(y, x))


exp = gen_math_ops.exp


@differentiable(lambda w, z: exp(z))
def expm1(z: tf.Tensor) -> tf.Tensor:
    """NumPy's own: expm1(x) cos(y) - 2 sin(y / 2)**2 and exp(x) sin(y)."""
    x, y = real(z), imag(z)
    half = gen_math_ops.sin(mul(y, like(0.5, y)))
    real_part = sub(mul(gen_math_ops.expm1(x), gen_math_ops.cos(y)), mul(like(2, x), mul(half, half)))
    return complex_of(real_part, mul(gen_math_ops.exp(x), gen_math_ops.sin(y)))


def _slope_in_base(_, z, w):
    slope = mul(w, power(z, sub(w, like(1, w))))
    return select(is_zero(w), like(0, w), slope)


def _slope_in_exponent(result, z, w):
    return select(is_zero(z), like(0, z), mul(result, log(select(is_zero(z), like(1, z), z))))


@differentiable(_slope_in_base, _slope_in_exponent)
def _general_power(z, w):
    power_of_z = gen_math_ops._pow(z, w)
    nan = complex(math.nan, math.nan)
    positive = both(gen_math_ops.greater(real(w), like(0, real(w))), is_zero(imag(w)))
    at_zero = select(positive, like(0, z), like(nan, z))
    result = select(is_zero(z), at_zero, power_of_z)
    result = select(gen_math_ops.equal(w, like(1, w)), z, result)
    result = select(gen_math_ops.equal(w, like(2, w)), mul(z, z), result)
    return select(is_zero(w), like(1, z), result)


def power(z: tf.Tensor, w: tf.Tensor) -> tf.Tensor:
    return _general_power(z, w)
