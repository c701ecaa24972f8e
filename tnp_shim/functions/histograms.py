"""Histograms in one dimension and in several. Knows declarations and kernels."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.conversion import to_tensor
from tnp_shim.declaration import Tensor, function
from tnp_shim.errors import unknown_shape
from tnp_shim.functions import bins as in_bins
from tnp_shim.functions.bin_rules import number_by_rule
from tnp_shim.functions.counting import counted
from tnp_shim.functions.reductions import reduced
from tnp_shim.functions.statistics import every_known
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels.arithmetic import divide
from tnp_shim.kernels.shapes import Length, along, as_length, every, flat, length, product, reshape, sliced
from tnp_shim.promotion import cast, promote_args, shape_of
from tnp_shim.tensorflow_internals import gen_math_ops
from tnp_shim.ufuncs import UFUNCS

_ADD = UFUNCS["add"]


def _float() -> tf.DType:
    return dtypes.to_tf(dtypes.default_float_for(dtypes.FLOAT64))


def _widths(edges: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.sub(sliced(edges, 0, 1, None), sliced(edges, 0, None, -1))


def _edges(name: str, a: tf.Tensor, bins: Any, given: Any, weights: tf.Tensor | None) -> tf.Tensor:
    """The edges of the bins of a vector."""
    if isinstance(bins, str):
        if weights is not None:
            raise TypeError("Automated estimation of the number of bins is not supported for weighted data")
        between = in_bins.ends(a, given)
        count: Length | None = number_by_rule(name, bins, a, between, given is not None)
    else:
        count = in_bins.number_of_bins(bins, "`bins` must be an integer, a string, or an array")
        if count is None:
            return in_bins.given_edges(
                bins,
                "`bins` must be 1d, when an array",
                "`bins` must increase monotonically, when an array",
            )
        if isinstance(count, int) and count < 1:
            raise ValueError("`bins` must be positive, when an integer")
        between = in_bins.ends(a, given)
    edges = in_bins.even_edges(between, count, in_bins.dtype_of_edges(a, between))
    apart = every_known(gen_math_ops.less(sliced(edges, 0, None, -1), sliced(edges, 0, 1, None)))
    message = f"Too many bins for data range. Cannot create {count} finite-sized bins."
    return asserted(edges, apart, message, ValueError)


def _alike(a: tf.Tensor, weights: tf.Tensor | None) -> tf.Tensor:
    """The elements, after a check that there is a weight for each."""
    if weights is None:
        return a
    message = "weights should have the same shape as a."
    if not a.shape.is_compatible_with(weights.shape):
        raise ValueError(message)
    if a.shape.is_fully_defined() and weights.shape.is_fully_defined():
        return a
    same = every(gen_math_ops.equal(shape_of(a), shape_of(weights)))
    return asserted(a, same, message, ValueError)


@function(numpy.histogram_bin_edges)
def histogram_bin_edges(
    a: Tensor, bins: Any = 10, range: Any = None, weights: Tensor | None = None
) -> Tensor:
    """The edges of the bins of `histogram`."""
    a = _alike(a, weights)
    return _edges("histogram_bin_edges", flat(in_bins.subtractable(a)), bins, range, weights)


@function(numpy.histogram)
def histogram(
    a: Tensor, bins: Any = 10, range: Any = None, density: Any = None, weights: Tensor | None = None
) -> Any:
    """How many elements fall into each bin, and the edges of the bins.

    `bins` is their number, their edges, or the name of a rule that chooses the number by the elements; under
    XLA these must then be known. Differentiable in the weights, and the edges in the elements.
    """
    a = _alike(a, weights)
    if weights is not None and weights.dtype == tf.bool and not isinstance(bins, int):
        raise TypeError("histogram: weights of bool cannot be subtracted")  # NumPy words it
    a = flat(in_bins.subtractable(a))
    edges = _edges("histogram", a, bins, range, weights)
    found = in_bins.counts(a, edges, None if weights is None else flat(weights))
    if density:
        total = reduced(_ADD, found, None)
        found, widths, total = promote_args("histogram", found, cast(_widths(edges), _float()), total)
        found = divide(divide(found, widths), total)
    return found, edges


def _columns(sample: Any) -> list[tf.Tensor]:
    """The coordinates of points, which are the rows of an array, or of which these are a sequence."""
    tensor = to_tensor(sample)
    if tensor.shape.rank is not None and tensor.shape.rank < 2:
        tensor = reshape(tensor, [-1, 1])
    elif not hasattr(sample, "shape"):
        tensor = tf.transpose(tensor)
    if tensor.shape.rank is None or tensor.shape[-1] is None:
        raise unknown_shape("np.histogramdd (the number of dimensions)")
    if tensor.shape.rank != 2:
        raise ValueError("too many values to unpack (expected 2)")
    return [reshape(sliced(tensor, 1, i, i + 1), [-1]) for i in range(tensor.shape[1])]


def _axis_edges(i: int, values: tf.Tensor, bins: Any, given: Any) -> tf.Tensor:
    """The edges along one of the dimensions."""
    count = in_bins.number_of_bins(bins, f"`bins[{i}]` must be an integer, when a scalar")
    if count is None:
        return in_bins.given_edges(
            bins,
            f"`bins[{i}]` must be a scalar or 1d array",
            f"`bins[{i}]` must be monotonically increasing, when an array",
        )
    if isinstance(count, int) and count < 1:
        raise ValueError(f"`bins[{i}]` must be positive, when an integer")
    return in_bins.even_edges(in_bins.ends(values, given), count)


def _per_dimension(given: Any, dimensions: int, mismatch: str) -> list[Any]:
    """An argument for each dimension: one for all, or as many."""
    try:
        size = len(given)
    except TypeError:
        return [given] * dimensions
    if size != dimensions:
        raise ValueError(mismatch)
    return [given[i] for i in range(dimensions)]


def _counted_in_boxes(
    columns: list[tf.Tensor], edges: list[tf.Tensor], weights: tf.Tensor | None
) -> tf.Tensor:
    """How many points are in each box, or the sum of their weights."""
    # each dimension has a place more at each end for what is outside
    sizes = [_plus_one(length(e, 0)) for e in edges]
    place = as_length(0)
    for values, edge, size in zip(columns, edges, sizes, strict=True):
        inner = in_bins.places(*promote_args("histogramdd", values, edge))
        place = gen_math_ops.add_v2(gen_math_ops.mul(place, as_length(size)), inner)
    if weights is not None:
        weights = cast(weights, tf.float64)
        same = gen_math_ops.equal(as_length(length(weights, 0)), as_length(length(place, 0)))
        weights = asserted(weights, same, "The weights and list don't have the same length.", ValueError)
    found = reshape(counted(place, product(sizes), weights), sizes)
    for axis in range(len(sizes)):
        found = sliced(found, axis, 1, -1)
    return cast(found, _float())


def _plus_one(size: Length) -> Length:
    return size + 1 if isinstance(size, int) else gen_math_ops.add_v2(size, as_length(1))


def _boxes(columns: list[tf.Tensor], bins: Any, given: Any, density: Any, weights: tf.Tensor | None) -> Any:
    """The counts in boxes and their edges, of points whose coordinates are columns."""
    dimensions = len(columns)
    if weights is not None and weights.dtype.is_complex:
        raise TypeError("Cannot cast array data from complex to float64 according to the rule 'safe'")
    mismatch = "The dimension of bins must be equal to the dimension of the sample x."
    each = _per_dimension(bins, dimensions, mismatch)
    ranges = [None] * dimensions if given is None else given
    if len(ranges) != dimensions:
        raise ValueError("range argument must have one entry per dimension")
    edges = [_axis_edges(i, *of) for i, of in enumerate(zip(columns, each, ranges, strict=True))]
    found = _counted_in_boxes(columns, edges, weights)
    if density:
        total = reduced(_ADD, found, None)
        for axis, edge in enumerate(edges):
            widths = along(cast(_widths(edge), found.dtype), axis, dimensions)
            found = gen_math_ops.real_div(found, widths)
        found = gen_math_ops.real_div(found, total)
    return found, edges


@function(numpy.histogramdd)
def histogramdd(
    sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Tensor | None = None
) -> Any:
    """How many points are in each box of a grid, and the edges of the boxes in each dimension.

    The rows of `sample` are points. Differentiable in the weights, and the edges in the points.
    """
    return _boxes(_columns(sample), bins, range, density, weights)


@function(numpy.histogram2d)
def histogram2d(
    x: Tensor,
    y: Tensor,
    bins: Any = 10,
    range: Any = None,
    density: Any = None,
    weights: Tensor | None = None,
) -> Any:
    """How many points are in each rectangle of a grid, and the edges of the rectangles in x and in y."""
    if not x.shape.is_compatible_with(y.shape):
        raise ValueError("x and y must have the same length.")
    if x.shape.rank != 1:
        raise ValueError("too many values to unpack (expected 2)")
    same = gen_math_ops.equal(as_length(length(x, 0)), as_length(length(y, 0)))
    x = asserted(x, same, "x and y must have the same length.", ValueError)
    size = len(bins) if hasattr(bins, "__len__") and getattr(bins, "shape", None) != () else 1
    shared = hasattr(bins, "__len__") and size not in (1, 2)
    columns = promote_args("histogram2d", x, y)
    found, (x_edges, y_edges) = _boxes(columns, [bins, bins] if shared else bins, range, density, weights)
    return found, x_edges, y_edges
