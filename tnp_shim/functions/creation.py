"""Arrays made from shapes, ranges and functions of their indices. Knows the declaration and kernels."""

from __future__ import annotations

import functools
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.declaration import Axis, DType, Operand, Shape, Size, Tensor, arrays, function
from tnp_shim.indexing.checks import asserted, every
from tnp_shim.indexing.values import checked_value, without_leading_axes
from tnp_shim.kernels import complex_numbers
from tnp_shim.kernels.elementwise import like, select
from tnp_shim.kernels.shapes import (
    LARGEST_EMBEDDED,
    Length,
    along,
    as_length,
    broadcast_shape,
    broadcast_to,
    counting,
    embedded,
    filled,
    flat,
    rank_of,
    vector,
)
from tnp_shim.kernels.spacing import spaced
from tnp_shim.promotion import cast, constant, promote_args, promotion_key, shape_of
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops


def _tensor_dtype(dtype: numpy.dtype[Any] | None) -> tf.DType:
    """The dtype asked for, or the default float."""
    return dtypes.to_tf(dtypes.default_float_for(dtypes.FLOAT64) if dtype is None else dtype)


def _is_small(*sizes: Length) -> bool:
    """Whether an array of these sizes is known while tracing and small enough to embed."""
    count = 1
    for size in sizes:
        if not isinstance(size, int):
            return False
        count *= max(size, 0)
    return count <= LARGEST_EMBEDDED


@function(numpy.zeros)
def zeros(shape: Shape, dtype: DType = None):
    """An array of zeros. The default dtype is `config.default_float`."""
    return filled(shape, constant(0, _tensor_dtype(dtype)))


@function(numpy.ones)
def ones(shape: Shape, dtype: DType = None):
    """An array of ones. The default dtype is `config.default_float`."""
    return filled(shape, constant(1, _tensor_dtype(dtype)))


@function(numpy.empty)
def empty(shape: Shape, dtype: DType = None):
    """An array without a meaning; it is made of zeros, so that results never depend on old memory."""
    return filled(shape, constant(0, _tensor_dtype(dtype)))


def _fill_tensor(value: Operand, dtype: numpy.dtype[Any] | None) -> tf.Tensor:
    """What to fill an array with, cast as `copyto(casting="unsafe")` casts it."""
    if isinstance(value, tf.Tensor):
        return value if dtype is None else cast(value, dtypes.to_tf(dtype))
    if isinstance(value, (bool, int)) and dtype is not None:
        return constant(value, dtypes.to_tf(dtype))  # OverflowError out of bounds, as in NumPy
    own = numpy.asarray(value).dtype
    default = dtypes.default_float_for(own) if dtype is None else own
    return cast(constant(value, dtypes.to_tf(default)), dtypes.to_tf(dtype or default))


def _full(shape: Any, value: tf.Tensor) -> tf.Tensor:
    if value.shape.rank == 0:
        return filled(shape, value)
    if isinstance(shape, tf.Tensor):
        rank = shape.shape[0]
        return broadcast_to(value if rank is None else without_leading_axes(value, rank), shape)
    return broadcast_to(checked_value(value, shape), shape)


@function(numpy.full)
def full(shape: Shape, fill_value: Operand, dtype: DType = None):
    """An array filled with a value, or with an array broadcast to the shape (differentiable)."""
    return _full(shape, _fill_tensor(fill_value, dtype))


def _shape_like(tensor: tf.Tensor, shape: Any) -> Any:
    return shape_of(tensor) if shape is None else shape


@function(numpy.zeros_like)
def zeros_like(a: Tensor, dtype: DType = None, shape: Shape = None):
    """Zeros in the shape and dtype of another array, unless others are given."""
    if dtype is None and shape is None:
        return gen_array_ops.zeros_like(a)
    return filled(_shape_like(a, shape), constant(0, dtypes.to_tf(dtype) if dtype else a.dtype))


@function(numpy.ones_like)
def ones_like(a: Tensor, dtype: DType = None, shape: Shape = None):
    """Ones in the shape and dtype of another array, unless others are given."""
    # not by OnesLike: TensorFlow's optimizer of graphs folds that of unsigned integers into zeros
    return filled(_shape_like(a, shape), constant(1, dtypes.to_tf(dtype) if dtype else a.dtype))


