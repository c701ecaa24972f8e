"""How a variable of the user's code goes through a loop or a branch of the graph. Knows the array.

A variable that is bound to the same object whatever happens is kept. Any other is carried as tensors, and
made anew from them: an array, a scalar, a Python number (which stays weak), a tensor, a tuple of these.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, ndarray, wrap, wrap_scalar
from tnp_shim.control_flow import numbers
from tnp_shim.control_flow.numbers import Bounds, NotRollable
from tnp_shim.promotion import as_tensor
from tnp_shim.storage import AnyCell, ViewCell
from tnp_shim.tensorflow_internals import Undefined, UndefinedReturnValue

_NUMERIC = (Array, tf.Tensor, numpy.ndarray, numpy.generic, bool, int, float, complex)
_EQUAL_IF_SO = (str, bytes, type, numpy.dtype, tf.DType, range, slice, tf.TensorShape)


def is_undefined(value: Any) -> bool:
    """Whether AutoGraph says that a variable has no value yet."""
    return isinstance(value, (Undefined, UndefinedReturnValue))


@dataclass
class Form:
    """How one variable is carried."""

    kind: str
    """kept, number, scalar, array, tensor, opaque, or nested."""
    value: Any = None
    dtype: tf.DType | None = None
    shape: tf.TensorShape = field(default_factory=lambda: tf.TensorShape([]))
    number: type = int
    bounds: Bounds = None
    parts: dict[Any, Form] = field(default_factory=dict)

    def count(self) -> int:
        """How many tensors carry the variable."""
        if self.kind == "nested":
            return sum(part.count() for part in self.parts.values())
        return 0 if self.kind == "kept" else 1

    def carried(self, value: Any) -> list[Any]:
        """The variable's value as tensors."""
        if self.kind == "kept":
            return []
        if self.kind == "nested":
            if is_undefined(value):
                return [t for part in self.parts.values() for t in part.carried(value)]
            return [t for key, part in self.parts.items() for t in part.carried(_item(value, key))]
        if self.kind == "opaque":
            return [value]
        assert self.dtype is not None
        if is_undefined(value):
            return [tf.zeros([n or 0 for n in self.shape] if self.shape.rank else [], self.dtype)]
        if isinstance(value, (numpy.ndarray, numpy.generic)):
            value = tf.constant(value)
        tensor = as_tensor(value._cell.read() if isinstance(value, Array) else value, self.dtype)
        # a tensor that says it stands for a Python number must not say so elsewhere
        return [tf.identity(tensor) if hasattr(tensor, "python_number") else tensor]

    def seen(self, tensors: Iterator[Any]) -> Any:
        """The variable as the user's code sees it."""
        if self.kind == "kept":
            return self.value
        if self.kind == "nested":
            values = {key: part.seen(tensors) for key, part in self.parts.items()}
            return _nested_like(self.value, values)
        tensor = next(tensors)
        if self.kind == "number":
            return numbers.made(tensor, self.number, self.bounds)
        if self.kind == "scalar" and tensor.shape.rank == 0:
            return wrap_scalar(tensor)
        return wrap(tensor) if self.kind in ("scalar", "array") else tensor

    def stand_in(self) -> Any:
        """A value of this form, unknown, in a scratch graph."""
        if self.kind in ("kept", "opaque"):
            return self.value
        if self.kind == "nested":
            return _nested_like(self.value, {key: part.stand_in() for key, part in self.parts.items()})
        return self.seen(iter([tf.compat.v1.placeholder(self.dtype, self.shape)]))

    def invariants(self) -> list[Any]:
        """What tf.while_loop is to know of the tensors' shapes."""
        if self.kind == "nested":
            return [i for part in self.parts.values() for i in part.invariants()]
        if self.kind == "opaque":
            return [None]
        return [] if self.kind == "kept" else [self.shape]

    def takes(self, value: Any, exactly: bool) -> bool:
        """Whether a value can be carried in this form; `exactly`: with no change of kind or dtype."""
        if self.kind == "kept":
            return same(self.value, value) or (is_undefined(self.value) and is_undefined(value))
        if is_undefined(value):
            return True
        if self.kind == "nested":
            return (
                type(value) is type(self.value)
                and _keys(value) == [*self.parts]
                and all(part.takes(_item(value, key), exactly) for key, part in self.parts.items())
            )
        found = form_of(value)
        if self.kind == "opaque" or found.kind not in _LEAVES:
            return self.kind == found.kind
        if not found.shape.is_subtype_of(self.shape):
            return False
        if self.kind == "number" and found.kind == "number":
            return (
                self.number is found.number
                if exactly
                else numbers.wider(self.number, found.number) is self.number
            )
        if exactly:
            return self.kind == found.kind and self.dtype == found.dtype
        keys = (_key(self), _key(found))
        return self.kind != "number" and dtypes.to_tf(dtypes.result_type(*keys)) == self.dtype


_LEAVES = ("number", "scalar", "array", "tensor")


