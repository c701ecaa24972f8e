"""What is computed element by element of what masks or slices select, for all elements at once. Tensors only.

`z[m] = z[m] ** 2 + c[m]` needs no list of the places where `m` is true, which is slow to make in XLA:
one loop makes the same ops on all elements, and a select. So it is with the slices of unknown size in
`A[k:, k:] -= np.outer(A[k:, 0], b[k:])`. What is not selected is 1 in each operand, so that nothing overflows
or divides by 0 there, and no NaN comes into a gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import tensorflow as tf

from tnp_shim.indexing.sizes import flat, reshaped, size_of
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops, record

_MOST_OPS = 256
_DEEPEST = 8
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
class Part:
    """Which elements along an axis are selected."""

    made_of: tuple[Any, ...]
    """Tensors and what is known while tracing; parts that are made of the same are one."""
    mask: Callable[[], tf.Tensor]
    """Makes a vector that is true where they are."""

    def is_same(self, other: Part) -> bool:
        return self is other or are_same(self.made_of, other.made_of)


def are_same(first: Any, second: Any) -> bool:
    """Whether two tensors, ints or tuples of them are known to be the same."""
    if isinstance(first, tuple) and isinstance(second, tuple):
        pairs = zip(first, second, strict=False)
        return len(first) == len(second) and all(are_same(*pair) for pair in pairs)
    return _is_same(first, second, _DEEPEST)


def part_of_mask(mask: Any) -> Part:
    """Where a mask is true, as a flat one."""
    return Part((mask,), lambda: flat(tf.convert_to_tensor(mask)))


@dataclass(frozen=True, slots=True)
class Selection:
    """What was read: a part of `source` along an axis."""

    source: tf.Tensor
    axis: int
    part: Part


def note(result: tf.Tensor, selection: Selection) -> None:
    """Note on a tensor of a graph that it is such a selection."""
    result.op._tnp_selection = selection


def on_all_elements(value: tf.Tensor, parts: Mapping[int, Part]) -> tf.Tensor | None:
    """The value for all elements along some axes, where now it has those of a part of each.

    None where it is not made of them element by element. What is not selected tells nothing.
    """
    rank = value.shape.rank
    return _Rewriting().whole(value, {rank - 1 - axis: part for axis, part in parts.items()})


_Parts: TypeAlias = dict[int, Part]
"""By the axis, counted from the end."""


class _Rewriting:
    """Ops made once more with all elements along some axes."""

    def __init__(self) -> None:
        self._found: dict[Any, list[tf.Tensor] | None] = {}
        self._masks: dict[int, tf.Tensor] = {}

    def whole(self, tensor: tf.Tensor, parts: _Parts) -> tf.Tensor | None:
        """The tensor with all elements; as it is where all its elements are for each of the selected ones."""
        rank = tensor.shape.rank
        if rank is None:
            return None
        parts = {
            place: p for place, p in parts.items() if place < rank and tensor.shape[rank - 1 - place] != 1
        }
        if not parts:
            return tensor
        op = getattr(tensor, "op", None) if not tf.executing_eagerly() else None
        if op is None or op.graph is not tf.compat.v1.get_default_graph():
            return None
        key = (id(op), *((place, id(parts[place])) for place in sorted(parts)))
        if key not in self._found:
            self._found[key] = self._made(op, parts)
        outputs = self._found[key]
        return None if outputs is None else outputs[tensor.value_index]

    def _made(self, op: Any, parts: _Parts) -> list[tf.Tensor] | None:
        selection = getattr(op, "_tnp_selection", None)
        if selection is not None:
            return self._unselected(selection, parts)
        if len(self._found) > _MOST_OPS:
            return None
        if op.type == "BroadcastTo":
            return self._broadcast(op.inputs[0], op.inputs[1], parts)
        if op.type in ("ExpandDims", "Reshape"):
            return self._with_more_axes(op, parts)
        if not _is_elementwise(op):
            return None
        inputs = [self.whole(tensor, parts) for tensor in op.inputs]
        if any(tensor is None for tensor in inputs):
            return None
        return [self._harmless(output, parts) for output in _made_again(op, inputs)]

    def _unselected(self, selection: Selection, parts: _Parts) -> list[tf.Tensor] | None:
        """Of what was read, that from which it was read, if just these parts were read of it."""
        place = selection.source.shape.rank - 1 - selection.axis
        if place not in parts or not parts[place].is_same(selection.part):
            return None
        others = {other: part for other, part in parts.items() if other != place}
        source = self.whole(selection.source, others)
        return None if source is None else [self._harmless(source, {place: parts[place]})]

    def _with_more_axes(self, op: Any, parts: _Parts) -> list[tf.Tensor] | None:
        """Of a vector to which axes of size 1 were added."""
        vector, sizes = op.inputs[0], op.outputs[0].shape
        if vector.shape.rank != 1 or len(parts) != 1 or [size for size in sizes if size != 1] != [None]:
            return None
        ((place, part),) = parts.items()
        source = self.whole(vector, {0: part})
        if source is None:
            return None
        shape = [-1 if place == sizes.rank - 1 - axis else 1 for axis in range(sizes.rank)]
        return [gen_array_ops.reshape(source, constant(tuple(shape), tf.int32))]

    def _broadcast(self, tensor: tf.Tensor, shape: tf.Tensor, parts: _Parts) -> list[tf.Tensor] | None:
        """What an in-place operator does with its result, to have the shape of what is written to."""
        target = shape.op.inputs[0] if shape.op.type == "Shape" else None
        whole = None if target is None else self.whole(target, parts)
        if whole is None or whole is target:
            return None
        result = self.whole(tensor, parts)
        if result is None:
            return None
        if not (result.shape.is_fully_defined() and result.shape == whole.shape):
            result = gen_array_ops.broadcast_to(result, gen_array_ops.shape(whole))
        return [self._harmless(result, parts)]

    def _harmless(self, tensor: tf.Tensor, parts: _Parts) -> tf.Tensor:
        """1 where nothing is selected."""
        chosen = None
        for place, part in parts.items():
            if tensor.dtype != tf.bool and place < tensor.shape.rank:
                mask = self._mask(part)
                mask = reshaped(mask, [size_of(mask, 0)] + [1] * place)
                chosen = mask if chosen is None else gen_math_ops.logical_and(chosen, mask)
        return tensor if chosen is None else gen_math_ops.select_v2(chosen, tensor, constant(1, tensor.dtype))

    def _mask(self, part: Part) -> tf.Tensor:
        if id(part) not in self._masks:
            self._masks[id(part)] = part.mask()
        return self._masks[id(part)]


def _is_same(first: Any, second: Any, depth: int) -> bool:
    """Whether two tensors are one, or are made of one by the same ops: a mask is often spelled out twice."""
    if first is second:
        return True
    if not isinstance(first, tf.Tensor) or not isinstance(second, tf.Tensor):
        return type(first) is type(second) is int and first == second
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


def is_operand(tensor: tf.Tensor, result: tf.Tensor) -> bool:
    """Whether a graph makes the result element by element of the tensor and others."""
    return _is_elementwise(result.op) and any(operand is tensor for operand in result.op.inputs)


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
