"""Loops in functions, and windows of tensors at places that a loop computes. Knows tensors only."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tnp_shim.kernels.shapes import vector
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import compiled_by_xla, context, gen_array_ops, gen_xla_ops


def runs_in_a_function(body: Callable[..., Any]) -> Callable[..., Any]:
    """The body traced where ops run at once: a loop would go round in Python."""
    traced = tf.function(body, autograph=False, reduce_retracing=True)

    @functools.wraps(body)
    def call(*arguments):
        return traced(*arguments) if context.executing_eagerly() else body(*arguments)

    return call


def _starts(rank: int, axis: int, start: tf.Tensor) -> list[Any]:
    return [start if a == axis else 0 for a in range(rank)]


def window(x: tf.Tensor, axis: int, start: tf.Tensor, size: int) -> tf.Tensor:
    """So many elements along an axis, from a computed start."""
    # XLA wants numbers here; -1 means all there are
    sizes = [size if a == axis else -1 if n is None else n for a, n in enumerate(x.shape)]
    found = gen_array_ops._slice(x, vector(_starts(x.shape.rank, axis, start)), vector(sizes))
    found.set_shape([size if a == axis else n for a, n in enumerate(x.shape)])
    return found


def placed(x: tf.Tensor, block: tf.Tensor, axis: int, start: tf.Tensor) -> tf.Tensor:
    """The tensor with a window replaced."""
    starts = vector(_starts(x.shape.rank, axis, start))
    if compiled_by_xla():
        return gen_xla_ops.xla_dynamic_update_slice(x, block, starts)
    ends = vector([start + block.shape[axis] if a == axis else 0 for a in range(x.shape.rank)])
    whole = sum(1 << a for a in range(x.shape.rank) if a != axis)
    made = gen_array_ops.tensor_strided_slice_update(
        x, starts, ends, constant((1,) * x.shape.rank, tf.int64), block, begin_mask=whole, end_mask=whole
    )
    made.set_shape(x.shape)
    return made
