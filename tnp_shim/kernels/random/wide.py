"""Arithmetic of 128 bits on pairs of uint64 tensors (upper, lower), and rotations. Knows tensors only."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from tnp_shim.tensorflow_internals import gen_bitwise_ops, gen_math_ops

MASK = 0xFFFFFFFFFFFFFFFF


class Wide(NamedTuple):
    """A number of 128 bits."""

    upper: tf.Tensor
    lower: tf.Tensor


def word(value: int) -> tf.Tensor:
    """A constant of 64 bits."""
    return tf.constant(value & MASK, tf.uint64)


def right(x: tf.Tensor, bits: int) -> tf.Tensor:
    """x >> bits."""
    return gen_bitwise_ops.right_shift(x, word(bits))


def left(x: tf.Tensor, bits: int) -> tf.Tensor:
    """x << bits."""
    return gen_bitwise_ops.left_shift(x, word(bits))


def xor(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """x ^ y."""
    return gen_bitwise_ops.bitwise_xor(x, y)


def product(x: tf.Tensor, y: tf.Tensor) -> Wide:
    """The whole product of two words."""
    half = word(0xFFFFFFFF)
    x0, x1 = gen_bitwise_ops.bitwise_and(x, half), right(x, 32)
    y0, y1 = gen_bitwise_ops.bitwise_and(y, half), right(y, 32)
    # schoolbook multiplication by halves: no partial sum exceeds 64 bits
    low = x0 * y0
    middle = x1 * y0 + right(low, 32)
    carried = x0 * y1 + gen_bitwise_ops.bitwise_and(middle, half)
    lower = gen_bitwise_ops.bitwise_or(left(carried, 32), gen_bitwise_ops.bitwise_and(low, half))
    return Wide(x1 * y1 + right(middle, 32) + right(carried, 32), lower)


def add(x: Wide, y: Wide) -> Wide:
    """x + y modulo 2**128."""
    lower = gen_math_ops.add_v2(x.lower, y.lower)
    carry = gen_math_ops.cast(gen_math_ops.less(lower, y.lower), tf.uint64)
    return Wide(x.upper + y.upper + carry, lower)


def multiply(x: Wide, y: Wide) -> Wide:
    """x * y modulo 2**128."""
    whole = product(x.lower, y.lower)
    return Wide(whole.upper + x.upper * y.lower + x.lower * y.upper, whole.lower)


def rotate_right(x: tf.Tensor, bits: tf.Tensor) -> tf.Tensor:
    """Each word rotated by its own number of bits, below 64."""
    back = gen_bitwise_ops.bitwise_and(word(64) - bits, word(63))
    return gen_bitwise_ops.bitwise_or(
        gen_bitwise_ops.right_shift(x, bits), gen_bitwise_ops.left_shift(x, back)
    )


def rotate_left(x: tf.Tensor, bits: int) -> tf.Tensor:
    """Each word rotated by so many bits, from 1 to 63."""
    return gen_bitwise_ops.bitwise_or(left(x, bits), right(x, 64 - bits))
