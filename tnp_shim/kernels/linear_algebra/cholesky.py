"""The Cholesky decomposition, and what happens where there is none. Knows tensors only."""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.indexing.checks import asserted, every
from tnp_shim.kernels.elementwise import like
from tnp_shim.kernels.linear_algebra.derivatives import with_derivative
from tnp_shim.kernels.linear_algebra.matrices import (
    LinAlgError,
    adjoint,
    diagonal_of,
    gradient_of_triangle,
    halved,
    is_nan,
    lower,
    part,
    product,
    real_part,
    same_dtype,
    verified,
    with_diagonal,
)
from tnp_shim.kernels.products import as_column
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import compiled_by_xla, context, gen_math_ops


def _derivative(results, tensors, upstream):
    (factor,) = results
    inner = product(factor, upstream[0], adjoint_x=True)
    middle = with_diagonal(lower(inner), same_dtype(halved(real_part(diagonal_of(inner))), inner))
    # L^-H middle L^-1
    left = tf.raw_ops.MatrixTriangularSolve(matrix=factor, rhs=middle, lower=True, adjoint=True)
    slopes = tf.raw_ops.MatrixTriangularSolve(matrix=factor, rhs=adjoint(left), lower=True, adjoint=True)
    return [gradient_of_triangle(slopes)]


def _failures(a: tf.Tensor, factor: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Where a pivot says that there is no factor, and of each matrix whether its first element says so.

    NaN is no failure: it goes through, as in LAPACK.
    """
    pivots = real_part(diagonal_of(factor))
    # where it fails TensorFlow's kernel fills the triangle of real matrices with NaN, of complex ones with 0
    first, given = (part(x, 1, 1) for x in (factor, a))
    made_nan = gen_math_ops.logical_and(is_nan(first), gen_math_ops.equal(given, given))
    return gen_math_ops.less_equal(pivots, like(0, pivots)), made_nan


def _succeeded(a: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Whether there is a factor, of each matrix."""
    no_root, made_nan = _failures(a, factor)
    failed = gen_math_ops._any(no_root, constant(-1, tf.int32), True)
    # Grappler makes x > 0 of not (x <= 0), which NaN is not
    return gen_math_ops.logical_not(gen_math_ops.logical_or(as_column(failed), made_nan))


def _all_succeeded(a: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Whether there is a factor of all matrices: fewer passes than over each of them."""
    failed = (
        gen_math_ops._any(x, constant(tuple(range(x.shape.rank)), tf.int32)) for x in _failures(a, factor)
    )
    return gen_math_ops.logical_not(gen_math_ops.logical_or(*failed))


@with_derivative(_derivative)
def _cholesky(a: tf.Tensor) -> tuple[tf.Tensor]:
    factor = tf.raw_ops.Cholesky(input=a, name="LinAlgError_Matrix_is_not_positive_definite")
    if factor.shape[-1] == 0:
        return (factor,)
    message = "Matrix is not positive definite"
    if compiled_by_xla():
        return (verified(factor, _succeeded(a, factor), message),)
    if context.executing_eagerly():
        pivots = real_part(diagonal_of(factor))
        if every(gen_math_ops.greater(pivots, like(0, pivots))):
            return (factor,)
    return (asserted(factor, _all_succeeded(a, factor), message, LinAlgError),)


def cholesky(a: tf.Tensor) -> tf.Tensor:
    """The lower factor of the Hermitian matrices given by the lower triangle of `a`.

    Its gradient is that of a function of the lower triangle: 0 in the upper one.
    """
    return _cholesky(a)[0]
