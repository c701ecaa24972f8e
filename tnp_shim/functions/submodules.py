"""Modules of our namespace beside which NumPy's stand: `np.lib`, `np.testing`. Knows the functions.

A name that is not ours is NumPy's own, looked up when it is asked for.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from tnp_shim.functions import assertions, extended_domain, strides

PACKAGE = __name__.partition(".")[0]

_OURS: dict[str, dict[str, Any]] = {
    "emath": extended_domain.FUNCTIONS,
    "lib": {},
    "lib.array_utils": {"byte_bounds": strides.byte_bounds},
    "lib.format": {},
    "lib.introspect": {},
    "lib.mixins": {},
    "lib.npyio": {},
    "lib.scimath": extended_domain.FUNCTIONS,
    "lib.stride_tricks": {
        "as_strided": strides.as_strided,
        "sliding_window_view": strides.sliding_window_view,
    },
    "testing": assertions.FUNCTIONS,
}
"""What is ours in each module; parents stand before their children."""

_NUMPYS = {"emath": "numpy.lib.scimath"}
"""Where NumPy's module is, if not at the same place."""


class Submodule(ModuleType):
    """A module with names of ours, and all others of NumPy's."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{PACKAGE}.{name}", f"`numpy.{name}` for arrays of ours.")
        self.__path__: list[str] = []  # so that its own submodules can be imported
        vars(self).update(_OURS[name])
        self._numpys = _NUMPYS.get(name, f"numpy.{name}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__all__":
            raise AttributeError(name)
        return getattr(importlib.import_module(self._numpys), name)

    def __dir__(self) -> list[str]:
        return sorted({*vars(self), *dir(importlib.import_module(self._numpys))})


def _made() -> dict[str, Submodule]:
    """The modules by name, all of which can be imported from now on."""
    modules = {name: Submodule(name) for name in _OURS}
    for name, module in modules.items():
        sys.modules.setdefault(f"{PACKAGE}.{name}", module)
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(modules[parent], last, module)
    return modules


_MODULES = _made()
emath, lib, testing = (_MODULES[name] for name in ("emath", "lib", "testing"))
