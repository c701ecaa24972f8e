"""Sizes, axes and index vectors, as Python ints where they are known. Knows tensors only."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy
import tensorflow as tf
from numpy.lib.array_utils import normalize_axis_index

from tnp_shim.errors import unknown_shape
from tnp_shim.indexing.checks import asserted, every, known_indices, traced_index
from tnp_shim.indexing.sizes import within
from tnp_shim.kernels.coverage import compute_dtype
from tnp_shim.promotion import cast, constant, shape_of
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_array_ops, gen_math_ops, known_value

Length: TypeAlias = int | tf.Tensor
"""A size: an int where it is known, else an int64 scalar tensor."""
Dimensions: TypeAlias = Sequence[int] | tf.Tensor
"""A shape: sizes where all are known, else an int64 vector."""

LARGEST_EMBEDDED = 1024
"""A graph embeds constants of up to so many elements; larger ones are made by ops as it runs."""


def rank_of(tensor: tf.Tensor, needed_by: str) -> int:
    """The rank of a tensor; an error naming the function where it is unknown."""
    rank = tensor.shape.rank
    if rank is None:
        raise unknown_shape(needed_by)
    return rank


def normalized_axis(axis: int, tensor: tf.Tensor, needed_by: str) -> int:
    """The axis counted from the front; NumPy's AxisError if there is none."""
    return normalize_axis_index(axis, rank_of(tensor, needed_by))


def length(tensor: tf.Tensor, axis: int) -> Length:
    """The size of one axis."""
    dims = tensor.shape
    known = dims[axis] if dims.rank is not None else None
    if known is not None:
        return known
    return gen_array_ops.strided_slice(
        gen_array_ops.shape(tensor, out_type=tf.int64),
        constant((axis,), tf.int64),
        constant((axis + 1 if axis != -1 else 2**31 - 1,), tf.int64),
        constant((1,), tf.int64),
        shrink_axis_mask=1,
    )


def lengths(tensor: tf.Tensor) -> list[Length]:
    """The size of each axis of a tensor of known rank."""
    return [length(tensor, axis) for axis in range(tensor.shape.rank)]


def vector(sizes: Iterable[Length] | tf.Tensor) -> tf.Tensor:
    """Sizes as an int64 vector."""
    if isinstance(sizes, tf.Tensor):
        return sizes
    sizes = tuple(sizes)
    if all(isinstance(size, int) for size in sizes):
        return constant(sizes, tf.int64)
    return gen_array_ops.pack([as_length(size) for size in sizes])


def as_length(size: Length) -> tf.Tensor:
    """A size as an int64 scalar tensor."""
    return constant(size, tf.int64) if isinstance(size, int) else cast(size, tf.int64)


def product(sizes: Iterable[Length]) -> Length:
    """The product of sizes."""
    sizes = list(sizes)
    known = math.prod(size for size in sizes if isinstance(size, int))
    unknown = [size for size in sizes if not isinstance(size, int)]
    for size in unknown:
        known = size * known
    return known


def reshape(tensor: tf.Tensor, sizes: Iterable[Length] | tf.Tensor) -> tf.Tensor:
    """The tensor in another shape; one size may be -1."""
    shape = vector(sizes)
    if compiled_by_xla() and not tensor.shape.is_fully_defined():
        shape = cast(shape, tf.int32)  # the dtype in which XLA keeps the sizes that a mask gives
    return gen_array_ops.reshape(tensor, shape)


def flat(tensor: tf.Tensor) -> tf.Tensor:
    """The tensor as a vector."""
    return tensor if tensor.shape.rank == 1 else reshape(tensor, constant((-1,), tf.int64))


def along(tensor: tf.Tensor, axis: int, rank: int) -> tf.Tensor:
    """A vector as a tensor of `rank`, all of it along one axis."""
    return reshape(tensor, [-1 if a == axis else 1 for a in range(rank)])


def at_least_rank(tensor: tf.Tensor, rank: int) -> tf.Tensor:
    """The tensor with axes of length 1 put in front until it has `rank`; its rank may be unknown."""
    known = tensor.shape.rank
    if known is not None:
        return tensor if known >= rank else reshape(tensor, [1] * (rank - known) + lengths(tensor))
    shape = gen_array_ops.shape(tensor, out_type=tf.int64)
    missing = gen_math_ops.maximum(rank - gen_array_ops.size(shape), 0)
    ones = gen_array_ops.fill(gen_array_ops.reshape(missing, constant((1,), tf.int32)), as_length(1))
    return gen_array_ops.reshape(tensor, gen_array_ops.concat_v2([ones, shape], constant(0, tf.int32)))


def counting(size: Length, start: Length = 0) -> tf.Tensor:
    """The int64 vector start, start + 1, ... of `size` elements (none if it is negative)."""
    if isinstance(size, int) and isinstance(start, int):
        if size <= LARGEST_EMBEDDED:
            return embedded(numpy.arange(start, start + size))
        return gen_math_ops._range(as_length(start), as_length(start + size), as_length(1))
    stop = as_length(start) + gen_math_ops.maximum(as_length(size), as_length(0))
    return gen_math_ops._range(as_length(start), stop, as_length(1))


