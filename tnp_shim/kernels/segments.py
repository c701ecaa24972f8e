"""Folds of many ranges of one tensor: `ufunc.reduceat` and `ufunc.at`. Knows tensors only."""

from __future__ import annotations

import functools
import math

import tensorflow as tf

from tnp_shim.kernels import comparison, sorting
from tnp_shim.kernels.coverage import compute_dtype
from tnp_shim.kernels.differentiation import product
from tnp_shim.kernels.elementwise import like, select
from tnp_shim.kernels.folds import ASSOCIATIVE, Body, as_cube, in_rows, rolled
from tnp_shim.kernels.shapes import as_length, counting, filled, gather, length, lengths, reshape, sliced
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import context, followed_by_forward_mode, gen_array_ops, gen_math_ops


def reduceat(name: str, body: Body, tensor: tf.Tensor, indices: tf.Tensor, axis: int) -> tf.Tensor:
    """`ufunc.reduceat` along an axis that is not negative; the indices, int64, are in bounds.

    Each result is the reduction from one index up to the next, or the element at the index where the
    next one is not larger. The tensor has the dtype of the loop.
    """
    cube, _ = as_cube(tensor, (axis,))
    nexts = gen_array_ops.concat_v2(
        [sliced(indices, 0, 1, None), reshape(as_length(length(cube, 1)), (1,))], constant(0, tf.int32)
    )
    # of no index there is no next one either
    nexts = sliced(nexts, 0, None, length(indices, 0))
    stops = gen_math_ops.maximum(nexts, gen_math_ops.add_v2(indices, constant(1, tf.int64)))
    folded = in_rows(fold_ranges(name, body, in_rows(cube), indices, stops))
    sizes = [length(indices, 0) if at == axis else size for at, size in enumerate(lengths(tensor))]
    return reshape(folded, sizes)


def fold_ranges(name: str, body: Body, rows: tf.Tensor, starts: tf.Tensor, stops: tf.Tensor) -> tf.Tensor:
    """The folds of the rows in each range, from the left; no range is empty."""
    first = gather(rows, starts, 0)
    if name not in ASSOCIATIVE:
        after = gen_math_ops.add_v2(starts, constant(1, tf.int64))
        return fold_in_order(body, first, rows, after, stops)
    if name == "multiply" and rows.dtype != tf.bool:
        body = product  # windows that no range needs may be infinite: nothing must flow through them
    return _fold_by_windows(body, first, rows, starts, stops)


def _fold_by_windows(
    body: Body, first: tf.Tensor, rows: tf.Tensor, starts: tf.Tensor, stops: tf.Tensor
) -> tf.Tensor:
    """A range is put together of windows of 1, 2, 4, ... rows, as its length is of powers of two."""
    n = length(rows, 0)
    one, zero = constant(1, tf.int64), constant(0, tf.int64)
    last = gen_math_ops.maximum(gen_math_ops.sub(as_length(n), one), zero)

    def step(width, windows, folded, at):
        remaining = gen_math_ops.sub(stops, at)
        odd = gen_math_ops.not_equal(
            gen_math_ops.floor_mod(gen_math_ops.floor_div(remaining, width), 2), zero
        )
        piece = gather(windows, gen_math_ops.minimum(at, last), 0)
        folded = select(_upright(odd, folded), body(folded, piece), folded)
        at = gen_math_ops.add_v2(at, select(odd, width, zero))
        ahead = rolled(windows, gen_math_ops.neg(width), 0)
        return width * 2, body(windows, ahead), folded, at

    state = (one, rows, first, gen_math_ops.add_v2(starts, one))
    if isinstance(n, int):
        for _ in range(n.bit_length()):
            state = step(*state)
        return state[2]
    powers = constant(tuple(2**k for k in range(63)), tf.int64)
    steps = gen_math_ops._sum(
        cast(gen_math_ops.less_equal(powers, as_length(n)), tf.int32), constant(0, tf.int32)
    )
    return tf.while_loop(
        lambda k, *_: k < steps,
        lambda k, *state: (k + 1, *step(*state)),
        (constant(0, tf.int32), *state),
        shape_invariants=(tf.TensorShape([]), *(value.shape for value in state)),
        maximum_iterations=steps,
    )[3]


