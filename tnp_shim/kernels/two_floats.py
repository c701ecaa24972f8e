"""Sums and products with what rounding takes from them, for what nearly cancels. Knows tensors only.

All products here are of halves, so that they are exact: a compiler that contracts a product and a sum to one
operation changes nothing.
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.elementwise import BITS, bits_of, both, from_bits, is_zero, like, select
from tnp_shim.promotion import cast
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_bitwise_ops, gen_math_ops

add, sub, mul = gen_math_ops.add_v2, gen_math_ops.sub, gen_math_ops.mul


def two_sum(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The sum as it is rounded, and what rounding took from it."""
    total = add(x, y)
    y_part = sub(total, x)
    return total, add(sub(x, sub(total, y_part)), sub(y, y_part))


def halves(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Two floats whose sum is x, each with half of its bits: products of such are exact."""
    bits = bits_of(x)
    low_bits = (BITS[x.dtype][1] + 2) // 2
    rounded = add(bits, like(1 << (low_bits - 1), bits))
    high = from_bits(gen_bitwise_ops.bitwise_and(rounded, like(-1 << low_bits, bits)), x.dtype)
    return high, sub(x, high)


def squares_and(term: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """term + x**2 + y**2, right also where next to nothing is left of it."""
    if x.dtype == tf.float32:  # whose squares float64 holds
        term, x, y = (cast(part, tf.float64) for part in (term, x, y))
        return cast(add(add(term, mul(x, x)), mul(y, y)), tf.float32)
    (a, a_low), (b, b_low) = halves(x), halves(y)
    total, first = two_sum(term, mul(a, a))
    total, second = two_sum(total, mul(b, b))
    mixed, third = two_sum(mul(a, add(a_low, a_low)), mul(b, add(b_low, b_low)))
    total, fourth = two_sum(total, mixed)
    low, fifth = two_sum(mul(a_low, a_low), mul(b_low, b_low))
    total, sixth = two_sum(total, low)
    return add(total, add(add(add(first, second), add(third, fourth)), add(fifth, sixth)))


def loses_log1p(x: tf.Tensor) -> bool:
    """Whether log1p of TensorFlow is off: by up to 126 ulp about 0.41, of float64 under XLA."""
    return x.dtype == tf.float64 and compiled_by_xla()


def log1p_by_log(x: tf.Tensor) -> tf.Tensor:
    """log(1 + x), by the logarithm of that sum and what rounding took from it."""
    one = like(1, x)
    total, lost = two_sum(one, x)
    usual = both(gen_math_ops.is_finite(total), gen_math_ops.greater(total, like(0, x)))
    correction = gen_math_ops.real_div(select(usual, lost, like(0, x)), select(usual, total, one))
    return select(is_zero(x), x, add(gen_math_ops.log(total), correction))


def log1p(x: tf.Tensor) -> tf.Tensor:
    """log(1 + x), without a gradient of its own."""
    return log1p_by_log(x) if loses_log1p(x) else gen_math_ops.log1p(x)
