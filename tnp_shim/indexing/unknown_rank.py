"""Index arrays where the rank is unknown: the axes behind those indexed are one. Knows tensors only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tnp_shim.errors import UnsupportedError
from tnp_shim.indexing.advanced import AdvancedPlan
from tnp_shim.indexing.layout import axes_taken
from tnp_shim.indexing.sizes import as_tensor, size_of
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import gen_array_ops


class UnknownRankPlan:
    """Reads and writes what index arrays select of the leading axes."""

    is_view = is_scalar = False
    shape = numpy_index = None

    def __init__(self, items: Sequence[Any]) -> None:
        if any(item is Ellipsis for item in items):
            raise UnsupportedError(
                "`...` together with index arrays needs an array whose rank is known while tracing. Give it "
                "a rank with tf.ensure_shape, or in input_signature."
            )
        self._indexed = sum(map(axes_taken, items))
        self._plan = AdvancedPlan((None,) * (self._indexed + 1), items)

    def read(self, tensor: tf.Tensor) -> tf.Tensor:
        """The selected elements."""
        result = self._plan.read(self._merged(tensor))
        return gen_array_ops.reshape(result, self._shape(result, tensor))

    def write(self, tensor: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        """The tensor with the selected elements replaced by the value, broadcast; the last one wins."""
        merged = self._merged(tensor)
        result = self._plan.read(merged)
        value = gen_array_ops.broadcast_to(value, self._shape(result, tensor))
        value = gen_array_ops.reshape(value, gen_array_ops.shape(result))
        value = gen_array_ops.ensure_shape(value, result.shape)
        new = self._plan.write(merged, value)
        return gen_array_ops.reshape(new, gen_array_ops.shape(tensor))

    def _merged(self, tensor: tf.Tensor) -> tf.Tensor:
        sizes = [as_tensor(size_of(tensor, axis)) for axis in range(self._indexed)]
        behind = self._behind(tensor)
        last = tf.reduce_prod(behind)
        return gen_array_ops.reshape(tensor, gen_array_ops.pack([*sizes, last]))

    def _behind(self, tensor: tf.Tensor) -> tf.Tensor:
        """The sizes of the axes behind those indexed."""
        return gen_array_ops.shape(tensor, out_type=tf.int64)[self._indexed :]

    def _shape(self, result: tf.Tensor, tensor: tf.Tensor) -> tf.Tensor:
        """The shape of a result with the merged axis apart again."""
        leading = gen_array_ops.shape(result, out_type=tf.int64)[:-1]
        return gen_array_ops.concat_v2([leading, self._behind(tensor)], constant(0, tf.int32))
