"""Tests of arrays against each other and of their elements. Knows the array and the declaration."""

from __future__ import annotations

import functools
import numbers
import operator
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, ndarray, result
from tnp_shim.conversion import PYTHON_NUMBERS, is_tensor_like, tensor_of, to_operand, to_tensor
from tnp_shim.declaration import Operand, Tensor, arrays, function
from tnp_shim.declaration.failures import numpys_error
from tnp_shim.declaration.ufunc import store
from tnp_shim.indexing.checks import every
from tnp_shim.kernels import comparison
from tnp_shim.kernels.elementwise import both, either, imag, is_zero
from tnp_shim.kernels.shapes import as_length, flat, length, sliced, vector
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
    if conditions.shape.rank is not None:
        return every(conditions)
    return gen_math_ops._all(gen_array_ops.reshape(conditions, vector((-1,))), constant((0,), tf.int32))


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
        return tuple(promote_args("array_equal", to_tensor(a1), to_tensor(a2)))
    except (TypeError, ValueError):
        return None


def _same(x: tf.Tensor, y: tf.Tensor, equal_nan: bool = False) -> tf.Tensor:
    """Where elements are equal; NaN is equal to nothing, or to NaN."""
    equal = gen_math_ops.equal(x, y)
    return either(equal, both(comparison.isnan(x), comparison.isnan(y))) if equal_nan else equal


def _same_vectors(x: tf.Tensor, y: tf.Tensor, equal_nan: bool = False) -> tf.Tensor:
    """Whether two vectors of unknown sizes are of one size and equal."""
    sizes = length(x, 0), length(y, 0)
    least = gen_math_ops.minimum(*map(as_length, sizes))
    same = _same(sliced(x, 0, None, least), sliced(y, 0, None, least), equal_nan)
    return both(gen_math_ops.equal(*map(as_length, sizes)), every(same))


@arrays(numpy.array_equal, route="native")
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    """Whether two arrays have the same shape and elements: a bool, or while tracing a scalar array."""
    pair = _pair(a1, a2)
    if pair is None:
        return numpy.array_equal(a1, a2) if not is_tensor_like(a1) and not is_tensor_like(a2) else False
    x, y = pair
    if not x.shape.is_compatible_with(y.shape):
        return False
    if x.shape.is_fully_defined() and y.shape.is_fully_defined():
        return _truth(every(_same(x, y, equal_nan)))
    same_shape = _same_vectors(gen_array_ops.shape(x), gen_array_ops.shape(y))
    return _truth(both(same_shape, _same_vectors(flat(x), flat(y), equal_nan)))


@arrays(numpy.array_equiv, route="native")
def array_equiv(a1: Any, a2: Any) -> Any:
    """Whether two arrays can be broadcast to one shape and are equal then."""
    pair = _pair(a1, a2)
    if pair is None:
        return False
    x, y = pair
    if x.shape.is_fully_defined() and y.shape.is_fully_defined():
        try:
            numpy.broadcast_shapes(tuple(x.shape), tuple(y.shape))
        except ValueError:
            return False
        return _truth(every(_same(x, y)))
    rank = gen_math_ops.maximum(gen_array_ops.rank(x), gen_array_ops.rank(y))
    sizes = [_sizes_of_rank(tensor, rank) for tensor in pair]
    fits = functools.reduce(either, [_same(*sizes), *(_same(size, as_length(1)) for size in sizes)])
    return _truth(tf.cond(every(fits), lambda: _all(_same(x, y)), lambda: constant(False, tf.bool)))


def _sizes_of_rank(tensor: tf.Tensor, rank: tf.Tensor) -> tf.Tensor:
    """The shape of a tensor, with ones in front until it has `rank` sizes."""
    shape = gen_array_ops.shape(tensor, out_type=tf.int64)
    missing = gen_array_ops.reshape(rank - gen_array_ops.rank(tensor), vector((1,)))
    ones = gen_array_ops.fill(missing, as_length(1))
    return gen_array_ops.concat_v2([ones, shape], constant(0, tf.int32))


@function(numpy.iscomplex, scalar=True)
def iscomplex(x: Tensor):
    """Where the imaginary part is not zero."""
    if not x.dtype.is_complex:
        return cast(gen_array_ops.zeros_like(x), tf.bool)
    return gen_math_ops.logical_not(is_zero(imag(x)))


@function(numpy.isreal, scalar=True)
def isreal(x: Any):
    """Where the imaginary part is zero; a bool for a Python number."""
    if type(x) in PYTHON_NUMBERS:
        return x.imag == 0
    x = to_tensor(x)
    if not x.dtype.is_complex:
        # the optimizer of graphs makes zeros of OnesLike of uint32 and uint64
        return gen_array_ops.fill(gen_array_ops.shape(x), constant(True, tf.bool))
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
def isneginf(x: Tensor, out: Any = None):
    """Where an element is negative infinity."""
    found = _infinite(x, "isneginf", positive=False)
    return found if out is None else store("isneginf", out, found)


@function(numpy.isposinf, scalar=True)
def isposinf(x: Tensor, out: Any = None):
    """Where an element is positive infinity."""
    found = _infinite(x, "isposinf", positive=True)
    return found if out is None else store("isposinf", out, found)
