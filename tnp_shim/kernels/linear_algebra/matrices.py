"""Stacks of matrices: products, adjoints, diagonals, triangles, checks. Knows tensors only."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.indexing.checks import asserted, every
from tnp_shim.kernels.coverage import has_gpu, kernel_dtypes
from tnp_shim.kernels.elementwise import BITS, bits_of, complex_of, from_bits, imag, like, real, select
from tnp_shim.kernels.shapes import Length, as_length, broadcast_shape, broadcast_to, length, lengths, vector
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import (
    EagerTensor,
    compiled_by_xla,
    context,
    gen_array_ops,
    gen_bitwise_ops,
    gen_math_ops,
    ops,
)

LinAlgError = numpy.linalg.LinAlgError
_NAN = complex(numpy.nan, numpy.nan)


def without_kernel(op: str, dtype: tf.DType) -> bool:
    """Whether ops may be placed where `op` has no kernel for matrices of a dtype: on a GPU that lacks it."""
    return has_gpu() and dtype not in kernel_dtypes(op, "GPU")


def product(
    x: tf.Tensor, y: tf.Tensor, *more: tf.Tensor, adjoint_x: bool = False, adjoint_y: bool = False
) -> tf.Tensor:
    """The product of matrices, from the left; axes in front broadcast. The first two may be adjoined."""
    made = gen_math_ops.batch_mat_mul_v2(x, y, adjoint_x, adjoint_y)
    for z in more:
        made = gen_math_ops.batch_mat_mul_v2(made, z)
    return made


def transposed(x: tf.Tensor) -> tf.Tensor:
    rank = x.shape.rank
    return gen_array_ops.transpose(x, constant((*range(rank - 2), rank - 1, rank - 2), tf.int32))


def conjugated(x: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.conj(x) if x.dtype.is_complex else x


def adjoint(x: tf.Tensor) -> tf.Tensor:
    return conjugated(transposed(x))


def as_complex(x: tf.Tensor) -> tf.Tensor:
    return x if x.dtype.is_complex else complex_of(x, gen_array_ops.zeros_like(x))


def real_part(x: tf.Tensor) -> tf.Tensor:
    return real(x) if x.dtype.is_complex else x


def modulus(x: tf.Tensor) -> tf.Tensor:
    if not x.dtype.is_complex:
        return gen_math_ops._abs(x)
    return gen_math_ops.complex_abs(x, Tout=x.dtype.real_dtype)


def size_in_parts(x: tf.Tensor) -> tf.Tensor:
    """|x|, of complex numbers the greater of both parts, which never overflows."""
    if not x.dtype.is_complex:
        return gen_math_ops._abs(x)
    return gen_math_ops.maximum(gen_math_ops._abs(real(x)), gen_math_ops._abs(imag(x)))


def largest(x: tf.Tensor, axes: int = 1) -> tf.Tensor:
    """The largest modulus over the last axes (0 of none), which are kept."""
    over = constant(tuple(range(-axes, 0)), tf.int32)
    sizes = size_in_parts(x)
    if 0 not in x.shape[-axes:].as_list() and x.shape[-axes:].is_fully_defined():
        return gen_math_ops._max(sizes, over, True)
    return gen_math_ops.maximum(gen_math_ops._max(sizes, over, True), like(0, sizes))


def same_dtype(x: tf.Tensor, like_this: tf.Tensor) -> tf.Tensor:
    """Real numbers in the dtype of a tensor that may be complex; the gradient of Cast would log a warning."""
    return as_complex(x) if like_this.dtype.is_complex else x


def times(x: tf.Tensor, factors: tf.Tensor) -> tf.Tensor:
    """Numbers times real factors, in the dtype of the numbers."""
    return gen_math_ops.mul(x, same_dtype(factors, x))


def scaled_columns(x: tf.Tensor, factors: tf.Tensor) -> tf.Tensor:
    """x @ diag(factors)"""
    return times(x, gen_array_ops.expand_dims(factors, constant(-2, tf.int32)))


def scaled_rows(factors: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """diag(factors) @ x"""
    return times(x, gen_array_ops.expand_dims(factors, constant(-1, tf.int32)))


def diagonal_of(x: tf.Tensor) -> tf.Tensor:
    return gen_array_ops.matrix_diag_part_v3(x, constant(0, tf.int32), like(0, x))


def diagonal_matrix(values: tf.Tensor) -> tf.Tensor:
    minus_one, zero = constant(-1, tf.int32), constant(0, tf.int32)
    return gen_array_ops.matrix_diag_v3(values, zero, minus_one, minus_one, like(0, values))


def with_diagonal(x: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    return gen_array_ops.matrix_set_diag_v3(x, values, constant(0, tf.int32))


def identity(n: Length, dtype: tf.DType) -> tf.Tensor:
    """The identity matrix."""
    ones = gen_array_ops.fill(vector([n]), constant(1, dtype))
    return diagonal_matrix(ones)


def lower(x: tf.Tensor, strictly: bool = False) -> tf.Tensor:
    """The lower triangle, the rest being 0."""
    all_of_it, none = constant(-1, tf.int64), constant(0, tf.int64)
    if not strictly:
        return gen_array_ops.matrix_band_part(x, all_of_it, none)
    return gen_math_ops.sub(x, upper(x))


def upper(x: tf.Tensor) -> tf.Tensor:
    """The upper triangle, the rest being 0."""
    return gen_array_ops.matrix_band_part(x, constant(0, tf.int64), constant(-1, tf.int64))


def halved(x: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.mul(x, like(0.5, x))


def anti_hermitian(x: tf.Tensor) -> tf.Tensor:
    """x - x^H"""
    return gen_math_ops.sub(x, adjoint(x))


def gradient_of_triangle(slopes: tf.Tensor) -> tf.Tensor:
    """The gradient with respect to a matrix of which the lower triangle is read as a Hermitian matrix.

    `slopes` is the gradient with respect to that Hermitian matrix, any part of it anti-Hermitian ignored.
    """
    both = gen_math_ops.add_v2(slopes, adjoint(slopes))
    return with_diagonal(lower(both, strictly=True), halved(diagonal_of(both)))


def hermitian_of_triangle(x: tf.Tensor, is_lower: bool = True) -> tf.Tensor:
    """The Hermitian matrix of which one triangle is given; imaginary parts on its diagonal are ignored."""
    x = x if is_lower else adjoint(x)
    below = lower(x, strictly=True)
    both = gen_math_ops.add_v2(below, adjoint(below))
    return with_diagonal(both, same_dtype(real_part(diagonal_of(x)), x))


def is_nan(x: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.not_equal(x, x)


def verified(x: tf.Tensor, holds: tf.Tensor, message: str) -> tf.Tensor:
    """Matrices or vectors for which something holds, one condition for each (of as many axes as `x`).

    LinAlgError, or an assertion in a graph. XLA has none: there all of such a matrix is NaN.
    """
    if compiled_by_xla():
        return select(holds, x, like(_NAN if x.dtype.is_complex else numpy.nan, x))
    return asserted(x, every(holds), message, LinAlgError)


def all_verified(tensors: tuple[tf.Tensor, ...], holds: tf.Tensor, message: str) -> tuple[tf.Tensor, ...]:
    """Tensors for all of which one condition (of no axes) holds; LinAlgError, or one assertion in a graph."""
    first = asserted(tensors[0], holds, message, LinAlgError)
    if isinstance(holds, EagerTensor):
        return tensors
    with ops.control_dependencies([first]):
        return (first, *gen_array_ops.identity_n(tensors[1:]))


def if_all(condition: tf.Tensor, usual: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """`usual()`, or `otherwise()` if a condition (of no axes) does not hold; the same number of tensors."""
    if isinstance(condition, EagerTensor):
        return usual() if condition else otherwise()
    return tf.cond(condition, usual, otherwise)


def undefined(x: tf.Tensor, where: tf.Tensor) -> tf.Tensor:
    """The tensor with NaN in some places."""
    return select(where, like(_NAN if x.dtype.is_complex else numpy.nan, x), x)


def set_aside(
    kernel: Callable[[tf.Tensor], tuple[tf.Tensor, ...]],
    a: tf.Tensor,
    unusable: Callable[[tf.Tensor], tf.Tensor],
) -> tuple[tf.Tensor, ...]:
    """What a kernel gives, and NaN for matrices with unusable elements, for which the kernel would raise.

    The results are matrices, or vectors of as many axes in front. What is unusable is not finite.
    """

    def otherwise():
        bad = gen_math_ops._any(unusable(a), constant((-2, -1), tf.int32), True)
        results = kernel(select(bad, identity(length(a, -1), a.dtype), a))
        of_vectors = gen_array_ops.squeeze(bad, axis=[-1])
        return tuple(undefined(r, bad if r.shape.rank == a.shape.rank else of_vectors) for r in results)

    if compiled_by_xla():
        return otherwise()
    if context.executing_eagerly():
        try:
            return kernel(a)
        except tf.errors.InvalidArgumentError:
            if not gen_math_ops._any(unusable(a), tuple(range(a.shape.rank))):
                raise
            return otherwise()
    # a sum that is finite tells enough; it may overflow without need
    total = gen_math_ops._sum(a, constant(tuple(range(a.shape.rank)), tf.int32))
    return tuple(tf.cond(is_endless(total), otherwise, lambda: tuple(kernel(a))))


def is_endless(x: tf.Tensor) -> tf.Tensor:
    """Whether numbers are NaN or infinite."""
    if not x.dtype.is_complex:
        return gen_math_ops.logical_not(gen_math_ops.is_finite(x))
    parts = (gen_math_ops.is_finite(part) for part in (real(x), imag(x)))
    return gen_math_ops.logical_not(gen_math_ops.logical_and(*parts))


def power_of_two(sizes: tf.Tensor) -> tf.Tensor:
    """A power of 2 near each of the sizes, out of their bits; 1 for 0 and for what is not finite."""
    integer, fraction_bits = BITS[sizes.dtype]
    fraction = 2**fraction_bits
    most = numpy.finfo(sizes.dtype.as_numpy_dtype).maxexp - 2
    bias = most + 1
    # what is beyond the root of 2 carries into the exponent
    bits = gen_math_ops.add_v2(bits_of(sizes), constant(int((2 - math.sqrt(2)) * fraction), integer))
    bits = gen_bitwise_ops.bitwise_and(bits, constant((2 * bias + 1) * fraction, integer))
    # its reciprocal is to be a normal number, too
    bits = gen_math_ops.minimum(bits, constant((bias + most) * fraction, integer))
    bits = gen_math_ops.maximum(bits, constant((bias - most) * fraction, integer))
    usable = gen_math_ops.logical_and(
        gen_math_ops.greater(sizes, like(0, sizes)),
        gen_math_ops.less_equal(sizes, like(sizes.dtype.max, sizes)),
    )
    return select(usable, from_bits(bits, sizes.dtype), like(1, sizes))


def batch_of(x: tf.Tensor) -> list[Length]:
    """The sizes of the axes in front of the matrices."""
    return lengths(x)[:-2]


def with_same_batch(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Stacks of matrices with their axes in front broadcast."""
    mine, others = x.shape[:-2], y.shape[:-2]
    if (mine.is_fully_defined() and mine == others) or mine.rank == others.rank == 0:
        return x, y
    front = broadcast_shape(_corner(x), _corner(y))
    made = []
    for z in (x, y):
        sizes = [vector(front), vector(lengths(z)[-2:])]
        whole = gen_array_ops.broadcast_to(z, gen_array_ops.concat_v2(sizes, constant(0, tf.int32)))
        if not isinstance(front, tf.Tensor):
            whole.set_shape([*front, *z.shape[-2:]])
        made.append(whole)
    return made[0], made[1]


