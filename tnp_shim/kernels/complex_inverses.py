"""Inverse functions of complex numbers, and tanh, of parts that have kernels on GPUs. Knows tensors only.

TensorFlow registers `Asin` and its kin for complex numbers on CPUs only. The formulas keep both sides of each
branch cut apart: W. Kahan, Branch cuts for complex elementary functions, 1987.
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.complex_numbers import reciprocal, sqrt, turned, turned_back
from tnp_shim.kernels.differentiation import differentiable
from tnp_shim.kernels.elementwise import complex_of, imag, like, real, select
from tnp_shim.kernels.floating import with_sign
from tnp_shim.tensorflow_internals import gen_math_ops

mul, add, sub, neg = gen_math_ops.mul, gen_math_ops.add_v2, gen_math_ops.sub, gen_math_ops.neg
atan2, asinh = gen_math_ops.atan2, gen_math_ops.asinh


def _roots(z: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The square roots of 1 - z and 1 + z, each with the sign of zero that its side of the cut has."""
    x, y = real(z), imag(z)
    one = like(1, x)
    return sqrt(complex_of(sub(one, x), neg(y))), sqrt(complex_of(add(one, x), y))


def _real_of_product(v: tf.Tensor, w: tf.Tensor) -> tf.Tensor:
    return sub(mul(real(v), real(w)), mul(imag(v), imag(w)))


def _imag_of_quotient(v: tf.Tensor, w: tf.Tensor) -> tf.Tensor:
    """The imaginary part of conj(v) w."""
    return sub(mul(real(v), imag(w)), mul(imag(v), real(w)))


def _slope_of_arcsin(_: tf.Tensor, z: tf.Tensor) -> tf.Tensor:
    below, above = _roots(z)
    return reciprocal(mul(below, above))


@differentiable(_slope_of_arcsin)
def arcsin(z: tf.Tensor) -> tf.Tensor:
    below, above = _roots(z)
    return complex_of(atan2(real(z), _real_of_product(below, above)), asinh(_imag_of_quotient(below, above)))


@differentiable(lambda w, z: neg(_slope_of_arcsin(w, z)))
def arccos(z: tf.Tensor) -> tf.Tensor:
    below, above = _roots(z)
    angle = mul(like(2, real(z)), atan2(real(below), real(above)))
    return complex_of(angle, asinh(_imag_of_quotient(above, below)))


def arcsinh(z: tf.Tensor) -> tf.Tensor:
    return turned_back(arcsin(turned(z)))


def _roots_about_one(z: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    x, y = real(z), imag(z)
    return sqrt(complex_of(sub(x, like(1, x)), y)), sqrt(complex_of(add(x, like(1, x)), y))


def _slope_of_arccosh(_: tf.Tensor, z: tf.Tensor) -> tf.Tensor:
    less, more = _roots_about_one(z)
    return reciprocal(mul(less, more))


@differentiable(_slope_of_arccosh)
def arccosh(z: tf.Tensor) -> tf.Tensor:
    less, more = _roots_about_one(z)
    size = add(mul(real(less), real(more)), mul(imag(less), imag(more)))
    return complex_of(asinh(size), mul(like(2, size), atan2(imag(less), real(more))))


def _slope_of_arctanh(_: tf.Tensor, z: tf.Tensor) -> tf.Tensor:
    return reciprocal(mul(sub(like(1, z), z), add(like(1, z), z)))


@differentiable(_slope_of_arctanh)
def arctanh(z: tf.Tensor) -> tf.Tensor:
    x, y = real(z), imag(z)
    one, size = like(1, x), gen_math_ops._abs(x)
    away = sub(one, size)
    distance = add(mul(away, away), mul(y, y))
    length = mul(like(0.25, x), gen_math_ops.log1p(gen_math_ops.real_div(mul(like(4, x), size), distance)))
    angle = atan2(mul(like(2, y), y), sub(mul(away, add(one, size)), mul(y, y)))
    return complex_of(with_sign(gen_math_ops.less(x, like(0, x)), length), mul(like(0.5, y), angle))


def arctan(z: tf.Tensor) -> tf.Tensor:
    return turned_back(arctanh(turned(z)))


def _slope_of_tanh(w: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
    return mul(sub(like(1, w), w), add(like(1, w), w))


LARGE = 20.0
"""From here on tanh of a real number is 1 in double precision."""


@differentiable(_slope_of_tanh)
def tanh(z: tf.Tensor) -> tf.Tensor:
    x, y = real(z), imag(z)
    is_large = gen_math_ops.greater(gen_math_ops._abs(x), like(LARGE, x))
    inside = select(is_large, like(0, x), x)
    tangent, sine = gen_math_ops.tan(y), gen_math_ops.sinh(inside)
    beta = add(like(1, x), mul(tangent, tangent))
    denominator = add(like(1, x), mul(beta, mul(sine, sine)))
    real_part = gen_math_ops.real_div(mul(mul(beta, gen_math_ops.cosh(inside)), sine), denominator)
    real_part = select(is_large, gen_math_ops.sign(x), real_part)
    return complex_of(real_part, select(is_large, like(0, x), gen_math_ops.real_div(tangent, denominator)))
