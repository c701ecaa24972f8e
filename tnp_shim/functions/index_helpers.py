"""Index arrays and grids: what is made to index other arrays with. Knows the array and the declaration."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import scalar, wrap
from tnp_shim.conversion import is_tensor_like, to_shape, to_size, to_tensor
from tnp_shim.declaration import DType, Shape, Size, Tensor, Tensors, arrays, function
from tnp_shim.errors import unknown_shape
from tnp_shim.functions import parts, views
from tnp_shim.functions.selection import nonzero_coordinates, within
from tnp_shim.kernels.elementwise import select
from tnp_shim.kernels.shapes import (
    LARGEST_EMBEDDED,
    Length,
    along,
    as_length,
    broadcast_shape,
    broadcast_to,
    counting,
    embedded,
    filled,
    flat,
    gather,
    in_range,
    length,
    product,
    rank_of,
    repeat_indices,
    vector,
)
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

s_ = numpy.s_
index_exp = numpy.index_exp
ndindex = numpy.ndindex


def sizes_of(shape: Any) -> list[Length]:
    """The sizes in a `Shape` argument."""
    if not isinstance(shape, tf.Tensor):
        return list(shape)
    if shape.shape[0] is None:
        raise unknown_shape("a number of dimensions")
    return tf.unstack(shape)


@function(numpy.indices)
def indices(dimensions: Shape, dtype: DType = dtypes.INT64, sparse: bool = False):
    """The index of each element of an array of these dimensions, axis by axis."""
    sizes = sizes_of(dimensions)
    tensor_dtype = dtypes.to_tf(dtype)
    if dtype == dtypes.BOOL and any(isinstance(n, int) and n > 2 for n in sizes):
        raise TypeError("arange() is only supported for booleans when the result has at most length 2.")
    lines = [along(cast(counting(n), tensor_dtype), axis, len(sizes)) for axis, n in enumerate(sizes)]
    if sparse:
        return tuple(lines)
    if not lines:
        return filled((0,), constant(0, tensor_dtype))
    full = vector(sizes) if isinstance(dimensions, tf.Tensor) else dimensions
    return gen_array_ops.pack([broadcast_to(line, full) for line in lines])


@arrays(numpy.meshgrid, route="native")
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    """Coordinate arrays of a grid from coordinate vectors; views of them with `copy=False`."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    rank = len(xi)
    axes = [1, 0, *range(2, rank)] if indexing == "xy" and rank > 1 else [*range(rank)]
    if not copy:
        lines = [
            views.reshape(views.as_array(x), tuple(-1 if a == axis else 1 for a in range(rank)))
            for x, axis in zip(xi, axes, strict=True)
        ]
        return lines if sparse else parts.broadcast_arrays(*lines)
    tensors = [along(flat(to_tensor(x)), axis, rank) for x, axis in zip(xi, axes, strict=True)]
    if not sparse and tensors:
        shape = broadcast_shape(*tensors)
        tensors = [broadcast_to(tensor, shape) for tensor in tensors]
    return tuple(wrap(tensor) for tensor in tensors)


@arrays(numpy.ix_, route="native")
def ix_(*args: Any) -> tuple[Any, ...]:
    """Vectors along an axis each, that together index their product; bool ones count as masks."""
    lines = []
    for axis, arg in enumerate(args):
        array = views.as_array(arg)
        if array.ndim != 1:
            raise ValueError("Cross index must be 1 dimensional")
        tensor = to_tensor(array)
        if tensor.dtype == tf.bool:
            array = wrap(nonzero_coordinates(tensor)[0])
        elif tensor.shape[0] == 0 and not is_tensor_like(arg):
            array = wrap(cast(tensor, tf.int64))
        lines.append(views.reshape(array, tuple(-1 if a == axis else 1 for a in range(len(args)))))
    return tuple(lines)


@function(numpy.ravel_multi_index, scalar=True)
def ravel_multi_index(multi_index: Tensors, dims: Shape, mode: Any = "raise", order: str = "C"):
    """The indices into the flattened array of a tuple of index arrays.

    An invalid index raises ValueError, when the graph runs if it is unknown while tracing.
    """
    sizes = sizes_of(dims)
    modes = [mode] * len(sizes) if isinstance(mode, str) else list(mode)
    if not all(t.dtype.is_integer or t.dtype == tf.bool for t in multi_index):
        raise TypeError("only int indices permitted")
    axes = list(zip(multi_index, sizes, modes, strict=True))
    if order not in ("C", "F"):
        raise ValueError("only 'C' or 'F' order is permitted")
    result: tf.Tensor | None = None
    for index, size, how in axes if order == "C" else reversed(axes):
        index = cast(index, tf.int64)
        if how == "raise":
            index = in_range(index, size, "invalid entry in coordinates array")
        else:
            index = within(index, size, how)
        result = (
            index if result is None else gen_math_ops.add_v2(gen_math_ops.mul(result, as_length(size)), index)
        )
    as_length(product(sizes))  # OverflowError if the flattened array cannot be indexed
    return result


@function(numpy.unravel_index, scalar=True)
def unravel_index(indices: Tensor, shape: Shape, order: str = "C"):
    """A tuple of index arrays from indices into the flattened array.

    An invalid index raises ValueError, when the graph runs if it is unknown while tracing.
    """
    if not indices.dtype.is_integer:
        raise TypeError("only int indices permitted")
    if order not in ("C", "F"):
        raise ValueError("only 'C' or 'F' order is permitted")
    sizes = sizes_of(shape)
    rest = in_range(cast(indices, tf.int64), product(sizes), "index is out of bounds for the array")
    found = []
    for size in reversed(sizes) if order == "C" else sizes:
        found.append(gen_math_ops.floor_mod(rest, as_length(size)))
        rest = gen_math_ops.floor_div(rest, as_length(size))
    return tuple(reversed(found) if order == "C" else found)


