"""Known differences of fft. Knows what an exception is."""

from __future__ import annotations

from conformance.exceptions import Known, has_dtype, has_keyword
from conformance.recipes import Call


def _widened_by_out(call: Call) -> bool:
    return has_keyword("out")(call) and has_dtype("float16", "float32", "complex64")(call)


KNOWN: tuple[Known, ...] = (
    Known(
        "precision-of-a-wide-out",
        "fft.*",
        "*",
        "into an `out` of double precision NumPy transforms some of the short dtypes in single precision, or "
        "with a factor rounded to it; ours computes all of it in double precision",
        kind="value",
        text=r"np\.(float64|complex128)",
        when=_widened_by_out,
    ),
)
