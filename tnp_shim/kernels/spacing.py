"""Evenly spaced floats, in the order of operations of NumPy's `linspace`. Knows tensors only."""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.indexing.checks import every
from tnp_shim.kernels.elementwise import like, select
from tnp_shim.kernels.shapes import Length, along, as_length, counting, rank_of
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_math_ops


def multiples(delta: tf.Tensor, count: tf.Tensor, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """index * delta / count, and the step delta / count.

    Where any of several steps is zero NumPy divides first and multiplies then; so do we, to get its floats.
    """
    step = gen_math_ops.real_div(delta, count)
    by_step = _rounded(gen_math_ops.mul(index, step))
    if rank_of(delta, "linspace") == 0:
        return by_step, step
    has_no_zero = every(gen_math_ops.not_equal(step, like(0, step)))
    by_fraction = gen_math_ops.mul(gen_math_ops.real_div(index, count), delta)
    return select(has_no_zero, by_step, by_fraction), step


def _rounded(product: tf.Tensor) -> tf.Tensor:
    """A product, rounded before anything is added to it.

    XLA makes one operation of both: 0 among the edges of bins is then not 0. It does not where a condition
    stands between; this one changes nothing.
    """
    if not (compiled_by_xla() and product.dtype.is_floating):
        return product
    return select(gen_math_ops.is_finite(product), product, gen_math_ops.add_v2(product, product))


def spaced(start: tf.Tensor, stop: tf.Tensor, num: Length, endpoint: bool) -> tuple[tf.Tensor, tf.Tensor]:
    """`num` floats from start to stop along a new first axis, and the step between them (NaN if none)."""
    dtype = start.dtype
    delta = gen_math_ops.sub(stop, start)
    rank = rank_of(delta, "linspace") + 1
    index = along(counting(num), 0, rank)
    intervals = gen_math_ops.sub(as_length(num), as_length(int(bool(endpoint))))
    is_single = False if isinstance(num, int) else gen_math_ops.less_equal(intervals, as_length(0))
    if isinstance(num, int) and num <= int(bool(endpoint)):
        values = gen_math_ops.add_v2(gen_math_ops.mul(cast(index, dtype), delta), start)
        return values, gen_math_ops.mul(delta, constant(float("nan"), dtype))
    if not isinstance(num, int):
        intervals = gen_math_ops.maximum(intervals, as_length(1))
    values, step = multiples(delta, cast(intervals, dtype), cast(index, dtype))
    values = gen_math_ops.add_v2(values, start)
    if endpoint:
        is_last = gen_math_ops.equal(index, intervals)
        values = select(is_last, stop, values)
    if is_single is not False:
        step = select(is_single, constant(float("nan"), dtype), step)
    return values, step
