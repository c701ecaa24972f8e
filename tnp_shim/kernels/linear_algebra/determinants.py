"""Determinants, whose gradients are the cofactors of singular matrices, too. Knows tensors only."""

from __future__ import annotations

import numpy
import tensorflow as tf

from tnp_shim.indexing.checks import every
from tnp_shim.kernels.elementwise import like, select
from tnp_shim.kernels.linear_algebra.derivatives import with_derivative
from tnp_shim.kernels.linear_algebra.equations import inverse, over_matrix, sign_and_log_determinant
from tnp_shim.kernels.linear_algebra.matrices import (
    adjoint,
    conjugated,
    diagonal_matrix,
    diagonal_of,
    identity,
    if_all,
    largest,
    product,
    same_dtype,
    scaled_columns,
    times,
    with_diagonal,
)
from tnp_shim.kernels.linear_algebra.singular_values import singular_system
from tnp_shim.kernels.products import as_column
from tnp_shim.kernels.scans import cumprod
from tnp_shim.kernels.shapes import length
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops


def _of_all_others(x: tf.Tensor) -> tf.Tensor:
    """Along the last axis, the product of all elements but one, for each of them."""
    last = x.shape.rank - 1
    before, behind = (cumprod(x, last, exclusive=True, reverse=reverse) for reverse in (False, True))
    return gen_math_ops.mul(before, behind)


def _phase(left: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    """The determinant of left @ right^H, of unitary matrices."""
    return over_matrix(sign_and_log_determinant(product(left, right, adjoint_y=True))[0])


def _derivative_of_adjugate(results, tensors, upstream):
    left, values, right = singular_system(tensors[0])
    inner = product(right, product(upstream[0], left), adjoint_x=True)
    inner = gen_math_ops.mul(conjugated(_phase(left, right)), inner)
    # the products of all singular values but two
    wide = gen_math_ops.mul(as_column(gen_array_ops.ones_like(values)), gen_array_ops.expand_dims(values, -2))
    others = _of_all_others(with_diagonal(wide, gen_array_ops.ones_like(values)))
    others = with_diagonal(others, gen_array_ops.zeros_like(values))
    along = gen_math_ops.mul(same_dtype(others, inner), as_column(diagonal_of(inner)))
    along = gen_math_ops._sum(along, constant(-2, tf.int32))
    slopes = gen_math_ops.sub(diagonal_matrix(along), times(inner, others))
    return [product(left, product(slopes, right, adjoint_y=True))]


def _by_singular_values(a: tf.Tensor) -> tf.Tensor:
    left, values, right = singular_system(a)
    made = product(scaled_columns(right, _of_all_others(values)), left, adjoint_y=True)
    return gen_math_ops.mul(_phase(left, right), made)


@with_derivative(_derivative_of_adjugate)
def _adjugate(a: tf.Tensor) -> tuple[tf.Tensor]:
    sign, log = sign_and_log_determinant(a)
    defined = over_matrix(gen_math_ops.less_equal(gen_math_ops._abs(log), like(log.dtype.max, log)))
    unit = identity(length(a, -1), a.dtype)
    inverses = inverse(select(defined, a, unit))
    condition = gen_math_ops.mul(largest(a, 2), largest(inverses, 2))
    limit = numpy.finfo(log.dtype.as_numpy_dtype).eps ** -0.5
    usual = gen_math_ops.logical_and(defined, gen_math_ops.less(condition, like(limit, condition)))

    def by_inverse():
        return gen_math_ops.mul(over_matrix(times(sign, gen_math_ops.exp(log))), inverses)

    made = if_all(every(usual), by_inverse, lambda: _by_singular_values(a))
    return (made,)


def _derivative(results, tensors, upstream):
    return [gen_math_ops.mul(over_matrix(upstream[0]), adjoint(_adjugate(tensors[0])[0]))]


@with_derivative(_derivative)
def _determinant(a: tf.Tensor) -> tuple[tf.Tensor]:
    sign, log = sign_and_log_determinant(a)
    return (times(sign, gen_math_ops.exp(log)),)


def determinant(a: tf.Tensor) -> tf.Tensor:
    """The determinant; its first and second gradients are right at singular matrices, too."""
    return _determinant(a)[0]
