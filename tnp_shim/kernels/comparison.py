"""Comparisons, logic, tests of floats and the larger or smaller of two. Knows tensors only."""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.elementwise import (
    Body,
    both,
    by_kind,
    either,
    imag,
    is_negative,
    is_zero,
    like,
    real,
    select,
)
from tnp_shim.promotion import cast
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_math_ops

_less, _equal, _not = gen_math_ops.less, gen_math_ops.equal, gen_math_ops.logical_not


def nonzero(x: tf.Tensor) -> tf.Tensor:
    """The truth of each element: NaN is true."""
    return x if x.dtype == tf.bool else gen_math_ops.not_equal(x, like(0, x))


def logical_and(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.logical_and(nonzero(x), nonzero(y))


def logical_or(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.logical_or(nonzero(x), nonzero(y))


def logical_xor(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.not_equal(nonzero(x), nonzero(y))


def logical_not(x: tf.Tensor) -> tf.Tensor:
    return _not(x) if x.dtype == tf.bool else is_zero(x)


def _comparison(compare: Body, of_bools: Body, of_complex: Body, when_negative: bool) -> Body:
    """`when_negative`: what a negative int64 gives against any uint64."""
    of_numbers = by_kind(b=of_bools, iuf=compare, c=of_complex)

    def body(x, y):
        if x.dtype == y.dtype:
            return of_numbers(x, y)
        if x.dtype == tf.uint64:
            x, y = y, x
            values, negative = _SWAPPED[compare]
        else:
            values, negative = compare, when_negative
        of_values = values(cast(x, tf.uint64), y)
        return either(is_negative(x), of_values) if negative else both(_not(is_negative(x)), of_values)

    return body


_SWAPPED = {
    gen_math_ops.equal: (gen_math_ops.equal, False),
    gen_math_ops.not_equal: (gen_math_ops.not_equal, True),
    gen_math_ops.less: (gen_math_ops.greater, False),
    gen_math_ops.less_equal: (gen_math_ops.greater_equal, False),
    gen_math_ops.greater: (gen_math_ops.less, True),
    gen_math_ops.greater_equal: (gen_math_ops.less_equal, True),
}
"""Of a comparison of a uint64 with an int64: the same with its sides exchanged, and `when_negative`."""


def _complex_order(strict: Body, last: Body) -> Body:
    """The order of complex numbers: by real part, then by imaginary part; false with any NaN."""

    def body(x, y):
        xr, xi, yr, yi = real(x), imag(x), real(y), imag(y)
        comparable = both(_equal(xi, xi), _equal(yi, yi))
        return either(both(strict(xr, yr), comparable), both(_equal(xr, yr), last(xi, yi)))

    return body


equal = _comparison(_equal, _equal, _equal, False)
not_equal = _comparison(gen_math_ops.not_equal, gen_math_ops.not_equal, gen_math_ops.not_equal, True)
complex_greater_equal = _complex_order(gen_math_ops.greater, gen_math_ops.greater_equal)
complex_less_equal = _complex_order(_less, gen_math_ops.less_equal)
less = _comparison(_less, lambda x, y: both(_not(x), y), _complex_order(_less, _less), True)
less_equal = _comparison(gen_math_ops.less_equal, lambda x, y: either(_not(x), y), complex_less_equal, True)
greater = _comparison(
    gen_math_ops.greater,
    lambda x, y: both(x, _not(y)),
    _complex_order(gen_math_ops.greater, gen_math_ops.greater),
    False,
)
greater_equal = _comparison(
    gen_math_ops.greater_equal, lambda x, y: either(x, _not(y)), complex_greater_equal, False
)


def _of_parts(test: Body, combine: Body) -> Body:
    return lambda x: combine(test(real(x)), test(imag(x)))


def _never(x: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.not_equal(x, x)


isnan = by_kind(
    biu=_never,
    f=gen_math_ops.is_nan,
    c=_of_parts(gen_math_ops.is_nan, either),
)
isinf = by_kind(biu=_never, f=gen_math_ops.is_inf, c=_of_parts(gen_math_ops.is_inf, either))
isfinite = by_kind(
    biu=lambda x: _equal(x, x), f=gen_math_ops.is_finite, c=_of_parts(gen_math_ops.is_finite, both)
)


def _complex_extremum(first_wins: Body, ignores_nan: bool) -> Body:
    def body(x, y):
        wins = either(first_wins(x, y), isnan(y if ignores_nan else x))
        return select(wins, x, y)

    return body


def _ignoring_nan(extremum: Body) -> Body:
    def body(x, y):
        return extremum(select(isnan(x), y, x), select(isnan(y), x, y))

    return body


def _keeping_nan(extremum: Body) -> Body:
    """XLA's own on the CPU are faster, but lose a NaN on the right."""

    def body(x, y):
        result = extremum(x, y)
        if not compiled_by_xla():
            return result
        return select(either(isnan(x), isnan(y)), gen_math_ops.add_v2(x, y), result)

    return body


maximum_of_floats = _keeping_nan(gen_math_ops.maximum)
minimum_of_floats = _keeping_nan(gen_math_ops.minimum)
maximum = by_kind(
    b=either,
    iu=gen_math_ops.maximum,
    f=maximum_of_floats,
    c=_complex_extremum(complex_greater_equal, ignores_nan=False),
)
minimum = by_kind(
    b=both,
    iu=gen_math_ops.minimum,
    f=minimum_of_floats,
    c=_complex_extremum(complex_less_equal, ignores_nan=False),
)
fmax = by_kind(
    b=either,
    iu=gen_math_ops.maximum,
    f=_ignoring_nan(gen_math_ops.maximum),
    c=_complex_extremum(complex_greater_equal, ignores_nan=True),
)
fmin = by_kind(
    b=both,
    iu=gen_math_ops.minimum,
    f=_ignoring_nan(gen_math_ops.minimum),
    c=_complex_extremum(complex_less_equal, ignores_nan=True),
)
