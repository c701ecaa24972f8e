"""Known differences of ufuncs and their methods. Knows what an exception is."""

from __future__ import annotations

from conformance.exceptions import Known

KNOWN: tuple[Known, ...] = (
    Known(
        "subnormal-results",
        "*",
        "*",
        "TensorFlow's kernels run with the processor's flush-to-zero mode, so that a result below the smallest "
        "normal number is zero",
        kind="subnormal",
        stumble="Subnormal numbers (below 2.2e-308 in float64, 1.2e-38 in float32) become zero: TensorFlow's "
        "kernels flush them.",
    ),
)
