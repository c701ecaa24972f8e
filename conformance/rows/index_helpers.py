"""Rows of the functions that make indices, and of the objects that are subscripted. Knows the words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy

from conformance.choosing import Chooser
from conformance.recipes import Call, Named, Recipe, Scalar
from conformance.row import Always, Row, row
from conformance.vocabulary import (
    FLAG,
    NUMERIC,
    REAL,
    Array,
    DType,
    Given,
    Seen,
    among,
)


@dataclass(frozen=True)
class Subscripted(Row):
    """The cases of an object that is not called but subscripted, as `r_` is."""

    def _call(self, seen: Seen) -> Call:
        return replace(super()._call(seen), name=f"{self.name}.__getitem__")


LENGTHS = among(3, 0, 1, 4)
DIAGONAL = among(1, -1, 0, 5, -5)
SQUARE = Array(shapes=[(2, 2), (3, 3), (2, 3), (3, 1), (0, 3), (0, 0)])
SIZES = among((2, 3), (4,), (2, 3, 4), (3, 1), (1,), [2, 3])


def _within(choose: Chooser, seen: Seen) -> Any:
    """Flat indices into the shape that stands behind them."""
    size = int(numpy.prod(seen["shape"], dtype=int))
    shape = choose.among("within.shape", ((3,), (), (2, 2), (0,)))
    dtype = choose.among("within.dtype", ("int64", "int32", "uint8"))
    if choose.among("within.number", (False, True)):
        return choose.among("within.value", (0, size - 1, size, -1, [0, 1]))
    recipe = Recipe(dtype, shape, seed=choose.integer("within.seed", 0, 2**31), bound=size)
    return replace(recipe, dtype="uint8") if choose.among("within.bounds", (True, True, False)) else recipe


def _coordinates(choose: Chooser, seen: Seen) -> Any:
    """Indices for each axis of the shape that stands behind them; unsigned ones are within it."""
    shape = choose.among("coordinates.shape", ((3,), (), (2, 2), (0,)))
    dtype = choose.among("coordinates.dtype", ("uint8", "uint8", "int64", "int32"))
    seeds = [choose.integer(f"coordinates.{i}", 0, 2**31) for i in range(len(seen["dims"]))]
    return choose.among("coordinates.sequence", (tuple, list))(
        Recipe(dtype, shape, seed=seed, bound=n) for n, seed in zip(seen["dims"], seeds, strict=True)
    )


def _lines(choose: Chooser, seen: Seen) -> Any:
    return Array(NUMERIC, shapes=[(3,), (1,), (0,), (2,)])


NUMBERED = Array(("int64", "bool", "int32"), ("ordinary",), [(3,), (0,), (1,)])
SLICES = (
    slice(3),
    slice(0, 5),
    slice(1, 4, 2),
    slice(5, 0, -2),
    slice(0, 1, 0.25),
    slice(-1, 1, 5j),
    slice(0.5, 3),
    slice(2, 2),
)
GRIDS = among(
    *SLICES,
    (slice(0, 3), slice(0, 2)),
    (slice(0, 1, 3j), slice(2)),
    (slice(0, 2), slice(0, 3), slice(1, 2)),
    (slice(0, 2, 0.5), slice(3)),
    (),
    (slice(0, 1, 1j),),
)
ITEM = among(
    *SLICES, 3, 2.5, True, 1j, Array(REAL, rank=(1, 1)), [1, 2], Scalar("float32", "2"), Array(rank=(0, 1))
)
COLUMN = among(slice(3), slice(0, 1, 3j), [1, 2, 3], Array(shapes=[(3,), (3, 1), (3, 2)]), slice(1, 4))

ROWS = [
    row("indices", among((2, 3), (4,), (), (0, 2), [2, 1, 3], (3,)), dtype=DType(), sparse=FLAG),
    row("ix_", *(among(NUMBERED, [0, 1], [True, False, True], range(2)),) * 2),
    row("ix_", NUMBERED),
    row("ix_"),
    row(
        "meshgrid",
        *(among(Given(_lines), [1, 2], 3),) * 2,
        copy=FLAG,
        sparse=FLAG,
        indexing=among("xy", "ij"),
    ),
    row("meshgrid", *(Given(_lines),) * 3, indexing=among("xy", "ij"), copy=FLAG, sparse=FLAG),
    row("meshgrid", Given(_lines), copy=FLAG, sparse=FLAG, indexing=among("xy", "ij")),
    row("diag_indices", LENGTHS, ndim=among(2, 1, 3)),
    row("diag_indices_from", SQUARE),
    *(row(f"{name}_indices", LENGTHS, k=DIAGONAL, m=among(2, 5, None)) for name in ("tril", "triu")),
    *(row(f"{name}_indices_from", SQUARE, k=DIAGONAL) for name in ("tril", "triu")),
    row("mask_indices", LENGTHS, among(Named("triu"), Named("tril")), k=among(0, 1, -1)),
    row(
        "unravel_index",
        shape=Always(among((2, 3), (4,), (2, 3, 4), (3, 1))),
        indices=Always(Given(_within, bad=1.5)),
        order=among("C", "F"),
    ),
    row(
        "ravel_multi_index",
        dims=Always(among((2, 3), (4,), (2, 3, 4), (3, 1))),
        multi_index=Always(Given(_coordinates, bad=1)),
        mode=among(
            "raise",
            "wrap",
            "clip",
        ),
        order=among("C", "F"),
    ),
    row(
        "ravel_multi_index",
        ([5, -1], [1, 4]),
        (3, 4),
        mode=Always(among("wrap", "clip", ("clip", "wrap"), "raise")),
        order=among("C", "F"),
    ),
    *(Subscripted(name, (GRIDS,)) for name in ("mgrid", "ogrid")),
    Subscripted("r_", (among(ITEM, (ITEM, ITEM), (ITEM, ITEM, ITEM)),)),
    Subscripted("r_", ((among("0,2", "-1,2", "1,2,0", "0,2,1", "-1", "0"), COLUMN, COLUMN),)),
    Subscripted(
        "r_", ((among("0", "-1", "1"), Array(shapes=[(2, 3), (2, 1)]), Array(shapes=[(2, 3), (2, 1)])),)
    ),
    Subscripted("c_", (among((COLUMN, COLUMN), (COLUMN, COLUMN, COLUMN), ITEM),)),
    *(
        Subscripted(
            name,
            (
                among(
                    3,
                    slice(1, 2),
                    (slice(None), 2),
                    Ellipsis,
                    (None, slice(None, None, 2)),
                    Array(("int64",), rank=(1, 1)),
                ),
            ),
        )
        for name in ("s_", "index_exp")
    ),
]
