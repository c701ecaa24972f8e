"""Edges of bins, and in which bin each number is. Knows declarations and kernels."""

from __future__ import annotations

import math
import operator
import warnings
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.conversion import holds_tensors, is_tensor_like, to_operand, to_size, to_tensor
from tnp_shim.declaration import Operand
from tnp_shim.functions.counting import counted
from tnp_shim.functions.reductions import reduced
from tnp_shim.functions.statistics import every_known
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import sorting
from tnp_shim.kernels.elementwise import HALVES, UNSIGNED, both, like, select
from tnp_shim.kernels.shapes import Length, as_length, filled, length, sliced
from tnp_shim.kernels.spacing import spaced
from tnp_shim.promotion import as_tensor, cast, constant, promote_args, promotion_key
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops, known_value
from tnp_shim.ufuncs import UFUNCS

_MAXIMUM, _MINIMUM = UFUNCS["maximum"], UFUNCS["minimum"]
_ACCUMULATED = {tf.float32: tf.float64, tf.complex64: tf.complex128} | dict.fromkeys(HALVES, tf.float64)
"""In which dtype weights are summed, where it is not their own."""

Ends = tuple[Operand, Operand]
"""The first and the last edge: Python numbers where they were given so."""


def subtractable(a: tf.Tensor) -> tf.Tensor:
    """The numbers, bool as bytes, of which NumPy warns."""
    if a.dtype != tf.bool:
        return a
    text = f"Converting input from {dtypes.BOOL} to {numpy.uint8} for compatibility."
    warnings.warn(text, RuntimeWarning, stacklevel=4)
    return cast(a, tf.uint8)


def never_empty(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor | None]:
    """The vector, or one zero if it is empty; and whether it is (None: it is known not to be)."""
    size = length(a, 0)
    if isinstance(size, int) and size > 0:
        return a, None
    missing = gen_math_ops.maximum(as_length(1) - as_length(size), as_length(0))
    zeros = filled([missing], like(0, a))
    return gen_array_ops.concat_v2([a, zeros], constant(0, tf.int32)), gen_math_ops.equal(
        as_length(size), as_length(0)
    )


def _smaller(x: Operand, y: Operand) -> bool | tf.Tensor:
    """Whether one edge is smaller, in the dtype common to both."""
    if not (isinstance(x, tf.Tensor) or isinstance(y, tf.Tensor)):
        return x < y  # type: ignore[operator]
    return gen_math_ops.less(*promote_args("histogram", x, y))


def _checked(edge: Operand, condition: bool | tf.Tensor, message: str) -> Operand:
    if isinstance(condition, tf.Tensor):
        return asserted(as_tensor(edge, condition_dtype(edge)), condition, message, ValueError)
    if not condition:
        raise ValueError(message)
    return edge


def condition_dtype(edge: Operand) -> tf.DType:
    """The dtype of an edge that is checked when a graph runs."""
    return edge.dtype if isinstance(edge, tf.Tensor) else tf.float64


def _is_finite(edge: Operand) -> bool | tf.Tensor:
    if not isinstance(edge, tf.Tensor):
        return math.isfinite(edge)  # type: ignore[arg-type]
    return gen_math_ops.is_finite(edge) if edge.dtype.is_floating else constant(True, tf.bool)


def ends(a: tf.Tensor, given: Any) -> Ends:
    """The ends of the range of bins: those given, or the least and the largest element, half a bin apart
    from each other at least."""
    if given is not None:
        first, last = given
        first, last = to_operand(first), to_operand(last)
        backwards = _smaller(last, first)
        rising = gen_math_ops.logical_not(backwards) if isinstance(backwards, tf.Tensor) else not backwards
        first = _checked(first, rising, "max must be larger than min in range parameter.")
        word = "supplied"
    elif a.shape.num_elements() == 0:
        return 0, 1
    else:
        found, is_empty = never_empty(a)
        first, last = (reduced(ufunc, found, None) for ufunc in (_MINIMUM, _MAXIMUM))
        if is_empty is not None:  # the range is then 0 to 1
            last = select(is_empty, like(1, last), last)
        word = "autodetected"
    span = "" if isinstance(first, tf.Tensor) or isinstance(last, tf.Tensor) else f" of [{first}, {last}]"
    first, last = (_checked(e, _is_finite(e), f"{word} range{span} is not finite") for e in (first, last))
    return _apart(first, last)


