"""Folding a binary body over one axis of a tensor, in order or as a tree. Knows tensors only.

Everything here works on a cube: a tensor `[outer, n, inner]` that is folded along its middle axis.
A cube is what any tensor becomes by a reshape (and a transpose, where axes are not neighbours).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import tensorflow as tf

from tnp_shim.errors import unknown_shape
from tnp_shim.kernels.coverage import compute_dtype
from tnp_shim.kernels.elementwise import select
from tnp_shim.kernels.shapes import (
    Dimensions,
    as_length,
    counting,
    gather,
    length,
    lengths,
    product,
    reshape,
    sliced,
)
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import (
    compiled_by_xla,
    context,
    followed_by_forward_mode,
    gen_array_ops,
    gen_manip_ops,
    gen_math_ops,
    no_tape_records,
    ops,
    record,
)

Axes: TypeAlias = tuple[int, ...] | None
"""Axes counted from the front; None: all axes of a tensor of unknown rank."""
Body: TypeAlias = Callable[..., tf.Tensor]

ASSOCIATIVE = frozenset(
    {"add", "multiply", "maximum", "minimum", "fmax", "fmin", "logical_and", "logical_or", "logical_xor"}
    | {"bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "hypot", "logaddexp", "logaddexp2"}
)
"""The ufuncs that may be folded as a tree, and over several axes at once; lcm wraps around."""
MOST_UNROLLED = 16
"""A fold in order over so many elements is written out; a longer one becomes a loop."""


def _transposed(tensor: tf.Tensor, axes: tuple[int, ...]) -> tuple[tf.Tensor, tf.Tensor]:
    """The tensor with `axes` in front, and the permutation that takes it back."""
    if tensor.shape.rank is not None:
        order = [*axes, *(axis for axis in range(tensor.shape.rank) if axis not in axes)]
        back = sorted(range(len(order)), key=order.__getitem__)
        return gen_array_ops.transpose(tensor, constant(tuple(order), tf.int32)), constant(
            tuple(back), tf.int32
        )
    first = constant(axes, tf.int32)
    rest, _ = gen_array_ops.list_diff(_range_of_rank(tensor), first)
    order = gen_array_ops.concat_v2([first, rest], constant(0, tf.int32))
    return gen_array_ops.transpose(tensor, order), gen_array_ops.invert_permutation(order)


def _range_of_rank(tensor: tf.Tensor) -> tf.Tensor:
    return gen_math_ops._range(constant(0, tf.int32), gen_array_ops.rank(tensor), constant(1, tf.int32))


def _cube_sizes(tensor: tf.Tensor, first: int, last: int) -> list:
    """The sizes before, of and behind the axes `first` to `last`."""
    if tensor.shape.rank is not None:
        sizes = lengths(tensor)
        return [product(sizes[:first]), product(sizes[first : last + 1]), product(sizes[last + 1 :])]
    shape = gen_array_ops.shape(tensor, out_type=tf.int64)
    parts = (sliced(shape, 0, a, b) for a, b in ((None, first), (first, last + 1), (last + 1, None)))
    return [gen_math_ops.prod(part, constant(0, tf.int32)) for part in parts]


def as_cube(tensor: tf.Tensor, axes: Axes) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
    """The tensor as a cube whose middle axis is `axes`, and what makes a tensor of such a cube."""
    shape = gen_array_ops.shape(tensor) if not tensor.shape.is_fully_defined() else None
    if axes is None:
        return reshape(tensor, (1, -1, 1)), lambda cube: gen_array_ops.reshape(cube, shape)
    axes = tuple(sorted(axes))
    if axes and axes[0] < 0:
        raise unknown_shape("a reduction over an axis counted from the end")
    if tensor.shape.rank == 3 and axes == (1,):
        return tensor, lambda cube: cube
    back = None
    if axes and axes[-1] - axes[0] + 1 != len(axes):
        tensor, back = _transposed(tensor, axes)
        axes = tuple(range(len(axes)))
        shape = gen_array_ops.shape(tensor) if shape is not None else None
    first, last = (axes[0], axes[-1]) if axes else (0, -1)
    like = tensor

    def restore(cube):
        result = reshape(cube, lengths(like)) if shape is None else gen_array_ops.reshape(cube, shape)
        return result if back is None else gen_array_ops.transpose(result, back)

    return reshape(tensor, _cube_sizes(tensor, first, last)), restore


def reduced_shape(tensor: tf.Tensor, axes: Axes, keepdims: bool) -> Dimensions:
    """The shape of the reduction of a tensor over `axes`."""
    if tensor.shape.rank is not None:
        within = range(tensor.shape.rank) if axes is None else axes
        sizes = [1 if axis in within else size for axis, size in enumerate(lengths(tensor))]
        return sizes if keepdims else [size for axis, size in enumerate(sizes) if axis not in within]
    if axes is None and not keepdims:
        return ()
    shape = gen_array_ops.shape(tensor, out_type=tf.int64)
    if axes is None:
        return gen_array_ops.ones_like(shape)
    index = constant(axes, tf.int32)
    if keepdims:
        ones = gen_array_ops.ones_like(constant(tuple(axes), tf.int64))
        return gen_array_ops.tensor_scatter_update(shape, reshape(index, (-1, 1)), ones)
    rest, _ = gen_array_ops.list_diff(_range_of_rank(tensor), index)
    return gather(shape, rest, 0)


def tree(body: Body, cube: tf.Tensor) -> tf.Tensor:
    """The fold of an associative body over the middle axis (of at least one element): `[outer, 1, inner]`.

    Neighbours are paired again and again, so that the order of elements is kept. Where the length is
    unknown, windows are doubled in a loop of fixed shapes, as XLA wants them.
    """
    n = length(cube, 1)
    if not isinstance(n, int):
        return sliced(_doubled(body, cube, n), 1, 0, 1)
    while n > 1:
        even = n - n % 2
        pairs = body(sliced(cube, 1, 0, even, 2), sliced(cube, 1, 1, even, 2))
        cube = pairs if n == even else joined([pairs, sliced(cube, 1, even, n)])
        n = length(cube, 1)
    return cube


def joined(cubes: Sequence[tf.Tensor]) -> tf.Tensor:
    """Cubes one behind the other along their middle axis."""
    return gen_array_ops.concat_v2(cubes, constant(1, tf.int32))


def doublings(n: tf.Tensor) -> tf.Tensor:
    """How often 1 is doubled until it reaches n."""
    powers = constant(tuple(2**k for k in range(63)), tf.int64)
    return gen_math_ops._sum(cast(gen_math_ops.less(powers, n), tf.int32), constant(0, tf.int32))


def rolled(tensor: tf.Tensor, shift: tf.Tensor, axis: int | tf.Tensor = 1) -> tf.Tensor:
    """A cube with its elements moved on along the middle axis (or others), those at the end to the front.

    By an op, in a dtype for which it has a kernel on GPUs too: the gradient of a gather along that axis would
    keep XLA from compiling second gradients. Of an unknown size XLA's op takes the most elements that a mask
    may select, so there it is a gather.
    """
    if compiled_by_xla() and isinstance(axis, int) and tensor.shape[axis] is None:
        n = length(tensor, axis)
        places = gen_math_ops.floor_mod(gen_math_ops.sub(counting(n), as_length(shift)), as_length(n))
        return gather(tensor, places, axis)
    axes = axis if isinstance(axis, tf.Tensor) else constant(axis, tf.int32)
    dtype = tensor.dtype
    if dtype == tf.uint64:
        rolled_bits = gen_manip_ops.roll(gen_array_ops.bitcast(tensor, tf.int64), shift, axes)
        return gen_array_ops.bitcast(rolled_bits, dtype)
    return cast(gen_manip_ops.roll(cast(tensor, compute_dtype("Roll", dtype)), shift, axes), dtype)


def _doubled(body: Body, cube: tf.Tensor, n: tf.Tensor) -> tf.Tensor:
    """At each place the fold of all elements from there on."""
    place = counting(n)
    steps = doublings(n)

    def step(k, width, folded):
        inside = reshape(gen_math_ops.less(place + width, n), (1, -1, 1))
        ahead = rolled(folded, -width)
        return k + 1, width * 2, select(inside, body(folded, ahead), folded)

    shape = tf.TensorShape([cube.shape[0], None, cube.shape[2]])
    return tf.while_loop(
        lambda k, width, folded: k < steps,
        step,
        (constant(0, tf.int32), as_length(1), cube),
        shape_invariants=(tf.TensorShape([]), tf.TensorShape([]), shape),
        maximum_iterations=steps,
    )[2]


def fold(body: Body, cube: tf.Tensor, mask: tf.Tensor | None = None) -> tf.Tensor:
    """The fold of a body over the middle axis (of at least one element), from the left: `[outer, 1, inner]`.

    Elements for which the `mask`, a cube too, is false are left out; the first one never is.
    """
    n = length(cube, 1)
    if isinstance(n, int) and n <= MOST_UNROLLED:
        folded = sliced(cube, 1, 0, 1)
        for k in range(1, n):
            further = body(folded, sliced(cube, 1, k, k + 1))
            folded = further if mask is None else select(sliced(mask, 1, k, k + 1), further, folded)
        return folded
    compiled = context.executing_eagerly() and not followed_by_forward_mode(cube)  # see `segments`
    loop = _compiled_fold(body) if compiled else functools.partial(_fold_loop, body)
    return loop(cube) if mask is None else loop(cube, mask)


def _fold_loop(body: Body, cube: tf.Tensor, mask: tf.Tensor | None = None) -> tf.Tensor:
    n = as_length(length(cube, 1))
    rows = in_rows(cube)
    masks = None if mask is None else in_rows(mask)

    def step(k, folded):
        further = body(folded, gather(rows, k, 0))
        return k + 1, further if masks is None else select(gather(masks, k, 0), further, folded)

    first = gather(rows, constant(0, tf.int64), 0)
    _, folded = tf.while_loop(
        lambda k, folded: k < n, step, (as_length(1), first), maximum_iterations=cast(n, tf.int32)
    )
    return gen_array_ops.expand_dims(folded, constant(1, tf.int32))


def in_rows(cube: tf.Tensor) -> tf.Tensor:
    """A cube with its middle axis in front (and, of such a tensor, the cube).

    XLA does not compile second gradients of a gather along any other axis in a loop.
    """
    return gen_array_ops.transpose(cube, constant((1, 0, 2), tf.int32))


@functools.lru_cache(maxsize=256)
def _compiled_fold(body: Body):
    # eagerly, a loop would go round in Python
    return tf.function(functools.partial(_fold_loop, body), autograph=False, reduce_retracing=True)


def minus_all_but_first(cube: tf.Tensor) -> tf.Tensor:
    """A cube whose sum is what subtraction from the left gives."""
    rest = sliced(cube, 1, 1, None)
    negated = (
        gen_math_ops.sub(constant(0, cube.dtype), rest) if cube.dtype.is_integer else gen_math_ops.neg(rest)
    )
    return joined([sliced(cube, 1, 0, 1), negated])


def modular(op: str, generated: Body, tensor: tf.Tensor, *arguments: Any) -> tf.Tensor:
    """A generated op of sums or products, in a dtype that has kernels; integers wrap around as NumPy's do."""
    dtype = tensor.dtype
    if dtype == tf.uint64:  # no kernels on GPUs and under XLA; modulo 2**64 the sign makes no difference
        signed = gen_array_ops.bitcast(tensor, type=tf.int64)
        return gen_array_ops.bitcast(generated(signed, *arguments), type=tf.uint64)
    wider = compute_dtype(op, dtype)
    if wider == dtype:
        return generated(tensor, *arguments)
    return cast(generated(cast(tensor, wider), *arguments), dtype)


def with_gradient(generated: Body, gradient: Body, tensor: tf.Tensor) -> tf.Tensor:
    """The result of the one op that `generated` makes, with the gradient `gradient(upstream, tensor)`.

    In a graph the gradient hangs on the op itself, so there is no further node (as in `differentiation`).
    """
    eager = context.executing_eagerly()
    if eager and no_tape_records():
        return generated(tensor)
    with record.stop_recording():
        result = generated(tensor)

    if not eager:
        result.op._gradient_function = lambda node, upstream: [
            gradient(upstream, node.inputs[0]),
            *[None] * (len(node.inputs) - 1),
        ]
    record.record_operation(
        "tnp_shim" if eager else result.op.type,
        [result],
        [tensor],
        lambda upstream: [gradient(ops.convert_to_tensor(upstream), tensor)],
    )
    return result
