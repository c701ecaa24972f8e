"""Eigenvalues and eigenvectors of any square matrices. Knows tensors only.

TensorFlow's kernel is for CPUs; under XLA and on GPUs the iteration is our own (`triangular_form`).
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.linear_algebra import triangular_form
from tnp_shim.kernels.linear_algebra.derivatives import reciprocal_differences, with_derivative
from tnp_shim.kernels.linear_algebra.matrices import (
    diagonal_matrix,
    diagonal_of,
    identity,
    largest,
    power_of_two,
    product,
    real_part,
    scaled_columns,
    times,
    without_kernel,
)
from tnp_shim.kernels.linear_algebra.orthogonal import decomposition, solved_by_adjoint
from tnp_shim.kernels.products import as_column
from tnp_shim.kernels.shapes import as_length, length
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_array_ops, gen_math_ops

_UNSOLVED = "LinAlgError_Eigenvalues_did_not_converge"


def _complex_dtype(dtype: tf.DType) -> tf.DType:
    return tf.complex64 if dtype in (tf.float32, tf.complex64) else tf.complex128


def _kernel(a: tf.Tensor, vectors: bool) -> tuple[tf.Tensor, tf.Tensor]:
    scale = power_of_two(largest(a, 2))  # elements are squared
    scaled = times(a, gen_math_ops.reciprocal(scale))
    if compiled_by_xla() or without_kernel("Eig", a.dtype):
        values, basis = triangular_form.eigensystem(scaled, vectors)
    else:
        values, basis = tf.raw_ops.Eig(
            input=scaled, compute_v=vectors, Tout=_complex_dtype(a.dtype), name=_UNSOLVED
        )
    return times(values, gen_array_ops.squeeze(scale, axis=[-1])), basis


def _mean(x: tf.Tensor) -> tf.Tensor:
    count = gen_math_ops.maximum(as_length(length(x, -1)), as_length(1))
    return gen_math_ops.real_div(gen_math_ops._sum(x, constant(-1, tf.int32), True), cast(count, x.dtype))


def _over_basis(vectors: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """vectors^-H x vectors^H"""
    q, r = decomposition(vectors)
    return product(product(q, solved_by_adjoint(r, x)), vectors, adjoint_y=True)


def _of_matrix(a: tf.Tensor, slopes: tf.Tensor) -> tf.Tensor:
    return slopes if a.dtype.is_complex else real_part(slopes)


def _flown(a, values_upstream, turns, vectors):
    """The gradient out of that of the values and the turning of vectors.

    The mean slope of all values is set apart: it is exact also where the vectors are no basis.
    """
    mean = _mean(values_upstream)
    inner = diagonal_matrix(gen_math_ops.sub(values_upstream, mean))
    if turns is not None:
        inner = gen_math_ops.add_v2(inner, turns)
    made = _over_basis(vectors, inner)
    whole = gen_math_ops.mul(as_column(mean), identity(length(a, -1), made.dtype))
    return [_of_matrix(a, gen_math_ops.add_v2(made, whole))]


def _derivative(results, tensors, upstream):
    values, vectors = results
    along = real_part(diagonal_of(product(vectors, upstream[1], adjoint_x=True)))
    # vectors keep their length
    across = gen_math_ops.sub(upstream[1], scaled_columns(vectors, along))
    apart = gen_math_ops.conj(reciprocal_differences(values))
    turns = gen_math_ops.mul(product(vectors, across, adjoint_x=True), apart)
    return _flown(tensors[0], upstream[0], turns, vectors)


@with_derivative(_derivative)
def eigensystem(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The eigenvalues and the eigenvectors, of length 1, as complex numbers."""
    values, vectors = _kernel(a, True)
    return values, vectors


def _derivative_of_values(results, tensors, upstream):
    _, vectors = eigensystem(tensors[0])
    return _flown(tensors[0], upstream[0], None, vectors)


@with_derivative(_derivative_of_values)
def _values(a: tf.Tensor) -> tuple[tf.Tensor]:
    return (_kernel(a, False)[0],)


def eigenvalues(a: tf.Tensor) -> tf.Tensor:
    """The eigenvalues as complex numbers."""
    return _values(a)[0]
