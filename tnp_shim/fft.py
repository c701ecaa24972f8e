"""Discrete Fourier transforms: the namespace `np.fft`. Knows declarations and kernels."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy
import tensorflow as tf

from tnp_shim import conversion, dtypes
from tnp_shim.array import Array, wrap
from tnp_shim.declaration import Axis, Operand, Size, Tensor, function
from tnp_shim.declaration.function import write_out
from tnp_shim.functions.views import as_array
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import fourier
from tnp_shim.kernels.arithmetic import conjugate, divide, multiply
from tnp_shim.kernels.elementwise import HALVES, like, select
from tnp_shim.kernels.shapes import (
    LARGEST_EMBEDDED,
    Length,
    as_length,
    counting,
    embedded,
    length,
    normalized_axis,
    rank_of,
)
from tnp_shim.promotion import cast, constant, promote_args, promote_args_inexact
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]

Step: TypeAlias = tuple[int, Length | None]
"""An axis, and the length of the transform along it (None: that of the axis)."""
_REAL_DTYPES = {
    **{dtype: dtype for dtype in (tf.float32, tf.float64, *HALVES)},
    tf.complex64: tf.float32,
    tf.complex128: tf.float64,
}
_DOUBLE = (numpy.float64, numpy.complex128)
_OPPOSITE = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def _opposite(norm: Any) -> Any:
    """The `norm` that divides the other direction; what is none stays, to be refused later."""
    return _OPPOSITE.get(norm, norm)


def _real_dtype(a: tf.Tensor) -> tf.DType:
    """The dtype of the real parts of a spectrum as NumPy has it: float16 stays, integers become doubles."""
    dtype = a.dtype
    return _REAL_DTYPES.get(dtype) or dtypes.to_tf(dtypes.result_type(dtypes.to_numpy(dtype), float))


def _is_double(a: tf.Tensor, out: Any) -> bool:
    """Whether a transform computes in double precision: its input asks for it, or `out`, as in NumPy."""
    (array,) = out if isinstance(out, tuple) else (out,)
    return _real_dtype(a) == tf.float64 or getattr(array, "dtype", None) in _DOUBLE


def _as_real(a: tf.Tensor, out: Any = None) -> tf.Tensor:
    """Real numbers in a dtype in which they can be transformed."""
    if a.dtype.is_complex:
        raise TypeError(f"the transform of real numbers is not defined for {a.dtype.name}")
    return cast(a, tf.float64 if _is_double(a, out) else tf.float32)


def _as_complex(a: tf.Tensor, out: Any = None) -> tf.Tensor:
    """Numbers as complex ones, of double precision unless they are single or half."""
    return cast(a, tf.complex128 if _is_double(a, out) else tf.complex64)


def _not_empty(x: tf.Tensor, n: Length) -> tf.Tensor:
    """The tensor, if there is something to transform."""
    if not isinstance(n, int):
        positive = gen_math_ops.greater(as_length(n), as_length(0))
        return asserted(x, positive, "Invalid number of FFT data points specified.", ValueError)
    if n < 1:
        raise ValueError(f"Invalid number of FFT data points ({n}) specified.")
    return x


def _prepared(
    x: tf.Tensor, steps: Sequence[Step], norm: Any, inverse: bool, dtype: tf.DType
) -> tuple[tf.Tensor, Any]:
    """The tensor in the lengths of the transform, and what the result is to be multiplied with.

    `dtype` is that of the first step's input; all others' is complex.
    """
    factor: Any = 1.0
    for axis, n in steps:
        size = length(x, axis) if n is None else n
        x = _not_empty(x, size)
        x = x if n is None else fourier.fitted(x, axis, n)
        factor = factor * fourier.normalization(size, norm, inverse, dtype, x.dtype)
        dtype = tf.complex64
    return x, factor


def _axes_of(steps: Sequence[Step]) -> list[int]:
    return [axis for axis, _ in steps]


def _are_distinct(steps: Sequence[Step]) -> bool:
    return len(set(_axes_of(steps))) == len(steps)


def _complex(x: tf.Tensor, steps: Sequence[Step], norm: Any, inverse: bool, dtype: tf.DType) -> tf.Tensor:
    """Complex numbers transformed step by step, together where no axis comes twice."""
    for together in [steps] if _are_distinct(steps) else [[step] for step in steps]:
        x, factor = _prepared(x, together, norm, inverse, dtype)
        x = fourier.scaled(fourier.complex_to_complex(x, _axes_of(together), inverse), factor)
        dtype = tf.complex64
    return x


def _half(x: tf.Tensor, steps: Sequence[Step], norm: Any, dtype: tf.DType) -> tf.Tensor:
    """Real numbers transformed along the first step's axis, of which half is left, then along the others."""
    first = len(steps) if _are_distinct(steps) else 1
    together, rest = steps[:first], steps[first:]
    x, factor = _prepared(x, together, norm, False, dtype)
    spectrum = fourier.real_to_complex(x, _axes_of(together)[::-1])
    return _complex(fourier.scaled(spectrum, factor), rest, norm, False, tf.complex64)


