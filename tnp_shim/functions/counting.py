"""Counts of numbers and of what falls into bins. Knows declarations and kernels."""

from __future__ import annotations

import operator
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.conversion import holds_tensors, is_tensor_like, to_tensor
from tnp_shim.declaration import Operand, Size, Tensor, function
from tnp_shim.errors import UnsupportedError
from tnp_shim.functions.reductions import reduced
from tnp_shim.functions.statistics import every_known
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import sorting
from tnp_shim.kernels.elementwise import both, like, select
from tnp_shim.kernels.segments import scatter_ufunc
from tnp_shim.kernels.shapes import as_length, counting, filled, flat, length, sliced
from tnp_shim.promotion import as_tensor, cast, constant, promote_args, promotion_key
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops
from tnp_shim.ufuncs import UFUNCS

_ADD = UFUNCS["add"]


def _counted(places: tf.Tensor, size: Any, weights: tf.Tensor | None) -> tf.Tensor:
    """How often each number below `size` is among the places; or the sum of its weights."""
    if weights is None:
        weights = gen_array_ops.ones_like(places)
    return scatter_ufunc("add", _ADD.body, filled((size,), like(0, weights)), places, weights)


@function(numpy.bincount)
def bincount(x: Tensor, weights: Tensor | None = None, minlength: Size = 0) -> Tensor:
    """How often each number occurs, or the sum of its weights (float64, differentiable).

    The size of the result depends on values: XLA can't compile this.
    """
    if x.shape.rank != 1:
        raise ValueError("object too deep for desired array" if x.shape.rank else "object of too small depth")
    if x.shape[0] == 0:
        weights = None  # NumPy counts nothing in int64, whatever it weighs
    elif not numpy.can_cast(dtypes.to_numpy(x.dtype), numpy.intp, "safe"):
        raise TypeError(f"Cannot cast array data from {x.dtype.name} to int64 according to the rule 'safe'")
    x = cast(x, tf.int64)
    positive = every_known(gen_math_ops.greater_equal(x, like(0, x)))
    x = asserted(x, positive, "'list' argument must have no negative elements", ValueError)
    if isinstance(minlength, int) and minlength < 0:
        raise ValueError("'minlength' must not be negative")
    if weights is not None:
        weights = cast(weights, tf.float64)
        same = gen_math_ops.equal(as_length(length(weights, 0)), as_length(length(x, 0)))
        weights = asserted(weights, same, "The weights and list don't have the same length.", ValueError)
    size = as_length(minlength)
    if x.shape[0] != 0:
        largest = gen_math_ops._max(
            x, constant(0, tf.int32)
        )  # of nothing the least int64, whose next is no size
        size = gen_math_ops.maximum(size, gen_math_ops.add_v2(largest, constant(1, tf.int64)))
    return _counted(x, size, weights)


def _ends(a: tf.Tensor, given: Any) -> tuple[Operand, Operand]:
    """The first and the last edge: those given, or the least and the largest element."""
    if given is not None:
        first, last = given
        found = [value if isinstance(value, (int, float)) else to_tensor(value) for value in (first, last)]
        ordered = all(isinstance(value, (int, float)) for value in found) and found[0] > found[1]
        if ordered:
            raise ValueError("max must be larger than min in range parameter.")
        name = "supplied"
    elif a.shape.num_elements() == 0:
        return 0, 1
    else:
        found = [reduced(UFUNCS[f"{name}imum"], a, None) for name in ("min", "max")]
        name = "autodetected"
    return _finite(found[0], name), _finite(found[1], name)


def _finite(edge: Operand, name: str) -> Operand:
    message = f"{name} range of {edge} is not finite"
    if not isinstance(edge, tf.Tensor):
        if not numpy.isfinite(edge):
            raise ValueError(message)
        return edge
    if not edge.dtype.is_floating:
        return edge
    return asserted(edge, gen_math_ops.is_finite(edge), f"{name} range is not finite", ValueError)