@function(numpy.empty_like)
def empty_like(prototype: Tensor, dtype: DType = None, shape: Shape = None):
    """An array without a meaning (zeros) in the shape and dtype of another, unless others are given."""
    if dtype is None and shape is None:
        return gen_array_ops.zeros_like(prototype)
    tensor_dtype = dtypes.to_tf(dtype) if dtype else prototype.dtype
    return filled(_shape_like(prototype, shape), constant(0, tensor_dtype))


@function(numpy.full_like)
def full_like(a: Tensor, fill_value: Operand, dtype: DType = None, shape: Shape = None):
    """A value in the shape and dtype of another array, unless others are given."""
    value = _fill_tensor(fill_value, dtype or dtypes.to_numpy(a.dtype))
    return _full(_shape_like(a, shape), value)


def _ramp(start: tf.Tensor, step: tf.Tensor, count: Length) -> tf.Tensor:
    """start + i * step, in the order of operations of NumPy's fill loops."""
    return gen_math_ops.add_v2(gen_math_ops.mul(cast(counting(count), start.dtype), step), start)


@functools.lru_cache(maxsize=256)
def _arange_dtype(*operands: Any) -> numpy.dtype[Any]:
    """The dtype that NumPy gives a range of such arguments: dtypes, or the types of Python numbers."""
    zero_one = [
        (o.type(v) if isinstance(o, numpy.dtype) else o(v)) for o, v in zip(operands, (0, 0, 1), strict=True)
    ]
    return dtypes.canonical(numpy.arange(*zero_one).dtype)


