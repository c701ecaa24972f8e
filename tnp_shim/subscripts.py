"""Reading and writing `a[index]`. Knows the array and indexing, no functions."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import conversion, dtypes
from tnp_shim.array import Array, fresh, ndarray, scalar, view, write
from tnp_shim.indexing import plan
from tnp_shim.promotion import cast, constant
from tnp_shim.storage import Lens, StaticShape
from tnp_shim.tensorflow_internals import current_graph

_PLAIN = (int, slice, type(None), type(Ellipsis))


def plain_index(index: Any) -> Any:
    """The index with tensors in place of our arrays."""
    kind = type(index)
    if kind in _PLAIN:
        return _plain_slice(index) if kind is slice else index
    if kind is tuple:
        return tuple([item if type(item) in _PLAIN[:1] else plain_index(item) for item in index])
    if isinstance(index, (Array, tf.Variable)):
        return conversion.tensor_of(index)
    if isinstance(index, list) and conversion.holds_tensors(index):
        return conversion.to_tensor(index)
    return index


def _plain_slice(index: slice) -> slice:
    start, stop, step = index.start, index.stop, index.step
    if isinstance(start, Array) or isinstance(stop, Array) or isinstance(step, Array):
        return slice(*(conversion.tensor_of(b) if isinstance(b, Array) else b for b in (start, stop, step)))
    return index


def _lens(made: Any, index: Any) -> Lens:
    return Lens(made.read, made.write, lambda shadow: shadow[made.numpy_index], made.shape)


def get(array: Array, index: Any) -> Any:
    """`array[index]`: a view for a basic index, a scalar for a full one, else a copy."""
    cell = array._cell
    index = plain_index(index)
    made = plan(cell.shape, index)
    if made.is_scalar:
        new = scalar(made.read(cell.read()), array._dtype)
        new._cell._home = current_graph()
        return new
    if made.is_view:
        return view(array, _lens(made, index))
    new = fresh(made.read(cell.read()), array._dtype)
    new._cell._home = current_graph()
    return new


def value_for(value: Any, dtype: numpy.dtype[Any]) -> tf.Tensor:
    """The value to be assigned to elements of an array of `dtype`: cast as NumPy's assignment casts."""
    if isinstance(value, Array):
        return cast(value._cell.read(), dtypes.to_tf(dtype))
    if type(value) in conversion.PYTHON_NUMBERS:
        return constant(value, dtypes.to_tf(dtype))
    if conversion.is_tensor_like(value):
        return cast(conversion.tensor_of(value), dtypes.to_tf(dtype))
    return conversion.to_tensor(value, dtype)


def set_(array: ndarray, index: Any, value: Any) -> None:
    """`array[index] = value`: broadcast, cast, and written through to the array that owns the memory."""
    if not array._writeable:
        raise ValueError("assignment destination is read-only")
    cell = array._cell
    made = plan(cell.shape, plain_index(index))
    write(array, made.write(cell.read(), value_for(value, array._dtype)))


def shape_known(shape: StaticShape) -> bool:
    """Whether every dimension is known."""
    return shape is not None and None not in shape
