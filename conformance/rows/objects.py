"""Names that are no functions of arrays: NumPy's own objects handed on, and gaps. Knows NumPy only.

Each is a pattern and a reason. A handed-on name must be NumPy's own object; a gap must be missing.
"""

from __future__ import annotations

HANDED: dict[str, str] = {
    "dtype": "describes dtypes, of which the arrays' are NumPy's",
    "dtypes.*": "describes dtypes, of which the arrays' are NumPy's",
    "exceptions.*": "NumPy's errors are raised as they are",
}
"""NumPy's own objects."""

GAPS: dict[str, str] = {}
"""Names that do not exist, or not yet."""

UNUSED: dict[str, str] = {
    "kwargs": "further keywords, which rows give by their own names",
    "kw": "further keywords, which are handed to a function that is an argument",
    "args": "further arguments, which rows give as such",
    "like": "asks another library for the array",
    "subok": "there are no subclasses of arrays on tensors",
}
"""Parameters that no case gives, of any function."""
