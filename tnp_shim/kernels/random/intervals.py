"""Integers up to a bound of 64 bits, one at a time, from words of 32 or of 64 bits. Knows tensors only.

Bounds and values are int64 of the bits of C's uint64.
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.random import wide
from tnp_shim.kernels.random.mixed import Half, Stream
from tnp_shim.kernels.random.sequential import Cursor, until_accepted

_SHORT = 0xFFFFFFFF


def below(stream: Stream, at: Cursor, most: tf.Tensor, masked: bool) -> Half:
    """A number from 0 to `most`: of half a word where that is enough, of none for 0."""

    def of_half(at: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
        word, after = stream.half(at)
        return *(masking if masked else scaling)(word, most, 32), after

    def of_whole(at: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
        word, after = stream.whole(at)
        return *(_masking if masked else _scaling)(word, most), after

    return tf.case(
        [
            (tf.equal(most, 0), lambda: (tf.zeros([], tf.int64), at)),
            ((most > 0) & (most <= _SHORT), lambda: until_accepted(stream, at, of_half, tf.int64)),
        ],
        lambda: until_accepted(stream, at, of_whole, tf.int64),
    )


def masking(word: tf.Tensor, most: tf.Tensor, width: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Whether a word is accepted, and the value from 0 to `most`, by RandomState's method."""
    mask = most
    for shift in (1, 2, 4, 8, 16):
        mask |= tf.bitwise.right_shift(mask, tf.constant(shift, tf.int64))
    return (word & mask) <= most, word & mask


def scaling(word: tf.Tensor, most: tf.Tensor, width: int) -> tuple[tf.Tensor, tf.Tensor]:
    """The same by Lemire's method."""
    whole = (1 << width) - 1
    product = word * (most + 1)
    threshold = (whole - most) % (most + 1)
    value = tf.bitwise.right_shift(product, tf.constant(width, tf.int64)) & whole
    return (product & whole) >= threshold, value


def _not_above(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """x <= y of unsigned numbers."""
    return tf.bitwise.bitwise_xor(x, _least()) <= tf.bitwise.bitwise_xor(y, _least())


def _least() -> tf.Tensor:
    return tf.constant(tf.int64.min, tf.int64)


def _masking(word: tf.Tensor, most: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    mask = most
    for shift in (
        1,
        2,
        4,
        8,
        16,
        32,
    ):  # of a negative number, which is above 2**63, they are all ones at once
        mask |= tf.bitwise.right_shift(mask, tf.constant(shift, tf.int64))
    return _not_above(word & mask, most), word & mask


def _scaling(word: tf.Tensor, most: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    length = most + 1
    whole = wide.product(tf.bitcast(word, tf.uint64), tf.bitcast(length, tf.uint64))
    lower, upper = tf.bitcast(whole.lower, tf.int64), tf.bitcast(whole.upper, tf.int64)
    every = tf.equal(length, 0)  # of 2**64 numbers
    return every | _not_above(_rest_of_words(length), lower), tf.where(every, word, upper)


def _rest_of_words(length: tf.Tensor) -> tf.Tensor:
    """2**64 modulo an unsigned length, by signed arithmetic."""
    positive = tf.maximum(length, 1)
    rest = (tf.int64.max % positive + 1) % positive  # of 2**63
    twice = tf.where(rest >= positive - rest, rest - (positive - rest), rest + rest)
    return tf.where(length > 0, twice, tf.where(tf.equal(length, _least()), tf.zeros_like(length), -length))
