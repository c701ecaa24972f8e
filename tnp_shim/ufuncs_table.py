"""NumPy's elementwise ufuncs and their bodies, a row each. Knows kernels only, no arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy

from tnp_shim.kernels import arithmetic, bitwise, comparison, exponential, floating, integers, trigonometric
from tnp_shim.kernels.differentiation import Body, quotient
from tnp_shim.tensorflow_internals import gen_bitwise_ops, gen_math_ops


@dataclass(frozen=True)
class UfuncRow:
    """How a ufunc of NumPy is computed."""

    numpy: numpy.ufunc
    """The ufunc whose name, signature and loops these are."""
    body: Body | None
    """Of tensors cast to the input dtypes of a loop, not broadcast, the result in its output dtype.

    A tuple where the ufunc has several outputs.
    """
    direct: str = ""
    """The dtypes, by NumPy's characters ("E" is bfloat16), for which `direct_op` is the whole body."""
    direct_op: Body | None = None
    """What `body` comes to, one op, for tensors that are all of one of the `direct` dtypes."""
    gap: str = ""
    """Why there is no body."""


INTS = "bhilBHIL"
SIGNED = "bhil"
FLOATS = "efdE"
COMPLEX = "FD"
NUMBERS = INTS + FLOATS + COMPLEX

