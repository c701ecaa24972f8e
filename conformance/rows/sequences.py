"""Words of the rows about shapes and several arrays: extents, shapes of a size, arrays that fit."""

from __future__ import annotations

from typing import Any

import numpy

from conformance.choosing import Chooser
from conformance.vocabulary import (
    NUMERIC,
    SHAPES,
    Argument,
    Array,
    Given,
    Seen,
    among,
    drawn,
    shape_of,
)

EXTENTS = among((2, 3), 3, (), (0,), (2, 0, 3), [2, 3], (1,), (2, 1, 3, 1, 2), 0)
"""Shapes to ask for."""

FITTING = ("ordinary", "hard", "ties", "extremes")


def size_of(argument: Any) -> int:
    """The number of elements of a drawn argument."""
    return int(numpy.prod(shape_of(argument), dtype=int))


def arrays(
    *,
    varied: tuple[int | None, ...] = (None, 0, -1),
    rank: tuple[int, int] = (0, 5),
    dtypes: tuple[str, ...] = NUMERIC,
    count: tuple[int, ...] = (2, 3, 1),
    sequence: type = list,
) -> Argument:
    """A list or tuple of arrays of one shape, or of shapes that differ along one axis (`varied`)."""

    def make(choose: Chooser, seen: Seen) -> Any:
        shape = choose.among("arrays.shape", [s for s in SHAPES if rank[0] <= len(s) <= rank[1]])
        axis = choose.among("arrays.varied", varied)
        words = []
        for i in range(choose.among("arrays.count", count)):
            own = list(shape)
            if axis is not None and own:
                own[axis] = i + 1
            words.append(Array(dtypes, FITTING, [tuple(own)]))
        return sequence(drawn(word, choose, seen, f"arrays.{i}") for i, word in enumerate(words))

    return Given(make, bad=[])


def shapes_of_size(of: int = 0) -> Argument:
    """A shape with as many elements as an earlier array, sometimes with -1 in it."""

    def make(choose: Chooser, seen: Seen) -> Any:
        n = size_of(seen[of])
        shape = shape_of(seen[of])
        options: list[Any] = [(n,), n, (1, n), shape[::-1], list(shape)]
        if n:
            options += [-1, (-1, 1), (*shape, 1), (-1,)]
            options += [(d, -1) for d in (2, 3) if n % d == 0]
        return choose.among("shape", options)

    return Given(make, bad=(5, 7))
