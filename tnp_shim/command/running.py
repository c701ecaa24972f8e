"""Runs a script on NumPy's names of ours, in the ways that can be asked for. Knows the facade."""

from __future__ import annotations

import ast
import contextlib
import importlib
import linecache
import sys
import time
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import tensorflow as tf

import tnp_shim
from tnp_shim.array import Array
from tnp_shim.command import rewriting, tracebacks
from tnp_shim.command.numpy_names import numpy_names
from tnp_shim.command.recording import Recorder
from tnp_shim.command.redirection import redirected
from tnp_shim.command.script import Script, main_module, surroundings
from tnp_shim.tensorflow_internals import autograph_control_flow

UNDEFINED = autograph_control_flow.variables.Undefined


@dataclass(frozen=True)
class Way:
    """How a script is run."""

    compiled: tuple[str, ...] = ()
    everything: bool = False
    graph: bool = False
    jit: bool = False

    @property
    def jit_compile(self) -> Any:
        return "auto" if self.jit else None


@dataclass
class Outcome:
    """What a run left: the script's names, how it ended, how long it took."""

    names: dict[str, Any] = field(default_factory=dict)
    error: BaseException | None = None
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """The exit code that Python would give."""
        if self.error is None:
            return 0
        if isinstance(self.error, KeyboardInterrupt):
            return 130
        if not isinstance(self.error, SystemExit):
            return 1
        code = self.error.code
        return code & 0xFF if isinstance(code, int) else 0 if code is None else 1


def decoded(source: bytes) -> str:
    """The text of a file of Python's, in the encoding that it names."""
    encoding, _ = tokenize.detect_encoding(BytesIO(source).readline)
    return source.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def run(script: Script, arguments: tuple[str, ...], way: Way, recorder: Recorder | None = None) -> Outcome:
    """Run a script on our names."""
    tree = script.tree()
    names = rewriting.chosen(tree, way.compiled, way.everything)
    shown = recorder.shown if recorder else tracebacks.Shown()
    texts = rewriting.as_one_function(tree, decoded(script.text())) if way.graph else ("", "")

    def body(namespace: dict[str, Any]) -> None:
        if way.graph:
            _as_graph(script, tree, texts, way, namespace, shown)
            return
        if names:
            namespace[rewriting.COMPILED] = lambda function: _compiled(function, way)
            rewriting.with_compiled(tree, names)
        exec(compile(tree, script.file, "exec", dont_inherit=True), namespace)

    recorded = recorder.recorded if recorder else lambda name, value: value
    recording = recorder.recording() if recorder else contextlib.nullcontext()
    with recording, redirected(script.own, numpy_names(recorded)):
        return _run(script, arguments, body, shown)


def run_on_numpy(script: Script, arguments: tuple[str, ...]) -> Outcome:
    """Run a script as it is, on the real NumPy."""
    tree = script.tree()

    def body(namespace: dict[str, Any]) -> None:
        exec(compile(tree, script.file, "exec", dont_inherit=True), namespace)

    return _run(script, arguments, body, tracebacks.Shown())


def _run(
    script: Script,
    arguments: tuple[str, ...],
    body: Callable[[dict[str, Any]], None],
    shown: tracebacks.Shown,
) -> Outcome:
    main = main_module(script)
    outcome = Outcome(vars(main))
    with surroundings(script, arguments, main):
        start = time.perf_counter()
        try:
            if script.package:
                importlib.import_module(script.package)
            body(vars(main))
        except BaseException as error:
            tracebacks.strip(error, shown)
            outcome.error = error
        outcome.seconds = time.perf_counter() - start
        vars(main).pop(rewriting.COMPILED, None)
        _tell(outcome.error, shown)
        sys.stdout.flush()
    return outcome


def _tell(error: BaseException | None, shown: tracebacks.Shown) -> None:
    """What Python prints when a script ends with an exception."""
    if isinstance(error, SystemExit):
        if not isinstance(error.code, (int, type(None))):
            print(error.code, file=sys.stderr)
    elif error is not None:
        sys.stdout.flush()
        tracebacks.show(error, shown)


def _compiled(function: Any, way: Way) -> Any:
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(_compiled(function.__func__, way))
    return tnp_shim.function(function, jit_compile=way.jit_compile)


# the body as one graph


def _as_graph(
    script: Script,
    tree: ast.Module,
    texts: tuple[str, str],
    way: Way,
    namespace: dict[str, Any],
    shown: tracebacks.Shown,
) -> None:
    """Run the body as one `tf.function`, and put what it computed in the place of the traced values."""
    before, function_text = texts
    file = f"<{script.file} as one function>"
    shown.places[file] = tracebacks.Place(script.file, rewriting.LINES_BEFORE)
    # AutoGraph reads the source of what it converts
    linecache.cache[file] = len(function_text), None, function_text.splitlines(keepends=True), file
    exec(compile(before, script.file, "exec", dont_inherit=True), namespace)
    exec(compile(function_text, file, "exec", rewriting.future_flags(tree), dont_inherit=True), namespace)
    body = namespace.pop(rewriting.BODY)
    for name in rewriting.names_that_may_be_unbound(tree):
        namespace.setdefault(name, UNDEFINED(name))
    convert = tf.__internal__.autograph.tf_convert
    converted = convert(body, tf.__internal__.autograph.control_status_ctx())
    values: dict[str, Any] = {}
    leaves: list[Any] = []

    def whole() -> list[Any]:
        values.clear()
        values.update(_values(converted()))
        leaves[:] = [leaf for value in values.values() for leaf in _leaves(value)]
        return leaves

    try:
        results = _graph_of(whole, way)()
        computed = {id(leaf): result for leaf, result in zip(leaves, results, strict=True)}
        namespace.update({name: _filled(value, computed) for name, value in values.items()})
    finally:
        for name in [name for name, value in namespace.items() if isinstance(value, UNDEFINED)]:
            del namespace[name]


def _graph_of(function: Callable[[], Any], way: Way) -> Callable[[], Any]:
    if way.jit:
        graph: Callable[[], Any] = tnp_shim.function(function, autograph=False, jit_compile="auto")
        return graph
    return tf.function(function, autograph=False)  # type: ignore[no-any-return]


def _values(reads: list[tuple[str, Callable[[], Any]]]) -> Iterator[tuple[str, Any]]:
    """The values of the names that are bound."""
    for name, read in reads:
        with contextlib.suppress(NameError):
            value = read()
            if not isinstance(value, UNDEFINED):
                yield name, value


def _is_traced(value: Any) -> bool:
    if isinstance(value, Array):
        value = value._cell.read()
    return isinstance(value, tf.Tensor) and getattr(value, "graph", None) is tf.compat.v1.get_default_graph()


def _leaves(value: Any) -> Iterator[Any]:
    """The traced values of a value, also in lists, tuples and dicts."""
    if _is_traced(value):
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
