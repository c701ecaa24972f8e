"""Casts, constants and the promotion of tensors, as NumPy does them. Knows dtypes and tensors only."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.tensorflow_internals import (
    EagerTensor,
    builds_function,
    builds_gradient_of_loop,
    gen_array_ops,
    gen_math_ops,
    ops,
    runs_eagerly,
)

Operand: TypeAlias = tf.Tensor | bool | int | float | complex
"""A tensor, or a Python number, which promotes weakly (NEP 50)."""

_BY_WAY_OF = {
    **dict.fromkeys((tf.int8, tf.int16, tf.uint8, tf.uint16), tf.int32),
    tf.uint32: tf.int64,
}
"""Floats beyond the range of these wrap around in NumPy; TensorFlow's kernels stop at its end, or differ."""


def cast(tensor: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    """The tensor in another dtype, as `astype(casting="unsafe")` of NumPy gives it."""
    source = tensor.dtype
    if source == dtype:
        return tensor
    if source.is_complex and not dtype.is_complex:
        if dtype == tf.bool:
            return gen_math_ops.not_equal(tensor, constant(0, source))
        tensor = gen_math_ops.real(tensor, Tout=source.real_dtype)
        return cast(tensor, dtype)
    if source.is_floating and dtype in _BY_WAY_OF:
        tensor = gen_math_ops.cast(tensor, DstT=_BY_WAY_OF[dtype])
    elif source.is_floating and dtype == tf.uint64:
        return _to_uint64(tensor)
    return gen_math_ops.cast(tensor, DstT=dtype)


def _to_uint64(tensor: tf.Tensor) -> tf.Tensor:
    """Floats as uint64, negative ones wrapped around, by way of int64: the upper half by its sign bit."""
    if tensor.dtype.size < 4:
        tensor = gen_math_ops.cast(tensor, DstT=tf.float32)
    middle = constant(2.0**63, tensor.dtype)
    is_upper = gen_math_ops.greater_equal(tensor, middle)
    lower = gen_math_ops.cast(
        gen_math_ops.select_v2(is_upper, gen_math_ops.sub(tensor, middle), tensor), DstT=tf.int64
    )
    upper = gen_math_ops.add_v2(lower, constant(-(2**63), tf.int64))
    return gen_array_ops.bitcast(gen_math_ops.select_v2(is_upper, upper, lower), type=tf.uint64)


_constants: dict[Any, tf.Tensor] = {}
_MOST_CONSTANTS = 4096


def constant(value: Any, dtype: tf.DType) -> tf.Tensor:
    """A Python number as a 0-d tensor of `dtype`; OverflowError, as NumPy's, for an int out of bounds.

    Eager constants are kept and used again; a graph under construction embeds them.
    """
    # 0.0 == -0.0 and 1 == 1.0 == True, but they are different constants
    kind = type(value)
    sign: Any = None
    if kind is float:
        sign = math.copysign(1.0, value) if not value else None
    elif kind is complex:
        sign = (math.copysign(1.0, value.real), math.copysign(1.0, value.imag))
    key = (value, kind, sign, dtype)
    tensor = _constants.get(key)
    embeds = runs_eagerly() or (builds_function() and not builds_gradient_of_loop())
    if tensor is None or not embeds:
        array = numpy.array(value, dtype=dtype.as_numpy_dtype)
        if not embeds:
            return tf.constant(array)
        with ops.init_scope():
            tensor = tf.constant(array)
        if not isinstance(tensor, EagerTensor):  # a TF1 graph has no eager scope, and embeds no eager tensor
            return tf.constant(array)
        if len(_constants) >= _MOST_CONSTANTS:
            _constants.clear()
        _constants[key] = tensor
    return tensor


def as_tensor(operand: Operand, dtype: tf.DType) -> tf.Tensor:
    """The operand as a tensor of `dtype`."""
    if isinstance(operand, (bool, int, float, complex)):
        return constant(operand, dtype)
    return cast(operand, dtype)


def promotion_key(operand: Operand) -> Any:
    """What of an operand decides promotion: its dtype, or its type if it is a (weak) Python number.

    The tensor of a Python number that is unknown while tracing names its type, and is as weak.
    """
    if isinstance(operand, dtypes.PYTHON_SCALARS):
        kind: Any = type(operand)
    else:
        kind = None if type(operand) is EagerTensor else getattr(operand, "python_number", None)
        if kind is None:
            return dtypes.to_numpy(operand.dtype)
    return dtypes.BOOL if kind is bool else kind  # a Python bool is as strong as NumPy's


_kept: dict[tuple[numpy.dtype[Any], type], tf.DType | None] = {}


def kept_dtype(dtype: numpy.dtype[Any], value: Any) -> tf.DType | None:
    """`dtype` for TensorFlow if `value` is a Python number that promotes to it, else None."""
    key = (dtype, type(value))
    try:
        return _kept[key]
    except KeyError:
        pass
    if type(value) not in dtypes.PYTHON_SCALARS:
        return None
    keeps = dtypes.result_type(dtype, type(value)) is dtype
    _kept[key] = dtypes.to_tf(dtype) if keeps else None
    return _kept[key]


def promote_args(name: str, *operands: Operand) -> list[tf.Tensor]:
    """The operands as tensors of their common dtype, as `numpy.result_type` tells it."""
    try:
        common = dtypes.to_tf(dtypes.result_type(*map(promotion_key, operands)))
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None
    return [as_tensor(operand, common) for operand in operands]


def promote_args_inexact(name: str, *operands: Operand) -> list[tf.Tensor]:
    """The operands as tensors of their common dtype, integers and bool becoming the default float."""
    keys = [*map(promotion_key, operands)]
    common = dtypes.result_type(*keys)
    if common.kind in "biu":
        common = dtypes.default_float_for(dtypes.FLOAT64)
    return [as_tensor(operand, dtypes.to_tf(common)) for operand in operands]


def shape_of(tensor: tf.Tensor) -> tuple[int, ...] | tf.Tensor:
    """The shape as a tuple of int where it is known, else as an int64 vector."""
    static = tensor.shape
    if static.is_fully_defined():
        return tuple(static.as_list())
    return gen_array_ops.shape(tensor, out_type=tf.int64)
