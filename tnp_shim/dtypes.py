"""NumPy's dtypes and TensorFlow's, side by side. Knows settings, NumPy and TensorFlow only."""

from __future__ import annotations

import functools
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import config
from tnp_shim.errors import UnsupportedTypeError

NAMES = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)
"""The names of NumPy's dtypes that arrays can have; bfloat16 comes on top."""

BFLOAT16 = numpy.dtype(tf.bfloat16.as_numpy_dtype)
_TO_TF: dict[numpy.dtype[Any], tf.DType] = {numpy.dtype(name): tf.as_dtype(name) for name in NAMES}
_TO_TF[BFLOAT16] = tf.bfloat16
_TO_NUMPY = {tensor_dtype: dtype for dtype, tensor_dtype in _TO_TF.items()}

BOOL = numpy.dtype("bool")
INT64 = numpy.dtype("int64")
FLOAT32 = numpy.dtype("float32")
FLOAT64 = numpy.dtype("float64")
COMPLEX64 = numpy.dtype("complex64")
COMPLEX128 = numpy.dtype("complex128")
PYTHON_SCALARS = (bool, int, float, complex)
"""The types of Python numbers, which promote weakly (NEP 50)."""


def to_tf(dtype: numpy.dtype[Any]) -> tf.DType:
    """The TensorFlow dtype of a NumPy dtype; TypeError where there is none."""
    try:
        return _TO_TF[dtype]
    except KeyError:
        pass
    native = numpy.dtype(dtype).newbyteorder("=")
    if native in _TO_TF:  # byte-swapped or platform-named (longlong) spellings
        return _TO_TF[native]
    if native.kind in "iu":
        return _TO_TF[numpy.dtype(f"{native.kind}{native.itemsize}")]
    raise UnsupportedTypeError(
        f"dtype {dtype!r} cannot be held by a tensor; arrays hold {', '.join(NAMES)} and bfloat16. "
        "Keep such data in a real numpy array."
    )


def to_numpy(tensor_dtype: tf.DType) -> numpy.dtype[Any]:
    """The NumPy dtype of a TensorFlow dtype; TypeError where there is none."""
    try:
        return _TO_NUMPY[tensor_dtype]
    except KeyError:
        raise TypeError(f"tensors of {tensor_dtype!r} have no NumPy dtype") from None


def canonical(dtype: Any) -> numpy.dtype[Any]:
    """The one dtype object of an array for anything that names a dtype (a tf.DType too)."""
    if isinstance(dtype, tf.DType):
        return to_numpy(dtype)
    return _TO_NUMPY[to_tf(numpy.dtype(dtype))]


def is_supported(dtype: numpy.dtype[Any]) -> bool:
    """Whether arrays can have this dtype."""
    try:
        to_tf(dtype)
    except TypeError:
        return False
    return True


def default_float_for(dtype: numpy.dtype[Any]) -> numpy.dtype[Any]:
    """`dtype`, chosen by NumPy of its own accord, under the setting `config.default_float`."""
    default = config.get_default_float()
    if default is FLOAT64:
        return dtype
    if dtype == FLOAT64:
        return default
    if dtype == COMPLEX128:
        return COMPLEX64
    return dtype


def _is_wide(operand: Any) -> bool:
    return isinstance(operand, numpy.dtype) and operand in (FLOAT64, COMPLEX128)


def under_default(dtype: numpy.dtype[Any], operands: tuple[Any, ...]) -> numpy.dtype[Any]:
    """`dtype`, NumPy's result for `operands`, under the setting unless an operand is 64 bits wide."""
    return dtype if any(map(_is_wide, operands)) else default_float_for(dtype)


@functools.lru_cache(maxsize=4096)
def _result_type(*operands: Any) -> numpy.dtype[Any]:
    # numpy.result_type knows weak scalars by value only; any value of the type serves
    return canonical(numpy.result_type(*(o if isinstance(o, numpy.dtype) else o(0) for o in operands)))


def result_type(*operands: Any) -> numpy.dtype[Any]:
    """NumPy's promotion of dtypes and Python scalar types (`bool`, `int`, `float`, `complex`)."""
    return under_default(_result_type(*operands), operands)
