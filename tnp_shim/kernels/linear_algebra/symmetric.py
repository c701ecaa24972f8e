"""Eigenvalues and eigenvectors of Hermitian matrices. Knows tensors only.

XLA's own kernel gives eight digits of float64, and wrong numbers for complex matrices and for very large or
small ones; there the rotations are our own (`rotations`).
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.linear_algebra import rotations
from tnp_shim.kernels.linear_algebra.derivatives import reciprocal_differences, with_derivative
from tnp_shim.kernels.linear_algebra.matrices import (
    diagonal_matrix,
    gradient_of_triangle,
    is_endless,
    lower,
    product,
    real_part,
    same_dtype,
    set_aside,
    times,
)
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_math_ops

_UNSOLVED = "LinAlgError_Eigenvalues_did_not_converge"


def _kernel(a: tf.Tensor) -> tuple[tf.Tensor, ...]:
    if compiled_by_xla():
        return rotations.of_hermitian(a)
    values, vectors = tf.raw_ops.SelfAdjointEigV2(input=a, compute_v=True, name=_UNSOLVED)
    return real_part(values), vectors


def _kernel_of_values(a: tf.Tensor) -> tuple[tf.Tensor, ...]:
    if compiled_by_xla():
        return rotations.of_hermitian(a)[:1]
    return (real_part(tf.raw_ops.SelfAdjointEigV2(input=a, compute_v=False, name=_UNSOLVED)[0]),)


def _endless_below(a: tf.Tensor) -> tf.Tensor:
    return is_endless(lower(a))


def _derivative(results, tensors, upstream):
    values, vectors = results
    turns = times(product(vectors, upstream[1], adjoint_x=True), reciprocal_differences(values))
    inner = gen_math_ops.add_v2(turns, same_dtype(diagonal_matrix(upstream[0]), turns))
    return [gradient_of_triangle(product(vectors, product(inner, vectors, adjoint_y=True)))]


@with_derivative(_derivative)
def eigensystem(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The ascending eigenvalues, and eigenvectors, of the Hermitian matrices given by the lower triangle.

    A matrix with an element that is not finite has NaN for both. The gradient is that of a function of the
    lower triangle.
    """
    values, vectors = set_aside(_kernel, a, _endless_below)
    return values, vectors


def _derivative_of_values(results, tensors, upstream):
    _, vectors = eigensystem(tensors[0])
    inner = same_dtype(diagonal_matrix(upstream[0]), vectors)
    return [gradient_of_triangle(product(vectors, product(inner, vectors, adjoint_y=True)))]


@with_derivative(_derivative_of_values)
def _values(a: tf.Tensor) -> tuple[tf.Tensor]:
    return set_aside(_kernel_of_values, a, _endless_below)


def eigenvalues(a: tf.Tensor) -> tf.Tensor:
    """The ascending eigenvalues of the Hermitian matrices given by the lower triangle."""
    return _values(a)[0]
