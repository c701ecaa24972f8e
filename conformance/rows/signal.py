"""Rows of convolution, interpolation, phases and windows. Knows the words."""

from __future__ import annotations

from conformance.row import Always, row
from conformance.vocabulary import (
    FLAG,
    NUMERIC,
    REAL,
    WIDE_FLOATS,
    Array,
    Axis,
    Given,
    Number,
    among,
    like,
)

SAMPLES = Array(NUMERIC, ("ordinary", "ties", "positive"), [(5,), (3,), (1,), (7,), (4,), (0,)])
MODES = among("full", "same", "valid")
POINTS = Array(
    ("float64", "float32", "int64"), ("ascending",), [(4,), (1,), (6,)], layouts=("C", "strided", "offset")
)
VALUES = Array(("float64", "float32", "int64", "complex128"), ("ordinary", "hard"), like(1))
LENGTHS = Given(
    lambda choose, seen: among(
        0,
        1,
        2,
        7,
        -1,
        4.0,
        Array(("int64", "int32", "float64"), ("positive",), [()]),
        Array(("int64",), ("positive",), [(3,)]),
    )
)

ROWS = [
    *(
        row(name, SAMPLES, SAMPLES, mode=MODES).within(4, conditioned=True, of_largest=True)
        for name in ("convolve", "correlate")
    ),
    row(
        "interp",
        among(Array(REAL, ("ordinary", "hard", "ties")), 0.5),
        POINTS,
        VALUES,
        left=among(-1, 2.5, None),
        right=among(9, 0.5, None),
    ).within(4, conditioned=True, of_largest=True),
    row(
        "interp",
        Array(WIDE_FLOATS, ("ordinary", "ties")),
        Array(("float64", "int64"), ("distinct",), [(4,), (1,), (6,)]),
        Array(("float64", "float32", "complex128"), ("ordinary",), like(1)),
        period=Always(among(4.7, 10, -3.3)),
    ).within(8, conditioned=True, of_largest=True),
    row("i0", Array(REAL, ("ordinary", "hard", "ties"))).within(8),
    row("sinc", Array(NUMERIC, ("ordinary", "hard", "ties", "unit"))).within(4, conditioned=True),
    row("angle", Array(NUMERIC, ("ordinary", "hard", "ties")), deg=FLAG).within(4),
    row(
        "unwrap",
        Array(REAL, ("ordinary", "ties", "positive"), rank=(1, 4)),
        axis=Axis(),
        discont=among(None, 2.0, 5),
        period=among(4, 2.5, 6.283185307179586),
    ).within(4, conditioned=True, of_largest=True),
    *(row(name, among(Array(NUMERIC), Number(), [1, 2 + 1j])) for name in ("real", "imag")),
    *(
        row(name, LENGTHS).within(4, of_largest=True)
        for name in ("bartlett", "blackman", "hamming", "hanning")
    ),
    row("kaiser", LENGTHS, among(0, 8.6, 14, 2.5, Array(("float64", "float32"), ("positive",), [()]))).within(
        16, of_largest=True
    ),
]
