"""Scatters rows of values into rows of a tensor so that the last of duplicates wins. Knows tensors only.

Neither XLA nor GPUs keep an order of updates, and the gradient of TensorScatterUpdate goes to the
overwritten duplicates too; so every row is given to the scatter at most once, or the same each time.
"""

from __future__ import annotations

import numpy
import tensorflow as tf

from tnp_shim.indexing.sizes import as_tensor, reshaped, size_of, sizes_of
from tnp_shim.kernels.coverage import compute_dtype
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import EagerTensor, gen_array_ops, gen_math_ops

_MOST_COMPARED = 64


def scattered(
    rows: tf.Tensor, index: tf.Tensor | numpy.ndarray, values: tf.Tensor, *, unique: bool = False
) -> tf.Tensor:
    """The rows with those at a vector of indices (in bounds, not negative) replaced by the values.

    `unique`: whether the indices are known to differ from each other.
    """
    if 0 in rows.shape:  # the op refuses empty rows; nothing is selected then, so the values are empty too
        return reshaped(values, sizes_of(rows))
    if isinstance(index, numpy.ndarray):
        index, values = _without_duplicates(index, values)
        narrow = index.max(initial=0) <= tf.int32.max
        index, unique = tf.constant(index, tf.int32 if narrow else tf.int64), True
    if not rows.shape[1:].is_fully_defined():
        index, values = _none_for_empty_rows(rows, index, values)
    if rows.shape[0] is not None and rows.shape[0] <= tf.int32.max and index.dtype != tf.int32:
        # vectorized_map and jacobian convert a scatter only if its indices are int32
        index = gen_math_ops.cast(index, DstT=tf.int32)
    places = gen_array_ops.expand_dims(index, constant(-1, tf.int32))
    if not unique and index.shape[0] != 1:
        values = _last_of_duplicates(rows, index, places, values)
    return _updated(rows, places, values)


def _updated(rows: tf.Tensor, places: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """The scatter, in a wider dtype where a GPU has no kernel for it: a graph may be placed on one."""
    dtype = rows.dtype
    wider = compute_dtype("TensorScatterUpdate", dtype)
    if wider is dtype or (isinstance(rows, EagerTensor) and "CPU" in rows.device):
        return gen_array_ops.tensor_scatter_update(rows, places, values)
    return cast(gen_array_ops.tensor_scatter_update(cast(rows, wider), places, cast(values, wider)), dtype)


def _without_duplicates(index: numpy.ndarray, values: tf.Tensor) -> tuple[numpy.ndarray, tf.Tensor]:
    """A known index and its values, but of duplicates the last one only."""
    order = numpy.arange(index.size)
    last = numpy.empty(index.max(initial=-1) + 1, numpy.intp)
    last[index] = order
    winners = last[index] == order
    if winners.all():
        return index, values
    chosen = tf.constant(numpy.flatnonzero(winners), tf.int64)
    return index[winners], gen_array_ops.gather_v2(values, chosen, constant(0, tf.int32))


def _last_of_duplicates(rows: tf.Tensor, index: tf.Tensor, places: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """The values with each duplicate replaced by the last one for its row; gradients go to that alone."""
    zero, first = constant(0, tf.int64), constant(0, tf.int32)
    order = gen_math_ops._range(zero, as_tensor(size_of(values, 0)), constant(1, tf.int64))
    few = index.shape[0] is not None and index.shape[0] <= _MOST_COMPARED
    if few:  # each with each, rather than by way of a vector as long as there are rows
        same = gen_math_ops.equal(places, gen_array_ops.expand_dims(index, first))
        last = gen_math_ops._max(gen_math_ops.select_v2(same, order, zero), constant((1,), tf.int32))
    else:
        count = gen_array_ops.reshape(as_tensor(size_of(rows, 0)), constant((1,), tf.int32))
        none = gen_array_ops.fill(count, constant(-1, tf.int64))
        last = gen_array_ops.tensor_scatter_max(none, places, order)
        last = gen_array_ops.gather_v2(last, index, first)
    winning = gen_array_ops.stop_gradient(gen_array_ops.gather_v2(values, last, first))
    wins = gen_math_ops.equal(last, order)
    wins = reshaped(wins, [size_of(wins, 0)] + [1] * (values.shape.rank - 1))
    return gen_math_ops.select_v2(wins, values, winning)


def _none_for_empty_rows(rows: tf.Tensor, index: tf.Tensor, values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The index and the values, but none of them if rows turn out to be empty: the op refuses these."""
    zero = constant(0, tf.int64)
    some = gen_math_ops.not_equal(gen_array_ops.size(rows, out_type=tf.int64), zero)
    stop = gen_math_ops.select_v2(some, as_tensor(size_of(index, 0)), zero)
    begin, step = constant((0,), tf.int64), constant((1,), tf.int64)
    end = gen_array_ops.reshape(stop, constant((1,), tf.int32))
    kept = [gen_array_ops.strided_slice(part, begin, end, step) for part in (index, values)]
    return kept[0], kept[1]
