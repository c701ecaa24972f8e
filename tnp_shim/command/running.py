"""Runs a script on NumPy's names of ours, in the ways that can be asked for. Knows the facade."""

from __future__ import annotations

import contextlib
import importlib
import linecache
import sys
import time
import tokenize
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import tnp_shim
from tnp_shim.command import rewriting, tracebacks
from tnp_shim.command.graph import run_as_graph
from tnp_shim.command.numpy_names import numpy_names
from tnp_shim.command.one_function import as_one_function
from tnp_shim.command.recording import Recorder
from tnp_shim.command.redirection import redirected
from tnp_shim.command.script import Script, main_module, surroundings


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
    """What a run left: the script's names, how it ended, how long it took without imports of others.

    `within` are the names that a graph does not have, or only within a loop or a branch; `compiled` the
    functions that were compiled.
    """

    names: dict[str, Any] = field(default_factory=dict)
    within: list[str] = field(default_factory=list)
    compiled: list[Any] = field(default_factory=list)
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
    whole = as_one_function(tree, decoded(script.text())) if way.graph else None

    within: list[str] = []
    compiled: list[Any] = []

    def body(namespace: dict[str, Any]) -> None:
        if whole is not None:
            within.extend(run_as_graph(script, tree, whole, namespace, shown, compiled, jit=way.jit))
            return
        if names:
            namespace[rewriting.COMPILED] = lambda function: _compiled(function, way, compiled)
            rewriting.with_compiled(tree, names)
        exec(compile(tree, script.file, "exec", dont_inherit=True), namespace)

    recorded = recorder.recorded if recorder else lambda name, value: value
    recording = recorder.recording() if recorder else contextlib.nullcontext()
    with recording, redirected(script.own, numpy_names(recorded)) as imports:
        outcome = _run(script, arguments, body, shown)
    for file in shown.places:
        linecache.cache.pop(file, None)
    outcome.seconds -= imports.seconds
    outcome.within, outcome.compiled = within, compiled
    return outcome


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


def _compiled(function: Any, way: Way, compiled: list[Any]) -> Any:
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(_compiled(function.__func__, way, compiled))
    compiled.append(tnp_shim.function(function, jit_compile=way.jit_compile))
    return compiled[-1]
