"""Rows of the functions that join arrays and split them. Knows the words."""

from __future__ import annotations

from typing import Any

from conformance.choosing import Chooser
from conformance.row import Always, row
from conformance.rows.sequences import arrays
from conformance.vocabulary import (
    NUMERIC,
    Array,
    Axis,
    DType,
    Given,
    Number,
    Seen,
    among,
    shape_of,
)

CASTING = among("same_kind", "unsafe", "safe", "no")
SEVERAL = arrays()
ALIKE = arrays(varied=(None,))
TUPLE = arrays(sequence=tuple)
JOINED = among(SEVERAL, SEVERAL, TUPLE, Array(rank=(2, 5)), [[1, 2], [3, 4]], [Array(rank=(1, 1)), [1, 2]])


def _out(stacked: bool) -> Given:
    """An array of the right shape for what is joined along the first axis."""

    def make(choose: Chooser, seen: Seen) -> Any:
        shapes = [shape_of(item) for item in seen[0]] or [(1,)]
        rows = sum(s[0] for s in shapes if s)
        shape = (len(shapes), *shapes[0]) if stacked else (rows, *shapes[0][1:])
        return Array(NUMERIC, ("ordinary",), [shape])

    return Given(make, bad=3)


def _blocks(choose: Chooser, seen: Seen) -> Any:
    def matrix(*shape: int) -> Array:
        return Array(NUMERIC, shapes=[shape])

    return choose.among(
        "blocks",
        (
            [[matrix(2, 2), matrix(2, 3)], [matrix(1, 2), matrix(1, 3)]],
            [matrix(2), matrix(3)],
            [[matrix(2)], [matrix(2)]],
            [[matrix(1, 2, 2)], [matrix(1, 3, 2)]],
            [1, matrix(2), Number()],
            [[matrix(2, 1), matrix(2, 2)], [matrix(3)]],
            matrix(2, 3),
            [[[matrix(2)], [matrix(2)]]],
        ),
    )


SECTIONS = among(1, 2, 3, [1], [1, 2], (0, 2), [-1], [], [1, 9], 0)


def _even_sections(choose: Chooser, seen: Seen) -> Any:
    shape = shape_of(seen[0])
    return choose.among("sections", [d for d in (1, 2, 3, 4) if shape[0] % d == 0] + [[1], (1, 2), [0, 5]])


ROWS = [
    *(
        one
        for name in ("concatenate", "concat")
        for one in (
            row(name, JOINED, axis=Axis(none=True, extra=-1), dtype=DType(), casting=CASTING),
            row(
                name,
                arrays(rank=(1, 3), varied=(None, 0)),
                axis=Always(0),
                out=Always(_out(False)),
                casting=CASTING,
            ),
        )
    ),
    row(
        "stack",
        among(ALIKE, ALIKE, Array(rank=(1, 4)), [1, 2.5], SEVERAL),
        axis=Axis(),
        dtype=DType(),
        casting=CASTING,
    ),
    row(
        "stack", arrays(varied=(None,), rank=(0, 3)), axis=Always(0), out=Always(_out(True)), casting=CASTING
    ),
    *(row(name, among(JOINED, [1, 2.5]), dtype=DType(), casting=CASTING) for name in ("hstack", "vstack")),
    row("hstack", arrays(varied=(1,), rank=(2, 4)), dtype=DType()),
    *(row(name, among(JOINED, [1, 2.5])) for name in ("dstack", "column_stack")),
    row("dstack", arrays(varied=(2,), rank=(3, 4))),
    row("column_stack", arrays(varied=(1,), rank=(2, 4))),
    row("block", Given(_blocks, bad=[[1], 2])),
    row("array_split", Array(rank=(1, 5)), SECTIONS, axis=Axis()),
    row("split", Array(rank=(1, 5)), Given(_even_sections), axis=Axis()),
    row("vsplit", Array(rank=(2, 5)), Given(_even_sections)),
    row("hsplit", Array(shapes=[(4,), (2, 4), (0, 4), (3, 2, 2)]), among(2, 1, [1], [1, 3], 3)),
    row("dsplit", Array(shapes=[(2, 3, 4), (1, 2, 2), (2, 0, 6, 2)]), among(2, 1, [1], [1, 3], 3)),
    row("unstack", Array(), axis=Axis()),
]
