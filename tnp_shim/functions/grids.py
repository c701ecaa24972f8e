"""Arrays by subscript: `mgrid`, `ogrid`, `r_`, `c_`. Knows the array and other declarations."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import wrap
from tnp_shim.conversion import is_tensor_like, to_operand
from tnp_shim.errors import UnsupportedError
from tnp_shim.functions.creation import arange, linspace, range_count
from tnp_shim.functions.joining import joined
from tnp_shim.kernels.shapes import (
    along,
    at_least_rank,
    broadcast_shape,
    broadcast_to,
    counting,
    embedded,
    rank_of,
)
from tnp_shim.promotion import as_tensor, cast, constant, promote_args, promotion_key
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

Bounds = tuple[Any, Any, Any]


def _bounds(key: slice) -> Bounds:
    """Start, stop and step of a slice, as operands."""
    start = 0 if key.start is None else key.start
    step = 1 if key.step is None else key.step
    return to_operand(start), to_operand(key.stop), to_operand(step)


def _line(bounds: Bounds, dtype: tf.DType) -> tf.Tensor:
    """The values of one axis of a grid; an imaginary step is a number of points, the stop among them."""
    start, stop, step = bounds
    if isinstance(step, complex):
        count: Any = int(abs(step))
        lower, upper = as_tensor(start, dtype), as_tensor(stop, dtype)
        intervals = constant(float(max(count - 1, 1)), dtype)
        stride = gen_math_ops.real_div(gen_math_ops.sub(upper, lower), intervals)
    else:
        count = range_count(*promote_args("mgrid", start, stop, step))
        lower, stride = as_tensor(start, dtype), as_tensor(step, dtype)
    return gen_math_ops.add_v2(gen_math_ops.mul(cast(counting(count), dtype), stride), lower)


def _lines(keys: tuple[slice, ...]) -> list[tf.Tensor]:
    """The values of each axis of a grid, in their common dtype."""
    if not any(is_tensor_like(v) for key in keys for v in (key.start, key.stop, key.step)):
        known: Any = numpy.ogrid[keys] if len(keys) != 1 else (numpy.ogrid[keys[0]],)
        kinds = [dtypes.default_float_for(line.dtype) for line in known]
        return [embedded(line.ravel().astype(k, copy=False)) for line, k in zip(known, kinds, strict=True)]
    bounds = [_bounds(key) for key in keys]
    numbers = [float(abs(n)) if isinstance(n, complex) else n for triple in bounds for n in triple]
    common = dtypes.to_tf(dtypes.result_type(dtypes.INT64, *map(promotion_key, numbers)))
    return [_line(triple, common) for triple in bounds]


class Grid:
    """A mesh of coordinates by slices: `mgrid[0:5, 0:1:3j]`; the bounds may be unknown while tracing."""

    def __init__(self, sparse: bool) -> None:
        self.sparse = sparse

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return wrap(_lines((key,))[0])
        lines = _lines(tuple(key))
        lines = [along(line, axis, len(lines)) for axis, line in enumerate(lines)]
        if self.sparse:
            return tuple(wrap(line) for line in lines)
        if not lines:
            return wrap(embedded(numpy.mgrid[()]))
        shape = broadcast_shape(*lines)
        return wrap(gen_array_ops.pack([broadcast_to(line, shape) for line in lines]))


mgrid = Grid(sparse=False)
ogrid = Grid(sparse=True)


class Concatenator:
    """Slices, numbers and arrays joined by subscript: `r_[0:3, 7, a]`. Differentiable in arrays."""

    def __init__(self, axis: int = 0, ndmin: int = 1, first: int = -1) -> None:
        self.axis = axis
        self.ndmin = ndmin
        self.first = first
        """Where the axes of an item stand among `ndmin` axes."""

    def __getitem__(self, key: Any) -> Any:
        items = key if isinstance(key, tuple) else (key,)
        if items and isinstance(items[0], str):
            return self._directed(items[0])[items[1:]]
        if any(isinstance(item, str) for item in items):
            raise ValueError("special directives must be the first entry.")
        operands = [to_operand(self._spaced(item) if isinstance(item, slice) else item) for item in items]
        if not operands:
            raise ValueError("need at least one array to concatenate")
        tensors = [self._placed(t) for t in promote_args("r_", *operands)]
        try:
            return wrap(joined(tensors, self.axis))
        except (ValueError, tf.errors.OpError) as error:
            stand_ins = [numpy.empty(t.shape, numpy.int8) for t in tensors if t.shape.is_fully_defined()]
            if len(stand_ins) == len(tensors):
                numpy.concatenate(stand_ins, self.axis)  # raises what does not fit
            raise ValueError(f"r_: the arrays do not fit together: {error}") from None

    def _directed(self, directive: str) -> Concatenator:
        """The object that a string such as '0,2,1' asks for."""
        if directive in ("r", "c"):
            raise UnsupportedError("r_['r'] and r_['c'] make numpy.matrix; use np.r_[...] and reshape")
        try:
            numbers = [int(number) for number in directive.split(",")]
        except ValueError:
            named = f" {directive!r}" if "," in directive else ""
            raise ValueError(f"unknown special directive{named}") from None
        if len(numbers) > 3:
            numbers = numbers[:2]  # NumPy leaves out what follows, and the third
        return Concatenator(*numbers, *(self.ndmin, self.first)[len(numbers) - 1 :])

    @staticmethod
    def _spaced(key: slice) -> Any:
        start, stop, step = _bounds(key)
        if isinstance(step, complex):
            return linspace(start, stop, int(abs(step)))
        return arange(start, stop, step)

    def _placed(self, tensor: tf.Tensor) -> tf.Tensor:
        """An item with at least `ndmin` axes, its own where `first` says."""
        missing = self.ndmin - rank_of(tensor, "r_")
        if missing <= 0:
            return tensor
        tensor = at_least_rank(tensor, self.ndmin)
        if self.first == -1 or missing == self.ndmin:
            return tensor
        start = self.first if self.first >= 0 else self.first + missing + 1
        axes = list(range(self.ndmin))
        order = axes[:start] + axes[missing:] + axes[start:missing]
        return gen_array_ops.transpose(tensor, constant(tuple(order), tf.int32))

    def __len__(self) -> int:
        return 0


r_ = Concatenator()
c_ = Concatenator(axis=-1, ndmin=2, first=0)
