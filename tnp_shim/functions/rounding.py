"""Rounding to decimals and towards zero. Knows declarations and kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.declaration import Tensor, function
from tnp_shim.functions.reductions import dtype_of, into
from tnp_shim.kernels import floating
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import gen_math_ops


def _by_parts(body: Callable[[tf.Tensor], tf.Tensor], a: tf.Tensor) -> tf.Tensor:
    """A body of real tensors on the real and imaginary parts."""
    if not a.dtype.is_complex:
        return body(a)
    part = a.dtype.real_dtype
    real, imag = gen_math_ops.real(a, Tout=part), gen_math_ops.imag(a, Tout=part)
    return gen_math_ops._complex(body(real), body(imag), Tout=a.dtype)


def _to_decimals(a: tf.Tensor, decimals: int, within: tf.DType | None = None) -> tf.Tensor:
    """Scaled, and the rest in the dtype of what it is written to, as in NumPy."""
    if decimals == 0:
        return floating.rint(a)
    there, back = gen_math_ops.mul, gen_math_ops.real_div
    if decimals < 0:
        there, back = back, there
    scale = constant(float(10 ** abs(decimals)), a.dtype)
    scaled = cast(there(a, scale), within or a.dtype)
    return back(floating.rint(scaled), cast(scale, scaled.dtype))


def _rounded(a: Tensor, decimals: int = 0, out: Any = None) -> Any:
    """The array rounded half to even, to a number of decimals; negative: to tens, hundreds, ...

    Integers stay integers. The gradient is zero.
    """
    decimals = decimals.__index__()
    if a.dtype == tf.bool:
        if decimals:
            raise TypeError("bool is not scaled to decimals")
        a = cast(a, tf.float16)
    if a.dtype.is_integer:
        found = a if decimals >= 0 else _to_decimals(cast(a, tf.float64), decimals)
        return cast(found, a.dtype) if out is None else into("round", found, out, "same_kind")
    if a.dtype.is_complex:
        return into("round", _by_parts(lambda part: _to_decimals(part, decimals), a), out, "same_kind")
    kept = dtype_of(out)
    within = None if kept is None or kept.kind not in "fc" else dtypes.to_tf(kept).real_dtype
    return into("round", _to_decimals(a, decimals, within), out, "same_kind")


round = function(numpy.round, scalar=True)(_rounded)
around = function(numpy.around, scalar=True)(_rounded)


@function(numpy.fix, scalar=True)
def fix(x: Tensor) -> Tensor:
    """The array rounded towards zero."""
    if x.dtype == tf.bool or x.dtype.is_integer:
        return x
    return floating.trunc(x)
