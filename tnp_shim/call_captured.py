"""The arrays that a function uses without being given them: in globals, closures, objects. Knows the array.

They are found by the names that the function's code, and that of the functions it names, refers to.
"""

from __future__ import annotations

import contextlib
import functools
import types
from collections.abc import Iterator
from typing import Any

from tnp_shim.array import ndarray
from tnp_shim.call_arguments import contents, has_contents, is_library
from tnp_shim.control_flow.python_objects import names_in
from tnp_shim.storage import Cell, Effects
from tnp_shim.storage import _carriers as carriers
from tnp_shim.tensorflow_internals import current_graph

_DEEPEST = 16
_FUNCTIONS = (types.FunctionType, types.MethodType, functools.partial)


@contextlib.contextmanager
def accepting_from_all_graphs(effects: Effects) -> Iterator[None]:
    """Within the context, `effects` accepts writes to arrays of any enclosing graph, and of none.

    What enclosing graphs accept themselves stays theirs, and what they wrote is not forgotten.
    """
    effects.accept()
    graph, added = getattr(current_graph(), "outer_graph", None), []
    while graph is not None:
        if graph not in carriers.by_graph:
            carriers.by_graph[graph] = effects
            added.append(graph)
        graph = getattr(graph, "outer_graph", None)
    try:
        yield
    finally:
        for graph in added:
            del carriers.by_graph[graph]
        effects.close()


def captured_cells(function: Any) -> list[Cell]:
    """The eager cells that own the memory of the arrays that a function refers to."""
    found: dict[int, Cell] = {}
    for array in _arrays(function, set(), 0):
        cell = array._cell.root()
        if cell.home() is None:
            found.setdefault(id(cell), cell)
    return list(found.values())


def _arrays(value: Any, visited: set[int], depth: int) -> Iterator[ndarray]:
    if id(value) in visited or depth > _DEEPEST:
        return
    if isinstance(value, ndarray):
        yield value
        return
    visited.add(id(value))
    for part in _parts(value):
        yield from _arrays(part, visited, depth + 1)


def _parts(value: Any) -> Any:
    """What a value refers to, as far as a function that has it may read or write arrays in it."""
    if isinstance(value, types.FunctionType):
        return _referred(value)
    if isinstance(value, types.MethodType):
        return value.__self__, value.__func__
    if isinstance(value, functools.partial):
        return value.func, value.args, value.keywords
    if isinstance(value, (list, tuple, set, frozenset)):
        return tuple(value)
    if isinstance(value, dict):
        return tuple(value.values())
    if not isinstance(value, type):
        # a compiled function, ours or TensorFlow's, or what a decorator gave; nothing is asked of the object
        try:
            kept = object.__getattribute__(value, "__dict__")
        except AttributeError:
            kept = {}
        wrapped = [kept.get(name) for name in ("python_function", "_python_function", "__wrapped__")]
        wrapped = [w for w in wrapped if isinstance(w, _FUNCTIONS)]
        if wrapped:
            return tuple(wrapped)
    if not isinstance(value, (type, types.ModuleType)) and has_contents(value):
        return contents(value)[1]
    return ()


def _referred(function: types.FunctionType) -> tuple[Any, ...]:
    module = (function.__module__ or "").partition(".")[0]
    if is_library(module):
        return ()
    names = names_in(function.__code__)
    scope = function.__globals__
    cells = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    named = [scope[name] for name in names if name in scope]
    # `module.array`: the attributes of the user's own modules, by the names that the code uses
    modules = [v for v in (*named, *cells) if isinstance(v, types.ModuleType)]
    modules = [m for m in modules if not is_library(m.__name__.partition(".")[0])]
    return (
        *named,
        *[vars(module)[name] for module in modules for name in names if name in vars(module)],
        *cells,
        *(function.__defaults__ or ()),
    )


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True
