"""Singular values and Hermitian eigenvalues by rotations of our own, for XLA and GPUs. Knows tensors only.

One-sided Jacobi: the columns of a matrix are turned in pairs until all are orthogonal; their lengths then are
the singular values. In each round of a tournament every column has one partner, so that a round is a few
elementwise steps over all of them, of a whole stack of matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.kernels.elementwise import like, select
from tnp_shim.kernels.linear_algebra.loops import runs_in_a_function
from tnp_shim.kernels.linear_algebra.matrices import (
    adjoint,
    conjugated,
    diagonal_of,
    hermitian_of_triangle,
    identity,
    is_nan,
    largest,
    modulus,
    part,
    power_of_two,
    product,
    real_part,
    same_dtype,
    shorter_side,
    times,
    transposed,
    undefined,
    with_diagonal,
)
from tnp_shim.kernels.linear_algebra.orthogonal import columns_and_triangle
from tnp_shim.kernels.products import as_row
from tnp_shim.kernels.shapes import Length, as_length, filled, length, lengths, reshape, sliced
from tnp_shim.kernels.shapes import product as product_of
from tnp_shim.kernels.sorting import argsort
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

_MOST_SWEEPS = 60
"""A sweep is a round with every partner; about ten are needed."""


def _squares(x: tf.Tensor) -> tf.Tensor:
    """The squared length of each row."""
    sizes = real_part(gen_math_ops.mul(x, conjugated(x)))
    return gen_math_ops._sum(sizes, constant(-1, tf.int32), True)


def _turned(
    x: tf.Tensor, y: tf.Tensor, size: Any, tolerance: float
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Pairs of rows turned so that their first `size` elements are orthogonal, and whether any was turned."""
    first, second = (sliced(z, 2, 0, size) for z in (x, y))
    squares, others = _squares(first), _squares(second)
    inner = gen_math_ops._sum(gen_math_ops.mul(conjugated(first), second), constant(-1, tf.int32), True)
    apart = modulus(inner)
    lengths_of_both = gen_math_ops.mul(gen_math_ops.sqrt(squares), gen_math_ops.sqrt(others))
    zero, one = like(0, apart), like(1, apart)
    # what is left of a column after rounding is never orthogonal to others: a turn by less than this is none
    epsilon = float(numpy.finfo(x.dtype.as_numpy_dtype).eps)
    least = gen_math_ops.mul(gen_math_ops.maximum(squares, others), like(epsilon, apart))
    least = gen_math_ops.maximum(lengths_of_both, least)
    turns = gen_math_ops.greater(apart, gen_math_ops.mul(least, like(tolerance, apart)))
    safe = select(turns, apart, one)
    phase = select(turns, times(inner, gen_math_ops.reciprocal(safe)), like(1, inner))
    slope = gen_math_ops.mul(gen_math_ops.sub(others, squares), gen_math_ops.reciprocal(safe + safe))
    steep = gen_math_ops._abs(slope)
    root = gen_math_ops.sqrt(gen_math_ops.add_v2(one, gen_math_ops.square(steep)))
    tangent = gen_math_ops.reciprocal(gen_math_ops.add_v2(steep, root))
    tangent = select(gen_math_ops.less(slope, zero), gen_math_ops.neg(tangent), tangent)
    tangent = select(turns, tangent, zero)
    cosine = gen_math_ops.rsqrt(gen_math_ops.add_v2(one, gen_math_ops.square(tangent)))
    cosine = select(turns, cosine, one)
    sine = gen_math_ops.mul(cosine, tangent)
    y = gen_math_ops.mul(y, conjugated(phase))
    new_x = gen_math_ops.sub(times(x, cosine), times(y, sine))
    new_y = gen_math_ops.add_v2(times(x, sine), times(y, cosine))
    return new_x, new_y, gen_math_ops._any(turns, constant((0, 1, 2), tf.int32))


