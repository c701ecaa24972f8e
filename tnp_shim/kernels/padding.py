"""The modes of `pad`. Knows tensors only.

Widths are pairs for each axis, before and after; known ones are Python ints. Like NumPy, the modes that
compute values go through the axes one by one, each taking what the axes before it have become.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy
import tensorflow as tf

from tnp_shim.kernels import comparison, sorting
from tnp_shim.kernels.coverage import compute_dtype
from tnp_shim.kernels.elementwise import select
from tnp_shim.kernels.reductions import REDUCERS
from tnp_shim.kernels.shapes import (
    Length,
    along,
    as_length,
    broadcast_to,
    counting,
    embedded,
    gather,
    length,
    lengths,
    sliced,
    vector,
)
from tnp_shim.kernels.spacing import multiples
from tnp_shim.promotion import Operand, cast, constant, promote_args
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

Pair: TypeAlias = tuple[Length, Length]
Widths: TypeAlias = Sequence[Pair]


def is_none(pair: Pair) -> bool:
    """Whether nothing is added at either end of an axis."""
    return all(isinstance(width, int) and width == 0 for width in pair)


def _joined(tensor: tf.Tensor, axis: int, before: tf.Tensor, after: tf.Tensor) -> tf.Tensor:
    return gen_array_ops.concat_v2([before, tensor, after], constant(axis, tf.int32))


def _spread(value: tf.Tensor, tensor: tf.Tensor, axis: int, width: Length) -> tf.Tensor:
    """A value, or a slice of length 1, repeated to `width` along the axis of a tensor."""
    sizes = lengths(tensor)
    sizes[axis] = width
    return broadcast_to(value, sizes if all(isinstance(size, int) for size in sizes) else vector(sizes))


def with_constant(tensor: tf.Tensor, widths: Widths, value: tf.Tensor) -> tf.Tensor:
    """One number, known and without a gradient, on all sides."""
    pairs = [tuple(pair) for pair in widths]
    if all(isinstance(width, int) for pair in pairs for width in pair):
        paddings = constant(tuple(pairs), tf.int64)
    else:
        paddings = gen_array_ops.pack([vector(pair) for pair in pairs])
    return gen_array_ops.pad_v2(tensor, paddings, value)


def with_values(tensor: tf.Tensor, widths: Widths, values: Sequence[Sequence[tf.Tensor]]) -> tf.Tensor:
    """A value of its own, which may have a gradient, on each side of each axis."""
    for axis, ((before, after), (first, last)) in enumerate(zip(widths, values, strict=True)):
        if not is_none((before, after)):
            tensor = _joined(
                tensor, axis, _spread(first, tensor, axis, before), _spread(last, tensor, axis, after)
            )
    return tensor


def _edge(index: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    last = gen_math_ops.sub(size, as_length(1))
    return gen_math_ops.maximum(gen_math_ops.minimum(index, last), as_length(0))


def _symmetric(index: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    period = gen_math_ops.mul(size, as_length(2))
    index = gen_math_ops.floor_mod(index, period)
    return gen_math_ops.minimum(index, gen_math_ops.sub(gen_math_ops.sub(period, index), as_length(1)))


def _reflected(index: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    period = gen_math_ops.mul(gen_math_ops.sub(size, as_length(1)), as_length(2))
    period = gen_math_ops.maximum(period, as_length(1))  # one element is repeated
    index = gen_math_ops.floor_mod(index, period)
    return gen_math_ops.minimum(index, gen_math_ops.sub(period, index))


INDEX_OF: dict[str, Callable[[tf.Tensor, tf.Tensor], tf.Tensor]] = {
    "edge": _edge,
    "wrap": gen_math_ops.floor_mod,
    "symmetric": _symmetric,
    "reflect": _reflected,
}
"""Of the modes that repeat elements: where an index outside of the array finds its element."""


def with_elements(tensor: tf.Tensor, widths: Widths, mode: str) -> tf.Tensor:
    """Elements of the array itself: at its edges, again from the other end, or mirrored."""
    if _can_mirror(tensor, widths, mode):
        return gen_array_ops.mirror_pad(tensor, constant(tuple(map(tuple, widths)), tf.int64), mode.upper())
    for axis, pair in enumerate(widths):
        if not is_none(pair):
            tensor = gather(tensor, _element_indices(length(tensor, axis), pair, mode), axis)
    return tensor


def _can_mirror(tensor: tf.Tensor, widths: Widths, mode: str) -> bool:
    """Whether TensorFlow's MirrorPad can do it: it mirrors once, of few axes and floats only on GPUs."""
    if mode not in ("reflect", "symmetric") or not 0 < len(widths) <= 5 or not tensor.dtype.is_floating:
        return False
    if compute_dtype("MirrorPad", tensor.dtype) != tensor.dtype:
        return False
    most = [None if size is None else size - (mode == "reflect") for size in tensor.shape]
    return all(
        isinstance(width, int) and size is not None and 0 <= width <= size
        for pair, size in zip(widths, most, strict=True)
        for width in pair
    )


