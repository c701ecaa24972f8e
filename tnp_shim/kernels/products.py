"""Matrix products: the generalised ufuncs and what functions make of them. Knows tensors only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from tnp_shim.kernels import shapes
from tnp_shim.kernels.arithmetic import conjugate, multiply
from tnp_shim.kernels.coverage import compute_dtype
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

_COMPUTED_IN = {
    # a count of true products in float32 stops growing at 2**24, and is never 0 again once it was not
    tf.bool: tf.float32,
    # sums that wrap around wrap the same way in more bits, of which the lowest are kept
    tf.int8: tf.int32,
    tf.int16: tf.int32,
    tf.uint8: tf.int32,
    tf.uint16: tf.int32,
}
_SAME_BITS = {tf.uint32: tf.int32, tf.uint64: tf.int64}
"""Products and sums of two's complement numbers have the same bits, signed or not."""
_HALVES = (tf.float16, tf.bfloat16)


def matrix_product(
    x1: tf.Tensor, x2: tf.Tensor, transpose_x1: bool = False, transpose_x2: bool = False
) -> tf.Tensor:
    """The product over the last two axes of tensors of rank 2 or more, axes in front broadcast.

    Two matrices take one `MatMul`, all else one `BatchMatMulV2`. Only matrices of complex numbers and
    tensors of real ones can be transposed on the way (`BatchMatMulV2` would conjugate complex ones).
    """
    dtype = x1.dtype
    if dtype in _COMPUTED_IN:
        wider = _COMPUTED_IN[dtype]
        product = matrix_product(cast(x1, wider), cast(x2, wider), transpose_x1, transpose_x2)
        return (
            gen_math_ops.not_equal(product, constant(0, wider)) if dtype == tf.bool else cast(product, dtype)
        )
    if dtype in _SAME_BITS:
        signed = _SAME_BITS[dtype]
        x1, x2 = gen_array_ops.bitcast(x1, signed), gen_array_ops.bitcast(x2, signed)
        return gen_array_ops.bitcast(matrix_product(x1, x2, transpose_x1, transpose_x2), dtype)
    if x1.shape.rank == 2 and x2.shape.rank == 2:
        return gen_math_ops.mat_mul(x1, x2, transpose_x1, transpose_x2)
    return gen_math_ops.batch_mat_mul_v2(x1, x2, transpose_x1, transpose_x2)


def sum_over(tensor: tf.Tensor, axes: Sequence[int]) -> tf.Tensor:
    """The sum over axes in the dtype of the tensor: integers wrap around, and bool sums as `any` does."""
    if not axes:
        return tensor
    dtype = tensor.dtype
    indices = constant(tuple(axes), tf.int32)
    if dtype == tf.bool:
        return gen_math_ops._any(tensor, indices)
    return cast(gen_math_ops._sum(cast(tensor, compute_dtype("Sum", dtype)), indices), dtype)


def _known_equal(x1: tf.Tensor, x2: tf.Tensor) -> bool:
    """Whether the last axes are known to have one length; ValueError if they are known not to."""
    n1 = x1.shape[-1] if x1.shape.rank else None
    n2 = x2.shape[-1] if x2.shape.rank else None
    if n1 is None or n2 is None:
        return False
    if n1 != n2:
        raise ValueError(f"the last axes of {x1.shape} and {x2.shape} differ in length")
    return True


def inner_product(x1: tf.Tensor, x2: tf.Tensor) -> tf.Tensor:
    """The sum of products over the last axes, which have one length; axes in front broadcast."""
    if _known_equal(x1, x2) and x1.dtype not in _HALVES:
        rank = max(x1.shape.rank, x2.shape.rank)
        return sum_over(multiply(x1, x2), (rank - 1,))
    # the kernel compares the lengths, and adds up halves in float32
    return _without_axes(matrix_product(as_row(x1), as_column(x2)), 2)


def as_row(x: tf.Tensor) -> tf.Tensor:
    """Vectors along the last axis as matrices of one row."""
    return gen_array_ops.expand_dims(x, constant(-2, tf.int32))


def as_column(x: tf.Tensor) -> tf.Tensor:
    """Vectors along the last axis as matrices of one column."""
    return gen_array_ops.expand_dims(x, constant(-1, tf.int32))


def _without_axes(x: tf.Tensor, count: int) -> tf.Tensor:
    return gen_array_ops.squeeze(x, axis=[-1, -2][:count])


