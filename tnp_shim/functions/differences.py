"""Differences of neighbours and derivatives by them. Knows declarations and kernels."""

from __future__ import annotations

import operator
from typing import Any

import numpy
import tensorflow as tf
from numpy.lib.array_utils import normalize_axis_tuple

from tnp_shim import dtypes
from tnp_shim.conversion import to_tensor
from tnp_shim.declaration import Axis, Operand, Tensor, function
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import comparison
from tnp_shim.kernels.shapes import (
    along,
    as_length,
    broadcast_to,
    flat,
    length,
    lengths,
    normalized_axis,
    rank_of,
    sliced,
    vector,
)
from tnp_shim.promotion import as_tensor, cast, constant, promote_args, promotion_key
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops
from tnp_shim.ufuncs import UFUNCS


def _difference(a: tf.Tensor, axis: int) -> tf.Tensor:
    later, earlier = sliced(a, axis, 1, None), sliced(a, axis, None, -1)
    body = comparison.not_equal if a.dtype == tf.bool else UFUNCS["subtract"].body
    return body(later, earlier)


def _one_more(value: tf.Tensor, a: tf.Tensor, axis: int) -> tf.Tensor:
    """What is put before or behind: a number as one element along the axis."""
    if value.shape.rank != 0:
        return value
    return broadcast_to(value, vector([1 if at == axis else size for at, size in enumerate(lengths(a))]))


@function(numpy.diff)
def diff(
    a: Any, n: Any = 1, axis: Axis = -1, prepend: Tensor | None = None, append: Tensor | None = None
) -> Any:
    """The n-th differences of neighbours along an axis; of bools, whether they differ. Differentiable.

    The differences of order 0 are the array itself.
    """
    n = operator.index(n)
    if n == 0:
        return a
    a = to_tensor(a)
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    if a.shape.rank == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = normalized_axis(operator.index(axis), a, "diff")
    parts = [part for part in (prepend, a, append) if part is not None]
    if len(parts) > 1:
        joined = promote_args("diff", *(_one_more(part, a, axis) for part in parts))
        a = gen_array_ops.concat_v2(joined, constant(axis, tf.int32))
    for _ in range(n):
        a = _difference(a, axis)
    return a


@function(numpy.ediff1d)
def ediff1d(ary: Tensor, to_end: Operand | None = None, to_begin: Operand | None = None) -> Tensor:
    """The differences of neighbours of the flattened array, with elements put before and behind."""
    elements = flat(ary)
    parts = [UFUNCS["subtract"].body(sliced(elements, 0, 1, None), sliced(elements, 0, None, -1))]
    for name, end in (("to_begin", to_begin), ("to_end", to_end)):
        if end is None:
            continue
        key = promotion_key(end)
        given = numpy.asarray(key(0)).dtype if isinstance(key, type) else key
        if not numpy.can_cast(given, dtypes.to_numpy(ary.dtype), "same_kind"):
            raise TypeError(
                f"dtype of `{name}` must be compatible with input `ary` under the `same_kind` rule."
            )
        part = flat(as_tensor(end, ary.dtype))
        parts = [part, *parts] if name == "to_begin" else [*parts, part]
    return gen_array_ops.concat_v2(parts, constant(0, tf.int32)) if len(parts) > 1 else parts[0]


def _spacings(f: tf.Tensor, axes: tuple[int, ...], given: tuple[Operand, ...], dtype: tf.DType) -> list:
    """For each axis the distance between neighbours: a scalar, or a vector of all distances."""
    spacings = [as_tensor(spacing, dtype) for spacing in given] or [constant(1, dtype)]
    if len(spacings) == 1 and spacings[0].shape.rank == 0:
        return spacings * len(axes)
    if len(spacings) != len(axes):
        raise TypeError("invalid number of arguments")
    return [
        spacing if spacing.shape.rank == 0 else _difference(_of_length(spacing, length(f, axis)), 0)
        for spacing, axis in zip(spacings, axes, strict=True)
    ]


def _of_length(places: tf.Tensor, size: Any) -> tf.Tensor:
    if places.shape.rank != 1:
        raise ValueError("distances must be either scalars or 1d")
    same = gen_math_ops.equal(as_length(length(places, 0)), as_length(size))
    message = "when 1d, distances must match the length of the corresponding dimension"
    return asserted(places, same, message, ValueError)


def _weighted(parts: list[tf.Tensor], weights: list[tf.Tensor]) -> tf.Tensor:
    products = [gen_math_ops.mul(weight, part) for weight, part in zip(weights, parts, strict=True)]
    total = products[0]
    for product in products[1:]:
        total = gen_math_ops.add_v2(total, product)
    return total


def _inner_weights(before: tf.Tensor, after: tf.Tensor) -> list[tf.Tensor]:
    both = before + after
    return [-after / (before * both), (after - before) / (before * after), before / (after * both)]


def _edge_weights(near: tf.Tensor, far: tf.Tensor) -> list[tf.Tensor]:
    """Of the first three elements, for the derivative at the first one."""
    both = near + far
    return [-(near + both) / (near * both), both / (near * far), -near / (far * both)]


def _derivative(f: tf.Tensor, axis: int, spacing: tf.Tensor, edge_order: int) -> tf.Tensor:
    size = length(f, axis)
    message = (
        "Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements "
        "are required."
    )
    f = asserted(f, gen_math_ops.greater(as_length(size), as_length(edge_order)), message, ValueError)
    rank = rank_of(f, "gradient")

    def at(start, stop):
        return sliced(f, axis, start, stop)

    if spacing.shape.rank == 0:
        inner = gen_math_ops.sub(at(2, None), at(None, -2)) / (spacing + spacing)
        first = last = spacing
        second = before_last = spacing
    else:
        distances = along(spacing, axis, rank)
        before, after = sliced(distances, axis, None, -1), sliced(distances, axis, 1, None)
        inner = _weighted([at(None, -2), at(1, -1), at(2, None)], _inner_weights(before, after))
        first, second = sliced(distances, axis, 0, 1), sliced(distances, axis, 1, 2)
        last, before_last = sliced(distances, axis, -1, None), sliced(distances, axis, -2, -1)
    if edge_order == 1:
        begin = gen_math_ops.sub(at(1, 2), at(0, 1)) / first
        end = gen_math_ops.sub(at(-1, None), at(-2, -1)) / last
    else:
        begin = _weighted([at(0, 1), at(1, 2), at(2, 3)], _edge_weights(first, second))
        end = -_weighted([at(-1, None), at(-2, -1), at(-3, -2)], _edge_weights(last, before_last))
    return gen_array_ops.concat_v2([begin, inner, end], constant(axis, tf.int32))


@function(numpy.gradient)
def gradient(f: Tensor, *varargs: Operand, axis: Axis = None, edge_order: int = 1) -> Any:
    """The derivative along each axis: central differences, one-sided ones of `edge_order` at the edges.

    Spacings are one number, or one number or vector of places for each axis. Differentiable.
    """
    axes = normalize_axis_tuple(
        range(rank_of(f, "gradient")) if axis is None else axis, rank_of(f, "gradient")
    )
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    if not (f.dtype.is_floating or f.dtype.is_complex):
        if f.dtype == tf.bool:
            raise TypeError("numpy boolean subtract, the `-` operator, is not supported")
        f = cast(f, dtypes.to_tf(dtypes.default_float_for(dtypes.FLOAT64)))
    spacings = _spacings(f, axes, varargs, f.dtype)
    slopes = [_derivative(f, at, spacing, edge_order) for at, spacing in zip(axes, spacings, strict=True)]
    return slopes[0] if len(axes) == 1 else tuple(slopes)
