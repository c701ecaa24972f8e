"""Means, variances, medians and averages. Knows declarations and kernels."""

from __future__ import annotations

import math
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import wrap
from tnp_shim.declaration import Axis, DType, Operand, Tensor, function
from tnp_shim.declaration.quick_reductions import OPTIONS, quick_reduction
from tnp_shim.functions.reductions import dtype_of, flag, in_loop, into, reduced
from tnp_shim.indexing.checks import asserted, every
from tnp_shim.kernels import comparison, order_statistics
from tnp_shim.kernels.arithmetic import subtract
from tnp_shim.kernels.differentiation import differentiable, number, product, quotient
from tnp_shim.kernels.elementwise import complex_of, imag, like, real, select
from tnp_shim.kernels.folds import Axes, as_cube, reduced_shape
from tnp_shim.kernels.products import matvec
from tnp_shim.kernels.reductions import axes_tensor, normalize_axes
from tnp_shim.kernels.shapes import (
    as_length,
    broadcast_to,
    flat,
    length,
    lengths,
    rank_of,
    reshape,
    vector,
)
from tnp_shim.kernels.shapes import product as product_of
from tnp_shim.promotion import as_tensor, cast, constant, promote_args, shape_of
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops
from tnp_shim.ufuncs import UFUNCS

_ADD, _MULTIPLY = UFUNCS["add"], UFUNCS["multiply"]
_AND, _OR = UFUNCS["logical_and"], UFUNCS["logical_or"]


def is_exact(a: tf.Tensor) -> bool:
    """Whether the elements are bool or integers, which are averaged in another dtype."""
    return a.dtype == tf.bool or a.dtype.is_integer


# means


def dtype_of_mean(
    a: tf.Tensor, dtype: numpy.dtype[Any] | None, kept: numpy.dtype[Any] | None = None
) -> numpy.dtype[Any]:
    """The dtype in which NumPy sums what it averages; `kept` is that of `out`."""
    if dtype is not None:
        return dtype
    own = dtypes.to_numpy(a.dtype)
    if own.kind in "biu":
        return dtypes.default_float_for(dtypes.FLOAT64)
    return own if kept is None else dtypes.canonical(numpy.result_type(own, kept))


def kept_as(total: tf.Tensor, kept: numpy.dtype[Any] | None) -> tf.Tensor:
    """A sum as NumPy keeps it in `out` before it divides."""
    return total if kept is None else cast(total, dtypes.to_tf(kept))


def count_over(a: tf.Tensor, axes: Axes, where: tf.Tensor | None, keepdims: bool) -> tf.Tensor:
    """How many elements are averaged, in int64: for all alike, or for each result under a mask."""
    if where is not None:
        mask = broadcast_to(cast(where, tf.bool), shape_of(a))
        return reduced(_ADD, cast(mask, tf.int64), axes, keepdims)
    if a.shape.rank is not None:
        sizes = lengths(a)
        return as_length(product_of(sizes[axis] for axis in (range(len(sizes)) if axes is None else axes)))
    if axes is None:
        return gen_array_ops.size(a, out_type=tf.int64)
    sizes = gen_array_ops.gather_v2(
        gen_array_ops.shape(a, out_type=tf.int64), constant(axes, tf.int32), constant(0, tf.int32)
    )
    return gen_math_ops.prod(sizes, constant(0, tf.int32))


