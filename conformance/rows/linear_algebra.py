"""Rows of `linalg`: equations, decompositions, norms and products. Knows the words.

What is unique only up to signs, phases or order is judged by `conformance.uses`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy

from conformance.row import Always, Row, row
from conformance.rows.results import Out
from conformance.vocabulary import (
    COMPLEX,
    FLAG,
    FLOATS,
    INTEGERS,
    NUMERIC,
    REAL,
    Array,
    Axis,
    DType,
    Given,
    Seen,
    among,
    like,
    shape_of,
)

Shape = tuple[int, ...]

FILLS = ("ordinary", "distinct", "positive")
"""Values of which matrices are rarely singular."""

SQUARES = ((2, 2), (3, 3), (2, 3, 3), (1, 1), (4, 4), (0, 0), (2, 0, 0), (2, 1, 2, 2), (0, 2, 2))
TALL = ((3, 2), (4, 3), (2, 3, 2), (3, 1), (3, 0))
WIDE = ((2, 3), (2, 2, 3), (1, 3), (0, 3))
MATRICES = (*SQUARES, *TALL, *WIDE)
NOT_BOOL = tuple(dtype for dtype in NUMERIC if dtype not in ("bool", "float16"))
"""Of truth values so many matrices are singular that what is unique only for others cannot be asked."""

ULPS = 64
"""Of the largest: the backward error of LAPACK's factorizations is some times the size of a matrix."""

ULPS_OF_INTEGERS = 1024
"""The last bit of an integer is no small change, so the condition is bounded: matrices of few digits."""

SMALL_MATRICES = ((2, 2), (1, 1), (3, 2, 2), (0, 0), (0, 2, 2), (3, 2), (2, 3), (3, 1), (3, 0), (0, 3))
TENSORS = ((2, 3, 6), (2, 2), (2, 2, 4), (1, 1, 1), (6, 2, 3), (4, 2, 2), (2, 2, 2, 2))
SMALL_TENSORS = ((2, 2), (2, 1, 2), (1, 1, 1), (1, 2, 2))

SQUARE = Array(NUMERIC, FILLS, SQUARES)
REGULAR = Array(NOT_BOOL, FILLS, SQUARES)
ANY = Array(NUMERIC, (*FILLS, "ties"), MATRICES)
FULL = Array(NOT_BOOL, FILLS, MATRICES)
VECTORS = Array(NUMERIC, (*FILLS, "ties"))


def _right_sides(seen: Seen) -> Sequence[Shape]:
    *batch, _, n = shape_of(seen[0]) if len(shape_of(seen[0])) >= 2 else (2, 2)
    return [(n,), (*batch, n, 2), (n, 1), (*batch, n, 0)] if n else [(n,), (*batch, n, 2)]


def _observations(seen: Seen) -> Sequence[Shape]:
    m = shape_of(seen[0])[0] if shape_of(seen[0]) else 2
    return [(m,), (m, 2), (m, 1)]


def _inverse_tensor(seen: Seen) -> Any:
    shape = shape_of(seen[0])
    fit = [i for i in range(1, len(shape)) if numpy.prod(shape[:i]) == numpy.prod(shape[i:])]
    return fit or [2]


def _solved_axes(seen: Seen) -> Any:
    return [None, (0,), (-1,)] if len(shape_of(seen[0])) == 2 else [None]


def _bound(label: str, *values: float | None) -> Given:
    """A bound for singular values; no bad one, which NumPy refuses only where there are any values."""
    return Given(lambda choose, seen: choose.among(label, values), bad=values[0])


def _factors(count: int) -> Given:
    """A chain of matrices; the first and the last may be vectors."""
    chains: dict[int, tuple[tuple[Shape, ...], ...]] = {
        2: (((2, 3), (3, 4)), ((3,), (3, 2)), ((3,), (3,))),
        3: (((2, 3), (3, 4), (4, 1)), ((3,), (3, 2), (2,)), ((2, 0), (0, 3), (3, 2)), ((2, 3), (3, 2), (2,))),
        4: (((2, 3), (3, 1), (1, 4), (4, 2)), ((3,), (3, 2), (2, 4), (4,)), ((1, 1), (1, 1), (1, 1), (1, 1))),
    }

    def make(choose: Any, seen: Seen) -> Any:
        chain = choose.among("chain", chains[count])
        return [Array(NUMERIC, FILLS, [shape]) for shape in chain]

    return Given(make, bad=[])


