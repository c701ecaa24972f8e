"""What elementwise bodies are put together from: choice by dtype, detours, bits. Knows tensors only."""

from __future__ import annotations

import functools

import tensorflow as tf

from tnp_shim.kernels.differentiation import Body, number
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import EagerTensor, context, gen_array_ops, gen_math_ops, no_tape_records

DTYPES_OF_KIND = {
    "b": (tf.bool,),
    "i": (tf.int8, tf.int16, tf.int32, tf.int64),
    "u": (tf.uint8, tf.uint16, tf.uint32, tf.uint64),
    "f": (tf.float16, tf.bfloat16, tf.float32, tf.float64),
    "c": (tf.complex64, tf.complex128),
}
BITS = {
    tf.float16: (tf.int16, 10),
    tf.bfloat16: (tf.int16, 7),
    tf.float32: (tf.int32, 23),
    tf.float64: (tf.int64, 52),
}
"""Of each float: the integer of the same size, and the number of bits of the fraction."""
UNSIGNED = dict(zip(DTYPES_OF_KIND["i"], DTYPES_OF_KIND["u"], strict=True))
SIGNED = {unsigned: signed for signed, unsigned in UNSIGNED.items()}
HALVES = (tf.float16, tf.bfloat16)


def by_kind(**bodies: Body) -> Body:
    """One body out of several, chosen by the kind of the first tensor: `by_kind(b=..., iufc=...)`."""
    table = {
        dtype: body for kinds, body in bodies.items() for kind in kinds for dtype in DTYPES_OF_KIND[kind]
    }

    def body(*tensors):
        return table[tensors[0].dtype](*tensors)

    return body


def halves_in_float32(body: Body) -> Body:
    """The body, computed in float32 for float16 and bfloat16 and rounded once, as NumPy does."""

    @functools.wraps(body)
    def rounded_once(*tensors):
        dtype = tensors[0].dtype
        if dtype not in HALVES:
            return body(*tensors)
        result = body(*(cast(tensor, tf.float32) if tensor.dtype == dtype else tensor for tensor in tensors))
        if isinstance(result, tuple):
            return tuple(cast(part, dtype) if part.dtype == tf.float32 else part for part in result)
        return cast(result, dtype) if result.dtype == tf.float32 else result

    return rounded_once


def single_in_double(body: Body) -> Body:
    """The body, computed in float64 for float32: where a sum cancels, the last bits of its terms are left."""

    @functools.wraps(body)
    def rounded_once(*tensors):
        if tensors[0].dtype != tf.float32:
            return body(*tensors)
        return cast(body(*(cast(tensor, tf.float64) for tensor in tensors)), tf.float32)

    return rounded_once


def like(value: complex, tensor: tf.Tensor) -> tf.Tensor:
    """A number as a 0-d tensor of the dtype of `tensor`."""
    return number(value, tensor.dtype)


def literal(tensor: tf.Tensor, wanted: frozenset[int]) -> int | None:
    """The value of a Python number that `promotion.constant` made a tensor, if it is a wanted one.

    Any other tensor may be one that a gradient is wanted for, so that its value must not replace it.
    """
    if tensor.shape.rank != 0 or not isinstance(tensor, EagerTensor):
        return None
    value = tensor.numpy().item()
    if value not in wanted:
        return None
    whole = int(value.real)
    spellings = (whole, float(whole), *((complex(whole),) if tensor.dtype.is_complex else ()))
    return whole if any(tensor is constant(spelling, tensor.dtype) for spelling in spellings) else None


def select(condition: tf.Tensor, chosen: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """`chosen` where the condition holds, else `other`; all three broadcast."""
    return gen_math_ops.select_v2(condition, chosen, other)


def is_zero(tensor: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.equal(tensor, like(0, tensor))


def is_negative(tensor: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.less(tensor, like(0, tensor))


def both(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.logical_and(first, second)


def either(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.logical_or(first, second)


def _cut_off(tensor: tf.Tensor) -> tf.Tensor:
    """The tensor where no gradient may come from: Bitcast has none, and to ask it for one is an error."""
    if context.executing_eagerly() and no_tape_records():
        return tensor
    return gen_array_ops.stop_gradient(tensor)


def bits_of(tensor: tf.Tensor) -> tf.Tensor:
    """The bits of floats as integers of the same size; no gradient goes this way."""
    return gen_array_ops.bitcast(_cut_off(tensor), type=BITS[tensor.dtype][0])


def from_bits(bits: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    """Floats out of their bits; no gradient goes this way."""
    return _cut_off(gen_array_ops.bitcast(bits, type=dtype))


def signbit(tensor: tf.Tensor) -> tf.Tensor:
    """Whether the sign bit is set, of zeros and NaNs too."""
    return is_negative(bits_of(tensor))


def real(tensor: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.real(tensor, Tout=tensor.dtype.real_dtype)


def imag(tensor: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.imag(tensor, Tout=tensor.dtype.real_dtype)


def complex_of(real_part: tf.Tensor, imag_part: tf.Tensor) -> tf.Tensor:
    dtype = tf.complex64 if real_part.dtype == tf.float32 else tf.complex128
    return gen_math_ops._complex(real_part, imag_part, Tout=dtype)
