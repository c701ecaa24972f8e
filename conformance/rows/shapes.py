"""Rows of the functions that change an array's shape or the order of its elements. Knows the words."""

from __future__ import annotations

from typing import Any

from conformance.choosing import Chooser
from conformance.recipes import Function
from conformance.row import Always, row
from conformance.rows.sequences import EXTENTS, shapes_of_size
from conformance.vocabulary import (
    COMPLEX,
    NUMERIC,
    REAL,
    Array,
    Axis,
    Given,
    Indices,
    Number,
    Seen,
    among,
    shape_of,
)

ANY = Array()
SOME = Array(rank=(1, 5))


def rank_of(seen: Seen) -> int:
    """The rank of the first argument."""
    return len(shape_of(seen[0]))


def _order_of_axes(choose: Chooser, seen: Seen) -> Any:
    axes = list(range(rank_of(seen)))
    turned = axes[1:] + axes[:1]
    return choose.among("axes", (None, tuple(axes[::-1]), turned, tuple(a - len(axes) for a in turned)))


def _two_axes(choose: Chooser, seen: Seen) -> Any:
    n = max(rank_of(seen), 2)
    return choose.among("pair", ((0, 1), (1, 0), (-1, 0), (n - 1, 0), (-2, -1)))


def _moved(choose: Chooser, seen: Seen) -> Any:
    n = rank_of(seen)
    return choose.among("moved", (0, -1, n - 1, *(((0, -1), [1, 0]) if n > 1 else ((0,),))))


def _unit_axes(choose: Chooser, seen: Seen) -> Any:
    found = [i for i, n in enumerate(shape_of(seen[0])) if n == 1]
    return choose.among("unit", (None, *found, *(i - rank_of(seen) for i in found), tuple(found)))


def _wider(choose: Chooser, seen: Seen) -> Any:
    shape = shape_of(seen[0])
    return choose.among(
        "wider", (shape, (2, *shape), tuple(4 if n == 1 else n for n in shape), [3, 1, *shape])
    )


def _margins(choose: Chooser, seen: Seen) -> Any:
    pairs = tuple((i % 3, (i + 1) % 3) for i in range(rank_of(seen)))
    return choose.among("margins", (1, 2, (1, 2), (3,), ((2, 0),), pairs, 0, 5))


def _margins_of_axes(choose: Chooser, seen: Seen) -> Any:
    return choose.among("by axis", ({0: 1}, {-1: (2, 1)}, {0: (1, 0), -1: 2}))


MARGINS = Given(_margins, bad=-1)
FINITE = (*REAL, *COMPLEX)
LINES = Array(fills=("ordinary", "ties", "hard"), rank=(1, 3), least=1)

