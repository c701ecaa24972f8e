"""Linear equations, inverses and determinants. Knows tensors only.

TensorFlow's kernels raise where a pivot is 0, and, unlike LAPACK's, where it is NaN: matrices with a NaN are
set aside. XLA has no kernel for complex matrices, nor any for determinants; there the elimination is our
own (`elimination`), and NaN stands for the solution that does not exist.
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.elementwise import like, select
from tnp_shim.kernels.linear_algebra import elimination
from tnp_shim.kernels.linear_algebra.derivatives import with_derivative
from tnp_shim.kernels.linear_algebra.matrices import (
    adjoint,
    identity,
    is_nan,
    product,
    real_part,
    same_dtype,
    set_aside,
)
from tnp_shim.kernels.shapes import length
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_array_ops, gen_math_ops

_SINGULAR = "LinAlgError_Singular_matrix"


def _derivative_of_inverse(results, tensors, upstream):
    (x,) = results
    return [gen_math_ops.neg(product(x, product(upstream[0], x, adjoint_y=True), adjoint_x=True))]


@with_derivative(_derivative_of_inverse)
def _inverse(a: tf.Tensor) -> tuple[tf.Tensor]:
    if compiled_by_xla():
        return (elimination.solve(a, identity(length(a, -1), a.dtype)),)
    return set_aside(lambda a: (tf.raw_ops.MatrixInverse(input=a, name=_SINGULAR),), a, is_nan)


def inverse(a: tf.Tensor) -> tf.Tensor:
    """The inverse of square matrices."""
    return _inverse(a)[0]


def _derivative_of_solution(results, tensors, upstream):
    (x,), (a, _) = results, tensors
    of_b = solution(adjoint(a), upstream[0])
    return [gen_math_ops.neg(product(of_b, x, adjoint_y=True)), of_b]


@with_derivative(_derivative_of_solution)
def _solution(a: tf.Tensor, b: tf.Tensor) -> tuple[tf.Tensor]:
    if compiled_by_xla():
        return (elimination.solve(a, b),)
    return set_aside(lambda a: (tf.raw_ops.MatrixSolve(matrix=a, rhs=b, name=_SINGULAR),), a, is_nan)


def solution(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """The solution x of a @ x = b, of stacks of matrices of one shape in front."""
    return _solution(a, b)[0]


def _sign_and_log(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    if compiled_by_xla():
        return elimination.sign_and_log_determinant(a)
    sign, log = tf.raw_ops.LogMatrixDeterminant(input=a)
    return sign, real_part(log)


def _derivative_of_log_determinant(results, tensors, upstream):
    (sign, log), (a,) = results, tensors
    defined = gen_math_ops.less_equal(gen_math_ops._abs(log), like(log.dtype.max, log))
    defined = over_matrix(defined)
    safe = select(defined, a, identity(length(a, -1), a.dtype))
    slope = adjoint(inverse(safe))
    weight = same_dtype(upstream[1], a)
    if a.dtype.is_complex:  # the phase turns by the imaginary part of tr(a^-1 da)
        turn = gen_math_ops.mul(gen_math_ops.conj(upstream[0]), sign)
        weight = gen_math_ops.sub(weight, _imaginary(turn))
    made = gen_math_ops.mul(over_matrix(weight), slope)
    return [select(defined, made, like(0, made))]


def _imaginary(x: tf.Tensor) -> tf.Tensor:
    """The imaginary part times i."""
    return gen_math_ops.sub(x, same_dtype(real_part(x), x))


def over_matrix(x: tf.Tensor) -> tf.Tensor:
    """A number for each matrix, with the axes of a matrix."""
    return gen_array_ops.expand_dims(
        gen_array_ops.expand_dims(x, constant(-1, tf.int32)), constant(-1, tf.int32)
    )


@with_derivative(_derivative_of_log_determinant)
def sign_and_log_determinant(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The sign (or phase) and the logarithm of the modulus of the determinant.

    Where a matrix is singular the sign is 0, the logarithm -inf, and the gradient 0.
    """
    return _sign_and_log(a)
