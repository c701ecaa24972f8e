"""Rows of the ufuncs' methods, generated from the ufuncs. Knows the words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy

from conformance.row import Always, Row, row
from conformance.rows.ufuncs import EXACT, LEFT_OUT, takes
from conformance.vocabulary import (
    FLAG,
    NUMERIC,
    UNSIGNED,
    Alike,
    Array,
    Axis,
    DType,
    Given,
    Indices,
    among,
    broadcasting,
)

FILLS = ("ordinary", "ties", "positive", "hard")


def _into(shape: tuple[int, ...] | None) -> Given:
    """An `out` of the operand's dtype. NumPy's accumulate ends the process for one of another shape."""
    return Given(lambda choose, seen: Alike(shapes=None if shape is None else lambda _: [shape]))


def rows_of(name: str, ufunc: numpy.ufunc) -> Iterator[Row]:
    """The rows of one ufunc's methods; a method that the ufunc does not have must refuse as NumPy's does."""
    dtypes = tuple(dtype for dtype in NUMERIC if takes(ufunc, dtype)) or ("float64",)
    any_array = Array(dtypes, FILLS)
    vectors = Array(dtypes, FILLS, rank=(1, 3))
    line = Array(dtypes, FILLS, rank=(1, 1), least=1)
    two = Array(dtypes, FILLS, rank=(0, 2))
    rows = Array(dtypes, FILLS, rank=(1, 2), least=1)
    reduced = row(
        f"{name}.reduce", any_array, axis=Axis(none=True, tuples=True), keepdims=FLAG, dtype=DType()
    )
    masked = row(
        f"{name}.reduce",
        vectors,
        axis=Axis(none=True),
        initial=among(0, 1, 2),
        where=Array(("bool",), ("ordinary",), broadcasting(0)),
    )
    reduced_into = row(f"{name}.reduce", line, out=Always(_into(())))
    accumulated = row(f"{name}.accumulate", vectors, axis=Axis(), dtype=DType())
    # never spoilt to an array of another shape than that of what is drawn for it
    fixed, fixed_rows = Given(lambda choose, seen: line), Given(lambda choose, seen: rows)
    accumulated_into = row(f"{name}.accumulate", fixed, out=Always(_into(None)))
    outer = row(f"{name}.outer", *(two,) * ufunc.nin)
    # unsigned, so that few are negative, which reduceat refuses
    pieces = row(
        f"{name}.reduceat",
        fixed_rows,
        Indices(axis=0, shapes=((2,), (3,), (1,)), dtypes=UNSIGNED),
        axis=0,
        dtype=DType(),
    )
    pieces_into = row(
        f"{name}.reduceat",
        fixed,
        Indices(axis=0, shapes=((2,),), dtypes=UNSIGNED),
        out=Always(_into((2,))),
    )
    indices = Indices(axis=0, shapes=((3,), (2,)))
    values = among(2, 1, Array(dtypes, FILLS, lambda seen: [seen[1].shape]))
    at = row(f"{name}.at", fixed, indices) if ufunc.nin == 1 else row(f"{name}.at", fixed, indices, values)
    made = [reduced, masked, reduced_into, accumulated, accumulated_into, outer, pieces, pieces_into, at]
    if ufunc.nin == 1:  # a second operand is refused, and so is all that folds
        made += [row(f"{name}.outer", two, two), row(f"{name}.at", fixed, indices, values)]
    for one in made:
        folds = one.name.partition(".")[2] != "outer"
        exact = ufunc.__name__ in EXACT and not (
            folds and ufunc.__name__ in ("add", "multiply", "subtract", "divide")
        )
        yield one.within(0 if exact else 8, of_complex=8, conditioned=folds)


ROWS = [
    one
    for name, ufunc in vars(numpy).items()
    if isinstance(ufunc, numpy.ufunc) and name not in LEFT_OUT
    for one in rows_of(name, ufunc)
]
