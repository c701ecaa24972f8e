"""Pseudo-inverses, least squares, ranks, condition numbers of numpy.linalg. Knows declarations and kernels.

These tell what is 0 from what is rounding, so that float32 is computed in float64, as NumPy does.
"""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.declaration import Tensor, function
from tnp_shim.declaration.arguments import MISSING, to_tensor
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels.elementwise import both, like, select
from tnp_shim.kernels.linear_algebra import equations, singular_values
from tnp_shim.kernels.linear_algebra.equations import over_matrix, sign_and_log_determinant
from tnp_shim.kernels.linear_algebra.matrices import (
    LinAlgError,
    hermitian_of_triangle,
    identity,
    largest,
    product,
    transposed,
)
from tnp_shim.kernels.linear_algebra.pseudo_inverse import pseudo_inverse
from tnp_shim.kernels.linear_algebra.symmetric import eigenvalues
from tnp_shim.kernels.products import as_column
from tnp_shim.kernels.shapes import Length, as_length, length, rank_of, sliced
from tnp_shim.linalg.inputs import is_known_empty, matrices, result_dtype, square_matrices, wide
from tnp_shim.linalg.norms import norm_of
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import (
    EagerTensor,
    compiled_by_xla,
    gen_array_ops,
    gen_math_ops,
)


def _longer_side(x: tf.Tensor) -> Length:
    m, n = length(x, -2), length(x, -1)
    if isinstance(m, int) and isinstance(n, int):
        return max(m, n)
    return gen_math_ops.maximum(as_length(m), as_length(n))


