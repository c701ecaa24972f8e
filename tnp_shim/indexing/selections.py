"""What is computed element by element of what a mask selects, for all elements at once. Knows tensors only.

`z[m] = z[m] ** 2 + c[m]` needs no list of the places where `m` is true, which is slow to make in XLA:
one loop makes the same ops on all elements, and a select. Where the mask is false each operand is 1, so
that nothing overflows or divides by 0 there, and no NaN comes into a gradient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from tnp_shim.indexing.sizes import flat, reshaped, size_of
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops, record

_MOST_OPS = 256
_DEEPEST = 4
# fmt: off
_ELEMENTWISE = frozenset([
    "Abs", "Add", "AddV2", "Atan", "Atan2", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Cast", "Ceil",
    "Complex", "ComplexAbs", "Conj", "Cos", "Cosh", "Div", "DivNoNan", "Equal", "Erf", "Exp", "Expm1",
    "Floor", "FloorDiv", "FloorMod", "Greater", "GreaterEqual", "Identity", "IdentityN", "Imag", "Invert",
    "IsFinite", "IsInf", "IsNan", "Less", "LessEqual", "Log", "Log1p", "LogicalAnd", "LogicalNot",
    "LogicalOr", "Maximum", "Minimum", "Mul", "MulNoNan", "Neg", "NotEqual", "Pow", "Real", "RealDiv",
    "Reciprocal", "Rint", "Round", "Rsqrt", "SelectV2", "Sigmoid", "Sign", "Sin", "Sinh", "Sqrt", "Square",
    "SquaredDifference", "StopGradient", "Sub", "Tan", "Tanh", "TruncateDiv", "TruncateMod", "Xdivy",
    "Xlogy",
])
# fmt: on
"""Ops without a state whose operands may all be 1, with a finite derivative there."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What was read: `source` where the flat mask is true along an axis."""

    source: tf.Tensor
    mask: tf.Tensor
    axis: int


def note(result: tf.Tensor, selection: Selection) -> None:
    """Note on a tensor of a graph that it is such a selection."""
    result.op._tnp_selection = selection


def on_all_elements(value: tf.Tensor, axis: int, mask: tf.Tensor) -> tf.Tensor | None:
    """The value for all elements of a flat mask along `axis`, where now it has those that the mask selects.

    None where it is not made of them element by element. Where the mask is false it tells nothing.
    """
    rank = value.shape.rank
    return _Rewriting(mask, rank - 1 - axis).whole(value)


class _Rewriting:
    """Ops made once more with all elements along an axis that is counted from the end."""

    def __init__(self, mask: tf.Tensor, from_end: int) -> None:
        self._mask, self._from_end = mask, from_end
        self._chosen = flat(mask)
        self._found: dict[int, list[tf.Tensor] | None] = {}

    def whole(self, tensor: tf.Tensor) -> tf.Tensor | None:
        """The tensor with all elements; as it is where all its elements are for each of the mask."""
        axis = tensor.shape.rank
        if axis is None:
            return None
        axis -= 1 + self._from_end
        if axis < 0 or tensor.shape[axis] == 1:
            return tensor
        op = getattr(tensor, "op", None) if not tf.executing_eagerly() else None
        if op is None or op.graph is not tf.compat.v1.get_default_graph():
            return None
        if id(op) not in self._found:
            self._found[id(op)] = self._made(op)
        outputs = self._found[id(op)]
        return None if outputs is None else outputs[tensor.value_index]

    def _made(self, op: Any) -> list[tf.Tensor] | None:
        selection = getattr(op, "_tnp_selection", None)
        if selection is not None:
            fits = _is_same(selection.mask, self._mask, _DEEPEST)
            fits = fits and selection.source.shape.rank - 1 - selection.axis == self._from_end
            return [self._harmless(selection.source)] if fits else None
        if len(self._found) > _MOST_OPS:
            return None
        if op.type == "BroadcastTo":
            return self._broadcast(*op.inputs)
        if not _is_elementwise(op):
            return None
        inputs = [self.whole(tensor) for tensor in op.inputs]
        if any(tensor is None for tensor in inputs):
            return None
        return [self._harmless(output) for output in _made_again(op, inputs)]

    def _broadcast(self, tensor: tf.Tensor, shape: tf.Tensor) -> list[tf.Tensor] | None:
        """What an in-place operator does with its result, to have the shape of what it is written to."""
        target = shape.op.inputs[0] if shape.op.type == "Shape" else None
        part = None if target is None else self.whole(target)
        if part is None or part is target:
            return None
        result = self.whole(tensor)
        if result is None:
            return None
        if not (result.shape.is_fully_defined() and result.shape == part.shape):
            result = gen_array_ops.broadcast_to(result, gen_array_ops.shape(part))
        return [self._harmless(result)]

    def _harmless(self, tensor: tf.Tensor) -> tf.Tensor:
        """1 where the mask is false."""
        if tensor.dtype == tf.bool or tensor.shape.rank - 1 < self._from_end:
            return tensor
        chosen = reshaped(self._chosen, [size_of(self._chosen, 0)] + [1] * self._from_end)
        return gen_math_ops.select_v2(chosen, tensor, constant(1, tensor.dtype))


def _is_same(first: tf.Tensor, second: tf.Tensor, depth: int) -> bool:
    """Whether two tensors are one, or are made of one by the same ops: a mask is often spelled out twice."""
    if first is second:
        return True
    one, other = getattr(first, "op", None), getattr(second, "op", None)
    if one is None or other is None or depth == 0 or one.type != other.type or first.dtype != second.dtype:
        return False
    if one.type == "Const":
        known, again = tf.get_static_value(first), tf.get_static_value(second)
        return known.ndim == again.ndim == 0 and known.tobytes() == again.tobytes()
    if one.type not in _ELEMENTWISE or first.value_index != second.value_index:
        return False
    pairs = zip(one.inputs, other.inputs, strict=True)
    return all(_is_same(*pair, depth - 1) for pair in pairs) and one.node_def.attr == other.node_def.attr


def _is_elementwise(op: Any) -> bool:
    if op.type == "Bitcast":  # of one number as one of another kind
        return op.inputs[0].dtype.size == op.outputs[0].dtype.size
    return op.type in _ELEMENTWISE


def _made_again(op: Any, inputs: list[tf.Tensor]) -> list[tf.Tensor]:
    """What the op gives of other inputs, with its gradient."""
    own_gradient = getattr(op, "_gradient_function", None)
    if own_gradient is None:
        return _outputs(op, inputs)
    with record.stop_recording():
        outputs = _outputs(op, inputs)
    made = outputs[0].op
    made._gradient_function = own_gradient  # it takes all from the op that it is called with
    record.record_operation(op.type, outputs, inputs, lambda *upstream: own_gradient(made, *upstream))
    return outputs


def _outputs(op: Any, inputs: list[tf.Tensor]) -> list[tf.Tensor]:
    if op.type == "IdentityN":
        return list(gen_array_ops.identity_n(inputs))
    definition = op.op_def
    names = [argument.name for argument in definition.input_arg]
    told = {argument.type_attr for argument in definition.input_arg}
    attributes = {a.name: op.get_attr(a.name) for a in definition.attr if a.name not in told}
    return [getattr(tf.raw_ops, op.type)(**dict(zip(names, inputs, strict=True)), **attributes)]
