"""Sums, means, variances and extremes of the elements that are no NaN. Knows declarations and kernels."""

from __future__ import annotations

import math
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.declaration import Axis, DType, Operand, Tensor, describe, function
from tnp_shim.functions.reductions import (
    argmax,
    argmin,
    cumprod,
    cumsum,
    dtype_of,
    flag,
    in_loop,
    into,
    reduced,
)
from tnp_shim.functions.statistics import (
    count_over,
    degrees_of_freedom,
    divided,
    dtype_of_mean,
    is_exact,
    kept_as,
    mean_over,
    root,
    squared,
    variance_over,
)
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import comparison
from tnp_shim.kernels.elementwise import both, like, select
from tnp_shim.kernels.reductions import normalize_axes
from tnp_shim.promotion import as_tensor, cast, constant
from tnp_shim.tensorflow_internals import gen_math_ops
from tnp_shim.ufuncs import UFUNCS

_ADD, _MULTIPLY = UFUNCS["add"], UFUNCS["multiply"]
_AND, _OR = UFUNCS["logical_and"], UFUNCS["logical_or"]


def _without_nan(a: tf.Tensor, value: float) -> tf.Tensor:
    """The array with `value` in the place of NaN."""
    if not (a.dtype.is_floating or a.dtype.is_complex):
        return a
    return select(comparison.isnan(a), constant(value, a.dtype), a)


@function(numpy.nansum, scalar=True)
def nansum(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Operand | None = None,
    where: Tensor | None = None,
) -> Tensor:
    """The sum over axes of the elements that are no NaN."""
    loop = in_loop(_ADD, _without_nan(a, 0), dtype, out)
    return into("nansum", reduced(_ADD, loop, axis, flag(keepdims), initial, where), out)


@function(numpy.nanprod, scalar=True)
def nanprod(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Operand | None = None,
    where: Tensor | None = None,
) -> Tensor:
    """The product over axes of the elements that are no NaN."""
    loop = in_loop(_MULTIPLY, _without_nan(a, 1), dtype, out)
    return into("nanprod", reduced(_MULTIPLY, loop, axis, flag(keepdims), initial, where), out)


@function(numpy.nancumsum)
def nancumsum(a: Tensor, axis: Axis = None, dtype: DType = None, out: Any = None) -> Tensor:
    """The cumulative sum, NaN counting as zero."""
    return cumsum.__wrapped_body__(_without_nan(a, 0), axis, dtype, out)  # type: ignore[attr-defined]


@function(numpy.nancumprod)
def nancumprod(a: Tensor, axis: Axis = None, dtype: DType = None, out: Any = None) -> Tensor:
    """The cumulative product, NaN counting as one."""
    return cumprod.__wrapped_body__(_without_nan(a, 1), axis, dtype, out)  # type: ignore[attr-defined]


def _nan_extreme(name: str) -> Any:
    @function(getattr(numpy, f"nan{name}"), scalar=True)
    def body(
        a: Tensor,
        axis: Axis = None,
        out: Any = None,
        keepdims: bool = False,
        initial: Operand | None = None,
        where: Tensor | None = None,
    ) -> Tensor:
        ufunc = UFUNCS[f"{name}imum" if is_exact(a) else f"f{name}"]
        loop = in_loop(ufunc, a, None, out)
        return into(f"nan{name}", reduced(ufunc, loop, axis, flag(keepdims), initial, where), out)

    describe(body, f"The {name}imum over axes of the elements that are no NaN; NaN where all are.")
    body.__module__ = __name__
    return body


nanmax = _nan_extreme("max")
nanmin = _nan_extreme("min")


