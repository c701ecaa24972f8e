"""Reductions of tensors over axes, by TensorFlow's ops or by a binary body. Knows tensors only.

A row of `REDUCERS` is `body(tensor, axes, keepdims)`. `axes` are ints, not negative; `None` stands for
all axes of a tensor of unknown rank. The tensor has the dtype of the ufunc's loop already.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy
import tensorflow as tf
from numpy.lib.array_utils import normalize_axis_tuple

from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import comparison
from tnp_shim.kernels.coverage import compute_dtype, has_gpu
from tnp_shim.kernels.elementwise import HALVES, by_kind, is_zero, like, select
from tnp_shim.kernels.folds import (
    ASSOCIATIVE,
    Axes,
    Body,
    as_cube,
    fold,
    joined,
    minus_all_but_first,
    modular,
    reduced_shape,
    tree,
    with_gradient,
)
from tnp_shim.kernels.scans import cumprod
from tnp_shim.kernels.shapes import broadcast_to, gather, length, reshape, vector
from tnp_shim.promotion import cast, constant, shape_of
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_array_ops, gen_bitwise_ops, gen_math_ops


@functools.lru_cache(maxsize=4096, typed=True)
def _normalized(axis: Any, rank: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(rank))
    return normalize_axis_tuple(axis, rank)


def normalize_axes(axis: int | tuple[int, ...] | None, rank: int | None, strict: bool = False) -> Axes:
    """The axes counted from the front; NumPy's AxisError, or ValueError where one is given twice.

    Where the rank is unknown `None` stays `None` (all axes), and other axes stay as they are. NumPy's
    ufuncs reduce a scalar over an axis that it lacks; functions that are `strict` do not.
    """
    if rank is not None:
        if rank == 0 and not strict and axis in (0, -1):
            return ()
        try:
            return _normalized(axis, rank)
        except TypeError:  # not hashable, or not an index: NumPy tells
            return normalize_axis_tuple(axis, rank)  # type: ignore[arg-type]
    if axis is None:
        return None
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    if len(set(axes)) != len(axes):
        raise ValueError("duplicate value in 'axis'")
    return axes


def axes_tensor(tensor: tf.Tensor, axes: Axes) -> tf.Tensor:
    """The axes as TensorFlow's ops take them: a constant that is kept."""
    if axes is None:
        zero, one = constant(0, tf.int32), constant(1, tf.int32)
        return gen_math_ops._range(zero, gen_array_ops.rank(tensor), one)
    return constant(axes, tf.int32)


@functools.cache
def identity_of(name: str, dtype: tf.DType) -> Any:
    """NumPy's identity of a ufunc as a Python number that `dtype` holds; None if there is none."""
    identity = getattr(numpy, name).identity
    if identity is None:
        return None
    return numpy.asarray(identity).astype(dtype.as_numpy_dtype).item()


