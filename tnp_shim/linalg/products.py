"""Products and parts of arrays as numpy.linalg has them: stricter than NumPy's own. Knows declarations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import Array
from tnp_shim.declaration import DType, Tensor, Tensors, arrays, function
from tnp_shim.functions import parts, products, views
from tnp_shim.kernels.linear_algebra.matrices import LinAlgError
from tnp_shim.kernels.products import as_column, as_row, matrix_product
from tnp_shim.kernels.shapes import rank_of
from tnp_shim.promotion import promote_args
from tnp_shim.tensorflow_internals import gen_array_ops
from tnp_shim.ufuncs import UFUNCS

_MATMUL, _VECDOT = UFUNCS["matmul"], UFUNCS["vecdot"]


def _body_of(declared: Any) -> Any:
    return declared.__wrapped_body__


_outer, _cross, _dot = map(_body_of, (products.outer, products.cross, products.dot))
_trace, _tensordot = map(_body_of, (products.trace, products.tensordot))


@function(numpy.linalg.outer)
def outer(x1: Tensor, x2: Tensor, /):
    """Products of every element of one vector with every element of another. Differentiable."""
    if x1.shape.rank != 1 or x2.shape.rank != 1:
        raise ValueError("Input arrays must be one-dimensional")
    return _outer(x1, x2)


@function(numpy.linalg.cross)
def cross(x1: Tensor, x2: Tensor, /, *, axis: Any = -1):
    """Cross product of vectors of three components along an axis. Differentiable."""
    if x1.shape[axis] not in (3, None) or x2.shape[axis] not in (3, None):
        raise ValueError("Both input arrays must be (arrays of) 3-dimensional vectors")
    return _cross(x1, x2, axis=axis)


@function(numpy.linalg.trace, scalar=True)
def trace(x: Tensor, /, *, offset: Any = 0, dtype: DType = None):
    """Sums over the diagonals of the matrices of the last two axes. Differentiable."""
    return _trace(x, offset, -2, -1, dtype)


@function(numpy.linalg.tensordot)
def tensordot(x1: Tensor, x2: Tensor, /, *, axes: Any = 2):
    """Sum of products over the given axes of both. Differentiable."""
    return _tensordot(x1, x2, axes)


@arrays(numpy.linalg.matmul, route="native")
def matmul(x1: Any, x2: Any, /) -> Any:
    """The product of matrices in the last two axes. Differentiable."""
    return _MATMUL(x1, x2)


@arrays(numpy.linalg.vecdot, route="native")
def vecdot(x1: Any, x2: Any, /, *, axis: Any = -1) -> Any:
    """Sums of products along an axis, the first factor conjugated. Differentiable."""
    return _VECDOT(x1, x2, axis=axis)


@arrays(numpy.linalg.diagonal)
def diagonal(x: Any, /, *, offset: Any = 0) -> Array:
    """The diagonals of the matrices of the last two axes, as a read-only view."""
    return parts.diagonal(x, offset, -2, -1)


@arrays(numpy.linalg.matrix_transpose)
def matrix_transpose(x: Any, /) -> Array:
    """The matrices of the last two axes transposed, as a view."""
    return views.matrix_transpose(x)


_SIZE_OF_UNKNOWN = 16
"""What a side of unknown length is taken to have when the order of products is chosen."""


def _cheapest_splits(sizes: Sequence[int]) -> list[list[int]]:
    """Of the product of matrices i to j, each of sizes[i] x sizes[i + 1], behind which one it is split."""
    n = len(sizes) - 1
    costs = [[0.0] * n for _ in range(n)]
    splits = [[0] * n for _ in range(n)]
    for span in range(1, n):
        for i in range(n - span):
            j = i + span
            ways = [
                (costs[i][k] + costs[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            ]
            costs[i][j], splits[i][j] = min(ways)
    return splits


def _multiplied(matrices: Sequence[tf.Tensor], splits: Sequence[Sequence[int]], i: int, j: int) -> tf.Tensor:
    if i == j:
        return matrices[i]
    k = splits[i][j]
    left, right = _multiplied(matrices, splits, i, k), _multiplied(matrices, splits, k + 1, j)
    return matrix_product(*promote_args("multi_dot", left, right))


@function(numpy.linalg.multi_dot, scalar=True)
def multi_dot(arrays: Tensors, *, out: Any = None):
    """The product of two or more matrices in the cheapest order; the ends may be vectors. Differentiable.

    The order follows from the static shapes; an unknown side counts as 16.
    """
    if len(arrays) < 2:
        raise ValueError("Expecting at least two arrays.")
    if len(arrays) == 2:
        return products.write_product("linalg.multi_dot", _dot(*arrays), out)
    is_row, is_column = (rank_of(arrays[i], "linalg.multi_dot") == 1 for i in (0, -1))
    matrices = list(arrays)
    matrices[0] = as_row(matrices[0]) if is_row else matrices[0]
    matrices[-1] = as_column(matrices[-1]) if is_column else matrices[-1]
    for x in matrices:
        if rank_of(x, "linalg.multi_dot") != 2:
            raise LinAlgError(f"{x.shape.rank}-dimensional array given. Array must be two-dimensional")
    sizes = [x.shape[0] for x in matrices] + [matrices[-1].shape[1]]
    splits = _cheapest_splits([_SIZE_OF_UNKNOWN if n is None else n for n in sizes])
    product = _multiplied(matrices, splits, 0, len(matrices) - 1)
    if not (is_row or is_column):
        return products.write_product("linalg.multi_dot", product, out)
    if out is None:
        return gen_array_ops.squeeze(product, axis=[0] * is_row + [1] * is_column)
    written = products.write_product("linalg.multi_dot", product, out)  # which has two axes, as in NumPy
    return written[0, 0] if is_row and is_column else written.ravel()
