"""Draws that take words of 32 and of 64 bits in turn, one value after the other. Knows tensors only.

A 64-bit engine gives the lower half of a word and keeps the upper one for the next time a half is asked for,
with whole words in between. MT19937 has words of 32 bits, two of which make a whole one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from tnp_shim.kernels.random.engine import Engine, Size, State
from tnp_shim.kernels.random.sequential import (
    Cursor,
    One,
    block_of,
    nothing,
    one_after_the_other,
    until_filled,
    within,
)

_HALF = 0xFFFFFFFF


Half = tuple[tf.Tensor, Cursor]


class Stream(NamedTuple):
    """A block of words."""

    words: tf.Tensor
    """int64: words of 64 bits, or those of 32 bits."""
    total: tf.Tensor
    in_halves: bool

    def half(self, at: Cursor) -> Half:
        """The next 32 bits."""
        word = within(self.words, at.place)
        if self.in_halves:
            return word, at.moved(1)
        fresh = at.has == 0
        new = tf.cast(fresh, tf.int64)
        kept = tf.where(fresh, _right(word, 32), at.kept)
        return tf.where(fresh, word & _HALF, at.kept), Cursor(at.place + new, new, kept)

    def whole(self, at: Cursor) -> Half:
        """The next 64 bits."""
        word = within(self.words, at.place)
        if not self.in_halves:
            return word, at.moved(1)
        return tf.bitwise.left_shift(word, _int64(32)) | within(self.words, at.place + 1), at.moved(2)

    def double(self, at: Cursor) -> tuple[tf.Tensor, Cursor]:
        """The next number in [0, 1)."""
        word = within(self.words, at.place)
        if not self.in_halves:
            return tf.cast(_right(word, 11), tf.float64) * 2.0**-53, at.moved(1)
        upper, lower = _right(word, 5), _right(within(self.words, at.place + 1), 6)
        return (tf.cast(upper, tf.float64) * 2.0**26 + tf.cast(lower, tf.float64)) / 2.0**53, at.moved(2)


def _int64(value: int) -> tf.Tensor:
    return tf.constant(value, tf.int64)


def _right(x: tf.Tensor, bits: int) -> tf.Tensor:
    """x >> bits, with zeros from the left."""
    return tf.bitwise.right_shift(x, _int64(bits)) & ((1 << (64 - bits)) - 1)


def draw(
    engine: Engine,
    state: State,
    n: Size,
    one: One,
    parameters: Sequence[tf.Tensor],
    dtype: tf.DType = tf.int64,
    words: float = 2.0,
    inner: Sequence[Size] = (),
) -> tuple[tf.Tensor, State]:
    """n values of `one(stream, place, *parameters)`, and the state after them; see `sequential.draw`."""
    if isinstance(n, int) and n == 0:
        return nothing(n, dtype, inner), state
    parameters = tuple(tf.convert_to_tensor(parameter) for parameter in parameters)
    in_halves = len(state) == 2
    size = block_of(n, 2 * words if in_halves else words, inner)

    fill = _compiled(one, in_halves)

    def turn(filled: tf.Tensor, values: tf.Tensor, state: State) -> Any:
        block = (engine.uint32s if in_halves else engine.uint64s)(state, size)
        bits = tf.cast(block.values, tf.int64) if in_halves else tf.bitcast(block.values, tf.int64)
        at = Cursor(_int64(0), *_kept_half(state, in_halves))
        filled, found, at = fill(bits, filled, values, at, *parameters)
        return filled, tf.ensure_shape(found, values.shape), _with_half(block.after(at.place), at, in_halves)

    return until_filled(turn, nothing(n, dtype, inner), state)


@functools.cache
def _compiled(one: One, in_halves: bool) -> Callable[..., Any]:
    """XLA needs not know how many: all sizes are those of the arguments. All draws of a size share it."""

    @tf.function(jit_compile=True, autograph=False)
    def fill(
        bits: tf.Tensor, filled: tf.Tensor, values: tf.Tensor, at: Cursor, *parameters: tf.Tensor
    ) -> Any:
        stream = Stream(bits, tf.size(bits, tf.int64), in_halves)
        return one_after_the_other(one, stream, at, filled, values, parameters)

    return fill


def _kept_half(state: State, in_halves: bool) -> tuple[tf.Tensor, tf.Tensor]:
    if in_halves:
        return _int64(0), _int64(0)
    bits = tf.bitcast(state[0][-2:], tf.int64)
    return bits[0], bits[1]


def _with_half(state: State, at: Cursor, in_halves: bool) -> State:
    if in_halves:
        return state
    half = tf.bitcast(tf.stack([at.has, at.kept]), tf.uint64)
    return (tf.concat([state[0][:-2], half], 0),)