def _real(z: tf.Tensor, steps: Sequence[Step], norm: Any, dtype: tf.DType) -> tf.Tensor:
    """Half a spectrum transformed back, along the last step's axis to real numbers."""
    *others, (axis, n) = steps
    if not _are_distinct(steps):
        z, others, dtype = _complex(z, others, norm, True, dtype), [], tf.complex64
    z, factor = _prepared(z, others, norm, True, dtype)
    n = (length(z, axis) - 1) * 2 if n is None else n
    z = fourier.fitted(_not_empty(z, n), axis, n // 2 + 1)
    factor = factor * fourier.normalization(n, norm, True, tf.complex64 if others else dtype, z.dtype)
    return fourier.scaled(fourier.complex_to_real(z, [*_axes_of(others), axis], n), factor)


def _sizes(s: Any) -> list[Any]:
    """The entries of an argument `s`: an int, None, or an int64 scalar tensor each."""
    if conversion.is_tensor_like(s):
        s = conversion.to_shape(s, "s")
        s = gen_array_ops.unpack(s, s.shape[0]) if isinstance(s, tf.Tensor) else s
    return [None if n is None else conversion.to_size(n, "s") for n in s]


def _steps(name: str, a: tf.Tensor, s: Any, axes: Axis, to_real: bool = False) -> list[Step]:
    """The axes and lengths that `s` and `axes` tell, in their order."""
    rank = rank_of(a, name)
    sizes = None if s is None else _sizes(s)
    if axes is None:
        axes = range(rank) if sizes is None else range(-len(sizes), 0)
        if sizes is not None:
            _deprecated("`axes` should not be None where `s` is given: name the axes of the lengths.")
    axes = [normalized_axis(axis, a, name) for axis in axes]
    if sizes is None:
        sizes = [-1] * len(axes)
        if to_real:
            sizes[-1] = (length(a, axes[-1]) - 1) * 2
    elif to_real and sizes and type(sizes[-1]) is int and sizes[-1] == -1:
        sizes[-1] = length(a, axes[-1])
    if len(sizes) != len(axes):
        raise ValueError("Shape and axes have different lengths.")
    if None in [n for n in sizes if not isinstance(n, tf.Tensor)]:
        _deprecated("None in `s` is deprecated: give the length, or -1 for that of the axis.")
    distinct = len(set(axes)) == len(axes)
    whole = [None if distinct else length(a, axis) for axis in axes]
    return [
        (axis, as_is if isinstance(n, int) and n == -1 else n)
        for axis, n, as_is in zip(axes, sizes, whole, strict=True)
    ]


def _deprecated(what: str) -> None:
    """NumPy's DeprecationWarning, for the line that called the public function."""
    warnings.warn(f"{what} (deprecated in NumPy 2.0)", DeprecationWarning, stacklevel=7)


def _into(name: str, out: Any, result: tf.Tensor) -> Any:
    """The result, or `out` after it was written there."""
    if out is None:
        return result
    (array,) = out if isinstance(out, tuple) else (out,)
    shape = array._cell.shape if isinstance(array, Array) else getattr(array, "shape", None)
    if not result.shape.is_compatible_with(shape):
        raise ValueError("output array has wrong shape.")
    return write_out(f"fft.{name}", wrap(result), array)


def _of_precision(signal: tf.Tensor, a: tf.Tensor, out: Any) -> tf.Tensor:
    """A real signal in the precision of the spectrum that it comes from, unless it goes into an `out`."""
    return cast(signal, _real_dtype(a)) if out is None else signal


def _keeps_shape(out: Any, a: tf.Tensor, steps: Sequence[Step]) -> None:
    """Refuse what NumPy refuses: it writes each step into `out`, so only the first may change a length."""
    for axis, n in steps[1:]:
        if out is not None and isinstance(n, int) and a.shape[axis] not in (n, None):
            raise ValueError("output array has wrong shape.")


def _one(name: str, a: tf.Tensor, n: Any, axis: Any) -> list[Step]:
    return [(normalized_axis(axis, a, name), n)]


@function(numpy.fft.fft)
def fft(a: Tensor, n: Size = None, axis: Axis = -1, norm: Any = None, out: Any = None) -> Any:
    """The transform along an axis, cut off or filled up with zeros to `n`. Any length; differentiable."""
    return _into(
        "fft", out, _complex(_as_complex(a, out), _one("fft", a, n, axis), norm, False, _real_dtype(a))
    )


@function(numpy.fft.ifft)
def ifft(a: Tensor, n: Size = None, axis: Axis = -1, norm: Any = None, out: Any = None) -> Any:
    """The inverse of `fft`. Any length; differentiable."""
    return _into(
        "ifft", out, _complex(_as_complex(a, out), _one("ifft", a, n, axis), norm, True, _real_dtype(a))
    )


@function(numpy.fft.rfft)
def rfft(a: Tensor, n: Size = None, axis: Axis = -1, norm: Any = None, out: Any = None) -> Any:
    """The transform of real numbers along an axis: the frequencies from 0 to n // 2. Differentiable."""
    return _into("rfft", out, _half(_as_real(a, out), _one("rfft", a, n, axis), norm, _real_dtype(a)))


@function(numpy.fft.irfft)
def irfft(a: Tensor, n: Size = None, axis: Axis = -1, norm: Any = None, out: Any = None) -> Any:
    """The inverse of `rfft`: `n` real numbers, by default an even count. Differentiable."""
    signal = _real(_as_complex(a, out), _one("irfft", a, n, axis), norm, _real_dtype(a))
    return _into("irfft", out, _of_precision(signal, a, out))


@function(numpy.fft.hfft)
def hfft(a: Tensor, n: Size = None, axis: Axis = -1, norm: Any = None, out: Any = None) -> Any:
    """The real spectrum of a signal whose second half is the conjugate of its first. Differentiable.

    As NumPy's it leaves `out` alone and gives an array of its own.
    """
    spectrum = _real(conjugate(_as_complex(a)), _one("hfft", a, n, axis), _opposite(norm), _real_dtype(a))
    return cast(spectrum, _real_dtype(a))


@function(numpy.fft.ihfft)
def ihfft(a: Tensor, n: Size = None, axis: Axis = -1, norm: Any = None, out: Any = None) -> Any:
    """The inverse of `hfft`: the first half of the signal. Differentiable."""
    half = _half(_as_real(a, out), _one("ihfft", a, n, axis), _opposite(norm), _real_dtype(a))
    return _into("ihfft", out, conjugate(half))


def _complex_over_axes(name: str, a: Any, s: Any, axes: Axis, norm: Any, out: Any, inverse: bool) -> Any:
    """`fftn` and its kin, last axis first; over no axes NumPy gives the array itself."""
    x = conversion.to_tensor(a)
    steps = _steps(name, x, s, axes)[::-1]
    _keeps_shape(out, x, steps)
    if not steps:
        return as_array(a)
    return _into(name, out, _complex(_as_complex(x, out), steps, norm, inverse, _real_dtype(x)))


def _half_over_axes(name: str, a: tf.Tensor, s: Any, axes: Axis, norm: Any, out: Any) -> Any:
    """`rfftn` and its kin, last axis first."""
    steps = _steps(name, a, s, axes)[::-1]
    if not steps:
        raise IndexError("list index out of range")
    _keeps_shape(out, a, steps)
    return _into(name, out, _half(_as_real(a, out), steps, norm, _real_dtype(a)))


def _real_over_axes(name: str, a: tf.Tensor, s: Any, axes: Axis, norm: Any, out: Any) -> Any:
    """`irfftn` and its kin, last axis last."""
    steps = _steps(name, a, s, axes, to_real=True)
    signal = _real(_as_complex(a, out), steps, norm, _real_dtype(a))
    return _into(name, out, _of_precision(signal, a, out) if len(steps) == 1 else signal)


@function(numpy.fft.fftn)
def fftn(a: Any, s: Any = None, axes: Axis = None, norm: Any = None, out: Any = None) -> Any:
    """The transform over axes (None: all), each cut off or filled up to its length in `s`. Differentiable."""
    return _complex_over_axes("fftn", a, s, axes, norm, out, inverse=False)


@function(numpy.fft.ifftn)
def ifftn(a: Any, s: Any = None, axes: Axis = None, norm: Any = None, out: Any = None) -> Any:
    """The inverse of `fftn`. Differentiable."""
    return _complex_over_axes("ifftn", a, s, axes, norm, out, inverse=True)


@function(numpy.fft.fft2)
def fft2(a: Any, s: Any = None, axes: Axis = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """The transform over two axes, as `fftn`. Differentiable."""
    return _complex_over_axes("fft2", a, s, axes, norm, out, inverse=False)


@function(numpy.fft.ifft2)
def ifft2(a: Any, s: Any = None, axes: Axis = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """The inverse of `fft2`. Differentiable.

    As NumPy's it leaves `out` alone and gives an array of its own.
    """
    return _complex_over_axes("ifft2", a, s, axes, norm, None, inverse=True)


@function(numpy.fft.rfftn)
def rfftn(a: Tensor, s: Any = None, axes: Axis = None, norm: Any = None, out: Any = None) -> Any:
    """The transform of real numbers over axes: along the last one from 0 to n // 2. Differentiable."""
    return _half_over_axes("rfftn", a, s, axes, norm, out)


@function(numpy.fft.rfft2)
def rfft2(a: Tensor, s: Any = None, axes: Axis = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """The transform of real numbers over two axes, as `rfftn`. Differentiable."""
    return _half_over_axes("rfft2", a, s, axes, norm, out)


@function(numpy.fft.irfftn)
def irfftn(a: Tensor, s: Any = None, axes: Axis = None, norm: Any = None, out: Any = None) -> Any:
    """The inverse of `rfftn`: real numbers, along the last axis by default an even count. Differentiable."""
    return _real_over_axes("irfftn", a, s, axes, norm, out)


@function(numpy.fft.irfft2)
def irfft2(a: Tensor, s: Any = None, axes: Axis = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """The inverse of `rfft2`, as `irfftn`. Differentiable.

    As NumPy's it leaves `out` alone and gives an array of its own.
    """
    return _real_over_axes("irfft2", a, s, axes, norm, None)


def _window(n: Any) -> Any:
    """A window's length: an int, or a NumPy integer or a tensor, which promote by their dtype."""
    if isinstance(n, (Array, tf.Tensor)):
        size = conversion.to_size(n, "n")
        if isinstance(size, tf.Tensor):
            return size
        # NumPy takes its scalars only, no arrays
        n = dtypes.canonical(n.dtype).type(size) if isinstance(n, tf.Tensor) or not n._writeable else None
    if not isinstance(n, (int, numpy.integer)):
        raise ValueError("n should be an integer")
    return n


def _frequencies(numpy_callable: Any, n: Any, d: Operand) -> tf.Tensor:
    """Whole numbers of cycles in a window of `n` samples, as cycles in the unit of the spacing `d`."""
    n = _window(n)
    known = not isinstance(n, tf.Tensor)
    if known and not isinstance(d, tf.Tensor) and n <= LARGEST_EMBEDDED:
        values = numpy_callable(n, d)
        return embedded(values.astype(dtypes.default_float_for(values.dtype), copy=False))
    size: Length = int(n) if known else n
    cycles = counting(size if numpy_callable is numpy.fft.fftfreq else size // 2 + 1)
    if numpy_callable is numpy.fft.fftfreq:
        later = gen_math_ops.greater_equal(cycles, as_length((size - 1) // 2 + 1))
        cycles = select(later, gen_math_ops.sub(cycles, as_length(size)), cycles)
    return multiply(*promote_args("fftfreq", cycles, _spectral_step(n, d)))


def _spectral_step(n: Any, d: Operand) -> Operand:
    """1 / (n d), the number of cycles in the unit of `d` that one cycle in the window makes."""
    if isinstance(n, tf.Tensor):
        n = _not_empty(n, n)
    elif not isinstance(d, tf.Tensor):
        step = 1.0 / (n * d)
        return step.item() if isinstance(step, numpy.generic) else step
    elif isinstance(n, numpy.integer):
        n = constant(int(n), dtypes.to_tf(n.dtype))
    (window,) = promote_args_inexact("fftfreq", multiply(*promote_args("fftfreq", n, d)))
    return divide(like(1.0, window), window)


@function(numpy.fft.fftfreq)
def fftfreq(n: Any, d: Operand = 1.0) -> tf.Tensor:
    """The frequencies of `fft` of `n` samples at a spacing `d`. Differentiable with respect to `d`."""
    return _frequencies(numpy.fft.fftfreq, n, d)


@function(numpy.fft.rfftfreq)
def rfftfreq(n: Any, d: Operand = 1.0) -> tf.Tensor:
    """The frequencies of `rfft` of `n` samples at a spacing `d`. Differentiable with respect to `d`."""
    return _frequencies(numpy.fft.rfftfreq, n, d)


def _shifted(name: str, x: tf.Tensor, axes: Axis, inverse: bool) -> tf.Tensor:
    """Half of each axis moved to its other end, once for each time that the axis is given."""
    rank = rank_of(x, name)
    if axes is None:
        axes = range(rank)
    axes = [normalized_axis(axis, x, name) for axis in ((axes,) if isinstance(axes, int) else axes)]
    if rank == 0:
        raise ValueError(f"{name}: an array of at least one axis is needed")
    sizes = [length(x, axis) for axis in axes]
    return fourier.rotated(x, axes, [size - size // 2 if inverse else size // 2 for size in sizes])


@function(numpy.fft.fftshift)
def fftshift(x: Tensor, axes: Axis = None) -> tf.Tensor:
    """The frequency 0 moved from the front of axes (None: all) to their middle. Differentiable."""
    return _shifted("fftshift", x, axes, inverse=False)


@function(numpy.fft.ifftshift)
def ifftshift(x: Tensor, axes: Axis = None) -> tf.Tensor:
    """The inverse of `fftshift`. Differentiable."""
    return _shifted("ifftshift", x, axes, inverse=True)
