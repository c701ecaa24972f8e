"""Functions that write into an array: copyto, put, place, putmask, ... Knows the declaration and kernels.

A body gives the new value of the array that is written. All are differentiable, in the old value of the
array and in the values written.
"""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf
from numpy.lib.array_utils import normalize_axis_index

from tnp_shim import conversion, dtypes
from tnp_shim.array import ndarray
from tnp_shim.declaration import Axis, Tensor, writes
from tnp_shim.functions.selection import check_mode, within
from tnp_shim.indexing import plan
from tnp_shim.indexing.checks import asserted, every, spelled
from tnp_shim.indexing.scatter import scattered
from tnp_shim.indexing.values import broadcast_value, broadcasts, checked_value
from tnp_shim.kernels import comparison, shapes
from tnp_shim.kernels.elementwise import select
from tnp_shim.kernels.shapes import Length
from tnp_shim.promotion import cast, constant, shape_of
from tnp_shim.storage import static_shape
from tnp_shim.subscripts import value_for
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops, known_value


def _values_for(tensor: tf.Tensor, values: Any) -> tf.Tensor:
    """Values as a vector of the dtype of what they are written into, cast as an assignment casts."""
    return shapes.flat(value_for(values, dtypes.to_numpy(tensor.dtype)))


def _safe_values_for(tensor: tf.Tensor, values: Any) -> tf.Tensor:
    """As `_values_for`, but arrays (no numbers and lists) are cast only where nothing can be lost."""
    if isinstance(values, (numpy.ndarray, ndarray, tf.Tensor, tf.Variable)):
        source, target = dtypes.canonical(values.dtype), dtypes.to_numpy(tensor.dtype)
        if not numpy.can_cast(source, target, "safe"):
            raise TypeError(
                f"Cannot cast array data from {source!r} to {target!r} according to the rule 'safe'"
            )
    return _values_for(tensor, values)


def _size(tensor: tf.Tensor) -> Length:
    known = tensor.shape.num_elements()
    return gen_array_ops.size(tensor, out_type=tf.int64) if known is None else known


def _cycled(values: tf.Tensor, numbers: tf.Tensor) -> tf.Tensor:
    """The values with these numbers, where after the last one the first follows again."""
    count = shapes.length(values, 0)
    if isinstance(count, int):
        if count == 1:
            return shapes.reshape(values, ())
    else:  # one more behind them, for if there turn out to be none
        zero = gen_array_ops.fill(constant((1,), tf.int32), constant(0, values.dtype))
        values = gen_array_ops.concat_v2([values, zero], constant(0, tf.int32))
        count = gen_math_ops.maximum(count, shapes.as_length(1))
    return shapes.gather(values, gen_math_ops.floor_mod(numbers, shapes.as_length(count)), 0)


def _repeated(values: tf.Tensor, size: Length) -> tf.Tensor:
    """The values over and over again, so many of them in all; a scalar where there is one value only."""
    if isinstance(size, int) and values.shape[0] == size != 1:
        return values
    return _cycled(values, shapes.counting(size))