def _upright(mask: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """A vector of conditions, one for each row."""
    return reshape(mask, (-1, *[1] * (rows.shape.rank - 1)))


def fold_in_order(
    body: Body, folded: tf.Tensor, rows: tf.Tensor | None, starts: tf.Tensor, stops: tf.Tensor
) -> tf.Tensor:
    """What each of `folded` becomes by the rows in its range, one after the other.

    Without rows the body has one argument, and is applied as often as the range is long.
    """
    if not context.executing_eagerly() or followed_by_forward_mode(folded, rows):
        return _fold_in_order(body, folded, rows, starts, stops)
    return _compiled_fold_in_order(body, folded.shape.rank)(folded, rows, starts, stops)


@functools.lru_cache(maxsize=256)
def _compiled_fold_in_order(body: Body, rank: int):
    # eagerly, a loop would go round in Python, as it does in forward mode: a function of which a gradient was
    # taken before has lists among its loop's results, of which TensorFlow then fails to make ones
    # one function for each rank, or retracing would forget it
    return tf.function(functools.partial(_fold_in_order, body), autograph=False, reduce_retracing=True)


def _fold_in_order(
    body: Body, folded: tf.Tensor, rows: tf.Tensor | None, starts: tf.Tensor, stops: tf.Tensor
) -> tf.Tensor:
    zero, one = constant(0, tf.int64), constant(1, tf.int64)
    longest = gen_math_ops._max(gen_math_ops.sub(stops, starts), constant(0, tf.int32))
    # the largest of no numbers is the least int64
    longest = gen_math_ops.maximum(longest, zero)
    most = longest if rows is None else as_length(length(rows, 0))

    def step(k, folded):
        at = gen_math_ops.add_v2(starts, k)
        inside = gen_math_ops.less(at, stops)
        if rows is None:
            further = body(folded)
        else:
            further = body(folded, gather(rows, gen_math_ops.minimum(at, gen_math_ops.sub(most, one)), 0))
        return gen_math_ops.add_v2(k, one), select(_upright(inside, folded), further, folded)

    return tf.while_loop(
        lambda k, folded: gen_math_ops.less(k, longest),
        step,
        (zero, folded),
        maximum_iterations=cast(most, tf.int32),
    )[1]


_SCATTERS = {"add": gen_array_ops.tensor_scatter_add, "subtract": gen_array_ops.tensor_scatter_sub}
_EXTREMES = {
    "maximum": ("TensorScatterMax", gen_array_ops.tensor_scatter_max),
    "minimum": ("TensorScatterMin", gen_array_ops.tensor_scatter_min),
}
SCATTERED = frozenset(_SCATTERS) | frozenset(_EXTREMES)
"""The ufuncs whose `at` is one op."""


def scatter_ufunc(
    name: str, body: Body, flat: tf.Tensor, indices: tf.Tensor, values: tf.Tensor | None = None
) -> tf.Tensor:
    """`ufunc.at` of a vector: the body applied at each index, in order, once for every occurrence.

    The indices, int64, are in bounds; `values`, one for each index, are missing where the ufunc has one
    argument. All are in the dtypes of the loop. Differentiable.
    """
    if indices.shape.num_elements() == 0:
        return flat
    dtype = flat.dtype
    if values is not None and values.dtype == dtype and dtype != tf.bool:
        if name in _SCATTERS:
            return _scatter_sum(_SCATTERS[name], flat, indices, values)
        if name in _EXTREMES and not dtype.is_complex and dtype != tf.uint64:
            return _scatter_extreme(*_EXTREMES[name], flat, indices, values)
    return _scatter_runs(name, body, flat, indices, values)


def _scatter_sum(scatter: Body, flat: tf.Tensor, indices: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    places = reshape(indices, (-1, 1))
    if flat.dtype == tf.uint64:  # modulo 2**64 the sign makes no difference
        flat, values = (gen_array_ops.bitcast(tensor, type=tf.int64) for tensor in (flat, values))
        return gen_array_ops.bitcast(scatter(flat, places, values), type=tf.uint64)
    wider = compute_dtype("TensorScatterAdd", flat.dtype)
    return cast(scatter(cast(flat, wider), places, cast(values, wider)), flat.dtype)


def _scatter_extreme(
    op: str, scatter: Body, flat: tf.Tensor, indices: tf.Tensor, values: tf.Tensor
) -> tf.Tensor:
    places, dtype = reshape(indices, (-1, 1)), flat.dtype
    wider = compute_dtype(op, dtype)
    found = cast(scatter(cast(flat, wider), places, cast(values, wider)), dtype)
    if not dtype.is_floating:
        return found
    # the kernels pass NaN over; a sum does not
    zero, nan = like(0, flat), like(math.nan, flat)
    poison = select(comparison.isnan(flat), nan, zero)
    poisons = select(comparison.isnan(values), nan, zero)
    poisoned = _scatter_sum(_SCATTERS["add"], poison, indices, poisons)
    return select(comparison.isnan(poisoned), nan, found)


def _scatter_runs(
    name: str, body: Body, flat: tf.Tensor, indices: tf.Tensor, values: tf.Tensor | None
) -> tf.Tensor:
    """Equal indices are brought together; each run of them is folded, and written by its first one."""
    order = sorting.argsort_key(indices)
    indices = gather(indices, order, 0)
    vector = reshape(indices, (1, -1))
    starts = reshape(gen_array_ops.lower_bound(vector, vector, out_type=tf.int64), (-1,))
    stops = reshape(gen_array_ops.upper_bound(vector, vector, out_type=tf.int64), (-1,))
    old = gather(flat, indices, 0)
    if values is None:
        new = fold_in_order(body, old, None, starts, stops)
    elif name in ASSOCIATIVE and values.dtype == flat.dtype:
        new = body(old, fold_ranges(name, body, gather(values, order, 0), starts, stops))
    else:
        new = fold_in_order(body, old, gather(values, order, 0), starts, stops)
    first = gen_math_ops.equal(starts, counting(length(indices, 0)))
    # what others than the first would write goes to one more element at the end
    size = length(flat, 0)
    places = select(first, indices, as_length(size))
    one_more = gen_array_ops.concat_v2([flat, filled((1,), like(0, flat))], constant(0, tf.int32))
    if flat.shape.num_elements() is not None and flat.shape.num_elements() < tf.int32.max:
        places = cast(places, tf.int32)  # vectorized_map converts a scatter only if its indices are int32
    wider = compute_dtype("TensorScatterUpdate", flat.dtype)
    written = gen_array_ops.tensor_scatter_update(
        cast(one_more, wider), reshape(places, (-1, 1)), cast(cast(new, flat.dtype), wider)
    )
    return sliced(cast(written, flat.dtype), 0, None, -1)
