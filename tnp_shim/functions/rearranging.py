"""Elements moved or cut away: `roll`, `tril`, `triu`, `trim_zeros`. Knows the array and the declaration."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf
from numpy.lib.array_utils import normalize_axis_tuple

from tnp_shim.conversion import is_tensor_like, to_tensor
from tnp_shim.declaration import Axis, Size, Tensor, arrays, function
from tnp_shim.functions.known import known_array
from tnp_shim.functions.views import as_array
from tnp_shim.kernels import comparison
from tnp_shim.kernels.coverage import kernel_dtypes
from tnp_shim.kernels.elementwise import select
from tnp_shim.kernels.folds import rolled
from tnp_shim.kernels.shapes import (
    LARGEST_EMBEDDED,
    Length,
    along,
    as_length,
    counting,
    embedded,
    flat,
    length,
    rank_of,
    reshape,
    sliced,
    vector,
)
from tnp_shim.promotion import cast, constant, shape_of
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_array_ops, gen_math_ops


@function(numpy.roll)
def roll(a: Tensor, shift: Any, axis: Axis = None):
    """The elements moved along axes (None: of the flattened array), the last ones coming in first.

    The shifts may be unknown while tracing. Differentiable.
    """
    shape = None
    if axis is None:
        if a.shape.rank != 1:
            shape = shape_of(a)
            a = flat(a)
        axis = 0
    axes = axis if isinstance(axis, tuple) else (axis,)
    if not axes:
        raise ValueError("not enough values to unpack (expected 2, got 0)")
    if a.shape.rank is not None:
        axes = normalize_axis_tuple(axes, a.shape.rank, allow_duplicate=True)
    shifts, axes = _paired(shift, axes)
    if axes.shape[0] != 0:
        moved = _moved_in_pieces(a, shifts, axes)
        a = rolled(a, shifts, axes) if moved is None else moved
    return a if shape is None else reshape(a, shape)


def _moved_in_pieces(a: tf.Tensor, shifts: tf.Tensor, axes: tf.Tensor) -> tf.Tensor | None:
    """The same for XLA, which makes known slices part of a loop, but not Roll; None where it is not so."""
    if not compiled_by_xla() or a.shape.rank is None:
        return None
    known, places = tf.get_static_value(shifts), tf.get_static_value(axes)
    if known is None or places is None:
        return None
    for shift, axis in zip(known.tolist(), places.tolist(), strict=True):
        size = a.shape[axis]
        if size is None:  # for which XLA's Roll takes the most elements that a mask may select
            size = length(a, axis)
            place = size - as_length(shift) % tf.maximum(size, 1)
        else:
            place = size - shift % size if size else 0
        if isinstance(place, tf.Tensor) or place != size:
            pieces = [sliced(a, axis, place, None), sliced(a, axis, None, place)]
            a = gen_array_ops.concat_v2(pieces, constant(axis, tf.int32))
    return a


def _paired(shift: Any, axes: tuple[int, ...]) -> tuple[tf.Tensor, tf.Tensor]:
    """Shifts and axes, broadcast against each other, as vectors."""
    if type(shift) is int and len(axes) == 1:
        return constant((shift,), tf.int64), constant(axes, tf.int64)
    known = known_array(shift)
    if known is None:
        shifts = cast(to_tensor(shift), tf.int64)
        if shifts.shape.rank is None or shifts.shape.rank > 1:
            raise ValueError("'shift' and 'axis' should be scalars or 1D sequences")
        if len(axes) > 1 or shifts.shape.rank == 0:
            shifts = gen_array_ops.broadcast_to(shifts, vector([len(axes)]))
        each = constant(axes, tf.int64)
        return shifts, gen_array_ops.broadcast_to(each, gen_array_ops.shape(shifts)) if len(
            axes
        ) == 1 else each
    pairs = numpy.broadcast(known, numpy.array(axes, numpy.int64))
    if pairs.ndim > 1:
        raise ValueError("'shift' and 'axis' should be scalars or 1D sequences")
    shifts, places = (
        tuple(int(n) for n in column) for column in (zip(*pairs, strict=True) if pairs.size else ((), ()))
    )
    return constant(shifts, tf.int64), constant(places, tf.int64)


def _in_lower_triangle(m: tf.Tensor, k: Any, name: str) -> tf.Tensor:
    """Where the last two axes of `m` are on or below the k-th diagonal."""
    if rank_of(m, name) == 0:
        raise TypeError(f"{name}: an array of at least one axis is needed")
    rows, columns = length(m, max(m.shape.rank - 2, 0)), length(m, m.shape.rank - 1)
    if all(isinstance(n, int) for n in (rows, columns, k)) and rows * columns <= LARGEST_EMBEDDED:
        return embedded(numpy.tri(rows, columns, k, bool))
    start = as_length(k) if not isinstance(k, int) else k
    return gen_math_ops.less_equal(along(counting(columns), 1, 2), along(counting(rows, start=start), 0, 2))


def _band(m: tf.Tensor, k: Any, axis: int) -> int | None:
    """A number of diagonals that TensorFlow's MatrixBandPart takes, kept on one side; None if it can't."""
    if m.shape.rank is None or m.shape.rank < 2 or not isinstance(k, int) or k < 0:
        return None
    if m.dtype not in kernel_dtypes("MatrixBandPart", "GPU"):
        return None
    size = m.shape[axis]  # the op refuses more diagonals than there are
    return 0 if k == 0 else None if size is None else min(k, size)


def _banded(m: tf.Tensor, lower: int, upper: int) -> tf.Tensor:
    return gen_array_ops.matrix_band_part(m, constant(lower, tf.int64), constant(upper, tf.int64))


@function(numpy.tril)
def tril(m: Tensor, k: Size = 0):
    """The array with zeros above the k-th diagonal of its last two axes. Differentiable."""
    if (upper := _band(m, k, -1)) is not None:
        return _banded(m, -1, upper)
    return select(_in_lower_triangle(m, k, "tril"), m, constant(0, m.dtype))


@function(numpy.triu)
def triu(m: Tensor, k: Size = 0):
    """The array with zeros below the k-th diagonal of its last two axes. Differentiable."""
    if (lower := _band(m, -k, -2)) is not None:
        return _banded(m, lower, -1)
    return select(_in_lower_triangle(m, k - 1, "triu"), constant(0, m.dtype), m)


def _extent(is_kept: tf.Tensor, axis: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Where along an axis the first true is and where the last one ends; both 0 if there is none."""
    others = [a for a in range(is_kept.shape.rank) if a != axis]
    kept = gen_math_ops._any(is_kept, constant(tuple(others), tf.int32))
    index = cast(counting(length(kept, 0)), tf.float64)  # GPUs have no minimum of integers
    zero, one, along_it = constant(0, tf.float64), constant(1, tf.float64), constant((0,), tf.int32)
    stops = select(kept, gen_math_ops.add_v2(index, one), zero)
    stop = gen_math_ops.maximum(gen_math_ops._max(stops, along_it), zero)  # of no elements: below zero
    first = gen_math_ops._min(select(kept, index, stop), along_it)
    return cast(gen_math_ops.minimum(first, stop), tf.int64), cast(stop, tf.int64)


