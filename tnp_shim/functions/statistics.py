"""Means, variances, medians and averages, with or without NaN. Knows declarations and kernels."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf
from numpy.lib.array_utils import normalize_axis_tuple

from tnp_shim import dtypes
from tnp_shim.declaration import Axis, DType, Operand, Tensor, function
from tnp_shim.declaration.quick_reductions import OPTIONS, quick_reduction
from tnp_shim.declaration.ufunc_methods import accumulated, reduced
from tnp_shim.functions.reductions import argmax as _argmax_function
from tnp_shim.functions.reductions import argmin as _argmin_function
from tnp_shim.functions.reductions import in_loop
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import comparison
from tnp_shim.kernels.elementwise import select
from tnp_shim.kernels.reductions import normalize_axes
from tnp_shim.kernels.shapes import length, lengths
from tnp_shim.promotion import as_tensor, cast, constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops, known_value
from tnp_shim.ufuncs import UFUNCS

_ADD, _MULTIPLY = UFUNCS["add"], UFUNCS["multiply"]


def _inexact(a: tf.Tensor, dtype: numpy.dtype[Any] | None) -> tuple[tf.Tensor, tf.DType]:
    """The elements in the dtype in which NumPy averages them, and the dtype of the result."""
    if dtype is not None:
        return cast(a, dtypes.to_tf(dtype)), dtypes.to_tf(dtype)
    if a.dtype == tf.bool or a.dtype.is_integer:
        default = dtypes.to_tf(dtypes.default_float_for(dtypes.FLOAT64))
        return cast(a, default), default
    return (cast(a, tf.float32) if a.dtype in (tf.float16, tf.bfloat16) else a), a.dtype


def _strict_axes(axis: Any, rank: int | None) -> Any:
    """As `normalize_axes`; a scalar has no axis here, as it has for sums."""
    return normalize_axis_tuple(axis, rank) if rank == 0 and axis is not None else normalize_axes(axis, rank)


def _count(a: tf.Tensor, axis: Any, where: tf.Tensor | None, dtype: tf.DType) -> tf.Tensor:
    """How many elements are averaged, as a tensor that broadcasts against a sum that keeps its axes."""
    if where is not None:
        ones = gen_array_ops.broadcast_to(cast(where, dtype), gen_array_ops.shape(a))
        return reduced(_ADD, ones, axis, True)
    axes = _strict_axes(axis, a.shape.rank)
    if axes is None:
        return cast(gen_array_ops.size(a, out_type=tf.int64), dtype)
    total: Any = 1
    for size in (length(a, i) for i in axes):
        total = total * size
    return constant(float(total), dtype) if isinstance(total, int) else cast(total, dtype)


def _dropped(tensor: tf.Tensor, like: tf.Tensor, axis: Any, keepdims: bool) -> tf.Tensor:
    """A result that kept the reduced axes, without them unless they are wanted."""
    if keepdims:
        return tensor
    axes = normalize_axes(axis, like.shape.rank)
    if axes is None:
        return gen_array_ops.reshape(tensor, [])
    return gen_array_ops.squeeze(tensor, list(axes)) if axes else tensor


def _mean(a: tf.Tensor, axis: Any, where: tf.Tensor | None, keepdims: bool) -> tf.Tensor:
    if where is None:
        axes = _strict_axes(axis, a.shape.rank)
        if axes is not None and a.dtype.is_floating:
            return gen_math_ops.mean(a, constant(tuple(axes), tf.int32), keepdims)
        total = reduced(_ADD, a, axis, keepdims)
        return gen_math_ops.real_div(total, _count(a, axis, None, a.dtype))
    total = reduced(_ADD, a, axis, True, None, where)
    return _dropped(gen_math_ops.real_div(total, _count(a, axis, where, a.dtype)), a, axis, keepdims)


@function(
    numpy.mean,
    scalar=True,
    quick=quick_reduction(gen_math_ops.mean, "fd"),
    quick_options=OPTIONS,
)
def mean(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    keepdims: bool = False,
    *,
    where: Tensor | None = None,
) -> Tensor:
    """The arithmetic mean over axes. Integers become the default float; halves are summed in float32."""
    tensor, target = _inexact(a, dtype)
    return cast(_mean(tensor, axis, where, bool(keepdims)), target)


def _squared(deviation: tf.Tensor) -> tf.Tensor:
    if deviation.dtype.is_complex:
        part = deviation.dtype.real_dtype
        real, imag = gen_math_ops.real(deviation, Tout=part), gen_math_ops.imag(deviation, Tout=part)
        return gen_math_ops.add_v2(gen_math_ops.square(real), gen_math_ops.square(imag))
    return gen_math_ops.square(deviation)


def _variance(
    a: tf.Tensor,
    axis: Any,
    dtype: Any,
    ddof: Any,
    keepdims: bool,
    where: tf.Tensor | None,
    known_mean: tf.Tensor | None,
    correction: Any,
) -> tuple[tf.Tensor, tf.DType]:
    if correction is not None:
        if ddof != 0:
            raise ValueError("ddof and correction can't be provided simultaneously.")
        ddof = correction
    tensor, target = _inexact(a, dtype)
    centre = _mean(tensor, axis, where, True) if known_mean is None else cast(known_mean, tensor.dtype)
    squares = _squared(gen_math_ops.sub(tensor, centre))
    total = reduced(_ADD, squares, axis, True, None, where)
    freedom = gen_math_ops.sub(_count(tensor, axis, where, squares.dtype), as_tensor(ddof, squares.dtype))
    freedom = gen_math_ops.maximum(freedom, constant(0, squares.dtype))
    spread = _dropped(gen_math_ops.real_div(total, freedom), tensor, axis, keepdims)
    return spread, target.real_dtype


@function(numpy.var, scalar=True)
def var(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    ddof: Any = 0,
    keepdims: bool = False,
    *,
    where: Tensor | None = None,
    mean: Tensor | None = None,
    correction: Any = None,
) -> Tensor:
    """The variance over axes: the mean of squared deviations, with `ddof` degrees of freedom less."""
    spread, target = _variance(a, axis, dtype, ddof, bool(keepdims), where, mean, correction)
    return cast(spread, target)


@function(numpy.std, scalar=True)
def std(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    ddof: Any = 0,
    keepdims: bool = False,
    *,
    where: Tensor | None = None,
    mean: Tensor | None = None,
    correction: Any = None,
) -> Tensor:
    """The standard deviation over axes. Its gradient is 0 where all elements are equal."""
    spread, target = _variance(a, axis, dtype, ddof, bool(keepdims), where, mean, correction)
    return cast(_root_with_slope(spread), target)


def _root_with_slope(spread: tf.Tensor) -> tf.Tensor:
    """The square root whose gradient at 0 is 0: there the deviation has a corner, and no direction."""
    zero = gen_math_ops.equal(spread, constant(0, spread.dtype))
    safe = select(zero, constant(1, spread.dtype), spread)
    return select(zero, gen_array_ops.zeros_like(spread), gen_math_ops.sqrt(safe))


# average


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
    if weights is None:
        tensor, target = _inexact(a, None)
        found = cast(_mean(tensor, axis, None, bool(keepdims)), target)
        if found.shape.num_elements() == 0:
            raise ZeroDivisionError("division by zero")
        scale = cast(_count(tensor, axis, None, tensor.dtype), target)
    else:
        found, scale = _weighted(a, axis, weights, bool(keepdims))
    if not returned:
        return found
    return found, gen_array_ops.broadcast_to(scale, gen_array_ops.shape(found))


def _weighted(a: tf.Tensor, axis: Any, weights: tf.Tensor, keepdims: bool) -> tuple[tf.Tensor, tf.Tensor]:
    axes = _strict_axes(axis, a.shape.rank)
    if a.dtype == tf.bool or a.dtype.is_integer:
        common = dtypes.result_type(dtypes.to_numpy(a.dtype), dtypes.to_numpy(weights.dtype), dtypes.FLOAT64)
        common = dtypes.default_float_for(common) if not weights.dtype.is_complex else common
    else:
        common = dtypes.result_type(dtypes.to_numpy(a.dtype), dtypes.to_numpy(weights.dtype))
    weights = _aligned(a, axis, axes, weights)
    dtype = dtypes.to_tf(common)
    a, weights = cast(a, dtype), cast(weights, dtype)
    scale = reduced(_ADD, weights, axes, keepdims)
    nonzero = gen_math_ops._all(
        gen_math_ops.not_equal(scale, constant(0, dtype)), list(range(scale.shape.rank or 0))
    )
    known = known_value(nonzero)
    if known is not None and not known:
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    if known is None:
        scale = asserted(scale, nonzero, "Weights sum to zero, can't be normalized", ZeroDivisionError)
    total = reduced(_ADD, gen_math_ops.mul(a, weights), axes, keepdims)
    return gen_math_ops.real_div(total, scale), scale


def _aligned(a: tf.Tensor, axis: Any, axes: Any, weights: tf.Tensor) -> tf.Tensor:
    """The weights in the shape of the array, or broadcast along the axes that are not averaged."""
    rank = a.shape.rank
    if weights.shape.rank == rank and a.shape.is_compatible_with(weights.shape):
        return _same_shape(a, weights)
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    expected = [a.shape[i] for i in axes]
    if weights.shape.rank != len(axes) or not tf.TensorShape(expected).is_compatible_with(weights.shape):
        raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
    given = numpy.argsort(axes).tolist()
    ordered = gen_array_ops.transpose(weights, given) if given != sorted(given) else weights
    sizes = iter(lengths(ordered))
    shape = [next(sizes) if i in axes else 1 for i in range(rank)]
    spread = gen_array_ops.reshape(
        ordered, shape if all(isinstance(n, int) for n in shape) else tf.stack(shape)
    )
    return gen_array_ops.broadcast_to(spread, gen_array_ops.shape(a))


def _same_shape(a: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    if a.shape.is_fully_defined() and weights.shape.is_fully_defined():
        return weights
    same = gen_math_ops._all(gen_math_ops.equal(gen_array_ops.shape(a), gen_array_ops.shape(weights)), [0])
    return asserted(weights, same, "Axis must be specified when shapes of a and weights differ.", TypeError)


# median


def _lines(a: tf.Tensor, axis: Any) -> tuple[tf.Tensor, Any]:
    """The array with the reduced axes as one last axis."""
    axes = _strict_axes(axis, a.shape.rank)
    rank = a.shape.rank
    if rank is None:
        return gen_array_ops.reshape(a, [-1]), None
    kept = [i for i in range(rank) if i not in axes]  # type: ignore[operator]
    order = kept + list(axes)  # type: ignore[arg-type]
    moved = a if order == list(range(rank)) else gen_array_ops.transpose(a, order)
    sizes = lengths(moved)
    shape = [*sizes[: len(kept)], -1]
    if not all(isinstance(n, int) for n in shape):
        return gen_array_ops.reshape(moved, tf.stack([tf.cast(n, tf.int64) for n in shape])), axes
    if 0 in shape:
        count = 1
        for size in sizes[len(kept) :]:
            count *= size
        shape[-1] = count
    return gen_array_ops.reshape(moved, shape), axes


def _sorted_last(lines: tf.Tensor) -> tf.Tensor:
    """The lines in ascending order (NaN may be anywhere: the caller knows of it). Differentiable."""
    order = tf.argsort(lines, axis=-1, stable=True)
    return tf.gather(lines, order, axis=-1, batch_dims=lines.shape.rank - 1)


def _median(a: tf.Tensor, axis: Any, keepdims: bool) -> tf.Tensor:
    tensor, target = _inexact(a, None)
    if tensor.dtype.is_complex:
        raise NotImplementedError("median of complex numbers")
    lines, axes = _lines(tensor, axis)
    undefined = reduced(UFUNCS["logical_or"], comparison.isnan(lines), -1, False)
    ordered = _sorted_last(lines)
    size = length(ordered, len(ordered.shape) - 1)
    low = tf.gather(ordered, (size - 1) // 2, axis=-1)
    high = tf.gather(ordered, size // 2, axis=-1)
    middle = gen_math_ops.mul(gen_math_ops.add_v2(low, high), constant(0.5, ordered.dtype))
    middle = select(gen_math_ops.equal(low, high), low, middle)  # of two infinities too
    middle = cast(select(undefined, constant(numpy.nan, middle.dtype), middle), target)
    if not keepdims:
        return middle
    for place in sorted(axes):
        middle = gen_array_ops.expand_dims(middle, place)
    return middle


@function(numpy.median, scalar=True)
def median(a: Tensor, axis: Axis = None, overwrite_input: bool = False, keepdims: bool = False) -> Tensor:
    """The middle element over axes, or the mean of the two in the middle; NaN if there is one."""
    if a.shape.num_elements() == 0:
        return mean.__wrapped_body__(a, axis, None, keepdims)  # type: ignore[attr-defined]
    return _median(a, axis, bool(keepdims))


# NaN left out


def _filled(a: tf.Tensor, value: Any) -> tuple[tf.Tensor, tf.Tensor | None]:
    """The array with `value` in the place of NaN, and where that was."""
    if not (a.dtype.is_floating or a.dtype.is_complex):
        return a, None
    undefined = comparison.isnan(a)
    return select(undefined, constant(value, a.dtype), a), undefined


@function(numpy.nansum, scalar=True)
def nansum(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    keepdims: bool = False,
    initial: Operand | None = None,
    where: Tensor | None = None,
) -> Tensor:
    """The sum over axes of the elements that are no NaN."""
    return reduced(_ADD, in_loop(_ADD, _filled(a, 0)[0], dtype), axis, bool(keepdims), initial, where)


@function(numpy.nanprod, scalar=True)
def nanprod(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    keepdims: bool = False,
    initial: Operand | None = None,
    where: Tensor | None = None,
) -> Tensor:
    """The product over axes of the elements that are no NaN."""
    return reduced(
        _MULTIPLY, in_loop(_MULTIPLY, _filled(a, 1)[0], dtype), axis, bool(keepdims), initial, where
    )


@function(numpy.nancumsum)
def nancumsum(a: Tensor, axis: Axis = None, dtype: DType = None) -> Tensor:
    """The cumulative sum, NaN counting as zero."""
    return _nan_cumulative(_ADD, a, axis, dtype, 0)


@function(numpy.nancumprod)
def nancumprod(a: Tensor, axis: Axis = None, dtype: DType = None) -> Tensor:
    """The cumulative product, NaN counting as one."""
    return _nan_cumulative(_MULTIPLY, a, axis, dtype, 1)


def _nan_cumulative(ufunc: Any, a: tf.Tensor, axis: Any, dtype: Any, value: int) -> tf.Tensor:
    tensor = in_loop(ufunc, _filled(a, value)[0], dtype)
    if axis is None or tensor.shape.rank == 0:
        if axis is not None:
            normalize_axes(axis, 1)
        tensor, axis = gen_array_ops.reshape(tensor, [-1]), 0
    return accumulated(ufunc, tensor, axis)


def _nan_extreme(name: str) -> Any:
    numpy_function = getattr(numpy, f"nan{name}")
    ufunc, exact = UFUNCS[f"f{name}"], UFUNCS[f"{name}imum"]

    @function(numpy_function, scalar=True)
    def body(
        a: Tensor,
        axis: Axis = None,
        keepdims: bool = False,
        initial: Operand | None = None,
        where: Tensor | None = None,
    ) -> Tensor:
        chosen = exact if a.dtype.is_integer or a.dtype == tf.bool else ufunc
        return reduced(chosen, a, axis, bool(keepdims), initial, where)

    word = "largest" if name == "max" else "smallest"
    body.__doc__ = f"The {word} element over axes that is no NaN; NaN where all are."
    body.__module__ = __name__
    return body


nanmax = _nan_extreme("max")
nanmin = _nan_extreme("min")


def _nan_argument(name: str) -> Any:
    plain = _argmax_function if name == "argmax" else _argmin_function
    worst = -numpy.inf if name == "argmax" else numpy.inf

    @function(getattr(numpy, f"nan{name}"), scalar=True)
    def body(a: Tensor, axis: Axis = None, *, keepdims: bool = False) -> Tensor:
        filled, undefined = _filled(a, worst)
        if undefined is not None:
            nothing = reduced(UFUNCS["logical_and"], undefined, axis, False)
            some = reduced(UFUNCS["logical_or"], nothing, None, False)
            known = known_value(some)
            if known is not None and known:
                raise ValueError("All-NaN slice encountered")
            if known is None:
                none = gen_math_ops.logical_not(some)
                filled = asserted(filled, none, "All-NaN slice encountered", ValueError)
        return plain.__wrapped_body__(filled, axis, keepdims=keepdims)  # type: ignore[attr-defined]

    body.__doc__ = f"As `{name}` of the elements that are no NaN."
    body.__module__ = __name__
    return body


nanargmax = _nan_argument("argmax")
nanargmin = _nan_argument("argmin")


def _present(a: tf.Tensor, where: tf.Tensor | None) -> tf.Tensor | None:
    """The mask of elements that are no NaN (and are wanted)."""
    if not (a.dtype.is_floating or a.dtype.is_complex):
        return where
    present = gen_math_ops.logical_not(comparison.isnan(a))
    return present if where is None else gen_math_ops.logical_and(present, cast(where, tf.bool))


@function(numpy.nanmean, scalar=True)
def nanmean(
    a: Tensor, axis: Axis = None, dtype: DType = None, keepdims: bool = False, *, where: Tensor | None = None
) -> Tensor:
    """The mean over axes of the elements that are no NaN."""
    tensor, target = _inexact(a, dtype)
    filled, _ = _filled(tensor, 0)
    return cast(_mean(filled, axis, _present(tensor, where), bool(keepdims)), target)


def _nan_variance(
    a: Any, axis: Any, dtype: Any, ddof: Any, keepdims: bool, where: Any, mean: Any, correction: Any
):
    filled, _ = _filled(a, 0)
    spread, target = _variance(filled, axis, dtype, ddof, keepdims, _present(a, where), mean, correction)
    # fewer elements than degrees of freedom: NumPy gives NaN
    tensor = cast(filled, spread.dtype) if not filled.dtype.is_complex else filled
    count = _count(tensor, axis, _present(a, where), spread.dtype)
    freedom = gen_math_ops.sub(count, as_tensor(ddof if correction is None else correction, spread.dtype))
    none_left = gen_math_ops.less_equal(freedom, constant(0, spread.dtype))
    if _present(a, where) is not None:
        none_left = _dropped(none_left, tensor, axis, keepdims)
    return select(none_left, constant(numpy.nan, spread.dtype), spread), target


@function(numpy.nanvar, scalar=True)
def nanvar(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    ddof: Any = 0,
    keepdims: bool = False,
    *,
    where: Tensor | None = None,
    mean: Tensor | None = None,
    correction: Any = None,
) -> Tensor:
    """The variance over axes of the elements that are no NaN."""
    spread, target = _nan_variance(a, axis, dtype, ddof, bool(keepdims), where, mean, correction)
    return cast(spread, target)


@function(numpy.nanstd, scalar=True)
def nanstd(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    ddof: Any = 0,
    keepdims: bool = False,
    *,
    where: Tensor | None = None,
    mean: Tensor | None = None,
    correction: Any = None,
) -> Tensor:
    """The standard deviation over axes of the elements that are no NaN."""
    spread, target = _nan_variance(a, axis, dtype, ddof, bool(keepdims), where, mean, correction)
    return cast(_root_with_slope(spread), target)
