"""Scatters rows of values into rows of a tensor so that the last of duplicates wins. Knows tensors only.

Neither XLA nor GPUs keep an order of updates, and the gradient of TensorScatterUpdate goes to the
overwritten duplicates too; so every row is given to the scatter at most once, or the same each time.
"""

from __future__ import annotations

import numpy
import tensorflow as tf

from tnp_shim.indexing.sizes import as_tensor, reshaped, size_of, sizes_of
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops


def without_duplicates(rows: tf.Tensor, index: numpy.ndarray, values: tf.Tensor) -> tf.Tensor:
    """The rows with those at a known index replaced."""
    if 0 in rows.shape:  # the op refuses to; nothing is selected then, so the values are empty as well
        return reshaped(values, sizes_of(rows))
    order = numpy.arange(index.size)
    last = numpy.empty(rows.shape[0] or 0, numpy.intp)
    last[index] = order
    winners = last[index] == order
    if not winners.all():
        index, chosen = index[winners], numpy.flatnonzero(winners)
        values = gen_array_ops.gather_v2(values, tf.constant(chosen, tf.int64), constant(0, tf.int32))
    return gen_array_ops.tensor_scatter_update(rows, tf.constant(index[:, None], tf.int64), values)


def scattered(rows: tf.Tensor, index: tf.Tensor, values: tf.Tensor, *, unique: bool = False) -> tf.Tensor:
    """The rows with those at an unknown index (in bounds, not negative) replaced."""
    places = gen_array_ops.expand_dims(index, constant(-1, tf.int32))
    if not unique and index.shape[0] != 1:
        values = _last_of_duplicates(rows, index, places, values)
    return gen_array_ops.tensor_scatter_update(rows, places, values)


def _last_of_duplicates(
    rows: tf.Tensor, index: tf.Tensor, places: tf.Tensor, values: tf.Tensor
) -> tf.Tensor:
    """The values with each duplicate replaced by the last one for its row; gradients go to that alone."""
    zero, first = constant(0, tf.int64), constant(0, tf.int32)
    order = gen_math_ops._range(zero, as_tensor(size_of(values, 0)), constant(1, tf.int64))
    count = gen_array_ops.reshape(as_tensor(size_of(rows, 0)), constant((1,), tf.int32))
    none = gen_array_ops.fill(count, constant(-1, tf.int64))
    last = gen_array_ops.gather_v2(gen_array_ops.tensor_scatter_max(none, places, order), index, first)
    winning = gen_array_ops.stop_gradient(gen_array_ops.gather_v2(values, last, first))
    wins = gen_math_ops.equal(last, order)
    wins = reshaped(wins, [size_of(wins, 0)] + [1] * (values.shape.rank - 1))
    return gen_math_ops.select_v2(wins, values, winning)
