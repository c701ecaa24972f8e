"""Calls on text, dates, objects and other data that tensors cannot hold: NumPy's own. Knows the array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import wrap, wrap_scalar
from tnp_shim.conversion import is_tensor_like, tensor_of
from tnp_shim.declaration.failures import numpys_error, stand_in
from tnp_shim.errors import UnsupportedTypeError
from tnp_shim.tensorflow_internals import known_value

_BESIDE = ", and not beside arrays of tnp_shim"


def handed_on(
    name: str,
    numpy_callable: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    error: UnsupportedTypeError,
    selects: bool = True,
) -> Any:
    """What NumPy makes of data that tensors cannot hold; its numbers come back as arrays of ours.

    Known masks and indices of ours go along where the function `selects` by them. Beside any other array of
    ours the data is refused: NumPy's error if it has one, else `error` with the function's name.
    """
    if _holds_others(kwargs.get("out")) or _holds_others((args, kwargs), selects):
        told = str(error).endswith(_BESIDE)  # by a function that this one called
        refusal = error if told else UnsupportedTypeError(f"np.{name}: {error}{_BESIDE}")
        raise numpys_error(name, numpy_callable, args, kwargs, refusal) from None
    return _ours(numpy_callable(*stand_in(args), **stand_in(kwargs)))


def _holds_others(value: Any, but_known_integers: bool = False) -> bool:
    """Whether there is an array of ours, or a tensor, anywhere in a value."""
    if isinstance(value, dict):
        return any(_holds_others(v, but_known_integers) for v in value.values())
    if isinstance(value, (list, tuple)):
        return any(_holds_others(v, but_known_integers) for v in value)
    if not is_tensor_like(value):
        return False
    tensor = tensor_of(value)
    integers = tensor.dtype.is_integer or tensor.dtype.is_bool
    return not (but_known_integers and integers and known_value(tensor) is not None)


def _ours(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        made = map(_ours, value)
        return type(value)(*made) if hasattr(value, "_fields") else type(value)(made)
    if type(value) is numpy.ndarray and dtypes.is_supported(value.dtype):
        return wrap(tf.constant(value))
    if isinstance(value, numpy.generic) and dtypes.is_supported(value.dtype):
        return wrap_scalar(tf.constant(value))
    return value
