"""MT19937, the Mersenne Twister: blocks of 624 words, each made from the one before. Knows tensors only.

A word needs the word 227 places before it, of its own block. Put in for that word what it was made of, once
or twice, and all words of a block but the last depend on the block before alone: one vector step.
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.random.engine import (
    SAME_BITS,
    Block,
    Size,
    State,
    as_count,
    floats_of,
    gathered,
    window,
)
from tnp_shim.tensorflow_internals import gen_array_ops, gen_bitwise_ops, gen_math_ops

LENGTH = 624
_AHEAD = 397
_BACK = LENGTH - _AHEAD


def _word(value: int) -> tf.Tensor:
    return tf.constant(value, tf.uint32)


def _and(x: tf.Tensor, value: int) -> tf.Tensor:
    return gen_bitwise_ops.bitwise_and(x, _word(value))


def _right(x: tf.Tensor, bits: int) -> tf.Tensor:
    return gen_bitwise_ops.right_shift(x, _word(bits))


def _left(x: tf.Tensor, bits: int) -> tf.Tensor:
    return gen_bitwise_ops.left_shift(x, _word(bits))


_xor = gen_bitwise_ops.bitwise_xor


def _twisted(words: tf.Tensor, following: tf.Tensor) -> tf.Tensor:
    """What pairs of neighbours contribute to the words of the next block."""
    joined = gen_bitwise_ops.bitwise_or(_and(words, 0x80000000), _and(following, 0x7FFFFFFF))
    odd = gen_math_ops.sub(_word(0), _and(joined, 1))  # all bits set where the last one is
    return _xor(_right(joined, 1), _and(odd, 0x9908B0DF))


def next_block(key: tf.Tensor) -> tf.Tensor:
    """The 624 words that follow a block."""
    twisted = _twisted(key[:-1], key[1:])
    first = _xor(key[_AHEAD:], twisted[:_BACK])
    second = _xor(first, twisted[_BACK : 2 * _BACK])
    third = _xor(second[: LENGTH - 1 - 2 * _BACK], twisted[2 * _BACK :])
    last = _xor(second[_AHEAD - 1 - _BACK][None], _twisted(key[-1:], first[:1]))
    return tf.concat([first, second, third, last], 0)


def _tempered(words: tf.Tensor) -> tf.Tensor:
    words = _xor(words, _right(words, 11))
    words = _xor(words, _and(_left(words, 7), 0x9D2C5680))
    words = _xor(words, _and(_left(words, 15), 0xEFC60000))
    return _xor(words, _right(words, 18))


def _doubles(upper: tf.Tensor, lower: tf.Tensor) -> tf.Tensor:
    """Of 27 bits of one word and 26 of another; as one integer, so that no sum of floats is rounded."""
    upper, lower = (
        gen_math_ops.cast(_right(upper, 5), tf.int64),
        gen_math_ops.cast(_right(lower, 6), tf.int64),
    )
    whole = gen_math_ops.add_v2(gen_bitwise_ops.left_shift(upper, tf.constant(26, tf.int64)), lower)
    return gen_math_ops.mul(gen_math_ops.cast(whole, tf.float64), tf.constant(2.0**-53, tf.float64))


class MT19937:
    """NumPy's MT19937; the state is (624 words uint32, the position of the next one int64)."""

    name = "MT19937"

    def zero(self, state: State) -> tf.Tensor:
        return tf.cast(gen_bitwise_ops.right_shift(state[1], tf.constant(10, tf.int64)), tf.uint64)

    def uint32s(self, state: State, n: Size) -> Block:
        key, position = state
        rows = -(-n // LENGTH) + 1
        blocks = self._blocks(key, rows)
        words = tf.reshape(blocks, [-1])
        values = _tempered(window(words, position, n))

        def after(k: tf.Tensor | int) -> State:
            end = position + as_count(k)
            # NumPy makes a block when its first word is wanted: 624 is a position, too
            row = tf.maximum(end - 1, 0) // LENGTH
            return gathered(blocks, row), end - LENGTH * row

        return Block(values, after)

    def _blocks(self, key: tf.Tensor, rows: Size) -> tf.Tensor:
        """The block of the state and the ones that follow it."""
        count = rows if isinstance(rows, int) else tf.cast(rows, tf.int32)
        kept = SAME_BITS[tf.uint32]
        found = tf.TensorArray(kept, count, element_shape=[LENGTH])
        found = found.write(0, gen_array_ops.bitcast(key, type=kept))

        def body(row: tf.Tensor, block: tf.Tensor, found: tf.TensorArray) -> tuple:
            block = next_block(block)
            return row + 1, block, found.write(row, gen_array_ops.bitcast(block, type=kept))

        *_, found = tf.while_loop(lambda row, *_: row < count, body, (1, key, found))
        return gen_array_ops.bitcast(found.stack(), type=tf.uint32)

    def _pairs(self, state: State, n: Size) -> tuple[tf.Tensor, tf.Tensor, Block]:
        block = self.uint32s(state, 2 * n)
        pairs = tf.reshape(block.values, [-1, 2])
        return pairs[:, 0], pairs[:, 1], Block(block.values, lambda k: block.after(2 * as_count(k)))

    def uint64s(self, state: State, n: Size) -> Block:
        upper, lower, block = self._pairs(state, n)
        upper, lower = gen_math_ops.cast(upper, tf.uint64), gen_math_ops.cast(lower, tf.uint64)
        upper = gen_bitwise_ops.left_shift(upper, tf.constant(32, tf.uint64))
        return Block(gen_bitwise_ops.bitwise_or(upper, lower), block.after)

    def doubles(self, state: State, n: Size) -> Block:
        upper, lower, block = self._pairs(state, n)
        return Block(_doubles(upper, lower), block.after)

    def doubles_of(self, words: tf.Tensor) -> tf.Tensor:
        shift, half = tf.constant(32, tf.uint64), tf.constant(0xFFFFFFFF, tf.uint64)
        upper = gen_math_ops.cast(gen_bitwise_ops.right_shift(words, shift), tf.uint32)
        return _doubles(upper, gen_math_ops.cast(gen_bitwise_ops.bitwise_and(words, half), tf.uint32))

    def floats(self, state: State, n: Size) -> Block:
        values, after = self.uint32s(state, n)
        return Block(floats_of(values), after)

    def raw(self, state: State, n: Size) -> Block:
        values, after = self.uint32s(state, n)
        return Block(gen_math_ops.cast(values, tf.uint64), after)