def _none_if_empty(mask: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """The mask, but false everywhere if there turn out to be no values."""
    count = shapes.length(values, 0)
    if isinstance(count, int):
        return mask
    return gen_math_ops.logical_and(mask, gen_math_ops.greater(count, shapes.as_length(0)))


def _indices(ind: Any) -> tf.Tensor:
    """The indices of `put` as integers: arrays are cast safely, numbers and lists anyhow."""
    indices = shapes.flat(conversion.to_tensor(ind))
    if hasattr(ind, "dtype") and not numpy.can_cast(dtypes.to_numpy(indices.dtype), numpy.int64, "safe"):
        raise TypeError(f"put: indices of {indices.dtype.name} cannot be cast safely to int64")
    return indices if indices.dtype in (tf.int32, tf.int64) else cast(indices, tf.int64)


@writes(numpy.put, "a")
def put(a: Tensor, ind: Any, v: Any, mode: Any = "raise"):
    """Write values, over and over again, to places in the flattened array; the last of duplicates wins."""
    values, indices = _values_for(a, v), _indices(ind)
    check_mode(mode)
    if values.shape[0] == 0 or indices.shape[0] == 0:
        return a
    count, size = shapes.length(indices, 0), _size(a)
    if isinstance(size, int) and size == 0:
        raise IndexError("cannot replace elements of an empty array")
    indices = within(indices, size, mode)
    if values.shape[0] is None:
        some = gen_math_ops.greater(shapes.length(values, 0), shapes.as_length(0))
        count = select(some, shapes.as_length(count), shapes.as_length(0))
        indices = shapes.sliced(indices, 0, 0, count)
    written = shapes.broadcast_to(_repeated(values, count), [count])
    known = known_value(indices)
    new = scattered(shapes.flat(a), indices if known is None else known.astype(numpy.int64), written)
    return _in_shape_of(new, a)


def _in_shape_of(tensor: tf.Tensor, model: tf.Tensor) -> tf.Tensor:
    """A vector in the shape of the model; a scalar as it is."""
    return (
        tensor if model.shape.rank == 1 or tensor.shape.rank == 0 else shapes.reshape(tensor, shape_of(model))
    )


def _mask_for(name: str, a: tf.Tensor, mask: Any) -> tf.Tensor:
    """A mask of any shape in the shape of `a`; ValueError if it has not as many elements."""
    condition = comparison.nonzero(conversion.to_tensor(mask))
    message = f"{name}: mask and data must be the same size"
    sizes = condition.shape.num_elements(), a.shape.num_elements()
    if None not in sizes:
        if sizes[0] != sizes[1]:
            raise ValueError(message)
        return condition if condition.shape == a.shape else shapes.reshape(condition, shape_of(a))
    same_size = gen_math_ops.equal(gen_array_ops.size(condition), gen_array_ops.size(a))
    return shapes.reshape(asserted(condition, same_size, message, ValueError), shape_of(a))


@writes(numpy.place, "arr")
def place(arr: Tensor, mask: Any, vals: Any):
    """Write values, one after the other and over and over again, to where a mask is true."""
    condition, values = _mask_for("place", arr, mask), _safe_values_for(arr, vals)
    if values.shape[0] in (0, None):
        has_values = gen_math_ops.greater(shapes.as_length(shapes.length(values, 0)), shapes.as_length(0))
        needs_none = every(gen_math_ops.logical_not(condition))
        allowed = gen_math_ops.logical_or(has_values, needs_none)
        arr = asserted(arr, allowed, "Cannot insert from an empty array!", ValueError)
    if values.shape[0] == 0:
        return arr
    order = gen_math_ops.cumsum(cast(shapes.flat(condition), tf.int64), constant(0, tf.int32), exclusive=True)
    return select(condition, _in_shape_of(_cycled(values, order), arr), arr)


@writes(numpy.putmask, "a")
def putmask(a: Tensor, mask: Any, values: Any):
    """Write to where a mask is true the values of the same places, over and over again if there are fewer."""
    condition, values = _mask_for("putmask", a, mask), _safe_values_for(a, values)
    if values.shape[0] == 0:
        return a
    chosen = _in_shape_of(_repeated(values, _size(a)), a)
    return select(_none_if_empty(condition, values), chosen, a)


def _source(dst: tf.Tensor, src: Any, casting: Any) -> tf.Tensor:
    """The source of `copyto` in the dtype of its target; TypeError where the rule forbids that cast."""
    target = dtypes.to_numpy(dst.dtype)
    if type(src) in dtypes.PYTHON_SCALARS:
        value = numpy.zeros((), target)
        with numpy.errstate(all="ignore"):
            numpy.copyto(value, src, casting=casting)
        return tf.constant(value)
    source = conversion.to_tensor(src)
    if not numpy.can_cast(dtypes.to_numpy(source.dtype), target, casting):
        raise TypeError(
            f"Cannot cast array data from {dtypes.to_numpy(source.dtype)!r} to {target!r} "
            f"according to the rule '{casting}'"
        )
    return cast(source, dst.dtype)


@writes(numpy.copyto, "dst")
def copyto(dst: Tensor, src: Any, casting: Any = "same_kind", where: Any = True):
    """Write values, broadcast, to an array, or to where a mask is true."""
    source, target = _source(dst, src, casting), static_shape(dst)
    source = checked_value(source, target)
    if where is True:
        return broadcast_value(source, target, lambda: gen_array_ops.shape(dst, out_type=tf.int64))
    if hasattr(where, "dtype"):
        condition = conversion.to_tensor(where)
        if condition.dtype != tf.bool:
            raise TypeError(f"copyto: a mask of {condition.dtype.name} cannot be cast safely to bool")
    else:
        condition = conversion.to_tensor(where, dtypes.BOOL)
    if target is not None and condition.shape.rank is not None:
        sizes = condition.shape.as_list()
        if len(sizes) > len(target) or not broadcasts(sizes, target):
            message = "could not broadcast where mask from shape {} into shape {}"
            raise ValueError(message.format(spelled(sizes), spelled(target)))
    return _with_shape_of_first(dst, select(condition, source, dst))


def _with_shape_of_first(old: tf.Tensor, new: tf.Tensor) -> tf.Tensor:
    """The new value of an array of unknown shape; a runtime error if broadcasting made it larger."""
    if old.shape.is_fully_defined():
        return new
    shape = gen_array_ops.shape(old, out_type=tf.int64)
    return gen_array_ops.broadcast_to(new, shape)  # what is larger cannot be broadcast to it


@writes(numpy.fill_diagonal, "a")
def fill_diagonal(a: Tensor, val: Any, wrap: Any = False):
    """Write values, over and over again, to the diagonal; of a tall matrix on and on if `wrap`."""
    rank = shapes.rank_of(a, "fill_diagonal")
    sizes = shapes.lengths(a)
    if rank < 2:
        raise ValueError("array must be at least 2-d")
    if rank > 2:
        a = _with_equal_lengths(a, sizes)
    values = _values_for(a, val)
    if values.shape[0] == 0:
        return a
    rows = shapes.along(shapes.counting(sizes[0]), 0, rank)
    if rank == 2 and wrap:
        period = shapes.as_length(sizes[1] + 1)
        column = gen_math_ops.floor_mod(rows, period)
        number = gen_math_ops.sub(rows, gen_math_ops.floor_div(rows, period))
    else:
        column = number = rows
    mask = _none_if_empty(gen_math_ops.equal(column, _places_along(1, sizes)), values)
    for axis in range(2, rank):
        mask = gen_math_ops.logical_and(mask, gen_math_ops.equal(rows, _places_along(axis, sizes)))
    return select(mask, _cycled(values, number), a)


def _places_along(axis: int, sizes: list[Length]) -> tf.Tensor:
    return shapes.along(shapes.counting(sizes[axis]), axis, len(sizes))


def _with_equal_lengths(a: tf.Tensor, sizes: list[Length]) -> tf.Tensor:
    message = "All dimensions of input must be of equal length"
    for size in sizes[1:]:
        if isinstance(size, int) and isinstance(sizes[0], int):
            if size != sizes[0]:
                raise ValueError(message)
        else:
            same = gen_math_ops.equal(shapes.as_length(size), shapes.as_length(sizes[0]))
            a = asserted(a, same, message, ValueError)
    return a


@writes(numpy.put_along_axis, "arr")
def put_along_axis(arr: Tensor, indices: Any, values: Any, axis: Axis):
    """Write values, in each line along an axis (None: in the flattened array) to the line's own indices."""
    places = conversion.to_tensor(indices)
    if not places.dtype.is_integer or not hasattr(indices, "dtype"):
        raise IndexError("`indices` must be an integer array")
    written = value_for(values, dtypes.to_numpy(arr.dtype))
    rank = shapes.rank_of(places, "put_along_axis")
    if axis is None:
        if rank != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
        flat = shapes.flat(arr)
        return _in_shape_of(plan(static_shape(flat), places).write(flat, written), arr)
    axis = normalize_axis_index(axis, shapes.rank_of(arr, "put_along_axis"))
    if rank != arr.shape.rank:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    index = tuple(
        places if other == axis else shapes.along(shapes.counting(size), other, rank)
        for other, size in enumerate(shapes.lengths(arr))
    )
    return plan(static_shape(arr), index).write(arr, written)
