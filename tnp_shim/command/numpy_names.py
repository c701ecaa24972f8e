"""What a script's `import numpy` gives: our names, and NumPy's where there are none of ours yet.

Knows the facade.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy

import tnp_shim

FROM_NUMPY: dict[str, str] = {}
"""Modules of NumPy's that take the place of ours until these exist."""

Recorded = Callable[[str, Any], Any]


def from_numpy(name: str) -> str:
    """Why a name (`random.normal`) is real NumPy's, or an empty string."""
    top = name.partition(".")[0]
    return FROM_NUMPY.get(top, "") if not hasattr(tnp_shim, top) else ""


class NumpyNames(ModuleType):
    """NumPy's namespace, or one of its submodules, with our objects in it."""

    def __init__(self, name: str, ours: Any, numpys: ModuleType, recorded: Recorded) -> None:
        super().__init__(name, getattr(ours, "__doc__", None))
        self._ours, self._numpys, self._recorded = ours, numpys, recorded
        self.__path__: list[str] = []
        self.__file__ = getattr(numpys, "__file__", None)
        self.__version__ = numpy.__version__

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            # `from numpy import *` asks for each, so those that are missing are left out
            self.__all__ = [public for public in self._numpys.__all__ if hasattr(self, public)]
            return self.__all__
        if name.startswith("__") and name.endswith("__"):
            return getattr(self._numpys, name)
        try:
            value = getattr(self._ours, name)
        except AttributeError as error:
            submodule = f"{self.__name__}.{name}".removeprefix("numpy.")
            if not from_numpy(submodule):
                raise AttributeError(str(error), name=name, obj=self) from None
            value = getattr(self._numpys, name)
        public = f"{self.__name__}.{name}".removeprefix("numpy.")
        if isinstance(value, ModuleType) and (value.__name__.startswith("tnp_shim.") or from_numpy(public)):
            value = NumpyNames(f"numpy.{public}", value, getattr(self._numpys, name), self._recorded)
        else:
            value = self._recorded(public, value)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*dir(self._numpys)})


def numpy_names(recorded: Recorded = lambda name, value: value) -> NumpyNames:
    """The module that scripts are given; `recorded` may replace each value of it."""
    return NumpyNames("numpy", tnp_shim, numpy, recorded)


def submodule_of(names: Any, name: str) -> Any:
    """The submodule of a dotted name (`numpy.linalg`); NumPy's own error where it has none."""
    real = importlib.import_module(name)
    found = names
    for part in name.split(".")[1:]:
        try:
            found = getattr(found, part)
        except AttributeError:
            return real
    return found if isinstance(found, ModuleType) else real
