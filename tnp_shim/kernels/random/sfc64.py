"""SFC64: each word depends on the one before, so they are made one after the other. Knows tensors only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tnp_shim.kernels.random.engine import Size, WordEngine
from tnp_shim.kernels.random.wide import left, right, rotate_left, word, xor


class SFC64(WordEngine):
    """NumPy's SFC64: the state vector is (three words, a counter; kept half: has, value)."""

    name = "SFC64"

    def words(self, state: tf.Tensor, n: Size) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        count = n if isinstance(n, int) else tf.cast(n, tf.int32)
        states = tf.TensorArray(tf.uint64, count + 1, element_shape=[3]).write(0, state[:3])
        values = tf.TensorArray(tf.uint64, count, element_shape=[])

        def body(place: tf.Tensor, *carried: Any) -> tuple[Any, ...]:
            a, b, c, counter, states, values = carried
            value = a + b + counter
            a, b, c = xor(b, right(b, 11)), c + left(c, 3), rotate_left(c, 24) + value
            states, values = states.write(place + 1, tf.stack([a, b, c])), values.write(place, value)
            return place + 1, a, b, c, counter + word(1), states, values

        begin = (0, state[0], state[1], state[2], state[3], states, values)
        *_, states, values = tf.while_loop(lambda place, *_: place < count, body, begin)
        table = states.stack()

        def after(k: tf.Tensor) -> tf.Tensor:
            counter = state[3] + tf.cast(k, tf.uint64)
            return tf.concat([tf.gather(table, k), [counter], state[4:]], 0)

        return values.stack(), after
