"""Sorting of few elements by comparing and exchanging neighbours, for XLA. Knows tensors only.

XLA sorts vectors one after the other, with a call for each comparison. Exchanges are elementwise
operations, which it fuses: vectors of nine take a sixth of the time. As only neighbours that are out of order
are exchanged, equal elements keep their order. Keys are compared, not the elements: XLA's comparisons take
subnormal floats as zero.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from tnp_shim.kernels.elementwise import select
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_array_ops, gen_math_ops

_MOST = 9
"""So many elements at most, those of a window of 3x3: the time to compile grows with the square."""


def is_short(x: tf.Tensor) -> bool:
    """Whether vectors along the last axis are to be sorted so."""
    size = x.shape[-1] if x.shape.rank else None
    return size is not None and 1 < size <= _MOST and compiled_by_xla()


def sort_by(order_key: Callable[[tf.Tensor], tf.Tensor], x: tf.Tensor) -> tf.Tensor:
    """The elements along the last axis, ordered by integer keys; differentiable."""
    return gen_array_ops.pack(_exchanged(_lanes(order_key(x)), _lanes(x)), axis=-1)


def argsort_by(key: tf.Tensor) -> tf.Tensor:
    """The int32 indices that sort integer keys along the last axis, those of equal ones in order."""
    keys = _lanes(key)
    places = [
        gen_array_ops.broadcast_to(constant(i, tf.int32), gen_array_ops.shape(keys[0]))
        for i in range(len(keys))
    ]
    return gen_array_ops.pack(_exchanged(keys, places), axis=-1)


def _lanes(x: tf.Tensor) -> list[tf.Tensor]:
    return gen_array_ops.unpack(x, x.shape[-1], axis=-1)


def _exchanged(keys: list[tf.Tensor], values: list[tf.Tensor]) -> list[tf.Tensor]:
    """The values in the order of the keys: pairs at even places, then at odd ones, by turns."""
    keys, values = [*keys], [*values]
    for turn in range(len(keys)):
        for i in range(turn % 2, len(keys) - 1, 2):
            first, second = keys[i : i + 2]
            out_of_order = gen_math_ops.less(second, first)
            keys[i : i + 2] = gen_math_ops.minimum(first, second), gen_math_ops.maximum(first, second)
            one, other = values[i : i + 2]
            values[i : i + 2] = select(out_of_order, other, one), select(out_of_order, one, other)
    return values
