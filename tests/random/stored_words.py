"""An engine whose words are stored: what a NumPy bit generator will give. It serves tests of draws."""

from __future__ import annotations

import numpy
import tensorflow as tf

from tnp_shim.kernels.random.engine import Block, Size, State, doubles_of, floats_of


class StoredWords:
    """The words of a 64-bit NumPy bit generator; the state is the number of 32-bit halves that were used.

    That is enough where a draw takes whole words only or halves only.
    """

    name = "stored"

    def __init__(self, bit_generator: numpy.random.BitGenerator, count: int) -> None:
        self.words = bit_generator.random_raw(count)
        self.halves = self.words.view(numpy.uint32)  # the lower half is first, on a little-endian machine

    def start(self) -> State:
        return (tf.constant(0, tf.int64),)

    def uint64s(self, state: State, n: Size) -> Block:
        return self._block(self.words, state, n, 2)

    def uint32s(self, state: State, n: Size) -> Block:
        return self._block(self.halves, state, n, 1)

    def doubles(self, state: State, n: Size) -> Block:
        values, after = self.uint64s(state, n)
        return Block(doubles_of(values), after)

    def floats(self, state: State, n: Size) -> Block:
        values, after = self.uint32s(state, n)
        return Block(floats_of(values), after)

    def doubles_of(self, words: tf.Tensor) -> tf.Tensor:
        return doubles_of(words)

    raw = uint64s

    def _block(self, words: numpy.ndarray, state: State, n: Size, halves: int) -> Block:
        (used,) = state
        places = used // halves + tf.range(tf.cast(n, tf.int64))
        if isinstance(n, int):
            places = tf.ensure_shape(places, [n])
        return Block(
            tf.gather(tf.constant(words), places % len(words)),
            lambda k: (used + halves * tf.cast(k, tf.int64),),
        )