def _runs(starts: tf.Tensor, stops: tf.Tensor, total: Length | None) -> tuple[tf.Tensor, tf.Tensor]:
    """Row and column of each element in columns start to stop of each row; `total` of them, if known."""
    counts = gen_math_ops.maximum(gen_math_ops.sub(stops, starts), as_length(0))
    row = repeat_indices(counts, total)
    before = gen_math_ops.cumsum(counts, constant(0, tf.int32), exclusive=True)
    shift = gather(gen_math_ops.sub(starts, before), row, 0)
    return row, gen_math_ops.add_v2(counting(length(row, 0)), shift)


def _triangle_indices(n: Length, k: Length, m: Length | None, lower: bool) -> tuple[tf.Tensor, ...]:
    m = n if m is None else m
    total = None
    if all(isinstance(number, int) for number in (n, k, m)):
        total = numpy.tri(n, m, k if lower else k - 1, bool).sum()
        total = int(total if lower else n * m - total)
        if tf.executing_eagerly() or total <= LARGEST_EMBEDDED:
            return tuple(map(embedded, numpy.tril_indices(n, k, m) if lower else numpy.triu_indices(n, k, m)))
    columns = as_length(m)
    offset = gen_math_ops.add_v2(as_length(k), as_length(1 if lower else 0))
    bound = gen_math_ops.add_v2(counting(n), offset)
    bound = gen_math_ops.minimum(gen_math_ops.maximum(bound, as_length(0)), columns)
    zeros = gen_array_ops.zeros_like(bound)
    return _runs(zeros, bound, total) if lower else _runs(bound, gen_math_ops.add_v2(zeros, columns), total)


@function(numpy.tril_indices)
def tril_indices(n: Size, k: Size = 0, m: Size = None):
    """The indices of the lower triangle of a matrix of n rows and m columns."""
    return _triangle_indices(n, k, m, lower=True)


@function(numpy.triu_indices)
def triu_indices(n: Size, k: Size = 0, m: Size = None):
    """The indices of the upper triangle of a matrix of n rows and m columns."""
    return _triangle_indices(n, k, m, lower=False)


def _rows_and_columns(arr: tf.Tensor, name: str) -> list[Length]:
    if rank_of(arr, name) != 2:
        raise ValueError("input array must be 2-d")
    return [length(arr, 0), length(arr, 1)]


@function(numpy.tril_indices_from)
def tril_indices_from(arr: Tensor, k: Size = 0):
    """The indices of the lower triangle of a matrix."""
    rows, columns = _rows_and_columns(arr, "tril_indices_from")
    return _triangle_indices(rows, k, columns, lower=True)


@function(numpy.triu_indices_from)
def triu_indices_from(arr: Tensor, k: Size = 0):
    """The indices of the upper triangle of a matrix."""
    rows, columns = _rows_and_columns(arr, "triu_indices_from")
    return _triangle_indices(rows, k, columns, lower=False)


@function(numpy.diag_indices)
def diag_indices(n: Size, ndim: int = 2):
    """The indices of the main diagonal of an array of `ndim` axes of length n."""
    return (counting(n),) * ndim


@function(numpy.diag_indices_from)
def diag_indices_from(arr: Tensor):
    """The indices of the main diagonal of an array whose axes all have one length."""
    rank = rank_of(arr, "diag_indices_from")
    if rank < 2:
        raise ValueError("input array must be at least 2-d")
    if len({n for n in arr.shape if n is not None}) > 1:
        raise ValueError("All dimensions of input must be of equal length")
    size = length(arr, 0)
    if not isinstance(size, int):
        sizes = gen_array_ops.shape(arr, out_type=tf.int64)
        is_square = gen_math_ops._all(gen_math_ops.equal(sizes, size), constant((0,), tf.int32))
        size = in_range(
            select(is_square, size, as_length(-1)), 2**62, "All dimensions must be of equal length"
        )
    return (counting(size),) * rank


@arrays(numpy.mask_indices, route="native")
def mask_indices(n: Any, mask_func: Any, k: Any = 0) -> tuple[Any, ...]:
    """The indices where a function such as `triu` leaves an n by n array of ones."""
    size = to_size(n, "mask_indices")
    mask = mask_func(wrap(filled(vector([size, size]), constant(1, tf.int64))), k)
    return tuple(wrap(index) for index in nonzero_coordinates(to_tensor(mask)))


class ndenumerate:
    """Iterate over pairs of an index and the element there."""

    def __init__(self, arr: Any) -> None:
        self._array = views.as_array(arr)
        self._indices = numpy.ndindex(*self._array.shape)

    def __next__(self) -> tuple[tuple[int, ...], Any]:
        index = next(self._indices)
        return index, self._array[index]

    def __iter__(self) -> ndenumerate:
        return self


@arrays(numpy.broadcast_shapes)
def broadcast_shapes(*args: Any) -> tuple[Any, ...]:
    """The shape to which shapes broadcast; sizes unknown while tracing are 0-d arrays."""
    shapes = [to_shape(shape, "broadcast_shapes") for shape in args]
    if not any(isinstance(shape, tf.Tensor) for shape in shapes):
        return numpy.broadcast_shapes(*shapes)
    result = vector(shapes[0])
    for shape in shapes[1:]:
        result = gen_array_ops.broadcast_args(result, vector(shape))
    return tuple(scalar(size, dtypes.INT64) for size in tf.unstack(result))
