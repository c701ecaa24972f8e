"""Which files are the script's own: those beside it, but no installed packages. Knows Python only."""

from __future__ import annotations

import functools
import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from types import ModuleType

INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
LIBRARIES = ("numpy", "tensorflow", "tnp_shim")
"""Packages that are never a script's own, even where their sources lie beside it."""


def _folder(path: str) -> str:
    return os.path.join(os.path.realpath(path), "")


def _folders_of_others() -> Iterator[str]:
    """Folders of Python's own and of installed packages."""
    paths = sysconfig.get_paths()
    yield from (paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    yield from site.getsitepackages()
    yield site.getusersitepackages()
    for name in LIBRARIES:
        spec = importlib.util.find_spec(name)
        yield from (spec.submodule_search_locations or []) if spec else []


@functools.cache
def _has_installed(folder: str) -> bool:
    """Whether packages were installed into a folder (`pip install --target`)."""
    try:
        return any(name.endswith(".dist-info") for name in os.listdir(folder))
    except OSError:
        return False


class OwnFiles:
    """The files below some folders, without what is installed there."""

    def __init__(self, folders: Iterable[str]) -> None:
        self.folders = tuple(dict.fromkeys(map(_folder, folders)))
        # a library's folder that encloses the script (a script kept in site-packages) excludes nothing
        self._others = tuple(
            other for other in map(_folder, _folders_of_others()) if other not in self.folders
        )
        self._known: dict[str, bool] = {}

    def holds(self, file: str | None) -> bool:
        """Whether a file is the script's own."""
        if not file:
            return False
        known = self._known.get(file)
        if known is None:
            known = self._known[file] = self._holds(os.path.realpath(file))
        return known

    def _holds(self, path: str) -> bool:
        return any(self._holds_below(folder, path) for folder in self.folders if path.startswith(folder))

    def _holds_below(self, folder: str, path: str) -> bool:
        below = path[len(folder) - 1 :]
        if any(part in below for part in INSTALLED):
            return False
        if any(path.startswith(other) and other.startswith(folder) for other in self._others):
            return False
        parts = path[len(folder) :].split(os.sep)[:-1]
        return not any(_has_installed(folder + os.sep.join(parts[: end + 1])) for end in range(len(parts)))

    def modules(self) -> dict[str, ModuleType]:
        """The imported modules that are the script's own."""
        return {
            name: module
            for name, module in list(sys.modules.items())
            if name != "__main__" and self.holds(getattr(module, "__file__", None))
        }
