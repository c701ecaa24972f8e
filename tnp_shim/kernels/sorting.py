"""Sorting and searching along the last axis, in NumPy's order: stable, NaN last. Knows tensors only.

Elements are compared by integer keys, in which -0.0 equals 0.0 and every NaN is the largest: `TopKV2`
and the binary searches then know a total order, have kernels on every device, and nothing overflows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import tensorflow as tf

from tnp_shim.kernels import shapes, sorting_networks
from tnp_shim.kernels.coverage import compute_dtype
from tnp_shim.kernels.elementwise import BITS, bits_of, both, either, imag, like, real, select
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import (
    EagerTensor,
    gen_array_ops,
    gen_bitwise_ops,
    gen_math_ops,
    gen_nn_ops,
)

_KEYS_OF = {tf.bool: tf.uint8, tf.uint16: tf.int32}
"""The integers that stand for dtypes that cannot be sorted; XLA has no TopKV2 of uint16."""


_EXTREMES = {integer: (integer.min, integer.max) for integer, _ in BITS.values()}


def is_nan(x: tf.Tensor) -> tf.Tensor:
    """Whether an element is not equal to itself, of any dtype."""
    return gen_math_ops.not_equal(x, x)


def order_key(x: tf.Tensor) -> tf.Tensor:
    """Integers that are ordered as the elements are, equal for equal elements and for all NaNs."""
    dtype = x.dtype
    if dtype.is_complex:
        raise TypeError("a complex number has more than one key")
    if not dtype.is_floating:
        return cast(x, _KEYS_OF.get(dtype, dtype))
    bits = bits_of(x)
    lowest, highest = _EXTREMES[bits.dtype]
    # a negative float is its sign bit and a magnitude: -0.0 becomes 0, and so on downwards
    downwards = gen_math_ops.sub(like(lowest, bits), bits)
    key = select(gen_math_ops.less(bits, like(0, bits)), downwards, bits)
    return select(is_nan(x), like(highest, bits), key)


def order_keys(x: tf.Tensor) -> list[tf.Tensor]:
    """The keys by which elements are ordered, the most significant one last (as `lexsort` wants them)."""
    if not x.dtype.is_complex:
        return [order_key(x)]
    real_part, imag_part = real(x), imag(x)
    # R + Rj, R + nanj, nan + Rj, nan + nanj, and each of them by what is not NaN
    real_is_nan, imag_is_nan = cast(is_nan(real_part), tf.uint8), cast(is_nan(imag_part), tf.uint8)
    group = gen_math_ops.add_v2(gen_math_ops.add_v2(real_is_nan, real_is_nan), imag_is_nan)
    return [order_key(imag_part), order_key(real_part), group]


def _sorted_downwards(key: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Keys from the largest to the smallest, and where they were; equal ones keep their order."""
    size = shapes.length(key, -1)
    count = constant(size, tf.int32) if isinstance(size, int) else cast(size, tf.int32)
    return gen_nn_ops.top_kv2(key, count)


def argsort_key(key: tf.Tensor) -> tf.Tensor:
    """The int32 indices that sort integers along the last axis, those of equal ones in order."""
    if sorting_networks.is_short(key):
        return sorting_networks.argsort_by(key)
    return _sorted_downwards(gen_bitwise_ops.invert(key))[1]


def take_by(x: tf.Tensor, indices: tf.Tensor) -> tf.Tensor:
    """The elements at the indices along the last axis, each vector by its own indices."""
    rank, wider = x.shape.rank, compute_dtype("GatherV2", x.dtype, "Tparams")
    if wider != x.dtype:
        return cast(take_by(cast(x, wider), indices), x.dtype)
    if rank is not None:
        return gen_array_ops.gather_v2(x, indices, constant(rank - 1, tf.int32), batch_dims=rank - 1)
    rows, row_indices = (shapes.reshape(t, [-1, shapes.length(t, -1)]) for t in (x, indices))
    taken = gen_array_ops.gather_v2(rows, row_indices, constant(1, tf.int32), batch_dims=1)
    return gen_array_ops.reshape(taken, gen_array_ops.shape(indices, out_type=tf.int64))


def lexsort(keys: Sequence[tf.Tensor]) -> tf.Tensor:
    """The int32 indices that sort by the last of integer keys, equal ones by the one before, and so on."""
    order = argsort_key(keys[0])
    for key in keys[1:]:
        order = take_by(order, argsort_key(take_by(key, order)))
    return order


def argsort(x: tf.Tensor) -> tf.Tensor:
    """The int32 indices that sort along the last axis, those of equal elements in order."""
    return lexsort(order_keys(x))


def sort(x: tf.Tensor) -> tf.Tensor:
    """The elements in order along the last axis; differentiable."""
    if sorting_networks.is_short(x) and not x.dtype.is_complex:
        return sorting_networks.sort_by(order_key, x)
    if not (x.dtype.is_floating or x.dtype.is_complex):
        # without gradients to carry the keys say it all
        return cast(
            gen_bitwise_ops.invert(_sorted_downwards(gen_bitwise_ops.invert(order_key(x)))[0]), x.dtype
        )
    return take_by(x, argsort(x))


