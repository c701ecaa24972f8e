"""Gives the script's own files our names where they import NumPy. Knows which files are its own."""

from __future__ import annotations

import builtins
import contextlib
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from tnp_shim.command.numpy_names import NumpyNames, submodule_of
from tnp_shim.command.own_files import OwnFiles

IMPORT_SYSTEM = "<frozen importlib._bootstrap>"
"""The file name of Python's own import system in tracebacks."""


@dataclass
class Imports:
    """How long the own files waited for imports of others' modules."""

    seconds: float = 0.0


@contextlib.contextmanager
def redirected(own: OwnFiles, names: NumpyNames) -> Iterator[Imports]:
    """Within the context, the own files' `import numpy` gives `names`; all others get the real one.

    Who imports is told by the `__file__` of the importing code's globals, so imports inside functions, and in
    what AutoGraph makes of them, are redirected too.
    """
    real = builtins.__import__
    imports = Imports()

    def importing(
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        importer = sys._getframe(1).f_globals if globals is None else globals
        if level or not own.holds(importer.get("__file__")):
            return real(name, globals, locals, fromlist, level)
        top = name.partition(".")[0]
        if top == "numpy":
            found = submodule_of(names, name)
            return found if fromlist else names
        start = time.perf_counter()
        found = real(name, globals, locals, fromlist, level)
        if not own.holds(getattr(sys.modules.get(top), "__file__", None)):
            imports.seconds += time.perf_counter() - start
        return found

    # `warnings` passes over frames of Python's import system when it looks for whom to warn, and
    # tracebacks are read by people who did not call this
    code = importing.__code__.replace(co_filename=IMPORT_SYSTEM, co_name="__import__")
    disguised = FunctionType(code, globals(), "__import__", importing.__defaults__, importing.__closure__)
    builtins.__import__ = disguised
    try:
        yield imports
    finally:
        builtins.__import__ = real