def _key(form: Form) -> Any:
    """What of a form decides promotion."""
    weak = form.kind == "number" and form.number is not bool
    return form.number if weak else dtypes.to_numpy(form.dtype)


def _item(value: Any, key: Any) -> Any:
    return value[key]


def _keys(value: Any) -> list[Any]:
    return list(value) if isinstance(value, dict) else list(range(len(value)))


def _nested_like(like: Any, values: dict[Any, Any]) -> Any:
    if isinstance(like, dict):
        return type(like)(values)
    if hasattr(like, "_fields"):
        return type(like)(*values.values())
    return type(like)(values.values())


def form_of(value: Any) -> Form:
    """The form of one value that is going to change."""
    kind = numbers.kind_of(value)
    if kind is not None:
        return Form("number", value, numbers.dtype_of(kind), number=kind, bounds=numbers.bounds_of(value))
    if isinstance(value, Array):
        kinds = "array" if isinstance(value, ndarray) else "scalar"
        return Form(kinds, value, dtypes.to_tf(value._dtype), _shape_of(value._cell))
    if isinstance(value, tf.Tensor):
        return Form("tensor", value, value.dtype, value.shape)
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        kinds = "array" if isinstance(value, numpy.ndarray) else "scalar"
        return Form(kinds, value, dtypes.to_tf(dtypes.canonical(value.dtype)), tf.TensorShape(value.shape))
    if isinstance(value, (tuple, list, dict)):
        return Form("nested", value, parts={key: form_of(_item(value, key)) for key in _keys(value)})
    if isinstance(value, tf.__internal__.CompositeTensor) or type(value).__name__ == "TensorArray":
        return Form("opaque", value)
    return Form("kept", value)


def _shape_of(cell: AnyCell) -> tf.TensorShape:
    """The static shape; a view that a scratch trace has left can't be read any more."""
    return tf.TensorShape(cell.lens.shape if isinstance(cell, ViewCell) else cell.shape)


def same(first: Any, second: Any) -> bool:
    """Whether two objects are the same to the user's code."""
    if first is second:
        return True
    if type(first) is not type(second):
        return False
    if isinstance(first, float):
        return first == second and math.copysign(1, first) == math.copysign(1, second)
    return isinstance(first, (bool, int, *_EQUAL_IF_SO)) and first == second


def joined(name: str, values: list[Any]) -> Form:
    """The form that all these values of one variable can be carried in."""
    first = values[0]
    if all(same(first, value) for value in values):
        return Form("kept", first)
    defined = [value for value in values if not is_undefined(value)]
    if not defined:
        return Form("kept", first)
    if all(isinstance(value, (tuple, list, dict)) for value in defined):
        return _joined_parts(name, defined, values)
    if not isinstance(defined[0], _NUMERIC) and all(same(defined[0], value) for value in defined):
        return Form("kept", defined[0])  # where it is undefined nobody reads it
    if not all(isinstance(value, _NUMERIC) for value in defined):
        forms = [form_of(value) for value in defined]
        if all(form.kind == "opaque" for form in forms) and len(defined) == len(values):
            return forms[0]
        raise NotRollable(f"'{name}' is now {_words(values[0])}, now {_words(values[-1])}")
    forms = [form_of(value) for value in defined]
    shape = forms[0].shape
    for form in forms[1:]:
        shape = shape.most_specific_common_supertype([form.shape]) or tf.TensorShape(None)
    if all(form.kind == "number" for form in forms):
        number = numbers.wider(*(form.number for form in forms))
        bounds = forms[0].bounds
        for form in forms:
            bounds = numbers.hull(bounds, form.bounds)
        return Form("number", first, numbers.dtype_of(number), number=number, bounds=bounds)
    kinds = {form.kind for form in forms}
    tensors = [form for form in forms if form.kind == "tensor"]
    if tensors and kinds <= {"tensor", "number"}:
        return Form("tensor", first, tensors[0].dtype, shape)
    keys = [_key(form) for form in forms]
    kind = "array" if "array" in kinds or "tensor" in kinds else "scalar"
    return Form(kind, first, dtypes.to_tf(dtypes.result_type(*keys)), shape)


def _joined_parts(name: str, defined: list[Any], values: list[Any]) -> Form:
    first = defined[0]
    keys = _keys(first)
    if any(type(value) is not type(first) or _keys(value) != keys for value in defined):
        raise NotRollable(f"'{name}' is now {_words(first)}, now {_words(defined[-1])}")
    parts = {
        key: joined(f"{name}[{key!r}]", [v if is_undefined(v) else _item(v, key) for v in values])
        for key in keys
    }
    return Form("nested", first, parts=parts)


def _words(value: Any) -> str:
    if is_undefined(value):
        return "undefined"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    return "None" if value is None else f"a {type(value).__name__}"


def involves_arrays(value: Any) -> bool:
    """Whether a value is an array of ours, or holds one."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return any(map(involves_arrays, value))
    return isinstance(value, Array)
