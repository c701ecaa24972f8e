"""Turns what stands between the brackets into a tuple of plain items. Knows tensors and NumPy only.

An item of an expression is one of

- an `int`, `None` (a new axis) or `Ellipsis`;
- `(slice, start, stop, step)`, each bound an `int`, `None`, or a 0-d integer tensor unknown while tracing
  (a tuple, since slices can't be hashed before Python 3.12);
- a 0-d integer tensor that is unknown while tracing;
- an index array: a `numpy.ndarray` of integers or bool, or a tensor of bool or of unknown integers.

An expression of the first two kinds with known bounds is a plain, hashable `tuple`; any other is an
`ArrayExpression`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.tensorflow_internals import EagerTensor, known_value

_BOUNDS = (int, type(None))


class ArrayExpression(tuple):
    """An expression with an index array or an unknown integer in it."""

    __slots__ = ()


def expression(index: Any, unwrap: Callable[[Any], Any] | None = None) -> tuple[Any, ...]:
    """The items of an index.

    `unwrap` gives the tensor of an object that stands for one; it is called for everything that is not
    an int, a slice of ints, None or Ellipsis, also within lists and slices.
    """
    items = static_expression(index)
    return _any_expression(index, unwrap) if items is None else items


def static_expression(index: Any) -> tuple[Any, ...] | None:
    """The items of an index of ints, slices of ints, None and Ellipsis; None for any other."""
    items: list[Any] = []
    for item in index if type(index) is tuple else (index,):
        kind = type(item)
        if kind is int or item is None or item is Ellipsis:
            items.append(item)
        elif kind is slice:
            start, stop, step = item.start, item.stop, item.step
            if type(start) in _BOUNDS and type(stop) in _BOUNDS and type(step) in _BOUNDS:
                items.append((slice, start, stop, step))
            else:
                return None
        else:
            return None
    return tuple(items)


def is_static(item: Any) -> bool:
    """Whether the item is an int, None, Ellipsis or a slice with known bounds."""
    if type(item) is tuple:
        return all(type(bound) in _BOUNDS for bound in item[1:])
    return item is None or item is Ellipsis or type(item) is int


def _any_expression(index: Any, unwrap: Callable[[Any], Any] | None) -> tuple[Any, ...]:
    unwrap = unwrap or (lambda value: value)
    items = [_item(item, unwrap) for item in (index if isinstance(index, tuple) else (index,))]
    return tuple(items) if all(map(is_static, items)) else ArrayExpression(items)


def _item(item: Any, unwrap: Callable[[Any], Any]) -> Any:
    if item is None or item is Ellipsis or type(item) is int:
        return item
    if isinstance(item, slice):
        return (slice, *(_bound(bound, unwrap) for bound in (item.start, item.stop, item.step)))
    item = unwrap(item)
    if isinstance(item, tf.Variable):
        item = item.value()
    if isinstance(item, tf.Tensor):
        return _tensor_item(item)
    if isinstance(item, (bool, numpy.bool_)):
        return numpy.array(item)
    if not isinstance(item, numpy.ndarray):
        try:
            return operator.index(item)
        except TypeError:
            pass
    array = item if isinstance(item, numpy.ndarray) else _array_of(item, unwrap)
    if isinstance(array, tf.Tensor):
        return _tensor_item(array)
    if array.dtype.kind not in "biu":
        _refuse(item)
    return array


def _bound(bound: Any, unwrap: Callable[[Any], Any]) -> Any:
    """A bound of a slice: an int, None, or an unknown 0-d tensor."""
    if bound is None:
        return None
    bound = unwrap(bound)
    if isinstance(bound, tf.Tensor):
        if bound.dtype.is_integer and bound.shape.rank == 0:
            value = known_value(bound)
            return bound if value is None else int(value)
        raise TypeError("slice indices must be integers or None or have an __index__ method")
    try:
        return operator.index(bound)
    except TypeError:
        raise TypeError("slice indices must be integers or None or have an __index__ method") from None


def _tensor_item(tensor: tf.Tensor) -> Any:
    dtype, rank = tensor.dtype, tensor.shape.rank
    if dtype != tf.bool and not dtype.is_integer:
        _refuse(numpy.empty((1,) * (rank or 0), dtype.as_numpy_dtype))
    if dtype == tf.bool and rank and isinstance(tensor, EagerTensor) and tf.executing_eagerly():
        return tensor  # what a mask selects is found on the device that holds it
    value = known_value(tensor)
    if value is None:
        return tensor
    if dtype.is_integer and rank == 0:
        return int(value)
    return numpy.asarray(value)


def _array_of(item: Any, unwrap: Callable[[Any], Any]) -> Any:
    """The array, or the tensor if a traced value is in it, of a sequence or of what NumPy can convert."""
    if isinstance(item, (list, tuple)):
        values = _unwrapped(item, unwrap)
        if _has_traced(values):
            return _stacked(values)
        array = numpy.asarray(values)
        return array.astype(numpy.intp) if array.size == 0 and array.dtype == float else array
    return numpy.asarray(item)


def _unwrapped(values: Sequence[Any], unwrap: Callable[[Any], Any]) -> list[Any]:
    """Nested lists, with known tensors as arrays."""
    result: list[Any] = []
    for value in values:
        if isinstance(value, (list, tuple)):
            result.append(_unwrapped(value, unwrap))
        else:
            value = unwrap(value)
            known = known_value(value) if isinstance(value, tf.Tensor) else None
            result.append(value if known is None else known)
    return result


def _has_traced(values: list[Any]) -> bool:
    return any(
        _has_traced(value) if isinstance(value, list) else isinstance(value, tf.Tensor) for value in values
    )


def _stacked(values: list[Any]) -> tf.Tensor:
    parts = [_stacked(value) if isinstance(value, list) else value for value in values]
    tensors = [part for part in parts if isinstance(part, tf.Tensor)]
    known = [numpy.asarray(part).dtype for part in parts if not isinstance(part, tf.Tensor)]
    if all(part.dtype == tf.bool for part in tensors) and all(dtype.kind == "b" for dtype in known):
        dtype = tf.bool
    else:
        dtype = tf.int64
    for part in parts:
        kind = (
            numpy.dtype(part.dtype.as_numpy_dtype)
            if isinstance(part, tf.Tensor)
            else numpy.asarray(part).dtype
        )
        if kind.kind not in "biu":
            _refuse(numpy.empty(1, kind))
    return tf.stack([tf.cast(part, dtype) for part in parts])


def _refuse(item: Any) -> None:
    """Raise NumPy's error for what can't be an index."""
    numpy.empty((1,))[item]
    raise IndexError("arrays used as indices must be of integer (or boolean) type")
