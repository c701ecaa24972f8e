"""Sums, products, extremes and their kin over axes. Knows declarations and kernels."""

from __future__ import annotations

import operator
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import wrap
from tnp_shim.declaration import Axis, DType, Operand, Tensor, describe, function
from tnp_shim.declaration.function import write_out
from tnp_shim.declaration.loops import resolve_reduction
from tnp_shim.declaration.quick_reductions import OPTIONS, quick_reduction
from tnp_shim.declaration.ufunc_methods import accumulated, reduced
from tnp_shim.kernels import comparison
from tnp_shim.kernels.elementwise import like
from tnp_shim.kernels.folds import as_cube, joined, reduced_shape
from tnp_shim.kernels.reductions import normalize_axes, not_empty, place_of_extreme
from tnp_shim.kernels.shapes import filled, flat, length, lengths, reshape
from tnp_shim.promotion import cast, promote_args
from tnp_shim.tensorflow_internals import gen_math_ops
from tnp_shim.ufuncs import UFUNCS

_ADD, _MULTIPLY = UFUNCS["add"], UFUNCS["multiply"]
_MAXIMUM, _MINIMUM = UFUNCS["maximum"], UFUNCS["minimum"]
_AND, _OR = UFUNCS["logical_and"], UFUNCS["logical_or"]


def in_loop(ufunc: Any, a: tf.Tensor, dtype: numpy.dtype[Any] | None = None, out: Any = None) -> tf.Tensor:
    """The elements in the dtype in which NumPy reduces them; `out` promotes, unless a dtype is asked for."""
    own, kept = dtypes.to_numpy(a.dtype), dtype_of(out)
    if dtype is None and kept is not None:
        dtype = dtypes.canonical(
            ufunc.numpy.resolve_dtypes((kept, own, None), reduction=True, casting="unsafe")[0]
        )
    return cast(a, dtypes.to_tf(resolve_reduction(ufunc.numpy, own, dtype)))


def dtype_of(out: Any) -> numpy.dtype[Any] | None:
    """The dtype of the array `out` (NumPy takes it in a tuple, too); None where there is none."""
    if out is None:
        return None
    return dtypes.canonical((out[0] if isinstance(out, tuple) else out).dtype)


def flag(value: Any) -> bool:
    """A `keepdims` argument: an integer, as for NumPy's C code."""
    return bool(operator.index(value))


def into(name: str, found: tf.Tensor, out: Any, casting: str = "unsafe") -> Any:
    """The result, written into `out` if there is one: NumPy's reductions go into any dtype."""
    return found if out is None else write_out(name, wrap(found), out, casting)


def taken_into(name: str, found: tf.Tensor, out: Any) -> Any:
    """Elements as NumPy's `take` writes them: of a dtype that the dtype of `out` goes into safely."""
    if out is None:
        return found
    kept, own = dtype_of(out), dtypes.to_numpy(found.dtype)
    if not numpy.can_cast(kept, own, "safe"):  # type: ignore[arg-type]
        raise TypeError(f"Cannot cast array data from {kept!r} to {own!r} according to the rule 'safe'")
    return into(name, found, out)


def _quick(op: Any, characters: str, **limits: bool) -> dict[str, Any]:
    return {"quick": quick_reduction(op, characters, **limits), "quick_options": OPTIONS}


@function(numpy.sum, scalar=True, **_quick(gen_math_ops._sum, "fdFDl"))
def sum(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Operand | None = None,
    where: Tensor | None = None,
) -> Tensor:
    """The sum over axes. Small integers are summed as int64 or uint64."""
    loop = in_loop(_ADD, a, dtype, out)
    return into("sum", reduced(_ADD, loop, axis, flag(keepdims), initial, where), out)


@function(numpy.prod, scalar=True)
def prod(
    a: Tensor,
    axis: Axis = None,
    dtype: DType = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Operand | None = None,
    where: Tensor | None = None,
) -> Tensor:
    """The product over axes. Differentiable twice at zeros too."""
    loop = in_loop(_MULTIPLY, a, dtype, out)
    return into("prod", reduced(_MULTIPLY, loop, axis, flag(keepdims), initial, where), out)


def _extreme(ufunc: Any, numpy_function: Any) -> Any:
    # the extremes of GPUs pass NaN over
    op = gen_math_ops._max if ufunc is _MAXIMUM else gen_math_ops._min
    quick = _quick(op, "fdil", empty=False, on_gpus=False)

    @function(numpy_function, scalar=True, **quick)
    def body(
        a: Tensor,
        axis: Axis = None,
        out: Any = None,
        keepdims: bool = False,
        initial: Operand | None = None,
        where: Tensor | None = None,
    ) -> Tensor:
        loop = in_loop(ufunc, a, None, out)
        found = reduced(ufunc, loop, axis, flag(keepdims), initial, where)
        return into(numpy_function.__name__, found, out)

    word = "largest" if ufunc is _MAXIMUM else "smallest"
    describe(body, f"The {word} element over axes; NaN if there is one. Ties share the gradient.")
    body.__module__ = __name__
    return body


max = _extreme(_MAXIMUM, numpy.max)
min = _extreme(_MINIMUM, numpy.min)
amax = _extreme(_MAXIMUM, numpy.amax)
amin = _extreme(_MINIMUM, numpy.amin)


@function(numpy.all, scalar=True, **_quick(gen_math_ops._all, "?"))
def all(
    a: Tensor,
    axis: Axis = None,
    out: Any = None,
    keepdims: bool = False,
    *,
    where: Tensor | None = None,
) -> Tensor:
    """Whether all elements over axes are true."""
    found = reduced(_AND, cast(a, tf.bool), axis, flag(keepdims), None, where)
    return into("all", found, out)


