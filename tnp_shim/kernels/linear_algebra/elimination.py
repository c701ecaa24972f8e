"""Gaussian elimination with row pivots in a loop of fixed shapes, for XLA. Knows tensors only.

XLA has no kernel for the LU decomposition, and solves by QR, which does not tell a singular matrix. The
pivots here are chosen as LAPACK chooses them.
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.elementwise import imag, like, real, select
from tnp_shim.kernels.linear_algebra.matrices import (
    diagonal_of,
    modulus,
    part,
    same_dtype,
    undefined,
)
from tnp_shim.kernels.products import as_column, as_row
from tnp_shim.kernels.shapes import (
    as_length,
    broadcast_to,
    counting,
    filled,
    gather,
    length,
    lengths,
    reshape,
)
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops


def _sizes(x: tf.Tensor) -> tf.Tensor:
    """|x|, of complex numbers |re| + |im|, by which LAPACK chooses pivots."""
    if not x.dtype.is_complex:
        return gen_math_ops._abs(x)
    return gen_math_ops.add_v2(gen_math_ops._abs(real(x)), gen_math_ops._abs(imag(x)))


def _over(x: tf.Tensor, pivot: tf.Tensor) -> tf.Tensor:
    """x / pivot, and 0 where the pivot is 0."""
    none = gen_math_ops.equal(pivot, like(0, pivot))
    return gen_math_ops.mul(x, gen_math_ops.reciprocal(select(none, like(1, pivot), pivot)))


def _eliminated(a: tf.Tensor, steps: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Matrices [batch, n, m] with the first columns made upper triangular, and the parity of row swaps.

    Below the diagonal are the multipliers.
    """
    batch, n, m = a.shape.as_list()
    rows = reshape(counting(n), (1, n))
    columns = reshape(counting(m), (1, 1, m))

    def step(k, a, parity):
        column = gather(a, k, 2)
        open_rows = gen_math_ops.greater_equal(rows, k)
        sizes = select(open_rows, _sizes(column), like(-1, _sizes(column)))
        chosen = as_column(gen_math_ops.arg_max(sizes, constant(1, tf.int32), output_type=tf.int64))
        is_chosen, is_step = gen_math_ops.equal(rows, chosen), gen_math_ops.equal(rows, k)
        old = gather(a, k, 1)
        new = _row(a, is_chosen)
        pivot_column = gather(a, k, 2)
        pivot = gather(new, k, 1)
        # rows change places, and multiples of the pivot's row are taken away, in one pass
        swapped_column = select(is_chosen, as_column(gather(old, k, 1)), pivot_column)
        below = gen_math_ops.greater(rows, k)
        factors = select(below, _over(swapped_column, as_column(pivot)), like(0, a))
        beside = gen_math_ops.greater(columns, k)
        swapped = select(as_column(is_step), as_row(new), select(as_column(is_chosen), as_row(old), a))
        reduced = gen_math_ops.sub(swapped, gen_math_ops.mul(as_column(factors), as_row(new)))
        stored = gen_math_ops.logical_and(gen_math_ops.equal(columns, k), as_column(below))
        a = select(beside, reduced, select(stored, as_column(factors), swapped))
        swaps = gen_math_ops.not_equal(chosen, k)
        return k + 1, a, select(gen_array_ops.squeeze(swaps, axis=[1]), gen_math_ops.neg(parity), parity)

    parity = gen_array_ops.fill(constant((batch,), tf.int64), constant(1, a.dtype))
    _, a, parity = tf.while_loop(
        lambda k, *_: k < steps, step, (as_length(0), a, parity), maximum_iterations=steps
    )
    return a, parity


def _row(a: tf.Tensor, is_chosen: tf.Tensor) -> tf.Tensor:
    """The one row of each matrix that is chosen."""
    return gen_math_ops._sum(select(as_column(is_chosen), a, like(0, a)), constant(1, tf.int32))


def _stack(x: tf.Tensor) -> tf.Tensor:
    return reshape(x, [-1, *lengths(x)[-2:]]) if x.shape.rank != 3 else x


def solve(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """The solution of a @ x = b; all NaN where a is singular."""
    n, m = length(a, -1), length(b, -1)
    if b.shape.rank < a.shape.rank:
        b = broadcast_to(b, (*lengths(a)[:-1], m))
    if 0 in (*a.shape.as_list(), m):
        return b
    both = _stack(gen_array_ops.concat_v2([a, b], constant(a.shape.rank - 1, tf.int32)))
    made, _ = _eliminated(both, n)
    x = tf.raw_ops.MatrixTriangularSolve(matrix=part(made, n, n), rhs=part(made, n, m, beside=n), lower=False)
    pivots = diagonal_of(made)
    singular = gen_math_ops._any(gen_math_ops.equal(pivots, like(0, pivots)), constant((-1,), tf.int32), True)
    return reshape(undefined(x, as_column(singular)), lengths(b))


def sign_and_log_determinant(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The sign (or phase) and the logarithm of the modulus of the determinant."""
    n, front = length(a, -1), lengths(a)[:-2]
    if 0 in a.shape.as_list():
        return filled(front, constant(1, a.dtype)), filled(front, constant(0, a.dtype.real_dtype))
    made, parity = _eliminated(_stack(a), n)
    pivots = diagonal_of(made)
    sizes = modulus(pivots)
    last = constant(-1, tf.int32)
    phases = gen_math_ops.prod(_over(pivots, same_dtype(sizes, pivots)), last)
    sign = gen_math_ops.mul(parity, phases)
    return reshape(sign, front), reshape(gen_math_ops._sum(gen_math_ops.log(sizes), last), front)


def without_pivots(a: tf.Tensor) -> tf.Tensor:
    """Matrices with as many rows as columns or more, eliminated in the order of their rows.

    The multipliers are below the diagonal; where a pivot is (next to) 0 they are, too. Differentiable.
    """
    m, n = length(a, -2), length(a, -1)
    rows, columns = as_column(counting(m)), as_row(counting(n))

    def step(k, a):
        at_row, at_column = gen_math_ops.equal(rows, k), gen_math_ops.equal(columns, k)
        zero = like(0, a)
        row = gen_math_ops._sum(select(at_row, a, zero), constant(-2, tf.int32), True)
        column = gen_math_ops._sum(select(at_column, a, zero), constant(-1, tf.int32), True)
        pivot = gen_math_ops._sum(select(at_column, row, zero), constant(-1, tf.int32), True)
        below = gen_math_ops.greater(rows, k)
        small = gen_math_ops.less(modulus(pivot), like(0.5, modulus(pivot)))
        safe = select(small, like(1, pivot), pivot)
        usable = gen_math_ops.logical_and(below, gen_math_ops.logical_not(small))
        factors = select(usable, gen_math_ops.real_div(column, safe), zero)
        beside = gen_math_ops.greater(columns, k)
        reduced = gen_math_ops.sub(a, gen_math_ops.mul(factors, row))
        made = select(beside, reduced, select(gen_math_ops.logical_and(at_column, below), factors, a))
        at_pivot = gen_math_ops.logical_and(at_row, at_column)
        return k + 1, select(gen_math_ops.logical_and(at_pivot, small), zero, made)

    steps = n if isinstance(n, int) else cast(n, tf.int32)
    stop = as_length(n)
    return tf.while_loop(lambda k, _: k < stop, step, (as_length(0), a), maximum_iterations=steps)[1]
