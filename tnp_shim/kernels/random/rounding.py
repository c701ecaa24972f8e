"""Products that are rounded before they are added to, as C code without fused operations rounds them.

Knows tensors only. XLA turns `a * b + c` into one fused operation, whose last bit differs.
"""

from __future__ import annotations

import tensorflow as tf


def product(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """`a * b`, rounded on its own: the maximum, which changes no finite number, is not seen through."""
    result = a * b
    return tf.maximum(result, tf.constant(result.dtype.min, result.dtype))
