"""Rows of the ufuncs, generated from their loops. Knows the words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy

from conformance.choosing import Chooser
from conformance.recipes import Recipe, Scalar
from conformance.row import Always, Row, row
from conformance.vocabulary import (
    NUMERIC,
    Among,
    Argument,
    Array,
    Given,
    Number,
    Overlapping,
    Seen,
    among,
    broadcasting,
    shape_of,
)

_EXACT = """
    add bitwise_and bitwise_or bitwise_xor bitwise_count ceil conjugate copysign divide equal fabs
    floor floor_divide fmax fmin fmod frexp gcd greater greater_equal heaviside invert isfinite
    isinf isnan isnat lcm ldexp left_shift less less_equal logical_and logical_not logical_or
    logical_xor maximum minimum modf multiply negative nextafter not_equal positive remainder
    right_shift rint sign signbit spacing sqrt square subtract trunc divmod reciprocal
"""
EXACT = frozenset(_EXACT.split())
"""Ufuncs whose floats are moved, or rounded right by IEEE 754."""

MOVES = frozenset(
    {"add", "subtract", "negative", "positive", "conjugate", "maximum", "minimum", "fmax", "fmin"}
)
"""Ufuncs that are exact for complex numbers too."""

ULPS = {"power": 8, "float_power": 8, "logaddexp": 8, "logaddexp2": 64, "hypot": 4, "absolute": 1}
"""How far the others may differ, where 4 ulp are not enough."""

FILLS = ("ordinary", "hard", "positive", "unit", "ties", "extremes")

LEFT_OUT = frozenset({"matmul", "vecdot", "matvec", "vecmat", "isnat"})
"""Generalized ufuncs, whose rows are in `rows.products`, and the one about dates."""


def takes(ufunc: numpy.ufunc, dtype: str) -> bool:
    """Whether a ufunc has a loop for operands of one dtype."""
    try:
        ufunc.resolve_dtypes((numpy.dtype(dtype),) * ufunc.nin + (None,) * ufunc.nout)
    except TypeError:
        return False
    return True


def _out(ufunc: numpy.ufunc) -> Argument:
    """One array or a tuple of arrays for the results of the operands drawn before."""

    def make(choose: Chooser, seen: Seen) -> object:
        operands = [seen[i] for i in range(ufunc.nin)]
        try:
            shape = numpy.broadcast_shapes(*map(shape_of, operands))
        except ValueError:  # operands that do not fit each other
            shape = shape_of(operands[0])
        try:
            found = ufunc.resolve_dtypes(
                tuple(numpy.dtype(x.dtype) if isinstance(x, (Recipe, Scalar)) else type(x) for x in operands)
                + (None,) * ufunc.nout
            )[ufunc.nin :]
        except TypeError:
            found = (numpy.dtype("float64"),) * ufunc.nout
        outs = tuple(Array((dtype.name,), ("ordinary",), [shape]) for dtype in found)
        return outs if ufunc.nout > 1 or choose.among("out.tuple", (False, True)) else outs[0]

    return Given(make)


def rows_of(name: str, ufunc: numpy.ufunc) -> Iterator[Row]:
    """The rows of one ufunc: operands alone; with `out` and `where`; into memory that an operand overlaps."""
    dtypes = tuple(dtype for dtype in NUMERIC if takes(ufunc, dtype))
    first = Array(dtypes or ("float64",), FILLS)
    second = Array(dtypes or ("float64",), FILLS, broadcasting(0))
    operands: tuple[Argument, ...] = (
        (first,) if ufunc.nin == 1 else (first, Among((second, second, Number())))
    )
    dtype = among("float64", "float32", "complex64", "int32")
    casting = among("same_kind", "unsafe", "no", "safe")
    plain = row(name, *operands, dtype=dtype, casting=casting, order=among("K", "C", "F", "A"))
    loops = [loop for loop in ufunc.types if set(loop) <= set("?bBhHiIlLefdFD->")]
    looped = row(name, *operands, signature=Always(Among(tuple(loops or ["d->d"]))))
    into = row(
        name, *operands, out=Always(_out(ufunc)), where=Array(("bool",), ("ordinary",), broadcasting(0))
    )
    # the real and the imaginary part of a product or a root are sums of rounded products
    of_complex = 0 if ufunc.__name__ in MOVES else 4
    ulps = 0 if ufunc.__name__ in EXACT else ULPS.get(ufunc.__name__, 4)
    # near one the last bits of a complex number decide over all digits of its logarithm
    conditioned = ufunc.__name__ in ("log", "log2", "log10")
    for one in (plain, into, looped):
        yield one.within(ulps, of_complex=of_complex, conditioned=conditioned)
    if ufunc.nin == 2 and ufunc.nout == 1 and dtypes:
        yield row(name, first, Overlapping(0), out=Always(Overlapping(0))).within(ulps, of_complex=of_complex)


ROWS = [
    one
    for name, ufunc in vars(numpy).items()
    if isinstance(ufunc, numpy.ufunc) and name not in LEFT_OUT
    for one in rows_of(name, ufunc)
]
