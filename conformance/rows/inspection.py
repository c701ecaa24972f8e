"""Rows of what tells of arrays and dtypes, of the scalar types and the constants. Knows the words."""

from __future__ import annotations

import numpy

from conformance.recipes import Named, Scalar
from conformance.row import row
from conformance.vocabulary import (
    NUMERIC,
    Array,
    Axis,
    DType,
    Overlapping,
    among,
)

ANY = Array()
OBJECTS = among(
    3,
    2.5,
    True,
    1 + 2j,
    [1, 2, 3],
    [[1.5], [2]],
    (),
    "text",
    None,
    Scalar("float32", "2"),
    Scalar("bool_", "1"),
)
ARRAYS = Array(shapes=[(), (3,), (2, 3)])
DTYPES = among(
    "float64",
    "int8",
    Named("float32"),
    Named("uint16"),
    Named("complex128"),
    "bool",
    "U5",
    float,
    int,
    "f2",
    Named("int_"),
    "M8[s]",
    "nonsense",
)
KINDS = among(
    *(
        Named(name)
        for name in (
            "floating",
            "integer",
            "number",
            "generic",
            "inexact",
            "signedinteger",
            "unsignedinteger",
            "complexfloating",
            "float64",
            "int64",
            "bool_",
        )
    ),
    "float32",
    int,
    float,
)
PROMOTED = among(ARRAYS, ARRAYS, DTYPES, 3, 2.5, 1j, True, Scalar("float32", "2"), Scalar("int8", "5"))
VALUES = among(
    0,
    1,
    3,
    -1,
    2.5,
    1 + 2j,
    True,
    "7",
    "nan",
    None,
    [1, 2],
    Scalar("float64", "1.5"),
    Scalar("int32", "-3"),
    300,
    1e300,
    (),
)

HELD = tuple(numpy.dtype(name).type for name in NUMERIC)
SCALARS = sorted(
    name
    for name in numpy.__all__
    if isinstance(getattr(numpy, name), type)
    and issubclass(getattr(numpy, name), (numpy.number, numpy.bool))
    and (getattr(numpy, name) in HELD or name in ("longlong", "ulonglong"))
)
"""The scalar types that an array of ours can have, under all their names."""

_PRINTED = {
    "max_line_width": among(10, 40),
    "precision": among(0, 3, 8),
    "suppress_small": among(True, False),
}
_TRACED = "graph unknown xla gpu gradient second_gradient forward vmap loop"
_PUNCTUATION = {
    "separator": among(",", ", "),
    "prefix": "array(",
    "suffix": ")",
    "threshold": 3,
    "edgeitems": 1,
    "sign": among("+", " ", "-"),
    "floatmode": among("fixed", "unique", "maxprec"),
    "legacy": among("1.13", False),
    "formatter": among({"all": str}),
}
TEXTS = (
    row("array_repr", ANY, **_PRINTED),
    row("array_str", ANY, **_PRINTED),
    row("array2string", ANY, **_PRINTED, **_PUNCTUATION),
)

ROWS = [
    # without elements: those of new memory mean nothing
    row("ndarray", (0, 3), dtype=DType(), order=among("C", "F")),
    *(text.not_in(_TRACED, "the text of an array is made of its values") for text in TEXTS),
    *(row(name, word) for name in ("shape", "ndim", "size") for word in (ANY, OBJECTS)),
    row("size", Array(rank=(1, 5)), axis=Axis(none=True, tuples=True)),
    *(row(name, word) for name in ("iscomplexobj", "isrealobj", "isscalar") for word in (ANY, OBJECTS)),
    row("isscalar", among(Named("float64"), Scalar("complex64", "1"))),
    *(
        row(name, word)
        for name in ("real", "imag")
        for word in (ANY, among(3, 1 + 2j, [1, 2], [1j, 2], Scalar("complex64", "1"), Scalar("float32", "2")))
    ),
    *(
        one
        for name in ("shares_memory", "may_share_memory")
        for one in (
            row(name, ANY, Overlapping(0), max_work=among(0, -1, 10)),
            row(name, ANY, ANY),
            row(name, ANY, [1, 2]),
        )
    ),
    row("result_type", PROMOTED, PROMOTED, PROMOTED),
    row("result_type", PROMOTED),
    row(
        "can_cast",
        among(DTYPES, ARRAYS, 3),
        DTYPES,
        casting=among("safe", "same_kind", "no", "unsafe", "equiv"),
    ),
    row("promote_types", DTYPES, DTYPES),
    row("min_scalar_type", among(ARRAYS, 3, -300, 70000, 2.5, 1e40, 1j, True, Scalar("int64", "7"))),
    row("common_type", ARRAYS, ARRAYS),
    row("common_type", ARRAYS),
    row("issubdtype", among(DTYPES, KINDS), KINDS),
    row(
        "isdtype",
        among(*(numpy.dtype(d) for d in ("f4", "i8", "?", "c16", "u1"))),
        among("real floating", "numeric", "bool", ("integral", "bool"), "signed integer"),
    ),
    *(row(name, word) for name in SCALARS for word in (VALUES, Array(NUMERIC, ("ordinary", "ties")))),
    *(row(name) for name in SCALARS),
    *(
        row(name, among(1, 2.5, True, "3"), among(2, -0.5))
        for name in SCALARS
        if numpy.dtype(name).kind == "c"
    ),
    row("True_"),
    row("False_"),
]
