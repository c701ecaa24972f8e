"""Methods about an array's own memory: `resize` and `byteswap`. Knows the array and its views."""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

from tnp_shim.array import ndarray, wrap, write
from tnp_shim.conversion import to_shape
from tnp_shim.functions.views import reshaped
from tnp_shim.storage import OrderedCell, untouched
from tnp_shim.subscripts import shape_known
from tnp_shim.tensorflow_internals import gen_array_ops


def resize(self: ndarray, *new_shape: Any, refcheck: bool = True) -> None:
    """Change shape and size in place; new elements are zeros. Only for an array that owns its memory."""
    shape = to_shape(new_shape[0] if len(new_shape) == 1 else new_shape, "resize")
    if isinstance(shape, tuple) and min(shape, default=0) < 0:
        raise ValueError("negative dimensions not allowed")
    order = "C"
    if shape_known(self._cell.shape):
        flags = self._cell.shadow().flags
        if not flags.forc:
            raise ValueError("resize only works on single-segment arrays")
        order = "F" if flags.fnc else "C"
        if isinstance(shape, tuple) and math.prod(shape) == self.size:
            self._cell = reshaped(self, shape, order, False)._cell
            return
    if self._base is not None:
        raise ValueError("cannot resize this array: it does not own its data")
    root = self._cell.root()
    root.write(_resized(self._cell.read(), shape, order))
    if isinstance(root, OrderedCell) and isinstance(shape, tuple):
        root._shadow = untouched(shape, self._dtype, order)
    self._cell = root


def _resized(tensor: tf.Tensor, shape: Any, order: str) -> tf.Tensor:
    """The tensor's elements, in the order of the memory, cut off or with zeros behind them."""
    flat = gen_array_ops.reshape(tf.transpose(tensor) if order == "F" else tensor, [-1])
    size = tf.reduce_prod(tf.convert_to_tensor(shape, tf.int64))
    missing = tf.maximum(size - tf.size(flat, tf.int64), 0)
    grown = tf.concat([flat, tf.zeros([missing], flat.dtype)], 0)[:size]
    if order == "C":
        return gen_array_ops.reshape(grown, shape)
    return tf.transpose(gen_array_ops.reshape(grown, shape[::-1]))


def byteswap(self: ndarray, inplace: bool = False) -> Any:
    """The elements with their bytes in reverse order."""
    tensor = self._cell.read()
    if tensor.dtype.is_complex:
        swapped = tf.complex(_byteswapped(tf.math.real(tensor)), _byteswapped(tf.math.imag(tensor)))
    else:
        swapped = _byteswapped(tensor)
    if not inplace:
        return wrap(swapped)
    write(self, swapped)
    return self


def _byteswapped(tensor: tf.Tensor) -> tf.Tensor:
    if tensor.dtype.size == 1:
        return tensor
    return gen_array_ops.bitcast(tf.reverse(gen_array_ops.bitcast(tensor, tf.uint8), [-1]), tensor.dtype)
