"""How the arguments of a NumPy function arrive at a body. Knows the array and conversion.

The annotation of a body's parameter names its conversion; docs/design.md section 3 has the table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy
import tensorflow as tf

from tnp_shim import conversion, dtypes, promotion
from tnp_shim.array import Array
from tnp_shim.errors import unknown_shape

Tensor: TypeAlias = tf.Tensor
Operand: TypeAlias = promotion.Operand
Tensors: TypeAlias = list[tf.Tensor]
Axis: TypeAlias = Any
Shape: TypeAlias = Any
Size: TypeAlias = Any
DType: TypeAlias = Any

MISSING: Any = numpy._NoValue
"""An argument that was not given: NumPy's own mark, so that passing it on has NumPy's meaning."""


def to_tensor(value: Any, name: str) -> tf.Tensor:
    """A `Tensor` argument."""
    if isinstance(value, Array):
        return value._cell.read()
    return conversion.to_tensor(value)


def to_operand(value: Any, name: str) -> Operand:
    """An `Operand` argument."""
    if isinstance(value, Array):
        return value._cell.read()
    return conversion.to_operand(value)


def to_tensors(value: Any, name: str) -> list[tf.Tensor]:
    """A `Tensors` argument: any sequence of array-likes, or one array along its first axis."""
    if isinstance(value, (list, tuple)):
        return [to_tensor(v, name) for v in value]
    if hasattr(value, "__next__"):
        raise TypeError('arrays to stack must be passed as a "sequence" type such as list or tuple.')
    tensor = to_tensor(value, name)
    if tensor.shape.rank is None or (tensor.shape.rank and tensor.shape[0] is None):
        raise unknown_shape(f"argument {name}, an array that is taken apart along its first axis,")
    return tf.unstack(tensor)


def to_dtype(value: Any, name: str) -> numpy.dtype[Any]:
    """A `DType` argument."""
    dtype = dtypes.canonical(value)
    return dtypes.default_float_for(dtype) if value in (float, complex) else dtype


CONVERSIONS: dict[str, Callable[[Any, str], Any]] = {
    "Tensor": to_tensor,
    "Operand": to_operand,
    "Tensors": to_tensors,
    "Axis": conversion.to_axis,
    "Shape": conversion.to_shape,
    "Size": conversion.to_size,
    "DType": to_dtype,
}


def conversion_of(annotation: Any) -> Callable[[Any, str], Any] | None:
    """The conversion that an annotation names; None for an argument that arrives as it was given."""
    words = [word.strip() for word in str(annotation).split("|")]
    found = [CONVERSIONS[word] for word in words if word in CONVERSIONS]
    return found[0] if found else None
