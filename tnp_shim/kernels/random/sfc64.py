"""SFC64: each word depends on the one before, so they are made one after the other. Knows tensors only.

The loop over words is compiled by XLA, in any graph, for pieces of two lengths. It runs on the CPU, but where
the whole function is compiled for another device. The state after some words is made again from where a piece
began. A word takes about 20 ns, five times as long as NumPy's.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tnp_shim.kernels.random.engine import Size, WordEngine
from tnp_shim.kernels.random.wide import left, right, rotate_left, word, xor
from tnp_shim.tensorflow_internals import compiled_by_xla

_SHORT, _LONG = 1 << 8, 1 << 12
_AT_ONCE = 4
"""Words of one turn of the loop."""

Four = tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]


class SFC64(WordEngine):
    """NumPy's SFC64: the state vector is (three words, a counter; kept half: has, value)."""

    name = "SFC64"

    def words(self, state: tf.Tensor, n: Size) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        length = _SHORT if isinstance(n, int) and n <= 4 * _SHORT else _LONG
        # of no words there is a piece, too, as `after` begins there
        if isinstance(n, int):
            pieces: Any = max(-(-n // length), 1)
        else:
            pieces = tf.maximum(tf.cast((n + length - 1) // length, tf.int32), 1)
        with tf.device(None if compiled_by_xla() else "CPU:0"):
            begins = tf.TensorArray(tf.int64, pieces, element_shape=[4])
            values = tf.TensorArray(tf.int64, pieces, element_shape=[length])

            def body(place: tf.Tensor, now: tf.Tensor, begins: Any, values: Any) -> tuple[Any, ...]:
                found, after = _piece(length)(now)
                return place + 1, after, begins.write(place, now), values.write(place, found)

            begin = (0, tf.bitcast(state[:4], tf.int64), begins, values)
            *_, begins, values = tf.while_loop(lambda place, *_: place < pieces, body, begin)
            table = begins.stack()
            found = tf.bitcast(tf.reshape(values.stack(), [-1])[:n], tf.uint64)
            found = tf.ensure_shape(found, [n if isinstance(n, int) else None])

        def after(k: tf.Tensor) -> tf.Tensor:
            piece = tf.maximum(k - 1, 0) // length
            with tf.device(None if compiled_by_xla() else "CPU:0"):
                now = _moved()(tf.gather(table, piece), k - piece * length)
                return tf.concat([tf.bitcast(now, tf.uint64), state[4:]], 0)

        return found, after


def _next(a: tf.Tensor, b: tf.Tensor, c: tf.Tensor, counter: tf.Tensor) -> tuple[tf.Tensor, Four]:
    value = a + b + counter
    return value, (xor(b, right(b, 11)), c + left(c, 3), rotate_left(c, 24) + value, counter + word(1))


def _four(now: tf.Tensor) -> Four:
    a, b, c, counter = (tf.bitcast(one, tf.uint64) for one in tf.unstack(now))
    return a, b, c, counter


def _vector(four: Any) -> tf.Tensor:
    return tf.stack([tf.bitcast(one, tf.int64) for one in four])


@functools.cache
def _piece(length: int) -> Callable[..., Any]:
    """From a state, as int64, to a piece of words and the state after it."""

    @tf.function(jit_compile=True, autograph=False)
    def piece(now: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        turns = length // _AT_ONCE
        values = tf.TensorArray(tf.int64, turns, element_shape=[_AT_ONCE])

        def turn(place: tf.Tensor, *carried: Any) -> tuple[Any, ...]:
            a, b, c, counter, values = carried
            found = []
            for _ in range(_AT_ONCE):
                value, (a, b, c, counter) = _next(a, b, c, counter)
                found.append(value)
            return place + 1, a, b, c, counter, values.write(place, _vector(found))

        _, *four, values = tf.while_loop(lambda place, *_: place < turns, turn, (0, *_four(now), values))
        return values.concat(), _vector(four)

    return piece


@functools.cache
def _moved() -> Callable[..., Any]:
    """From a state to that after some words."""

    @tf.function(jit_compile=True, autograph=False)
    def moved(now: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        _, *four = tf.while_loop(
            lambda place, *_: place < count,
            lambda place, *four: (place + 1, *_next(*four)[1]),
            (tf.constant(0, tf.int64), *_four(now)),
        )
        return _vector(four)

    return moved