ROWS = [
    row("reshape", ANY, shapes_of_size(), order=among("C", "F", "A"), copy=among(None, True, False)),
    row("ravel", ANY, order=among("C", "F", "A", "K")),
    *(row(name, ANY, axes=Given(_order_of_axes, bad=(0, 0))) for name in ("transpose", "permute_dims")),
    row("matrix_transpose", ANY),
    row("swapaxes", SOME, Axis(), Axis()),
    row("moveaxis", SOME, Given(_moved, bad=9), Given(_moved, bad=(0, 0))),
    row("rollaxis", SOME, Axis(), start=among(0, 1, -1, 2)),
    row("expand_dims", ANY, among(0, -1, (0, -1), 1, (1, 2))),
    row("squeeze", ANY, axis=Given(_unit_axes, bad=0)),
    row(
        "squeeze",
        Array(shapes=[(1,), (3, 1), (1, 4), (2, 1, 3), (2, 1, 3, 1, 2)]),
        axis=Given(_unit_axes, bad=7),
    ),
    row("broadcast_to", ANY, Given(_wider, bad=(7, 9))),
    row("broadcast_arrays", ANY, Array(shapes=[(), (3,), (1, 1), (2, 1)])),
    row("broadcast_arrays", Array(shapes=[(3, 1)]), Array(shapes=[(1, 4)]), 2),
    row("broadcast_arrays"),
    row("broadcast_shapes", EXTENTS, among((3,), (1,), (), (2, 1), 1), among((1, 1), ())),
    *(
        row(f"atleast_{n}d", word, *more)
        for n in (1, 2, 3)
        for word, more in ((ANY, ()), (ANY, (ANY, 3)), ([1, 2], ()))
    ),
    row("flip", ANY, axis=Axis(none=True, tuples=True)),
    row("flipud", ANY),
    row("fliplr", ANY),
    row("rot90", Array(rank=(2, 5)), k=among(1, 2, 3, 0, -1, 6), axes=Given(_two_axes, bad=(0, 0))),
    row("roll", ANY, among(1, -2, 0, 9, (1,)), axis=Axis(none=True)),
    row("roll", Array(rank=(2, 5)), among((1, -1), 2, (0, 5)), axis=Always(among((0, 1), (-1, 0), (0, 0)))),
    row("tile", ANY, among(2, 0, (2,), (2, 1), (1, 2, 3), [2, 2], ())),
    row("repeat", ANY, among(2, 0, 1, [2]), axis=Axis(none=True)),
    row(
        "repeat",
        Array(shapes=[(3,), (3, 1), (3, 2)]),
        among([1, 0, 2], [2], Indices(shapes=((1,),)), (1, 2, 3)),
        axis=Always(0),
    ),
    row("repeat", Array(shapes=[(3,)]), Array(("int64", "int32", "uint8"), ("positive",), [(3,), (1,)])),
    row("resize", ANY, EXTENTS),
    row("append", ANY, ANY),
    row("append", SOME, Given(lambda choose, seen: Array(NUMERIC, shapes=[shape_of(seen[0])])), axis=Axis()),
    row("append", ANY, Number()),
    row("insert", SOME, among(0, 1, -1, [0, 1], slice(0, 2), [1, 1], [], 5), Number(), axis=Axis(none=True)),
    row(
        "insert",
        Array(shapes=[(3,), (7,)]),
        among([0, 2], (1, 1), slice(None, 2)),
        Array(NUMERIC, shapes=[(2,), (1,), ()]),
    ),
    row(
        "insert",
        Array(shapes=[(2, 3)]),
        among(1, [1], [0, 2]),
        Array(NUMERIC, shapes=[(2, 1), (1,), ()]),
        axis=Always(among(1, -1)),
    ),
    row(
        "delete",
        SOME,
        among(0, -1, [0], slice(0, 2), [], slice(None, None, 2), [-1, 0], 1),
        axis=Axis(none=True),
    ),
    row(
        "delete",
        Array(shapes=[(3,), (3, 2)]),
        among([True, False, True], Array(("bool",), ("ordinary",), [(3,)]), Indices(axis=0)),
        axis=Always(0),
    ),
    row("trim_zeros", Array(fills=("ties", "ordinary"), rank=(1, 1)), trim=among("fb", "f", "b", "FB")),
    row(
        "trim_zeros",
        Array(fills=("ties",), rank=(2, 3)),
        trim=among("fb", "f"),
        axis=among(None, 0, -1, (0, 1)),
    ),
    row("pad", ANY, MARGINS, mode=among("constant", "edge", "reflect", "symmetric", "wrap")),
    row("pad", ANY, MARGINS, mode=Always("constant"), constant_values=among(3, (1, 2), -1.5, ((4,),))),
    row("pad", ANY, 0, mode=Always("empty")),
    row(
        "pad",
        Array(FINITE, ("ordinary", "ties"), rank=(1, 3)),
        MARGINS,
        mode=Always("linear_ramp"),
        end_values=among(5, (0, 3), -2.5),
    ).within(8, of_largest=True, conditioned=True),
    row(
        "pad", LINES, MARGINS, mode=Always(among("reflect", "symmetric")), reflect_type=among("even", "odd")
    ).within(4, conditioned=True),
    row(
        "pad",
        LINES,
        MARGINS,
        mode=Always(among("maximum", "minimum", "mean", "median")),
        stat_length=among(None, 1, 2, (1, 2)),
    ).within(4, conditioned=True),
    row("pad", SOME, Given(_margins_of_axes, bad={7: 1}), mode=among("constant", "wrap", "edge")),
    row("pad", SOME, MARGINS, Function("padded_with_ones")),
]
