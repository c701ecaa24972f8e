"""`print` of values that are known when the graph runs. Knows the array."""

from __future__ import annotations

import contextlib
import itertools
import re
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import Array, ndarray
from tnp_shim.control_flow import log
from tnp_shim.control_flow.numbers import NotRollable, TracedNumber
from tnp_shim.scalars import generic
from tnp_shim.tensorflow_internals import (
    EagerTensor,
    asked_to_convert_prints,
    autograph_builtins,
    current_graph,
)

_print = autograph_builtins.print_


class _Staged(threading.local):
    depth = 0

    def __init__(self) -> None:
        self.unprinted: set[int] = set()


_staged = _Staged()


@contextlib.contextmanager
def staged() -> Iterator[None]:
    """Within a loop or branch of the graph everything is printed when the graph runs."""
    _staged.depth += 1
    try:
        yield
    finally:
        _staged.depth -= 1


# Text with a traced value in it (an f-string) is made while tracing. A mark stands in it for the value, and
# `print` puts the value there when the graph runs.

_mark = re.compile(r"<traced \w+, text (\d+)>")
_numbers = itertools.count(1)
_marked: weakref.WeakKeyDictionary[Any, dict[int, tuple[Array, str]]] = weakref.WeakKeyDictionary()


def _marks() -> dict[int, tuple[Array, str]]:
    graph = current_graph()
    while getattr(graph, "outer_graph", None) is not None:
        graph = graph.outer_graph
    return _marked.setdefault(graph, {}) if graph is not None else {}


def mark(value: Array, form: str) -> str:
    """The text of a value that is known when the graph runs; `form` as in `format`."""
    number = next(_numbers)
    _marks()[number] = (value, form)
    if isinstance(value, TracedNumber):
        _staged.unprinted.add(number)
    return f"<traced {type(value).__name__.removeprefix('traced_')}, text {number}>"


def str_(*arguments: Any, **options: Any) -> str:
    """`str`: of a value that is known when the graph runs a mark, which `print` fills in."""
    if len(arguments) == 1 and not options and is_unknown(arguments[0]):
        return mark(arguments[0], "")
    return str(*arguments, **options)


@contextlib.contextmanager
def texts_are_printed() -> Iterator[None]:
    """A loop's text of its Python numbers must be printed there: any other use needs the text itself."""
    before = set(_staged.unprinted)
    yield
    left, _staged.unprinted = _staged.unprinted - before, before
    if left:
        raise NotRollable("text needs the number itself, which is known when the loop runs")


def is_unknown(value: Any) -> bool:
    """Whether a value has no text while tracing."""
    return isinstance(value, Array) and not isinstance(value._cell.read(), EagerTensor)


def _formatted_by(plain: Any) -> Any:
    def method(self: Array, form: str) -> str:
        if not is_unknown(self) or (isinstance(self, ndarray) and form and self.ndim):
            return plain(self, form)
        return mark(self, form)

    return method


def install() -> None:
    """Let f-strings of traced values hold marks."""
    for kind in (generic, ndarray):
        kind.__format__ = _formatted_by(kind.__format__)  # type: ignore[method-assign]
    TracedNumber.__format__ = mark  # type: ignore[method-assign,assignment]
    TracedNumber.__str__ = lambda self: mark(self, "")  # type: ignore[method-assign]


def _parts(text: str) -> list[Any]:
    """The pieces of a text, with values and their formats in the place of marks."""
    marks = _marks()
    pieces = _mark.split(text)
    parts: list[Any] = []
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            parts.append(piece)
        elif int(piece) in marks:
            _staged.unprinted.discard(int(piece))
            parts.append(marks[int(piece)])
        else:
            raise NotRollable("print() of a text that another function made of a traced value")
    return parts


def _holds_traced(value: Any) -> bool:
    if isinstance(value, str):
        return _mark.search(value) is not None
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
        if isinstance(value, str) and _mark.search(value):
            parts = _parts(value)
            return _Text([p if isinstance(p, str) else (taken(p[0]), p[1]) for p in parts])
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


class _Text:
    """A text with places for values that are known when the graph runs."""

    def __init__(self, parts: list[Any]) -> None:
        self.parts = parts

    def value(self, values: Any) -> str:
        return "".join(p if isinstance(p, str) else format(p[0].value(values), p[1]) for p in self.parts)


def _filled(place: Any, values: Any) -> Any:
    if isinstance(place, (_Place, _Text)):
        return place.value(values)
    if isinstance(place, dict):
        return {key: _filled(item, values) for key, item in place.items()}
    if isinstance(place, (list, tuple)):
        items = [_filled(item, values) for item in place]
        return type(place)(*items) if hasattr(place, "_fields") else type(place)(items)
    return place
