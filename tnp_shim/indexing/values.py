"""Fits the value of an assignment to what is assigned to. Knows tensors only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from tnp_shim.indexing.checks import asserted, every, spelled
from tnp_shim.indexing.layout import Shape
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import EagerTensor, gen_array_ops, gen_math_ops, no_tape_records


def without_leading_axes(value: tf.Tensor, rank: int) -> tf.Tensor:
    """The value with at most `rank` axes: NumPy drops leading axes of size 1."""
    extra = value.shape.rank - rank
    return gen_array_ops.squeeze(value, list(range(extra))) if extra > 0 else value


def broadcasts(value: Sequence[int | None], target: Sequence[int | None]) -> bool:
    """Whether sizes can be broadcast to the target's by assignment; an unknown size can."""
    extra = len(value) - len(target)
    if extra > 0:
        if any(size not in (1, None) for size in value[:extra]):
            return False
        value = value[extra:]
    pairs = zip(reversed(value), reversed(target), strict=False)
    return all(size in (1, goal) or size is None or goal is None for size, goal in pairs)


def checked_value(
    value: tf.Tensor,
    target: Shape,
    message: str = "could not broadcast input array from shape {} into shape {}",
) -> tf.Tensor:
    """The value without needless leading axes; ValueError if it can't be broadcast to the target."""
    if target is None or value.shape.rank is None:
        return value
    sizes = value.shape.as_list()
    if not broadcasts(sizes, target):
        raise ValueError(message.format(spelled(sizes), spelled(target)))
    return without_leading_axes(value, len(target))


def checked_element(value: tf.Tensor) -> tf.Tensor:
    """The value of one element; ValueError if it has axes."""
    if value.shape.rank:
        raise ValueError("setting an array element with a sequence.")
    return value


def is_same_shape(value: tf.Tensor, target: Shape) -> bool:
    """Whether the value is known to have the target's shape."""
    if target is None or None in target or value.shape.rank is None:
        return False
    return tuple(value.shape.as_list()) == target


def broadcast_value(value: tf.Tensor, target: Shape, runtime_shape: Callable[[], tf.Tensor]) -> tf.Tensor:
    """The (checked) value in the target's shape."""
    if is_same_shape(value, target):
        return value
    if target is not None and None not in target:
        return gen_array_ops.broadcast_to(value, constant(target, tf.int64))
    shape = runtime_shape()
    result = gen_array_ops.broadcast_to(value, shape)
    if not _infers_a_size(value, target):
        return result
    # graph optimisation takes a BroadcastTo away, and its check, for what it infers of its shape
    same = gen_math_ops.equal(gen_array_ops.shape(result, out_type=shape.dtype), shape)
    return asserted(result, every(same), "could not broadcast input array to the indexed shape", ValueError)


def _infers_a_size(value: tf.Tensor, target: Shape) -> bool:
    """Whether a size of the target is known from the value only, if they fit each other."""
    if target is None or value.shape.rank is None:
        return True
    pairs = zip(reversed(value.shape.as_list()), reversed(target), strict=False)
    return any(size not in (1, None) and goal is None for size, goal in pairs)


def has_gradient(value: tf.Tensor) -> bool:
    """Whether a gradient may be asked for with respect to the value, now or later."""
    if not (value.dtype.is_floating or value.dtype.is_complex):
        return False
    return not (isinstance(value, EagerTensor) and tf.executing_eagerly() and no_tape_records())