@function(numpy.any, scalar=True, **_quick(gen_math_ops._any, "?"))
def any(
    a: Tensor,
    axis: Axis = None,
    out: Any = None,
    keepdims: bool = False,
    *,
    where: Tensor | None = None,
) -> Tensor:
    """Whether any element over axes is true."""
    found = reduced(_OR, cast(a, tf.bool), axis, flag(keepdims), None, where)
    return into("any", found, out)


@function(numpy.ptp, scalar=True)
def ptp(a: Tensor, axis: Axis = None, out: Any = None, keepdims: bool = False) -> Tensor:
    """The largest minus the smallest element over axes."""
    keepdims = flag(keepdims)
    # NumPy finds the largest in the dtype of `out`
    highest = reduced(_MAXIMUM, in_loop(_MAXIMUM, a, None, out), axis, keepdims)
    ends = promote_args("ptp", highest, reduced(_MINIMUM, a, axis, keepdims))
    return into("ptp", UFUNCS["subtract"].body(*ends), out, "same_kind")


@function(numpy.count_nonzero, scalar=True)
def count_nonzero(a: Tensor, axis: Axis = None, *, keepdims: bool = False) -> Tensor:
    """The number of elements over axes that are not zero."""
    return reduced(_ADD, cast(comparison.nonzero(a), tf.int64), axis, flag(keepdims))


# the place of an extreme


def _place(a: tf.Tensor, axis: Any, keepdims: bool, largest: bool) -> tf.Tensor:
    if isinstance(axis, tuple):
        raise TypeError("'tuple' object cannot be interpreted as an integer")
    axes = normalize_axes(axis, a.shape.rank)
    if axis is None or axes == ():
        tensor, place = flat(a), 0
    else:
        tensor, (place,) = a, axes  # type: ignore[misc]
    name = "argmax" if largest else "argmin"
    tensor = not_empty(tensor, (place,), f"attempt to get {name} of an empty sequence")
    found = place_of_extreme(tensor, place, largest)
    return reshape(found, reduced_shape(a, axes, True)) if keepdims else found


@function(numpy.argmax, scalar=True)
def argmax(a: Tensor, axis: Axis = None, out: Any = None, *, keepdims: bool = False) -> Tensor:
    """The first place of the largest element (of a NaN, if there is one) along an axis."""
    return taken_into("argmax", _place(a, axis, bool(keepdims), True), out)


@function(numpy.argmin, scalar=True)
def argmin(a: Tensor, axis: Axis = None, out: Any = None, *, keepdims: bool = False) -> Tensor:
    """The first place of the smallest element (of a NaN, if there is one) along an axis."""
    return taken_into("argmin", _place(a, axis, bool(keepdims), False), out)


# accumulations


def _cumulative(ufunc: Any, a: tf.Tensor, axis: Any, dtype: Any, out: Any) -> tf.Tensor:
    tensor = in_loop(ufunc, a, dtype, out)
    if axis is None or tensor.shape.rank == 0:
        if axis is not None:
            normalize_axes(axis, 1)
        tensor, axis = flat(tensor), 0
    return accumulated(ufunc, tensor, axis)


@function(numpy.cumsum)
def cumsum(a: Tensor, axis: Axis = None, dtype: DType = None, out: Any = None) -> Tensor:
    """The sums of the elements up to each, along an axis (of all elements by default)."""
    return into("cumsum", _cumulative(_ADD, a, axis, dtype, out), out)


@function(numpy.cumprod)
def cumprod(a: Tensor, axis: Axis = None, dtype: DType = None, out: Any = None) -> Tensor:
    """The products of the elements up to each, along an axis (of all elements by default)."""
    return into("cumprod", _cumulative(_MULTIPLY, a, axis, dtype, out), out)


def _array_api_cumulative(
    ufunc: Any, x: tf.Tensor, axis: Any, dtype: Any, out: Any, include_initial: bool
) -> tf.Tensor:
    if axis is None:
        if x.shape.rank != 1 and x.shape.rank != 0:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0
    tensor = _cumulative(ufunc, flat(x) if x.shape.rank == 0 else x, axis, dtype, out)
    if not include_initial:
        return tensor
    (place,) = normalize_axes(axis, tensor.shape.rank)  # type: ignore[misc]
    cube, _ = as_cube(tensor, (place,))
    first = filled([length(cube, 0), 1, length(cube, 2)], like(0 if ufunc is _ADD else 1, cube))
    sizes = [n + 1 if at == place else n for at, n in enumerate(lengths(tensor))]
    return reshape(joined([first, cube]), sizes)


@function(numpy.cumulative_sum)
def cumulative_sum(
    x: Tensor,
    /,
    *,
    axis: Axis = None,
    dtype: DType = None,
    out: Any = None,
    include_initial: bool = False,
) -> Tensor:
    """The cumulative sum along an axis, with a zero in front if `include_initial`."""
    found = _array_api_cumulative(_ADD, x, axis, dtype, out, include_initial)
    return into("cumulative_sum", found, out)


@function(numpy.cumulative_prod)
def cumulative_prod(
    x: Tensor,
    /,
    *,
    axis: Axis = None,
    dtype: DType = None,
    out: Any = None,
    include_initial: bool = False,
) -> Tensor:
    """The cumulative product along an axis, with a one in front if `include_initial`."""
    found = _array_api_cumulative(_MULTIPLY, x, axis, dtype, out, include_initial)
    return into("cumulative_prod", found, out)
