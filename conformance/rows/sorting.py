"""Rows of sorting and partitioning. Knows the words.

Where NumPy leaves the order of equal elements open, cases have none, or ask for a stable order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.choosing import Chooser
from conformance.row import Always, Row, row
from conformance.vocabulary import (
    FLOATS,
    NUMERIC,
    Array,
    Axis,
    Given,
    Good,
    Seen,
    among,
    shape_of,
)

APART = tuple(dtype for dtype in NUMERIC if dtype != "bool")
KINDS = among("quicksort", "heapsort", "stable", "mergesort", None)
STABLE_KINDS = among("stable", "mergesort")


def _every_second(choose: Chooser, seen: Seen) -> Any:
    """Places between which stands one element at most, so that the partition is the sorted array."""
    shape, axis = shape_of(seen[0]), seen.get("axis", -1)
    if axis is None or not shape:
        n = 1
        for size in shape:
            n *= size
    else:
        n = shape[axis] if isinstance(axis, int) and -len(shape) <= axis < len(shape) else 1
    places = list(range(1, n, 2)) or [0]
    if len(places) == 1 and choose.among("kth.one", (True, False)):
        return places[0]
    return choose.among("kth.counted", (places, [p - n for p in places], tuple(places)))


def _partitions(name: str) -> Iterator[Row]:
    array = Good(Array(APART, ("distinct",), rank=(1, 5)))
    kth = Always(Given(_every_second, bad=99))
    yield row(name, array, axis=Axis(none=True), kth=kth, kind=among("introselect"), order=among(None))


ROWS = [
    row("sort", Array(NUMERIC), axis=Axis(none=True), kind=KINDS, order=among(None)).within(0.25),
    row("sort", Array(NUMERIC), axis=Axis(none=True), stable=among(True, False, None)).within(0.25),
    row("argsort", Array(NUMERIC), axis=Axis(none=True), kind=Always(STABLE_KINDS)),
    row("argsort", Array(NUMERIC), axis=Axis(none=True), stable=Always(True)),
    row("argsort", Array(APART, ("distinct",)), axis=Axis(none=True), kind=KINDS, order=among(None)),
    row("lexsort", Array(NUMERIC, rank=(1, 3)), axis=Axis(extra=-1)),
    row(
        "lexsort",
        (Array(NUMERIC, ("ties", "hard"), [(3,)]), Array(FLOATS, ("ties", "hard"), [(3,)])),
    ),
    row(
        "lexsort",
        Given(
            lambda choose, seen: [
                Array(NUMERIC, ("ties",), [(4,)]),
                Array(FLOATS, ("ties",), [(4,)]),
                Array(("int64", "bool"), ("ties",), [(4,)]),
            ]
        ),
        axis=among(0, -1),
    ),
    row("sort_complex", Array(NUMERIC)).within(0.25),
    *_partitions("partition"),
    *_partitions("argpartition"),
]