def embedded(array: numpy.ndarray[Any, Any]) -> tf.Tensor:
    """A NumPy array as a constant, in a graph one that XLA and constant folding can see."""
    return tf.constant(array)


def filled(shape: Dimensions, value: tf.Tensor) -> tf.Tensor:
    """A tensor of `shape` all of whose elements are the scalar `value`."""
    if not isinstance(shape, tf.Tensor) and len(shape) > 64:  # tensors can have more axes than arrays
        raise ValueError(f"maximum supported dimension for an ndarray is currently 64, found {len(shape)}")
    return gen_array_ops.fill(vector(shape), value)


def broadcast_to(tensor: tf.Tensor, shape: Dimensions) -> tf.Tensor:
    """The tensor broadcast to `shape`."""
    if not isinstance(shape, tf.Tensor) and tensor.shape.is_fully_defined() and tensor.shape == tuple(shape):
        return tensor
    return gen_array_ops.broadcast_to(tensor, vector(shape))


_ALIKE = {tf.uint16: tf.int16, tf.uint32: tf.int32, tf.uint64: tf.int64}
"""Dtypes of the same size that TensorFlow's `Tile` has kernels for (its kernel of uint16 refuses to run)."""


def tiled(tensor: tf.Tensor, repetitions: Dimensions) -> tf.Tensor:
    """The tensor as a whole so many times along each axis."""
    dtype, multiples = tensor.dtype, vector(repetitions)
    if dtype in _ALIKE:
        return gen_array_ops.bitcast(
            gen_array_ops.tile(gen_array_ops.bitcast(tensor, _ALIKE[dtype]), multiples), dtype
        )
    wider = compute_dtype("Tile", dtype)
    return cast(gen_array_ops.tile(cast(tensor, wider), multiples), dtype)


def broadcast_shape(*tensors: tf.Tensor) -> Dimensions:
    """The shape to which the tensors broadcast."""
    shapes = [shape_of(tensor) for tensor in tensors]
    if not any(isinstance(shape, tf.Tensor) for shape in shapes):
        return numpy.broadcast_shapes(*shapes)
    return functools.reduce(
        gen_array_ops.broadcast_args, [vector(shape) for shape in shapes[1:]], vector(shapes[0])
    )


def gather(tensor: tf.Tensor, indices: tf.Tensor, axis: int) -> tf.Tensor:
    """The elements at `indices` along one axis, which take the place of that axis."""
    return gen_array_ops.gather_v2(tensor, indices, constant(axis, tf.int32))


def sliced(
    tensor: tf.Tensor, axis: int, start: Length | None, stop: Length | None, step: int = 1
) -> tf.Tensor:
    """`tensor[..., start:stop:step, ...]` along one axis counted from the front."""
    dtype = tf.int64
    if step == 1 and compiled_by_xla() and isinstance(size := length(tensor, axis), tf.Tensor):
        # XLA would go by the most elements that a mask may select; bounds that values give it takes in int32
        start, stop = (within(bound, size) if isinstance(bound, int) else bound for bound in (start, stop))
        dtype = tf.int32

    def bound(value):
        return cast(vector([0] * axis + [0 if value is None else value]), dtype)

    return gen_array_ops.strided_slice(
        tensor,
        bound(start),
        bound(stop),
        bound(step) if axis == 0 else constant((1,) * axis + (step,), dtype),
        begin_mask=2**axis - 1 | (start is None) << axis,
        end_mask=2**axis - 1 | (stop is None) << axis,
    )


def checked_indices(indices: tf.Tensor, size: Length, axis: int) -> tf.Tensor:
    """Indices along an axis, none negative; an IndexError if one is out of bounds.

    What is unknown while tracing is checked when the graph runs; XLA cannot, and clamps.
    """
    known = known_value(indices) if isinstance(size, int) else None
    if known is None:
        return traced_index(indices, axis, size)
    wrapped = known_indices(known, axis, size)
    return indices if wrapped is known else embedded(wrapped)


def in_range(indices: tf.Tensor, size: Length, message: str) -> tf.Tensor:
    """int64 indices, a ValueError with the message if one is negative or not less than the size."""
    known = known_value(indices) if isinstance(size, int) else None
    if known is not None:
        if ((known < 0) | (known >= size)).any():
            raise ValueError(message)
        return indices
    stop = as_length(size)
    inside = gen_math_ops.logical_and(
        gen_math_ops.greater_equal(indices, as_length(0)), gen_math_ops.less(indices, stop)
    )
    return asserted(indices, every(inside), message, ValueError)


def repeat_indices(counts: tf.Tensor, total: Length | None = None) -> tf.Tensor:
    """0 as often as the first count says, then 1, and so on; `total` is the sum of counts, if known."""
    if counts.shape.num_elements() == 0:
        return counting(0)
    first = constant(0, tf.int32)
    ends = gen_math_ops.cumsum(counts, first)
    if total is None:
        total = gen_math_ops._sum(counts, first)
    found = gen_array_ops.upper_bound(
        gen_array_ops.expand_dims(ends, first),
        gen_array_ops.expand_dims(counting(total), first),
        out_type=tf.int64,
    )
    return gen_array_ops.squeeze(found, [0])
