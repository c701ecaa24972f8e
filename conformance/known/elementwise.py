"""Known differences of ufuncs and their methods. Knows what an exception is."""

from __future__ import annotations

import numpy

from conformance.exceptions import Known, has_dtype, has_fill, has_keyword
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
    if method == "at":
        operands += [numpy.asarray(value).dtype for value in call.args[2:] if isinstance(value, int)]
    operands += operands[:1] * (ufunc.nin - len(operands))
    loop = ufunc.resolve_dtypes((*operands[: ufunc.nin], *(None,) * ufunc.nout))
    return into_integers and operands[0].kind in "iu" and loop[-1].kind in "fc"


KNOWN: tuple[Known, ...] = (
    Known(
        "loops-narrower-than-out",
        "logaddexp logaddexp2 hypot power float_power",
        "*",
        "the ulp is that of `out`, while the numbers are computed in the loop's narrower dtype",
        kind="inputs",
        text=r"argument \d+ after the call.*ulp away",
        when=has_keyword("out"),
    ),
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
        "complex-not-finite",
        "*",
        "*",
        "which part of an infinite complex number is infinite or NaN depends on the order of operations: C "
        "recovers infinities from NaN in products (Annex G), NumPy computes parts plainly, matrix products "
        "are those of a BLAS, and XLA has formulas of its own",
        kind="not finite",
        stumble="A complex result that is not finite may have its infinities and NaN in other parts than "
        "NumPy's.",
    ),
    Known(
        "complex-power-at-zero",
        "power pow float_power ndarray.__pow__ ndarray.__ipow__ ndarray.__rpow__",
        "gradient",
        "the slope of z ** w at zero is none where the real part of w is below 1, and 0 where it is above; "
        "finite differences come near it too slowly to tell",
        text="^argument 0, element \\d+: (nan|0), slopes",
    ),
    Known(
        "refusals-with-unknown-sizes",
        "*",
        "unknown",
        "of two things that are wrong with a call the one about sizes shows when the graph runs, if they are "
        "unknown while tracing, and NumPy, which needs sizes, cannot be asked which it tells of",
        kind="error",
        text=r"^tracing: \w*(Type|Value|Index|Axis)Error: .*; NumPy raises "
        r"\w*(Type|Value|Index|Axis|LinAlg|Overflow)Error",
    ),
    Known(
        "cast-of-not-finite",
        "*.at *.reduce *.accumulate *.reduceat",
        "xla",
        "what a float that is not finite, or beyond the range, becomes as an integer is undefined in C: "
        "NumPy gives what the processor does, XLA the end of the range",
        when=_casts_to_integers,
    ),
    Known(
        "two-faults-of-a-call",
        "*.at",
        "graph unknown xla",
        "operands do not fit and indices are out of bounds; the latter shows when the graph runs",
        kind="error",
        text="not broadcastable to correct shape; NumPy raises IndexError",
    ),
    Known(
        "folds-into-more-axes",
        "*.reduceat *.accumulate",
        "*",
        "NumPy repeats the result along additional axes of `out`; such an array is refused",
        kind="error",
        text=r"ValueError: \S+: output array has shape|assert_equal",
    ),
    Known(
        "folds-within-integers",
        "*.reduce *.accumulate *.reduceat max min amax amin ndarray.max ndarray.min",
        "*",
        "with an `out` of integers NumPy cuts every step of a fold of floats off; ours cuts the result off",
        text="NumPy gives np.u?int",
        when=lambda call: has_keyword("out")(call) and has_dtype(*INTEGERS)(call),
    ),
    Known(
        "which-of-two-zeros",
        "minimum maximum fmin fmax clip minimum.* maximum.* fmin.* fmax.* ndarray.clip max min amax amin "
        "nanmax nanmin ndarray.max ndarray.min",
        "*",
        "of -0 and 0, which are equal, NumPy takes the first or the second, as the processor's instructions "
        "for several elements at once or the one for a single element have it",
        text="the sign of a zero differs",
    ),
    Known(
        "sign-of-minus-zero",
        "sign sign.*",
        "xla",
        "XLA's sign of -0 is -0, C's comparisons that NumPy makes give 0",
        text="the sign of a zero differs",
    ),
    Known(
        "logarithm-of-one-plus-complex",
        "log1p log1p.*",
        "*",
        "NumPy computes log(hypot(1 + x, y)), which loses the digits of a small x; ours keeps them",
        kind="value",
        text="complex",
        stumble="np.log1p of a small complex number is right; NumPy's loses digits.",
    ),
    Known(
        "next-number-as-a-bool",
        "nextafter.at spacing.at",
        "*",
        "the next number after 0 is subnormal and thus flushed to zero, which is False",
        text=r"np\.False_, NumPy gives np\.True_",
        when=has_dtype("bool"),
    ),
    Known(
        "negative-powers-that-nobody-asked-for",
        "pow.reduce pow.reduceat power.reduce power.reduceat",
        "*",
        "whether an exponent is negative is tested for all integers at once, also for those behind a mask or "
        "between the segments",
        kind="error",
        text="Integers to negative integer powers|could not compute this",
        when=has_dtype(*INTEGERS, *INEXACT),
    ),
    Known(
        "sign-of-zero-in-matrix-products",
        "kron outer linalg.outer",
        "*",
        "a matrix product begins its sums with +0, so that a product of -0 becomes +0",
        text="the sign of a zero differs",
    ),
    Known(
        "small-integers-on-gpu",
        "*.reduceat gcd lcm gcd.* lcm.*",
        "gpu",
        "TensorFlow registers no GPU kernel that gathers or repeats integers of 8 and 16 bits",
        text=r"^(GatherV2|BroadcastTo) of .*(T|Tparams)=u?int(8|16)",
        kind="kernel",
    ),
    Known(
        "arange-down-from-unsigned",
        "arange",
        "*",
        "NumPy counts the elements in the unsigned dtype of the start, in which the difference wraps around",
        kind="error",
        text=r"no error, NumPy raises ValueError\(.Maximum allowed size exceeded",
        when=has_dtype("uint8", "uint16", "uint32", "uint64"),
    ),
    Known(
        "common-after-rounding",
        "intersect1d setdiff1d setxor1d",
        "*",
        "NumPy makes each array unique before it casts int64 and uint64 to float64, so that what becomes "
        "equal then counts as common",
        when=lambda call: has_dtype("uint64")(call) and has_fill("hard", "extremes")(call),
    ),
    Known(
        "logn-of-integers",
        "emath.logn lib.scimath.logn",
        "*",
        "NumPy takes the logarithm of each integer in the narrowest float that holds it, ours in float64",
        kind="value",
        when=has_dtype(*INTEGERS, "bool"),
    ),
    Known(
        "complex-bins",
        "histogram2d histogramdd histogram",
        "*",
        "bins are ordered, and TensorFlow's comparisons take real numbers alone",
        kind="error",
        when=has_dtype("complex64", "complex128"),
    ),
    Known(
        "lines-that-do-not-fit",
        "cov corrcoef",
        "unknown",
        "NumPy turns an array of one line round; how many lines there are is unknown while tracing",
        kind="error",
        text=r"no error, NumPy raises ValueError\(.all the input array dimensions",
    ),
    Known(
        "derivative-on-a-branch-cut",
        "arccos arcsin arccosh arctanh acos asin acosh atanh emath.* lib.scimath.*",
        "gradient second_gradient forward",
        "on a branch cut the sign of a zero decides which branch a complex number is on; TensorFlow's "
        "derivatives of the inverse functions add and subtract there, which loses it",
        kind="gradient",
        stumble="On a branch cut (`np.emath.arccos` of a number below -1) the derivative of an inverse "
        "function may be that of the other branch.",
    ),
    Known(
        "slope-on-a-branch-cut",
        "emath.* lib.scimath.*",
        "forward",
        "as derivative-on-a-branch-cut, in forward mode",
        kind="derivative",
    ),
    Known(
        "logaddexp-of-bools-into-bool",
        "logaddexp.reduce logaddexp2.reduce",
        "*",
        "the first element goes into a boolean `out` and comes back as one before it is added to",
        kind="value",
        when=has_dtype("bool"),
    ),
    Known(
        "nonsense-that-is-ignored",
        "einsum_path",
        "*",
        "NumPy gives other objects for an `einsum_call` that is documented nowhere",
        when=has_keyword("einsum_call"),
    ),
)
