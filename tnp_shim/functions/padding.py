"""`pad`: its arguments, and padding by a user's function. The modes are in `kernels/padding`.

Knows the array, the declaration and kernels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import wrap
from tnp_shim.conversion import holds_tensors, is_tensor_like, to_tensor
from tnp_shim.declaration import Tensor, function
from tnp_shim.errors import unknown_shape
from tnp_shim.functions.known import known_array
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import padding
from tnp_shim.kernels.shapes import Length, as_length, length, rank_of, reshape, vector
from tnp_shim.promotion import Operand, as_tensor, cast, constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

OPTIONS_OF_MODE = {
    "constant": {"constant_values"},
    "edge": set(),
    "empty": set(),
    "linear_ramp": {"end_values"},
    "maximum": {"stat_length"},
    "mean": {"stat_length"},
    "median": {"stat_length"},
    "minimum": {"stat_length"},
    "reflect": {"reflect_type"},
    "symmetric": {"reflect_type"},
    "wrap": set(),
}
"""The keyword arguments that each mode of `pad` knows."""


@function(numpy.pad)
def pad(array: Tensor, pad_width: Any, mode: Any = "constant", **kwargs: Any):
    """The array with elements added at both ends of each axis, in any of NumPy's modes.

    Differentiable in the array and in `constant_values` and `end_values`. Widths may be unknown.
    """
    rank = rank_of(array, "pad")
    widths = _width_pairs(pad_width, rank)
    if callable(mode):
        return _padded_by(mode, array, widths, kwargs)
    if unknown := set(kwargs) - OPTIONS_OF_MODE[mode]:
        raise ValueError(f"unsupported keyword arguments for mode '{mode}': {unknown}")
    if rank == 0:
        return array
    if mode in ("constant", "empty"):
        return _with_constants(array, widths, kwargs.get("constant_values", 0))
    array = _with_elements_to_pad_from(array, widths)
    if mode == "linear_ramp":
        ends = _value_pairs(kwargs.get("end_values", 0), rank)
        return padding.with_ramp(array, widths, ends)
    if mode in padding.STATISTICS:
        return padding.with_statistic(array, widths, mode, _span_pairs(kwargs.get("stat_length"), rank))
    if kwargs.get("reflect_type", "even") == "odd":
        numbers = cast(array, tf.int8) if array.dtype == tf.bool else array  # twice the edge less the element
        return cast(
            padding.with_odd_reflection(numbers, widths, include_edge=mode == "symmetric"), array.dtype
        )
    return padding.with_elements(array, widths, mode)


def _with_elements_to_pad_from(array: tf.Tensor, widths: list[tuple[Length, Length]]) -> tf.Tensor:
    """The array, if it has elements along each axis that is padded; else an error, perhaps when it runs."""
    message = "can't extend an empty axis using modes other than 'constant' or 'empty'"
    for axis, pair in enumerate(widths):
        if padding.is_none(pair):
            continue
        size = length(array, axis)
        if not isinstance(size, int):
            array = asserted(array, gen_math_ops.greater(size, as_length(0)), message, ValueError)
        elif size == 0:
            raise ValueError(message)
    return array


def _width_pairs(pad_width: Any, rank: int) -> list[tuple[Length, Length]]:
    """The widths before and after each axis."""
    if type(pad_width) is int and pad_width >= 0:
        return [(pad_width, pad_width)] * rank
    if isinstance(pad_width, dict):
        pairs: list[Any] = [(0, 0)] * rank
        for axis, width in pad_width.items():
            pairs[axis] = width if isinstance(width, tuple) else (width, width)
        pad_width = pairs
    known = known_array(pad_width)
    if known is None:
        given = gen_array_ops.broadcast_to(to_tensor(pad_width), vector((rank, 2)))
        return [tuple(tf.unstack(cast(pair, tf.int64))) for pair in tf.unstack(given)]
    if known.dtype.kind not in "iu" and known.size:
        raise TypeError("`pad_width` must be of integral type.")
    if (known < 0).any():
        raise ValueError("index can't contain negative values")
    return [(before, after) for before, after in numpy.broadcast_to(known, (rank, 2)).tolist()]


def _value_pairs(values: Any, rank: int) -> list[Sequence[Operand]]:
    """A pair of values for each axis. As in NumPy, one or two count as arrays, more as Python numbers."""
    if is_tensor_like(values) or holds_tensors(values):
        given = gen_array_ops.broadcast_to(to_tensor(values), vector((rank, 2)))
        return [tf.unstack(pair) for pair in tf.unstack(given)]
    known = numpy.asarray(values)
    if known.size <= 2:
        return [[to_tensor(number) for number in pair] for pair in numpy.broadcast_to(known, (rank, 2))]
    return numpy.broadcast_to(known, (rank, 2)).tolist()


def _with_constants(array: tf.Tensor, widths: Any, values: Any) -> tf.Tensor:
    """Padded by numbers: by one op if they are one number that is known."""
    dtype = array.dtype
    if (
        type(values) in (int, float)
        and array.shape.rank <= 8
        and not (dtype.is_integer and type(values) is float)
    ):
        number = cast(to_tensor(values), dtype) if dtype.is_integer else constant(values, dtype)
        return padding.with_constant(array, widths, number)
    pairs = [[as_tensor(value, dtype) for value in pair] for pair in _value_pairs(values, len(widths))]
    return padding.with_values(array, widths, pairs)


def _span_pairs(stat_length: Any, rank: int) -> list[list[int | None]]:
    """How many elements each statistic takes, on both sides of each axis."""
    if stat_length is None:
        return [[None, None]] * rank
    spans = numpy.asarray(stat_length)
    if spans.dtype != object and (spans < 0).any():
        raise ValueError("index can't contain negative values")
    pairs = numpy.broadcast_to(spans, (rank, 2)).tolist()
    return [[None if n is None else round(n) for n in pair] for pair in pairs]


def _padded_by(
    mode: Callable[..., Any], array: tf.Tensor, widths: list[tuple[Length, Length]], options: dict[str, Any]
) -> tf.Tensor:
    """Zeros all around, which a user's function replaces in place, vector by vector of each axis."""
    padded = padding.with_constant(array, widths, constant(0, array.dtype))
    if not padded.shape.is_fully_defined():
        raise unknown_shape("np.pad with a function")
    if padded.shape.num_elements() == 0:
        return padded
    rank = rank_of(padded, "pad")
    for axis in range(rank):
        order = [a for a in range(rank) if a != axis] + [axis]
        lines = gen_array_ops.transpose(padded, constant(tuple(order), tf.int32))
        shape = lines.shape
        vectors = [wrap(line) for line in tf.unstack(reshape(lines, (-1, shape[-1])))]
        for line in vectors:
            mode(line, widths[axis], axis, options)
        lines = reshape(gen_array_ops.pack([to_tensor(line) for line in vectors]), tuple(shape))
        padded = gen_array_ops.transpose(lines, constant(tuple(numpy.argsort(order).tolist()), tf.int32))
    return padded
