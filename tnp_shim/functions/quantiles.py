"""Quantiles and percentiles by all methods, with or without NaN. Knows declarations and kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import wrap
from tnp_shim.declaration import Axis, Operand, Tensor, describe, function
from tnp_shim.functions.nan_statistics import nanmean
from tnp_shim.functions.reductions import into, reduced, taken_into
from tnp_shim.functions.statistics import aligned_weights, every_known, lines
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import comparison, sorting
from tnp_shim.kernels.elementwise import both, either, like, select
from tnp_shim.kernels.folds import reduced_shape
from tnp_shim.kernels.order_statistics import at_places
from tnp_shim.kernels.reductions import normalize_axes
from tnp_shim.kernels.scans import cumsum
from tnp_shim.kernels.shapes import as_length, broadcast_to, flat, length, reshape, vector
from tnp_shim.promotion import as_tensor, cast, constant, promotion_key, shape_of
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops, known_value
from tnp_shim.ufuncs import UFUNCS

_ADD, _OR = UFUNCS["add"], UFUNCS["logical_or"]

Place = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""Where a quantile is among `n` ordered elements, as a float: `place(n, q)`."""


def _between(alpha: float, beta: float) -> Place:
    def place(n, q):
        return n * q + (alpha + q * (1 - alpha - beta)) - 1

    return place


def _linear(n, q):
    return (n - 1) * q


def _stepped(step: Callable[[tf.Tensor], tf.Tensor]) -> Place:
    return lambda n, q: step(_linear(n, q))


def _midpoint(n, q):
    return 0.5 * (gen_math_ops.floor(_linear(n, q)) + gen_math_ops.ceil(_linear(n, q)))


def _step_up(stays: Callable[[tf.Tensor, tf.Tensor], tf.Tensor], shift: float) -> Place:
    """The next element, or the one before where `stays(fraction, place)`."""

    def place(n, q):
        virtual = n * q - shift
        below = gen_math_ops.floor(virtual)
        chosen = select(stays(virtual - below, below), below, below + 1)
        return gen_math_ops.maximum(chosen, like(0, chosen))

    return place