def vecdot(x1: tf.Tensor, x2: tf.Tensor) -> tf.Tensor:
    """(n), (n) -> ()"""
    return inner_product(conjugate(x1) if x1.dtype.is_complex else x1, x2)


def matvec(x1: tf.Tensor, x2: tf.Tensor) -> tf.Tensor:
    """(m, n), (n) -> (m)"""
    return _without_axes(matrix_product(x1, as_column(x2)), 1)


def vecmat(x1: tf.Tensor, x2: tf.Tensor) -> tf.Tensor:
    """(n), (n, m) -> (m)"""
    row = as_row(conjugate(x1) if x1.dtype.is_complex else x1)
    return gen_array_ops.squeeze(matrix_product(row, x2), axis=[-2])


def matmul(x1: tf.Tensor, x2: tf.Tensor) -> tf.Tensor:
    """(n?, k), (k, m?) -> (n?, m?)"""
    rank1, rank2 = x1.shape.rank, x2.shape.rank
    if rank1 is None or rank2 is None:
        return _matmul_of_unknown_ranks(x1, x2)
    if rank1 == 0 or rank2 == 0:
        raise ValueError("matmul: an operand has no axis")
    if rank1 == 1 and rank2 == 1:
        return inner_product(x1, x2)
    if rank1 == 1:
        return gen_array_ops.squeeze(matrix_product(as_row(x1), x2), axis=[-2])
    if rank2 == 1:
        return matvec(x1, x2)
    return matrix_product(x1, x2)


def _matmul_of_unknown_ranks(x1: tf.Tensor, x2: tf.Tensor) -> tf.Tensor:
    shape1, shape2 = (gen_array_ops.shape(x, out_type=tf.int64) for x in (x1, x2))
    row, column = (_ones_for_vector(shape) for shape in (shape1, shape2))
    axis = constant(0, tf.int32)
    product = matrix_product(
        gen_array_ops.reshape(x1, gen_array_ops.concat_v2([row, shape1], axis)),
        gen_array_ops.reshape(x2, gen_array_ops.concat_v2([shape2, column], axis)),
    )
    shape = gen_array_ops.shape(product, out_type=tf.int64)
    batch, rows, columns = shape[:-2], shape[-2:-1], shape[-1:]
    kept = [batch, rows[gen_array_ops.size(row) :], columns[gen_array_ops.size(column) :]]
    return gen_array_ops.reshape(product, gen_array_ops.concat_v2(kept, axis))


def _ones_for_vector(shape: tf.Tensor) -> tf.Tensor:
    """[1] for the shape of a vector, else []."""
    is_vector = gen_math_ops.equal(gen_array_ops.size(shape), constant(1, tf.int32))
    count = gen_array_ops.reshape(cast(is_vector, tf.int32), constant((1,), tf.int32))
    return gen_array_ops.fill(count, constant(1, tf.int64))


def diagonal(x: tf.Tensor, offset: int = 0) -> tf.Tensor:
    """The diagonal of the matrices of the last two axes, as a last axis."""
    *batch, rows, columns = shapes.lengths(x)
    known = isinstance(rows, int) and isinstance(columns, int)
    lowest, highest = (min, max) if known else (gen_math_ops.minimum, gen_math_ops.maximum)
    if not known:
        rows, columns = shapes.as_length(rows), shapes.as_length(columns)
    start = offset if offset >= 0 else -offset * columns
    count = highest(lowest(rows + min(offset, 0), columns - max(offset, 0)), 0)
    stop = lowest(start + count * (columns + 1), rows * columns)
    flat = shapes.reshape(x, [*batch, rows * columns])
    whole_axes = 2 ** len(batch) - 1
    elements = gen_array_ops.strided_slice(
        flat,
        shapes.vector([0] * len(batch) + [start]),
        shapes.vector([0] * len(batch) + [stop]),
        shapes.vector([1] * len(batch) + [columns + 1]),
        begin_mask=whole_axes,
        end_mask=whole_axes,
    )
    elements.set_shape([*x.shape[:-2], None])  # an unknown step hides the rank
    return elements


GENERALIZED: dict[str, Callable[[tf.Tensor, tf.Tensor], tf.Tensor]] = {
    "matmul": matmul,
    "vecdot": vecdot,
    "matvec": matvec,
    "vecmat": vecmat,
}
"""The bodies of the generalised ufuncs: core axes last, axes in front broadcast."""