def divided(total: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """A sum divided by a count (or another real number), in the dtype of the sum, be it an integer."""
    if total.dtype.is_floating or total.dtype.is_complex:
        return gen_math_ops.real_div(total, cast(count, total.dtype))
    divided = gen_math_ops.real_div(cast(total, tf.float64), cast(count, tf.float64))
    return cast(divided, total.dtype)


def mean_over(
    a: tf.Tensor,
    axes: Axes,
    dtype: numpy.dtype[Any],
    keepdims: bool,
    where: tf.Tensor | None,
    kept: numpy.dtype[Any] | None = None,
) -> tf.Tensor:
    summed = in_loop(_ADD, a, dtype)
    # of no complex number TensorFlow's is 0
    if where is None and kept is None and summed.dtype in (tf.float32, tf.float64):
        return gen_math_ops.mean(summed, axes_tensor(a, axes), keepdims)
    total = reduced(_ADD, summed, axes, keepdims, None, where)
    return divided(kept_as(total, kept), count_over(a, axes, where, keepdims))


@function(
    numpy.mean,
    scalar=True,
    quick=quick_reduction(gen_math_ops.mean, "fd", empty=False),
    quick_options=OPTIONS,
)
def mean(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    out: Any = None,
    keepdims: bool = False,
    *,
    where: Tensor | None = None,
) -> Tensor:
    """The arithmetic mean over axes. Integers become the default float; float16 is summed in float32."""
    axes, keepdims = normalize_axes(axis, a.shape.rank, strict=True), flag(keepdims)
    kept = dtype_of(out)
    if dtype is None and a.dtype in (tf.float16, tf.bfloat16):
        found = mean_over(a, axes, dtypes.FLOAT32, keepdims, where, kept)
        return cast(found, a.dtype) if out is None else into("mean", found, out)
    return into("mean", mean_over(a, axes, dtype_of_mean(a, dtype, kept), keepdims, where, kept), out)


# variances


def degrees_of_freedom(ddof: Any, correction: Any) -> Any:
    if correction is None:
        return 0 if ddof is None else ddof
    if not (isinstance(ddof, int) and ddof == 0):
        raise ValueError("ddof and correction can't be provided simultaneously.")
    return correction


def squared(deviation: tf.Tensor) -> tf.Tensor:
    """The squared modulus."""
    dtype = deviation.dtype
    if dtype.is_integer and dtype not in (tf.int32, tf.int64):
        # the optimizer of graphs makes SquaredDifference of it, which has no kernels for other integers
        return cast(gen_math_ops.square(cast(deviation, tf.int64)), dtype)
    if not dtype.is_complex:
        return gen_math_ops.square(deviation)
    return gen_math_ops.add_v2(gen_math_ops.square(real(deviation)), gen_math_ops.square(imag(deviation)))


def _squared_deviations(
    a: tf.Tensor, axes: Axes, dtype: Any, where: tf.Tensor | None, known_mean: tf.Tensor | None
) -> tf.Tensor:
    centre = mean_over(a, axes, dtype_of_mean(a, dtype), True, where) if known_mean is None else known_mean
    return squared(subtract(*promote_args("var", a, centre)))


def variance_over(
    a: tf.Tensor,
    axes: Axes,
    dtype: Any,
    ddof: Any,
    keepdims: bool,
    where: tf.Tensor | None,
    known_mean: tf.Tensor | None,
    kept: numpy.dtype[Any] | None = None,
) -> tf.Tensor:
    squares = _squared_deviations(a, axes, dtype, where, known_mean)
    if dtype is None:
        dtype = dtype_of_mean(squares, None, None if is_exact(a) else kept)
    if type(ddof) is int and ddof == 0:
        return mean_over(squares, axes, dtype, keepdims, where, kept)
    total = kept_as(reduced(_ADD, in_loop(_ADD, squares, dtype), axes, keepdims, None, where), kept)
    float_dtype = total.dtype.real_dtype if not is_exact(total) else tf.float64
    freedom = gen_math_ops.sub(
        cast(count_over(a, axes, where, keepdims), float_dtype), as_tensor(ddof, float_dtype)
    )
    return divided(total, gen_math_ops.maximum(freedom, constant(0, float_dtype)))


def _axes_of_deviations(a: tf.Tensor, axis: Any, mean: tf.Tensor | None) -> Axes:
    """The axes to reduce; None for all, of which deviations from a given mean may have more than `a`."""
    axes = normalize_axes(axis, a.shape.rank, strict=True)
    return None if axis is None and mean is not None else axes


@function(numpy.var, scalar=True)
def var(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    out: Any = None,
    ddof: Operand = 0,
    keepdims: bool = False,
    *,
    where: Tensor | None = None,
    mean: Tensor | None = None,
    correction: Operand | None = None,
) -> Tensor:
    """The variance over axes: the mean of squared deviations, with `ddof` degrees of freedom less."""
    axes, keepdims = _axes_of_deviations(a, axis, mean), flag(keepdims)
    kept, ddof = dtype_of(out), degrees_of_freedom(ddof, correction)
    return into("var", variance_over(a, axes, dtype, ddof, keepdims, where, mean, kept), out)


@function(numpy.std, scalar=True)
def std(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    out: Any = None,
    ddof: Operand = 0,
    keepdims: bool = False,
    *,
    where: Tensor | None = None,
    mean: Tensor | None = None,
    correction: Operand | None = None,
) -> Tensor:
    """The standard deviation over axes. Its gradient is 0 where all elements are equal."""
    axes, keepdims = _axes_of_deviations(a, axis, mean), flag(keepdims)
    kept, ddof = dtype_of(out), degrees_of_freedom(ddof, correction)
    return into("std", root(variance_over(a, axes, dtype, ddof, keepdims, where, mean, kept), kept), out)


def _slope_of_root(root: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
    """1 / (2 * root); 0 at 0, where the deviation has a corner and no direction is better than another."""
    nought, one, half = (number(value, root.dtype) for value in (0, 1, 0.5))
    corner = gen_math_ops.equal(root, nought)
    return select(corner, nought, quotient(half, select(corner, one, root)))


_root_of_floats = differentiable(_slope_of_root, one_op=True)(gen_math_ops.sqrt)


def root(variance: tf.Tensor, kept: numpy.dtype[Any] | None = None) -> tf.Tensor:
    dtype = variance.dtype
    if dtype.is_floating:
        return _root_of_floats(variance)
    if dtype.is_complex:
        return complex_of(_root_of_floats(real(variance)), imag(variance))  # 0, or NaN
    if kept is not None or variance.shape.rank != 0:  # NumPy roots scalars by another way
        raise TypeError(f"std: a root of {dtype.name} cannot be cast to {dtype.name}")
    return cast(gen_math_ops.sqrt(cast(variance, tf.float64)), dtype)


# average

_SHAPES_DIFFER = "Axis must be specified when shapes of a and weights differ."
_EXACT_IN_MATMUL = (tf.float64, tf.complex128)
"""GPUs round single precision to ten bits in matrix products."""
_INCONSISTENT = "Shape of weights must be consistent with shape of a along specified axis."
_NO_WEIGHT = "Weights sum to zero, can't be normalized"


@function(numpy.average, scalar=True)
def average(
    a: Tensor,
    axis: Axis = None,
    weights: Tensor | None = None,
    returned: bool = False,
    *,
    keepdims: bool = False,
) -> Any:
    """The weighted mean over axes, and with `returned` the sum of the weights as well.

    Weights have the array's shape, or that of the axes that are averaged. ZeroDivisionError where they
    sum to zero: at once where that is known, else when the graph runs. Differentiable with respect to
    the array and the weights.
    """
    axes, keepdims = normalize_axes(axis, a.shape.rank, strict=True), flag(keepdims)
    if weights is None:
        found = mean.__wrapped_body__(a, axes, None, None, keepdims)  # type: ignore[attr-defined]
        if found.shape.num_elements() == 0:
            raise ZeroDivisionError("division by zero")  # as NumPy does, of the number of means
        if not found.shape.is_fully_defined():
            some = gen_math_ops.greater(gen_array_ops.size(found), constant(0, tf.int32))
            found = asserted(found, some, "division by zero", ZeroDivisionError)
        scale = cast(count_over(a, axes, None, False), found.dtype)
    else:
        found, scale = _weighted(a, axis, axes, weights, keepdims)
    if not returned:
        return found
    return found, broadcast_to(scale, shape_of(found))


def _weighted(
    a: tf.Tensor, axis: Any, axes: Axes, weights: tf.Tensor, keepdims: bool
) -> tuple[tf.Tensor, tf.Tensor]:
    keys = (dtypes.to_numpy(a.dtype), dtypes.to_numpy(weights.dtype))
    common = dtypes.result_type(*keys)
    if keys[0].kind in "biu":  # never less than float64, or what stands for it
        common = dtypes.under_default(numpy.result_type(common, dtypes.FLOAT64), keys)
    dtype = dtypes.to_tf(common)
    weights = cast(aligned_weights(a, axis, axes, weights), dtype)
    scale = reduced(_ADD, weights, axes, keepdims)
    some = every_known(gen_math_ops.not_equal(scale, constant(0, dtype)))
    scale = asserted(scale, some, _NO_WEIGHT, ZeroDivisionError)
    total = _weighted_sum(cast(a, dtype), weights, axes, keepdims)
    return gen_math_ops.real_div(total, scale), scale


def _weighted_sum(a: tf.Tensor, weights: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
    of_lines = weights.shape.rank and weights.shape.num_elements() == weights.shape[-1] is not None
    if not of_lines or a.shape.rank == 1 or axes != (a.shape.rank - 1,) or a.dtype not in _EXACT_IN_MATMUL:
        return reduced(_ADD, product(a, weights), axes, keepdims)
    total = matvec(a, flat(weights))  # many times as fast as a product that broadcasts
    return reshape(total, reduced_shape(a, axes, True)) if keepdims else total


def every_known(conditions: tf.Tensor) -> tf.Tensor:
    """Whether all conditions hold: a tensor of any rank, the rank known or not."""
    return reduced(_AND, conditions, None) if conditions.shape.rank is None else every(conditions)


def aligned_weights(a: tf.Tensor, axis: Any, axes: Axes, weights: tf.Tensor) -> tf.Tensor:
    """The weights in the shape of the array, or with ones for the axes that are not averaged."""
    if axis is None or (a.shape.rank == weights.shape.rank and a.shape.is_compatible_with(weights.shape)):
        return _of_same_shape(a, weights)
    rank = rank_of(a, "average")
    expected = [length(a, place) for place in axes]  # type: ignore[union-attr]
    known = tf.TensorShape([size if isinstance(size, int) else None for size in expected])
    if weights.shape.rank != len(expected) or not known.is_compatible_with(weights.shape):
        raise ValueError(_INCONSISTENT)
    if not (known.is_fully_defined() and weights.shape.is_fully_defined()):
        own = gen_array_ops.shape(weights, out_type=tf.int64)
        same = gen_math_ops.equal(own, vector(expected))
        weights = asserted(weights, every(same), _INCONSISTENT, ValueError)
    order = tuple(numpy.argsort(axes).tolist())  # type: ignore[arg-type]
    if order != tuple(range(len(order))):
        weights = gen_array_ops.transpose(weights, constant(order, tf.int32))
    sizes = iter(lengths(weights))
    return reshape(weights, [next(sizes) if place in axes else 1 for place in range(rank)])  # type: ignore[operator]


def _of_same_shape(a: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    if not a.shape.is_compatible_with(weights.shape):
        raise TypeError(_SHAPES_DIFFER)
    if a.shape.is_fully_defined() and weights.shape.is_fully_defined():
        return weights
    same = gen_math_ops.equal(
        gen_array_ops.shape(a), gen_array_ops.shape(weights), incompatible_shape_error=False
    )
    return asserted(weights, every(same), _SHAPES_DIFFER, TypeError)


# medians


def lines(a: tf.Tensor, axes: Axes) -> tf.Tensor:
    """The tensor as a matrix with all reduced axes in its rows."""
    cube, _ = as_cube(a, axes)
    n = length(cube, 1)
    if cube.shape[2] != 1:
        cube = gen_array_ops.transpose(cube, constant((0, 2, 1), tf.int32))
        return reshape(cube, (product_of([length(cube, 0), length(cube, 1)]), n))
    return reshape(cube, (length(cube, 0), n))


def _middle(rows: tf.Tensor, count: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    """The middle of the `count` smallest elements of each row, or the mean of the two in the middle."""
    zero, one, two = (constant(number, tf.int64) for number in (0, 1, 2))
    place = gen_math_ops.maximum(gen_math_ops.floor_div(gen_math_ops.sub(count, one), two), zero)
    one_place = gen_array_ops.expand_dims(place, -1)
    low, high = (
        cast(gen_array_ops.squeeze(found, [1]), dtype)
        for found in order_statistics.at_places(rows, one_place)
    )
    mean_of_two = gen_math_ops.mul(gen_math_ops.add_v2(low, high), like(0.5, low))
    is_odd = gen_math_ops.equal(gen_math_ops.floor_mod(count, two), one)
    return select(is_odd, low, mean_of_two)


def _median(a: tf.Tensor, axis: Any, keepdims: bool, ignores_nan: bool) -> tf.Tensor:
    axes = normalize_axes(axis, a.shape.rank, strict=True)
    halves = a.dtype in (tf.float16, tf.bfloat16)
    dtype = dtypes.to_tf(dtypes.FLOAT32 if halves else dtype_of_mean(a, None))
    rows = lines(a, axes)
    size, undefined = length(rows, 1), comparison.isnan(rows)
    if not isinstance(size, int) or size == 0:  # there is always a first element, if only a NaN
        ends = constant(((0, 0), (0, 1)), tf.int32)
        rows = gen_array_ops.pad_v2(cast(rows, dtype), ends, constant(math.nan, dtype))
    if ignores_nan:
        present = reduced(_ADD, cast(gen_math_ops.logical_not(undefined), tf.int64), 1)
        middle = _middle(rows, present, dtype)
        nowhere = gen_math_ops.equal(present, constant(0, tf.int64))
    else:
        middle, nowhere = _middle(rows, as_length(size), dtype), reduced(_OR, undefined, 1)
    middle = select(nowhere, like(math.nan, middle), middle)
    return cast(reshape(middle, reduced_shape(a, axes, keepdims)), a.dtype if halves else middle.dtype)


@function(numpy.median, scalar=True)
def median(a: Tensor, axis: Axis = None, overwrite_input: bool = False, keepdims: bool = False) -> Tensor:
    """The middle element over axes, or the mean of the two in the middle; NaN if there is one."""
    found = _median(a, axis, bool(keepdims), False)
    return wrap(found) if keepdims else found  # no scalar, of a number either


@function(numpy.nanmedian, scalar=True)
def nanmedian(a: Tensor, axis: Axis = None, overwrite_input: bool = False, keepdims: bool = False) -> Tensor:
    """The middle over axes of the elements that are no NaN; NaN where all are."""
    found = _median(a, axis, bool(keepdims), True)
    return wrap(found) if keepdims else found
