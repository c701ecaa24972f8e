"""Sorting, searching and the indices of nonzero elements. Knows the declaration and kernels."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import conversion, dtypes
from tnp_shim.declaration import Axis, Tensor, function
from tnp_shim.errors import unknown_shape
from tnp_shim.functions.selection import nonzero_coordinates
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import comparison, shapes, sorting
from tnp_shim.kernels.elementwise import both, like, select
from tnp_shim.promotion import cast, constant, promote_args
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops, known_value


def along_last_axis(body: Any, tensor: tf.Tensor, axis: int | None, name: str) -> tf.Tensor:
    """The result of a body that works along the last axis, along another one (None: of all elements)."""
    if axis is None:
        return body(shapes.flat(tensor))
    if axis == -1 and tensor.shape.rank != 0:
        return body(tensor)
    axis = shapes.normalized_axis(operator.index(axis), tensor, name)
    return sorting.along(body, tensor, axis)


@functools.lru_cache(maxsize=64)
def _check_kind(kind: Any, stable: Any, order: Any) -> None:
    """NumPy's error for a way of sorting that it does not know."""
    numpy.sort(numpy.zeros(1), kind=kind, stable=stable, order=order)


@function(numpy.sort)
def sort(a: Tensor, axis: Axis = -1, kind: Any = None, order: Any = None, stable: Any = None):
    """The elements in order along an axis, NaN last; stable, whatever the kind. Differentiable."""
    if not (kind is None and order is None and stable is None):
        _check_kind(kind, stable, order)
    return along_last_axis(sorting.sort, a, axis, "sort")


@function(numpy.argsort)
def argsort(a: Tensor, axis: Axis = -1, kind: Any = None, order: Any = None, stable: Any = None):
    """The indices that sort along an axis, NaN last; stable, whatever the kind."""
    if not (kind is None and order is None and stable is None):
        _check_kind(kind, stable, order)
    if a.shape.rank == 0:
        a = shapes.flat(a)  # NumPy sorts a number too
    return cast(along_last_axis(sorting.argsort, a, axis, "argsort"), tf.int64)


def _keys_of(keys: Any) -> list[tf.Tensor]:
    """The keys of a sequence of arrays, or of an array along its first axis."""
    if not isinstance(keys, (list, tuple)):
        tensor = conversion.to_tensor(keys)
        if tensor.shape.rank is None or tensor.shape.rank and tensor.shape[0] is None:
            raise unknown_shape("lexsort (the number of keys)")
        return tf.unstack(tensor)
    return [conversion.to_tensor(key) for key in keys]


@function(numpy.lexsort, scalar=True)
def lexsort(keys: Any, axis: Axis = -1):
    """The indices that sort by the last key, where it is equal by the one before, and so on."""
    keys, axis = _keys_of(keys), operator.index(axis)
    if not keys:
        raise TypeError("need sequence of keys with len > 0 in lexsort")
    if any(not key.shape.is_compatible_with(keys[0].shape) for key in keys):
        raise ValueError("all keys need to be the same shape")
    if keys[0].shape.rank == 0:
        return constant(0, tf.int64)
    ordered_by = [part for key in keys for part in sorting.order_keys(key)]
    rank = shapes.rank_of(keys[0], "lexsort")
    axis = shapes.normalized_axis(axis, keys[0], "lexsort")
    swap = [*range(rank)]
    swap[axis], swap[-1] = swap[-1], swap[axis]
    if axis != rank - 1:
        ordered_by = [gen_array_ops.transpose(key, constant(tuple(swap), tf.int32)) for key in ordered_by]
    found = cast(sorting.lexsort(ordered_by), tf.int64)
    return found if axis == rank - 1 else gen_array_ops.transpose(found, constant(tuple(swap), tf.int32))


def _check_partition(a: tf.Tensor, kth: Any, axis: int | None, kind: Any, order: Any) -> None:
    """NumPy's errors for places that an array does not have and for ways of selecting."""
    rank = shapes.rank_of(a, "partition")
    size = a.shape.num_elements() if axis is None else a.shape[axis] if rank else 1
    places = conversion.to_tensor(kth)
    known: Any = known_value(places)
    if known is None and not places.dtype.is_integer:
        raise TypeError("Partition index must be integer")
    if known is not None and size is not None:
        numpy.partition(numpy.zeros(size, numpy.bool_), known, kind=kind, order=order)
    else:
        numpy.partition(numpy.zeros(1, numpy.bool_), 0, kind=kind, order=order)


@function(numpy.partition)
def partition(a: Tensor, kth: Any, axis: Axis = -1, kind: Any = "introselect", order: Any = None):
    """The elements along an axis, sorted: so every one is where a partition around it puts it.

    Differentiable.
    """
    _check_partition(a, kth, axis, kind, order)
    return along_last_axis(sorting.sort, a, axis, "partition")


@function(numpy.argpartition)
def argpartition(a: Tensor, kth: Any, axis: Axis = -1, kind: Any = "introselect", order: Any = None):
    """The indices that sort along an axis: a partition around every element."""
    _check_partition(a, kth, axis, kind, order)
    return cast(along_last_axis(sorting.argsort, shapes.at_least_rank(a, 1), axis, "argpartition"), tf.int64)