@arrays(numpy.trim_zeros, route="native")
def trim_zeros(filt: Any, trim: Any = "fb", axis: Any = None) -> Any:
    """The array without zeros at its front ("f") and back ("b"): a view. A list stays a list."""
    if not is_tensor_like(filt) and not isinstance(filt, numpy.ndarray):
        return numpy.trim_zeros(filt, trim, axis)
    array = as_array(filt)
    tensor = to_tensor(array)
    rank = rank_of(tensor, "trim_zeros")
    trim = trim.lower()
    if trim not in ("fb", "bf", "f", "b"):
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    axes = tuple(range(rank)) if axis is None else normalize_axis_tuple(axis, rank, argname="axis")
    if not axes:
        return filt
    is_kept = comparison.nonzero(tensor)
    index: list[Any] = [slice(None)] * rank
    for a in axes:
        first, stop = _extent(is_kept, a)
        index[a] = slice(*_trimmed(first, stop, trim))
    return array[tuple(index)]


def _trimmed(first: tf.Tensor, stop: tf.Tensor, trim: str) -> tuple[Length | None, Length | None]:
    """The bounds that `trim` asks for; where all is zero nothing is left, whatever it asks for."""
    nothing = gen_math_ops.equal(stop, as_length(0))
    start = first if "f" in trim else as_length(0)
    end = stop if "b" in trim else select(nothing, stop, as_length(2**62))
    return start, end
