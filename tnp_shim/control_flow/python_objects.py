"""What traced code may change in Python's objects: lists, dicts, attributes. Knows the array and Python.

A loop's body is tried in a scratch graph. Whatever it did to Python's objects is found out by comparing them
with copies, and undone. Arrays that were bound to other names of the same object (`self.u = self.u + 1`) are
carried like variables; anything else (an append, a counter) can't be rolled.
"""

from __future__ import annotations

import collections
import functools
import io
import random
import sys
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import Array
from tnp_shim.control_flow.forms import involves_arrays
from tnp_shim.control_flow.growing import Growth
from tnp_shim.control_flow.numbers import NotRollable

_MOST_OBJECTS = 20_000
_LIBRARIES = sys.stdlib_module_names | {"tensorflow", "keras", "numpy", "autograph", "tnp_shim"}
_ATOMS = (str, bytes, int, float, complex, type(None), numpy.generic, numpy.dtype, tf.Tensor, tf.DType, range)
_MISSING = object()


def _package(owner: Any) -> str:
    return str(getattr(owner, "__module__", None) or "").partition(".")[0]


@dataclass
class Place:
    """Where an object holds a value that the body replaced."""

    key: tuple[int, Any]
    name: str
    get: Callable[[], Any]
    set: Callable[[Any], None]


