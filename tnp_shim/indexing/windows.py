"""Slices between unknown bounds of a known distance: `x[i - 1 : i + 2]`. Knows tensors only.

How far the bounds are apart is found in the graph: both are the same unknown integers, but for constants. A
slice has that many elements only where neither of its ends is beyond the array's, which the bounds of the
integers must tell (those of a loop's index are known).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from tnp_shim.indexing.bounds import captured
from tnp_shim.indexing.checks import is_within
from tnp_shim.indexing.sizes import as_tensor
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_xla_ops, ops, record, tensor_util

_MOST_TERMS = 8
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Window:
    """So many places along an axis from an unknown one on."""

    start: tf.Tensor
    size: int


def window_of(item: Any, size: Any) -> Window | None:
    """The window that a slice takes of an axis of this size; None where its size is not known."""
    if type(item) is not tuple or not isinstance(size, int) or item[3] not in (None, 1):
        return None
    start, stop = item[1], item[2]
    if not isinstance(start, tf.Tensor) or not isinstance(stop, tf.Tensor):
        return None
    first, last = _linear(start, _DEEPEST), _linear(stop, _DEEPEST)
    if first is None or last is None or first[0] != last[0]:
        return None
    length = last[1] - first[1]
    return Window(start, length) if length > 0 and is_within(start, 0, size - length) else None


def _linear(tensor: tf.Tensor, depth: int) -> tuple[dict[Any, int], int] | None:
    """An integer as multiples of other tensors, by name, and a constant."""
    value = tensor_util.constant_value(tensor)
    if value is not None:
        return {}, int(value)
    op = tensor.op
    if depth and op.type == "Identity":
        return _linear(op.inputs[0], depth - 1)
    if depth and op.type == "Placeholder" and (outer := captured(tensor)) is not None:
        return _linear(outer, depth - 1)
    if depth and op.type in ("AddV2", "Sub", "Mul"):
        first, second = (_linear(part, depth - 1) for part in op.inputs)
        if first is None or second is None:
            return None
        if op.type != "Mul":
            return _sum(first, second, 1 if op.type == "AddV2" else -1)
        if not first[0] or not second[0]:
            factor, other = (first, second) if not first[0] else (second, first)
            return _sum(({}, 0), other, factor[1])
    return {(id(tensor.graph), tensor.name): 1}, 0


def _sum(first: Any, second: Any, factor: int) -> tuple[dict[Any, int], int] | None:
    terms = dict(first[0])
    for name, count in second[0].items():
        terms[name] = terms.get(name, 0) + factor * count
    terms = {name: count for name, count in terms.items() if count}
    return None if len(terms) > _MOST_TERMS else (terms, first[1] + factor * second[1])


def block_at(tensor: tf.Tensor, starts: tf.Tensor, sizes: Sequence[int]) -> tf.Tensor:
    """XLA's DynamicSlice of what is within the tensor, with gradients."""

    def gradients(inputs: Sequence[tf.Tensor], upstream: tf.Tensor) -> list[tf.Tensor | None]:
        return [with_block(gen_array_ops.zeros_like(inputs[0]), upstream, inputs[1]), None, None]

    inputs = [tensor, starts, constant(tuple(sizes), starts.dtype)]
    return with_gradient(gen_xla_ops.xla_dynamic_slice, inputs, gradients)


def with_block(tensor: tf.Tensor, block: tf.Tensor, starts: tf.Tensor) -> tf.Tensor:
    """XLA's DynamicUpdateSlice of what is within the tensor, with gradients."""

    def gradients(inputs: Sequence[tf.Tensor], upstream: tf.Tensor) -> list[tf.Tensor | None]:
        _, block, starts = inputs
        rest = with_block(upstream, gen_array_ops.zeros_like(block), starts)
        return [rest, block_at(upstream, starts, block.shape.as_list()), None]

    return with_gradient(gen_xla_ops.xla_dynamic_update_slice, [tensor, block, starts], gradients)


def with_gradient(op: Any, inputs: list[tf.Tensor], gradients: Any) -> tf.Tensor:
    """The gradient hangs on the op and takes all from its inputs (as in `differentiation`).

    What a function of the forward pass holds on to is out of reach for the second gradient of a loop.
    """
    with record.stop_recording():
        result = op(*inputs)
    result.op._gradient_function = lambda node, upstream: gradients(node.inputs, upstream)
    record.record_operation(
        result.op.type, [result], inputs, lambda upstream: gradients(inputs, ops.convert_to_tensor(upstream))
    )
    return result


def starts_of(places: Iterable[Any]) -> tf.Tensor:
    """Where a block begins along each axis."""
    return gen_array_ops.pack([as_tensor(place) for place in places])