def _orthogonalized(rows: tf.Tensor, size: Any) -> tuple[tf.Tensor, tf.Tensor]:
    """Rows [batch, even count, length] turned until their first `size` are, and whether they were."""
    half = length(rows, 1) // 2
    epsilon = numpy.finfo(rows.dtype.as_numpy_dtype).eps
    tolerance = float(epsilon * numpy.sqrt(size)) if isinstance(size, int) else float(16 * epsilon)
    rounds = as_length(half * 2 - 1)

    def go_on(k, turned, x, y):
        begun = gen_math_ops.greater(gen_math_ops.floor_mod(k, rounds), as_length(0))
        unfinished = gen_math_ops.logical_or(begun, turned)
        return gen_math_ops.logical_and(unfinished, gen_math_ops.less(k, rounds * _MOST_SWEEPS))

    def play(k, turned, x, y):
        begins = gen_math_ops.equal(gen_math_ops.floor_mod(k, rounds), as_length(0))
        x, y, now = _turned(x, y, size, tolerance)
        turned = gen_math_ops.logical_or(
            now, gen_math_ops.logical_and(turned, gen_math_ops.logical_not(begins))
        )
        # all but the first move on to the next partner
        stays, moves = sliced(x, 1, 0, 1), sliced(x, 1, 1, None)
        next_x = gen_array_ops.concat_v2([stays, sliced(y, 1, 0, 1), moves], constant(1, tf.int32))
        next_y = gen_array_ops.concat_v2(
            [sliced(y, 1, 1, None), sliced(next_x, 1, half, None)], constant(1, tf.int32)
        )
        return k + 1, turned, sliced(next_x, 1, 0, half), next_y

    x, y = sliced(rows, 1, 0, half), sliced(rows, 1, half, None)
    start = (as_length(0), constant(True, tf.bool), x, y)
    invariant = tf.TensorShape([rows.shape[0], half if isinstance(half, int) else None, rows.shape[2]])
    shapes = (tf.TensorShape([]), tf.TensorShape([]), invariant, invariant)
    _, turned, x, y = tf.while_loop(go_on, play, start, shape_invariants=shapes)
    return gen_array_ops.concat_v2([x, y], constant(1, tf.int32)), gen_math_ops.logical_not(turned)


def _with_even_count(rows: tf.Tensor) -> tf.Tensor:
    count = length(rows, 1)
    if isinstance(count, int) and count % 2 == 0:
        return rows
    odd = as_length(count) % 2
    behind = gen_array_ops.pack(
        [constant((0, 0), tf.int64), gen_array_ops.pack([as_length(0), odd])] + [constant((0, 0), tf.int64)]
    )
    padded = gen_array_ops.pad(rows, behind)
    if isinstance(count, int):
        padded.set_shape([rows.shape[0], count + 1, rows.shape[2]])
    return padded


def _turned_to_the_end(w: tf.Tensor, vectors: bool) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """w @ v with orthogonal columns, and v, of matrices [batch, m, n]; the lengths of the columns."""
    m, n = length(w, 1), length(w, 2)
    rows = transposed(w)
    if vectors:
        unit = gen_math_ops.add_v2(identity(n, w.dtype), gen_array_ops.zeros_like(product(rows, w)))
        rows = gen_array_ops.concat_v2([rows, unit], constant(2, tf.int32))
    if n == 1:
        ended, converged = rows, constant(True, tf.bool)
    else:
        ended, converged = _orthogonalized(_with_even_count(rows), m)
        ended = sliced(ended, 1, 0, n)
    columns = transposed(sliced(ended, 2, 0, m))
    sizes = gen_math_ops.sqrt(gen_array_ops.squeeze(_squares(sliced(ended, 2, 0, m)), axis=[2]))
    sizes = undefined(sizes, gen_math_ops.logical_not(converged))
    return columns, transposed(sliced(ended, 2, m, None)) if vectors else columns, sizes


def _in_order(x: tf.Tensor, order: tf.Tensor) -> tf.Tensor:
    return gen_array_ops.gather_v2(x, order, constant(-1, tf.int32), batch_dims=1)


def _unit_columns(w: tf.Tensor) -> tf.Tensor:
    """Orthogonal columns, in descending order of length, made orthonormal; others for those of 0."""
    q, r = columns_and_triangle(w)
    pivots = diagonal_of(r)
    sizes = modulus(pivots)
    nothing = gen_math_ops.equal(sizes, like(0, sizes))
    phases = times(pivots, gen_math_ops.reciprocal(select(nothing, like(1, sizes), sizes)))
    return gen_math_ops.mul(q, as_row(select(nothing, like(1, phases), phases)))


def _stacked(a: tf.Tensor) -> tf.Tensor:
    *front, m, n = lengths(a)
    return a if len(front) == 1 else reshape(a, [product_of(front), m, n])


