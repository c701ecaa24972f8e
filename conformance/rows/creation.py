"""Rows of the functions that make arrays: from nothing, from numbers, of a kind. Knows the words."""

from __future__ import annotations

from conformance.recipes import Function, Named, Scalar
from conformance.row import Always, row
from conformance.rows.sequences import EXTENTS
from conformance.vocabulary import (
    COMPLEX,
    FLAG,
    FLOATS,
    NUMERIC,
    REAL,
    SIGNED,
    WIDE_FLOATS,
    Array,
    Axis,
    DType,
    Given,
    Number,
    among,
    broadcasting,
)

ORDER = among("C", "F")
KEPT_ORDER = among("K", "C", "F", "A")
DEVICE = among("cpu", None)
ANY = Array(NUMERIC, layouts=None)
NESTED = among(
    3,
    2.5,
    True,
    1 + 2j,
    [1, 2, 3],
    (1, 2.5),
    [[1, 2], [3, 4]],
    [],
    [[]],
    [True, 2],
    [[1, 2], [3]],
    "text",
    Scalar("float32", "2"),
    Scalar("uint8", "7"),
    [Array(REAL, shapes=[(2,)]), Array(REAL, shapes=[(2,)])],
    [Array(WIDE_FLOATS, shapes=[()]), 1],
    (Array(("int32",), shapes=[(2, 3)]),),
)
"""What `asarray` takes beside arrays."""

ENDS = among(0, 1, -2.5, 3, 10, Scalar("float32", "2"), Scalar("int8", "5"), Array(REAL, ("ordinary",)))
POINTS = among(5, 0, 1, 2, 7)


def _bounds(choose, seen):  # type: ignore[no-untyped-def]
    """The buffer's bytes, enough for a few items of any dtype."""
    return choose.among("bytes", (bytes(range(48)), bytes(48), bytearray(range(16, 64))))


def _items(choose, seen):  # type: ignore[no-untyped-def]
    return choose.among("items", ([1, 2, 3, 4], (0.5, 1.5), range(6), [True, False], []))


