"""norm, vector_norm and matrix_norm of numpy.linalg. Knows declarations and kernels."""

from __future__ import annotations

import operator
from typing import Any

import numpy
import tensorflow as tf
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from tnp_shim import dtypes
from tnp_shim.declaration import Tensor, function
from tnp_shim.declaration.ufunc_methods import reduced
from tnp_shim.kernels.arithmetic import absolute
from tnp_shim.kernels.contraction import transpose
from tnp_shim.kernels.elementwise import HALVES, is_zero
from tnp_shim.kernels.linear_algebra.norms import euclidean_norm, norm_of_order
from tnp_shim.kernels.linear_algebra.singular_values import singular_values
from tnp_shim.kernels.reductions import normalize_axes
from tnp_shim.kernels.shapes import lengths, product, rank_of, reshape
from tnp_shim.linalg.inputs import result_dtype
from tnp_shim.promotion import cast
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops
from tnp_shim.ufuncs import UFUNCS

_ADD, _MAXIMUM, _MINIMUM = UFUNCS["add"], UFUNCS["maximum"], UFUNCS["minimum"]


def _inexact(x: tf.Tensor) -> tf.Tensor:
    if x.dtype.is_floating or x.dtype.is_complex:
        return x
    return cast(x, dtypes.to_tf(dtypes.default_float_for(dtypes.FLOAT64)))


def _in_float32(compute: Any, x: tf.Tensor) -> tf.Tensor:
    """Halves are computed in float32 and rounded once."""
    return cast(compute(cast(x, tf.float32)), x.dtype) if x.dtype in HALVES else compute(x)


def _euclidean(x: tf.Tensor, axes: tuple[int, ...]) -> tf.Tensor:
    return _in_float32(lambda x: euclidean_norm(x, axes), x)


def _of_vectors(x: tf.Tensor, order: Any, axis: int) -> tf.Tensor:
    """The norm along one axis, which is kept."""
    if order is None or order == 2:
        return _euclidean(x, (axis,))
    if order == numpy.inf:
        return reduced(_MAXIMUM, absolute(x), axis, True, 0)
    if order == -numpy.inf:
        return reduced(_MINIMUM, absolute(x), axis, True)
    if order == 0:
        there = gen_math_ops.logical_not(is_zero(x))
        return reduced(_ADD, cast(there, absolute(x).dtype), axis, True)
    if order == 1:
        return reduced(_ADD, absolute(x), axis, True)
    if isinstance(order, str):
        raise ValueError(f"Invalid norm order '{order}' for vectors")
    return _in_float32(lambda x: norm_of_order(x, float(order), (axis,)), x)


def _of_singular_values(x: tf.Tensor, rows: int, columns: int, ufunc: Any, initial: Any) -> tf.Tensor:
    front = [axis for axis in range(x.shape.rank) if axis not in (rows, columns)]
    values = singular_values(cast(transpose(x, [*front, rows, columns]), result_dtype(x)))
    norms = reduced(ufunc, values, -1, False, initial)
    for axis in sorted((rows, columns)):
        norms = gen_array_ops.expand_dims(norms, axis)
    return norms


_OF_SINGULAR_VALUES = {2: (_MAXIMUM, 0), -2: (_MINIMUM, None), "nuc": (_ADD, 0)}
_OF_SUMS: dict[float, tuple[bool, Any, int | None]] = {
    1: (True, _MAXIMUM, 0),
    -1: (True, _MINIMUM, None),
    numpy.inf: (False, _MAXIMUM, 0),
    -numpy.inf: (False, _MINIMUM, None),
}
"""Whether columns are added up (or rows), and which of the sums is the norm."""


def _of_matrices(x: tf.Tensor, order: Any, rows: int, columns: int) -> tf.Tensor:
    """The norm over two axes, which are kept."""
    if order in (None, "fro", "f"):
        return _euclidean(x, (rows, columns))
    if order in _OF_SINGULAR_VALUES:
        return _of_singular_values(x, rows, columns, *_OF_SINGULAR_VALUES[order])
    if order not in _OF_SUMS:
        raise ValueError("Invalid norm order for matrices.")
    of_columns, ufunc, initial = _OF_SUMS[order]
    first, second = (rows, columns) if of_columns else (columns, rows)
    return reduced(ufunc, reduced(_ADD, absolute(x), first, True), second, True, initial)


def _without(x: tf.Tensor, axes: tuple[int, ...], keepdims: bool) -> tf.Tensor:
    return x if keepdims else gen_array_ops.squeeze(x, axis=axes) if axes else x


def norm_of(x: tf.Tensor, order: Any, axis: Any, keepdims: bool = False) -> tf.Tensor:
    """`numpy.linalg.norm`"""
    rank = rank_of(x, "linalg.norm")
    x = _inexact(x)
    if axis is None and (
        order is None or (order in ("f", "fro") and rank == 2) or (rank == 1 and order == 2)
    ):
        axes = tuple(range(rank))
        return _without(_euclidean(x, axes), axes, keepdims)
    axes = tuple(range(rank)) if axis is None else axis if isinstance(axis, tuple) else (_index(axis),)
    if len(axes) == 1:
        (along,) = normalize_axis_tuple(axes, rank)
        return _without(_of_vectors(x, order, along), (along,), keepdims)
    if len(axes) != 2:
        raise ValueError("Improper number of dimensions to norm.")
    rows, columns = (normalize_axis_index(operator.index(a), rank) for a in axes)
    if rows == columns:
        raise ValueError("Duplicate axes given.")
    return _without(_of_matrices(x, order, rows, columns), (rows, columns), keepdims)


def _index(axis: Any) -> int:
    try:
        return int(axis)
    except Exception:
        raise TypeError("'axis' must be None, an integer or a tuple of integers") from None


@function(numpy.linalg.norm, scalar=True)
def norm(x: Tensor, ord: Any = None, axis: Any = None, keepdims: bool = False):
    """A norm of vectors or matrices. Differentiable; where a slope is not finite, as at 0, it is 0."""
    return norm_of(x, ord, axis, bool(keepdims))


@function(numpy.linalg.matrix_norm, scalar=True)
def matrix_norm(x: Tensor, /, *, keepdims: bool = False, ord: Any = "fro"):
    """A norm of the matrices of the last two axes. Differentiable, as `norm` is."""
    return norm_of(x, ord, (-2, -1), bool(keepdims))


@function(numpy.linalg.vector_norm, scalar=True)
def vector_norm(x: Tensor, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2):
    """A norm of all elements, or of vectors along one or several axes. Differentiable, as `norm` is."""
    rank = rank_of(x, "linalg.vector_norm")
    if axis is not None and not isinstance(axis, tuple):
        return norm_of(x, ord, axis, bool(keepdims))
    axes: Any = normalize_axes(axis, rank)
    rest = [other for other in range(rank) if other not in axes]
    kept = lengths(x)
    joined = reshape(
        transpose(x, [*axes, *rest]), [product([kept[a] for a in axes]), *(kept[a] for a in rest)]
    )
    norms = norm_of(joined, ord, 0)
    return reshape(norms, [1 if a in axes else n for a, n in enumerate(kept)]) if keepdims else norms
