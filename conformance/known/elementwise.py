"""Known differences of ufuncs and their methods. Knows what an exception is."""

from __future__ import annotations

import numpy

from conformance.exceptions import Known, has_dtype, has_fill
from conformance.recipes import Call, Named
from conformance.vocabulary import INEXACT, INTEGERS


def _casts_to_integers(call: Call) -> bool:
    """Whether a ufunc's method casts floats to integers: by its `dtype`, or back into what `at` changes."""
    dtype = dict(call.keywords).get("dtype")
    name = dtype.name if isinstance(dtype, Named) else dtype
    if name in INTEGERS:
        return has_dtype(*INEXACT)(call)
    owner, _, method = call.name.rpartition(".")
    into_integers = method == "at" or any(key == "out" for key, _ in call.keywords)
    ufunc = getattr(numpy, owner)
    operands = [numpy.dtype(recipe.dtype) for recipe in call.recipes() if recipe.bound is None]
    operands += operands[:1] * (ufunc.nin - len(operands))
    loop = ufunc.resolve_dtypes((*operands[: ufunc.nin], *(None,) * ufunc.nout))
    return into_integers and operands[0].kind in "iu" and loop[-1].kind in "fc"


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
    Known(
        "complex-overflow",
        "square multiply divide true_divide reciprocal *.outer *.at *.reduce *.accumulate *.reduceat",
        "*",
        "where the parts of a complex product or quotient overflow, infinities and NaN stand in places that "
        "depend on the order of the operations",
        kind="value",
        text=r"(inf|nan)[+-].*j|[+-](inf|nan)j",
        when=lambda call: has_dtype("complex64", "complex128")(call) and has_fill("hard", "extremes")(call),
    ),
    Known(
        "refusals-with-unknown-sizes",
        "*",
        "unknown",
        "of two things that are wrong with a call the one about sizes shows when the graph runs, if they are "
        "unknown while tracing; the other is refused first",
        kind="error",
        text=r"^tracing: (Type|Value|Index|Axis)Error: .*; NumPy raises \w*(Type|Value|Index|Axis)Error",
    ),
    Known(
        "no-complex-inverse-on-gpu",
        "acos acosh arccos arccosh asin asinh arcsin arcsinh atan atanh arctan arctanh",
        "gpu",
        "TensorFlow registers no GPU kernels of these functions of complex numbers; they run on the CPU",
        kind="kernel",
        text=r"^A(cos|sin|tan)h? of T=complex\d+ has no GPU kernel$",
        stumble="The inverse trigonometric and hyperbolic functions of complex numbers run on the CPU.",
    ),
    Known(
        "complex-not-finite-under-xla",
        "*",
        "xla",
        "XLA's own formulas of complex functions give other infinities and NaN than C's where an argument is "
        "infinite, NaN, or so large that a part overflows",
        kind="value",
        text=r"(inf|nan)",
        when=lambda call: has_dtype("complex64", "complex128")(call) and has_fill("hard", "extremes")(call),
    ),
    Known(
        "cast-of-not-finite",
        "*.at *.reduce *.accumulate *.reduceat",
        "*",
        "what a float that is not finite, or beyond the range, becomes as an integer is undefined in C: NumPy "
        "gives what the processor does, TensorFlow's kernels and XLA what theirs do",
        when=_casts_to_integers,
        text=r"np\.u?int\d+\(",
    ),
)
