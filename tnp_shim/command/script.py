"""A script as Python would run it: what it is called, where it looks for modules. Knows Python only."""

from __future__ import annotations

import ast
import contextlib
import importlib.machinery
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from tnp_shim.command.errors import BadInput
from tnp_shim.command.own_files import OwnFiles


@dataclass(frozen=True)
class Script:
    """A file to be run as `__main__`.

    `called` is what `sys.argv[0]` says; `search` are the entries of `sys.path` that its start adds; `package`
    is what its relative imports start from.
    """

    file: str
    called: str
    search: tuple[str, ...]
    package: str | None = None
    module: str | None = None

    @property
    def own(self) -> OwnFiles:
        return OwnFiles(self.search)

    def text(self) -> bytes:
        try:
            with open(self.file, "rb") as opened:
                return opened.read()
        except OSError as error:
            raise BadInput(f"cannot read {self.called}: {error.strerror}") from None

    def tree(self) -> ast.Module:
        """The parsed file; one line for what is no Python."""
        try:
            tree = ast.parse(self.text(), self.file)
            # what only the compiler sees: a `return` outside of functions
            compile(tree, self.file, "exec", dont_inherit=True)
            return tree
        except SyntaxError as error:
            where = f", line {error.lineno}" if error.lineno else ""
            raise BadInput(f"{self.called}{where}: {error.msg}") from None
        except ValueError as error:
            raise BadInput(f"{self.called}: {error}") from None


def _package_of(folder: str) -> tuple[str, str]:
    """The dotted name of the package in a folder, and the folder that its outermost package is in."""
    parts: list[str] = []
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        parts.insert(0, name)
    return ".".join(parts), folder


def located(given: str) -> Script:
    """The script of a path; a folder stands for its `__main__.py`.

    The `__main__.py` of a package can use relative imports, as with `python -m`.
    """
    if not os.path.exists(given):
        raise BadInput(f"no such file: {given}")
    file = os.path.join(given, "__main__.py") if os.path.isdir(given) else given
    if not os.path.isfile(file):
        raise BadInput(f"{given} is a folder without a __main__.py")
    beside = os.path.dirname(os.path.realpath(file))
    script = Script(os.path.abspath(file), given, (beside,))
    package, root = _package_of(beside)
    if os.path.basename(file) == "__main__.py" and package:
        return replace(script, package=package, search=(beside, root))
    return script


def located_module(name: str) -> Script:
    """The script of a module, as `python -m` finds it: from the working directory on."""
    here = os.getcwd()
    file = os.path.join(here, *name.split("."))
    for candidate in (f"{file}.py", os.path.join(file, "__main__.py")):
        if os.path.isfile(candidate):
            package = name if candidate.endswith("__main__.py") else name.rpartition(".")[0]
            return Script(candidate, candidate, (here,), package, name)
    raise BadInput(f"no module {name} in {here}")


def main_module(script: Script) -> ModuleType:
    """A fresh `__main__`, as Python makes it for a script."""
    module = ModuleType("__main__")
    loader = importlib.machinery.SourceFileLoader("__main__", script.file)
    spec = None
    if script.module is not None:
        suffix = ".__main__" if script.package == script.module else ""
        spec = importlib.util.spec_from_file_location(script.module + suffix, script.file)
    vars(module).update(
        __file__=script.file,
        __loader__=loader,
        __spec__=spec,
        __package__=script.package,
        __cached__=None,
        __annotations__={},
        __builtins__=sys.modules["builtins"],
    )
    return module


def _restored(names: list[tuple[Any, str]]) -> contextlib.ExitStack:
    """A context that gives attributes the values back that they have now."""
    stack = contextlib.ExitStack()
    for owner, name in names:
        stack.callback(setattr, owner, name, getattr(owner, name))
    return stack


def _set_aside(own: OwnFiles) -> dict[str, ModuleType]:
    modules = own.modules()
    for name in modules:
        del sys.modules[name]
    return modules


@contextlib.contextmanager
def surroundings(script: Script, arguments: tuple[str, ...], main: ModuleType) -> Iterator[None]:
    """Within the context all is as Python has it for a script; after it, as it was before."""
    own = script.own
    before = set(threading.enumerate())
    folder, path, found = os.getcwd(), list(sys.path), dict(sys.path_importer_cache)
    set_aside = _set_aside(own)
    restored = _restored(
        [(sys, "argv"), (sys, "excepthook"), (sys, "stdout"), (sys, "stderr"), (sys, "stdin")]
    )
    previous = sys.modules["__main__"]
    sys.argv = [script.called, *arguments]
    if not getattr(sys.flags, "safe_path", False):
        sys.path[:1] = [script.search[0]]
    sys.path.extend(folder for folder in script.search[1:] if folder not in sys.path)
    sys.modules["__main__"] = main
    try:
        with restored:
            yield
            for thread in set(threading.enumerate()) - before:
                if not thread.daemon:
                    thread.join()
    finally:
        sys.modules["__main__"] = previous
        _set_aside(own)
        sys.modules.update(set_aside)
        sys.path[:] = path
        for entry in set(sys.path_importer_cache) - set(found):
            del sys.path_importer_cache[entry]
        os.chdir(folder)
