"""Rows of the functions that pick elements, write into places, call functions on parts. Knows the words."""

from __future__ import annotations

from typing import Any

from conformance.choosing import Chooser
from conformance.recipes import Function
from conformance.row import Always, row
from conformance.rows.sequences import size_of
from conformance.vocabulary import (
    FLAG,
    NUMERIC,
    REAL,
    SHAPES,
    Alike,
    Array,
    Axis,
    Given,
    Indices,
    Number,
    Seen,
    among,
    broadcasting,
    like,
    shape_of,
)

ANY = Array()
SOME = Array(rank=(1, 5))
FLAT = Array(rank=(1, 1), least=1)
MODE = among("raise", "wrap", "clip")
FAR = Array(("int64", "int32"), ("ordinary",), [(2,), (), (2, 3), (1,)])
"""Indices that are out of bounds more often than not."""

TRUTH = Array(("bool",), ("ordinary",), like(0))
TRUTHS = Array(("bool", "int64", "float64"), ("ordinary", "ties"), like(0))


def masks(position: int) -> Array:
    """A mask of an earlier argument's shape."""
    return Array(("bool",), ("ordinary",), like(position))


def _taken(choose: Chooser, seen: Seen) -> Any:
    shape = shape_of(seen[0])
    return Array((seen[0].dtype,), ("ordinary",), [(2, *shape[1:])])


def _along(of: int, axis_key: str) -> Given:
    """Indices for take_along_axis: as many axes as the array, of any length along the axis."""

    def make(choose: Chooser, seen: Seen) -> Any:
        shape = shape_of(seen[of])
        axis = seen[axis_key]
        if axis is None or not shape:
            return Indices(of, shapes=((2,), (5,)))
        if not -len(shape) <= axis < len(shape):
            axis = 0
        axis %= len(shape)
        count = choose.among("count", (1, 2, 4)) if shape[axis] else 0
        own = (*shape[:axis], count, *shape[axis + 1 :])
        one = (*(1 for _ in shape[:axis]), count, *(1 for _ in shape[axis + 1 :]))
        return Indices(of, axis, shapes=(own, one))

    return Given(make, bad=1.5)


def _choices(choose: Chooser, seen: Seen) -> Any:
    shape = shape_of(seen[0])
    dtypes = (choose.among("choices.dtype", NUMERIC),)
    one = Array(dtypes, shapes=[shape, (), shape[-1:]])
    return choose.among(
        "choices", ([one, one, one], (one, 2, one), Array(dtypes, shapes=[(3, *shape)], rank=(0, 32)))
    )


def _conditions(choose: Chooser, seen: Seen) -> Any:
    shape = choose.among("select.shape", SHAPES)
    one = Array(("bool",), ("ordinary",), [shape, shape, (), shape[-1:]])
    return choose.among("conditions", ([one], [one, one], [one, one, one], (one, one)))


def _selected(choose: Chooser, seen: Seen) -> Any:
    shape = (
        max((shape_of(one) for one in seen[0]), key=len, default=())
        if isinstance(seen[0], (list, tuple))
        else ()
    )
    one = Array(NUMERIC, shapes=[shape, ()])
    return [
        one if choose.among("choice.number", (False, False, True)) is False else Number() for _ in seen[0]
    ]


def _pieces(choose: Chooser, seen: Seen) -> Any:
    one = Array(("bool",), ("ordinary",), like(0))
    return choose.among(
        "pieces",
        ([one], [one, one], Array(("bool",), ("ordinary",), [(2, *shape_of(seen[0]))], (0, 32)), one),
    )


def _branches(choose: Chooser, seen: Seen) -> Any:
    options = (Function("doubled"), 2, -1, 0.5, True)
    count = len(seen[1]) if isinstance(seen[1], list) else 2
    more = choose.among("otherwise", (0, 1))
    return [choose.among(f"branch {i}", options) for i in range(count + more)]


def _values(choose: Chooser, seen: Seen) -> Any:
    return choose.among(
        "values", (Number(), Array((seen[0].dtype,), shapes=[(2,), (1,), (5,), (2, 2)]), [1, 2])
    )


def _compressed(choose: Chooser, seen: Seen) -> Any:
    n = size_of(seen[0]) if not isinstance(seen.get("axis"), int) else max(shape_of(seen[0]), default=0)
    return Array(("bool", "int64"), ("ordinary",), [(min(n, 2),), (n,), (1,)])


def _bits(choose: Chooser, seen: Seen) -> Any:
    """A number of bits; more than there are are zeros, but NumPy forgets to write them for an empty array."""
    return choose.among("bits", (None, 3, 20, -2) if size_of(seen[0]) else (None, 0))


VALUES = Given(_values)
SQUARES = [(2, 2), (3, 3), (1, 1), (3, 3, 3), (2, 2, 2, 2)]