def _even_edges(a: tf.Tensor, count: int, given: Any) -> tf.Tensor:
    first, last = _ends(a, given)
    common = dtypes.result_type(promotion_key(first), promotion_key(last), dtypes.to_numpy(a.dtype))
    if common.kind in "biu":
        common = dtypes.default_float_for(dtypes.FLOAT64)
    dtype = dtypes.to_tf(common)
    first, last = as_tensor(first, dtype), as_tensor(last, dtype)
    # a range that is empty is widened
    empty = gen_math_ops.equal(first, last)
    half = select(empty, like(0.5, first), like(0, first))
    first, last = gen_math_ops.sub(first, half), gen_math_ops.add_v2(last, half)
    # the steps of numpy.linspace, whose last element is the end itself
    work = tf.float64 if dtype == tf.float64 else dtype
    step = gen_math_ops.real_div(gen_math_ops.sub(last, first), like(count, first))
    edges = gen_math_ops.add_v2(gen_math_ops.mul(cast(counting(count), work), step), first)
    return gen_array_ops.concat_v2([edges, gen_array_ops.expand_dims(last, 0)], constant(0, tf.int32))


def _edges(a: tf.Tensor, bins: Any, given: Any) -> tf.Tensor:
    if isinstance(bins, str):
        raise UnsupportedError(
            f"np.histogram: bins={bins!r} chooses the number of bins by the values; pass that number, or the "
            "edges that numpy.histogram_bin_edges finds for the values"
        )
    if not (is_tensor_like(bins) or holds_tensors(bins)) and numpy.ndim(bins) == 0:
        try:
            count = operator.index(bins)
        except TypeError:
            raise TypeError("`bins` must be an integer, a string, or an array") from None
        if count < 1:
            raise ValueError("`bins` must be positive, when an integer")
        return _even_edges(a, count, given)
    edges = to_tensor(bins)
    if edges.shape.rank != 1:
        raise ValueError("`bins` must be 1d, when an array")
    rising = gen_math_ops.less_equal(sliced(edges, 0, None, -1), sliced(edges, 0, 1, None))
    return asserted(
        edges, every_known(rising), "`bins` must increase monotonically, when an array", ValueError
    )


@function(numpy.histogram_bin_edges)
def histogram_bin_edges(
    a: Tensor, bins: Any = 10, range: Any = None, weights: Tensor | None = None
) -> Tensor:
    """The edges of the bins of `histogram`."""
    return _edges(flat(a), bins, range)


@function(numpy.histogram)
def histogram(
    a: Tensor, bins: Any = 10, range: Any = None, density: Any = None, weights: Tensor | None = None
) -> Any:
    """How many elements fall into each bin, and the edges of the bins.

    `bins` is their number or their edges (not the name of a rule). Differentiable in the weights.
    """
    if weights is not None and not a.shape.is_compatible_with(weights.shape):
        raise ValueError("weights should have the same shape as a.")
    a = flat(a)
    edges = _edges(a, bins, range)
    values, searched = promote_args("histogram", a, edges)
    count = gen_math_ops.sub(as_length(length(edges, 0)), constant(1, tf.int64))
    above = sorting.search(searched, values, right=True)
    # the last bin has its right edge, too
    last = sliced(searched, 0, -1, None)
    place = select(gen_math_ops.equal(values, last), count, above)
    place = gen_math_ops.sub(place, constant(1, tf.int64))
    inside = both(
        gen_math_ops.greater_equal(place, constant(0, tf.int64)), gen_math_ops.less_equal(values, last)
    )
    place = select(inside, place, count)  # what is outside goes to one more bin
    size = gen_math_ops.add_v2(count, constant(1, tf.int64))
    kept = None if weights is None else flat(weights)
    found = sliced(_counted(place, size, kept), 0, None, -1)
    if density:
        widths = gen_math_ops.sub(sliced(edges, 0, 1, None), sliced(edges, 0, None, -1))
        found, widths = promote_args("histogram", found, cast(widths, tf.float64))
        total = reduced(_ADD, found, None)
        found = gen_math_ops.real_div(gen_math_ops.real_div(found, widths), total)
    return found, edges
