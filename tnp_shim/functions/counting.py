"""Counts of numbers. Knows declarations and kernels."""

from __future__ import annotations

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.declaration import Size, Tensor, function
from tnp_shim.functions.statistics import every_known
from tnp_shim.functions.unknown_sizes import refuse_under_xla
from tnp_shim.indexing.bounds import bounds_of
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels.coverage import has_gpu
from tnp_shim.kernels.elementwise import like
from tnp_shim.kernels.segments import scatter_ufunc
from tnp_shim.kernels.shapes import Length, as_length, filled, length
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_array_ops, gen_math_ops, known_value
from tnp_shim.ufuncs import UFUNCS

_ADD = UFUNCS["add"]
_WAYS_OUT = (
    "Keep the numbers below minlength, np.minimum(x, minlength - 1) say, or count in bins of your own: "
    "np.histogram."
)
_MOST_COUNTS = 1 << 16


def counted(places: tf.Tensor, size: Length, weights: tf.Tensor | None) -> tf.Tensor:
    """How often each number below `size` is among the places; or the sum of its weights."""
    if weights is None:
        if _has_op_for(size):
            return gen_math_ops.dense_bincount(places, as_length(size), constant((), tf.int64))
        weights = gen_array_ops.ones_like(places)
    return scatter_ufunc("add", _ADD.body, filled((size,), like(0, weights)), places, weights)


def _has_op_for(size: Length) -> bool:
    """Whether `DenseBincount` counts, in a third of the time: on a CPU, where each thread has its counts."""
    known = size if isinstance(size, int) else known_value(size)
    return known is not None and known <= _MOST_COUNTS and not (compiled_by_xla() or has_gpu())


@function(numpy.bincount)
def bincount(x: Tensor, weights: Tensor | None = None, minlength: Size = 0) -> Tensor:
    """How often each number occurs, or the sum of its weights (float64, differentiable).

    The size of the result depends on values. Under XLA `minlength` must be enough for all that `x` can hold
    as the ops that make it tell: places as `np.argmin` and `np.digitize` give them, remainders, small dtypes.
    """
    if x.shape.rank != 1:
        raise ValueError("object too deep for desired array" if x.shape.rank else "object of too small depth")
    if x.shape[0] == 0:
        weights = None  # NumPy counts nothing in int64, whatever it weighs
    elif not numpy.can_cast(dtypes.to_numpy(x.dtype), numpy.intp, "safe"):
        raise TypeError(f"Cannot cast array data from {x.dtype.name} to int64 according to the rule 'safe'")
    least, most = bounds_of(x)
    x = cast(x, tf.int64)
    if least < 0:
        positive = every_known(gen_math_ops.greater_equal(x, like(0, x)))
        x = asserted(x, positive, "'list' argument must have no negative elements", ValueError)
    if isinstance(minlength, int) and minlength < 0:
        raise ValueError("'minlength' must not be negative")
    if weights is not None:
        weights = cast(weights, tf.float64)
        same = gen_math_ops.equal(as_length(length(weights, 0)), as_length(length(x, 0)))
        weights = asserted(weights, same, "The weights and list don't have the same length.", ValueError)
    size = as_length(minlength)
    enough = isinstance(minlength, int) and minlength > most
    if x.shape[0] != 0 and not enough:
        largest = gen_math_ops._max(x, constant(0, tf.int32))  # of nothing the least int64, next to no size
        size = gen_math_ops.maximum(size, gen_math_ops.add_v2(largest, constant(1, tf.int64)))
        known = known_value(size)
        if known is None:
            refuse_under_xla("bincount", "the largest number", _WAYS_OUT)
        else:
            size = as_length(int(known))
    return counted(x, size, weights)
