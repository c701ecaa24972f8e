"""Accumulation along one axis: cumulative sums, products and scans of any body. Knows tensors only.

A row of `ACCUMULATORS` is `body(tensor, axis)`, with an axis that is not negative. The tensor has the
dtype of the ufunc's loop already.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeAlias

import tensorflow as tf

from tnp_shim.kernels.elementwise import by_kind, complex_of, imag, real, select
from tnp_shim.kernels.folds import (
    ASSOCIATIVE,
    MOST_UNROLLED,
    Body,
    as_cube,
    doublings,
    in_rows,
    joined,
    minus_all_but_first,
    modular,
    rolled,
    with_gradient,
)
from tnp_shim.kernels.shapes import as_length, counting, gather, length, reshape, sliced
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import (
    compiled_by_xla,
    context,
    followed_by_forward_mode,
    gen_array_ops,
    gen_math_ops,
)

Bodies: TypeAlias = Callable[[tuple[tf.Tensor, ...], tuple[tf.Tensor, ...]], tuple[tf.Tensor, ...]]


def cumsum(tensor: tf.Tensor, axis: int) -> tf.Tensor:
    """The cumulative sum along an axis."""
    if tensor.dtype.is_complex:  # no kernel on GPUs; sums of the parts are the parts of the sums
        return complex_of(cumsum(real(tensor), axis), cumsum(imag(tensor), axis))
    found = modular("Cumsum", gen_math_ops.cumsum, tensor, constant(axis, tf.int32))
    return _of_the_size_of(tensor, found, axis)


def _of_the_size_of(tensor: tf.Tensor, found: tf.Tensor, axis: int) -> tf.Tensor:
    """A cumulative result with the size of its argument, which XLA loses where a mask gives it.

    `tf.shape(tf.cumsum(tf.boolean_mask(x, m)))` is negative under XLA, and what goes by it is wrong.
    """
    if tensor.shape[axis] is not None or not compiled_by_xla():
        return found
    return reshape(found, gen_array_ops.shape(tensor))


def cumprod(tensor: tf.Tensor, axis: int, exclusive: bool = False, reverse: bool = False) -> tf.Tensor:
    """The cumulative product along an axis; differentiable any number of times, also at zeros.

    TensorFlow's gradient of `Cumprod` divides by the elements and gives NaN where one is zero.
    """
    if tensor.dtype.is_complex:  # no kernel on GPUs and under XLA
        return _cumprod_of_complex(tensor, axis, exclusive, reverse)
    if tensor.dtype.is_integer:
        found = modular("Cumprod", gen_math_ops.cumprod, tensor, constant(axis, tf.int32), exclusive, reverse)
        return _of_the_size_of(tensor, found, axis)
    return with_gradient(
        lambda x: _of_the_size_of(
            x, gen_math_ops.cumprod(x, constant(axis, tf.int32), exclusive, reverse), axis
        ),
        lambda upstream, x: _cumprod_gradient(upstream, x, axis, exclusive, reverse),
        tensor,
    )


def _cumprod_of_complex(tensor: tf.Tensor, axis: int, exclusive: bool, reverse: bool) -> tf.Tensor:
    cube, restore = as_cube(tensor, (axis,))
    if reverse:
        cube = flipped(cube)
    (product,) = associative_scan(lambda x, y: (gen_math_ops.mul(x[0], y[0]),), (cube,))
    if exclusive:
        product = shifted(product, 1)
    return restore(flipped(product) if reverse else product)


def _cumprod_gradient(
    upstream: tf.Tensor, tensor: tf.Tensor, axis: int, exclusive: bool, reverse: bool
) -> tf.Tensor:
    """What flows back: (product of all before i) * (sum over k from i on, of g[k] * product between)."""
    before = cumprod(tensor, axis, exclusive=True, reverse=reverse)
    cube, restore = as_cube(tensor, (axis,))
    flows, _ = as_cube(upstream, (axis,))
    if not reverse:
        cube, flows = flipped(cube), flipped(flows)
    # seen from the far end: h[i] = g[i] + x[i + 1] * h[i + 1], or with g[i + 1] if the product excludes i
    behind = recurrence(shifted(cube, 0), shifted(flows, 0) if exclusive else flows)
    return gen_math_ops.mul(before, restore(behind if reverse else flipped(behind)))


def flipped(cube: tf.Tensor) -> tf.Tensor:
    """A cube with its middle axis from the end to the front."""
    return gen_array_ops.reverse_v2(cube, constant((1,), tf.int32))


def shifted(cube: tf.Tensor, first: int) -> tf.Tensor:
    """A cube moved one place on along its middle axis; `first` takes the first place."""
    first = gen_array_ops.fill(
        gen_array_ops.shape(sliced(cube, 1, 0, 1)), constant(first, cube.dtype)
    )  # none if the axis is empty
    return joined([first, sliced(cube, 1, 0, -1)])


def recurrence(factors: tf.Tensor, terms: tf.Tensor) -> tf.Tensor:
    """`h[i] = terms[i] + factors[i] * h[i - 1]` along the middle axis of cubes; h[-1] is zero."""

    def compose(first, second):
        factor, term = second
        return (
            gen_math_ops.mul(first[0], factor),
            gen_math_ops.add_v2(gen_math_ops.mul(factor, first[1]), term),
        )

    return associative_scan(compose, (factors, terms))[1]


def associative_scan(body: Bodies, cubes: tuple[tf.Tensor, ...]) -> tuple[tf.Tensor, ...]:
    """The scan of an associative body over tuples of cubes, along the middle axis, in log(n) steps."""
    n = length(cubes[0], 1)
    if not isinstance(n, int):
        return _doubling_scan(body, cubes, n)
    if n < 2:
        return cubes
    even = n - n % 2
    pairs = body(_every_second(cubes, 0, even), _every_second(cubes, 1, even))
    ends = associative_scan(body, pairs)
    if n == 2:
        return tuple(joined([sliced(cube, 1, 0, 1), end]) for cube, end in zip(cubes, ends, strict=True))
    befores = ends if n % 2 else tuple(sliced(end, 1, 0, -1) for end in ends)
    others = body(befores, _every_second(cubes, 2, n))
    return tuple(
        _interleaved(joined([sliced(cube, 1, 0, 1), other]), end)
        for cube, other, end in zip(cubes, others, ends, strict=True)
    )


def _every_second(cubes: tuple[tf.Tensor, ...], start: int, stop: int) -> tuple[tf.Tensor, ...]:
    return tuple(sliced(cube, 1, start, stop, 2) for cube in cubes)


def _interleaved(even: tf.Tensor, odd: tf.Tensor) -> tf.Tensor:
    """The cube of elements of both in turn; `even`, which starts, may have one more."""
    n = odd.shape[1]
    both = gen_array_ops.pack([sliced(even, 1, 0, n), odd], axis=2)
    both = reshape(both, (length(odd, 0), 2 * n, length(odd, 2)))
    return both if even.shape[1] == n else joined([both, sliced(even, 1, n, n + 1)])


def _doubling_scan(body: Bodies, cubes: tuple[tf.Tensor, ...], n: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """The scan where the length is unknown: a loop over fixed shapes, as XLA wants them."""
    place = counting(n)
    steps = doublings(n)

    def step(k, width, *scanned):
        inside = reshape(gen_math_ops.greater_equal(place, width), (1, -1, 1))
        before = tuple(rolled(cube, width) for cube in scanned)
        further = body(before, scanned)
        return k + 1, width * 2, *(select(inside, f, s) for f, s in zip(further, scanned, strict=True))

    shapes = (tf.TensorShape([c.shape[0], None, c.shape[2]]) for c in cubes)
    return tf.while_loop(
        lambda k, *_: k < steps,
        step,
        (constant(0, tf.int32), as_length(1), *cubes),
        shape_invariants=(tf.TensorShape([]), tf.TensorShape([]), *shapes),
        maximum_iterations=steps,
    )[2:]


def ordered_scan(body: Body, cube: tf.Tensor) -> tf.Tensor:
    """The scan of any body along the middle axis of a cube, from the left."""
    n = length(cube, 1)
    if isinstance(n, int) and n <= MOST_UNROLLED:
        parts = [sliced(cube, 1, 0, 1)]
        for k in range(1, n):
            parts.append(body(parts[-1], sliced(cube, 1, k, k + 1)))
        return joined(parts) if n > 1 else cube
    compiled = context.executing_eagerly() and not followed_by_forward_mode(cube)  # see `segments`
    return (_compiled_scan(body) if compiled else functools.partial(_scan_loop, body))(cube)


def _scan_loop(body: Body, cube: tf.Tensor) -> tf.Tensor:
    n = length(cube, 1)
    rows = in_rows(cube)
    if not isinstance(n, int):  # one row more, so that there is a first one
        rows = gen_array_ops.pad_v2(
            rows, constant(((0, 1), (0, 0), (0, 0)), tf.int32), constant(1, rows.dtype)
        )
    size = cast(as_length(length(rows, 0)), tf.int32)
    first = gather(rows, constant(0, tf.int32), 0)
    kept = tf.TensorArray(cube.dtype, size=size, element_shape=first.shape, clear_after_read=False)

    def step(k, last, kept):
        last = body(last, gather(rows, k, 0))
        return k + 1, last, kept.write(k, last)

    _, _, kept = tf.while_loop(
        lambda k, *_: k < size,
        step,
        (constant(1, tf.int32), first, kept.write(0, first)),
        maximum_iterations=size,
    )
    scanned = in_rows(kept.stack())
    return scanned if isinstance(n, int) else sliced(scanned, 1, 0, -1)


@functools.lru_cache(maxsize=256)
def _compiled_scan(body: Body):
    # eagerly, a loop would go round in Python
    return tf.function(functools.partial(_scan_loop, body), autograph=False, reduce_retracing=True)


def _by_counting(accumulator: Body) -> Body:
    def of_bools(tensor, axis):
        return cast(accumulator(cast(tensor, tf.int64), axis), tf.bool)

    return of_bools


def _cumulative_difference(tensor: tf.Tensor, axis: int) -> tf.Tensor:
    cube, restore = as_cube(tensor, (axis,))
    return restore(cumsum(minus_all_but_first(cube), 1))


ACCUMULATORS: dict[str, Body] = {
    "add": by_kind(b=_by_counting(cumsum), iufc=cumsum),
    "multiply": by_kind(b=_by_counting(cumprod), iufc=cumprod),
    "subtract": _cumulative_difference,
}


def accumulate(name: str, body: Body, tensor: tf.Tensor, axis: int) -> tf.Tensor:
    """`ufunc.accumulate` along an axis that is not negative, with the binary body of the ufunc."""
    if name in ACCUMULATORS:
        return ACCUMULATORS[name](tensor, axis)
    cube, restore = as_cube(tensor, (axis,))
    if name in ASSOCIATIVE:
        return restore(associative_scan(lambda x, y: (body(x[0], y[0]),), (cube,))[0])
    return restore(ordered_scan(body, cube))
