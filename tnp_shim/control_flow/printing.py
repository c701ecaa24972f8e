"""`print` of values that are known when the graph runs. Knows the array."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import Array, ndarray
from tnp_shim.control_flow import log
from tnp_shim.control_flow.numbers import TracedNumber
from tnp_shim.tensorflow_internals import EagerTensor, asked_to_convert_prints, autograph_builtins

_print = autograph_builtins.print_


class _Staged(threading.local):
    depth = 0


_staged = _Staged()


@contextlib.contextmanager
def staged() -> Iterator[None]:
    """Within a loop or branch of the graph everything is printed when the graph runs."""
    _staged.depth += 1
    try:
        yield
    finally:
        _staged.depth -= 1


def _holds_traced(value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return any(map(_holds_traced, value))
    return isinstance(value, Array) and not isinstance(value._cell.read(), EagerTensor)


def print_(*objects: Any, **options: Any) -> None:
    """`print`: what NumPy would print, in the order of the code, when the graph runs."""
    ours = any(map(_holds_traced, objects))
    if not ours and (not _staged.depth or any(isinstance(o, tf.Tensor) for o in objects)):
        # as without us: AutoGraph left `print` to Python unless it was asked not to
        (_print if asked_to_convert_prints(sys._getframe(1)) else print)(*objects, **options)
        return
    log.host_call("print")
    tensors: list[tf.Tensor] = []

    def taken(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: taken(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            items = [taken(item) for item in value]
            return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
        if isinstance(value, Array):
            tensors.append(value._cell.read())
            return _Place(len(tensors) - 1, value)
        return value

    places = [taken(value) for value in objects]

    def run(*values: Any) -> None:
        print(*(_filled(place, values) for place in places), **options)

    tf.numpy_function(run, tensors, [], stateful=True)


class _Place:
    """Where a value is to be put that is known when the graph runs."""

    def __init__(self, place: int, array: Array) -> None:
        self.place, self.dtype = place, array._dtype
        self.is_python = isinstance(array, TracedNumber)
        self.is_scalar = not isinstance(array, ndarray)

    def value(self, values: Any) -> Any:
        found = numpy.asarray(values[self.place], self.dtype)
        if self.is_python:
            return found.item()
        return found[()] if self.is_scalar else found


def _filled(place: Any, values: Any) -> Any:
    if isinstance(place, _Place):
        return place.value(values)
    if isinstance(place, dict):
        return {key: _filled(item, values) for key, item in place.items()}
    if isinstance(place, (list, tuple)):
        items = [_filled(item, values) for item in place]
        return type(place)(*items) if hasattr(place, "_fields") else type(place)(items)
    return place
