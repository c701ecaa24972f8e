"""Convolution, interpolation, phases and integrals of samples. Knows the declaration and kernels."""

from __future__ import annotations

import math
from typing import Any

import numpy
import tensorflow as tf
from numpy.lib.array_utils import normalize_axis_index

from tnp_shim import dtypes
from tnp_shim.conversion import to_operand, to_tensor
from tnp_shim.declaration import Axis, Operand, Tensor, arrays, function
from tnp_shim.errors import unknown_value
from tnp_shim.functions.views import as_array
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import shapes, signal, sorting
from tnp_shim.kernels.arithmetic import absolute, add, conjugate, divide, multiply, remainder, subtract
from tnp_shim.kernels.elementwise import both, imag, like, real, select
from tnp_shim.kernels.products import sum_over
from tnp_shim.kernels.scans import cumsum
from tnp_shim.kernels.trigonometric import arctan2
from tnp_shim.promotion import Operand as Number
from tnp_shim.promotion import as_tensor, cast, constant, promote_args, promote_args_inexact
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops, known_value

_MODES = ("valid", "same", "full")


def _mode(mode: Any) -> str:
    """The name of a mode; NumPy's error for one that it does not know."""
    if mode not in _MODES:
        numpy.convolve([1], [1], mode)
        return _MODES[mode]
    return mode


def _vector(x: tf.Tensor, name: str, least_rank: int) -> tf.Tensor:
    """A tensor of one axis that is not empty; ValueError for any other."""
    if x.shape.rank == 0 and not least_rank:
        x = shapes.flat(x)
    if shapes.rank_of(x, name) != 1 or x.shape[0] == 0:
        raise ValueError(f"{name}: a vector that is not empty is needed, not one of shape {x.shape}")
    if x.shape[0] is not None:
        return x
    some = gen_math_ops.greater(gen_array_ops.size(x), constant(0, tf.int32))
    return asserted(x, some, f"{name}: an array cannot be empty", ValueError)


def _is_shorter(x: tf.Tensor, y: tf.Tensor) -> bool:
    """Whether one vector is known to be shorter than another."""
    return x.shape[0] is not None and y.shape[0] is not None and x.shape[0] < y.shape[0]


def _reversed(x: tf.Tensor) -> tf.Tensor:
    return gen_array_ops.reverse_v2(x, constant((0,), tf.int32))


@function(numpy.convolve)
def convolve(a: Tensor, v: Tensor, mode: Any = "full"):
    """The convolution of two vectors. Differentiable."""
    a, v = promote_args("convolve", a, v)
    a, v = _vector(a, "convolve", 0), _vector(v, "convolve", 0)
    if _is_shorter(a, v):
        a, v = v, a
    return signal.correlate(a, _reversed(v), _mode(mode))


@function(numpy.correlate)
def correlate(a: Tensor, v: Tensor, mode: Any = "valid"):
    """The sums of products of two vectors, the second conjugated, for every shift of it. Differentiable."""
    a, v = promote_args("correlate", a, v)
    a, v = _vector(a, "correlate", 1), _vector(v, "correlate", 1)
    if a.dtype.is_complex:
        v = conjugate(v)
    if _is_shorter(a, v):
        return _reversed(signal.correlate(v, a, _mode(mode)))
    return signal.correlate(a, v, _mode(mode))


def _wide(dtype: numpy.dtype[Any], *tensors: tf.Tensor) -> tf.DType:
    """The dtype in which NumPy computes, whatever it is given, under the setting of the default float."""
    return dtypes.to_tf(dtypes.under_default(dtype, tuple(dtypes.to_numpy(t.dtype) for t in tensors)))


@function(numpy.interp, scalar=True)
def interp(x: Tensor, xp: Tensor, fp: Tensor, left: Any = None, right: Any = None, period: Any = None):
    """Values on the straight lines between points. Differentiable, in the points too."""
    if x.dtype.is_complex or xp.dtype.is_complex:
        raise TypeError("interp: float() argument must be a string or a real number, not 'complex'")
    if shapes.rank_of(xp, "interp") != 1 or shapes.rank_of(fp, "interp") != 1 or xp.shape[0] == 0:
        raise ValueError("interp: data points must be 1-D sequences, and not empty")
    if not xp.shape.is_compatible_with(fp.shape):
        raise ValueError("fp and xp are not of the same length.")
    real_dtype = _wide(dtypes.FLOAT64, x, xp, fp)
    value_dtype = _wide(dtypes.COMPLEX128, x, xp, fp) if fp.dtype.is_complex else real_dtype
    if not (xp.shape.is_fully_defined() and fp.shape.is_fully_defined()):
        same_size = gen_math_ops.equal(gen_array_ops.size(xp), gen_array_ops.size(fp))
        fp = asserted(fp, same_size, "fp and xp are not of the same length.", ValueError)
    x, xp, fp = cast(x, real_dtype), cast(xp, real_dtype), cast(fp, value_dtype)
    if period is not None:
        return signal.interpolate(*_periodic(x, xp, fp, period))
    result = signal.interpolate(x, xp, fp)
    if left is not None:
        below = gen_math_ops.less(x, shapes.gather(xp, constant(0, tf.int32), 0))
        result = select(below, as_tensor(to_operand(left), value_dtype), result)
    if right is not None:
        last = shapes.as_length(shapes.length(xp, 0) - 1)
        result = select(
            gen_math_ops.greater(x, shapes.gather(xp, last, 0)),
            as_tensor(to_operand(right), value_dtype),
            result,
        )
    return result


