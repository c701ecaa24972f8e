"""The elements at a few places of the order, such as a median, without sorting all. Knows tensors only.

TensorFlow's `NthElement` finds one in an eighth of the time that sorting takes. It knows no XLA, whose sort
calls a function for each comparison: to count the keys below a bound XLA takes one pass of vector
instructions, and as many passes as a key has bits, mostly far fewer, leave one key between the bounds.
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.coverage import has_gpu
from tnp_shim.kernels.elementwise import both, like, select
from tnp_shim.kernels.shapes import as_length, filled, length
from tnp_shim.kernels.sorting import order_key, sort, take_by
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import (
    compiled_by_xla,
    gen_array_ops,
    gen_bitwise_ops,
    gen_math_ops,
    gen_nn_ops,
    traced_by_vectorized_map,
)

_MOST_PLACES = 4
"""Each takes passes of its own."""
_LEAST_ELEMENTS = 1024
"""Fewer are sorted in the time that finding takes."""
_EACH = 2
"""The axis of a row's elements, behind those of the rows and of the places."""


def at_places(rows: tf.Tensor, places: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The elements of each row that stand at whole places when it is sorted, and those after them.

    Rows may have places of their own, or all the same. After the last element comes itself. Differentiable;
    of equal elements one gets the gradient.
    """
    places, one = cast(places, tf.int64), constant(1, tf.int64)
    last = gen_math_ops.sub(as_length(length(rows, 1)), one)
    after = gen_math_ops.minimum(gen_math_ops.add_v2(places, one), last)
    if not _is_quicker_than_sorting(rows, places):
        ordered = sort(rows)
        return _elements(ordered, places), _elements(ordered, after)
    key = order_key(rows)
    if compiled_by_xla():
        found, following = _keys_by_counting(key, cast(places, tf.int32))
    else:
        found, following = _nth_keys(key, places), _nth_keys(key, after)
    return _with_keys(rows, key, found), _with_keys(rows, key, following)


def _is_quicker_than_sorting(rows: tf.Tensor, places: tf.Tensor) -> bool:
    size, count = rows.shape[1], places.shape[-1]
    if size is not None and size < _LEAST_ELEMENTS or count is None or count > _MOST_PLACES:
        return False
    if rows.dtype.is_complex or has_gpu() or traced_by_vectorized_map():
        return False
    return compiled_by_xla() or places.shape.rank == 1


def _elements(rows: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    if places.shape.rank == 2:
        return take_by(rows, places)
    return gen_array_ops.gather_v2(rows, places, constant(1, tf.int32))


def _with_keys(rows: tf.Tensor, key: tf.Tensor, found: tf.Tensor) -> tf.Tensor:
    """The first elements that have the keys found."""
    if not rows.dtype.is_floating:
        return cast(found, rows.dtype)
    is_it = gen_math_ops.equal(gen_array_ops.expand_dims(key, 1), gen_array_ops.expand_dims(found, 2))
    return take_by(rows, gen_math_ops.arg_max(cast(is_it, tf.int32), _EACH, output_type=tf.int32))


def _nth_keys(key: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    each = gen_array_ops.unpack(cast(places, tf.int32), places.shape[0])
    return gen_array_ops.pack([gen_nn_ops.nth_element(key, place) for place in each], axis=1)


def _keys_by_counting(key: tf.Tensor, places: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The integer keys at the places, and those after them.

    By bisection: between bounds that become one, or leave one key. To add up what is between the bounds takes
    a sixth of the time that it takes to look for the least.
    """
    key = gen_array_ops.expand_dims(key, 1)

    def at_most(bound):
        return gen_math_ops.less_equal(key, gen_array_ops.expand_dims(bound, 2))

    def step(low, high, count_below, count_up_to):
        # half of their sum would overflow: the bits of both, and half of the others
        shared, others = gen_bitwise_ops.bitwise_and(low, high), gen_bitwise_ops.bitwise_xor(low, high)
        middle = gen_math_ops.add_v2(shared, gen_bitwise_ops.right_shift(others, like(1, others)))
        count = gen_math_ops._sum(cast(at_most(middle), tf.int32), _EACH)
        enough = gen_math_ops.greater(count, places)
        low = select(enough, low, gen_math_ops.add_v2(middle, like(1, middle)))
        high, count_up_to = select(enough, middle, high), select(enough, count, count_up_to)
        return low, high, select(enough, count_below, count), count_up_to

    def goes_on(low, high, count_below, count_up_to):
        several = gen_math_ops.greater(gen_math_ops.sub(count_up_to, count_below), constant(1, tf.int32))
        return gen_math_ops._any(both(gen_math_ops.less(low, high), several), constant((0, 1), tf.int32))

    shape, size = [length(key, 0), places.shape[-1]], cast(as_length(length(key, 2)), tf.int32)
    bounds = like(key.dtype.min, key), like(key.dtype.max, key), constant(0, tf.int32), size
    low, high, _, up_to = tf.while_loop(goes_on, step, [filled(shape, bound) for bound in bounds])
    between = both(gen_math_ops.greater_equal(key, gen_array_ops.expand_dims(low, 2)), at_most(high))
    only = gen_math_ops._sum(select(between, key, like(0, key)), _EACH)
    found = select(gen_math_ops.equal(low, high), low, only)

    is_greater = gen_math_ops.greater(key, gen_array_ops.expand_dims(found, 2))
    following = gen_math_ops._min(select(is_greater, key, like(key.dtype.max, key)), _EACH)
    next_place = gen_math_ops.add_v2(places, constant(1, tf.int32))
    is_followed = both(gen_math_ops.equal(up_to, next_place), gen_math_ops.less(up_to, size))
    return found, select(is_followed, following, found)
