"""Arrays put together, repeated, and with elements put in or left out.

Knows the declaration and kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import wrap
from tnp_shim.conversion import to_tensor
from tnp_shim.declaration import Axis, DType, Shape, Tensor, Tensors, function
from tnp_shim.declaration.function import write_out
from tnp_shim.functions.known import known_array
from tnp_shim.functions.unknown_sizes import refuse_under_xla
from tnp_shim.indexing.checks import asserted, every, known_index, traced_index
from tnp_shim.kernels.coverage import kernel_dtypes
from tnp_shim.kernels.elementwise import both, select
from tnp_shim.kernels.shapes import (
    Length,
    as_length,
    at_least_rank,
    broadcast_to,
    checked_indices,
    counting,
    embedded,
    filled,
    flat,
    gather,
    length,
    lengths,
    normalized_axis,
    product,
    rank_of,
    repeat_indices,
    reshape,
    sliced,
    tiled,
    vector,
)
from tnp_shim.promotion import cast, constant, promote_args
from tnp_shim.subscripts import value_for
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops


def joined(arrays: Sequence[tf.Tensor], axis: int | tf.Tensor) -> tf.Tensor:
    """Tensors of one dtype one after the other along an existing axis."""
    if len(arrays) == 1:
        return arrays[0]
    return gen_array_ops.concat_v2(arrays, constant(axis, tf.int32) if isinstance(axis, int) else axis)


def _promoted(
    name: str, arrays: list[tf.Tensor], dtype: Any = None, casting: Any = "same_kind", out: Any = None
) -> list[tf.Tensor]:
    """The tensors in their common dtype, or that of `out`, or the one asked for; `casting` must allow it."""
    if not arrays:
        raise ValueError(f"{name}: need at least one array")
    if out is not None:
        if dtype is not None:
            raise TypeError(f"{name}() only takes `out` or `dtype` as an argument, but both were provided.")
        dtype = dtypes.canonical(out.dtype)
    if dtype is None:
        if casting in ("same_kind", "unsafe"):
            return promote_args(name, *arrays)
        dtype = dtypes.to_numpy(promote_args(name, *arrays)[0].dtype)
    for array in arrays:
        if not numpy.can_cast(dtypes.to_numpy(array.dtype), dtype, casting):
            raise TypeError(f"{name}: cannot cast {array.dtype.name} to {dtype} by the rule {casting!r}")
    return [cast(array, dtypes.to_tf(dtype)) for array in arrays]


def _into(out: Any, joined: tf.Tensor) -> Any:
    """What was joined, written into `out` if there is one: the rule for casts was seen to by then."""
    return joined if out is None else write_out("concatenate", wrap(joined), out, "unsafe")


def concatenated(arrays: list[tf.Tensor], axis: int | None) -> tf.Tensor:
    """Promoted tensors joined along an axis; None joins them flattened."""
    if axis is None:
        return joined([flat(array) for array in arrays], 0)
    if arrays[0].shape.rank is not None:
        normalized_axis(axis, arrays[0], "concatenate")
    return joined(arrays, axis)


@function(numpy.concatenate)
def concatenate(
    arrays: Tensors, axis: Axis = 0, out: Any = None, dtype: DType = None, casting: str = "same_kind"
):
    """Join arrays along an existing axis; None flattens them first. Differentiable."""
    return _into(out, concatenated(_promoted("concatenate", arrays, dtype, casting, out), axis))


concat = concatenate


@function(numpy.stack)
def stack(arrays: Tensors, axis: Axis = 0, out: Any = None, dtype: DType = None, casting: str = "same_kind"):
    """Join arrays of one shape along a new axis. Differentiable."""
    arrays = _promoted("stack", arrays, dtype, casting, out)
    if arrays[0].dtype in kernel_dtypes("Pack", "GPU"):
        return _into(out, gen_array_ops.pack(arrays, axis=axis))
    new = constant(axis, tf.int32)
    return _into(out, joined([gen_array_ops.expand_dims(array, new) for array in arrays], axis))


@function(numpy.vstack)
def vstack(tup: Tensors, dtype: DType = None, casting: str = "same_kind"):
    """Join arrays along the first axis; vectors are rows. Differentiable."""
    arrays = _promoted("vstack", tup, dtype, casting)
    return joined([at_least_rank(array, 2) for array in arrays], 0)


@function(numpy.hstack)
def hstack(tup: Tensors, dtype: DType = None, casting: str = "same_kind"):
    """Join arrays along the second axis, vectors along their only one. Differentiable."""
    arrays = [at_least_rank(array, 1) for array in _promoted("hstack", tup, dtype, casting)]
    rank = arrays[0].shape.rank
    if rank is None:
        one = constant(1, tf.int32)
        return joined(arrays, gen_math_ops.minimum(gen_math_ops.sub(gen_array_ops.rank(arrays[0]), one), one))
    return joined(arrays, 0 if rank == 1 else 1)


def _at_least_3d(array: tf.Tensor) -> tf.Tensor:
    if rank_of(array, "dstack") >= 3:
        return array
    array = at_least_rank(array, 2)
    return gen_array_ops.expand_dims(array, constant(-1, tf.int32))


@function(numpy.dstack)
def dstack(tup: Tensors):
    """Join arrays along the third axis. Differentiable."""
    return joined([_at_least_3d(array) for array in _promoted("dstack", tup)], 2)


def _as_column(array: tf.Tensor) -> tf.Tensor:
    return reshape(array, (-1, 1)) if rank_of(array, "column_stack") < 2 else array


@function(numpy.column_stack)
def column_stack(tup: Tensors):
    """Join vectors as columns of a matrix, and matrices beside each other. Differentiable."""
    return joined([_as_column(array) for array in _promoted("column_stack", tup)], 1)


def _block_leaves(arrays: Any) -> list[tuple[Any, int]]:
    """The arrays in nested lists, each with the depth of its list."""
    if isinstance(arrays, tuple):
        raise TypeError("block: arrays is a tuple; only lists can arrange blocks")
    if not isinstance(arrays, list):
        return [(arrays, 0)]
    if not arrays:
        raise ValueError("block: lists cannot be empty")
    return [(leaf, depth + 1) for part in arrays for leaf, depth in _block_leaves(part)]


@function(numpy.block)
def block(arrays: Any):
    """Put an array together from nested lists of blocks. Differentiable."""
    leaves = _block_leaves(arrays)
    depth = leaves[0][1]
    if any(own != depth for _, own in leaves):
        raise ValueError("block: list depths are mismatched")
    tensors = promote_args("block", *(to_tensor(leaf) for leaf, _ in leaves))
    rank = max(depth, *(rank_of(tensor, "block") for tensor in tensors), 0)
    remaining = iter([at_least_rank(tensor, rank) for tensor in tensors])

    def assembled(part: Any, axis: int) -> tf.Tensor:
        if not isinstance(part, list):
            return next(remaining)
        return joined([assembled(inner, axis + 1) for inner in part], axis)

    return assembled(arrays, rank - depth)


@function(numpy.append)
def append(arr: Tensor, values: Tensor, axis: Axis = None):
    """Join two arrays along an axis; None flattens both. Differentiable."""
    return concatenated(promote_args("append", arr, values), axis)


def _flattened_for(arr: tf.Tensor, axis: int | None, name: str) -> tuple[tf.Tensor, int]:
    """The tensor and the axis to work along: None stands for the flattened tensor."""
    return (flat(arr), 0) if axis is None else (arr, normalized_axis(axis, arr, name))


def _positions(obj: Any, size: Length) -> numpy.ndarray[Any, Any] | tf.Tensor:
    """The positions that an index argument of `insert` or `delete` names: known ones, or a tensor."""
    if isinstance(obj, slice):
        return numpy.arange(*obj.indices(size)) if isinstance(size, int) else counting(size)[obj]
    known = known_array(obj)
    return to_tensor(obj) if known is None else known


def _whole(positions: Any, name: str) -> Any:
    """Positions of integer dtype; bool ones count as the positions of the true."""
    dtype = dtypes.canonical(positions.dtype)
    if dtype == dtypes.BOOL:
        if isinstance(positions, tf.Tensor):
            return gen_array_ops.squeeze(gen_array_ops.where(positions), [1])
        return numpy.flatnonzero(positions)
    if dtype.kind not in "iu":
        raise IndexError(f"{name}: arrays used as indices must be of integer (or boolean) type")
    return positions


@function(numpy.insert)
def insert(arr: Tensor, obj: Any, values: Any, axis: Axis = None):
    """Put values in before the positions `obj` along an axis; None flattens. Differentiable."""
    arr, axis = _flattened_for(arr, axis, "insert")
    size = length(arr, axis)
    positions = _whole(_positions(obj, size), "insert")
    rank = len(positions.shape)
    if rank > 1:
        raise ValueError("insert: positions must be one dimensional or scalar")
    values = value_for(values, dtypes.to_numpy(arr.dtype))
    one_place = rank == 0 or positions.shape[0] == 1
    if one_place:
        return _inserted_at_one_place(arr, positions, values, axis)
    count = positions.shape[0]
    if count is None:
        count = length(positions, 0)
    new = _broadcast_along(values, arr, axis, count)
    if isinstance(positions, tf.Tensor) or not isinstance(size, int):
        positions = _places_before(to_tensor(positions), size, axis)
        # elements in the order of their keys, new ones before the old one at the same place
        keys = joined([2 * positions, 2 * counting(size) + 1], 0)
        order = tf.argsort(keys, stable=True)
    else:
        positions = numpy.where(positions < 0, positions + size, positions)
        if positions.size and not 0 <= positions.min() <= positions.max() <= size:
            raise IndexError("insert: index out of bounds")
        keys = numpy.concatenate([2 * positions, 2 * numpy.arange(size) + 1])
        order = embedded(numpy.argsort(keys, kind="stable"))
    return gather(joined([new, arr], axis), order, axis)


def _places_before(positions: tf.Tensor, size: Length, axis: int) -> tf.Tensor:
    """Unknown positions in [0, size], counted from the front; a runtime error for others."""
    positions, stop = cast(positions, tf.int64), as_length(size)
    zero = as_length(0)
    positions = select(gen_math_ops.less(positions, zero), gen_math_ops.add_v2(positions, stop), positions)
    inside = both(gen_math_ops.greater_equal(positions, zero), gen_math_ops.less_equal(positions, stop))
    return asserted(positions, every(inside), f"an index is out of bounds for axis {axis}", IndexError)


def _broadcast_along(values: tf.Tensor, arr: tf.Tensor, axis: int, count: Length) -> tf.Tensor:
    """The values in the shape of `arr`, but of `count` elements along the axis."""
    sizes = lengths(arr)
    sizes[axis] = count
    extra = rank_of(values, "insert") - len(sizes)
    if extra > 0:  # assignment drops leading axes of length 1
        values = gen_array_ops.squeeze(values, list(range(extra)))
    return broadcast_to(values, sizes if all(isinstance(s, int) for s in sizes) else vector(sizes))


def _inserted_at_one_place(arr: tf.Tensor, position: Any, values: tf.Tensor, axis: int) -> tf.Tensor:
    """All of the values put in before one position."""
    size = length(arr, axis)
    values = at_least_rank(values, rank_of(arr, "insert"))
    if len(position.shape) == 0 and axis:
        rank = rank_of(values, "insert")
        order = [*range(1, axis + 1), 0, *range(axis + 1, rank)]
        values = gen_array_ops.transpose(values, constant(tuple(order), tf.int32))
    new = _broadcast_along(values, arr, axis, length(values, axis))
    if isinstance(position, tf.Tensor) or not isinstance(size, int):
        index = _places_before(reshape(to_tensor(position), ()), size, axis)
    else:
        index = position.item()
        if not -size <= index <= size:
            raise IndexError(f"index {index} is out of bounds for axis {axis} with size {size}")
        index += size if index < 0 else 0
    return joined([sliced(arr, axis, None, index), new, sliced(arr, axis, index, None)], axis)


@function(numpy.delete)
def delete(arr: Tensor, obj: Any, axis: Axis = None):
    """Leave out the positions `obj` along an axis; None flattens. Differentiable.

    Where several positions are unknown while tracing the size of the result is too, which XLA refuses.
    """
    arr, axis = _flattened_for(arr, axis, "delete")
    size = length(arr, axis)
    positions = _positions(obj, size)
    is_mask = dtypes.canonical(positions.dtype) == dtypes.BOOL
    if isinstance(size, int) and not isinstance(positions, tf.Tensor):
        return _withoutknown_array(arr, axis, size, positions, is_mask)
    positions = to_tensor(positions)
    if is_mask:
        asserted(positions, _same_length(positions, size), "delete: the mask does not match", ValueError)
        kept = gen_math_ops.logical_not(positions)
    else:
        if positions.shape.num_elements() == 1:
            index = traced_index(reshape(_whole(positions, "delete"), ()), axis, size)
            after = gen_math_ops.add_v2(index, constant(1, index.dtype))
            return joined([sliced(arr, axis, None, index), sliced(arr, axis, after, None)], axis)
        positions = checked_indices(cast(flat(_whole(positions, "delete")), tf.int64), size, axis)
        hits = filled(vector([length(positions, 0)]), constant(1, tf.float32))  # counted on a GPU too
        counts = gen_array_ops.scatter_nd(reshape(positions, (-1, 1)), hits, vector([size]))
        kept = gen_math_ops.equal(counts, constant(0, tf.float32))
    return gather(arr, gen_array_ops.squeeze(gen_array_ops.where(kept), [1]), axis)


def _same_length(mask: tf.Tensor, size: Length) -> tf.Tensor:
    if mask.shape.rank != 1:
        raise ValueError("delete: a boolean array must be one dimensional")
    return gen_math_ops.equal(as_length(length(mask, 0)), as_length(size))


def _withoutknown_array(
    arr: tf.Tensor, axis: int, size: int, positions: numpy.ndarray[Any, Any], is_mask: bool
) -> tf.Tensor:
    """The tensor without known positions: slices around one, else a gather of the others."""
    if not is_mask and positions.size == 1 and positions.dtype.kind in "iu":
        index = known_index(positions.item(), axis, size)
        return joined([sliced(arr, axis, None, index), sliced(arr, axis, index + 1, None)], axis)
    if is_mask and positions.shape != (size,):
        raise ValueError("delete: a boolean array must match the axis")
    return gather(arr, embedded(numpy.delete(numpy.arange(size), positions)), axis)


@function(numpy.tile)
def tile(A: Tensor, reps: Shape):
    """Repeat an array as a whole along each axis; the repetitions may be unknown. Differentiable."""
    known_rank = A.shape.rank
    if isinstance(reps, tf.Tensor) or known_rank is None:
        reps = vector(reps)
        shape = gen_array_ops.shape(A, out_type=tf.int64)
        rank, count = gen_array_ops.size(shape), gen_array_ops.size(reps)
        A = gen_array_ops.reshape(A, _with_ones_in_front(shape, count - rank))
        return tiled(A, _with_ones_in_front(reps, rank - count))
    reps = (1,) * (known_rank - len(reps)) + tuple(reps)
    return tiled(at_least_rank(A, len(reps)), reps)


def _with_ones_in_front(sizes: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """An int64 vector with `count` ones before it (none if that is negative)."""
    count = reshape(gen_math_ops.maximum(count, constant(0, tf.int32)), (1,))
    return joined([gen_array_ops.fill(count, as_length(1)), sizes], 0)


def repeated(tensor: tf.Tensor, counts: tf.Tensor, axis: int, needed_by: str = "repeat") -> tf.Tensor:
    """Each element along an axis as often as a vector of counts says."""
    return gather(tensor, repeat_indices(counts), axis)


@function(numpy.repeat)
def repeat(a: Tensor, repeats: Any, axis: Axis = None):
    """Repeat each element along an axis; None flattens. The counts may be unknown. Differentiable."""
    a, axis = _flattened_for(flat(a) if a.shape.rank == 0 else a, axis, "repeat")
    if type(repeats) is int and repeats >= 0:
        return _repeated_evenly(a, repeats, axis)
    known = known_array(repeats)
    size = length(a, axis)
    counts = to_tensor(repeats) if known is None else known
    if hasattr(repeats, "dtype") and not numpy.can_cast(dtypes.canonical(counts.dtype), numpy.int64):
        raise TypeError("repeat: the numbers of repetitions must be integers")
    known = None if known is None else known.astype(numpy.int64, copy=False)
    if known is not None and (known < 0).any():
        raise ValueError("repeats may not contain negative values.")
    if len(counts.shape) == 0 or counts.shape[0] == 1:
        count = known.item() if known is not None else reshape(cast(counts, tf.int64), ())
        return _repeated_evenly(a, int(count) if known is not None else count, axis)
    if known is not None and isinstance(size, int):
        return gather(a, embedded(numpy.repeat(numpy.arange(size), known)), axis)
    refuse_under_xla(
        "repeat", "the counts", "Repeat by one known count, or index by positions of a fixed size."
    )
    counts = cast(to_tensor(counts), tf.int64)
    counts = broadcast_to(counts, [size] if isinstance(size, int) else vector([size]))
    positive = every(gen_math_ops.greater_equal(counts, as_length(0)))
    counts = asserted(counts, positive, "repeats may not contain negative values.", ValueError)
    return repeated(a, counts, axis)


def _repeated_evenly(tensor: tf.Tensor, count: Length, axis: int) -> tf.Tensor:
    """Each element along an axis `count` times."""
    sizes = lengths(tensor)
    rank = len(sizes)
    column = gen_array_ops.expand_dims(tensor, constant(axis + 1, tf.int32))
    repeats = tiled(column, [1] * (axis + 1) + [count] + [1] * (rank - axis - 1))
    sizes[axis] = product([sizes[axis], count])
    return reshape(repeats, sizes)


@function(numpy.resize)
def resize(a: Tensor, new_shape: Shape):
    """The elements in another shape, repeated until it is full. Differentiable."""
    a = flat(a)
    size = length(a, 0)
    new_sizes = new_shape if isinstance(new_shape, tf.Tensor) else tuple(new_shape)
    if isinstance(new_sizes, tf.Tensor):
        count: Length = gen_math_ops.prod(new_sizes, constant((0,), tf.int32))
    else:
        if any(n < 0 for n in new_sizes):
            raise ValueError("all elements of `new_shape` must be non-negative")
        count = product(new_sizes)
    if isinstance(size, int) and isinstance(count, int):
        if size == 0 or count == 0:
            return filled(new_sizes, constant(0, a.dtype))
        if count > size:
            a = tiled(a, [-(-count // size)])
        return reshape(a if count == size else sliced(a, 0, None, count), new_sizes)
    # an empty array gives zeros: one zero put behind it is what every index then finds
    padded = joined([a, filled((1,), constant(0, a.dtype))], 0)
    known = gen_math_ops.maximum(as_length(size), as_length(1))
    return reshape(gather(padded, gen_math_ops.floor_mod(counting(count), known), 0), new_sizes)