ROWS = [
    row("take", Array(least=1), Indices(), out=Array(NUMERIC, shapes=like(1)), mode=MODE),
    row("take", Array(least=1), FAR, mode=Always(among("wrap", "clip"))),
    row(
        "take",
        Array(rank=(1, 4), least=1),
        among(0, -1, [0, 0], (0, -1), [[0]], []),
        axis=Axis(none=True),
        mode=MODE,
    ),
    row(
        "take",
        Array(rank=(1, 4), least=1),
        Indices(axis=0, shapes=((2,),)),
        axis=Always(0),
        out=Always(Given(_taken)),
        mode=MODE,
    ),
    row(
        "take_along_axis", Array(rank=(1, 5)), axis=Always(Axis(none=True)), indices=Always(_along(0, "axis"))
    ),
    row("take_along_axis", Array(least=1, rank=(1, 3)), Indices(axis=-1, shapes=((1,), (1, 1)))),
    row("choose", Array(("int64", "uint8", "int32", "bool"), ("unit",)), Given(_choices), mode=MODE),
    row(
        "choose",
        Array(("int64", "int8"), ("ordinary",)),
        Given(_choices),
        mode=Always(among("wrap", "clip", "raise")),
    ),
    row(
        "choose",
        Array(("int64",), ("unit",)),
        [1, 2.5],
        out=Always(Array(("float64", "int64", "complex128"), ("ordinary",), like(0))),
    ),
    row(
        "compress",
        Given(lambda choose, seen: Array(("bool", "int64"), ("ordinary",), [(2,), (1,), (3,), (0,)])),
        SOME,
        axis=Axis(1, none=True),
    ),
    row(
        "compress",
        [True, False],
        Array(shapes=[(2, 3), (3, 1)]),
        axis=Always(0),
        out=Always(
            Given(lambda choose, seen: Array((seen[1].dtype,), ("ordinary",), [(1, *shape_of(seen[1])[1:])]))
        ),
    ),
    row("extract", ANY, Array(shapes=like(0))),
    row("extract", Array(("bool",), ("ordinary",)), Array(shapes=like(0))),
    *(
        row(name, word)
        for name in ("nonzero", "argwhere", "flatnonzero")
        for word in (Array(fills=("ties", "hard", "ordinary")), [[0, 1], [2, 0]])
    ),
    row(
        "where", Array(("bool",), ("ordinary",)), Array(shapes=broadcasting(0)), Array(shapes=broadcasting(0))
    ),
    row("where", Array(fills=("ties", "hard")), among(Number(), Array(shapes=broadcasting(0))), Number()),
    row("where", Array(fills=("ties", "hard"))),
    row("select", Given(_conditions), Given(_selected), default=Number()),
    row("piecewise", ANY, Given(_pieces), Given(_branches)),
    row("put", ANY, Indices(), VALUES, mode=MODE),
    row("put", Array(least=1), among(0, -1, [0, 1], [5, -7]), VALUES, mode=MODE),
    row(
        "put_along_axis",
        Array(rank=(1, 5)),
        axis=Always(Axis(none=True)),
        indices=Always(_along(0, "axis")),
        values=Always(among(3, 1.5, Array(NUMERIC, shapes=[(), (1,)]))),
    ),
    *(row(name, ANY, TRUTHS, VALUES) for name in ("place", "putmask")),
    row(
        "copyto",
        ANY,
        Array(NUMERIC, shapes=broadcasting(0)),
        casting=among("same_kind", "unsafe", "safe", "no"),
        where=Array(("bool",), ("ordinary",), broadcasting(0)),
    ),
    row("copyto", ANY, Number(), casting=among("same_kind", "unsafe")),
    row(
        "fill_diagonal",
        Array(shapes=[*SQUARES, (2, 3), (5, 2), (7, 3), (0, 0), (3,)]),
        among(Number(), [1, 2], Array(NUMERIC, shapes=[(2,), (3,), ()])),
        wrap=FLAG,
    ),
    row("tril", Array(rank=(1, 5)), k=among(1, -1, 0, 5, -5)),
    row("triu", Array(rank=(1, 5)), k=among(1, -1, 0, 5, -5)),
    row("diagonal", Array(rank=(2, 5)), offset=among(1, -1, 0, 5, -5), axis1=Axis(), axis2=Axis()),
    row("diagonal", Array(rank=(2, 5))),
    row(
        "apply_along_axis",
        Function("span"),
        arr=Always(Array(REAL, least=1, rank=(1, 3))),
        axis=Always(Axis("arr")),
    ),
    row("apply_along_axis", Function("doubled"), 0, Array(rank=(1, 3), least=1)),
    row(
        "apply_over_axes",
        Function("total"),
        Array(("float64", "int64", "complex128"), ("ordinary",), rank=(1, 4)),
        among(0, (0,), [0, -1], -1),
    ).within(8, conditioned=True),
    row("clip", Array(REAL), Number((2, 0, -1, 1.5), ()), Number((3, 5, 2.5, None), ("float32", "int16"))),
    row("clip", ANY, Alike(), Alike(shapes=broadcasting(0)), out=Array(NUMERIC, ("ordinary",), like(0))),
    row(
        "clip",
        Array(REAL),
        min=Always(among(None, 1, 0.5)),
        max=Always(among(None, 2, Alike())),
        dtype=among("float64", "float32", "int64"),
        casting=among("unsafe", "same_kind"),
        where=Array(("bool",), ("ordinary",), broadcasting(0)),
        out=Always(Alike()),
    ),
    row(
        "packbits",
        Array(("bool", "uint8", "int64", "float64"), ("ordinary", "ties")),
        axis=Axis(none=True),
        bitorder=among("big", "little"),
    ),
    row(
        "unpackbits",
        Array(("uint8",), ("hard", "ordinary"), least=1),
        axis=Axis(none=True),
        count=Given(_bits),
        bitorder=among("big", "little"),
    ),
]