def _after(options: Callable[[Shape], Sequence[Shape]]) -> Callable[[Seen], Sequence[Shape]]:
    return lambda seen: options(shape_of(seen[0]) or (1,))


ORDERS = (None, 2, 1, numpy.inf, -numpy.inf, 0, -1, -2, 3, 2.5, "fro", "nuc")
MATRIX_ORDERS = ("fro", "nuc", 1, -1, 2, -2, numpy.inf, -numpy.inf)


def _solutions(dtypes: tuple[str, ...], shapes: Sequence[Shape], tensors: Sequence[Shape]) -> Iterator[Row]:
    square = Array(dtypes, FILLS, [s for s in shapes if len(s) >= 2 and s[-1] == s[-2]])
    full = Array(dtypes, FILLS, shapes)
    yield row("linalg.solve", square, Array(NUMERIC, FILLS, _right_sides))
    yield row("linalg.inv", square)
    yield row("linalg.det", square)
    yield row("linalg.slogdet", square)
    yield row("linalg.matrix_power", square, among(2, 0, 1, -1, 3, 5, -2))
    yield row(
        "linalg.tensorsolve",
        Array(dtypes, FILLS, tensors),
        Array(NUMERIC, FILLS, lambda seen: [shape_of(seen[0])[:-1]]),
        axes=Given(lambda choose, seen: choose.among("axes", _solved_axes(seen)), bad=(7,)),
    )
    yield row(
        "linalg.tensorinv",
        Array(dtypes, FILLS, tensors),
        ind=Always(Given(lambda choose, seen: choose.among("ind", _inverse_tensor(seen)), bad=0)),
    )
    yield row("linalg.pinv", full, rcond=_bound("rcond", 1e-3, 1e-6), hermitian=among(False))
    yield row("linalg.pinv", full, rtol=_bound("rtol", 1e-3, 1e-6, None))
    yield row("linalg.pinv", square, hermitian=Always(among(True)))
    yield row("linalg.cond", square, p=among(None, *MATRIX_ORDERS))
    yield row("linalg.cond", full, p=among(None, 2, -2))


def _least_squares(dtypes: tuple[str, ...], shapes: Sequence[Shape]) -> Row:
    return row(
        "linalg.lstsq",
        Array(dtypes, FILLS, [s for s in shapes if len(s) == 2]),
        Array(NUMERIC, FILLS, _observations),
        rcond=among(None, -1, 1e-3),
    )


def _decompositions() -> Iterator[Row]:
    yield row("linalg.cholesky", REGULAR, upper=FLAG)
    yield row("linalg.qr", FULL, mode=among("reduced", "complete", "r", "raw"))
    yield row("linalg.svd", ANY, full_matrices=FLAG, compute_uv=among(True, True, False))
    yield row("linalg.svd", SQUARE, hermitian=Always(among(True)), compute_uv=FLAG)
    yield row("linalg.svdvals", ANY)
    yield row("linalg.eigh", SQUARE, UPLO=among("L", "U", "l"))
    yield row("linalg.eigvalsh", SQUARE, UPLO=among("L", "U", "u"))
    yield row("linalg.eig", REGULAR)
    yield row("linalg.eigvals", REGULAR)


