"""Equations, inverses, powers, ranks and determinants of numpy.linalg. Knows declarations and kernels."""

from __future__ import annotations

import operator
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.conversion import to_tensor
from tnp_shim.declaration import Tensor, function
from tnp_shim.functions.views import as_array
from tnp_shim.kernels.linear_algebra import determinants
from tnp_shim.kernels.linear_algebra import equations as kernels
from tnp_shim.kernels.linear_algebra.matrices import (
    LinAlgError,
    identity,
    square,
    with_same_batch,
)
from tnp_shim.kernels.products import as_column, matrix_product
from tnp_shim.kernels.shapes import broadcast_to, length, lengths, rank_of, reshape
from tnp_shim.kernels.shapes import product as product_of
from tnp_shim.linalg.inputs import result_dtype, square_matrices
from tnp_shim.promotion import cast, constant, shape_of
from tnp_shim.tensorflow_internals import gen_array_ops

SlogdetResult = type(numpy.linalg.slogdet(numpy.eye(1)))


@function(numpy.linalg.solve)
def solve(a: Tensor, b: Tensor):
    """The solution x of a @ x = b; `b` is a vector only if it has one axis. Differentiable.

    LinAlgError where a matrix is singular: in a graph an error when it runs, under XLA, which has none, NaN.
    """
    dtype = result_dtype(a, b)
    a, b = square_matrices(a, "solve"), cast(b, dtype)
    return _solved(cast(a, dtype), b)


def _solved(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    is_vector = rank_of(b, "linalg.solve") == 1
    a, b = with_same_batch(a, as_column(b) if is_vector else b)
    x = kernels.solution(a, b)
    return gen_array_ops.squeeze(x, axis=[-1]) if is_vector else x


@function(numpy.linalg.inv)
def inv(a: Tensor):
    """The inverse of matrices. Differentiable.

    LinAlgError where a matrix is singular: in a graph an error when it runs, under XLA, which has none, NaN.
    """
    return kernels.inverse(square_matrices(a, "inv"))


@function(numpy.linalg.tensorsolve)
def tensorsolve(a: Tensor, b: Tensor, axes: Any = None):
    """The solution x of a tensor equation: the sum of products of `a` and `x` over all axes of `x` is `b`."""
    rank = rank_of(a, "linalg.tensorsolve")
    order = [*range(rank)]
    for axis in axes or ():
        order.remove(axis)
        order.insert(rank, axis)
    a = gen_array_ops.transpose(a, constant(tuple(order), tf.int32))
    sizes = lengths(a)[b.shape.rank - rank :] if b.shape.rank != rank else lengths(a)
    n = product_of(sizes)
    if isinstance(n, int) and a.shape.num_elements() not in (None, n * n):
        raise LinAlgError("Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == ...")
    dtype = result_dtype(a, b)
    x = _solved(cast(reshape(a, (n, n)), dtype), cast(reshape(b, (-1,)), dtype))
    return reshape(x, sizes)


@function(numpy.linalg.tensorinv)
def tensorinv(a: Tensor, ind: Any = 2):
    """The inverse for sums of products over the first `ind` axes."""
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    sizes = [lengths(a)[i] for i in range(rank_of(a, "linalg.tensorinv"))]
    a = square_matrices(reshape(a, (product_of(sizes[ind:]), -1)), "tensorinv")
    return reshape(kernels.inverse(a), sizes[ind:] + sizes[:ind])


@function(numpy.linalg.matrix_power)
def matrix_power(a: Any, n: Any) -> Any:
    """Matrices to a whole power, by repeated squaring; negative ones of the inverse. Differentiable.

    To the power 1 it is the array itself.
    """
    given, a = a, to_tensor(a)
    rank_of(a, "linalg.matrix_power")
    a = square(a)
    try:
        n = operator.index(n)
    except TypeError:
        raise TypeError("exponent must be an integer") from None
    if n == 1:
        return as_array(given)
    if n == 0:
        return broadcast_to(identity(length(a, -1), a.dtype), shape_of(a))
    if n < 0:
        a, n = kernels.inverse(square_matrices(a, "matrix_power")), -n
    power = None
    while n:
        n, odd = divmod(n, 2)
        if odd:
            power = a if power is None else matrix_product(power, a)
        a = matrix_product(a, a) if n else a
    return power


@function(numpy.linalg.det, scalar=True)
def det(a: Tensor):
    """The determinant. Its first and second gradients are right at singular matrices, too."""
    return determinants.determinant(square_matrices(a, "det"))


@function(numpy.linalg.slogdet, scalar=True)
def slogdet(a: Tensor):
    """The sign (or phase) of the determinant, and the logarithm of its modulus.

    Differentiable; where a matrix is singular, and the logarithm -inf, the gradient is 0.
    """
    return SlogdetResult(*kernels.sign_and_log_determinant(square_matrices(a, "slogdet")))
