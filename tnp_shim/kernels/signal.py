"""Sliding products, interpolation and functions of one real variable. Knows tensors only."""

from __future__ import annotations

import math

import tensorflow as tf

from tnp_shim.kernels import comparison, shapes, sorting
from tnp_shim.kernels.arithmetic import add, divide, multiply, subtract
from tnp_shim.kernels.differentiation import differentiable
from tnp_shim.kernels.elementwise import (
    both,
    by_kind,
    complex_of,
    halves_in_float32,
    imag,
    is_zero,
    like,
    real,
    select,
    single_in_double,
)
from tnp_shim.kernels.products import matvec
from tnp_shim.kernels.shapes import Length
from tnp_shim.kernels.trigonometric import cos, sin
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops, gen_nn_ops


@halves_in_float32
def _sliding_of_floats(x: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    image = gen_array_ops.reshape(x, constant((1, 1, -1, 1), tf.int32))
    filters = gen_array_ops.reshape(weights, constant((1, -1, 1, 1), tf.int32))
    products = gen_nn_ops.conv2d(image, filters, strides=[1, 1, 1, 1], padding="VALID")
    return gen_array_ops.reshape(products, constant((-1,), tf.int32))


def _sliding_of_complex(x: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    a, b, c, d = real(x), imag(x), real(weights), imag(weights)
    real_part = gen_math_ops.sub(_sliding_of_floats(a, c), _sliding_of_floats(b, d))
    imag_part = gen_math_ops.add_v2(_sliding_of_floats(a, d), _sliding_of_floats(b, c))
    return complex_of(real_part, imag_part)


def _sliding_of_integers(x: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    # convolutions have no kernels for integers; the windows are made one by one instead
    size, width = shapes.length(x, 0), shapes.length(weights, 0)
    first = shapes.along(shapes.counting(size - width + 1), 0, 2)
    windows = shapes.gather(x, gen_math_ops.add_v2(first, shapes.counting(width)), 0)
    return matvec(windows, weights)


_sliding = by_kind(biu=_sliding_of_integers, f=_sliding_of_floats, c=_sliding_of_complex)


def _padded(x: tf.Tensor, before: Length, after: Length) -> tf.Tensor:
    if x.dtype == tf.bool:
        return cast(_padded(cast(x, tf.uint8), before, after), tf.bool)
    paddings = shapes.reshape(shapes.vector([before, after]), [1, 2])
    return gen_array_ops.pad(x, paddings)


def _span(mode: str, size: Length, width: Length) -> tuple[Length, Length]:
    """Where the part of the full result that `mode` asks for starts, and its length; `width <= size`."""
    if mode == "full":
        return 0, size + width - 1
    if mode == "same":
        return width - 1 - width // 2, size
    return width - 1, size - width + 1


def correlate(x: tf.Tensor, weights: tf.Tensor, mode: str) -> tf.Tensor:
    """The sums of products of `weights` and the elements of `x` under it, as it slides along `x`.

    Lengths are not zero. `weights` is the shorter of the two, if both lengths are known.
    """
    size, width = shapes.length(x, 0), shapes.length(weights, 0)
    if isinstance(size, int) and isinstance(width, int):
        start, count = _span(mode, size, width)
        return _sliding(_padded(x, width - 1 - start, start + count - size), weights)
    full = _sliding(_padded(x, width - 1, width - 1), weights)
    size, width = shapes.as_length(size), shapes.as_length(width)
    shorter = gen_math_ops.minimum(size, width)
    start, count = _span(mode, gen_math_ops.maximum(size, width), shorter)
    if mode == "same":  # the middle of an even length is on the other side where the weights are longer
        start = select(gen_math_ops.less(size, width), shorter // 2, start)
    return shapes.sliced(full, 0, start, start + count)


def _slope_of_sinc(_: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """The derivative of sin(y) / y by x, for y = pi x: by its series where the difference would cancel."""
    y = multiply(x, like(math.pi, x))
    square = multiply(y, y)
    series = like(0, x)
    for k in (6, 5, 4, 3, 2, 1):
        series = add(multiply(series, square), like((-1) ** k * 2 * k / math.factorial(2 * k + 1), x))
    near = gen_math_ops.less(gen_math_ops._abs(y), like(0.25, y))
    far_y = select(near, like(1, y), y)
    far = divide(subtract(multiply(far_y, cos(far_y)), sin(far_y)), multiply(far_y, far_y))
    return multiply(select(near, multiply(series, y), far), like(math.pi, x))


def _sinc(x: tf.Tensor) -> tf.Tensor:
    y = multiply(x, like(math.pi, x))
    zero = is_zero(y)
    y = select(zero, like(1, y), y)
    return select(zero, like(1, y), divide(sin(y), y))


sinc = by_kind(f=halves_in_float32(differentiable(_slope_of_sinc)(_sinc)), c=_sinc)


@halves_in_float32
@single_in_double
def i0(x: tf.Tensor) -> tf.Tensor:
    """The modified Bessel function of order 0: exp(x) overflows before it does, so that is taken in two."""
    size = gen_math_ops._abs(x)
    most = gen_math_ops.minimum(size, like(700, x))
    scaled = gen_math_ops.mul(gen_math_ops.exp(most), tf.math.special.bessel_i0e(x))
    return gen_math_ops.mul(scaled, gen_math_ops.exp(gen_math_ops.sub(size, most)))


def interpolate(x: tf.Tensor, points: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Values between points that increase, on straight lines; beyond them the first and the last value."""
    last = shapes.as_length(shapes.length(points, 0) - 1)
    found = gen_math_ops.sub(sorting.search(points, x, right=True), shapes.as_length(1))
    inside = gen_math_ops.maximum(found, like(0, found))
    following = gen_math_ops.minimum(gen_math_ops.add_v2(inside, like(1, inside)), last)
    x0, x1 = shapes.gather(points, inside, 0), shapes.gather(points, following, 0)
    y0, y1 = shapes.gather(values, inside, 0), shapes.gather(values, following, 0)
    width, step = subtract(x1, x0), subtract(x, x0)
    flat = is_zero(width)
    slope = divide(subtract(y1, y0), cast(select(flat, like(1, width), width), values.dtype))
    line = add(multiply(slope, cast(step, values.dtype)), y0)
    # values that are not finite: from the other end where that gives a number, as NumPy does
    back = add(multiply(slope, cast(subtract(x, x1), values.dtype)), y1)
    back = select(both(comparison.isnan(back), gen_math_ops.equal(y0, y1)), y0, back)
    line = select(comparison.isnan(line), back, line)
    line = select(gen_math_ops.equal(x, x0), y0, line)
    below, above = gen_math_ops.less(found, like(0, found)), gen_math_ops.greater_equal(found, last)
    line = select(below, shapes.gather(values, shapes.as_length(0), 0), line)
    # NaN sorts behind the last point; one point alone gives its value for NaN too
    unknown = both(sorting.is_nan(x), gen_math_ops.greater(last, like(0, last)))
    line = select(above, shapes.gather(values, last, 0), line)
    return select(unknown, cast(x, values.dtype), line)
