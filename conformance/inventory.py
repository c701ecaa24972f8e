"""What there is to judge: the public names of the installed NumPy. Knows NumPy only.

Nothing is listed by hand but the modules to look into: a name that a new NumPy brings appears here by itself.
"""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy

MODULES = (
    "linalg",
    "fft",
    "random",
    "polynomial",
    "emath",
    "ma",
    "testing",
    "char",
    "strings",
    "rec",
    "exceptions",
    "dtypes",
    "lib.array_utils",
    "lib.format",
    "lib.introspect",
    "lib.mixins",
    "lib.npyio",
    "lib.scimath",
    "lib.stride_tricks",
)
"""NumPy's public submodules, but for those about building, typing and C (`ctypeslib`, `f2py`, `typing`)."""

CLASSES = ("ndarray", "random.Generator", "random.RandomState")
"""Classes whose members are names."""

UFUNC_METHODS = ("reduce", "accumulate", "outer", "reduceat", "at")

PYTHONS_OWN = frozenset(
    {"__new__", "__doc__", "__init__", "__hash__", "__class_getitem__", "__module__", "__static_attributes__"}
)
"""Members of a class that every class has."""


@dataclass(frozen=True)
class Name:
    """A public name of NumPy's."""

    name: str
    kind: str
    parameters: tuple[str, ...]

    @property
    def module(self) -> str:
        """The part of the report that the name belongs to."""
        if self.kind in ("ufunc", "ufunc method"):
            return self.kind + "s"
        return self.name.rpartition(".")[0] or "numpy"


def parameters_of(target: Any) -> tuple[str, ...]:
    """The names of a callable's parameters, but for `*args` and the like; empty where NumPy does not tell."""
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        return ()
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return tuple(p.name for p in parameters if p.name not in ("self", "cls") and p.kind not in variadic)


def kind_of(target: Any) -> str:
    """What a public object is."""
    if isinstance(target, numpy.ufunc):
        return "ufunc"
    if inspect.ismodule(target):
        return "module"
    if isinstance(target, type):
        return "type"
    return "function" if callable(target) else "constant"


def _public(module: Any) -> list[str]:
    return sorted(set(getattr(module, "__all__", None) or [n for n in dir(module) if not n.startswith("_")]))


def _found() -> Iterator[tuple[str, str, Any]]:
    for name in _public(numpy):
        target = getattr(numpy, name)
        yield name, kind_of(target), target
        if isinstance(target, numpy.ufunc):
            for method in UFUNC_METHODS:
                yield f"{name}.{method}", "ufunc method", getattr(target, method)
    for path in MODULES:
        module = operator.attrgetter(path)(numpy)
        for name in _public(module):
            yield f"{path}.{name}", kind_of(getattr(module, name)), getattr(module, name)
    for path in CLASSES:
        for member, target in vars(operator.attrgetter(path)(numpy)).items():
            private = path != "ndarray" and member.startswith("_")
            if member not in PYTHONS_OWN and not private:
                kind = "attribute" if inspect.isdatadescriptor(target) else "method"
                yield f"{path}.{member}", kind, target


@functools.cache
def inventory() -> dict[str, Name]:
    """All names, in alphabetical order; modules themselves are not among them, their members are."""
    found = {
        name: Name(name, kind, parameters_of(target)) for name, kind, target in _found() if kind != "module"
    }
    return dict(sorted(found.items()))
