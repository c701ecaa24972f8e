"""Warnings of division by zero, overflow and invalid values, as NumPy gives them. Knows the array.

TensorFlow keeps no flags of what happened in a kernel. So a result is looked at: where it is finite, nothing
has happened that NumPy would tell. Else NumPy is asked. The elements that came out infinite or NaN, of
operands that are no NaN, are computed once more by NumPy's own ufunc, and what a function gave by NumPy's
function: these warn, raise or call as `numpy.errstate` wants it, in their own words.
"""

from __future__ import annotations

import cmath
import operator
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import config
from tnp_shim.array import Array
from tnp_shim.declaration.failures import stand_in
from tnp_shim.kernels.coverage import machine_has_gpu
from tnp_shim.tensorflow_internals import EagerTensor, gen_math_ops

Op = Callable[..., tf.Tensor]

_SILENT = """
    negative positive fabs sign conjugate maximum minimum fmax fmin floor ceil trunc rint copysign
    signbit isnan isinf isfinite equal not_equal less less_equal greater greater_equal logical_and
    logical_or logical_xor logical_not bitwise_and bitwise_or bitwise_xor invert left_shift right_shift
    bitwise_count gcd lcm arctan arctan2 tanh arcsinh heaviside frexp isnat cbrt
"""
SILENT = frozenset(_SILENT.split())
"""The ufuncs that give what is not finite of what is not finite only, and so have nothing to tell."""

_FUNCTIONS = """
    sum prod mean var std cumsum cumprod cumulative_sum cumulative_prod nansum nanprod nanmean nanvar
    nanstd nancumsum nancumprod nanmax nanmin nanmedian nanpercentile nanquantile median percentile
    quantile average cov corrcoef ptp diff ediff1d gradient trapezoid interp unwrap sinc i0 kaiser
    convolve correlate dot vdot inner outer tensordot einsum cross kron trace around round vander
    polyval linalg.norm linalg.cond linalg.det linalg.inv linalg.pinv linalg.solve linalg.slogdet
    linalg.multi_dot linalg.matrix_power linalg.matrix_norm linalg.vector_norm linalg.outer
    linalg.tensordot linalg.trace linalg.cross linalg.matmul
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
"""The functions of which NumPy's have something to tell, if their result is not finite."""

NUMPYS_OF_SCALARS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "divmod": divmod,
    "power": operator.pow,
    "matmul": operator.matmul,
    "negative": operator.neg,
    "absolute": abs,
}
"""Python's operator of each ufunc that NumPy's scalars have something to tell of."""

CHEAP = frozenset({"add", "subtract", "multiply"})
"""The ufuncs that are not looked at between two arrays, unless that is asked for."""

_DIVISIONS = frozenset({"floor_divide", "remainder", "fmod", "divmod", "reciprocal"})
"""The ufuncs of integers that divide."""

_LOOKED_AT = frozenset(
    dtype.as_datatype_enum for dtype in (tf.float16, tf.float32, tf.float64, tf.complex64, tf.complex128)
)
"""Of bfloat16 NumPy knows nothing."""

_MOST_SQUARED = 8192
"""The size from which on a sum of squares would be spread over threads."""

_PACKAGE = str(Path(__file__).parents[1])


def _on_gpu(tensor: tf.Tensor) -> bool:
    return machine_has_gpu() and not tensor.backing_device.endswith("CPU:0")


def _finite(tensor: tf.Tensor) -> bool:
    """Whether all elements are finite; a large element may count as infinite."""
    if _on_gpu(tensor):
        parts = [tensor] if not tensor.dtype.is_complex else [tf.math.real(tensor), tf.math.imag(tensor)]
        return all(bool(tf.reduce_all(gen_math_ops.is_finite(part))) for part in parts)
    values = tensor._numpy_internal()
    if not values.ndim:
        return cmath.isfinite(values)
    if values.size <= _MOST_SQUARED and values.dtype.char != "e":
        return cmath.isfinite(numpy.vdot(values, values))  # a fraction of isfinite's time, and no warnings
    return bool(numpy.isfinite(values).all())


def _looks_finite(tensor: tf.Tensor) -> bool:
    return type(tensor) is not EagerTensor or tensor._datatype_enum() not in _LOOKED_AT or _finite(tensor)


def watched(made: Any, op: Op, of_arrays: bool = False) -> Op:
    """The direct op of a ufunc, with a look at what it gives eagerly.

    `of_arrays`: the operands are two arrays. Their sums, differences and products cost little more than the
    op, and a look would make that half as much again: they are looked at where that is asked for only.
    """
    if made.__name__ in SILENT:
        return op
    least = config.EVERYTHING if of_arrays and made.__name__ in CHEAP else 1
    wanted = config.warnings_level

    def watching(*tensors: tf.Tensor) -> tf.Tensor:
        output = op(*tensors)
        if type(output) is EagerTensor and wanted() >= least and not _looks_finite(output):
            _ask_ufunc(made, tensors, (output,))
        return output

    return watching