def along(body: Callable[[tf.Tensor], tf.Tensor], x: tf.Tensor, axis: int) -> tf.Tensor:
    """The result of a body that works along the last axis, along another one."""
    last = x.shape.rank - 1
    if axis == last:
        return body(x)
    order = [*range(last + 1)]
    order[axis], order[last] = last, axis
    swap = constant(tuple(order), tf.int32)
    return gen_array_ops.transpose(body(gen_array_ops.transpose(x, swap)), swap)


def lexsort_rows(rows: tf.Tensor) -> tf.Tensor:
    """The int32 indices that sort the rows of a matrix by their first elements, then by their second, ..."""
    keys = [gen_array_ops.transpose(key, constant((1, 0), tf.int32)) for key in order_keys(rows)]
    zero, one = constant(0, tf.int32), constant(1, tf.int32)
    order = gen_math_ops._range(zero, cast(shapes.as_length(shapes.length(rows, 0)), tf.int32), one)
    columns = rows.shape[1]

    def sorted_by(column, order):
        for key in keys:
            order = take_by(order, argsort_key(take_by(gen_array_ops.gather_v2(key, column, zero), order)))
        return order

    if columns is not None and (columns <= _MOST_UNROLLED or isinstance(rows, EagerTensor)):
        for column in reversed(range(columns)):
            order = sorted_by(constant(column, tf.int32), order)
        return order
    return tf.while_loop(
        lambda column, _: gen_math_ops.greater_equal(column, zero),
        lambda column, order: (gen_math_ops.sub(column, one), sorted_by(column, order)),
        (cast(shapes.as_length(shapes.length(rows, 1)), tf.int32) - 1, order),
        (tf.TensorShape(()), tf.TensorShape([None])),
    )[1]


_MOST_UNROLLED = 16
"""A graph sorts by so many columns one after the other; by more in a loop."""


def search(ordered: tf.Tensor, values: tf.Tensor, right: bool) -> tf.Tensor:
    """How many elements of an ordered vector come before each value (`right`: or equal it), in int64."""
    flat = shapes.flat(values)
    if ordered.dtype.is_complex:
        found = _search_by_sorting(ordered, flat, right)
    else:
        op = gen_array_ops.upper_bound if right else gen_array_ops.lower_bound
        row = constant(0, tf.int32)
        ordered_keys, keys = (gen_array_ops.expand_dims(order_key(x), row) for x in (ordered, flat))
        found = op(ordered_keys, keys, out_type=tf.int64)
    if values.shape.rank == 1 and found.shape.rank == 1:
        return found
    return gen_array_ops.reshape(found, gen_array_ops.shape(values, out_type=tf.int64))


def _search_by_sorting(ordered: tf.Tensor, values: tf.Tensor, right: bool) -> tf.Tensor:
    """`search` where elements have several keys: by the places that the values get when sorted in."""
    count, searched = shapes.length(ordered, 0), shapes.length(values, 0)
    axis = constant(0, tf.int32)
    one, zero = constant(1, tf.int64), constant(0, tf.int64)
    parts = [(ordered, shapes.filled([count], one)), (values, shapes.filled([searched], zero))]
    elements, counted = (
        gen_array_ops.concat_v2(list(p), axis) for p in zip(*parts[:: 1 if right else -1], strict=True)
    )
    order = argsort(elements)
    before = gen_math_ops.cumsum(take_by(counted, order), axis)
    places = take_by(before, gen_array_ops.invert_permutation(order))
    return shapes.sliced(places, 0, count, None) if right else shapes.sliced(places, 0, None, searched)


def starts_of_runs(ordered: tf.Tensor, equal_nan: bool) -> tf.Tensor:
    """Whether each element (or row) of a sorted tensor differs from the one before it.

    Keys are compared and not the elements, as TensorFlow's kernels may take the smallest floats for zero.
    """
    differs = functools.reduce(either, [_differs_from_last(key) for key in order_keys(ordered)])
    if ordered.dtype.is_complex or (ordered.dtype.is_floating and not equal_nan):
        nan = is_nan(ordered)
        after = shapes.sliced(nan, 0, 1, None)
        if equal_nan:  # whichever part is NaN
            differs = both(differs, gen_math_ops.logical_not(both(after, shapes.sliced(nan, 0, None, -1))))
        else:
            differs = either(differs, after)
    if ordered.shape.rank != 1:
        differs = gen_math_ops._any(differs, constant((1,), tf.int32))
    size = shapes.length(ordered, 0)
    first = min(size, 1) if isinstance(size, int) else gen_math_ops.minimum(size, shapes.as_length(1))
    starts = [shapes.filled([first], constant(True, tf.bool)), differs]
    return gen_array_ops.concat_v2(starts, constant(0, tf.int32))


def _differs_from_last(key: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.not_equal(shapes.sliced(key, 0, 1, None), shapes.sliced(key, 0, None, -1))