def _apart(first: Operand, last: Operand) -> Ends:
    """A range that is empty, widened by half on both sides."""
    if not (isinstance(first, tf.Tensor) or isinstance(last, tf.Tensor)):
        return (first - 0.5, last + 0.5) if first == last else (first, last)  # type: ignore[operator]
    x, y = promote_args("histogram", first, last)
    if not x.dtype.is_floating:
        same = gen_math_ops.equal(x, y)
        known = known_value(same)
        if known is not None and not known:
            return first, last
        x, y = cast(x, tf.float64), cast(y, tf.float64)
    half = select(gen_math_ops.equal(x, y), like(0.5, x), like(0, x))
    return gen_math_ops.sub(x, half), gen_math_ops.add_v2(y, half)


def even_edges(between: Ends, count: Length, dtype: tf.DType | None = None) -> tf.Tensor:
    """The edges of bins of equal width, by `numpy.linspace`, in the dtype asked for."""
    common = dtypes.result_type(*map(promotion_key, between), float)
    work = dtypes.to_tf(dtypes.default_float_for(common) if common == dtypes.FLOAT64 else common)
    first, last = (as_tensor(end, work) for end in between)
    one = 1 if isinstance(count, int) else as_length(1)
    values, _ = spaced(first, last, count + one, True)
    return values if dtype is None else cast(values, dtype)


def dtype_of_edges(a: tf.Tensor, between: Ends) -> tf.DType:
    """The dtype of the edges between numbers of `a`."""
    common = dtypes.result_type(*map(promotion_key, between), dtypes.to_numpy(a.dtype))
    return dtypes.to_tf(dtypes.default_float_for(dtypes.FLOAT64) if common.kind in "biu" else common)


def number_of_bins(bins: Any, message: str) -> Length | None:
    """How many bins an argument asks for; None if it tells their edges. TypeError for what is no integer."""
    if is_tensor_like(bins):
        tensor = to_tensor(bins)
        if tensor.shape.rank != 0:
            return None
        if not tensor.dtype.is_integer:
            raise TypeError(message)
        return to_size(tensor, "bins")
    if holds_tensors(bins) or numpy.ndim(bins):
        return None
    try:
        return operator.index(bins)
    except TypeError:
        raise TypeError(message) from None


def given_edges(bins: Any, not_a_vector: str, not_rising: str) -> tf.Tensor:
    """The edges that an argument tells; a ValueError with these messages if they are none."""
    edges = to_tensor(bins)
    if edges.shape.rank != 1:
        raise ValueError(not_a_vector)
    rising = gen_math_ops.less_equal(sliced(edges, 0, None, -1), sliced(edges, 0, 1, None))
    return asserted(edges, every_known(rising), not_rising, ValueError)


def places(values: tf.Tensor, edges: tf.Tensor) -> tf.Tensor:
    """How many edges are not above each value; the last bin has its right edge, too."""
    above = sorting.search(edges, values, right=True)
    at_last = gen_math_ops.equal(values, sliced(edges, 0, -1, None))
    return gen_math_ops.sub(above, cast(at_last, tf.int64))


def counts(a: tf.Tensor, edges: tf.Tensor, weights: tf.Tensor | None) -> tf.Tensor:
    """How many numbers are between each edge and the next, or the sum of their weights."""
    values, searched = promote_args("histogram", a, edges)
    size = length(edges, 0)
    bins = size - 1 if isinstance(size, int) else gen_math_ops.sub(size, as_length(1))
    place = gen_math_ops.sub(places(values, searched), as_length(1))
    inside = both(
        gen_math_ops.greater_equal(place, as_length(0)),
        gen_math_ops.less_equal(values, sliced(searched, 0, -1, None)),
    )
    place = select(inside, place, as_length(bins))  # what is outside goes to one more bin
    if weights is None or weights.dtype not in _ACCUMULATED:
        return sliced(counted(place, size, weights), 0, None, -1)
    wide = cast(weights, _ACCUMULATED[weights.dtype])
    return cast(sliced(counted(place, size, wide), 0, None, -1), weights.dtype)


def unsigned_difference(x: Operand, y: Operand) -> tf.Tensor:
    """x - y >= 0: integers as unsigned ones, which hold the difference of any two."""
    first, second = promote_args("histogram", x, y)
    difference = gen_math_ops.sub(first, second)
    return cast(difference, UNSIGNED.get(difference.dtype, difference.dtype))
