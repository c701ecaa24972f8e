"""What arrays of a case hold. Knows NumPy only.

A fill is a function of a generator, a dtype and a number of elements. Hard values are those at which
implementations differ: signed zeros, infinities, NaN, ends of the range, halves, neighbours of one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

Values = numpy.ndarray[Any, Any]
Fill = Callable[[numpy.random.Generator, numpy.dtype[Any], int], Values]

HARD_FLOATS = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    3.0,
    1e-3,
    100.25,
    numpy.inf,
    -numpy.inf,
    numpy.nan,
)


def _parts(make: Callable[[numpy.dtype[Any]], Values], dtype: numpy.dtype[Any]) -> Values:
    """Values of a dtype from values of a real one: a complex one gets two independent parts."""
    if dtype.kind != "c":
        return make(dtype)
    real = numpy.dtype(f"f{dtype.itemsize // 2}")
    values = numpy.empty(make(real).shape, dtype)
    values.real, values.imag = make(real), make(real)
    return values


def _integers(
    generator: numpy.random.Generator, dtype: numpy.dtype[Any], low: int, high: int, n: int
) -> Values:
    if dtype.kind == "u":
        low = max(low, 0)
    return generator.integers(low, high + 1, n).astype(dtype)


def ordinary(generator: numpy.random.Generator, dtype: numpy.dtype[Any], n: int) -> Values:
    """Distinct values of a few units: integers from -9 to 9, floats around zero."""
    if dtype.kind in "iu":
        return _integers(generator, dtype, -9, 9, n)
    if dtype.kind == "b":
        return generator.integers(0, 2, n).astype(bool)
    return _parts(lambda real: (generator.standard_normal(n) * 2).astype(real), dtype)


def ties(generator: numpy.random.Generator, dtype: numpy.dtype[Any], n: int) -> Values:
    """Few different values, so that many are equal."""
    return _parts(lambda real: _integers(generator, real, -1, 2, n), dtype)


def positive(generator: numpy.random.Generator, dtype: numpy.dtype[Any], n: int) -> Values:
    """Values from one half to five."""
    if dtype.kind in "iub":
        return _integers(generator, dtype, 1, 5, n)
    return _parts(lambda real: generator.uniform(0.5, 5, n).astype(real), dtype)


def unit(generator: numpy.random.Generator, dtype: numpy.dtype[Any], n: int) -> Values:
    """Values between zero and one."""
    if dtype.kind in "iub":
        return _integers(generator, dtype, 0, 1, n)
    return _parts(lambda real: generator.uniform(0.02, 0.98, n).astype(real), dtype)


def distinct(generator: numpy.random.Generator, dtype: numpy.dtype[Any], n: int) -> Values:
    """No two values alike, and far enough apart that a derivative meets no tie."""
    return _parts(
        lambda real: ((generator.permutation(n) - n // 3) * (1 if real.kind in "iub" else 0.75)).astype(real),
        dtype,
    )


def ascending(generator: numpy.random.Generator, dtype: numpy.dtype[Any], n: int) -> Values:
    """Strictly ascending values."""
    steps = numpy.cumsum(generator.integers(1, 4, n)) - (0 if dtype.kind == "u" else n)
    return (steps if dtype.kind in "iu" else steps * 0.75).astype(dtype)


def hard(generator: numpy.random.Generator, dtype: numpy.dtype[Any], n: int) -> Values:
    """The values at which implementations differ."""
    if dtype.kind == "b":
        return ordinary(generator, dtype, n)
    if dtype.kind in "iu":
        info = numpy.iinfo(dtype)
        table = [info.min, info.min + 1, 0, 1, 2, 3, info.max - 1, info.max]
        return numpy.array([table[i] for i in generator.integers(0, len(table), n)], dtype).reshape(n)

    def parts(real: numpy.dtype[Any]) -> Values:
        table = numpy.array([*HARD_FLOATS, numpy.finfo(real).eps, 1 - numpy.finfo(real).epsneg], real)
        return generator.choice(table, n)

    return _parts(parts, dtype)


def extremes(generator: numpy.random.Generator, dtype: numpy.dtype[Any], n: int) -> Values:
    """The ends of the range: the greatest and the smallest normal magnitudes."""
    if dtype.kind in "iub":
        return hard(generator, dtype, n)

    def parts(real: numpy.dtype[Any]) -> Values:
        info = numpy.finfo(real)
        table = numpy.array([info.max, info.min, info.tiny, -info.tiny, info.max / 2, 1, 0], real)
        return generator.choice(table, n)

    return _parts(parts, dtype)


def subnormal(generator: numpy.random.Generator, dtype: numpy.dtype[Any], n: int) -> Values:
    """Magnitudes below the smallest normal one."""
    if dtype.kind in "iub":
        return hard(generator, dtype, n)
    return _parts(
        lambda real: (generator.integers(-9, 10, n) * numpy.finfo(real).smallest_subnormal).astype(real),
        dtype,
    )


def some_nan(generator: numpy.random.Generator, dtype: numpy.dtype[Any], n: int) -> Values:
    """Ordinary values, a third of them NaN."""
    values = ordinary(generator, dtype, n)
    if dtype.kind in "fc":
        values[generator.random(n) < 1 / 3] = numpy.nan
    return values


FILLS: dict[str, Fill] = {
    fill.__name__: fill
    for fill in (ordinary, ties, positive, unit, distinct, ascending, hard, extremes, subnormal, some_nan)
}
"""The fills by name."""