ROWS: tuple[UfuncRow, ...] = (
    UfuncRow(numpy.add, arithmetic.add, NUMBERS, gen_math_ops.add_v2),
    UfuncRow(numpy.subtract, arithmetic.subtract, SIGNED + "IL" + FLOATS + COMPLEX, gen_math_ops.sub),
    UfuncRow(numpy.multiply, arithmetic.multiply, NUMBERS, gen_math_ops.mul),
    UfuncRow(numpy.divide, arithmetic.divide, FLOATS, quotient),
    UfuncRow(numpy.floor_divide, arithmetic.floor_divide),
    UfuncRow(numpy.remainder, arithmetic.remainder),
    UfuncRow(numpy.fmod, arithmetic.fmod),
    UfuncRow(numpy.divmod, arithmetic.divmod_),
    UfuncRow(numpy.power, exponential.power),
    UfuncRow(numpy.float_power, exponential.float_power),
    UfuncRow(numpy.negative, arithmetic.negative, SIGNED + FLOATS + COMPLEX, gen_math_ops.neg),
    UfuncRow(numpy.positive, arithmetic.positive, NUMBERS, floating.unchanged),
    UfuncRow(numpy.absolute, arithmetic.absolute, SIGNED + FLOATS, gen_math_ops._abs),
    UfuncRow(numpy.fabs, arithmetic.fabs, FLOATS, gen_math_ops._abs),
    UfuncRow(numpy.sign, arithmetic.sign, SIGNED + FLOATS, gen_math_ops.sign),
    UfuncRow(numpy.square, arithmetic.square, "il" + FLOATS, gen_math_ops.square),
    UfuncRow(numpy.reciprocal, arithmetic.reciprocal),
    UfuncRow(numpy.conjugate, arithmetic.conjugate, COMPLEX, gen_math_ops.conj),
    UfuncRow(numpy.exp, exponential.exp, FLOATS, exponential.exp_of_floats),
    UfuncRow(numpy.exp2, exponential.exp2),
    UfuncRow(numpy.expm1, exponential.expm1, FLOATS, exponential.expm1_of_floats),
    UfuncRow(numpy.log, exponential.log, FLOATS, exponential.log_of_floats),
    UfuncRow(numpy.log2, exponential.log2),
    UfuncRow(numpy.log10, exponential.log10),
    UfuncRow(numpy.log1p, exponential.log1p, FLOATS, exponential.log1p_of_floats),
    UfuncRow(numpy.logaddexp, exponential.logaddexp),
    UfuncRow(numpy.logaddexp2, exponential.logaddexp2),
    UfuncRow(numpy.sqrt, exponential.sqrt, FLOATS, exponential.sqrt_of_floats),
    UfuncRow(numpy.cbrt, exponential.cbrt),
    UfuncRow(numpy.sin, trigonometric.sin, FLOATS, trigonometric.sin_of_floats),
    UfuncRow(numpy.cos, trigonometric.cos, FLOATS, trigonometric.cos_of_floats),
    UfuncRow(numpy.tan, trigonometric.tan, FLOATS, trigonometric.tan_of_floats),
    UfuncRow(numpy.arcsin, trigonometric.arcsin, FLOATS, trigonometric.arcsin_of_floats),
    UfuncRow(numpy.arccos, trigonometric.arccos, FLOATS, trigonometric.arccos_of_floats),
    UfuncRow(numpy.arctan, trigonometric.arctan, FLOATS, gen_math_ops.atan),
    UfuncRow(numpy.arctan2, trigonometric.arctan2, FLOATS, trigonometric.arctan2),
    UfuncRow(numpy.hypot, trigonometric.hypot),
    UfuncRow(numpy.sinh, trigonometric.sinh, FLOATS, trigonometric.sinh_of_floats),
    UfuncRow(numpy.cosh, trigonometric.cosh, FLOATS, trigonometric.cosh_of_floats),
    UfuncRow(numpy.tanh, trigonometric.tanh, FLOATS, gen_math_ops.tanh),
    UfuncRow(numpy.arcsinh, trigonometric.arcsinh, FLOATS, gen_math_ops.asinh),
    UfuncRow(numpy.arccosh, trigonometric.arccosh, FLOATS, trigonometric.arccosh_of_floats),
    UfuncRow(numpy.arctanh, trigonometric.arctanh, FLOATS, trigonometric.arctanh_of_floats),
    UfuncRow(numpy.deg2rad, trigonometric.deg2rad),
    UfuncRow(numpy.rad2deg, trigonometric.rad2deg),
    UfuncRow(numpy.radians, trigonometric.deg2rad),
    UfuncRow(numpy.degrees, trigonometric.rad2deg),
    UfuncRow(numpy.equal, comparison.equal, "?" + NUMBERS, gen_math_ops.equal),
    UfuncRow(numpy.not_equal, comparison.not_equal, "?" + NUMBERS, gen_math_ops.not_equal),
    UfuncRow(numpy.less, comparison.less, INTS + FLOATS, gen_math_ops.less),
    UfuncRow(numpy.less_equal, comparison.less_equal, INTS + FLOATS, gen_math_ops.less_equal),
    UfuncRow(numpy.greater, comparison.greater, INTS + FLOATS, gen_math_ops.greater),
    UfuncRow(numpy.greater_equal, comparison.greater_equal, INTS + FLOATS, gen_math_ops.greater_equal),
    UfuncRow(numpy.logical_and, comparison.logical_and, "?", gen_math_ops.logical_and),
    UfuncRow(numpy.logical_or, comparison.logical_or, "?", gen_math_ops.logical_or),
    UfuncRow(numpy.logical_xor, comparison.logical_xor, "?", gen_math_ops.not_equal),
    UfuncRow(numpy.logical_not, comparison.logical_not, "?", gen_math_ops.logical_not),
    UfuncRow(numpy.maximum, comparison.maximum, INTS + FLOATS, comparison.maximum),
    UfuncRow(numpy.minimum, comparison.minimum, INTS + FLOATS, comparison.minimum),
    UfuncRow(numpy.fmax, comparison.fmax, INTS, gen_math_ops.maximum),
    UfuncRow(numpy.fmin, comparison.fmin, INTS, gen_math_ops.minimum),
    UfuncRow(numpy.isnan, comparison.isnan, FLOATS, gen_math_ops.is_nan),
    UfuncRow(numpy.isinf, comparison.isinf, FLOATS, gen_math_ops.is_inf),
    UfuncRow(numpy.isfinite, comparison.isfinite, FLOATS, gen_math_ops.is_finite),
    UfuncRow(
        numpy.isnat,
        None,
        gap="isnat is about datetime64 and timedelta64, which no tensor can hold. "
        "Keep dates in a real numpy array and call numpy.isnat.",
    ),
    UfuncRow(numpy.bitwise_and, bitwise.bitwise_and, INTS, gen_bitwise_ops.bitwise_and),
    UfuncRow(numpy.bitwise_or, bitwise.bitwise_or, INTS, gen_bitwise_ops.bitwise_or),
    UfuncRow(numpy.bitwise_xor, bitwise.bitwise_xor, INTS, gen_bitwise_ops.bitwise_xor),
    UfuncRow(numpy.invert, bitwise.invert, INTS, gen_bitwise_ops.invert),
    UfuncRow(numpy.left_shift, bitwise.left_shift),
    UfuncRow(numpy.right_shift, bitwise.right_shift),
    UfuncRow(numpy.bitwise_count, bitwise.bitwise_count),
    UfuncRow(numpy.gcd, integers.gcd),
    UfuncRow(numpy.lcm, integers.lcm),
    UfuncRow(numpy.floor, floating.floor, FLOATS, floating.floor_of_floats),
    UfuncRow(numpy.ceil, floating.ceil, FLOATS, floating.ceil_of_floats),
    UfuncRow(numpy.trunc, floating.trunc),
    UfuncRow(numpy.rint, floating.rint, FLOATS, floating.rint_of_floats),
    UfuncRow(numpy.signbit, floating.signbit),
    UfuncRow(numpy.copysign, floating.copysign),
    UfuncRow(numpy.nextafter, floating.nextafter),
    UfuncRow(numpy.spacing, floating.spacing),
    UfuncRow(numpy.heaviside, floating.heaviside),
    UfuncRow(numpy.ldexp, floating.ldexp),
    UfuncRow(numpy.frexp, floating.frexp),
    UfuncRow(numpy.modf, floating.modf),
)
"""Every ufunc of NumPy's namespace but the generalised ones (`matmul` and its kin)."""
