"""Rows of histograms, bins, covariances and rounding. Knows the words."""

from __future__ import annotations

from typing import Any

from conformance.choosing import Chooser
from conformance.row import Always, row
from conformance.rows.results import Out
from conformance.vocabulary import (
    FLAG,
    FLOATS,
    NUMERIC,
    REAL,
    SIGNED,
    WIDE_FLOATS,
    Array,
    DType,
    Given,
    Seen,
    among,
    broadcasting,
    like,
    shape_of,
)

SAMPLES = Array(REAL[:-1], ("ordinary", "ties", "positive"))
"""Without uint64, whose range NumPy counts in float64."""

EDGES = among([-3.0, -1.0, 0.5, 2.0], [0, 1, 4], Array(("float64", "float32"), ("ascending",), [(4,), (6,)]))
COUNTS = among(3, 10, 1)
RULES = among("auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt")
SPANS = Given(lambda choose, seen: among((-3, 3), (-1.5, 4.0), (0, 0), None), bad=(3, -3))
WEIGHTS = Array(("float64", "int64", "float32", "complex128"), ("ordinary",), like(0))


def _samples_in_rows(choose: Chooser, seen: Seen) -> Any:
    return Array(("float64", "float32", "int64"), ("ordinary",), [(5, 2), (7, 1), (1, 2), (4, 3)])


def _observation_weights(dtypes: tuple[str, ...], fill: str) -> Given:
    """A weight for each observation of the first argument."""

    def make(choose: Chooser, seen: Seen) -> Any:
        shape = shape_of(seen[0])
        by_rows = seen.get("rowvar", True)
        samples = shape[-1 if by_rows or len(shape) < 2 else 0] if shape else 1
        return Array(dtypes, (fill,), [(samples,)])

    return Given(make)


VARIABLES = Array(
    NUMERIC, ("ordinary", "ties", "positive"), [(2, 5), (5,), (3, 4), (4, 3), (1, 4), (3, 1), ()]
)
DECIMALS = among(0, 1, 2, -1, 3, -2)

ROWS = [
    row("histogram", SAMPLES, bins=EDGES, weights=WEIGHTS).within(4, conditioned=True).any_memory(),
    row("histogram", SAMPLES, bins=COUNTS, range=SPANS, density=FLAG, weights=WEIGHTS).within(
        4, conditioned=True
    ),
    row("histogram", SAMPLES, bins=Always(RULES), range=SPANS, density=FLAG).within(4, conditioned=True),
    row("histogram_bin_edges", SAMPLES, bins=among(EDGES, COUNTS), range=SPANS, weights=WEIGHTS)
    .within(4, of_largest=True)
    .any_memory(),
    row("histogram_bin_edges", SAMPLES, bins=Always(RULES), range=SPANS).within(4, of_largest=True),
    row(
        "histogram2d",
        Array(("float64", "float32", "int64"), ("ordinary",), [(7,), (3,), (1,), (0,)]),
        Array(("float64", "float32", "int64"), ("ordinary",), like(0)),
        bins=among(3, [2, 4], EDGES),
        range=among([[-3, 3], [-1, 2]], None),
        density=FLAG,
        weights=Array(WIDE_FLOATS, ("ordinary",), like(0)),
    )
    .within(4, conditioned=True)
    .any_memory(),
    row(
        "histogramdd",
        Given(_samples_in_rows),
        bins=among(3, 2),
        density=FLAG,
        weights=Given(lambda choose, seen: Array(WIDE_FLOATS, ("ordinary",), [shape_of(seen[0])[:1]])),
    ).within(4, conditioned=True),
    row(
        "histogramdd",
        Array(("float64", "float32", "int64"), ("ordinary",), [(5, 2), (1, 2), (0, 2)]),
        bins=among([2, 3], [[-1.0, 0.0, 2.0], [-2, 0, 2]]),
        range=among([[-3, 3], [-1, 2]], [None, (-1, 2)]),
    ).within(4, conditioned=True),
    row(
        "bincount",
        Array(
            ("int64", "int32", "uint8", "bool"), ("positive", "ordinary", "unit"), [(5,), (0,), (1,), (2, 3)]
        ),
        weights=Array(("float64", "float32", "int64"), ("ordinary",), like(0)),
        minlength=among(0, 3, 10),
    ).within(4, conditioned=True),
    row(
        "digitize",
        Array(REAL, ("ordinary", "hard", "ties")),
        among(
            Array(FLOATS, ("ascending",), [(4,), (1,), (0,)], layouts=("C", "reversed")),
            [-1, 0, 0, 2],
            [3.5, 1.0, -2.0],
            [1, 5, 2],
        ),
        right=FLAG,
    ),
    row(
        "searchsorted",
        Array(
            (*WIDE_FLOATS, *SIGNED[1:]),
            ("ascending",),
            [(5,), (1,), (0,)],
            layouts=("C", "strided", "offset"),
        ),
        among(Array(REAL, ("ordinary", "hard", "ties")), 2, 0.75),
        side=among("left", "right"),
    ),
    row(
        "searchsorted",
        Array(WIDE_FLOATS, ("ascending",), [(5,), (1,), (2,)], layouts=("reversed",)),
        Array(WIDE_FLOATS, ("ordinary", "hard")),
        sorter=Always(
            Given(lambda choose, seen: list(range(*seen[0].shape[:1]))[::-1] if seen[0].shape else [])
        ),
        side=among("left", "right"),
    ),
    row("cov", VARIABLES, y=Array(NUMERIC, ("ordinary",), like(0)), rowvar=FLAG, dtype=DType()).within(
        8, conditioned=True
    ),
    row(
        "cov",
        VARIABLES,
        rowvar=FLAG,
        bias=FLAG,
        ddof=among(0, 1, 2, None),
        fweights=_observation_weights(("int64", "int32"), "positive"),
        aweights=_observation_weights(WIDE_FLOATS, "positive"),
    ).within(8, conditioned=True),
    row("corrcoef", VARIABLES, y=Array(NUMERIC, ("ordinary",), like(0)), rowvar=FLAG, dtype=DType()).within(
        8, conditioned=True
    ),
    *(row(name, Array(NUMERIC), decimals=DECIMALS) for name in ("round", "around")),
    *(
        row(name, Array(NUMERIC, ("ordinary", "ties")), decimals=DECIMALS, out=Always(Out(name))).within(1)
        for name in ("round", "around")
    ),
    row("fix", Array(NUMERIC, ("ordinary", "hard", "ties")), out=Out("fix")),
    row(
        "nan_to_num",
        Array(NUMERIC, ("hard", "some_nan", "ordinary")),
        copy=Given(lambda choose, seen: FLAG, bad=0),
        nan=Given(lambda choose, seen: among(0.0, 1.5, -2), bad=[1.0, 2.0]),
        posinf=Given(lambda choose, seen: among(None, 9.5), bad=[1.0, 2.0]),
        neginf=Given(lambda choose, seen: among(None, -7, 3.5), bad=[1.0, 2.0]),
    ),
    row(
        "nan_to_num",
        Array(WIDE_FLOATS, ("hard", "some_nan")),
        nan=Array(("float64",), ("ordinary",), broadcasting(0)),
    ),
    row("real_if_close", Array(NUMERIC), tol=among(100, 1e6, 0.5)),
    row("real_if_close", among([1 + 1e-14j, 2.0], [1 + 1e-3j], 3 + 1e-15j), tol=among(100, 1e9)),
]
