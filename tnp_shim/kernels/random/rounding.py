"""Sums and products that are rounded one after the other, as C rounds them. Knows tensors only.

XLA turns `a * b + c` into one fused operation, whose last bit differs, and TensorFlow's graph optimizer adds
up sums of sums in another order. Neither sees through a maximum that changes no finite number.
"""

from __future__ import annotations

import tensorflow as tf


def kept(x: tf.Tensor) -> tf.Tensor:
    """x, rounded as it is (minus infinity becomes the lowest number)."""
    return tf.maximum(x, tf.constant(x.dtype.min, x.dtype))


def product(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """`a * b`, rounded before anything is added to it."""
    return kept(a * b)


def quotient(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """`x / y`, which a compiler that knows y makes the product with a rounded reciprocal."""
    return kept(x / tf.where(tf.equal(x, x), y, tf.ones_like(y)))
