"""Loads the programs of tests/programs, which are NumPy's, on NumPy or on another namespace of its names."""

from __future__ import annotations

import builtins
import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).with_name("programs")
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))


def load(name: str, namespace: ModuleType) -> ModuleType:
    """A program as a module of its own, unchanged, in which `numpy` is the namespace given."""

    def import_(module: str, *args: Any, **kwargs: Any) -> Any:
        found = builtins.__import__(module, *args, **kwargs)
        top, _, inner = module.partition(".")
        if top != "numpy":
            return found
        wanted = args[2] if len(args) > 2 else kwargs.get("fromlist")
        return importlib.import_module(f"{namespace.__name__}.{inner}") if inner and wanted else namespace

    path = FOLDER / f"{name}.py"
    module = ModuleType(f"{namespace.__name__}_program_{name}")
    module.__file__ = str(path)
    vars(module)["__builtins__"] = {**vars(builtins), "__import__": import_}
    sys.modules[module.__name__] = module
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), vars(module))
    return module
