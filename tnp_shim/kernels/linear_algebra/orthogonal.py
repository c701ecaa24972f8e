"""The QR decomposition, and its Householder reflectors. Knows tensors only."""

from __future__ import annotations

import functools

import numpy
import tensorflow as tf

from tnp_shim.kernels.elementwise import imag, like, select
from tnp_shim.kernels.linear_algebra.derivatives import with_derivative
from tnp_shim.kernels.linear_algebra.elimination import without_pivots
from tnp_shim.kernels.linear_algebra.matrices import (
    adjoint,
    anti_hermitian,
    diagonal_of,
    largest,
    lower,
    modulus,
    part,
    power_of_two,
    product,
    same_dtype,
    shorter_side,
    times,
    with_diagonal,
    without_kernel,
)
from tnp_shim.kernels.shapes import Length, as_length, length
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops


def columns_and_triangle(a: tf.Tensor, full: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
    """Q and R; TensorFlow's kernels square elements, so these must be neither very large nor very small."""
    scale = power_of_two(largest(a, 2))
    scaled = times(a, gen_math_ops.reciprocal(scale))
    dtype = tf.complex128 if without_kernel("Qr", a.dtype) else a.dtype
    q, r = tf.raw_ops.Qr(input=cast(scaled, dtype), full_matrices=full)
    return cast(q, a.dtype), times(cast(r, a.dtype), scale)


def _never_singular(r: tf.Tensor) -> tf.Tensor:
    """Upper triangular matrices; the rounding of the whole stands for a diagonal element next to 0."""
    pivots = diagonal_of(r)
    sizes = modulus(pivots)
    whole = gen_array_ops.squeeze(largest(r, 2), axis=[-1])
    whole = select(gen_math_ops.equal(whole, like(0, whole)), like(1, whole), whole)
    least = gen_math_ops.mul(whole, like(numpy.finfo(sizes.dtype.as_numpy_dtype).eps, sizes))
    return with_diagonal(r, select(gen_math_ops.less(sizes, least), same_dtype(least, r), pivots))


def solved_by_adjoint(r: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """r^-H @ x of upper triangular matrices, finite also where they are singular."""
    return tf.raw_ops.MatrixTriangularSolve(matrix=_never_singular(r), rhs=x, lower=False, adjoint=True)


def _over(x: tf.Tensor, r: tf.Tensor) -> tf.Tensor:
    """x @ r^-H"""
    solved = tf.raw_ops.MatrixTriangularSolve(matrix=_never_singular(r), rhs=adjoint(x), lower=False)
    return adjoint(solved)


def _derivative_of_tall(full: bool):
    """Of matrices with as many rows as columns or more."""

    def derivative(results, tensors, upstream):
        q, r = results
        n = length(r, -1)
        square_part = part(r, n)
        inner = product(q, upstream[0], adjoint_x=True)
        of_r = product(part(upstream[1], n), square_part, adjoint_y=True)
        if full:
            rows = _difference(length(q, -2), n)
            behind = gen_array_ops.zeros_like(part(q, rows, n))
            of_r = gen_array_ops.concat_v2([of_r, behind], constant(-2, tf.int32))
            missing = gen_array_ops.zeros_like(part(q, -1, rows))
            wide = gen_array_ops.concat_v2([of_r, missing], constant(-1, tf.int32))
            turns = anti_hermitian(gen_math_ops.sub(inner, wide))
        else:
            turns = anti_hermitian(gen_math_ops.sub(inner, of_r))
        turns = _of_first_columns(turns, n)
        made = product(q, gen_math_ops.add_v2(of_r, turns))
        if not full:
            outside = gen_math_ops.sub(upstream[0], product(q, inner))
            made = gen_math_ops.add_v2(made, outside)
        return [_over(made, square_part)]

    return derivative


def _of_first_columns(turns: tf.Tensor, n: Length) -> tf.Tensor:
    """The lower triangle, half of it on the diagonal: the phases in which R has a real diagonal."""
    half = times(diagonal_of(turns), like(0.5, imag(turns) if turns.dtype.is_complex else turns))
    return part(with_diagonal(lower(turns, strictly=True), half), -1, n)


def _difference(m: Length, n: Length) -> Length:
    if isinstance(m, int) and isinstance(n, int):
        return m - n
    return gen_math_ops.sub(as_length(m), as_length(n))


@functools.cache
def _of_tall(full: bool):
    @with_derivative(_derivative_of_tall(full))
    def decomposition(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return columns_and_triangle(a, full)

    return decomposition


def decomposition(a: tf.Tensor, full: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
    """Q and R; `full`: all columns of Q, also those that R does not need.

    Of a wide matrix the first columns make Q, and the others are turned by it. Columns of Q beyond those
    of the matrix have no derivative of their own but turn against the others.
    """
    m, n = a.shape[-2], a.shape[-1]
    if m is not None and n is not None and m >= n:
        return _of_tall(full and m > n)(a)
    k = shorter_side(a)
    q, r = _of_tall(full)(part(a, -1, k))
    beside = product(q, part(a, beside=k), adjoint_x=True)
    return q, gen_array_ops.concat_v2([r, beside], constant(-1, tf.int32))


def reflectors(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """What LAPACK's geqrf leaves: R with the reflectors below it, and their factors.

    I - Q = V U, V the reflectors and U upper triangular with the factors on its diagonal.
    """
    q, r = decomposition(a)
    diagonal = diagonal_of(q)
    made = without_pivots(with_diagonal(gen_math_ops.neg(q), gen_math_ops.sub(like(1, q), diagonal)))
    below = lower(made, strictly=True)
    k = shorter_side(a)
    beside = gen_array_ops.zeros_like(part(a, -1, -1, beside=k))
    under = gen_array_ops.zeros_like(part(a, -1, -1, below=k))
    whole = gen_array_ops.concat_v2([below, beside], constant(-1, tf.int32))
    above = gen_array_ops.concat_v2([r, under], constant(-2, tf.int32))
    return gen_math_ops.add_v2(whole, above), diagonal_of(made)