def _scaled(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Matrices with elements of about 1, and the powers of 2 by which they were divided, as a column."""
    scale = power_of_two(largest(a, 2))
    return times(a, gen_math_ops.reciprocal(scale)), gen_array_ops.squeeze(scale, axis=[2])


def _descending(sizes: tf.Tensor) -> tf.Tensor:
    return argsort(gen_math_ops.neg(sizes))


def _values_of_tall(a: tf.Tensor) -> tf.Tensor:
    if a.shape[1] != a.shape[2]:
        a = columns_and_triangle(a)[1]
    _, _, sizes = _turned_to_the_end(a, False)
    return _in_order(sizes, _descending(sizes))


def _system_of_tall(a: tf.Tensor, full: bool) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Values, left and right vectors of matrices [batch, m, n] with m >= n."""
    m, n = length(a, 1), length(a, 2)
    outer = None
    if not (isinstance(m, int) and m == n):
        outer, a = columns_and_triangle(a, full)
        a = part(a, n)
    w, right, sizes = _turned_to_the_end(a, True)
    order = _descending(sizes)
    left = _unit_columns(_in_order(w, order))
    if outer is not None:
        inside = product(part(outer, -1, n), left)
        left = gen_array_ops.concat_v2([inside, part(outer, beside=n)], constant(2, tf.int32))
    return _in_order(sizes, order), left, _in_order(right, order)


def _either_way(a: tf.Tensor, of_tall: Callable[..., Any], of_wide: Callable[..., Any]) -> Any:
    m, n = a.shape[1], a.shape[2]
    if m is None or n is None:
        is_tall = gen_math_ops.greater_equal(as_length(length(a, 1)), as_length(length(a, 2)))
        return tf.cond(is_tall, lambda: of_tall(a), lambda: of_wide(a))
    return of_tall(a) if m >= n else of_wide(a)


@runs_in_a_function
def _values(a: tf.Tensor) -> tf.Tensor:
    a, scale = _scaled(a)
    values = _either_way(a, _values_of_tall, lambda a: _values_of_tall(adjoint(a)))
    return gen_math_ops.mul(values, scale)


@runs_in_a_function
def _system(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    return _system_of_either(a, False)


@runs_in_a_function
def _full_system(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    return _system_of_either(a, True)


def _system_of_either(a: tf.Tensor, full: bool) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    a, scale = _scaled(a)

    def of_wide(a):
        values, right, left = _system_of_tall(adjoint(a), full)
        return values, left, right

    values, left, right = _either_way(a, lambda a: _system_of_tall(a, full), of_wide)
    return gen_math_ops.mul(values, scale), left, right


@runs_in_a_function
def _of_hermitian(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    a, scale = _scaled(hermitian_of_triangle(a))
    # with all eigenvalues moved to the right of 0 the singular vectors are eigenvectors
    sums = gen_math_ops._sum(modulus(a), constant(-1, tf.int32), True)
    bound = gen_math_ops._max(sums, constant(-2, tf.int32), True)
    moved = with_diagonal(a, gen_math_ops.add_v2(diagonal_of(a), _along_diagonal(bound, a)))
    _, vectors, sizes = _turned_to_the_end(moved, True)
    values = real_part(
        gen_math_ops._sum(gen_math_ops.mul(conjugated(vectors), product(a, vectors)), constant(-2, tf.int32))
    )
    values = undefined(values, is_nan(sizes))
    order = argsort(values)
    return gen_math_ops.mul(_in_order(values, order), scale), _in_order(vectors, order)


def _along_diagonal(bound: tf.Tensor, a: tf.Tensor) -> tf.Tensor:
    """The same number for all elements of the diagonal."""
    bound = gen_array_ops.squeeze(bound, axis=[2])
    return same_dtype(gen_math_ops.add_v2(bound, gen_array_ops.zeros_like(real_part(diagonal_of(a)))), a)


def _is_empty(a: tf.Tensor) -> bool:
    return 0 in a.shape.as_list()


def _zeros(front: Sequence[Length], *sizes: Length, dtype: tf.DType) -> tf.Tensor:
    return filled([*front, *sizes], constant(0, dtype))


def _units(a: tf.Tensor, n: Length, count: Length) -> tf.Tensor:
    """The first columns of the identity, for each matrix of a stack without elements."""
    zeros = _zeros(lengths(a)[:-2], n, count, dtype=a.dtype)
    return with_diagonal(zeros, gen_array_ops.ones_like(diagonal_of(zeros)))


def of_hermitian(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The ascending eigenvalues, and eigenvectors, of the Hermitian matrices given by the lower triangle."""
    *front, _, n = lengths(a)
    if _is_empty(a):
        return _zeros(front, n, dtype=a.dtype.real_dtype), a
    values, vectors = _of_hermitian(_stacked(a))
    return reshape(values, [*front, n]), reshape(vectors, [*front, n, n])


def singular_values(a: tf.Tensor) -> tf.Tensor:
    """The descending singular values."""
    front, k = lengths(a)[:-2], shorter_side(a)
    if _is_empty(a):
        return _zeros(front, k, dtype=a.dtype.real_dtype)
    return reshape(_values(_stacked(a)), [*front, k])


def singular_system(a: tf.Tensor, full: bool) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The descending singular values, the left and the right vectors as columns."""
    *front, m, n = lengths(a)
    k = shorter_side(a)
    rows, columns = (m, n) if full else (k, k)
    if _is_empty(a):
        values = _zeros(front, k, dtype=a.dtype.real_dtype)
        return values, _units(a, m, rows), _units(a, n, columns)
    values, left, right = (_full_system if full else _system)(_stacked(a))
    return (
        reshape(values, [*front, k]),
        reshape(left, [*front, m, rows]),
        reshape(right, [*front, n, columns]),
    )
