"""Known differences of ufuncs and their methods. Knows what an exception is."""

from __future__ import annotations

from conformance.exceptions import Known, has_dtype, has_fill

KNOWN: tuple[Known, ...] = (
    Known(
        "subnormal-results",
        "*",
        "*",
        "TensorFlow's kernels run with the processor's flush-to-zero mode, so that a result below the "
        "smallest normal number is zero",
        kind="subnormal",
        stumble="Subnormal numbers (below 2.2e-308 in float64, 1.2e-38 in float32) become zero: TensorFlow's "
        "kernels flush them.",
    ),
    Known(
        "complex-power-not-finite",
        "power pow float_power power.* pow.* float_power.* ndarray.__pow__ ndarray.__ipow__ ndarray.__rpow__",
        "*",
        "NumPy calls C's cpow, which multiplies for small integer exponents and has branches of its own for "
        "infinities; exp(y log x) of TensorFlow meets other intermediate infinities",
        kind="value",
        when=lambda call: has_dtype("complex64", "complex128")(call) and has_fill("hard", "extremes")(call),
        stumble="A complex power of an infinity, or one that overflows, may have NaN in other places.",
    ),
)
