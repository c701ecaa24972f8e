"""`pad`: its arguments, and padding by a user's function. The modes are in `kernels/padding`.

Knows the array, the declaration and kernels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import wrap
from tnp_shim.conversion import holds_tensors, is_tensor_like, to_tensor
from tnp_shim.declaration import Tensor, function
from tnp_shim.errors import unknown_shape
from tnp_shim.functions.known import known_array
from tnp_shim.kernels import padding
from tnp_shim.kernels.shapes import Length, rank_of, reshape, vector
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import gen_array_ops

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
    if mode in ("constant", "empty"):
        values = _value_pairs(kwargs.get("constant_values", 0), rank, array.dtype)
        if isinstance(values, tf.Tensor):
            return padding.with_constant(array, widths, values)
        return padding.with_values(array, widths, values)
    if any(size == 0 and pair != (0, 0) for size, pair in zip(array.shape, widths, strict=True)):
        raise ValueError("can't extend an empty axis using modes other than 'constant' or 'empty'")
    if mode == "linear_ramp":
        ends = _value_pairs(kwargs.get("end_values", 0), rank, None)
        ends = [(ends, ends)] * rank if isinstance(ends, tf.Tensor) else ends
        return padding.with_ramp(array, widths, ends)
    if mode in padding.STATISTICS:
        return padding.with_statistic(array, widths, mode, _span_pairs(kwargs.get("stat_length"), rank))
    if kwargs.get("reflect_type", "even") == "odd":
        return padding.with_odd_reflection(array, widths, include_edge=mode == "symmetric")
    return padding.with_elements(array, widths, mode)


def _width_pairs(pad_width: Any, rank: int) -> list[tuple[Length, Length]]:
    """The widths before and after each axis."""
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


def _value_pairs(values: Any, rank: int, dtype: tf.DType | None) -> Any:
    """One scalar tensor if all sides get the same known number, else a pair of them for each axis."""
    known = None if is_tensor_like(values) or holds_tensors(values) else numpy.asarray(values)
    if known is None:
        tensor = to_tensor(values)
        given = gen_array_ops.broadcast_to(
            tensor if dtype is None else cast(tensor, dtype), vector((rank, 2))
        )
        return [tf.unstack(pair) for pair in tf.unstack(given)]
    numbers = numpy.broadcast_to(known, (rank, 2)).tolist()

    def as_scalar(number):
        return to_tensor(number) if dtype is None else constant(number, dtype)

    if known.size == 1:
        return as_scalar(known.item())
    return [[as_scalar(number) for number in pair] for pair in numbers]


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