class Watched:
    """Copies of the Python objects that functions can reach, to compare with and to restore."""

    def __init__(self, roots: Iterable[Any], variables: tuple[str, ...]) -> None:
        self.involves_arrays = False
        self.unsafe: str | None = None
        self.roots: set[int] = set()
        """The cells of the arrays that can be reached."""
        self._seen: dict[int, Any] = {}
        self._reached: collections.Counter[int] = collections.Counter()
        self._copies: list[tuple[Any, Any, str]] = []
        self._cells: list[tuple[Any, Any]] = []
        self._globals: dict[tuple[int, str], tuple[dict[str, Any], Any]] = {}
        own: set[int] = set()
        for root in roots:
            for name, cell in zip(root.__code__.co_freevars, root.__closure__ or (), strict=True):
                if name in variables:
                    own.add(id(cell))
        self._own_cells = own  # AutoGraph gives and takes what these hold
        self._pending: list[Any] = [*roots]
        while self._pending:
            if len(self._seen) > _MOST_OBJECTS:
                self.unsafe = "it can reach too many Python objects to watch"
                break
            self._visit(self._pending.pop())
        self._randomness = self._random_states()

    # finding objects

    def _visit(self, value: Any) -> None:
        if isinstance(value, Array):
            self.involves_arrays = True
            if id(value) not in self._seen:
                self._seen[id(value)] = value
                self.roots.add(id(value._cell.root()))
            return
        if type(value) is list:
            self._reached[id(value)] += 1
        if isinstance(value, _ATOMS) or id(value) in self._seen:
            return
        self._seen[id(value)] = value
        if isinstance(value, types.ModuleType):
            self.involves_arrays |= value.__name__.partition(".")[0] == "tnp_shim"
        elif isinstance(value, types.FunctionType):
            self._visit_function(value)
        elif isinstance(value, types.MethodType):
            self._pending += [value.__self__, value.__func__]
        elif isinstance(value, functools.partial):
            self._pending += [value.func, value.args, value.keywords]
        elif isinstance(value, type):
            self._visit_class(value)
        else:
            self._visit_object(value)

    def _visit_function(self, function: types.FunctionType) -> None:
        package = _package(function)
        self.involves_arrays |= package == "tnp_shim"
        if package in _LIBRARIES and package != "autograph":
            return
        for cell in function.__closure__ or ():
            try:
                content = cell.cell_contents
            except ValueError:
                content = _MISSING
            if id(cell) not in self._own_cells and id(cell) not in self._seen:
                self._seen[id(cell)] = cell
                self._cells.append((cell, content))
            self._pending.append(content)
        for name in names_in(function.__code__):
            if name in function.__globals__:
                content = function.__globals__[name]
                self._globals[id(function.__globals__), name] = (function.__globals__, content)
                self._pending.append(content)
        self._pending += [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        self._pending.append(getattr(function, "__wrapped__", None))

    def _visit_class(self, kind: type) -> None:
        if _package(kind) in _LIBRARIES:
            self.involves_arrays |= _package(kind) == "tnp_shim"
            return
        content = {k: v for k, v in vars(kind).items() if not k.startswith("__") or k == "__call__"}
        for value in content.values():
            self._pending.append(getattr(value, "__func__", getattr(value, "fget", value)))
        self._pending += kind.__bases__
        self._copies.append((kind, content, f"the class {kind.__name__}"))

    def _visit_object(self, value: Any) -> None:
        name = type(value).__name__
        if isinstance(value, (list, collections.deque)):
            self._copies.append((value, list(value), f"a {name}"))
            self._pending += value
        elif isinstance(value, dict):
            self._copies.append((value, dict(value), f"a {name}"))
            self._pending += value.values()
        elif isinstance(value, (set, bytearray)):
            self._copies.append((value, value.copy(), f"a {name}"))
        elif isinstance(value, numpy.ndarray):
            self._copies.append((value, value.copy(), "a real NumPy array"))
        elif isinstance(value, (tuple, frozenset)):
            self._pending += value
        elif type(value).__module__.startswith("tnp_shim.random"):
            self.involves_arrays = True  # its state is in cells and variables, which loops carry
        elif isinstance(value, (numpy.random.Generator, numpy.random.RandomState)):
            self.unsafe = self.unsafe or "it draws random numbers from NumPy"
        elif isinstance(value, io.IOBase):
            self.unsafe = self.unsafe or "it uses a file"
        elif hasattr(type(value), "__next__"):
            self.unsafe = self.unsafe or "it uses an iterator"
        elif _package(type(value)) not in _LIBRARIES:
            self._pending.append(type(value))
            content = _attributes(value)
            self._copies.append((value, content, f"an object of {name}"))
            self._pending += content.values()

    # comparing

    @staticmethod
    def _random_states() -> tuple[Any, Any]:
        legacy: Any = numpy.random.get_state()
        return random.getstate(), (legacy[1].tobytes(), *legacy[2:])

    def lists(self) -> list[list[Any]]:
        """The lists to which one way leads."""
        return [owner for owner, _, _ in self._copies if self._reached[id(owner)] == 1]

    def changes(self, growth: Growth) -> list[Place]:
        """Where a body has replaced values; NotRollable for more than that, but for lists that may grow."""
        if self._random_states() != self._randomness:
            raise NotRollable("it draws random numbers on the host")
        places: list[Place] = []
        for owner, before, words in self._copies:
            if not growth.takes(owner, before):
                places += _compared(owner, before, words)
        for cell, before in self._cells:
            if _content(cell) is not before:
                name = "a name of an enclosing function"
                places.append(Place((id(cell), None), name, functools.partial(_content, cell), _setter(cell)))
        for (_, name), (names, before) in self._globals.items():
            if names.get(name, _MISSING) is not before:
                get, put = functools.partial(names.get, name), functools.partial(names.__setitem__, name)
                places.append(Place((id(names), name), name, get, put))
        return places

    def restore(self) -> None:
        """Undo what a body has done."""
        for owner, before, _ in self._copies:
            _restore(owner, before)
        for cell, before in self._cells:
            if before is not _MISSING:
                cell.cell_contents = before
        for (_, name), (names, before) in self._globals.items():
            names[name] = before
        random.setstate(self._randomness[0])
        words, *rest = self._randomness[1]
        numpy.random.set_state(("MT19937", numpy.frombuffer(words, numpy.uint32), *rest))


def names_in(code: types.CodeType) -> set[str]:
    """The globals and attributes that code names, in functions within it, too."""
    names = set(code.co_names)
    for item in code.co_consts:
        if isinstance(item, types.CodeType):
            names |= names_in(item)
    return names


def _attributes(value: Any) -> dict[str, Any]:
    content = dict(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        slots = vars(kind).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name):
                content[name] = getattr(value, name)
    return content


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _MISSING


def _setter(cell: Any) -> Callable[[Any], None]:
    def put(value: Any) -> None:
        cell.cell_contents = value

    return put


def _now(owner: Any, before: Any) -> Any:
    if isinstance(owner, (list, collections.deque)):
        return dict(enumerate(owner))
    if isinstance(owner, dict):
        return owner
    if isinstance(owner, type):
        return {k: v for k, v in vars(owner).items() if not k.startswith("__") or k == "__call__"}
    return _attributes(owner)


def _compared(owner: Any, before: Any, words: str) -> list[Place]:
    if isinstance(owner, (set, bytearray)):
        if owner != before:
            raise NotRollable(f"{words} is changed")
        return []
    if isinstance(owner, numpy.ndarray):
        if owner.shape != before.shape or owner.tobytes() != before.tobytes():
            raise NotRollable(f"{words} is changed")
        return []
    now = _now(owner, before)
    old = dict(enumerate(before)) if isinstance(before, list) else before
    if now.keys() != old.keys():
        raise NotRollable(f"{words} grows, shrinks or gets other keys")
    places = []
    for key, value in now.items():
        if value is old[key]:
            continue
        if not involves_arrays(value) or not involves_arrays(old[key]):
            raise NotRollable(f"{words} that holds no array at {key!r} is changed")
        places.append(_place(owner, key, words))
    return places


def _place(owner: Any, key: Any, words: str) -> Place:
    if isinstance(owner, (list, dict, collections.deque)):
        put: Any = functools.partial(owner.__setitem__, key)
        return Place((id(owner), key), f"{words}[{key!r}]", lambda: owner[key], put)
    get, put = functools.partial(getattr, owner, key), functools.partial(setattr, owner, key)
    return Place((id(owner), key), f"{words}.{key}", get, put)


def _restore(owner: Any, before: Any) -> None:
    if isinstance(owner, list):
        owner[:] = before
    elif isinstance(owner, collections.deque):
        owner.clear()
        owner.extend(before)
    elif isinstance(owner, (dict, set)):
        if owner != before if isinstance(owner, set) else _differs(owner, before):
            owner.clear()
            owner.update(before)
    elif isinstance(owner, bytearray):
        owner[:] = before
    elif isinstance(owner, numpy.ndarray):
        if owner.flags.writeable and owner.shape == before.shape:
            owner[...] = before
    else:
        now = _now(owner, before)
        for key in now.keys() - before.keys():
            delattr(owner, key)
        for key, value in before.items():
            if now.get(key, _MISSING) is not value:
                setattr(owner, key, value)


def _differs(now: dict[Any, Any], before: dict[Any, Any]) -> bool:
    return now.keys() != before.keys() or any(now[key] is not before[key] for key in before)