def _corner(x: tf.Tensor) -> tf.Tensor:
    """A tensor of the shape of the axes in front."""
    front = batch_of(x)
    return broadcast_to(
        constant(0, tf.int32), front if all(isinstance(n, int) for n in front) else vector(front)
    )


def square(x: tf.Tensor) -> tf.Tensor:
    """The matrices, if they are square; NumPy's error, at run time where the shape is unknown."""
    rank = x.shape.rank
    if rank < 2:
        raise LinAlgError(f"{rank}-dimensional array given. Array must be at least two-dimensional")
    m, n = length(x, -2), length(x, -1)
    message = "Last 2 dimensions of the array must be square"
    if isinstance(m, int) and isinstance(n, int):
        if m != n:
            raise LinAlgError(message)
        return x
    return asserted(x, gen_math_ops.equal(as_length(m), as_length(n)), message, LinAlgError)


def shorter_side(x: tf.Tensor) -> Length:
    m, n = length(x, -2), length(x, -1)
    if isinstance(m, int) and isinstance(n, int):
        return min(m, n)
    return gen_math_ops.minimum(as_length(m), as_length(n))


def part(
    x: tf.Tensor, rows: Length = -1, columns: Length = -1, below: Length = 0, beside: Length = 0
) -> tf.Tensor:
    """So many rows and columns of matrices (-1: all that are left), behind the first `below` and `beside`.

    A strided slice: the gradient of Slice under XLA is an op without one.
    """
    front = x.shape.rank - 2
    ends = [_end(below, rows), _end(beside, columns)]
    open_ends = sum(1 << front + i for i, n in enumerate((rows, columns)) if isinstance(n, int) and n == -1)
    return gen_array_ops.strided_slice(
        x,
        vector([0] * front + [below, beside]),
        vector([0] * front + ends),
        constant((1,) * (front + 2), tf.int64),
        begin_mask=2**front - 1,
        end_mask=2**front - 1 | open_ends,
    )


def _end(start: Length, size: Length) -> Length:
    if isinstance(start, int) and isinstance(size, int):
        return start + size
    return gen_math_ops.add_v2(as_length(start), as_length(size))
