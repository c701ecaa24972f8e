"""Window functions and the Vandermonde matrix. Knows declarations and kernels."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.declaration import Operand, Size, Tensor, describe, function
from tnp_shim.functions.unknown_sizes import refuse_under_xla
from tnp_shim.kernels import windows
from tnp_shim.kernels.elementwise import like, select
from tnp_shim.kernels.scans import cumprod
from tnp_shim.kernels.shapes import (
    LARGEST_EMBEDDED,
    Length,
    as_length,
    broadcast_to,
    embedded,
    filled,
    length,
    reshape,
    vector,
)
from tnp_shim.promotion import as_tensor, cast, constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops, runs_eagerly

_MOST_POWERS = 16
"""So many columns are multiplied one after the other, which takes half the time of accumulating rows."""


def _dtype() -> numpy.dtype[Any]:
    """The dtype of every window: the default float, whatever the dtype of the size."""
    return dtypes.default_float_for(dtypes.FLOAT64)


def _by_numpy(numpy_function: Callable[..., Any], size: Operand, *shape: Operand) -> tf.Tensor | None:
    """The window that NumPy computes of numbers, unless it is too large for a graph to embed."""
    if any(isinstance(number, tf.Tensor) for number in (size, *shape)):
        return None
    if not runs_eagerly() and isinstance(size, (int, float)) and size > LARGEST_EMBEDDED:
        return None
    return embedded(numpy_function(size, *shape).astype(_dtype(), copy=False))


def _counted(name: str, size: Operand, start: float) -> tuple[tf.Tensor, Length]:
    """The size as a float, and the number of points: those of the range from `start` to the size.

    A window that does not start at 0 has none if the size is below 1.
    """
    if not isinstance(size, tf.Tensor):
        size = float(size)  # type: ignore[arg-type]
        count = 0 if start and size < 1 else max(int(numpy.ceil(size - start)), 0)
        return constant(size, dtypes.to_tf(_dtype())), count
    refuse_under_xla(name, "the argument M", "Pass M as a Python number.")
    if size.shape.rank != 0:
        raise ValueError(
            "setting an array element with a sequence. The requested array has an inhomogeneous shape "
            f"after 1 dimensions. The detected shape was ({2 + bool(start == 0)},) + inhomogeneous part."
        )
    wide = cast(size, tf.float64)
    count = gen_math_ops.ceil(gen_math_ops.sub(wide, constant(start, tf.float64)))
    if start:
        count = select(gen_math_ops.less(wide, like(1, wide)), like(0, count), count)
    return cast(size, dtypes.to_tf(_dtype())), gen_math_ops.maximum(cast(count, tf.int64), as_length(0))


def _window(name: str, body: Callable[[tf.Tensor, Length], tf.Tensor], doc: str) -> Any:
    numpy_function = getattr(numpy, name)

    @function(numpy_function)
    def window(M: Operand):
        known = _by_numpy(numpy_function, M)
        return body(*_counted(name, M, 0.5)) if known is None else known

    describe(window, doc)
    window.__module__ = __name__
    return window


bartlett = _window("bartlett", windows.triangle, "A triangle of `M` points from 0 up to 1 and back.")
hanning = _window(
    "hanning",
    lambda size, count: windows.cosines(size, count, (0.5, 0.5)),
    "One period of a raised cosine at `M` points, 0 at its ends.",
)
hamming = _window(
    "hamming",
    lambda size, count: windows.cosines(size, count, (0.54, 0.46)),
    "One period of a raised cosine at `M` points, 0.08 at its ends.",
)
blackman = _window(
    "blackman",
    lambda size, count: windows.cosines(size, count, (0.42, 0.5, 0.08)),
    "A raised cosine of two terms at `M` points, 0 at its ends but for rounding.",
)


@function(numpy.kaiser)
def kaiser(M: Operand, beta: Operand):
    """The window of the Bessel function `i0` at `M` points. Differentiable in `beta`."""
    known = _by_numpy(numpy.kaiser, M, beta)
    if known is not None:
        return known
    size, count = _counted("kaiser", M, 0.0)
    return windows.kaiser(size, count, as_tensor(beta, size.dtype))


@function(numpy.vander)
def vander(x: Tensor, N: Size = None, increasing: bool = False):
    """The matrix of the powers of each element of a vector, integers as int64. Differentiable."""
    if x.shape.rank != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    dtype = dtypes.to_tf(dtypes.canonical(numpy.promote_types(dtypes.to_numpy(x.dtype), numpy.int64)))
    if isinstance(N, tf.Tensor):
        refuse_under_xla("vander", "the argument N", "Pass N as a Python number.")
    columns = length(x, 0) if N is None else N
    if isinstance(columns, int) and columns < 0:
        raise ValueError("negative dimensions are not allowed")
    rows = length(x, 0)
    if isinstance(columns, int) and columns == 0:
        return filled([rows, 0], constant(0, dtype))
    x = cast(x, dtype)
    if isinstance(columns, int) and columns <= _MOST_POWERS:
        powers = [gen_array_ops.ones_like(x), *itertools.accumulate([x] * (columns - 1), gen_math_ops.mul)]
        rows_of_powers = gen_array_ops.pack(powers if increasing else powers[::-1])
        return gen_array_ops.transpose(rows_of_powers, constant((1, 0), tf.int32))
    # exclusive products: 1, x, x * x, ...
    repeated = broadcast_to(reshape(x, [-1, 1]), vector([rows, columns]))
    return cumprod(repeated, 1, exclusive=True, reverse=not increasing)
