"""Circular and hyperbolic functions, angles and lengths. Knows tensors only."""

from __future__ import annotations

import math

import tensorflow as tf

from tnp_shim.kernels import complex_inverses, complex_numbers
from tnp_shim.kernels.arithmetic import reciprocal
from tnp_shim.kernels.coverage import has_gpu
from tnp_shim.kernels.differentiation import differentiable, product
from tnp_shim.kernels.elementwise import Body, by_kind, halves_in_float32, like, signbit
from tnp_shim.kernels.exponential import sqrt
from tnp_shim.kernels.floating import hypot, over_length, with_sign
from tnp_shim.kernels.two_floats import log1p_by_log, loses_log1p
from tnp_shim.tensorflow_internals import gen_math_ops

mul, add, sub = gen_math_ops.mul, gen_math_ops.add_v2, gen_math_ops.sub


def _one_minus_square(x):
    # as a product: x * x would round next to 1
    return product(sub(like(1, x), x), add(like(1, x), x))


def _one_plus_square(x):
    return add(like(1, x), product(x, x))


arcsin_of_floats = differentiable(lambda _, x: reciprocal(sqrt(_one_minus_square(x))), one_op=True)(
    gen_math_ops.asin
)
arccos_of_floats = differentiable(
    lambda _, x: gen_math_ops.neg(reciprocal(sqrt(_one_minus_square(x)))), one_op=True
)(gen_math_ops.acos)


def _slope_of_arctanh(_, x):
    return reciprocal(_one_minus_square(x))


@differentiable(_slope_of_arctanh)
def _arctanh_by_log(x):
    size = gen_math_ops._abs(x)
    ratio = gen_math_ops.real_div(add(size, size), sub(like(1, x), size))
    return with_sign(signbit(x), mul(like(0.5, x), log1p_by_log(ratio)))


_arctanh_by_kernel = differentiable(_slope_of_arctanh, one_op=True)(gen_math_ops.atanh)


def arctanh_of_floats(x: tf.Tensor) -> tf.Tensor:
    return _arctanh_by_log(x) if loses_log1p(x) else _arctanh_by_kernel(x)


arccosh_of_floats = differentiable(
    lambda _, x: reciprocal(product(sqrt(sub(x, like(1, x))), sqrt(add(x, like(1, x))))), one_op=True
)(gen_math_ops.acosh)
sin_of_floats = differentiable(lambda _, x: cos_of_floats(x), one_op=True)(gen_math_ops.sin)
cos_of_floats: Body = differentiable(lambda _, x: gen_math_ops.neg(sin_of_floats(x)), one_op=True)(
    gen_math_ops.cos
)
tan_of_floats = differentiable(lambda y, x: _one_plus_square(y), one_op=True)(gen_math_ops.tan)
sinh_of_floats = differentiable(lambda _, x: cosh_of_floats(x), one_op=True)(gen_math_ops.sinh)
cosh_of_floats: Body = differentiable(lambda _, x: sinh_of_floats(x), one_op=True)(gen_math_ops.cosh)


def _or_on_gpus(kernel: Body, by_parts: Body) -> Body:
    """A kernel of complex numbers that GPUs lack, or what stands for it there."""
    return lambda z: by_parts(z) if has_gpu() else kernel(z)


sin = by_kind(f=sin_of_floats, c=complex_numbers.sin)
cos = by_kind(f=cos_of_floats, c=complex_numbers.cos)
tan = by_kind(f=tan_of_floats, c=gen_math_ops.tan)
arcsin = by_kind(f=arcsin_of_floats, c=_or_on_gpus(gen_math_ops.asin, complex_inverses.arcsin))
arccos = by_kind(f=arccos_of_floats, c=_or_on_gpus(gen_math_ops.acos, complex_inverses.arccos))
arctan = by_kind(f=gen_math_ops.atan, c=_or_on_gpus(gen_math_ops.atan, complex_inverses.arctan))
sinh = by_kind(f=sinh_of_floats, c=complex_numbers.sinh)
cosh = by_kind(f=cosh_of_floats, c=complex_numbers.cosh)
tanh = by_kind(f=gen_math_ops.tanh, c=_or_on_gpus(gen_math_ops.tanh, complex_inverses.tanh))
arcsinh = by_kind(f=gen_math_ops.asinh, c=_or_on_gpus(gen_math_ops.asinh, complex_inverses.arcsinh))
arccosh = by_kind(f=arccosh_of_floats, c=_or_on_gpus(gen_math_ops.acosh, complex_inverses.arccosh))
arctanh = by_kind(f=arctanh_of_floats, c=_or_on_gpus(gen_math_ops.atanh, complex_inverses.arctanh))


def _slope_in_y(_, y, x):
    length = hypot(x, y)
    return over_length(over_length(x, length), length)


def _slope_in_x(_, y, x):
    length = hypot(x, y)
    return gen_math_ops.neg(over_length(over_length(y, length), length))


arctan2 = differentiable(_slope_in_y, _slope_in_x, one_op=True)(gen_math_ops.atan2)


def _ratio(numerator: float, denominator: float, x: tf.Tensor) -> tf.Tensor:
    """The ratio, rounded as NumPy's C code rounds it: from its terms in the dtype of x."""
    scalar = x.dtype.as_numpy_dtype
    return like(float(scalar(numerator) / scalar(denominator)), x)


@halves_in_float32
def deg2rad(x: tf.Tensor) -> tf.Tensor:
    return mul(x, _ratio(math.pi, 180, x))


@halves_in_float32
def rad2deg(x: tf.Tensor) -> tf.Tensor:
    return mul(x, _ratio(180, math.pi, x))