def _is_whole(fraction: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.equal(fraction, like(0, fraction))


def _is_odd(fraction: tf.Tensor, below: tf.Tensor) -> tf.Tensor:
    return both(
        _is_whole(fraction, below),
        gen_math_ops.equal(gen_math_ops.floor_mod(below, like(2, below)), like(1, below)),
    )


DISCRETE: dict[str, Place] = {
    "inverted_cdf": _step_up(_is_whole, 1),
    "closest_observation": _step_up(_is_odd, 1.5),
    "lower": _stepped(gen_math_ops.floor),
    "higher": _stepped(gen_math_ops.ceil),
    "nearest": _stepped(gen_math_ops.rint),
}
"""The methods that choose one of the elements."""

CONTINUOUS: dict[str, Place] = {
    "linear": _linear,
    "averaged_inverted_cdf": lambda n, q: n * q - 1,
    "interpolated_inverted_cdf": _between(0, 1),
    "hazen": _between(0.5, 0.5),
    "weibull": _between(0, 0),
    "median_unbiased": _between(1 / 3, 1 / 3),
    "normal_unbiased": _between(3 / 8, 3 / 8),
    "midpoint": _midpoint,
}
"""The methods that interpolate between two of the elements."""
_CHOOSING_OF_WHOLE = frozenset({"linear", "weibull", "averaged_inverted_cdf", "interpolated_inverted_cdf"})
"""Those that have nothing to interpolate for an integer array of 0 and 1, and keep the dtype."""


def _share_of_next(method: str, virtual: tf.Tensor, below: tf.Tensor) -> tf.Tensor:
    share = virtual - below
    if method == "averaged_inverted_cdf":
        return select(_is_whole(share, share), like(0.5, share), like(1, share))
    if method == "midpoint":
        whole = gen_math_ops.equal(virtual, gen_math_ops.floor(virtual))
        return select(whole, like(0, share), like(0.5, share))
    return share


def _interpolated(
    rows: tf.Tensor, virtual: tf.Tensor, n: tf.Tensor, method: str, dtype: tf.DType
) -> tf.Tensor:
    """Between the elements about the places, in NumPy's steps."""
    zero, last = like(0, virtual), n - 1
    beyond, before = gen_math_ops.greater_equal(virtual, last), gen_math_ops.less(virtual, zero)
    floor = gen_math_ops.floor(virtual)
    below = select(beyond, last, select(before, zero, floor))
    # NumPy counts the last element as -1, of which this share is taken
    counted = select(beyond, like(-1, virtual), below)
    share = cast(_share_of_next(method, virtual, counted), dtype)
    low, after = (cast(found, dtype) for found in at_places(rows, below))
    high = select(either(beyond, before), low, after)
    between = high - low
    upper = high - between * (1 - share)
    return select(gen_math_ops.greater_equal(share, like(0.5, share)), upper, low + between * share)


def _checked(q: tf.Tensor, message: str) -> tf.Tensor:
    """Shares that are none smaller than 0 and none larger than 1."""
    known = known_value(q)
    if known is not None and ((known >= 0) & (known <= 1)).all():
        return q
    inside = both(gen_math_ops.greater_equal(q, like(0, q)), gen_math_ops.less_equal(q, like(1, q)))
    return asserted(q, every_known(inside), message, ValueError)


def _quantile(
    name: str,
    a: tf.Tensor,
    q: Operand,
    axis: Any,
    keepdims: bool,
    method: str,
    weights: tf.Tensor | None,
    scale: int,
) -> tf.Tensor:
    """The quantiles of the reduced axes; their own axes come first."""
    ignores_nan = name.startswith("nan")
    if a.dtype.is_complex:
        raise TypeError("a must be an array of real numbers")
    if promotion_key(q) is complex or isinstance(q, tf.Tensor) and q.dtype.is_complex:
        raise TypeError("q must be real")
    weak = type(q) in (int, float)
    choosing: frozenset[str] = frozenset(DISCRETE)
    if scale == 1 and (promotion_key(q) is int or isinstance(q, tf.Tensor) and q.dtype.is_integer):
        choosing |= {"linear"} if weak else _CHOOSING_OF_WHOLE
    q_dtype = q.dtype if isinstance(q, tf.Tensor) and q.dtype.is_floating else tf.float64
    q = as_tensor(q, q_dtype)
    q = q if scale == 1 else gen_math_ops.real_div(q, constant(scale, q_dtype))
    if q.shape.rank is not None and q.shape.rank > 2:
        raise ValueError("q must be a scalar or 1d")
    q = _checked(q, f"{'Quantiles' if scale == 1 else 'Percentiles'} must be in the range [0, {scale}]")
    if method not in DISCRETE and method not in CONTINUOUS:
        raise ValueError(f"{method!r} is not a valid method. Use one of: {[*DISCRETE, *CONTINUOUS]}")
    axes = normalize_axes(axis, a.shape.rank, strict=True)
    places = flat(q)
    rows = lines(a, axes)
    if weights is not None:
        found = _weighted(a, rows, places, axis, axes, method, weights, ignores_nan)
    else:
        dtype = _result_dtype(a, q_dtype, weak, method, choosing)
        found = _unweighted(rows, places, method, ignores_nan, dtype, method in choosing)
    found = gen_array_ops.transpose(found, constant((1, 0), tf.int32))
    sizes = [vector(shape) for shape in (shape_of(q), reduced_shape(a, axes, keepdims))]
    return reshape(
        found, gen_array_ops.concat_v2(sizes, constant(0, tf.int32)) if q.shape.rank != 0 else sizes[1]
    )


def _result_dtype(
    a: tf.Tensor, q_dtype: tf.DType, weak: bool, method: str, choosing: frozenset[str]
) -> tf.DType:
    if method in choosing and (method in DISCRETE or method == "linear" or a.dtype != tf.bool):
        return a.dtype
    if a.dtype == tf.bool:
        raise TypeError("numpy boolean subtract, the `-` operator, is not supported")
    key: Any = float if weak else dtypes.to_numpy(q_dtype)
    return dtypes.to_tf(dtypes.result_type(dtypes.to_numpy(a.dtype), key))


def _unweighted(
    rows: tf.Tensor, q: tf.Tensor, method: str, ignores_nan: bool, dtype: tf.DType, chooses: bool
) -> tf.Tensor:
    """`chooses`: an element is the quantile, which is not to be had by interpolation if it is infinite."""
    size = length(rows, 1)
    rows = _never_empty(rows, size, ignores_nan)
    undefined = comparison.isnan(rows)
    n = cast(as_length(size), q.dtype)
    if ignores_nan and rows.dtype.is_floating:
        present = gen_math_ops.logical_not(undefined)
        n = cast(reduced(_ADD, cast(present, tf.int64), 1, True), q.dtype)
    count = gen_math_ops.maximum(n, like(1, n))  # of nothing the first NaN is taken
    place = (DISCRETE.get(method) or CONTINUOUS[method])(count, q)
    if method in DISCRETE:
        found = cast(at_places(rows, gen_math_ops.minimum(place, count - 1))[0], dtype)
    elif chooses:
        place = gen_math_ops.maximum(gen_math_ops.minimum(place, count - 1), like(0, place))
        found = cast(at_places(rows, place)[0], dtype)
    else:
        found = _interpolated(rows, place, count, method, dtype)
    if ignores_nan or not rows.dtype.is_floating:
        return found
    return select(reduced(_OR, undefined, 1, True), like(numpy.nan, found), found)


def _never_empty(rows: tf.Tensor, size: Any, ignores_nan: bool) -> tf.Tensor:
    """Rows with one element at least, if only a NaN; NumPy's error where it has one."""
    if isinstance(size, int) and size > 0:
        return rows
    if ignores_nan and rows.dtype.is_floating:
        return gen_array_ops.pad_v2(rows, constant(((0, 0), (0, 1)), tf.int32), like(numpy.nan, rows))
    message = "index -1 is out of bounds for axis 0 with size 0"
    return asserted(rows, gen_math_ops.greater(as_length(size), as_length(0)), message, IndexError)


def _weighted(
    a: tf.Tensor,
    rows: tf.Tensor,
    q: tf.Tensor,
    axis: Any,
    axes: Any,
    method: str,
    weights: tf.Tensor,
    ignores_nan: bool,
) -> tf.Tensor:
    """The first elements up to which the weights make up the shares `q`."""
    if method != "inverted_cdf":
        raise ValueError(f"Only method 'inverted_cdf' supports weights. Got: {method}.")
    weights = lines(broadcast_to(aligned_weights(a, axis, axes, weights), shape_of(a)), axes)
    negative = gen_math_ops.less(weights, like(0, weights))
    weights = asserted(
        cast(weights, tf.float64),
        gen_math_ops.logical_not(reduced(_OR, negative, None)),
        "Weights must be non-negative.",
        ValueError,
    )
    order = sorting.argsort(rows)
    rows, weights = sorting.take_by(rows, order), sorting.take_by(weights, order)
    undefined = comparison.isnan(rows)
    if ignores_nan:
        weights = select(undefined, like(0, weights), weights)
    share = cumsum(weights, 1)
    total = gen_array_ops.gather_v2(share, length_of(share), constant(1, tf.int32))
    share = gen_math_ops.real_div(share, gen_array_ops.expand_dims(total, constant(1, tf.int32)))
    share = cast(share, q.dtype)
    share = select(gen_math_ops.equal(share, like(0, share)), like(-1, share), share)
    present = gen_math_ops.logical_not(undefined) if ignores_nan else gen_array_ops.ones_like(undefined)
    useless = comparison.isnan(gen_math_ops.real_div(total, total))
    if ignores_nan:  # what is all NaN stays NaN, whatever its weights
        useless = gen_math_ops.logical_and(useless, reduced(_OR, present, 1))
    share = asserted(
        share,
        gen_math_ops.logical_not(reduced(_OR, useless, None)),
        "Weights included NaN, inf or were all zero.",
        ValueError,
    )
    wanted = gen_array_ops.broadcast_to(q, vector([length(rows, 0), length(q, 0)]))
    places = gen_array_ops.lower_bound(share, wanted, out_type=tf.int64)
    last = gen_math_ops.sub(reduced(_ADD, cast(present, tf.int64), 1, True), constant(1, tf.int64))
    places = gen_math_ops.maximum(gen_math_ops.minimum(places, last), constant(0, tf.int64))
    found = sorting.take_by(rows, places)
    if ignores_nan or not rows.dtype.is_floating:
        return found
    return select(reduced(_OR, undefined, 1, True), like(numpy.nan, found), found)


def length_of(share: tf.Tensor) -> tf.Tensor:
    """The place of the last column."""
    return gen_math_ops.sub(as_length(length(share, 1)), constant(1, tf.int64))


def _declared(name: str, scale: int) -> Any:
    @function(getattr(numpy, name), scalar=True)
    def body(
        a: Tensor,
        q: Operand,
        axis: Axis = None,
        out: Any = None,
        overwrite_input: bool = False,
        method: str = "linear",
        keepdims: bool = False,
        *,
        weights: Tensor | None = None,
    ) -> Tensor:
        if name.startswith("nan"):
            if a.shape.num_elements() == 0:  # whatever the shares
                return nanmean.__wrapped_body__(a, axis, None, out, keepdims)  # type: ignore[attr-defined]
            found = _quantile(name, a, q, axis, bool(keepdims), method, weights, scale)
        else:
            found = _quantile(name, a, q, axis, bool(keepdims), method, weights, scale)
            if out is not None and weights is None and method in DISCRETE:
                return taken_into(name, found, out)
        if out is None:  # NumPy writes weighted ones into an array
            return wrap(found) if keepdims or weights is not None else found
        if name.startswith("nan"):  # NumPy assigns: `out[...] = found`
            return into(name, broadcast_to(found, numpy.shape(out)), out)
        return into(name, found, out, "same_kind")

    of = "shares (of 1)" if scale == 1 else "percentages"
    rest = ", NaN left out" if name.startswith("nan") else "; NaN if there is one"
    describe(
        body,
        f"The elements over axes below which lie the {of} `q` of all{rest}.\n\n"
        "All methods of NumPy; weights with 'inverted_cdf'. Differentiable with respect to `a`, and to `q`\n"
        "where the method interpolates.",
    )
    body.__module__ = __name__
    return body


quantile = _declared("quantile", 1)
percentile = _declared("percentile", 100)
nanquantile = _declared("nanquantile", 1)
nanpercentile = _declared("nanpercentile", 100)