def _sum(tensor: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
    return modular("Sum", gen_math_ops._sum, tensor, axes_tensor(tensor, axes), keepdims)


def _prod(tensor: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
    if tensor.dtype.is_integer:
        return modular("Prod", gen_math_ops.prod, tensor, axes_tensor(tensor, axes), keepdims)
    return with_gradient(
        lambda x: gen_math_ops.prod(x, axes_tensor(x, axes), keepdims),
        lambda upstream, x: _prod_gradient(upstream, x, axes),
        tensor,
    )


def _prod_gradient(upstream: tf.Tensor, tensor: tf.Tensor, axes: Axes) -> tf.Tensor:
    """What flows back: the product of all others. TensorFlow's has no second gradient at zeros."""
    cube, restore = as_cube(tensor, axes)
    others = gen_math_ops.mul(
        cumprod(cube, 1, exclusive=True), cumprod(cube, 1, exclusive=True, reverse=True)
    )
    if others.dtype.is_complex:
        others = gen_math_ops.conj(others)
    flows = reshape(upstream, (length(cube, 0), 1, length(cube, 2)))
    return restore(gen_math_ops.mul(others, flows))


def _all(tensor: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
    return gen_math_ops._all(comparison.nonzero(tensor), axes_tensor(tensor, axes), keepdims)


def _any(tensor: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
    return gen_math_ops._any(comparison.nonzero(tensor), axes_tensor(tensor, axes), keepdims)


def _odd(tensor: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
    ones = cast(comparison.nonzero(tensor), tf.int64)
    lowest_bit = gen_bitwise_ops.bitwise_and(_sum(ones, axes, keepdims), constant(1, tf.int64))
    return cast(lowest_bit, tf.bool)  # there is no Mod of integers on GPUs


def _largest(tensor: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
    dtype = tensor.dtype
    if dtype == tf.uint64:  # no kernels on GPUs; with the top bit inverted the order is that of int64
        top = constant(-(2**63), tf.int64)
        signed = gen_bitwise_ops.bitwise_xor(gen_array_ops.bitcast(tensor, type=tf.int64), top)
        found = gen_bitwise_ops.bitwise_xor(_largest(signed, axes, keepdims), top)
        return gen_array_ops.bitcast(found, type=tf.uint64)
    return _extreme("Max", gen_math_ops._max, tensor, axes, keepdims)


def _smallest(tensor: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
    dtype = tensor.dtype
    if dtype == tf.uint64 or (dtype == tf.int64 and has_gpu()):
        # GPUs have Max of int64, but no Min; inverting the bits turns the order round
        return gen_bitwise_ops.invert(_largest(gen_bitwise_ops.invert(tensor), axes, keepdims))
    return _extreme("Min", gen_math_ops._min, tensor, axes, keepdims)


def _extreme(op: str, generated: Body, tensor: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
    """The largest or smallest element; NaN if there is one."""
    dtype, at = tensor.dtype, axes_tensor(tensor, axes)
    wider = compute_dtype(op, dtype)
    found = generated(cast(tensor, wider), at, keepdims)
    if wider != dtype and tensor.shape.num_elements() in (0, None):  # what is found among none is too wide
        bound, limit = (gen_math_ops.maximum, dtype.min) if op == "Max" else (gen_math_ops.minimum, dtype.max)
        found = bound(found, like(limit, found))
    found = cast(found, dtype)
    if not dtype.is_floating or not (compiled_by_xla() or has_gpu()):
        return found
    # XLA's reductions and those of GPUs pass NaN over
    undefined = gen_math_ops._any(comparison.isnan(tensor), at, keepdims)
    return select(undefined, constant(math.nan, dtype), found)


def _without_nan(reducer: Body, lowest: float) -> Body:
    """The extreme of the elements that are no NaN; NaN where all are."""

    def body(tensor: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
        undefined = comparison.isnan(tensor)
        found = reducer(select(undefined, constant(lowest, tensor.dtype), tensor), axes, keepdims)
        return select(_all(undefined, axes, keepdims), constant(math.nan, tensor.dtype), found)

    return body


def _logsumexp(base: float) -> Body:
    """log(sum(base**x)), about the largest element. Where all are -inf so is it, and its gradient is 0."""
    scale = math.log(base)

    def body(tensor: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
        dtype = tensor.dtype
        if dtype in HALVES:
            return cast(body(cast(tensor, tf.float32), axes, keepdims), dtype)
        zero, one = constant(0, dtype), constant(1, dtype)
        top = gen_array_ops.stop_gradient(_largest(tensor, axes, True))
        top = select(gen_math_ops.is_finite(top), top, zero)
        scaled = gen_math_ops.mul(gen_math_ops.sub(tensor, top), constant(scale, dtype))
        total = _sum(gen_math_ops.exp(scaled), axes, True)
        empty = is_zero(total)
        logarithm = gen_math_ops.mul(gen_math_ops.log(select(empty, one, total)), constant(1 / scale, dtype))
        found = select(empty, constant(-math.inf, dtype), gen_math_ops.add_v2(logarithm, top))
        return found if keepdims else reshape(found, reduced_shape(tensor, axes, False))

    return body


def _by_tree(body: Body) -> Body:
    def reducer(tensor: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
        return reshape(tree(body, as_cube(tensor, axes)[0]), reduced_shape(tensor, axes, keepdims))

    return reducer


def _difference(tensor: tf.Tensor, axes: Axes, keepdims: bool) -> tf.Tensor:
    remaining = minus_all_but_first(as_cube(tensor, axes)[0])
    return reshape(_sum(remaining, (1,), True), reduced_shape(tensor, axes, keepdims))


REDUCERS: dict[str, Body] = {
    "add": by_kind(b=_any, iufc=_sum),
    "multiply": by_kind(b=_all, iufc=_prod),
    "subtract": _difference,
    "maximum": by_kind(b=_any, iuf=_largest, c=_by_tree(comparison.maximum)),
    "minimum": by_kind(b=_all, iuf=_smallest, c=_by_tree(comparison.minimum)),
    "fmax": by_kind(b=_any, iu=_largest, f=_without_nan(_largest, -math.inf), c=_by_tree(comparison.fmax)),
    "fmin": by_kind(b=_all, iu=_smallest, f=_without_nan(_smallest, math.inf), c=_by_tree(comparison.fmin)),
    "logical_and": _all,
    "logical_or": _any,
    "logical_xor": _odd,
    "logaddexp": _logsumexp(math.e),
    "logaddexp2": _logsumexp(2.0),
}
"""What TensorFlow reduces in a few ops, whatever the length."""

WITHOUT_IDENTITY = frozenset({"maximum", "minimum", "fmax", "fmin", "lcm"})
"""The associative ufuncs that have no identity; `x` with itself is `x` again (up to the sign)."""


def reduce(
    name: str,
    body: Body,
    tensor: tf.Tensor,
    axes: Axes,
    keepdims: bool = False,
    initial: tf.Tensor | None = None,
    where: tf.Tensor | None = None,
) -> tf.Tensor:
    """`ufunc.reduce` of a tensor in the dtype of the loop, with the binary body of the ufunc.

    `initial` is a scalar of the same dtype. `where` is a bool tensor that broadcasts to the shape.
    """
    if axes is not None and len(axes) > 1 and name not in ASSOCIATIVE:
        raise ValueError(
            f"reduction operation '{name}' is not reorderable, so at most one axis may be specified"
        )
    identity = identity_of(name, tensor.dtype)
    if identity is None and initial is None:
        if where is not None:
            raise ValueError(
                f"reduction operation '{name}' does not have an identity, so to use a where mask one has to "
                "specify 'initial'"
            )
        tensor = not_empty(
            tensor, axes, f"zero-size array to reduction operation {name} which has no identity"
        )
    if name not in ASSOCIATIVE:
        return _reduce_in_order(name, body, tensor, axes, keepdims, initial, where)
    if where is not None:
        where = _mask(where, tensor)
        tensor = select(where, tensor, initial if identity is None else constant(identity, tensor.dtype))
    if initial is None and identity is not None and name not in REDUCERS:
        initial = constant(identity, tensor.dtype)  # hypot and gcd of one element are not that element
    # the extreme of nothing is a number that any other replaces, but no complex one is
    replaced = identity is not None or not tensor.dtype.is_complex
    if name in REDUCERS and (initial is None or replaced):
        found = REDUCERS[name](tensor, axes, keepdims)
        return found if initial is None else body(initial, found)
    cube, _ = as_cube(tensor, axes)
    if initial is not None:
        cube = _behind(initial, cube)
    return reshape(tree(body, cube), reduced_shape(tensor, axes, keepdims))


def _reduce_in_order(
    name: str,
    body: Body,
    tensor: tf.Tensor,
    axes: Axes,
    keepdims: bool,
    initial: tf.Tensor | None,
    where: tf.Tensor | None,
) -> tf.Tensor:
    if initial is None and name in REDUCERS:
        return REDUCERS[name](tensor, axes, keepdims)
    cube, _ = as_cube(tensor, axes)
    mask = None
    if where is not None:
        mask, _ = as_cube(broadcast_to(_mask(where, tensor), shape_of(tensor)), axes)
    if initial is not None:
        cube = _behind(initial, cube)
        mask = None if mask is None else _behind(constant(True, tf.bool), mask)
    return reshape(fold(body, cube, mask), reduced_shape(tensor, axes, keepdims))


def _mask(where: tf.Tensor, tensor: tf.Tensor) -> tf.Tensor:
    """A mask that broadcasts to the shape of a tensor and no further; NumPy's errors for others."""
    if where.dtype != tf.bool:
        raise TypeError(
            f"Cannot cast array data from {where.dtype.name} to bool according to the rule 'safe'"
        )
    given, wanted = where.shape, tensor.shape
    if given.is_fully_defined() and wanted.is_fully_defined():
        if numpy.broadcast_shapes(given, wanted) != tuple(wanted):
            raise ValueError(f"non-broadcastable where: of shape {given}, the operand has shape {wanted}")
        return where
    return broadcast_to(where, shape_of(tensor))


def _behind(initial: tf.Tensor, cube: tf.Tensor) -> tf.Tensor:
    """A cube with one element more along its middle axis, in front."""
    return joined([broadcast_to(initial, vector([length(cube, 0), 1, length(cube, 2)])), cube])


def not_empty(tensor: tf.Tensor, axes: Axes, message: str) -> tf.Tensor:
    """The tensor; a ValueError, at run time if sizes are unknown, where an axis to reduce is empty."""
    rank = tensor.shape.rank
    if rank is None:
        sizes = gen_array_ops.shape(tensor, out_type=tf.int64)
        unknown = [sizes if axes is None else gather(sizes, constant(axes, tf.int32), 0)]
    else:
        known = [length(tensor, axis) for axis in (range(rank) if axes is None else axes)]
        if 0 in [size for size in known if isinstance(size, int)]:
            raise ValueError(message)
        unknown = [size for size in known if not isinstance(size, int)]
        if not unknown:
            return tensor
        unknown = [gen_array_ops.pack(unknown)]
    some = gen_math_ops._all(gen_math_ops.greater(unknown[0], constant(0, tf.int64)), constant(0, tf.int32))
    return asserted(tensor, some, message, ValueError)


def place_of_extreme(tensor: tf.Tensor, axis: int, largest: bool) -> tf.Tensor:
    """The first place of the largest or smallest element along an axis; NaN is more extreme than any number.

    `ArgMax` passes NaN over, and has kernels for integers on the CPU only.
    """
    if tensor.shape.rank is not None and tensor.shape.rank > _MOST_AXES_OF_ARG_MAX:
        cube, _ = as_cube(tensor, (axis,))
        return reshape(place_of_extreme(cube, 1, largest), reduced_shape(tensor, (axis,), False))
    if tensor.dtype == tf.bool:
        found = tensor if largest else gen_math_ops.logical_not(tensor)
    else:
        extreme = REDUCERS["maximum" if largest else "minimum"](tensor, (axis,), True)
        found = gen_math_ops.equal(tensor, extreme)
        if not tensor.dtype.is_integer:
            found = gen_math_ops.logical_or(found, comparison.isnan(tensor))
    return gen_math_ops.arg_max(found, constant(axis, tf.int32))


_MOST_AXES_OF_ARG_MAX = 7
