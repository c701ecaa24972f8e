"""Rows of sums, products, extremes, accumulations and quantiles. Knows the words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from numpy.lib.array_utils import normalize_axis_tuple

from conformance.choosing import Chooser
from conformance.row import Always, Row, row
from conformance.rows.results import Out
from conformance.vocabulary import (
    FLAG,
    FLOATS,
    NUMERIC,
    REAL,
    Array,
    Axis,
    DType,
    Given,
    Good,
    Seen,
    among,
    broadcasting,
    shape_of,
)

SUMMED = ("ordinary", "hard", "ties", "positive")
"""Not the ends of the range: whether max + max + min overflows depends on the order."""

WITH_NAN = ("ordinary", "some_nan", "hard", "ties")
MASK = Array(("bool",), ("ordinary",), broadcasting(0))
AXES = Axis(none=True, tuples=True)

OVERWRITTEN = Good(Array(FLOATS[:2], ("ascending",), [(1,), (1, 1)]))
"""Never spoilt to another shape: the order in which NumPy leaves several elements is open."""

NO_ZERO_SIGNS = 0.25
"""Which of 0 and -0 is the greater is left open; any other difference is more."""


KINDS = DType(("float64", "float32", "int64", "complex128", "int8", "bool"))
"""Not unsigned integers, for which casts of negative floats are undefined."""

COARSE = "the dtype that is asked for may be coarser than finite differences need; other rows have none"


def defined(array: Array) -> Array:
    """The array without values whose cast to an integer is undefined."""
    return replace(array, fills=("ordinary", "ties"))


def reductions(name: str, array: Array, tolerance: float, **keywords: Any) -> Iterator[Row]:
    """A row over axes, one with what `keywords` say, one with a dtype where they have it, one into `out`."""
    dtype = keywords.pop("dtype", None)
    rows = [row(name, array, axis=AXES, keepdims=FLAG), row(name, array, AXES, **keywords)]
    if dtype is not None:
        typed = row(name, defined(array), axis=AXES, keepdims=FLAG, dtype=Always(dtype))
        rows.append(typed.not_in("gradient second_gradient forward", COARSE))
    rows.append(row(name, defined(array), axis=AXES, keepdims=FLAG, out=Always(Out(name))))
    for one in rows:
        yield one.within(tolerance, conditioned=tolerance >= 1)


INITIAL = among(0, 1, 2, True)


def _extremes(name: str) -> Iterator[Row]:
    array = Array(NUMERIC, WITH_NAN if name.startswith("nan") else ("ordinary", "hard", "ties", "extremes"))
    yield from reductions(name, array, NO_ZERO_SIGNS, initial=Always(INITIAL), where=MASK)


def _means(name: str) -> Iterator[Row]:
    array = Array(NUMERIC, WITH_NAN if name.startswith("nan") else SUMMED)
    yield from reductions(name, array, 4, dtype=KINDS, where=MASK)


def _kept_means(choose: Chooser, seen: Seen) -> Any:
    """An array of the shape of the means over the axes that were drawn, which are kept."""
    shape, axis = shape_of(seen[0]), seen.get("axis", None)
    try:
        axes = normalize_axis_tuple(range(len(shape)) if axis is None else axis, len(shape))
    except (TypeError, ValueError):
        axes = ()
    kept = tuple(1 if i in axes else n for i, n in enumerate(shape))
    return Array(("float64",), ("ordinary",), [kept])


def _spreads(name: str) -> Iterator[Row]:
    array = Array(NUMERIC, WITH_NAN if name.startswith("nan") else SUMMED)
    yield from reductions(name, array, 8, dtype=KINDS, where=MASK, ddof=among(0, 1, 2, 0.5), keepdims=FLAG)
    yield row(name, array, axis=AXES, correction=among(0, 1, 1.5), mean=Given(_kept_means)).within(
        8, conditioned=True
    )


def _accumulations(name: str) -> Iterator[Row]:
    array = Array(NUMERIC, WITH_NAN if name.startswith("nan") else SUMMED)
    typed = row(name, defined(array), axis=Axis(none=True), dtype=Always(KINDS))
    for one in (
        row(name, array, axis=Axis(none=True)),
        typed.not_in("gradient second_gradient forward", COARSE),
        row(name, defined(array), axis=Axis(none=True), out=Always(Out(name))),
    ):
        yield one.within(4, conditioned=True)


def _array_api_accumulations(name: str) -> Iterator[Row]:
    array = Array(NUMERIC, SUMMED)
    typed = row(name, defined(array), axis=Axis(), dtype=Always(KINDS), include_initial=FLAG)
    for one in (
        row(name, array, axis=Axis(), include_initial=FLAG),
        typed.not_in("gradient second_gradient forward", COARSE),
        row(name, defined(array), axis=Axis(), include_initial=FLAG, out=Always(Out(name))),
    ):
        yield one.within(4, conditioned=True)


def _weights(choose: Chooser, seen: Seen) -> Any:
    """Weights of the shape of the array, or of the one axis."""
    shape, axis = shape_of(seen[0]), seen.get("axis")
    shapes = [shape, shape]
    if isinstance(axis, int) and -len(shape) <= axis < len(shape):
        shapes.append((shape[axis],))
    elif isinstance(axis, tuple) and all(isinstance(a, int) and -len(shape) <= a < len(shape) for a in axis):
        shapes.append(tuple(shape[a] for a in axis))
    return Array(("float64", "int64", "float32"), ("positive",), shapes)


METHODS = (
    "linear",
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "median_unbiased",
    "normal_unbiased",
    "lower",
    "higher",
    "midpoint",
    "nearest",
)


def _quantiles(name: str, most: int) -> Iterator[Row]:
    fills = WITH_NAN if name.startswith("nan") else ("ordinary", "ties", "distinct", "some_nan")
    array = Array(REAL, fills)
    shares = among(
        0.5 * most,
        0.25 * most,
        [0, most],
        0.31 * most,
        [0.1 * most, 0.7 * most, 0.2 * most],
        Array(("float64", "float32"), ("unit",), [(3,), (), (0,), (2, 1)]),
        1,
    )
    for one in (
        row(name, array, shares, axis=AXES, method=among(*METHODS), keepdims=FLAG),
        row(name, array, shares, method=Always(among(*METHODS)), axis=AXES, out=Always(Out(name))),
        row(
            name,
            array,
            shares,
            axis=Axis(none=True),
            weights=Always(Given(_weights)),
            method=Always("inverted_cdf"),
            keepdims=FLAG,
        ),
        row(name, OVERWRITTEN, shares, overwrite_input=Always(FLAG)),
    ):
        yield one.within(4, conditioned=True)


def _medians(name: str) -> Iterator[Row]:
    fills = WITH_NAN if name.startswith("nan") else ("ordinary", "ties", "distinct", "some_nan")
    array = Array(REAL, fills)
    yield row(name, array, axis=AXES, keepdims=FLAG).within(1)
    yield row(name, array, axis=AXES, out=Always(Out(name, ("float64", "int8")))).within(1)
    yield row(name, OVERWRITTEN, overwrite_input=Always(FLAG)).within(1)


def _places(name: str) -> Iterator[Row]:
    array = Array(NUMERIC, WITH_NAN if name.startswith("nan") else ("ordinary", "hard", "ties", "extremes"))
    yield row(name, array, axis=Axis(none=True), keepdims=FLAG)
    some = replace(array, least=1)
    yield row(name, some, axis=Axis(none=True), out=Always(Out(name, ("int32", "float64", "uint64"))))


def _truths(name: str) -> Iterator[Row]:
    yield from reductions(name, Array(NUMERIC), 0, where=Always(MASK), keepdims=FLAG)


ROWS = [
    *(
        one
        for name in ("sum", "prod")
        for one in reductions(name, Array(NUMERIC, SUMMED), 4, dtype=KINDS, initial=INITIAL, where=MASK)
    ),
    *(
        one
        for name in ("nansum", "nanprod")
        for one in reductions(name, Array(NUMERIC, WITH_NAN), 4, dtype=KINDS, initial=INITIAL, where=MASK)
    ),
    *(one for name in ("max", "min", "amax", "amin", "nanmax", "nanmin") for one in _extremes(name)),
    *reductions("ptp", Array(NUMERIC), 0, keepdims=FLAG),
    *(one for name in ("all", "any") for one in _truths(name)),
    *(one for name in ("mean", "nanmean") for one in _means(name)),
    *(one for name in ("var", "std", "nanvar", "nanstd") for one in _spreads(name)),
    row("count_nonzero", Array(NUMERIC), axis=AXES, keepdims=FLAG),
    *(one for name in ("cumsum", "cumprod", "nancumsum", "nancumprod") for one in _accumulations(name)),
    *(one for name in ("cumulative_sum", "cumulative_prod") for one in _array_api_accumulations(name)),
    row(
        "average",
        Array(NUMERIC, SUMMED),
        axis=AXES,
        weights=Given(_weights),
        returned=FLAG,
        keepdims=FLAG,
    ).within(4, conditioned=True),
    *(one for name in ("median", "nanmedian") for one in _medians(name)),
    *(one for name in ("quantile", "nanquantile") for one in _quantiles(name, 1)),
    *(one for name in ("percentile", "nanpercentile") for one in _quantiles(name, 100)),
    *(one for name in ("argmax", "argmin", "nanargmax", "nanargmin") for one in _places(name)),
]
