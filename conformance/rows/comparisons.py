"""Rows of tests of arrays and of their elements. Knows the words."""

from __future__ import annotations

from conformance.row import Always, row
from conformance.rows.results import Out
from conformance.vocabulary import (
    FLAG,
    NUMERIC,
    Alike,
    Array,
    Number,
    Overlapping,
    among,
    broadcasting,
    like,
)

FILLS = ("ordinary", "hard", "ties", "some_nan")
FIRST = Array(NUMERIC, FILLS)
SECOND = among(
    Array(NUMERIC, FILLS, broadcasting(0)),
    Number(),
    Alike(0, ("ties", "hard")),
    Array(NUMERIC, FILLS, like(0)),
)
ANY_SHAPE = among(FIRST, Alike(0, ("ties", "hard")), Overlapping(0), Number())
OBJECTS = among(FIRST, Number(), [1, 2], "text", None, (1 + 2j,))

ROWS = [
    *(
        row(name, FIRST, SECOND, rtol=among(1e-05, 0.5, 0.0, 1), atol=among(1e-08, 0.25, 2), equal_nan=FLAG)
        for name in ("isclose", "allclose")
    ),
    row(
        "isclose",
        FIRST,
        SECOND,
        rtol=Always(Array(("float64", "float32"), ("unit",), broadcasting(0))),
        atol=Array(("float64",), ("unit",), broadcasting(0)),
    ),
    row("array_equal", FIRST, ANY_SHAPE, equal_nan=FLAG),
    row("array_equal", Array(NUMERIC, ("ties",), [(1,), ()]), Array(NUMERIC, ("ties",), like(0))),
    row("array_equiv", FIRST, among(ANY_SHAPE, SECOND)),
    *(row(name, FIRST) for name in ("iscomplex", "isreal")),
    *(row(name, OBJECTS) for name in ("iscomplexobj", "isrealobj", "isscalar")),
    *(row(name, among(FIRST, [1, 2], (1 + 2j,))) for name in ("iscomplex", "isreal")),
    *(row(name, FIRST, out=Out(name, ("float64", "int8"))) for name in ("isposinf", "isneginf")),
]
