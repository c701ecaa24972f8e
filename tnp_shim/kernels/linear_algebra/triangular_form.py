"""Eigenvalues and eigenvectors by an iteration of our own, for XLA and GPUs. Knows tensors only.

Balancing, Householder's reduction to Hessenberg form, and the implicit QR iteration with Wilkinson's shift in
complex arithmetic, on a whole stack of matrices at once; eigenvectors of the triangle by back-substitution.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy
import tensorflow as tf

from tnp_shim.kernels.elementwise import imag, like, real, select
from tnp_shim.kernels.linear_algebra.derivatives import rounding_of
from tnp_shim.kernels.linear_algebra.loops import placed, runs_in_a_function, window
from tnp_shim.kernels.linear_algebra.matrices import (
    as_complex,
    diagonal_of,
    is_endless,
    modulus,
    power_of_two,
    product,
    real_part,
    scaled_columns,
    scaled_rows,
    times,
    undefined,
    upper,
    with_diagonal,
)
from tnp_shim.kernels.products import as_column, as_row
from tnp_shim.kernels.shapes import as_length, counting, filled, gather, length, lengths, reshape
from tnp_shim.kernels.shapes import product as product_of
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

_MOST_BALANCINGS = 64
_MOST_SWEEPS = 40
"""Sweeps of the QR iteration for each eigenvalue; two or three are needed."""
_LAST = -1


def _sum(x: tf.Tensor, axis: int, keepdims: bool = False) -> tf.Tensor:
    return gen_math_ops._sum(x, constant(axis, tf.int32), keepdims)


def _any(x: tf.Tensor, axes: tuple[int, ...] | None = None) -> tf.Tensor:
    over = tuple(range(x.shape.rank)) if axes is None else axes
    return gen_math_ops._any(x, constant(over, tf.int32))


def _balanced(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """D^-1 a D with rows and columns of about the same length, and the powers of 2 on the diagonal of D."""
    sizes = modulus(with_diagonal(a, gen_array_ops.zeros_like(diagonal_of(a))))
    ones = gen_array_ops.ones_like(real_part(diagonal_of(a)))

    def step(k, _, factors):
        balanced = gen_math_ops.mul(as_column(gen_math_ops.reciprocal(factors)), sizes)
        squares = gen_math_ops.square(gen_math_ops.mul(balanced, as_row(factors)))
        rows, columns = _sum(squares, -1), _sum(squares, -2)
        zero = like(0, rows)
        usable = gen_math_ops.logical_and(
            gen_math_ops.greater(rows, zero), gen_math_ops.greater(columns, zero)
        )
        ratio = gen_math_ops.real_div(select(usable, rows, ones), select(usable, columns, ones))
        # of squares the fourth root is a full step for one of them; all move, so half of that
        change = power_of_two(gen_math_ops.sqrt(gen_math_ops.sqrt(gen_math_ops.sqrt(ratio))))
        return k + 1, _any(gen_math_ops.not_equal(change, ones)), gen_math_ops.mul(factors, change)

    _, _, factors = tf.while_loop(
        lambda k, moved, _: gen_math_ops.logical_and(moved, k < _MOST_BALANCINGS),
        step,
        (constant(0, tf.int32), constant(True, tf.bool), ones),
    )
    return scaled_columns(scaled_rows(gen_math_ops.reciprocal(factors), a), factors), factors


def _hessenberg(a: tf.Tensor, vectors: bool) -> tuple[tf.Tensor, tf.Tensor]:
    """h and unitary q with a = q h q^H, h being 0 below the first subdiagonal."""
    n = length(a, -1)
    place = reshape(counting(n), (1, -1))
    stop = as_length(n) - 2

    def step(k, h, q):
        column = gather(h, k, 2)
        zero = like(0, h)
        below = select(gen_math_ops.greater(place, k), column, zero)
        at_pivot = gen_math_ops.equal(place, k + 1)
        pivot = _sum(select(at_pivot, column, zero), 1, True)
        size = gen_math_ops.sqrt(_sum(gen_math_ops.square(modulus(below)), 1, True))
        pivot_size = modulus(pivot)
        nothing = gen_math_ops.equal(pivot_size, like(0, pivot_size))
        safe = select(nothing, like(1, pivot_size), pivot_size)
        phase = select(nothing, like(1, pivot), times(pivot, gen_math_ops.reciprocal(safe)))
        mirror = gen_math_ops.add_v2(below, select(at_pivot, times(phase, size), zero))
        square = gen_math_ops.mul(size, gen_math_ops.add_v2(size, pivot_size))
        idle = gen_math_ops.equal(square, like(0, square))
        weight = gen_math_ops.reciprocal(select(idle, like(1, square), square))
        weight = select(idle, like(0, square), weight)
        weighted = as_row(times(gen_math_ops.conj(mirror), weight))
        h = gen_math_ops.sub(h, product(as_column(mirror), product(weighted, h)))
        h = gen_math_ops.sub(h, product(product(h, as_column(mirror)), weighted))
        if vectors:
            q = gen_math_ops.sub(q, product(product(q, as_column(mirror)), weighted))
        return k + 1, h, q

    start = (as_length(0), a, _unit_like(a))
    _, h, q = tf.while_loop(lambda k, *_: k < stop, step, start)
    inside = gen_math_ops.less_equal(as_column(counting(n)), as_row(counting(n)) + 1)
    return select(inside, h, like(0, h)), q


def _unit_like(a: tf.Tensor) -> tf.Tensor:
    return with_diagonal(gen_array_ops.zeros_like(a), gen_array_ops.ones_like(diagonal_of(a)))


class _State(NamedTuple):
    """Of the iteration: which sweep, the matrix, the unitary one, and of each matrix the end of the part
    that is not yet triangular and how many sweeps that end has stayed."""

    sweep: tf.Tensor
    h: tf.Tensor
    q: tf.Tensor
    end: tf.Tensor
    stayed: tf.Tensor


def _is_diagonal(h: tf.Tensor, k: int) -> tf.Tensor:
    """Where a diagonal of matrices is, in the axes of one."""
    n = length(h, 1)
    return gen_math_ops.equal(as_column(counting(n)) + k, as_row(counting(n)))


def _diagonals(h: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Above (with a 0 behind), on and below the diagonal (with a 0 behind)."""
    above = _sum(select(_is_diagonal(h, 1), h, like(0, h)), 2)
    return above, diagonal_of(h), _sum(select(_is_diagonal(h, -1), h, like(0, h)), 1)


