"""Rows of `emath`, views by strides, NumPy's assertions, and what is left of its names. Knows the words."""

from __future__ import annotations

from conformance.row import Always, row
from conformance.rows.sequences import arrays
from conformance.vocabulary import (
    COMPLEX,
    FLAG,
    NUMERIC,
    REAL,
    WIDE_FLOATS,
    Array,
    DType,
    Number,
    among,
    broadcasting,
    like,
)

VALUES = Array((*REAL, *COMPLEX), ("ordinary", "positive", "unit", "hard", "ties"))
DOUBLES = Array(("bool", "int8", "uint64", "float64", "complex128"), VALUES.fills)
"""No singles: NumPy divides their logarithm by a double, which shows its rounding."""
EXPONENT = among(Number((2, 0.5, -1), ("float32",)), Array(WIDE_FLOATS, ("ordinary",), broadcasting(0)))
KNOWN_VALUES = "compares values, which are unknown while tracing"
ASSERTED = Array(NUMERIC, ("ordinary", "ties", "hard"), shapes=[(3,), (), (2, 3), (0,)])
TRACED = "graph unknown xla gpu gradient second_gradient forward vmap loop"
TEXTS = {"err_msg": among("", "text"), "verbose": FLAG}
OTHER = among(ASSERTED, Array(NUMERIC, ("ties",), like(0)), 1.0, [1, 2, 3])

ROWS = [
    *(
        row(f"{module}.{name}", VALUES).within(4)
        for module in ("emath", "lib.scimath")
        for name in ("sqrt", "log", "log2", "log10", "arccos", "arcsin", "arctanh")
    ),
    *(
        one
        for module in ("emath", "lib.scimath")
        for one in (
            row(f"{module}.logn", among(2, 10.0, 3), DOUBLES).within(8),
            row(f"{module}.power", VALUES, EXPONENT).within(16),
        )
    ),
    row(
        "lib.stride_tricks.sliding_window_view",
        Array(rank=(1, 3)),
        among(2, 1, (2,), 3),
        axis=among(0, -1, (0,), None),
        writeable=FLAG,
    ),
    row(
        "lib.stride_tricks.sliding_window_view",
        Array(shapes=[(2, 3), (3, 4), (2, 3, 4)]),
        among((2, 2), (1, 3)),
        axis=among((0, 1), (-1, 0), (0, 0)),
    ),
    row(
        "lib.stride_tricks.as_strided",
        Array(("float64", "int64", "complex64"), shapes=[(7,)], layouts=("C",)),
        shape=Always(among((2,), (4,), (7,))),
        writeable=FLAG,
    ),
    row(
        "lib.stride_tricks.as_strided",
        Array(("float64", "int64"), shapes=[(7,)], layouts=("C",)),
        shape=Always(among((3, 2), (2, 3))),
        strides=Always(among((8, 8), (16, 8), (8, 16), (0, 8))),
    ),
    row("lib.array_utils.byte_bounds", Array()),
    *(
        row(f"testing.{name}", ASSERTED, OTHER, **options, **TEXTS).not_in(TRACED, KNOWN_VALUES)
        for name, options in {
            "assert_allclose": {
                "rtol": among(0.5, 0),
                "atol": among(1, 1e-3),
                "equal_nan": FLAG,
                "strict": FLAG,
            },
            "assert_almost_equal": {"decimal": among(0, 3)},
            "assert_array_almost_equal": {"decimal": among(0, 3)},
            "assert_array_equal": {"strict": FLAG},
            "assert_array_less": {"strict": FLAG},
            "assert_equal": {"strict": FLAG},
        }.items()
    ),
    row("testing.assert_approx_equal", among(1.5, 2), among(1.5, 2.001), significant=among(2, 5), **TEXTS),
    row("testing.assert_array_almost_equal_nulp", ASSERTED, OTHER, nulp=among(1, 5)).not_in(
        TRACED, KNOWN_VALUES
    ),
    row(
        "testing.assert_array_max_ulp", ASSERTED, OTHER, maxulp=among(1, 5), dtype=among(None, "float32")
    ).not_in(TRACED, KNOWN_VALUES),
    row("isfortran", Array()),
    row("require", Array(), dtype=DType(), requirements=among(None, "C", ["F"], ["C", "W"], "A", ["O"])),
    row(
        "row_stack",
        arrays(rank=(1, 3), varied=(None, 0)),
        dtype=DType(),
        casting=among("same_kind", "unsafe", "no"),
    ),
    row("asmatrix", [[1, 2], [3, 4]], dtype=among(None, "float64")),
    row("bmat", among("a", [[1, 2]]), ldict=among(None, {}), gdict=among(None, {})),
    row("flatiter"),
    row("ufunc"),
    *(
        row(name, 1)
        for name in (
            "generic",
            "number",
            "integer",
            "signedinteger",
            "unsignedinteger",
            "inexact",
            "floating",
            "complexfloating",
        )
    ),
    row("__version__"),
]
