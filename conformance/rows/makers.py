"""Rows of names that make something to be used: vectorized functions, iterators, files. Knows the words."""

from __future__ import annotations

from dataclasses import replace

from conformance.recipes import Function
from conformance.row import Always, row
from conformance.vocabulary import (
    FLAG,
    NUMERIC,
    REAL,
    Array,
    among,
    broadcasting,
)

OF_FILES = "graph unknown xla gpu gradient second_gradient forward vmap loop"
ON_HOST = "files and text are on the host"
IN_PYTHON = "a loop of Python over elements, which are NumPy's"
ELEMENTS = Array(REAL, ("ordinary", "ties"), rank=(0, 3), least=1)
ORDER = among("K", "C", "F", "A")
CASTING = among("safe", "same_kind", "unsafe")
SAVED = Array(NUMERIC, rank=(0, 3))
WRITTEN = Array(("float64", "int64", "float32"), ("ordinary", "ties"), [(3,), (2, 3), (1,)])

ROWS = [
    row(
        "vectorize",
        Function("weighted"),
        ELEMENTS,
        Array(REAL, ("ordinary", "ties"), broadcasting(1)),
        otypes=among(["float64"], None),
        doc=among("text", None),
        excluded=among(None, ["y"]),
        cache=FLAG,
    ).within(2, conditioned=True),
    row(
        "vectorize",
        Function("span"),
        Array(("float64", "int64"), ("ordinary",), [(2, 3), (3,), (2, 2, 3)]),
        signature=Always("(n)->()"),
    ),
    row(
        "frompyfunc",
        Function("weighted"),
        2,
        1,
        replace(ELEMENTS, rank=(1, 3)),
        Array(REAL, ("ordinary",), broadcasting(3)),
    ).within(2, conditioned=True),
    row("ndenumerate", Array(rank=(0, 3))),
    row("broadcast", ELEMENTS, Array(REAL, ("ordinary",), broadcasting(0))),
    row(
        "nditer",
        SAVED,
        flags=among([], ["zerosize_ok"], ["multi_index", "zerosize_ok"]),
        op_flags=among([["readonly"]], None),
        op_dtypes=among(None, ["float64"]),
        order=ORDER,
        casting=CASTING,
        op_axes=among(None),
        itershape=among(None),
        buffersize=among(0, 16),
    ).not_in(OF_FILES, IN_PYTHON),
    row(
        "nested_iters",
        Array(REAL, shapes=[(2, 3), (3, 1), (2, 1, 3)]),
        [[0], [1]],
        flags=among(["multi_index"], None),
        op_flags=among([["readonly"]], None),
        op_dtypes=among(None),
        order=ORDER,
        casting=CASTING,
        buffersize=among(0, 16),
    ).not_in(OF_FILES, IN_PYTHON),
    row("save", arr=Always(SAVED), allow_pickle=FLAG).not_in(OF_FILES, ON_HOST),
    *(
        row(name, SAVED, SAVED, named=SAVED, allow_pickle=FLAG).not_in(OF_FILES, ON_HOST)
        for name in ("savez", "savez_compressed")
    ),
    row(
        "savetxt",
        X=Always(WRITTEN),
        fmt=among("%.3f", "%.18e"),
        delimiter=among(",", " "),
        newline=among("\n", ";"),
        header=among("", "title"),
        footer=among("", "end"),
        comments=among("# ", "%"),
        encoding=among(None, "utf-8"),
    ).not_in(OF_FILES, ON_HOST),
    row(
        "load",
        SAVED,
        mmap_mode=among(None),
        allow_pickle=FLAG,
        fix_imports=FLAG,
        encoding=among("ASCII", "bytes"),
        max_header_size=among(10000, 100000),
    ).not_in(OF_FILES, ON_HOST),
    row(
        "fromfile",
        SAVED,
        dtype=among("uint8", "int8"),
        count=among(-1, 1, 0),
        sep=among(""),
        offset=among(0, 1),
    ).not_in(OF_FILES, ON_HOST),
    row(
        "loadtxt",
        WRITTEN,
        dtype=among("float64", "float32", "complex128"),
        comments=among("#", None),
        delimiter=Always(","),
        converters=among(None),
        skiprows=among(0, 1),
        usecols=among(None, 0, (0,)),
        unpack=FLAG,
        ndmin=among(0, 1, 2),
        encoding=among(None, "utf-8"),
        max_rows=among(None, 1),
        quotechar=among(None, '"'),
    ).not_in(OF_FILES, ON_HOST),
    row(
        "genfromtxt",
        WRITTEN,
        dtype=among("float64", "float32"),
        comments=among("#", "%"),
        delimiter=Always(","),
        skip_header=among(0, 1),
        skip_footer=among(0, 1),
        converters=among(None),
        missing_values=among(None, "x"),
        filling_values=among(None, 0),
        usecols=among(None, 0, (0,)),
        names=among(None),
        excludelist=among(None),
        deletechars=among(None, "~"),
        replace_space=among("_", "-"),
        autostrip=FLAG,
        case_sensitive=FLAG,
        defaultfmt=among("f%i", "c%i"),
        unpack=FLAG,
        usemask=among(False),
        loose=FLAG,
        invalid_raise=FLAG,
        max_rows=among(None, 1),
        encoding=among(None, "utf-8"),
        ndmin=among(0, 1, 2),
    ).not_in(OF_FILES, ON_HOST),
    row(
        "fromstring",
        among("1 2 3", "1.5 2", "4", ""),
        dtype=among("float64", "int64", "float32"),
        count=among(-1, 1, 2),
        sep=Always(among(" ", ",")),
    ).not_in(OF_FILES, ON_HOST),
    row(
        "testing.assert_array_compare",
        Function("same"),
        among([1, 2], [1.5]),
        among([1, 2], [1, 3]),
        err_msg=among("", "text"),
        verbose=FLAG,
        header=among("", "text"),
        precision=among(6, 3),
        equal_nan=FLAG,
        equal_inf=FLAG,
        strict=FLAG,
        names=among(("a", "b")),
    ).not_in(OF_FILES, "compares values, which are unknown while tracing"),
]