def _element_indices(size: Length, pair: Pair, mode: str) -> tf.Tensor:
    before, after = pair
    if all(isinstance(n, int) for n in (size, before, after)):
        return embedded(numpy.pad(numpy.arange(size), pair, mode))  # type: ignore[call-overload]
    count = as_length(before) + as_length(size) + as_length(after)
    return INDEX_OF[mode](counting(count, start=-as_length(before)), as_length(size))


def with_odd_reflection(tensor: tf.Tensor, widths: Widths, include_edge: bool) -> tf.Tensor:
    """Elements mirrored in position and value: twice the edge minus the mirrored ones."""
    for axis, pair in enumerate(widths):
        if not is_none(pair):
            tensor = _oddly_reflected(tensor, axis, pair, include_edge)
    return tensor


def _oddly_reflected(tensor: tf.Tensor, axis: int, pair: Pair, include_edge: bool) -> tf.Tensor:
    size = tensor.shape[axis]
    left, right = pair
    if size is None or not isinstance(left, int) or not isinstance(right, int):
        return _oddly_reflected_dynamic(tensor, axis, pair, include_edge)
    if size == 1 and not include_edge:
        return _joined(
            tensor, axis, _spread(tensor, tensor, axis, left), _spread(tensor, tensor, axis, right)
        )
    two = constant(2, tensor.dtype)
    offset = 0 if include_edge else 1
    while left or right:
        # the longest run whose reflection is that of whole periods of the array
        current = tensor.shape[axis]
        run = current // size * size if include_edge else (current - 1) // (size - 1) * (size - 1)
        before, after = min(run, left), min(run, right)
        parts = [tensor]
        if before:
            edge = sliced(tensor, axis, 0, 1)
            chunk = gen_array_ops.reverse_v2(
                sliced(tensor, axis, offset, offset + before), constant((axis,), tf.int32)
            )
            parts.insert(0, gen_math_ops.sub(gen_math_ops.mul(two, edge), chunk))
        extended = gen_array_ops.concat_v2(parts, constant(axis, tf.int32)) if before else tensor
        if after:
            # NumPy reflects the right side when the left one has been filled
            stop = before + current - offset
            edge = sliced(extended, axis, before + current - 1, before + current)
            chunk = gen_array_ops.reverse_v2(
                sliced(extended, axis, stop - after, stop), constant((axis,), tf.int32)
            )
            chunk = gen_math_ops.sub(gen_math_ops.mul(two, edge), chunk)
            extended = gen_array_ops.concat_v2([extended, chunk], constant(axis, tf.int32))
        tensor, left, right = extended, left - before, right - after
    return tensor


def _oddly_reflected_dynamic(tensor: tf.Tensor, axis: int, pair: Pair, include_edge: bool) -> tf.Tensor:
    """Of unknown sizes: the even reflection, negated and shifted where it runs backwards."""
    size = as_length(length(tensor, axis))
    one, two = as_length(1), as_length(2)
    before, after = map(as_length, pair)
    index = counting(before + size + after, start=-before)
    period = size * two if include_edge else gen_math_ops.maximum((size - one) * two, one)
    turns = gen_math_ops.floor_div(index, period)
    even = gather(tensor, INDEX_OF["symmetric" if include_edge else "reflect"](index, size), axis)
    first, last = sliced(tensor, axis, 0, 1), sliced(tensor, axis, -1, None)
    rank = tensor.shape.rank
    turns = along(cast(turns, tensor.dtype), axis, rank)
    backwards = gen_math_ops.greater_equal(gen_math_ops.floor_mod(index, period), size)
    rise = turns * (constant(2, tensor.dtype) * (last - first))
    mirrored = constant(2, tensor.dtype) * last - even
    return select(along(backwards, axis, rank), mirrored, even) + rise


def with_ramp(tensor: tf.Tensor, widths: Widths, ends: Sequence[Sequence[Operand]]) -> tf.Tensor:
    """Values on the line from each end value to the edge of the array."""
    for axis, ((before, after), (first, last)) in enumerate(zip(widths, ends, strict=True)):
        if not is_none((before, after)):
            left = _ramp(first, sliced(tensor, axis, 0, 1), before, axis)
            right = _ramp(last, sliced(tensor, axis, -1, None), after, axis)
            right = gen_array_ops.reverse_v2(right, constant((axis,), tf.int32))
            tensor = _joined(tensor, axis, left, right)
    return tensor


