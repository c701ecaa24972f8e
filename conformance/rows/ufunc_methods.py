"""Rows of the ufuncs' methods, generated from the ufuncs. Knows the words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy

from conformance.row import Row, row
from conformance.rows.ufuncs import EXACT, LEFT_OUT, takes
from conformance.vocabulary import FLAG, NUMERIC, Array, Axis, DType, Indices, among, broadcasting

FILLS = ("ordinary", "ties", "positive", "hard")


def rows_of(name: str, ufunc: numpy.ufunc) -> Iterator[Row]:
    """The rows of one ufunc's methods; a method that the ufunc does not have must refuse as NumPy's does."""
    dtypes = tuple(dtype for dtype in NUMERIC if takes(ufunc, dtype)) or ("float64",)
    any_array = Array(dtypes, FILLS)
    vectors = Array(dtypes, FILLS, rank=(1, 3))
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
    accumulated = row(f"{name}.accumulate", vectors, axis=Axis(), dtype=DType())
    outer = row(f"{name}.outer", *(Array(dtypes, FILLS, rank=(0, 2)),) * ufunc.nin)
    pieces = row(
        f"{name}.reduceat",
        Array(dtypes, FILLS, rank=(1, 1), least=1),
        Indices(axis=0, shapes=((2,), (3,), (1,))),
    )
    at = row(f"{name}.at", Array(dtypes, FILLS, rank=(1, 1), least=1), Indices(axis=0, shapes=((3,), (2,))))
    if ufunc.nin == 2:
        at = row(at.name, *at.positional, among(2, 1, Array(dtypes, FILLS, lambda seen: [seen[1].shape])))
    for one in (reduced, masked, accumulated, outer, pieces, at):
        folds = one.name.partition(".")[2] != "outer"
        exact = ufunc.__name__ in EXACT and not (
            folds and ufunc.__name__ in ("add", "multiply", "subtract", "divide")
        )
        yield one.within(0 if exact else 8, conditioned=folds)


ROWS = [
    one
    for name, ufunc in vars(numpy).items()
    if isinstance(ufunc, numpy.ufunc) and name not in LEFT_OUT
    for one in rows_of(name, ufunc)
]