def _periodic(
    x: tf.Tensor, xp: tf.Tensor, fp: tf.Tensor, period: Any
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The arguments of interpolation of a function with a period: one period and a point on either side."""
    length = absolute(as_tensor(to_operand(period), x.dtype))
    known = known_value(length)
    if known is not None and not known:
        raise ValueError("period must be a non-zero value")
    x, xp = remainder(x, length), remainder(xp, length)
    order = sorting.argsort(xp)
    xp, fp = sorting.take_by(xp, order), sorting.take_by(fp, order)
    ends = [(shapes.sliced(t, 0, -1, None), shapes.sliced(t, 0, None, 1)) for t in (xp, fp)]
    (last, first), (last_value, first_value) = ends
    axis = constant(0, tf.int32)
    points = gen_array_ops.concat_v2([subtract(last, length), xp, add(first, length)], axis)
    return x, points, gen_array_ops.concat_v2([last_value, fp, first_value], axis)


def _steps(x: tf.Tensor, axis: int) -> tf.Tensor:
    """The differences of neighbours along an axis; of bool, whether they differ."""
    after, before = shapes.sliced(x, axis, 1, None), shapes.sliced(x, axis, None, -1)
    return gen_math_ops.not_equal(after, before) if x.dtype == tf.bool else subtract(after, before)


@function(numpy.trapezoid, scalar=True)
def trapezoid(y: Tensor, x: Any = None, dx: Operand = 1.0, axis: Axis = -1):
    """The integral along an axis by the trapezoidal rule. Differentiable, in the positions too."""
    rank = shapes.rank_of(y, "trapezoid")
    axis = normalize_axis_index(axis, rank)
    widths: Number = dx
    if x is not None:
        positions = to_tensor(x)
        if shapes.rank_of(positions, "trapezoid") == 1:
            widths = shapes.along(_steps(positions, 0), axis, rank)
        else:
            widths = _steps(positions, normalize_axis_index(axis, positions.shape.rank))
    sums = add(shapes.sliced(y, axis, 1, None), shapes.sliced(y, axis, None, -1))
    areas, two = promote_args_inexact("trapezoid", multiply(*promote_args("trapezoid", widths, sums)), 2.0)
    return sum_over(divide(areas, two), (axis,))


@function(numpy.unwrap)
def unwrap(p: Tensor, discont: Any = None, axis: Axis = -1, period: Any = 2 * math.pi):
    """Phases without their jumps: differences of neighbours brought within half a period. Differentiable."""
    if shapes.rank_of(p, "unwrap") == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = normalize_axis_index(axis, p.shape.rank)
    steps = _steps(p, axis)
    period = to_operand(period)
    within, period = promote_args("unwrap", steps, period)
    dtype = within.dtype
    steps = within if steps.dtype == tf.bool else steps  # bools have no order
    two = like(2, period)
    half = gen_math_ops.floor_div(period, two) if dtype.is_integer else divide(period, two)
    lowest = subtract(like(0, half), half)
    if dtype.is_unsigned:
        raise OverflowError("unwrap: half a period below zero is out of bounds for unsigned integers")
    within = add(remainder(subtract(within, lowest), period), lowest)
    at_edge = both(gen_math_ops.equal(within, lowest), gen_math_ops.greater(steps, like(0, steps)))
    if dtype.is_integer:
        even = gen_math_ops.equal(gen_math_ops.floor_mod(period, two), like(0, period))
        at_edge = both(at_edge, even)
    within = select(at_edge, half, within)
    corrections = subtract(within, cast(steps, dtype))
    largest = divide(*promote_args_inexact("unwrap", period, 2.0)) if discont is None else to_operand(discont)
    size, largest = promote_args("unwrap", absolute(steps), largest)
    corrections = select(gen_math_ops.less(size, largest), like(0, corrections), corrections)
    shift = cumsum(corrections, axis)
    phases = cast(p, dtype)
    shifted = add(shapes.sliced(phases, axis, 1, None), shift)
    first = shapes.sliced(phases, axis, None, 1)
    return gen_array_ops.concat_v2([first, shifted], constant(axis, tf.int32))


@function(numpy.angle, scalar=True)
def angle(z: Tensor, deg: Any = False):
    """The angle of complex numbers; of real ones 0 or pi. Differentiable."""
    if z.dtype.is_complex:
        result = arctan2(imag(z), real(z))
    else:
        dtype = dtypes.to_numpy(z.dtype)
        loop = dtypes.canonical(numpy.arctan2.resolve_dtypes((int, dtype, None))[-1])
        x = cast(z, dtypes.to_tf(dtypes.under_default(loop, (dtype,))))
        result = arctan2(like(0, x), x)
    return multiply(result, like(180 / math.pi, result)) if deg else result


@arrays(numpy.real_if_close, route="native")
def real_if_close(a: Any, tol: float = 100) -> Any:
    """The real parts, if all imaginary parts are nearly zero, which must be known: eagerly, that is."""
    array = as_array(a)
    tensor = to_tensor(array)
    if not tensor.dtype.is_complex:
        return array
    known = known_value(tensor)
    if known is None:
        raise unknown_value("real_if_close")
    return array.real if numpy.isrealobj(numpy.real_if_close(known, tol)) else array


@function(numpy.sinc, scalar=True)
def sinc(x: Tensor):
    """sin(pi x) / (pi x), 1 at 0. Differentiable, at 0 too."""
    (x,) = promote_args_inexact("sinc", x)
    return signal.sinc(x)


@function(numpy.i0)
def i0(x: Tensor):
    """The modified Bessel function of the first kind of order 0. Differentiable."""
    if x.dtype.is_complex:
        raise TypeError("i0 not supported for complex values")
    (x,) = promote_args_inexact("i0", x)
    return signal.i0(x)
