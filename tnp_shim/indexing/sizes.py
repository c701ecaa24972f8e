"""Sizes of axes, as Python ints where they are known. Knows tensors only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import tensorflow as tf

from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

Size: TypeAlias = int | tf.Tensor
"""The size of an axis: an int, or a 0-d int64 tensor where it is unknown while tracing."""


def size_of(tensor: tf.Tensor, axis: int) -> Size:
    """The size of one axis, counted from the front."""
    if tensor.shape.rank is not None and tensor.shape[axis] is not None:
        return tensor.shape[axis]
    shape = gen_array_ops.shape(tensor, out_type=tf.int64)
    begin, end, step = (constant((bound,), tf.int64) for bound in (axis, axis + 1, 1))
    return gen_array_ops.strided_slice(shape, begin, end, step, shrink_axis_mask=1)


def sizes_of(tensor: tf.Tensor) -> list[Size]:
    """The sizes of all axes of a tensor of known rank."""
    static = tensor.shape.as_list()
    if None not in static:
        return static
    return [size_of(tensor, axis) for axis in range(tensor.shape.rank)]


def as_tensor(size: Size, dtype: tf.DType = tf.int64) -> tf.Tensor:
    """The size as a 0-d tensor."""
    if isinstance(size, tf.Tensor):
        return size if size.dtype == dtype else gen_math_ops.cast(size, DstT=dtype)
    return constant(size, dtype)


def within(bound: int, size: tf.Tensor) -> tf.Tensor:
    """A bound of a slice, of 0 to `size` elements from the front."""
    if bound < 0:
        return gen_math_ops.maximum(gen_math_ops.add_v2(size, as_tensor(bound)), as_tensor(0))
    return gen_math_ops.minimum(as_tensor(bound), size)


def product(sizes: Iterable[Size]) -> Size:
    """The product of sizes."""
    known, unknown = 1, []
    for size in sizes:
        if isinstance(size, tf.Tensor):
            unknown.append(size)
        else:
            known *= size
    if not unknown:
        return known
    result = unknown[0] if known == 1 else gen_math_ops.mul(unknown[0], constant(known, tf.int64))
    for size in unknown[1:]:
        result = gen_math_ops.mul(result, size)
    return result


def vector(sizes: Sequence[Size]) -> tf.Tensor:
    """The sizes as an int64 vector."""
    if any(isinstance(size, tf.Tensor) for size in sizes):
        return gen_array_ops.pack([as_tensor(size) for size in sizes])
    return constant(tuple(sizes), tf.int64)


def reshaped(tensor: tf.Tensor, sizes: Sequence[Size]) -> tf.Tensor:
    """The tensor in another shape. One unknown size is left to the op to find."""
    unknown = [place for place, size in enumerate(sizes) if isinstance(size, tf.Tensor)]
    known = all(isinstance(size, tf.Tensor) or size > 0 for size in sizes)
    if len(unknown) == 1 and known:
        sizes = [-1 if place == unknown[0] else size for place, size in enumerate(sizes)]
    elif not unknown and tensor.shape.is_fully_defined() and tensor.shape == list(sizes):
        return tensor
    return gen_array_ops.reshape(tensor, vector(sizes))


def flat(tensor: tf.Tensor) -> tf.Tensor:
    """The tensor as a vector."""
    return tensor if tensor.shape.rank == 1 else gen_array_ops.reshape(tensor, constant((-1,), tf.int32))


def transposed(tensor: tf.Tensor, permutation: Sequence[int]) -> tf.Tensor:
    """The tensor with its axes in another order."""
    if list(permutation) == list(range(len(permutation))):
        return tensor
    return gen_array_ops.transpose(tensor, constant(tuple(permutation), tf.int32))