def _norms() -> Iterator[Row]:
    yield row("linalg.norm", VECTORS, ord=among(*ORDERS), axis=Axis(none=True, tuples=True), keepdims=FLAG)
    yield row("linalg.norm", ANY, ord=among(*MATRIX_ORDERS), axis=among((-2, -1), (0, 1), (1, 0)))
    yield row("linalg.matrix_norm", ANY, keepdims=FLAG, ord=among(*MATRIX_ORDERS, None))
    yield row(
        "linalg.vector_norm",
        VECTORS,
        axis=Axis(none=True, tuples=True),
        keepdims=FLAG,
        ord=among(2, 1, numpy.inf, -numpy.inf, 0, -1, 3, 2.5),
    )


def _products() -> Iterator[Row]:
    rank_two = ((2, 3), (3,), (3, 3), (2, 2, 3), (0, 3), (1, 4))
    yield row("linalg.multi_dot", among(_factors(2), _factors(3), _factors(4)))
    yield row("linalg.multi_dot", among(_factors(2), _factors(3)), out=Always(Out("linalg.multi_dot")))
    yield row(
        "linalg.matmul",
        Array(NUMERIC, FILLS, rank_two),
        Array(NUMERIC, FILLS, _after(lambda s: [(s[-1], 2), (s[-1],), (2, s[-1], 3)])),
    )
    yield row(
        "linalg.vecdot",
        Array(NUMERIC, FILLS, [(3,), (2, 3), (3, 3), (0,), (2, 0)]),
        Array(NUMERIC, FILLS, like(0)),
        axis=among(-1, 0),
    )
    yield row(
        "linalg.tensordot",
        Array(NUMERIC, FILLS, [(2, 3), (3, 3), (2, 3, 4), (3,), (0, 3)]),
        Array(NUMERIC, FILLS, _after(lambda s: [s[::-1]])),
        axes=Always(among(1, 0, ([-1], [0]), (-1, 0))),
    )
    yield row(
        "linalg.cross",
        Array(NUMERIC, FILLS, [(3,), (2, 3), (3, 3), (2, 1, 3), (0, 3)]),
        Array(NUMERIC, FILLS, _after(lambda s: [s, s[-1:]])),
    )
    yield row(
        "linalg.cross",
        Array(NUMERIC, FILLS, [(3, 3), (3, 2, 3)]),
        Array(NUMERIC, FILLS, like(0)),
        axis=among(0, -1),
    )
    yield row("linalg.trace", ANY, offset=among(0, 1, -1, 2, -5), dtype=DType())


ROWS = [
    *(
        one.within(ULPS, of_largest=True, conditioned=True)
        for one in _solutions((*FLOATS, *COMPLEX), MATRICES, TENSORS)
    ),
    *(
        one.within(ULPS_OF_INTEGERS, of_largest=True)
        for one in _solutions((*INTEGERS, "bool"), SMALL_MATRICES, SMALL_TENSORS)
    ),
    _least_squares((*FLOATS, *COMPLEX), MATRICES).within(ULPS, of_largest=True, conditioned=True),
    # the square of the condition of what integers give, whose last bits are not moved
    _least_squares((*INTEGERS, "bool"), SMALL_MATRICES).within(1 << 16, of_largest=True),
    *(one.within(ULPS, of_largest=True, conditioned=True) for one in _decompositions()),
    *(one.within(ULPS, of_largest=True, conditioned=True) for one in _norms()),
    *(one.within(4, of_largest=True, conditioned=True) for one in _products()),
    row("linalg.matrix_rank", ANY, tol=among(None, 1e-3, 0.5), hermitian=among(False)),
    row("linalg.matrix_rank", SQUARE, rtol=among(None, 1e-3, 0.1), hermitian=FLAG),
    row("linalg.matrix_rank", Array(REAL, FILLS, [(3,), (2,), ()])),
    row(
        "linalg.outer", Array(NUMERIC, FILLS, [(3,), (1,), (0,)]), Array(NUMERIC, FILLS, [(2,), (3,)])
    ).within(0, of_complex=2),
    row("linalg.diagonal", Array(shapes=MATRICES), offset=among(0, 1, -1, 2, -5)),
    row("linalg.matrix_transpose", Array(shapes=MATRICES)),
    row("linalg.LinAlgError", among("singular matrix", "")),
]
"""The rows of this module."""
