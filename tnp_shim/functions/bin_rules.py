"""The rules that choose a number of bins by the numbers to be counted. Knows declarations and kernels."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import wrap
from tnp_shim.conversion import to_tensor
from tnp_shim.declaration.function import REGISTRY
from tnp_shim.functions.bins import Ends, counts, dtype_of_edges, even_edges, never_empty, unsigned_difference
from tnp_shim.functions.reductions import reduced
from tnp_shim.functions.unknown_sizes import refuse_under_xla
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels.elementwise import both, like, select
from tnp_shim.kernels.shapes import Length, as_length, length
from tnp_shim.promotion import cast, constant, promote_args, promote_args_inexact
from tnp_shim.tensorflow_internals import EagerTensor, gen_array_ops, gen_math_ops, known_value
from tnp_shim.ufuncs import UFUNCS

Rule = Callable[[tf.Tensor, Any, Ends], tf.Tensor]
"""The width of a bin, of numbers, their count (a float64) and the range of the bins."""

_ADD, _MULTIPLY, _DIVIDE = UFUNCS["add"], UFUNCS["multiply"], UFUNCS["divide"]
_PERCENTILE, _STD, _MEAN = numpy.percentile, numpy.std, numpy.mean


def _spread(x: tf.Tensor) -> tf.Tensor:
    """The largest number minus the smallest one."""
    return unsigned_difference(*(reduced(UFUNCS[name], x, None) for name in ("maximum", "minimum")))


def _over(x: Any, y: Any) -> tf.Tensor:
    return gen_math_ops.real_div(*promote_args_inexact("histogram", x, y))


def _times(weak: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """A factor of the number of elements, which NumPy has as a Python float, by x in the dtype of x."""
    return gen_math_ops.mul(cast(weak, x.dtype), x)


def _float_spread(x: tf.Tensor) -> tf.Tensor:
    spread = _spread(x)
    return spread if spread.dtype.is_floating else cast(spread, tf.float64)


def _root(x: tf.Tensor, n: tf.Tensor, ends: Ends) -> tf.Tensor:
    return _over(_spread(x), gen_math_ops.sqrt(n))


def _log2(n: tf.Tensor) -> tf.Tensor:
    return UFUNCS["log2"].body(n)


def _sturges(x: tf.Tensor, n: tf.Tensor, ends: Ends) -> tf.Tensor:
    return _over(_spread(x), _log2(n) + 1.0)


def _rice(x: tf.Tensor, n: tf.Tensor, ends: Ends) -> tf.Tensor:
    spread = _float_spread(x)
    return gen_math_ops.real_div(spread, cast(2.0 * n ** (1.0 / 3), spread.dtype))


def _scott(x: tf.Tensor, n: tf.Tensor, ends: Ends) -> tf.Tensor:
    return _times((24.0 * math.pi**0.5 / n) ** (1.0 / 3.0), REGISTRY[_STD].body(x))


def _doane(x: tf.Tensor, n: tf.Tensor, ends: Ends) -> tf.Tensor:
    deviation = REGISTRY[_STD].body(x)
    regular = both(
        gen_math_ops.greater(deviation, like(0, deviation)), gen_math_ops.greater(n, constant(2.0, n.dtype))
    )
    by = select(regular, deviation, like(1, deviation))
    centred = gen_math_ops.sub(*promote_args("histogram", x, REGISTRY[_MEAN].body(x)))
    skew = REGISTRY[_MEAN].body(gen_math_ops._pow(gen_math_ops.real_div(centred, by), like(3, by)))
    usual = gen_math_ops.sqrt(gen_math_ops.maximum(6.0 * (n - 2.0), 1.0) / ((n + 1.0) * (n + 3.0)))
    bins = 1.0 + _log2(n) + _log2(1.0 + gen_math_ops._abs(_over(skew, usual)))
    width = _over(_spread(x), bins)
    return select(regular, width, like(0, width))


def _freedman_diaconis(x: tf.Tensor, n: tf.Tensor, ends: Ends) -> tf.Tensor:
    quartiles = REGISTRY[_PERCENTILE].body(x, gen_array_ops.pack([constant(q, tf.int64) for q in (75, 25)]))
    upper, lower = gen_array_ops.unpack(quartiles, 2)
    between = gen_math_ops.sub(upper, lower)
    between = between if between.dtype.is_floating else cast(between, tf.float64)
    return _times(n ** (-1.0 / 3.0), gen_math_ops.mul(like(2, between), between))


@functools.cache
def _auto_is_limited() -> bool:
    """Whether the installed NumPy lets the number of bins of "auto" be at most twice that of "sqrt"."""
    quartiles_are_equal = numpy.array([0.0] * 99 + [1.0])
    sturges = numpy.histogram_bin_edges(quartiles_are_equal, "sturges")
    return numpy.histogram_bin_edges(quartiles_are_equal, "auto").size != sturges.size


def _auto(x: tf.Tensor, n: tf.Tensor, ends: Ends) -> tf.Tensor:
    fine, coarse = _freedman_diaconis(x, n, ends), _sturges(x, n, ends)
    if not _auto_is_limited():
        fine, coarse = promote_args("histogram", fine, coarse)
        zero = gen_math_ops.equal(fine, like(0, fine))
        return select(zero, coarse, gen_math_ops.minimum(fine, coarse))
    fine, half = promote_args("histogram", fine, _over(_root(x, n, ends), 2.0))
    fine, coarse = promote_args("histogram", gen_math_ops.maximum(fine, half), coarse)
    return gen_math_ops.minimum(fine, coarse)


def _stone(x: tf.Tensor, n: tf.Tensor, ends: Ends) -> tf.Tensor:
    """The number of bins for which the estimate of the integrated squared error is least."""
    spread = _float_spread(x)
    most = cast(gen_math_ops.maximum(gen_math_ops.floor(gen_math_ops.sqrt(n)), 100.0), tf.int64)
    dtype = dtype_of_edges(x, ends)

    def estimate(bins):
        found = counts(x, even_edges(ends, bins, dtype), None)
        shares = gen_math_ops.real_div(cast(found, tf.float64), n)
        squares = gen_math_ops._sum(gen_math_ops.square(shares), constant(0, tf.int32))
        return (2.0 - (n + 1.0) * squares) / (cast(spread, tf.float64) / cast(bins, tf.float64))

    def step(bins, best, least):
        found = estimate(bins)
        better = gen_math_ops.less(found, least)
        return bins + 1, select(better, bins, best), select(better, found, least)

    state = (as_length(1), as_length(1), constant(math.inf, tf.float64))
    _, best, _ = tf.while_loop(lambda bins, *_: gen_math_ops.less_equal(bins, most), step, state)
    if isinstance(best, EagerTensor) and best == most:
        text = "The number of bins estimated may be suboptimal."
        warnings.warn(text, RuntimeWarning, stacklevel=2)
    width = _over(spread, best)
    some = both(
        gen_math_ops.greater(n, constant(1.0, n.dtype)), gen_math_ops.greater(spread, like(0, spread))
    )
    return select(some, width, like(0, width))


RULES: dict[str, Rule] = {
    "stone": _stone,
    "auto": _auto,
    "doane": _doane,
    "fd": _freedman_diaconis,
    "rice": _rice,
    "scott": _scott,
    "sqrt": _root,
    "sturges": _sturges,
}
"""By the names that NumPy gives them."""


def _within(a: tf.Tensor, ends: Ends) -> tf.Tensor:
    """The numbers within the range."""
    # as ufuncs, which compare with Python integers that the dtype does not hold
    after, before = (
        to_tensor(UFUNCS[name](wrap(a), wrap(end) if isinstance(end, tf.Tensor) else end))
        for name, end in zip(("greater_equal", "less_equal"), ends, strict=True)
    )
    kept = both(after, before)
    found = gen_array_ops.where(kept)
    return gen_array_ops.gather_v2(a, gen_array_ops.squeeze(found, [1]), constant(0, tf.int32))


def number_by_rule(name: str, rule: str, a: tf.Tensor, ends: Ends, is_cut: bool) -> Length:
    """How many bins the rule gives the vector; a tensor where the numbers are unknown while tracing.

    `is_cut`: whether numbers may be outside of the range, which do not take part.
    """
    if rule not in RULES:
        raise ValueError(f"{rule!r} is not a valid estimator for `bins`")
    x, is_empty = never_empty(_within(a, ends) if is_cut else a)
    n = cast(as_length(length(x, 0)), tf.float64)
    width = RULES[rule](x, n, ends)
    if x.dtype.is_integer:  # no bin between two integers is empty for sure
        narrow = both(gen_math_ops.less(width, like(1, width)), gen_math_ops.not_equal(width, like(0, width)))
        width = select(narrow, like(1, width), width)
    none = gen_math_ops.equal(width, like(0, width))
    span = unsigned_difference(ends[1], ends[0])
    bins = gen_math_ops.ceil(_over(span, select(none, like(1, width), width)))
    bins = asserted(bins, gen_math_ops.is_finite(bins), "cannot convert float NaN to integer", ValueError)
    count = select(none, as_length(1), cast(bins, tf.int64))
    if is_empty is not None:
        count = select(is_empty, as_length(1), count)
    known = known_value(count)
    if known is not None:
        return int(known)
    refuse_under_xla(name, f"the rule {rule!r}", "Pass the number of bins, or their edges.")
    return count