@function(numpy.sort_complex)
def sort_complex(a: Tensor):
    """The elements as complex numbers, sorted along the last axis. Differentiable."""
    if a.shape.rank == 0:
        raise ValueError("axis -1 is out of bounds for array of dimension 0")
    ordered = sorting.sort(a)
    if a.dtype.is_complex:
        return ordered
    small = dtypes.to_numpy(a.dtype).char in "bhBH"
    return cast(ordered, tf.complex64 if small else tf.complex128)


def _side(side: Any) -> bool:
    """Whether the side is 'right'; NumPy's error for an unknown one."""
    if side not in ("left", "right"):
        numpy.searchsorted(numpy.zeros(1), 0, side=side)
    return str(side).lower().startswith("r")


@function(numpy.searchsorted, scalar=True)
def searchsorted(a: Tensor, v: Tensor, side: Any = "left", sorter: Any = None):
    """Where elements go into a sorted vector so that it stays sorted."""
    if a.shape.rank not in (1, None):
        raise ValueError("object too deep or too small for desired array")
    right = _side(side)
    if sorter is not None:
        a = _in_order(a, conversion.to_tensor(sorter))
    ordered, values = promote_args("searchsorted", a, v)
    return sorting.search(ordered, values, right)


def _in_order(a: tf.Tensor, sorter: tf.Tensor) -> tf.Tensor:
    """The elements of `a` in the order of the sorter; NumPy's errors for a sorter that does not fit."""
    if not sorter.dtype.is_integer:
        raise TypeError("sorter must only contain integers")
    if not sorter.shape.is_compatible_with(a.shape):
        raise ValueError("sorter.size must equal a.size")
    sorter = cast(sorter, tf.int64)
    if not sorter.shape.is_fully_defined() or not a.shape.is_fully_defined():
        same_size = gen_math_ops.equal(gen_array_ops.size(sorter), gen_array_ops.size(a))
        sorter = asserted(sorter, same_size, "searchsorted: sorter.size must equal a.size", ValueError)
    return sorting.take_by(a, shapes.in_range(sorter, shapes.length(a, 0), "Sorter index out of range."))


@function(numpy.digitize, scalar=True)
def digitize(x: Tensor, bins: Tensor, right: Any = False):
    """The number of the bin of each element, between edges that increase or decrease."""
    if x.dtype.is_complex:
        raise TypeError("x may not be complex")
    known = known_value(bins)
    if known is not None:
        decreasing = _is_decreasing(known)
        ordered = gen_array_ops.reverse_v2(bins, constant((0,), tf.int32)) if decreasing else bins
        edges, values = promote_args("digitize", ordered, x)
        found = sorting.search(edges, values, not right)
        return gen_math_ops.sub(like(known.size, found), found) if decreasing else found
    decreasing = _checked_direction(bins)
    ordered = select(decreasing, gen_array_ops.reverse_v2(bins, constant((0,), tf.int32)), bins)
    edges, values = promote_args("digitize", ordered, x)
    found = sorting.search(edges, values, not right)
    count = shapes.as_length(shapes.length(bins, 0))
    return select(decreasing, gen_math_ops.sub(count, found), found)


def _is_decreasing(bins: numpy.ndarray) -> bool:
    """Whether known edges decrease; NumPy's errors if they neither increase nor decrease."""
    numpy.digitize(numpy.zeros(0), bins)
    return bool((bins[1:] < bins[:-1]).any())


def _checked_direction(bins: tf.Tensor) -> tf.Tensor:
    """Whether unknown edges decrease; a runtime error if they neither increase nor decrease."""
    edges = sorting.order_key(bins)
    before, after = shapes.sliced(edges, 0, None, -1), shapes.sliced(edges, 0, 1, None)
    falls, rises = gen_math_ops.less(after, before), gen_math_ops.greater(after, before)
    decreasing, increasing = (gen_math_ops._any(steps, constant((0,), tf.int32)) for steps in (falls, rises))
    monotonic = gen_math_ops.logical_not(both(decreasing, increasing))
    return asserted(decreasing, monotonic, "bins must be monotonically increasing or decreasing", ValueError)


@function(numpy.nonzero)
def nonzero(a: Tensor):
    """The indices of the elements that are not zero, a vector for each axis. XLA knows no such sizes."""
    return nonzero_coordinates(a)


@function(numpy.flatnonzero)
def flatnonzero(a: Tensor):
    """The indices of the elements that are not zero, in the flattened array. XLA knows no such sizes."""
    return nonzero_coordinates(shapes.flat(a))[0]


@function(numpy.argwhere)
def argwhere(a: Tensor):
    """The indices of the elements that are not zero, a row for each. XLA knows no such sizes."""
    rows = gen_array_ops.where(comparison.nonzero(shapes.at_least_rank(a, 1)))
    return shapes.sliced(rows, 1, None, 0) if a.shape.rank == 0 else rows
