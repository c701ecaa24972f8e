"""Rows of the operators of arrays: binary, reflected, in place, comparisons, unary. Knows the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy

from conformance.row import Row, row
from conformance.rows.ufuncs import EXACT, FILLS, ULPS, takes
from conformance.vocabulary import (
    NUMERIC,
    REAL,
    Alike,
    Among,
    Argument,
    Array,
    Number,
    Overlapping,
    Seen,
    among,
    broadcasting,
    shape_of,
)

BINARY = {
    "add": numpy.add,
    "sub": numpy.subtract,
    "mul": numpy.multiply,
    "truediv": numpy.divide,
    "floordiv": numpy.floor_divide,
    "mod": numpy.remainder,
    "pow": numpy.power,
    "and": numpy.bitwise_and,
    "or": numpy.bitwise_or,
    "xor": numpy.bitwise_xor,
    "lshift": numpy.left_shift,
    "rshift": numpy.right_shift,
    "divmod": numpy.divmod,
}
GENTLE = ("ordinary", "positive", "ties", "unit")
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
UNARY = {"neg": numpy.negative, "pos": numpy.positive, "abs": numpy.absolute, "invert": numpy.invert}


def broadcast_into(position: int) -> object:
    """Shapes that broadcast to that of an earlier argument."""

    def shapes(seen: Seen) -> Sequence[tuple[int, ...]]:
        shape = shape_of(seen[position])
        return list(dict.fromkeys([shape, (), shape[1:], tuple(1 for _ in shape)]))

    return shapes


def dtypes_of(ufunc: numpy.ufunc) -> tuple[str, ...]:
    """The dtypes that have a loop."""
    return tuple(dtype for dtype in NUMERIC if takes(ufunc, dtype))


def tolerance_of(ufunc: numpy.ufunc) -> float:
    """As of the ufunc's own rows."""
    return 0 if ufunc.__name__ in EXACT else ULPS.get(ufunc.__name__, 4)


SEVERAL_ROUNDINGS = ("multiply", "divide")
"""Of complex numbers they are several operations each, which a compiler may fuse or put in another order."""


def binary_rows(name: str, ufunc: numpy.ufunc) -> Iterator[Row]:
    """The operator between real arrays, exactly, and between any."""
    dtypes = dtypes_of(ufunc)
    real = tuple(dtype for dtype in dtypes if dtype in REAL)
    several = ufunc.__name__ in SEVERAL_ROUNDINGS
    yield from _binary_rows(name, real, FILLS, tolerance_of(ufunc), 2 if several else None)
    if real != dtypes and several:
        # infinities and overflow of complex quotients are judged by the rows of the ufuncs
        yield from _binary_rows(name, dtypes, GENTLE, 2)
    elif real != dtypes:
        yield from _binary_rows(name, dtypes, FILLS, tolerance_of(ufunc))


def _binary_rows(
    name: str,
    dtypes: tuple[str, ...],
    fills: tuple[str, ...],
    ulps: float,
    of_complex: float | None = None,
) -> Iterator[Row]:
    """The operator with arrays, numbers and lists; reflected; in place, also on overlapping memory."""
    first, second = Array(dtypes, fills), Array(dtypes, fills, broadcasting(0))
    number = Number() if "complex128" in dtypes else Number((2, 0.5, True, -1, 3.0))
    other = Among((second, second, second, number, [number, 2, 1], second))
    both = [row(f"ndarray.__{name}__", first, other), row(f"ndarray.__r{name}__", first, other)]
    if name == "pow":
        both += [row(one.name, *one.positional, among(None, 3)) for one in both]
    if name != "divmod":
        into = broadcast_into(0)
        alike, any_dtype = Alike(0, fills, into), Array(dtypes, fills, into)
        both += [
            row(f"ndarray.__i{name}__", first, Among((alike, alike, any_dtype, number))),
            row(f"ndarray.__i{name}__", first, Overlapping(0)),
        ]
    for one in both:
        yield one.within(ulps, of_complex=of_complex)


def comparison_rows(name: str) -> Iterator[Row]:
    """The comparison with arrays, numbers, and what is no number."""
    first, second = Array(NUMERIC, FILLS), Array(NUMERIC, FILLS, broadcasting(0))
    odd: tuple[object, ...] = (None, "text") if name in ("eq", "ne") else ()
    yield row(f"ndarray.__{name}__", first, Among((second, second, second, Number(), [1, 2, 3], *odd)))


def factors(seen: Seen) -> Sequence[tuple[int, ...]]:
    """Shapes that can stand to the right of `@` behind an earlier argument."""
    shape = shape_of(seen[0])
    inner = shape[-1] if shape else 3
    return [(inner,), (inner, 2), (inner, inner), (2, 1, inner, 2)]


def left_factors(seen: Seen) -> Sequence[tuple[int, ...]]:
    """Shapes that can stand to the left of `@` before an earlier argument."""
    shape = shape_of(seen[0])
    inner = shape[-2] if len(shape) > 1 else sum(shape[:1])
    return [(inner,), (2, inner), (inner, inner), (2, 1, 2, inner)]


def square(seen: Seen) -> Sequence[tuple[int, ...]]:
    """The shape of a matrix by which an earlier argument can be multiplied in place."""
    shape = shape_of(seen[0])
    return [shape[-1:] * 2 if shape else (2, 2)]


PRODUCT_FILLS = ("ordinary", "ties", "positive", "unit")


def matmul_rows() -> Iterator[Row]:
    """The product of matrices."""
    first: Argument = Array(NUMERIC, PRODUCT_FILLS, rank=(1, 4))
    for name, shapes in (("matmul", factors), ("rmatmul", left_factors), ("imatmul", square)):
        alike, any_dtype = Alike(0, PRODUCT_FILLS, shapes), Array(NUMERIC, PRODUCT_FILLS, shapes)
        yield row(f"ndarray.__{name}__", first, Among((alike, any_dtype))).within(
            4, conditioned=True, of_largest=True
        )


def unary_rows() -> Iterator[Row]:
    """The operators of one array."""
    for name, ufunc in UNARY.items():
        yield row(f"ndarray.__{name}__", Array(NUMERIC, FILLS)).within(tolerance_of(ufunc))


ROWS = [
    *(one for name, ufunc in BINARY.items() for one in binary_rows(name, ufunc)),
    *(one for name in COMPARISONS for one in comparison_rows(name)),
    *matmul_rows(),
    *unary_rows(),
]
