"""What functions of matrices take: NumPy's dtypes and shapes. Knows dtypes and tensors.

NumPy computes in float64 and rounds at last. Here float32 is computed in float32, but for functions that tell
a rank or a condition number (`wide`): these would take rounding for rank.
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.kernels.linear_algebra.matrices import LinAlgError, square
from tnp_shim.kernels.shapes import rank_of
from tnp_shim.promotion import cast

_WIDE = {tf.float32: tf.float64, tf.complex64: tf.complex128}


def result_dtype(*tensors: tf.Tensor) -> tf.DType:
    """The dtype in which linalg gives its result: single only if all are, integers count as float64."""
    single, is_complex = True, False
    for tensor in tensors:
        dtype = tensor.dtype
        if dtype in (tf.float16, tf.bfloat16):
            raise TypeError(f"array type {dtypes.to_numpy(dtype).name} is unsupported in linalg")
        is_complex = is_complex or dtype.is_complex
        if not (dtype.is_floating or dtype.is_complex):
            dtype = dtypes.to_tf(dtypes.default_float_for(dtypes.FLOAT64))
            if dtype == tf.float16:
                raise TypeError("array type float16 is unsupported in linalg")
        single = single and dtype in (tf.float32, tf.complex64)
    if is_complex:
        return tf.complex64 if single else tf.complex128
    return tf.float32 if single else tf.float64


def matrices(x: tf.Tensor, name: str) -> tf.Tensor:
    """Matrices in the last two axes, of the result's dtype."""
    rank = rank_of(x, f"linalg.{name}")
    if rank < 2:
        raise LinAlgError(f"{rank}-dimensional array given. Array must be at least two-dimensional")
    return cast(x, result_dtype(x))


def square_matrices(x: tf.Tensor, name: str) -> tf.Tensor:
    """Square matrices in the last two axes, of the result's dtype."""
    rank_of(x, f"linalg.{name}")
    return cast(square(x), result_dtype(x))


def wide(x: tf.Tensor) -> tf.Tensor:
    """In double precision."""
    return cast(x, _WIDE.get(x.dtype, x.dtype))


def is_known_empty(x: tf.Tensor) -> bool:
    """Whether the matrices are known to have no elements."""
    return 0 in x.shape[-2:].as_list()
