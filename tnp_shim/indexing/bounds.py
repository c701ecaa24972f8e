"""Between which bounds integers lie, as the ops that make them tell while tracing. Knows tensors only.

`left % n`, `np.argmin(x, axis=1)`, `np.digitize(x, edges)` and `x.astype(np.uint8)` tell how large their
elements can be: an index of such needs no check, and `np.bincount` knows how many bins there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import tensorflow as tf

from tnp_shim.tensorflow_internals import EagerTensor, tensor_util

Bounds: TypeAlias = tuple[int, int]
"""The least and the greatest value that an element may have; both are included."""
_Rule: TypeAlias = Callable[[Any, Callable[[tf.Tensor], Bounds]], Bounds]

_UNKNOWN: Bounds = (-(2**1024), 2**1024)
"""Beyond what any dtype of integers holds."""
_DEEPEST = 24
_MOST_CONSTANTS = 100_000


def bounds_of(tensor: tf.Tensor) -> Bounds:
    """The bounds of the elements of a tensor of integers or bools: those of its dtype if nothing is known.

    Of what a graph makes; values of eager tensors are not looked at.
    """
    return _bounds(tensor, {}, _DEEPEST)


def _bounds(tensor: tf.Tensor, known: dict[tuple[int, str], Bounds], depth: int) -> Bounds:
    """As `bounds_of`, with what is already known of tensors, by the identity of the graph and the name."""
    widest = _of_dtype(tensor.dtype)
    if isinstance(tensor, EagerTensor) or widest is _UNKNOWN or not depth:
        return widest
    key = (id(tensor.graph), tensor.name)
    if key not in known:
        found = getattr(tensor, "number_bounds", None) or _by_rule(tensor, known, depth - 1)
        fits = widest[0] <= found[0] and found[1] <= widest[1]
        known[key] = found if fits else widest  # what does not fit may wrap around
    return known[key]


def _of_dtype(dtype: tf.DType) -> Bounds:
    if dtype.is_bool:
        return 0, 1
    return (dtype.min, dtype.max) if dtype.is_integer else _UNKNOWN


def _by_rule(tensor: tf.Tensor, known: dict[tuple[int, str], Bounds], depth: int) -> Bounds:
    op = tensor.op

    def find(part: tf.Tensor) -> Bounds:
        return _bounds(part, known, depth)

    if op.type in ("While", "StatelessWhile"):
        return _of_loop(op, tensor.value_index, known, depth)
    if op.type in ("If", "StatelessIf"):
        branches = getattr(op, "_true_graph", None), getattr(op, "_false_graph", None)
        return _union(*(_UNKNOWN if b is None else find(b.outputs[tensor.value_index]) for b in branches))
    if op.type == "Placeholder":
        outer = captured(tensor)
        return _UNKNOWN if outer is None else find(outer)
    if op.type == "IdentityN":
        return find(op.inputs[tensor.value_index])
    if op.type in _REARRANGES:
        return find(op.inputs[0])
    if op.type in _PUTS_TOGETHER:
        return _union(*(find(part) for part in op.inputs[_PUTS_TOGETHER[op.type]]))
    rule = _RULES.get(op.type)
    return _UNKNOWN if rule is None else rule(op, find)


def _of_loop(op: Any, place: int, known: dict[tuple[int, str], Bounds], depth: int) -> Bounds:
    """Of a loop's variable: what it starts with and what an iteration makes of it, if that grows no more."""
    body = getattr(op, "_body_graph", None)
    if body is None:
        return _UNKNOWN
    inside, result = body.inputs[place], body.outputs[place]
    found = _bounds(op.inputs[place], known, depth)
    for _ in range(2):
        assumed = {(id(body), inside.name): found}
        grown = _union(found, _bounds(result, assumed, depth))
        if grown == found:
            return found
        found = grown
    return _UNKNOWN


def captured(inner: tf.Tensor) -> tf.Tensor | None:
    """The tensor of an enclosing graph that a placeholder stands for, if it does."""
    captures = getattr(inner.graph, "captures", ())
    return next((outer for outer, placeholder in captures if placeholder is inner), None)


def _union(*parts: Bounds) -> Bounds:
    return min(least for least, _ in parts), max(most for _, most in parts)


_REARRANGES = frozenset([
    "BroadcastTo", "Cast", "ExpandDims", "GatherNd", "GatherV2", "Identity", "Reshape", "ReverseV2", "Roll",
    "Slice", "Squeeze", "StridedSlice", "Tile", "Transpose", "XlaDynamicSlice",
])  # fmt: skip
"""Ops whose elements are those of their first operand."""

_PUTS_TOGETHER: dict[str, slice] = {
    "ConcatV2": slice(0, -1),
    "Fill": slice(1, 2),
    "Pack": slice(None),
    "SelectV2": slice(1, 3),
    "TensorScatterUpdate": slice(0, 3, 2),
    "TensorStridedSliceUpdate": slice(0, 5, 4),
    "XlaDynamicUpdateSlice": slice(0, 2),
}
"""Ops whose elements are those of several operands."""


def _of_constant(op: Any, find: Any) -> Bounds:
    value = tensor_util.constant_value(op.outputs[0])
    if value is None or not 0 < value.size <= _MOST_CONSTANTS:
        return _UNKNOWN
    return int(value.min()), int(value.max())


def _of_range(op: Any, find: Callable[[tf.Tensor], Bounds]) -> Bounds:
    step = tensor_util.constant_value(op.inputs[2])
    if step is None or step <= 0:
        return _UNKNOWN
    start, stop = find(op.inputs[0]), find(op.inputs[1])
    return start[0], max(stop[1] - 1, start[0])


def _of_places(op: Any, find: Any) -> Bounds:
    """Of an op that gives places along an axis."""
    axis = tensor_util.constant_value(op.inputs[1])
    size = None if axis is None or op.inputs[0].shape.rank is None else op.inputs[0].shape[int(axis)]
    return (0, size - 1) if size else _UNKNOWN


def _of_counts_before(op: Any, find: Any) -> Bounds:
    size = op.inputs[0].shape[-1] if op.inputs[0].shape.rank else None
    return _UNKNOWN if size is None else (0, size)


def _of_remainder(op: Any, find: Callable[[tf.Tensor], Bounds]) -> Bounds:
    least, most = find(op.inputs[1])
    return (0, most - 1) if least > 0 else _UNKNOWN


def _of_each(combine: Callable[[Bounds, Bounds], Bounds]) -> _Rule:
    return lambda op, find: combine(find(op.inputs[0]), find(op.inputs[1]))


def _of_products(first: Bounds, second: Bounds) -> Bounds:
    products = [x * y for x in first for y in second]
    return min(products), max(products)


_RULES: dict[str, _Rule] = {
    "AddV2": _of_each(lambda x, y: (x[0] + y[0], x[1] + y[1])),
    "ArgMax": _of_places,
    "ArgMin": _of_places,
    "Const": _of_constant,
    "FloorMod": _of_remainder,
    "LowerBound": _of_counts_before,
    "Maximum": _of_each(lambda x, y: (max(x[0], y[0]), max(x[1], y[1]))),
    "Minimum": _of_each(lambda x, y: (min(x[0], y[0]), min(x[1], y[1]))),
    "Mul": _of_each(_of_products),
    "Range": _of_range,
    "Sub": _of_each(lambda x, y: (x[0] - y[1], x[1] - y[0])),
    "UpperBound": _of_counts_before,
}
"""Of each op the bounds of its elements, from those of its operands."""
