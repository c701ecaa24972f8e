"""Bits packed into bytes, and bytes into bits. Knows declarations and kernels."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf
from numpy.lib.array_utils import normalize_axis_index

from tnp_shim.declaration import Axis, Size, Tensor, function
from tnp_shim.functions.unknown_sizes import refuse_under_xla
from tnp_shim.kernels.bitwise import right_shift
from tnp_shim.kernels.coverage import compute_dtype
from tnp_shim.kernels.elementwise import like
from tnp_shim.kernels.shapes import Length, as_length, flat, length, lengths, rank_of, reshape, sliced, vector
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_bitwise_ops, gen_math_ops

_ORDERS = {"big": tuple(range(7, -1, -1)), "little": tuple(range(8))}
"""How far each of eight bits in a row stands from the lowest one of their byte."""


def _shifts(bitorder: Any) -> tuple[int, ...]:
    if not isinstance(bitorder, str):
        raise TypeError(f"{bitorder!r} is no bit order")  # NumPy words it
    if bitorder not in _ORDERS:
        raise ValueError("'order' must be either 'little' or 'big'")
    return _ORDERS[bitorder]


def _line(name: str, a: tf.Tensor, axis: Any) -> tuple[tf.Tensor, int]:
    """The tensor, flat if there is no axis or no dimension, and the axis."""
    if axis is None:
        return flat(a), 0
    rank = rank_of(a, name)
    return (flat(a) if rank == 0 else a), normalize_axis_index(axis, max(rank, 1))


def _filled_up(a: tf.Tensor, axis: int, missing: Length) -> tf.Tensor:
    """Zeros behind the last element along an axis."""
    if isinstance(missing, int) and missing == 0:
        return a
    paddings: list[Length] = [0] * (2 * a.shape.rank)
    paddings[2 * axis + 1] = missing
    return gen_array_ops.pad(a, reshape(vector(paddings), [-1, 2]))


@function(numpy.packbits)
def packbits(a: Tensor, axis: Axis = None, bitorder: Any = "big"):
    """Whether elements are not zero, eight in a byte; zeros fill up the last byte."""
    if not (a.dtype.is_integer or a.dtype == tf.bool):
        raise TypeError("Expected an input array of integer or boolean data type")
    shifts = _shifts(bitorder)
    a, axis = _line("packbits", a, axis)
    dtype = compute_dtype("Sum", tf.uint8)
    set_bits = cast(a if a.dtype == tf.bool else gen_math_ops.not_equal(a, like(0, a)), dtype)
    size = length(set_bits, axis)
    bits = _filled_up(set_bits, axis, -size % 8 if isinstance(size, int) else (8 - size % 8) % 8)
    sizes = lengths(bits)
    sizes[axis : axis + 1] = [sizes[axis] // 8, 8]
    values = reshape(
        constant(tuple(1 << shift for shift in shifts), dtype), [-1] + [1] * (len(sizes) - axis - 2)
    )
    weighted = gen_math_ops.mul(reshape(bits, sizes), values)
    return cast(gen_math_ops._sum(weighted, constant(axis + 1, tf.int32)), tf.uint8)


def _first_bits(bits: tf.Tensor, axis: int, count: Any) -> tf.Tensor:
    """As many bits as `count` says: fewer, or zeros besides; or all but the last -count."""
    size = length(bits, axis)
    if isinstance(count, int) and isinstance(size, int):
        if count < -size:
            raise ValueError(
                f"-ve indexing on axis {axis} with size {size} and count {count}"  # NumPy words it
            )
        wanted: Length = count if count >= 0 else size + count
        return sliced(_filled_up(bits, axis, max(wanted - size, 0)), axis, None, wanted)
    if isinstance(count, tf.Tensor):
        refuse_under_xla("unpackbits", "the argument count", "Pass count as a Python number.")
    size, count = as_length(size), as_length(count)
    wanted = gen_math_ops.select_v2(gen_math_ops.less(count, as_length(0)), size + count, count)
    missing = gen_math_ops.maximum(wanted - size, as_length(0))
    return sliced(_filled_up(bits, axis, missing), axis, None, wanted)


@function(numpy.unpackbits)
def unpackbits(a: Tensor, axis: Axis = None, count: Size = None, bitorder: Any = "big"):
    """The bits of bytes, as bytes that are 0 or 1: `count` of them, or all but the last if it is negative."""
    if a.dtype != tf.uint8:
        raise TypeError("Expected an input array of unsigned byte data type")
    shifts = _shifts(bitorder)
    a, axis = _line("unpackbits", a, axis)
    rank = a.shape.rank
    places = reshape(constant(shifts, tf.uint8), [-1] + [1] * (rank - axis - 1))
    moved = right_shift(gen_array_ops.expand_dims(a, constant(axis + 1, tf.int32)), places)
    bits = gen_bitwise_ops.bitwise_and(moved, like(1, moved))
    sizes = lengths(a)
    sizes[axis] = sizes[axis] * 8
    bits = reshape(bits, sizes)
    return bits if count is None else _first_bits(bits, axis, count)
