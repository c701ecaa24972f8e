"""Unique elements and sets of elements. Knows the declaration and kernels.

How many elements a result has depends on values, so XLA can compile none of these but `isin`,
unless the values are known while tracing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy
import tensorflow as tf
from numpy.lib import _arraysetops_impl as numpys_results

from tnp_shim.declaration import Axis, Tensor, function
from tnp_shim.functions.unknown_sizes import refuse_under_xla
from tnp_shim.kernels import shapes, sorting
from tnp_shim.kernels.elementwise import both, like, select
from tnp_shim.promotion import cast, constant, promote_args
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_array_ops, gen_math_ops, known_value


class _Unique(NamedTuple):
    """Unique elements, where each is found first, which one every element is, and how often it occurs."""

    values: tf.Tensor
    indices: tf.Tensor
    inverse: tf.Tensor
    counts: tf.Tensor


def _places(mask: tf.Tensor, name: str) -> tf.Tensor:
    """The int64 indices where a vector is true, for the function of this name."""
    if compiled_by_xla() and (known := known_value(mask)) is not None:
        return shapes.embedded(numpy.flatnonzero(known))
    # XLA has arrays of a bounded size, but gives wrong elements of what is computed from several of them
    refuse_under_xla(
        name,
        "the elements",
        "Call them outside of the compiled function, or keep the size: np.sort with a mask of what is unlike "
        "its neighbour, np.isin, np.bincount or np.histogram with a fixed number of bins.",
    )
    # the name is what vectorized_map tells where the results differ in size
    found = gen_array_ops.where(mask, name="results_of_different_sizes_cannot_be_stacked")
    return gen_array_ops.squeeze(found, axis=[1])


def _unique(x: tf.Tensor, equal_nan: bool, name: str) -> _Unique:
    """The unique elements of a vector, or rows of a matrix."""
    is_vector = x.shape.rank == 1
    order = sorting.argsort(x) if is_vector else sorting.lexsort_rows(x)
    ordered = shapes.gather(x, order, 0)
    starts = sorting.starts_of_runs(ordered, equal_nan)
    places = _places(starts, name)
    number = gen_math_ops.sub(
        gen_math_ops.cumsum(cast(starts, tf.int64), constant(0, tf.int32)), like(1, places)
    )
    size = shapes.as_length(shapes.length(x, 0))
    ends = gen_array_ops.concat_v2(
        [shapes.sliced(places, 0, 1, None), gen_array_ops.expand_dims(size, constant(0, tf.int32))],
        constant(0, tf.int32),
    )
    return _Unique(
        shapes.gather(ordered, places, 0),
        cast(shapes.gather(order, places, 0), tf.int64),
        shapes.gather(number, gen_array_ops.invert_permutation(order), 0),
        gen_math_ops.sub(shapes.sliced(ends, 0, None, shapes.length(places, 0)), places),
    )


def _one_nan(x: tf.Tensor) -> tf.Tensor:
    """A vector of complex numbers in which every NaN is the first one."""
    last = constant(0, tf.int32)
    undefined = sorting.is_nan(x)
    found = gen_array_ops.concat_v2([undefined, constant((True,), tf.bool)], last)
    values = gen_array_ops.concat_v2([x, constant((0,), x.dtype)], last)
    return select(undefined, shapes.gather(values, gen_math_ops.arg_max(found, last), 0), x)


def _unique_values(x: tf.Tensor, name: str, equal_nan: bool = True) -> tf.Tensor:
    """The unique elements of a vector, in order."""
    ordered = sorting.sort(_one_nan(x) if equal_nan and x.dtype.is_complex else x)
    return shapes.gather(ordered, _places(sorting.starts_of_runs(ordered, equal_nan), name), 0)


def _unique_slices(ar: tf.Tensor, axis: int) -> _Unique:
    """The unique slices along an axis."""
    rank = ar.shape.rank
    order = [axis, *(other for other in range(rank) if other != axis)]
    moved = gen_array_ops.transpose(ar, constant(tuple(order), tf.int32))
    size, *others = shapes.lengths(moved)
    found = _unique(shapes.reshape(moved, [size, shapes.product(others)]), False, "unique")
    slices = shapes.reshape(found.values, [shapes.length(found.values, 0), *others])
    back = tuple(order.index(axis) for axis in range(rank))
    return found._replace(values=gen_array_ops.transpose(slices, constant(back, tf.int32)))


@function(numpy.unique)
def unique(
    ar: Tensor,
    return_index: Any = False,
    return_inverse: Any = False,
    return_counts: Any = False,
    axis: Axis = None,
    equal_nan: Any = True,
    sorted: Any = True,
):
    """The unique elements (along an axis: slices), in order even if not `sorted`. Differentiable."""
    rank = shapes.rank_of(ar, "unique") if axis is not None else ar.shape.rank
    if axis is not None:
        axis = shapes.normalized_axis(axis, ar, "unique")
    wanted = (True, bool(return_index), bool(return_inverse), bool(return_counts))
    if axis is not None and rank != 1:
        found = _unique_slices(ar, axis)
    else:
        flat = shapes.flat(ar)
        if not any(wanted[1:]):
            return _unique_values(flat, "unique", bool(equal_nan))
        found = _unique(flat, bool(equal_nan), "unique")
        if rank != 1:
            shape = gen_array_ops.shape(ar, out_type=tf.int64)
            found = found._replace(inverse=gen_array_ops.reshape(found.inverse, shape))
    results = tuple(result for result, is_wanted in zip(found, wanted, strict=True) if is_wanted)
    return results if len(results) > 1 else results[0]


def _all_of(x: tf.Tensor, name: str) -> _Unique:
    """The unique elements of an array, every NaN one of its own."""
    found = _unique(shapes.flat(x), False, name)
    if x.shape.rank == 1:
        return found
    return found._replace(
        inverse=gen_array_ops.reshape(found.inverse, gen_array_ops.shape(x, out_type=tf.int64))
    )


@function(numpy.unique_values)
def unique_values(x: Tensor):
    """The unique elements, in order; every NaN is one of its own. Differentiable."""
    return _unique_values(shapes.flat(x), "unique_values", equal_nan=False)


@function(numpy.unique_counts)
def unique_counts(x: Tensor):
    """The unique elements, in order, and how often each occurs."""
    found = _all_of(x, "unique_counts")
    return numpys_results.UniqueCountsResult(found.values, found.counts)


@function(numpy.unique_inverse)
def unique_inverse(x: Tensor):
    """The unique elements, in order, and the number of that which each element is."""
    found = _all_of(x, "unique_inverse")
    return numpys_results.UniqueInverseResult(found.values, found.inverse)


@function(numpy.unique_all)
def unique_all(x: Tensor):
    """The unique elements, in order, where each is found first, the inverse, and how often each occurs."""
    return numpys_results.UniqueAllResult(*_all_of(x, "unique_all"))


def _as_set(x: tf.Tensor, assume_unique: Any, name: str) -> tf.Tensor:
    """The elements as a vector of unique ones."""
    return shapes.flat(x) if assume_unique else _unique_values(shapes.flat(x), name)


def _is_in(elements: tf.Tensor, tested: tf.Tensor) -> tf.Tensor:
    """Whether each element equals one of a vector; NaN equals none."""
    whole = not any(t.dtype.is_floating or t.dtype.is_complex for t in (elements, tested))
    if whole and {elements.dtype.is_unsigned, tested.dtype.is_unsigned} == {True, False}:
        # int64 and uint64 have no common integer: in int64, what is negative is in one of them only
        elements, tested = cast(elements, tf.int64), cast(tested, tf.int64)
        possible = gen_math_ops.greater_equal(elements, like(0, elements))
    else:
        elements, tested = promote_args("isin", elements, tested)
        possible = gen_math_ops.equal(elements, elements)
    ordered = sorting.sort(tested)
    before, up_to = (sorting.search(ordered, elements, right) for right in (False, True))
    return both(gen_math_ops.greater(up_to, before), possible)


@function(numpy.isin)
def isin(
    element: Tensor, test_elements: Tensor, assume_unique: Any = False, invert: Any = False, kind: Any = None
):
    """Whether each element is one of the test elements. Integers are compared exactly, whatever the kind."""
    if kind is not None:
        whole = not any(t.dtype.is_floating or t.dtype.is_complex for t in (element, test_elements))
        if kind not in ("sort", "table") or kind == "table" and not whole:
            raise ValueError(f"Invalid kind: '{kind}'. Please use None, 'sort' or 'table'.")
    found = _is_in(element, shapes.flat(test_elements))
    return gen_math_ops.logical_not(found) if invert else found


@function(numpy.intersect1d)
def intersect1d(ar1: Tensor, ar2: Tensor, assume_unique: Any = False, return_indices: Any = False):
    """The elements of both arrays, in order, and if asked where each is found first. Differentiable."""
    # NumPy promotes later: what becomes equal only then it takes for elements of both
    ar1, ar2 = (shapes.flat(ar) for ar in promote_args("intersect1d", ar1, ar2))
    common, indices = (_neighbours if assume_unique else _in_both)(ar1, ar2)
    return (common, *indices()) if return_indices else common


def _in_both(ar1: tf.Tensor, ar2: tf.Tensor) -> tuple[tf.Tensor, Callable[[], tuple[tf.Tensor, tf.Tensor]]]:
    """The elements of both vectors; sizes depend on values at last only, so `vectorized_map` stacks them."""
    order1, order2 = sorting.argsort(ar1), sorting.argsort(ar2)
    ordered1, ordered2 = sorting.take_by(ar1, order1), sorting.take_by(ar2, order2)
    starts = sorting.starts_of_runs(ordered1, equal_nan=False)
    before, up_to = (sorting.search(ordered2, ordered1, right) for right in (False, True))
    found = both(gen_math_ops.greater(up_to, before), gen_math_ops.equal(ordered1, ordered1))
    places = _places(both(starts, found), "intersect1d")

    def indices():
        first1 = shapes.gather(order1, places, 0)
        first2 = shapes.gather(order2, shapes.gather(before, places, 0), 0)
        return cast(first1, tf.int64), cast(first2, tf.int64)

    return shapes.gather(ordered1, places, 0), indices


def _neighbours(
    ar1: tf.Tensor, ar2: tf.Tensor
) -> tuple[tf.Tensor, Callable[[], tuple[tf.Tensor, tf.Tensor]]]:
    """What has an equal beside it where both vectors are put in one order, as NumPy looks for it."""
    together = gen_array_ops.concat_v2([ar1, ar2], constant(0, tf.int32))
    order = sorting.argsort(together)
    ordered = sorting.take_by(together, order)
    starts = sorting.starts_of_runs(ordered, equal_nan=False)
    places = _places(gen_math_ops.logical_not(shapes.sliced(starts, 0, 1, None)), "intersect1d")

    def indices():
        indices1, indices2 = (
            cast(shapes.gather(order, x, 0), tf.int64) for x in (places, places + like(1, places))
        )
        return indices1, gen_math_ops.sub(indices2, shapes.as_length(shapes.length(ar1, 0)))

    return shapes.gather(ordered, places, 0), indices


@function(numpy.union1d)
def union1d(ar1: Tensor, ar2: Tensor):
    """The elements of either array, in order. Differentiable."""
    parts = [shapes.flat(ar) for ar in promote_args("union1d", ar1, ar2)]
    return _unique_values(gen_array_ops.concat_v2(parts, constant(0, tf.int32)), "union1d")


@function(numpy.setdiff1d)
def setdiff1d(ar1: Tensor, ar2: Tensor, assume_unique: Any = False):
    """The elements of the first array that are not in the second; in order, if not assumed unique."""
    elements = _as_set(ar1, assume_unique, "setdiff1d")
    missing = gen_math_ops.logical_not(_is_in(elements, shapes.flat(ar2)))
    return shapes.gather(elements, _places(missing, "setdiff1d"), 0)


@function(numpy.setxor1d)
def setxor1d(ar1: Tensor, ar2: Tensor, assume_unique: Any = False):
    """The elements of one array only, in order. Differentiable."""
    parts = promote_args("setxor1d", *(_as_set(ar, assume_unique, "setxor1d") for ar in (ar1, ar2)))
    ordered = sorting.sort(gen_array_ops.concat_v2(parts, constant(0, tf.int32)))
    starts = sorting.starts_of_runs(ordered, equal_nan=False)
    ends = gen_array_ops.concat_v2(
        [shapes.sliced(starts, 0, 1, None), gen_array_ops.ones_like(shapes.sliced(starts, 0, None, 1))],
        constant(0, tf.int32),
    )
    return shapes.gather(ordered, _places(both(starts, ends), "setxor1d"), 0)