def _nan_place(plain: Any, numpy_function: Any, worst: float) -> Any:
    @function(numpy_function, scalar=True)
    def body(a: Tensor, axis: Axis = None, out: Any = None, *, keepdims: bool = False) -> Tensor:
        filled = a
        if a.dtype.is_floating or a.dtype.is_complex:
            nothing = reduced(_AND, comparison.isnan(a), axis)
            some = gen_math_ops.logical_not(reduced(_OR, nothing, None))
            filled = asserted(_without_nan(a, worst), some, "All-NaN slice encountered", ValueError)
        return plain.__wrapped_body__(filled, axis, out, keepdims=keepdims)

    describe(body, f"As `{plain.__name__}` of the elements that are no NaN.")
    body.__module__ = __name__
    return body


nanargmax = _nan_place(argmax, numpy.nanargmax, -math.inf)
nanargmin = _nan_place(argmin, numpy.nanargmin, math.inf)


def _present(
    a: tf.Tensor, where: tf.Tensor | None, dtype: numpy.dtype[Any] | None, kept: numpy.dtype[Any] | None
) -> tf.Tensor:
    """The mask of elements that are no NaN, and are wanted."""
    for name, asked in (("dtype", dtype), ("out", kept)):
        if asked is not None and asked.kind in "biu":
            raise TypeError(f"If a is inexact, then {name} must be inexact")
    present = gen_math_ops.logical_not(comparison.isnan(a))
    return present if where is None else both(present, where)


@function(numpy.nanmean, scalar=True)
def nanmean(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    out: Any = None,
    keepdims: bool = False,
    *,
    where: Tensor | None = None,
) -> Tensor:
    """The mean over axes of the elements that are no NaN."""
    axes, keepdims = normalize_axes(axis, a.shape.rank, strict=is_exact(a)), flag(keepdims)
    kept = dtype_of(out)
    mask = where if is_exact(a) else _present(a, where, dtype, kept)
    return into("nanmean", mean_over(a, axes, dtype_of_mean(a, dtype, kept), keepdims, mask, kept), out)


def _nan_variance(
    a: tf.Tensor,
    axis: Any,
    dtype: Any,
    ddof: Any,
    keepdims: bool,
    where: Any,
    known_mean: Any,
    kept: numpy.dtype[Any] | None,
) -> tf.Tensor:
    axes, keepdims = normalize_axes(axis, a.shape.rank, strict=is_exact(a)), flag(keepdims)
    if is_exact(a):
        return variance_over(a, axes, dtype, ddof, keepdims, where, known_mean, kept)
    mask = _present(a, where, dtype, kept)
    centre = mean_over(a, axes, dtype_of_mean(a, dtype), True, mask) if known_mean is None else known_mean
    centre = cast(centre, a.dtype)
    # what is left out gets the mean itself, so that no NaN flows back through it
    squares = squared(gen_math_ops.sub(select(mask, a, centre), centre))
    total = reduced(
        _ADD, in_loop(_ADD, squares, dtype_of_mean(squares, dtype, kept)), axes, keepdims, None, mask
    )
    total = kept_as(total, kept)
    freedom = cast(count_over(a, axes, mask, keepdims), total.dtype.real_dtype)
    freedom = gen_math_ops.sub(freedom, as_tensor(ddof, freedom.dtype))
    positive = gen_math_ops.greater(freedom, like(0, freedom))
    spread = divided(total, select(positive, freedom, like(1, freedom)))
    return select(positive, spread, like(math.nan, spread))


@function(numpy.nanvar, scalar=True)
def nanvar(
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
    """The variance over axes of the elements that are no NaN."""
    kept, ddof = dtype_of(out), degrees_of_freedom(ddof, correction)
    return into("nanvar", _nan_variance(a, axis, dtype, ddof, keepdims, where, mean, kept), out)


@function(numpy.nanstd, scalar=True)
def nanstd(
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
    """The standard deviation over axes of the elements that are no NaN; its gradient is that of `std`."""
    kept, ddof = dtype_of(out), degrees_of_freedom(ddof, correction)
    variance = _nan_variance(a, axis, dtype, ddof, keepdims, where, mean, kept)
    return into("nanstd", root(variance, kept), out)
