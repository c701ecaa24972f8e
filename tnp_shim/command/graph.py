"""Runs the body of a script as one graph. Knows the array and AutoGraph."""

from __future__ import annotations

import ast
import io
import linecache
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf

import tnp_shim
from tnp_shim.array import Array
from tnp_shim.command import one_function
from tnp_shim.command.one_function import OneFunction
from tnp_shim.command.script import Script
from tnp_shim.command.tracebacks import Place, Shown
from tnp_shim.control_flow import printing
from tnp_shim.tensorflow_internals import autograph_control_flow

UNDEFINED = autograph_control_flow.variables.Undefined
"""What AutoGraph puts where a name is not bound yet."""


def run_as_graph(
    script: Script,
    tree: ast.Module,
    whole: OneFunction,
    namespace: dict[str, Any],
    shown: Shown,
    compiled: list[Any],
    *,
    jit: bool,
) -> list[str]:
    """Run the body as one `tf.function`, and put what it computed in the place of the traced values.

    The names that are not bound, or only within a loop or a branch of the graph, are taken out and returned.
    """
    file = f"<{script.file} as one function>"
    shown.places[file] = Place(script.file, one_function.LINES_BEFORE)
    # AutoGraph reads the source of what it converts
    linecache.cache[file] = len(whole.text), None, io.StringIO(whole.text).readlines(), file
    flags = one_function.future_flags(tree)

    def execute(part: ast.Module) -> None:
        exec(compile(part, script.file, "exec", flags, dont_inherit=True), namespace)

    execute(whole.before)
    exec(compile(whole.text, file, "exec", flags, dont_inherit=True), namespace)
    body = namespace.pop(one_function.BODY)
    namespace[one_function.DEFINE] = lambda place: execute(whole.definitions[place])
    bound = one_function.names_bound(tree)
    for name in one_function.names_that_may_be_unbound(tree):
        namespace.setdefault(name, UNDEFINED(name))
    convert = tf.__internal__.autograph.tf_convert
    converted = convert(body, tf.__internal__.autograph.control_status_ctx())
    at_the_start = dict(namespace)
    values: dict[str, Any] = {}
    leaves: list[Any] = []

    def traced() -> list[Any]:
        # it may be traced more than once
        namespace.clear()
        namespace.update(at_the_start)
        values.clear()
        # all of what it prints when the graph runs, so that the order is that of the script
        with printing.staged():
            converted()
        values.update(_values(namespace, bound))
        leaves[:] = [leaf for value in values.values() for leaf in _leaves(value)]
        return leaves

    try:
        compiled.append(_graph_of(traced, jit))
        results = compiled[-1]()
        computed = {id(leaf): result for leaf, result in zip(leaves, results, strict=True)}
        namespace.update({name: _filled(value, computed) for name, value in values.items()})
        within = [name for name in bound if name not in values]
        for name in within:
            namespace.pop(name, None)
        return within
    finally:
        del namespace[one_function.DEFINE]
        for name in [name for name, value in namespace.items() if isinstance(value, UNDEFINED)]:
            del namespace[name]


def _graph_of(function: Callable[[], Any], jit: bool) -> Callable[[], Any]:
    if jit:
        graph: Callable[[], Any] = tnp_shim.function(function, autograph=False, jit_compile="auto")
        return graph
    return tf.function(function, autograph=False)  # type: ignore[no-any-return]


def _values(namespace: dict[str, Any], names: list[str]) -> Iterator[tuple[str, Any]]:
    """The values of the names that are bound, without those that are within a loop or a branch only."""
    graph = tf.compat.v1.get_default_graph()
    for name in names:
        value = namespace.get(name, UNDEFINED(name))
        if not isinstance(value, UNDEFINED) and all(_graph(leaf) is graph for leaf in _leaves(value)):
            yield name, value


def _graph(value: Any) -> Any:
    """The graph that a value is traced in; None for what is no traced value."""
    if isinstance(value, Array):
        value = value._cell.read()
    return getattr(value, "graph", None) if isinstance(value, tf.Tensor) else None


def _leaves(value: Any) -> Iterator[Any]:
    """The traced values of a value, also in lists, tuples and dicts."""
    if _graph(value) is not None:
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)


def _filled(value: Any, results: dict[int, Any]) -> Any:
    """A value with the results in the place of its leaves."""
    if id(value) in results:
        return results[id(value)]
    if isinstance(value, dict):
        for key in value:
            value[key] = _filled(value[key], results)
        return value
    if isinstance(value, list):
        value[:] = [_filled(item, results) for item in value]
        return value
    if isinstance(value, tuple):
        items = [_filled(item, results) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    return value
