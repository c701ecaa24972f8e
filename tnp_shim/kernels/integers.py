"""Division, power and common divisors of integers, which wrap around and never trap. Knows tensors only."""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.bitwise import magnitude
from tnp_shim.kernels.coverage import compute_dtype
from tnp_shim.kernels.elementwise import SIGNED, UNSIGNED, both, either, is_negative, is_zero, like, select
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import (
    compiled_by_xla,
    gen_array_ops,
    gen_bitwise_ops,
    gen_logging_ops,
    gen_math_ops,
    known_value,
    ops,
)


def _is_harmless(divisor: tf.Tensor) -> bool:
    """Whether the divisor is one known number that is neither 0 nor -1."""
    if divisor.shape.rank:
        return False
    known = known_value(divisor)
    return known is not None and known.ndim == 0 and known.item() not in (0, -1)


def _is_minus_one(y: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.equal(y, like(-1, y))


def _is_harmful(y: tf.Tensor) -> tf.Tensor:
    """By 0 TensorFlow raises; by -1 the lowest integer traps and ends the process."""
    return is_zero(y) if y.dtype.is_unsigned else either(is_zero(y), _is_minus_one(y))


def _safe_divisor(y: tf.Tensor) -> tf.Tensor:
    return select(_is_harmful(y), like(1, y), y)


def floor_divide(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """x // y; by 0 it is 0."""
    if _is_harmless(y):
        return gen_math_ops.floor_div(x, y)
    harmful = _is_harmful(y)
    quotient = gen_math_ops.floor_div(x, select(harmful, like(1, y), y))
    return select(harmful, gen_math_ops.mul(x, y), quotient)  # 0 for 0 and -x for -1


def remainder(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """x % y, with the sign of y; by 0 it is 0."""
    return gen_math_ops.floor_mod(x, y if _is_harmless(y) else _safe_divisor(y))


def fmod(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """The remainder with the sign of x; by 0 it is 0."""
    divisor = y if _is_harmless(y) else _safe_divisor(y)
    result = gen_math_ops.floor_mod(x, divisor)
    if x.dtype.is_unsigned:
        return result
    other_sign = is_negative(gen_bitwise_ops.bitwise_xor(x, divisor))
    unfinished = both(other_sign, gen_math_ops.not_equal(result, like(0, result)))
    return select(unfinished, gen_math_ops.sub(result, divisor), result)


_NEGATIVE_EXPONENT = "Integers to negative integer powers are not allowed."


def _without_negative(exponent: tf.Tensor, base: tf.Tensor) -> tf.Tensor:
    """The exponent, after a check: ValueError where its values are known, else a runtime assertion.

    No number to a negative power is no error.
    """
    known, count = known_value(exponent), base.shape.num_elements()
    if count == 0 or (known is not None and not (known < 0).any()):
        return exponent
    if known is not None and count is not None:
        raise ValueError(_NEGATIVE_EXPONENT)
    allowed = gen_math_ops._all(gen_math_ops.greater_equal(exponent, like(0, exponent)), _axes(exponent))
    if count is None:
        allowed = either(allowed, gen_math_ops.equal(gen_array_ops.size(base), constant(0, tf.int32)))
    assertion = gen_logging_ops._assert(allowed, [ops.convert_to_tensor(_NEGATIVE_EXPONENT)])
    with ops.control_dependencies([assertion]):
        return gen_array_ops.identity(exponent)


def _axes(x: tf.Tensor) -> tf.Tensor:
    return gen_math_ops._range(0, gen_array_ops.rank(x), 1)


_ORDER_OF_ODD = 1 << 62
"""The powers of an odd integer repeat, modulo 2**64, with a period that divides this."""


def whole_power(x: tf.Tensor, exponent: int) -> tf.Tensor:
    """x times itself, for an exponent of 1 or more, by squaring."""
    result, square = None, x
    while True:
        if exponent & 1:
            result = square if result is None else gen_math_ops.mul(result, square)
        exponent >>= 1
        if not exponent:
            return result
        square = gen_math_ops.mul(square, square)


def _power_by_squaring(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """x ** y in a loop over the bits of y, all elements at once."""

    def unfinished(_result, _square, exponent):
        # not `!= 0`: a negative exponent, which XLA cannot refuse, is shifted to -1 for ever
        return gen_math_ops._any(gen_math_ops.greater(exponent, like(0, y)), _axes(exponent))

    def step(result, square, exponent):
        odd = gen_math_ops.not_equal(gen_bitwise_ops.bitwise_and(exponent, like(1, y)), like(0, y))
        result = select(odd, gen_math_ops.mul(result, square), result)
        return result, gen_math_ops.mul(square, square), gen_bitwise_ops.right_shift(exponent, like(1, y))

    x, y = _broadcast(x, y)
    return tf.while_loop(unfinished, step, (gen_array_ops.fill(gen_array_ops.shape(x), like(1, x)), x, y))[0]


def power(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """x ** y, which wraps around; ValueError for negative exponents."""
    dtype = x.dtype
    known = known_value(y) if y.shape.rank == 0 else None
    if known is not None and known > 0:
        return whole_power(x, int(known))
    if not dtype.is_unsigned:
        y = _without_negative(y, x)
    if compiled_by_xla():  # whose Pow looks at six bits of the exponent
        return _power_by_squaring(x, y)
    compute = tf.int64 if dtype == tf.uint64 else compute_dtype("Pow", dtype)
    if dtype == tf.uint64:
        # exponents beyond int64: a period less for odd x; for even x the power is 0 as before
        beyond = gen_math_ops.greater_equal(y, like(_ORDER_OF_ODD, y))
        reduced = gen_bitwise_ops.bitwise_or(
            gen_bitwise_ops.bitwise_and(y, like(_ORDER_OF_ODD - 1, y)), like(_ORDER_OF_ODD, y)
        )
        y = select(beyond, reduced, y)
    return cast(gen_math_ops._pow(cast(x, compute), cast(y, compute)), dtype)


_RECIPROCAL_OF_ZERO = {tf.int32: tf.int32.min, tf.int64: tf.int64.min}
"""What the processor makes of an infinite float as this integer (0 for all others), as NumPy gives it."""


def reciprocal(x: tf.Tensor) -> tf.Tensor:
    """1 / x without its fraction: nonzero for 1 and -1 only, and for some dtypes at 0."""
    unit = gen_math_ops.equal(x, like(1, x))
    if not x.dtype.is_unsigned:
        unit = either(unit, _is_minus_one(x))
    result = select(unit, x, like(0, x))
    of_zero = _RECIPROCAL_OF_ZERO.get(x.dtype)
    return result if of_zero is None else select(is_zero(x), like(of_zero, x), result)


def _unsigned_magnitude(x: tf.Tensor) -> tf.Tensor:
    return x if x.dtype in SIGNED else gen_array_ops.bitcast(magnitude(x), type=UNSIGNED[x.dtype])


def _of_unsigned(x: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    return x if x.dtype == dtype else gen_array_ops.bitcast(x, type=dtype)


def _common_divisor(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Euclid's algorithm on unsigned tensors of one shape, until every element is done."""

    def unfinished(_, b):
        return gen_math_ops._any(gen_math_ops.not_equal(b, like(0, b)), _axes(b))

    def step(a, b):
        done = is_zero(b)
        rest = gen_math_ops.floor_mod(a, select(done, like(1, b), b))
        return select(done, a, b), select(done, b, rest)

    return tf.while_loop(unfinished, step, (x, y))[0]


def _broadcast(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    if x.shape.is_fully_defined() and x.shape == y.shape:
        return x, y
    # one static shape for both, which the loops over them keep
    known = tf.broadcast_static_shape(x.shape, y.shape)
    shape = gen_array_ops.broadcast_args(gen_array_ops.shape(x), gen_array_ops.shape(y))
    x, y = gen_array_ops.broadcast_to(x, shape), gen_array_ops.broadcast_to(y, shape)
    if not tf.executing_eagerly():
        x.set_shape(known)
        y.set_shape(known)
    return x, y


def gcd(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    a, b = _broadcast(_unsigned_magnitude(x), _unsigned_magnitude(y))
    return _of_unsigned(_common_divisor(a, b), x.dtype)


def lcm(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    a, b = _broadcast(_unsigned_magnitude(x), _unsigned_magnitude(y))
    divisor = _common_divisor(a, b)
    multiple = gen_math_ops.mul(
        gen_math_ops.floor_div(a, select(is_zero(divisor), like(1, divisor), divisor)), b
    )
    return _of_unsigned(multiple, x.dtype)
