"""Tests of arrays against each other and of their elements. Knows the array and the declaration."""

from __future__ import annotations

import numbers
import operator
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, ndarray, result
from tnp_shim.conversion import is_tensor_like, tensor_of, to_operand, to_tensor
from tnp_shim.declaration import Operand, Tensor, arrays, function
from tnp_shim.declaration.failures import numpys_error
from tnp_shim.indexing.checks import every
from tnp_shim.kernels import comparison
from tnp_shim.kernels.elementwise import both, either, imag, is_zero
from tnp_shim.promotion import cast, constant, promote_args, promotion_key
from tnp_shim.tensorflow_internals import EagerTensor, gen_array_ops, gen_math_ops


def _magnitude(x: tf.Tensor) -> tf.Tensor:
    if x.dtype.is_complex:
        return gen_math_ops.complex_abs(x, Tout=x.dtype.real_dtype)
    return gen_math_ops._abs(x)


def _combined(op: Any, number_op: Any, x: Operand, y: Operand) -> Operand:
    if isinstance(x, tf.Tensor) or isinstance(y, tf.Tensor):
        return op(*promote_args("isclose", x, y))
    return number_op(x, y)


def close(a: Operand, b: Operand, rtol: Operand, atol: Operand, equal_nan: bool) -> tf.Tensor:
    """Where |a - b| <= atol + rtol * |b|, b being finite, or a == b."""
    if isinstance(b, tf.Tensor):
        b = cast(b, dtypes.to_tf(dtypes.result_type(promotion_key(b), float)))
    elif isinstance(b, int):
        b = float(b)
    x, y = promote_args("isclose", a, b)
    # b's part is computed in its own dtype, as NumPy does
    size = _magnitude(b) if isinstance(b, tf.Tensor) else abs(b)
    relative = _combined(gen_math_ops.mul, operator.mul, rtol, size)
    allowed = _combined(gen_math_ops.add_v2, operator.add, atol, relative)
    distance, allowed = promote_args("isclose", _magnitude(gen_math_ops.sub(x, y)), allowed)
    near = both(gen_math_ops.less_equal(distance, allowed), comparison.isfinite(y))
    near = either(near, gen_math_ops.equal(x, y))
    return either(near, both(comparison.isnan(x), comparison.isnan(y))) if equal_nan else near


@function(numpy.isclose, scalar=True)
def isclose(a: Operand, b: Operand, rtol: Operand = 1e-05, atol: Operand = 1e-08, equal_nan: bool = False):
    """Where two arrays are equal within a tolerance, which is relative to `b`."""
    return close(a, b, rtol, atol, equal_nan)


def _truth(condition: tf.Tensor) -> Any:
    """A Python bool where the value is known; a scalar array while tracing."""
    return bool(condition) if isinstance(condition, EagerTensor) else result(condition, dtypes.BOOL)


def _all(conditions: tf.Tensor) -> tf.Tensor:
    if conditions.shape.is_fully_defined():
        return every(conditions)
    # where shapes that differ compare as a single false, the rank that was inferred is not the true one
    vector = gen_array_ops.reshape(conditions, constant((-1,), tf.int32))
    return gen_math_ops._all(vector, constant((0,), tf.int32))


@arrays(numpy.allclose, route="native")
def allclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Any:
    """Whether two arrays are equal within a tolerance: a bool, or while tracing a scalar array."""
    try:
        near = close(to_operand(a), to_operand(b), to_operand(rtol), to_operand(atol), equal_nan)
    except Exception as error:
        raise numpys_error("allclose", numpy.allclose, (a, b, rtol, atol), {}, error) from error.__cause__
    return _truth(_all(near))


def _pair(a1: Any, a2: Any) -> tuple[tf.Tensor, tf.Tensor] | None:
    """Both as tensors of a common dtype; None where one of them cannot be an array of numbers."""
    try:
        return tuple(promote_args("array_equal", to_tensor(a1), to_tensor(a2)))  # type: ignore[return-value]
    except (TypeError, ValueError):
        return None


def _same_shape(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    shapes = (gen_array_ops.shape(x), gen_array_ops.shape(y))
    # vectors of different lengths compare as a single false
    return _all(gen_math_ops.equal(*shapes, incompatible_shape_error=False))


@arrays(numpy.array_equal, route="native")
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    """Whether two arrays have the same shape and elements: a bool, or while tracing a scalar array."""
    pair = _pair(a1, a2)
    if pair is None:
        return numpy.array_equal(a1, a2) if not is_tensor_like(a1) and not is_tensor_like(a2) else False
    x, y = pair
    if not x.shape.is_compatible_with(y.shape):
        return False
    equal = gen_math_ops.equal(x, y, incompatible_shape_error=False)
    if equal_nan:
        nans = (comparison.isnan(x), comparison.isnan(y))
        both_nan = both(nans[0], gen_math_ops.equal(*nans, incompatible_shape_error=False))
        equal = gen_math_ops.logical_or(equal, both_nan)
    equal = _all(equal)
    if not (x.shape.is_fully_defined() and y.shape.is_fully_defined()):
        equal = both(equal, _same_shape(x, y))
    return _truth(equal)


@arrays(numpy.array_equiv, route="native")
def array_equiv(a1: Any, a2: Any) -> Any:
    """Whether two arrays can be broadcast to one shape and are equal then."""
    pair = _pair(a1, a2)
    if pair is None:
        return False
    # shapes that cannot be broadcast compare as a single false
    return _truth(_all(gen_math_ops.equal(*pair, incompatible_shape_error=False)))


@function(numpy.iscomplex, scalar=True)
def iscomplex(x: Tensor):
    """Where the imaginary part is not zero."""
    if not x.dtype.is_complex:
        return cast(gen_array_ops.zeros_like(x), tf.bool)
    return gen_math_ops.logical_not(is_zero(imag(x)))


@function(numpy.isreal, scalar=True)
def isreal(x: Tensor):
    """Where the imaginary part is zero."""
    if not x.dtype.is_complex:
        return cast(gen_array_ops.ones_like(x), tf.bool)
    return is_zero(imag(x))


@arrays(numpy.iscomplexobj)
def iscomplexobj(x: Any) -> bool:
    """Whether an array is of a complex dtype."""
    return tensor_of(x).dtype.is_complex if is_tensor_like(x) else numpy.iscomplexobj(x)


@arrays(numpy.isrealobj)
def isrealobj(x: Any) -> bool:
    """Whether an array is of a dtype that is not complex."""
    return not iscomplexobj(x)


@arrays(numpy.isscalar)
def isscalar(element: Any) -> bool:
    """Whether the argument is a number (or text), not an array: as NumPy, 0-d arrays are none."""
    if isinstance(element, Array):
        return not isinstance(element, ndarray)
    return numpy.isscalar(element) or isinstance(element, numbers.Number)


def _infinite(x: tf.Tensor, name: str, positive: bool) -> tf.Tensor:
    """Where an element is the infinity of one sign."""
    if x.dtype.is_complex:
        raise TypeError(
            f"This operation is not supported for {x.dtype.name} values because it would be ambiguous."
        )
    if not x.dtype.is_floating:
        return cast(gen_array_ops.zeros_like(x), tf.bool)
    return gen_math_ops.equal(x, constant(float("inf") if positive else float("-inf"), x.dtype))


@function(numpy.isneginf, scalar=True)
def isneginf(x: Tensor):
    """Where an element is negative infinity."""
    return _infinite(x, "isneginf", positive=False)


@function(numpy.isposinf, scalar=True)
def isposinf(x: Tensor):
    """Where an element is positive infinity."""
    return _infinite(x, "isposinf", positive=True)