def range_count(start: tf.Tensor, stop: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    """The number of elements of a range: ceil((stop - start) / step), at least 0."""
    extent = gen_math_ops.sub(stop, start)
    if extent.dtype.is_unsigned:  # wraps around below zero, as NumPy's difference does
        extent, step = cast(extent, tf.int64), cast(step, tf.int64)
    if extent.dtype.is_integer:
        count = gen_math_ops.neg(gen_math_ops.floor_div(gen_math_ops.neg(extent), step))
    else:
        count = gen_math_ops.ceil(gen_math_ops.real_div(extent, step))
    return gen_math_ops.maximum(gen_array_ops.stop_gradient(cast(count, tf.int64)), as_length(0))


@function(numpy.arange)
def _arange(start_or_stop: Operand, stop: Operand = None, step: Operand = 1, dtype: DType = None):
    step = 1 if step is None else step
    start, stop = (0, start_or_stop) if stop is None else (start_or_stop, stop)
    if _are_numbers(start, stop, step):
        values = numpy.arange(start, stop, step, dtype=dtype)  # type: ignore[arg-type]
        values = _under_default(values) if dtype is None else values
        if tf.executing_eagerly() or values.size <= LARGEST_EMBEDDED or values.dtype.kind in "bc":
            return embedded(values)
        first, second = (constant(v, dtypes.to_tf(values.dtype)) for v in values[:2].tolist())
        return _ramp(first, gen_math_ops.sub(second, first), values.size)
    if dtype is None:
        keys = tuple(promotion_key(bound) for bound in (start, stop, step))
        dtype = dtypes.under_default(_arange_dtype(*keys), keys)
    tensor_dtype = dtypes.to_tf(dtype)
    start, stop, step = promote_args("arange", start, stop, step)
    if start.dtype.is_complex:
        raise TypeError("arange: complex bounds must be Python or NumPy numbers")
    first = cast(start, tensor_dtype)
    second = cast(gen_math_ops.add_v2(start, step), tensor_dtype)
    return _ramp(first, gen_math_ops.sub(second, first), range_count(start, stop, step))


@arrays(numpy.arange, route="native")
def arange(*bounds: Any, **keywords: Any) -> Any:
    """Evenly spaced values in [start, stop).

    The bounds may be unknown while tracing; the result is differentiable in `start` and `step`.
    """
    # NumPy takes the first bound by the keywords `start` and `stop` too, though its signature has neither
    if not bounds:
        first = "start" if keywords.get("start") is not None else "stop"
        if first not in keywords:
            raise TypeError("arange() requires stop to be specified.")
        if first == "start" and keywords.get("stop") is None:
            raise TypeError("arange() requires stop to be specified.")
        bounds = (keywords.pop(first),)
        keywords.pop("start", None)
    return _arange(*bounds, **keywords)


def _first_axis_to(tensor: tf.Tensor, axis: int) -> tf.Tensor:
    rank = tensor.shape.rank
    axis = numpy.lib.array_utils.normalize_axis_index(axis, rank)
    if axis == 0:
        return tensor
    order = [*range(1, rank)]
    order.insert(axis, 0)
    return gen_array_ops.transpose(tensor, constant(tuple(order), tf.int32))


def _are_numbers(*operands: Any) -> bool:
    return not any(isinstance(operand, tf.Tensor) for operand in operands)


def _as_asked(values: tf.Tensor, dtype: numpy.dtype[Any] | None) -> tf.Tensor:
    """Values in the dtype asked for; integers are rounded down."""
    if dtype is None:
        return values
    if dtype.kind in "iu" and not values.dtype.is_complex:
        values = gen_math_ops.floor(values)
    return cast(values, dtypes.to_tf(dtype))


def _under_default(values: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
    """Values in a dtype of NumPy's choice, in that of `config.default_float`."""
    return values.astype(dtypes.default_float_for(dtypes.canonical(values.dtype)), copy=False)


def _bounds(name: str, *operands: Operand) -> list[tf.Tensor]:
    """The bounds of a space as floats."""
    return promote_args(name, *operands, 1.0)[:-1]


@function(numpy.linspace, scalar=True)
def linspace(
    start: Operand,
    stop: Operand,
    num: Size = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: DType = None,
    axis: Axis = 0,
):
    """`num` evenly spaced values from start to stop. Differentiable in both bounds."""
    if isinstance(num, int) and num < 0:
        raise ValueError(f"Number of samples, {num}, must be non-negative.")
    endpoint = bool(endpoint)
    if _are_numbers(start, stop, num) and (num <= LARGEST_EMBEDDED or tf.executing_eagerly()):
        values, step = numpy.linspace(start, stop, num, endpoint, True, dtype, axis)  # type: ignore[call-overload]
        values = _under_default(values) if dtype is None else values
        if not retstep:
            return embedded(values)
        # there is no step between less than two values: NumPy's is a Python float then
        return embedded(values), step if type(step) is float else embedded(_under_default(step))
    lower, upper = _bounds("linspace", start, stop)
    values, step = spaced(lower, upper, num, endpoint)
    values = _as_asked(_first_axis_to(values, axis), dtype)
    if not retstep:
        return values
    return values, numpy.nan if isinstance(num, int) and num <= endpoint else step


def _power(base: tf.Tensor, exponent: tf.Tensor) -> tf.Tensor:
    base, exponent = promote_args("logspace", base, exponent)
    return gen_math_ops._pow(base, exponent)


@function(numpy.logspace)
def logspace(
    start: Operand,
    stop: Operand,
    num: Size = 50,
    endpoint: bool = True,
    base: Operand = 10.0,
    dtype: DType = None,
    axis: Axis = 0,
):
    """`num` values evenly spaced on a log scale: base**start to base**stop. Differentiable in all three."""
    if _are_numbers(start, stop, num, base) and (num <= LARGEST_EMBEDDED or tf.executing_eagerly()):
        values = numpy.logspace(start, stop, num, endpoint, base, dtype, axis)
        return embedded(_under_default(values) if dtype is None else values)
    lower, upper = _bounds("logspace", start, stop)
    if isinstance(base, tf.Tensor) and rank_of(base, "logspace"):
        shape = vector(broadcast_shape(base, lower, upper))
        rank = max(rank_of(tensor, "logspace") for tensor in (base, lower, upper))
        lower, upper = (tf.ensure_shape(broadcast_to(t, shape), [None] * rank) for t in (lower, upper))
        axis = numpy.lib.array_utils.normalize_axis_index(axis, rank + 1)
        base = gen_array_ops.expand_dims(broadcast_to(base, shape), constant(axis, tf.int32))
    values, _ = spaced(lower, upper, num, endpoint)
    exponent = _first_axis_to(values, axis)
    base = base if isinstance(base, tf.Tensor) else constant(base, exponent.dtype)
    return cast(_power(base, exponent), dtypes.to_tf(dtype)) if dtype else _power(base, exponent)


@function(numpy.geomspace)
def geomspace(
    start: Operand, stop: Operand, num: Size = 50, endpoint: bool = True, dtype: DType = None, axis: Axis = 0
):
    """`num` values in geometric progression from start to stop, which are met exactly. Differentiable."""
    if _are_numbers(start, stop, num) and (num <= LARGEST_EMBEDDED or tf.executing_eagerly()):
        values = numpy.geomspace(start, stop, num, endpoint, dtype, axis)
        return embedded(_under_default(values) if dtype is None else values)
    # NumPy computes a geometric progression in float64 at least
    lower, upper, _ = promote_args("geomspace", start, stop, constant(0, _tensor_dtype(None)))
    has_no_zero = gen_math_ops.logical_and(
        *(every(gen_math_ops.not_equal(t, like(0, t))) for t in (lower, upper))
    )
    lower = asserted(lower, has_no_zero, "Geometric sequence cannot include zero", ValueError)
    sign = gen_math_ops.sign(lower)
    first = gen_math_ops.real_div(lower, sign)
    last = gen_math_ops.real_div(upper, sign)
    # natural logarithms; the ends, where rounding would show, are put in exactly
    logarithm = complex_numbers.log if first.dtype.is_complex else gen_math_ops.log  # which has no GPU kernel
    values, _ = spaced(logarithm(first), logarithm(last), num, endpoint)
    index = along(counting(num), 0, values.shape.rank)
    values = select(gen_math_ops.equal(index, as_length(0)), first, gen_math_ops.exp(values))
    if endpoint:
        is_last = gen_math_ops.equal(index, as_length(num) - as_length(1))
        is_last = gen_math_ops.logical_and(is_last, gen_math_ops.greater(index, as_length(0)))
        values = select(is_last, last, values)
    values = _first_axis_to(gen_math_ops.mul(values, sign), axis)
    return cast(values, dtypes.to_tf(dtype)) if dtype else values


def triangle(rows: Length, columns: Length, k: Length, compare: Any = gen_math_ops.less_equal) -> tf.Tensor:
    """The truth of `column compare row + k` for each element of a matrix: the lower triangle."""
    row = along(counting(rows, start=k), 0, 2)
    return compare(along(counting(columns), 1, 2), row)


def _clipped_offset(k: Any) -> Any:
    """A diagonal's number, kept within what indices can hold."""
    return max(min(k, 2**40), -(2**40)) if isinstance(k, int) else k


@function(numpy.eye)
def eye(N: Size, M: Size = None, k: Size = 0, dtype: DType = None):
    """A matrix with ones on its k-th diagonal and zeros elsewhere; all sizes may be unknown while tracing."""
    M = N if M is None else M
    tensor_dtype = _tensor_dtype(dtype)
    if _is_small(N, M) and isinstance(k, int):
        return embedded(numpy.eye(N, M, k, tensor_dtype.as_numpy_dtype))
    return cast(triangle(N, M, _clipped_offset(k), gen_math_ops.equal), tensor_dtype)


@function(numpy.identity)
def identity(n: Size, dtype: DType = None):
    """The square matrix with ones on its diagonal."""
    tensor_dtype = _tensor_dtype(dtype)
    if _is_small(n, n):
        return embedded(numpy.identity(n, tensor_dtype.as_numpy_dtype))
    return cast(triangle(n, n, 0, gen_math_ops.equal), tensor_dtype)


@function(numpy.tri)
def tri(N: Size, M: Size = None, k: Size = 0, dtype: DType = None):
    """A matrix with ones on and below its k-th diagonal and zeros elsewhere."""
    M = N if M is None else M
    tensor_dtype = _tensor_dtype(dtype)
    if _is_small(N, M) and isinstance(k, int):
        return embedded(numpy.tri(N, M, k, tensor_dtype.as_numpy_dtype))
    return cast(triangle(N, M, _clipped_offset(k)), tensor_dtype)


@function(numpy.diagflat)
def diagflat(v: Tensor, k: Size = 0):
    """A square matrix with the flattened argument on its k-th diagonal. Differentiable."""
    return gen_array_ops.matrix_diag_v3(
        flat(v),
        constant(k, tf.int32) if isinstance(k, int) else cast(k, tf.int32),
        constant(-1, tf.int32),
        constant(-1, tf.int32),
        constant(0, v.dtype),
    )
