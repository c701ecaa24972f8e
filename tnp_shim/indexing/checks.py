"""Index errors: raised where values are known, else asserted when the graph runs. Knows tensors only.

XLA has no assertions: a compiled function clamps an unknown index that is out of bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.indexing.bounds import bounds_of
from tnp_shim.indexing.sizes import Size, as_tensor
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import (
    EagerTensor,
    compiled_by_xla,
    gen_array_ops,
    gen_logging_ops,
    gen_math_ops,
    ops,
)


def spelled(shape: Sequence[Any]) -> str:
    """A shape as NumPy's C code writes it: `(2,3)`, `(2,)`; an unknown size is `?`."""
    sizes = ["?" if size is None else str(size) for size in shape]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({','.join(sizes)})"


def asserted(tensor: tf.Tensor, condition: tf.Tensor, message: str, error: type[Exception]) -> tf.Tensor:
    """The tensor, if the condition holds; a runtime error (`error`, if it is known now) otherwise."""
    if isinstance(condition, EagerTensor):
        if not condition:
            raise error(message)
        return tensor
    if compiled_by_xla():
        return tensor
    check = gen_logging_ops._assert(condition, [f"{error.__name__}: {message}"], summarize=3)
    with ops.control_dependencies([check]):
        return gen_array_ops.identity(tensor)


def every(conditions: tf.Tensor) -> tf.Tensor:
    """Whether all of the conditions hold."""
    rank = conditions.shape.rank
    return conditions if rank == 0 else gen_math_ops._all(conditions, constant(tuple(range(rank)), tf.int32))


def out_of_bounds(index: int, axis: int, size: int) -> IndexError:
    """NumPy's error for an index beyond the ends of an axis."""
    return IndexError(f"index {index} is out of bounds for axis {axis} with size {size}")


def known_index(index: int, axis: int, size: int | None) -> int:
    """An int index, not negative if the size is known; IndexError if it is out of bounds."""
    if not -(2**63) <= index < 2**63:
        numpy.empty(1)[index]  # the wording has changed with NumPy's versions
    if size is None:
        return index
    if not -size <= index < size:
        raise out_of_bounds(index, axis, size)
    return index + size if index < 0 else index


def known_indices(index: numpy.ndarray, axis: int, size: int) -> numpy.ndarray:
    """An array of int64 indices, none negative; IndexError if one is out of bounds."""
    index = index.astype(numpy.int64, copy=False)
    if not index.size:
        return index
    lowest = index.min()
    if lowest < -size or index.max() >= size:
        first = index[(index < -size) | (index >= size)][0]
        raise out_of_bounds(int(first), axis, size)
    return numpy.where(index < 0, index + size, index) if lowest < 0 else index


def is_within(index: tf.Tensor, least: int, most: int) -> bool:
    """Whether the elements of a tensor of unknown integers are known to be in a range."""
    lowest, highest = bounds_of(index)
    return least <= lowest and highest <= most


def traced_index(index: tf.Tensor, axis: int, size: Size) -> tf.Tensor:
    """A tensor of unknown indices, none negative; a runtime error if one is out of bounds."""
    if index.dtype not in (tf.int32, tf.int64) or (isinstance(size, int) and size > tf.int32.max):
        index = gen_math_ops.cast(index, DstT=tf.int64)
    if isinstance(size, int) and is_within(index, 0, size - 1):
        return index
    limit, zero = as_tensor(size, index.dtype), constant(0, index.dtype)
    index = gen_math_ops.select_v2(gen_math_ops.less(index, zero), gen_math_ops.add_v2(index, limit), index)
    inside = gen_math_ops.logical_and(
        gen_math_ops.greater_equal(index, zero), gen_math_ops.less(index, limit)
    )
    suffix = f" with size {size}" if isinstance(size, int) else ""
    return asserted(index, every(inside), f"an index is out of bounds for axis {axis}{suffix}", IndexError)
