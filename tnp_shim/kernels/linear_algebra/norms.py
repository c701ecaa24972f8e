"""Norms of vectors, with gradients that are finite at 0. Knows tensors only."""

from __future__ import annotations

import functools

import tensorflow as tf

from tnp_shim.kernels.arithmetic import absolute, sign
from tnp_shim.kernels.elementwise import imag, is_zero, like, real, select
from tnp_shim.kernels.linear_algebra.derivatives import safe_reciprocal, with_derivative
from tnp_shim.kernels.linear_algebra.matrices import times
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_math_ops


def _derivative_of_euclidean(results, tensors, upstream):
    return [times(tensors[0], gen_math_ops.mul(upstream[0], safe_reciprocal(results[0])))]


def _squares(x: tf.Tensor) -> tf.Tensor:
    if not x.dtype.is_complex:
        return gen_math_ops.square(x)
    return gen_math_ops.add_v2(*(gen_math_ops.square(part) for part in (real(x), imag(x))))


@functools.cache
def _euclidean(axes: tuple[int, ...]):
    @with_derivative(_derivative_of_euclidean)
    def euclidean(x: tf.Tensor) -> tuple[tf.Tensor]:
        over = constant(axes, tf.int32)
        if not (x.dtype.is_complex or compiled_by_xla()):  # XLA has no EuclideanNorm
            return (gen_math_ops.euclidean_norm(x, over, True),)
        return (gen_math_ops.sqrt(gen_math_ops._sum(_squares(x), over, True)),)

    return euclidean


def euclidean_norm(x: tf.Tensor, axes: tuple[int, ...]) -> tf.Tensor:
    """The root of the sum of squares over axes, which are kept. Its gradients at 0 are 0."""
    return _euclidean(axes)(x)[0]


@functools.cache
def _of_order(order: float, axes: tuple[int, ...]):
    def derivative(results, tensors, upstream):
        (x,), (norm,) = tensors, results
        nothing = is_zero(x)
        share = gen_math_ops.mul(absolute(select(nothing, like(1, x), x)), safe_reciprocal(norm))
        nothing = gen_math_ops.logical_or(nothing, is_zero(norm))
        share = select(nothing, like(1, share), share)
        slope = gen_math_ops.mul(upstream[0], gen_math_ops._pow(share, like(order - 1, share)))
        slope = select(nothing, like(0, slope), slope)
        return [times(sign(select(nothing, like(1, x), x)), slope)]

    @with_derivative(derivative)
    def norm_of_order(x: tf.Tensor) -> tuple[tf.Tensor]:
        sizes = absolute(x)
        powers = gen_math_ops._pow(sizes, like(order, sizes))
        total = gen_math_ops._sum(powers, constant(axes, tf.int32), True)
        return (gen_math_ops._pow(total, like(1 / order, sizes)),)

    return norm_of_order


def norm_of_order(x: tf.Tensor, order: float, axes: tuple[int, ...]) -> tf.Tensor:
    """The root of a sum of powers of moduli over axes, which are kept. Its gradient is 0 where x is."""
    return _of_order(order, axes)(x)[0]