ROWS = [
    *(row(name, EXTENTS, dtype=DType(), order=ORDER, device=DEVICE) for name in ("zeros", "ones")),
    row("empty", among((0,), (2, 0, 3), [0, 3], 0), dtype=DType(), order=ORDER, device=DEVICE),
    row("full", EXTENTS, Number(), dtype=DType(), order=ORDER, device=DEVICE),
    row("full", (2, 3), Array(NUMERIC, shapes=[(), (3,), (2, 1), (2, 3), (1, 2, 3)]), dtype=DType()),
    *(
        row(name, ANY, dtype=DType(), order=KEPT_ORDER, shape=EXTENTS, device=DEVICE)
        for name in ("zeros_like", "ones_like")
    ),
    row(
        "empty_like",
        Array(NUMERIC, shapes=[(0,), (2, 0, 3)]),
        dtype=DType(),
        order=KEPT_ORDER,
        shape=among((0, 4), 0),
        device=DEVICE,
    ),
    row("full_like", ANY, Number(), dtype=DType(), order=KEPT_ORDER, shape=EXTENTS, device=DEVICE),
    row("full_like", ANY, Array(NUMERIC, shapes=broadcasting(0)), dtype=DType()),
    row(
        "eye",
        among(3, 0, 1, 4),
        M=among(2, 5, 0, None),
        k=among(1, -1, 0, 9, -9),
        dtype=DType(),
        order=ORDER,
        device=DEVICE,
    ),
    row("identity", among(3, 0, 1, 4), dtype=DType()),
    row("tri", among(3, 0, 1, 4), M=among(2, 5, 0, None), k=among(1, -1, 0, 9, -9), dtype=DType()),
    row("diag", Array(rank=(1, 2)), k=among(1, -1, 0, 4, -4)),
    row("diag", ANY),
    row("diagflat", ANY, k=among(1, -1, 0, 3)),
    row(
        "vander",
        Array(rank=(1, 1), fills=("ordinary", "hard", "ties")),
        N=among(2, 0, 4, None),
        increasing=FLAG,
    ).within(4),
    row(
        "arange",
        among(3, 0, -2, 7.5, 2.5, Scalar("float32", "3"), Scalar("int8", "5")),
        dtype=DType(),
        device=DEVICE,
    ),
    row(
        "arange",
        # no unsigned ones: their differences wrap around, to arrays that fill the memory
        among(0, 1, -2, 0.5, 10, Array(WIDE_FLOATS + SIGNED, ("positive",), [()])),
        stop=Always(among(3, 5, -4, 2.25, 10.0, Array(WIDE_FLOATS + SIGNED, ("positive",), [()]))),
        step=among(1, 2, -1, 0.5, -0.25, 3, 0, Array(WIDE_FLOATS, ("positive",), [()])),
        dtype=among("float64", "int64", "float32", "int16", "uint8", Named("float16")),
    ).within(2),
    row("linspace", ENDS, ENDS, POINTS, endpoint=FLAG, retstep=FLAG, dtype=DType(), device=DEVICE).within(2),
    row(
        "linspace",
        Array((*FLOATS, *COMPLEX), ("ordinary", "hard"), rank=(0, 3)),
        Array((*FLOATS, *COMPLEX), ("ordinary",), broadcasting(0)),
        num=POINTS,
        endpoint=FLAG,
        axis=Axis(extra=1),
        retstep=FLAG,
    ).within(4, of_largest=True, conditioned=True),
    row(
        "logspace",
        among(0, 1, -1.5, Array(WIDE_FLOATS, ("unit",), rank=(0, 2))),
        among(2, 3, 0.5, Array(WIDE_FLOATS, ("positive",), [(), (3,), (1,)])),
        num=POINTS,
        endpoint=FLAG,
        base=among(2, 10.0, 2.5, Array(WIDE_FLOATS, ("positive",), [()])),
        dtype=among("float64", "float32", "complex128", "int64"),
        axis=among(0, -1),
    ).within(16, conditioned=True),
    row(
        "geomspace",
        among(1, 2.0, 1000, -1, 1j, 0, Array(WIDE_FLOATS + COMPLEX, ("positive",), rank=(0, 2))),
        among(64, 100.0, 1e-3, -8, 3 + 4j, Array(WIDE_FLOATS + COMPLEX, ("positive",), [(), (3,), (1,)])),
        num=POINTS,
        endpoint=FLAG,
        dtype=among("float64", "float32", "complex128"),
        axis=among(0, -1),
    ).within(64, of_largest=True, conditioned=True),
    row(
        "array", ANY, dtype=DType(), copy=among(True, None, False), order=KEPT_ORDER, ndmin=among(0, 1, 3, 6)
    ),
    row("array", NESTED, dtype=DType(), ndmin=among(0, 2), copy=among(True, None), order=ORDER),
    row("array", [[1, 2], [3, 4]], ndmax=Always(among(0, 2, 3))),
    *(
        row(name, word, dtype=DType(), order=KEPT_ORDER, device=DEVICE, copy=among(True, None, False))
        for name in ("asarray", "asanyarray")
        for word in (ANY, NESTED)
    ),
    row("asarray_chkfinite", ANY, dtype=DType(), order=KEPT_ORDER),
    row("asarray_chkfinite", NESTED),
    *(
        row(name, word, dtype=DType())
        for name in ("ascontiguousarray", "asfortranarray")
        for word in (ANY, NESTED)
    ),
    row("copy", ANY, order=KEPT_ORDER),
    row("copy", NESTED),
    row("astype", ANY, DType(), copy=FLAG, device=DEVICE),
    row("from_dlpack", Array(layouts=("C",)), device=DEVICE, copy=among(None, True)).any_memory(),
    row(
        "frombuffer",
        Given(_bounds),
        dtype=among("uint8", "float32", "int16", "complex64", None),
        count=among(-1, 2, 0),
        offset=among(0, 4, 8),
    ).any_memory(),
    row("fromiter", Given(_items), DType(), count=among(-1, 2, 1)),
    row("fromfunction", Function("weighted"), (2, 3), dtype=among("float64", "int64", Named("float32"))),
    row("fromfunction", Function("doubled"), among((3,), (0,), 4), dtype=DType()),
]
