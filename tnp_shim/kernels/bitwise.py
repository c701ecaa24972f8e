"""Bits and shifts of integers. Knows tensors only."""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.elementwise import Body, both, by_kind, either, like, select
from tnp_shim.tensorflow_internals import gen_bitwise_ops, gen_math_ops, known_value

bitwise_and = by_kind(b=both, iu=gen_bitwise_ops.bitwise_and)
bitwise_or = by_kind(b=either, iu=gen_bitwise_ops.bitwise_or)
bitwise_xor = by_kind(b=gen_math_ops.not_equal, iu=gen_bitwise_ops.bitwise_xor)
invert = by_kind(b=gen_math_ops.logical_not, iu=gen_bitwise_ops.invert)


def _shift(shift: Body) -> Body:
    """TensorFlow limits the shift to the width less one; NumPy shifts every bit out."""

    def body(x, y):
        bits = x.dtype.size * 8
        if not y.shape.rank:
            known = known_value(y)
            if known is not None and known.ndim == 0 and 0 <= known < bits:
                return shift(x, y)
        within = gen_math_ops.less(y, like(bits, y))
        if not x.dtype.is_unsigned:
            within = both(within, gen_math_ops.greater_equal(y, like(0, y)))
        if shift is gen_bitwise_ops.right_shift and not x.dtype.is_unsigned:
            return shift(x, select(within, y, like(bits - 1, y)))  # leaves the sign only
        return select(within, shift(x, select(within, y, like(0, y))), like(0, x))

    return body


left_shift = _shift(gen_bitwise_ops.left_shift)
right_shift = _shift(gen_bitwise_ops.right_shift)


def magnitude(x: tf.Tensor) -> tf.Tensor:
    """The absolute value of integers; the lowest of them stays, as in NumPy, and its bits are right."""
    return x if x.dtype.is_unsigned else gen_math_ops._abs(x)


def bitwise_count(x: tf.Tensor) -> tf.Tensor:
    """How many bits of the absolute value are set."""
    return gen_bitwise_ops.population_count(magnitude(x))
