"""Basic indices with integers or bounds that are unknown while tracing. Knows tensors only.

`a[i]` is a strided slice whose bounds are packed when the graph runs. XLA would compile it anew for each
value of `i` and can't update it at all, so what it compiles gathers, and writes by DynamicUpdateSlice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import tensorflow as tf

from tnp_shim.errors import unknown_shape
from tnp_shim.indexing import windows
from tnp_shim.indexing.basic import BasicPlan, kept_plan, specification
from tnp_shim.indexing.checks import traced_index
from tnp_shim.indexing.expression import is_static
from tnp_shim.indexing.layout import FULL, Shape, expanded, is_full
from tnp_shim.indexing.selections import Part, Selection, are_same, note, on_all_elements
from tnp_shim.indexing.sizes import Size, as_tensor, reshaped, size_of
from tnp_shim.indexing.values import broadcast_value, checked_element, checked_value, has_gradient
from tnp_shim.indexing.windows import Window, starts_of, window_of
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import (
    compiled_by_xla,
    gen_array_ops,
    gen_math_ops,
)

Span: TypeAlias = tf.Tensor | Window | tuple[int, int]
"""The one place along an axis, or from where to where."""


def basic_plan(shape: Shape, items: Sequence[Any]) -> BasicPlan | TracedPlan:
    """The plan of a basic expression."""
    items = tuple(items)
    return kept_plan(shape, items) if all(map(is_static, items)) else TracedPlan(shape, items)


class TracedPlan:
    """Reads and writes what a basic index with unknown integers or bounds selects."""

    is_view = True

    def __init__(self, shape: Shape, items: tuple[Any, ...]) -> None:
        self._spec = specification(shape, items)
        self._source = shape
        self._items = expanded(shape, items)
        self._windows = {} if shape is None else self._found_windows(shape)
        self.shape = None if self._spec.shape is None else self._static_shape()
        self.is_scalar = self.shape == () and not any(item is Ellipsis for item in items)

    def selects_as(self, other: TracedPlan) -> bool:
        """Whether it is known to select the same."""
        return self._source == other._source and are_same(tuple(self._items), tuple(other._items))

    def _found_windows(self, shape: Any) -> dict[int, Window]:
        """The slices of a known size between unknown bounds, by axis."""
        found = {}
        axes = [item for item in self._items if item is not None]
        for axis, item in enumerate(axes):
            if type(item) is tuple and not is_static(item):
                window = window_of(item, shape[axis])
                if window is not None:
                    found[axis] = window
        return found

    def _static_shape(self) -> tuple[int | None, ...]:
        sizes = list(self._spec.shape or ())
        axis = place = 0
        for item in self._items:
            if axis in self._windows and item is not None:
                sizes[place] = self._windows[axis].size
            axis += item is not None
            place += item is None or type(item) is tuple
        return tuple(sizes)

    @property
    def numpy_index(self) -> tuple[Any, ...]:
        """An index that gives a real array the same strides: 0 stands for unknown integers."""
        if any(type(item) is tuple and not is_static(item) for item in self._items):
            raise unknown_shape("the layout of a slice whose bounds are unknown while tracing")
        return tuple(
            slice(*item[1:]) if type(item) is tuple else 0 if isinstance(item, tf.Tensor) else item
            for item in self._items
        )

    def read(self, tensor: tf.Tensor) -> tf.Tensor:
        """The selected part of the tensor."""
        if compiled_by_xla() and self._source is not None:
            return self._read_by_axis(tensor)
        return self._read_at_once(tensor)

    def _read_at_once(self, tensor: tf.Tensor) -> tf.Tensor:
        result = gen_array_ops.strided_slice(tensor, *self._bounds(), *self._spec.masks)
        if self._windows:
            result.set_shape(self.shape)
        return result

    def write(self, tensor: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        """The tensor with the selected part replaced by the value, broadcast."""
        value = checked_element(value) if self.is_scalar else checked_value(value, self.shape)
        if compiled_by_xla() and self._source is not None:
            return self._put_block(tensor, value) if self._is_block else self._select(tensor, value)
        if has_gradient(value):  # the op broadcasts by itself, but its gradient does not
            value = broadcast_value(value, self.shape, lambda: gen_array_ops.shape(self.read(tensor)))
        return gen_array_ops.tensor_strided_slice_update(tensor, *self._bounds(), value, *self._spec.masks)

    @property
    def _is_block(self) -> bool:
        """Whether there are unknown integers, or all unknown bounds tell how much their slices select."""
        axes = [item for item in self._items if item is not None]
        slices = {axis for axis, item in enumerate(axes) if type(item) is tuple and not is_static(item)}
        return slices == self._windows.keys() or any(isinstance(item, tf.Tensor) for item in axes)

    def _bounds(self) -> list[tf.Tensor]:
        rows = [self._spec.begin, self._spec.end, self._spec.strides]
        bounds = [bound for row in rows for bound in row]
        tensors = [bound for bound in bounds if isinstance(bound, tf.Tensor)]
        narrow = all(tensor.dtype == tf.int32 for tensor in tensors) and all(
            tf.int32.min <= bound <= tf.int32.max for bound in bounds if isinstance(bound, int)
        )
        dtype = tf.int32 if narrow else tf.int64
        begin = _packed(rows[0], dtype)
        same = all(first is second for first, second in zip(rows[0], rows[1], strict=True))
        return [begin, begin if same else _packed(rows[1], dtype), _packed(rows[2], dtype)]

    def _read_by_axis(self, tensor: tf.Tensor) -> tf.Tensor:
        """As `read`: XLA's StridedSlice gives wrong results if but some of its bounds are unknown."""
        axis = len(self._source or ()) - 1
        rest: list[Any] = []
        for item in reversed(self._items):
            if isinstance(item, tf.Tensor):
                index = traced_index(item, axis, size_of(tensor, axis))
                tensor = gen_array_ops.gather_v2(tensor, index, constant(axis, tf.int32))
            elif type(item) is tuple and axis in self._windows:
                tensor = block_at(tensor, {axis: self._windows[axis]})
                rest.insert(0, FULL)
            else:
                rest.insert(0, item)
            axis -= item is not None
        known = [item if item is None or is_static(item) else FULL for item in rest]
        result = basic_plan(tuple(tensor.shape.as_list()), known).read(tensor)
        places = [item for item in rest if not isinstance(item, int)]
        for place, item in enumerate(places):
            if item is not None and not is_static(item):
                result = _sliced(result, place, item)
        return result

    def _put_block(self, tensor: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        """As `write` where integers are unknown: makes the block that is to stand there, and puts it in."""
        spans: dict[int, Span] = {}
        is_whole_block = True
        rest: list[Any] = []
        axis = 0
        for item in self._items:
            size = None if item is None else (self._source or ())[axis]
            span = _span(item, axis, size_of(tensor, axis) if isinstance(item, tf.Tensor) else size)
            if span is not None:
                spans[axis] = span
            elif item is not None and not is_full(item):
                is_whole_block = False
            rest.append(item if span is None else FULL if type(item) is tuple else 0)
            axis += item is not None
        if is_whole_block:
            value = broadcast_value(value, self.shape, lambda: gen_array_ops.shape(self.read(tensor)))
            sizes = [_span_size(spans[a]) if a in spans else size_of(tensor, a) for a in range(axis)]
            block = reshaped(value, sizes)
        else:
            block = block_at(tensor, spans)
            block = basic_plan(tuple(block.shape.as_list()), rest).write(block, value)
        return with_block(tensor, block, spans)

    def _select(self, tensor: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        """As `write` for slices of unknown bounds: each element is told whether and whence it gets one."""
        rest = [item if item is None or is_static(item) else FULL for item in self._items]
        plan = basic_plan(self._source, rest)
        target = plan.read(tensor)
        rank = target.shape.rank
        unknown = self._unknown_slices()
        parts = {
            place - rank + value.shape.rank: part
            for place, axis, item in unknown
            if (part := _part(item, size_of(tensor, axis))) is not None
        }
        whole = on_all_elements(value, parts) if len(parts) == len(unknown) else None
        chosen = None
        for place, axis, item in unknown:
            inside, position = _positions(item, size_of(tensor, axis))
            value_axis = place - rank + value.shape.rank
            if whole is None and value_axis >= 0 and value.shape[value_axis] != 1:
                last = gen_math_ops.sub(as_tensor(size_of(value, value_axis)), constant(1, tf.int64))
                position = gen_math_ops.minimum(position, last)
                value = gen_array_ops.gather_v2(value, position, constant(value_axis, tf.int32))
            sizes = constant(tuple(-1 if other == place else 1 for other in range(rank)), tf.int64)
            inside = gen_array_ops.reshape(inside, sizes)
            chosen = inside if chosen is None else gen_math_ops.logical_and(chosen, inside)
        value = value if whole is None else whole
        return plan.write(tensor, gen_math_ops.select_v2(chosen, value, target))

    def _unknown_slices(self) -> list[tuple[int, int, Any]]:
        """The slices of unknown bounds, each with its axis in what is read and in what it is read of."""
        found = []
        place = axis = 0
        for item in self._items:
            if type(item) is tuple and not is_static(item):
                found.append((place, axis, item))
            place += not isinstance(item, int)
            axis += item is not None
        return found


def _packed(bounds: Sequence[Any], dtype: tf.DType) -> tf.Tensor:
    if all(isinstance(bound, int) for bound in bounds):
        return constant(tuple(bounds), dtype)
    return gen_array_ops.pack([as_tensor(bound, dtype) for bound in bounds])


def _clipped(item: tuple[Any, ...], size: Size) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """What `slice.indices` gives for a slice with unknown bounds."""
    start, stop, step = (bound if bound is None else as_tensor(bound) for bound in item[1:])
    length, zero, one = as_tensor(size), constant(0, tf.int64), constant(1, tf.int64)
    step = one if step is None else step
    forward = gen_math_ops.greater(step, zero)
    lowest = gen_math_ops.select_v2(forward, zero, constant(-1, tf.int64))
    highest = gen_math_ops.select_v2(forward, length, gen_math_ops.sub(length, one))

    def clipped(bound: tf.Tensor) -> tf.Tensor:
        from_end = gen_math_ops.add_v2(bound, length)
        bound = gen_math_ops.select_v2(gen_math_ops.less(bound, zero), from_end, bound)
        return gen_math_ops.minimum(gen_math_ops.maximum(bound, lowest), highest)

    start = gen_math_ops.select_v2(forward, lowest, highest) if start is None else clipped(start)
    stop = gen_math_ops.select_v2(forward, highest, lowest) if stop is None else clipped(stop)
    return start, stop, step


def _positions(item: tuple[Any, ...], size: Size) -> tuple[tf.Tensor, tf.Tensor]:
    """For each place of an axis, whether a slice takes it, and as which element (at least 0)."""
    start, stop, step = _clipped(item, size)
    zero = constant(0, tf.int64)
    places = gen_math_ops._range(zero, as_tensor(size), constant(1, tf.int64))
    sign, stride = gen_math_ops.sign(step), gen_math_ops._abs(step)
    distance = gen_math_ops.mul(gen_math_ops.sub(places, start), sign)
    to_stop = gen_math_ops.mul(gen_math_ops.sub(places, stop), sign)
    inside = gen_math_ops.logical_and(
        gen_math_ops.greater_equal(distance, zero), gen_math_ops.less(to_stop, zero)
    )
    hit = gen_math_ops.equal(gen_math_ops.floor_mod(distance, stride), zero)
    position = gen_math_ops.maximum(gen_math_ops.floor_div(distance, stride), zero)
    return gen_math_ops.logical_and(inside, hit), position


def _sliced(tensor: tf.Tensor, axis: int, item: tuple[Any, ...]) -> tf.Tensor:
    """The part of the tensor that a slice of one axis takes; a step of -1 is one of 1 from the other end."""
    if type(item[3]) is int and item[3] == -1:
        start, stop, _ = _clipped(item, size_of(tensor, axis))
        last = gen_math_ops.sub(as_tensor(size_of(tensor, axis)), constant(1, tf.int64))
        item = (slice, gen_math_ops.sub(last, start), gen_math_ops.sub(last, stop), 1)
        tensor = gen_array_ops.reverse_v2(tensor, constant((axis,), tf.int32))
    sizes = tuple(tensor.shape.as_list())
    part = _part(item, sizes[axis])
    if all(size is None or size <= tf.int32.max for size in sizes):  # XLA asks for it where a size is unknown
        item = (slice, *(as_tensor(b, tf.int32) if isinstance(b, tf.Tensor) else b for b in item[1:]))
    plan = TracedPlan(sizes, (FULL,) * axis + (item,))
    arguments = [tensor, *plan._bounds()]

    def gradients(inputs: Sequence[tf.Tensor], upstream: tf.Tensor) -> list[tf.Tensor | None]:
        ends = [None if item[k] is None else _element(inputs[k], axis) for k in (1, 2)]
        return [_spread(upstream, axis, (slice, *ends, item[3]), size_of(inputs[0], axis)), None, None, None]

    result = windows.with_gradient(
        lambda *inputs: gen_array_ops.strided_slice(*inputs, *plan._spec.masks), arguments, gradients
    )
    if part is not None:
        note(result, Selection(tensor, axis, part))
    return result


def _part(item: tuple[Any, ...], size: Any) -> Part | None:
    """What a slice takes of an axis, if that is of known size and there are no steps."""
    _, start, stop, step = item
    without_steps = step is None or (type(step) is int and step == 1)
    if not isinstance(size, int) or not without_steps:
        return None
    return Part((start, stop, size), lambda: _positions(item, size)[0])


def _element(vector: tf.Tensor, place: int) -> tf.Tensor:
    begin, end, step = (constant((bound,), tf.int64) for bound in (place, place + 1, 1))
    return gen_array_ops.strided_slice(vector, begin, end, step, shrink_axis_mask=1)


def _spread(upstream: tf.Tensor, axis: int, item: tuple[Any, ...], size: Size) -> tf.Tensor:
    """The gradient of a slice: XLA has none of its own for bounds that it does not know."""
    inside, position = _positions(item, size)
    last = gen_math_ops.sub(as_tensor(size_of(upstream, axis)), constant(1, tf.int64))
    taken = gen_array_ops.gather_v2(upstream, gen_math_ops.minimum(position, last), constant(axis, tf.int32))
    ones = tuple(-1 if other == axis else 1 for other in range(upstream.shape.rank))
    inside = gen_array_ops.reshape(inside, constant(ones, tf.int64))
    return gen_math_ops.select_v2(inside, taken, constant(0, upstream.dtype))


def _span(item: Any, axis: int, size: Any) -> Span | None:
    """What an item takes of its axis, if that is one place or all places from one to another."""
    if isinstance(item, tf.Tensor):
        return traced_index(item, axis, size)
    if item is None or size is None:
        return None
    if not is_static(item):
        return window_of(item, size)
    if isinstance(item, int):
        return (item % size, item % size + 1)
    start, stop, step = slice(*item[1:]).indices(size)
    return (start, stop) if step == 1 and start < stop else None


def _span_size(span: Span) -> int:
    if isinstance(span, Window):
        return span.size
    return span[1] - span[0] if isinstance(span, tuple) else 1


def _span_start(span: Span) -> Any:
    if isinstance(span, Window):
        return span.start
    return span[0] if isinstance(span, tuple) else span


def block_at(tensor: tf.Tensor, spans: dict[int, Span]) -> tf.Tensor:
    """The block at the spans of some axes, whole along the others."""
    sizes = tensor.shape.as_list()
    if None not in sizes:
        taken = [spans.get(axis, (0, size)) for axis, size in enumerate(sizes)]
        return windows.block_at(tensor, starts_of(map(_span_start, taken)), [*map(_span_size, taken)])
    for axis, span in spans.items():
        start, zero, one = as_tensor(_span_start(span)), constant(0, tf.int64), constant(1, tf.int64)
        places = gen_math_ops._range(zero, constant(_span_size(span), tf.int64), one)
        tensor = gen_array_ops.gather_v2(tensor, gen_math_ops.add_v2(places, start), constant(axis, tf.int32))
    return tensor


def with_block(tensor: tf.Tensor, block: tf.Tensor, spans: dict[int, Span]) -> tf.Tensor:
    """The tensor with such a block put in place."""
    places = [_span_start(spans.get(axis, (0, 0))) for axis in range(tensor.shape.rank)]
    return windows.with_block(tensor, block, starts_of(places))