def look(made: Any, tensors: list[tf.Tensor], outputs: tuple[tf.Tensor, ...]) -> None:
    """Look at what a ufunc's general call gave."""
    if made.__name__ in SILENT or not config.warnings_level():
        return
    if not all(type(tensor) is EagerTensor for tensor in (*tensors, *outputs)) or not tensors:
        return
    divides = made.__name__ in _DIVISIONS and outputs[0].dtype.is_integer
    if divides or not all(map(_looks_finite, outputs)):
        _ask_ufunc(made, tensors, outputs)


def _on_host(tensor: tf.Tensor) -> numpy.ndarray[Any, Any]:
    array = numpy.asarray(tensor)
    return array if array.dtype.isbuiltin == 1 else array.astype(numpy.float32)


def _wrong(name: str, operands: list[Any], outputs: list[Any]) -> Any:
    """Where an output is infinite or NaN, and no operand is NaN; where an integer is divided by zero."""
    wrong: Any = False
    for output in outputs:
        if output.dtype.kind in "fc":
            wrong = wrong | ~numpy.isfinite(output)
        elif name in _DIVISIONS and output.dtype.kind in "iu":
            wrong = wrong | (operands[-1] == 0)
    for operand in operands:
        if operand.dtype.kind in "fc":
            wrong = wrong & ~numpy.isnan(operand)
    return wrong


def _ask_ufunc(made: Any, tensors: Any, outputs: tuple[tf.Tensor, ...]) -> None:
    operands = list(map(_on_host, tensors))
    if made.signature is not None:
        return _tell(made.numpy, *operands)
    wrong = numpy.broadcast_to(_wrong(made.__name__, operands, [*map(_on_host, outputs)]), outputs[0].shape)
    if wrong.any():
        _tell(made.numpy, *(numpy.broadcast_to(operand, wrong.shape)[wrong] for operand in operands))
    return None


def look_at_call(numpys: Callable[..., Any], args: Any, kwargs: Any, value: Any) -> None:
    """Look at what a function gave that NumPy's may have something to tell of."""
    if config.warnings_level() and not _finite_within(value):
        _tell(numpys, *stand_in(args), **stand_in(kwargs))


def _finite_within(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return all(map(_finite_within, value))
    return not isinstance(value, Array) or _looks_finite(value._cell.read())


def of_scalars(compute: Callable[..., Any], numpys: Callable[..., Any] | None) -> Callable[..., Any]:
    """The operation on scalars: NumPy warns of it in words of its own, and of the overflow of integers."""
    if numpys is None:
        return compute

    def operation(*operands: Any) -> Any:
        if not config.warnings_level():
            return compute(*operands)
        token = config.silenced()
        try:
            made = compute(*operands)
        finally:
            config.restored(token)
        _look_at_scalars(numpys, operands, made)
        return made

    return operation


def _look_at_scalars(numpys: Callable[..., Any], operands: tuple[Any, ...], value: Any) -> None:
    if isinstance(value, tuple):  # the quotient tells it of both
        value = value[0]
    if not isinstance(value, Array):
        return None
    tensor = value._cell.read()
    if type(tensor) is not EagerTensor:
        return None
    if value._dtype.kind in "fc":
        if not _looks_finite(tensor):
            _tell(numpys, *stand_in(operands))
    elif value._dtype.kind in "iu":
        known = stand_in(operands)
        if _happens(numpys, *known):
            _tell(numpys, *known)
    return None


def look_at_cast(tensor: tf.Tensor, to: tf.Tensor, dtype: Any) -> None:
    """Look at a cast: of what no integer is, and of what is beyond the range of a smaller float."""
    if type(to) is not EagerTensor or not config.warnings_level() or tensor.dtype == to.dtype:
        return
    if type(tensor) is not EagerTensor or tensor._datatype_enum() not in _LOOKED_AT:
        return
    # on a GPU integers beyond the range are not looked for: all elements would have to come to the host
    if to.dtype.is_integer and not _on_gpu(tensor):
        wrong = _happens(_on_host(tensor).astype, dtype)
    else:
        wrong = not _looks_finite(tensor if to.dtype.is_integer else to)
    if wrong:
        _tell(_on_host(tensor).astype, dtype)


def _happens(numpys: Callable[..., Any], *args: Any) -> bool:
    """Whether NumPy has something to tell, in a fraction of the time that telling takes."""
    told: list[Any] = []
    with numpy.errstate(all="call", call=lambda *flags: told.append(flags)):
        numpys(*args)
    return bool(told)


def _tell(numpys: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Let NumPy compute, and warn of what it warns of at the line that called ours."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            numpys(*args, **kwargs)
        except FloatingPointError:
            raise
        except Exception:
            return  # what NumPy cannot compute it has nothing to tell of
    for warning in caught:
        if warning.category is RuntimeWarning:
            warnings.warn(str(warning.message), warning.category, stacklevel=_users_level())


def _users_level() -> int:
    """The number of frames from the caller of this function up to the first outside of the package."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    return level