def _ramp(start: Operand, edge: tf.Tensor, width: Length, axis: int) -> tf.Tensor:
    """`width` values from start towards the edge, without it, as `linspace` computes them."""
    dtype = edge.dtype
    start, stop, _ = promote_args("pad", start, edge, 1.0)
    count = gen_math_ops.maximum(as_length(width), as_length(1))
    index = along(cast(counting(width), stop.dtype), axis, edge.shape.rank)
    rise, _ = multiples(gen_math_ops.sub(stop, start), cast(count, stop.dtype), index)
    values = gen_math_ops.add_v2(rise, start)
    return cast(gen_math_ops.floor(values) if dtype.is_integer else values, dtype)


def _mean(tensor: tf.Tensor, axis: int) -> tf.Tensor:
    dtype = tensor.dtype
    work = tf.float32 if dtype in (tf.float16, tf.bfloat16) else dtype
    work = tf.float64 if dtype.is_integer or dtype == tf.bool else work
    mean = gen_math_ops.mean(cast(tensor, work), constant((axis,), tf.int32), keep_dims=True)
    return cast(gen_math_ops.rint(mean) if dtype.is_integer else mean, dtype)


def _median(tensor: tf.Tensor, axis: int) -> tf.Tensor:
    dtype = tensor.dtype
    work = tf.float64 if dtype.is_integer or dtype == tf.bool else dtype
    ordered = sorting.along(sorting.sort, cast(tensor, work), axis)
    size = as_length(length(ordered, axis))
    last = size - as_length(1)
    low = gather(ordered, gen_math_ops.floor_div(last, as_length(2)), axis)
    high = gather(ordered, gen_math_ops.floor_div(size, as_length(2)), axis)
    median = gen_math_ops.real_div(gen_math_ops.add_v2(low, high), constant(2, work))
    if not dtype.is_integer and dtype != tf.bool:  # a median with NaN is NaN
        nan_anywhere = gen_math_ops._any(comparison.isnan(tensor), constant((axis,), tf.int32))
        median = select(nan_anywhere, constant(float("nan"), work), median)
    median = gen_array_ops.expand_dims(median, constant(axis, tf.int32))
    return cast(gen_math_ops.rint(median) if dtype.is_integer else median, dtype)


def _extremum(name: str) -> Callable[[tf.Tensor, int], tf.Tensor]:
    def of_lines(tensor: tf.Tensor, axis: int) -> tf.Tensor:
        if tensor.shape[axis] == 0:
            raise ValueError("stat_length of 0 yields no value for padding")
        return REDUCERS[name](tensor, (axis,), True)

    return of_lines


STATISTICS: dict[str, Callable[[tf.Tensor, int], tf.Tensor]] = {
    "maximum": _extremum("maximum"),
    "minimum": _extremum("minimum"),
    "mean": _mean,
    "median": _median,
}


def _statistic(mode: str, span: int | None, tensor: tf.Tensor, axis: int) -> tf.Tensor:
    is_empty = span == 0 or tensor.shape[axis] == 0  # then the median is the mean: NaN
    return STATISTICS["mean" if is_empty and mode == "median" else mode](tensor, axis)


def with_statistic(tensor: tf.Tensor, widths: Widths, mode: str, spans: Sequence[Sequence[Any]]) -> tf.Tensor:
    """A statistic of the elements nearest to each side; a span of None takes all of the axis."""
    if mode in ("maximum", "minimum") and any(0 in pair for pair in spans):
        raise ValueError("stat_length of 0 yields no value for padding")
    for axis, ((before, after), (first, last)) in enumerate(zip(widths, spans, strict=True)):
        if is_none((before, after)):
            continue
        size = tensor.shape[axis]
        takes_all = [n is None or (size is not None and n >= size) for n in (first, last)]
        left = _statistic(mode, first, tensor if takes_all[0] else sliced(tensor, axis, 0, first), axis)
        right = left
        if not all(takes_all):
            right = _statistic(mode, last, tensor if takes_all[1] else _tail(tensor, axis, last), axis)
        tensor = _joined(
            tensor, axis, _spread(left, tensor, axis, before), _spread(right, tensor, axis, after)
        )
    return tensor


def _tail(tensor: tf.Tensor, axis: int, span: int) -> tf.Tensor:
    """The last `span` elements along an axis, or all if there are not as many."""
    size = length(tensor, axis)
    if isinstance(size, int):
        return sliced(tensor, axis, max(size - span, 0), None)
    start = gen_math_ops.maximum(gen_math_ops.sub(size, as_length(span)), as_length(0))
    return sliced(tensor, axis, start, None)
