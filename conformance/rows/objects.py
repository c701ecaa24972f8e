"""Names that are no functions of arrays: NumPy's own objects handed on, and gaps. Knows NumPy only.

Each is a pattern and a reason. A handed-on name must be NumPy's own object; a gap must be missing.
"""

from __future__ import annotations

import numpy

from conformance.rows.members import GAPS as OF_MEMBERS

_HANDED: dict[str, str] = {
    "describes dtypes, of which the arrays' are NumPy's": "dtype dtypes.* finfo iinfo mintypecode typename "
    "typecodes sctypeDict ScalarType",
    "NumPy's errors are raised as they are": "exceptions.*",
    "a number or a mark that is the same for both": "e euler_gamma inf nan pi newaxis little_endian",
    "prints arrays of ours as it prints NumPy's": "format_float_* base_repr binary_repr",
    "a setting that holds for both": "set_printoptions get_printoptions printoptions errstate seterr geterr "
    "seterrcall geterrcall setbufsize getbufsize",
    "works on Python objects alone": "iterable ndindex",
    "about the installed NumPy": "__array_namespace_info__ get_include info show_config show_runtime",
    "a part of text, dates, objects, records or wider floats, which stay in real NumPy arrays": "char.* "
    "strings.* rec.* busday* is_busday datetime* isnat isnat.* timedelta64 bytes_ "
    "str_ character flexible object_ void "
    "record recarray longdouble clongdouble float128 complex256 fromregex",
    "NumPy's own kinds of arrays stay in NumPy's memory": "ma.* matrix memmap",
    "about files, code and classes of NumPy's own": "lib.format.* lib.introspect.* lib.mixins.* lib.npyio.*",
    "works on numbers of axes, not on arrays": "lib.array_utils.normalize_axis_*",
    "a tool for tests that is not about arrays": " ".join(
        f"testing.{name}"
        for name in numpy.testing.__all__
        if not name.startswith(("assert_a", "assert_equal"))
    ),
}

HANDED: dict[str, str] = {pattern: reason for reason, names in _HANDED.items() for pattern in names.split()}
"""NumPy's own objects."""

GAPS: dict[str, str] = {
    "test": "runs NumPy's tests of itself; those of tnp_shim are run by pytest",
    **OF_MEMBERS,
}
"""Names that do not exist, or not yet."""

UNUSED: dict[str, str] = {
    "kwargs": "further keywords, which rows give by their own names",
    "kw": "further keywords, which are handed to a function that is an argument",
    "args": "further arguments, which rows give as such",
    "buffer": "memory from outside, which tensors do not have",
    "offset": "memory from outside, which tensors do not have",
    "strides": "memory from outside, which tensors do not have",
    "like": "asks another library for the array",
    "subok": "there are no subclasses of arrays on tensors",
}
"""Parameters that no case gives, of any function."""
