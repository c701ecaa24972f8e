"""The pseudo-inverse by singular values, of which small ones are left out. Knows tensors only."""

from __future__ import annotations

import functools

import tensorflow as tf

from tnp_shim.kernels.elementwise import like, select
from tnp_shim.kernels.linear_algebra.derivatives import safe_reciprocal, with_derivative
from tnp_shim.kernels.linear_algebra.matrices import (
    adjoint,
    diagonal_matrix,
    largest,
    product,
    same_dtype,
    scaled_columns,
    times,
)
from tnp_shim.kernels.linear_algebra.singular_values import singular_system
from tnp_shim.kernels.linear_algebra.symmetric import eigensystem
from tnp_shim.kernels.products import as_column, as_row
from tnp_shim.kernels.sorting import argsort
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops


def hermitian_singular_system(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The singular value decomposition of Hermitian matrices out of their eigenvalues."""
    values, vectors = eigensystem(a)
    sizes = gen_math_ops._abs(values)
    order = argsort(gen_math_ops.neg(sizes))
    columns = gen_array_ops.gather_v2(vectors, order, -1, batch_dims=order.shape.rank - 1)
    sorted_values = gen_array_ops.gather_v2(values, order, -1, batch_dims=order.shape.rank - 1)
    positive = gen_math_ops.greater_equal(sorted_values, like(0, values))
    signs = select(positive, like(1, values), like(-1, values))
    return columns, gen_math_ops._abs(sorted_values), scaled_columns(columns, signs)


def _kept(values: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Which singular values are greater than a share of the largest."""
    return gen_math_ops.greater(values, gen_math_ops.mul(as_column(share), largest(values)))


def _of_rank_kept(inverse, a, upstream):
    """The derivative where what is left out is 0, by products alone: right where values coincide, too."""
    adjoined = adjoint(upstream)
    inner = product(inverse, product(upstream, inverse, adjoint_y=True), adjoint_x=True)
    rows = product(product(adjoined, inverse), inverse, adjoint_y=True)
    rows = gen_math_ops.sub(rows, product(a, product(inverse, rows)))
    columns = product(inverse, product(inverse, adjoined), adjoint_x=True)
    columns = gen_math_ops.sub(columns, product(product(columns, inverse), a))
    return gen_math_ops.sub(gen_math_ops.add_v2(rows, columns), inner)


def _of_left_out(values, kept, inner):
    """What is to be added where values that are left out are not 0: pairs of one kept and one left out."""
    mixed = gen_math_ops.not_equal(as_row(kept), as_column(kept))
    large = gen_math_ops.maximum(as_row(values), as_column(values))
    small = gen_math_ops.minimum(as_row(values), as_column(values))
    zero = like(0, values)
    gap = gen_math_ops.mul(gen_math_ops.sub(large, small), gen_math_ops.add_v2(large, small))
    weight = select(mixed, safe_reciprocal(gen_math_ops.mul(large, gap)), zero)
    along = gen_math_ops.mul(small, weight)
    across = gen_math_ops.mul(
        gen_math_ops.mul(small, small), gen_math_ops.mul(weight, safe_reciprocal(large))
    )
    return gen_math_ops.add_v2(times(inner, along), adjoint(times(inner, across)))


def _derivative(results, tensors, upstream):
    inverse, (a, share) = results[0], tensors
    left, values, right = singular_system(a)
    inner = product(right, product(upstream[0], left), adjoint_x=True)
    core = _of_left_out(values, _kept(values, share), inner)
    core = gen_math_ops.add_v2(core, same_dtype(diagonal_matrix(upstream[1]), core))
    beside = product(left, product(core, right, adjoint_y=True))
    return [gen_math_ops.add_v2(_of_rank_kept(inverse, a, upstream[0]), beside), None]


@functools.cache
def _of_system(system):
    @with_derivative(_derivative)
    def pseudo_inverse(a: tf.Tensor, share: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        left, values, right = system(a)
        kept = _kept(values, share)
        inverses = select(kept, gen_math_ops.reciprocal(values), like(0, values))
        return product(scaled_columns(right, inverses), left, adjoint_y=True), values

    return pseudo_inverse


def pseudo_inverse(a: tf.Tensor, share: tf.Tensor, hermitian: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
    """The pseudo-inverse and the singular values; those up to a share of the largest are left out.

    The gradient is that at fixed rank; a Hermitian matrix is to be given whole.
    """
    return _of_system(hermitian_singular_system if hermitian else singular_system)(a, share)
