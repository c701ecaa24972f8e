"""Rows of set operations. Knows the words.

NumPy's order of unique elements is open where it is not asked to sort them: such cases have one element.
"""

from __future__ import annotations

from conformance.row import Always, row
from conformance.vocabulary import FLAG, INTEGERS, NUMERIC, Array, Axis, Given, among

ELEMENTS = Array(NUMERIC, ("ties", "ordinary", "hard", "some_nan"))
WHOLE = Array((*INTEGERS, "bool"), ("ties", "ordinary", "hard"))
DIFFERENT = Array(NUMERIC[:-2], ("ascending",), [(3,), (5,), (0,), (1,)], layouts=("C", "strided", "offset"))
ALIKE = Given(
    lambda choose, seen: among(
        Array(NUMERIC, ("ordinary", "hard"), [(1,), (), (0,), (1, 1)]), [2, 2, 2], [[1.5, 1.5]]
    ),
    bad=3.5,
)
PAIRS = ("setdiff1d", "setxor1d")
JUMPS = "the size of the result jumps where elements meet, and with it what is compared"
MOVED = "an element that moves is no longer in both arrays: there is no slope"

ROWS = [
    row(
        "unique",
        ELEMENTS,
        return_index=FLAG,
        return_inverse=FLAG,
        return_counts=FLAG,
        equal_nan=FLAG,
        axis=among(None, None, 0, -1),
    ).within(0.25),
    row("unique", ELEMENTS, axis=Always(Axis()), equal_nan=FLAG, return_inverse=FLAG).within(0.25),
    row("unique", ALIKE, sorted=Always(FLAG)),
    row("unique", ELEMENTS, sorted=Always(True)).within(0.25),
    row("unique_all", ELEMENTS).within(0.25),
    row("unique_counts", ELEMENTS).within(0.25),
    row("unique_inverse", ELEMENTS).within(0.25),
    row("unique_values", ALIKE),
    row("intersect1d", ELEMENTS, ELEMENTS, return_indices=FLAG)
    .within(0.25)
    .not_in("gradient second_gradient forward", MOVED),
    row("intersect1d", DIFFERENT, DIFFERENT, assume_unique=Always(True), return_indices=FLAG).not_in(
        "gradient second_gradient forward", MOVED
    ),
    row("union1d", ELEMENTS, ELEMENTS).within(0.25),
    *(row(name, ELEMENTS, ELEMENTS).within(0.25) for name in PAIRS),
    *(
        row(name, DIFFERENT, DIFFERENT, assume_unique=Always(True)).not_in("second_gradient", JUMPS)
        for name in PAIRS
    ),
    row("isin", ELEMENTS, ELEMENTS, assume_unique=among(False), invert=FLAG, kind=among(None, "sort")),
    row("isin", DIFFERENT, DIFFERENT, assume_unique=Always(True), invert=FLAG),
    row("isin", WHOLE, WHOLE, invert=FLAG, kind=Always("table")),
]
