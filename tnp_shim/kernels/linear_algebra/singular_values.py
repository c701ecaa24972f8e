"""The singular value decomposition. Knows tensors only.

XLA's own kernel gives six digits of float64, fails for large and small numbers, and knows no complex ones;
GPUs have none for complex ones: there the rotations are our own (`rotations`).
"""

from __future__ import annotations

import functools

import tensorflow as tf

from tnp_shim.kernels.linear_algebra import rotations
from tnp_shim.kernels.linear_algebra.derivatives import (
    reciprocal_differences,
    rounding_of,
    safe_reciprocal,
    with_derivative,
)
from tnp_shim.kernels.linear_algebra.matrices import (
    all_verified,
    anti_hermitian,
    diagonal_matrix,
    halved,
    is_nan,
    part,
    product,
    real_part,
    same_dtype,
    scaled_columns,
    times,
    verified,
    without_kernel,
)
from tnp_shim.kernels.products import as_column, as_row
from tnp_shim.kernels.shapes import length
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_math_ops


def _kernel(a: tf.Tensor, full: bool) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    if compiled_by_xla() or without_kernel("Svd", a.dtype):
        values, left, right = rotations.singular_system(a, full)
    else:
        values, left, right = tf.raw_ops.Svd(input=a, compute_uv=True, full_matrices=full)
        values = real_part(values)

    message = "SVD did not converge"
    if not compiled_by_xla():
        # no value is negative, so their sum is NaN only if one of them is
        total = gen_math_ops._sum(values, constant(tuple(range(values.shape.rank)), tf.int32))
        return all_verified((left, values, right), gen_math_ops.equal(total, total), message)
    holds = _converged(values)
    return (
        verified(left, as_column(holds), message),
        verified(values, holds, message),
        verified(right, as_column(holds), message),
    )


def _converged(values: tf.Tensor) -> tf.Tensor:
    return gen_math_ops._all(gen_math_ops.logical_not(is_nan(values)), constant(-1, tf.int32), True)


def _without(basis: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """What of columns lies outside the space of a basis."""
    return gen_math_ops.sub(x, product(basis, product(basis, x, adjoint_x=True)))


def _core(values: tf.Tensor, of_left: tf.Tensor, of_right: tf.Tensor) -> tf.Tensor:
    """(E (L + R) + T (L - R)) / 2 with E = 1 / (s[j] - s[i]) and T = 1 / (s[i] + s[j])."""
    apart = reciprocal_differences(values)
    sums = gen_math_ops.add_v2(as_row(values), as_column(values))
    sums = safe_reciprocal(sums, as_column(rounding_of(values)))
    of_both = times(gen_math_ops.add_v2(of_left, of_right), apart)
    return halved(gen_math_ops.add_v2(of_both, times(gen_math_ops.sub(of_left, of_right), sums)))


def _derivative(full: bool, results, tensors, upstream):
    """In the bases of both sides; what lies outside of them belongs to the value 0.

    `full`: the bases have vectors beyond those of the values.
    """
    left, values, right = results
    m, n = tensors[0].shape[-2], tensors[0].shape[-1]
    k = length(values, -1)
    slopes = [product(basis, up, adjoint_x=True) for basis, up in ((left, upstream[0]), (right, upstream[2]))]
    of_left, of_right = (anti_hermitian(x) for x in slopes)
    core = _core(values, part(of_left, k, k), part(of_right, k, k))
    core = gen_math_ops.add_v2(core, same_dtype(diagonal_matrix(upstream[1]), core))
    first_left, first_right = part(left, -1, k), part(right, -1, k)
    made = product(first_left, product(core, first_right, adjoint_y=True))
    inverses = safe_reciprocal(values, rounding_of(values))
    if m is None or n is None or m > n:
        outside = _outside(full, left, of_left, upstream[0], inverses, k)
        made = gen_math_ops.add_v2(made, product(outside, first_right, adjoint_y=True))
    if m is None or n is None or m < n:
        outside = _outside(full, right, of_right, upstream[2], inverses, k)
        made = gen_math_ops.add_v2(made, product(first_left, outside, adjoint_y=True))
    return [made]


def _outside(full, basis, turns, upstream, inverses, k):
    """The part of the slopes of the first vectors that lies outside of their space, over the values."""
    if not full:
        return _without(basis, scaled_columns(upstream, inverses))
    # further vectors turn against the first ones
    further = part(basis, beside=k)
    return product(further, scaled_columns(part(turns, -1, k, below=k), inverses))


@functools.cache
def _system(full: bool):
    @with_derivative(functools.partial(_derivative, full))
    def system(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        return _kernel(a, full)

    return system


def singular_system(a: tf.Tensor, full: bool = False) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The left vectors, the descending values and the right vectors (as columns) of matrices.

    `full`: all the vectors there are, else as many as there are values.
    """
    return _system(full)(a)


def _derivative_of_values(results, tensors, upstream):
    left, _, right = singular_system(tensors[0])
    return [product(scaled_columns(left, upstream[0]), right, adjoint_y=True)]


@with_derivative(_derivative_of_values)
def _values(a: tf.Tensor) -> tuple[tf.Tensor]:
    if compiled_by_xla() or without_kernel("Svd", a.dtype):
        values = rotations.singular_values(a)
    else:
        values = real_part(tf.raw_ops.Svd(input=a, compute_uv=False, full_matrices=False)[0])
    return (verified(values, _converged(values), "SVD did not converge"),)


def singular_values(a: tf.Tensor) -> tf.Tensor:
    """The descending singular values of matrices."""
    return _values(a)[0]