def _at(values: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
    """Of each row the element at its place; 0 where the place is outside."""
    chosen = gen_math_ops.equal(reshape(counting(length(values, 1)), (1, -1)), as_column(place))
    return _sum(select(chosen, values, like(0, values)), 1)


def _without_small(h: tf.Tensor) -> tf.Tensor:
    """The matrices with 0 for elements below the diagonal that are rounding."""
    _, diagonal, below = _diagonals(h)
    sizes = modulus(diagonal)
    next_sizes = gen_array_ops.concat_v2([sizes[:, 1:], sizes[:, :1]], constant(1, tf.int32))
    near = gen_math_ops.add_v2(sizes, next_sizes)
    whole = gen_math_ops._max(modulus(h), constant((1, 2), tf.int32), True)[:, :, 0]
    near = select(gen_math_ops.equal(near, like(0, near)), gen_math_ops.add_v2(near, whole), near)
    epsilon = numpy.finfo(h.dtype.as_numpy_dtype).eps
    small = gen_math_ops.less_equal(modulus(below), gen_math_ops.mul(near, like(epsilon, near)))
    return select(gen_math_ops.logical_and(_is_diagonal(h, -1), as_row(small)), like(0, h), h)


def _part_left(below: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """First and last row of the last part that is not yet triangular; 0 and 0 where there is none."""
    place = reshape(counting(length(below, 1)), (1, -1))
    there = gen_math_ops.not_equal(below, like(0, below))
    none = as_length(0)
    end = _last(select(there, place + 1, none), 1)
    ends_before = gen_math_ops.logical_and(
        gen_math_ops.logical_not(there), gen_math_ops.less(place, as_column(end))
    )
    return _last(select(ends_before, place + 1, none), 1), end


def _last(places: tf.Tensor, axis: int) -> tf.Tensor:
    """The greatest of places. GPUs have no kernel for the least of integers."""
    return gen_math_ops._max(places, constant(axis, tf.int32))


def _either_root(z: tf.Tensor) -> tf.Tensor:
    """One of the two square roots, by parts: GPUs have no kernel for the root of complex numbers."""
    x, y = real(z), imag(z)
    size = gen_math_ops.sqrt(
        gen_math_ops.mul(like(0.5, x), gen_math_ops.add_v2(modulus(z), gen_math_ops._abs(x)))
    )
    other = gen_math_ops.div_no_nan(y, gen_math_ops.mul(like(2, x), size))
    left = gen_math_ops.less(x, like(0, x))
    return gen_math_ops._complex(select(left, other, size), select(left, size, other), Tout=z.dtype)


def _shift(above: tf.Tensor, diagonal: tf.Tensor, below: tf.Tensor, end: tf.Tensor, stayed: tf.Tensor):
    """The eigenvalue of the last 2 x 2 block that is next to its last element; every tenth is an odd one."""
    last, before = _at(diagonal, end), _at(diagonal, end - 1)
    beneath = _at(below, end - 1)
    cross = gen_math_ops.mul(beneath, _at(above, end - 1))
    half = gen_math_ops.mul(gen_math_ops.sub(before, last), like(0.5, last))
    root = _either_root(gen_math_ops.add_v2(gen_math_ops.mul(half, half), cross))
    plus, minus = gen_math_ops.add_v2(half, root), gen_math_ops.sub(half, root)
    larger = select(gen_math_ops.greater(modulus(plus), modulus(minus)), plus, minus)
    nothing = gen_math_ops.equal(larger, like(0, larger))
    step = gen_math_ops.real_div(cross, select(nothing, like(1, larger), larger))
    usual = gen_math_ops.sub(last, select(nothing, like(0, step), step))
    odd = gen_math_ops.add_v2(last, as_complex(gen_math_ops.mul(modulus(beneath), like(0.75, real(last)))))
    stuck = gen_math_ops.equal(gen_math_ops.floor_mod(stayed, as_length(10)), as_length(9))
    return select(stuck, odd, usual)


def _rotation(x: tf.Tensor, y: tf.Tensor, turns: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The cosine (real) and the sine that turn (x, y) into (r, 0); none where nothing is to turn."""
    size_x, size_y = modulus(x), modulus(y)
    size = gen_math_ops.sqrt(gen_math_ops.add_v2(gen_math_ops.square(size_x), gen_math_ops.square(size_y)))
    turns = gen_math_ops.logical_and(turns, gen_math_ops.greater(size, like(0, size)))
    one, zero = like(1, size), like(0, size)
    inverse = gen_math_ops.reciprocal(select(turns, size, one))
    flat = gen_math_ops.equal(size_x, zero)
    phase = times(x, gen_math_ops.reciprocal(select(flat, one, size_x)))
    phase = select(flat, like(1, x), phase)
    cosine = select(turns, gen_math_ops.mul(size_x, inverse), one)
    sine = times(gen_math_ops.mul(phase, gen_math_ops.conj(y)), inverse)
    return cosine, select(turns, sine, like(0, sine))


def _turned_rows(x: tf.Tensor, cosine: tf.Tensor, sine: tf.Tensor) -> tf.Tensor:
    """Two rows, turned."""
    first, second = x[:, :1], x[:, 1:]
    turned = gen_math_ops.add_v2(times(first, cosine), gen_math_ops.mul(sine, second))
    other = gen_math_ops.sub(times(second, cosine), gen_math_ops.mul(gen_math_ops.conj(sine), first))
    return gen_array_ops.concat_v2([turned, other], constant(1, tf.int32))


def _turned_columns(x: tf.Tensor, cosine: tf.Tensor, sine: tf.Tensor) -> tf.Tensor:
    """Two columns, turned the other way."""
    first, second = x[:, :, :1], x[:, :, 1:]
    turned = gen_math_ops.add_v2(times(first, cosine), gen_math_ops.mul(gen_math_ops.conj(sine), second))
    other = gen_math_ops.sub(times(second, cosine), gen_math_ops.mul(sine, first))
    return gen_array_ops.concat_v2([turned, other], constant(2, tf.int32))


def _swept(state: _State, vectors: bool) -> _State:
    """One sweep of the implicit QR iteration over the last part of each matrix that is not yet triangular."""
    h = _without_small(state.h)
    above, diagonal, below = _diagonals(h)
    begin, end = _part_left(below)
    stayed = select(gen_math_ops.equal(end, state.end), state.stayed + 1, gen_array_ops.zeros_like(end))
    shift = _shift(above, diagonal, below, end, stayed)

    first_x = gen_math_ops.sub(_at(diagonal, begin), shift)
    first_y = _at(below, begin)
    last_start = as_length(length(h, 1)) - 2

    def step(k, h, q, x, y):
        starts = gen_math_ops.equal(begin, k)
        inside = gen_math_ops.logical_and(gen_math_ops.greater_equal(k, begin), gen_math_ops.less(k, end))
        cosine, sine = _rotation(select(starts, first_x, x), select(starts, first_y, y), inside)
        cosine, sine = (as_column(as_column(part)) for part in (cosine, sine))
        h = placed(h, _turned_rows(window(h, 1, k, 2), cosine, sine), 1, k)
        h = placed(h, _turned_columns(window(h, 2, k, 2), cosine, sine), 2, k)
        # what this one left below the first subdiagonal the next one chases on; it is read out of the updated
        # matrix, as XLA would copy all of it for what is read before
        chased = window(window(h, 2, k, 1), 1, gen_math_ops.minimum(k + 1, last_start), 2)
        x, y = chased[:, 0, 0], chased[:, 1, 0]
        if vectors:
            q = placed(q, _turned_columns(window(q, 2, k, 2), cosine, sine), 2, k)
        return k + 1, h, q, x, y

    active = gen_math_ops.greater(end, as_length(0))
    first = -_last(select(active, -begin, -as_length(length(h, 1))), 0)
    last = _last(end, 0)
    start = (first, h, state.q, first_x, first_y)
    _, h, q, _, _ = tf.while_loop(lambda k, *_: k < last, step, start)
    # what was chased out below the first subdiagonal is 0
    n = length(h, 1)
    inside = gen_math_ops.less_equal(as_column(counting(n)), as_row(counting(n)) + 1)
    return _State(state.sweep + 1, select(inside, h, like(0, h)), q, end, stayed)


def _triangular(h: tf.Tensor, q: tf.Tensor, vectors: bool) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Upper triangular t and unitary q with the product q t q^H kept, and which are not triangular yet."""
    count = filled([length(h, 0)], constant(0, tf.int64))
    if h.shape[1] == 1:
        return h, q, gen_math_ops.not_equal(count, count)
    limit = as_length(length(h, 1)) * _MOST_SWEEPS
    state = _State(as_length(0), h, q, count - 1, count)

    def go_on(*state):
        state = _State(*state)
        unfinished = _any(gen_math_ops.not_equal(state.end, as_length(0)))
        return gen_math_ops.logical_and(unfinished, gen_math_ops.less(state.sweep, limit))

    ended = _State(*tf.while_loop(go_on, lambda *state: tuple(_swept(_State(*state), vectors)), tuple(state)))
    return upper(ended.h), ended.q, gen_math_ops.not_equal(ended.end, as_length(0))


def _vectors_of_triangle(t: tf.Tensor) -> tf.Tensor:
    """Eigenvectors, as columns, of upper triangular matrices; columns are scaled so as not to overflow."""
    n = length(t, 1)
    values = diagonal_of(t)
    limits = numpy.finfo(t.dtype.as_numpy_dtype)
    whole = gen_math_ops._max(modulus(t), constant((1, 2), tf.int32), True)[:, :, 0]
    least = gen_math_ops.maximum(gen_math_ops.mul(whole, like(limits.eps, whole)), like(limits.tiny, whole))
    place = reshape(counting(n), (1, -1))
    many = like(float(limits.max) ** 0.25, whole)

    def step(k, x):
        row = gather(t, k, 1)
        pivot = gather(values, k, 1)
        solved = product(as_row(select(gen_math_ops.greater(place, k), row, like(0, row))), x)[:, 0, :]
        apart = gen_math_ops.sub(values, as_column(pivot))
        near = gen_math_ops.less(modulus(apart), least)
        apart = select(
            near, as_complex(gen_math_ops.add_v2(least, gen_array_ops.zeros_like(real(apart)))), apart
        )
        found = gen_math_ops.real_div(solved, apart)
        found = select(gen_math_ops.greater(place, k), found, like(0, found))
        size = modulus(found)
        shrink = gen_math_ops.reciprocal(select(gen_math_ops.greater(size, many), size, like(1, size)))
        new = select(gen_math_ops.equal(place, k), like(1, found), found)
        at_row = gen_math_ops.equal(as_column(counting(n)), k)
        return k - 1, times(select(at_row, as_row(new), x), as_row(shrink))

    start = (as_length(n) - 1, gen_array_ops.zeros_like(t))
    return tf.while_loop(lambda k, _: k >= 0, step, start)[1]


def _of_unit_length(vectors: tf.Tensor) -> tf.Tensor:
    """Columns of length 1 with a real element where it is largest, as LAPACK gives them."""
    sizes = modulus(vectors)
    largest = gen_math_ops._max(sizes, constant(1, tf.int32), True)
    vectors = times(vectors, gen_math_ops.reciprocal(largest))
    sizes = modulus(vectors)
    place = reshape(counting(length(vectors, 1)), (1, -1, 1))
    first = as_row(gen_math_ops.arg_max(sizes, constant(1, tf.int32), output_type=tf.int64))
    pivot = _sum(select(gen_math_ops.equal(place, first), vectors, like(0, vectors)), 1, True)
    phase = times(pivot, gen_math_ops.reciprocal(modulus(pivot)))
    length_of_each = gen_math_ops.sqrt(_sum(gen_math_ops.square(sizes), 1, True))
    turned = gen_math_ops.mul(vectors, gen_math_ops.conj(phase))
    return times(turned, gen_math_ops.reciprocal(length_of_each))


def _without_rounding(values: tf.Tensor) -> tf.Tensor:
    """Eigenvalues of real matrices, real where their imaginary parts are rounding."""
    limit = rounding_of(modulus(values))
    small = gen_math_ops.less_equal(gen_math_ops._abs(imag(values)), limit)
    return select(small, as_complex(real(values)), values)


def _system(a: tf.Tensor, vectors: bool) -> tuple[tf.Tensor, tf.Tensor]:
    bad = _any(is_endless(a), (1, 2))
    safe = select(as_column(as_column(bad)), _unit_like(a), a)
    balanced, factors = _balanced(safe)
    h, q = _hessenberg(as_complex(balanced), vectors)
    t, q, unfinished = _triangular(h, q, vectors)
    failed = as_column(gen_math_ops.logical_or(bad, unfinished))
    values = diagonal_of(t)
    values = undefined(values if a.dtype.is_complex else _without_rounding(values), failed)
    if not vectors:
        return values, t
    basis = scaled_rows(factors, product(q, _vectors_of_triangle(t)))
    return values, undefined(_of_unit_length(basis), as_column(failed))


@runs_in_a_function
def _values_alone(a: tf.Tensor) -> tf.Tensor:
    return _system(a, False)[0]


@runs_in_a_function
def _values_and_vectors(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return _system(a, True)


def eigensystem(a: tf.Tensor, vectors: bool) -> tuple[tf.Tensor, tf.Tensor]:
    """The eigenvalues and (if asked for) the eigenvectors; NaN where there are none to be found."""
    *front, n, _ = lengths(a)
    if 0 in a.shape.as_list():
        made = as_complex(gen_array_ops.zeros_like(a))
        return _sum(made, _LAST), made
    stack = a if len(front) == 1 else reshape(a, [product_of(front), n, n])
    if not vectors:
        return reshape(_values_alone(stack), [*front, n]), stack
    values, basis = _values_and_vectors(stack)
    return reshape(values, [*front, n]), reshape(basis, [*front, n, n])