def _share_of_rounding(x: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    """The longer side times the distance of 1 to the next number of a dtype, as a float64."""
    epsilon = constant(float(numpy.finfo(dtype.as_numpy_dtype).eps), tf.float64)
    return gen_math_ops.mul(cast(as_length(_longer_side(x)), tf.float64), epsilon)


def _share(x: tf.Tensor, rcond: Any, rtol: Any) -> tf.Tensor:
    """The share of the largest singular value up to which pinv leaves out others."""
    if rcond is not None:
        if rtol is not MISSING:
            raise ValueError("`rtol` and `rcond` can't be both set.")
        return cast(to_tensor(rcond, "rcond"), tf.float64)
    if rtol is MISSING:
        return constant(1e-15, tf.float64)
    if rtol is None:
        return _share_of_rounding(x, x.dtype)
    return cast(to_tensor(rtol, "rtol"), tf.float64)


@function(numpy.linalg.pinv)
def pinv(a: Tensor, rcond: Any = None, hermitian: Any = False, *, rtol: Any = MISSING):
    """The pseudo-inverse: singular values up to a share of the largest are left out.

    Differentiable at fixed rank, also where singular values coincide. float32 is computed in float64, as by
    NumPy. Of a Hermitian matrix the lower triangle is read.
    """
    share = _share(a, rcond, rtol)
    if a.shape.rank != 0 and rank_of(a, "linalg.pinv") >= 2 and is_known_empty(a):
        return transposed(a)
    x = wide(square_matrices(a, "pinv") if hermitian else matrices(a, "pinv"))
    x = hermitian_of_triangle(x) if hermitian else x
    made, _ = pseudo_inverse(x, share, bool(hermitian))
    return cast(made, result_dtype(a))


@function(numpy.linalg.lstsq, scalar=True)
def lstsq(a: Tensor, b: Tensor, rcond: Any = None):
    """The least-squares solution, the sums of squared residuals, the rank and the singular values.

    Differentiable at fixed rank. How many residuals NumPy gives depends on the rank: under XLA, where sizes
    cannot depend on values, there is one for each column if there are more rows than columns, and it is NaN
    where the rank is not full. float32 is computed in float64, as NumPy does.
    """
    is_vector = rank_of(b, "linalg.lstsq") == 1
    for x in (a, as_column(b) if is_vector else b):
        if rank_of(x, "linalg.lstsq") != 2:
            raise LinAlgError(f"{x.shape.rank}-dimensional array given. Array must be two-dimensional")
    dtype = result_dtype(a, b)
    a, b = wide(cast(a, dtype)), wide(cast(as_column(b) if is_vector else b, dtype))
    b = _of_same_rows(a, b)
    share = _share_of_rounding(a, a.dtype) if rcond is None else cast(to_tensor(rcond, "rcond"), tf.float64)
    inverse, values = pseudo_inverse(a, share)
    x = product(inverse, b)
    kept = gen_math_ops.greater(values, gen_math_ops.mul(share, largest(values)))
    rank = gen_math_ops._sum(cast(kept, tf.int32), constant(-1, tf.int32))
    differences = gen_math_ops.sub(b, product(a, x))
    squares = _squares(differences)
    residuals = _of_full_rank(gen_math_ops._sum(squares, constant(-2, tf.int32)), a, rank)
    x = gen_array_ops.squeeze(x, axis=[-1]) if is_vector else x
    single = dtype.real_dtype
    return cast(x, dtype), cast(residuals, single), rank, cast(values, single)


def _squares(x: tf.Tensor) -> tf.Tensor:
    if not x.dtype.is_complex:
        return gen_math_ops.square(x)
    return gen_math_ops.real(gen_math_ops.mul(x, gen_math_ops.conj(x)), Tout=x.dtype.real_dtype)


def _of_same_rows(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    m, n = length(a, -2), length(b, -2)
    if isinstance(m, int) and isinstance(n, int):
        if m != n:
            raise LinAlgError("Incompatible dimensions")
        return b
    return asserted(b, gen_math_ops.equal(as_length(m), as_length(n)), "Incompatible dimensions", LinAlgError)


def _of_full_rank(residuals: tf.Tensor, a: tf.Tensor, rank: tf.Tensor) -> tf.Tensor:
    """The residuals if there are more rows than columns and the rank is full, else none."""
    m, n = length(a, -2), length(a, -1)
    if isinstance(m, int) and isinstance(n, int) and m <= n:
        return residuals[:0]
    full = gen_math_ops.equal(cast(rank, tf.int64), as_length(n))
    if compiled_by_xla():
        return select(full, residuals, like(numpy.nan, residuals))
    counts = both(full, gen_math_ops.greater(as_length(m), as_length(n)))
    size = gen_math_ops.mul(cast(counts, tf.int64), as_length(length(residuals, 0)))
    return sliced(residuals, 0, 0, size)


@function(numpy.linalg.matrix_rank, scalar=True)
def matrix_rank(A: Tensor, tol: Tensor | None = None, hermitian: Any = False, *, rtol: Tensor | None = None):
    """How many singular values are greater than `tol`, or than a share `rtol` of the largest."""
    if rtol is not None and tol is not None:
        raise ValueError("`tol` and `rtol` can't be both set.")
    if rank_of(A, "linalg.matrix_rank") < 2:
        axes = constant(tuple(range(A.shape.rank)), tf.int32)
        found = gen_math_ops._any(gen_math_ops.not_equal(A, like(0, A)), axes)
        return int(found) if isinstance(found, EagerTensor) else cast(found, tf.int64)
    x = wide(square_matrices(A, "matrix_rank") if hermitian else matrices(A, "matrix_rank"))
    values = gen_math_ops._abs(eigenvalues(x)) if hermitian else singular_values.singular_values(x)
    if tol is None:
        share = _share_of_rounding(x, result_dtype(A).real_dtype) if rtol is None else cast(rtol, tf.float64)
        limit = gen_math_ops.mul(largest(values), as_column(share))
    else:
        limit = as_column(cast(tol, tf.float64))
    above = cast(gen_math_ops.greater(values, limit), tf.int64)
    return gen_math_ops._sum(above, constant(-1, tf.int32))


def _inverse_where_regular(a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The inverse, the identity for singular matrices, and which are not singular."""
    _, log = sign_and_log_determinant(a)
    singular = gen_math_ops.equal(log, like(-numpy.inf, log))
    unit = identity(length(a, -1), a.dtype)
    return equations.inverse(select(over_matrix(singular), unit, a)), gen_math_ops.logical_not(singular)


def _ratio(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """x / y, and infinite without a slope where y is 0."""
    nothing = gen_math_ops.equal(y, like(0, y))
    ratio = gen_math_ops.real_div(x, select(nothing, like(1, y), y))
    return select(nothing, like(numpy.inf, ratio), ratio)


@function(numpy.linalg.cond, scalar=True)
def cond(x: Tensor, p: Any = None):
    """The condition number in a norm. Differentiable; of singular matrices infinite, with a gradient of 0."""
    if rank_of(x, "linalg.cond") >= 2 and is_known_empty(x) and 0 in x.shape.as_list():
        raise LinAlgError("cond is not defined on empty arrays")
    if x.shape.rank >= 2 and not x.shape.is_fully_defined():
        some = gen_math_ops.greater(as_length(length(x, -1) * length(x, -2)), as_length(0))
        x = asserted(x, some, "cond is not defined on empty arrays", LinAlgError)
    dtype = result_dtype(x).real_dtype
    if p is None or p in (2, -2):
        values = singular_values.singular_values(wide(matrices(x, "cond")))
        first, last = values[..., 0], values[..., -1]
        if p == -2:
            return cast(_ratio(last, first), dtype)
        return cast(_ratio(first, last), dtype)
    x = wide(square_matrices(x, "cond"))
    inverse, regular = _inverse_where_regular(x)
    made = gen_math_ops.mul(norm_of(x, p, (-2, -1)), norm_of(inverse, p, (-2, -1)))
    return cast(select(regular, made, like(numpy.inf, made)), dtype)
