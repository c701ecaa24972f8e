"""Discrete Fourier transforms over any axes of any length, with their gradients. Knows tensors only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from tnp_shim.kernels.arithmetic import multiply
from tnp_shim.kernels.contraction import transpose
from tnp_shim.kernels.coverage import kernel_dtypes
from tnp_shim.kernels.elementwise import either, like, real, select
from tnp_shim.kernels.folds import with_gradient
from tnp_shim.kernels.shapes import Length, as_length, counting, length, product, reshape, sliced, vector
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import compiled_by_xla, context, gen_array_ops, gen_manip_ops, gen_math_ops

_raw = tf.raw_ops
_FORWARD = (_raw.FFT, _raw.FFT2D, _raw.FFT3D)
_INVERSE = (_raw.IFFT, _raw.IFFT2D, _raw.IFFT3D)
_OF_REAL = (_raw.RFFT, _raw.RFFT2D, _raw.RFFT3D)
_TO_REAL = (_raw.IRFFT, _raw.IRFFT2D, _raw.IRFFT3D)
"""The ops over the last axis, the last two, the last three."""
MOST_AXES = 3

POWERS = {None: 0.0, "backward": 0.0, "ortho": 0.5, "forward": 1.0}
"""The power of the length by which each `norm` multiplies an inverse of the ops, and divides a forward."""


def normalization(
    n: Length, norm: str | None, inverse: bool, dtype: tf.DType, computed: tf.DType
) -> float | tf.Tensor:
    """What the result of the ops is to be multiplied with, for input of `dtype`, transformed in `computed`.

    NumPy rounds the factor to the input's precision, though the result may have a higher one: so do we.
    """
    if norm not in POWERS:
        raise ValueError(f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".')
    power = POWERS[norm] if inverse else -POWERS[norm]
    wanted = power - inverse  # the ops divide an inverse by the length
    narrower = dtype == tf.float16 or (dtype == tf.float32 and computed in (tf.float64, tf.complex128))
    if narrower and wanted:
        root = cast(as_length(n), dtype)
        root = gen_math_ops.sqrt(root) if wanted == -0.5 else root
        rounded = cast(gen_math_ops.real_div(like(1, root), root), tf.float64)
        return gen_math_ops.mul(rounded, cast(as_length(n), tf.float64)) if inverse else rounded
    if not power:
        return 1.0
    if isinstance(n, int):
        return float(n) ** power
    return gen_math_ops._pow(cast(n, tf.float64), constant(power, tf.float64))


def scaled(x: tf.Tensor, factor: float | tf.Tensor) -> tf.Tensor:
    """The tensor times a real number."""
    if isinstance(factor, tf.Tensor):
        return multiply(x, cast(factor, x.dtype))
    return x if factor == 1.0 else multiply(x, like(factor, x))


def fitted(x: tf.Tensor, axis: int, size: Length) -> tf.Tensor:
    """The tensor cut off, or filled up with zeros at the end of one axis, to a size."""
    present = length(x, axis)
    known = isinstance(size, int) and isinstance(present, int)
    if known and present == size:
        return x
    if not known or present > size:  # type: ignore[operator]
        x = sliced(x, axis, None, size)
        if known:
            return x
    rank = x.shape.rank
    if known:
        paddings = constant(tuple((0, size - present if a == axis else 0) for a in range(rank)), tf.int64)
    else:
        missing = gen_math_ops.sub(as_length(size), as_length(length(x, axis)))
        paddings = reshape(vector([0] * (2 * axis + 1) + [missing] + [0] * 2 * (rank - axis - 1)), [rank, 2])
    padded = gen_array_ops.pad(x, paddings)
    sizes = x.shape.as_list()
    sizes[axis] = size if isinstance(size, int) else None
    padded.set_shape(sizes)
    return padded


def _at_the_end(x: tf.Tensor, axes: Sequence[int], transform: Callable[[tf.Tensor], tf.Tensor]) -> tf.Tensor:
    """A transform of the last axes, done to the given ones in their order."""
    if list(axes) == [*range(x.shape.rank - len(axes), x.shape.rank)]:
        return transform(x)
    order = [axis for axis in range(x.shape.rank) if axis not in axes] + list(axes)
    back = sorted(range(len(order)), key=order.__getitem__)
    return transpose(transform(transpose(x, order)), back)


def complex_to_complex(x: tf.Tensor, axes: Sequence[int], inverse: bool) -> tf.Tensor:
    """The transform of complex numbers over different axes; the inverse is divided by the lengths."""
    ops = _INVERSE if inverse else _FORWARD
    remaining = sorted(axes)
    while remaining:
        group, remaining = remaining[-MOST_AXES:], remaining[:-MOST_AXES]
        op = ops[len(group) - 1]
        x = _at_the_end(x, group, lambda tensor, op=op: op(input=tensor))  # type: ignore[misc]
    return x


def real_to_complex(x: tf.Tensor, axes: Sequence[int]) -> tf.Tensor:
    """The transform of real numbers over different axes: along the last one given, its first half."""
    group, others = axes[-MOST_AXES:], axes[:-MOST_AXES]
    x = _at_the_end(x, group, lambda tensor: _half_spectrum(tensor, len(group)))
    return complex_to_complex(x, others, inverse=False)


def complex_to_real(z: tf.Tensor, axes: Sequence[int], n: Length) -> tf.Tensor:
    """The inverse of `real_to_complex` to a length `n` along the last axis given, divided by the lengths."""
    group, others = axes[-MOST_AXES:], axes[:-MOST_AXES]
    z = complex_to_complex(z, others, inverse=True)
    return _at_the_end(z, group, lambda tensor: _real_signal(tensor, len(group), n))


def _lengths_for_op(sizes: Sequence[Length]) -> tf.Tensor:
    if all(isinstance(size, int) for size in sizes):
        return constant(tuple(sizes), tf.int32)
    return cast(vector(sizes), tf.int32)


def _half_spectrum(x: tf.Tensor, count: int) -> tf.Tensor:
    """The transform of real numbers over the last `count` axes.

    TensorFlow has no gradient for three axes, and for two one whose angles lose their digits in float32.
    """
    rank = x.shape.rank
    sizes = [length(x, axis) for axis in range(rank - count, rank)]
    dtype = tf.complex64 if x.dtype == tf.float32 else tf.complex128

    def op(x):
        return _OF_REAL[count - 1](input=x, fft_length=_lengths_for_op(sizes), Tcomplex=dtype)

    def gradient(upstream, _):
        shares = multiply(_per_frequency(sizes[-1], 0.5, x.dtype), _total(sizes, x.dtype))
        return _real_signal(multiply(upstream, cast(shares, dtype)), count, sizes[-1])

    return with_gradient(op, gradient, x)


def _real_signal(z: tf.Tensor, count: int, n: Length) -> tf.Tensor:
    """The real numbers whose spectrum over the last `count` axes has `z` as its half."""
    rank = z.shape.rank
    sizes = [*(length(z, axis) for axis in range(rank - count, rank - 1)), n]
    dtype = z.dtype.real_dtype

    def op(z):
        return _TO_REAL[count - 1](input=z, fft_length=_lengths_for_op(sizes), Treal=dtype)

    def gradient(upstream, _):
        shares = gen_math_ops.real_div(_per_frequency(n, 2.0, dtype), _total(sizes, dtype))
        return multiply(_half_spectrum(upstream, count), cast(shares, z.dtype))

    return with_gradient(op, gradient, _with_symmetric_ends(z, count, n))


def _total(sizes: Sequence[Length], dtype: tf.DType) -> tf.Tensor:
    return cast(as_length(product(sizes)), dtype)


def _per_frequency(n: Length, inside: float, dtype: tf.DType) -> tf.Tensor:
    """1 for the frequencies that half a spectrum has alone, `inside` for those whose mirror it lacks."""
    place = counting(n // 2 + 1)
    zero, last = as_length(0), gen_math_ops.mul(place, as_length(2))
    alone = either(gen_math_ops.equal(place, zero), gen_math_ops.equal(last, as_length(n)))
    return select(alone, constant(1.0, dtype), constant(inside, dtype))


def _with_symmetric_ends(z: tf.Tensor, count: int, n: Length) -> tf.Tensor:
    """Half a spectrum with what is not of a real signal taken out of the frequencies 0 and n / 2.

    NumPy's result does not depend on that part. TensorFlow's on a GPU does: cuFFT does not look for it, and
    what it gives then differs by length (in one dimension at 2**13, in more at any).
    """
    if z.shape.num_elements() == 0:  # XLA cannot write into an empty tensor
        return z
    if context.executing_eagerly() and {d.device_type for d in tf.config.list_logical_devices()} == {"CPU"}:
        return z  # a graph may run elsewhere than where it was traced
    z = _with_part(z, 0, 1, count)
    if not isinstance(n, int):
        return _with_part(z, n // 2 + n % 2, None, count)  # of an odd length nothing
    return z if n % 2 else _with_part(z, n // 2, n // 2 + 1, count)


def _with_part(z: tf.Tensor, start: Length, stop: Length | None, count: int) -> tf.Tensor:
    """Half a spectrum with a part of the last axis made what can be of a real signal.

    Written into the whole: to put parts together again would take one more pass over all.
    """
    last = z.shape.rank - 1
    part = _own_mirror(sliced(z, last, start, stop), count)
    others = 2**last - 1
    return gen_array_ops.tensor_strided_slice_update(
        z,
        vector([0] * last + [start]),
        vector([0] * last + [0 if stop is None else stop]),
        constant((1,) * (last + 1), tf.int64),
        part,
        begin_mask=others,
        end_mask=others | (stop is None) << last,
    )


def _own_mirror(z: tf.Tensor, count: int) -> tf.Tensor:
    """What a slice across the last axis has in common with its mirror at frequency 0, conjugated."""
    if count == 1:
        return cast(real(z), z.dtype)
    rank = z.shape.rank
    axes = constant(tuple(range(rank - count, rank - 1)), tf.int32)
    mirror = gen_manip_ops.roll(
        gen_array_ops.reverse_v2(z, axes), constant((1,) * (count - 1), tf.int32), axes
    )
    half = like(0.5, z)
    return gen_math_ops.add_v2(multiply(z, half), multiply(gen_math_ops.conj(mirror), half))


def rotated(x: tf.Tensor, axes: Sequence[int], shifts: Sequence[Length]) -> tf.Tensor:
    """The tensor moved along axes by shifts from 0 to their lengths; what leaves at the end comes in first.

    `Roll` has no GPU kernel for bool and small integers; XLA compiles it for all.
    """
    if x.dtype in kernel_dtypes("Roll", "GPU") or compiled_by_xla():
        return gen_manip_ops.roll(x, vector(shifts), constant(tuple(axes), tf.int64)) if axes else x
    for axis, shift in zip(axes, shifts, strict=True):
        start = length(x, axis) - shift
        parts = [sliced(x, axis, start, None), sliced(x, axis, None, start)]
        x = gen_array_ops.concat_v2(parts, constant(axis, tf.int32))
    return x
